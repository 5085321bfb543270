#!/bin/sh
# Userdb program for Dovecot (driver checkpassword): does before an LMTP delivery what postlogin.sh does at a login. lmtp.conf has
# the settings for it. See docs/hostchange.md.
#
#   before-lmtp.sh INDEX LISTINDEX checkpassword-reply
#
# It works as the owner of INDEX. If the list index cannot be put right, it gives the field tempfail: Dovecot answers 451, and
# the mail stays in the queue.

postlogin=/usr/local/lib/roost/postlogin.sh

defer() {
    echo "before-lmtp: $1" >&2
    printf 'userdb_tempfail=yes' >&4
    exit 2
}

[ $# -eq 3 ] || defer "expected INDEX, LISTINDEX and the reply program: has the name ${AUTH_USER-} a space in it?"
index=$1
prefix=$2
case $index:$prefix in
    /*:/*/dovecot.list.index) ;;
    *) defer "\"$index\" and \"$prefix\" are no paths of ${AUTH_USER-}" ;;
esac

# a new user has no INDEX yet, or not even a home; where nothing is in memory either, nothing can be stale
for at in "$index" "${index%/*}" "${prefix%/*}"; do
    [ ! -d "$at" ] || break
    at=
done
if [ -n "$at" ]; then
    set -- "$postlogin" true
    if [ "$(id -u)" = 0 ]; then
        if ! owner=$(stat -c %u -- "$at") || ! group=$(stat -c %g -- "$at"); then
            defer "cannot tell whose $at is"
        fi
        # mail is nobody's but a user's: a missing mount, or a link that leads elsewhere
        [ "$owner" != 0 ] || defer "$at belongs to root"
        set -- setpriv --reuid="$owner" --regid="$group" --clear-groups --no-new-privs -- "$@"
    fi
    USER=$AUTH_USER HOSTCHANGE_INDEX=$index HOSTCHANGE_LISTINDEX=$prefix "$@" </dev/null >&2 3<&- 4>&- ||
        defer "the list index of ${AUTH_USER-} is not put right"
fi

# what a userdb answers: a field, and the exit status for "found"
printf 'userdb_hostchange=done' >&4
exit 2
