/* eth_selftest.c - frames to ourselves. See netp_eth.h.
 *
 * SPDX-License-Identifier: MIT */
#include "eth_mac.h"

#include <string.h>

enum { HEADER = 14, FCS = 4 };

static uint8_t expected(size_t i, unsigned seed)
{
    return (uint8_t)(i * 7 + seed);
}

static bool sent(struct netp_eth *e)
{
    for (uint32_t patience = NETP_ETH_PATIENCE; patience > 0; patience--) {
        (void)netp_eth_get(e, 0); /* takes its time */
        netp_eth_reap(e);
        if (e->tx_used_ == 0) {
            return true;
        }
    }
    return false;
}

/* The length with FCS of what came; 0: nothing, or a frame with an error. */
static size_t came(struct netp_eth *e)
{
    for (uint32_t patience = NETP_ETH_PATIENCE; patience > 0; patience--) {
        int n = netp_eth_mac_received(e);

        (void)netp_eth_get(e, 0);
        if (n >= 0) {
            return (size_t)n;
        }
    }
    return 0;
}

static enum netp_eth_verdict exchange(struct netp_eth *e, size_t n, unsigned seed)
{
    enum netp_eth_verdict verdict = NETP_ETH_PASSED;
    uint8_t *frame = netp_eth_send_begin(e);
    const uint8_t *back = e->cfg_.rx_buf[e->rx_];

    memcpy(frame, e->cfg_.mac, 6);
    memcpy(frame + 6, e->cfg_.mac, 6);
    frame[12] = 0x88; /* for experiments, IEEE 802 */
    frame[13] = 0xb5;
    for (size_t i = HEADER; i < n; i++) {
        frame[i] = expected(i, seed);
    }
    netp_eth_send(e, n);
    if (!sent(e)) {
        return NETP_ETH_NOTHING_SENT;
    }
    if (came(e) != n + FCS) {
        return NETP_ETH_NOTHING_BACK;
    }
    NETP_ETH_DISCARD(back, NETP_ETH_BUF);
    for (size_t i = HEADER; i < n; i++) {
        if (back[i] != expected(i, seed)) {
            verdict = NETP_ETH_DAMAGED;
        }
    }
    netp_eth_mac_arm(e);
    netp_eth_advance(&e->rx_, NETP_ETH_RX_DESCS);
    netp_eth_mac_kick(e);
    return verdict;
}

enum netp_eth_verdict netp_eth_selftest(struct netp_eth *e, bool by_phy)
{
    const unsigned mode = NETP_ETH_UP | NETP_ETH_100 | NETP_ETH_FULL;
    enum netp_eth_verdict verdict = NETP_ETH_NOT_STARTED;

    if (e->state < NETP_ETH_NO_LINK) {
        return verdict;
    }
    netp_eth_restart(e);
    if (e->state == NETP_ETH_NO_LINK) {
        netp_eth_phy_loop(e, by_phy);
        netp_eth_mac_run(e, by_phy ? mode : mode | NETP_ETH_LOOP);
        e->state = NETP_ETH_LINK;
        verdict = NETP_ETH_PASSED;
        /* All descriptors twice, and all lengths of a last cache line. */
        for (unsigned i = 0; i < 64 && verdict == NETP_ETH_PASSED; i++) {
            verdict = exchange(e, i % 2 ? NETP_ETH_FRAME - i : 60 + i, i);
        }
        netp_eth_restart(e);
        netp_eth_phy_loop(e, false);
    }
    return verdict;
}
