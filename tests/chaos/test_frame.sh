#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Frames over connections that come in pieces and late; that are cut; that are reset.
set -u
cd "$(dirname "$0")" || exit
. ./relay.sh

head -c 60000 /dev/urandom >"$work/large"
printf 'small' >"$work/small"
: >"$work/empty"
cat "$work/small" "$work/empty" "$work/large" >"$work/whole"

# Sends three files through the relay at $port to $at; the exit status is that of the receiver.
frames() # FORMAT
{
    local cat
    "$netproto" frame cat --format "$1" --listen 127.0.0.1:"$at" --timeout 200 >"$got" 2>"$job/cat" &
    cat=$!
    soon grep -q '^listening on' "$job/cat"
    "$netproto" frame send --format "$1" --timeout 200 127.0.0.1:"$port" small empty large
    echo "the sender: $?"
    wait $cat
}
export -f frames soon
export netproto

cd "$work" || exit
at=$((21000 + RANDOM % 9000)) # below those that the kernel gives away
pass() # STATUS SEED OPTIONS FORMAT: whether all arrives, or the receiver's status is STATUS
{
    at=$((at + 1)) got=$work/got$count
    while listens tcp $at; do
        at=$((at + 1))
    done
    export at got
    if [ "$1" = 0 ]; then
        through tcp $at "$2" "$3" "$4" whole "$got" bash -c "frames $4"
    else
        through tcp $at "$2" "$3" "$4" "" "$1" bash -c "frames $4"
    fi
}

for format in u32be netstring varint cobs; do
    for seed in 1 2; do
        pass 0 $seed "--split 7" $format
        pass 0 $seed "--split 3000 --delay 20" $format
        pass 0 $seed "--delay 200" $format
        pass 5 $seed "--split 500 --cut-after 30000" $format
        pass 5 $seed "--reset-after 30000" $format
        pass 5 $seed "--cut-after 1" $format
    done
    gather
done
summary
