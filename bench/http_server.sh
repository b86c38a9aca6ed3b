#!/bin/bash
# SPDX-License-Identifier: MIT
#
# bench/http_server.sh [-d SECONDS] [-r ROUNDS] [-c CONNECTIONS] [CASE...]: the HTTP server against
# nginx and lighttpd (scripts/peers.sh), in the same run, on loopback: one worker each, no log of
# requests. In each round all run once, in turn and briefly, so that they meet the same machine.
# Prints medians of the rounds: requests a second by `wrk -t1`, the time in which 99 % were
# answered, and the server's CPU time for a request, that of its scripts with it; and in which
# proportion they are to ours, taken in each round: over 1.00 is better. Of these CPU time tells
# most: by the clock wrk and the rest of the machine count, too. Then what an idle connection takes
# of memory in each. Some six minutes in all.
#
#     1k       a file of 1 KiB over connections that are kept
#     100k     one of 100 KiB
#     100m     one of 100 MiB, over four connections
#     tls      1 KiB by TLS 1.3
#     close    1 KiB, a connection for each request
#     gzip     100 KiB of text, compressed on the fly; lighttpd keeps no cache here, nginx has none
#     cgi      a program that says hello; not nginx, which has no CGI
#     idle     10,000 connections
set -u
cd "$(dirname "$0")/.." || exit
NETPROTO=$(realpath "${NETPROTO:-build/release/netproto}")
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm # the files, so that no disk is measured
. tests/interop/peers.sh
. tests/interop/http_servers.sh

seconds=1 rounds=13 connections=64
while getopts d:r:c: option; do
    case $option in
    d) seconds=$OPTARG ;;
    r) rounds=$OPTARG ;;
    c) connections=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- 1k 100k 100m tls close gzip cgi idle
for program in wrk openssl python3 "${CC:-cc}"; do
    command -v "$program" >/dev/null || { echo "no $program here"; exit 77; }
done
for s in nginx lighttpd lighttpd-mod-deflate lighttpd-mod-openssl; do
    [ -d "$servers/$s" ] || { echo "no $s in $servers: run scripts/peers.sh"; exit 77; }
done
ulimit -n "$(ulimit -Hn)"

# --- what is served --------------------------------------------------------------------------

mkdir -p "$http_root" "$http_logs" "$work/cgi" "$work/nginx" "$work/modules"
echo hello >"$http_root/index.html"
head -c 1024 /dev/urandom >"$http_root/1k"
head -c 102400 /dev/urandom >"$http_root/100k"
head -c 104857600 /dev/urandom >"$http_root/100m"
seq 1 20000 | head -c 102400 >"$http_root/text.txt"
cat >"$work/hello.c" <<'C'
#include <stdio.h>
int main(void) { puts("Content-Type: text/plain\r\n\r\nhello"); }
C
"${CC:-cc}" -O2 -o "$work/cgi/hello" "$work/hello.c" || exit
make_certificates
cat "$work/tls/good.pem" "$work/tls/good.key" >"$work/tls/both.pem"
chmod -R a+rX "$work"

# --- the servers -----------------------------------------------------------------------------

declare -A port=() tls_port=()
for s in ours nginx lighttpd; do
    port[$s]=$(free_port tcp)
    tls_port[$s]=$(free_port tcp)
done
cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/nginx.pid; error_log $http_logs/nginx.err warn;
worker_processes 1; worker_rlimit_nofile 16384; events { worker_connections 12000; }
http {
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; keepalive_timeout 75;
    open_file_cache max=1000; types { text/html html; text/plain txt; }
    default_type application/octet-stream; gzip on; gzip_types text/plain;
    client_body_temp_path $work/nginx/body; proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/fcgi; uwsgi_temp_path $work/nginx/uwsgi;
    scgi_temp_path $work/nginx/scgi;
    server {
        listen 127.0.0.1:${port[nginx]} backlog=4096; root $http_root;
        listen 127.0.0.1:${tls_port[nginx]} ssl; ssl_protocols TLSv1.3;
        ssl_certificate $work/tls/good.pem; ssl_certificate_key $work/tls/good.key;
    }
}
CONF
ln -sf "$servers"/lighttpd*/usr/lib/lighttpd/*.so "$work/modules"
cat >"$work/lighttpd.conf" <<CONF
server.modules = ("mod_alias", "mod_cgi", "mod_deflate", "mod_openssl")
server.document-root = "$http_root"
server.bind = "127.0.0.1"
server.port = ${port[lighttpd]}
server.errorlog = "$http_logs/lighttpd.err"
server.max-fds = 16384
server.max-connections = 12000
server.max-keep-alive-requests = 1000000
server.max-keep-alive-idle = 75
server.listen-backlog = 4096
index-file.names = ("index.html")
mimetype.assign = (".txt" => "text/plain", ".html" => "text/html", "" => "application/octet-stream")
deflate.mimetypes = ("text/plain")
deflate.allowed-encodings = ("gzip")
alias.url = ("/cgi/" => "$work/cgi/")
\$HTTP["url"] =~ "^/cgi/" { cgi.assign = ("" => "") }
\$SERVER["socket"] == "127.0.0.1:${tls_port[lighttpd]}" {
    ssl.engine = "enable"
    ssl.pemfile = "$work/tls/both.pem"
}
CONF

start_all()
{
    start ours "$netproto" httpd --quiet --listen 127.0.0.1:"${port[ours]}" --root "$http_root" \
        --cgi /cgi="$work/cgi" --timeout-idle 75 --tls-listen 127.0.0.1:"${tls_port[ours]}" \
        --tls-cert "$work/tls/both.pem"
    start nginx "$servers/nginx/usr/sbin/nginx" -e "$http_logs/nginx.err" -c "$work/nginx.conf" \
        -p "$work/nginx"
    start lighttpd "$servers/lighttpd/usr/sbin/lighttpd" -D -m "$work/modules" \
        -f "$work/lighttpd.conf"
    for s in ours nginx lighttpd; do
        wait_for tcp "${port[$s]}" && wait_for tcp "${tls_port[$s]}" ||
            { tail -n 3 "$work/$s.log"; exit 1; }
    done
}

# --- measuring -------------------------------------------------------------------------------

# Of a process and of its children that have ended, in ticks.
cpu_of() # PID
{
    awk '{sub(/.*\) /, ""); print $12 + $13 + $14 + $15}' "/proc/$1/stat"
}

# Requests, bytes, microseconds in all, and those of 99 %.
cat >"$work/done.lua" <<'LUA'
function done(summary, latency, requests)
    for what, n in pairs(summary.errors) do
        if n > 0 then io.stderr:write(n, " errors: ", what, "\n") end
    end
    io.stderr:write(string.format("result %d %d %d %d\n", summary.requests, summary.bytes,
        summary.duration, latency:percentile(99)))
end
LUA

# Prints: SERVER, requests a second, ms of 99 %, us of CPU a request. Of files that take a good part
# of the time, parts count.
ticks=$(getconf CLK_TCK)
measure() # SERVER SCHEME PATH CONNECTIONS [OPTION...]
{
    local s=$1 at=${port[$1]} path=$3 c=$4 before size=0
    [ "$2" = http ] || at=${tls_port[$s]}
    [ "$path" != /100m ] || size=104857600
    before=$(cpu_of "${pid_of[$s]}")
    wrk -t1 -c"$c" -d"$seconds" -s "$work/done.lua" "${@:5}" "$2://127.0.0.1:$at$path" \
        2>"$work/wrk" >/dev/null
    grep 'errors:' "$work/wrk" >&2
    awk -v s="$s" -v size=$size -v cpu=$(($(cpu_of "${pid_of[$s]}") - before)) -v hz="$ticks" '
        $1 == "result" {
            n = size ? $3 / size : $2
            print s, n * 1000000 / $4, $5 / 1000, cpu / hz * 1000000 / n
        }' "$work/wrk"
}

compare() # NAME SERVERS SCHEME PATH CONNECTIONS [OPTION...]
{
    local name=$1 list=$2 i s
    shift 2
    for ((i = 0; i < rounds; i++)); do
        for s in $list; do
            measure "$s" "$@"
        done
    done | awk -v name="$name" -v list="$list" '
        function median(v, n, i, j, x) {
            for (i = 2; i <= n; i++) {
                x = v[i]
                for (j = i - 1; j > 0 && v[j] > x; j--) v[j + 1] = v[j]
                v[j + 1] = x
            }
            return v[int((n + 1) / 2)]
        }
        { k[$1]++; for (i = 2; i <= 4; i++) all[$1, i, k[$1]] = $i }
        END {
            servers = split(list, s, " ")
            for (j = 1; j <= servers; j++) {
                for (i = 2; i <= 4; i++) {
                    for (r = 1; r <= k[s[j]]; r++) {
                        own = all["ours", i, r]; v[r] = x = all[s[j], i, r]
                        q[r] = i == 2 ? own / x : own ? x / own : 0
                    }
                    m[i] = median(v, k[s[j]]); ratio[i] = median(q, k[s[j]])
                }
                printf "%-6s %-8s %9.1f/s  p99 %8.2f ms  CPU %9.2f us", name, s[j], m[2], m[3], m[4]
                if (j > 1) {
                    printf "   %5.2f, p99 %5.2f, CPU %5.2f", ratio[2], ratio[3], ratio[4]
                }
                print ""
            }
        }'
}

# In KiB; shared pages of files do not count.
anonymous() # PID
{
    awk '$1 == "RssAnon:" {print $2}' "/proc/$1/status"
}

idle()
{
    local s n=10000 before after line
    for s in ours nginx lighttpd; do
        before=$(anonymous "${pid_of[$s]}")
        coproc holder { python3 tests/interop/http_idle.py 127.0.0.1 "${port[$s]}" $n; }
        read -r -t 20 line <&"${holder[0]}" || line="failed"
        sleep 2 # the last of them are idle by then, too
        after=$(anonymous "${pid_of[$s]}")
        echo "idle    $s $(((after - before) * 1024 / n)) bytes a connection ($line)"
        eval "exec ${holder[1]}>&-"
        wait "$holder_PID"
    done
}

start_all
echo "wrk -t1 -c$connections, $seconds s, $rounds rounds; ${NETPROTO##*/} $("$netproto" --version |
    cut -d' ' -f2), $("$servers/nginx/usr/sbin/nginx" -v 2>&1 | cut -d' ' -f3), $(
    "$servers/lighttpd/usr/sbin/lighttpd" -v | cut -d' ' -f1)"
all="ours nginx lighttpd"
for case; do
    case $case in
    1k) compare 1k "$all" http /1k "$connections" ;;
    100k) compare 100k "$all" http /100k "$connections" ;;
    100m) compare 100m "$all" http /100m 4 ;;
    tls) compare tls "$all" https /1k "$connections" ;;
    close) compare close "$all" http /1k "$connections" -H 'Connection: close' ;;
    gzip) compare gzip "$all" http /text.txt "$connections" -H 'Accept-Encoding: gzip' ;;
    cgi) compare cgi "ours lighttpd" http /cgi/hello 16 ;;
    idle) idle ;;
    *) echo "no case $case" >&2 ;;
    esac
done
