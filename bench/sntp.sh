#!/bin/bash
# SPDX-License-Identifier: MIT
#
# bench/sntp.sh [-s SECONDS] [-r RUNS] [-f IN_FLIGHT]: how many requests for the time our server,
# chronyd and ntpsec's ntpd answer with as many in flight: in a second, and in a second of the
# server's own time on its core, which says the same on a machine that has other work, too. In each
# round every server runs once, so that all of them meet the same machine; the median of the rounds
# counts. The servers are held to one core and the load to another. Prints how we do against the
# best of the others: over 1.00 is faster. In a network namespace of its own: ntpd has no port but
# 123.
set -u
cd "$(dirname "$0")/.." || exit
if [ -z "${SNTP_ALONE:-}" ]; then
    SNTP_ALONE=1 exec unshare -rn bench/sntp.sh "$@"
fi
NETPROTO=${NETPROTO:-build/release/netproto}
. tests/interop/peers.sh
ip link set lo up

seconds=2 runs=5 flight=64
while getopts s:r:f: option; do
    case $option in
    s) seconds=$OPTARG ;;
    r) runs=$OPTARG ;;
    f) flight=$OPTARG ;;
    *) exit 2 ;;
    esac
done

gcc -O2 -o "$work/load" bench/sntp_load.c || exit
cat >"$work/chrony.conf" <<END
local stratum 5
allow all
bindaddress 127.0.0.1
port 10123
cmdport 0
bindcmdaddress /
pidfile $work/chrony.pid
END
# Without the second restrict ntpd answers a client no more than some times a second.
cat >"$work/ntpd.conf" <<END
interface ignore wildcard
interface listen 127.0.0.1
tos orphan 6
tos orphanwait 1
disable ntp
restrict default nomodify noquery
restrict 127.0.0.0 mask 255.0.0.0
END
chronyd="$servers/chrony/usr/sbin/chronyd -d -x -u root -f $work/chrony.conf"
ntpd="$servers/ntpsec/usr/sbin/ntpd -n -N -c $work/ntpd.conf -p $work/ntpd.pid"
ours="$netproto sntpd --quiet --listen 127.0.0.1:10124"
declare -A command=([chronyd]=$chronyd [ntpd]=$ntpd [netproto]=$ours)
declare -A port=([chronyd]=10123 [ntpd]=123 [netproto]=10124) rates costs
names=(netproto chronyd ntpd)

for name in "${names[@]}"; do
    start "$name" taskset -c 0 ${command[$name]}
    wait_for udp "${port[$name]}"
done
for ((i = 0; i < 50; i++)); do # until ntpd is its own reference
    "$netproto" time 127.0.0.1 >"$work/time.log" 2>&1 && break
    sleep 0.2
done
cpu() # NAME: ns that the server has run
{
    cat "/proc/${pid_of[$1]}/task"/*/schedstat | awk '{ ns += $1 } END { printf "%.0f", ns }'
}

for ((run = 0; run < runs; run++)); do
    for name in "${names[@]}"; do
        before=$(cpu "$name")
        read -r rate answers wrong <<<"$(taskset -c 1 "$work/load" 127.0.0.1 "${port[$name]}" \
            "$seconds" "$flight")"
        [ "${wrong:-1}" = 0 ] || echo "$name: $wrong wrong answers" >&2
        rates[$name]+="${rate:-0} "
        costs[$name]+="$((answers * 1000000 / (($(cpu "$name") - before) / 1000 + 1))) "
    done
done

median() # NUMBER...
{
    printf '%s\n' "$@" | sort -n | sed -n "$(($# / 2 + 1))p"
}
printf '%-12s %12s %14s\n' "$flight in flight" answers/s "answers/s CPU"
best=0 best_cpu=0
for name in "${names[@]}"; do
    m=$(median ${rates[$name]}) c=$(median ${costs[$name]})
    printf '%-12s %12d %14d\n' "$name" "$m" "$c"
    case $name in
    netproto) our=$m our_cpu=$c ;;
    chronyd | ntpd)
        [ "$m" -le "$best" ] || best=$m
        [ "$c" -le "$best_cpu" ] || best_cpu=$c
        ;;
    esac
done
awk -v a="$our" -v b="$best" -v c="$our_cpu" -v d="$best_cpu" 'BEGIN {
    printf "of the faster of chronyd and ntpd: %.2f, by its own time %.2f\n", a / b, c / d }'
