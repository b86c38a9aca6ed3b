/* eth_groups.c - which groups the MAC lets through. See netp_eth.h.
 *
 * SPDX-License-Identifier: MIT */
#include "eth_mac.h"

#define FOR_EVER 255u /* joined so often that nobody counts any more */

/* The MAC takes the upper six bits of the reversed CRC. */
static unsigned hash(const uint8_t group[6])
{
    uint32_t crc = 0xffffffffu;
    unsigned bits = 0;

    for (unsigned i = 0; i < 48; i++) {
        if (i % 8 == 0) {
            crc ^= group[i / 8];
        }
        crc = crc & 1u ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
    for (unsigned i = 0; i < 6; i++) {
        bits = bits << 1 | (~crc >> i & 1u);
    }
    return bits;
}

void netp_eth_filter(struct netp_eth *e)
{
    uint32_t half[2] = {0, 0};

    for (unsigned i = 0; i < 64; i++) {
        if (e->groups_[i] > 0) {
            half[i / 32] |= 1u << i % 32;
        }
    }
    netp_eth_mac_filter(e, half[1], half[0]);
}

static void change(struct netp_eth *e, const uint8_t group[6], int by)
{
    uint8_t *n = &e->groups_[hash(group)];

    if (*n != FOR_EVER && (by > 0 || *n > 0)) {
        *n = (uint8_t)(*n + by);
    }
    if (e->state >= NETP_ETH_NO_LINK) {
        netp_eth_filter(e);
    }
}

void netp_eth_join(struct netp_eth *e, const uint8_t group[6])
{
    change(e, group, 1);
}

void netp_eth_leave(struct netp_eth *e, const uint8_t group[6])
{
    change(e, group, -1);
}
