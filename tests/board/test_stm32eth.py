#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The Ethernet driver of STM32, as it is compiled for a part, on an emulated board: its registers are
the model of ports/stm32/tests, and real clients talk to it. Whatever a driver must not do is fatal."""
import os
import shutil
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import services
from board import Board, check, skip, summary

for program in ("qemu-system-arm", "arm-none-eabi-gcc", "curl", "ss"):
    if not shutil.which(program):
        skip("no " + program)


def throughput(b):
    """Seconds for 1 MB there and back."""
    data = services.image(1000000, 3)
    start = time.time()
    with b.tcp(7, 60) as s:
        sender = threading.Thread(target=s.sendall, args=(data,), daemon=True)
        sender.start()
        got = b""
        while len(got) < len(data):
            try:
                piece = s.recv(65536)
            except OSError:
                piece = b""
            if not piece:
                s.close()
                break
            got += piece
    check(got == data, "1 MB of echo")
    return time.time() - start


def is_awake(b):
    """A receiver that sleeps until the next tick takes 12 seconds or more, each time."""
    for _ in range(3):
        took = throughput(b)
        if took < 8:
            break
    check(took < 8, "1 MB of echo took %.1f s" % took)
    print("1 MB of echo in %.1f s" % took)


def cable(b):
    """Pulled three times, and put back."""
    for n in range(3):
        b.set_link(False)
        b.wait_for("link down", count=n + 1)
        b.set_link(True)
        b.wait_for("link up", count=n + 2)
    check(b.served(), "pages after the cable was pulled")


def run(mac, chip):
    b = Board("--mac", mac, "--chip", chip)
    try:
        b.base = int(b.wait_for(r"127\.0\.0\.1, (\d+) higher"))
        b.wait_for(r"address 10\.0\.2\.15")
        before = services.settled(b)
        is_awake(b)
        services.pages(b)
        services.uploads(b)
        services.echo(b)
        services.parallel(b)
        cable(b)
        services.back_to(b, before)
    finally:
        b.stop()
        shutil.rmtree(b.work, ignore_errors=True)


run("v1", "an386")
run("v2", "an500")
summary()
