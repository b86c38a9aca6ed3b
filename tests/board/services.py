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

from board import ROOT, check, read_all

LINE = b"The quick brown fox jumps over the lazy dog, again and again.\r\n"
LINES = (LINE + b"\0" * (64 - len(LINE))) * 1024


def image(size, seed=1):
    data = bytes((i * 31 + i // 251 * seed) & 255 for i in range(size - 4))
    return data + struct.pack("<I", zlib.crc32(data))


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


def parallel(b):
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        def get(i):
            r = subprocess.run(["curl", "-s", "-m", "20", "--retry", "3", b.url("/lines.txt"),
                                b.url("/lines.txt")], capture_output=True)
            return r.stdout == LINES * 2
        check(all(pool.map(get, range(10))), "ten that ask at the same time get it all")


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
                              timeout=60)

    def expect(data, what):
        path = os.path.join(b.work, "down")
        got = open(path, "rb").read() if os.path.exists(path) else b""
        check(got == data, "%s: %d bytes" % (what, len(got)))
        if os.path.exists(path):
            os.unlink(path)

    port = str(b.base + 69)
    url = "tftp://%s:%s/firmware.bin" % (b.host, port)
    for seed, (what, put, get) in enumerate((
            ("curl", lambda: client("curl", "-s", "-m", "50", "-T", "up", url),
             lambda: client("curl", "-s", "-m", "50", "-o", "down", url)),
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
    r = client("curl", "-s", "-S", "-m", "20", "-T", "up", url)
    check(r.returncode != 0, "an image with a wrong CRC is refused")
    r = client("curl", "-s", "-S", "-m", "20", url.replace("firmware", "other"))
    check(r.returncode == 68, "no such file")


def fetch(b, host, name, data):
    status, body = b.curl("-X", "PUT", "-d", "%s %s" % (host, name), b.url("/fetch"))
    check(status == 202, "a fetch begins")
    for _ in range(100):
        time.sleep(0.1)
        if b.curl("-r", "-100", b.url("/firmware.bin"))[1] == data[-100:]:
            break
    check(b.curl(b.url("/firmware.bin"))[1] == data, "fetched from a TFTP server")
    check(b.curl("-X", "PUT", "-d", "nonsense", b.url("/fetch"))[0] == 400, "a fetch of nothing")


def echo(b):
    data = bytes(range(256)) * 200
    s = b.tcp(7)
    got = b""
    for i in range(0, len(data), 3200):
        s.sendall(data[i:i + 3200])
        while len(got) < min(i + 3200, len(data)):
            got += s.recv(65536)
    check(got == data, "TCP echo")
    s.shutdown(socket.SHUT_WR)
    check(s.recv(10) == b"", "and its end")
    s.close()
    u = b.udp(7)
    good = 0
    for n in (0, 1, 100, 1472):
        for _ in range(3):
            u.send(data[:n])
            try:
                good += u.recv(65536) == data[:n]
                break
            except (socket.timeout, ConnectionRefusedError):
                pass
    check(good == 4, "UDP echo: %d of 4" % good)


def modbus(b):
    """The thermostat's registers, by mbpoll where that is, and a thousand requests in one go."""
    import shutil
    s = b.tcp(502)

    def ask(pdu):
        s.sendall(struct.pack("!HHHB", 7, 0, len(pdu) + 1, 1) + pdu)
        return s.recv(300)[7:]

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
        r = subprocess.run(["mbpoll", "-m", "tcp", "-p", str(b.base + 502), "-t", "4", "-r", "1",
                            "-c", "5", "-1", b.host], capture_output=True, text=True)
        check(re.search(r"\[1\]:\s+250", r.stdout), "mbpoll: " + r.stdout)


def too_many(b):
    """24 at a time: some are served, the others are told no at once, and nothing stays behind."""
    all_ = []
    served = refused = 0
    for _ in range(24):
        try:
            all_.append(b.tcp(80))
        except OSError:
            refused += 1
    for s in all_:
        try:
            s.sendall(b"GET /outputs HTTP/1.1\r\nHost: h\r\n\r\n")
        except OSError:
            pass
    for s in all_:
        s.settimeout(2)
        try:
            ok = s.recv(20).startswith(b"HTTP/1.1 200")
        except OSError:
            ok = False
        served += ok
        refused += not ok
    check(6 <= served <= 24 and served + refused == 24, "24 connections: %d served" % served)
    for s in all_:
        s.close()
    time.sleep(0.3)
    check(b.curl("--retry", "3", b.url("/outputs"))[0] == 200, "served after 24 connections")


# --- hostile tables ------------------------------------------------------------------------------

ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|(be|le)(8|16|24|32|64)\((\d+)\)|\*\s*(\d+)|(#.*)')


def unescape(text):
    plain = {"0": "\0", "r": "\r", "n": "\n", "t": "\t", "\\": "\\", '"': '"'}
    return re.sub(r"\\x([0-9a-fA-F]{2})|\\(.)",
                  lambda m: chr(int(m[1], 16)) if m[1] else plain[m[2]], text).encode("latin-1")


def bytes_of(text):
    parts = []
    for m in ITEM.finditer(text):
        if m[1] is not None:
            parts.append(unescape(m[1]))
        elif m[2]:
            parts.append(int(m[4]).to_bytes(int(m[3]) // 8, "big" if m[2] == "be" else "little"))
        elif m[5]:
            parts[-1] *= int(m[5])
    return b"".join(parts)


def blocks(name, subject):
    """The cases of a table whose first line begins so: their settings, and lines."""
    text = open("%s/tests/hostile/%s.md" % (ROOT, name)).read()
    for block in re.findall(r"^```(" + subject + r".*?)^```", text, re.M | re.S):
        first, *rest = block.splitlines()
        yield first[len(subject):].strip(), rest


def hostile_http(b):
    """Each case that needs no setting of its own fails as its table says."""
    run = judged = 0
    for settings, lines in blocks("http", "http1 server"):
        sent = b"".join(bytes_of(l[3:]) for l in lines if l.startswith("in "))
        fail = [re.match(r"fail \S+ (\d+)", l) for l in lines if l.startswith("fail ")]
        if len(sent) > 100000 or any(l.startswith("wait") for l in lines):
            continue
        commands = any(l.startswith(("do ", "event ")) for l in lines)
        code = fail[0][1] if fail and fail[0] and not settings and not commands else "413"
        judge = code != "413"  # that depends on who is asked
        s = b.tcp(80)
        s.settimeout(3 if judge else 0.02)
        try:
            s.sendall(sent)
            got, _ = read_all(s)
        except OSError:
            got = b""
        s.close()
        run += 1
        if judge:
            judged += 1
            check(got.startswith(b"HTTP/1.1 " + code.encode()),
                  "%r: %r, not %s" % (sent[:60], got[:20], code))
    check(run > 40 and judged > 20, "hostile HTTP: %d run, %d judged" % (run, judged))
    check(b.curl("--retry", "3", b.url("/outputs"))[0] == 200, "served after hostile HTTP")


def hostile_tftp(b):
    run = 0
    for _, lines in blocks("tftp", "tftp serve"):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(0.02)
        to = (b.host, b.base + 69)
        for line in lines:
            if line.startswith("in "):
                s.sendto(bytes_of(line[3:])[:1400], to)
                try:
                    to = s.recvfrom(2000)[1]
                except OSError:
                    pass
        s.sendto(b"\0\5\0\0over\0", to)  # lest the transfer waits for us
        s.close()
        run += 1
    check(run > 10, "hostile TFTP: %d cases" % run)


# --- afterwards ----------------------------------------------------------------------------------

NOW = ("heap", "pbuf_pool", "pbuf", "tcp_seg", "udp_pcb", "reassembly", "timeouts", "unread_pbufs")


def back_to(b, before, seconds=25):
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
