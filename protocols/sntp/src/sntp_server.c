/* sntp_server.c - the answer to a request. SPDX-License-Identifier: MIT */
#include <netproto/bytes.h>
#include <netproto/sntp_server.h>
#include <string.h>

/* Begins the answer with what is repeated of the request; false: it gets none. */
static bool begin(const uint8_t *p, size_t n, unsigned leap, uint64_t received,
                  uint8_t out[NETP_SNTP_PACKET])
{
    unsigned version = p && n == NETP_SNTP_PACKET ? p[0] >> 3 & 7 : 0;

    if (version < 1 || version > NETP_SNTP_VERSION || (p[0] & 7) != NETP_SNTP_CLIENT) {
        return false;
    }
    memset(out, 0, NETP_SNTP_PACKET);
    out[0] = (uint8_t)(leap << 6 | version << 3 | NETP_SNTP_SERVER);
    out[2] = p[2];
    memcpy(out + 24, p + 40, 8);
    netp_wr64be(out + 32, received);
    netp_wr64be(out + 40, received);
    return true;
}

size_t netp_sntp_answer(const struct netp_sntp_server *server, const uint8_t *p, size_t n,
                        uint64_t received, uint64_t transmit, uint8_t out[NETP_SNTP_PACKET])
{
    bool good = server->leap < NETP_SNTP_UNSYNC && server->stratum < NETP_SNTP_STRATA &&
                server->stratum > 0;

    if (!begin(p, n, good ? server->leap : NETP_SNTP_UNSYNC, received, out)) {
        return 0;
    }
    out[3] = (uint8_t)server->precision;
    netp_wr64be(out + 40, transmit);
    if (good) {
        out[1] = server->stratum;
        netp_wr32be(out + 4, server->root_delay);
        netp_wr32be(out + 8, server->root_dispersion);
        netp_wr32be(out + 12, server->refid);
        netp_wr64be(out + 16, server->reference);
    }
    return NETP_SNTP_PACKET;
}

size_t netp_sntp_kiss(uint32_t code, int8_t poll, const uint8_t *p, size_t n, uint64_t received,
                      uint8_t out[NETP_SNTP_PACKET])
{
    if (!begin(p, n, NETP_SNTP_UNSYNC, received, out)) {
        return 0;
    }
    out[2] = (uint8_t)poll;
    netp_wr32be(out + 12, code);
    return NETP_SNTP_PACKET;
}
