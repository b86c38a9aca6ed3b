#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/demo.sh: installs what is missing, builds the release, lets the program test itself, and
# fetches a file from a real TFTP server. For Debian 12, as root.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need "${build_packages[@]}"
scripts/peers.sh tftpd-hpa
cmake --preset release
cmake --build --preset release -j "$(nproc)"
netproto=build/release/netproto

echo
echo "netproto selftest: its servers and its clients"
"$netproto" selftest

work=$(mktemp -d)
trap 'kill ${server:-} 2>/dev/null; rm -rf "$work"' EXIT
chmod 755 "$work"
head -c 1000000 /dev/urandom >"$work/f"
chmod 644 "$work/f"

listens() # PORT: whether some process on this machine has the UDP port
{
    grep -q ":$(printf %04X "$1") " /proc/net/udp
}

port=$((20000 + RANDOM % 10000))
while listens "$port"; do
    port=$((port + 1))
done
"${NETPROTO_PEERS:-/opt/netproto-peers}"/tftpd-hpa/usr/sbin/in.tftpd --foreground --ipv4 \
    --address "127.0.0.1:$port" --secure "$work" &
server=$!
for ((i = 0; i < 600; i++)); do
    ! listens "$port" || break
    sleep 0.1
done

echo
echo "netproto get, from tftpd-hpa's in.tftpd"
"$netproto" get "tftp://127.0.0.1:$port/f" -o "$work/g" --timeout 60
cmp "$work/f" "$work/g"
echo "1000000 bytes, the same on both sides"
