#!/bin/bash
# SPDX-License-Identifier: MIT
#
# fuzz/campaign.sh [OPTION...] [TARGET...]: fuzzes each target (default: all) for a while and exits
# with 1 if one crashed or hung. What is found stays under build/fuzz, where the next call resumes.
#   -t SECONDS     for each target; default 60
#   -j CORES       to use; default: all. AFL++ takes them for one target after the other, libFuzzer
#                  fuzzes as many targets at a time
#   --engine E     afl (the default), libfuzzer or both
#   --fresh        forgets what earlier calls found
#   --minimise     afterwards takes into fuzz/corpus what reaches new code, and records the outcomes
#                  anew: review both before you commit them
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

root=build/fuzz
seconds=60 cores=$(nproc) engine=afl fresh=0 minimise=0 bad=0

# Configures and builds all targets in build/fuzz/$1 with the compiler $2 and the CMake options $3...
build() # NAME COMPILER OPTION...
{
    local name=$1 compiler=$2
    shift 2
    cmake -S . -B "$root/$name" -DCMAKE_C_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DNETPROTO_TESTS=OFF "$@" >"$root/$name.log"
    cmake --build "$root/$name" -j "$(nproc)" >>"$root/$name.log" ||
        { tail -30 "$root/$name.log"; exit 1; }
}

build_all()
{
    export AFL_QUIET=1
    LWIP_DIR=$(scripts/get-lwip.sh) # some targets are of its binding
    export LWIP_DIR
    mkdir -p "$root"
    build replay gcc -DNETPROTO_FUZZ=replay -DNETPROTO_SANITIZE=address,undefined
    if [ "$engine" != libfuzzer ]; then
        build afl afl-clang-fast -DNETPROTO_FUZZ=afl
        AFL_USE_ASAN=1 AFL_USE_UBSAN=1 build afl-asan afl-clang-fast -DNETPROTO_FUZZ=afl
        AFL_LLVM_CMPLOG=1 build afl-cmplog afl-clang-fast -DNETPROTO_FUZZ=afl
    fi
    if [ "$engine" != afl ] || [ "$minimise" = 1 ]; then
        build libfuzzer clang -DNETPROTO_FUZZ=libfuzzer -DNETPROTO_SANITIZE=address,undefined
    fi
}

dictionary() # TARGET: the file of its protocol, if there is one
{
    local file=fuzz/dict/${1%%_*}.dict
    [ ! -f "$file" ] || echo "$file"
}

inputs() # TARGET: the folders that have a recorded outcome
{
    echo "fuzz/corpus/$1"
    [ ! -d "fuzz/crashers/$1" ] || echo "fuzz/crashers/$1"
}

# A line of the table; with crashes or hangs also these, to be had from the log alone.
report() # TARGET ENGINE EXECS SECONDS EDGES FILE...
{
    local target=$1 by=$2 execs=$3 time=$4 edges=$5 crashes=0 hangs=0 file
    shift 5
    for file; do
        case $file in */hangs/* | */timeout-*) hangs=$((hangs + 1)) ;; *) crashes=$((crashes + 1)) ;; esac
    done
    printf '%-14s %-10s %10s %9s %7s %8s %6s\n' "$target" "$by" "$execs" \
        $((execs / (time > 0 ? time : 1))) "$edges" "$crashes" "$hangs"
    for file; do
        printf '  %s\n  echo %s | base64 -d | %s/replay/fuzz/fuzz_%s -v -\n' "$file" \
            "$(base64 -w0 "$file")" "$root" "$target"
    done
    [ $# = 0 ] && [ "$execs" -gt 0 ] || bad=1
}

# No variable of a sanitizer is set: afl-fuzz has good values, and others cost a factor of six.
run_afl() # TARGET
{
    export AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
        AFL_TRY_AFFINITY=1 AFL_AUTORESUME=1 AFL_FAST_CAL=1 AFL_CMPLOG_ONLY_NEW=1 AFL_FINAL_SYNC=1 \
        AFL_FORKSRV_INIT_TMOUT=30000
    local target=$1 out=$root/out/$1 dict i jobs=()
    dict=$(dictionary "$1")
    [ "$fresh" = 0 ] || rm -rf "$out"
    mkdir -p "$out"
    one() # INSTANCE BUILD OPTION...
    {
        local name=$1 from=$2
        shift 2
        timeout -k 5 $((seconds + 120)) afl-fuzz -V "$seconds" -t 1000 -m none ${dict:+-x "$dict"} \
            -i "fuzz/corpus/$target" -o "$out" "$@" -- "$PWD/$root/$from/fuzz/fuzz_$target" \
            >"$out/$name.log" 2>&1 &
        jobs+=($!)
    }
    one asan afl-asan -S asan
    [ "$cores" -lt 2 ] || one plain afl -M plain -c "$PWD/$root/afl-cmplog/fuzz/fuzz_$target" -l 2
    for ((i = 3; i <= cores; i++)); do
        one "more$i" afl -S "more$i"
    done
    for i in "${jobs[@]}"; do
        wait "$i" || { echo "$target: afl-fuzz failed:"; tail -5 "$out"/*.log; bad=1; }
        kill -KILL -- "-$i" 2>/dev/null || true
    done
    # A fork server has a session of its own, and one of CMPLOG can outlive its parent.
    pkill -KILL -f "^$PWD/$root/afl[a-z-]*/fuzz/fuzz_$target\$" || true
    afl_report "$target" "$out"
}

afl_report() # TARGET FOLDER
{
    local target=$1 out=$2 found execs time edges
    mapfile -t found < <(find "$out" -path '*/crashes/id*' -o -path '*/hangs/id*')
    execs=$(cat "$out"/*/fuzzer_stats | awk '/^execs_done/ { n += $3 } END { print n + 0 }')
    time=$(cat "$out"/*/fuzzer_stats | awk '/^run_time/ && $3 > n { n = $3 } END { print n + 0 }')
    edges=$(cat "$out"/*/fuzzer_stats | awk '/^edges_found/ && $3 > n { n = $3 } END { print n + 0 }')
    report "$target" afl "$execs" "$time" "$edges" "${found[@]}"
}

# libFuzzer writes into the first folder, so that is never the corpus.
run_libfuzzer() # TARGET
{
    local target=$1 out=$root/out-libfuzzer/$1 dict found log
    dict=$(dictionary "$1")
    log=$out/log
    [ "$fresh" = 0 ] || rm -rf "$out"
    mkdir -p "$out/queue" "$out/found"
    timeout -k 5 $((seconds + 60)) "$root/libfuzzer/fuzz/fuzz_$target" -max_total_time="$seconds" \
        -timeout=5 -rss_limit_mb=1024 -max_len=1024 ${dict:+-dict="$dict"} -print_final_stats=1 \
        "${fork[@]}" -artifact_prefix="$out/found/" \
        "$out/queue" "fuzz/corpus/$target" >"$log" 2>&1 || bad=1
    mapfile -t found < <(find "$out/found" -type f)
    report "$target" libfuzzer \
        "$(awk '/^stat::number_of_executed_units/ { n = $2 } match($0, /^#[0-9]+:/) { m = substr($0, 2, RLENGTH - 2) } END { print (n > m ? n : m) + 0 }' "$log")" \
        "$seconds" "$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -c6-)" "${found[@]}"
}

# What reaches code that the corpus does not, small inputs first.
take_in() # TARGET
{
    local target=$1 new file
    new=$(mktemp -d)
    while read -r file; do # each fuzzer numbers its inputs from 0
        cp "$file" "$new/$(sha256sum <"$file" | cut -c1-16)"
    done < <(find "$root"/out*/"$target" -path '*/queue/*' -type f -not -path '*/.state/*')
    "$root/libfuzzer/fuzz/fuzz_$target" -merge=1 -use_counters=0 -max_len=1024 \
        "fuzz/corpus/$target" "$new" >"$root/merge-$target.log" 2>&1 || { tail -5 "$root/merge-$target.log"; bad=1; }
    rm -rf "$new"
    for file in "fuzz/corpus/$target"/????????????????????????????????????????; do
        [ ! -f "$file" ] || mv "$file" "${file:0:-24}" # by the first 16 digits of its hash
    done
    # shellcheck disable=SC2046 # one word a folder
    "$root/replay/fuzz/fuzz_$target" -w "fuzz/golden/$target.txt" $(inputs "$target")
}

while [ $# -gt 0 ]; do
    case $1 in
    -t) seconds=$2 && shift 2 ;;
    -j) cores=$2 && shift 2 ;;
    --engine) engine=$2 && shift 2 ;;
    --fresh) fresh=1 && shift ;;
    --minimise) minimise=1 && shift ;;
    -*) sed -n '4,13s/^# \?//p' "$0" && exit 2 ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || set -- $(basename -s .c fuzz/fuzz_*.c | sed 's/^fuzz_//')

set -m # each job is a process group, so that none of its children stays behind
trap 'kill -KILL $(jobs -p | sed "s/^/-/") 2>/dev/null; exit 130' INT TERM
need "${build_packages[@]}" "${fuzz_packages[@]}"
build_all
printf '%-14s %-10s %10s %9s %7s %8s %6s\n' target engine execs execs/s edges crashes hangs

fuzz() # TARGET
{
    # shellcheck disable=SC2046
    "$root/replay/fuzz/fuzz_$1" -g "fuzz/golden/$1.txt" $(inputs "$1") >/dev/null ||
        { bad=1 && return; }
    [ "$engine" = libfuzzer ] || run_afl "$1"
    [ "$engine" = afl ] || run_libfuzzer "$1"
    [ "$minimise" = 0 ] || take_in "$1"
}

at_a_time=1 running=0 fork=()
[ "$engine" != libfuzzer ] || at_a_time=$(($# < cores ? $# : cores))
[ $((cores / at_a_time)) = 1 ] || fork=(-fork=$((cores / at_a_time)) -ignore_crashes=0)
for target; do
    if [ $at_a_time = 1 ]; then
        fuzz "$target"
        continue
    fi
    [ $running -lt $at_a_time ] || { wait -n || bad=1; running=$((running - 1)); }
    (fuzz "$target" && exit "$bad") &
    running=$((running + 1))
done
while [ $running -gt 0 ]; do
    wait -n || bad=1
    running=$((running - 1))
done
exit "$bad"
