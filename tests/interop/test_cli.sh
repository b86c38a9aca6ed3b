#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The program as scripts see it: exit status, what goes to stdout, what is left behind.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh

expect 0 "help" "$netproto" help
for command in get head post put httpd tftpd frame echo modbus modbusd modbusgw selftest sizes; do
    says "^  $command " "help lists $command"
    expect 0 "$command --help" "$netproto" $command --help
    says "^usage: netproto $command" "$command --help"
    expect 0 "help $command" "$netproto" help $command
    expect 0 "$command --version" "$netproto" $command --version
    expect 2 "$command --nonsense" "$netproto" $command --nonsense
    says "unknown option '--nonsense'; try 'netproto $command --help'" "$command --nonsense"
    expect 0 "help" "$netproto" help
done
expect 2 "no command" "$netproto"
expect 2 "an unknown command" "$netproto" nonsense
expect 0 "--version" "$netproto" --version

expect 2 "get without URL" "$netproto" get
expect 2 "get of no URL" "$netproto" get /etc/passwd
expect 2 "get by an unknown scheme" "$netproto" get gopher://127.0.0.1/
expect 2 "get with a bad number" "$netproto" get --blksize 7 tftp://127.0.0.1/f
says "'7' is no good value for --blksize" "get with a bad number"
expect 0 "help help" "$netproto" help help
expect 2 "get with a value missing" "$netproto" get tftp://127.0.0.1/f -o
expect 2 "-o with two URLs" "$netproto" get -o x tftp://127.0.0.1/f tftp://127.0.0.1/g
for option in '-H a' '-H a:\ b\tc\001' '-X a\ b' '-r x' '-r 2-1' '-z yesterday' '--retry -1' \
    '--limit-rate 0' '--resolve a:1' '--resolve a:x:127.0.0.1' '--max-redirs x' '-e :' '-A a\nb' \
    '--checksum md17:00' '--parallel 0' '-u :x' '-b a=b\nc'; do
    expect 2 "get $option" "$netproto" get http://127.0.0.1:9/ "${option%% *}" "$(printf '%b' "${option#* }")"
    says "is no good value for " "get $option"
done
expect 2 "get of no good http URL" "$netproto" get 'http://127.0.0.1:9/a b'
expect 2 "get of a URL without host" "$netproto" get http:///a
expect 2 "a proxy that is none" "$netproto" get -x gopher://a/ http://127.0.0.1:9/
expect 2 "a proxy in the environment that is none" env all_proxy='a b' "$netproto" get http://a.test/
expect 2 "-J without -O" "$netproto" get -J http://127.0.0.1:9/
expect 2 "head without URL" "$netproto" head
expect 2 "post without URL" "$netproto" post -d a=b
expect 2 "-F without =" "$netproto" post -F a http://127.0.0.1:9/
expect 6 "--netrc of no file" "$netproto" get --netrc="$work/absent" http://127.0.0.1:9/
expect 6 "--password-file of no file" \
    "$netproto" get -u a --password-file "$work/absent" http://127.0.0.1:9/
expect 6 "--bearer-file of an empty file" "$netproto" get --bearer-file /dev/null http://127.0.0.1:9/
expect 6 "-b of a folder" "$netproto" get -b "$work" http://127.0.0.1:9/
expect 6 "--bind to a name that is none" "$netproto" get --bind nowhere.invalid http://127.0.0.1:9/
expect 2 "a bad port" "$netproto" get tftp://127.0.0.1:99999/f
expect 2 "a bad escape" "$netproto" get tftp://127.0.0.1/%zz
expect 2 "put without URL" "$netproto" put x
expect 2 "a password in a URL" "$netproto" get gopher://u:geheim@a/
says_not geheim "a password in a URL"
for server in modbusd "modbusgw --serial rtu:///dev/null"; do
    expect 2 "$server: clients must show a certificate, without TLS" "$netproto" $server \
        --listen 127.0.0.1:0 --client-ca "$work/absent"
    says "need --tls-cert" "$server"
done
expect 2 "tftpd without --root" "$netproto" tftpd --listen 127.0.0.1:0
expect 6 "tftpd without a folder" "$netproto" tftpd --listen 127.0.0.1:0 --root "$work/absent"
expect 3 "no such host" "$netproto" get tftp://host.invalid/f
expect 4 "nobody answers" "$netproto" get --connect-timeout 0.3 tftp://127.0.0.1:9/f -o "$work/x"
expect 4 "nobody answers" "$netproto" get --timeout 0.3 tftp://127.0.0.1:9/f -o "$work/x"
[ ! -e "$work/x" ] && [ ! -e "$work/x.part" ] && ok || bad "a file for nothing"
expect 6 "put of an absent file" "$netproto" put "$work/absent" tftp://127.0.0.1:9/f

mkdir "$work/root"
head -c 3000000 /dev/urandom >"$work/root/a b"
head -c 100 /dev/urandom >"$work/root/c"
start d "$netproto" tftpd --listen 127.0.0.1:0 --root "$work/root" --log-format json
port=$(port_of d)
url=tftp://127.0.0.1:$port
move "to stdout" "$work/root/a b" "$work/g" sh -c "'$netproto' get '$url/a%20b' >'$work/g'"
move "over a file that is there" "$work/root/c" "$work/g" "$netproto" get "$url/c" -o "$work/g"
expect 0 "-O" sh -c "cd '$work' && '$netproto' get -O '$url/a%20b' '$url/c' --parallel 2"
cmp -s "$work/root/a b" "$work/a b" && cmp -s "$work/root/c" "$work/c" && ok || bad "-O --parallel"
expect 0 "to /dev/null" "$netproto" get "$url/c" -o /dev/null
expect 1 "what is absent" "$netproto" get "$url/absent" -o "$work/x"
says "the server says: File not found" "what is absent"
expect 1 "put to a read-only server" "$netproto" put "$work/c" "$url/new"
expect 6 "to a folder that is not there" "$netproto" get "$url/c" -o "$work/none/x"
expect 6 "to a full disk" sh -c "'$netproto' get '$url/a%20b' -o - >/dev/full"
expect 0 "--json" "$netproto" get --json "$url/c" -o "$work/g"
says '"bytes": 100' "--json"
expect 0 "--progress=always" "$netproto" get --progress=always "$url/a%20b" -o "$work/g"
says '100% \[=*\]' "--progress=always"
expect 0 "--verbose" "$netproto" get -v "$url/c" -o "$work/g"
says 'in blocks of 1428' "--verbose"
expect 0 "file: URL" "$netproto" get "file://$work/root/c" -o "$work/g"
cmp -s "$work/root/c" "$work/g" && ok || bad "file: URL"
expect 1 "file: URL of nothing" "$netproto" get "file://$work/absent" -o "$work/g"
soon grep -q '"request": "read", .*"file": "absent".*"error": 1}$' "$work/d.log" && ok ||
    bad "the log in JSON: $(tail -n 1 "$work/d.log")"
stop_well d
port=$(free_port udp)
start w "$netproto" tftpd --listen 127.0.0.1:"$port" --root "$work/root" --workers 3
wait_for udp "$port"
soon lines 1 '^listening on' "$work/w.log"
for i in 1 2 3 4 5 6; do
    move "get from workers" "$work/root/c" "$work/g" \
        "$netproto" get "tftp://127.0.0.1:$port/c" -o "$work/g"
done
pids=$(grep -l "^PPid:[[:space:]]*${pid_of[w]}$" /proc/[0-9]*/status 2>/dev/null | wc -l)
[ "$pids" = 2 ] && ok || bad "$pids workers besides the first, not 2"
stop_well w
! listens udp "$port" && ok || bad "workers end with the first"
[ "$(grep -c '^listening on' "$work/w.log")" = 1 ] && ok || bad "workers say where: $(cat "$work/w.log")"
for i in 1 2 3 4 5 6 7 8; do # stopped before all are ready, perhaps
    start w "$netproto" tftpd --listen 127.0.0.1:"$port" --root "$work/root" --workers 4
    for ((k = 0; k < 10000; k++)); do
        ! lines 1 '^listening on' "$work/w.log" || break
    done
    stop_well w
done
expect 2 "--workers without a port" "$netproto" tftpd --listen 127.0.0.1:0 --root . --workers 2
expect 0 "sizes" "$netproto" sizes
says "^tftp get " "sizes"
expect 0 "selftest" "$netproto" selftest
summary
