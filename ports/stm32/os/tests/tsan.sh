#!/bin/bash
# SPDX-License-Identifier: MIT
#
# tsan.sh: test_sys_arch.c under ThreadSanitizer, which looks at our code; lwIP's is not ours to judge.
set -euo pipefail
cd "$(dirname "$0")"
lwip=${LWIP_DIR:-${NETPROTO_LWIP:-/opt/netproto-lwip}/lwip}
[ -f "$lwip/src/include/lwip/init.h" ] || { echo "no lwIP"; exit 77; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cc=${CC:-cc}
flags=(-g -O1 -std=gnu11 -DNETP_OS_PORT_H='"../tests/host_port.h"' -Iopts -I.. -I../testrtos
    -I../../lwip/config -I../../lwip/include -I../../../../libnetproto/include
    -isystem "$lwip/src/include")
printf 'int main(void) { return 0; }\n' >"$out/probe.c"
run=() # not every layout of the memory is one that ThreadSanitizer can do with
if setarch -R true 2>/dev/null; then
    run=(setarch -R)
fi
"$cc" -fsanitize=thread "$out/probe.c" -o "$out/probe" 2>/dev/null && "${run[@]}" "$out/probe" ||
    { echo "no ThreadSanitizer"; exit 77; }

(cd "$out" && printf '%s\n' "$lwip"/src/core/*.c "$lwip"/src/core/ipv4/*.c "$lwip"/src/api/*.c \
    "$lwip/src/netif/ethernet.c" |
    xargs -n 8 -P 2 "$cc" -w "${flags[@]/#-I/-I$OLDPWD/}" -c)
"$cc" -fsanitize=thread "${flags[@]}" ../sys_arch.c ../testrtos/objects.c ../../lwip/src/loop.c host_threads.c \
    test_sys_arch.c "$out"/*.o $(pkg-config --libs cmocka) -lpthread -o "$out/test"
"${run[@]}" "$out/test"
