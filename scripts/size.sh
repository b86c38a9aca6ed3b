#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/size.sh [--check] [--markdown] [--rows FILE]...: flash, RAM and stack on Cortex-M of what size_rows.py
# lists: -Os, what is not called left out, without libc. A frame is the largest of one function, a
# chain the deepest of calls within a row; calls by pointer are not followed, recursion there is none.
#
# --check: on a Cortex-M4 alone. Fails where a row is over a limit of its own, and where any source
# of netprotoFiles.cmake has data or bss.
# --markdown: the table as docs/stm32.md has it.
# --rows: a file like size_rows.py, to measure something else in the same way.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need cmake gcc-arm-none-eabi libnewlib-arm-none-eabi python3 >&2
exec python3 scripts/size.py --lwip "$(scripts/get-lwip.sh)" "$@"
