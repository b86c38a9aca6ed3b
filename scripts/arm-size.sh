#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/arm-size.sh: compiles every source of netprotoFiles.cmake for a Cortex-M4 and prints the
# bytes of each. Fails if one has data or bss: the machines have no globals.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
includes=()
for dir in libnetproto/include protocols/*/include; do
    includes+=("-I$dir")
done

# Debian has newlib's headers, of which string.h is used, apart from the compiler.
cmake -P cmake/files.cmake >"$out/files"
while read -r source; do
    arm-none-eabi-gcc -std=c11 -mcpu=cortex-m4 -mthumb -Os -ffreestanding -Wall -Wextra -Werror \
        "${includes[@]}" -isystem /usr/include/newlib -c "$source" \
        -o "$out/$(basename "$source" .c).o"
done <"$out/files"

cd "$out"
arm-none-eabi-size -- *.o | awk '
    NR == 1 { printf "%-24s %8s %6s %6s\n", "Cortex-M4, -Os", "text", "data", "bss"; next }
    { printf "%-24s %8d %6d %6d\n", $6, $1, $2, $3; text += $1; data += $2; bss += $3 }
    END {
        printf "%-24s %8d %6d %6d\n", "total", text, data, bss
        exit data + bss != 0
    }'
