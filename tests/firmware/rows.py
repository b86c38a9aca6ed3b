#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rows.py HOSTILE TABLE.md MACRO...: runs the rows of a hostile table that ask for nothing which
these macros leave out."""
import re
import subprocess
import sys
import tempfile

# A row that matches asks for what the macro leaves out.
ASKS = {
    "NETP_TFTP_NO_CLIENT": r"^tftp (get|put)",
    "NETP_TFTP_NO_SERVER": r"^tftp serve",
    "NETP_TFTP_NO_SEND": r"^tftp put|^event read",
    "NETP_TFTP_NO_RECEIVE": r"^tftp get|^event write",
    "NETP_TFTP_NO_OPTIONS": r'(blksize|windowsize|timeout|tsize)(=|\\0|")|octet\\0\\0',
    "NETP_TFTP_NO_WINDOW": r"windowsize(=|\\0)",
    "NETP_TFTP_NO_NETASCII": r"(?i:netascii)",
    "NETP_TFTP_NO_LEND": r"\blend\b",
    "NETP_TFTP_NO_WRAP_TO_1": r"wrap-to-1",
    "NETP_TFTP_NO_RTT": None,
    "NETP_TFTP_NO_TEXT": None,
    "NETP_MODBUS_COMMON_ONLY": r'do request "\\x11(\\x(?!0[1-6f]|10)|[^\\])',
    "NETP_MODBUS_NO_RTU": r"^\w+ rtu",
    "NETP_MODBUS_NO_ASCII": r"^\w+ ascii",
    "NETP_MODBUS_NO_DATAGRAMS": r"^modbus_client_udp",
    "NETP_MODBUS_NO_WINDOW": r"window=",
    "NETP_MODBUS_NO_RETRY": r"retries=",
    "NETP_MODBUS_NO_TEXT": None,
    "NETP_SNTP_NO_KEY": r"^sntp\w* key",
    "NETP_HTTP1_NO_CLIENT": r"^http1 client",
    "NETP_HTTP1_NO_SERVER": r"^http1 server",
    "NETP_HTTP1_NO_TUNNEL": r"^needs .*\btunnel|connect=",
    "NETP_HTTP1_NO_CHUNKED": r"^needs .*\bchunked",
    "NETP_HTTP1_NO_RATE": r"min_rate=",
    # a second exchange, or a list that is none
    "NETP_HTTP1_NO_KEEPALIVE": r'get=[2-9]|keepalive(.|\n)*^out +"HTTP|without a request|'
                               r'Connection: \\"|Transfer-Encoding: .*,',
    "NETP_HTTP1_NO_EXPECT": r"100-continue",
    "NETP_HTTP1_NO_ABSOLUTE": r'^in +"GET \w+://',
    "NETP_HTTP1_NO_CHUNKED_SENT": None,
    "NETP_HTTP1_NO_TRAILERS": None,
    "NETP_HTTP1_NO_HOLD": None,
    "NETP_HTTP1_NO_IPV6": None,
    "NETP_HTTP1_NO_LEND": None,
}
# What is otherwise without it: sentences are empty, the first timeout stays, each message is the
# last.
OTHERWISE = {
    "NETP_TFTP_NO_RTT": [(r"(?m)^wait 200$", "wait 1000")],
    "NETP_TFTP_NO_TEXT": [(r'(?m)^(out be16\(5\) be16\(\d+\)) "[^"]*\\0"', r'\1 "\\0"'),
                          (r'(?m)^(fail .*) ".*"$', r'\1 ""')],
    "NETP_HTTP1_NO_KEEPALIVE": [(", keepalive", ""), (r'(?m)^(out +"[A-Z]+ .*)(\\r\\n")$',
                                                      r"\1Connection: close\\r\\n\2")],
    "NETP_MODBUS_NO_TEXT": [(r"(?m)^(event bad .*): .*$", r"\1: ?"),
                            (r'(?m)^(fail .*) ".*"$', r'\1 "?"')],
}


def main():
    program, table, *macros = sys.argv[1:]
    with open(table) as f:
        rows = re.findall(r"^(### .*?)^```(.*?)^```$", f.read(), re.M | re.S)
    asks = re.compile("|".join("(?:%s)" % ASKS[m] for m in macros if ASKS[m]), re.M)
    kept = ["%s```%s```\n\n" % row for row in rows if not asks.search(row[1])]
    text = "".join(kept)
    for macro in macros:
        for pattern, becomes in OTHERWISE.get(macro, ()):
            text = re.sub(pattern, becomes, text)
    print("%d of %d rows" % (len(kept), len(rows)))
    with tempfile.NamedTemporaryFile("w", suffix=".md") as f:
        f.write(text)
        f.flush()
        return subprocess.run([program, f.name]).returncode


sys.exit(main())
