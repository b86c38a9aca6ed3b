/* eth_mac_v2.c - the MAC of H7. See eth_mac.h.
 *
 * SPDX-License-Identifier: MIT */
#include "eth_mac.h"
#include "eth_v2_regs.h"

#define DTCM_BYTES 0x20000u /* at 0x20000000, for the processor alone */
#define MDIO_CLOCK 5u /* 1/124 of the bus: 2.4 MHz at 300, never over 2.5, IEEE 802.3 22.2.2.11 */

bool netp_eth_mac_reaches(const void *p)
{
    return netp_eth_bus(p) - 0x20000000u >= DTCM_BYTES;
}

int netp_eth_mac_mdio(struct netp_eth *e, unsigned reg, int value)
{
    uint32_t command = V2_MACMDIOAR_PA(e->phy_) | V2_MACMDIOAR_RDA(reg) |
                       V2_MACMDIOAR_CR(MDIO_CLOCK) | V2_MACMDIOAR_MB;

    netp_eth_set(e, V2_MACMDIODR, (uint32_t)value); /* which a read writes over */
    command |= value >= 0 ? V2_MACMDIOAR_WRITE : V2_MACMDIOAR_READ;
    netp_eth_set(e, V2_MACMDIOAR, command);
    if (!netp_eth_await(e, V2_MACMDIOAR, V2_MACMDIOAR_MB)) {
        return -1;
    }
    return (int)(netp_eth_get(e, V2_MACMDIODR) & 0xffffu);
}

bool netp_eth_mac_reset(struct netp_eth *e)
{
    const uint8_t *mac = e->cfg_.mac;

    netp_eth_set(e, V2_DMAMR, V2_DMAMR_SWR);
    if (!netp_eth_await(e, V2_DMAMR, V2_DMAMR_SWR)) {
        return false;
    }
    netp_eth_set(e, V2_MACPFR, V2_MACPFR_HMC);
    netp_eth_set(e, V2_MMCRIMR, V2_MMCRIMR_ALL);
    netp_eth_set(e, V2_MMCTIMR, V2_MMCTIMR_ALL);
    netp_eth_set(e, V2_MTLTQOMR, netp_eth_get(e, V2_MTLTQOMR) | V2_MTLTQOMR_TSF);
    netp_eth_set(e, V2_MTLRQOMR, netp_eth_get(e, V2_MTLRQOMR) | V2_MTLRQOMR_RSF);
    netp_eth_set(e, V2_DMASBMR, V2_DMASBMR_AAL | V2_DMASBMR_FB);
    netp_eth_set(e, V2_DMACCR, V2_DMACCR_DSL(4));
    netp_eth_set(e, V2_DMACTCR, V2_DMACTCR_PBL(32) | V2_DMACTCR_OSP);
    netp_eth_set(e, V2_DMACRCR, V2_DMACRCR_PBL(32) | V2_DMACRCR_RBSZ(NETP_ETH_BUF));
    netp_eth_set(e, V2_DMACTDRLR, NETP_ETH_TX_DESCS - 1);
    netp_eth_set(e, V2_DMACRDRLR, NETP_ETH_RX_DESCS - 1);
    netp_eth_set(e, V2_DMACTDLAR, netp_eth_bus(e->cfg_.dma->tx));
    netp_eth_set(e, V2_DMACRDLAR, netp_eth_bus(e->cfg_.dma->rx));
    netp_eth_set(e, V2_DMACIER,
                 V2_DMACSR_NIS | V2_DMACSR_AIS | V2_DMACSR_FBE | V2_DMACSR_RBU | V2_DMACSR_RI);
    /* The write of the low half takes both over. */
    netp_eth_set(e, V2_MACA0HR, (uint32_t)mac[5] << 8 | mac[4]);
    netp_eth_set(e, V2_MACA0LR,
                 (uint32_t)mac[3] << 24 | (uint32_t)mac[2] << 16 | (uint32_t)mac[1] << 8 | mac[0]);
    return true;
}

void netp_eth_mac_run(struct netp_eth *e, unsigned mode)
{
    uint32_t cr = V2_MACCR_TE | V2_MACCR_RE;

    cr |= mode & NETP_ETH_100 ? V2_MACCR_FES : 0;
    cr |= mode & NETP_ETH_FULL ? V2_MACCR_DM : 0;
    cr |= mode & NETP_ETH_LOOP ? V2_MACCR_LM : 0;
    cr |= NETP_ETH_CHECKSUMS ? V2_MACCR_IPC : 0;
    netp_eth_set(e, V2_MACCR, cr);
    netp_eth_set(e, V2_DMACTCR, netp_eth_get(e, V2_DMACTCR) | V2_DMACTCR_ST);
    netp_eth_set(e, V2_DMACRCR, netp_eth_get(e, V2_DMACRCR) | V2_DMACRCR_SR);
    netp_eth_mac_kick(e);
}

void netp_eth_mac_stop(struct netp_eth *e)
{
    netp_eth_set(e, V2_DMACTCR, 0);
    netp_eth_set(e, V2_DMACRCR, 0);
    netp_eth_set(e, V2_MACCR, 0);
}

void netp_eth_mac_filter(struct netp_eth *e)
{
    netp_eth_set(e, V2_MACHT1R, e->hash_[1]);
    netp_eth_set(e, V2_MACHT0R, e->hash_[0]);
}

bool netp_eth_mac_events(struct netp_eth *e)
{
    uint32_t events = netp_eth_get(e, V2_DMACSR) & V2_DMACSR_W1C;

    netp_eth_set(e, V2_DMACSR, events);
    return (events & V2_DMACSR_FBE) != 0;
}

/* Without a descriptor frames wait in the FIFO, until that overflows. */
uint32_t netp_eth_mac_missed(struct netp_eth *e)
{
    return V2_MTLRQMPOCR_OVF(netp_eth_get(e, V2_MTLRQMPOCR));
}

void netp_eth_mac_arm(struct netp_eth *e)
{
    struct netp_eth_desc *d = &e->cfg_.dma->rx[e->rx_];
    uint8_t *buf = e->cfg_.rx_buf[e->rx_];

    NETP_ETH_DISCARD(buf, NETP_ETH_BUF); /* lest the cache write over what is received */
    NETP_ETH_STORE(&d->w[0], netp_eth_bus(buf));
    NETP_ETH_BARRIER();
    NETP_ETH_STORE(&d->w[3], V2_RDES3_OWN | V2_RDES3_IOC | V2_RDES3_BUF1V);
    NETP_ETH_CLEAN(d, sizeof *d);
}

int netp_eth_mac_received(struct netp_eth *e)
{
    const uint32_t whole = V2_RDES3_FD | V2_RDES3_LD;
    struct netp_eth_desc *d = &e->cfg_.dma->rx[e->rx_];
    uint32_t status;

    NETP_ETH_DISCARD(d, sizeof *d);
    status = d->w[3];
    if (status & V2_RDES3_OWN) {
        return (int)status;
    }
    if ((status & (V2_RDES3_ES | V2_RDES3_CTXT | whole)) != whole) {
        return 0;
    }
    if (NETP_ETH_CHECKSUMS && status & V2_RDES3_RS1V && d->w[1] & (V2_RDES1_IPHE | V2_RDES1_IPCE)) {
        return 0;
    }
    return (int)V2_RDES3_PL(status);
}

/* The DMA stops at the tail. Behind the last descriptor it never gets there, and only OWN counts;
 * any write wakes it. */
void netp_eth_mac_kick(struct netp_eth *e)
{
    netp_eth_set(e, V2_DMACRDTPR, netp_eth_bus(&e->cfg_.dma->rx[NETP_ETH_RX_DESCS]));
}

void netp_eth_mac_send(struct netp_eth *e, size_t n)
{
    struct netp_eth_desc *d = &e->cfg_.dma->tx[e->tx_];
    const uint8_t *buf = e->cfg_.dma->tx_buf[e->tx_];

    NETP_ETH_STORE(&d->w[0], netp_eth_bus(buf));
    NETP_ETH_STORE(&d->w[2], (uint32_t)n);
    NETP_ETH_BARRIER();
    NETP_ETH_STORE(&d->w[3], V2_TDES3_OWN | V2_TDES3_FD | V2_TDES3_LD |
                                 V2_TDES3_CIC(netp_eth_checksums(buf, n)) | (uint32_t)n);
    NETP_ETH_CLEAN(d, sizeof *d);
    netp_eth_set(e, V2_DMACTDTPR, netp_eth_bus(&e->cfg_.dma->tx[NETP_ETH_TX_DESCS]));
}

int netp_eth_mac_sent(struct netp_eth *e)
{
    struct netp_eth_desc *d = &e->cfg_.dma->tx[e->tx_done_];

    uint32_t status;

    NETP_ETH_DISCARD(d, sizeof *d);
    status = d->w[3];
    return status & V2_TDES3_OWN ? (int)status : !(status & V2_TDES3_ES);
}
