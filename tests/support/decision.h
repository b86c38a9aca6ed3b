/* tests/support/decision.h - where chance comes from, in worlds that must be the same when
 * repeated.
 *
 * SPDX-License-Identifier: MIT
 *
 * A world asks decide(d, n) wherever something may go one way or another. The answers come from a
 * seed, from the bytes of a fuzzer, or from an odometer that tries all of them in turn: the same
 * world and the same checks, explored in three ways. 0 is always the harmless choice, and the one
 * that is made when bytes or digits have run out. */
#ifndef SUPPORT_DECISION_H
#define SUPPORT_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECISION_DIGITS 32 /* the most decisions that the odometer turns */

struct decision {
    uint32_t (*pick_)(struct decision *d, uint32_t n);
    uint64_t rng_;     /* seed */
    const uint8_t *p_; /* bytes: those left */
    size_t n_;
    unsigned digits_, at_; /* odometer: how many it turns, the next */
    uint32_t digit_[DECISION_DIGITS], radix_[DECISION_DIGITS];
};

/* Numbers that look random, the same for the same seed on every machine. */
void decision_seed(struct decision *d, uint64_t seed);

/* Taken from p[0..n), from its end on, one byte for n <= 256, else two. */
void decision_bytes(struct decision *d, const uint8_t *p, size_t n);

/* Whether a source of bytes has some left. */
static inline bool decision_left(const struct decision *d)
{
    return d->n_ > 0;
}

/* The first `digits` decisions take all values, the others are 0. The first run is all zeros;
 * before each further one call decision_turn(), which is false when all have been. */
void decision_odometer(struct decision *d, unsigned digits);
bool decision_turn(struct decision *d);

/* A number in 0..n-1. */
static inline uint32_t decide(struct decision *d, uint32_t n)
{
    return n > 1 ? d->pick_(d, n) : 0;
}

#endif
