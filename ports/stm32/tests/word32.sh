#!/bin/bash
# SPDX-License-Identifier: MIT
#
# word32.sh: the driver's tests on the model where a pointer has 32 bits, as on the parts: with gcc
# -m32 and UBSan, and on an emulated Cortex-M3 with the options of a release. What is not installed is
# left out, with a message; neither: skips.
set -euo pipefail
cd "$(dirname "$0")"

guest=../../../tests/board/guest
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
ran=''

all() # NAME COMMAND-TO-RUN COMPILER OPTION...
{
    local name=$1 run=$2 generation test source objects
    shift 2
    for source in ../eth/*.c lab.c model*.c test_eth_{frames,link,groups,selftest}.c $guest/guest.c; do
        "$@" -std=gnu11 -w -include $guest/printf.h -I$guest \
            -DNETP_ETH_PORT_H='"../tests/model_port.h"' -c "$source" -o "$out/$(basename "$source" .c).o"
    done
    for generation in v1 v2; do
        for test in frames link groups selftest; do
            mapfile -t objects < <(ls "$out"/*.o | grep -vE "_$([ $generation = v1 ] && echo v2 || echo v1)|test_")
            "$@" "${objects[@]}" "$out/test_eth_$test.o" -o "$out/test"
            if ! timeout 600 $run "$out/test" >"$out/log" 2>&1 </dev/null ||
                ! grep -q ' passed$' "$out/log"; then
                echo "$name, $generation, $test: FAILED"
                tail -5 "$out/log"
                exit 1
            fi
        done
    done
    rm "$out"/*.o
    echo "$name: the same"
    ran=1
}

if echo 'int main(void) { return 0; }' | gcc -m32 -fsanitize=undefined -x c - -o "$out/can" 2>"$out/log"; then
    all "gcc -m32" env gcc -m32 -O1 -fno-pie -no-pie -fsanitize=undefined -fno-sanitize-recover \
        -Wl,--defsym=guest_stack_top=0
else
    echo "gcc -m32 is not installed, left out"
fi
if command -v qemu-system-arm >/dev/null && command -v arm-none-eabi-gcc >/dev/null; then
    all "Cortex-M3" "qemu-system-arm -M mps2-an385 -display none -monitor none -serial none
        -semihosting-config enable=on,target=native -kernel" \
        arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os -ffunction-sections --specs=rdimon.specs \
        -Wl,--gc-sections -Wl,--no-warn-rwx-segments -Wl,--no-enum-size-warning -T $guest/guest.ld
else
    echo "arm-none-eabi-gcc or qemu-system-arm is not installed, left out"
fi
[ $ran ] || exit 77
