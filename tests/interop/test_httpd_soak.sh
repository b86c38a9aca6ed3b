#!/bin/bash
# SPDX-License-Identifier: MIT
#
# netproto httpd with everything on, under wrk by http and https and a storm of resets, for SOAK
# seconds (8): no error for those who behave, no script, file or connection left, memory flat.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers
command -v wrk >/dev/null || { echo "no wrk here"; exit 77; }

soak=${SOAK:-8}
make_files
make_certificates || exit
mkdir "$work/cgi"
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nexec cat\n' >"$work/cgi/cat"
printf '#!/bin/sh\nexec sleep 1000.5\n' >"$work/cgi/slow"
chmod 755 "$work"/cgi/*

serve soak --tls-listen 127.0.0.1:0 --root "$http_root" --tls-cert "$work/tls/good.pem" --tls-key "$work/tls/good.key" --cgi /cgi="$work/cgi" --write \
    --index --metrics /metrics --log "$work/access" --timeout-idle 20 --timeout-cgi 5 --timeout-head 20
tls_port=$(sed -n 's/^listening on .*://p' "$work/soak.log" | tail -n 1)
value() { curl -sS "$http/metrics" | awk -v name="$1" '$1 == name {print $2}'; }
is_quiet() { [ "$(value netproto_httpd_connections)" -le 2 ] && ! pgrep -P "${pid_of[soak]}" >/dev/null; }

# One round of everything for so many seconds, then time for the rest to end.
round() # SECONDS
{
    local until=$((SECONDS + $1))
    wrk -t1 -c50 -d"$1" --timeout 60 "$http/text" >"$work/wrk" 2>&1 &
    local plain=$!
    wrk -t1 -c20 -d"$1" --timeout 60 "https://127.0.0.1:$tls_port/one" >"$work/wrk.tls" 2>&1 &
    local secure=$!
    while [ $SECONDS -lt $until ]; do
        python3 ./http_storm.py "$port" 200 && python3 ./http_storm.py "$tls_port" 200 ||
            bad "the storm: it can't connect"
        : >"$work/access"
    done
    wait $plain $secure
    for log in wrk wrk.tls; do
        grep -q '^Requests/sec' "$work/$log" || bad "$log: $(tail -n 2 "$work/$log")"
        ! grep 'Non-2xx\|Socket errors' "$work/$log" && ok || bad "$log"
    done
    soon is_quiet
}

round $((soak / 5))
before=$(memory soak) before_fd=$(descriptors soak)
echo "$before KiB, $before_fd descriptors, $(value netproto_httpd_requests_total) requests"
round "$soak"
after=$(memory soak) after_fd=$(descriptors soak)
echo "$after KiB, $after_fd descriptors, $(value netproto_httpd_requests_total) requests"
soon few_descriptors soak $((before_fd + 2)) && ok ||
    bad "descriptors: $before_fd, then $(descriptors soak)"
is_sanitized || { [ "$after" -le $((before + 512)) ] && ok || bad "KiB: $before, then $after"; }
[ "$(value netproto_httpd_connections)" -le 2 ] && ok || bad "connections: $(value netproto_httpd_connections)"
n=$(pgrep -c -P "${pid_of[soak]}")
[ "$n" = 0 ] && ok || bad "$n children are left"
! find "$http_root" -name '*.part' | grep . && ok || bad "uploads are left"
stop_well soak

summary
