#!/bin/bash
# SPDX-License-Identifier: MIT
#
# check_calls.sh LIBRARY: every call that the objects of the host port make is in calls.def, or in
# harmless.txt. A new call thus has to be given its errors. What they define themselves is none.
set -euo pipefail
cd "$(dirname "$0")"

nm "$1" | awk '
    FILENAME == "calls.def" && match($0, /^(CALL|BLOCK|HAND)\([a-z0-9_]+/) {
        known[substr($0, index($0, "(") + 1, RLENGTH - index($0, "("))] = 1
    }
    FILENAME == "harmless.txt" && !/^#/ { known[$1 (NF > 1 ? " " $2 : "")] = 1 }
    FILENAME != "-" { next }
    /\.o:$/ { file = $1; sub(/(\.c)?\.o:$/, ".c", file) }
    $2 ~ /^[TDRB]$/ { defined[$3] = 1 }
    $1 == "U" && $2 !~ /^(netp_|__(asan|ubsan|tsan|sanitizer|gcov)_|__stack_chk_fail|_GLOBAL_)/ &&
        !($2 in known) && !(($2 " " file) in known) {
        unknown[file ": " $2 " is in neither calls.def nor harmless.txt"] = $2
    }
    END {
        for (line in unknown) {
            if (!(unknown[line] in defined)) { print line; bad = 1 }
        }
        exit bad
    }' calls.def harmless.txt -
