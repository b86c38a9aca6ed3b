#!/bin/bash
# SPDX-License-Identifier: MIT
#
# regs.sh: compares our numbers with headers of ST's, which have to be there:
#     CMSIS_DEVICE_DIR   where stm32f407xx.h, stm32h743xx.h and their like are: one tree, or some with
#                        colons between them, as ~/cmsis_device_f4:~/cmsis_device_h7
#     HAL_DRIVER_DIR     the same for stm32f4xx_hal_eth.h, stm32h7xx_hal_eth.h: descriptors, too
# Without the first it skips: the unit test stm32/regs compares with what was recorded from them.
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
for core in 3 4 7; do
    printf '#define __IO volatile\n#define __I volatile const\n#define __O volatile\n' \
        >"$out/core_cm$core.h"
done
for family in f1 f2 f4 f7 h7; do
    : >"$out/system_stm32${family}xx.h"
    : >"$out/stm32${family}xx_hal_eth_ex.h"
    printf 'typedef int HAL_StatusTypeDef, HAL_LockTypeDef, FunctionalState;\n' \
        >"$out/stm32${family}xx_hal_def.h"
done

checked=0
check() # GENERATION FAMILY DEVICE
{
    local device hal
    device=$(find_header "$CMSIS_DEVICE_DIR" "stm32$3.h" | head -n 1)
    hal=$(find_header "${HAL_DRIVER_DIR:-}" "stm32$2xx_hal_eth.h" | head -n 1)
    [ -n "$device" ] || return 0
    {
        echo "#include <stddef.h>"
        echo "#include <stdint.h>"
        echo "#include \"$device\""
        if [ -n "$hal" ]; then
            cp "$hal" "$out/" # away from its own folder, for it to find our stubs
            printf '#include "%s"\n#define Y X\n' "${hal##*/}"
        fi
        echo "#include \"$here/../eth/eth_v$1_regs.h\""
        echo "#define X(ours, recorded, theirs) \\"
        echo "    _Static_assert((ours) == (uint32_t)(theirs) && (ours) == (recorded), #ours);"
        echo "#include \"$here/regs_v$1.def\""
    } >"$out/check.c"
    "${CC:-cc}" -std=c11 -w -fsyntax-only -I"$out" -I"$(dirname "$device")" "$out/check.c"
    echo "v$1: as in ${device##*/}${hal:+ and ${hal##*/}}"
    checked=1
}
for part in f1:f107xc f2:f207xx f4:f407xx f4:f429xx f7:f767xx; do
    check 1 ${part%:*} ${part#*:}
done
for part in h7:h743xx h7:h735xx; do
    check 2 ${part%:*} ${part#*:}
done
[ $checked = 1 ] || { echo "$CMSIS_DEVICE_DIR has none of their headers" >&2; exit 1; }
