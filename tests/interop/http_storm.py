#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# http_storm.py PORT N: N connections to the server of 127.0.0.1, one after the other, that are reset
# at once, in the midst of a request, of a body, or of an answer.
import socket
import struct
import sys

HOST = b" HTTP/1.1\r\nHost: a\r\n"
LENGTH = b"Content-Length: 100000\r\n\r\n"
WAYS = (  # what is sent, and how much of the answer is awaited
    (b"", 0),
    (b"GET /b", 0),
    (b"GET /big" + HOST + b"\r\n", 1000),
    ((b"GET /text" + HOST + b"\r\n") * 20, 1),
    (b"PUT /stormed" + HOST + LENGTH + bytes(5000), 0),
    (b"POST /cgi/cat" + HOST + LENGTH + bytes(5000), 0),
    (b"GET /cgi/slow" + HOST + b"\r\n", 0),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 0),
)
for i in range(int(sys.argv[2])):
    said, heard = WAYS[i % len(WAYS)]
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 100)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    try:
        s.sendall(said)
        if heard:
            s.recv(heard)
    except ConnectionError:
        pass  # it has been answered, and closed, already
    s.close()
