#!/bin/bash
# SPDX-License-Identifier: MIT
#
# netproto httpd with several certificates: responses of OCSP, made by openssl's responder, as
# openssl, curl, wget (GnuTLS) and ours see them; hosts that are asked for under another's name; sessions.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers

make_files
make_certificates && make_leaf other ca /CN=other.test subjectAltName=DNS:other.test &&
    make_leaf me ca /CN=me keyUsage=digitalSignature &&
    make_leaf responder ca /CN=responder 'extendedKeyUsage=OCSPSigning\nkeyUsage=digitalSignature' ||
    exit
tls=$work/tls
cat "$tls/good.pem" "$cacert" >"$tls/chain.pem"
mkdir "$work/other"
echo other >"$work/other/one"

# --- responses -------------------------------------------------------------------------------------

number() { openssl x509 -in "$tls/$1.pem" -noout -serial | cut -d= -f2; } # NAME
index()                                                                   # NAME STATUS REVOKED
{
    printf '%s\t%s\t%s\t%s\tunknown\t/CN=%s\n' "$2" 991231235959Z "$3" "$(number "$1")" "$1"
}
sign=(-CA "$cacert" -rsigner "$tls/responder.pem" -rkey "$tls/responder.key" -ndays 1)
about=(-CAfile "$cacert" -issuer "$cacert" -no_nonce)

{
    index good V ''
    index other V ''
} >"$work/index"
responder=$(free_port tcp)
start responder openssl ocsp -port "$responder" -index "$work/index" "${sign[@]}"
wait_for tcp "$responder"
for name in good other; do
    expect 0 "the response about $name" openssl ocsp -url "http://127.0.0.1:$responder" \
        "${about[@]}" -cert "$tls/$name.pem" -respout "$tls/$name.ocsp"
    says ": good" "the response about $name"
done
stop responder
index good R 260101000000Z >"$work/index"
openssl ocsp -index "$work/index" "${sign[@]}" "${about[@]}" -cert "$tls/good.pem" \
    -respout "$tls/revoked.ocsp" >"$work/last.log" 2>&1
# Signed no more; but with a certificate without its issuer nobody looks.
LC_ALL=C sed 's/20[0-9][0-9]\([0-9]\{10\}Z\)/2020\1/g' "$tls/other.ocsp" >"$tls/expired.ocsp"
cp "$tls/good.ocsp" "$tls/now.ocsp"
cp "$tls/other.ocsp" "$tls/other-now.ocsp"

# --- at start --------------------------------------------------------------------------------------

refused() # WHAT TEXT ARGUMENT...
{
    local what=$1 text=$2
    shift 2
    expect 6 "$what" "$netproto" httpd --listen 127.0.0.1:0 --root "$http_root" "$@"
    says "$text" "$what"
}
chain=(--tls-cert "$tls/chain.pem" --tls-key "$tls/good.key")
lone=(--tls-cert "$tls/other.pem" --tls-key "$tls/other.key")
refused "a response that is none" 'is no response of OCSP in DER' "${chain[@]}" \
    --tls-staple "$tls/good.pem"
refused "no response" 'cannot open .*No such file' "${chain[@]}" --tls-staple /nowhere
refused "a foreign response" 'about other certificates' "${chain[@]}" \
    --tls-staple "$tls/other.ocsp"
refused "an old response" 'was out of date on 2020-' "${lone[@]}" --tls-staple "$tls/expired.ocsp"
expect 2 "a staple before its certificate" "$netproto" httpd --root "$http_root" \
    --tls-staple "$tls/good.ocsp" "${chain[@]}"
expect 2 "two staples" "$netproto" httpd --root "$http_root" "${chain[@]}" \
    --tls-staple "$tls/good.ocsp" --tls-staple "$tls/good.ocsp"

has_gnutls() { ldd "$(command -v wget)" 2>/dev/null | grep -q libgnutls; }
has_gnutls || skip "no wget with GnuTLS"

# --- what clients get ------------------------------------------------------------------------------

serve hosts --root "$http_root" --vhost other.test="$work/other" "${chain[@]}" \
    --tls-staple "$tls/now.ocsp" "${lone[@]}"
s_client() # ARGUMENT...: its output is in last.log
{
    timeout 10 openssl s_client -connect "127.0.0.1:$port" -CAfile "$cacert" "$@" \
        </dev/null >"$work/last.log" 2>&1
}
https=https://localhost:$port
other=https://other.test:$port
trust=(--cacert "$cacert" --resolve "other.test:$port:127.0.0.1")
for version in 1.2 1.3; do
    s_client -status -tls${version/./_} -servername localhost
    says 'OCSP Response Status: successful' "the staple, TLS $version"
    says 'Cert Status: good' "the staple, TLS $version"
    s_client -tls${version/./_} -servername localhost
    says_not 'OCSP' "who does not ask, TLS $version"
    s_client -status -tls${version/./_} -servername other.test
    says 'OCSP response: no response sent' "a certificate without, TLS $version"
    expect 0 "curl, TLS $version" curl -sSf "${trust[@]}" --cert-status --tlsv$version \
        --tls-max $version "$https/one" -o "$out"
done
expect 91 "curl, a certificate without" curl -sS "${trust[@]}" --cert-status "$other/one" -o "$out"
gets "ours" "$http_root/one" --cert-status --cacert "$cacert" "$https/one"
fails 1 "ours, a certificate without" "$netproto" get --cert-status --cacert "$cacert" \
    --resolve "other.test:$port:127.0.0.1" "$other/one" -o "$out"
says 'the server has shown no staple' "ours, a certificate without"
if has_gnutls; then
    expect 0 "wget" wget -q --ca-certificate="$cacert" "$https/one" -O "$out"
fi

# --- SIGHUP ----------------------------------------------------------------------------------------

is_shown() # NAME STATUS
{
    s_client -status -servername "$1"
    grep -q "Cert Status: $2" "$work/last.log"
}
cp "$tls/revoked.ocsp" "$tls/now.ocsp"
kill -HUP "${pid_of[hosts]}"
soon is_shown localhost revoked && ok || bad "a new response after SIGHUP"
expect 91 "curl, revoked" curl -sS "${trust[@]}" --cert-status "$https/one" -o "$out"
fails 1 "ours, revoked" "$netproto" get --cert-status --cacert "$cacert" "$https/one" -o "$out"
says 'its certificate is revoked' "ours, revoked"
gets "ours, revoked, nobody asks" "$http_root/one" --cacert "$cacert" "$https/one"
if has_gnutls; then
    expect 5 "wget, revoked" wget -q --ca-certificate="$cacert" "$https/one" -O "$out"
fi
cp "$tls/other.ocsp" "$tls/now.ocsp"
kill -HUP "${pid_of[hosts]}"
finds "$work/hosts.log" 'about other certificates; the certificates stay' "a foreign one at SIGHUP"
is_shown localhost revoked && ok || bad "a foreign response at SIGHUP: not the one before"

# --- hosts -----------------------------------------------------------------------------------------

status_of 200 "a host" "${trust[@]}" "$other/one"
body_says '^other$' "a host"
status_of 421 "a host under the other's name" "${trust[@]}" -H 'Host: other.test' "$https/one"
says '^HTTP/1.1 421 Misdirected Request' "a host under the other's name"
status_of 421 "and the other way" "${trust[@]}" -H "Host: localhost:$port" "$other/one"
status_of 200 "a host that is nobody's" "${trust[@]}" -H 'Host: none.test' "$https/one"
status_of 200 "without a name" "${trust[@]}" -H 'Host: other.test' "https://127.0.0.1:$port/one"
body_says '^other$' "without a name"
stop_well hosts
finds "$work/hosts.log" '"GET /one HTTP/1.1" 421 ' "the log"

serve one --root "$http_root" "${lone[@]}" --tls-staple "$tls/other-now.ocsp"
is_shown other.test good && ok || bad "a staple for a certificate without its issuer"
cp "$tls/expired.ocsp" "$tls/other-now.ocsp"
kill -HUP "${pid_of[one]}"
finds "$work/one.log" 'was out of date on 2020.*; the certificates stay' "an old one at SIGHUP"
is_shown other.test good && ok || bad "an old response at SIGHUP: not the one before"
stop_well one

# --- ours and s_server ------------------------------------------------------------------------------

for version in 1_2 1_3; do
    start_s_server s good -tls$version -status_file "$tls/good.ocsp" || exit
    gets "s_server, TLS $version" "$http_root/one" --cert-status --cacert "$cacert" "$s_server/one"
    stop s
    start_s_server s good -tls$version -status_file "$tls/other.ocsp" || exit
    fails 1 "s_server, foreign, TLS $version" "$netproto" get --cert-status --cacert "$cacert" \
        "$s_server/one" -o "$out"
    says 'about other certificates' "s_server, foreign, TLS $version"
    stop s
done

# --- sessions --------------------------------------------------------------------------------------

# Who was known by a certificate under one name is known under the other, for both ask the same;
# nothing is taken before the handshake's end.
serve mutual --root "$http_root" "${chain[@]}" "${lone[@]}" --tls-client-ca "$cacert"
for version in 1_2 1_3; do
    printf 'GET /one HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' |
        timeout 10 openssl s_client -quiet -connect "127.0.0.1:$port" -tls$version \
            -servername localhost -cert "$tls/me.pem" -key "$tls/me.key" \
            -sess_out "$work/session" >"$work/last.log" 2>&1
    says '^HTTP/1.1 200' "a client's certificate, TLS $version"
    openssl sess_id -in "$work/session" -text >"$work/last.log" 2>&1
    says 'Protocol' "a session of TLS $version"
    says_not 'Max Early Data: [1-9]' "early data, TLS $version"
    s_client -tls$version -servername localhost -sess_in "$work/session"
    says '^Reused, TLS' "a session of TLS $version is resumed"
done
stop_well mutual
serve anew --root "$http_root" "${chain[@]}" "${lone[@]}" --tls-client-ca "$cacert"
s_client -tls1_3 -servername localhost -sess_in "$work/session"
says '^New, TLS' "a session of another server"
says_not '^Reused' "a session of another server"
stop_well anew

summary
