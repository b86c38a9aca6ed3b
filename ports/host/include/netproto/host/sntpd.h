/* netproto/host/sntpd.h - an SNTP server on a loop: the system's clock, to whoever asks.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_SNTPD_H
#define NETPROTO_HOST_SNTPD_H

#include <netproto/host/loop.h>
#include <netproto/sntp_server.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a request. */
enum netp_sntpd_result {
    NETP_SNTPD_ANSWERED,
    NETP_SNTPD_LIMITED, /* over the limit: told so, or not */
    NETP_SNTPD_DROPPED  /* no request, or not with a MAC of ours */
};

struct netp_sntpd_cfg {
    struct netp_addr listen; /* must be set; port 0: a free one, see netp_sntpd_addr() */
    bool shared;             /* the port is shared with other servers: one for each core, say */
    uint8_t leap;            /* 0..3; 3: it says that its clock is not synchronised */
    uint8_t stratum;         /* 1..15: how far it says it is from a reference clock; 10 */
    uint32_t refid;          /* 127.127.1.1: the local clock */
    uint32_t root_delay, root_dispersion; /* of the clock, seconds with 16 bits behind the point */
    uint32_t
        interval_ms;    /* between requests of one address, once it has had `burst`; 0: no limit */
    uint16_t burst;     /* 8 */
    uint8_t kiss_every; /* of so many requests over the limit one gets a RATE; 0: none; 8 */
    size_t addresses;   /* how many are remembered for the limit; 65536, of 24 bytes each */
    /* Finds the key of a number, for requests with a MAC; NULL: those get no answer. It lives until
     * the server is closed. */
    const struct netp_sntp_key *(*key)(void *arg, uint32_t id);
    /* Called for each datagram; may be NULL. */
    void (*report)(void *arg, const struct netp_addr *peer, enum netp_sntpd_result result);
    void *arg;
};

/* Fills *cfg with the defaults above. */
NETP_API void netp_sntpd_cfg_init(struct netp_sntpd_cfg *cfg);

struct netp_sntpd;

/* Opens a server on `loop`, which must outlive it. NULL on failure, with errno: of the socket, or
 * EINVAL when a member is out of range. */
NETP_API struct netp_sntpd *netp_sntpd_open(struct netp_loop *loop,
                                            const struct netp_sntpd_cfg *cfg);

/* The address that it listens on. */
NETP_API struct netp_addr netp_sntpd_addr(const struct netp_sntpd *d);

/* Requests answered since it was opened. */
NETP_API uint64_t netp_sntpd_answers(const struct netp_sntpd *d);

/* Before the loop is freed. */
NETP_API void netp_sntpd_close(struct netp_sntpd *d);

#ifdef __cplusplus
}
#endif

#endif
