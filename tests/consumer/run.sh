#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs the library as a packager would (static, shared, core alone), moves each tree to where
# nobody foresaw it, and builds and runs there what users write: C by pkg-config and by CMake,
# and C++ with every header.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cc=${CC:-cc}
cxx=${CXX:-c++}
strict=(-Wall -Wextra -Wpedantic -Werror)

# run NAME COMMAND...: silent unless it fails.
run()
{
    local name=$1
    shift
    if ! "$@" >log 2>&1; then
        cat log
        echo "FAILED: $name: $*"
        exit 1
    fi
    echo "ok: $name"
}

install_tree() # NAME CMAKE-OPTION...
{
    local name=$1
    shift
    run "$name: configure" cmake -S "$source" -B "build-$name" -DCMAKE_BUILD_TYPE=Release \
        -DNETPROTO_TESTS=OFF -DCMAKE_INSTALL_PREFIX="$work/install-$name" "$@"
    run "$name: build" cmake --build "build-$name" -j "$(nproc)"
    run "$name: install" cmake --install "build-$name"
    mv "install-$name" "$name"
    export PKG_CONFIG_PATH=$work/$name/lib/pkgconfig LD_LIBRARY_PATH=$work/$name/lib
}

c_by_pkgconfig() # TREE MODULE PROGRAM [COMPILER-OPTION...]
{
    local flags static=()
    [ "${4:-}" != -static ] || static=(--static)
    flags=$(pkg-config "${static[@]}" --cflags --libs "$2")
    # shellcheck disable=SC2086
    run "$1: C, pkg-config $2 ${static[*]}" "$cc" -std=c11 "${strict[@]}" "${@:4}" \
        "$3" $flags -o "$1-$2"
    run "$1: runs" "./$1-$2"
}

c_by_cmake() # TREE TARGET PROGRAM CMAKE-OPTION...
{
    run "$1: C, CMake $2: configure" cmake -S "$here/cmake" -B "cmake-$1" \
        -DTARGET="$2" -DPROGRAM="$3" "${@:4}"
    run "$1: C, CMake $2: build" cmake --build "cmake-$1" -j "$(nproc)"
    run "$1: runs" "cmake-$1/consumer"
}

# Each header alone, so that it needs no other before it, and then all in one program.
cxx_with_every_header() # TREE MODULE
{
    local header flags
    flags=$(pkg-config --cflags --libs "$2")
    : >"$1.cc"
    while read -r header; do
        echo "#include <$header>" >"one.cc"
        cat one.cc >>"$1.cc"
        # shellcheck disable=SC2086
        run "$1: C++, $header" "$cxx" -std=c++11 "${strict[@]}" $flags -fsyntax-only one.cc
        cp one.cc one.c
        # shellcheck disable=SC2086
        run "$1: C, $header" "$cc" -std=c11 "${strict[@]}" $flags -fsyntax-only one.c
    done < <(cd "$1/include" && find netproto -name '*.h' | sort)
    echo 'int main() { return netp_version()[0] == NETP_VERSION[0] ? 0 : 1; }' >>"$1.cc"
    # shellcheck disable=SC2086
    run "$1: C++, every header" "$cxx" -std=c++11 "${strict[@]}" "$1.cc" $flags -o "$1-cxx"
    run "$1: runs" "./$1-cxx"
}

exports_only_netp() # LIBRARY
{
    ! nm -D --defined-only "$1" | awk '{ print $3 }' | grep -v '^netp_'
}

install_tree static
c_by_pkgconfig static netproto "$here/host.c"
c_by_cmake static netproto::netproto "$here/host.c" -Dnetproto_ROOT="$work/static"
cxx_with_every_header static netproto
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' "$source/README.md" >readme.c
c_by_pkgconfig static netproto readme.c
run "static: README's program" bash -c "printf '\0\0\0\5hello' | ./static-netproto | grep -qx hello"
run "static: the program" static/bin/netproto --version
for example in "$source"/examples/*.c; do # as their first lines say
    # shellcheck disable=SC2046
    run "static: ${example##*/}" "$cc" "$example" $(pkg-config --cflags --libs netproto) -o example
done

# Of some libraries Debian has no static form.
install_tree whole -DNETPROTO_XML=OFF -DNETPROTO_PSL=OFF
c_by_pkgconfig whole netproto "$here/host.c" -static

install_tree shared -DBUILD_SHARED_LIBS=ON
c_by_pkgconfig shared netproto "$here/host.c"
c_by_cmake shared netproto::netproto "$here/host.c" -Dnetproto_ROOT="$work/shared"
cxx_with_every_header shared netproto
run "shared: exports of core" exports_only_netp shared/lib/libnetproto-core.so
run "shared: exports of the host port" exports_only_netp shared/lib/libnetproto.so
run "shared: the program" env -u LD_LIBRARY_PATH shared/bin/netproto --version

install_tree core -DNETPROTO_HOST=OFF
c_by_pkgconfig core netproto-core "$here/core.c"
c_by_cmake core netproto::core "$here/core.c" -Dnetproto_ROOT="$work/core"
cxx_with_every_header core netproto-core

c_by_cmake subdirectory netproto::core "$here/core.c" -DNETPROTO_SOURCE="$source"
