# shellcheck shell=sh
# Builds Roost into cli/target/roost: lib with all jars, native with the native libraries, and a class data archive.
# Needs toolchain.sh and $root; after find_java.

# is_stale: whether there is no build yet, or a source is newer
is_stale() {
    lib=$root/cli/target/roost/lib
    [ -d "$lib" ] || return 0
    # directories too: a deleted file changes only its directory
    changed=$(find "$root/pom.xml" "$root"/*/pom.xml "$root"/*/src/main/java "$root"/*/src/main/resources \
        -newer "$lib" -print -quit 2>/dev/null)
    [ -n "$changed" ]
}

build() {
    if [ ! -w "$root" ]; then
        # another user's installation: what is built works, even if the sources are newer
        [ ! -d "$root/cli/target/roost/lib" ] || return 0
        say "Roost is not built yet, and you may not write to $root: run $root/roost once as its owner"
        exit 7
    fi
    mkdir -p "$root/.roost"
    exec 9>"$root/.roost/build.lock"
    if command -v flock >/dev/null && ! flock -n 9; then
        say "waiting for another build"
        flock 9
    fi
    if is_stale; then
        build_locked
    fi
    exec 9>&-
}

build_locked() {
    need_jdk
    log=$root/.roost/build.log
    say "building, which takes up to some minutes when done for the first time (log: $log)"
    started=$root/.roost/build.started
    : >"$started"
    new=$root/cli/target/roost.new
    rm -rf "$new"
    if ! run_maven -q -DskipTests -Droost.assembly="$new" -pl cli -am package >"$log" 2>&1 </dev/null 9>&-; then
        tail -n 30 "$log" >&2
        say "the build failed; above is the end of $log"
        exit 70
    fi
    # what changed since the start is newer than this build
    touch -r "$started" "$new/lib"
    # A running Roost keeps the files that it has open
    rm -rf "$root/cli/target/roost.old"
    [ ! -d "$root/cli/target/roost" ] || mv "$root/cli/target/roost" "$root/cli/target/roost.old"
    mv "$new" "$root/cli/target/roost"
    rm -rf "$root/cli/target/roost.old"
}

# class_path: sets class_path to all jars, sorted
class_path() {
    class_path=
    for jar in "$root"/cli/target/roost/lib/*.jar; do
        class_path=$class_path:$jar
    done
    class_path=${class_path#:}
}

# native_flags: where the native libraries are, so that no run unpacks them into a temporary directory
native_flags() {
    case $(uname -m) in
        x86_64) set -- x86_64 amd64 x86_64 ;;
        aarch64) set -- aarch64 aarch64 arm64 ;;
        *)
            say "this machine is a $(uname -m); Roost runs on x86_64 and aarch64"
            exit 7 ;;
    esac
    native=$root/cli/target/roost/native
    jffi=-Djffi.boot.library.path=$native/jni/$1-Linux
    lmdb=-Dlmdbjava.native.lib=$native/org/lmdbjava/native/$1-linux-gnu.so
    for file in "$native/linux/$2"/libzstd-jni-*.so; do
        zstd=-DZstdNativePath=$file
    done
    jline=-Dlibrary.jline.path=$native/org/jline/nativ/Linux/$3
    library=$native/jni/$1-Linux/libjffi-1.2.so
    # Maven leaves it not executable; if it is and yet is not, the mount forbids it
    if [ ! -x "$library" ] && chmod 755 "$library" 2>/dev/null && [ ! -x "$library" ]; then
        say "the native libraries in $native cannot be loaded: that file system is mounted noexec"
        exit 7
    fi
}

# train_maildir DIR: enough mails, flags and keywords that a migration of some of them does most of what it ever does
train_maildir() {
    mkdir -p "$1/cur" "$1/new" "$1/tmp"
    echo '0 $Forwarded' >"$1/dovecot-keywords"
    echo '3 V1 N101 G00000000000000000000000000000001' >"$1/dovecot-uidlist"
    n=0
    while [ "$n" -lt 100 ]; do
        n=$((n + 1))
        printf 'Subject: %s\n\nx\n' "$n" >"$1/cur/$n.M${n}P1.x,S=14:2,Sa"
        echo "$n :$n.M${n}P1.x,S=14" >>"$1/dovecot-uidlist"
    done
}

# archive_classes FILE: runs a typical command once, so that later ones find its classes parsed and checked. Its outcome does
# not matter: without an archive, which is then an empty file, everything works, only slower.
archive_classes() {
    (
        home=$(mktemp -d "$root/.roost/train.XXXXXX")
        trap 'rm -rf "$home"' EXIT
        train_maildir "$home/u/Maildir"
        for box in A A.B C D E F G; do
            train_maildir "$home/u/Maildir/.$box"
        done
        printf 'V\t2\n\nA\nC\n' >"$home/u/Maildir/subscriptions"
        # shellcheck disable=SC2086 # a list of flags
        "$java" $java_flags -XX:+UseSerialGC -XX:-UsePerfData -Xlog:disable -Xshare:off -XX:DumpLoadedClassList="$home/classes" \
            "$lmdb" "$jffi" "$zstd" "$jline" -cp "$class_path" io.roost.cli.Roost migrate --no-dovecot --single-backend \
            --state "$home/state" --home "$home/%u" --from 'maildir:~/Maildir' --to 'mdbox:~/mdbox' u
        # not -XX:ArchiveClassesAtExit: such an archive leaves out the classes of picocli, which are in an old format
        # shellcheck disable=SC2086 # a list of flags
        "$java" $java_flags -Xlog:disable -Xshare:dump -XX:SharedClassListFile="$home/classes" \
            -XX:SharedArchiveFile="$1.$$" -cp "$class_path"
    ) >>"$root/.roost/build.log" 2>&1 </dev/null || true
    [ -e "$1.$$" ] || : >"$1.$$"
    mv -f "$1.$$" "$1"
}
