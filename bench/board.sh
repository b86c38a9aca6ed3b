#!/bin/bash
# SPDX-License-Identifier: MIT
#
# bench/board.sh [--rounds N] [--check]: our servers against lwIP's own httpd and TFTP server, and our echo
# against one that is written on lwIP's raw API, all in one firmware on an emulated Cortex-M3, over
# tap: root. In each round all run once, in turn. Prints medians, first of throughput, then, with
# the emulator counting, of the instructions that the board executes; ratios over 1 are in our favour.
# --check: instructions alone, which a busy machine changes little. Fails if a ratio is too low.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need gcc-arm-none-eabi iproute2 libnewlib-arm-none-eabi make python3 qemu-system-arm
export OUT=${OUT:-$PWD/build/bench-board}
make -s -j "$(nproc)" -C bench/board LWIP_DIR="$(scripts/get-lwip.sh)"
exec unshare -n python3 bench/board.py "$@" "$OUT/firmware.elf"
