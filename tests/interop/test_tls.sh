#!/bin/bash
# SPDX-License-Identifier: MIT
#
# TLS with openssl's s_server and s_client, and curl.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh

[ -n "${TLS_PEER:-}" ] || { echo "built without TLS"; exit 77; }
for program in openssl curl; do
    command -v $program >/dev/null || { echo "no $program here"; exit 77; }
done

make_ca ca
make_leaf host ca /CN=host 'subjectAltName=DNS:host.test,IP:127.0.0.1'
make_leaf me ca /CN=me 'extendedKeyUsage=clientAuth'
for name in host me; do
    cat "$work/tls/$name.pem" "$work/tls/$name.key" >"$work/$name.pem"
done
head -c 20000000 /dev/urandom >"$work/big"
printf 'hello\n' >"$work/small"
printf 'GET /big HTTP/1.0\r\n\r\n' >"$work/get"
input=get
ca=$work/tls/ca.pem

logs() # WHAT NAME TEXT
{
    soon grep -aq -- "$3" "$work/$2.log" && ok || bad "$1: no \"$3\" in $(tail -n 3 "$work/$2.log")"
}

client() # WHAT STATUS ARGUMENT...
{
    local what=$1 status=$2
    shift 2
    timeout 60 "$TLS_PEER" client "$@" <"$work/$input" >"$work/back" 2>"$work/client.log"
    local is=$?
    [ $is = "$status" ] && ok || bad "$what: status $is: $(tail -n 2 "$work/client.log")"
}

same() # WHAT FILE
{
    cmp -s "$work/$2" "$work/back" && ok || bad "$1: not what was sent"
}

# --- s_server ------------------------------------------------------------------------------------

s_server() # ARGUMENT...: openssl's server with the files of $work
{
    start s_server env -C "$work" openssl s_server -accept 127.0.0.1:0 -cert host.pem -WWW "$@"
    soon grep -q '^ACCEPT .*[0-9]$' "$work/s_server.log" || bad "s_server does not listen"
    port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$work/s_server.log")
}

got_big() # WHAT
{
    tail -c 20000000 "$work/back" | cmp -s - "$work/big" && ok || bad "$1: not the file"
}

for version in 2 3; do
    s_server -tls1_$version -alpn http/1.1
    client "1.$version" 0 "$port" host.test "$ca"
    logs "1.$version" client "^TLSv1.$version .* alpn=http/1.1 resumed=0 verified=1 subject=CN=host"
    got_big "1.$version"
    client "1.$version, again" 0 "$port" host.test "$ca" - 2
    logs "1.$version, again" client "resumed=1 verified=1"
    client "1.$version, another name" 1 "$port" b.test "$ca"
    logs "1.$version, another name" client 'not valid for b.test: it is for host.test, 127.0.0.1'
    client "1.$version, an address" 0 "$port" 127.0.0.1 "$ca"
    client "1.$version, unknown CA" 5 "$port" host.test "$work/tls/me.pem"
    client "1.$version, insecure" 0 "$port" b.test -
    logs "1.$version, insecure" client "verified=0"
    stop s_server
    s_server -tls1_$version -CAfile "$ca" -Verify 1 -verify_return_error
    client "1.$version, our certificate" 0 "$port" host.test "$ca" "$work/me.pem"
    got_big "1.$version, our certificate"
    client "1.$version, no certificate" $([ $version = 2 ] && echo 14 || echo 13) \
        "$port" host.test "$ca"
    stop s_server
done
s_server -tls1_1 -cipher DEFAULT:@SECLEVEL=0
client "1.1" 11 "$port" host.test "$ca"
stop s_server

# --- ours as the server --------------------------------------------------------------------------

ours() # ARGUMENT...
{
    start ours "$TLS_PEER" server "$@"
    soon grep -q '^port [0-9]*$' "$work/ours.log" || bad "ours does not listen"
    port=$(sed -n 's/^port //p' "$work/ours.log")
}

s_client() # WHAT ARGUMENT...: the bytes that come back are $work/back
{
    local what=$1
    shift
    timeout 60 openssl s_client -connect "127.0.0.1:$port" -servername host.test -CAfile "$ca" \
        -verify_return_error -ign_eof "$@" <"$work/get" >"$work/back" 2>"$work/s_client.log" &&
        ok || bad "$what: $(tail -n 2 "$work/s_client.log")"
}

fetch() # WHAT STATUS ARGUMENT...
{
    local what=$1 status=$2
    shift 2
    timeout 60 curl -sS --resolve "host.test:$port:127.0.0.1" "$@" >"$work/back" 2>"$work/curl.log"
    local is=$?
    [ $is = "$status" ] && ok || bad "$what: status $is: $(tail -n 2 "$work/curl.log")"
}

head -c 20000000 /dev/zero >"$work/zeros"
ours "$work/host.pem" 20000000
for version in 2 3; do
    s_client "s_client 1.$version" -quiet -tls1_$version
    tail -c 20000000 "$work/back" | cmp -s - "$work/zeros" && ok || bad "s_client 1.$version: bytes"
    logs "s_client 1.$version" ours "^TLSv1.$version .* sni=host.test"
    s_client "s_client 1.$version, session" -tls1_$version -sess_out "$work/session"
    s_client "s_client 1.$version, resumed" -tls1_$version -sess_in "$work/session"
    grep -aq '^Reused' "$work/back" && ok || bad "s_client 1.$version: not resumed"
    fetch "curl 1.$version" 0 --tlsv1.$version --tls-max 1.$version --cacert "$ca" \
        "https://host.test:$port/"
    same "curl 1.$version" zeros
done
logs "curl" ours "alpn=http/1.1"
fetch "curl, another name" 60 --cacert "$ca" --connect-to "b.test:443:127.0.0.1:$port" \
    "https://b.test/"
fetch "curl, 1.1" 35 --tls-max 1.1 --tlsv1.0 --ciphers DEFAULT:@SECLEVEL=0 --cacert "$ca" \
    "https://host.test:$port/"
logs "curl, 1.1" ours "no TLS above 1.1"
fetch "curl by http" 52 "http://host.test:$port/"
logs "curl by http" ours "does not speak TLS"
stop ours
ours "$work/host.pem" 6 "$ca"
fetch "curl with a certificate" 0 --cert "$work/me.pem" --cacert "$ca" "https://host.test:$port/"
logs "curl with a certificate" ours "verified=1 subject=CN=me"
fetch "curl without one" 56 --cacert "$ca" "https://host.test:$port/"
logs "curl without one" ours "the client has shown no certificate"
stop ours

# --- ours with ours ------------------------------------------------------------------------------

ours "$work/host.pem" 0
for f in small big; do
    input=$f
    client "echo of $f" 0 "$port" host.test "$ca"
    same "echo of $f" $f
done
stop ours
summary
