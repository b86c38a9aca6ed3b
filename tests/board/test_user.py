#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The firmware on an emulated board behind QEMU's user network: needs no privilege."""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import services
from board import Board, check, skip, summary

for program in ("qemu-system-arm", "arm-none-eabi-gcc", "curl", "ss"):
    if not shutil.which(program):
        skip("no " + program)

tftp = tempfile.mkdtemp(prefix="board")

b = Board("--tftp", tftp)
try:
    b.base = int(b.wait_for(r"127\.0\.0\.1, (\d+) higher"))
    b.wait_for(r"address 10\.0\.2\.15")
    before = services.settled(b)
    check(before["image"] == 0, "flash is empty")
    services.pages(b)
    services.outputs(b)
    services.uploads(b)
    services.fetch(b, "10.0.2.2", tftp)
    services.echo(b)
    services.modbus(b)
    services.selftest(b)
    services.iperf(b)
    services.parallel(b)
    services.back_to(b, before)
finally:
    b.stop()
    shutil.rmtree(tftp)
    shutil.rmtree(b.work, ignore_errors=True)  # the emulator unlinks its sockets, too
summary()
