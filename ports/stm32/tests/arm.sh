#!/bin/bash
# SPDX-License-Identifier: MIT
#
# arm.sh: driver and netif for the parts, without a warning; no frame on the stack over 128 bytes, no
# data; and what they take of a Cortex-M4's flash, 2.2 KB at most. The netif needs lwIP: LWIP_DIR, or
# what scripts/get-lwip.sh has brought.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v arm-none-eabi-gcc >/dev/null || { echo "no arm-none-eabi-gcc"; exit 77; }
lwip=${LWIP_DIR:-${NETPROTO_LWIP:-/opt/netproto-lwip}/lwip}
[ -f "$lwip/src/include/lwip/init.h" ] || { echo "no lwIP"; exit 77; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# What the firmware of apps/ does not link of the driver.
optional='netp_eth_(off|on|selftest|phy_loop|mac_stop)$'

build() # NAME OPTION...
{
    local name=$1 source
    shift
    mkdir -p "$out/$name"
    for source in eth/*.c netif/*.c; do
        arm-none-eabi-gcc -std=c11 -mthumb -Os -ffunction-sections -fstack-usage -Wall -Wextra \
            -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Wmissing-prototypes \
            -Wstrict-prototypes -Werror -DNDEBUG -DPBUF_POOL_SIZE=2 -isystem /usr/include/newlib \
            -isystem "$lwip/src/include" -Ilwip/config "$@" -c "$source" \
            -o "$out/$name/$(basename "$source" .c).o"
    done
    awk -v name="$name" -F '\t' '$2 > 128 { print name ": " $1 " takes " $2 " bytes of stack"; bad = 1 }
        END { exit bad }' "$out/$name"/*.su
    arm-none-eabi-size "$out/$name"/*.o | awk 'NR > 1 { n += $2 + $3 } END { exit n != 0 }'
}

# Bytes of code and constants, without what the linker drops.
flash() # NAME OTHER-GENERATION
{
    rm -f "$out/$1/eth_mac_$2.o" "$out/$1/eth_selftest.o"
    arm-none-eabi-nm -S "$out/$1"/*.o | awk 'NF == 4 && $3 ~ /[tTrR]/ { print $2, $4 }' |
        grep -vE "$optional" | while read -r n _; do echo $((16#$n)); done |
        awk '{ n += $1 } END { print n }'
}

build f107 -mcpu=cortex-m3
build f407 -mcpu=cortex-m4
build f429 -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard
build f767 -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard
build h743 -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard -DNETP_ETH_DCACHE
build checksums -mcpu=cortex-m4 -DNETP_ETH_CHECKSUMS=1 -DLWIP_CHECKSUM_CTRL_PER_NETIF=1
build ipv6 -mcpu=cortex-m4 -DLWIP_IPV6=1
bad=0
for generation in v1 v2; do
    other=$([ $generation = v1 ] && echo v2 || echo v1)
    build all -mcpu=cortex-m4
    build small -mcpu=cortex-m4 -DNETP_ETH_MAKERS=0
    all=$(flash all $other) small=$(flash small $other)
    echo "$generation, Cortex-M4 -Os, driver and netif: $all bytes; with NETP_ETH_MAKERS=0: $small"
    [ "$all" -le 2252 ] || bad=1
done
exit $bad
