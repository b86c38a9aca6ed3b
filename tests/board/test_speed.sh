#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The servers and the binding take no more instructions on the emulated board than they may, beside
# lwIP's own servers and an echo on its raw API.
set -u
cd "$(dirname "$0")/../.." || exit
for program in qemu-system-arm arm-none-eabi-gcc ip; do
    command -v $program >/dev/null || { echo "no $program"; exit 77; }
done
if [ "$(id -u)" != 0 ] || [ ! -e /dev/net/tun ] || ! unshare -n true 2>/dev/null; then
    echo "it takes root, /dev/net/tun and network namespaces"
    exit 77
fi
OUT=$(mktemp -d)
export OUT
trap 'rm -rf "$OUT"' EXIT
bench/board.sh --check --rounds 5
