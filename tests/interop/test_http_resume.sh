#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Downloads that break: a server that is killed in mid-transfer ten times, and what is asked for
# afterwards: the rest of the same file, and never that of another.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers nginx

make_files
big=$http_root/big
head -c 30000000 /dev/urandom >"$big" # no break may come too late
touch -r "$http_root/text" "$big"

size() # FILE: its bytes, 0 if there is none
{
    stat -c %s "$1" 2>/dev/null || echo 0
}

# grows BYTES PID: waits until $out.part has that many, or the process is gone.
grows()
{
    soon has_or_is_gone "$@" && [ "$(size "$out.part")" -ge "$1" ]
}

has_or_is_gone() # BYTES PID
{
    [ "$(size "$out.part")" -ge "$1" ] || ! kill -0 "$2" 2>/dev/null
}

kill_nginx()
{
    kill -KILL "${pid_of[nginx]}"
    wait "${pid_of[nginx]}" 2>/dev/null
    unset "pid_of[nginx]"
}

# The log has those requests alone that nginx lived to see the end of: there the rest was asked for,
# from a place on that ten breaks had led to, and under a condition.
last_asked() { grep -a ' /.*/big ' "$http_logs/nginx" | tail -n 1; }
is_partial()
{
    [[ $(last_asked) =~ ^206\ .*\[bytes=([0-9]+)-\]\ \[\" ]] && [ "${BASH_REMATCH[1]}" -ge 2000000 ]
}

# --- killed ten times, a process each ------------------------------------------------------------

rm -f "$out" "$out".*
start_nginx || exit
nginx_port=${nginx##*:}
for ((i = 1; i <= 10; i++)); do
    before=$(size "$out.part")
    "$netproto" get -q -C "$nginx/slow/big" -o "$out" >"$work/last.log" 2>&1 &
    client=$!
    grows $((before + 200000)) $client && ok || bad "part $i: $(cat "$work/last.log")"
    kill_nginx
    wait $client
    status=$?
    [ $status != 0 ] && [ ! -e "$out" ] && ok || bad "part $i: exit status $status"
    [ "$(size "$out.part")" -ge $((before + 200000)) ] && ok || bad "part $i is lost"
    [ $i -lt 10 ] || slow_rate=0
    start_nginx || exit
done
expect 0 "the rest after ten breaks" "$netproto" get -C "$nginx/slow/big" -o "$out"
cmp -s "$big" "$out" && ok || bad "ten breaks: not the same"
soon is_partial && ok || bad "ten breaks: it asked: $(last_asked)"
stays nginx "$big" "$nginx/slow/big"
touch -d '2026-06-01' "$out"
comes "a file older than the server's" "$big" "$nginx/slow/big"
head -c 5000000 "$big" >"$out"
comes "a file shorter than the server's" "$big" "$nginx/slow/big"
cat "$big" "$http_root/one" >"$out"
comes "a file longer than the server's" "$big" "$nginx/slow/big"
cp "$http_root/other" "$out"
sum=$(sha256sum <"$big")
expect 0 "-C --checksum, another file" \
    "$netproto" get -C --checksum "sha-256:${sum%% *}" "$nginx/slow/big" -o "$out"
cmp -s "$big" "$out" && ok || bad "-C --checksum, another file: it stays"

# --- killed ten times, one process ---------------------------------------------------------------

rm -f "$out" "$out".*
kill_nginx
unset slow_rate
start_nginx || exit
"$netproto" get -q --retry 30 "$nginx/slow/big" -o "$out" >"$work/last.log" 2>&1 &
client=$!
for ((i = 1; i <= 10; i++)); do
    grows $(($(size "$out.part") + 200000)) $client && ok || bad "break $i: $(cat "$work/last.log")"
    kill_nginx
    [ $i -lt 10 ] || slow_rate=0
    start_nginx || exit
done
wait $client
status=$?
[ $status = 0 ] && cmp -s "$big" "$out" && ok || bad "--retry: $status: $(cat "$work/last.log")"
soon is_partial && ok || bad "--retry: it asked: $(last_asked)"
stop nginx

# --- reset ten times, and other servers ----------------------------------------------------------

start_python p || exit
gets "ten resets" "$big" --retry 15 "$python/flaky/big"
fails 5 "more breaks than retries" "$netproto" get --retry 2 "$python/cut/length" -o "$out"

broken() # PATH: leaves a part of it
{
    rm -f "$out" "$out".*
    "$netproto" get -q -C "$python/$1" -o "$out" >"$work/last.log" 2>&1
    [ $? != 0 ] && [ ! -e "$out" ] && [ "$(size "$out.part")" -gt 0 ] && ok ||
        bad "$1: no part: $(cat "$work/last.log")"
}

for how in both etag date weak bare; do
    broken "changes/$how"
    expect 0 "a file that changed, validators: $how" "$netproto" get -C "$python/changes/$how" -o "$out"
    cmp -s "$http_root/other" "$out" && ok || bad "a file that changed, validators: $how: glued"
    move "a file that changed meanwhile, --retry, validators: $how" "$http_root/other" "$out" \
        "$netproto" get --retry 5 "$python/changes/$how?$how" -o "$out"
done
for how in both etag date weak bare norange wrong dates 412; do
    broken "again/$how"
    expect 0 "the rest, $how" "$netproto" get -C "$python/again/$how" -o "$out"
    cmp -s "$big" "$out" && ok || bad "the rest, $how: not the same"
done
for how in dates 412; do
    grep "again/$how" "$work/p.log" | tail -n 1 >"$work/asked"
    finds "$work/asked" '"range": "bytes=[1-9].*"if-range": "Wed, \|"if-range": "Wed, .*"range": "bytes=[1-9]' \
        "by date where the server does not know tags"
done

# A part of something else, without a word of what it is a part of.
rm -f "$out" "$out".*
head -c 5000 "$http_root/other" >"$out.part"
expect 0 "a part that nothing is known of" "$netproto" get -C "$python/file/big" -o "$out"
cmp -s "$big" "$out" && ok || bad "a part that nothing is known of: glued"
ls "$out".* >/dev/null 2>&1 && bad "left over: $(ls "$out".*)" || ok
summary
