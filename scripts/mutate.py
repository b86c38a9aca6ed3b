# SPDX-License-Identifier: MIT
"""The work of scripts/mutate.sh, which see, in the build folder that it made."""
import argparse
import concurrent.futures
import glob
import hashlib
import json
import os
import random
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import time

LABELS = {'unit', 'fuzz', 'hostile', 'sim'}

# A pattern, and what each match is replaced by; a number: by the constant that much larger.
OPERATORS = [
    (r'(?<![<>=\-])<(?![<=])', ['<=', '>=']),
    (r'(?<![<>=\-])>(?![>=])', ['>=', '<=']),
    (r'(?<!<)<=', ['<', '>']),
    (r'(?<!>)>=', ['>', '<']),
    (r'==', ['!=']),
    (r'!=', ['==']),
    (r'&&', ['||']),
    (r'\|\|', ['&&']),
    (r'!(?!=)', ['']),
    (r'~', ['']),
    (r'<<', ['>>']),
    (r'>>', ['<<']),
    (r'(?<=[\w)\]] )\+(?= )', ['-']),
    (r'(?<=[\w)\]] )-(?= )', ['+']),
    (r'(?<=[\w)\]] )\*(?= )', ['/']),
    (r'(?<=[\w)\]] )/(?= )', ['*']),
    (r'(?<=[\w)\]] )%(?= )', ['*']),
    (r'(?<=[\w)\]] )&(?= )', ['|']),
    (r'(?<=[\w)\]] )\|(?= )', ['&']),
    (r'(?<=[\w)\]] )\^(?= )', ['|']),
    (r'\+=', ['-=', '=']),
    (r'-=', ['+=', '=']),
    (r'\|=', ['&=', '=']),
    (r'&=', ['|=', '=']),
    (r'\^=', ['|=']),
    (r'\+\+', ['--']),
    (r'--', ['++']),
    (r'\btrue\b', ['false']),
    (r'\bfalse\b', ['true']),
    (r'\bbreak;', [';']),
    (r'\bNETP_(?:OK|E_[A-Z]+)\b', ['NETP_E_IO']),
    (r'(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+)(?=[uUlL]*\b)', [1, -1]),
    (r"'(?:[^'\\]|\\.)'", [1]),
]
# A statement without a keyword: an assignment, a call, ++ or --.
STATEMENT = re.compile(r'(?<=[;{}:])\s*(?!return\b)(?:\*|\+\+|--)?[A-Za-z_][\w>\-.\[\]]*'
                       r'(?:\s*[+\-|&^]?=(?!=)[^;{}]*|\([^;{}]*\)|\+\+|--);')
# What is no code: comments, strings, lines for the preprocessor.
OTHER = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|^[ \t]*#(?:\\\n|[^\n])*', re.S | re.M)
CONDITION = re.compile(r'\b(?:if|while) (?=\()')


def closing(code, at):
    """The end of what the parenthesis at `at` opens."""
    depth = 0
    for end in range(at, len(code)):
        depth += (code[end] == '(') - (code[end] == ')')
        if depth == 0:
            return end + 1
    return at


def larger(token, by):
    """The constant that is `by` larger, as C."""
    if token[0] != "'":
        return str(int(token, 0) + by) if int(token, 0) + by >= 0 else None
    return str((ord(token[1:-1].encode().decode('unicode_escape')) + by) & 127)


def mutants(text):
    """(start, end, replacement) of every change."""
    code = OTHER.sub(lambda other: re.sub(r'[^\n]', ' ', other.group()), text)
    for pattern, replacements in OPERATORS:
        for match in re.finditer(pattern, code):
            for new in replacements:
                new = larger(match.group(), new) if isinstance(new, int) else new
                if new is not None:
                    yield match.start(), match.end(), new
    for match in STATEMENT.finditer(code):
        yield match.start(), match.end(), ';'
    for match in CONDITION.finditer(code):
        end = closing(code, match.end())
        yield match.end(), end, f'(!{text[match.end():end]})'
    for match in OTHER.finditer(text):
        if match.group()[0] == '"':
            yield match.start(), match.end(), '""'


class Build:
    """The build folder: compiles FILE, links it with the rest, runs tests with the result."""

    def __init__(self, folder, source):
        self.folder, self.source = folder, source
        with open(os.path.join(folder, 'compile_commands.json')) as f:
            entry = next(e for e in json.load(f) if e['file'] == source)
        args = shlex.split(entry['command'])
        at = args.index('-o')
        self.object = os.path.join(entry['directory'], args[at + 1])
        self.compile = args[:at] + ['-w', '-iquote', os.path.dirname(source)]
        self.objects = glob.glob(os.path.join(folder, 'CMakeFiles/netproto-core.dir/**/*.o'),
                                 recursive=True)
        self.objects.remove(self.object)
        library = os.path.join(folder, 'libnetproto-core.so')
        self.soname = os.path.basename(os.readlink(library))
        self.tests = self.find_tests()

    def find_tests(self):
        """{name: (command, its folder, seconds)} of the tests that pass."""
        shown = subprocess.run(['ctest', '--show-only=json-v1'], cwd=self.folder, check=True,
                               capture_output=True).stdout
        tests = {}
        for test in json.loads(shown)['tests']:
            properties = {p['name']: p['value'] for p in test['properties']}
            command = test['command']
            if not LABELS & set(properties.get('LABELS', [])) or \
                    not command[0].startswith(self.folder): # a script builds things of its own
                continue
            start = time.time()
            status = self.run(command, properties['WORKING_DIRECTORY'], self.folder, 60)
            if status == 77:
                continue
            if status != 0:
                sys.exit(f'{test["name"]} fails without a change')
            tests[test['name']] = command, properties['WORKING_DIRECTORY'], time.time() - start
        return tests

    @staticmethod
    def run(command, folder, library_folder, timeout):
        env = dict(os.environ, LD_LIBRARY_PATH=library_folder)
        try:
            return subprocess.run(command, cwd=folder, env=env, timeout=timeout,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL).returncode
        except subprocess.TimeoutExpired:
            return -1

    def make_object(self, text, folder, *options):
        """Compiles text as FILE in folder; False if it is no C."""
        name = os.path.join(folder, os.path.basename(self.source))
        with open(name, 'w') as f:
            f.write(text)
        return subprocess.run(self.compile + [*options, '-c', name, '-o', name + '.o'],
                              capture_output=True).returncode == 0

    def hash_object(self, folder):
        with open(os.path.join(folder, os.path.basename(self.source) + '.o'), 'rb') as f:
            return hashlib.sha1(f.read()).digest()

    def make_library(self, folder):
        subprocess.run(['gcc', '-shared', '-fuse-ld=lld', '-Wl,-soname,' + self.soname,
                        os.path.join(folder, os.path.basename(self.source) + '.o'), *self.objects,
                        '-lz', '-o', os.path.join(folder, self.soname)], check=True)

    def passes(self, name, folder):
        command, where, seconds = self.tests[name]
        limit = 1 + int(10 * seconds) # of time on the processor: others may want it, too
        return self.run(['prlimit', f'--cpu={limit}', *command], where, folder, 30 + limit) == 0

    def relevant_tests(self, text):
        """The names of the tests that run FILE at all; that of its name first, then the fast."""
        trap = '\nvoid __cyg_profile_func_enter(void *f, void *c);' \
               '\nvoid __cyg_profile_func_enter(void *f, void *c) { __builtin_trap(); }\n'
        noun = os.path.basename(self.source)[:-2]
        with tempfile.TemporaryDirectory() as folder:
            option = '-finstrument-functions'
            entry = '__attribute__((no_instrument_function)) '
            self.make_object(text + trap.replace('\nvoid', '\n' + entry + 'void'), folder, option)
            self.make_library(folder)
            names = [name for name in self.tests if not self.passes(name, folder)]
        return sorted(names, key=lambda n: (n.split('/')[-1] != noun, self.tests[n][2]))


def judge(build, text, tests, seen, mutant):
    """'killed', 'survived', 'equivalent' or 'no C'."""
    start, end, new = mutant
    with tempfile.TemporaryDirectory() as folder:
        if not build.make_object(text[:start] + new + text[end:], folder):
            return 'no C'
        digest = build.hash_object(folder)
        if digest in seen:
            return 'equivalent'
        seen.add(digest)
        build.make_library(folder)
        return 'survived' if all(build.passes(name, folder) for name in tests) else 'killed'


def main():
    parser = argparse.ArgumentParser(prog='scripts/mutate.sh')
    parser.add_argument('build', help=argparse.SUPPRESS)
    parser.add_argument('file')
    parser.add_argument('--sample', type=int, default=0)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--min', type=float, default=0)
    a = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))

    with open(a.file) as f:
        text = f.read()
    build = Build(os.path.abspath(a.build), os.path.abspath(a.file))
    tests = build.relevant_tests(text)
    chosen = list(mutants(text))
    if 0 < a.sample < len(chosen):
        chosen = random.Random(a.seed).sample(chosen, a.sample)
    with tempfile.TemporaryDirectory() as folder:
        build.make_object(text, folder)
        seen = {build.hash_object(folder)}
        build.make_library(folder)
        if not all(build.passes(name, folder) for name in tests):
            sys.exit('a test fails with the same source linked anew')

    start = time.time()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(lambda m: judge(build, text, tests, seen, m), chosen))
    seconds = time.time() - start

    for (at, end, new), verdict in sorted(zip(chosen, verdicts)):
        if verdict == 'survived':
            at += len(text[at:end]) - len(text[at:end].lstrip())
            print(f'{a.file}:{text.count(chr(10), 0, at) + 1}: {text[at:end]!r} -> {new!r}')
    killed, survived = verdicts.count('killed'), verdicts.count('survived')
    score = 100 * killed / max(killed + survived, 1)
    print(f'{a.file}: {killed + survived} mutants, {survived} survived, score {score:.1f} %; '
          f'{verdicts.count("equivalent")} equivalent, {len(tests)} tests, '
          f'{seconds:.0f} s, {len(chosen) / max(seconds, 0.01):.1f} mutants/s')
    sys.exit(score < a.min)


main()
