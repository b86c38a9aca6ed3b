#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/gates.sh: the form of the sources. Fails if clang-format would change one, or if a
# function has over 60 lines or a cyclomatic complexity over 15. There is no list of exceptions.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t sources < <(find . -name '*.[ch]' -not -path './build/*' -not -path './.git/*' | sort)
bad=0
clang-format --dry-run -Werror "${sources[@]}" || bad=1
# pmccabe: complexity, the same without switch, statements, first line, lines, file(line): name
pmccabe "${sources[@]}" | awk '
    $1 > 15 || $5 > 60 { print $6 " " $7 ": complexity " $1 ", " $5 " lines"; bad = 1 }
    END { exit bad }' || bad=1
exit $bad
