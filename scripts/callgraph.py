# SPDX-License-Identifier: MIT
"""Of size.py and stack.py: the call graphs that gcc writes by -fcallgraph-info=su."""
import re


def read(names, present):
    """Bytes of each function's frame, of those present, by FILE:FUNCTION; and whom each calls."""
    frames, calls = {}, {}
    for name in names:
        with open(name) as f:
            graph = f.read()
        for node, label in re.findall(r'node: \{ title: "([^"]+)" label: "([^"]*)"', graph):
            size = re.search(r"(\d+) bytes", label)
            if size and node.split(":")[-1] in present:
                frames[node] = int(size[1])
        for a, b in re.findall(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', graph):
            calls.setdefault(a, set()).add(b)
    return frames, calls
