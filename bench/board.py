# SPDX-License-Identifier: MIT
"""Of bench/board.sh: asks the firmware of bench/board, ours and lwIP's in turn."""
import argparse
import os
import socket
import statistics
import struct
import subprocess
import time
import zlib

HOST = "192.168.177.77"


class Board:
    """The board in an emulator; counted: its time is the instructions that it has executed."""

    def __init__(self, firmware, tap, counted):
        self.process = subprocess.Popen(
            ["qemu-system-arm", "-M", "mps2-an385", "-kernel", firmware, "-display", "none",
             "-monitor", "none", "-serial", "stdio",
             "-nic", "tap,ifname=%s,script=no,downscript=no" % tap,
             *(["-icount", "shift=0"] if counted else [])], stdin=subprocess.DEVNULL)
        self.counter = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.patience = 0.5
        self.counter.connect((HOST, 9))
        for _ in range(100):
            try:
                self.awake()
                break
            except OSError:
                time.sleep(0.1)
        else:
            self.stop()
            raise SystemExit("the board does not answer")
        self.patience = 60

    def awake(self):
        """Nanoseconds that it was not asleep, or thousands of instructions."""
        self.counter.setblocking(False)
        try:
            while True:  # what came too late to be waited for
                self.counter.recv(4)
        except OSError:
            pass
        self.counter.settimeout(self.patience)
        self.counter.send(b"x")
        return struct.unpack("<I", self.counter.recv(4))[0] * 40

    def stop(self):
        self.process.kill()
        self.process.wait()


def http(port):
    s = socket.create_connection((HOST, port), 20)
    s.sendall(b"GET /lines.txt HTTP/1.0\r\nHost: board\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n")
    n = 0
    while piece := s.recv(1 << 18):
        n += len(piece)
    s.close()
    if not 65536 < n < 66560:
        raise SystemExit("HTTP port %d: %d bytes" % (port, n))
    return 65536


def tftp(port, name, options=b"", block=512, window=1):
    """Reads a file; as fast as a client can be."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(60)
    s.sendto(b"\0\1" + name + b"\0octet\0" + options, (HOST, port))
    last = total = 0
    while True:
        packet, peer = s.recvfrom(2048)
        code, number = struct.unpack(">HH", packet[:4])
        if code == 6:
            s.sendto(b"\0\4\0\0", peer)
            continue
        if code == 3 and 0 <= last - number < 2 * window:
            continue  # sent again: we were slow
        if code != 3 or number != last + 1 & 0xffff:
            raise SystemExit("TFTP port %d: %r, not %d" % (port, packet[:40], last + 1))
        last = number
        total += len(packet) - 4
        end = len(packet) < 4 + block
        if end or last % window == 0:
            s.sendto(struct.pack(">HH", 4, last), peer)
        if end:
            return total


def tftp_put(port, name, data):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(60)
    s.sendto(b"\0\2" + name + b"\0octet\0", (HOST, port))
    for number in range(len(data) // 512 + 2):
        packet, peer = s.recvfrom(2048)
        while packet == struct.pack(">HH", 4, number - 1 & 0xffff):
            packet, peer = s.recvfrom(2048)  # sent again: we were slow
        if packet != struct.pack(">HH", 4, number):
            raise SystemExit("TFTP port %d: %r, not %d" % (port, packet[:40], number))
        if number <= len(data) // 512:
            s.sendto(struct.pack(">HH", 3, number + 1) + data[number * 512:][:512], peer)
    return len(data)


class Echo:
    def __init__(self, port):
        self.s = socket.create_connection((HOST, port), 20)
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __call__(self, size, count):
        for _ in range(count):
            self.s.sendall(b"e" * size)
            n = 0
            while n < size:
                n += len(self.s.recv(65536))
        return size * count


def compare(board, rounds, ours, theirs):
    """Mbit/s and work a byte of each; both in turn, so that they meet the same machine."""
    seconds, work = ([], []), ([], [])
    for i in range(rounds):
        for which in (0, 1) if i % 2 else (1, 0):
            before, begin = board.awake(), time.perf_counter()
            size = (ours, theirs)[which]()
            seconds[which].append((time.perf_counter() - begin) / size)
            work[which].append((board.awake() - before) % (1 << 32 * 40) / size)
    return [8e-6 / statistics.median(s) for s in seconds], [statistics.median(w) for w in work]


def image():
    data = bytes(range(256)) * 256
    return data + struct.pack("<I", zlib.crc32(data))


def rows(echo, bare):
    """What is done, by ours and by theirs, and the least ratio of instructions that will do."""
    data, name = image(), b"firmware.bin"
    large = b"blksize\0001428\0windowsize\0004\0"
    return (
        ("HTTP, 64 KB", lambda: http(80), lambda: http(8080), 0.91),
        ("TFTP get", lambda: tftp(69, name), lambda: tftp(6900, name), 0.93),
        ("  blocks of 1428, window 4", lambda: tftp(69, name, large, 1428, 4),
         lambda: tftp(6900, name), 1.5),
        ("TFTP put", lambda: tftp_put(69, name, data), lambda: tftp_put(6900, name, data), 0.9),
        ("echo of 16 bytes", lambda: echo(16, 100), lambda: bare(16, 100), 0.82),
        ("echo of 1000 bytes", lambda: echo(1000, 100), lambda: bare(1000, 100), 0.93),
    )


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--rounds", type=int, default=31)
    p.add_argument("--check", action="store_true")
    p.add_argument("firmware")
    a = p.parse_args()
    for command in ("ip link set lo up", "ip tuntap add dev npt0 mode tap",
                    "ip address add 192.168.177.1/24 dev npt0", "ip link set npt0 up"):
        subprocess.run(command.split(), check=True)
    bad = []
    for counted in (True,) if a.check else (False, True):
        board = Board(a.firmware, "npt0", counted)
        print("%-28s %10s %10s %7s" % ("instructions a byte" if counted else "Mbit/s", "ours",
                                       "lwIP's", "ratio"))
        try:
            tftp_put(69, b"firmware.bin", image())
            for name, ours, theirs, least in rows(Echo(7), Echo(1007)):
                rates, work = compare(board, a.rounds, ours, theirs)
                us, them = work if counted else rates
                ratio = them / us if counted else us / them
                print("%-28s %10.2f %10.2f %7.3f" % (name, us, them, ratio), flush=True)
                if counted and ratio < least:
                    bad.append("%s: %.3f, %.2f at least" % (name.strip(), ratio, least))
        finally:
            board.stop()
    raise SystemExit("\n".join(bad) or 0)


main()
