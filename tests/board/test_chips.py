#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The firmware on a Cortex-M4 and a Cortex-M7, each with another lwIP."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import services
from board import ROOT, Board, check, skip, summary

for program in ("qemu-system-arm", "arm-none-eabi-gcc", "curl", "ss"):
    if not shutil.which(program):
        skip("no " + program)


def run(chip, version):
    b = Board("--chip", chip)
    try:
        b.base = int(b.wait_for(r"127\.0\.0\.1, (\d+) higher"))
        b.wait_for(r"address 10\.0\.2\.15")
        check(", lwIP " + version in b.text(), "lwIP %s:\n%s" % (version, b.text()))
        before = services.settled(b)
        services.pages(b)
        services.outputs(b)
        services.uploads(b)
        services.echo(b)
        services.modbus(b)
        services.selftest(b)
        services.parallel(b)
        services.back_to(b, before)
    finally:
        b.stop()
        shutil.rmtree(b.work, ignore_errors=True)


os.environ.pop("LWIP_DIR", None)
run("an386", "2.1.3")
os.environ["LWIP_DIR"] = subprocess.run([ROOT + "/scripts/get-lwip.sh", "trixie"], check=True,
                                        stdout=subprocess.PIPE, text=True).stdout.strip()
run("an500", "2.2.1")
summary()
