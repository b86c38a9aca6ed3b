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

mkdir "$work/cgi"
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nexec cat\n' >"$work/cgi/cat"
printf '#!/bin/sh\nsleep 0.5\nprintf "Content-Type: text/plain\\n\\nlate"\n' >"$work/cgi/late"
mkfifo "$work/began"
printf '#!/bin/sh\n: >%s\nexec sleep 1000.25\n' "$work/began" >"$work/cgi/never"
chmod 755 "$work"/cgi/*
serve attacked --root "$http_root" --cgi /cgi="$work/cgi" --timeout-head 3 --timeout-body 4 --timeout-idle 4
before=$(memory attacked)
for attack in slow_heads never_reads thousand_at_once tiny_chunks too_much_is_said half_closed \
    leaves_early forges_the_log; do
    expect 0 "$attack" python3 ./http_attacks.py "$port" $attack "$work/began"
done
soon not pgrep -P "${pid_of[attacked]}" >/dev/null && ok || bad "leaves_early: $(pgrep -l -P "${pid_of[attacked]}")"
more=$(($(memory attacked) - before))
is_sanitized || { [ $more -lt 4096 ] && ok || bad "attacks: $more KiB more"; }
soon few_descriptors attacked 19 && ok || bad "attacks: $(descriptors attacked) descriptors"
stop_well attacked
finds "$work/attacked.log" '"GET /one\\x22x HTTP/1.1" 404 .* "\\x22\\xff\\xfe" "a\\x22 200 \\x5cx \\x22"$' "the log"
! LC_ALL=C grep -q '[^ -~]' "$work/attacked.log" && ok || bad "the log: $(LC_ALL=C grep -a '[^ -~]' "$work/attacked.log" | cat -v)"

serve tls --quiet --root "$http_root" --tls-cert "$work/tls/good.pem" --tls-key "$work/tls/good.key" --timeout-head 3
expect 0 "handshakes that do not end" python3 ./http_attacks.py "$port" half_hellos
soon few_descriptors tls 20 && ok || bad "handshakes that do not end: $(descriptors tls) descriptors"
stop_well tls

summary
