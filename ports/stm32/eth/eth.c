/* eth.c - the states from power-up to link. See netp_eth.h.
 *
 * SPDX-License-Identifier: MIT */
#include "eth_mac.h"

#include <string.h>

#define STALL_TICKS 20u /* 2 s */

bool netp_eth_await(const struct netp_eth *e, uint32_t offset, uint32_t bits)
{
    uint32_t patience = NETP_ETH_PATIENCE;

    while (netp_eth_get(e, offset) & bits) {
        if (--patience == 0) {
            return false;
        }
    }
    return true;
}

void netp_eth_restart(struct netp_eth *e)
{
    e->mode = 0;
    e->bus_error_ = false;
    e->stalled_ = e->tx_ = e->tx_done_ = e->tx_used_ = 0;
    e->state = NETP_ETH_NO_CLOCK;
    if (!netp_eth_mac_reset(e)) {
        return;
    }
    for (e->rx_ = NETP_ETH_RX_DESCS; e->rx_ > 0;) {
        e->rx_--;
        netp_eth_mac_arm(e);
    }
    for (unsigned i = 0; i < NETP_ETH_TX_DESCS; i++) {
        struct netp_eth_desc *d = &e->cfg_.dma->tx[i];

        NETP_ETH_STORE(&d->w[0], 0); /* where either generation has OWN */
        NETP_ETH_STORE(&d->w[3], 0);
        NETP_ETH_CLEAN(d, sizeof *d);
    }
    netp_eth_mac_filter(e);
    e->state = NETP_ETH_NO_LINK;
}

/* Looks after a MAC that runs. */
static void check(struct netp_eth *e)
{
    netp_eth_reap(e);
    netp_eth_mac_kick(e); /* should a doorbell or an interrupt be lost, it is not for long */
    e->pending = true;
    e->stats.rx_missed += netp_eth_mac_missed(e);
    if (e->tx_used_ > 0) {
        e->stalled_++;
    }
    if (e->bus_error_ || e->stalled_ > STALL_TICKS) {
        e->stats.bus_errors += e->bus_error_;
        e->stats.restarts++;
        e->state = NETP_ETH_NO_CLOCK;
    }
}

static void follow_link(struct netp_eth *e)
{
    int mode = netp_eth_phy_mode(e);

    if (mode < 0) {
        e->mode = 0;
        e->state = NETP_ETH_NO_PHY;
        return;
    }
    if (e->mode != 0 && mode != e->mode) {
        mode = 0; /* down first, also when another mode was negotiated between two looks */
    }
    if (e->state != NETP_ETH_NO_CLOCK && mode == e->mode) {
        return;
    }
    netp_eth_restart(e); /* nothing stale is sent or held */
    if (mode > 0 && e->state == NETP_ETH_NO_LINK) {
        netp_eth_mac_run(e, (unsigned)mode);
        e->mode = (uint8_t)mode;
        e->state = NETP_ETH_LINK;
    }
}

static void tick(struct netp_eth *e)
{
    switch (e->state) {
    case NETP_ETH_OFF:
        return;
    case NETP_ETH_NO_PHY:
        e->state = netp_eth_phy_find(e);
        return;
    case NETP_ETH_PHY_RESET:
        e->state = netp_eth_phy_start(e);
        return;
    case NETP_ETH_LINK:
        check(e);
        break;
    default:
        break;
    }
    follow_link(e);
}

static bool fits(const void *p)
{
    return (uintptr_t)p % 32 == 0 && netp_eth_mac_reaches(p);
}

int netp_eth_init(struct netp_eth *e, const struct netp_eth_cfg *cfg)
{
    for (unsigned i = 0; i <= NETP_ETH_RX_DESCS; i++) {
        if (!fits(i < NETP_ETH_RX_DESCS ? (const void *)cfg->rx_buf[i] : cfg->dma)) {
            return NETP_ETH_E_MEMORY;
        }
    }
    memset(e, 0, sizeof *e);
    e->cfg_ = *cfg;
    netp_eth_on(e);
    return 0;
}

bool netp_eth_poll(struct netp_eth *e, uint32_t now_ms)
{
    bool link;

    if (now_ms - e->ticked_ms_ >= NETP_ETH_TICK) {
        e->ticked_ms_ = now_ms;
        tick(e);
    }
    link = e->state == NETP_ETH_LINK;
    if (link == e->told_) {
        return false;
    }
    e->told_ = link;
    e->stats.links++;
    return true;
}

void netp_eth_off(struct netp_eth *e)
{
    netp_eth_mac_stop(e);
    if (e->state > NETP_ETH_PHY_RESET) { /* else there is none, or none that listens */
        netp_eth_phy_write(e, 0, 0x0800);
    }
    e->mode = 0;
    e->state = NETP_ETH_OFF;
}

void netp_eth_on(struct netp_eth *e)
{
    if (e->state == NETP_ETH_OFF) {
        e->state = NETP_ETH_NO_PHY;
    }
}

void netp_eth_irq(struct netp_eth *e)
{
    if (netp_eth_mac_events(e)) {
        e->bus_error_ = true;
    }
    e->pending = true;
}
