# shellcheck shell=sh
# Finds a JDK and Maven, and installs them where that is wanted. Needs $root. Sourced by roost and by .ci/test.

say() { echo "roost: $*" >&2; }

# version_of DIR: sets java_version from the release file of the Java in DIR, or by asking it
version_of() {
    java_version=
    if [ -r "$1/release" ]; then
        while IFS='=' read -r key value; do
            if [ "$key" = JAVA_VERSION ]; then
                value=${value#\"}
                java_version=${value%\"}
                return
            fi
        done <"$1/release"
    fi
    java_version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1)
}

# good_java DIR: whether there is a Java of 17 or newer; sets java, java_home, java_version, java_flags
good_java() {
    [ -n "$1" ] && [ -x "$1/bin/java" ] || return 1
    [ "${want_javac:-}" = "" ] || [ -x "$1/bin/javac" ] || return 1
    version_of "$1"
    feature=${java_version%%[!0-9]*}
    [ -n "$feature" ] && [ "$feature" -ge 17 ] || return 1
    java_home=$1
    java=$1/bin/java
    # lmdbjava reaches into java.nio; jnr-ffi loads native libraries and uses Unsafe
    java_flags="--add-opens java.base/java.nio=ALL-UNNAMED --add-opens java.base/sun.nio.ch=ALL-UNNAMED"
    [ "$feature" -lt 22 ] || java_flags="$java_flags --enable-native-access=ALL-UNNAMED"
    [ "$feature" -lt 23 ] || java_flags="$java_flags --sun-misc-unsafe-memory-access=allow"
}

# find_java: JAVA_HOME, PATH, then what distributions install
find_java() {
    good_java "${JAVA_HOME:-}" && return
    if found=$(command -v java); then
        found=$(readlink -f "$found")
        good_java "${found%/bin/java}" && return
    fi
    for found in /usr/lib/jvm/*; do
        good_java "$found" && return
    done
    return 1
}

# find_jdk: as find_java, with a compiler
find_jdk() {
    want_javac=yes
    find_java && found_jdk=0 || found_jdk=1
    want_javac=
    return "$found_jdk"
}

# good_maven PROGRAM: whether it is a Maven of 3.6.3 or newer; sets mvn. Needs java_home.
good_maven() {
    maven_version=$(JAVA_HOME=$java_home "$1" -B -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
    oldest=$(printf '%s\n' 3.6.3 "${maven_version:-0}" | sort -V | head -n 1)
    [ "$oldest" = 3.6.3 ] || return 1
    mvn=$1
}

find_maven() {
    if found=$(command -v mvn) && good_maven "$found"; then return; fi
    for found in "${MAVEN_HOME:-}/bin/mvn" /usr/share/maven/bin/mvn /opt/*maven*/bin/mvn; do
        if [ -x "$found" ] && good_maven "$found"; then return; fi
    done
    return 1
}

may_install() {
    [ -z "${ROOST_NO_INSTALL:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

# apt_install PACKAGE...: without starting any service that comes along
apt_install() {
    mkdir -p "$root/.roost"
    policy=/usr/sbin/policy-rc.d
    made=
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod 755 $policy
        made=yes
    fi
    {
        apt-get update &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
    } >"$root/.roost/apt.log" 2>&1 </dev/null && installed=0 || installed=1
    [ -z "$made" ] || rm -f $policy
    if [ "$installed" = 1 ]; then
        say "apt-get failed; the end of $root/.roost/apt.log:"
        tail -n 20 "$root/.roost/apt.log" >&2
    fi
    return "$installed"
}

# jdk_package: Debian's name for a JDK of 17 or newer
jdk_package() {
    if apt-cache show openjdk-17-jdk-headless >/dev/null 2>&1 || ! apt-cache show default-jdk-headless >/dev/null 2>&1; then
        echo openjdk-17-jdk-headless
    else
        echo default-jdk-headless
    fi
}

# need_jdk: finds a JDK and Maven, installs what is missing if it may, or says what to do and ends with 7
need_jdk() {
    if find_jdk && find_maven; then return; fi
    if may_install; then
        # an empty package list knows no package; the install below would update it too late
        [ -n "$(apt-cache search --names-only '^maven$' 2>/dev/null)" ] || apt-get update >/dev/null 2>&1 </dev/null || true
        say "installing $(jdk_package) and maven with apt-get, to build with (needed once)"
        if apt_install "$(jdk_package)" maven && find_jdk && find_maven; then return; fi
    fi
    say "a JDK of 17 or newer and Maven of 3.6.3 or newer are needed to build. On Debian or Ubuntu:"
    echo "    sudo apt-get install openjdk-17-jdk-headless maven" >&2
    exit 7
}

# run_maven ARG...: with the JDK that was found, and a repository that can be written
run_maven() {
    if [ -z "${HOME:-}" ]; then
        HOME=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6)
        export HOME
    fi
    # a directory of one's own where there is no home
    if [ -z "$HOME" ] || [ ! -w "$HOME" ]; then
        set -- -Dmaven.repo.local="$root/.roost/m2" "$@"
    fi
    JAVA_HOME=$java_home "$mvn" -B -Dstyle.color=never -f "$root/pom.xml" "$@"
}
