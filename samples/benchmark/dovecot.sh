# shellcheck shell=sh
# For the benchmarks beside this file: a Dovecot of their own, of which nothing is left behind. They set work and base.

: "${work:?a directory with room}" "${base:?a directory with a short path, for sockets}"
uid=$(id -u) gid=$(id -g)
# shellcheck disable=SC2034 # for those who ask for cold caches
cold=yes
if [ "$uid" = 0 ]; then uid=5000 gid=5000; else cold=; fi
[ -w /proc/sys/vm/drop_caches ] || cold=
master=

# Users uN have their homes in $work/home/uN. Settings of more_of_dovecot win over those before it; userdb_of_dovecot is the
# userdb behind its own, if it has any.
start_dovecot() {
    {
        cat <<END
base_dir = $base/base
state_dir = $base/state
log_path = $work/dovecot.log
protocols =
ssl = no
first_valid_uid = 1
mail_location = maildir:~/Maildir
namespace inbox {
  inbox = yes
  separator = /
}
passdb {
  driver = static
  args = nopassword=y
}
${more_of_dovecot:-}
userdb {
  ${userdb_of_dovecot:-driver = static
  args = uid=$uid gid=$gid home=$work/home/%u allow_all_users=yes}
}
END
        [ "$(id -u)" = 0 ] || cat <<END
default_internal_user = $(id -un)
default_internal_group =
default_login_user = $(id -un)
service anvil {
  chroot =
}
service stats {
  chroot =
}
END
    } >"$base/dovecot.conf"
    dovecot -F -c "$base/dovecot.conf" &
    master=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ ! -e "$base/base/master.pid" ] || break
        sleep 0.2
    done
}

# Ends it, and takes everything away.
finish() {
    [ -z "$master" ] || { kill "$master" && wait "$master"; } 2>/dev/null || true
    rm -rf "${work:?}" "${base:?}"
}

dove() { doveadm -c "$base/dovecot.conf" "$@"; }

# clear_targets; prepare cold|warm
# An earlier target is moved aside instead of removed: for minutes ext4 without a journal looks for other inodes than those that
# were freed, and whoever creates the most files in a second pays the most for it.
aside=0
clear_targets() {
    aside=$((aside + 1))
    rm -rf "$work/state"
    for target in "$work"/home/*/mdbox; do
        [ ! -e "$target" ] || mv "$target" "$target.$aside"
    done
}

prepare() {
    clear_targets
    sync
    if [ "$1" = cold ]; then
        echo 3 >/proc/sys/vm/drop_caches
    else
        find "$work/home" -path '*/Maildir/*' -type f -exec cat {} + >/dev/null
    fi
}

median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
