#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/busybox.sh: builds a busybox that has ntpd, which Debian's lacks, from Debian's source, into
# ${NETPROTO_PEERS:-/opt/netproto-peers}/busybox-ntpd, for tests/interop/test_sntp.sh. Takes a
# minute; that test does without where it is absent.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

to=${NETPROTO_PEERS:-/opt/netproto-peers}/busybox-ntpd
[ ! -x "$to/busybox" ] || exit 0
need bzip2 dpkg-dev gcc libc6-dev make
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p lists/partial
echo 'deb-src http://deb.debian.org/debian bookworm main' >sources
source=(-o "Dir::Etc::SourceList=$work/sources" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$work/lists")
download()
{
    quiet_apt "${source[@]}" update && quiet_apt "${source[@]}" source --download-only busybox
}
again download
tar xf busybox_*.orig.tar.bz2
cd busybox-*/
make allnoconfig >/dev/null
for option in NTPD FEATURE_NTPD_SERVER; do
    sed -i "s/^# CONFIG_$option is not set/CONFIG_$option=y/" .config
    yes '' 2>/dev/null | make oldconfig >/dev/null || true
done
make -j"$(nproc)" >build.log 2>&1
mkdir -p "$to"
cp busybox "$to/.busybox"
mv "$to/.busybox" "$to/busybox"
