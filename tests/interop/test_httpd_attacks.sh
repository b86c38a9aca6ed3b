#!/bin/bash
# SPDX-License-Identifier: MIT
#
# netproto httpd with clients that do as they should not: slow ones, such as do not read, go away,
# send too much, or in too small pieces, or would forge the log (http_attacks.py).
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh
. ./http_servers.sh
need_http_peers

make_files
make_certificates || exit

serve() # NAME ARGUMENT...
{
    local name=$1
    shift
    start "$name" "$netproto" httpd --listen 127.0.0.1:0 --root "$http_root" "$@"
    port=$(port_of "$name") || { cat "$work/$name.log"; exit 1; }
}

stop_well() # NAME
{
    stop "$1"
    local status=$?
    [ $status = 0 ] && ok || bad "$1 ended with $status: $(tail -n 3 "$work/$1.log")"
}

mkdir "$work/cgi"
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nexec cat\n' >"$work/cgi/cat"
printf '#!/bin/sh\nsleep 0.5\nprintf "Content-Type: text/plain\\n\\nlate"\n' >"$work/cgi/late"
printf '#!/bin/sh\nexec sleep 1000.25\n' >"$work/cgi/never"
chmod 755 "$work"/cgi/*
serve attacked --cgi /cgi="$work/cgi" --timeout-head 1 --timeout-body 2 --timeout-idle 2
memory() { awk '$1 == "RssAnon:" {print $2}' "/proc/${pid_of[attacked]}/status"; }
ldd "$netproto" | grep -q libasan && sanitized=1 || sanitized=0
before=$(memory)
for attack in slow_heads never_reads thousand_at_once tiny_chunks too_much_is_said half_closed \
    leaves_early forges_the_log; do
    expect 0 "$attack" python3 ./http_attacks.py "$port" $attack
done
sleep 0.5
! pgrep -P "${pid_of[attacked]}" >/dev/null && ok || bad "leaves_early: $(pgrep -l -P "${pid_of[attacked]}")"
more=$(($(memory) - before))
[ $sanitized = 1 ] || { [ $more -lt 4096 ] && ok || bad "attacks: $more KiB more"; }
n=$(find "/proc/${pid_of[attacked]}/fd" -type l | wc -l)
[ "$n" -lt 20 ] && ok || bad "attacks: $n descriptors"
stop_well attacked
finds "$work/attacked.log" '"GET /one\\x22x HTTP/1.1" 404 .* "\\x22\\xff\\xfe" "a\\x22 200 \\x5cx \\x22"$' "the log"
! LC_ALL=C grep -q '[^ -~]' "$work/attacked.log" && ok || bad "the log: $(LC_ALL=C grep -a '[^ -~]' "$work/attacked.log" | cat -v)"

serve tls --quiet --tls-cert "$work/tls/good.pem" --tls-key "$work/tls/good.key" --timeout-head 1
expect 0 "handshakes that do not end" python3 ./http_attacks.py "$port" half_hellos
n=$(find "/proc/${pid_of[tls]}/fd" -type l | wc -l)
[ "$n" -lt 50 ] && ok || bad "handshakes that do not end: $n descriptors"
stop_well tls

summary
