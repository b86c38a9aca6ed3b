/* netproto/host/sntp_query.h - what time it is by one or several servers, in one call that blocks.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_SNTP_QUERY_H
#define NETPROTO_HOST_SNTP_QUERY_H

#include <netproto/sntp_client.h>
#include <netproto/sntp_select.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_SNTP_TARGETS_MAX 64

/* A server, and what it said. */
struct netp_sntp_target {
    struct netp_addr addr;           /* port 0: 123; in the end the last that was asked */
    const struct netp_addr *other;   /* its other addresses, which are asked in turn as long as */
    size_t nother;                   /* there is no answer at all; NULL, 0: none */
    const struct netp_sntp_key *key; /* NULL: none */

    /* NETP_OK: reply and sample are those of the exchange with the least delay. Else nothing was
     * of use: NETP_E_TIMEOUT: it was silent; NETP_E_REFUSED: DENY, RSTR or RATE, which is `kiss`;
     * NETP_E_SYNTAX: unfit, and why; or impossible times; NETP_E_IO, with sys_errno. */
    int err;
    enum netp_sntp_unfit why; /* of the last answer that was unfit */
    uint32_t kiss;
    int sys_errno;
    unsigned asked, answered; /* requests, and samples made of them */
    struct netp_sntp_reply reply;
    struct netp_sntp_sample sample;
    bool outlier; /* most others say otherwise */
};

struct netp_sntp_query {
    struct netp_sntp_target *target;
    size_t n;               /* of them, 1..NETP_SNTP_TARGETS_MAX */
    unsigned samples;       /* requests to each, 1..255 */
    uint32_t interval_ms;   /* between two of them; do not ask other people's servers faster than
                               every 2 s, and for few samples (RFC 4330 section 10) */
    uint32_t timeout_ms;    /* how long each answer is waited for */
    netp_ms total_ms;       /* and all of it; NETP_NEVER: no limit */
    struct netp_addr local; /* fam 0: any */

    struct netp_sntp_choice choice; /* with NETP_OK: choice.best is the index of a target */
};

/* Fills *q with defaults: one sample, 2 s, 1 s of patience for each, no limit. */
NETP_API void netp_sntp_query_init(struct netp_sntp_query *q);

/* Asks all servers at once, each from a socket of its own with a random port. Sent and received are
 * measured with the system's clock and the kernel's receive time stamps; the clock is not set.
 * NETP_OK: choice says which sample to take. NETP_E_REFUSED: the servers disagree and there is no
 * majority. NETP_E_ARG: a member is out of range, or there is no memory. Else the error of the
 * first target: no server's answer was of use. */
NETP_API int netp_sntp_query(struct netp_sntp_query *q);

#ifdef __cplusplus
}
#endif

#endif
