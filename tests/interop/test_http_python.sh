#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The client of HTTP with python3: its http.server, which speaks HTTP/1.0, and http_server.py, which
# redirects, sets cookies, reads forms, and breaks off, lies and stalls.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers

make_files
port=$(free_port tcp)
start old python3 -m http.server --bind 127.0.0.1 --directory "$http_root" "$port"
wait_for tcp "$port" || exit
start_python here || exit
here=$python here_log=$work/here.log
start_python there || exit
there=http://localhost:${python##*:} there_log=$work/there.log
for f in "${http_files[@]}"; do
    gets "get $f by HTTP/1.0" "$http_root/$f" "http://127.0.0.1:$port/$f"
    gets "get $f" "$http_root/$f" "$here/file/$f"
    gets "get $f in chunks" "$http_root/$f" "$here/chunked/$f"
    gets "get $f up to the end of the connection" "$http_root/$f" "$here/close/$f"
done
fails 1 "what is absent by HTTP/1.0" "$netproto" get "http://127.0.0.1:$port/absent" -o "$out"
gets "an interim response" <(printf abc) "$here/raw/early"
for coding in gzip two zlib raw; do
    gets "coding $coding" "$http_root/text" "$here/coded/$coding"
done

# --- what is sent --------------------------------------------------------------------------------

sent() # PATTERN WHAT: what http_server.py says of the request
{
    grep -q -e "$1" "$out" && ok || bad "$2: no '$1' in: $(cat "$out")"
}

ask() # COMMAND ARGUMENT...
{
    expect 0 "$*" "$netproto" "$@" -o "$out"
}

ask get "$here/echo/a?b=c%20d#no" -A agent/1 -e http://from.test/ -H 'X-One: 1' -H 'Accept: x/y'
sent '"target": "/echo/a?b=c%20d"' "the target"
sent '\["User-Agent", "agent/1"\]' "-A"
sent '\["Referer", "http://from.test/"\]' "-e"
sent '\["X-One", "1"\]' "-H"
sent '\["Accept", "x/y"\]' "-H"
ask post "$here/echo" -d a=1 -d b=two
sent '"body": "a=1&b=two"' "post -d"
sent '"Content-Type", "application/x-www-form-urlencoded"' "post -d"
ask post "$here/echo" --json-body '{"a": 1}'
sent '"Content-Type", "application/json"' "post --json-body"
sent '"body": "{\\"a\\": 1}"' "post --json-body"
sum() { sha256sum "$http_root/$1" | cut -d' ' -f1; }
for f in "${http_files[@]}"; do
    ask post "$here/form" -F "field=some text" -F "file=@$http_root/$f"
    sent "\"name\": \"field\", \"sha256\": \"$(printf 'some text' | sha256sum | cut -d' ' -f1)\"" "-F"
    sent "\"filename\": \"$f\", \"name\": \"file\", \"sha256\": \"$(sum "$f")\"" "-F @$f"
    expect 0 "put $f" "$netproto" put "$http_root/$f" "$here/echo"
    finds "$here_log" '"method": "PUT"' "put $f"
done
fails 6 "a form with a file that is absent" \
    "$netproto" post "$here/form" -F "file=@$work/absent" -o "$out"

# --- redirections --------------------------------------------------------------------------------

for status in 301 302 303 307 308; do
    gets "a redirection by $status" "$http_root/one" "$here/redirect/$status?to=/file/one"
    ask post "$here/redirect/$status?to=/echo" -d a=1
    case $status in
    307 | 308) sent '"method": "POST"' "a post by $status" ;;
    *) sent '"method": "GET"' "a post by $status" ;;
    esac
done
never_ok "redirections without end" "$netproto" get "$here/loop/1" -o "$out"
says 'too many redirections' "redirections without end"
never_ok "more than --max-redirs" "$netproto" get --max-redirs 1 -o "$out" \
    "$here/redirect/302?to=/redirect/302?to=/file/one"
never_ok "a redirection to a file" "$netproto" get -o "$out" \
    "$here/redirect/302?to=file:///etc/passwd"

# Of one server to another, of another name: no credential goes there.
: >"$there_log"
gets "a redirection to another server" "$http_root/one" -u user -b "a=secret-cookie" \
    "$here/redirect/302?to=$there/file/one"
gets "a redirection to another server" "$http_root/one" -H "Authorization: Bearer secret-token" \
    -H "Cookie: a=secret-cookie" "$here/redirect/307?to=$there/file/one"
gets "a redirection to another server" "$http_root/one" -b "a=secret-cookie" \
    "http://user:$password@${here#http://}/redirect/302?to=$there/file/one"
soon lines 3 /file/one "$there_log"
[ "$(grep -c /file/one "$there_log")" = 3 ] && ok || bad "it was asked: $(cat "$there_log")"
finds_not "$there_log" 'authorization\|cookie\|secret' "what went to another server"
finds "$here_log" 'secret-cookie' "what went to the first"
: >"$here_log"
gets "a redirection within the server" "$http_root/one" -H "Authorization: Bearer secret-token" \
    "$here/redirect/302?to=/file/one"
soon lines 2 secret-token "$here_log"
[ "$(grep -c secret-token "$here_log")" = 2 ] && ok || bad "a token goes on: $(cat "$here_log")"

# --- cookies -------------------------------------------------------------------------------------

jar=$work/jar
ask get -c "$jar" "$here/cookies/set?to=/echo"
for cookie in session=s1 kept=k1 deep=d1 gone=g1; do
    sent "Cookie.*$cookie" "a cookie after a redirection"
done
! grep -q 'other=\|local=\|bad=\|far=' "$out" && ok || bad "cookies of others: $(cat "$out")"
ask get -b "$jar" "$here/echo"
sent 'Cookie.*kept=k1' "a cookie of a jar"
: >"$there_log"
ask get -b "$jar" "$there/echo"
finds_not "$there_log" cookie "cookies for another host"
ask get -b "$jar" -c "$jar" "$here/cookies/delete"
ask get -b "$jar" "$here/echo"
sent 'kept=k1' "a jar after a deletion"
! grep -q 'gone=' "$out" && ok || bad "a deleted cookie: $(cat "$out")"
curl -s -c "$work/theirs" -o /dev/null "$here/cookies/set"
ask get -b "$work/theirs" "$here/echo"
sent 'Cookie.*kept=k1' "a jar of curl"
curl -s -b "$jar" "$here/echo" >"$out"
sent 'Cookie.*kept=k1' "curl with our jar"

# --- what is broken ------------------------------------------------------------------------------

for how in length chunk last head; do
    fails 5 "cut: $how" "$netproto" get "$here/cut/$how" -o "$out"
done
for how in half tail crc lie; do
    fails 5 "coding $how" "$netproto" get "$here/coded/$how" -o "$out"
done
for how in noise old two large both chunk interim head; do
    fails 5 "raw: $how" "$netproto" get "$here/raw/$how" -o "$out"
done
never_ok "a bomb" "$netproto" get "$here/bomb/" -o "$out"
fails 4 "no answer" "$netproto" get --timeout 1 "$here/never/" -o "$out"
fails 4 "an answer without end" "$netproto" get --timeout 1.5 "$here/trickle/" -o "$out"
fails 1 "status 500" "$netproto" get "$here/status/500" -o "$out"
says '500' "status 500"
stop here
fails 3 "a server that is gone" "$netproto" get "$here/file/one" -o "$out"
summary
