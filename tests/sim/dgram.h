/* tests/sim/dgram.h - a network that loses, repeats, delays, bends and forges datagrams.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SIM_DGRAM_H
#define SIM_DGRAM_H

#include "world.h"

enum { DGRAM_QUEUE = 64, DGRAM_MAX = 1600, DGRAM_LATE_MS = 1000 };

/* What may go wrong. Strengths are in percent. */
struct dgram_faults {
    unsigned loss, repeat, delay, bend, forge;
    uint32_t delay_ms;           /* at most, for those that are delayed */
    netp_ms cut_from, cut_until; /* a partition: all that is sent in this time is lost */
    bool fates;                  /* instead of loss, repeat and delay: one decision of four */
};

struct dgram {
    netp_ms at;
    unsigned order;   /* of sending, for those that arrive at the same time */
    uint8_t from, to; /* the world's names of the ends */
    bool forged;      /* a copy from elsewhere */
    bool bent;
    uint16_t n;
    uint8_t slot; /* where its bytes lie */
};

struct dgram_net {
    struct dgram_faults faults;
    unsigned lost, late, repeated, bent, forged; /* how many; late: by DGRAM_LATE_MS or more */
    unsigned order, n;
    struct dgram on_way[DGRAM_QUEUE];
    uint8_t free[DGRAM_QUEUE + 1]; /* slots that are free: those from n on */
    uint8_t taken;                 /* the slot of the datagram taken last */
    uint8_t slot[DGRAM_QUEUE + 2][DGRAM_MAX];
};

void dgram_start(struct dgram_net *net);

/* A buffer of DGRAM_MAX bytes where the next datagram is to be written. */
uint8_t *dgram_buffer(struct dgram_net *net);

/* Sends its first n bytes. */
void dgram_send(struct world *w, struct dgram_net *net, unsigned from, unsigned to, size_t n);

/* The datagram that arrives next; NULL: none is on its way. */
const struct dgram *dgram_first(const struct dgram_net *net);

/* Takes it off the network. Its bytes, which are returned, last until the next one is taken. */
uint8_t *dgram_take(struct dgram_net *net, const struct dgram *first, struct dgram *taken);

#endif
