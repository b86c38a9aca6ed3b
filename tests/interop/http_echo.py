#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""http_echo.py FOLDER [CERT]: Python's own HTTP server on a free port of 127.0.0.1, with what a
test of a client wants to ask: /echo, /redirect, /status, /basic, /cookie, /gzip, /cut, /busy, ...
Prints where it listens."""
import base64
import gzip
import http.server
import json
import os
import ssl
import sys
import time
import urllib.parse

folder = sys.argv[1]
asked = {}  # how often each path was


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body=b"", status=200, fields=()):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def read_body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def do_echo(self, query):
        body = self.read_body()
        self.answer(json.dumps({
            "method": self.command,
            "path": self.path,
            "fields": [[name.lower(), value] for name, value in self.headers.items()],
            "body": body.decode("latin-1") if len(body) < 100000 else "",
            "length": len(body),
        }).encode(), fields=[("Content-Type", "application/json")])

    def do_store(self, query):
        with open(os.path.join(folder, "stored"), "wb") as f:
            f.write(self.read_body())
        self.answer(status=201)

    def do_redirect(self, query):
        self.read_body()
        self.answer(b"over there", int(query.get("code", "302")), [("Location", query["to"])])

    def do_status(self, query):
        self.answer(query.get("body", "").encode(), int(query["code"]))

    def do_basic(self, query):
        want = "Basic " + base64.b64encode(b"user:pass word").decode()
        if self.headers.get("Authorization") == want:
            self.answer(b"welcome\n")
        else:
            self.answer(b"who?\n", 401, [("WWW-Authenticate", 'Basic realm="r"')])

    def do_cookie(self, query):
        self.answer(fields=[("Set-Cookie", "kept=1; Max-Age=1000"), ("Set-Cookie", "session=2")])

    def do_gzip(self, query):
        body = gzip.compress(b"unpacked\n" * 1000)
        self.answer(body, fields=[("Content-Encoding", "gzip")])

    def do_name(self, query):
        self.answer(b"named\n", fields=[("Content-Disposition", query["field"])])

    def do_busy(self, query):
        if asked[self.path] < 3:
            self.answer(b"busy\n", 503, [("Retry-After", "0")])
        else:
            self.answer(b"at last\n")

    def do_slow(self, query):
        time.sleep(float(query["seconds"]))
        self.answer()

    def do_dated(self, query):
        if "If-Modified-Since" in self.headers:
            self.answer(status=304)
        else:
            self.answer(b"dated\n", fields=[("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")])

    # A file with ranges; with cut, the connection breaks after so many bytes.
    def do_file(self, query):
        with open(os.path.join(folder, query["name"]), "rb") as f:
            body = f.read()
        first, last, status = 0, len(body) - 1, 200
        fields = [("ETag", '"1"'), ("Accept-Ranges", "bytes")]
        if "Range" in self.headers and self.headers.get("If-Range", '"1"') == '"1"':
            begin, end = self.headers["Range"][len("bytes="):].split("-")
            first, status = int(begin), 206
            last = int(end) if end else last
            fields.append(("Content-Range", f"bytes {first}-{last}/{len(body)}"))
        piece = body[first:last + 1]
        cut = int(query.get("cut", len(piece) + 1))
        if cut >= len(piece):
            return self.answer(piece, status, fields)
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(piece)))
        self.end_headers()
        self.wfile.write(piece[:cut])
        self.close_connection = True

    def handle_one(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        asked[self.path] = asked.get(self.path, 0) + 1
        handler = getattr(self, "do_" + url.path[1:].split("/")[0], None)
        if handler:
            handler(query)
        else:
            self.answer(b"not here\n", 404)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(f"listening on 127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
