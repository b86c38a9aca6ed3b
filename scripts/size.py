# SPDX-License-Identifier: MIT
"""Of size.sh: measures the rows of size_rows.py as the linker leaves them."""
import argparse
import concurrent.futures
import glob
import os
import re
import runpy
import subprocess
import tempfile

import callgraph
from size_rows import ROWS, STATES, Row, lwip_rows

CPUS = {"M0+": "cortex-m0plus", "M3": "cortex-m3", "M4": "cortex-m4", "M7": "cortex-m7"}
OURS = subprocess.run(["cmake", "-P", "cmake/files.cmake"], check=True, capture_output=True,
                      text=True).stdout.replace(os.getcwd() + "/", "").split()
BINDING = sorted(glob.glob("ports/stm32/lwip/src/*.c"))


def tool(name, *arguments):
    return subprocess.run(["arm-none-eabi-" + name, *arguments], check=True, capture_output=True,
                          text=True).stdout


class Build:
    """Objects for one processor, each compiled once for each set of options."""

    def __init__(self, cpu, lwip, work, pool):
        self.cpu, self.work, self.pool = ["-mcpu=" + cpu, "-mthumb"], work, pool
        includes = ["libnetproto/include", *sorted(glob.glob("protocols/*/include")),
                    "ports/stm32/lwip/include", "ports/stm32/lwip/config", "ports/stm32/boards"]
        self.flags = [*self.cpu, "-std=gnu11", "-Os", "-DNDEBUG", "-Wall", "-Wextra",
                      "-ffunction-sections", "-fdata-sections", "-fcallgraph-info=su",
                      *("-I" + i for i in includes), "-isystem", lwip + "/src/include"]
        self.objects, self.lacks, self.source_of = {}, {}, {}
        source_of = dict(zip(self.compile(OURS + BINDING, ["-Werror"]), OURS + BINDING))
        for object_, symbol in re.findall(r"(\S+):\S+ [TRDB] (\S+)", tool("nm", "-A", *source_of)):
            self.source_of[symbol] = source_of[object_]

    def compile(self, sources, options):
        def one(source, object_):
            subprocess.run(["arm-none-eabi-gcc", *self.flags, *options, "-c", source, "-o",
                            object_], check=True)

        new = {}
        for source in sources:
            if (source, *options) not in self.objects:
                new[source] = "%s/%d.o" % (self.work, len(self.objects))
                self.objects[source, *options] = new[source]
                self.lacks[new[source]] = set()
        list(self.pool.map(one, new.keys(), new.values()))
        if new:
            for object_, symbol in re.findall(r"(\S+): +U (\S+)", tool("nm", "-A", *new.values())):
                self.lacks[object_].add(symbol)
        return [self.objects[source, *options] for source in sources]

    def needed(self, row):
        """The objects of the row's sources, of those that define what is called, and so on."""
        options = row.flags + ["-D" + macro for macro in row.macros.split()] or ["-Werror"]
        sources, wanted = set(), set(row.sources) | self.sources_of(row.calls)
        while wanted - sources:
            sources |= wanted
            objects = self.compile(sorted(sources), options)
            for object_ in objects:
                wanted |= self.sources_of(self.lacks[object_])
        return objects

    def sources_of(self, symbols):
        return {self.source_of[s] for s in symbols if s in self.source_of}

    def measure(self, row):
        """Flash, RAM, largest frame, deepest chain."""
        objects = self.needed(row)
        elf = os.path.join(self.work, "row.elf")
        tool("gcc", *self.cpu, "-nostdlib", "-Wl,--gc-sections", "-Wl,-e," + row.calls[0],
             "-Wl,--unresolved-symbols=ignore-all", "-Wl,--no-warn-rwx-segments",
             *("-Wl,-u," + call for call in row.calls), *objects, "-lgcc", "-o", elf)
        text, data = map(int, tool("size", elf).splitlines()[1].split()[:2])
        symbols = tool("nm", "-S", elf)
        present = set(re.findall(r" [tT] (\S+)", symbols))
        absent = set(row.calls) - present
        if absent:
            raise SystemExit("%s: no function %s" % (row.name.strip(), ", ".join(absent)))
        ram = sum(int(n, 16) for n in re.findall(r"^\S+ (\S+) [bBdD] ", symbols, re.M))
        return text + data, ram, *stack(objects, present)

    def sizes(self, states):
        source = os.path.join(self.work, "states.c")
        with open(source, "w") as f:
            f.writelines("#include <%s>\n" % header for _, header in states)
            f.writelines("char size_%d[sizeof(%s)];\n" % (i, name)
                         for i, (name, _) in enumerate(states))
        [object_] = self.compile([source], [])
        return [int(n, 16) for n in re.findall(r"(\S+) \w size_", tool("nm", "-S", object_))]


def stack(objects, present):
    frames, calls = callgraph.read((o[:-2] + ".ci" for o in objects), present)
    depth = {}

    def deepest(name):
        if name not in depth:
            depth[name] = 0  # lest recursion, which others have, goes on for ever
            depth[name] = frames.get(name, 0) + max(map(deepest, calls.get(name, ())), default=0)
        return depth[name]

    return max(frames.values(), default=0), max(map(deepest, frames), default=0)


def excess(row, measured):
    """What of a row is over its limits, in words."""
    limits = (row.flash, row.ram, row.frame, row.chain)
    return ["%s: %d bytes of %s, %d at most" % (row.name.strip(), n, what, limit)
            for what, n, limit in zip(("flash", "RAM", "frame", "chain"), measured, limits)
            if limit is not None and n > limit]


def globals_of(build):
    """Data and bss of each source of the machines, were it linked or not."""
    objects = dict(zip(build.compile(OURS, ["-Werror"]), OURS))
    for line in tool("size", *objects).splitlines()[1:]:
        _, data, bss, _, _, name = line.split()
        if int(data) + int(bss):
            yield "%s: %s bytes of data, %s of bss" % (objects[name], data, bss)


def table(names, rows, results):
    print("%-32s" % "" + "%8s" * len(names) % tuple(names) +
          "%7s%7s%7s%9s" % ("RAM", "frame", "chain", "at most"))
    for row, measured in zip(rows, results):
        *_, ram, frame, chain = measured[names.index("M4")]
        print("%-32s" % row.name + "%8d" * len(names) % tuple(m[0] for m in measured) +
              "%7d%7d%7d%9s" % (ram, frame, chain, row.flash or "") +
              ("  " + row.why if row.why else ""))


def markdown(names, rows, results):
    """The table of docs/stm32.md; what is over the limits of all rows is bold."""
    def cell(n, most):
        return "**{:,}**".format(n) if n > most else "{:,}".format(n)

    print("| module | " + " | ".join(names) + " | RAM | largest frame | deepest chain |")
    print("|---" * (len(names) + 4) + "|")
    for row, measured in zip(rows, results):
        *_, ram, frame, chain = measured[names.index("M4")]
        cells = ["{:,}".format(m[0]) for m in measured]
        cells += ["{:,}".format(ram), cell(frame, Row.frame), cell(chain, Row.chain)]
        print("| " + row.name.replace("  ", "&nbsp;&nbsp;", 1) + " | " + " | ".join(cells) + " |")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--lwip", required=True)
    p.add_argument("--check", action="store_true")
    p.add_argument("--markdown", action="store_true")
    p.add_argument("--rows", action="append", default=[])
    a = p.parse_args()
    others = [] if a.check else lwip_rows(a.lwip)
    for name in a.rows:
        others += runpy.run_path(name)["ROWS"]
    names = ["M4"] if a.check else list(CPUS)
    rows = ROWS + others
    with tempfile.TemporaryDirectory() as work, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        builds = [Build(CPUS[n], a.lwip, tempfile.mkdtemp(dir=work), pool) for n in names]
        results = [[b.measure(row) for b in builds] for row in rows]
        m4 = names.index("M4")
        bad = list(globals_of(builds[m4]))
        states = [] if a.check else builds[m4].sizes(STATES)
    (markdown if a.markdown else table)(names, rows, results)
    for (name, _), size in zip(STATES, states):
        print("%-32s%8d bytes on M4" % (name, size))
    for row, measured in zip(ROWS, results):
        bad += excess(row, measured[m4])
    raise SystemExit("\n".join(bad) or 0)


main()
