#!/bin/bash
# SPDX-License-Identifier: MIT
#
# bench/http_client.sh [-s BYTES] [-r RUNS]: the client of HTTP against curl, in the same run, by
# nginx on loopback: one large file by http and by https (to /dev/null), a thousand small ones over
# one connection to standard output (small) and to a file each (files), and over six connections
# (parallel). In each round both run once, in turn, so that they meet the same machine. Prints the
# median of the time and the CPU time, and what part we take of curl's: under 1.00 is better; of the
# time, of the best rounds as well, which a busy machine disturbs less. Then the most memory that
# either ever had.
#
# With PICOHTTPPARSER_DIR (its sources) or LLHTTP_DIR (llhttp.c, api.c, http.c and llhttp.h as its
# releases have them) the parser of heads is compared, too, with CC -O2 for several CPUs.
set -u
cd "$(dirname "$0")/.." || exit
NETPROTO=$(realpath "${NETPROTO:-build/release/netproto}")
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm # the files, so that no disk is measured
. tests/interop/peers.sh
. tests/interop/http_servers.sh

size=$((1 << 30)) runs=5
while getopts s:r: option; do
    case $option in
    s) size=$OPTARG ;;
    r) runs=$OPTARG ;;
    *) exit 2 ;;
    esac
done

mkdir -p "$http_root/small" "$http_logs" "$work/many"
head -c 16777216 /dev/urandom >"$work/piece"
while cat "$work/piece"; do :; done 2>/dev/null | head -c "$size" >"$http_root/large"
for ((i = 0; i < 1000; i++)); do
    head -c $((100 + i * 3)) "$work/piece" >"$http_root/small/$i"
done
cat "$http_root"/small/{?,??,???} >"$work/all" # in the order of their numbers
make_certificates
start_nginx || exit
urls=("${nginx/%/"/plain/small/"}"{0..999})
trust=(--cacert "$cacert")

declare -A command=(
    [http,curl]='curl -sS -o /dev/null "$nginx/plain/large"'
    [http,ours]='"$netproto" get -q -o /dev/null "$nginx/plain/large"'
    [https,curl]='curl -sS "${trust[@]}" -o /dev/null "$nginx_tls/plain/large"'
    [https,ours]='"$netproto" get -q "${trust[@]}" -o /dev/null "$nginx_tls/plain/large"'
    [small,curl]='curl -sS "${urls[@]}"'
    [small,ours]='"$netproto" get -q "${urls[@]}"'
    [files,curl]='curl -sS --remote-name-all "${urls[@]}"'
    [files,ours]='"$netproto" get -q -O "${urls[@]}"'
    [parallel,curl]='curl -sS -Z --parallel-max 6 --remote-name-all "${urls[@]}"'
    [parallel,ours]='"$netproto" get -q --parallel 6 -O "${urls[@]}"'
)

# Appends to wall[job,client] and cpu[job,client], in seconds.
declare -A wall cpu
TIMEFORMAT='%R %U %S'
measure() # JOB CLIENT
{
    local t
    rm -f "$work"/many/*
    { time (cd "$work/many" && eval "${command[$1,$2]}" >"$work/stdout" 2>"$work/client.log") ||
        { echo "$2 failed at $1: $(tail -n 1 "$work/client.log")" >&3; }; } 3>&2 2>"$work/time"
    case $1 in
    small)
        cmp -s "$work/all" "$work/stdout" || echo "$2 failed at $1" >&2
        ;;
    files | parallel)
        diff -rq "$http_root/small" "$work/many" >/dev/null || echo "$2 failed at $1" >&2
        ;;
    esac
    read -ra t <"$work/time"
    wall[$1,$2]+="${t[0]} "
    cpu[$1,$2]+="$(awk "BEGIN {print ${t[1]} + ${t[2]}}") "
}

median() # NUMBER...
{
    printf '%s\n' "$@" | sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

least() # NUMBER...
{
    printf '%s\n' "$@" | sort -g | head -n 1
}

echo "$size bytes, and 1000 files of 100 to 3097; median of $runs; seconds"
for job in http https small files parallel; do
    for ((i = 0; i < runs; i++)); do
        for client in curl ours; do
            measure $job $client
        done
    done
    # shellcheck disable=SC2086 # lists of numbers
    awk -v job=$job -v cw="$(median ${wall[$job,curl]})" -v cc="$(median ${cpu[$job,curl]})" \
        -v ow="$(median ${wall[$job,ours]})" -v oc="$(median ${cpu[$job,ours]})" \
        -v best="$(least ${wall[$job,curl]}) $(least ${wall[$job,ours]})" 'BEGIN {
        split(best, b, " ")
        printf "%-9s time: curl %.3f ours %.3f ratio %.2f, of the best %.2f;  ", job, cw, ow, ow / cw,
            b[2] / b[1]
        printf "CPU: curl %.3f ours %.3f ratio %.2f\n", cc, oc, oc / cc }'
done

# The most that the process ever had in memory, and how much of that was not of files (the program
# and its libraries), in KiB: as the kernel says while it runs.
peak() # JOB CLIENT
{
    local pid
    eval "exec ${command[$1,$2]}" >/dev/null 2>&1 &
    pid=$!
    while kill -0 $pid 2>/dev/null; do
        grep -s '^VmHWM\|^RssAnon' "/proc/$pid/status"
        sleep 0.01
    done | awk -v job="$1" -v client="$2" '{ if ($2 > most[$1]) most[$1] = $2 }
        END { printf "%-9s memory: %s %d KiB, of which no file %d KiB\n", job, client,
              most["VmHWM:"], most["RssAnon:"] }'
    wait $pid
}
for job in http https; do
    for client in curl ours; do
        peak $job $client
    done
done

# --- the parser of heads ---------------------------------------------------------------------------

parse=()
[ -z "${PICOHTTPPARSER_DIR:-}" ] ||
    parse+=(-DPICOHTTPPARSER -isystem "$PICOHTTPPARSER_DIR" "$PICOHTTPPARSER_DIR/picohttpparser.c")
[ -z "${LLHTTP_DIR:-}" ] || parse+=(-DLLHTTP -isystem "$LLHTTP_DIR" "$LLHTTP_DIR"/{llhttp,api,http}.c)
for arch in "" -march=x86-64-v2 -march=x86-64-v3; do
    [ ${#parse[@]} -gt 0 ] && [ "$(uname -m)" = x86_64 ] || break
    echo
    echo "heads, ${CC:-cc} -O2 $arch"
    # shellcheck disable=SC2086 # no argument, if it is empty
    "${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 $arch -w -Ilibnetproto/include -Iprotocols/http/include \
        bench/http_parse.c protocols/http/src/http_{head,chars}.c libnetproto/src/*.c "${parse[@]}" \
        -o "$work/http_parse" && "$work/http_parse"
done
