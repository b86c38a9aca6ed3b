#!/bin/bash
# SPDX-License-Identifier: MIT
#
# examples/thermostat and examples/iot_gateway: two thermostats, on a line and on TCP, read and set
# through the gateway's map, by curl, and in a browser when there is one.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh

examples=$(dirname "$netproto")/examples
[ -x "$examples/iot_gateway" ] || { echo "the example is not built"; exit 77; }
for program in curl socat python3; do
    command -v $program >/dev/null || { echo "no $program here"; exit 77; }
done

pty line
line='?baud=115200&parity=n'
start thermostat "$examples/thermostat" "rtu://$work/line.a$line/7"
start tcp "$netproto" modbusd --simulate --speed 200 --listen 127.0.0.1:0 -q
tcp=$(port_of tcp) || { cat "$work/tcp.log"; exit 1; }
start gateway "$examples/iot_gateway" 127.0.0.1:0 127.0.0.1:0 "$work/history.db" \
    "rtu://$work/line.b$line/7" "tcp://127.0.0.1:$tcp/1" "rtu://$work/line.b$line/8"
soon lines 2 '^listening on' "$work/gateway.log" || { cat "$work/gateway.log"; exit 1; }
mapfile -t port < <(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$work/gateway.log")
modbus=tcp://127.0.0.1:${port[0]}/1 url=http://127.0.0.1:${port[1]}
# A line is busy for a second with the device that is not there.
read=("$netproto" modbus read --response-timeout 60)
write=("$netproto" modbus write --response-timeout 60)

holds() # WHAT PATH EXPRESSION: what is at PATH is soon JSON for which v, its value, makes it true
{
    soon is_true "$2" "$3" && ok || bad "$1: not $3: $(curl -s -m 60 "$url$2" | head -c 300)"
}

is_true() # PATH EXPRESSION
{
    curl -s -m 60 "$url$1" |
        python3 -c "import json, sys; v = json.load(sys.stdin); sys.exit(not ($2))" 2>/dev/null
}

holds "those that are there" /devices "v[0]['online'] and v[1]['online'] and not v[2]['online']"
prints "its age" "205 65535 206 0" "${read[@]}" "$modbus" input 205 2
prints "set points" "0 210" "${read[@]}" "$modbus" holding 0
expect 0 "writing through" "${write[@]}" "$modbus" holding 100 250
prints "to the device" "0 250" "${read[@]}" "tcp://127.0.0.1:$tcp/1" holding 0
prints "it is known" "100 250" "${read[@]}" "$modbus" holding 100
expect 0 "switching" "${write[@]}" "$modbus" coils 0 off
holds "is known" /devices "not v[0]['on']"
expect 1 "a value that the device refuses" "${write[@]}" "$modbus" holding 0 9999
says 'exception 3' 'the exception'
expect 1 "a device that is not there" "${write[@]}" "$modbus" holding 200 250
says 'exception 11' 'the exception'
expect 1 "an address that is none" "${write[@]}" "$modbus" holding 1 250
expect 1 "a read of it" "${read[@]}" "$modbus" input 7
status_of 200 "a set point by the web" -X PUT -d 23.5 "$url/devices/0/setpoint"
prints "at the gateway" "0 235" "${read[@]}" "$modbus" holding 0
status_of 422 "one that is too high" -X PUT -d 99 "$url/devices/0/setpoint"
status_of 400 "none" -X PUT -d warm "$url/devices/0/setpoint"
status_of 504 "a device that is not there" -X PUT -d 20 "$url/devices/2/setpoint"
status_of 404 "no such device" -X PUT -d 20 "$url/devices/3/setpoint"
status_of 200 "the switch" -X PUT -d on "$url/devices/0/on"
holds "is on" /devices "v[0]['on']"
holds "the room gets warm" /devices "24 < v[1]['room'] < 26"
holds "the history" /devices/1/history "len(v) >= 3"

if [ -n "$browser" ]; then
    uses "the page in a browser" "$url/" \
        "is document.querySelector('[aria-label=\"On 0\"][aria-checked=true]').textContent == 'on'" \
        "is /^2[45]\\.[0-9] °C/.test(document.querySelectorAll('tr')[2].cells[1].textContent)" \
        "is document.querySelector('tr.off td').textContent == '2'"
else
    skip "no browser"
fi
stop_well gateway
summary
