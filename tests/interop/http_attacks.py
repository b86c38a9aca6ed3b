#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# http_attacks.py PORT ATTACK: does to the server of 127.0.0.1 what its clients should not, sees what
# becomes of it, and that others are served all the while. The server has limits of a second or two,
# and serves text, of 100,000 bytes, big, of 10,000,000, and scripts below /cgi/.
import socket
import sys
import time

AT = ("127.0.0.1", int(sys.argv[1]))
GET = b"GET /%s HTTP/1.1\r\nHost: a\r\n%s\r\n"


def dial(said=b""):
    s = socket.create_connection(AT, 10)
    s.sendall(said)
    return s


def hear(s, seconds=10):
    """All that comes until the end, and how long that took."""
    began, got = time.monotonic(), bytearray()
    s.settimeout(seconds)
    try:
        while piece := s.recv(65536):
            got += piece
    except ConnectionResetError:
        pass
    return bytes(got), time.monotonic() - began


def others_are_served():
    got, took = hear(dial(GET % (b"text", b"Connection: close\r\n")))
    assert len(got) > 100000 and took < 1, (len(got), took)


def slow_heads():
    """A byte now and then does not put off the end of the time for a head."""
    held = [dial(b"GET / HTTP/1.1\r\nHost: a\r\nX: ") for i in range(1000)]
    for i in range(10):
        time.sleep(0.2)
        others_are_served()
        for s in held:
            try:
                s.sendall(b"a")
            except ConnectionError:
                pass
    for s in held:
        got, took = hear(s, 1)
        assert got == b"" or got.startswith(b"HTTP/1.1 408 "), got[:100]


def half_hellos():
    """The same with the first bytes of TLS, at a port that speaks it."""
    held = [dial(b"\x16\x03\x01\x02\x00\x01") for i in range(500)]
    for i in range(16):
        time.sleep(0.2)
        for s in held:
            try:
                s.sendall(b"\x00")
            except ConnectionError:
                pass
    for s in held:
        hear(s, 0.5)


def never_reads():
    """A hundred answers of 10 MB, of which nothing is read: they are not all made."""
    held = [dial(GET % (b"big", b"") * 100) for i in range(20)]
    time.sleep(1)
    others_are_served()
    time.sleep(3)
    for s in held:
        got, took = hear(s)
        assert len(got) < 30000000 and took < 3, (len(got), took)


def thousand_at_once():
    """Requests that come at once are answered in their order."""
    s = dial()
    s.sendall(b"".join(GET % (b"sub/none%d" % i, b"") for i in range(999)) +
              GET % (b"one", b"Connection: close\r\n"))
    got, took = hear(s)
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
    got, took = hear(s)
    assert got[:13] in (b"HTTP/1.1 200 ", b"HTTP/1.1 400 ", b"HTTP/1.1 413 "), got[:100]
    assert time.monotonic() - began < 8, took


def too_much_is_said():
    """Who still sends when the answer is that it is too much gets to read that."""
    s = dial(b"POST /cgi/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000\r\n\r\n")
    s.settimeout(10)
    try:
        for i in range(100):
            s.sendall(bytes(65536))
    except (ConnectionError, TimeoutError):
        pass
    got, took = hear(s)
    assert got.startswith(b"HTTP/1.1 413 "), got[:100]


def half_closed():
    """Who has said all and still listens gets the whole answer, if it takes a while, too."""
    for path, last in (b"big", None), (b"cgi/late", b"late"):
        s = dial(GET % (path, b"Connection: close\r\n"))
        s.shutdown(socket.SHUT_WR)
        got, took = hear(s)
        assert b"HTTP/1.1 200 OK" in got and (len(got) > 10000000 or last and last in got), got[:300]


def leaves_early():
    """A script ends when its client has gone."""
    for reset in False, True:
        s = dial(GET % (b"cgi/never", b""))
        time.sleep(0.5)
        if reset:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        s.close()


def forges_the_log():
    """What is logged keeps its line and its quotes."""
    hear(dial(b'GET /one"x HTTP/1.1\r\nHost: a\r\nUser-Agent: a" 200 \\x "\r\n'
              b'Referer: "\xff\xfe\r\nConnection: close\r\n\r\n'))
    hear(dial(b"GET /forged HTTP/1.1\r\nHost: a\r\nUser-Agent: \x1b[31mred\r\n\r\n"))
    hear(dial(b"GET /\x1b]0;forged\x07 HTTP/1.1\r\nHost: a\r\n\r\n"))


globals()[sys.argv[2]]()
if sys.argv[2] != "half_hellos":
    others_are_served()
