#!/bin/bash
# SPDX-License-Identifier: MIT
#
# bench/pages.sh [-s MEGABYTES] [-r RUNS]: how fast `netproto links` finds the links of a large page,
# against html.parser of Python. The median of the runs counts, start of the program included.
set -eu
cd "$(dirname "$0")/.."
netproto=${NETPROTO:-build/release/netproto}
size=10 runs=5
while getopts s:r: option; do
    case $option in
    s) size=$OPTARG ;;
    r) runs=$OPTARG ;;
    *) exit 2 ;;
    esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$size" >"$work/page.html" <<'PY'
import sys
n = i = 0
while n < int(sys.argv[1]) << 20:
    line = '<li class="x"><a href="../p/%d?a=1&amp;b=2">Link <b>%d</b></a> and some text</li>\n' % (i, i)
    n, i = n + len(line), i + 1
    sys.stdout.write(line)
PY
cat >"$work/other.py" <<'PY'
import html.parser, sys, urllib.parse
class Links(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        if tag == "a":
            print("a", "href", urllib.parse.urljoin("http://h/d/", dict(attrs)["href"]), sep="\t")
Links().feed(open(sys.argv[1]).read())
PY

median() # COMMAND...: seconds
{
    local i begun
    for ((i = 0; i < runs; i++)); do
        begun=$EPOCHREALTIME
        "$@" >"$work/out" <"$work/page.html"
        echo "$begun $EPOCHREALTIME" | awk '{ print $2 - $1 }'
    done | sort -n | sed -n "$(((runs + 1) / 2))p"
}

ours=$(median "$netproto" links --base http://h/d/ -)
links=$(wc -l <"$work/out")
other=$(median python3 "$work/other.py" "$work/page.html")
[ "$(wc -l <"$work/out")" = "$links" ]
awk -v s="$size" -v l="$links" -v a="$ours" -v b="$other" 'BEGIN {
    printf "%-12s %8s %12s\n%-12s %8.1f %12.0f\n%-12s %8.1f %12.0f\nratio %.2f\n", "", "MiB/s",
        "links/s", "netproto", s / a, l / a, "html.parser", s / b, l / b, b / a }'
