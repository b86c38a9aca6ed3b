/* model_phy.c - the PHY of the model, and what the wire's ends agree on. SPDX-License-Identifier:
 * MIT */
#include "model_mac.h"

enum { BMCR = 0, BMSR = 1, PHYIDR1 = 2, PHYIDR2 = 3, ANAR = 4, ANLPAR = 5 };
enum { UP = 0x0024 };

static const uint16_t ids[][2] = {
    {0x0141, 0x0cc2}, /* of another maker */
    {0x0007, 0xc0f1}, {0x0007, 0xc131}, {0x0022, 0x1561}, {0x2000, 0x5c90},
};

/* Bit 1: 100 Mbit/s; bit 2: full duplex. */
static unsigned agreed(const struct model_phy *phy)
{
    unsigned both = phy->reg[ANAR] & phy->partner;

    if (phy->partner_is_mute) {
        return 2;
    }
    if (both & 0x180) {
        return both & 0x100 ? 6 : 2;
    }
    return both & 0x40 ? 4 : 0;
}

static bool powered(const struct model_phy *phy)
{
    return !(phy->reg[BMCR] & 0x0800);
}

bool phy_loops(const struct model *m)
{
    return (m->phy.reg[BMCR] & 0x4000) != 0;
}

bool phy_link(const struct model *m, const struct model_setting *s)
{
    const struct model_phy *phy = &m->phy;
    unsigned mode = agreed(phy);

    return phy->cable && powered(phy) && phy->negotiating == 0 && s->fast == ((mode & 2) != 0) &&
           s->full == ((mode & 4) != 0);
}

static void reset(struct model_phy *phy)
{
    for (unsigned i = 0; i < 32; i++) {
        phy->reg[i] = 0;
    }
    phy->reg[BMCR] = 0x3000;
    phy->reg[BMSR] = 0x7809;
    phy->reg[PHYIDR1] = ids[phy->maker][0];
    phy->reg[PHYIDR2] = ids[phy->maker][1];
    phy->reg[ANAR] = 0x01e1;
    phy->negotiating = phy->slowness;
    phy->lost = true;
}

/* Time goes by with transfers. */
static void pass(struct model_phy *phy)
{
    if (phy->reg[PHYIDR1] == 0) { /* has just been powered */
        reset(phy);
    }
    if (phy->resetting > 0 && --phy->resetting == 0) {
        reset(phy);
    }
    if (!phy->cable || !powered(phy)) {
        phy->negotiating = phy->slowness;
        phy->lost = true;
    } else if (phy->negotiating > 0) {
        phy->negotiating--;
    }
}

static uint16_t status(struct model_phy *phy)
{
    uint16_t value = phy->reg[BMSR];

    if (phy->negotiating == 0 && !phy->lost) {
        value |= UP;
    }
    phy->lost = phy->negotiating > 0;
    return value;
}

static uint16_t special(const struct model_phy *phy, unsigned reg)
{
    unsigned mode = agreed(phy);
    unsigned three = (mode & 4) | (mode & 2 ? 2 : 1);

    switch (phy->maker) {
    case MODEL_LAN8720A:
    case MODEL_LAN8742A:
        return reg == 31   ? (uint16_t)(three << 2 | 0x1040)
               : reg == 18 ? (uint16_t)(0x00e0 | phy->address)
                           : 0;
    case MODEL_KSZ8081:
        return reg == 30 ? (uint16_t)(three | 0x0100) : 0;
    case MODEL_DP83848:
        return reg == 16   ? (uint16_t)((mode ^ 2) | 0x0011)
               : reg == 25 ? (uint16_t)(0x8000 | phy->address)
                           : 0;
    default:
        return 0;
    }
}

void phy_clock(struct model *m, unsigned fastest_mhz, unsigned cr)
{
    static const unsigned dividers[] = {42, 62, 16, 26, 102, 124};
    unsigned bus_mhz = m->mhz > 0 ? m->mhz : fastest_mhz;

    if (cr > 5 || bus_mhz * 10 > 25 * dividers[cr]) {
        model_violate(m, "MDIO has a clock of over 2.5 MHz");
    }
}

uint16_t phy_read(struct model *m, unsigned address, unsigned reg)
{
    struct model_phy *phy = &m->phy;

    if ((int)address != phy->address) {
        return 0xffff;
    }
    pass(phy);
    switch (reg) {
    case BMCR:
        return phy->resetting > 0 ? phy->reg[BMCR] | 0x8000 : phy->reg[BMCR];
    case BMSR:
        return status(phy);
    case ANLPAR:
        return phy->partner_is_mute ? 0 : phy->partner;
    default:
        return reg < 16 && phy->maker != MODEL_DP83848 ? phy->reg[reg]
                                                       : special(phy, reg) | phy->reg[reg];
    }
}

void phy_write(struct model *m, unsigned address, unsigned reg, uint16_t value)
{
    struct model_phy *phy = &m->phy;

    if ((int)address != phy->address || reg == BMSR) {
        return;
    }
    pass(phy);
    if (phy->resetting > 0 && !(reg == BMCR && value & 0x8000)) { /* IEEE 802.3 22.2.4.1.1 */
        model_violate(m, "the PHY is written to while it is reset");
    }
    if (reg == BMCR && value & 0x8000) {
        phy->resetting = phy->slowness;
        return;
    }
    if (reg == BMCR && value & 0x0200) {
        phy->negotiating = phy->slowness;
        phy->lost = true;
        value &= (uint16_t)~0x0200;
    }
    phy->reg[reg] = value;
}
