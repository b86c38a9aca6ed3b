#!/bin/bash
# SPDX-License-Identifier: MIT
#
# netproto httpd with the clients of others where files change while they are sent, parts are asked
# for at once, clients do not read, go away or talk TLS in all the ways that openssl knows.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers

make_files
make_certificates && make_leaf wild ca /CN=wild 'subjectAltName=DNS:*.wild.test' || exit
tls=$work/tls
# More than sockets hold: its end has not been sent while its reader rests.
held=$(awk '{ n += $3 } END { print n }' /proc/sys/net/ipv4/tcp_[rw]mem)
head -c $((held + 10000000)) /dev/urandom >"$work/long"

# --- files that change while they are sent ---------------------------------------------------------

# A download of a file as "long", whose reader rests after its first bytes until COMMAND has changed
# it. Each has its own, for the server knows one for a second.
mkfifo "$work/pipe" "$work/rest"
files=0 file=
changed() # STATUS WHAT URL COMMAND...
{
    local want=$1 what=$2 url=$3 client reader rest status
    shift 3
    rm -f "$file"
    file=$http_root/long.$((++files))
    cp "$work/long" "$file"
    curl -sS --cacert "$cacert" "$url/${file##*/}" >"$work/pipe" 2>"$work/last.log" &
    client=$!
    { head -c $same; cat "$work/rest"; cat; } <"$work/pipe" >"$out" &
    reader=$!
    exec {rest}>"$work/rest" # when it is read
    "$@"
    exec {rest}>&-
    wait $client
    status=$?
    wait $reader
    [ $status = "$want" ] && ok || bad "$what: exit status $status, not $want"
    cmp -s -n $((same < $(stat -c %s "$out") ? same : $(stat -c %s "$out"))) "$out" "$work/long" &&
        ok || bad "$what: other bytes"
    rm -f "$out"
}

same=1000000 # bytes that are the old ones for sure
resize() { truncate -s "$1" "$file"; }
rewrite() { dd if="$http_root/other" of="$file" bs=1M conv=notrunc status=none; }
replace() { cp "$http_root/other" "$work/new" && mv "$work/new" "$file"; }
remove() { rm "$file"; }
grow() { cat "$http_root/other" >>"$file"; }

serve change --quiet --root "$http_root" --tls-listen 127.0.0.1:0 --tls-cert "$tls/good.pem" \
    --tls-key "$tls/good.key"
secure=https://localhost:$(sed -n 's/^listening on .*://p' "$work/change.log" | tail -n 1)
for url in "$http" "$secure"; do
    changed 18 "a file that is emptied, ${url%%:*}" "$url" resize 0
    changed 18 "a file that is cut, ${url%%:*}" "$url" resize 30000000
    changed 18 "a file that is overwritten, ${url%%:*}" "$url" rewrite
    changed 0 "a file that is replaced, ${url%%:*}" "$url" replace
    changed 0 "a file that is removed, ${url%%:*}" "$url" remove
    changed 0 "a file that grows, ${url%%:*}" "$url" grow
done
move "the server goes on" "$http_root/text" "$out" curl -sSf "$http/text" -o "$out"
stop_well change

# --- parts -----------------------------------------------------------------------------------------

cp "$work/long" "$http_root/long"
serve parts --root "$http_root"
if command -v aria2c >/dev/null; then
    move "aria2" "$work/long" "$work/aria" aria2c -q -x 16 -s 16 -k 1M -d "$work" -o aria \
        "$http/long"
    soon lines 15 '"GET /long HTTP/1.1" 206' "$work/parts.log" && ok ||
        bad "aria2: $(grep -c '" 206 ' "$work/parts.log") parts"
else
    skip "no aria2"
fi
if command -v wget >/dev/null; then
    head -c -15000000 "$work/long" >"$work/wget"
    expect 0 "wget goes on" wget -q -c -O "$work/wget" "$http/long"
    cmp -s "$work/long" "$work/wget" && ok || bad "wget goes on: not the same"
    finds "$work/parts.log" '"GET /long HTTP/1.1" 206 15000000 "-" "Wget' "wget goes on"
    expect 0 "wget has it all" wget -q -c -O "$work/wget" "$http/long"
    finds "$work/parts.log" '"GET /long HTTP/1.1" 416 .*"Wget' "wget has it all"
else
    skip "no wget"
fi
stop_well parts

# --- TLS -------------------------------------------------------------------------------------------

serve tls --quiet --root "$http_root" --tls-cert "$tls/good.pem" --tls-key "$tls/good.key" \
    --tls-cert "$tls/wild.pem" --tls-key "$tls/wild.key"
# s_client's output is in last.log; level 0 lets it offer what is no longer sound.
s_client() { timeout 120 openssl s_client -connect "127.0.0.1:$port" -CAfile "$cacert" "$@" \
    </dev/null >"$work/last.log" 2>&1; }
for version in 1.2 1.3; do
    expect_line="Protocol *: TLSv$version\|New, TLSv$version"
    s_client -tls${version/./_} -servername localhost -verify_return_error -verify_hostname localhost
    says "$expect_line" "TLS $version"
    says 'Verify return code: 0 (ok)' "TLS $version"
done
for version in tls1 tls1_1; do
    ! s_client -$version -cipher 'ALL:@SECLEVEL=0' && ok || bad "$version is spoken"
    says 'protocol version\|unsupported protocol\|no protocols' "$version"
done
for cipher in NULL EXPORT RC4 3DES MD5 aNULL PSK CBC CAMELLIA kRSA; do
    ! s_client -tls1_2 -cipher "$cipher:@SECLEVEL=0" && ok || bad "$cipher: it is taken"
done
for row in localhost=localhost a.wild.test=wild a.b.wild.test=localhost wild.test=localhost \
    other.test=localhost A.WILD.TEST=wild; do
    s_client -servername "${row%=*}"
    says "subject=CN = ${row#*=}" "the certificate of ${row%=*}"
done
s_client -noservername
says 'subject=CN = localhost' "no name"
s_client -alpn h2,http/1.1
says '^ALPN protocol: http/1.1' "ALPN"
! s_client -alpn h2 && ok || bad "HTTP/2 alone is agreed to"
for version in 1_2 1_3; do
    printf 'GET /one HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' |
        timeout 120 openssl s_client -quiet -connect "127.0.0.1:$port" -tls$version \
            -sess_out "$work/session" >"$work/last.log" 2>&1
    s_client -tls$version -sess_in "$work/session"
    says '^Reused, TLS' "a session of TLS $version is resumed"
done
s_client -tls1_2
says 'Secure Renegotiation IS supported' "renegotiation"
refusal='no renegotiation\|handshake failure\|unexpected message'
: >"$work/last.log"
(printf 'R\n'; soon grep -q "$refusal" "$work/last.log") |
    timeout 120 openssl s_client -tls1_2 -connect "127.0.0.1:$port" >>"$work/last.log" 2>&1
says "$refusal" "renegotiation is refused"
rm -f "$out"
curl -s -m 120 -o "$out" "$http/one"
[ ! -s "$out" ] && ok || bad "http where https is spoken is answered: $(head -c 100 "$out")"
stop_well tls
serve silent --quiet --root "$http_root" --tls-cert "$tls/good.pem" --tls-key "$tls/good.key" \
    --timeout-head 1
exec {silent}<>"/dev/tcp/127.0.0.1/$port"
timeout 9 cat <&"$silent" >/dev/null 2>&1 # otherwise it would be ten
[ $? != 124 ] && ok || bad "a client that says no word of TLS is kept"
exec {silent}>&-
stop_well silent

summary
