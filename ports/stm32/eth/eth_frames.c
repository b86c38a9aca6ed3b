/* eth_frames.c - frames in and out of the rings. See netp_eth.h.
 *
 * SPDX-License-Identifier: MIT */
#include "eth_mac.h"

enum { ETHERTYPE = 12, HEADER = 14, FCS = 4 };

#if NETP_ETH_CHECKSUMS
/* Checksums that are in a frame already, or that the MAC cannot know, come out wrong when it
 * inserts them: ICMP's are lwIP's, and a fragment has only a part of TCP's or UDP's bytes. */
unsigned netp_eth_checksums(const uint8_t *frame, size_t n)
{
    const uint8_t *ip = frame + HEADER;
    bool fragment;

    if (n < HEADER + 20 || frame[ETHERTYPE] != 0x08 || frame[ETHERTYPE + 1] != 0x00) {
        return 0;
    }
    fragment = (ip[6] & 0x3f) != 0 || ip[7] != 0;
    return !fragment && (ip[9] == 6 || ip[9] == 17) ? 3 : 1;
}
#endif

size_t netp_eth_receive(struct netp_eth *e, uint8_t **buf)
{
    /* One round at most, lest a flood without buffers keep us here. */
    for (unsigned i = 0; i < NETP_ETH_RX_DESCS && e->state == NETP_ETH_LINK; i++) {
        int n = netp_eth_mac_received(e);
        uint8_t **armed = &e->cfg_.rx_buf[e->rx_];
        uint8_t *frame = NULL;

        if (n < 0) {
            return 0;
        }
        if (n < HEADER + FCS || n > (int)NETP_ETH_BUF) {
            e->stats.rx_errors++;
        } else if (!*buf) {
            e->stats.rx_no_buffer++;
        } else {
            frame = *armed;
            *armed = *buf;
            e->stats.rx++;
        }
        netp_eth_mac_arm(e);
        netp_eth_advance(&e->rx_, NETP_ETH_RX_DESCS);
        netp_eth_mac_kick(e);
        if (frame) {
            NETP_ETH_DISCARD(frame, (size_t)n); /* what the cache fetched while it was filled */
            *buf = frame;
            return (size_t)n - FCS;
        }
    }
    return 0;
}

void netp_eth_reap(struct netp_eth *e)
{
    while (e->tx_used_ > 0) {
        int sent = netp_eth_mac_sent(e);

        if (sent < 0) {
            return;
        }
        e->stats.tx += (uint32_t)sent;
        e->stats.tx_errors += !sent;
        e->stalled_ = 0;
        e->tx_used_--;
        netp_eth_advance(&e->tx_done_, NETP_ETH_TX_DESCS);
    }
}

uint8_t *netp_eth_send_begin(struct netp_eth *e)
{
    if (e->state == NETP_ETH_LINK) {
        netp_eth_reap(e);
        if (e->tx_used_ < NETP_ETH_TX_DESCS) {
            return e->cfg_.dma->tx_buf[e->tx_];
        }
    }
    e->stats.tx_busy++;
    return NULL;
}

void netp_eth_send(struct netp_eth *e, size_t n)
{
    NETP_ETH_CLEAN(e->cfg_.dma->tx_buf[e->tx_], n);
    netp_eth_mac_send(e, n);
    netp_eth_advance(&e->tx_, NETP_ETH_TX_DESCS);
    e->tx_used_++;
}
