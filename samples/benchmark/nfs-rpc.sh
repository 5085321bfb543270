#!/bin/bash
# Counts the NFS calls that "roost migrate" makes for each mail, on NFS versions 3 and 4, beside what reading every mail and
# writing one file takes.
#
#   nfs-rpc.sh [MAILS [AVERAGE_BYTES]]
#
# Runs as root on a machine of its own that may be thrown away, where $LAB/topology.sh has functions that make a kernel NFS
# server and a backend "be1" with a mount of it at /srv/mail: lab_up; in_ns NAME COMMAND...; add_user; make_maildir USER COUNT
# BYTES [MAILBOX]; nfs_remount NAME VERSION; rpc_counts NAME; rpc_diff BEFORE AFTER; nlm_count_on; nlm_count; add_latency MS;
# lab_fail. Roost has to be built before, and the working directory to be its own. Results: /out/nfs-rpc.md
set -u
# the lab may run a copy of this script elsewhere, in the caller's directory
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
[ -x "$root/samples/benchmark/nfs-rpc.sh" ] || root=$PWD
total=${1:-2000} bytes=${2:-8192}
: "${LAB:?has to be the directory of topology.sh}"
# shellcheck disable=SC1091 # the lab's
. "$LAB/topology.sh"
lab_up
user=dora home=/srv/mail/dora
add_user $user
# four mailboxes: what a mailbox costs by itself is in the figure, as it would be
more=0
for mailbox in "" Sent Work.Projects Archive; do
    # other sizes make other mails: the same ones would be stored once
    make_maildir $user $((total / 4)) $((bytes + more)) "$mailbox"
    more=$((more + 100))
done
total=$((total / 4 * 4))
# uidlists, indexes and caches of a user who has logged in before
in_ns be1 doveadm mailbox status -u $user messages '*' >/dev/null
in_ns be1 doveadm fetch -u $user 'guid date.received size.virtual' ALL >/dev/null
nlm_count_on
w=$(mktemp -d)
latencies=0
if add_latency 0; then latencies="0 1"; else echo "no sch_netem: without latency only"; fi

work() { # roost|plain
    case $1 in
        roost)
            in_ns be1 "$root/roost" migrate --no-dovecot --single-backend --quiet --state /run/roost --home '/srv/mail/%u' \
                --from 'maildir:~/Maildir' --to 'mdbox:~/mdbox' $user ;;
        # through a pipe, or cat would have the server of version 4.2 do the copying
        plain)
            in_ns be1 setpriv --reuid="$LAB_MAIL_UID" --regid="$LAB_MAIL_UID" --clear-groups sh -c "cd $home/Maildir &&
                find . -type f -path '*/cur/*' -print0 | xargs -0 cat | cat >$home/copy && sync $home/copy" ;;
    esac
}

verify() {
    local n
    case $1 in
        roost)
            n=$(in_ns be1 doveadm -o "mail=mdbox:$home/mdbox" mailbox status -u $user messages '*' |
                awk '{ sub(/.*messages=/, ""); n += $1 } END { print n + 0 }')
            [ "$n" = "$total" ] || lab_fail "the mdbox has $n of $total mails" ;;
        plain) in_ns nfs test -s $home/copy || lab_fail "no copy" ;;
    esac
}

measure() { # roost|plain VERSION LATENCY
    local name=$1 version=$2 ms=$3 start end nlm rc=0
    in_ns nfs rm -rf $home/mdbox $home/copy
    in_ns be1 rm -rf /run/roost
    add_latency 0
    nfs_remount be1 "$version" || lab_fail "remount"
    add_latency "$ms"
    nlm=$(nlm_count)
    rpc_counts be1 >"$w/before"
    start=$EPOCHREALTIME
    work "$name" || rc=$?
    end=$EPOCHREALTIME
    [ $rc = 0 ] || lab_fail "$name ended with $rc"
    in_ns be1 sync -f $home
    rpc_counts be1 >"$w/after"
    nlm=$(($(nlm_count) - nlm))
    add_latency 0
    rpc_diff "$w/before" "$w/after" >"$w/$name-$version-$ms.calls"
    [ "$nlm" = 0 ] || echo "NLM $nlm" >>"$w/$name-$version-$ms.calls"
    awk -v s="$start" -v e="$end" -v n="$total" 'BEGIN { printf "%.1f\n", (e - s) * 1000 / n }' >"$w/$name-$version-$ms.time"
    echo "$name, version $version, $ms ms: $(calls "$name-$version-$ms") calls, $(cat "$w/$name-$version-$ms.time") ms per mail"
    verify "$name"
}

calls() { awk '{ n += $2 } END { print n + 0 }' "$w/$1.calls"; }
per_mail() { awk -v n="${1:-0}" -v c="$total" 'BEGIN { printf "%.2f", n / c }'; }

for version in 3 4; do
    for ms in $latencies; do
        measure roost $version "$ms"
        measure plain $version "$ms"
    done
done

title() { case $1 in plain) echo "plain copy" ;; *) echo "roost migrate" ;; esac; }
mkdir -p /out
{
    echo "$total mails in 4 mailboxes, $bytes bytes on average; NLM: lock calls of version 3"
    echo
    echo "| NFS | what | calls | calls per mail | ms per mail | the same with 1 ms latency |"
    echo "|---|---|--:|--:|--:|--:|"
    for version in 3 4; do for name in roost plain; do
        n=$(calls $name-$version-0)
        echo "| v$version | $(title $name) | $n | $(per_mail "$n") | $(cat "$w/$name-$version-0.time")" \
            "| $(cat "$w/$name-$version-1.time" 2>/dev/null || echo -) |"
    done; done
    for version in 3 4; do
        printf '\nNFS v%s, calls (per mail):\n\n| operation | roost migrate | plain copy |\n|---|--:|--:|\n' "$version"
        awk '{ n[$1] += $2 } END { for (o in n) print n[o], o }' "$w"/*-"$version"-0.calls | sort -nr | while read -r _ op; do
            printf '| %s |' "$op"
            for name in roost plain; do
                n=$(awk -v o="$op" '$1 == o { print $2 }' "$w/$name-$version-0.calls")
                printf ' %s (%s) |' "${n:-0}" "$(per_mail "${n:-0}")"
            done
            echo
        done
    done
} | tee /out/nfs-rpc.md
