#!/bin/bash
# SPDX-License-Identifier: MIT
#
# TFTP with the programs of others over a network that loses, repeats, delays and reorders: our
# client and their servers, their clients and our server.
set -u
cd "$(dirname "$0")" || exit
. ./relay.sh

for program in tftp atftp; do
    command -v $program >/dev/null || { echo "no $program here"; exit 77; }
done
[ -d "$servers/tftpd-hpa" ] || { echo "no servers in $servers: run scripts/peers.sh"; exit 77; }

root=$work/root local=$work/local
mkdir "$root" "$local"
head -c 20000 /dev/urandom >"$root/f"
chmod 777 "$root"
chmod 644 "$root/f"

hpa=$(free_port udp)
start hpa "$servers/tftpd-hpa/usr/sbin/in.tftpd" -L -4 -a 127.0.0.1:"$hpa" -s -c -p -T 200000 \
    -u root "$root"
atf=$(free_port udp)
start atf "$servers/atftpd/usr/sbin/atftpd" --daemon --no-fork --bind-address 127.0.0.1 \
    --port "$atf" --retry-timeout 1 --user root --group root --logfile - "$root"
start our "$netproto" tftpd --listen 127.0.0.1:0 --root "$root" --write --create --overwrite
our=$(port_of our) || { cat "$work/our.log"; exit 1; }
wait_for udp "$hpa" && wait_for udp "$atf" || exit 1

profiles=("--loss 5 --delay 2" "--dup 100 --delay 3" "--reorder 15 --delay 2"
    "--loss 2 --dup 10 --reorder 5 --delay 4")
for p in "${!profiles[@]}"; do
    for s in 1 2; do
        seed=$((10 * s + p)) o=${profiles[p]} blocks="--blksize 512 --windowsize $((7 - 3 * s))"
        for server in hpa atf; do
            n=$server$seed
            through udp "${!server}" $seed "$o" "get from $server" "$root/f" "$local/$n" sh -c \
                "'$netproto' get $blocks tftp://127.0.0.1:\$port/f -o '$local/$n'"
            through udp "${!server}" $seed "$o" "put to $server" "$root/f" "$root/$n" sh -c \
                "'$netproto' put $blocks '$root/f' tftp://127.0.0.1:\$port/$n"
        done
        n=$local/tftp$seed
        through udp "$our" $seed "$o" "tftp-hpa get" "$root/f" "$n" sh -c \
            "printf 'rexmt 1\nbinary\nget f $n\n' | tftp 127.0.0.1 \$port"
        n=tftp$seed
        through udp "$our" $seed "$o" "tftp-hpa put" "$root/f" "$root/$n" sh -c \
            "printf 'rexmt 1\nbinary\nput $root/f $n\n' | tftp 127.0.0.1 \$port"
        n=atftp$seed
        through udp "$our" $seed "$o" "atftp get" "$root/f" "$local/$n" sh -c \
            "atftp --tftp-timeout 1 -g -r f -l '$local/$n' 127.0.0.1 \$port"
        through udp "$our" $seed "$o" "atftp put" "$root/f" "$root/$n" sh -c \
            "atftp --tftp-timeout 1 -p -l '$root/f' -r $n 127.0.0.1 \$port"
    done
done
gather
stop our
[ $? = 0 ] && ok || bad "netproto tftpd did not end with status 0"
ls "$root" | grep -q '\.part' && bad "a partial file was left: $(ls "$root")" || ok
summary
