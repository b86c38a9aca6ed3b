#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The client of HTTP with Apache: Digest by MD5, scripts, WebDAV, a redirection of a POST.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers apache2-bin

make_files
start_apache || exit
for f in "${http_files[@]}"; do
    gets "get $f" "$http_root/$f" "$apache/$f"
    gets "get $f by Basic" "$http_root/$f" -u user "$apache/basic/$f"
    gets "get $f by Digest" "$http_root/$f" -u user "$apache/digest/$f"
    move "put $f" "$http_root/$f" "$work/dav/$f" "$netproto" put "$http_root/$f" "$apache/dav/$f"
done
expect 0 "the head" "$netproto" head -H "Accept-Encoding: gzip" "$apache/text"
says '^Content-Encoding: gzip' "the head"
stays apache "$http_root/big" "$apache/big"
gets "a range" <(tail -c +9000001 "$http_root/big") -r 9000000- "$apache/big"
# Nonces live for two seconds there: what a slow process asks at last is answered with stale=true.
mkdir "$work/many"
expect 0 "a nonce that goes stale" env -C "$work/many" "$netproto" get -u user -O \
    --limit-rate 3500000 "$apache/digest/big" "$apache/digest/text"
cmp -s "$http_root/text" "$work/many/text" && cmp -s "$http_root/big" "$work/many/big" && ok ||
    bad "a nonce that goes stale"
finds_not "$http_logs/apache.err" 'AH01794\|AH01792' "user and password were right each time"

fails 1 "Digest with a wrong password" env NETPROTO_PASSWORD=wrong-one \
    "$netproto" get -u user "$apache/digest/one" -o "$out"
says '401' "Digest with a wrong password"
fails 1 "Digest without a user" "$netproto" get "$apache/digest/one" -o "$out"

# --- bodies --------------------------------------------------------------------------------------

expect 0 "post a form to a script" "$netproto" post "$apache/cgi/cat" -d a=1 -d b=two -o "$out"
printf 'a=1&b=two' | cmp -s - "$out" && ok || bad "post a form: $(cat "$out")"
expect 0 "post JSON to a script" "$netproto" post "$apache/cgi/cat" --json-body '{"a": 1}' -o "$out"
printf '{"a": 1}' | cmp -s - "$out" && ok || bad "post JSON: $(cat "$out")"
expect 0 "a post is sent again by 307" "$netproto" post "$apache/moved/cat" -d a=1 -o "$out"
printf 'a=1' | cmp -s - "$out" && ok || bad "a post by 307: $(cat "$out")"
fails 1 "put to where it is not allowed" "$netproto" put "$http_root/one" "$apache/one"
stop apache
summary
