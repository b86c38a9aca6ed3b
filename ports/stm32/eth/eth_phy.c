/* eth_phy.c - the PHY: IEEE 802.3 clause 22, and where three makers' PHYs tell what was negotiated.
 *
 * SPDX-License-Identifier: MIT */
#include "eth_mac.h"

enum { BMCR = 0, BMSR = 1, PHYIDR1 = 2, PHYIDR2 = 3, ANAR = 4, ANLPAR = 5 };

#define BMCR_RESET    0x8000
#define BMCR_DOWN     0x0800
#define BMCR_AUTONEG  0x1200 /* on, and restarted */
#define BMCR_LOOP     0x6100 /* at 100 Mbit/s, full duplex */
#define BMSR_UP       0x0024 /* link, negotiation complete */
#define ANAR_10_100   0x01e1 /* 10 and 100 Mbit/s, half and full duplex, IEEE 802.3 */
#define ANAR_100_FULL 0x0100
#define ANAR_100      0x0080
#define ANAR_10_FULL  0x0040
#define NOBODY        0xffffu /* pulled up */

int netp_eth_phy_read(struct netp_eth *e, unsigned reg)
{
    return netp_eth_mac_mdio(e, reg, -1);
}

int netp_eth_phy_write(struct netp_eth *e, unsigned reg, unsigned value)
{
    return netp_eth_mac_mdio(e, reg, (int)value);
}

static bool answers(int value)
{
    return (unsigned)value - 1 < NOBODY - 1; /* nor 0 or -1 */
}

enum netp_eth_state netp_eth_phy_find(struct netp_eth *e)
{
    int wanted = e->cfg_.phy;

    e->phy_ = wanted < 0 ? 0 : (uint8_t)wanted;
    do {
        if (answers(netp_eth_phy_read(e, PHYIDR1))) {
            netp_eth_phy_write(e, BMCR, BMCR_RESET);
            return NETP_ETH_PHY_RESET;
        }
    } while (wanted < 0 && ++e->phy_ < 32);
    return NETP_ETH_NO_PHY;
}

enum netp_eth_state netp_eth_phy_start(struct netp_eth *e)
{
    int control = netp_eth_phy_read(e, BMCR);

    if ((unsigned)control >= NOBODY) { /* 0 is a value that it may have */
        return NETP_ETH_NO_PHY;
    }
    if (control & BMCR_RESET) {
        return NETP_ETH_PHY_RESET;
    }
    netp_eth_phy_write(e, ANAR, ANAR_10_100);
    netp_eth_phy_write(e, BMCR, BMCR_AUTONEG);
    return NETP_ETH_NO_CLOCK;
}

/* Bits NETP_ETH_100 and NETP_ETH_FULL from a register of the maker's, which holds for a
 * partner that does not negotiate, too: not every PHY puts an ability of that into ANLPAR. -1: the
 * PHY is unknown to us. */
static int made_mode(struct netp_eth *e)
{
#if NETP_ETH_MAKERS
    int mode;

    switch (netp_eth_phy_read(e, PHYIDR1) << 16 | (netp_eth_phy_read(e, PHYIDR2) & 0xfff0)) {
    case 0x0007c0f0: /* LAN8720A */
    case 0x0007c130: /* LAN8742A */
        mode = netp_eth_phy_read(e, 31) >> 2;
        break;
    case 0x00221560: /* KSZ8081 */
        mode = netp_eth_phy_read(e, 30);
        break;
    case 0x20005c90: /* DP83848, which has 10 Mbit/s in the place of 100 */
        mode = netp_eth_phy_read(e, 16) ^ NETP_ETH_100;
        break;
    default:
        return -1;
    }
    return mode & (NETP_ETH_100 | NETP_ETH_FULL);
#else
    (void)e;
    return -1;
#endif
}

int netp_eth_phy_mode(struct netp_eth *e)
{
    int status, mode, both;

    netp_eth_phy_read(e, BMSR); /* the link's bit tells of a loss until it has been read */
    status = netp_eth_phy_read(e, BMSR);
    if (!answers(status)) {
        return -1;
    }
    if ((status & BMSR_UP) != BMSR_UP) {
        return 0;
    }
    mode = made_mode(e);
    if (mode < 0) {
        both = netp_eth_phy_read(e, ANAR) & netp_eth_phy_read(e, ANLPAR);
        mode = both & (ANAR_100_FULL | ANAR_100) ? NETP_ETH_100 : 0;
        mode |= both & (mode ? ANAR_100_FULL : ANAR_10_FULL) ? NETP_ETH_FULL : 0;
    }
    return NETP_ETH_UP | mode;
}

void netp_eth_phy_loop(struct netp_eth *e, bool on)
{
    netp_eth_phy_write(e, BMCR, on ? BMCR_LOOP : BMCR_AUTONEG);
}
