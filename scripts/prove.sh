#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/prove.sh: proves with Frama-C what proofs/tftp_header.c claims, for all inputs: no access
# out of bounds, no overflow, and the contracts written there. 77: Frama-C can't be installed here.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need frama-c-base why3 z3 || exit 77
[ -e ~/.why3.conf ] || why3 config detect >/dev/null 2>&1

file=proofs/tftp_header.c
functions=$(sed -n 's/^[a-z].*[ *]\([a-z0-9_]*\)(.*);$/\1/p' $file | grep -vx 'copy\|take_text')
log=$(mktemp)
trap 'rm -f "$log"' EXIT
frama-c -wp -wp-rte -wp-model Typed+Cast -wp-prover z3 -wp-auto wp:bitshift -wp-timeout 20 \
    -machdep gcc_x86_64 -wp-fct "${functions//$'\n'/,}" -cpp-extra-args="$(
        printf -- '-I%s ' libnetproto/include protocols/tftp/include)" $file >"$log" 2>&1 ||
    { cat "$log"; exit 1; }
echo "${functions//$'\n'/ }"
grep -A2 -E '\[(Failed|Timeout|Unknown)\]' "$log" || true
awk '/Proved goals:/ { print; good = $4 > 0 && $4 == $6 } END { exit !good }' "$log"
