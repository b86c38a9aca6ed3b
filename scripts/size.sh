#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/size.sh [--peers DIR]: flash, RAM and stack of each module on ARM, for Cortex-M0+, M3, M4
# and M7: -Os, what is not called left out, without libc. The stack is the largest frame, and the
# deepest chain of calls within the module and what it calls of ours; calls by pointer are not
# followed, recursion there is none.
#
# --peers: also programs of others whose sources lie in DIR, fetched for this alone: nanomodbus/,
# picohttpparser/, llhttp/, coreHTTP/, mongoose/; those that are there. lwIP's are always measured.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need gcc-arm-none-eabi libnewlib-arm-none-eabi python3 >&2
exec python3 scripts/size.py --lwip "$(scripts/get-lwip.sh)" "$@"
