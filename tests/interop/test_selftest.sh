#!/bin/bash
# SPDX-License-Identifier: MIT
#
# netproto selftest --device, against a device that is servers of ours; and what it says of others.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh

# The first of ports that are all free.
base=$((${NETPROTO_PORTS:-21000} + RANDOM % 8000))
while taken tcp $((base + 7)) || taken tcp $((base + 80)) || taken tcp $((base + 502)) ||
    taken udp $((base + 7)) || taken udp $((base + 69)) || taken udp $((base + 123)); do
    base=$((base + 1))
done
device=("$netproto" selftest --device 127.0.0.1 --base "$base")
mkdir "$work/root" "$work/tmp"
export TMPDIR=$work/tmp
echo "a page of more than fifteen bytes" >"$work/root/index.html"

serve() # NAME COMMAND OPTION...: a server of ours
{
    start "$1" "$netproto" "$2" --listen 127.0.0.1:"${@:3}" && port_of "$1" >/dev/null
}

says() # LINE: the last command has said it
{
    grep -q -e "$1" "$work/last.log" && ok || bad "no '$1' in: $(cat "$work/last.log")"
}

expect 3 "nobody there" "${device[@]}" echo http modbus
says "^echo, TCP *FAILED"
says "^netproto selftest: echo, UDP: connection refused"
says "^netproto get: .* port $((base + 80)): Connection refused"
says "^0 of 9 ok"
expect 3 "no such host" "$netproto" selftest --device no-such..host
says "no such host"
expect 2 "no such check" "${device[@]}" ftp
says "'ftp' is none of echo, http, tftp, modbus, sntp"
expect 2 "no host" "$netproto" selftest --device ''
expect 2 "ports of nothing" "$netproto" selftest --base 1000
expect 2 "a check of nothing" "$netproto" selftest http

serve echo echo $((base + 7)) --quiet
serve echo-udp echo $((base + 7)) --udp --quiet
serve http httpd $((base + 80)) --root "$work/root" --write --quiet
serve tftp tftpd $((base + 69)) --root "$work/root" --write --create --overwrite --quiet
serve modbus modbusd $((base + 502)) --simulate --quiet
expect 0 "a device" "${device[@]}"
says "^sntp *not served"
says "^10 of 10 ok"
expect 1 "no time" "${device[@]}" echo sntp
says "^sntp *FAILED"
says "^2 of 3 ok"
serve sntp sntpd $((base + 123)) --quiet
expect 0 "a device with the time, as JSON" "${device[@]}" --json
python3 -c 'import json, sys
tests = json.load(sys.stdin)
assert len(tests) == 11 and all(t["ok"] and t["ms"] >= 0 for t in tests), tests' <"$work/last.log" && ok ||
    bad "JSON: $(cat "$work/last.log")"

# What there was is put back.
echo "this firmware" >"$work/root/firmware.bin"
expect 0 "images" "${device[@]}" http tftp
[ "$(cat "$work/root/firmware.bin")" = "this firmware" ] && ok || bad "the firmware is another"

# Devices that are wrong.
stop modbus
echo "holding 0 read-only 7" >"$work/map"
serve modbus modbusd $((base + 502)) --map "$work/map" --quiet
expect 1 "a register that can't be written" "${device[@]}" modbus
says "^modbus read *ok"
says "^modbus write, read back *FAILED"
stop modbus
echo "holding 65535 7" >"$work/map"
serve modbus modbusd $((base + 502)) --map "$work/map" --quiet
expect 1 "a register 65535" "${device[@]}" modbus
says "there is a register 65535"
stop http
serve http httpd $((base + 80)) --root "$work/root" --quiet
expect 1 "a server that stores nothing" "${device[@]}" http
says "^http range *ok"
says "^http image, put and get *FAILED"
stop http
echo "short" >"$work/root/index.html"
serve http httpd $((base + 80)) --root "$work/root" --write --quiet
expect 1 "a page that has no such range" "${device[@]}" http
says "^http range *FAILED"
stop echo
serve echo httpd $((base + 7)) --root "$work/root" --quiet
expect 1 "no echo" "${device[@]}" echo
says "^echo, TCP *FAILED"
[ -z "$(ls -A "$work/tmp")" ] && ok || bad "something stays behind: $(ls -A "$work/tmp")"
summary
