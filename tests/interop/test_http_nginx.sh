#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The client of HTTP with nginx: files, ranges, conditions, gzip, logins, uploads, one connection.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers nginx

make_files
make_certificates || exit
start_nginx || exit
for f in "${http_files[@]}"; do
    gets "get $f" "$http_root/$f" "$nginx/$f"
    gets "get $f as it is" "$http_root/$f" "$nginx/plain/$f"
    gets "get $f over TLS" "$http_root/$f" --cacert "$cacert" "$nginx_tls/$f"
    put=$http_root/dav/up
    move "put $f" "$http_root/$f" "$put" "$netproto" put "$http_root/$f" "$nginx/dav/up"
    move "put $f over TLS" "$http_root/$f" "$put" \
        "$netproto" put --cacert "$cacert" "$http_root/$f" "$nginx_tls/dav/up"
done
gets "a name with a blank" "$http_root/sub/a b" "$nginx/sub/a%20b"
gets "dots in a path" "$http_root/one" "$nginx/sub/../one"
move "to stdout" "$http_root/text" "$out" sh -c "'$netproto' get '$nginx/text' -o - >'$out'"

# The text comes as gzip, and is decoded.
expect 0 "the head" "$netproto" head -H "Accept-Encoding: gzip" "$nginx/text"
says '^HTTP/1.1 200 OK' "the head"
says '^Content-Encoding: gzip' "the head"
expect 0 "the head" "$netproto" head "$nginx/plain/text"
says '^Content-Length: 100000' "the head of a file as it is"
expect 1 "the head of nothing" "$netproto" head "$nginx/absent"

# --- ranges --------------------------------------------------------------------------------------

head -c 100 "$http_root/big" >"$work/first"
tail -c 100 "$http_root/big" >"$work/last"
tail -c +10000000 "$http_root/big" >"$work/byte"
gets "the first hundred" "$work/first" -r 0-99 "$nginx/big"
gets "the last hundred" "$work/last" -r -100 "$nginx/big"
gets "from a place on" "$work/byte" -r 9999999- "$nginx/big"
gets "of a file that gzip would make smaller" <(head -c 10 "$http_root/text") -r 0-9 "$nginx/text"
fails 1 "a range behind the end" "$netproto" get -r 10000000- "$nginx/big" -o "$out"
says '416' "a range behind the end"

# --- conditions ----------------------------------------------------------------------------------

rm -f "$out"
expect 0 "not modified" "$netproto" get -z "Wed, 01 Jul 2026 00:00:00 GMT" "$nginx/text" -o "$out"
[ ! -e "$out" ] && ok || bad "not modified: it left a file"
gets "modified" "$http_root/text" -z "Tue, 30 Jun 2026 23:59:59 GMT" "$nginx/text"
cp -p "$http_root/one" "$work/mark"
expect 0 "not newer than a file" "$netproto" get -z "$work/mark" "$nginx/text" -o "$out.z"
[ ! -e "$out.z" ] && ok || bad "not newer than a file: it left one"

# --- logins --------------------------------------------------------------------------------------

gets "Basic" "$http_root/big" -u user "$nginx/basic/big"
gets "Basic by the URL" "$http_root/one" "http://user:$password@${nginx#http://}/basic/one"
printf 'machine 127.0.0.1 login user password %s\n' "$password" >"$work/netrc"
chmod 600 "$work/netrc"
gets "Basic by a netrc" "$http_root/one" --netrc="$work/netrc" "$nginx/basic/one"
fails 1 "Basic with a wrong password" env NETPROTO_PASSWORD=wrong-one \
    "$netproto" get -u user "$nginx/basic/one" -o "$out"
says_not 'wrong-one' "the message of a login that failed"
fails 1 "no login" "$netproto" get "$nginx/basic/one" -o "$out"
says '401' "no login"
expect 0 "Basic with a trace" "$netproto" get -v -u user "$nginx/basic/one" -o "$out"
says_not "$password" "the trace"
says_not "$(printf 'user:%s' "$password" | base64)" "the trace"

# --- failures ------------------------------------------------------------------------------------

fails 1 "what is absent" "$netproto" get "$nginx/absent" -o "$out"
says '404' "what is absent"
fails 1 "a put that is not allowed" "$netproto" put "$http_root/one" "$nginx/no"
fails 3 "nobody listens" "$netproto" get "http://127.0.0.1:$(free_port tcp)/" -o "$out"
fails 3 "no such host" "$netproto" get "http://host.invalid/" -o "$out"
fails 6 "a folder that is not there" "$netproto" get "$nginx/one" -o "$work/none/x"

# --- connections ---------------------------------------------------------------------------------

mkdir "$work/many"
expect 0 "several of one server" env -C "$work/many" \
    "$netproto" get -O "$nginx/one?many" "$nginx/text?many" "$nginx/empty?many" "$nginx/plain/big?many"
for f in "${http_files[@]}"; do
    cmp -s "$http_root/$f" "$work/many/$f" && ok || bad "several of one server: $f"
done
soon lines 4 '?many' "$http_logs/nginx"
n=$(sed -n '/?many/s/.*\[//p' "$http_logs/nginx" | sort -u | wc -l)
[ "$n" = 1 ] && ok || bad "several of one server: $n connections"
rm -f "$work/many"/*
expect 0 "several at once" env -C "$work/many" "$netproto" get --parallel 4 -O \
    "$nginx/plain/big" "$nginx/text" "$nginx/empty" "$nginx/plain/other"
for f in empty text big other; do
    cmp -s "$http_root/$f" "$work/many/$f" && ok || bad "several at once: $f"
done
if grep -q . /proc/net/if_inet6 2>/dev/null; then
    gets "a name with two addresses, of which one does not answer" "$http_root/one" \
        "http://localhost:${nginx##*:}/one"
fi
port=${nginx##*:}
gets "--resolve" "$http_root/one" --resolve "some.test:$port:127.0.0.1" "http://some.test:$port/one"
stop_well nginx
summary
