#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The firmware on an emulated board with an address of its own, in a network namespace: root."""
import os
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import services
from board import Board, check, skip, summary

for program in ("qemu-system-arm", "arm-none-eabi-gcc", "curl", "tftp", "atftp", "dnsmasq", "ping"):
    if not shutil.which(program):
        skip("no " + program)
if "IN_NAMESPACE" not in os.environ:
    if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
        skip("it takes root and /dev/net/tun")
    if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        skip("no network namespaces here")
    os.environ["IN_NAMESPACE"] = "1"
    os.execvp("unshare", ["unshare", "-n", sys.executable, os.path.abspath(__file__)])


def sh(command):
    subprocess.run(command, shell=True, check=True)


class Dhcp:
    """A DHCP server for the board's interface, that gives one address."""

    def __init__(self, b, interface, address):
        self.process = subprocess.Popen(
            ["dnsmasq", "--no-daemon", "--user=root", "--conf-file=/dev/null", "--port=0",
             "--no-ping", "--interface=" + interface, "--bind-interfaces", "--pid-file=",
             "--dhcp-range=%s,%s,2m" % (address, address), "--dhcp-authoritative",
             "--dhcp-leasefile=%s/leases-%s" % (b.work, address)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait()


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
    for _ in range(100):
        told = b.counters().get("time", 0)
        if told:
            break
        time.sleep(0.1)
    check(abs(told - time.time()) < 2, "the time: %d" % told)


def pings(b):
    """Those of up to 6 fragments are answered; larger ones are not, and leave nothing behind."""
    for size in (0, 56, 1472, 1473, 4000, 8000):
        r = subprocess.run(["ping", "-q", "-c", "20", "-i", "0.01", "-s", str(size), "-W", "1",
                            b.host], capture_output=True, text=True)
        check(" 0% packet loss" in r.stdout, "ping of %d bytes:\n%s" % (size, r.stdout))
    subprocess.run(["ping", "-q", "-c", "10", "-i", "0.01", "-s", "20000", "-W", "1", b.host],
                   capture_output=True)


def flood(b, stop):
    """SYNs from addresses that nobody has, each from another."""
    import random
    import socket
    import struct

    def checksum(data):
        n = sum(struct.unpack("!%dH" % (len(data) // 2), data))
        n = (n >> 16) + (n & 0xffff)
        return ~(n + (n >> 16)) & 0xffff

    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    to = socket.inet_aton(b.host)
    sent = 0
    while not stop.is_set():
        source = bytes([10, random.randrange(256), random.randrange(256), random.randrange(1, 255)])
        tcp = struct.pack("!HHIIBBHHH", random.randrange(1024, 65536), 80,
                          random.getrandbits(32), 0, 0x50, 2, 5840, 0, 0)
        tcp = tcp[:16] + struct.pack("!H", checksum(
            source + to + b"\0\6" + struct.pack("!H", len(tcp)) + tcp)) + tcp[18:]
        s.sendto(struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, 6, 0) + source + to + tcp,
                 (b.host, 0))
        sent += 1
        time.sleep(0.0005)
    return sent


def syn_flood(b):
    stop = threading.Event()
    count = []
    t = threading.Thread(target=lambda: count.append(flood(b, stop)))
    t.start()
    good = tries = 0
    end = time.time() + 4
    while time.time() < end:
        tries += 1
        good += b.curl("-m", "3", b.url("/outputs"))[0] == 200
    stop.set()
    t.join()
    check(count[0] > 1000 and good >= 0.8 * tries and good > 3,
          "served in a flood of %d SYNs: %d of %d" % (count[0], good, tries))
    check(b.curl("--retry", "3", b.url("/outputs"))[0] == 200, "served after the flood")


def cable(b):
    """It is pulled in the middle of a transfer, for two seconds."""
    data = services.image(1 << 20, 20)
    path = os.path.join(b.work, "pulled")
    with open(path, "wb") as f:
        f.write(data)
    curl = subprocess.Popen(["curl", "-s", "-m", "30", "--limit-rate", "400k", "-T", path, "-o",
                             os.devnull, "-w", "%{http_code}", b.url("/firmware.bin")],
                            stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    b.set_link(False)
    b.wait_for("link down")
    time.sleep(1)
    b.set_link(True)
    b.wait_for("link up", count=2)
    check(curl.communicate()[0] == "201", "a transfer outlives a pulled cable")
    check(b.curl(b.url("/firmware.bin"))[1] == data, "and is whole")


def another_address(b, dhcp, interface):
    dhcp.stop()
    dhcp = Dhcp(b, interface, "192.168.177.60")
    b.set_link(False)
    b.wait_for("link down", count=2)
    b.set_link(True)
    b.host = b.wait_for(r"address (192\.168\.177\.60)", 30)
    check(b.curl("--retry", "3", b.url("/outputs"))[0] == 200, "served at another address")
    return dhcp


sh("ip link set lo up")
b = Board("--tap")
dhcp = chronyd = None
try:
    interface = b.wait_for(r"Interface (\S+),")
    chronyd = Time(b)
    dhcp = Dhcp(b, interface, "192.168.177.50")
    b.host = b.wait_for(r"address (192\.168\.177\.\d+)")
    sh("ping -q -c 1 -W 3 %s >/dev/null" % b.host)
    if chronyd.process:
        clock(b)
    time.sleep(1.5)  # all that it does at its start has begun
    before = b.counters()
    steps = (services.pages, services.tftp, services.echo, services.too_many, pings, syn_flood,
             services.hostile_http, services.hostile_tftp, services.parallel, cable)
    for step in steps:
        begun = time.time()
        step(b)
        print("%s: %.1f s" % (step.__name__, time.time() - begun), flush=True)
    dhcp = another_address(b, dhcp, interface)
    check(b.counters().get("pongs", 0) > 0, "the board's own pings are answered")
    services.back_to(b, before)
finally:
    b.stop()
    for server in (dhcp, chronyd):
        if server:
            server.stop()
    shutil.rmtree(b.work, ignore_errors=True)  # the emulator unlinks its sockets, too
summary()
