#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A disk that is full: a tmpfs of 64 KiB, in a mount namespace of its own, where the client writes a
# download and the server an upload.
set -u
if [ "${1:-}" != inside ]; then
    unshare -m true 2>/dev/null || { echo "no mount namespace: that needs root"; exit 77; }
    exec unshare -m "$0" inside
fi
cd "$(dirname "$0")/../interop" || exit
. ./peers.sh

full=$work/full root=$work/root
mkdir "$full" "$root"
mount -t tmpfs -o size=64k none "$full" || { echo "no tmpfs here"; exit 77; }
trap 'umount "$full"; finish' EXIT
head -c 200000 /dev/urandom >"$root/large"
head -c 20000 /dev/urandom >"$root/small"

says() # WHAT TEXT: the last command has said so
{
    grep -q "$2" "$work/last.log" && ok || bad "$1: it says: $(cat "$work/last.log")"
}

has() # NAME...
{
    [ "$(cd "$full" && echo *)" = "$*" ]
}

holds() # WHAT NAME...: soon the folder holds these and nothing else
{
    local what=$1
    shift
    soon has "$@" && ok || bad "$what: the folder holds $(ls "$full")"
}

# --- the client --------------------------------------------------------------------------------

start our "$netproto" tftpd --listen 127.0.0.1:0 --root "$root"
url=tftp://127.0.0.1:$(port_of our) || { cat "$work/our.log"; exit 1; }

printf old >"$full/file"
expect 6 "get" "$netproto" get "$url/large" -o "$full/file"
says "get" "No space left on device"
holds "get" file
[ "$(cat "$full/file")" = old ] && ok || bad "get: the old file has gone"
move "get of what fits" "$root/small" "$full/file" "$netproto" get "$url/small" -o "$full/file"
stop our
grep -q "Disk full" "$work/our.log" && ok || bad "the server was not told: $(cat "$work/our.log")"

# --- the server --------------------------------------------------------------------------------

start our "$netproto" tftpd --listen 127.0.0.1:0 --root "$full" --write --overwrite
url=tftp://127.0.0.1:$(port_of our)

for option in --quiet --no-tsize; do # it is known before the first block, or when it happens
    expect 1 "put $option" "$netproto" put $option "$root/large" "$url/file"
    says "put $option" "TFTP error 3"
    holds "put $option" file
    cmp -s "$root/small" "$full/file" && ok || bad "put $option: the old file has gone"
    move "get after it" "$root/small" "$work/got" "$netproto" get "$url/file" -o "$work/got"
done
rm "$full/file"
move "put of what fits" "$root/small" "$full/new" "$netproto" put "$root/small" "$url/new"
holds "put of what fits" new
stop our
[ $? = 0 ] && ok || bad "netproto tftpd did not end with status 0"
summary
