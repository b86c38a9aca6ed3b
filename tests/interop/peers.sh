# SPDX-License-Identifier: MIT
#
# For the tests beside it: starts programs of others on loopback, each a child with a log of its
# own, and stops them by pid. A test reads it, calls ok, bad and skip, and ends with `summary`.

netproto=${NETPROTO:?set NETPROTO to the program netproto}
servers=${NETPROTO_PEERS:-/opt/netproto-peers}
work=$(mktemp -d)
chmod 755 "$work"
passed=0 failed=0 skipped=0
declare -A pid_of

ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAILED: $*"; }
skip() { skipped=$((skipped + 1)); echo "skipped: $*"; }

summary()
{
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
}

start() # NAME COMMAND...
{
    local name=$1
    shift
    : >"$work/$name.log" # not the one of an earlier server of that name
    "$@" >>"$work/$name.log" 2>&1 &
    pid_of[$name]=$!
}

runs() # PID: of a child, that has not ended; a pid alone may be another's by now
{
    [[ $'\n'$(jobs -rp)$'\n' == *$'\n'$1$'\n'* ]]
}

stop() # NAME: with TERM, after a minute with KILL; the exit status is the program's
{
    local pid=${pid_of[$1]:-} i
    [ -n "$pid" ] || return 0
    unset "pid_of[$1]"
    for ((i = 0; i < 1200; i++)); do
        runs "$pid" || break
        [ $i -gt 0 ] || kill "$pid" 2>/dev/null
        sleep 0.05
    done
    ! runs "$pid" || kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
}

finish()
{
    local name
    for name in "${!pid_of[@]}"; do
        stop "$name"
    done
    rm -rf "$work"
}
trap finish EXIT

stop_well() # NAME: it must end with status 0
{
    stop "$1"
    local status=$?
    [ $status = 0 ] && ok || bad "$1 ended with $status: $(tail -n 3 "$work/$1.log")"
}

soon() # COMMAND...: succeeds within a minute; a log's line may come after what it tells of
{
    local i
    for ((i = 0; i < 1200; i++)); do
        ! "$@" || return 0
        sleep 0.05
    done
    return 1
}

not() # COMMAND...
{
    ! "$@"
}

lines() # COUNT PATTERN FILE: at least so many of that pattern
{
    [ "$(grep -c -e "$2" "$3")" -ge "$1" ]
}

listens() # udp|tcp PORT: a socket that is not one of a connection
{
    grep -q ":$(printf %04X "$2") 0*:0000 " "/proc/net/$1" "/proc/net/${1}6" 2>/dev/null
}

taken() # udp|tcp PORT: by whatever, or it was given away before
{
    grep -q ":$(printf %04X "$2") " "/proc/net/$1" "/proc/net/${1}6" 2>/dev/null ||
        grep -qx "$2" "$work/ports" 2>/dev/null
}

wait_for() # udp|tcp PORT
{
    soon listens "$1" "$2" || { echo "nothing listens on $1 port $2" >&2; return 1; }
}

free_port() # udp|tcp
{
    local port=$((${NETPROTO_PORTS:-21000} + RANDOM % 9000))
    while taken "$1" "$port"; do
        port=$((port + 1))
    done
    echo "$port" | tee -a "$work/ports"
}

port_of() # NAME: of a server of ours, from the line that it prints
{
    soon grep -q '^listening on ' "$work/$1.log" &&
        sed -n 's/^listening on .*:\([0-9]*\)$/\1/p;T;q' "$work/$1.log"
}

pty() # NAME: a line between $work/NAME.a and $work/NAME.b
{
    start "pty-$1" socat "pty,raw,echo=0,link=$work/$1.a" "pty,raw,echo=0,link=$work/$1.b"
    soon test -e "$work/$1.a" && soon test -e "$work/$1.b"
}

# move WHAT FROM TO COMMAND...: the command must succeed and make TO the same as FROM.
move()
{
    local what=$1 from=$2 to=$3 status
    shift 3
    rm -f "$to"
    timeout 300 "$@" >"$work/last.log" 2>&1 </dev/null
    status=$?
    if [ $status != 0 ]; then
        bad "$what: exit status $status: $(tail -n 2 "$work/last.log")"
    elif ! cmp -s "$from" "$to"; then
        bad "$what: not the same: $(wc -c <"$from") and $(wc -c <"$to") bytes"
    else
        ok
    fi
}

# expect STATUS WHAT COMMAND...: the command must end with that status.
expect()
{
    local want=$1 what=$2 status
    shift 2
    timeout 300 "$@" >"$work/last.log" 2>&1 </dev/null
    status=$?
    if [ $status = "$want" ]; then
        ok
    else
        bad "$what: exit status $status, not $want: $(tail -n 2 "$work/last.log")"
    fi
}

says() # PATTERN WHAT: the output of the last command holds it
{
    grep -q -e "$1" "$work/last.log" && ok || bad "$2: no '$1' in: $(head -n 5 "$work/last.log")"
}

says_not() # PATTERN WHAT
{
    ! grep -q -e "$1" "$work/last.log" && ok || bad "$2: '$1' in: $(grep -e "$1" "$work/last.log")"
}

prints() # WHAT TEXT COMMAND...: it prints just that, with blanks for its line ends
{
    local what=$1 text=$2 got
    shift 2
    got=$(timeout 300 "$@" 2>"$work/last.log" | tr '\n' ' ')
    [ "${got% }" = "$text" ] && ok || bad "$what: '$got', not '$text': $(tail -n 1 "$work/last.log")"
}
