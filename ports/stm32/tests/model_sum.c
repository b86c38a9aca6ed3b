/* model_sum.c - the checksum engine of the model. SPDX-License-Identifier: MIT */
#include "model_mac.h"

enum { HEADER = 14 };

static uint32_t add(uint32_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    }
    return sum;
}

static uint16_t fold(uint32_t sum)
{
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

struct ip {
    const uint8_t *header, *payload;
    size_t header_n, payload_n;
    bool fragment;
    uint8_t protocol;
};

static bool parse(const uint8_t *frame, size_t n, struct ip *ip)
{
    size_t total;

    if (n < HEADER + 20 || frame[12] != 0x08 || frame[13] != 0 || frame[HEADER] >> 4 != 4) {
        return false;
    }
    ip->header = frame + HEADER;
    ip->header_n = (size_t)(ip->header[0] & 15) * 4;
    total = (size_t)ip->header[2] << 8 | ip->header[3];
    if (ip->header_n < 20 || total < ip->header_n || total > n - HEADER) {
        return false;
    }
    ip->payload = ip->header + ip->header_n;
    ip->payload_n = total - ip->header_n;
    ip->fragment = (ip->header[6] & 0x3f) != 0 || ip->header[7] != 0;
    ip->protocol = ip->header[9];
    return true;
}

static uint16_t payload_sum(const struct ip *ip)
{
    uint32_t sum = 0;

    if (ip->protocol != 1) { /* ICMP has no pseudo-header */
        sum = add(sum, ip->header + 12, 8) + ip->protocol + (uint32_t)ip->payload_n;
    }
    return fold(add(sum, ip->payload, ip->payload_n));
}

/* Where the checksum lies in what IP carries, or SIZE_MAX. */
static size_t place(const struct ip *ip)
{
    size_t at = ip->protocol == 6 ? 16 : ip->protocol == 17 ? 6 : ip->protocol == 1 ? 2 : SIZE_MAX;

    return at < SIZE_MAX && at + 2 <= ip->payload_n ? at : SIZE_MAX;
}

void sum_check(const uint8_t *frame, size_t n, struct model_verdict *v)
{
    struct ip ip;

    if (!parse(frame, n, &ip)) {
        return;
    }
    v->ip = true;
    v->bad_header = fold(add(0, ip.header, ip.header_n)) != 0xffff;
    if (!ip.fragment && place(&ip) != SIZE_MAX) {
        bool none = ip.protocol == 17 && ip.payload[6] == 0 && ip.payload[7] == 0;

        v->bad_payload = !none && payload_sum(&ip) != 0xffff;
    }
}

/* Sums over what is in the field already, as the silicon does: what was filled comes out as 0. */
void sum_insert(uint8_t *frame, size_t n, unsigned checksums)
{
    struct ip ip;
    uint16_t sum;
    size_t at;

    if (checksums == 0 || !parse(frame, n, &ip)) {
        return;
    }
    sum = (uint16_t)~fold(add(0, ip.header, ip.header_n));
    frame[HEADER + 10] = (uint8_t)(sum >> 8);
    frame[HEADER + 11] = (uint8_t)sum;
    at = checksums == 3 ? place(&ip) : SIZE_MAX;
    if (at != SIZE_MAX) { /* of a fragment, too: over what it has */
        sum = (uint16_t)~payload_sum(&ip);
        frame[HEADER + ip.header_n + at] = (uint8_t)(sum >> 8);
        frame[HEADER + ip.header_n + at + 1] = (uint8_t)sum;
    }
}
