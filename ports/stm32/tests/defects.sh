#!/bin/bash
# SPDX-License-Identifier: MIT
#
# defects.sh [NUMBER...]: the test of the driver's tests. It puts one defect at a time into a copy of
# the driver, nearly all of them such as people have met in the field, and demands that a test
# program fails. Fails itself if a defect is not found, or no longer fits the source.
set -euo pipefail
cd "$(dirname "$0")"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
flags=(-std=c11 -O1 -fno-pie -no-pie -w -DNETP_ETH_PORT_H='"../tests/model_port.h"')
cc=${CC:-cc}
wanted=" $* "
bad=0

for part in lab model model_dma model_phy model_sum model_v1 model_v2 \
    test_eth_frames test_eth_link test_eth_groups test_eth_selftest; do
    "$cc" "${flags[@]}" -c "$part.c" -o "$out/$part.o"
done
for part in eth eth_frames eth_groups eth_mac_v1 eth_mac_v2 eth_phy eth_selftest; do
    "$cc" "${flags[@]}" -c "../eth/$part.c" -o "$out/$part.o"
done

# Whether the test notices FILE.c changed by SED.
found() # GENERATION TEST FILE SED
{
    local generation=$1 test=$2 file=${3//GEN/$1} dir=$out/$1 part status=0
    rm -rf "$dir"
    mkdir -p "$dir/eth" "$dir/tests"
    cp ../eth/*.h "$dir/eth"
    cp ./*.h "$dir/tests"
    cp "$out"/*.o "$dir"
    sed -E "$4" "../eth/$file.c" >"$dir/eth/$file.c"
    if cmp -s "../eth/$file.c" "$dir/eth/$file.c"; then
        echo "  the source of $file.c has nothing to break any more"
        return 1
    fi
    "$cc" "${flags[@]}" -c "$dir/eth/$file.c" -o "$dir/$file.o" || return 1
    local objects=("$dir/lab.o" "$dir/eth_mac_$generation.o" "$dir/model_$generation.o")
    for part in model model_dma model_phy model_sum eth eth_frames eth_groups eth_phy \
        eth_selftest "test_eth_$test"; do
        objects+=("$dir/$part.o")
    done
    "$cc" -no-pie "${objects[@]}" -o "$dir/test" -lcmocka || return 1
    timeout 60 "$dir/test" >"$dir/log" 2>&1 || status=$?
    [ $status != 0 ] || return 1
    sed -nE '/^(ERROR: |\[  ERROR   \] --- [^[])/{s/^(ERROR: |\[  ERROR   \] --- )//p;q}' "$dir/log" |
        sed 's/^/    /'
}

number=0
defect() # DESCRIPTION GENERATIONS TEST FILE SED
{
    local generation
    number=$((number + 1))
    [ "$wanted" = "  " ] || [[ $wanted == *" $number "* ]] || return 0
    for generation in $2; do
        if found "$generation" "$3" "$4" "$5" >"$out/said"; then
            printf '%2d %s: %s\n' $number $generation "$1"
            cat "$out/said"
        else
            printf '%2d %s: %s: NOT FOUND\n' $number $generation "$1"
            cat "$out/said"
            bad=1
        fi
    done
}

both="v1 v2"

# --- receiving
defect "stops when there is no buffer" "$both" frames eth_frames \
    's/(rx_no_buffer\+\+;)/\1 return 0;/'
defect "does not wake the receiver" "$both" frames eth_frames 's/netp_eth_mac_kick\(e\);//'
defect "reads what the cache had fetched" "$both" frames eth_frames 's/NETP_ETH_DISCARD\(frame.*//'
defect "arms a buffer with dirty lines" "$both" frames eth_mac_GEN \
    's/NETP_ETH_DISCARD\(buf, NETP_ETH_BUF\);//'
defect "gives a descriptor away before it is filled" v1 frames eth_mac_v1 \
    '/NETP_ETH_DISCARD\(buf/a NETP_ETH_STORE(&d->w[0], V1_RDES0_OWN); NETP_ETH_BARRIER();'
defect "puts the tail behind one descriptor, as ST's HAL does" v2 frames eth_mac_v2 \
    's/rx\[NETP_ETH_RX_DESCS\]/rx[e->rx_]/'
defect "leaves an armed descriptor in the cache" "$both" frames eth_mac_GEN \
    '/RDES[03]_OWN( \||\))/,/CLEAN/s/NETP_ETH_CLEAN.*/NETP_ETH_BARRIER();/'
defect "does not know the erratum of slow registers" v1 link eth_mac_v1 's/i < 256/i < 1/'

# --- sending
defect "does not wake the transmitter" "$both" frames eth_mac_GEN \
    's/netp_eth_set\(e, V._DMA(TPDR|CTDTPR),.*//'
defect "takes no descriptor back until the ring is full" "$both" frames eth_frames \
    's/^ *netp_eth_reap\(e\);//'
defect "has no barrier before OWN" "$both" frames eth_mac_GEN 's/NETP_ETH_BARRIER\(\);//'
defect "looks at an old descriptor in the cache" "$both" frames eth_mac_GEN \
    's/NETP_ETH_DISCARD\(d, .*//'
defect "hands the FCS up" "$both" frames eth_frames 's/\(size_t\)n - FCS/(size_t)n/'
defect "leaves what is to be sent in the cache" "$both" frames eth_frames 's/NETP_ETH_CLEAN.*//'
defect "leaves a descriptor to send in the cache" "$both" frames eth_mac_GEN \
    '/netp_eth_mac_send\(/,$s/NETP_ETH_CLEAN.*/NETP_ETH_BARRIER();/'

# --- faults and link
defect "never recovers from a bus error" "$both" link eth 's/e->bus_error_ \|\|//'
defect "knows 100 Mbit/s, full duplex, alone" "$both" link eth \
    's/netp_eth_mac_run\(e, \(unsigned\)mode\)/netp_eth_mac_run(e, 7)/'
defect "keeps its rings when the link changes" "$both" link eth \
    '/^static void follow_link/,$s/netp_eth_restart\(e\);.*/if (e->state == NETP_ETH_NO_CLOCK) netp_eth_restart(e); else e->state = NETP_ETH_NO_LINK, e->mode = 0, netp_eth_mac_stop(e);/'
defect "hands up frames with errors" "$both" frames eth_mac_GEN 's/V._RDES._ES \| //'
defect "does not acknowledge that descriptors ran out" "$both" frames eth_mac_GEN \
    's/(events = .*)(;)/\1 \& ~0x80u\2/'
defect "writes its address in the wrong order" "$both" frames eth_mac_GEN \
    '/V._MACA0HR,/{h;d};/V._MACA0LR,/,/;/{/;/G}'
defect "gives the size of a buffer at the wrong place" v2 frames eth_mac_v2 \
    's/V2_DMACRCR_RBSZ\(NETP_ETH_BUF\)/NETP_ETH_BUF/'

# --- and more
defect "mixes up the halves of the hash table" "$both" groups eth_mac_GEN \
    's/hash_\[1\]/hash_[9]/;s/hash_\[0\]/hash_[1]/;s/hash_\[9\]/hash_[0]/'
defect "forgets its groups in a reset" "$both" groups eth 's/netp_eth_mac_filter\(e\);//'
defect "does not reverse the hash" "$both" groups eth_groups 's/~crc >> 26/~crc \& 63/'
defect "reads the link once" "$both" link eth_phy '/the link.s bit tells/d'
defect "writes to a PHY in its reset" "$both" link eth_phy 's/control & BMCR_RESET/0/'
defect "does not restart a transmitter that is stuck" "$both" link eth 's/e->stalled_ > STALL/0 > STALL/'
defect "touches registers without a clock" "$both" link eth \
    's/^    case NETP_ETH_OFF:/    case 77:/'
defect "needs every interrupt" "$both" frames eth 's/netp_eth_mac_kick\(e\);.*//;/e->pending = true;/d'
defect "hands up half a frame" "$both" frames eth_mac_GEN \
    's/ != \(V1_RDES0_FS \| V1_RDES0_LS\)/ \& V1_RDES0_ES/;s/\) != whole/) \& V2_RDES3_ES/'

defect "sends what is not yet whole" "$both" frames eth_mac_GEN \
    's/V1_DMAOMR_RSF \| V1_DMAOMR_TSF/V1_DMAOMR_RSF/;s/ \| V2_MTLTQOMR_TSF//'

[ $bad = 0 ] || { echo "The tests miss defects"; exit 1; }
echo "All were found"
