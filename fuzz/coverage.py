# SPDX-License-Identifier: MIT
"""The report of fuzz/coverage.sh, which see, from what llvm-cov exported."""
import argparse
import glob
import json
import os
import re
import sys

KINDS = ['lines', 'branches', 'mcdc']


def exceptions(name):
    """{what: reason} of fuzz/NAME, whose lines are `what: reason`."""
    found = {}
    with open(os.path.join('fuzz', name)) as f:
        for line in f:
            if line.strip() and not line.startswith('#'):
                what, reason = line.split(': ', 1)
                found[what] = reason
    return found


class Source:
    """A source; items[kind] has {(line, ...): what is wrong or None} of what is counted."""

    def __init__(self, name):
        self.name = name
        self.items = {kind: {} for kind in KINDS}
        with open(name) as f:
            self.text = f.read().split('\n')
        self.directives = set() # lines of the preprocessor
        for n, line in enumerate(self.text, 1):
            if line.startswith('#') or n - 1 in self.directives and self.text[n - 2][-1:] == '\\':
                self.directives.add(n)

    def quote(self, line, column, end_line, end_column):
        """What stands there, in one line."""
        lines = self.text[line - 1:end_line]
        lines[-1] = lines[-1][:end_column - 1]
        lines[0] = lines[0][column - 1:]
        return ' '.join(part.strip() for part in lines)

    def add(self, kind, place, good, wrong):
        """A function of a private header is in several objects: what any of them ran counts."""
        if good or place not in self.items[kind]:
            self.items[kind][place] = None if good else wrong

    def add_line(self, line, count):
        if line not in self.directives:
            self.add('lines', (line,), count, 'never runs')

    def add_branch(self, line, column, end_line, end_column, true, false, *_):
        what = self.quote(line, column, end_line, end_column)
        for count, name in (true, 'true'), (false, 'false'):
            self.add('branches', (line, column, end_line, end_column, name), count,
                     f'never {name}: {what}')

    def add_decision(self, line, column, end_line, end_column, _file, _kind, decides):
        what = self.quote(line, column, end_line, end_column)
        for i, good in enumerate(decides, 1):
            self.add('mcdc', (line, column, i), good,
                     f'condition {i} of {len(decides)} never decides: {what}')


def read(build):
    """{name: Source}, and [(name, function, first line, last line)]."""
    with open(os.path.join(build, 'all.json')) as f:
        exported = json.load(f)['data'][0]
    sources = {}
    for file in exported['files']:
        name = os.path.relpath(file['filename'])
        source = sources[name] = Source(name)
        for branch in file['branches']:
            source.add_branch(*branch)
        for decision in file['mcdc_records']:
            source.add_decision(*decision)
    with open(os.path.join(build, 'all.lcov')) as f:
        for entry in f:
            key, _, value = entry.strip().partition(':')
            if key == 'SF':
                source = sources[os.path.relpath(value)]
            elif key == 'DA':
                source.add_line(*map(int, value.split(',')[:2]))
    functions = [(os.path.relpath(f['filenames'][0]), f['name'].split(':')[-1],
                  f['regions'][0][0], f['regions'][0][2]) for f in exported['functions']]
    return sources, functions


def excuse(sources, functions):
    """Takes what fuzz/uncovered.txt names out; returns whether it names no more than it must."""
    good = True
    for what in exceptions('uncovered.txt'):
        spans = [(a, b) for file, name, a, b in functions if f'{file}:{name}' == what]
        source = sources.get(what.split(':')[0])
        dropped = 0
        for kind, items in source.items.items() if source else ():
            kept = {place: wrong for place, wrong in items.items()
                    if not wrong or not any(a <= place[0] <= b for a, b in spans)}
            dropped += len(items) - len(kept)
            source.items[kind] = kept
        if not dropped:
            print(f'fuzz/uncovered.txt: {what}: not needed')
            good = False
    return good


def report(sources, least):
    """Prints the table and what is missing; returns whether each module has the least share."""
    rows = {}
    for source in sources.values():
        for name in source.name, os.path.dirname(source.name), 'total':
            row = rows.setdefault(name, {kind: [0, 0] for kind in KINDS})
            for kind in KINDS:
                row[kind][0] += list(source.items[kind].values()).count(None)
                row[kind][1] += len(source.items[kind])
    print(f'{"":34}{"lines":>18}{"branches":>18}{"MC/DC":>18}')
    for name in sorted(rows):
        cells = [f'{n}/{of} {100 * n / of:5.1f}' if of else '-' for n, of in rows[name].values()]
        print(f'{name:34}' + ''.join(f'{cell:>18}' for cell in cells))
    print()
    for source in sources.values():
        for kind in KINDS:
            for place, wrong in sorted(source.items[kind].items()):
                if wrong:
                    print(f'{source.name}:{place[0]}: {kind}: {wrong}')
    good = True
    for name, row in rows.items():
        for kind, (n, of) in row.items():
            if os.path.isdir(name) and 100 * n < getattr(least, kind) * of:
                print(f'{name}: {kind}: less than {getattr(least, kind)} %')
                good = False
    return good


def takes_bytes(parameters):
    """Whether one is a cursor, a text, or a pointer to constant bytes with a length after it."""
    return re.search(r'struct netp_in \*|struct netp_str\b|'
                     r'const (?:void|char|uint8_t) \*\w+, size_t\b', parameters)


def unreached(build):
    """Prints the public functions that take received bytes and that no corpus reaches."""
    with open(os.path.join(build, 'fuzz.json')) as f:
        counts = {f['name']: f['count'] for f in json.load(f)['data'][0]['functions']}
    own = exceptions('unfuzzed.txt')
    good = True
    for header in sorted(glob.glob('libnetproto/include/netproto/*.h') +
                         glob.glob('protocols/*/include/netproto/*.h')):
        with open(header) as f:
            text = re.sub(r'/\*.*?\*/', '', f.read(), flags=re.S)
        for name, parameters in re.findall(r'^NETP_API [^;(]*?(\w+)\(([^;]*)\);', text, re.M):
            listed = own.pop(name, None)
            reached = counts.get(name, 0) > 0
            if takes_bytes(' '.join(parameters.split())) and not listed and not reached:
                print(f'{header}: {name}: takes bytes, and no fuzz target reaches it')
                good = False
            elif listed and reached:
                print(f'fuzz/unfuzzed.txt: {name}: not needed')
                good = False
    for name in own:
        print(f'fuzz/unfuzzed.txt: {name}: no such function')
    return good and not own


def main():
    parser = argparse.ArgumentParser(prog='fuzz/coverage.sh')
    parser.add_argument('build', help=argparse.SUPPRESS)
    for kind in KINDS:
        parser.add_argument('--min-' + kind, type=float, default=0, dest=kind)
    args = parser.parse_args()
    sources, functions = read(args.build)
    good = [excuse(sources, functions), report(sources, args), unreached(args.build)]
    sys.exit(not all(good))


main()
