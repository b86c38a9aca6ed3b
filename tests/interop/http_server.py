#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# http_server.py ROOT [CERT KEY]: a web server for the tests beside it, on a free port of loopback.
# It does what no sound server does: it ends early, lies, is slow, and tells what it was asked.
# Each request is a line of JSON on its standard output.
import email.parser
import email.policy
import fcntl
import gzip
import hashlib
import http.server
import json
import os
import socket
import ssl
import struct
import sys
import termios
import threading
import time
import urllib.parse
import zlib

root = sys.argv[1]
tls = None
lock = threading.Lock()
times = {}  # that a path was asked for


def file(name):
    with open(os.path.join(root, name), "rb") as f:
        return f.read()


def etag(body):
    return '"%s"' % hashlib.sha256(body).hexdigest()[:16]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    # --- what the tests ask for: /NAME/ARGUMENT calls NAME(ARGUMENT) -----------------------------

    def echo(self, _):
        self.json({"method": self.command, "target": self.path, "fields": self.headers.items(),
                   "sha256": hashlib.sha256(self.body).hexdigest(), "size": len(self.body),
                   "body": self.body[:1000].decode("latin-1")})

    def form(self, _):
        head = "Content-Type: %s\r\n\r\n" % self.headers["Content-Type"]
        parts = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
            head.encode() + self.body)
        self.json([{"name": p.get_param("name", header="content-disposition"),
                    "filename": p.get_filename(), "type": p.get_content_type(),
                    "sha256": hashlib.sha256(p.get_payload(decode=True)).hexdigest()}
                   for p in parts.iter_parts()])

    def file(self, name):
        self.ranged(file(name))

    def redirect(self, status):
        to = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)["to"][0]
        self.reply(b"moved\n", [("Location", to)], int(status))

    def loop(self, n):
        self.reply(b"", [("Location", "/loop/%d" % (int(n) + 1))], 302)

    def cookies(self, what):
        if what == "set":
            fields = ["session=s1; Path=/", "kept=k1; Path=/; Max-Age=3600",
                      "deep=d1; Path=/echo; HttpOnly", "gone=g1; Path=/; Max-Age=3600",
                      "other=o1; Path=/other", "local=l1", "__Host-bad=b1; Path=/",
                      "far=f1; Path=/; Domain=example.org"]
        elif what == "delete":
            fields = ["gone=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]
        else:
            fields = []
        fields = [("Set-Cookie", f) for f in fields]
        to = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("to")
        self.reply(b"ok\n", fields + [("Location", to[0])] if to else fields, 302 if to else 200)

    def status(self, status):
        self.reply(b"status\n", [], int(status))

    def chunked(self, name):
        self.head(200, [("Transfer-Encoding", "chunked"), ("Trailer", "X-Sum")])
        body, at, n = file(name), 0, 1
        while at < len(body):
            piece = body[at:at + n]
            self.wfile.write(b'%x;x="a;b"\r\n%b\r\n' % (len(piece), piece))
            at, n = at + n, n * 3 % 70001 + 1
        self.wfile.write(b"0\r\nX-Sum: %d\r\n\r\n" % len(body))

    def close(self, name):
        self.head(200, [("Connection", "close")])
        self.wfile.write(file(name))

    def rude(self, name):  # no close_notify
        self.polite = False
        self.close(name)

    def coded(self, how):
        body = file("text")
        zipped = gzip.compress(body)
        raw = zlib.compressobj(wbits=-15)
        coding, sent = {
            "gzip": ("gzip", zipped),
            "two": ("gzip", gzip.compress(body[:1000]) + gzip.compress(body[1000:])),
            "zlib": ("deflate", zlib.compress(body)),
            "raw": ("deflate", raw.compress(body) + raw.flush()),
            "half": ("gzip", zipped[:len(zipped) // 2]),
            "tail": ("gzip", zipped[:-1]),
            "crc": ("gzip", zipped[:-8] + bytes([zipped[-8] ^ 1]) + zipped[-7:]),
            "lie": ("gzip", body),
            "unknown": ("x-nonsense", body),
        }[how]
        self.reply(sent, [("Content-Encoding", coding)])

    def bomb(self, _):
        zeros = zlib.compressobj(9, wbits=31)
        sent = b"".join(zeros.compress(bytes(1 << 20)) for _ in range(200)) + zeros.flush()
        self.reply(sent, [("Content-Encoding", "gzip")])

    # Half of what was promised, and then the end of the connection.
    def cut(self, how):
        body = file("text")
        if how == "length":
            self.head(200, [("Content-Length", len(body))])
            self.wfile.write(body[:len(body) // 2])
        elif how == "chunk":
            self.head(200, [("Transfer-Encoding", "chunked")])
            self.wfile.write(b"%x\r\n" % len(body) + body[:len(body) // 2])
        elif how == "last":
            self.head(200, [("Transfer-Encoding", "chunked")])
            self.wfile.write(b"%x\r\n%b\r\n" % (len(body), body))
        elif how == "head":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Len")
        self.close_connection = True

    def raw(self, how):
        self.wfile.write({
            "noise": bytes(range(256)) * 4,
            "old": b"hello, I speak HTTP/0.9\n",
            "two": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
            "large": b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551621\r\n\r\nabcde",
            "both": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                    b"3\r\nabc\r\n0\r\n\r\n",
            "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n",
            "interim": b"HTTP/1.1 102 Processing\r\n\r\n" * 5000
                       + b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            "head": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000000 + b"\r\n\r\n",
            "early": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                     b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        }[how])
        self.close_connection = True

    def never(self, _):
        time.sleep(60)

    def trickle(self, name):
        self.head(200, [("Content-Length", 1000)])
        for _ in range(60):
            self.wfile.write(b"x")
            time.sleep(1)

    # Ten times no more than 150,000 bytes of what was asked for, and then a reset.
    def flaky(self, name):
        self.ranged(file(name), cut=150000 if self.count() <= 10 else None)

    # The first request gets some of one file; later ones are answered from another.
    def changes(self, how):
        if self.count() == 1:
            self.ranged(file("big"), cut=150000, how=how)
        else:
            self.ranged(file("other"), how=how)

    # Not all of it at first; then the same file as a server might that knows no ranges, or errs.
    def again(self, how):
        self.ranged(file("big"), cut=150000 if self.count() == 1 else None, how=how)

    # --- and how ---------------------------------------------------------------------------------

    def ranged(self, body, cut=None, how=""):
        tag, date = etag(body), "Wed, 01 Jul 2026 00:00:00 GMT"
        fields = [("Accept-Ranges", "bytes")]
        if body != file("big"):
            date = "Thu, 02 Jul 2026 00:00:00 GMT"
        if how == "weak":
            tag = "W/" + tag
        if how not in ("bare", "date"):
            fields.append(("ETag", tag))
        if how not in ("bare", "etag"):
            fields.append(("Last-Modified", date))
        first, spec = 0, self.headers["Range"]
        if how == "norange":
            spec = None
        condition = self.headers["If-Range"]
        if spec and condition and condition not in (tag, date):
            spec = None
        if condition == tag and how == "412":
            return self.reply(b"", [], 412)
        if condition == tag and how == "dates":  # as CDNs do that know no tags in If-Range
            spec = None
        status = 200
        last = len(body) - 1
        if spec:
            a, b = spec[len("bytes="):].split("-")
            first = int(a) if a else len(body) - int(b)
            last = min(int(b), last) if a and b else last
            if first >= len(body):
                return self.reply(b"", [("Content-Range", "bytes */%d" % len(body))], 416)
            status = 206
            at = first + 7 if how == "wrong" else first
            fields.append(("Content-Range", "bytes %d-%d/%d" % (at, last, len(body))))
        self.head(status, fields + [("Content-Length", last + 1 - first)])
        if self.command == "HEAD":
            return
        self.wfile.write(body[first:last + 1][:cut])
        if cut is not None:
            self.reset()

    def reset(self):
        while fcntl.ioctl(self.connection, termios.TIOCOUTQ, bytes(4)) != bytes(4):
            time.sleep(0.01)  # what was written arrives first
        self.polite = False
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def count(self):
        with lock:
            times[self.path] = times.get(self.path, 0) + 1
            return times[self.path]

    def json(self, what):
        body = json.dumps(what, sort_keys=True, default=list).encode() + b"\n"
        self.reply(body, [("Content-Type", "application/json")])

    def reply(self, body, fields, status=200):
        self.head(status, fields + [("Content-Length", len(body))])
        if self.command != "HEAD":
            self.wfile.write(body)

    def head(self, status, fields):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, str(value))
            if (name, value) == ("Connection", "close"):
                self.close_connection = True
        self.end_headers()

    def read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while n := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(n)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def answer(self):
        self.body = self.read_body()
        print(json.dumps({"method": self.command, "target": self.path,
                          "fields": {k.lower(): v for k, v in self.headers.items()}}), flush=True)
        name, _, argument = urllib.parse.urlsplit(self.path).path[1:].partition("/")
        if name not in public:
            return self.status(404)
        return getattr(self, name)(argument)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer

    def setup(self):
        self.polite = True
        super().setup()

    def finish(self):
        try:
            super().finish()
            if tls and self.polite:
                self.connection.unwrap()
        except OSError:
            pass

    def log_message(self, *_):
        pass


public = {"echo", "form", "file", "redirect", "loop", "cookies", "status", "chunked", "close",
          "rude", "coded", "bomb", "cut", "raw", "never", "trickle", "flaky", "changes", "again"}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):  # clients that go away are none of ours
        pass

    def shutdown_request(self, request):  # close alone, so that SO_LINGER may reset
        request.close()


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print("listening on 127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever()
