#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# http_attacks.py PORT ATTACK [FIFO]: does to the server of 127.0.0.1 what its clients should not,
# sees what becomes of it, and that others are served all the while. The server has limits of some
# seconds, and serves text, of 100,000 bytes, big, of 10,000,000, and scripts below /cgi/, of which
# never opens the FIFO when it begins.
import socket
import sys
import time

AT = ("127.0.0.1", int(sys.argv[1]))
PATIENCE = 100  # seconds
GET = b"GET /%s HTTP/1.1\r\nHost: a\r\n%s\r\n"


def dial(said=b""):
    s = socket.create_connection(AT, PATIENCE)
    s.sendall(said)
    return s


def hear(s):
    """All that comes until the end."""
    got = bytearray()
    try:
        while piece := s.recv(65536):
            got += piece
    except ConnectionResetError:
        pass
    return bytes(got)


def soon(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def others_are_served():
    began = time.monotonic()
    got = hear(dial(GET % (b"text", b"Connection: close\r\n")))
    took = time.monotonic() - began
    assert len(got) > 100000 and took < 30, (len(got), took)


def ended_drop_by_drop(s, drop):
    """Whether it has been ended; if not, a byte more is said."""
    s.setblocking(False)
    try:
        s.sendall(drop)
        got = s.recv(65536)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    assert got == b"" or got.startswith((b"HTTP/1.1 408 ", b"\x15\x03")), got[:100]  # or an alert
    return True


def slow_heads():
    """A byte now and then does not put off the end of the time for a head."""
    held = [dial(b"GET / HTTP/1.1\r\nHost: a\r\nX: ") for i in range(1000)]

    def are_ended():
        others_are_served()
        held[:] = [s for s in held if not ended_drop_by_drop(s, b"a")]
        return not held
    soon(are_ended)


def half_hellos():
    """The same with the first bytes of TLS, at a port that speaks it."""
    held = [dial(b"\x16\x03\x01\x02\x00\x01") for i in range(500)]

    def are_ended():
        held[:] = [s for s in held if not ended_drop_by_drop(s, b"\x00")]
        return not held
    soon(are_ended)


def is_open(s):
    """Whether the server has not closed its side."""
    here = b":%04X" % s.getsockname()[1]
    there = b":%04X" % AT[1]
    with open("/proc/net/tcp", "rb") as table:
        return any(row[1].endswith(there) and row[2].endswith(here) and row[3] == b"01"
                   for row in map(bytes.split, table))


def never_reads():
    """A hundred answers of 10 MB, of which nothing is read: they are not all made."""
    held = [dial(GET % (b"big", b"") * 100) for i in range(20)]
    others_are_served()
    soon(lambda: not any(map(is_open, held)))
    for s in held:
        got = hear(s)
        assert len(got) < 30000000, len(got)


def thousand_at_once():
    """Requests that come at once are answered in their order."""
    s = dial()
    s.sendall(b"".join(GET % (b"sub/none%d" % i, b"") for i in range(999)) +
              GET % (b"one", b"Connection: close\r\n"))
    got = hear(s)
    assert got.count(b"HTTP/1.1 404 ") == 999 and got.count(b"HTTP/1.1 ") == 1000, len(got)
    assert got.endswith(b"\r\n\r\nx"), got[-50:]


def tiny_chunks():
    """A body in chunks of one byte each is a body, or it is too much; and either is soon said."""
    began = time.monotonic()
    s = dial(b"POST /cgi/cat HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
             b"Transfer-Encoding: chunked\r\n\r\n")
    try:
        s.sendall(b"1\r\nx\r\n" * 500000 + b"0\r\n\r\n")
    except ConnectionError:
        pass
    got = hear(s)
    assert got[:13] in (b"HTTP/1.1 200 ", b"HTTP/1.1 400 ", b"HTTP/1.1 413 "), got[:100]
    assert time.monotonic() - began < 60


def too_much_is_said():
    """Who still sends when the answer is that it is too much gets to read that."""
    s = dial(b"POST /cgi/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000\r\n\r\n")
    try:
        for i in range(100):
            s.sendall(bytes(65536))
    except (ConnectionError, TimeoutError):
        pass
    got = hear(s)
    assert got.startswith(b"HTTP/1.1 413 "), got[:100]


def half_closed():
    """Who has said all and still listens gets the whole answer, if it takes a while, too."""
    for path, last in (b"big", None), (b"cgi/late", b"late"):
        s = dial(GET % (path, b"Connection: close\r\n"))
        s.shutdown(socket.SHUT_WR)
        got = hear(s)
        assert b"HTTP/1.1 200 OK" in got and (len(got) > 10000000 or last and last in got), got[:300]


def leaves_early():
    """A script ends when its client has gone."""
    for reset in False, True:
        s = dial(GET % (b"cgi/never", b""))
        with open(sys.argv[3]):
            pass
        if reset:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        s.close()


def forges_the_log():
    """What is logged keeps its line and its quotes."""
    hear(dial(b'GET /one"x HTTP/1.1\r\nHost: a\r\nUser-Agent: a" 200 \\x "\r\n'
              b'Referer: "\xff\xfe\r\nConnection: close\r\n\r\n'))
    hear(dial(b"GET /forged HTTP/1.1\r\nHost: a\r\nUser-Agent: \x1b[31mred\r\n"
              b"Connection: close\r\n\r\n"))
    hear(dial(b"GET /\x1b]0;forged\x07 HTTP/1.1\r\nHost: a\r\n\r\n"))


globals()[sys.argv[2]]()
if sys.argv[2] != "half_hellos":
    others_are_served()
