#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Modbus with libmodbus, mbpoll and pymodbus, on TCP and on serial lines that are pairs of pseudo
# terminals, and through the gateway; with modbus-serial and jsmodbus where npm has them. All servers
# have the same values, which modbus_peer.c tells.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh

python=/usr/bin/python3
for program in socat mbpoll; do
    command -v $program >/dev/null || { echo "no $program here"; exit 77; }
done
$python -c 'import pymodbus, serial_asyncio' 2>/dev/null || { echo "no pymodbus here"; exit 77; }
lib=${MODBUS_PEER:-}
[ -x "$lib" ] || { echo "no libmodbus here"; exit 77; }
py=(timeout 200 "$python" -W ignore "$PWD/modbus_peer.py")
line='?baud=115200&parity=n/1'
read=("$netproto" modbus read --response-timeout 60)
write=("$netproto" modbus write --response-timeout 60)

has_open() # NAME FILE: those on lines tell nobody that they are there
{
    find "/proc/${pid_of[$1]}/fd" -lname "$(readlink -f "$2")" | grep -q .
}

for i in lib py ascii ours ours-ascii gw; do
    pty "$i"
done
{
    for ((i = 0; i < 1000; i += 100)); do
        seq -s ' ' "$i" $((i + 99)) | sed "s/^/holding $i /"
        seq -s ' ' $((1000 + i)) $((1099 + i)) | sed "s/^/input $i /"
        for ((k = i; k < i + 100; k++)); do echo $((k & 1)); done | xargs | sed "s/^/coils $i /"
        for ((k = i; k < i + 100; k++)); do echo $((k % 3 == 0)); done | xargs |
            sed "s/^/discrete $i /"
    done
    printf 'id 0 netproto\nid 1 NP\nid 2 1.0\n'
} >"$work/map"
libport=$(free_port tcp)
start lib "$lib" server tcp "$libport"
start lib-rtu "$lib" server rtu "$work/lib.a"
pyport=$(free_port tcp)
start py "$python" -W ignore modbus_peer.py server tcp "$pyport"
start py-rtu "$python" -W ignore modbus_peer.py server rtu "$work/py.a"
start py-ascii "$python" -W ignore modbus_peer.py server ascii "$work/ascii.a"
start ours "$netproto" modbusd --listen 127.0.0.1:0 --map "$work/map" \
    --serial "rtu://$work/ours.a$line"
start ours-ascii "$netproto" modbusd --map "$work/map" --serial "ascii://$work/ours-ascii.a$line"
port=$(port_of ours) || { cat "$work/ours.log"; exit 1; }
wait_for tcp "$libport" && wait_for tcp "$pyport"
for i in lib py; do
    soon has_open $i-rtu "$work/$i.a" || bad "$i-rtu: $(cat "$work/$i-rtu.log")"
done
soon has_open py-ascii "$work/ascii.a" && soon has_open ours-ascii "$work/ours-ascii.a" ||
    bad "ASCII: $(cat "$work/py-ascii.log" "$work/ours-ascii.log")"

# --- our client with their servers ---------------------------------------------------------------

for peer in "libmodbus tcp://127.0.0.1:$libport/1" "pymodbus tcp://127.0.0.1:$pyport/1" \
    "libmodbus-rtu rtu://$work/lib.b$line" "pymodbus-rtu rtu://$work/py.b$line" \
    "pymodbus-ascii ascii://$work/ascii.b$line" "ours tcp://127.0.0.1:$port/1" \
    "ours-ascii ascii://$work/ours-ascii.b$line"; do
    name=${peer%% *} url=${peer#* }
    prints "$name: holding" "5 5 6 6 7 7" "${read[@]}" "$url" holding 5 3
    prints "$name: input" "0 1000 1 1001" "${read[@]}" "$url" input 0 2
    prints "$name: coils" "0 0 1 1 2 0" "${read[@]}" "$url" coils 0 3
    prints "$name: discrete" "0 1 1 0 2 0 3 1" "${read[@]}" "$url" discrete 0 4
    expect 0 "$name: a register" "${write[@]}" "$url" --type s16 holding 400 -- -2
    prints "$name: it is back" "400 -2" "${read[@]}" "$url" holding 400 --type s16
    expect 0 "$name: floats" "${write[@]}" "$url" --type f32 --order cdab holding 401 \
        21.5 0.1
    prints "$name: they are back" "401 21.5 403 0.1" "${read[@]}" "$url" holding 401 2 \
        --type f32 --order cdab
    expect 0 "$name: a coil" "${write[@]}" "$url" coils 400 on
    expect 0 "$name: coils" "${write[@]}" "$url" coils 401 1 1 0 1
    prints "$name: they are back" "400 1 401 1 402 1 403 0 404 1" "${read[@]}" "$url" \
        coils 400 5
    expect 1 "$name: an address that is none" "${read[@]}" "$url" holding 60000
done
prints "pymodbus: id" "VendorName: pymodbus ProductCode: PM MajorMinorRevision: 3.0" \
    "$netproto" modbus id --response-timeout 60 "tcp://127.0.0.1:$pyport/1"
prints "pymodbus, a line: scan" "1" "$netproto" modbus scan "rtu://$work/py.b$line" 1-2 \
    --response-timeout 2
expect 4 "libmodbus, a line: nobody there" "${read[@]}" \
    "rtu://$work/lib.b${line%1}7" holding 0 --response-timeout 0.2
expect 3 "nothing listens" "${read[@]}" tcp://127.0.0.1:1/1 holding 0

# --- their clients with our server ---------------------------------------------------------------

expect 0 "libmodbus with us" "$lib" client tcp "$port"
expect 0 "libmodbus with us on a line" "$lib" client rtu "$work/ours.b"
expect 0 "pymodbus with us" "${py[@]}" client tcp "$port"
expect 0 "pymodbus with us on a line" "${py[@]}" client rtu "$work/ours.b"
expect 0 "pymodbus with us, ASCII" "${py[@]}" client ascii "$work/ours-ascii.b"
poll=(mbpoll -q -1 -0 -o 10)
expect 0 "mbpoll with us" "${poll[@]}" -m tcp -p "$port" -a 1 -r 5 -c 3 -t 4 127.0.0.1
says '^\[7\]:[[:space:]]*7' mbpoll
expect 0 "mbpoll with us on a line" "${poll[@]}" -m rtu -b 115200 -P none -a 1 -r 0 -c 2 -t 3 \
    "$work/ours.b"
says '^\[1\]:[[:space:]]*1001' mbpoll

# --- the gateway ---------------------------------------------------------------------------------

stop py-rtu
start gw-rtu "$python" -W ignore modbus_peer.py server rtu "$work/gw.a"
start gw "$netproto" modbusgw --listen 127.0.0.1:0 --serial "rtu://$work/gw.b?baud=115200&parity=n" \
    --serial "rtu://$work/lib.b?baud=115200&parity=n" --route 1-9=0 --route 11=1:1 \
    --retries 0 --response-timeout 5
gw=$(port_of gw) || { cat "$work/gw.log"; exit 1; }
soon has_open gw-rtu "$work/gw.a" || bad "gw-rtu: $(cat "$work/gw-rtu.log")"
expect 0 "mbpoll, gateway, pymodbus" "${poll[@]}" -m tcp -p "$gw" -a 1 -r 5 -c 3 -t 4 127.0.0.1
says '^\[7\]:[[:space:]]*7' mbpoll
expect 0 "mbpoll writes through it" mbpoll -q -0 -o 10 -m tcp -p "$gw" -a 1 -r 300 -t 4 127.0.0.1 11 22 33
prints "and it is there" "300 11 301 22 302 33" "${read[@]}" "tcp://127.0.0.1:$gw/1" \
    holding 300 3
expect 0 "pymodbus, gateway, pymodbus" "${py[@]}" client tcp "$gw"
prints "the other line" "5 5" "${read[@]}" "tcp://127.0.0.1:$gw/11" holding 5
expect 1 "nobody there: 0B" "${read[@]}" "tcp://127.0.0.1:$gw/2" holding 5
says 'exception 11' 'the exception'
expect 1 "no route: 0A" "${read[@]}" "tcp://127.0.0.1:$gw/12" holding 5
says 'exception 10' 'the exception'
cat >"$work/many.py" <<'PY'
import socket, sys
def ask(unit, n):
    return bytes([0, n, 0, 0, 0, 6, unit, 3, 0, n, 0, 1])
many = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for i in range(8)]
for i, s in enumerate(many):
    s.settimeout(60)
    s.sendall(ask(1, i) + ask(1, i + 100) if i % 2 else ask(1, i))
many[0].close() # it does not wait for its answer
for i, s in enumerate(many[1:], 1):
    for n in [i, i + 100] if i % 2 else [i]:
        want = bytes([0, n, 0, 0, 0, 5, 1, 3, 2, 0, n])
        got = b""
        while len(got) < len(want):
            more = s.recv(len(want) - len(got))
            assert more
            got += more
        assert got == want, (got, want)
PY
expect 0 "many at once, and one that leaves" "$python" "$work/many.py" "$gw"
stop_well gw

# --- Modbus/TCP Security -------------------------------------------------------------------------

if command -v openssl >/dev/null; then
    tls=$work/tls role=1.3.6.1.4.1.50316.802.1=ASN1:UTF8String
    make_ca ca
    make_leaf device ca /CN=device subjectAltName=IP:127.0.0.1
    make_leaf operator ca /CN=operator "$role:operator"
    make_leaf viewer ca /CN=viewer "$role:viewer"
    make_leaf nobody ca /CN=nobody ''
    start secure "$netproto" modbusd --listen 127.0.0.1:0 --tls-cert "$tls/device.pem" \
        --tls-key "$tls/device.key" --client-ca "$tls/ca.pem" --write-role operator
    secure=tls://127.0.0.1:$(port_of secure)/1
    as() # NAME ACTION...
    {
        local name=$1
        shift
        "$netproto" modbus "$@" --response-timeout 60 --cacert "$tls/ca.pem" --cert "$tls/$name.pem" \
            --key "$tls/$name.key"
    }
    for who in operator viewer nobody; do
        as $who read "$secure" holding 0 >/dev/null 2>"$work/last.log" && ok ||
            bad "$who can't read: $(cat "$work/last.log")"
    done
    as operator write "$secure" holding 0 5 2>"$work/last.log" && ok ||
        bad "the operator can't write: $(cat "$work/last.log")"
    for who in viewer nobody; do
        as $who write "$secure" holding 0 6 2>"$work/last.log"
        [ $? = 1 ] && grep -q 'exception 1:' "$work/last.log" && ok ||
            bad "$who may write: $(cat "$work/last.log")"
    done
    expect 3 "no certificate" "${read[@]}" "$secure" holding 0 --cacert "$tls/ca.pem"
    expect 3 "an authority that is unknown" "${read[@]}" "$secure" holding 0
    stop secure
else
    skip "no openssl"
fi

# --- npm -----------------------------------------------------------------------------------------

if node -e 'require("modbus-serial"); require("jsmodbus")' 2>/dev/null; then
    cat >"$work/serial.js" <<'JS'
const M = require('modbus-serial'), c = new M();
const same = (a, b) => { if (a.join() != b.join()) throw new Error(a + ' is not ' + b); };
(async () => {
    await c.connectTCP('127.0.0.1', {port: +process.argv[2]});
    c.setID(1);
    c.setTimeout(60000);
    same((await c.readHoldingRegisters(5, 3)).data, [5, 6, 7]);
    same((await c.readCoils(0, 8)).data.slice(0, 3), [false, true, false]);
    await c.writeRegisters(500, [1, 2, 3]);
    same((await c.readHoldingRegisters(500, 3)).data, [1, 2, 3]);
    await c.readHoldingRegisters(60000, 1).then(() => { throw new Error('no exception'); },
        e => { if (e.modbusCode != 2) throw e; });
    process.exit(0);
})().catch(e => { console.log(e); process.exit(1); });
JS
    cat >"$work/js.js" <<'JS'
const m = require('jsmodbus'), net = require('net'), s = new net.Socket(), c = new m.client.TCP(s, 1);
s.on('connect', () => Promise.all([0, 1, 2, 3].map(i => c.readHoldingRegisters(i * 10, 10)))
    .then(rs => { rs.forEach((r, i) => {
        const v = r.response.body.valuesAsArray;
        if (v[0] != i * 10 || v[9] != i * 10 + 9) throw v; }); process.exit(0); })
    .catch(e => { console.log(e); process.exit(1); }));
s.connect({host: '127.0.0.1', port: +process.argv[2]});
JS
    cat >"$work/server.js" <<'JS'
const M = require('modbus-serial');
new M.ServerTCP({getInputRegister: a => 1000 + a, getHoldingRegister: a => a,
    getCoil: a => (a & 1) == 1, getDiscreteInput: a => a % 3 == 0, setRegister: () => {},
    setCoil: () => {}}, {host: '127.0.0.1', port: +process.argv[2], unitID: 1});
JS
    expect 0 "modbus-serial with us" node "$work/serial.js" "$port"
    expect 0 "jsmodbus with us, four at once" node "$work/js.js" "$port"
    jsport=$(free_port tcp)
    start js node "$work/server.js" "$jsport"
    wait_for tcp "$jsport"
    prints "modbus-serial: holding" "5 5 6 6" "${read[@]}" "tcp://127.0.0.1:$jsport/1" \
        holding 5 2
    prints "modbus-serial: coils" "0 0 1 1" "${read[@]}" "tcp://127.0.0.1:$jsport/1" coils 0 2
else
    skip "no modbus-serial and jsmodbus for node"
fi
summary
