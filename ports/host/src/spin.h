/* spin.h - looking a few times more before going to sleep. SPDX-License-Identifier: MIT
 *
 * On a loopback, or between cores, the next packet of a lock-step protocol comes sooner than a
 * process can fall asleep and be woken, which the sender of the packet pays for, too: a transfer
 * takes half the time when its sides look again for some microseconds. So the wait after a short
 * one begins with looking. Where that finds nothing in time it only takes from the peer, which may
 * run on the same core, and is not tried again for a while; and waiting for a distant peer never
 * begins with it. */
#ifndef SPIN_H
#define SPIN_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define SPIN_LOOKS 100u   /* system calls that find nothing, about 30 us */
#define SPIN_WORTH 80000u /* ns: a wait that is short */
#define SPIN_TRIES 16u    /* looks that found nothing, one after the other, before a rest */
#define SPIN_REST  256u   /* waits without looking then */

struct spin {
    unsigned looks, missed, rest;
    uint64_t begun; /* ns */
};

static inline uint64_t spin_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Before a wait: how often to look first. */
static inline unsigned spin_begin(struct spin *s)
{
    s->begun = spin_clock();
    return s->looks;
}

/* After it; found: by looking, without sleep. */
static inline void spin_end(struct spin *s, bool found)
{
    if (found) {
        s->missed = 0;
    } else if (s->rest) {
        s->rest--;
    } else if (s->looks && ++s->missed >= SPIN_TRIES) {
        s->looks = s->missed = 0;
        s->rest = SPIN_REST;
    } else {
        s->looks = spin_clock() - s->begun < SPIN_WORTH ? SPIN_LOOKS : 0;
    }
}

#endif
