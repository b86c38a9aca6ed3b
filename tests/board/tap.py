# SPDX-License-Identifier: MIT
"""For the tests beside it: boards with an address of their own, in a network namespace."""
import os
import shutil
import socket
import subprocess
import sys
import time

from board import Board, check, skip


def sh(command):
    subprocess.run(command, shell=True, check=True)


def enter_namespace(*programs):
    """Runs the program again where it may make interfaces; or skips it."""
    for program in ("qemu-system-arm", "arm-none-eabi-gcc", "curl") + programs:
        if not shutil.which(program):
            skip("no " + program)
    if "IN_NAMESPACE" not in os.environ:
        if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
            skip("it takes root and /dev/net/tun")
        if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL).returncode != 0:
            skip("no network namespaces here")
        os.environ["IN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, os.path.abspath(sys.argv[0])])
    sh("ip link set lo up")


class TapBoard(Board):
    """A board whose address is told by host, once it has one. Ours is 192.168.177.1."""

    def __init__(self, *options):
        super().__init__("--tap", *options)
        self.interface = self.wait_for(r"Interface (\S+),")


class Dhcp:
    """A DHCP server for the board's interface, that gives one address; and a TFTP server of what is
    in the board's folder."""

    def __init__(self, b, address):
        self.process = subprocess.Popen(
            ["dnsmasq", "--no-daemon", "--user=root", "--conf-file=/dev/null", "--port=0",
             "--no-ping", "--interface=" + b.interface, "--bind-interfaces", "--pid-file=",
             "--dhcp-range=%s,%s,2m" % (address, address), "--dhcp-authoritative",
             "--dhcp-leasefile=%s/leases-%s" % (b.work, address), "--enable-tftp",
             "--tftp-root=" + b.work],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def pulled(b, seconds=1):
    """The cable, out and in again."""
    down, up = (b.text().count("link " + way) for way in ("down", "up"))
    b.set_link(False)
    b.wait_for("link down", count=down + 1)
    time.sleep(seconds)
    b.set_link(True)
    b.wait_for("link up", count=up + 1)


def heard(wire, group, seconds):
    """Whether a member of the group reports within that time: IGMP version 2 (RFC 2236)."""
    end = time.time() + seconds
    while time.time() < end:
        wire.settimeout(max(0.01, end - time.time()))
        try:
            frame = wire.recv(2000)
        except socket.timeout:
            break
        ip = frame[14:]
        if ip[9] == socket.IPPROTO_IGMP and ip[16:20] == group:
            igmp = ip[(ip[0] & 15) * 4:]
            if igmp[0] == 0x16 and igmp[4:8] == group:
                return True
    return False


def group(b):
    """The board is in the group of mDNS: it tells a router that asks, and gets what is sent there."""
    own = socket.inet_aton("192.168.177.1")
    member, other = "224.0.0.251", "224.0.0.250"
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
    wire.bind((b.interface, 0))
    query = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
    query.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
    for _ in range(5):
        query.sendto(b"\x11\x0a\xee\xf5\0\0\0\0", ("224.0.0.1", 0))  # who is in which? in a second
        reported = heard(wire, socket.inet_aton(member), 4)
        if reported:
            break
    check(reported, "the board reports its group")
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
    for to, answered in (member, True), (other, False):
        sender = None
        u.settimeout(2 if answered else 0.5)
        for _ in range(10 if answered else 3):
            u.sendto(to.encode(), (to, 7))
            try:
                data, sender = u.recvfrom(2000)
                break
            except socket.timeout:
                pass
        check((sender is not None) == answered, "echo of the group %s: %r" % (to, sender))
        if sender and answered:
            check(sender == (b.host, 7) and data == to.encode(), "from the board itself: %r" % (sender,))
    for s in wire, query, u:
        s.close()
