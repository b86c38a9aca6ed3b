# SPDX-License-Identifier: MIT
"""The tables of tests/hostile, played to the board: see the README there. What a machine says by itself
must be what its table says; what its application has a word in, must be of the same kind."""
import re
import socket
import struct
import time

import services
from board import ROOT, adu, check, read_all

ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|(be|le)(8|16|24|32|64)\((\d+)\)|\*\s*(\d+)'
                  r'|(?:from|to) (\S+)|(#.*)')


def unescape(text):
    plain = {"0": "\0", "r": "\r", "n": "\n", "t": "\t", "\\": "\\", '"': '"'}
    return re.sub(r"\\x([0-9a-fA-F]{2})|\\(.)",
                  lambda m: chr(int(m[1], 16)) if m[1] else plain[m[2]], text).encode("latin-1")


def bytes_of(text):
    """The bytes of a line, and the address behind them, or None."""
    parts = []
    address = None
    for m in ITEM.finditer(text):
        if m[1] is not None:
            parts.append(unescape(m[1]))
        elif m[2]:
            parts.append(int(m[4]).to_bytes(int(m[3]) // 8, "big" if m[2] == "be" else "little"))
        elif m[5]:
            parts[-1] *= int(m[5])
        elif m[6]:
            address = m[6]
    return b"".join(parts), address


def cases(name, subject):
    """Those of a table whose first line begins so: name, settings, and (word, rest) of each line."""
    text = open("%s/tests/hostile/%s.md" % (ROOT, name)).read()
    for m in re.finditer(r"^```(" + subject + r".*?)^```", text, re.M | re.S):
        first, *rest = m[1].splitlines()
        heading = text.rfind("\n### ", 0, m.start()) + 5
        yield (text[heading:text.index("\n", heading)], first[len(subject):].strip(),
               [(line + " ").split(" ", 1) for line in rest])


def http_case(b, sent, patience):
    s = b.tcp(80)
    s.settimeout(patience)
    try:
        s.sendall(sent)
        got, _ = read_all(s)
    except OSError:
        got = b""
    s.close()
    return got


def http(b):
    """Each case that needs no setting of its own fails as its table says."""
    run = judged = 0
    for name, settings, lines in cases("http", "http1 server"):
        words = [word for word, _ in lines]
        sent = b"".join(bytes_of(rest)[0] for word, rest in lines if word == "in")
        fail = [re.match(r"\S+ (\d+)", rest) for word, rest in lines if word == "fail"]
        if len(sent) > 100000 or "wait" in words:
            continue
        own = not settings and "do" not in words and "event" not in words
        code = fail[0][1] if fail and fail[0] and own else "413"
        judge = code != "413"  # that depends on who is asked
        for _ in range(5):
            begun = time.time()
            got = http_case(b, sent, 9 if judge else 0.02)
            if got or not judge:  # else told no: those before are not quite over
                break
            time.sleep(0.2)
        run += 1
        if judge:
            judged += 1
            check(got.startswith(b"HTTP/1.1 " + code.encode()),
                  "hostile HTTP, %s: %r, not %s" % (name, got[:20], code))
            check(time.time() - begun < 9, "hostile HTTP, %s: it is closed" % name)
    check(run > 40 and judged > 20, "hostile HTTP: %d run, %d judged" % (run, judged))
    check(b.served(), "served after hostile HTTP")
    print("hostile HTTP: %d cases, %d judged" % (run, judged))


# --- Modbus --------------------------------------------------------------------------------------


def frames(data):
    while data:
        n = 6 + int.from_bytes(data[4:6], "big")
        yield data[:n]
        data = data[n:]


def same_kind(got, wanted):
    """An answer to the same request, or that as an exception."""
    return len(got) > 8 and got[:4] + got[6:7] == wanted[:4] + wanted[6:7] and \
        got[7] & 0x7f == wanted[7] & 0x7f


def modbus_case(b, name, lines, last):
    """How many answers, and ends, were judged; None: it was told no, those before are not quite over."""
    s = b.tcp(502)
    judged = 0
    asked = False  # the application has been
    for word, rest in lines:
        if word == "in":
            try:
                s.sendall(bytes_of(rest)[0])
            except OSError:
                pass
            asked = False
        elif word == "event" and rest.startswith("request"):
            asked = True
        elif word == "eof":
            s.shutdown(socket.SHUT_WR)
        elif word == "broken":
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            break
        elif word == "out":
            for wanted in frames(bytes_of(rest)[0]):
                got = adu(s)
                if not got and judged == 0 and not last:
                    s.close()
                    return None
                judged += 1
                check(same_kind(got, wanted) if asked else got == wanted,
                      "hostile Modbus, %s: %s, not %s" % (name, got.hex(), wanted.hex()))
        elif word == "want" and rest.startswith("closed"):
            judged += 1
            try:
                check(s.recv(1) == b"", "hostile Modbus, %s: nothing more" % name)
            except socket.timeout:
                check(False, "hostile Modbus, %s: it is closed" % name)
            except OSError:
                pass
            break
    s.close()
    return judged


def modbus(b):
    judged = []
    for name, settings, lines in cases("modbus_server", "modbus_server"):
        if not settings:
            for n in range(5):
                answers = modbus_case(b, name, lines, n == 4)
                if answers is not None:
                    break
                time.sleep(0.2)
            judged.append(answers)
    check(len(judged) > 70 and sum(judged) > 70, "hostile Modbus: %r" % judged)
    services.modbus(b)
    print("hostile Modbus: %d cases, %d answers and ends judged" % (len(judged), sum(judged)))


# --- TFTP ----------------------------------------------------------------------------------------

ERROR, OACK, DATA = b"\0\5", b"\0\6", b"\0\3"
BLKSIZE = b"1428"  # the board's largest; its window is of 4 blocks, as those of the table are


class Tftp:
    """A case. The application of the table has files of a byte or two, the board's a firmware image:
    it is judged until that makes a difference."""

    def __init__(self, b, name, lines):
        self.b, self.name, self.lines = b, name, lines
        self.sockets, self.last, self.to = {}, None, (b.host, b.base + 69)
        self.accepted = any(rest.startswith("accept") for word, rest in lines if word == "do")
        self.reads = any(rest.startswith("read") for word, rest in lines if word == "event")
        self.decided = False  # the application has
        self.judged = 0
        self.before = None  # what was received last, which may come again on a slow machine
        self.busy = False

    def socket(self, address):
        if address not in self.sockets:
            self.sockets[address] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        return self.sockets[address]

    def send(self, data, address):
        if self.decided:
            self.meet()
        self.request = data
        if self.accepted:
            data = re.sub(rb"^(\0[\1\2])f\0", rb"\1firmware.bin\0", data)
        self.last = address
        self.socket(address).sendto(data[:1400], self.to)

    def meet(self):
        """Learns the port of the transfer from its first answer."""
        if self.to[1] == self.b.base + 69:
            self.receive(self.last, 1)

    def receive(self, address, seconds):
        """The next; of what is read, none that was not waited for."""
        s = self.socket(address)
        s.settimeout(seconds)
        try:
            data, sender = s.recvfrom(2000)
        except OSError:
            return b""
        if self.to[1] == self.b.base + 69:
            self.to = sender
        return data

    def expect(self, wanted, address, seconds=10):
        got = self.receive(address, seconds)
        while got[:4] != wanted[:4] and (
                got == self.before or self.reads and got[:2] == DATA and wanted[:2] != DATA):
            got = self.receive(address, seconds)
        self.before = got or None
        if wanted[:2] == OACK:
            words = wanted[2:].split(b"\0")
            asked = self.request.split(b"\0")
            if b"blksize" in words and int(asked[asked.index(b"blksize") + 1]) > int(BLKSIZE):
                words[words.index(b"blksize") + 1] = BLKSIZE
            wanted = OACK + b"\0".join(words)
        if self.decided and not self.accepted and wanted[:2] == ERROR:
            good = got[:2] == ERROR
        elif wanted[:2] == DATA:
            good = got[:4] == wanted[:4]
        else:
            good = got == wanted
        self.busy = b"in use" in got or b"Too many" in got
        self.judged += 1
        return good, got

    def line(self, word, rest):
        """What is wrong; None: nothing; "": no more can be said."""
        data, address = bytes_of(rest)
        if address and address.endswith(":0"):
            return ""
        if word == "in":
            self.send(data, address or self.last)
        elif word == "out":
            good, got = self.expect(data, address or self.last)
            if self.busy:
                return ""
            return None if good else "%r, not %r" % (got[:60], data)
        elif word == "nothing":
            got = self.receive(self.last, 0.05)
            self.judged += 1
            if got and not (self.reads and got[:2] == DATA):
                return "%r, not nothing" % got[:60]
        elif word == "event" and rest.startswith(("read", "write")):
            self.decided = True
            return None if self.accepted else ""
        elif word == "event" and rest.startswith("done"):
            return ""
        elif word == "wait" and int(rest) > 1000:
            return ""
        return None

    def run(self):
        for word, rest in self.lines:
            wrong = self.line(word, rest)
            if wrong is not None:
                break
        check(not wrong, "hostile TFTP, %s: %s" % (self.name, wrong))
        if self.decided:
            self.meet()
        self.socket(self.last).sendto(ERROR + b"\0\0over\0", self.to)  # lest it waits for us
        for s in self.sockets.values():
            s.close()


def tftp(b):
    """The board has an image."""
    run = judged = 0
    for name, settings, lines in cases("tftp", "tftp serve"):
        if re.search("max_size|wrap|mem", settings):
            continue
        for _ in range(5):
            case = Tftp(b, name, lines)
            case.run()
            if not case.busy:  # with those before
                break
            time.sleep(0.2)
        run += 1
        judged += case.judged
    check(run > 70 and judged > 70, "hostile TFTP: %d cases, %d judged" % (run, judged))
    print("hostile TFTP: %d cases, %d answers and silences judged" % (run, judged))
