#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/get-lwip.sh [SUITE]: prints the folder of a source tree of lwIP 2.1.2 or later. That is
# LWIP_DIR where it is set; else, or with SUITE, the source package of Debian 12, which has 2.1.3, or
# of a later Debian (trixie has 2.2.1), unpacked once under ${NETPROTO_LWIP:-/opt/netproto-lwip}
# without Debian's patches, which replace headers by the system's and are of no use to firmware.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

suite=${1:-bookworm}
home=${NETPROTO_LWIP:-/opt/netproto-lwip}
if [ $# -gt 0 ]; then
    dir=$home/$suite
else
    dir=${LWIP_DIR:-$home/lwip}
fi
if [ ! -f "$dir/src/include/lwip/init.h" ]; then
    if [ $# = 0 ] && [ -n "${LWIP_DIR:-}" ]; then
        echo "LWIP_DIR=$dir is no source tree of lwIP" >&2
        exit 1
    fi
    need dpkg-dev >&2
    mkdir -p "$home"
    work=$(mktemp -d "$home/.work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/lists/partial"
    # Few machines have source packages among their lists: one of our own, for this alone.
    echo "deb-src http://deb.debian.org/debian $suite main" >"$work/sources"
    own=(-o Dir::Etc::SourceList="$work/sources" -o Dir::Etc::SourceParts=/dev/null
        -o Dir::State::Lists="$work/lists" -o Acquire::Languages=none -o APT::Sandbox::User=root)
    cd "$work"
    download()
    {
        quiet_apt "${own[@]}" update >&2 && quiet_apt "${own[@]}" source --download-only lwip >&2
    }
    again download
    dpkg-source --skip-patches -x lwip_*.dsc lwip >&2
    rm -rf "$dir"
    mv lwip "$dir"
fi
echo "$dir"
