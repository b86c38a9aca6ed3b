/* eth_groups.c - which groups the MAC lets through. See netp_eth.h.
 *
 * SPDX-License-Identifier: MIT */
#include "eth_mac.h"

#define FOR_EVER 255u /* joined so often that nobody counts any more */

/* The upper six bits of the CRC-32, its bits in the order of the wire. */
static unsigned hash(const uint8_t group[6])
{
    uint32_t crc = 0xffffffffu;

    for (unsigned i = 0; i < 48; i++) {
        uint32_t bit = (uint32_t)group[i / 8] >> i % 8 & 1u;

        crc = (crc >> 31) != bit ? crc << 1 ^ 0x04c11db7u : crc << 1;
    }
    return ~crc >> 26;
}

void netp_eth_group(struct netp_eth *e, const uint8_t group[6], bool join)
{
    unsigned i = hash(group);
    uint8_t *n = &e->groups_[i];
    uint32_t *half = &e->hash_[i / 32], bit = 1u << i % 32;

    if (*n < FOR_EVER) {
        *n = (uint8_t)(join ? *n + 1 : *n - (*n > 0));
    }
    *half = *n > 0 ? *half | bit : *half & ~bit;
    if (e->state >= NETP_ETH_NO_LINK) {
        netp_eth_mac_filter(e);
    }
}
