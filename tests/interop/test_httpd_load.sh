#!/bin/bash
# SPDX-License-Identifier: MIT
#
# netproto httpd under load: a stop in the midst of it, many idle connections and what memory they
# take, resets, wrk, ab and h2load, several workers; no room on the disk, no descriptors.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers

make_files
limit=$(ulimit -Hn)
ulimit -n "$limit"

within() # WHAT N LIMIT
{
    ! is_sanitized || { skip "$1: $2, in a sanitized build"; return; }
    [ "$2" -le "$3" ] && ok || bad "$1: $2, more than $3"
}

# --- clients that measure ------------------------------------------------------------------------

serve files --quiet --root "$http_root"
if command -v ab >/dev/null; then
    expect 0 "ab" ab -q -s 300 -k -n 20000 -c 50 "$http/one"
    says '^Failed requests: *0$' "ab"
    expect 0 "ab, a connection each" ab -q -s 300 -n 5000 -c 50 "$http/one"
    says '^Failed requests: *0$' "ab, a connection each"
else
    skip "no ab"
fi
if command -v h2load >/dev/null; then
    expect 0 "h2load" h2load --h1 -n 20000 -c 50 -m 4 "$http/text"
    says '20000 succeeded, 0 failed, 0 errored' "h2load"
else
    skip "no h2load"
fi
if command -v wrk >/dev/null; then
    expect 0 "wrk" wrk -t1 -c100 -d2 --timeout 60 "$http/text"
    says_not 'Non-2xx\|Socket errors' "wrk"
else
    skip "no wrk"
fi

# --- resets --------------------------------------------------------------------------------------

python3 ./http_storm.py "$port" 1000
soon few_descriptors files 20 # with some files that stay open for a while
before=$(memory files) before_fd=$(descriptors files)
python3 ./http_storm.py "$port" 3000
soon few_descriptors files "$before_fd" && ok ||
    bad "resets: $before_fd descriptors, then $(descriptors files)"
within "KiB more after resets" $(($(memory files) - before)) 256
stop_well files

# --- idle connections ----------------------------------------------------------------------------

n=10000
[ "$limit" -ge 12000 ] || { skip "a limit of $limit descriptors: fewer connections"; n=$((limit / 2)); }
serve idle --quiet --root "$http_root" --index --timeout-idle 600 --max-connections 10010
curl -s "$http/one" -o /dev/null
before=$(memory idle)
coproc holder { python3 ./http_idle.py 127.0.0.1 "$port" $n; }
exec {to}>&"${holder[1]}" {from}<&"${holder[0]}" {holder[1]}>&-
read -r -t 300 line <&"$from"
[ "$line" = "held $n" ] && ok || bad "idle connections: $line"
each=$((($(memory idle) - before) * 1024 / n))
echo "an idle connection takes $each bytes"
within "bytes an idle connection" $each 1024
move "one more" "$http_root/text" "$out" curl -sSf -m 120 "$http/text" -o "$out"
exec {to}>&-
read -r -t 300 line <&"$from"
[ "$line" = "left $n" ] && ok || bad "idle connections, after a while: $line"
soon few_descriptors idle 20 && ok || bad "closed connections: $(descriptors idle) descriptors"
stop_well idle

# --- stop ----------------------------------------------------------------------------------------

serve stopping --quiet --root "$http_root" --grace 60
for ((i = 0; i < 8; i++)); do
    curl -sSf --limit-rate 8M "$http/big" -o "$work/slow.$i" &
    slow[i]=$!
done
for ((i = 0; i < 8; i++)); do
    soon test -s "$work/slow.$i"
done
kill "${pid_of[stopping]}"
soon not listens tcp "$port" && ok || bad "stopped, and still it listens"
expect 7 "who comes after it was stopped" curl -sS "$http/one"
good=0
for ((i = 0; i < 8; i++)); do
    wait "${slow[i]}" && cmp -s "$http_root/big" "$work/slow.$i" && good=$((good + 1))
done
[ $good = 8 ] && ok || bad "a graceful stop: $good of 8 answers were whole"
stop_well stopping

# --- workers -------------------------------------------------------------------------------------

port=$(free_port tcp)
start workers "$netproto" httpd --quiet --listen "127.0.0.1:$port" --root "$http_root" --workers 3 \
    --metrics /metrics
listening=":$(printf %04X "$port") 00000000:0000 0A"
port_of workers >/dev/null || bad "workers: $(cat "$work/workers.log")"
soon lines 3 "$listening" /proc/net/tcp && ok || bad "workers: not three listen"
for ((i = 0; i < 20; i++)); do
    move "workers" "$http_root/text" "$out" curl -sSf "http://127.0.0.1:$port/text" -o "$out"
done
requests() { curl -sSf "http://127.0.0.1:$port/metrics" | awk '/^netproto_httpd_requests_total/ { print $2 }'; }
got=$(requests)
[ "$got" = 21 ] && ok || bad "metrics of workers: $got requests, not 21"
kill -KILL "$(pgrep -P "${pid_of[workers]}" | head -n 1)"
soon not lines 3 "$listening" /proc/net/tcp && ok || bad "workers: one that was killed listens"
got=$(requests)
[ "$got" = 22 ] && ok || bad "metrics of workers, one of which was killed: $got requests, not 22"
stop workers && bad "workers: none knows that one was killed" || ok
! grep -q "$listening" /proc/net/tcp && ok || bad "a worker is left"

# --- no room -------------------------------------------------------------------------------------

mkdir "$work/full"
if mount -t tmpfs -o size=2m none "$work/full" 2>/dev/null; then
    serve full --quiet --root "$work/full" --write
    got=$(curl -s -o /dev/null -w '%{http_code}' -T "$http_root/big" "$http/up")
    case $got in
    507 | 500 | 503) ok ;;
    *) bad "a full disk: status $got" ;;
    esac
    [ -z "$(ls -A "$work/full")" ] && ok || bad "a full disk: it left $(ls "$work/full")"
    move "a put after that" "$http_root/text" "$work/full/up" curl -sSf -T "$http_root/text" "$http/up"
    stop_well full
    umount "$work/full"
else
    skip "no mount"
fi

start few sh -c "ulimit -n 24; exec '$netproto' httpd --quiet --listen 127.0.0.1:0 \
    --root '$http_root' --timeout-head 60"
port=$(port_of few) || bad "few descriptors: $(cat "$work/few.log")"
python3 - "$port" >"$work/last.log" 2>&1 <<'PYTHON' && ok || bad "few descriptors: $(tail -n 1 "$work/last.log")"
import socket, sys
at = ("127.0.0.1", int(sys.argv[1]))
held = [socket.create_connection(at, 100) for i in range(40)]
for s in held:
    try:
        s.sendall(b"GET /one HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        got = s.recv(1000)
    except ConnectionResetError:
        got = b""
    assert got.startswith(b"HTTP/1.1 "), got
    s.close()
PYTHON
cpu=$(awk '{print $14 + $15}' "/proc/${pid_of[few]}/stat")
[ "$cpu" -lt 200 ] && ok || bad "few descriptors: $cpu ticks of CPU time"
stop_well few

summary
