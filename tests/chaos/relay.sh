# SPDX-License-Identifier: MIT
#
# For the tests beside it: transfers through a relay of their own, many at a time.

cd ../interop || exit
. ./peers.sh
cd ../chaos || exit

chaos=$(dirname "$netproto")/netp_chaos # both are in the root of the build
count=0
jobs=()

# through udp|tcp PORT SEED OPTIONS WHAT FROM TO COMMAND...: the command, which finds a relay to
# that port at $port and a folder of its own at $job, must make TO the same as FROM; or, when FROM is
# empty, end with the exit status TO. It runs in the background.
through()
{
    local job=$work/job$count
    count=$((count + 1))
    mkdir "$job"
    ( relayed "$job" "$@" >"$job/result" 2>&1 ) &
    jobs+=($!)
}

relayed() # JOB KIND PORT SEED OPTIONS WHAT FROM TO COMMAND...
{
    local job=$1 kind=$2 to_port=$3 seed=$4 options=$5 what=$6 from=$7 to=$8 relay port status
    shift 8
    trap - EXIT
    [ -z "$from" ] || rm -f "$to"
    "$chaos" --"$kind" --to 127.0.0.1:"$to_port" --seed "$seed" $options >"$job/relay" 2>&1 &
    relay=$!
    soon grep -q '^listening on ' "$job/relay"
    port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$job/relay")
    port=$port job=$job timeout 300 "$@" >"$job/log" 2>&1 </dev/null
    status=$?
    kill "$relay"
    wait "$relay" || echo "FAILED: $what: the relay: $(cat "$job/relay")"
    if [ -n "$from" ] && cmp -s "$from" "$to" || [ $status = "$to" ]; then
        tail -n 1 "$job/relay"
    else
        echo "FAILED: $what, $options --seed $seed: exit status $status: $(tail -n 2 "$job/log")"
    fi
}

# Waits for all of them, and counts.
gather()
{
    wait "${jobs[@]}"
    for ((; count > 0; count--)); do
        if grep '^FAILED' "$work/job$((count - 1))/result"; then
            failed=$((failed + 1))
        else
            ok
        fi
    done
    rm -r "$work"/job*
    jobs=()
}
