#!/bin/sh
# Measures how long users are locked out by "roost migrate --cutover": large users, prepared before, of whose mails some have
# changed since. Meanwhile an IMAP client of each user tries to log in every 20 ms, and another stays logged in until it is
# thrown out. Once with each gate. Needs root, Dovecot with IMAP, and Debian's package perl. Nothing of an installed Dovecot
# is used but its programs, and nothing is left behind.
set -eu
here=$(cd "${0%/*}" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
mails=20000 changed=50 users=1 runs=5 gates=passwd-file,dict cache=warm realtime=no busy=no keep='' dir=${TMPDIR:-/var/tmp}
usage() {
    cat <<END
usage: lockout.sh [OPTION=VALUE]...
  mails=N       of each user ($mails)
  changed=N     of which came, got flags or went since the user was prepared ($changed)
  users=N       who are cut over one after the other by one process ($users)
  runs=N        how often, a process each ($runs)
  gates=LIST    of passwd-file and dict ($gates)
  cache=cold    forget what is in memory of all disks before each cutover ($cache)
  busy=yes      the client that stays changes flags until it is thrown out, so that the Maildir is never the same ($busy)
  realtime=yes  with real-time priority, to measure on a machine that has other work ($realtime)
  keep=FILE     write the events of all cutovers there, as JSON
  dir=DIR       where to put everything; it needs the room of three times the mails ($dir)
END
    exit 64
}
for option; do
    case $option in
        mails=[1-9]* | changed=[0-9]* | users=[1-9]* | runs=[1-9]* | gates=[a-z]* | cache=warm | cache=cold | realtime=yes | \
            realtime=no | busy=yes | busy=no | keep=?* | dir=?*) eval "${option%%=*}=\${option#*=}" ;;
        *) usage ;;
    esac
done
for gate in $(echo "$gates" | tr , ' '); do
    case $gate in passwd-file | dict) ;; *) usage ;; esac
done

PATH=$PATH:/usr/sbin
complain() {
    echo "lockout.sh: $1" >&2
    exit "${2:-1}"
}
[ "$busy" = yes ] && client=busy || client=idle
[ "$(id -u)" = 0 ] || complain "only root may end the sessions of others" 77
command -v doveadm >/dev/null || complain "no Dovecot is installed" 69
perl -MTime::HiRes -e 1 2>/dev/null || complain "needs Debian's package perl" 69
if [ "$realtime" = yes ] && [ -z "${ROOST_LOCKOUT_REALTIME:-}" ]; then
    command -v chrt >/dev/null || complain "needs chrt, of util-linux" 69
    ROOST_LOCKOUT_REALTIME=yes exec chrt -r 1 "$0" "$@"
fi
"$root/roost" --version
echo "dovecot $(dovecot --version), $(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg), $(uname -sr)"
work=$(mktemp -d "$dir/roost-benchmark.XXXXXX")
base=$(mktemp -d /tmp/rb.XXXXXX)
# shellcheck source=samples/benchmark/dovecot.sh
. "$here/dovecot.sh"
probes=
stop_all() {
    # shellcheck disable=SC2086 # process ids
    [ -z "$probes" ] || kill $probes 2>/dev/null || true
    finish
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$work" "$base"

# the gates as the samples have them, in other places
mkdir "$base/gate"
: >"$base/roost-gate"
sed "s|/etc/dovecot|$base|" "$here/../cutover/gate-passwd-file.conf" >"$base/gates.conf"
sed "s|/etc/dovecot|$base|" "$here/../cutover/gate-dict.conf" >>"$base/gates.conf"
sed "s|/var/lib/roost/gate|$base/gate|" "$here/../cutover/roost-gate.conf.ext" >"$base/roost-gate.conf.ext"
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
more_of_dovecot="
protocols = imap
listen = 127.0.0.1
service imap-login {
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
!include $base/gates.conf"
userdb_of_dovecot="driver = passwd-file
  args = $base/users"

# everybody uses the Maildir again; Dovecot looks at the file once in a second
all_back() {
    while read -r user; do
        echo "$user::$uid:$gid::$work/home/$user::"
    done <"$work/users" >"$base/users.new"
    chmod 644 "$base/users.new"
    mv "$base/users.new" "$base/users"
    touch -d "$(date -d '+3 sec' '+%F %T')" "$base/users"
    sleep 1.1
    rm -rf "$work"/home/*/mdbox "$work/state"
}

seq -f 'u%g' "$users" >"$work/users"
all_back
start_dovecot
"$here/../maildir/generate" users="$users" mails="$mails" owner="$uid:$gid" "$work/home"

roost() {
    "$root/roost" migrate --single-backend --dovecot-config "$base/dovecot.conf" --state "$work/state" --workers 1 \
        --to mdbox:~/mdbox --users-file "$work/users" "$@"
}

mails_of() { # USER: as Dovecot shows them, wherever they are
    dove mailbox status -u "$1" messages '*' | awk '{ sub(/.*messages=/, ""); n += $1 } END { print n + 0 }'
}

# three of five come, one gets a flag, one goes
change() { # USER RUN
    maildir=$work/home/$1/Maildir
    coming=$((changed * 3 / 5)) touched=$((changed / 5))
    n=0
    while [ $n -lt $coming ]; do
        n=$((n + 1))
        name=$(date +%s).M${n}P${2}.mx1
        printf 'From: a@example.org\nSubject: new %s\n\nHello.\n' "$name" >"$maildir/tmp/$name"
        chown "$uid:$gid" "$maildir/tmp/$name"
        mv "$maildir/tmp/$name" "$maildir/new/$name"
    done
    # as clients do it
    dove flags add -u "$1" '\Flagged' mailbox INBOX "1:$touched"
    dove expunge -u "$1" mailbox INBOX "$((touched + 1)):$((changed - coming))"
}

one_run() { # GATE RUN
    case $1 in
        passwd-file) where=passwd-file:$base/roost-gate ;;
        dict) where=dict:$base/gate ;;
    esac
    all_back
    roost --prepare --quiet >"$work/output" 2>&1 || { cat "$work/output" >&2; complain "preparing failed"; }
    while read -r user; do
        change "$user" "$2"
        mails_of "$user" >"$work/$user.before"
    done <"$work/users"
    sync
    [ "$cache" = warm ] || echo 3 >/proc/sys/vm/drop_caches
    probes=
    while read -r user; do
        "$here/logins" "127.0.0.1:$port" "$user" pw 20 "$client" >"$work/$user.locked" &
        probes="$probes $!"
    done <"$work/users"
    # they are at it
    sleep 1
    roost --cutover --gate "$where" --switch "passwd-file:$base/users" --json >"$work/events" 2>"$work/output" || {
        tail -n 3 "$work/events" "$work/output" >&2
        complain "the cutover failed"
    }
    sleep 0.5
    # shellcheck disable=SC2086 # process ids
    kill $probes && wait $probes
    probes=
    while read -r user; do
        after=$(mails_of "$user")
        [ "$after" = "$(cat "$work/$user.before")" ] || complain "$user had $(cat "$work/$user.before") mails, and has $after"
        if [ "$(wc -l <"$work/$user.locked")" != 1 ] || ! grep -q '^[0-9]* [0-9]* .*UNAVAILABLE' "$work/$user.locked"; then
            complain "$user: expected one lock-out with its reason, found: $(cat "$work/$user.locked")"
        fi
        cat "$work/$user.locked" >>"$work/$1.locked"
    done <"$work/users"
    cat "$work/events" >>"$work/$1.events"
}

run=0
while [ $run -lt "$runs" ]; do
    run=$((run + 1))
    for gate in $(echo "$gates" | tr , ' '); do
        one_run "$gate" "$run"
    done
done
for gate in $(echo "$gates" | tr , ' '); do
    printf '\n%s gate: %d of %d mails, %d of them changed since they were prepared; %d cutovers, %s cache%s%s\n\n' "$gate" \
        "$users" "$mails" "$changed" "$((users * runs))" "$cache" "$([ "$busy" = no ] || echo ", busy client")" \
        "$([ "$realtime" = no ] || echo ", real-time priority")"
    "$here/lockout-table" "$work/$gate.events" "$work/$gate.locked"
    [ -z "$keep" ] || cat "$work/$gate.events" >>"$keep"
done
