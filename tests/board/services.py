# SPDX-License-Identifier: MIT
"""What clients of others ask of the firmware's services, and what must have come of it."""
import concurrent.futures
import os
import re
import socket
import struct
import subprocess
import time
import zlib

from board import ROOT, adu, check

LINE = b"The quick brown fox jumps over the lazy dog, again and again.\r\n"
LINES = (LINE + b"\0" * (64 - len(LINE))) * 1024


def image(size, seed=1):
    data = bytes((i * 31 + i // 251 * seed) & 255 for i in range(size - 4))
    return data + struct.pack("<I", zlib.crc32(data))


def whole(data):
    return len(data) > 4 and data[-4:] == struct.pack("<I", zlib.crc32(data[:-4]))


def pages(b):
    status, body = b.curl(b.url("/"))
    check(status == 200 and b"<h1>Outputs</h1>" in body, "the device page")
    status, body = b.curl(b.url("/lines.txt"))
    check(status == 200 and body == LINES, "a page of 64 KB")
    status, body = b.curl("-I", b.url("/lines.txt"))
    check(status == 200 and b"Content-Length: 65536" in body, "HEAD")
    for wanted, first, last in (("100-199", 100, 199), ("65000-", 65000, 65535),
                                ("-10", 65526, 65535), ("0-0", 0, 0), ("5-99999", 5, 65535)):
        status, body = b.curl("-r", wanted, b.url("/lines.txt"))
        check(status == 206 and body == LINES[first:last + 1], "range " + wanted)
    check(b.curl("-r", "70000-", b.url("/lines.txt"))[0] == 416, "a range behind the end")
    status, body = b.curl("-r", "0-9,20-29", b.url("/lines.txt"))
    check(status == 200 and body == LINES, "several ranges: all of it")
    check(b.curl("-H", 'If-None-Match: "lines-1"', b.url("/lines.txt"))[0] == 304, "304")
    check(b.curl("-H", 'If-Match: "other"', b.url("/lines.txt"))[0] == 412, "412")
    check(b.curl("-H", 'If-Range: "other"', "-r", "0-9", b.url("/lines.txt"))[0] == 200, "If-Range")
    check(b.curl(b.url("/nothing"))[0] == 404, "404")
    check(b.curl("-X", "DELETE", b.url("/"))[0] == 405, "405")
    check(b.curl("-0", b.url("/lines.txt"))[1] == LINES, "HTTP/1.0")
    status, body = b.curl(*(b.url("/outputs"),) * 2)
    check(body.count(b'"Pump"') >= 1, "two requests on a connection")


def outputs(b):
    status, body = b.curl("-X", "PUT", "-d", "on", b.url("/outputs/0"))
    check(status == 200 and b'{"name":"Pump","on":true}' in body, "switched on")
    check(b'{"name":"Pump","on":true}' in b.curl(b.url("/outputs"))[1], "it stays on")
    check(b.curl("-X", "PUT", "-d", "off", b.url("/outputs/0"))[0] == 200, "switched off")
    check(b.curl("-X", "PUT", "-d", "of", b.url("/outputs/0"))[0] == 400, "another word")
    check(b.curl("-X", "PUT", "-d", "x" * 500, b.url("/outputs/0"))[0] == 413, "many words")
    check(b.curl("-X", "PUT", "-d", "on", b.url("/outputs/3"))[0] == 404, "no such output")


def selftest(b):
    """Our own clients."""
    if "NETPROTO" not in os.environ:
        return
    r = subprocess.run([os.environ["NETPROTO"], "selftest", "--device", b.host, "--base", str(b.base),
                        "echo", "http", "tftp", "modbus"], capture_output=True, text=True, timeout=300)
    check(r.returncode == 0 and "10 of 10 ok" in r.stdout, "selftest: " + r.stdout + r.stderr)


def parallel(b):
    def get(_):
        """What is wrong. Who is told no at once may ask again; half an answer is none."""
        r = subprocess.run(["curl", "-sS", "-m", "60", "--retry", "5", "--retry-all-errors",
                            b.url("/lines.txt"), b.url("/lines.txt")], capture_output=True)
        return r.stdout != LINES * 2 and (r.returncode, len(r.stdout), r.stderr)

    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        wrong = [why for why in pool.map(get, range(10)) if why]
    check(not wrong, "ten that ask at the same time get it all: %s" % wrong)


def uploads(b):
    big = image(1 << 20)
    path = os.path.join(b.work, "image")
    with open(path, "wb") as f:
        f.write(big)
    check(b.curl("-T", path, b.url("/firmware.bin"))[0] == 201, "1 MiB by PUT")
    check(b.curl(b.url("/firmware.bin"))[1] == big, "and back")
    check(b.curl("-r", "1000000-1000099", b.url("/firmware.bin"))[1] == big[1000000:1000100],
          "a part of it")
    before = b.counters()["image"]
    with open(path, "wb") as f:
        f.write(big[:-1] + bytes([big[-1] ^ 1]))
    check(b.curl("-T", path, b.url("/firmware.bin"))[0] == 422, "a wrong CRC")
    with open(path, "wb") as f:
        f.write(big * 2)
    check(b.curl("-T", path, b.url("/firmware.bin"))[0] in (413, 0), "one that is too large")
    check(b.counters()["image"] == before, "neither counts")
    check(b.curl(b.url("/firmware.bin"))[1] == big, "the old one is there")


def tftp(b):
    def client(*command, stdin=""):
        return subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=b.work,
                              timeout=300)

    def expect(data, what):
        path = os.path.join(b.work, "down")
        got = open(path, "rb").read() if os.path.exists(path) else b""
        check(got == data, "%s: %d bytes" % (what, len(got)))
        if os.path.exists(path):
            os.unlink(path)

    port = str(b.base + 69)
    url = "tftp://%s:%s/firmware.bin" % (b.host, port)
    for seed, (what, put, get) in enumerate((
            ("curl", lambda: client("curl", "-s", "-m", "250", "-T", "up", url),
             lambda: client("curl", "-s", "-m", "250", "-o", "down", url)),
            ("curl, large blocks",
             lambda: client("curl", "-s", "--tftp-blksize", "1400", "-T", "up", url),
             lambda: client("curl", "-s", "--tftp-blksize", "1400", "-o", "down", url)),
            ("tftp-hpa",
             lambda: client("tftp", "-m", "binary", b.host, port, "-c", "put", "up", "firmware.bin"),
             lambda: client("tftp", "-m", "binary", b.host, port, "-c", "get", "firmware.bin",
                            "down")),
            ("atftp",
             lambda: client("atftp", "--option", "blksize 1428", "-p", "-l", "up", "-r",
                            "firmware.bin", b.host, port),
             lambda: client("atftp", "--option", "blksize 1428", "--option", "windowsize 4",
                            "--option", "tsize", "-g", "-l", "down", "-r", "firmware.bin", b.host,
                            port)))):
        data = image(1 << 20, seed + 2)
        with open(os.path.join(b.work, "up"), "wb") as f:
            f.write(data)
        put()
        get()
        expect(data, "1 MiB by TFTP, " + what)
    with open(os.path.join(b.work, "up"), "wb") as f:
        f.write(b"no CRC")
    r = client("curl", "-s", "-S", "-m", "60", "-T", "up", url)
    check(r.returncode != 0, "an image with a wrong CRC is refused")
    r = client("curl", "-s", "-S", "-m", "60", url.replace("firmware", "other"))
    check(r.returncode == 68, "no such file")


def fetch_one(b, host, name):
    """What the board says of it in the end."""
    status, body = b.curl("-X", "PUT", "-d", "%s %s" % (host, name), b.url("/fetch"))
    check(status == 202, "a fetch of %s begins: %d" % (name, status))
    end = time.time() + 300
    while time.time() < end:
        body = b.curl(b.url("/fetch"))[1]
        if body != b"under way":
            break
        time.sleep(0.1)
    return body


def fetch(b, host, folder):
    """Images from a TFTP server of the folder."""
    def put(name, data):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)

    new = image(300000, 9)
    put("new.bin", new)
    put("cut.bin", new[:-1])
    put("large.bin", new * 4)
    number = b.counters()["image"]
    for name, why in ("new.bin", b"stored"), ("cut.bin", b"The CRC is wrong"), \
            ("large.bin", b"The image is too large"), ("none.bin", b"the peer refused"):
        said = fetch_one(b, host, name)
        check(said == why, "a fetch of %s: %s" % (name, said))
        status, body = b.curl(b.url("/firmware.bin"))
        check(status == 200 and body == new, "after %s: %d, %d bytes" % (name, status, len(body)))
    check(b.counters()["image"] == number + 1, "of these one counts")
    check(b.curl("-X", "PUT", "-d", "nonsense", b.url("/fetch"))[0] == 400, "a fetch of nothing")


def echo(b):
    data = bytes(range(256)) * 200
    s = b.tcp(7)
    got = b""
    for i in range(0, len(data), 3200):
        s.sendall(data[i:i + 3200])
        while len(got) < min(i + 3200, len(data)) and (piece := s.recv(65536)):
            got += piece
    check(got == data, "TCP echo")
    s.shutdown(socket.SHUT_WR)
    check(s.recv(10) == b"", "and its end")
    s.close()
    good = sum(b.echoes(7, data[:n]) for n in (0, 1, 100, 1472))
    check(good == 4, "UDP echo: %d of 4" % good)


def modbus(b):
    """The thermostat's registers, by mbpoll where that is, and a thousand requests in one go."""
    import shutil
    s = b.tcp(502)

    def ask(pdu):
        s.sendall(struct.pack("!HHHB", 7, 0, len(pdu) + 1, 1) + pdu)
        return adu(s)[7:]

    check(ask(b"\3\0\0\0\1")[:2] == b"\3\2", "a holding register")
    check(ask(b"\6\0\0\0\xfa") == b"\6\0\0\0\xfa", "the set point is written")
    check(ask(b"\3\0\0\0\1") == b"\3\2\0\xfa", "and read")
    check(ask(b"\6\0\0\xff\xff") == b"\x86\3", "a value that is out of range")
    check(ask(b"\3\0\x90\0\1") == b"\x83\2", "no such register")
    request = struct.pack("!HHHBBHH", 1, 0, 6, 1, 4, 0, 9)
    s.sendall(request * 1000)
    got = 0
    while got < 1000 * 27:
        piece = s.recv(65536)
        if not piece:
            break
        got += len(piece)
    check(got == 1000 * 27, "1000 requests in one go: %d bytes" % got)
    s.close()
    if shutil.which("mbpoll"):
        r = subprocess.run(["mbpoll", "-m", "tcp", "-p", str(b.base + 502), "-o", "10", "-t", "4",
                            "-r", "1", "-c", "5", "-1", b.host], capture_output=True, text=True)
        check(re.search(r"\[1\]:\s+250", r.stdout), "mbpoll: " + r.stdout)
    python = "/usr/bin/python3"  # Debian's, which has Debian's pymodbus
    if subprocess.run([python, "-c", "import pymodbus"], stderr=subprocess.DEVNULL).returncode == 0:
        r = subprocess.run([python, os.path.join(os.path.dirname(__file__), "pymodbus_thermostat.py"),
                            b.host, str(b.base + 502)], capture_output=True, text=True)
        check(r.returncode == 0, "pymodbus: " + r.stderr)


def iperf(b):
    """iperf 2, which the port is for: a second or two of it arrives, and is told of."""
    import shutil
    if not shutil.which("iperf"):
        return
    r = subprocess.run(["iperf", "-c", b.host, "-p", str(b.base + 5001), "-t", "2", "-f", "k"],
                       capture_output=True, text=True, timeout=120)
    rate = re.search(r"(\d+) Kbits/sec", r.stdout)
    check(r.returncode == 0 and rate and int(rate[1]) > 500, "iperf: " + r.stdout + r.stderr)
    print("iperf: %s kbit/s" % (rate and rate[1]), flush=True)


def too_many(b):
    """24 at a time: some are served, the others are told no at once, and nothing stays behind."""
    all_ = []
    served = refused = 0
    for _ in range(24):
        try:
            all_.append(b.tcp(80, 60))
        except ConnectionError:
            refused += 1
    for s in all_:
        try:
            s.sendall(b"GET /outputs HTTP/1.1\r\nHost: h\r\n\r\n")
        except ConnectionError:
            pass
    for s in all_:
        try:
            ok = s.recv(20).startswith(b"HTTP/1.1 200")
        except ConnectionError:
            ok = False
        served += ok
        refused += not ok
    check(6 <= served <= 23 and served + refused == 24, "24 connections: %d served" % served)
    for s in all_:
        s.close()
    check(b.served(), "served after 24 connections")
    print("24 connections: %d served, %d told no" % (served, refused), flush=True)


# --- afterwards ----------------------------------------------------------------------------------

NOW = ("heap", "pbuf_pool", "pbuf", "tcp_seg", "udp_pcb", "reassembly", "timeouts", "unread_pbufs")


def settled(b):
    """The counters when all that a board does at its start has begun: two seconds of its own clock."""
    begun = now = b.counters()
    while now["uptime_ms"] < begun["uptime_ms"] + 2500:
        time.sleep(0.3)
        now = b.counters()
    return now


def back_to(b, before, seconds=90):
    """All that was in use is free again, once the last connections have ended."""
    end = time.time() + seconds
    while True:
        after = b.counters()
        more = {k: (before[k], after.get(k)) for k in NOW if after.get(k, 1 << 30) > before[k]}
        if not more or time.time() > end:
            break
        time.sleep(0.5)
    check(not more, "in use before and now: %s" % more)
    check(after.get("stack_used", 1 << 30) < 4096, "the stack: %s" % after.get("stack_used"))
    print("stack: %s bytes" % after.get("stack_used"), flush=True)
