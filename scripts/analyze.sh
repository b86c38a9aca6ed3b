#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/analyze.sh: gcc -fanalyzer, clang --analyze, cppcheck and clang-tidy (.clang-tidy) over
# the library, the host port and the program. Fails on any finding.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need "${build_packages[@]}" clang clang-tidy cppcheck
build=build/analyze
commands=$build/compile_commands.json
# A build of no type adds no -O of its own.
cmake -S . -B $build -DCMAKE_BUILD_TYPE=None -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
    -DNETPROTO_TESTS=OFF >/dev/null

# One line a file: the options it is compiled with, and its name.
units()
{
    sed -n 's/^ *"command": "[^ ]* \(.*\) -o [^ ]* -c \(.*\)",$/\1 \2/p' $commands
}

files()
{
    sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' $commands
}

# cgi_program.c: gcc 12 forgets what an element of an array owns once another element is written.
# LeakSanitizer, under which its tests run, knows better.
with_gcc()
{
    units | sed '/\/cgi_program\.c$/s/$/ -Wno-analyzer-malloc-leak/' |
        xargs -P "$(nproc)" -L 1 gcc -O2 -fanalyzer -Werror -c -o /dev/null
}

with_clang()
{
    units | xargs -P "$(nproc)" -L 1 clang --analyze -Werror \
        -Xclang -analyzer-output=text -Xclang -analyzer-werror
}

# stream.c, serial.c: a local variable learns there, until the function returns, that the struct it is
# told of was freed.
with_cppcheck()
{
    cppcheck -j "$(nproc)" --quiet --error-exitcode=1 --std=c11 \
        --enable=warning,performance,portability --project=$commands \
        --suppress=autoVariables:ports/host/src/stream.c \
        --suppress=autoVariables:ports/host/src/serial.c
}

with_clang_tidy()
{
    files | xargs -P "$(nproc)" -n 8 clang-tidy -p $build --quiet \
        2> >(grep -v 'warnings\? generated' >&2)
}

bad=0
for tool in with_gcc with_clang with_cppcheck with_clang_tidy; do
    start=$SECONDS
    result=ok
    $tool || { result=FINDINGS; bad=1; }
    printf '%s: %s, %d files, %d s\n' "$tool" $result "$(files | wc -l)" $((SECONDS - start))
done
exit $bad
