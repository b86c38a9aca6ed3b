#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# http_idle.py HOST PORT N: opens N connections, gets / on each, and holds them until
# standard input ends; says "held N" when all have been answered, and then how many are still there.
import resource
import select
import socket
import sys

host, port, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, n + 64)), hard))
held = []
for i in range(n):
    s = socket.create_connection((host, port))
    s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    held.append(s)
    if not s.recv(65536).startswith(b"HTTP/1.1 "):
        sys.exit(f"connection {i}: no answer")
print("held", len(held), flush=True)
sys.stdin.read()
poll = select.poll()
for s in held:
    poll.register(s, select.POLLIN)
print("left", len(held) - len(poll.poll(0)), flush=True)
