#!/bin/sh
# Post-login script for Dovecot: lets nobody in before a stale list index is gone. See docs/hostchange.md.
#
#   service imap {
#     executable = imap imap-postlogin
#   }
#   service imap-postlogin {
#     executable = script-login /usr/local/lib/roost/postlogin.sh
#     user = vmail
#     vsz_limit = 0        # Java reserves more addresses than the default allows
#     unix_listener imap-postlogin {
#     }
#   }
#
# The userdb gives two fields, which arrive here in capitals:
#
#   hostchange_index      INDEX, or the mail root without INDEX=
#   hostchange_listindex  LISTINDEX, with /dovecot.list.index at its end
#
# If both .lasthost files agree, no process is started but one stat(1). Otherwise Roost puts things right. Where Roost cannot be
# run, the record on shared storage and the list index here are removed instead, which is always safe. Only if even that fails
# the user is not let in. Standard input and output are the client's connection: nothing here may touch them.

# the launcher of Roost
roost=/usr/local/bin/roost
# "yes" while backends without host change are in use, which leave list indexes on shared storage
migration=no
# name of this backend; empty for the host name
host=

index=${HOSTCHANGE_INDEX-}
prefix=${HOSTCHANGE_LISTINDEX-}
memory=${prefix%/*}

# The files are opened, not only looked at: that makes an NFS client ask the server instead of its cache.
fresh() {
    [ -f "$index/.lasthost" ] && [ -f "$memory/.lasthost" ] || return 1
    { IFS= read -r host_there && IFS= read -r token_there; } <"$index/.lasthost" || return 1
    { IFS= read -r stamp && IFS= read -r host_here && IFS= read -r token_here; } <"$memory/.lasthost" || return 1
    [ -n "$token_there" ] && [ "$token_there" = "$token_here" ] && [ "$host_there" = "$host_here" ] || return 1
    [ "$(stat -c '%i %.9Y' -- "$index/.lasthost")" = "$stamp" ] || return 1
    [ "$migration" != yes ] || [ ! -e "$index/dovecot.list.index.log" ]
}

put_right() {
    set -- --quiet --index "$index" --list-index "$prefix" -- "$USER"
    [ -z "$host" ] || set -- --host "$host" "$@"
    [ "$migration" != yes ] || set -- --migration "$@"
    "$roost" hostchange login "$@" </dev/null >&2
}

# What no record says is believed by no backend.
forget() {
    [ "$migration" != yes ] || rm -f -- "$index"/dovecot.list.index* || return 1
    rm -f -- "$index/.lasthost" "$memory/.lasthost" "$memory"/dovecot.list.index* &&
        [ ! -e "$index/.lasthost" ] && [ ! -e "$prefix" ] && [ ! -e "$prefix.log" ]
}

case $index:$prefix in
    /*:/*/dovecot.list.index) ;;
    *)
        echo "postlogin: the userdb gives no hostchange_index and hostchange_listindex for ${USER-}" >&2
        exit 1
        ;;
esac
if ! fresh 2>/dev/null && ! put_right; then
    if forget; then
        echo "postlogin: roost could not be run for $USER; the list index is removed" >&2
    else
        echo "postlogin: the list index of $USER may be stale and cannot be removed; not let in" >&2
        exit 1
    fi
fi
exec "$@"
