#!/bin/bash
# SPDX-License-Identifier: MIT
#
# TFTP with the programs of others, in both directions: files of all the sizes at which a block
# ends, with options and without.
set -u
cd "$(dirname "$0")" || exit
. ./peers.sh

for program in tftp atftp curl busybox; do
    command -v $program >/dev/null || { echo "no $program here"; exit 77; }
done
[ -d "$servers/tftpd-hpa" ] || { echo "no servers in $servers: run scripts/peers.sh"; exit 77; }

sizes=(0 1 511 512 513 1000000 40000000)
root=$work/root local=$work/local
mkdir "$root" "$local"
chmod 777 "$root"
for n in "${sizes[@]}"; do
    head -c "$n" /dev/urandom >"$root/f$n"
done
chmod 644 "$root"/*

# --- our client, their servers ---------------------------------------------------------------

hpa=$(free_port udp)
start hpa "$servers/tftpd-hpa/usr/sbin/in.tftpd" -L -4 -a 127.0.0.1:"$hpa" -s -c -p -u root "$root"
atf=$(free_port udp)
start atf "$servers/atftpd/usr/sbin/atftpd" --daemon --no-fork --bind-address 127.0.0.1 \
    --port "$atf" --user root --group root --logfile - "$root"
# dnsmasq has no option for its TFTP port, so it gets an address of its own.
start dns "$servers/dnsmasq-base/usr/sbin/dnsmasq" -k --conf-file=/dev/null --port=0 --user=root \
    --group=root --pid-file= --listen-address=127.0.0.69 --bind-interfaces --enable-tftp \
    --tftp-root="$root" --log-facility=-
wait_for udp "$hpa" && wait_for udp "$atf" && wait_for udp 69 || exit 1

declare -A url=([hpa]=tftp://127.0.0.1:$hpa [atf]=tftp://127.0.0.1:$atf [dns]=tftp://127.0.0.69)
plain=(--blksize 512 --windowsize 1 --no-tsize)

for s in hpa atf dns; do
    for n in "${sizes[@]}"; do
        move "get f$n from $s" "$root/f$n" "$local/g" \
            "$netproto" get "${url[$s]}/f$n" -o "$local/g"
        move "get f$n from $s without options" "$root/f$n" "$local/g" \
            "$netproto" get "${plain[@]}" "${url[$s]}/f$n" -o "$local/g"
        [ $s != dns ] || continue
        move "put f$n to $s" "$root/f$n" "$root/up" "$netproto" put "$root/f$n" "${url[$s]}/up"
        move "put f$n to $s without options" "$root/f$n" "$root/up" \
            "$netproto" put "${plain[@]}" "$root/f$n" "${url[$s]}/up"
    done
    for b in 8 1428 8192 65464; do
        move "get from $s in blocks of $b" "$root/f1000000" "$local/g" \
            "$netproto" get --blksize $b "${url[$s]}/f1000000" -o "$local/g"
    done
    expect 1 "get from $s what is absent" "$netproto" get "${url[$s]}/absent" -o "$local/absent"
    [ ! -e "$local/absent" ] && [ ! -e "$local/absent.part" ] && ok || bad "a file for nothing"
done
skip "dnsmasq takes no uploads"
for w in 2 16 64; do
    move "get from atftpd with a window of $w" "$root/f1000000" "$local/g" \
        "$netproto" get --windowsize $w "${url[atf]}/f1000000" -o "$local/g"
    move "put to atftpd with a window of $w" "$root/f1000000" "$root/up" \
        "$netproto" put --windowsize $w "$root/f1000000" "${url[atf]}/up"
done
skip "windowsize is unknown to tftpd-hpa and dnsmasq: they answer without it, as seen above"
printf 'unix\ndos\r\nbare \r cr\n' >"$root/text"
move "get a text in netascii from tftpd-hpa" "$root/text" "$local/g" \
    "$netproto" get "${url[hpa]}/text;mode=netascii" -o "$local/g"
move "put a text in netascii to tftpd-hpa" "$root/text" "$root/up" \
    "$netproto" put "$root/text" "${url[hpa]}/up;mode=netascii"
skip "atftpd takes netascii for octet"
example=$(dirname "$netproto")/examples/tftp_get
if [ -x "$example" ]; then
    move "the example gets f1000000 from tftpd-hpa" "$root/f1000000" "$local/g" \
        sh -c "'$example' 127.0.0.1:$hpa f1000000 >'$local/g'"
else
    skip "the example is not built"
fi
for s in hpa atf dns; do
    stop $s
done

# --- their clients, our server ---------------------------------------------------------------

start our "$netproto" tftpd --listen 127.0.0.1:0 --root "$root" --write --create --overwrite
port=$(port_of our) || { cat "$work/our.log"; exit 1; }
host=127.0.0.1

for n in "${sizes[@]}"; do
    from=$root/f$n to=$local/g
    move "tftp-hpa get f$n" "$from" "$to" tftp -m binary $host "$port" -c get "f$n" "$to"
    move "atftp get f$n" "$from" "$to" atftp -g -r "f$n" -l "$to" $host "$port"
    move "atftp get f$n with options" "$from" "$to" atftp --option "blksize 1428" \
        --option "windowsize 16" --option "tsize 0" --option "timeout 3" \
        -g -r "f$n" -l "$to" $host "$port"
    move "curl get f$n without options" "$from" "$to" \
        curl -s --tftp-no-options -o "$to" "tftp://$host:$port/f$n"
    if [ "$n" = 0 ]; then
        skip "curl refuses the tsize 0 of an empty file"
    else
        move "curl get f$n" "$from" "$to" curl -s -o "$to" "tftp://$host:$port/f$n"
    fi
    move "busybox get f$n" "$from" "$to" busybox tftp -g -r "f$n" -l "$to" $host "$port"
    move "busybox get f$n in blocks of 1428" "$from" "$to" \
        busybox tftp -b 1428 -g -r "f$n" -l "$to" $host "$port"

    to=$root/up
    move "tftp-hpa put f$n" "$from" "$to" tftp -m binary $host "$port" -c put "$from" up
    move "atftp put f$n" "$from" "$to" atftp -p -l "$from" -r up $host "$port"
    move "atftp put f$n with options" "$from" "$to" atftp --option "blksize 1428" \
        --option "windowsize 16" -p -l "$from" -r up $host "$port"
    move "curl put f$n" "$from" "$to" curl -s -T "$from" "tftp://$host:$port/up"
    move "busybox put f$n" "$from" "$to" busybox tftp -p -l "$from" -r up $host "$port"
done
skip "tftp-hpa can't ask for any option"
for b in 8 8192 65464; do
    move "curl get in blocks of $b" "$root/f1000000" "$local/g" \
        curl -s --tftp-blksize $b -o "$local/g" "tftp://$host:$port/f1000000"
done
move "tftp-hpa get a text in netascii" "$root/text" "$local/g" \
    tftp -m ascii $host "$port" -c get text "$local/g"
expect 68 "curl get what is absent" curl -s -o "$local/absent" "tftp://$host:$port/absent"
expect 69 "curl get what lies outside" curl -s --path-as-is -o "$local/absent" \
    "tftp://$host:$port/../../etc/passwd"

# --- ours and ours -----------------------------------------------------------------------------

for n in "${sizes[@]}"; do
    move "get f$n from ourselves" "$root/f$n" "$local/g" \
        "$netproto" get "tftp://$host:$port/f$n" -o "$local/g"
    move "put f$n to ourselves" "$root/f$n" "$root/up" \
        "$netproto" put "$root/f$n" "tftp://$host:$port/up"
done
if grep -q . /proc/net/if_inet6 2>/dev/null; then
    start six "$netproto" tftpd --listen '[::]:0' --root "$root" --write
    six=$(port_of six)
    move "get over IPv6" "$root/f1000000" "$local/g" \
        "$netproto" get "tftp://[::1]:$six/f1000000" -o "$local/g"
    move "get over IPv4 from a server on all addresses" "$root/f1000000" "$local/g" \
        "$netproto" get "tftp://127.0.0.1:$six/f1000000" -o "$local/g"
    move "curl get over IPv6" "$root/f1000000" "$local/g" \
        curl -s -g -o "$local/g" "tftp://[::1]:$six/f1000000"
    stop six
else
    skip "this machine has no IPv6"
fi
no_part()
{
    ! ls "$root" | grep -q '\.part'
}
soon no_part && ok || bad "a partial file was left: $(ls "$root")"
stop_well our
summary
