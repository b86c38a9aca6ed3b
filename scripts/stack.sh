#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/stack.sh [NAME=VALUE...]: the deepest chain of calls in the firmware of ports/stm32/apps, from
# its main() and, on top of that, an interrupt. NAME=VALUE is make's, as DEFS=-DAPP_PING=0. What a
# pointer may lead to is in stack.py; functions of libc and libgcc count 64 bytes each.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need gcc-arm-none-eabi libnewlib-arm-none-eabi make python3 >&2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
make -s -j "$(nproc)" -C ports/stm32 LWIP_DIR="$(scripts/get-lwip.sh)" OUT="$out" \
    "CROSS=arm-none-eabi-" "CC=arm-none-eabi-gcc -fcallgraph-info=su" "$@" >/dev/null
python3 scripts/stack.py "$out"
