#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Clients of all kinds at the same time, honest and not, for NETPROTO_SOAK seconds (60): what they get is
right all the while, and when they have gone nothing of theirs is left behind."""
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hostile
import services
from board import check, read_all, summary
from tap import Dhcp, TapBoard, enter_namespace, pulled

enter_namespace("dnsmasq", "ping")
SECONDS = int(os.environ.get("NETPROTO_SOAK") or 60)
RST = struct.pack("ii", 1, 0)


class Client(threading.Thread):
    """Does one thing again and again until the end: True is right, False wrong, None told no."""

    def __init__(self, b, act, pause):
        super().__init__(daemon=True)
        self.b, self.act, self.pause = b, act, pause
        self.end = time.time() + SECONDS
        self.good = self.refused = self.failed = 0
        self.why = ""
        self.random = random.Random(act.__name__)

    def run(self):
        while time.time() < self.end:
            try:
                result = self.act(self)
            except ConnectionResetError:
                result = None  # all of its connections are in use
            except (OSError, subprocess.TimeoutExpired) as e:
                result = False
                self.why = repr(e)
            self.good += result is True
            self.refused += result is None
            self.failed += result is False
            time.sleep(self.pause)

    def curl(self, *arguments, url):
        """Status, and what was received; the connections of the board may all be in use."""
        for _ in range(5):
            r = subprocess.run(["curl", "-s", "-m", "60", "-w", "%{stderr}%{http_code}", *arguments, url],
                               capture_output=True)
            if r.returncode not in (7, 56):  # refused, or reset
                break
            time.sleep(self.random.random())
        if r.returncode:
            self.why = "curl %s %s: %d" % (" ".join(arguments), url, r.returncode)
        return int(r.stderr[-3:]), r.stdout


def page(c):
    status, body = c.curl(url=c.b.url("/lines.txt"))
    return status == 200 and body == services.LINES


def part(c):
    first = c.random.randrange(65536)
    last = c.random.randrange(first, 65536)
    status, body = c.curl("-r", "%d-%d" % (first, last), url=c.b.url("/lines.txt"))
    return status == 206 and body == services.LINES[first:last + 1]


def switch(c):
    word = c.random.choice(("on", "off"))
    status, body = c.curl("-X", "PUT", "-d", word, url=c.b.url("/outputs/0"))
    return status == 200 and (b'"Pump","on":true' in body) == (word == "on")


def upload(c):
    """One at a time: the others are told that the slot is in use."""
    path = os.path.join(c.b.work, c.name)
    data = services.image(c.random.randrange(1000, 300000), c.random.randrange(250))
    with open(path, "wb") as f:
        f.write(data)
    status, _ = c.curl("-T", path, url=c.b.url("/firmware.bin"))
    return None if status == 409 else status == 201


def download(c):
    status, body = c.curl(url=c.b.url("/firmware.bin"))
    return status == 200 and services.whole(body)


def tftp(*arguments):
    r = subprocess.run(["curl", "-s", "-m", "60", *arguments], capture_output=True)
    return r.returncode, r.stdout


def tftp_put(c):
    path = os.path.join(c.b.work, c.name)
    with open(path, "wb") as f:
        f.write(services.image(c.random.randrange(1000, 200000), c.random.randrange(250)))
    status, _ = tftp("--tftp-blksize", str(c.random.choice((512, 1000, 1428))), "-T", path,
                     "tftp://%s/firmware.bin" % c.b.host)
    return True if status == 0 else None


def tftp_get(c):
    status, body = tftp("tftp://%s/firmware.bin" % c.b.host)
    return services.whole(body) if status == 0 else None


def modbus(c):
    with c.b.tcp(502, 60) as s:
        for n in range(50):
            s.sendall(struct.pack("!HHHBBHH", n, 0, 6, 1, 4, 0, 9))
            got = hostile.adu(s)
            if not got and n == 0:
                return None
            if got[:9] != struct.pack("!HHHBBB", n, 0, 21, 1, 4, 18):
                c.why = "answer %d: %r" % (n, got)
                return False
            time.sleep(0.01)
    return True


def echo(c):
    data = c.random.randbytes(c.random.randrange(1, 3000))
    with c.b.tcp(7, 60) as s:
        s.sendall(data)
        try:
            s.shutdown(socket.SHUT_WR)
        except OSError:
            return None  # reset already
        got, reset = read_all(s)
    return None if reset and not got else got == data


def datagram(c):
    """One may be lost where the cable is out."""
    return c.b.echoes(7, c.random.randbytes(c.random.randrange(1, 1472)))


def ping(c):
    size = c.random.choice((0, 56, 1472, 1473, 4000))
    return any(subprocess.run(["ping", "-q", "-c", "1", "-s", str(size), "-W", "2", c.b.host],
                              stdout=subprocess.DEVNULL).returncode == 0 for _ in range(3))


def cut(c):
    """A request that ends where nobody thought of, or an answer that nobody reads to its end."""
    port, said = c.random.choice((
        (80, b"GET /lines.txt HTTP/1.1\r\nHost: a\r\n\r\n" * 3),
        (80, b"PUT /firmware.bin HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n" + bytes(3000)),
        (502, struct.pack("!HHHBBHH", 1, 0, 6, 1, 4, 0, 9) * 40),
        (7, bytes(3000))))
    s = socket.create_connection((c.b.host, port), 60)
    s.settimeout(60)
    s.sendall(said[:c.random.randrange(len(said) + 1)])
    if c.random.random() < 0.5:
        time.sleep(0.02)
    if c.random.random() < 0.5:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    s.close()
    return True


def strangers(c):
    """TFTP requests that nobody goes on with, and packets of no transfer. None has a slot of the firmware
    waiting: that would be for as long as the server resends."""
    with c.b.udp(69) as s:
        s.send(c.random.choice((b"\0\1f\0octet\0", b"\0\1firmware.bin\0netascii\0", b"\0\3\0\1x", b"\0")))
    return True


def flaps(c):
    pulled(c.b, 0.3)
    return True


ACTS = ((page, 0.1), (part, 0.05), (switch, 0.1), (upload, 0.2), (download, 0.2), (tftp_put, 0.2),
        (tftp_get, 0.1), (modbus, 0.05), (modbus, 0.2), (echo, 0.05), (datagram, 0.05), (ping, 0.05),
        (cut, 0.05), (cut, 0.02), (strangers, 1), (flaps, 12))

b = TapBoard()
dhcp = None
try:
    dhcp = Dhcp(b, "192.168.177.50")
    b.host = b.wait_for(r"address (192\.168\.177\.50)")
    path = os.path.join(b.work, "first")
    with open(path, "wb") as f:
        f.write(services.image(1000))
    check(b.curl("-T", path, b.url("/firmware.bin"))[0] == 201, "the first image")
    before = services.settled(b)
    clients = [Client(b, act, pause) for act, pause in ACTS]
    for c in clients:
        c.start()
    for c in clients:
        c.join()
        print("%-10s %6d right, %4d told no, %3d wrong %s" % (
            c.act.__name__, c.good, c.refused, c.failed, c.why), flush=True)
        few = c.act in (upload, tftp_put)  # one whose cable was out may hold the slot for a while
        check(c.good >= SECONDS / (60 if few else 20) and c.failed <= c.good / 20,
              "%s of the soak" % c.act.__name__)
    services.back_to(b, before, 90)
    print(b.counters())
finally:
    b.stop()
    if dhcp:
        dhcp.stop()
    shutil.rmtree(b.work, ignore_errors=True)
summary()
