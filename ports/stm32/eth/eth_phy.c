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

/* A register in which bit 2 is full duplex and bit 1 is 100 Mbit/s, as in netp_eth.mode. It also
 * holds for a partner that does not negotiate, of which not every PHY puts an ability into ANLPAR.
 */
static const struct {
    uint16_t id1, id2; /* without the revision */
    uint8_t reg, shift, inverted;
} makers[] = {
    {0x0007, 0xc0f0, 31, 2, 0}, /* LAN8720A */
    {0x0007, 0xc130, 31, 2, 0}, /* LAN8742A */
    {0x0022, 0x1560, 30, 0, 0}, /* KSZ8081 */
    {0x2000, 0x5c90, 16, 0, 2}, /* DP83848: bit 1 is 10 Mbit/s */
};
enum { MAKERS = sizeof makers / sizeof makers[0] };

unsigned netp_eth_mdc(uint32_t hclk_hz)
{
    static const uint8_t below[] = {35, 60, 100, 150, 250}, choice[] = {2, 3, 0, 1, 4, 5};
    unsigned i = 0;

    while (i < sizeof below && hclk_hz >= below[i] * 1000000u) {
        i++;
    }
    return choice[i];
}

int netp_eth_phy_read(struct netp_eth *e, unsigned reg)
{
    return netp_eth_mac_mdio(e, e->phy_, reg, -1);
}

int netp_eth_phy_write(struct netp_eth *e, unsigned reg, unsigned value)
{
    return netp_eth_mac_mdio(e, e->phy_, reg, (int)value);
}

static bool answers(int value)
{
    return value > 0 && value != NOBODY;
}

bool netp_eth_phy_find(struct netp_eth *e)
{
    int8_t wanted = e->cfg_.phy;

    for (e->phy_ = wanted < 0 ? 0 : (uint8_t)wanted; e->phy_ < 32; e->phy_++) {
        int id = netp_eth_phy_read(e, PHYIDR1);

        if (answers(id)) {
            int id2 = netp_eth_phy_read(e, PHYIDR2) & 0xfff0;

            e->maker_ = 0;
            while (e->maker_ < MAKERS &&
                   (id != makers[e->maker_].id1 || id2 != makers[e->maker_].id2)) {
                e->maker_++;
            }
            return netp_eth_phy_write(e, BMCR, BMCR_RESET) == 0;
        }
        if (wanted >= 0) {
            break;
        }
    }
    return false;
}

int netp_eth_phy_start(struct netp_eth *e)
{
    int control = netp_eth_phy_read(e, BMCR);

    if (control < 0 || control == NOBODY) {
        return -1;
    }
    if (control & BMCR_RESET) {
        return 0;
    }
    netp_eth_phy_write(e, ANAR, ANAR_10_100);
    netp_eth_phy_write(e, BMCR, BMCR_AUTONEG);
    return 1;
}

int netp_eth_phy_mode(struct netp_eth *e)
{
    int status, both;

    netp_eth_phy_read(e, BMSR); /* the link's bit tells of a loss until it has been read */
    status = netp_eth_phy_read(e, BMSR);
    if (!answers(status)) {
        return -1;
    }
    if ((status & BMSR_UP) != BMSR_UP) {
        return 0;
    }
    if (e->maker_ < MAKERS) {
        both = netp_eth_phy_read(e, makers[e->maker_].reg) >> makers[e->maker_].shift;
        return NETP_ETH_UP | ((both ^ makers[e->maker_].inverted) & (NETP_ETH_100 | NETP_ETH_FULL));
    }
    both = netp_eth_phy_read(e, ANAR) & netp_eth_phy_read(e, ANLPAR);
    if (both & (ANAR_100_FULL | ANAR_100)) {
        return NETP_ETH_UP | NETP_ETH_100 | (both & ANAR_100_FULL ? NETP_ETH_FULL : 0);
    }
    return NETP_ETH_UP | (both & ANAR_10_FULL ? NETP_ETH_FULL : 0);
}

void netp_eth_phy_loop(struct netp_eth *e, bool on)
{
    netp_eth_phy_write(e, BMCR, on ? BMCR_LOOP : BMCR_AUTONEG);
}
