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
# If both .lasthost files agree, no process is started but one stat(1). If the user comes from another host, this script does
# what "roost hostchange login" does, without Java. Roost itself is only called for what is out of the ordinary: see
# ordinary(). Where it cannot be run, the record on shared storage and the list index here are removed instead, which is always
# safe. Only if even that fails the user is not let in. Standard input and output are the client's connection: nothing here may
# touch them.

# the launcher of Roost
roost=/usr/local/bin/roost
# "yes" while backends without host change are in use, which leave list indexes on shared storage
migration=no
# name of this backend; empty for the host name
host=

index=${HOSTCHANGE_INDEX-}
prefix=${HOSTCHANGE_LISTINDEX-}
memory=${prefix%/*}
there=$index/.lasthost
here=$memory/.lasthost
self=$host
[ -n "$self" ] || IFS= read -r self </proc/sys/kernel/hostname

# Reads both records. The files are opened, not only looked at: that makes an NFS client ask the server instead of its cache.
# What cannot be read, or goes on where it should end, leaves an empty token.
read_there() {
    host_there='' token_there='' rest=''
    [ ! -f "$there" ] || {
        { IFS= read -r host_there && IFS= read -r token_there; } || token_there=
        ! IFS= read -r rest && [ -z "$rest" ] || token_there=
    } <"$there"
}

read_here() {
    stamp='' host_here='' token_here='' rest=''
    [ ! -f "$here" ] || {
        { IFS= read -r stamp && IFS= read -r host_here && IFS= read -r token_here; } || token_here=
        ! IFS= read -r rest && [ -z "$rest" ] || token_here=
    } <"$here"
}

fresh() {
    read_there && read_here || return 1
    [ -n "$token_there" ] && [ "$token_there" = "$token_here" ] || return 1
    [ "$host_there" = "$self" ] && [ "$host_here" = "$self" ] || return 1
    [ "$(stat -c '%i %.9Y' -- "$there")" = "$stamp" ] || return 1
    [ "$migration" != yes ] || [ ! -e "$index/dovecot.list.index.log" ]
}

# A name, and a token or none.
host_and_token() {
    case $1 in '' | *[!A-Za-z0-9._-]*) return 1 ;; esac
    case $2 in *[!0-9a-f]*) return 1 ;; esac
    [ -z "$2" ] || [ ${#2} -eq 32 ]
}

# Whether nothing is odd. All else is Roost's: a missing INDEX, migration, damaged files, symbolic links, files of others.
ordinary() {
    [ "$migration" != yes ] && host_and_token "$self" '' && [ "$self" != localhost ] && [ ${#self} -le 64 ] || return 1
    [ -d "$index" ] && [ ! -h "$index" ] && [ -O "$index" ] && [ ! -h "$there" ] && [ ! -h "$memory" ] && [ ! -h "$here" ] ||
        return 1
    if [ -e "$there" ]; then
        [ -f "$there" ] && read_there && host_and_token "$host_there" "$token_there" && [ -z "$rest" ] || return 1
    fi
    if [ -s "$here" ]; then
        [ -f "$here" ] && read_here && [ -n "$token_here" ] && host_and_token "$host_here" "$token_here" || return 1
        case $stamp in *[!0-9.\ -]*) return 1 ;; esac
    elif [ -e "$here" ]; then
        [ -f "$here" ] || return 1
    fi
}

# The user's directory in memory, and the one above it, with the modes that Roost gives them.
directory() {
    [ ! -d "$memory" ] || return 0
    parent=${memory%/*}
    above=${parent%/*}
    if [ ! -d "$parent" ]; then
        [ -n "$above" ] && mode=$(stat -c %a -- "$above") || return 1
        [ -O "$above" ] || [ "$mode" = 1777 ] || return 1
        case $mode in 1777 | 7[0-7][0-7]) ;; *) return 1 ;; esac
        mkdir -m "$mode" -- "$parent" 2>/dev/null || [ -d "$parent" ] || return 1
    fi
    [ ! -h "$parent" ] && mode=$(stat -c %a -- "$index") || return 1
    case $mode in 7[0-7][0-7]) ;; *) return 1 ;; esac
    mkdir -m "$mode" -- "$memory" 2>/dev/null || [ -d "$memory" ]
}

# The steps of HostChange.check(), in the same order and under the same lock.
take_over() (
    umask 077
    ordinary && directory && [ ! -h "$memory" ] && [ -O "$memory" ] || exit 1
    # shellcheck disable=SC3013 # -ef is no standard, but every sh of Linux knows it
    exec 9<>"$here" && flock -w 10 9 && [ -O "$here" ] && [ "/proc/self/fd/9" -ef "$here" ] || exit 1
    # another login was faster
    ! fresh || exit 0
    : >"$here" || exit 1
    new=$index/.lasthost.new.$self
    rm -f -- "$prefix"* "$new" || exit 1
    IFS= read -r uuid </proc/sys/kernel/random/uuid || exit 1
    token=
    while [ -n "$uuid" ]; do
        token=$token${uuid%%-*}
        case $uuid in *-*) uuid=${uuid#*-} ;; *) uuid= ;; esac
    done
    (set -C && printf '%s\n%s\n' "$self" "$token" >"$new") && sync -- "$new" && mv -fT -- "$new" "$there" &&
        sync -- "$index" || exit 1
    read_there
    [ "$host_there" = "$self" ] && [ "$token_there" = "$token" ] || exit 1
    stamp=$(stat -c '%i %.9Y' -- "$there") && printf '%s\n%s\n%s\n' "$stamp" "$self" "$token" >&9
)

put_right() {
    set -- --quiet --index "$index" --list-index "$prefix" -- "$USER"
    [ -z "$host" ] || set -- --host "$host" "$@"
    [ "$migration" != yes ] || set -- --migration "$@"
    "$roost" hostchange login "$@" </dev/null >&2
}

# What no record says is believed by no backend.
forget() {
    [ "$migration" != yes ] || rm -f -- "$index"/dovecot.list.index* || return 1
    rm -f -- "$there" "$here" "$memory"/dovecot.list.index* &&
        [ ! -e "$there" ] && [ ! -e "$prefix" ] && [ ! -e "$prefix.log" ]
}

case $index:$prefix in
    */../* | */..:* | */./* | */.:* | *//*)
        echo "postlogin: the paths of ${USER-} have empty names, . or .. in them: $index $prefix" >&2
        exit 1
        ;;
    /*:/*/dovecot.list.index) ;;
    *)
        echo "postlogin: the userdb gives no hostchange_index and hostchange_listindex for ${USER-}" >&2
        exit 1
        ;;
esac
if ! fresh 2>/dev/null && ! take_over && ! put_right; then
    if forget; then
        echo "postlogin: roost could not be run for $USER; the list index is removed" >&2
    else
        echo "postlogin: the list index of $USER may be stale and cannot be removed; not let in" >&2
        exit 1
    fi
fi
exec "$@"
