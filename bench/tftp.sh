#!/bin/bash
# SPDX-License-Identifier: MIT
#
# bench/tftp.sh [-s BYTES] [-r RUNS] [BLKSIZE:WINDOWSIZE...]: how fast a file crosses the loopback
# between our TFTP client and server and those of others. In each round every pair runs once, so
# that all of them meet the same machine; the median of the rounds counts. Prints MiB/s, and how
# we do against the best of the others in the same place: over 1.00 is faster.
set -u
cd "$(dirname "$0")/.." || exit
NETPROTO=${NETPROTO:-build/release/netproto}
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm # the files, so that no disk is measured
. tests/interop/peers.sh

size=$((64 << 20)) runs=3
while getopts s:r: option; do
    case $option in
    s) size=$OPTARG ;;
    r) runs=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- 512:1 1428:1 65464:1 512:16 1428:16 65464:16 512:64 1428:64 65464:64

root=$work/root
mkdir "$root"
head -c "$size" /dev/urandom >"$root/f"
chmod 644 "$root/f"

declare -A port
port[tftpd-hpa]=$(free_port udp)
start tftpd-hpa "$servers/tftpd-hpa/usr/sbin/in.tftpd" -L -4 -a 127.0.0.1:"${port[tftpd-hpa]}" \
    -s -u root "$root"
wait_for udp "${port[tftpd-hpa]}"
port[atftpd]=$(free_port udp)
start atftpd "$servers/atftpd/usr/sbin/atftpd" --daemon --no-fork --bind-address 127.0.0.1 \
    --port "${port[atftpd]}" --user root --group root --logfile - "$root"
wait_for udp "${port[atftpd]}"
start netproto "$netproto" tftpd --listen 127.0.0.1:0 --root "$root" --quiet
port[netproto]=$(port_of netproto)

fetch() # CLIENT SERVER BLKSIZE WINDOWSIZE: 77 where the client can't do that
{
    local p=${port[$2]} to=$work/g
    case $1 in
    tftp-hpa)
        [ "$3:$4" = 512:1 ] || return 77
        tftp -m binary 127.0.0.1 "$p" -c get f "$to"
        ;;
    curl)
        [ "$4" = 1 ] || return 77
        curl -s --tftp-blksize "$3" -o "$to" "tftp://127.0.0.1:$p/f"
        ;;
    busybox)
        [ "$4" = 1 ] || return 77
        busybox tftp -b "$3" -g -r f -l "$to" 127.0.0.1 "$p"
        ;;
    atftp)
        atftp --option "blksize $3" --option "windowsize $4" -g -r f -l "$to" 127.0.0.1 "$p"
        ;;
    netproto)
        "$netproto" get -q --blksize "$3" --windowsize "$4" "tftp://127.0.0.1:$p/f" -o "$to"
        ;;
    esac
}

# Appends the time of one transfer in µs to times[cell,client,server].
declare -A times
measure() # CELL CLIENT SERVER
{
    local blksize=${1%:*} windowsize=${1#*:} begin end status
    [ "$3" != tftpd-hpa ] || [ "$windowsize" = 1 ] || return 0
    rm -f "$work/g"
    begin=${EPOCHREALTIME/[.,]/}
    fetch "$2" "$3" "$blksize" "$windowsize" >"$work/fetch.log" 2>&1
    status=$?
    end=${EPOCHREALTIME/[.,]/}
    [ $status != 77 ] || return 0
    if [ $status != 0 ] || ! cmp -s "$root/f" "$work/g"; then
        echo "$2 from $3 at $1 failed: $(tail -n 1 "$work/fetch.log")" >&2
        return 0
    fi
    times[$1,$2,$3]+="$((end - begin)) "
}

rate() # CELL CLIENT SERVER: MiB/s by the median, or nothing
{
    local all=${times[$1,$2,$3]:-}
    [ -n "$all" ] || return 0
    tr ' ' '\n' <<<"$all" | sed '/^$/d' | sort -n |
        awk -v size="$size" '{t[NR] = $1} END {printf "%.1f", size / 1048576 / (t[int((NR + 1) / 2)] / 1e6)}'
}

clients=(tftp-hpa curl busybox atftp netproto)
their_servers=(tftpd-hpa atftpd)

best() # CELL "CLIENT..." "SERVER...": the highest rate among these pairs
{
    local c s
    for c in $2; do
        for s in $3; do
            rate "$1" "$c" "$s"
            echo
        done
    done | sort -n | tail -n 1
}

ratio() { [ -n "$1" ] && [ -n "$2" ] && awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}' || printf -- -; }

echo "$size bytes in $work, median of $runs; MiB/s"
printf '%-10s %-9s %10s %10s %10s\n' blksize:w client tftpd-hpa atftpd netproto
for cell; do
    for ((i = 0; i < runs; i++)); do
        for client in "${clients[@]}"; do
            for server in "${their_servers[@]}" netproto; do
                measure "$cell" "$client" "$server"
            done
        done
    done
    for client in "${clients[@]}"; do
        [ -n "$(best "$cell" "$client" "tftpd-hpa atftpd netproto")" ] || continue
        printf '%-10s %-9s' "$cell" "$client"
        for server in "${their_servers[@]}" netproto; do
            r=$(rate "$cell" "$client" "$server")
            printf ' %10s' "${r:--}"
        done
        echo
    done
done

echo
echo "against the best of the others in the same place"
for cell; do
    theirs=$(best "$cell" "tftp-hpa curl busybox atftp" "tftpd-hpa atftpd")
    printf '%-10s ours with ours %5s' "$cell" "$(ratio "$(rate "$cell" netproto netproto)" "$theirs")"
    printf ';  our server, their client %5s' \
        "$(ratio "$(best "$cell" "tftp-hpa curl busybox atftp" netproto)" "$theirs")"
    printf ';  their server, our client %5s\n' \
        "$(ratio "$(best "$cell" netproto "tftpd-hpa atftpd")" "$theirs")"
done
lock_step=$(best 1428:1 "tftp-hpa curl busybox atftp" "tftpd-hpa atftpd")
[ -z "$lock_step" ] || echo "a window of 16 in blocks of 1428 against the best in lock-step: $(
    ratio "$(rate 1428:16 netproto netproto)" "$lock_step")"
