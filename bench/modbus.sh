#!/bin/bash
# SPDX-License-Identifier: MIT
#
# bench/modbus.sh [-d SECONDS] [-r RUNS]: reads of ten registers by Modbus TCP on loopback, beside
# libmodbus (libmodbus-dev), in the same run. In each round all run once, in turn, so that they meet
# the same machine; the median of the rounds counts. Prints the transactions a second, what a
# transaction costs the server of CPU time, and what part we do of libmodbus by the clock and by CPU
# time: over 1.00 is better.
#
#     one       one connection, one request at a time: its client and server, ours
#     window    the same against ours with sixteen requests at a time, which libmodbus can't
#     1000      1,000 connections, of which sixteen ask, one request at a time: its server with
#               select(), ours; the load is made by our client
#     1000x16   1,000 connections that all ask, sixteen requests at a time; likewise
set -u
cd "$(dirname "$0")/.." || exit
NETPROTO=$(realpath "${NETPROTO:-build/release/netproto}")
. tests/interop/peers.sh

seconds=2 runs=3
while getopts d:r: option; do
    case $option in
    d) seconds=$OPTARG ;;
    r) runs=$OPTARG ;;
    *) exit 2 ;;
    esac
done
ulimit -n 4096
build=$(dirname "$netproto")
read -ra modbus < <(pkg-config --cflags --libs libmodbus)
read -ra libs < <(pkg-config --libs libssl libcrypto libxml-2.0 libpsl zlib)
cc -O2 tests/interop/modbus_peer.c "${modbus[@]}" -o "$work/peer" &&
    cc -O2 -Ilibnetproto/include -Iprotocols/modbus/include -Iports/host/include \
        bench/modbus_load.c "$build/ports/host/libnetproto.a" "$build/libnetproto-core.a" \
        "${libs[@]}" -lcrypt -pthread -o "$work/load" || exit

declare -A port rates costs
printf 'holding 0 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14\n' >"$work/map"
port[lib]=$(free_port tcp)
start lib "$work/peer" server tcp "${port[lib]}"
start ours "$netproto" modbusd --listen 127.0.0.1:0 --quiet --max-connections 2000 \
    --map "$work/map"
port[ours]=$(port_of ours)
wait_for tcp "${port[lib]}"

ticks() { awk '{ print $14 + $15 }' "/proc/${pid_of[$1]}/stat"; }

run() # ROW SERVER COMMAND...: which prints transactions a second
{
    local key=$1-$2 server=$2 before rate
    shift 2
    before=$(ticks "$server")
    rate=$("$@") || { echo "$key failed" >&2; return; }
    rates[$key]+=" $rate"
    costs[$key]+=" $(awk -v t=$(($(ticks "$server") - before)) -v n="$rate" -v s="$seconds" \
        -v hz="$(getconf CLK_TCK)" 'BEGIN { print t / hz * 1e6 / (n * s) }')"
}

for ((i = 0; i < runs; i++)); do
    run one lib "$work/peer" load "${port[lib]}" "$seconds"
    run one ours "$work/load" "${port[ours]}" 1 1 1 "$seconds"
    run window ours "$work/load" "${port[ours]}" 1 1 16 "$seconds"
    for server in lib ours; do
        run 1000 $server "$work/load" "${port[$server]}" 1000 16 1 "$seconds"
        run 1000x16 $server "$work/load" "${port[$server]}" 1000 1000 16 "$seconds"
    done
done

median() # VALUE...
{
    printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

printf '%-8s %10s %10s %8s %12s %12s %8s\n' "" libmodbus/s ours/s times "its CPU, us" "ours" times
for row in one:one one:window 1000:1000 1000x16:1000x16; do
    lib=${row%:*} ours=${row#*:}
    # shellcheck disable=SC2086 # lists of numbers
    a=$(median ${rates[$lib-lib]}) b=$(median ${rates[$ours-ours]}) \
        c=$(median ${costs[$lib-lib]}) d=$(median ${costs[$ours-ours]})
    awk -v r="$ours" -v a="$a" -v b="$b" -v c="$c" -v d="$d" \
        'BEGIN { printf "%-8s %10d %10d %8.2f %12.1f %12.1f %8.2f\n", r, a, b, b / a, c, d, c / d }'
done
