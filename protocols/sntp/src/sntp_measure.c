/* sntp_measure.c - offset and delay of one exchange (RFC 5905 section 8).
 * SPDX-License-Identifier: MIT */
#include <netproto/sntp.h>

#define MS           4294967u /* a duration: less than one by 69 ppb */
#define ELAPSED_SLOP (2u * MS)

/* 2^log2 seconds; what is not finer than a second is one, what is finer than a stamp is none. */
static uint32_t power(int log2)
{
    return log2 >= 0 ? UINT32_MAX : log2 < -32 ? 0 : 1u << (32 + log2);
}

/* Seconds with 16 bits behind the point, as a duration. */
static uint64_t widen(uint32_t seconds)
{
    return (uint64_t)seconds << 16;
}

/* By how much the clock was set while `away` passed on it, of which `ms` did in truth. */
static uint64_t step(uint64_t away, netp_ms ms)
{
    uint64_t truth = (ms < UINT32_MAX ? ms : UINT32_MAX) * MS;
    uint64_t step = away > truth ? away - truth : truth - away;

    return step > ELAPSED_SLOP ? step - ELAPSED_SLOP : 0;
}

int netp_sntp_measure(const struct netp_sntp_reply *reply, uint64_t came,
                      struct netp_sntp_sample *s)
{
    const struct netp_sntp_packet *pk = &reply->packet;
    uint64_t away = came - reply->asked, held = pk->transmit - pk->receive;
    uint32_t precision = power(pk->precision);
    int64_t delay = (int64_t)(away - held);

    if ((int64_t)away < 0) {
        return NETP_E_ARG;
    }
    /* A coarse clock may seem to have held the request for up to a tick too long. */
    if (held > away && held - away > precision) {
        return NETP_E_SYNTAX;
    }
    /* ((T2 - T1) + (T3 - T4)) / 2, in a form that can't overflow. */
    s->offset = (int64_t)(pk->receive - reply->asked - (uint64_t)(delay / 2));
    s->delay = delay > 0 ? (uint64_t)delay : 0;
    /* The clocks drift apart by 15 ppm (RFC 5905's PHI), or 2^-16. */
    s->dispersion =
        widen(pk->root_dispersion) + precision + (away >> 16) + step(away, reply->elapsed);
    s->distance = s->delay / 2 + widen(pk->root_delay) / 2 + s->dispersion;
    return NETP_OK;
}
