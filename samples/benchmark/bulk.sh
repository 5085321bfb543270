#!/bin/sh
# Measures "roost migrate" over many users beside "xargs -P doveadm backup" with the same number of workers: users per second
# cold and warm, processor time, system calls per user, memory. Needs Dovecot; root for cold caches; Debian's packages time and
# strace for memory and system calls, or goes on without. Nothing of an installed Dovecot is used but its programs, and nothing
# is left behind.
set -eu
here=$(cd "${0%/*}" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
users=1000 mails=50 mailboxes=5 workers=$(nproc) runs=3 traced=40 dir=${TMPDIR:-/var/tmp}
usage() {
    cat <<END
usage: bulk.sh [OPTION=VALUE]...
  users=N      how many ($users)
  mails=N      of each of them ($mails), in mailboxes=N mailboxes ($mailboxes)
  workers=N    users at the same time ($workers)
  runs=N       measurements of each kind, one of each by turns; the median is shown ($runs)
  traced=N     users with which system calls are counted, since that is slow ($traced); 0 leaves it out
  dir=DIR      where to put everything; it needs the room of the mails 1 + 6 * runs times ($dir)
END
    exit 64
}
for option; do
    case $option in
        users=[1-9]* | mails=[1-9]* | mailboxes=[1-9]* | workers=[1-9]* | runs=[1-9]* | traced=[0-9]* | dir=*)
            eval "${option%%=*}=\${option#*=}" ;;
        *) usage ;;
    esac
done

PATH=$PATH:/usr/sbin
command -v doveadm >/dev/null || { echo "bulk.sh: no Dovecot is installed" >&2; exit 69; }
"$root/roost" --version
echo "doveadm $(dovecot --version), $(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg), $(uname -sr)"
work=$(mktemp -d "$dir/roost-benchmark.XXXXXX")
base=$(mktemp -d /tmp/rb.XXXXXX)
# shellcheck source=samples/benchmark/dovecot.sh
. "$here/dovecot.sh"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$work" "$base"
start_dovecot

# way NAME FILE: one migration of the users in the file
way() {
    case $1 in
        backup | never)
            [ "$1" = backup ] && fsync='' || fsync='-o mail_fsync=never'
            # shellcheck disable=SC2086 # an option and its value
            set -- xargs -a "$2" -P "$workers" -I USER doveadm -c "$base/dovecot.conf" $fsync backup -u USER mdbox:~/mdbox ;;
        roost)
            set -- "$root/roost" migrate --no-dovecot --single-backend --quiet --state "$work/state" --home "$work/home/%u" \
                --from 'maildir:~/Maildir' --to 'mdbox:~/mdbox' --users-file "$2" --workers "$workers" ;;
    esac
    # shellcheck disable=SC2086 # the measuring command and its options
    $measure "$@" >"$work/output" 2>&1 || { tail -n 20 "$work/output" >&2; echo "bulk.sh: $name failed" >&2; exit 1; }
}

mails_at() { # LOCATION FILE
    dove -o "mail=$1" mailbox status -F "$2" messages '*' | awk '{ sub(/.*messages=/, ""); n += $1 } END { print n + 0 }'
}

# no time counts for a migration that is not complete
check() {
    copied=$(mails_at 'mdbox:~/mdbox' "$work/users")
    [ "$copied" = "$total" ] || { echo "bulk.sh: $name left $copied of $total mails" >&2; exit 1; }
}

measured() { # CACHE: one run of each
    for name in roost backup never; do
        prepare "$1"
        measure=
        [ ! -x /usr/bin/time ] || measure="/usr/bin/time -f %U,%S,%M -o $work/time"
        start=$(date +%s%N)
        way $name "$work/users"
        end=$(date +%s%N)
        echo $(((end - start) / 1000000)) >>"$work/$name.$1"
        if [ -e "$work/time" ]; then
            tail -n 1 "$work/time" | awk -F , '{ print ($1 + $2) * 1000 }' >>"$work/$name.cpu.$1"
            tail -n 1 "$work/time" | cut -d , -f 3 >>"$work/$name.kb"
        fi
        check
    done
}

"$here/../maildir/generate" users="$users" mails="$mails" mailboxes="$mailboxes" owner="$uid:$gid" "$work/home"
seq -f 'u%g' "$users" >"$work/users"
head -n "$traced" "$work/users" >"$work/traced"
# as users are who have logged in: what is new was seen, indexes exist
total=$(mails_at 'maildir:~/Maildir' "$work/users")
dove fetch -F "$work/users" guid ALL >/dev/null
size=$(du -sm --apparent-size "$work/home" | cut -f 1)
i=0
while [ $i -lt "$runs" ]; do
    i=$((i + 1))
    [ -z "$cold" ] || measured cold
    measured warm
done
if [ "$traced" != 0 ] && command -v strace >/dev/null; then
    for name in roost backup never; do
        prepare warm
        measure="strace -f -c -o $work/$name.strace"
        way $name "$work/traced"
        awk -v users="$traced" '$NF == "total" { printf "%.0f", $4 / users }' "$work/$name.strace" >"$work/$name.calls"
    done
fi

of() { # NAME WHAT: the median, or nothing
    [ ! -s "$work/$1.$2" ] || median <"$work/$1.$2"
}

printf '\n%d users of %d mails, %d MB in all, %d workers; median of %d\n\n' "$users" "$mails" "$size" "$workers" "$runs"
printf '| %-32s | %12s | %5s | %12s | %5s | %10s | %10s | %12s |\n' "" "cold users/s" "ratio" "warm users/s" "ratio" "CPU s warm" \
    "calls/user" "largest proc."
echo "|----------------------------------|-------------:|------:|-------------:|------:|-----------:|-----------:|--------------:|"
for name in roost backup never; do
    case $name in
        roost) label="roost migrate" ;;
        backup) label="doveadm backup" ;;
        never) label="doveadm backup, mail_fsync=never" ;;
    esac
    awk -v label="$label" -v users="$users" -v c="$(of $name cold)" -v rc="$(of roost cold)" -v w="$(of $name warm)" \
        -v rw="$(of roost warm)" -v cpu="$(of $name cpu.warm)" -v kb="$(of $name kb)" \
        -v calls="$(cat "$work/$name.calls" 2>/dev/null || true)" '
        function or_dash(value, text) { return value == "" ? "-" : text }
        BEGIN {
            printf "| %-32s | %12s | %5s | %12.1f | %5.1f | %10s | %10s | %13s |\n", label,
                or_dash(c, sprintf("%.1f", users * 1000 / (c + 0 ? c : 1))), or_dash(c, sprintf("%.1f", c / (rc + 0 ? rc : 1))),
                users * 1000 / w, w / rw, or_dash(cpu, sprintf("%.1f", cpu / 1000)), or_dash(calls, calls),
                or_dash(kb, sprintf("%d MB", kb / 1024))
        }'
done
