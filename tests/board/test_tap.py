#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The firmware on an emulated board with an address of its own, in a network namespace: root."""
import errno
import os
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
from tap import Dhcp, TapBoard, enter_namespace, group, pulled, sh

enter_namespace("tftp", "atftp", "dnsmasq", "ping")


class Time:
    """chronyd, which believes its own clock; None of it where it is not unpacked."""

    def __init__(self, b):
        program = os.environ.get("NETPROTO_PEERS", "/opt/netproto-peers") + "/chrony/usr/sbin/chronyd"
        self.process = None
        if os.path.exists(program):
            self.process = subprocess.Popen(
                [program, "-d", "-x", "-u", "root", "local stratum 5", "allow all", "cmdport 0",
                 "pidfile %s/chronyd.pid" % b.work, "bindcmdaddress /"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()


def clock(b):
    """The board has asked a chronyd for the time."""
    told = 0
    end = time.time() + 120
    while not told and time.time() < end:
        begun = time.time()
        told = b.counters().get("time", 0)
    check(begun - 2 < told < time.time() + 2, "the time: %d" % told)


def pings(b):
    """Those of up to 6 fragments are answered; larger ones are not, and leave nothing behind. One at a
    time: the controller has no room for 12 fragments."""
    for size in (0, 56, 1472, 1473, 4000, 8000):
        answered = sum(subprocess.run(["ping", "-q", "-c", "1", "-s", str(size), "-W", "10", b.host],
                                      stdout=subprocess.DEVNULL).returncode == 0 for _ in range(20))
        check(answered == 20, "ping of %d bytes: %d of 20 answered" % (size, answered))
    subprocess.run(["ping", "-q", "-c", "10", "-i", "0.01", "-s", "20000", "-W", "1", b.host],
                   capture_output=True)


def flood(b, stop, sent):
    """SYNs from addresses that nobody has, each from another. sent[0]: how many."""
    import random

    def checksum(data):
        n = sum(struct.unpack("!%dH" % (len(data) // 2), data))
        n = (n >> 16) + (n & 0xffff)
        return ~(n + (n >> 16)) & 0xffff

    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    to = socket.inet_aton(b.host)
    while not stop.is_set():
        source = bytes([10, random.randrange(256), random.randrange(256), random.randrange(1, 255)])
        tcp = struct.pack("!HHIIBBHHH", random.randrange(1024, 65536), 80,
                          random.getrandbits(32), 0, 0x50, 2, 5840, 0, 0)
        tcp = tcp[:16] + struct.pack("!H", checksum(
            source + to + b"\0\6" + struct.pack("!H", len(tcp)) + tcp)) + tcp[18:]
        s.sendto(struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, 6, 0) + source + to + tcp,
                 (b.host, 0))
        sent[0] += 1
        time.sleep(0.0005)


def syn_flood(b):
    stop = threading.Event()
    sent = [0]
    t = threading.Thread(target=flood, args=(b, stop, sent), daemon=True)
    t.start()
    good = tries = 0
    begun = time.time()
    while time.time() < begun + 4 or (sent[0] < 1000 and time.time() < begun + 30):
        tries += 1
        good += b.curl("-m", "3", b.url("/outputs"))[0] == 200
    stop.set()
    t.join()
    check(sent[0] >= 1000 and good >= 0.8 * tries and good > 3,
          "served in a flood of %d SYNs: %d of %d" % (sent[0], good, tries))
    check(b.served(), "served after the flood")
    print("flood of %d SYNs: %d of %d served" % (sent[0], good, tries), flush=True)


def cable_http(b):
    """Pulled in the middle of an upload."""
    data = services.image(1 << 20, 20)
    path = os.path.join(b.work, "pulled")
    with open(path, "wb") as f:
        f.write(data)
    curl = subprocess.Popen(["curl", "-s", "-m", "250", "--limit-rate", "400k", "-T", path, "-o",
                             os.devnull, "-w", "%{http_code}", b.url("/firmware.bin")],
                            stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    pulled(b)
    check(curl.communicate()[0] == "201", "a transfer outlives a pulled cable")
    check(b.curl(b.url("/firmware.bin"))[1] == data, "and is whole")


def cable_tftp(b):
    """Pulled in the middle of an upload in many small blocks."""
    data = services.image(100000, 21)
    path = os.path.join(b.work, "pulled")
    with open(path, "wb") as f:
        f.write(data)
    end = time.time() + 60
    while b.counters()["udp_pcb"] > before["udp_pcb"] and time.time() < end:
        time.sleep(0.1)  # transfers that are over end after a while
    curl = subprocess.Popen(["curl", "-s", "-m", "250", "--tftp-blksize", "8", "-T", path,
                             "tftp://%s/firmware.bin" % b.host])
    while b.counters()["udp_pcb"] <= before["udp_pcb"] and curl.poll() is None:
        pass
    pulled(b)
    check(curl.poll() is None, "the cable is pulled in the middle of a TFTP upload")
    check(curl.wait() == 0, "a TFTP upload outlives a pulled cable")
    check(b.curl(b.url("/firmware.bin"))[1] == data, "and is whole")


def cable_modbus(b):
    """Pulled while a client polls, which goes on with the connection that it has."""
    request = struct.pack("!HBBHH", 6, 1, 3, 0, 5)
    s = b.tcp(502, 60)
    stop = threading.Event()
    answers = []

    def poll():
        n = 0
        while not stop.is_set():
            s.sendall(struct.pack("!HH", n, 0) + request)
            answers.append(hostile.adu(s)[:2] == struct.pack("!H", n))
            n = (n + 1) & 0xffff
            time.sleep(0.01)

    t = threading.Thread(target=poll)
    t.start()
    for _ in range(2):
        before = len(answers)
        while len(answers) < before + 10 and t.is_alive():
            time.sleep(0.01)
        pulled(b)
    before = len(answers)
    while len(answers) < before + 10 and t.is_alive():
        time.sleep(0.01)
    stop.set()
    t.join()
    s.close()
    check(len(answers) >= 30 and all(answers), "polls go on after a pulled cable: %d of %d" % (
        sum(answers), len(answers)))


def another_address(b, dhcp):
    dhcp.stop()
    dhcp = Dhcp(b, "192.168.177.60")
    pulled(b, 0)
    b.host = b.wait_for(r"address (192\.168\.177\.60)")
    check(b.served(), "served at another address")
    return dhcp


def same_port(b):
    """A client that comes again from the port of a connection which the board has ended."""
    port = 0
    for _ in range(2):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.settimeout(60)
        s.bind(("", port))
        port = s.getsockname()[1]
        while s.connect_ex((b.host, b.base + 80)) == errno.EADDRNOTAVAIL:
            time.sleep(0.05)  # the one before is not quite over
        s.sendall(b"GET /outputs HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        got, _ = read_all(s)
        check(got.startswith(b"HTTP/1.1 200"), "from port %d: %r" % (port, got[:20]))
        s.close()


def fetch(b):
    services.fetch(b, "192.168.177.1", b.work)


b = TapBoard()
dhcp = chronyd = None
try:
    chronyd = Time(b)
    dhcp = Dhcp(b, "192.168.177.50")
    b.host = b.wait_for(r"address (192\.168\.177\.\d+)")
    sh("ping -q -c 1 -w 60 %s >/dev/null" % b.host)
    if chronyd.process:
        clock(b)
    before = services.settled(b)
    steps = (services.pages, same_port, services.tftp, fetch, services.echo, services.iperf, services.too_many,
             pings, group, syn_flood, hostile.http, hostile.modbus, hostile.tftp,
             services.selftest, services.parallel, cable_http, cable_tftp, cable_modbus)
    for step in steps:
        begun = time.time()
        step(b)
        print("%s: %.1f s" % (step.__name__, time.time() - begun), flush=True)
    dhcp = another_address(b, dhcp)
    check(b.counters().get("pongs", 0) > 0, "the board's own pings are answered")
    services.back_to(b, before)
finally:
    b.stop()
    for server in (dhcp, chronyd):
        if server:
            server.stop()
    shutil.rmtree(b.work, ignore_errors=True)  # the emulator unlinks its sockets, too
summary()
