#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Frames against encoders and decoders that are not ours: python3 with struct, and by hand after the
# texts that define the formats; socat and nc carry the bytes.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh

for program in python3 socat nc; do
    command -v $program >/dev/null || { echo "no $program here"; exit 77; }
done

cat >"$work/codec.py" <<'PY'
import struct, sys

def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])

def cobs(p):
    out = b""
    blocks = p.split(b"\0")
    for i, b in enumerate(blocks):
        while len(b) >= 254:
            out += b"\xff" + b[:254]
            b = b[254:]
            if not b and i == len(blocks) - 1:
                break
        else:
            out += bytes([len(b) + 1]) + b
    return out + b"\0"

def encode(form, p):
    order = {"le": "<", "be": ">"}.get(form[-2:], ">")
    size = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}.get(form.rstrip("lbe"))
    if size:
        return struct.pack(order + size, len(p)) + p
    if form == "u24be":
        return struct.pack(">I", len(p))[1:] + p
    if form == "u24le":
        return struct.pack("<I", len(p))[:3] + p
    if form == "varint":
        return varint(len(p)) + p
    if form == "netstring":
        return b"%d:%b," % (len(p), p)
    if form.startswith("delim:"):
        return p + bytes.fromhex(form[6:])
    if form == "slip":
        # with an END before it, as send_packet() of RFC 1055 has it
        return b"\xc0" + p.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0"
    if form == "cobs":
        return cobs(p)
    return p

sys.stdout.buffer.write(b"".join(encode(sys.argv[1], open(f, "rb").read()) for f in sys.argv[2:]))
PY

# The address that `frame cat --listen` prints goes to the log of `start`; its output to a file.
cat_to() # FILE NAME ARGUMENT...
{
    local to=$1 name=$2
    shift 2
    : >"$work/$name.log" # lest port_of read the one before
    start "$name" bash -c 'to=$1; shift; exec "$@" >"$to"' - "$to" "$netproto" frame cat \
        --listen 127.0.0.1:0 "$@"
}

# ends WHAT STATUS NAME: the child must end by itself, with that status.
ends()
{
    local pid=${pid_of[$3]} status
    soon not kill -0 "$pid" 2>/dev/null
    kill "$pid" 2>/dev/null
    wait "$pid"
    status=$?
    unset "pid_of[$3]"
    [ $status = "$2" ] && ok || bad "$1: exit status $status, not $2: $(tail -n 2 "$work/$3.log")"
}

same() # WHAT FILE FILE
{
    cmp -s "$2" "$3" && ok || bad "$1: not the same: $(wc -c <"$2") and $(wc -c <"$3") bytes"
}

# Binary messages with every byte, with runs without zero at which a COBS code ends, and text ones.
head -c 200 /dev/urandom >"$work/a"
python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)) * 4)' >"$work/b"
for n in 253 254 255 508; do
    head -c $n /dev/zero | tr '\0' 'x' >"$work/x$n"
done
printf 'hello' >"$work/t1"
printf 'two words' >"$work/t2"
head -c 64 /dev/urandom >"$work/f1"
head -c 64 /dev/urandom >"$work/f2"
: >"$work/empty"
cd "$work" || exit

binary="a b x253 x254 x255 x508"
round() # FORMAT MESSAGE...: ours to a plain socket, and a plain socket to ours
{
    local format=$1 port
    shift
    python3 codec.py "$format" "$@" >wire
    cat "$@" >whole

    port=$(free_port tcp)
    start sink socat -u TCP-LISTEN:"$port",bind=127.0.0.1 OPEN:got,creat,trunc
    wait_for tcp "$port" || return
    expect 0 "send $format" "$netproto" frame send --format "$format" 127.0.0.1:"$port" "$@"
    ends "socat takes $format" 0 sink
    same "send $format" wire got

    cat_to got cat --format "$format" --count $#
    socat -u OPEN:wire TCP:127.0.0.1:"$(port_of cat)"
    ends "cat $format" 0 cat
    same "cat $format" whole got

    # In pieces of one byte, each in a packet of its own as far as the kernel lets it.
    cat_to got cat --format "$format"
    socat -u -b 1 OPEN:wire TCP:127.0.0.1:"$(port_of cat)",nodelay
    ends "cat $format by bytes" 0 cat
    same "cat $format by bytes" whole got
}

for format in u16be u16le u24be u24le u32be u32le u64be u64le varint netstring cobs; do
    round $format $binary empty t1
done
round slip $binary t1
round u8 a t1 empty t2
round delim:0d0a t1 t2 empty
round delim:00 t1 empty t2
round fixed:64 f1 f2

# --- a large frame, lines, JSON, both ends ours ------------------------------------------------

head -c 40000000 /dev/urandom >big
cat_to got cat --max 64M
port=$(port_of cat)
expect 0 "send 40 MB" "$netproto" frame send 127.0.0.1:"$port" big
ends "cat 40 MB" 0 cat
same "40 MB" big got

for n in 100000 300000; do # from a pipe, so that the length is known only at its end
    head -c $n big >part
    cat_to got cat
    port=$(port_of cat)
    expect 0 "send from a pipe" bash -c "cat part | '$netproto' frame send 127.0.0.1:$port"
    ends "cat from a pipe" 0 cat
    same "from a pipe" part got
done

printf 'one\n\nthree\nlast' >lines
python3 -c 'import sys, struct
for p in b"one", b"", b"three", b"last":
    sys.stdout.buffer.write(struct.pack(">H", len(p)) + p)' >wire
port=$(free_port tcp)
start sink nc -l 127.0.0.1 "$port"
wait_for tcp "$port"
expect 0 "send --lines" "$netproto" frame send --lines --format u16be 127.0.0.1:"$port" lines
ends "nc takes lines" 0 sink
same "send --lines" wire sink.log

cat_to got cat --lines --format u16be --count 4
nc -N 127.0.0.1 "$(port_of cat)" <wire
ends "cat --lines" 0 cat
printf 'one\n\nthree\nlast\n' >whole
same "cat --lines" whole got

cat_to got cat --json --count 2
port=$(port_of cat)
expect 0 "send for --json" "$netproto" frame send 127.0.0.1:"$port" b empty
ends "cat --json" 0 cat
python3 -c 'import json, base64
v = [json.loads(line) for line in open("got")]
p = [base64.b64decode(e["base64"]) for e in v]
assert p == [open("b", "rb").read(), b""], p
assert [e["length"] for e in v] == [1024, 0]' && ok || bad "--json is no such JSON"

# A magic before the length, and a length that counts itself; zeros where send knows no better.
python3 -c 'import struct, sys
for name, magic in ("wire", b"\0\0"), ("magic", b"MG"):
    with open(name, "wb") as f:
        for p in open("t1", "rb").read(), b"":
            f.write(magic + struct.pack("<H", len(p) + 2) + p)'
port=$(free_port tcp)
start sink socat -u TCP-LISTEN:"$port",bind=127.0.0.1 OPEN:got,creat,trunc
wait_for tcp "$port"
expect 0 "send --offset" "$netproto" frame send --format u16le --offset 2 --adjust -2 \
    127.0.0.1:"$port" t1 empty
ends "socat takes --offset" 0 sink
same "send --offset" wire got
cat_to got cat --format u16le --offset 2 --adjust -2 --count 2
socat -u OPEN:magic TCP:127.0.0.1:"$(port_of cat)"
ends "cat --offset" 0 cat
same "cat --offset" t1 got

# A line is sent when it is there; a file of /proc does not tell its length.
cat_to got cat --lines --count 1
port=$(port_of cat)
mkfifo said
start slow bash -c "exec '$netproto' frame send --lines 127.0.0.1:$port <said"
exec 3>said
echo first >&3
ends "cat of the first line" 0 cat
[ "$(cat got)" = first ] && ok || bad "the first line has not come"
stop slow
exec 3>&-
cat_to got cat
port=$(port_of cat)
cat /proc/version >part
expect 0 "send from /proc" "$netproto" frame send 127.0.0.1:"$port" /proc/version
ends "cat from /proc" 0 cat
same "from /proc" part got

# Peers that stay: one that reads all and does not close, one that does not read while it sends.
cat >stay.py <<'PY'
import socket, sys, time
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
c, _ = s.accept()
while c.recv(65536):
    pass
time.sleep(1000)
PY
cat >stubborn.py <<'PY'
import socket, struct, sys
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
c, _ = s.accept()
c.sendall(b"".join(struct.pack(">I", 50000) + bytes(50000) for i in range(400)))
n = 0
while (p := c.recv(65536)):
    n += len(p)
sys.exit(n != 40000004)
PY
port=$(free_port tcp)
start stay python3 stay.py "$port"
wait_for tcp "$port"
expect 0 "a peer that does not close" timeout 200 "$netproto" frame send 127.0.0.1:"$port" big
stop stay
port=$(free_port tcp)
start stubborn python3 stubborn.py "$port"
wait_for tcp "$port"
expect 0 "a peer that sends first" "$netproto" frame send 127.0.0.1:"$port" big
ends "the peer that sends first" 0 stubborn

# --- what goes wrong ---------------------------------------------------------------------------

bad_wire() # STATUS WHAT BYTES ARGUMENT...: cat of these bytes must end with the status
{
    local status=$1 what=$2 bytes=$3
    shift 3
    cat_to got cat "$@"
    printf "$bytes" | nc -N 127.0.0.1 "$(port_of cat)" >/dev/null
    ends "$what" "$status" cat
}
bad_wire 5 "a frame that is cut" '\0\0\0\5abc'
bad_wire 5 "a frame over --max" '\0\0\0\5abcde' --max 4
bad_wire 5 "a length of 2^64-1" '\377\377\377\377\377\377\377\377' --format u64be
bad_wire 5 "no netstring" '5;hello,' --format netstring
bad_wire 5 "a varint that is too long" '\200\200\200\200\200\200\200\200\200\200\200\1' \
    --format varint
bad_wire 5 "SLIP with a wrong escape" 'a\333b\300' --format slip
bad_wire 1 "fewer frames than --count" '\0\0\0\1a' --count 2

expect 3 "nobody listens" "$netproto" frame send 127.0.0.1:"$(free_port tcp)" a
expect 3 "no such host" "$netproto" frame send no-such-host.invalid:9 a
expect 4 "nobody connects" "$netproto" frame cat --listen 127.0.0.1:0 --timeout 0.2
expect 2 "no operand" "$netproto" frame
expect 2 "no HOST:PORT" "$netproto" frame cat
expect 2 "no such format" "$netproto" frame cat --format u7 127.0.0.1:1
expect 2 "a delimiter of nine bytes" "$netproto" frame cat --format delim:000102030405060708 h:1
expect 2 "--offset with slip" "$netproto" frame cat --format slip --offset 2 127.0.0.1:1
expect 2 "--adjust without a number" "$netproto" frame cat --adjust - 127.0.0.1:1
expect 0 "help" "$netproto" frame --help
start sink socat -u TCP-LISTEN:"$port",bind=127.0.0.1,reuseaddr,fork OPEN:/dev/null
wait_for tcp "$port"
expect 1 "a payload with the delimiter" "$netproto" frame send --format delim:6c6c \
    127.0.0.1:"$port" t1
expect 1 "a file that is not of the fixed size" "$netproto" frame send --format fixed:4 \
    127.0.0.1:"$port" t1
expect 1 "300 bytes behind one byte of length" "$netproto" frame send --format u8 \
    127.0.0.1:"$port" x508
expect 1 "a file that is absent" "$netproto" frame send 127.0.0.1:"$port" absent
stop sink
summary
