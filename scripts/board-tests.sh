#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/board-tests.sh [TEST...]: unit tests of the core and the machines, as protocols/tftp/tests/
# test_tftp_transcript.c, on an emulated Cortex-M3: the same sources as on the host, by
# semihosting. Default: all.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/packages.sh
need qemu-system-arm gcc-arm-none-eabi libnewlib-arm-none-eabi || exit

[ $# -gt 0 ] || set -- libnetproto/tests/test_*.c protocols/*/tests/test_*.c
out=${OUT:-build/board-tests}
mkdir -p "$out"
guest=tests/board/guest
# The tests read the type of an event, an enum in some machines, as an int.
flags=(-mcpu=cortex-m3 -mthumb -O1 -std=gnu11 -ffunction-sections -fdata-sections
    -include $guest/printf.h -I$guest -Itests/support -Itests/subjects)
for dir in libnetproto/include protocols/*/include; do
    flags+=("-I$dir")
done

# All that the tests share, of which newer objects stay.
export out
export flags_=${flags[*]}
mapfile -t shared < <(cmake -P cmake/files.cmake 2>&1 | grep '\.c$' | sed "s|^$PWD/||"
    ls tests/support/*.c tests/subjects/*.c $guest/guest.c | grep -v subjects/coding.c)
printf '%s\0' "${shared[@]}" | xargs -0 -P "$(nproc)" -I{} bash -c \
    'o=$out/$(tr / _ <<<"{}").o; [ "$o" -nt "{}" ] || arm-none-eabi-gcc $flags_ -c "{}" -o "$o"' ||
    exit
rm -f "$out/shared.a"
for source in "${shared[@]}"; do
    printf '%s\n' "$out/${source//\//_}.o"
done | grep -v guest.c.o | xargs arm-none-eabi-ar rc "$out/shared.a"

failed=0 passed=0
for test; do
    case $test in */test_http_coding*) continue ;; esac # needs zlib
    elf=$out/$(basename "$test" .c).elf
    others=()
    for other in "$(dirname "$test")"/*.c; do
        case $other in */test_*) ;; *) others+=("$other") ;; esac
    done
    if ! arm-none-eabi-gcc "${flags[@]}" "$test" "${others[@]}" "$out/tests_board_guest_guest.c.o" \
        "$out/shared.a" --specs=rdimon.specs -Wl,--gc-sections -Wl,--no-enum-size-warning -Wl,--no-warn-rwx-segments \
        -T $guest/guest.ld -o "$elf" 2>"$elf.log"; then
        echo "FAILED: $test does not build: $(head -3 "$elf.log")"
        failed=$((failed + 1))
        continue
    fi
    if timeout 120 qemu-system-arm -M mps2-an385 -kernel "$elf" -display none -monitor none \
        -serial none -semihosting-config enable=on,target=native </dev/null >"$elf.log" 2>&1 &&
        grep -q ' passed$' "$elf.log"; then
        passed=$((passed + 1))
    else
        echo "FAILED: $test: $(tail -3 "$elf.log")"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
