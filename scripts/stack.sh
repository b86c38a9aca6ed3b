#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/stack.sh [--check] [NAME=VALUE...]: the deepest chain of calls in the firmware of
# ports/stm32/apps, from its main() and, on top of that, an interrupt. NAME=VALUE is make's, as
# DEFS=-DAPP_PING=0. What a pointer may lead to is in stack.py; functions of libc and libgcc count 64
# bytes each.
#
# --check: prints nothing of that, but fails where a frame or a chain of the machines, the binding and
# the driver is over its limit, or a call by pointer is not in stack.py.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

check=()
[ "${1:-}" != --check ] || { check=(--check) && shift; }
need gcc-arm-none-eabi libnewlib-arm-none-eabi make python3 >&2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
make -s -j "$(nproc)" -C ports/stm32 LWIP_DIR="$(scripts/get-lwip.sh)" OUT="$out" \
    "CROSS=arm-none-eabi-" "CC=arm-none-eabi-gcc -fcallgraph-info=su" "$@" >/dev/null
python3 scripts/stack.py "$out" "${check[@]}"
