#!/bin/bash
# SPDX-License-Identifier: MIT
#
# tests/sim/portable.sh [--renew]: the same seeds mean the same scenarios, to the last event, with
# gcc -O2, gcc -m32, clang -O1 and under AddressSanitizer and UBSan: their hashes are those of
# hashes.txt. A difference between compilers is undefined behaviour or an order that nobody
# promised. A difference of them all is a change of behaviour: where it was meant, --renew writes
# the new hashes. Compilers that are not installed are left out, with a message.
set -euo pipefail
cd "$(dirname "$0")/../.."
hashes=tests/sim/hashes.txt
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

mapfile -t sources < <(cmake -P cmake/files.cmake)
sources+=(tests/sim/*.c tests/support/decision.c)
mapfile -t includes < <(printf -- '-I%s\n' libnetproto/include protocols/*/include tests/support tests/sim)

# Where nothing can be linked, the compiler or its libraries are missing.
can() # COMPILER OPTION...
{
    echo 'int main(void) { return 0; }' | "$@" -include stdio.h -x c - -o "$dir/can" 2>/dev/null
}

hash_all() # PROGRAM
{
    for protocol in tftp frame http1 cgi modbus modbus-gateway; do
        for profile in clean lan wan awful small; do
            echo "$protocol $profile $("$1" --protocol $protocol --profile $profile --runs 1000 --hash)"
        done
    done
}

bad=0
check() # COMPILER OPTION...
{
    if ! can "$@"; then
        echo "$*: not installed, left out"
        return
    fi
    "$@" -std=c11 -D_POSIX_C_SOURCE=200809L "${includes[@]}" "${sources[@]}" -o "$dir/sim"
    hash_all "$dir/sim" >"$dir/hashes"
    if diff "$hashes" "$dir/hashes"; then
        echo "$*: the same"
    else
        echo "$*: differs from $hashes"
        bad=1
    fi
}

if [ "${1:-}" = --renew ]; then
    gcc -O2 -std=c11 -D_POSIX_C_SOURCE=200809L "${includes[@]}" "${sources[@]}" -o "$dir/sim"
    hash_all "$dir/sim" >"$hashes"
fi
check gcc -O2
check gcc -O2 -m32
check clang -O1
check gcc -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
exit $bad
