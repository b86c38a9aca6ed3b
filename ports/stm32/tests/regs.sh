#!/bin/bash
# SPDX-License-Identifier: MIT
#
# regs.sh: compares our numbers with headers of ST's, which have to be there:
#     CMSIS_DEVICE_DIR   a tree with stm32f407xx.h or stm32h743xx.h in it (CMSIS/Device/ST, or the
#                        repository cmsis_device_f4 or cmsis_device_h7), or a list of two, by colons
#     HAL_DRIVER_DIR     the same for stm32f4xx_hal_eth.h, stm32h7xx_hal_eth.h: descriptors, too
# With neither it skips: the unit test stm32/regs compares with what was recorded from them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

[ -n "${CMSIS_DEVICE_DIR:-}" ] || { echo "CMSIS_DEVICE_DIR is not set"; exit 77; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

find_header() # DIRS NAME
{
    local IFS=: dir
    for dir in $1; do
        find "$dir" -name "$2" -print -quit
    done
}

# What those headers include of others.
for name in core_cm4 core_cm7 system_stm32f4xx system_stm32h7xx; do
    printf '#define __IO volatile\n#define __I volatile const\n#define __O volatile\n' \
        >"$out/$name.h"
done
for name in stm32f4xx_hal_def stm32h7xx_hal_def; do
    printf 'typedef int HAL_StatusTypeDef, HAL_LockTypeDef, FunctionalState;\n' >"$out/$name.h"
done
: >"$out/stm32h7xx_hal_eth_ex.h"

checked=0
check() # GENERATION DEVICE HAL
{
    local device hal
    device=$(find_header "$CMSIS_DEVICE_DIR" "$2" | head -n 1)
    hal=$(find_header "${HAL_DRIVER_DIR:-}" "$3" | head -n 1)
    [ -n "$device" ] || return 0
    {
        echo "#include <stddef.h>"
        echo "#include <stdint.h>"
        echo "#include \"$device\""
        [ -z "$hal" ] || printf '#include "%s"\n#define Y X\n' "$hal"
        echo "#include \"$here/../eth/eth_v$1_regs.h\""
        echo "#define X(ours, recorded, theirs) \\"
        echo "    _Static_assert((ours) == (uint32_t)(theirs) && (ours) == (recorded), #ours);"
        echo "#include \"$here/regs_v$1.def\""
    } >"$out/check.c"
    "${CC:-cc}" -std=c11 -w -fsyntax-only -I"$out" -I"$(dirname "$device")" "$out/check.c"
    echo "v$1: as in $2${hal:+ and $3}"
    checked=1
}
check 1 stm32f407xx.h stm32f4xx_hal_eth.h
check 2 stm32h743xx.h stm32h7xx_hal_eth.h
[ $checked = 1 ] || { echo "$CMSIS_DEVICE_DIR has neither header" >&2; exit 1; }
