/* tests/contract/pair.h - two machines and the streams between them, in memory. Pieces, their order
 * and their delays are random; a seed repeats them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CONTRACT_PAIR_H
#define CONTRACT_PAIR_H

#include "checked.h"

struct pair_end {
    struct checked c;
    uint8_t *in; /* bytes on the way to this end, from in_at on */
    size_t in_at, in_n;
    unsigned end; /* NETP_IN_EOF or NETP_IN_BROKEN behind them */
};

struct pair {
    struct pair_end end[2];
    uint64_t rng;
    char why[400]; /* what went wrong first, "" if nothing did */
};

/* Makes room; then set event and arg of each end's c, and init the machines with checked_mem(). */
void pair_open(struct pair *p, uint64_t seed, const struct netp_ops *a, const struct netp_ops *b);
void pair_close(struct pair *p);

/* One random move of one end: time, input, output. Returns whether either can still move. */
bool pair_step(struct pair *p);

/* Moves until both ends are closed. Something is wrong if neither can move before. */
void pair_run(struct pair *p);

#endif
