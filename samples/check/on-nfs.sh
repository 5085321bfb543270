#!/bin/bash
# Lets "roost check" look at real NFS: mounts as they should be and as they should not, root squash, a clock that is five seconds off,
# locks between two hosts, the directory under the mount, and the sample configurations of samples/dovecot. Ends with 1 at the first
# finding that is not what it should be.
#
#   on-nfs.sh [PART...]     parts: good version4 bad locks squash under clock time samples; all by default
#
# Runs as root on a machine of its own that may be thrown away, where $LAB/topology.sh has functions that make a kernel NFS server, a
# director and two backends "be1" and "be2", each with a mount at /srv/mail: lab_up; in_ns NAME COMMAND...; add_user; make_maildir USER
# COUNT BYTES; nfs_mount NAME VERSION; nfs_remount NAME VERSION; lab_fail. Roost has to be built before, and the working directory to be
# its own. LAB_FAKETIME names libfaketime.so.1 (Debian: libfaketime) for the clock. What was seen: /out/check.txt
set -u
# the lab may run a copy of this script elsewhere, in the caller's directory
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
[ -x "$root/samples/check/on-nfs.sh" ] || root=$PWD
: "${LAB:?has to be the directory of topology.sh}"
export LAB_BACKEND_CONF='service doveadm {
  inet_listener http {
    port = 8080
  }
}'
export LAB_DIRECTOR_CONF="service director {
  inet_listener roost-admin {
    port = 9091
  }
}
$LAB_BACKEND_CONF"
# shellcheck disable=SC1091 # the lab's
. "$LAB/topology.sh"
# under the mounts to be
mkdir -p /srv/mail
chown 0:0 /srv/mail
chmod 0755 /srv/mail
lab_up
mkdir -p /out
add_user anna
make_maildir anna 20 4000
seen=/out/check.txt
passed=0

# check NAME OPTION...: runs roost check, prints "SEVERITY ID FOUND" for each finding and keeps it in $findings
findings=
check() {
    local ns=$1
    shift
    findings=$(in_ns "$ns" "$root/roost" check --json --state /run/roost "$@" 2>/tmp/errors |
        perl -ne 'next unless /"type":"finding"/; my %f; $f{$1} = $2 while /"(id|severity|found|looked_at)":"((?:[^"\\]|\\.)*)"/g;
            print "$f{severity} $f{id} $f{found}\n"')
    [ -n "$findings" ] || lab_fail "no findings: $(cat /tmp/errors)"
    { echo "-- $ns: check $*"; echo "$findings"; } >>$seen
}

# is SEVERITY ID [PART OF WHAT WAS FOUND]
is() {
    local line
    line=$(grep -E "^[a-z]+ $2 " <<<"$findings")
    case $line in
        "$1 $2 "*"${3:-}"*) passed=$((passed + 1)); echo "ok - $line" ;;
        *) echo "$findings"; lab_fail "expected: $1 $2 ${3:-}; found: $line" ;;
    esac
}

parts=" ${*:-good version4 bad locks squash under clock time samples} "
wanted() { [[ $parts == *" $1 "* ]]; }

remount() { # OPTIONS [VERSION]
    in_ns be1 umount /srv/mail
    LAB_NFSOPTS=$1 nfs_mount be1 "${2:-3}" || lab_fail "cannot mount with $1"
}

export_with() { # root_squash|no_root_squash
    in_ns nfs exportfs -i -o "rw,sync,no_subtree_check,$1,fsid=0" "10.77.0.0/24:/srv/mail"
}

keys="LISTINDEX=/dev/shm/dovecot/%2.256Nu/%u/dovecot.list.index:VOLATILEDIR=/dev/shm/dovecot/%2.256Nu/%u"
good="--director 10.77.0.2:9091 --to mdbox:~/mdbox:$keys anna"
mounts="--only nfs-version,nfs-attribute-cache,nfs-nordirplus,nfs-noatime,nfs-locks,nfs-hard,mount-type"
mounts="$mounts --behind-director --no-dovecot --home /srv/mail/%u --from maildir:~/Maildir anna"

if wanted good; then
    echo "== everything, on NFS version 3 behind the director"
    in_ns be1 grep ' /srv/mail ' /proc/self/mountinfo | tee -a $seen
    # shellcheck disable=SC2086 # lists of options
    check be1 $good
    for id in mmap-disable mail-fsync mail-nfs-index lock-method mount-type nfs-version nfs-attribute-cache nfs-nordirplus nfs-noatime \
        nfs-locks nfs-hard under-mount-point root-squash clock-server locks-fcntl locks-dotlock director-reachable director-backend \
        director-ring director-hash source-readable target-writable volatiledir listindex tmpfs-room socket-anvil space; do
        is ok $id
    done
    [ "$(grep -c '^ok clock-others ' <<<"$findings")" = 2 ] || lab_fail "the clocks of be2 and of the director: $findings"
    in_ns nfs sh -c 'ls -A /srv/mail /srv/mail/anna' | grep probe && lab_fail "a probe was left"
fi

if wanted version4; then
    echo "== version 4"
    remount noatime,actimeo=60 4
    in_ns be1 grep ' /srv/mail ' /proc/self/mountinfo | tee -a $seen
    # shellcheck disable=SC2086
    check be1 $good
    for id in nfs-version nfs-attribute-cache nfs-noatime nfs-locks nfs-hard root-squash clock-server locks-fcntl locks-dotlock; do
        is ok $id
    done
fi

if wanted bad; then
    echo "== mounts as they should not be"
    remount soft,nolock,actimeo=3
    in_ns be1 grep ' /srv/mail ' /proc/self/mountinfo | tee -a $seen
    # shellcheck disable=SC2086
    check be1 $mounts
    is unsafe nfs-hard soft
    is unsafe nfs-locks nolock
    is slow nfs-attribute-cache acregmin=3
    is slow nfs-nordirplus
    is advice nfs-noatime
    is ok mount-type nfs
    remount noatime,noac,nordirplus
    # shellcheck disable=SC2086
    check be1 ${mounts/--behind-director/--without-director}
    is ok nfs-attribute-cache noac
fi

if wanted locks; then
    echo "== locks between two hosts"
    in_ns be1 touch /srv/mail/anna/lock
    in_ns be2 "$root/roost" check --hold-lock /srv/mail/anna/lock 2>/tmp/held &
    holder=$!
    for _ in $(seq 600); do grep -q 'is locked' /tmp/held && break; sleep 0.2; done
    check be1 --single-backend --no-dovecot --home '/srv/mail/%u' --from maildir:~/Maildir --only locks-hosts \
        --locked-elsewhere /srv/mail/anna/lock
    is ok locks-hosts
    remount nolock
    check be1 --single-backend --no-dovecot --home '/srv/mail/%u' --from maildir:~/Maildir --only locks-hosts \
        --locked-elsewhere /srv/mail/anna/lock
    is unsafe locks-hosts
    kill $holder
fi

if wanted squash; then
    echo "== root squash"
    export_with root_squash
    remount noatime,actimeo=60,nordirplus
    check be1 --behind-director --only root-squash,source-readable anna
    is unsafe root-squash
    is ok source-readable
    export_with no_root_squash
fi

if wanted under; then
    echo "== the directory under the mount"
    in_ns be1 umount /srv/mail
    in_ns be1 chown "$LAB_MAIL_UID" /srv/mail
    LAB_NFSOPTS=noatime,actimeo=60,nordirplus nfs_mount be1 3
    check be1 --behind-director --no-dovecot --home '/srv/mail/%u' --from maildir:~/Maildir --only under-mount-point anna
    is unsafe under-mount-point "owner $LAB_MAIL_UID"
    in_ns be1 umount /srv/mail
    in_ns be1 chown root /srv/mail
    nfs_mount be1 3
fi

if wanted clock; then
    echo "== a clock that is off"
    if [ -e "${LAB_FAKETIME:-}" ]; then
        export NO_FAKE_STAT=1 FAKETIME_DONT_FAKE_MONOTONIC=1
        LD_PRELOAD=$LAB_FAKETIME FAKETIME=+5s check be1 --director 10.77.0.2:9091 --only clock-server,clock-others anna
        is unsafe clock-server -5.0
        is unsafe clock-others -5.
        LD_PRELOAD=$LAB_FAKETIME FAKETIME=-3s check be1 --no-dovecot --home '/srv/mail/%u' --from maildir:~/Maildir --only clock-server anna
        is unsafe clock-server +3.0
    else
        echo "no LAB_FAKETIME: left out"
    fi
fi

# The kernel's state as a time daemon sets it (adjtimex with ADJ_STATUS, ADJ_MAXERROR and ADJ_ESTERROR; 0x40 is STA_UNSYNC).
kernel_clock() { # STATUS MAXERROR
    perl -e 'my $t = pack("Lx4qqqqlx4", 0x1c, 0, 0, $ARGV[1], $ARGV[1], $ARGV[0]) . "\0" x 160;
        exit(syscall($ARGV[2] + 0, $t) < 0)' "$1" "$2" "$(case $(uname -m) in x86_64) echo 159 ;; *) echo 171 ;; esac)" ||
        lab_fail "adjtimex"
}

if wanted time; then
    echo "== a clock that is kept, and one that is not"
    kernel_clock 64 16000000
    check be1 --no-dovecot --single-backend --home '/srv/mail/%u' --from maildir:~/Maildir --only time-daemon anna
    is advice time-daemon "not synchronised"
    kernel_clock 0 2500
    check be1 --no-dovecot --single-backend --home '/srv/mail/%u' --from maildir:~/Maildir --only time-daemon anna
    is ok time-daemon "synchronised, to 0.0"
    kernel_clock 0 1500000
    check be1 --no-dovecot --single-backend --home '/srv/mail/%u' --from maildir:~/Maildir --only time-daemon anna
    is advice time-daemon "synchronised, to 1.5"
fi

if wanted samples; then
    echo "== the samples"
    remount noatime,actimeo=60,nordirplus
    for sample in backend transition; do
        in_ns be1 doveconf -a -c "$root/samples/dovecot/$sample.conf" >/tmp/settings || lab_fail "doveconf"
        check be1 --settings /tmp/settings --director 10.77.0.2:9091 --home '/srv/mail/%n' --from "maildir:~/Maildir:$keys" \
            --to "mdbox:~/mdbox:$keys" --ignore state-local anna
        # the state directory: a machine that may be thrown away has its disk in memory
        grep -E '^(unsafe|slow) ' <<<"$findings" && lab_fail "$sample.conf is not in order"
        passed=$((passed + 1))
        echo "ok - nothing of $sample.conf is unsafe or slow among $(wc -l <<<"$findings") findings"
    done
fi

echo "all $passed as expected"
