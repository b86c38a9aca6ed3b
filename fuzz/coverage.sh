#!/bin/bash
# SPDX-License-Identifier: MIT
#
# fuzz/coverage.sh [--min-lines N] [--min-branches N] [--min-mcdc N]: what the tests labelled unit,
# fuzz, hostile and sim run of the core and the protocols: lines, branches and conditions (MC/DC) by
# file, and each one that is missing. Fails if one of the three is below N per cent, or if no corpus
# in fuzz/ reaches a public function that takes received bytes.
#
# fuzz/uncovered.txt has the lines and branches that no test can reach, fuzz/unfuzzed.txt the public
# functions whose bytes are the application's own; each with its reason.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need "${build_packages[@]}" "${test_packages[@]}" clang-19 libclang-rt-19-dev llvm-19 python3
build=$PWD/build/coverage
# Shared, so that one file has all the code that is looked at.
cmake -S . -B "$build" -DCMAKE_C_COMPILER=clang-19 -DCMAKE_BUILD_TYPE=None -DBUILD_SHARED_LIBS=ON \
    -DCMAKE_C_FLAGS="-O1 -fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc" \
    -DNETPROTO_HOST=OFF -DNETPROTO_ZLIB=ON -DNETPROTO_FUZZ=replay >/dev/null
rm -rf "$build/profile"
cmake --build "$build" --clean-first -j "$(nproc)" >"$build/compiled" 2>&1 ||
    { cat "$build/compiled"; exit 1; }

run() # NAME LABELS: the tests of these labels, into NAME.profdata
{
    mkdir -p "$build/profile/$1"
    # sim/portable is left out: it builds programs of its own.
    LLVM_PROFILE_FILE=$build/profile/$1/%m.profraw ctest --test-dir "$build" -L "^($2)\$" \
        -E '^sim/portable$' -j "$(nproc)" --output-on-failure --no-tests=error >"$build/log" ||
        { cat "$build/log"; exit 1; }
    llvm-profdata-19 merge -sparse "$build/profile/$1"/*.profraw -o "$build/$1.profdata"
}

show() # NAME FORMAT
{
    llvm-cov-19 export "$build/libnetproto-core.so" -instr-profile="$build/$1.profdata" \
        -format="$2" -ignore-filename-regex=/include/
}

run fuzz fuzz
run others 'unit|hostile|sim'
llvm-profdata-19 merge -sparse "$build"/{fuzz,others}.profdata -o "$build/all.profdata"
show all text >"$build/all.json"
show all lcov >"$build/all.lcov"
show fuzz text >"$build/fuzz.json"
bad=0
# && and || under a ! are not counted; the same without the ! is.
! grep -E '(libnetproto|protocols/[a-z]+)/src/.*: unsupported MC/DC' "$build/compiled" || bad=1
python3 fuzz/coverage.py "$build" "$@" || bad=1
exit $bad
