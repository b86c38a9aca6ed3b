#!/bin/bash
# SPDX-License-Identifier: MIT
#
# SNTP with the programs of others, in both directions: chronyd, ntpsec's ntpd and ntpdig, busybox.
# All of it runs in user, network and mount namespaces of its own: ntpd knows no port but 123, nobody
# in there may set the clock of the machine, and a name has two addresses.
set -u
cd "$(dirname "$0")" || exit
if [ -z "${SNTP_ALONE:-}" ]; then
    unshare -rnm true 2>/dev/null || { echo "no namespaces here"; exit 77; }
    SNTP_ALONE=1 exec unshare -rnm "$PWD/$(basename "$0")"
fi
. ./peers.sh

ip link set lo up
chronyd=$servers/chrony/usr/sbin/chronyd ntpd=$servers/ntpsec/usr/sbin/ntpd
busybox=$servers/busybox-ntpd/busybox
[ -x "$chronyd" ] && [ -x "$ntpd" ] || { echo "no servers in $servers: run scripts/peers.sh"; exit 77; }

cat >"$work/keys" <<'END'
# of both: no HEX: before the keys, and none of 20 characters or less
1 SHA1 000102030405060708090a0b0c0d0e0f10111213
2 SHA1 ffffffffffffffffffffffffffffffffffffffff
3 AES128 000102030405060708090a0b0c0d0e0f
END
sed 's/AES128/AES-128/' "$work/keys" >"$work/ntpd.keys"
{
    sed 's/ \([0-9a-f]*\)$/ HEX:\1/' "$work/keys"
    echo '4 MD5 HEX:000102030405060708090a0b0c0d0e0f'
    echo '5 SHA256 HEX:00'
    echo '6 AES256 HEX:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
} >"$work/chrony.keys"
sed 's/ffff/fffe/' "$work/keys" >"$work/other.keys"

ask=("$netproto" time --patience 60)

# agrees WHAT COMMAND...: it must say a time that is ours, as near as it says itself, and the
# document must be whole.
agrees()
{
    local what=$1
    shift
    timeout 200 "${ask[@]}" --json "$@" >"$work/time.json" 2>"$work/last.log" </dev/null ||
        { bad "$what: $(cat "$work/last.log")"; return; }
    if python3 - "$work/time.json" <<'END'
import json, sys
t = json.load(open(sys.argv[1]))
assert abs(t["offset"]) <= t["error"] + 0.001, t   # its clock and ours are one; 1 ms for its jitter
# of several servers it is the offset of the best, which may lie just outside
assert t["low"] - t["error"] <= t["offset"] <= t["high"] + t["error"], t
for s in t["servers"]:
    assert s["answered"] and s["delay"] < 5 and 1 <= s["stratum"] <= 15 and not s["outlier"], s
END
    then
        ok
    else
        bad "$what: $(cat "$work/time.json")"
    fi
}

# --- our client, their servers ---------------------------------------------------------------

chrony() # NAME PORT LINE...: in the foreground, and never the clock
{
    local name=$1 port=$2
    shift 2
    printf '%s\n' 'allow all' "bindaddress 127.0.0.1" "port $port" 'cmdport 0' 'bindcmdaddress /' \
        "pidfile $work/$name.pid" "keyfile $work/chrony.keys" "$@" >"$work/$name.conf"
    start "$name" "$chronyd" -d -x -u root -f "$work/$name.conf"
    wait_for udp "$port"
}

chrony plain 10123 'local stratum 5'
chrony unset 10124
chrony second 10126 'local stratum 5' 'bindaddress 127.0.0.9'
chrony limited 10125 'local stratum 5' 'ratelimit interval 12 burst 1 leak 1'
agrees "chronyd" 127.0.0.1:10123
expect 0 "the example" "$(dirname "$netproto")/examples/sntp_query" 127.0.0.1:10123
agrees "chronyd, samples" 127.0.0.1:10123 --samples 5 --interval 0.01
printf '127.0.0.1 localhost\n127.0.0.1 two.test\n127.0.0.9 two.test\n' >"$work/hosts"
mount --bind "$work/hosts" /etc/hosts
agrees "a name whose first address is silent" two.test:10126 --patience 2
agrees "likewise, two at once" two.test:10126 127.0.0.1:10123 --samples 2 --interval 0.01 \
    --patience 2
for key in 1 3 4 5 6; do
    agrees "chronyd, key $key" 127.0.0.1:10123 --keys "$work/chrony.keys" --key $key
done
expect 4 "chronyd, another key of that number" \
    "$netproto" time 127.0.0.1:10123 --keys "$work/other.keys" --key 2
expect 1 "chronyd that is not synchronised" "${ask[@]}" 127.0.0.1:10124
expect 0 "chronyd with a limit" "$netproto" time 127.0.0.1:10125 --samples 3 --interval 0.01 \
    --patience 2

cat >"$work/ntpd.conf" <<END
interface ignore wildcard
interface listen 127.0.0.1
disable ntp
restrict default limited kod nomodify noquery
restrict 127.0.0.1 mask 255.255.255.255
keys $work/ntpd.keys
trustedkey 1 3
END
start ntpd "$ntpd" -n -N -c "$work/ntpd.conf" -p "$work/ntpd.pid"
wait_for udp 123
expect 1 "ntpd that is never ready" "${ask[@]}" 127.0.0.1 # a kiss: INIT
stop ntpd
printf '%s\n' 'tos orphan 6' 'tos orphanwait 1' >>"$work/ntpd.conf"
start ntpd "$ntpd" -n -N -c "$work/ntpd.conf" -p "$work/ntpd.pid"
wait_for udp 123
soon "$netproto" time 127.0.0.1 >"$work/last.log" 2>&1
agrees "ntpd" 127.0.0.1
agrees "ntpd, key 1" 127.0.0.1 --keys "$work/ntpd.keys" --key 1
agrees "ntpd, key 3" 127.0.0.1 --keys "$work/ntpd.keys" --key 3
agrees "chronyd and ntpd" 127.0.0.1:10123 127.0.0.1
expect 1 "ntpd tells us to ask less often" bash -c 'for i in 1 2 3 4 5 6 7 8 9; do
    "$@" || exit; done' - "$netproto" time 127.0.0.1 --bind 127.0.0.2 --samples 40 --interval 0.001 \
    --patience 0.1
stop ntpd

# --- their clients, our server ---------------------------------------------------------------

sntpd() # NAME PORT OPTION...
{
    local name=$1 port=$2
    shift 2
    start "$name" "$netproto" sntpd --quiet --listen "127.0.0.1:$port" "$@"
    port_of "$name" >/dev/null
}

# chronyd -Q, all at once: each takes some seconds, and prints the offset that it would correct.
asked=()
ask_chronyd() # WHAT LINE...
{
    local n=${#asked[@]}
    asked+=("$1")
    shift
    start "q$n" timeout 200 "$chronyd" -Q -x -t 100 -u root -f /dev/null "pidfile $work/q$n.pid" \
        'cmdport 0' "keyfile $work/chrony.keys" "$@"
}

chronyd_said()
{
    local n offset
    for n in "${!asked[@]}"; do
        wait "${pid_of[q$n]}"
        unset "pid_of[q$n]"
        offset=$(sed -n 's/.*System clock wrong by \([-0-9.]*\) seconds.*/\1/p' "$work/q$n.log")
        if awk -v o="${offset:-9}" 'BEGIN { exit !(o < 0.02 && o > -0.02) }'; then
            ok
        else
            bad "${asked[n]}: $(tail -n 3 "$work/q$n.log")"
        fi
    done
}

sntpd ours 123 --stratum 3 --keys "$work/chrony.keys"
port=10126
sntpd other $port
ask_chronyd "chronyd -Q" "server 127.0.0.1 port 123 iburst maxsamples 4"
ask_chronyd "chronyd -Q, another port" "server 127.0.0.1 port $port iburst maxsamples 4"
ask_chronyd "chronyd -Q, interleaved" "server 127.0.0.1 port $port iburst xleave maxsamples 4"
for key in 1 3 6; do
    ask_chronyd "chronyd -Q, key $key" "server 127.0.0.1 port 123 iburst key $key maxsamples 4"
done

digs() # WHAT OPTION...: ntpdig finds our stratum, and a small offset
{
    local what=$1
    shift
    if timeout 200 ntpdig -t 60 -j "$@" 127.0.0.1 >"$work/last.log" 2>&1 && python3 -c '
import json, sys
t = json.load(open(sys.argv[1]))
assert t["stratum"] == 3 and t["leap"] == "no-leap" and abs(t["offset"]) <= t["precision"] + 0.001, t
' "$work/last.log"; then
        ok
    else
        bad "$what: $(tail -n 3 "$work/last.log")"
    fi
}
if command -v ntpdig >/dev/null; then
    digs "ntpdig"
    digs "ntpdig, key 1" -a 1 -k "$work/ntpd.keys"
    digs "ntpdig, key 3" -a 3 -k "$work/ntpd.keys"
else
    skip "ntpdig"
fi

if [ -x "$busybox" ]; then
    start asks "$busybox" ntpd -n -d -q -w -p 127.0.0.1
    soon lines 1 'reply from 127.0.0.1: offset:[-+]0.00.* strat:3 ' "$work/asks.log" && ok ||
        bad "busybox ntpd: $(tail -n 3 "$work/asks.log")"
    stop asks
    chronyd_said
    stop ours
    start busybox "$busybox" ntpd -n -l -I lo
    wait_for udp 123
    agrees "busybox ntpd -l" 127.0.0.1
else
    chronyd_said
    skip "busybox ntpd: scripts/busybox.sh builds it"
fi

# --- what may not happen ----------------------------------------------------------------------

expect 6 "no clock is set without the capability" setpriv --bounding-set=-sys_time \
    --inh-caps=-sys_time "${ask[@]}" "127.0.0.1:$port" --set
expect 6 "nor slewed" setpriv --bounding-set=-sys_time --inh-caps=-sys_time "${ask[@]}" \
    "127.0.0.1:$port" --slew
expect 4 "nobody there" "$netproto" time 127.0.0.1:10127 --patience 0.1
expect 3 "no such host" "$netproto" time nosuchhost.invalid
expect 2 "no host" "$netproto" time
expect 2 "a key without a file" "$netproto" time 127.0.0.1 --key 1
expect 6 "no such key" "$netproto" time 127.0.0.1 --keys "$work/chrony.keys" --key 99
expect 2 "a stratum of 16" "$netproto" sntpd --stratum 16

# A limit: two answers, then one RATE, and silence.
sntpd limited2 10128 --interval 100 --burst 2
expect 0 "the first of a burst" "${ask[@]}" 127.0.0.1:10128
expect 0 "and the second" "${ask[@]}" 127.0.0.1:10128
expect 1 "the third is told" "${ask[@]}" 127.0.0.1:10128
expect 4 "the fourth is not" "$netproto" time 127.0.0.1:10128 --patience 0.1
sntpd unset2 10129 --unsynchronised
expect 1 "ours, not synchronised" "${ask[@]}" 127.0.0.1:10129

expect 0 "two servers of three" "$netproto" time 127.0.0.1:10123 "127.0.0.1:$port" \
    127.0.0.1:10127 --patience 2

summary
