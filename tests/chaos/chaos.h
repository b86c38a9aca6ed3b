/* tests/chaos/chaos.h - the relay: what it may do to what passes. SPDX-License-Identifier: MIT */
#ifndef CHAOS_H
#define CHAOS_H

#include "decision.h"

#include <netproto/host/loop.h>

/* What it may do, and what it has done. */
struct chaos {
    struct netp_loop *loop;
    struct netp_addr listen, to;
    uint64_t seed;

    uint64_t delay_ms;               /* most that a datagram or piece is held back */
    uint64_t loss, dup, reorder;     /* percent of the datagrams */
    uint64_t split;                  /* TCP: most bytes of a piece; 0: as they come */
    uint64_t cut_after, reset_after; /* TCP: bytes of a connection, both ways; NETP_NEVER: don't */

    unsigned clients, passed, lost, repeated, late, cut, reset;
    uint64_t bytes;
};

/* Whether the dice say so, in percent of the cases. */
bool chaos_chance(struct decision *dice, uint64_t percent);

/* The dice of one direction of a client: what befalls its k-th datagram or piece depends on the
 * seed alone, not on what other traffic came between. */
void chaos_dice(const struct chaos *c, struct decision *dice, unsigned client, unsigned direction);

/* How long something is held back, ms. */
netp_ms chaos_delay(const struct chaos *c, struct decision *dice);

/* Begin to relay; the address that it listens on, fam 0 with errno when that fails. And end. */
struct netp_addr chaos_udp_open(struct chaos *c);
void chaos_udp_close(void);
struct netp_addr chaos_tcp_open(struct chaos *c);
void chaos_tcp_close(void);

#endif
