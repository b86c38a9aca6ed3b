/* probe.h - a machine that does what a test tells it, and keeps what it was told.
 *
 * SPDX-License-Identifier: MIT */
#ifndef PROBE_H
#define PROBE_H

#include <netproto/machine.h>

enum { PROBE_BYTE_EVENT = 1 };

struct netp_probe {
    struct netp_fail fail;
    netp_ms clock;

    /* what it shall do */
    netp_ms deadline;   /* and fail then, with NETP_E_TIMEOUT */
    size_t appetite;    /* bytes of input that it takes, in all */
    bool events;        /* each '!' is one */
    const uint8_t *out; /* what it wants to send, and how */
    size_t nout;
    unsigned out_flags;
    bool fin;          /* and a half-close behind it */
    bool drain;        /* after a failure it sends that first */
    bool closed;       /* it is done once that has left */
    bool close_at_end; /* it is done once the peer is */

    /* what it saw */
    uint8_t in[65536];
    size_t nin;
    bool eof, broken, dgram;
    struct netp_addr from;
    unsigned nexts;
};

struct netp_probe_ev {
    int type;
    const uint8_t *p; /* [in] behind the '!' */
};

extern const struct netp_ops netp_probe_ops;

/* As zeroed, with an appetite for all. */
void netp_probe_init(struct netp_probe *m);

#endif
