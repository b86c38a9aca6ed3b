/* sntp_rate.c - how often an address may ask. SPDX-License-Identifier: MIT */
#include <netproto/bytes.h>
#include <netproto/sntp_server.h>

#define WAYS 4 /* places that an address may have */

static struct netp_sntp_client_rate *places(const struct netp_sntp_rate *rate, uint64_t ip)
{
    uint64_t x = (ip ^ rate->secret) * 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 32) * 0xbf58476d1ce4e5b9u;
    return rate->table + (x >> 32) * (rate->n / WAYS) / ((uint64_t)UINT32_MAX + 1) * WAYS;
}

/* The place of the address; a new one takes that which was silent longest. */
static struct netp_sntp_client_rate *find(const struct netp_sntp_rate *rate, uint64_t ip,
                                          uint8_t fam, uint32_t now)
{
    struct netp_sntp_client_rate *c = places(rate, ip), *oldest = c;

    for (unsigned i = 0; i < WAYS; i++, c++) {
        if (c->fam_ == fam && c->ip_ == ip) {
            return c;
        }
        if (c->fam_ == 0 || (oldest->fam_ != 0 && now - c->seen_ > now - oldest->seen_)) {
            oldest = c;
        }
    }
    *oldest = (struct netp_sntp_client_rate){ip, now, 0, fam, 0};
    return oldest;
}

enum netp_sntp_verdict netp_sntp_rate(const struct netp_sntp_rate *rate,
                                      const struct netp_addr *from, netp_ms now)
{
    uint64_t ip = from->fam == 4 ? netp_rd32be(from->ip) : netp_rd64be(from->ip);
    struct netp_sntp_client_rate *c = find(rate, ip, from->fam, (uint32_t)now);
    uint32_t passed = (uint32_t)now - c->seen_;

    c->seen_ = (uint32_t)now;
    c->spent_ = c->spent_ > passed ? c->spent_ - passed : 0;
    if (c->spent_ <= rate->interval_ms * (rate->burst - 1u)) {
        c->spent_ += rate->interval_ms;
        c->over_ = 0;
        return NETP_SNTP_PASS;
    }
    if (c->over_++ > 0) {
        c->over_ = c->over_ >= rate->kiss_every ? 0 : c->over_;
        return NETP_SNTP_DROP;
    }
    return rate->kiss_every ? NETP_SNTP_TELL : NETP_SNTP_DROP;
}
