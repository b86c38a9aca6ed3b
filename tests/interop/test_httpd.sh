#!/bin/bash
# SPDX-License-Identifier: MIT
#
# netproto httpd with the clients of others: files, ranges, conditions, gzip, listings, uploads,
# logins, TLS, scripts, git; what attacks ask for; reload, stop, many connections, lack of room.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers

make_files
make_certificates && make_leaf other ca /CN=other.test subjectAltName=DNS:other.test &&
    make_leaf me ca /CN=me keyUsage=digitalSignature || exit
mkdir -p "$work/cgi/folder" "$http_root/.git" "$work/secret" "$work/other"
echo secret >"$work/secret/key"
echo secret >"$http_root/.git/config"
echo secret >"$http_root/text~"
echo other >"$work/other/one"
echo secret >"$work/wwwsecret"
ln -s "$work/secret" "$http_root/out"
ln -s "$work/secret/key" "$http_root/key"
ln -s text "$http_root/within"
mkfifo "$http_root/fifo"
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nenv | sort\n' >"$work/cgi/env"
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nexec cat\n' >"$work/cgi/cat"
cat >"$work/cgi/python" <<'CGI'
#!/usr/bin/env python3
import os, sys
n = int(os.environ.get("CONTENT_LENGTH") or 0)
body = sys.stdin.buffer.read(n)
print("Status: 201 Made\nContent-Type: text/plain\n\n%d %s" % (len(body), os.environ["PATH_INFO"]))
CGI
chmod 755 "$work"/cgi/*
mkfifo "$work/cgi/fifo"

# --- files -----------------------------------------------------------------------------------

serve files --root "$http_root" --index --write --cgi /cgi="$work/cgi" --metrics /metrics
for f in "${http_files[@]}"; do
    move "curl $f" "$http_root/$f" "$out" curl -sSf "$http/$f" -o "$out"
    move "curl, coded, $f" "$http_root/$f" "$out" curl -sSf --compressed "$http/$f" -o "$out"
    move "ours $f" "$http_root/$f" "$out" "$netproto" get "$http/$f" -o "$out"
    if command -v wget >/dev/null; then
        move "wget $f" "$http_root/$f" "$out" wget -q "$http/$f" -O "$out"
    fi
done
stays ours "$http_root/big" "$http/big"
if command -v aria2c >/dev/null; then
    move "aria2, 16 ranges" "$http_root/big" "$work/aria" aria2c -q -x 16 -s 16 -k 1M -d "$work" \
        -o aria "$http/big"
else
    skip "no aria2"
fi
move "a part" <(head -c 100 "$http_root/big") "$out" curl -sSf -r 0-99 "$http/big" -o "$out"
move "the end" <(tail -c 100 "$http_root/big") "$out" curl -sSf -r -100 "$http/big" -o "$out"
head -c 5000000 "$http_root/big" >"$work/begun"
cp "$work/begun" "$out.c"
expect 0 "curl goes on" curl -sSf -C - "$http/big" -o "$out.c"
cmp -s "$http_root/big" "$out.c" && ok || bad "curl goes on: not the same"
status_of 206 "several parts" -r 0-9,100-109 "$http/big"
says 'multipart/byteranges; boundary=' "several parts"
status_of 416 "behind the end" -r 10000000- "$http/big"
says '^Content-Range: bytes \*/10000000' "behind the end"
status_of 200 "the head" -I "$http/text"
etag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' "$work/last.log")
says '^Last-Modified: Wed, 01 Jul 2026 00:00:00 GMT' "the head"
status_of 304 "If-None-Match" -H "If-None-Match: $etag" "$http/text"
status_of 200 "another If-None-Match" -H 'If-None-Match: "x"' "$http/text"
status_of 304 "If-Modified-Since" -H 'If-Modified-Since: Wed, 01 Jul 2026 00:00:00 GMT' "$http/text"
status_of 412 "If-Unmodified-Since" -H 'If-Unmodified-Since: Tue, 30 Jun 2026 00:00:00 GMT' \
    "$http/text"
status_of 412 "If-Match" -H 'If-Match: "x"' "$http/text"
status_of 200 "gzip" -H 'Accept-Encoding: gzip' "$http/page.html"
says '^Content-Encoding: gzip' "gzip"
says '^Vary: Accept-Encoding' "gzip"
gzip -dc "$work/body" 2>/dev/null | cmp -s - "$http_root/page.html" && ok || bad "gzip: not the same"
status_of 200 "a listing" "$http/sub/"
body_says 'href="./a%20b"' "a listing"
status_of 200 "a listing as JSON" -H 'Accept: application/json' "$http/"
python3 -m json.tool "$work/body" >/dev/null && ok || bad "a listing as JSON: it is none"
! grep -q 'git\|text~\|secret' "$work/body" && ok || bad "a listing shows what is hidden"
status_of 301 "a folder without its slash" "$http/sub"
says '^Location: /sub/' "a folder without its slash"
status_of 405 "another method" -X DELETE "$http/text"
says '^Allow: .*GET' "another method"
status_of 204 "OPTIONS" -X OPTIONS "$http/text"

# --- uploads ---------------------------------------------------------------------------------

for f in "${http_files[@]}"; do
    move "curl puts $f" "$http_root/$f" "$http_root/up" curl -sSf -T "$http_root/$f" "$http/up"
    move "ours puts $f" "$http_root/$f" "$http_root/up" "$netproto" put "$http_root/$f" "$http/up"
done
move "curl puts, chunked" "$http_root/big" "$http_root/up" sh -c \
    "curl -sSf -T - '$http/up' <'$http_root/big'"
status_of 412 "a put that must be new" -T "$http_root/one" -H 'If-None-Match: *' "$http/up"
status_of 409 "a put without its folder" -T "$http_root/one" "$http/none/up"
! ls "$http_root" | grep -q part && ok || bad "an upload left a part"

# --- what must not be had ----------------------------------------------------------------------

# Requests as they are sent, with what is to be answered; none may show a secret.
attack() # STATUS PATH
{
    local got
    printf 'GET %b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' "$2" |
        python3 -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 120)
s.sendall(sys.stdin.buffer.read())
got = b""
while True:
    piece = s.recv(65536)
    if not piece:
        break
    got += piece
sys.stdout.buffer.write(got)' "$port" >"$work/got"
    got=$(head -c 12 "$work/got" | cut -d' ' -f2)
    [ "$got" = "$1" ] && ok || bad "attack ${2:0:60}: status $got, not $1"
    ! grep -q -a '^secret' "$work/got" && ok || bad "attack ${2:0:60}: it shows a secret"
}
while read -r status path; do
    attack "$status" "$path"
done <<'TABLE'
404 /../wwwsecret
404 /../../../../etc/passwd
404 /%2e%2e/wwwsecret
404 /%2E%2E%2Fwwwsecret
404 /..%2fwwwsecret
404 /%252e%252e/wwwsecret
404 /..%5cwwwsecret
404 /sub/..%2f..%2fwwwsecret
404 /sub/../../wwwsecret
404 /....//wwwsecret
404 /%c0%ae%c0%ae/wwwsecret
400 /%u002e%u002e/wwwsecret
400 /text%00.html
400 /%00
404 /text%0a
404 /out/key
404 /out
404 /key
404 /.git/config
404 /%2egit/config
404 /sub/../.git/config
404 /text~
404 /text%7e
404 /fifo
404 /text/
404 /text/one
404 //etc/passwd
404 /.
404 /cgi/../wwwsecret
404 /cgi/..%2fwwwsecret
404 /cgi/%2e%2e/wwwsecret
404 /cgi/
404 /cgi/none
404 /cgi/fifo
404 /cgi/folder
404 /cgi/folder/
404 /cgi/folder/env
404 /cgi../cgi/env
404 /cgienv
404 //cgi/env
404 /%2e/cgi/env
400 text
400 /a\x01b
200 http://other.test/one
200 /within
200 /one?/../../etc/passwd
TABLE
attack 404 "/$(head -c 300 /dev/zero | tr '\0' a)"
attack 404 "/$(for ((i = 0; i < 2000; i++)); do printf 'a/'; done)"
attack 414 "/$(head -c 20000 /dev/zero | tr '\0' a)"
for range in 0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0 \
    "$(seq -s, -f '0-%.0f' 1 1000)" 0-,0-,0-,0- 5-3 a-b 99999999999999999999-; do
    got=$(curl -s -m 120 -o "$work/body" -w '%{http_code}' -H "Range: bytes=$range" "$http/big")
    size=$(stat -c %s "$work/body")
    case $got in
    200 | 206 | 416) [ "$size" -le 10000000 ] && ok || bad "range ${range:0:20}: $size bytes" ;;
    *) bad "range ${range:0:20}: status $got" ;;
    esac
done

# --- scripts -----------------------------------------------------------------------------------

status_of 200 "a script" -H 'Proxy: evil' -H 'X-A: b' "$http/cgi/env/in/fo?q=1"
body_says '^PATH_INFO=/in/fo$' "a script"
body_says '^SCRIPT_NAME=/cgi/env$' "a script"
body_says '^QUERY_STRING=q=1$' "a script"
body_says '^HTTP_X_A=b$' "a script"
body_says '^GATEWAY_INTERFACE=CGI/1.1$' "a script"
! grep -q '^HTTP_PROXY\|^NETPROTO_PASSWORD' "$work/body" && ok || bad "a script gets what it must not"
status_of 201 "a script in Python" --data-binary @"$http_root/text" "$http/cgi/python/x"
body_says '^100000 /x' "a script in Python"
move "a body there and back" "$http_root/big" "$out" \
    curl -sSf --data-binary @"$http_root/big" "$http/cgi/cat" -o "$out"
move "a chunked body" "$http_root/big" "$out" sh -c \
    "curl -sSf -T - -X POST '$http/cgi/cat' -o '$out' <'$http_root/big'"
status_of 200 "metrics" "$http/metrics"
body_says '^netproto_httpd_connections ' "metrics"
stop_well files
finds "$work/files.log" '"GET /text HTTP/1.1" 200 100000 "-" "curl/' "the log"

backend=$(git --exec-path 2>/dev/null)/git-http-backend
if [ -x "$backend" ]; then
    mkdir "$work/git"
    git init -q --bare "$work/git/a.git"
    git -C "$work/git/a.git" config http.receivepack true
    printf '#!/bin/sh\nexec %q\n' "$backend" >"$work/cgi/git"
    chmod 755 "$work/cgi/git"
    serve git --cgi /cgi="$work/cgi" --max-body 64M --cgi-env GIT_PROJECT_ROOT="$work/git" \
        --cgi-env GIT_HTTP_EXPORT_ALL=1
    who=(-c user.name=a -c user.email=a@a.test -c init.defaultBranch=main -c safe.directory='*')
    expect 0 "git clone, empty" git clone -q "$http/cgi/git/a.git" "$work/one"
    cp "$http_root/big" "$http_root/text" "$work/one"
    git "${who[@]}" -C "$work/one" add . && git "${who[@]}" -C "$work/one" commit -q -m one
    expect 0 "git push" git -C "$work/one" push -q origin HEAD:main
    expect 0 "git clone" git clone -q -b main "$http/cgi/git/a.git" "$work/two"
    cmp -s "$http_root/big" "$work/two/big" && ok || bad "git clone: not the same"
    stop_well git
else
    skip "no git http-backend"
fi

# a relative name, and a socket of both families
serve bare --listen '[::]:0' --root "$http_root" --no-gzip --cgi /cgi="$(realpath --relative-to=. "$work/cgi")" \
    --cgi-env A=b --cgi-env PATH=/bin:/usr/bin
status_of 200 "--no-gzip" -H 'Accept-Encoding: gzip' "$http/page.html"
says_not '^Content-Encoding\|^Vary' "--no-gzip"
status_of 200 "--cgi-env" "$http/cgi/env"
body_says '^A=b$' "--cgi-env"
body_says "^SCRIPT_FILENAME=$work/cgi/env\$" "--cgi-env"
body_says '^SERVER_ADDR=127.0.0.1$' "--cgi-env"
body_says '^REMOTE_ADDR=127.0.0.1$' "--cgi-env"
body_says '^PATH=/bin:/usr/bin$' "--cgi-env"
stop_well bare
for bad_env in A =b 1=b 'A B=c' HTTP_A=b QUERY_STRING=a; do
    expect 2 "--cgi-env $bad_env" "$netproto" httpd --root "$http_root" --cgi-env "$bad_env"
done

# --- logins ------------------------------------------------------------------------------------

printf 'user:%s\n' "$(openssl passwd -6 "$password")" >"$work/users"
printf 'user:a realm:%s\n' "$(printf 'user:a realm:%s' "$password" | sha256sum | cut -d' ' -f1)" \
    >"$work/digests"
serve basic --root "$http_root" --auth "$work/users" --realm "a realm" --auth-without-tls
status_of 401 "nobody" "$http/one"
says '^WWW-Authenticate: Basic realm="a realm"' "nobody"
status_of 200 "Basic" -u "user:$password" "$http/one"
status_of 401 "Basic, wrong" -u user:wrong "$http/one"
gets "Basic, ours" "$http_root/one" -u user "$http/one"
stop_well basic
finds "$work/basic.log" '^127.0.0.1 - user \[' "the log of a user"
finds_not "$work/basic.log" "$password" "the log"
serve digest --root "$http_root" --digest "$work/digests" --realm "a realm"
status_of 401 "nobody, Digest" "$http/one"
status_of 200 "Digest" --digest -u "user:$password" "$http/one"
status_of 401 "Digest, wrong" --digest -u user:wrong "$http/one"
gets "Digest, ours" "$http_root/one" -u user "$http/one"
stop_well digest

# --- TLS ---------------------------------------------------------------------------------------

tls=$work/tls
serve tls --root "$http_root" --vhost other.test="$work/other" --tls-listen 127.0.0.1:0 \
    --tls-cert "$tls/good.pem" --tls-key "$tls/good.key" --tls-cert "$tls/other.pem" \
    --tls-key "$tls/other.key" --redirect-https --hsts 3600 --log "$work/tls.access" \
    --log-format json
tls_port=$(sed -n 's/^listening on .*://p' "$work/tls.log" | tail -n 1)
https=https://localhost:$tls_port
trust=(--cacert "$cacert")
for version in 1.2 1.3; do
    move "TLS $version" "$http_root/big" "$out" curl -sSf "${trust[@]}" --tlsv$version \
        --tls-max $version "$https/big" -o "$out"
done
for version in tls1 tls1_1; do
    ! openssl s_client -connect "127.0.0.1:$tls_port" -$version -cipher 'ALL:@SECLEVEL=0' \
        </dev/null >"$work/last.log" 2>&1 && ok || bad "$version is spoken"
done
for name in localhost other.test; do
    openssl s_client -connect "127.0.0.1:$tls_port" -servername $name </dev/null 2>/dev/null |
        openssl x509 -noout -subject >"$work/last.log" 2>&1
    says "CN = $name" "the certificate of $name"
done
move "another host" "$work/other/one" "$out" curl -sSf "${trust[@]}" \
    --resolve "other.test:$tls_port:127.0.0.1" "https://other.test:$tls_port/one" -o "$out"
expect 60 "who does not trust it" curl -sS "$https/one" -o "$out"
expect 60 "a name that it has not" curl -sS "${trust[@]}" --resolve "x.test:$tls_port:127.0.0.1" \
    "https://x.test:$tls_port/one" -o "$out"
status_of 301 "http goes to https" -H "Host: localhost:$port" "$http/one?a"
says "^Location: https://localhost:$tls_port/one?a" "http goes to https"
says_not '^Strict-Transport-Security' "http"
status_of 200 "https" "${trust[@]}" "$https/one"
says '^Strict-Transport-Security: max-age=3600' "https"
cp "$tls/good.pem" "$tls/old.pem"
make_leaf good ca /CN=renewed "$localhost_names"
mv "$work/tls.access" "$work/tls.access.1"
kill -HUP "${pid_of[tls]}"
shows() # SUBJECT: of the certificate
{
    openssl s_client -connect "127.0.0.1:$tls_port" -servername localhost </dev/null 2>/dev/null |
        openssl x509 -noout -subject 2>&1 | grep -q "$1"
}
soon shows "CN = renewed" && ok || bad "the certificate after SIGHUP"
status_of 200 "https after SIGHUP" "${trust[@]}" "$https/one"
soon test -s "$work/tls.access" && ok || bad "SIGHUP: no new log"
python3 -c 'import json, sys; [json.loads(l) for l in sys.stdin]' <"$work/tls.access.1" && ok ||
    bad "the log is no JSON"
echo broken >"$tls/good.pem"
kill -HUP "${pid_of[tls]}"
finds "$work/tls.log" 'stay as they were' "a reload that failed"
status_of 200 "https after a reload that failed" "${trust[@]}" "$https/one"
cp "$tls/old.pem" "$tls/good.pem"
stop_well tls
make_leaf good ca /CN=localhost "$localhost_names"
serve mutual --root "$http_root" --tls-cert "$tls/good.pem" --tls-key "$tls/good.key" \
    --tls-client-ca "$cacert"
move "a client's certificate" "$http_root/one" "$out" curl -sSf "${trust[@]}" --cert "$tls/me.pem" \
    --key "$tls/me.key" "https://localhost:$port/one" -o "$out"
expect 56 "no certificate" curl -sS "${trust[@]}" "https://localhost:$port/one" -o "$out"
stop_well mutual

summary
