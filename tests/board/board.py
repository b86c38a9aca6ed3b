# SPDX-License-Identifier: MIT
"""For the tests beside it: an emulated board, and what is asked of its firmware."""
import atexit
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
failures = 0

signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # an end like any other, with a board's


def check(good, what):
    global failures
    if not good:
        failures += 1
        print("FAILED:", what, flush=True)


def summary():
    print("%d failed" % failures)
    sys.exit(failures != 0)


def skip(why):
    print("skipped:", why)
    sys.exit(77)


class Board:
    """One that runs until stop(). Ports are those of the services, moved by base."""

    def __init__(self, *options):
        self.work = tempfile.mkdtemp(prefix="board")
        self.log = os.path.join(self.work, "log")
        self.monitor = os.path.join(self.work, "qmp")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [ROOT + "/scripts/board.sh", "--monitor", self.monitor, *options], stdout=log,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        atexit.register(self.end)
        self.host, self.base = "127.0.0.1", 0

    def text(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def wait_for(self, pattern, seconds=300, count=1):
        """The nth match in what the board has written."""
        end = time.time() + seconds
        while time.time() < end and self.process.poll() is None:
            found = re.findall(pattern, self.text())
            if len(found) >= count:
                return found[count - 1]
            time.sleep(0.05)
        print(self.text())
        sys.exit("the board did not say " + pattern)

    def set_link(self, up):
        s = socket.socket(socket.AF_UNIX)
        s.connect(self.monitor)
        f = s.makefile("rw")
        f.readline()
        for command in ({"execute": "qmp_capabilities"},
                        {"execute": "set_link", "arguments": {"name": "n0", "up": up}}):
            f.write(json.dumps(command) + "\n")
            f.flush()
            while '"event"' in f.readline():
                pass
        s.close()

    def stop(self):
        check(self.process.poll() is None, "the board runs to the end")
        check("FATAL" not in self.text(), "nothing fatal:\n" + self.text())
        self.end()

    def end(self):
        atexit.unregister(self.end)
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        self.process.wait()

    def url(self, path):
        return "http://%s:%d%s" % (self.host, self.base + 80, path)

    def curl(self, *arguments, data=False):
        """Status, and the body."""
        out = os.path.join(self.work, "body")
        if os.path.exists(out):
            os.unlink(out)
        r = subprocess.run(["curl", "-sS", "-m", "60", "-o", out, "-w", "%{local_port} %{http_code}",
                            *arguments], capture_output=True, text=True)
        if r.returncode == 28:
            print(time.strftime("%T"), r.args, r.stdout, r.stderr, flush=True)
        body = open(out, "rb").read() if os.path.exists(out) else b""
        return int(r.stdout[-3:] or 0), body

    def served(self, seconds=60):
        """Whether it serves pages within that time; connections that end may still be its last."""
        end = time.time() + seconds
        while self.curl(self.url("/outputs"))[0] != 200:
            if time.time() > end:
                return False
            time.sleep(0.1)
        return True

    def tcp(self, port, timeout=30):
        s = socket.create_connection((self.host, self.base + port), timeout)
        s.settimeout(timeout)
        return s

    def udp(self, port):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(1)
        s.connect((self.host, self.base + port))
        return s

    def echoes(self, port, data):
        """Whether a datagram comes back. It may be lost, or late: so each has a port of its own."""
        with self.udp(port) as s:
            for _ in range(30):
                try:
                    s.send(data)
                    return s.recv(65536) == data
                except (socket.timeout, ConnectionRefusedError):
                    pass
        return False

    def told(self, path, seconds=60):
        """A page of JSON; {} if there is none within that time."""
        end = time.time() + seconds
        while time.time() < end:
            status, body = self.curl(self.url(path))
            if status == 200:
                return json.loads(body)
            time.sleep(0.1)
        return {}

    def counters(self):
        return self.told("/counters")


def read_all(s):
    """What comes before the end, and whether that was a reset."""
    got = b""
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                return got, False
            got += piece
    except ConnectionResetError:
        return got, True
    except socket.timeout:
        return got, False


def adu(s):
    """The next frame of Modbus, as it is; what there is, if that ends before."""
    got = b""
    try:
        while len(got) < 6 or len(got) < 6 + int.from_bytes(got[4:6], "big"):
            size = 6 - len(got) if len(got) < 6 else 6 + int.from_bytes(got[4:6], "big") - len(got)
            piece = s.recv(size)
            if not piece:
                break
            got += piece
    except OSError:
        pass
    return got
