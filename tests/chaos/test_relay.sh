#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The relay itself: what a seed makes it do does not change from run to run.
set -u
cd "$(dirname "$0")" || exit
. ./relay.sh

is_drained() # UDP-PORT: nothing waits there to be read
{
    awk -v at=":$(printf %04X "$1")$" '$2 ~ at && $5 !~ /:0+$/ { n++ } END { exit n > 0 }' /proc/net/udp
}

# story SEED: what becomes of 100 datagrams that nobody answers
story()
{
    local i port
    start relay "$chaos" --udp --to 127.0.0.1:9 --seed "$1" --loss 20 --dup 20 --reorder 20
    port=$(port_of relay) || return
    for ((i = 0; i < 100; i++)); do
        echo $i >&3
    done 3>"/dev/udp/127.0.0.1/$port"
    soon is_drained "$port"
    stop relay
    tail -n 1 "$work/relay.log"
}

first=$(story 7)
[ "$(story 7)" = "$first" ] && ok || bad "seed 7 has two stories"
[ "$(story 8 | tail -c +7)" != "$(tail -c +7 <<<"$first")" ] && ok || bad "seeds 7 and 8 have one story"
[[ $first =~ ^"seed 7: 1 clients, "[0-9]+" bytes in 100 datagrams, "([0-9]+)" lost" ]] &&
    [ "${BASH_REMATCH[1]}" -gt 10 ] && [ "${BASH_REMATCH[1]}" -lt 30 ] && ok || bad "seed 7: $first"
expect 0 "help" "$chaos" --help
expect 2 "no --to" "$chaos" --udp
expect 2 "both kinds" "$chaos" --udp --tcp --to 127.0.0.1:9
expect 2 "no address" "$chaos" --udp --to localhost
expect 2 "no number" "$chaos" --udp --to 127.0.0.1:9 --loss many
summary
