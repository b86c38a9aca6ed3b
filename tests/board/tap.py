# SPDX-License-Identifier: MIT
"""For the tests beside it: boards with an address of their own, in a network namespace."""
import os
import shutil
import subprocess
import sys
import time

from board import Board, skip


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
