/* eth_mac_v1.c - the MAC of F107, F2x7, F4x7, F4x9 and F7. See eth_mac.h.
 *
 * SPDX-License-Identifier: MIT */
#include "eth_mac.h"
#include "eth_v1_regs.h"

#define CCM_BYTES 0x10000u /* at 0x10000000, for the processor alone */

#define MDIO_CLOCK 4u /* 1/102 of the bus: 2.1 MHz at 216, never over 2.5, IEEE 802.3 22.2.2.11 */

#define OMR_STORE_AND_FORWARD (V1_DMAOMR_RSF | V1_DMAOMR_TSF)

/* A second write to a register of the MAC within four cycles of the wire's clock, 1.6 us at 10
 * Mbit/s, may be lost (ES0182 2.11.5, ES0206 2.17.5). As many reads take longer than that. */
static void set_slow(struct netp_eth *e, uint32_t offset, uint32_t value)
{
    netp_eth_set(e, offset, value);
    for (unsigned i = 0; i < 256; i++) {
        (void)netp_eth_get(e, offset);
    }
}

bool netp_eth_mac_reaches(const void *p)
{
    return netp_eth_bus(p) - 0x10000000u >= CCM_BYTES;
}

int netp_eth_mac_mdio(struct netp_eth *e, unsigned reg, int value)
{
    uint32_t command =
        V1_MACMIIAR_PA(e->phy_) | V1_MACMIIAR_MR(reg) | V1_MACMIIAR_CR(MDIO_CLOCK) | V1_MACMIIAR_MB;

    netp_eth_set(e, V1_MACMIIDR, (uint32_t)value); /* which a read writes over */
    command |= value >= 0 ? V1_MACMIIAR_MW : 0;
    netp_eth_set(e, V1_MACMIIAR, command);
    if (!netp_eth_await(e, V1_MACMIIAR, V1_MACMIIAR_MB)) {
        return -1;
    }
    return (int)(netp_eth_get(e, V1_MACMIIDR) & 0xffffu);
}

bool netp_eth_mac_reset(struct netp_eth *e)
{
    const uint8_t *mac = e->cfg_.mac;

    netp_eth_set(e, V1_DMABMR, V1_DMABMR_SR);
    if (!netp_eth_await(e, V1_DMABMR, V1_DMABMR_SR)) {
        return false;
    }
    netp_eth_set(e, V1_DMABMR,
                 V1_DMABMR_AAB | V1_DMABMR_USP | V1_DMABMR_RDP(32) | V1_DMABMR_FB |
                     V1_DMABMR_PBL(32) | V1_DMABMR_DSL(4));
    set_slow(e, V1_MACFFR, V1_MACFFR_HM);
    netp_eth_set(e, V1_MMCRIMR, V1_MMCRIMR_ALL);
    netp_eth_set(e, V1_MMCTIMR, V1_MMCTIMR_ALL);
    netp_eth_set(e, V1_DMAOMR, OMR_STORE_AND_FORWARD);
    netp_eth_set(e, V1_DMARDLAR, netp_eth_bus(e->cfg_.dma->rx));
    netp_eth_set(e, V1_DMATDLAR, netp_eth_bus(e->cfg_.dma->tx));
    netp_eth_set(e, V1_DMAIER,
                 V1_DMASR_NIS | V1_DMASR_AIS | V1_DMASR_FBES | V1_DMASR_RBUS | V1_DMASR_RS);
    /* The write of the low half takes both over. */
    netp_eth_set(e, V1_MACA0HR, (uint32_t)mac[5] << 8 | mac[4]);
    netp_eth_set(e, V1_MACA0LR,
                 (uint32_t)mac[3] << 24 | (uint32_t)mac[2] << 16 | (uint32_t)mac[1] << 8 | mac[0]);
    return true;
}

void netp_eth_mac_run(struct netp_eth *e, unsigned mode)
{
    uint32_t cr = V1_MACCR_TE;

    cr |= mode & NETP_ETH_100 ? V1_MACCR_FES : 0;
    cr |= mode & NETP_ETH_FULL ? V1_MACCR_DM : 0;
    cr |= mode & NETP_ETH_LOOP ? V1_MACCR_LM : 0;
    cr |= NETP_ETH_CHECKSUMS ? V1_MACCR_IPCO : 0;
    set_slow(e, V1_MACCR, cr);
    netp_eth_set(e, V1_DMAOMR, OMR_STORE_AND_FORWARD | V1_DMAOMR_ST | V1_DMAOMR_SR);
    set_slow(e, V1_MACCR, cr | V1_MACCR_RE);
}

void netp_eth_mac_stop(struct netp_eth *e)
{
    netp_eth_set(e, V1_DMAOMR, OMR_STORE_AND_FORWARD);
    set_slow(e, V1_MACCR, 0);
}

void netp_eth_mac_filter(struct netp_eth *e)
{
    set_slow(e, V1_MACHTHR, e->hash_[1]);
    set_slow(e, V1_MACHTLR, e->hash_[0]);
}

bool netp_eth_mac_events(struct netp_eth *e)
{
    uint32_t events = netp_eth_get(e, V1_DMASR) & V1_DMASR_W1C;

    netp_eth_set(e, V1_DMASR, events);
    return (events & V1_DMASR_FBES) != 0;
}

uint32_t netp_eth_mac_missed(struct netp_eth *e)
{
    uint32_t missed = netp_eth_get(e, V1_DMAMFBOCR);

    return V1_DMAMFBOCR_MFA(missed) + V1_DMAMFBOCR_MFC(missed);
}

void netp_eth_mac_arm(struct netp_eth *e)
{
    struct netp_eth_desc *d = &e->cfg_.dma->rx[e->rx_];
    uint8_t *buf = e->cfg_.rx_buf[e->rx_];

    NETP_ETH_DISCARD(buf, NETP_ETH_BUF); /* lest the cache write over what is received */
    NETP_ETH_STORE(&d->w[1], NETP_ETH_BUF | (e->rx_ == NETP_ETH_RX_DESCS - 1 ? V1_RDES1_RER : 0));
    NETP_ETH_STORE(&d->w[2], netp_eth_bus(buf));
    NETP_ETH_BARRIER();
    NETP_ETH_STORE(&d->w[0], V1_RDES0_OWN);
    NETP_ETH_CLEAN(d, sizeof *d);
}

int netp_eth_mac_received(struct netp_eth *e)
{
    struct netp_eth_desc *d = &e->cfg_.dma->rx[e->rx_];
    uint32_t status;

    NETP_ETH_DISCARD(d, sizeof *d);
    status = d->w[0];
    if (status & V1_RDES0_OWN) {
        return (int)status;
    }
    if ((status & (V1_RDES0_ES | V1_RDES0_FS | V1_RDES0_LS)) != (V1_RDES0_FS | V1_RDES0_LS)) {
        return 0;
    }
    if (NETP_ETH_CHECKSUMS && status & V1_RDES0_FT && status & (V1_RDES0_IPHCE | V1_RDES0_PCE)) {
        return 0;
    }
    return (int)V1_RDES0_FL(status);
}

void netp_eth_mac_kick(struct netp_eth *e)
{
    netp_eth_set(e, V1_DMARPDR, 0);
}

void netp_eth_mac_send(struct netp_eth *e, size_t n)
{
    struct netp_eth_desc *d = &e->cfg_.dma->tx[e->tx_];
    const uint8_t *buf = e->cfg_.dma->tx_buf[e->tx_];

    NETP_ETH_STORE(&d->w[1], (uint32_t)n);
    NETP_ETH_STORE(&d->w[2], netp_eth_bus(buf));
    NETP_ETH_BARRIER();
    NETP_ETH_STORE(&d->w[0], V1_TDES0_OWN | V1_TDES0_LS | V1_TDES0_FS |
                                 V1_TDES0_CIC(netp_eth_checksums(buf, n)) |
                                 (e->tx_ == NETP_ETH_TX_DESCS - 1 ? V1_TDES0_TER : 0));
    NETP_ETH_CLEAN(d, sizeof *d);
    netp_eth_set(e, V1_DMATPDR, 0);
}

int netp_eth_mac_sent(struct netp_eth *e)
{
    struct netp_eth_desc *d = &e->cfg_.dma->tx[e->tx_done_];

    uint32_t status;

    NETP_ETH_DISCARD(d, sizeof *d);
    status = d->w[0];
    return status & V1_TDES0_OWN ? (int)status : !(status & V1_TDES0_ES);
}
