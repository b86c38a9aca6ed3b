#!/bin/bash
# SPDX-License-Identifier: MIT
#
# get, head, post and put against Python's HTTP server: what the options do.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh

command -v python3 >/dev/null || {
    echo "skipped: no python3"
    exit 77
}
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY

# asks WHAT PATTERN OPTION...: a get of /echo with these options shows the pattern.
asks()
{
    local what=$1 pattern=$2
    shift 2
    expect 0 "$what" "$netproto" get "$url/echo" "$@"
    says "$pattern" "$what"
}

mkdir "$work/root" "$work/out"
head -c 3000000 /dev/urandom >"$work/root/big"
head -c 1000 /dev/urandom >"$work/root/small"
printf 'a=1\r\nb=2\n' >"$work/typed"
start python python3 ./http_echo.py "$work/root"
port=$(port_of python)
url=http://127.0.0.1:$port
big="$url/file?name=big" small="$url/file?name=small"

# What is fetched, and where it goes.
move "to a file" "$work/root/big" "$work/out/g" "$netproto" get "$big" -o "$work/out/g"
move "to stdout" "$work/root/big" "$work/out/g" sh -c "'$netproto' get '$big' >'$work/out/g'"
move "a rate" "$work/root/big" "$work/out/g" "$netproto" get --limit-rate 6M "$big" -o "$work/out/g"
expect 0 "-O" sh -c "cd '$work/out' && '$netproto' get -O '$url/echo/a%20b'"
[ -s "$work/out/a b" ] && ok || bad "-O: no file 'a b'"
expect 0 "--parallel" sh -c "cd '$work/out' && '$netproto' get -O --parallel 3 $(
    for i in 1 2 3 4 5 6 7 8 9; do printf ' %s' "$url/echo/p$i"; done)"
[ "$(ls "$work"/out/p? | wc -l)" = 9 ] && ok || bad "--parallel: $(ls "$work/out")"
expect 2 "-O without a name" "$netproto" get -O "$url/"
expect 0 "--json" "$netproto" get --json "$small" -o "$work/out/g"
says '"status": 200, .*"bytes": 1000,' "--json"
expect 0 "-J" sh -c "cd '$work/out' &&
    '$netproto' get -OJ '$url/name?field=attachment;filename=%22../.x%01%22'
    '$netproto' get -OJ '$url/name?field=attachment;filename=%22/tmp/.y%22'"
[ -e "$work/out/_y" ] && ok || bad "-J: $(ls -A "$work/out")"
expect 6 "-J over a file" sh -c "cd '$work/out' &&
    '$netproto' get -OJ '$url/name?field=attachment;filename=_y'"
says 'File exists' "-J over a file"
expect 6 "to a full disk" sh -c "'$netproto' get '$big' >/dev/full"
says 'standard output: No space' "to a full disk"
expect 0 "gzip" sh -c "'$netproto' get '$url/gzip' | grep -c unpacked | grep -qx 1000"
expect 0 "--no-compressed" "$netproto" get --no-compressed "$url/gzip" -o "$work/out/g"
gzip -dc <"$work/out/g" 2>/dev/null | grep -q unpacked && ok || bad "--no-compressed"
move "an empty file" /dev/null "$work/out/g" "$netproto" get "$url/status?code=200&body=" \
    -o "$work/out/g"
expect 1 "no file" "$netproto" get "$url/status?code=204" -o "$work/out/none"
says 'the server answers 204 No Content' "no file"
expect 0 "nothing, to stdout" "$netproto" get "$url/status?code=204"

# Failures.
expect 1 "404" "$netproto" get "$url/absent"
says "^netproto get: $url/absent: the server answers 404 Not Found$" "404"
says_not 'not here' "404"
expect 1 "404 to a file" "$netproto" get "$url/absent" -o "$work/out/none"
ls "$work"/out/none* >/dev/null 2>&1 && bad "404 left a file" || ok
expect 1 "--fail-with-body" "$netproto" get --fail-with-body "$url/absent"
says 'not here' "--fail-with-body"
expect 1 "a password in a URL" "$netproto" get -v "http://u:geheim@127.0.0.1:$port/absent"
says_not geheim "a password in a URL"
expect 2 "a password in a bad URL" "$netproto" get "http://u:geheim@127.0.0.1:x/"
says_not geheim "a password in a bad URL"
expect 3 "refused" "$netproto" get "http://127.0.0.1:$(free_port tcp)/"
expect 3 "no such host" "$netproto" get http://host.invalid/
expect 4 "--timeout" "$netproto" get --timeout 0.3 "$url/slow?seconds=60"
expect 4 "--timeout of a file" "$netproto" get --timeout 0.3 "$url/slow?seconds=60" -o "$work/out/t"
expect 5 "cut" "$netproto" get "$big&cut=1000" -o "$work/out/cut"
[ ! -e "$work/out/cut" ] && ok || bad "a file that was cut looks whole"
expect 5 "--max-filesize" "$netproto" get --max-filesize 1k "$big"

# Again.
move "-C" "$work/root/big" "$work/out/cut" "$netproto" get -C "$big" -o "$work/out/cut"
expect 5 "cut again" "$netproto" get "$big&cut=1000000" -o "$work/out/cut"
move "--retry" "$work/root/big" "$work/out/r" \
    "$netproto" get --retry 5 --retry-delay 0.1 "$big&cut=1000000" -o "$work/out/r"
expect 1 "busy" "$netproto" get "$url/busy?1"
expect 0 "--retry of 503" "$netproto" get --retry 3 --retry-delay 0.1 "$url/busy?2"
says 'at last' "--retry of 503"
sum=$(sha256sum <"$work/root/big" | cut -d' ' -f1)
expect 0 "--checksum" "$netproto" get --checksum "sha-256:$sum" "$big" -o "$work/out/g"
expect 0 "--checksum of a stream" "$netproto" get --checksum "SHA256=$sum" "$big" -o /dev/null
expect 1 "a wrong --checksum" "$netproto" get --checksum "sha256:$sum" "$small" -o "$work/out/w"
[ ! -e "$work/out/w" ] && ok || bad "a file with another digest"
expect 1 "a wrong --checksum" "$netproto" get --checksum "sha256:$sum" "$small" -o /dev/null
expect 2 "a short --checksum" "$netproto" get --checksum "sha256:abc" "$small"

# Fields.
asks "User-Agent" '\["user-agent", "netproto/'
asks "-A" '\["user-agent", "me/1"\]' -A me/1
asks "-H" '\["x-a", "1 2"\]' -H 'X-A:  1 2 '
asks "-H of nothing" '\["x-a", ""\]' -H 'X-A;'
asks "-H in place" '\["accept", "text/plain"\]' -H 'Accept: text/plain'
says_not '\*/\*' "-H in place"
asks "-H out" '"method"' -H 'Accept:'
says_not accept\", "-H out"
expect 2 "a line end in -H" "$netproto" get "$url/echo" -H $'X: 1\r\nY: 2'
expect 2 "no -H" "$netproto" get "$url/echo" -H nonsense
asks "-e" '\["referer", "http://a.test/b"\]' -e 'http://u:p@a.test/b#c'
asks "-b" '\["cookie", "a=b; c=d"\]' -b 'a=b; c=d'
asks "-r" '\["range", "bytes=1-2"\]' -r 1-2
asks "-z" '\["if-modified-since", "Sat, 31 Jan 2026 00:00:00 GMT"\]' -z 2026-01-31
asks "-X" '"method": "DELETE"' -X DELETE
echo 'abc.d==' >"$work/token"
asks "--bearer-file" '\["authorization", "Bearer abc.d=="\]' --bearer-file "$work/token"
expect 2 "a token that is none" "$netproto" get --oauth2-bearer 'a b' "$url/echo"
expect 0 "-r of a file" "$netproto" get -r 10-19 "$small" -o "$work/out/g"
cmp -s <(tail -c +11 "$work/root/small" | head -c 10) "$work/out/g" && ok || bad "-r of a file"
expect 0 "not modified" "$netproto" get -z 2026-01-31 "$url/dated" -o "$work/out/dated"
[ ! -e "$work/out/dated" ] && ok || bad "304 made a file"
expect 0 "-R" "$netproto" get -R "$url/dated" -o "$work/out/dated"
[ "$(stat -c %Y "$work/out/dated")" = 784111777 ] && ok || bad "-R: $(stat -c %y "$work/out/dated")"

# Redirections, logins, cookies.
expect 0 "redirected" "$netproto" get "$url/redirect?to=/echo"
says '"path": "/echo"' "redirected"
expect 0 "--no-location" "$netproto" get -i --no-location "$url/redirect?to=/echo"
says '^HTTP/1.1 302' "--no-location"
expect 1 "--max-redirs" "$netproto" get --max-redirs 1 "$url/redirect?to=/redirect?to=/echo"
expect 1 "no login" "$netproto" get "$url/basic"
expect 0 "-u" "$netproto" get -u 'user:pass word' "$url/basic"
expect 0 "-u and the environment" env NETPROTO_PASSWORD='pass word' "$netproto" get -u user "$url/basic"
echo 'pass word' >"$work/password"
expect 0 "--password-file" "$netproto" get -u user --password-file "$work/password" "$url/basic"
expect 0 "in the URL" "$netproto" get "http://user:pass%20word@127.0.0.1:$port/basic"
echo 'machine 127.0.0.1 login user password "pass word"' >"$work/netrc"
expect 0 "--netrc" "$netproto" get --netrc="$work/netrc" "$url/basic"
expect 0 "-n" env HOME="$work/home" sh -c \
    "mkdir -p '$work/home' && cp '$work/netrc' '$work/home/.netrc' && '$netproto' get -n '$url/basic'"
expect 2 "no password" setsid env -u NETPROTO_PASSWORD "$netproto" get -u user "$url/basic"
expect 0 "-c" "$netproto" get -c "$work/jar" "$url/cookie"
[ "$(stat -c %a "$work/jar")" = 600 ] && ok || bad "the jar is for all to read"
asks "-c, read" '\["cookie", "kept=1; session=2"\]' -c "$work/jar"
asks "-b FILE" '\["cookie", "kept=1; session=2"\]' -b "$work/jar"
expect 6 "-b of no file" "$netproto" get -b "$work/absent" "$url/echo"
expect 6 "-c that can't be written" "$netproto" get -c "$work/absent/jar" "$url/cookie"
asks "--resolve" '\["host", "a.test:' --resolve "a.test:$port:127.0.0.1" "http://a.test:$port/echo"
expect 3 "a proxy of the environment" env http_proxy=127.0.0.1:1 "$netproto" get http://a.test/
expect 3 "not HTTP_PROXY" env HTTP_PROXY="$url" "$netproto" get http://host.invalid/
expect 0 "-x" "$netproto" get -x "$url" http://a.test/echo
says '"path": "http://a.test/echo"' "-x"
expect 0 "-U" "$netproto" get -x "$url" -U 'us:p@' http://a.test/echo
says '\["proxy-authorization", "Basic dXM6cEA="\]' "-U"

# head, post, put.
expect 0 "head" "$netproto" head "$url/echo" "$url/echo"
[ "$(grep -c '^HTTP/1.1 200 OK' "$work/last.log")" = 2 ] && ok || bad "head of two"
expect 1 "head of nothing" "$netproto" head "$url/absent"
says '^HTTP/1.1 404' "head of nothing"
expect 0 "head --json" "$netproto" head --json "$url/echo"
says '"status": 200, "fields": \[\["Server", ' "head --json"
expect 0 "get -I" "$netproto" get -I "$url/echo"
says '^Content-Type: application/json' "get -I"
expect 0 "post" "$netproto" post "$url/echo" -d a=1 -d b=2 --data-urlencode 'c=3 & 4'
says '"body": "a=1&b=2&c=3+%26+4"' "post"
says '\["content-type", "application/x-www-form-urlencoded"\]' "post"
expect 0 "post of nothing" "$netproto" post "$url/echo"
says '\["content-length", "0"\]' "post of nothing"
expect 0 "-d @FILE" "$netproto" post "$url/echo" -d "@$work/typed"
says '"body": "a=1b=2"' "-d @FILE"
expect 0 "--data-binary @FILE" "$netproto" post "$url/echo" --data-binary "@$work/typed"
says '"body": "a=1\\r\\nb=2\\n"' "--data-binary @FILE"
expect 0 "--json-body" "$netproto" post "$url/echo" --json-body '{"a": 1}'
says '\["content-type", "application/json"\]' "--json-body"
says '\["accept", "application/json"\]' "--json-body"
expect 0 "-F" "$netproto" post "$url/echo" -F 'a=1;type=text/x' -F "f=@$work/typed;filename=n\".txt" \
    -F "g=<$work/typed" --form-string h=@i
says 'name=\\"a\\"\\r\\nContent-Type: text/x\\r\\n\\r\\n1\\r\\n' "-F NAME=VALUE"
says 'name=\\"f\\"; filename=\\"n%22.txt\\"\\r\\nContent-Type: application/octet-stream\\r\\n\\r\\na=1' \
    "-F NAME=@FILE"
says 'name=\\"g\\"\\r\\n\\r\\na=1\\r\\nb=2\\n' "-F NAME=<FILE"
says 'name=\\"h\\"\\r\\n\\r\\n@i' "--form-string"
expect 2 "-d and -F" "$netproto" post "$url/echo" -d a=1 -F b=2
expect 6 "-F of no file" "$netproto" post "$url/echo" -F "f=@$work/absent"
expect 0 "redirected post" "$netproto" post "$url/redirect?to=/echo&code=307" -d a=1
says '"method": "POST", .*"body": "a=1"' "redirected post"
expect 0 "303" "$netproto" post "$url/redirect?to=/echo&code=303" -d a=1
says '"method": "GET", .*"body": ""' "303"
expect 0 "--post301" "$netproto" post --post301 "$url/redirect?to=/echo&code=301" -d a=1
says '"method": "POST"' "--post301"
move "put" "$work/root/big" "$work/root/stored" "$netproto" put "$work/root/big" "$url/store"
move "put of stdin" "$work/root/big" "$work/root/stored" \
    sh -c "cat '$work/root/big' | '$netproto' put - '$url/store'"
expect 0 "put into a folder" "$netproto" put "$work/root/big" "$url/echo/"
says '"method": "PUT", "path": "/echo/big".*\["expect", "100-continue"\].*"length": 3000000' \
    "put into a folder"
expect 0 "put --json" "$netproto" put --json "$work/root/small" "$url/store"
says '"status": 201, .*"sent": 1000' "put --json"
expect 6 "put of no file" "$netproto" put "$work/absent" "$url/store"
expect 1 "put where it is not taken" "$netproto" put "$work/root/small" "$url/absent"
stop python

# TLS.
if command -v openssl >/dev/null && "$netproto" get https://127.0.0.1:1/ 2>&1 | grep -q refused; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=a \
        -addext subjectAltName=DNS:localhost -keyout "$work/key" -out "$work/cert" 2>/dev/null
    cat "$work/key" >>"$work/cert"
    start tls python3 ./http_echo.py "$work/root" "$work/cert"
    port=$(port_of tls)
    expect 1 "a certificate of nobody" "$netproto" get "https://localhost:$port/echo"
    expect 0 "--cacert" "$netproto" get --cacert "$work/cert" "https://localhost:$port/echo"
    expect 1 "for another name" "$netproto" get --cacert "$work/cert" "https://127.0.0.1:$port/echo"
    says 'certificate is not valid for 127.0.0.1' "for another name"
    expect 0 "-k" "$netproto" get -k "https://127.0.0.1:$port/echo"
    says 'not verified' "-k"
    expect 6 "--cacert of no file" "$netproto" get --cacert "$work/absent" "https://localhost:$port/"
    expect 5 "TLS to a server without" "$netproto" get --cacert "$work/cert" "http://localhost:$port/"
    stop tls
else
    skip "TLS"
fi

summary
