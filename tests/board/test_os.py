#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The firmware with threads on an emulated board: sockets, netconns and the machines side by side."""
import concurrent.futures
import os
import shutil
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import services
from board import Board, check, skip, summary

for program in ("qemu-system-arm", "arm-none-eabi-gcc", "curl", "ss"):
    if not shutil.which(program):
        skip("no " + program)

SOCKETS, NETCONN = 1007, 1008
NOW = ("semaphores", "mutexes", "mailboxes", "netconns", "netbufs", "messages")


def os_page(b):
    return b.told("/os")


def echo(b, port, size=100000, seed=1):
    """True if all comes back, and then the end."""
    data = services.image(size, seed)
    got = b""
    with b.tcp(port, 60) as s:
        sender = threading.Thread(target=s.sendall, args=(data,), daemon=True)
        sender.start()
        while len(got) < size:
            piece = s.recv(65536)
            if not piece:
                return False
            got += piece
        sender.join()
        s.shutdown(1)
        return got == data and s.recv(1) == b""


def datagrams(b):
    for n in (1, 100, 1472):
        check(b.echoes(SOCKETS, b"d" * n), "UDP echo of %d bytes by a socket" % n)


def tftp(b):
    url = "tftp://%s:%d/firmware.bin" % (b.host, b.base + 69)
    data = services.image(200000, 5)
    path = os.path.join(b.work, "image")
    with open(path, "wb") as f:
        f.write(data)
    b.curl("--tftp-blksize", "1400", "-T", path, url)
    check(b.curl("--tftp-blksize", "1400", url)[1] == data, "200 KB by TFTP")


def side_by_side(b):
    """All ways at once: more connections than the demos have places, which wait their turn."""
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        all_ = {pool.submit(echo, b, port, 60000, seed): port
                for seed, port in enumerate((SOCKETS, NETCONN, 7, SOCKETS, NETCONN, 7, SOCKETS,
                                             NETCONN))}
        all_[pool.submit(lambda: b.curl(b.url("/lines.txt"))[1] == services.LINES)] = 80
        for one in concurrent.futures.as_completed(all_):
            try:
                good = one.result()
            except OSError as e:
                good = e
            check(good is True, "side by side, port %d: %s" % (all_[one], good))


def crowd(b):
    """Connections that nobody serves fill the buffers; who is served still gets what is sent."""
    served = b.tcp(SOCKETS, 60)
    served.sendall(b"first")
    check(served.recv(100) == b"first", "one is served")
    silent = [b.tcp(port) for port in (SOCKETS, NETCONN) * 6]
    for _ in range(10):  # small segments, for each takes a buffer
        for s in silent:
            try:
                s.sendall(b"x" * 100)
            except OSError:  # not even accepted
                pass
        time.sleep(0.1)
    for n in range(50):
        data = b"%d " % n * 100
        got = b""
        served.sendall(data)
        while len(got) < len(data):
            piece = served.recv(65536)
            if not piece:
                break
            got += piece
        check(got == data, "turn %d beside a crowd" % n)
    check(b.curl(b.url("/lines.txt"))[1] == services.LINES, "a page beside a crowd")
    for s in silent + [served]:
        reset(s)


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def resets(b):
    """Connections that end in a reset with data under way leave nothing behind."""
    for port in (SOCKETS, NETCONN) * 5:
        s = b.tcp(port)
        try:
            s.sendall(b"x" * 3000)
        except OSError:  # not even accepted
            pass
        reset(s)


def cpu(b):
    """Seconds that the emulator, a child of the script's, has computed."""
    pid = b.process.pid
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        children = f.read().split()
    with open("/proc/%s/stat" % children[-1]) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def asleep(b):
    """With nothing to do the processor sleeps from one tick to the next: as often as that, not more."""
    first, used = os_page(b), cpu(b)
    start = time.time()
    time.sleep(2)
    second, used = os_page(b), cpu(b) - used
    ms = second["ms"] - first["ms"]
    sleeps = second["sleeps"] - first["sleeps"]
    check(0.05 < sleeps / ms < 4, "asleep %d times in %d ms" % (sleeps, ms))
    print("asleep %d times in %d ms; the emulator took %.0f %% of a processor"
          % (sleeps, ms, 100 * used / (time.time() - start)), flush=True)


def stacks(b):
    threads = os_page(b)["threads"]
    for name, (free, size) in threads.items():
        used = size - free
        print("stack of %s: %d of %d bytes" % (name, used, size), flush=True)
        check(0 < used <= size * 0.85, "the stack of %s: %d of %d" % (name, used, size))
    check(len(threads) == 6, "threads: %s" % list(threads))


def all_free(b, before):
    end = time.time() + 90  # the demos give up after 60 seconds
    while True:
        after = os_page(b)
        other = {k: (before[k], after.get(k)) for k in NOW if after.get(k) != before[k]}
        if not other or time.time() > end:
            break
        time.sleep(0.2)
    check(not other, "the kernel's objects, before and now: %s" % other)


b = Board("--os")
try:
    b.base = int(b.wait_for(r"127\.0\.0\.1, (\d+) higher"))
    b.wait_for(r"address 10\.0\.2\.15")
    asleep(b)
    before, objects = services.settled(b), os_page(b)
    check(echo(b, SOCKETS), "echo by a socket")
    check(echo(b, NETCONN), "echo by a netconn")
    datagrams(b)
    side_by_side(b)
    crowd(b)
    resets(b)
    services.pages(b)
    services.uploads(b)
    services.echo(b)
    services.modbus(b)
    tftp(b)
    services.parallel(b)
    stacks(b)
    all_free(b, objects)
    services.back_to(b, before)
finally:
    b.stop()
    shutil.rmtree(b.work, ignore_errors=True)
summary()
