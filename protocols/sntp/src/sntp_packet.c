/* sntp_packet.c - the header, read and written (RFC 5905 section 7.3).
 * SPDX-License-Identifier: MIT */
#include <netproto/bytes.h>
#include <netproto/sntp.h>

int netp_sntp_parse(const uint8_t *p, size_t n, struct netp_sntp_packet *packet)
{
    uint8_t first;

    if (n < NETP_SNTP_PACKET) {
        return NETP_E_TRUNCATED;
    }
    first = p[0];
    packet->leap = first >> 6;
    packet->version = first >> 3 & 7;
    packet->mode = first & 7;
    packet->stratum = p[1];
    packet->poll = (int8_t)p[2];
    packet->precision = (int8_t)p[3];
    packet->root_delay = netp_rd32be(p + 4);
    packet->root_dispersion = netp_rd32be(p + 8);
    packet->refid = netp_rd32be(p + 12);
    packet->reference = netp_rd64be(p + 16);
    packet->origin = netp_rd64be(p + 24);
    packet->receive = netp_rd64be(p + 32);
    packet->transmit = netp_rd64be(p + 40);
    return NETP_OK;
}

void netp_sntp_write(const struct netp_sntp_packet *packet, uint8_t *p)
{
    p[0] = (uint8_t)(packet->leap << 6 | (packet->version & 7) << 3 | (packet->mode & 7));
    p[1] = packet->stratum;
    p[2] = (uint8_t)packet->poll;
    p[3] = (uint8_t)packet->precision;
    netp_wr32be(p + 4, packet->root_delay);
    netp_wr32be(p + 8, packet->root_dispersion);
    netp_wr32be(p + 12, packet->refid);
    netp_wr64be(p + 16, packet->reference);
    netp_wr64be(p + 24, packet->origin);
    netp_wr64be(p + 32, packet->receive);
    netp_wr64be(p + 40, packet->transmit);
}
