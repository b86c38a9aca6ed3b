#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The transcripts of the machines on an emulated Cortex-M3: the same tables, the same results.
set -u
cd "$(dirname "$0")/../.." || exit
for program in qemu-system-arm arm-none-eabi-gcc; do
    command -v $program >/dev/null || { echo "no $program"; exit 77; }
done
OUT=$(mktemp -d)
export OUT
trap 'rm -rf "$OUT"' EXIT
scripts/board-tests.sh protocols/tftp/tests/test_tftp_transcript.c \
    protocols/http/tests/test_http1_server.c protocols/http/tests/test_http1_client.c \
    protocols/modbus/tests/test_modbus_frame.c protocols/sntp/tests/test_sntp_client.c
