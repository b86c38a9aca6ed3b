#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/board.sh [OPTION...]: builds the firmware of ports/stm32/apps, boots it on an emulated
# board, and says how to reach it. Ends with Ctrl-C.
#
#     --chip an385|an386|an500   Cortex-M3 (default), M4F or M7
#     --mac v1|v2                with the Ethernet driver of STM32 F1 to F7 or H7, its registers a model
#     --os                       with threads, sockets and netconns (CMSIS-RTOS2, a kernel for tests)
#     --tap                      as root: a board with an address of its own, that answers pings; else
#                                it is behind QEMU's user network, with ports of 127.0.0.1
#     --base PORT                the first of those ports (default: some that are free)
#     --firmware FILE            this, and nothing is built
#     --tftp DIR                 user network: files that the board can fetch from 10.0.2.2
#     --monitor SOCKET           QEMU's monitor (QMP), as set_link
set -euo pipefail

usage()
{
    sed -n '4,16s/^# \{0,1\}//p' "$0"
    exit 2
}

chip=an385 mac='' os='' tap='' base='' firmware='' tftp='' monitor=''
while [ $# -gt 0 ]; do
    case $1 in
    --tap) tap=1 ;;
    --os) os=testrtos ;;
    --chip | --mac | --base)
        [ $# -gt 1 ] || usage
        printf -v "${1#--}" %s "$2"
        shift
        ;;
    --firmware | --tftp | --monitor)
        [ $# -gt 1 ] || usage
        printf -v "${1#--}" %s "$(realpath "$2")"
        shift
        ;;
    *) usage ;;
    esac
    shift
done
cd "$(dirname "$0")/.."
. scripts/packages.sh

need qemu-system-arm
if [ -z "$firmware" ]; then
    need make gcc-arm-none-eabi libnewlib-arm-none-eabi
    lwip=$(scripts/get-lwip.sh)
    out=$PWD/build/board/$chip${mac:+-$mac}${os:+-os}-$(basename "$lwip")
    mkdir -p "$out" # others may want it at the same time
    flock "$out" make -s -j "$(nproc)" -C ports/stm32 LWIP_DIR="$lwip" NETP_CHIP="$chip" \
        ${mac:+BOARD=mps2_eth NETP_MAC="$mac"} NETP_OS="$os" OUT="$out" DEFS=-DNETP_LWIP_STATS=1 >/dev/null
    firmware=$out/firmware.elf
fi

# The first of ports that are free now; each service is there at its own number above it.
tcp_ports=(7 80 502 5001) udp_ports=(7 69)
if [ -n "$os" ]; then
    tcp_ports+=(1007 1008)
    udp_ports+=(1007)
fi
free_base()
{
    local base port
    while :; do
        base=$((20000 + RANDOM % 12 * 600)) # all below what connections get from the system
        for port in "${tcp_ports[@]}" "${udp_ports[@]}"; do
            ! ss -Htuln "sport = :$((base + port))" | grep -q . || continue 2
        done
        echo "$base"
        return
    done
}

if [ -n "$tap" ]; then
    tap=npt$$
    ip tuntap add dev "$tap" mode tap
    ip address add 192.168.177.1/24 dev "$tap"
    ip link set "$tap" up
    trap 'ip link delete "$tap" 2>/dev/null || true' EXIT
    net=(-nic "tap,id=n0,ifname=$tap,script=no,downscript=no")
    echo "Interface $tap, 192.168.177.1/24. Without a DHCP server there, as"
    echo "    dnsmasq --no-daemon --port=0 --interface=$tap --bind-interfaces --dhcp-range=192.168.177.50,192.168.177.60"
    echo "the board takes 192.168.1.77 after 15 seconds."
else
    base=${base:-$(free_base)}
    forward=user,id=n0${tftp:+,tftp=$tftp}
    for port in "${tcp_ports[@]}"; do
        forward+=",hostfwd=tcp:127.0.0.1:$((base + port))-:$port"
    done
    for port in "${udp_ports[@]}"; do
        forward+=",hostfwd=udp:127.0.0.1:$((base + port))-:$port"
    done
    net=(-nic "$forward")
    cat <<END
The board's ports are at 127.0.0.1, $base higher:
    device page   http://127.0.0.1:$((base + 80))/
    counters      curl http://127.0.0.1:$((base + 80))/counters
    firmware      curl -T image.bin http://127.0.0.1:$((base + 80))/firmware.bin
                  curl -T image.bin tftp://127.0.0.1:$((base + 69))/firmware.bin
    TCP, UDP echo nc 127.0.0.1 $((base + 7)); nc -u 127.0.0.1 $((base + 7))
    thermostat    mbpoll -m tcp -p $((base + 502)) -t 3 -r 1 -c 3 -1 127.0.0.1
    throughput    iperf -c 127.0.0.1 -p $((base + 5001))
    all but that  netproto selftest --device 127.0.0.1 --base $base
END
    [ -z "$os" ] || cat <<END
    sockets       nc 127.0.0.1 $((base + 1007)); nc -u 127.0.0.1 $((base + 1007))
    netconns      nc 127.0.0.1 $((base + 1008))
    threads       curl http://127.0.0.1:$((base + 80))/os
END
fi

qemu-system-arm -M "mps2-$chip" -kernel "$firmware" -display none -monitor none -serial stdio \
    -semihosting-config enable=on,target=native \
    ${monitor:+-qmp "unix:$monitor,server=on,wait=off"} "${net[@]}" </dev/null
