#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The client of HTTP with lighttpd: Digest by SHA-256, the coding deflate, what scripts write as
# chunks.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers lighttpd lighttpd-mod-deflate

make_files
start_lighttpd || exit
for f in "${http_files[@]}"; do
    gets "get $f" "$http_root/$f" "$lighttpd/$f"
    gets "get $f by Basic" "$http_root/$f" -u user "$lighttpd/basic/$f"
    gets "get $f by Digest, MD5" "$http_root/$f" -u user "$lighttpd/md5/$f"
    gets "get $f by Digest, SHA-256" "$http_root/$f" -u user "$lighttpd/sha256/$f"
done
for coding in gzip deflate; do
    gets "the coding $coding" "$http_root/text" -v -H "Accept-Encoding: $coding" "$lighttpd/text"
    says "Content-Encoding: $coding" "the coding $coding"
done
for algorithm in md5 sha256; do
    fails 1 "$algorithm with a wrong password" env NETPROTO_PASSWORD=wrong-one \
        "$netproto" get -u user "$lighttpd/$algorithm/one" -o "$out"
done
stays lighttpd "$http_root/big" "$lighttpd/big"
gets "a range" <(tail -c +9000001 "$http_root/big") -r 9000000- "$lighttpd/big"
gets "chunks of a script" "$http_root/big" "$lighttpd/cgi/length.sh"
expect 0 "the head of a script" "$netproto" head "$lighttpd/cgi/length.sh"
expect 0 "post to a script" "$netproto" post "$lighttpd/cgi/cat.sh" -d a=1 -d b=2 -o "$out"
printf 'a=1&b=2' | cmp -s - "$out" && ok || bad "post to a script: $(cat "$out")"
fails 1 "what is absent" "$netproto" get "$lighttpd/absent" -o "$out"
fails 1 "put to where it is not allowed" "$netproto" put "$http_root/one" "$lighttpd/new"
stop lighttpd
summary
