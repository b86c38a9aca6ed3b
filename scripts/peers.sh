#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/peers.sh [SERVER...]: unpacks the servers of others (default: all) under
# ${NETPROTO_PEERS:-/opt/netproto-peers}, each in a folder of its package's name. Installed side
# by side they would conflict, and each would start a service; unpacked they do neither.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

peers=${NETPROTO_PEERS:-/opt/netproto-peers}
[ $# -gt 0 ] || set -- "${peer_servers[@]}"

need "${peer_libraries[@]}"
missing=()
for server; do
    [ -d "$peers/$server" ] || missing+=("$server")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Unpacking under $peers: ${missing[*]}"
mkdir -p "$peers"
work=$(mktemp -d "$peers/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
download() # all at once, so that they are of one index
{
    rm -f ./*.deb
    quiet_apt -o APT::Sandbox::User=root download "${missing[@]}" || { quiet_apt update; return 1; }
}
again download
for server in "${missing[@]}"; do
    dpkg-deb -x "$server"_*.deb "$server"
    mv "$server" "$peers/"
done
