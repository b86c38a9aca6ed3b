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
#define NOBODY        0xffff /* pulled up */

#if NETP_ETH_MAKERS
/* A register in which bit 2 is full duplex and bit 1 is 100 Mbit/s, as in netp_eth.mode. It also
 * holds for a partner that does not negotiate, of which not every PHY puts an ability into ANLPAR.
 */
static const struct {
    uint32_t id; /* without the revision */
    uint8_t reg, shift, inverted;
} makers[] = {
    {0x0007c0f0, 31, 2, 0}, /* LAN8720A */
    {0x0007c130, 31, 2, 0}, /* LAN8742A */
    {0x00221560, 30, 0, 0}, /* KSZ8081 */
    {0x20005c90, 16, 0, 2}, /* DP83848: bit 1 is 10 Mbit/s */
};
enum { MAKERS = sizeof makers / sizeof makers[0] };
#endif

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
    return value > 0 && value != NOBODY;
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

    if (control < 0 || control == NOBODY) { /* 0 is a value that it may have */
        return NETP_ETH_NO_PHY;
    }
    if (control & BMCR_RESET) {
        return NETP_ETH_PHY_RESET;
    }
    netp_eth_phy_write(e, ANAR, ANAR_10_100);
    netp_eth_phy_write(e, BMCR, BMCR_AUTONEG);
    return NETP_ETH_NO_CLOCK;
}

#if NETP_ETH_MAKERS
/* NETP_ETH_100 and NETP_ETH_FULL as the maker's register tells them; -1: it is unknown to us. */
static int made_mode(struct netp_eth *e)
{
    uint32_t id = (uint32_t)netp_eth_phy_read(e, PHYIDR1) << 16 |
                  ((uint32_t)netp_eth_phy_read(e, PHYIDR2) & 0xfff0u);

    for (unsigned i = 0; i < MAKERS; i++) {
        if (id == makers[i].id) {
            return (netp_eth_phy_read(e, makers[i].reg) >> makers[i].shift ^ makers[i].inverted) &
                   (NETP_ETH_100 | NETP_ETH_FULL);
        }
    }
    return -1;
}
#else
static int made_mode(struct netp_eth *e)
{
    (void)e;
    return -1;
}
#endif

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
