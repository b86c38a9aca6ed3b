/* netproto/sntp_server.h - answers requests for the time (RFC 5905 section 9, RFC 8633).
 *
 * SPDX-License-Identifier: MIT
 *
 * A server has no state but its clock, so it is a function from a datagram to a datagram, and the
 * caller receives and sends. What limits the rate of a client is apart, and may be left out. */
#ifndef NETPROTO_SNTP_SERVER_H
#define NETPROTO_SNTP_SERVER_H

#include <netproto/sntp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the server says of its clock. Keep `reference` and `root_dispersion` up to date. */
struct netp_sntp_server {
    uint8_t leap;    /* 0..3; 3: not synchronised */
    uint8_t stratum; /* 1..15; anything else: not synchronised */
    int8_t precision;
    uint32_t root_delay, root_dispersion;
    uint32_t refid;
    uint64_t reference;
};

/* Answers the request p[0..n) into out: NETP_SNTP_PACKET bytes, never more than the request has.
 * received and transmit are the clock when it came and now (T2, T3). Returns the length, or 0: no
 * answer is due. That is so for anything but a packet of 48 bytes of mode 3 (client) and version 1
 * to 4; above all for the modes 6 and 7, whose answers were used to attack others, and for mode 4:
 * no two servers can answer each other. The version is repeated. While it is not synchronised the
 * answer has leap indicator 3 and stratum 0, and cannot be taken for one of a good clock.
 *
 * A request for interleaved mode (RFC 9769) gets a basic answer, as is right for a server that
 * keeps no state. For a longer request check what is behind the packet with netp_sntp_tail(), and
 * answer its first 48 bytes. */
NETP_API size_t netp_sntp_answer(const struct netp_sntp_server *server, const uint8_t *p, size_t n,
                                 uint64_t received, uint64_t transmit,
                                 uint8_t out[NETP_SNTP_PACKET]);

/* The same, but a kiss of death: code is NETP_SNTP_RATE or another one. poll: log2 of the seconds
 * that a client should keep between requests. Returns as above. */
NETP_API size_t netp_sntp_kiss(uint32_t code, int8_t poll, const uint8_t *p, size_t n,
                               uint64_t received, uint8_t out[NETP_SNTP_PACKET]);

/* --- the rate of requests -------------------------------------------------------------------- */

/* One client address; the members are private. */
struct netp_sntp_client_rate {
    uint64_t ip_;    /* an IPv4 address, or an IPv6 network of 64 bits */
    uint32_t seen_;  /* ms */
    uint32_t spent_; /* ms that requests have taken, less those that have passed since */
    uint8_t fam_, over_;
};

/* Limits each address to a request in interval_ms, and `burst` at once. */
struct netp_sntp_rate {
    struct netp_sntp_client_rate
        *table;           /* yours, zeroed; n of them, 4 or more. What does not fit */
    size_t n;             /* is forgotten, the longest silent of four first */
    uint64_t secret;      /* random: which addresses share a place is nobody's to know */
    uint32_t interval_ms; /* 1 or more; times burst it is below 2^31 */
    uint16_t burst;       /* 1 or more */
    uint8_t kiss_every;   /* of so many requests over the limit one is told; 0: none */
};

enum netp_sntp_verdict {
    NETP_SNTP_PASS, /* answer it */
    NETP_SNTP_TELL, /* over the limit: answer with netp_sntp_kiss() */
    NETP_SNTP_DROP  /* over the limit: be silent */
};

/* Counts a request from that address. Call it only for requests that would be answered. */
NETP_API enum netp_sntp_verdict netp_sntp_rate(const struct netp_sntp_rate *rate,
                                               const struct netp_addr *from, netp_ms now);

#ifdef __cplusplus
}
#endif

#endif
