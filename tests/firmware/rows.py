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
}
# What is otherwise without it: sentences are empty, and the first timeout stays.
OTHERWISE = {
    "NETP_TFTP_NO_RTT": [(r"(?m)^wait 200$", "wait 1000")],
    "NETP_TFTP_NO_TEXT": [(r'(?m)^(out be16\(5\) be16\(\d+\)) "[^"]*\\0"', r'\1 "\\0"'),
                          (r'(?m)^(fail .*) ".*"$', r'\1 ""')],
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
