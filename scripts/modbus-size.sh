#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/modbus-size.sh: links Modbus servers and clients for a Cortex-M4, without the functions that they do
# not call, and prints the bytes of each. Fails if one is larger than it may be.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# What a device calls.
cat >"$out/server.c" <<'END'
#include <netproto/modbus_map.h>
#include <netproto/modbus_server.h>
void run(struct netp_modbus_server *m, const struct netp_modbus_server_cfg *cfg,
         const struct netp_modbus_map *map, struct netp_in *in, struct netp_out *v);
void run(struct netp_modbus_server *m, const struct netp_modbus_server_cfg *cfg,
         const struct netp_modbus_map *map, struct netp_in *in, struct netp_out *v)
{
    struct netp_modbus_server_ev ev;
    struct netp_modbus_response answer;
    netp_modbus_server_init(m, cfg, 0);
    while (netp_modbus_server_next(m, in, netp_modbus_server_deadline(m), &ev) > 0) {
        netp_modbus_map_answer(map, &ev.request, ev.room, ev.room_n, &answer);
        netp_modbus_server_respond(m, &answer, 0);
    }
    netp_modbus_server_sent(m, netp_modbus_server_out(m, v, netp_modbus_server_want(m)), 0);
    in->n = (size_t)netp_modbus_server_fail(m)->code;
}
END

cat >"$out/client.c" <<'END'
#include <netproto/modbus_client.h>
void run(struct netp_modbus_client *m, const struct netp_modbus_client_cfg *cfg,
         const struct netp_modbus_request *r, struct netp_in *in, struct netp_out *v);
void run(struct netp_modbus_client *m, const struct netp_modbus_client_cfg *cfg,
         const struct netp_modbus_request *r, struct netp_in *in, struct netp_out *v)
{
    struct netp_modbus_client_ev ev;
    netp_modbus_client_init(m, cfg, 0);
    netp_modbus_client_request(m, 1, r, 0);
    while (netp_modbus_client_next(m, in, netp_modbus_client_deadline(m), &ev) > 0) {
        in->n = ev.response.n;
    }
    netp_modbus_client_sent(m, netp_modbus_client_out(m, v, netp_modbus_client_want(m)), 0);
    in->n = (size_t)netp_modbus_client_fail(m)->code;
}
END

bad=0
size() # NAME MOST MACRO...: MOST bytes of code and constants at most
{
    local name=$1 most=$2 text
    shift 2
    arm-none-eabi-gcc -std=c11 -mcpu=cortex-m4 -mthumb -Os -ffreestanding -ffunction-sections \
        -fdata-sections "${@/#/-DNETP_MODBUS_}" -Ilibnetproto/include -Iprotocols/modbus/include \
        -isystem /usr/include/newlib -nostdlib -Wl,--gc-sections,-e,run \
        -Wl,--unresolved-symbols=ignore-all -Wl,--no-warn-mismatch \
        "$out/${name%%,*}.c" libnetproto/src/crc.c protocols/modbus/src/*.c -o "$out/a.elf" 2>"$out/log" ||
        { cat "$out/log"; exit 1; }
    # run() itself is the application's
    text=$(arm-none-eabi-nm -S "$out/a.elf" | awk '$4 == "run" { print $2 }')
    text=$(($(arm-none-eabi-size "$out/a.elf" | awk 'NR == 2 { print $1 }') - 16#$text))
    printf '%-56s %6d  (%d at most)\n' "$name" "$text" "$most"
    [ "$text" -le "$most" ] || bad=1
}

size "server, MBAP, 01 to 06, 0F and 10, map" 2400 \
    COMMON_ONLY NO_RTU NO_ASCII NO_DATAGRAMS NO_SERIAL_DIAGNOSTICS
size "server, MBAP, all functions, map" 5200 NO_RTU NO_ASCII NO_SERIAL_DIAGNOSTICS
size "server, MBAP, RTU, all functions, diagnostics, map" 7200 NO_ASCII
size "client, MBAP, 01 to 06, 0F and 10" 2450 COMMON_ONLY NO_RTU NO_ASCII NO_DATAGRAMS
size "client, MBAP, all functions" 3300 NO_RTU NO_ASCII
size "client, MBAP, RTU and ASCII, all functions" 5000
exit $bad
