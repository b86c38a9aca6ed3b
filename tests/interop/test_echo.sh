#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The echo server with socat, nc and python3 as its clients.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh

for program in python3 socat nc; do
    command -v $program >/dev/null || { echo "no $program here"; exit 77; }
done
head -c 20000000 /dev/urandom >"$work/big"
printf 'hello\n' >"$work/small"
: >"$work/empty"

# --- TCP -----------------------------------------------------------------------------------------

start echo "$netproto" echo --listen 127.0.0.1:0
port=$(port_of echo) || { cat "$work/echo.log"; exit 1; }
for f in empty small big; do # each half-closes, and must get all of it before our own end
    move "$f by socat" "$work/$f" "$work/back" \
        bash -c "socat -t10 STDIO TCP:127.0.0.1:$port <$work/$f >$work/back"
    move "$f by nc" "$work/$f" "$work/back" \
        bash -c "nc -N 127.0.0.1 $port <$work/$f >$work/back"
done

# Writes without reading until the server takes no more, which must come soon; then reads it all.
cat >"$work/stall.py" <<'PY'
import os, select, socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.setblocking(False)
sent = bytearray()
while select.select([], [s], [], 0.5)[1] and len(sent) < 100000000:
    block = os.urandom(65536)
    sent += block[:s.send(block)]
assert len(sent) < 100000000, "it takes without end"
s.setblocking(True)
s.shutdown(socket.SHUT_WR)
back = b"".join(iter(lambda: s.recv(1 << 20), b""))
assert back == sent, (len(back), len(sent))
PY
expect 0 "a client that does not read" python3 "$work/stall.py" "$port"

cat >"$work/many.py" <<'PY'
import socket, sys
many = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for i in range(200)]
for i, s in enumerate(many):
    s.sendall(b"%d" % i)
for i, s in enumerate(many):
    assert s.recv(100) == b"%d" % i
PY
expect 0 "200 clients at once" python3 "$work/many.py" "$port"
expect 0 "a reset" python3 -c "
import socket, struct
s = socket.create_connection(('127.0.0.1', $port))
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
s.sendall(b'x')
s.close()"
move "small after a reset" "$work/small" "$work/back" \
    bash -c "nc -N 127.0.0.1 $port <$work/small >$work/back"
stop_well echo
soon grep -q ' 20000000 bytes ok$' "$work/echo.log" && ok || bad "no log line"

start echo6 "$netproto" echo --listen '[::1]:0' --log-format=json
port=$(port_of echo6) && move "small by IPv6" "$work/small" "$work/back" \
    bash -c "nc -N ::1 $port <$work/small >$work/back"
soon lines 1 '"bytes"' "$work/echo6.log"
stop_well echo6
tail -n 1 "$work/echo6.log" | python3 -c 'import json, sys
e = json.load(sys.stdin)
assert e["bytes"] == 6 and e["status"] == "ok", e' && ok || bad "its log is no such JSON"

# --- limits --------------------------------------------------------------------------------------

cat >"$work/limit.py" <<'PY'
import socket, sys
a = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
b = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
a.settimeout(60)
a.sendall(b"a")
assert a.recv(10) == b"a"
b.sendall(b"b")
b.settimeout(0.3)
try:
    assert not b.recv(10), "it has taken both"
except socket.timeout:
    pass
a.close()
b.settimeout(60)
assert b.recv(10) == b"b"
PY
start one "$netproto" echo --listen 127.0.0.1:0 --max-connections 1
expect 0 "one at a time" python3 "$work/limit.py" "$(port_of one)"
stop_well one
start idle "$netproto" echo --listen 127.0.0.1:0 --idle 0.5
expect 0 "an end to silence" python3 -c "
import socket
s = socket.create_connection(('127.0.0.1', $(port_of idle)), 60)
assert s.recv(10) == b'', 'it did not end when nothing moved'"
stop_well idle

start grace "$netproto" echo --listen 127.0.0.1:0 --grace 0.3
port=$(port_of grace)
exec 3<>/dev/tcp/127.0.0.1/"$port"
echo x >&3
read -r -t 60 x <&3
stop_well grace
exec 3>&-

if [ "$(id -u)" = 0 ]; then
    start drop "$netproto" echo --listen 127.0.0.1:0 --user nobody
    port=$(port_of drop)
    move "small from nobody" "$work/small" "$work/back" \
        bash -c "nc -N 127.0.0.1 $port <$work/small >$work/back"
    [ "$(stat -c %U "/proc/${pid_of[drop]}")" = nobody ] && ok || bad "--user did nothing"
    stop_well drop
    expect 6 "a user that is none" "$netproto" echo --listen 127.0.0.1:0 --user no-such-user
else
    skip "--user needs root"
fi
port=$(free_port tcp)
start taken socat TCP-LISTEN:"$port",bind=127.0.0.1 STDOUT
wait_for tcp "$port"
expect 3 "a port that is taken" "$netproto" echo --listen 127.0.0.1:"$port"
stop taken
expect 2 "an operand" "$netproto" echo there
expect 0 "help" "$netproto" echo --help

# --- UDP -----------------------------------------------------------------------------------------

cat >"$work/udp.py" <<'PY'
import os, socket, sys
port = int(sys.argv[1])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(60)
for n in 0, 1, 1472, 1473, 9000, 65507:
    p = os.urandom(n)
    s.sendto(p, ("127.0.0.1", port))
    assert s.recvfrom(70000) == (p, ("127.0.0.1", port)), n
for n in range(100):
    s.sendto(b"%d" % n, ("127.0.0.1", port))
assert [s.recv(100) for n in range(100)] == [b"%d" % n for n in range(100)]

# Ports to which an answer could go round for ever: of an echo, a character generator, its own.
for source in 7, 19, port:
    t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    t.settimeout(0.2)
    try:
        t.bind(("127.0.0.2", source))
    except OSError:
        print("port", source, "can't be bound to")
        continue
    t.sendto(b"loop", ("127.0.0.1", port))
    try:
        sys.exit("it answers port %d: %r" % (source, t.recv(10)))
    except socket.timeout:
        pass
s.sendto(b"still there", ("127.0.0.1", port))
assert s.recv(100) == b"still there"
PY
start udp "$netproto" echo --udp --listen 127.0.0.1:0
port=$(port_of udp)
expect 0 "UDP" python3 "$work/udp.py" "$port"
grep -h "can't be bound" "$work/last.log" && skip "a source port that needs root"
move "small by UDP" "$work/small" "$work/back" \
    bash -c "{ cat $work/small; until [ -s $work/back ]; do sleep 0.05; done; } |
        socat -t0.1 STDIO UDP:127.0.0.1:$port >$work/back"
stop_well udp
summary
