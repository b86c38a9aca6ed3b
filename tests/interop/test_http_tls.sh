#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The client of HTTP and certificates: what is trusted and what is not, and why; an end that was
# not announced. The servers are nginx, openssl s_server and python3.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers nginx

make_files
make_certificates && make_ca other || exit
names=$localhost_names
make_leaf stranger other /CN=localhost "$names" && # an authority that is not trusted
    make_leaf expired ca /CN=localhost "$names" -1 &&
    make_leaf wrong ca /CN=wrong.test subjectAltName=DNS:wrong.test &&
    make_leaf name ca /CN=localhost subjectAltName=DNS:localhost &&
    make_leaf wild ca /CN=wild.test 'subjectAltName=DNS:*.wild.test' &&
    make_leaf common ca /CN=localhost '' && # no subjectAltName: the CN is no name (RFC 9525)
    make_leaf client ca /CN=client extendedKeyUsage=clientAuth || exit
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext "$names" -keyout "$work/tls/self.key" -out "$work/tls/self.pem" 2>/dev/null || exit
chmod a+r "$work/tls"/*
trust=(--cacert "$cacert")

# --- nginx ---------------------------------------------------------------------------------------

start_nginx || exit
gets "a leaf of the CA" "$http_root/big" "${trust[@]}" "$nginx_tls/big"
gets "by its address" "$http_root/text" "${trust[@]}" "https://127.0.0.1:${nginx_tls##*:}/text"
expect 0 "what nginx saw" "$netproto" get "${trust[@]}" "$nginx_tls/me"
says 'cert=\[\] sni=\[localhost\] TLSv1.3' "what nginx saw"
expect 0 "what nginx saw" "$netproto" get "${trust[@]}" "https://127.0.0.1:${nginx_tls##*:}/me"
says 'sni=\[\]' "an address is no name"
expect 0 "a certificate of ours" "$netproto" get "${trust[@]}" --cert "$work/tls/client.pem" \
    --key "$work/tls/client.key" "$nginx_tls/me"
says 'cert=\[CN=client\]' "a certificate of ours"
fails 1 "what is absent" "$netproto" get "${trust[@]}" "$nginx_tls/absent" -o "$out"
never_ok "https to http" "$netproto" get "${trust[@]}" -o "$out" "${nginx/http:/https:}/one"
never_ok "https that redirects to http" "$netproto" get "${trust[@]}" -o "$out" \
    "$nginx_tls/to?url=$nginx/one"
gets "http that redirects to https" "$http_root/one" "${trust[@]}" "$nginx/to?url=$nginx_tls/one"
never_ok "the system's authorities" "$netproto" get "$nginx_tls/one" -o "$out"
never_ok "another authority" "$netproto" get --cacert "$work/tls/other.pem" "$nginx_tls/one" -o "$out"
fails 6 "an authority that is not there" "$netproto" get --cacert "$work/absent" "$nginx_tls/one" \
    -o "$out"
stop nginx

# --- openssl s_server ----------------------------------------------------------------------------

for version in 2 3; do
    start_s_server s good -tls1_$version || exit
    for f in "${http_files[@]}"; do
        gets "$f by TLS 1.$version" "$http_root/$f" "${trust[@]}" "$s_server/$f"
    done
    stop s
done

: >"$work/reasons"
for leaf in stranger expired wrong common self; do
    start_s_server s $leaf || exit
    never_ok "certificate $leaf" "$netproto" get "${trust[@]}" "$s_server/one" -o "$out"
    # The sentence without the name of the server, which is the same in all.
    head -n 1 "$work/last.log" | sed "s|[0-9]\{4,\}||g" >>"$work/reasons"
    gets "certificate $leaf, --insecure" "$http_root/one" "${trust[@]}" --insecure "$s_server/one"
    says . "--insecure says so"
    stop s
done
[ "$(sort -u "$work/reasons" | wc -l)" -ge 4 ] && ok || bad "the reasons: $(cat "$work/reasons")"

start_s_server s wrong || exit
port=${s_server##*:}
gets "the name in the certificate" "$http_root/one" "${trust[@]}" \
    --resolve "wrong.test:$port:127.0.0.1" "https://wrong.test:$port/one"
stop s
start_s_server s name || exit
never_ok "an address that is not in the certificate" "$netproto" get "${trust[@]}" -o "$out" \
    "https://127.0.0.1:${s_server##*:}/one"
stop s
start_s_server s wild || exit
port=${s_server##*:}
gets "a wildcard" "$http_root/one" "${trust[@]}" --resolve "a.wild.test:$port:127.0.0.1" \
    "https://a.wild.test:$port/one"
for name in wild.test a.b.wild.test; do
    never_ok "a wildcard and $name" "$netproto" get "${trust[@]}" -o "$out" \
        --resolve "$name:$port:127.0.0.1" "https://$name:$port/one"
done
stop s
start_s_server s good -Verify 1 -verify_return_error -CAfile "$cacert" || exit
gets "a server that wants a certificate" "$http_root/one" "${trust[@]}" \
    --cert "$work/tls/client.pem" --key "$work/tls/client.key" "$s_server/one"
never_ok "a server that wants a certificate, without" "$netproto" get "${trust[@]}" -o "$out" \
    "$s_server/one"
fails 6 "a certificate without its key" "$netproto" get "${trust[@]}" -o "$out" \
    --cert "$work/tls/client.pem" --key "$work/tls/other.key" "$s_server/one"
stop s

# --- python3 -------------------------------------------------------------------------------------

start_python p good || exit
gets "an end that is announced" "$http_root/big" "${trust[@]}" "$python/close/big"
fails 5 "an end without close_notify" "$netproto" get "${trust[@]}" "$python/rude/big" -o "$out"
gets "chunks by TLS" "$http_root/big" "${trust[@]}" "$python/chunked/big"
for how in length chunk last head; do
    fails 5 "cut: $how" "$netproto" get "${trust[@]}" "$python/cut/$how" -o "$out"
done
summary
