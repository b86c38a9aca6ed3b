#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/oss-fuzz.sh [ENGINE:SANITIZER...]: runs .clusterfuzzlite/build.sh with the variables that
# OSS-Fuzz and ClusterFuzzLite set, and puts what it built through the checks that they make before
# they take a target. ENGINE: libfuzzer or afl; SANITIZER: address, undefined, memory or coverage.
# Default: libfuzzer with each sanitizer, afl:address.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

undefined=array-bounds,bool,builtin,enum,integer-divide-by-zero,null,object-size,return
undefined+=,returns-nonnull-attribute,shift,signed-integer-overflow,unreachable,vla-bound

flags_of() # SANITIZER
{
    case $1 in
    address) echo "-fsanitize=address -fsanitize-address-use-after-scope" ;;
    undefined) echo "-fsanitize=$undefined -fno-sanitize-recover=$undefined" ;;
    memory) echo "-fsanitize=memory -fsanitize-memory-track-origins" ;;
    coverage) echo "-fprofile-instr-generate -fcoverage-mapping" ;;
    esac
}

build() # ENGINE SANITIZER DIR
{
    local dir=$3
    mkdir -p "$dir"/{src,out,work}
    export SRC=$dir/src OUT=$dir/out WORK=$dir/work FUZZING_ENGINE=$1 SANITIZER=$2
    export ARCHITECTURE=x86_64 FUZZING_LANGUAGE=c CC=clang CXX=clang++
    ln -s "$PWD" "$SRC/libnetproto"
    CFLAGS="-O1 -fno-omit-frame-pointer -gline-tables-only -Wno-error $(flags_of "$2")"
    CFLAGS+=" -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"
    LIB_FUZZING_ENGINE=-fsanitize=fuzzer
    if [ "$1" = afl ]; then
        CC=afl-clang-fast CXX=afl-clang-fast++ LIB_FUZZING_ENGINE=/usr/lib/afl/libAFLDriver.a
        export AFL_QUIET=1
    elif [ "$2" != coverage ]; then
        CFLAGS+=" -fsanitize=fuzzer-no-link"
    fi
    export CFLAGS CXXFLAGS=$CFLAGS LIB_FUZZING_ENGINE
    bash -eu .clusterfuzzlite/build.sh >"$dir/log" 2>&1 || { tail -20 "$dir/log"; return 1; }
}

# A target has its entry, its seeds, enough edges, and survives runs without and with its seeds.
check() # PROGRAM ENGINE SANITIZER
{
    local program=$1 name=${1##*/} edges said
    grep -q LLVMFuzzerTestOneInput "$program" && [ -f "${program}_seed_corpus.zip" ] ||
        { echo "$name: no entry or no seeds"; return 1; }
    [ "$2:$3" != libfuzzer:coverage ] && [ "$2" = libfuzzer ] || return 0
    said=$(cd / && "$program" -seed=1337 -runs=4 2>&1) || { echo "$said"; return 1; }
    edges=$(sed -n 's/.*(\([0-9]*\) inline 8-bit counters.*/\1/p' <<<"$said" | head -1)
    [ "$edges" -ge 100 ] || { echo "$name: only $edges edges"; return 1; }
    "$program" -runs=0 "fuzz/corpus/${name#fuzz_}" >/dev/null 2>&1 ||
        { echo "$name: fails with its seeds"; return 1; }
}

need "${build_packages[@]}" "${fuzz_packages[@]}" zip
[ $# -gt 0 ] || set -- libfuzzer:{address,undefined,memory,coverage} afl:address
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
for pair; do
    engine=${pair%:*} sanitizer=${pair#*:} count=0
    (build "$engine" "$sanitizer" "$work/${pair/:/-}") || { echo "$pair: not built"; bad=1; continue; }
    for program in "$work/${pair/:/-}"/out/fuzz_*; do
        case $program in *.zip | *.dict | *.options) continue ;; esac
        check "$program" "$engine" "$sanitizer" || bad=1
        count=$((count + 1))
    done
    echo "$pair: $count targets"
done
exit $bad
