/* SPDX-License-Identifier: MIT */
#include "decision.h"

#include "prng.h"

#include <string.h>

static uint32_t pick_seed(struct decision *d, uint32_t n)
{
    return prng_below(&d->rng_, n);
}

static uint32_t pick_bytes(struct decision *d, uint32_t n)
{
    uint32_t v = 0;
    for (unsigned width = n > 256 ? 2 : 1; width > 0 && d->n_ > 0; width--) {
        v = v << 8 | d->p_[--d->n_];
    }
    return v % n;
}

static uint32_t pick_digit(struct decision *d, uint32_t n)
{
    if (d->at_ >= d->digits_) {
        return 0;
    }
    d->radix_[d->at_] = n;
    return d->digit_[d->at_++] % n;
}

void decision_seed(struct decision *d, uint64_t seed)
{
    memset(d, 0, sizeof *d);
    d->pick_ = pick_seed;
    d->rng_ = seed;
}

void decision_bytes(struct decision *d, const uint8_t *p, size_t n)
{
    memset(d, 0, sizeof *d);
    d->pick_ = pick_bytes;
    d->p_ = p;
    d->n_ = n;
}

void decision_odometer(struct decision *d, unsigned digits)
{
    memset(d, 0, sizeof *d);
    d->pick_ = pick_digit;
    d->digits_ = digits < DECISION_DIGITS ? digits : DECISION_DIGITS;
}

/* Turns the last decision that was asked for; what came behind a turned digit starts again. */
bool decision_turn(struct decision *d)
{
    unsigned i = d->at_;
    d->at_ = 0;
    while (i > 0) {
        i--;
        if (++d->digit_[i] < d->radix_[i]) {
            memset(d->digit_ + i + 1, 0, sizeof d->digit_ - (i + 1) * sizeof *d->digit_);
            return true;
        }
    }
    return false;
}
