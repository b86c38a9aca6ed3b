#!/bin/bash
# SPDX-License-Identifier: MIT
#
# examples/thermostat and examples/iot_gateway: two thermostats, on a line and on TCP, read and set
# through the gateway's map, by curl, and in a browser when there is one.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh

examples=$(dirname "$netproto")/examples
[ -x "$examples/iot_gateway" ] || { echo "the example is not built"; exit 77; }
for program in curl socat python3; do
    command -v $program >/dev/null || { echo "no $program here"; exit 77; }
done

start pty socat "pty,raw,echo=0,link=$work/a" "pty,raw,echo=0,link=$work/b"
for ((i = 0; i < 50; i++)); do
    [ -e "$work/a" ] && [ -e "$work/b" ] && break
    sleep 0.05
done
line='?baud=115200&parity=n'
start line "$examples/thermostat" "rtu://$work/a$line/7"
start tcp "$netproto" modbusd --simulate --speed 200 --listen 127.0.0.1:0 -q
tcp=$(port_of tcp) || { cat "$work/tcp.log"; exit 1; }
start gateway "$examples/iot_gateway" 127.0.0.1:0 127.0.0.1:0 "$work/history.db" \
    "rtu://$work/b$line/7" "tcp://127.0.0.1:$tcp/1" "rtu://$work/b$line/8"
port_of gateway >/dev/null || { cat "$work/gateway.log"; exit 1; }
for ((i = 0; i < 50; i++)); do
    [ "$(grep -c '^listening on' "$work/gateway.log")" = 2 ] && break
    sleep 0.1
done
mapfile -t port < <(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$work/gateway.log")
modbus=tcp://127.0.0.1:${port[0]}/1 url=http://127.0.0.1:${port[1]}

says() # WHAT TEXT COMMAND...
{
    local what=$1 text=$2 got
    shift 2
    got=$("$@" 2>"$work/last.log" | tr "\n" " ")
    [ "${got% }" = "$text" ] && ok || bad "$what: '$got', not '$text': $(tail -n 1 "$work/last.log")"
}

answers() # STATUS WHAT ARGUMENT...
{
    local status=$1 what=$2 got
    shift 2
    got=$(curl -s -m 10 -o "$work/body" -w '%{http_code}' "$@")
    [ "$got" = "$status" ] && ok || bad "$what: status $got, not $status"
}

field() # DEVICE NAME: of the list
{
    curl -s -m 10 "$url/devices" |
        python3 -c "import json, sys; print(json.load(sys.stdin)[$1]['$2'])"
}

for ((i = 0; i < 60; i++)); do
    [ "$(field 0 online)$(field 1 online)" = TrueTrue ] && break
    sleep 0.1
done
says "the one on the line" "True" field 0 online
says "the one on TCP" "True" field 1 online
says "the one that is not there" "False" field 2 online
says "its age" "205 65535 206 0" "$netproto" modbus read "$modbus" input 205 2
says "set points" "0 210" "$netproto" modbus read "$modbus" holding 0
expect 0 "writing through" "$netproto" modbus write "$modbus" holding 100 250
says "to the device" "0 250" "$netproto" modbus read "tcp://127.0.0.1:$tcp/1" holding 0
says "it is known" "100 250" "$netproto" modbus read "$modbus" holding 100
expect 0 "switching" "$netproto" modbus write "$modbus" coils 0 off
says "is known" "False" field 0 on
expect 1 "a value that the device refuses" "$netproto" modbus write "$modbus" holding 0 9999
grep -q 'exception 3' "$work/last.log" && ok || bad "no exception 3: $(cat "$work/last.log")"
expect 1 "a device that is not there" "$netproto" modbus write "$modbus" holding 200 250 \
    --response-timeout 5
grep -q 'exception 11' "$work/last.log" && ok || bad "no exception 11: $(cat "$work/last.log")"
expect 1 "an address that is none" "$netproto" modbus write "$modbus" holding 1 250
expect 1 "a read of it" "$netproto" modbus read "$modbus" input 7
answers 200 "a set point by the web" -X PUT -d 23.5 "$url/devices/0/setpoint"
says "at the gateway" "0 235" "$netproto" modbus read "$modbus" holding 0
answers 422 "one that is too high" -X PUT -d 99 "$url/devices/0/setpoint"
answers 400 "none" -X PUT -d warm "$url/devices/0/setpoint"
answers 504 "a device that is not there" -X PUT -d 20 "$url/devices/2/setpoint"
answers 404 "no such device" -X PUT -d 20 "$url/devices/3/setpoint"
answers 200 "the switch" -X PUT -d on "$url/devices/0/on"
says "is on" "True" field 0 on
sleep 2.2
room=$(field 1 room)
python3 -c "assert 24 < $room < 26" 2>/dev/null && ok || bad "the room has $room, not about 25"
answers 200 "history" "$url/devices/1/history"
python3 -c "import json; h = json.load(open('$work/body')); assert len(h) >= 3, h" && ok ||
    bad "the history: $(head -c 200 "$work/body")"

browser=$(command -v chromium || command -v chromium-browser)
if [ -n "$browser" ]; then
    timeout 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/browser" \
        --virtual-time-budget=3000 --dump-dom "$url/" >"$work/dom" 2>/dev/null
    grep -q 'aria-label="On 0" aria-checked="true">on<' "$work/dom" &&
        grep -q '<td>2[45]\.[0-9] °C' "$work/dom" && grep -q '<tr class="off"><td>2</td>' \
        "$work/dom" && ok || bad "the page in a browser: $(tail -c 1500 "$work/dom")"
else
    skip "no browser"
fi
stop gateway
[ $? = 0 ] && ok || bad "the gateway did not end with status 0: $(tail -n 2 "$work/gateway.log")"
summary
