#!/bin/bash
# SPDX-License-Identifier: MIT
#
# links, feed and crawl against a site of python's http.server. What is expected is written by hand.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh

command -v python3 >/dev/null || { echo "no python3 here"; exit 77; }
"$netproto" help links >/dev/null 2>&1 || { echo "built without libxml2"; exit 77; }

start site python3 ./pages_site.py "$work/requests"
soon grep -q '^ports' "$work/site.log" || { cat "$work/site.log"; exit 1; }
read -r _ plain down gone hops delay <"$work/site.log"
site=http://127.0.0.1:$plain
unset http_proxy all_proxy

# shows STATUS WHAT COMMAND...: it ends with that status and prints what is on our standard input,
# in which @ is the site and a tab is \t.
shows()
{
    local want=$1 what=$2 status
    shift 2
    sed "s,@,$site,g; s,\\\\t,\t,g" >"$work/want"
    timeout 60 "$@" >"$work/got" 2>"$work/last.log" </dev/null
    status=$?
    if [ $status != "$want" ]; then
        bad "$what: exit status $status, not $want: $(tail -n 2 "$work/last.log")"
    elif ! sed -i 's/ at byte [0-9]*$/ at byte N/' "$work/got" ||
        ! diff "$work/want" "$work/got" >"$work/diff"; then
        bad "$what: $(cat "$work/diff")"
    else
        ok
    fi
}

# json WHAT EXPRESSION: it holds for v, what the last command printed.
json()
{
    python3 -c "import json; v = json.load(open('$work/got')); assert $2, v" 2>"$work/py.log" &&
        ok || bad "$1: $(tail -n 1 "$work/py.log")"
}

requests() # PATTERN: how many requests there were for such a path
{
    grep -cE " $1 [0-9]+\$" "$work/requests"
}

# --- links -------------------------------------------------------------------------------------

shows 0 "links of a page" "$netproto" links "$site/" <<'END'
a\thref\t@/a/\tA
a\thref\t@/old\tmoved
a\thref\t@/missing\tbroken
a\thref\t@/private/x\tno
a\thref\t@/private/open\tyes
img\tsrc\t@/i.png
a\thref\t@/away\taway
a\thref\thttp://other.example/\tother host
a\thref\t@/loop1\tl
a\thref\t@/never\tn
a\thref\tmailto:a%40b\tm
form\taction\t@/form
a\thref\t@/#top\ttop
a\thref\t@/big.bin\tbig
a\thref\t@/error\te
a\thref\t@/cut\tc
a\thref\t@/nowhere\tw
END
shows 0 "links of some elements" "$netproto" links --only img,Form "$site/" <<'END'
img\tsrc\t@/i.png
form\taction\t@/form
END
shows 0 "a base" "$netproto" links "$site/moved-page" <<'END'
a\thref\t@/b/c\tc
a\thref\t@/\thome
END
shows 0 "a page in gzip" "$netproto" links "$site/gzip" <<'END'
a\thref\t@/zipped\tin gzip
END
shows 0 "Latin-1" "$netproto" links "$site/latin1" <<'END'
a\thref\t@/latin1?%C3%A9\té
END
shows 0 "a charset in the page" "$netproto" links "$site/meta" <<'END'
a\thref\t@/x\tда
END
shows 0 "UTF-16" "$netproto" links "$site/utf16" <<'END'
a\thref\t@/x\t€
END
for ((i = 0; i < 1000; i++)); do # the page has them in these five ways
    case $((i % 5)) in
    0) url=@/p/$i ;;
    1) url=@/q/$i ;;
    2) url=@/thousand?r=$i ;;
    3) url=http://s.example/$i ;;
    4) url=@/t/$i ;;
    esac
    printf 'a\\thref\\t%s\\tLink %d\n' "$url" $i
done >"$work/thousand"
shows 0 "a thousand links" "$netproto" links "$site/thousand" <"$work/thousand"
shows 0 "links as JSON" bash -c "'$netproto' links --json '$site/' >'$work/json'" </dev/null
cp "$work/json" "$work/got"
json "links as JSON" "len(v['links']) == 17 and v['title'] == 'T' and v['links'][9]['nofollow']"
json "a link as JSON" "v['links'][0] == {'element': 'a', 'attribute': 'href', 'url': '$site/a/', \
    'written': 'a/', 'text': 'A', 'rel': '', 'nofollow': False}"

printf '<a href=x>a\302\233b</a><a href="http://[">' >"$work/page.html"
shows 0 "a file" "$netproto" links "file://$work/page.html" <<END
a\thref\tfile://$work/x\ta?b
END
says "a href 'http://\[': no URL" "no URL"
shows 0 "standard input" bash -c "'$netproto' links --base http://h/d/ - <'$work/page.html'" <<'END'
a\thref\thttp://h/d/x\ta?b
END
expect 2 "standard input without a base" "$netproto" links -
expect 2 "a base that is none" "$netproto" links --base x -
expect 2 "no URL" "$netproto" links
expect 2 "two URLs" "$netproto" links "$site/" "$site/"
expect 2 "another scheme" "$netproto" links ftp://127.0.0.1/
expect 1 "no such file" "$netproto" links "file://$work/absent"
expect 1 "a page that is not there" "$netproto" links "$site/missing"
expect 1 "a redirection that is not followed" "$netproto" links --max-redirs 0 "$site/old"
expect 5 "an image" "$netproto" links "$site/i.png"
says "it is no HTML page" "an image"
expect 5 "UTF-7" "$netproto" links "$site/utf7"
expect 3 "no server" "$netproto" links "http://127.0.0.1:$(free_port tcp)/"
shows 5 "a page that is cut" "$netproto" links "$site/cut" <<'END'
a\thref\t@/from-cut\tx
END

# --- feed --------------------------------------------------------------------------------------

shows 0 "RSS of WordPress" "$netproto" feed "$site/wordpress" <<'END'
rss\tCafé – Blog\thttps://blog.example/
2026-11-03T07:39:21Z\tHello  world!\thttps://blog.example/hello/
-\tNo date\t@/relative
END
shows 0 "Atom of GitHub" "$netproto" feed "$site/github" <<'END'
atom\tRelease notes from b\thttps://git.example/a/b/releases
2026-11-03T09:39:21Z\tv1.1 & more\thttps://git.example/a/b/releases/tag/v1.1
END
shows 0 "Atom of YouTube" "$netproto" feed "$site/youtube" <<'END'
atom\tA channel\thttps://www.youtube.com/channel/C
2026-01-02T03:04:05Z\tA video\thttps://www.youtube.com/watch?v=V
END
shows 0 "RSS 1.0" "$netproto" feed "$site/rdf" <<'END'
rdf\tNews\thttp://news.example/
2026-11-02T01:30:00Z\tOne\thttp://news.example/1
END
shows 0 "a sitemap" "$netproto" feed "$site/sitemap.xml" <<'END'
sitemap\t\t
2026-11-01T00:00:00Z\t\thttp://h.example/a?b&c
-\t\thttp://h.example/d
END
shows 0 "a feed in Latin-1" "$netproto" feed "$site/latin1.rss" <<'END'
rss\té\t
END
"$netproto" feed --json "$site/wordpress" >"$work/got"
json "a feed as JSON" "(v['kind'], v['title'], v['link']) == ('rss', 'Café – Blog', 'https://blog.example/')"
json "an item as JSON" "v['items'][0] == {'title': 'Hello\n world!', 'url': \
    'https://blog.example/hello/', 'id': 'https://blog.example/?p=1', 'date': \
    '2026-11-03T07:39:21Z', 'summary': '<p>Welcome</p>', 'enclosure': {'url': \
    '$site/audio/1.mp3', 'type': 'audio/mpeg', 'length': 4711}} and len(v['items']) == 2"
shows 5 "a billion laughs" "$netproto" feed "$site/laughs" </dev/null
says "line 1: no RSS, Atom or sitemap, a charset that is not known, or an entity" "a billion laughs"
shows 5 "an external entity" "$netproto" feed "$site/external" </dev/null
shows 5 "no XML" "$netproto" feed "$site/bad.rss" <<'END'
rss\t\t
-\ta\t
END
says "line 3: " "no XML"
expect 5 "a page is no feed" "$netproto" feed "$site/"
expect 1 "a feed that is not there" "$netproto" feed "$site/missing"

# --- crawl -------------------------------------------------------------------------------------

crawl=("$netproto" crawl --rate 1000)
shows 1 "a crawl" "${crawl[@]}" --parallel 1 "$site" <<'END'
200\t0\ttext/html\t@/\t-
200\t1\ttext/html\t@/a/\t@/
301\t1\t-\t@/old\t@/\t@/new#part
404\t1\ttext/html\t@/missing\t@/
200\t1\ttext/plain\t@/private/open\t@/
200\t1\timage/png\t@/i.png\t@/
302\t1\t-\t@/away\t@/\thttp://other.example/x
302\t1\t-\t@/loop1\t@/\t@/loop2
200\t1\tapplication/octet-stream\t@/big.bin\t@/
503\t1\ttext/html\t@/error\t@/
200\t1\ttext/html\t@/cut\t@/
302\t1\t-\t@/nowhere\t@/
200\t2\ttext/html\t@/b/c\t@/a/
200\t1\ttext/html\t@/new\t@/old
302\t1\t-\t@/loop2\t@/loop1\t@/loop1
404\t2\ttext/html\t@/from-cut\t@/cut
410\t2\ttext/html\t@/gone\t@/new

broken: 8
404\t@/missing\t@/
503\t@/error\t@/
200\t@/cut\t@/\tmessage: the input ended in the middle of a message at byte N
302\t@/nowhere\t@/\ta redirection to what is no URL
404\t@/from-cut\t@/cut
410\t@/gone\t@/new
302\t@/loop1\t@/\tredirections without an end
302\t@/loop2\t@/loop1\tredirections without an end
END
says "1 not asked for: robots.txt disallows them" "what is disallowed"
says "$site/away redirects to http://other.example/x, another host" "another host"
for path in /private/x /never /hidden /no /not-read /form /x; do
    [ "$(requests "$path")" = 0 ] && ok || bad "$path was asked for"
done
"${crawl[@]}" --json "$site/" >"$work/got" 2>"$work/last.log"
json "a crawl as JSON" "len(v['pages']) == 17 and len(v['broken']) == 8 and v['disallowed'] == 1"
json "a broken link as JSON" "{'url': '$site/gone', 'status': 410, 'from': '$site/new', \
    'error': None} in v['broken']"
shows 0 "a crawl of one page" "${crawl[@]}" --depth 0 "$site/a/" <<'END'
200\t0\ttext/html\t@/a/\t-
END
expect 1 "a URL that is disallowed" "${crawl[@]}" "$site/private/x"
says "robots.txt disallows the URL" "a URL that is disallowed"
expect 1 "a URL that leads away" "${crawl[@]}" "$site/away"
says "another host: crawl that" "a URL that leads away"
shows 1 "too many redirections" bash -c "'$netproto' crawl --rate 1000 '$site/chain/0' | tail -n 1;
    exit \${PIPESTATUS[0]}" <<'END'
302\t@/chain/10\t@/chain/9\ttoo many redirections
END

# robots.txt that is not there, out of order, or far away
expect 1 "robots.txt answers 503" "${crawl[@]}" "http://127.0.0.1:$down/a/"
says "robots.txt: the server answers 503" "robots.txt answers 503"
"${crawl[@]}" --max 1 "http://127.0.0.1:$gone/private/x" >"$work/got" 2>"$work/last.log"
grep -q '^200' "$work/got" && ok || bad "robots.txt answers 404: $(cat "$work/last.log")"
expect 1 "robots.txt behind five redirections" "${crawl[@]}" "http://127.0.0.1:$hops/a/"
says "robots.txt disallows the URL" "robots.txt behind five redirections"
expect 3 "no server" "${crawl[@]}" "http://127.0.0.1:$(free_port tcp)/"
expect 3 "no such host" "${crawl[@]}" http://no-such-host.invalid/
expect 2 "no URL" "$netproto" crawl
expect 2 "another scheme" "$netproto" crawl ftp://h/
expect 2 "a user in the URL" "$netproto" crawl http://u:p@h/
expect 2 "a rate of nothing" "$netproto" crawl --rate 0 "$site"
expect 2 "no name for robots.txt" "$netproto" crawl -A '(x)' "$site"

# traps
pages() { grep -c '^200' "$work/got"; }
"${crawl[@]}" --depth 1000 --max 30 "$site/trap/0" >"$work/got" 2>"$work/last.log"
[ $? = 0 ] && [ "$(pages)" = 30 ] && ok || bad "--max 30: $(pages) pages"
says "not asked for: --max is reached" "--max 30"
"${crawl[@]}" --depth 5 "$site/trap/0" >"$work/got" 2>"$work/last.log"
awk -F'\t' '$2 > 5 { exit 1 }' "$work/got" && [ "$(pages)" -lt 20 ] && ok || bad "--depth 5: $(pages)"
says "going round in circles" "--depth 5"

# How often the server is asked, by its own clock, on which it may be late: so one of five runs does.
gaps() # WHAT EXPRESSION COMMAND...: it holds for t, the times of the requests, and peak, the most at a time
{
    for _ in 1 2 3 4 5; do
        "${@:3}" >"$work/got" 2>"$work/last.log"
        if asked "$2" >"$work/times"; then
            ok
            return
        fi
    done
    bad "$1: $(cat "$work/times")"
}

asked() # EXPRESSION
{
    python3 - "$work/requests" "$1" <<'PY'
import sys
lines = [line.split() for line in open(sys.argv[1])]
lines = lines[[i for i, l in enumerate(lines) if l[1] == "/robots.txt"][-1]:]
t, peak = [float(l[0]) for l in lines], max(int(l[2]) for l in lines)
most = max(sum(1 for b in t if a <= b < a + 1) for a in t)
if not eval(sys.argv[2]):
    print(len(t), t[-1] - t[0], most, peak)
    sys.exit(1)
PY
}
gaps "--rate 20" "len(t) == 42 and t[-1] - t[0] >= 1.8 and most <= 25" \
    "$netproto" crawl --rate 20 "$site/wide"
gaps "four at a time" "len(t) == 42 and t[-1] - t[0] < 4 and peak in (2, 3, 4)" \
    "${crawl[@]}" "$site/wide" # at ten a second, which is usual, they would take longer
gaps "one at a time" "len(t) == 6 and peak == 1" "${crawl[@]}" --parallel 1 --max 5 "$site/wide"
gaps "a Crawl-delay" "len(t) == 5 and t[-1] - t[0] >= 1 and all(b - a >= 0.2 for a, b in zip(t, t[1:])) and peak == 1" \
    "${crawl[@]}" -A 'SlowBot/1.0' --max 4 "http://127.0.0.1:$delay/wide"
expect 4 "--timeout" "$netproto" crawl --rate 2 --timeout 1 "$site/wide"
summary
