/* spin.h - looking a few times more before going to sleep. SPDX-License-Identifier: MIT
 *
 * On a loopback, or between cores, the next packet of a lock-step protocol comes sooner than a
 * process can fall asleep and be woken, which the sender of the packet pays for, too: a transfer
 * takes half the time when its sides look again for some microseconds. So after a wait that was
 * shorter than SPIN_WORTH the next one begins with looking; after a longer one with half as much
 * of it, and soon with none: waiting for a distant peer costs nothing. */
#ifndef SPIN_H
#define SPIN_H

#include <stdint.h>
#include <time.h>

#define SPIN_LOOKS 100u   /* system calls that find nothing, about 30 us */
#define SPIN_WORTH 80000u /* ns */

struct spin {
    unsigned looks;
    uint64_t begun; /* ns */
};

static inline uint64_t spin_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Around a wait: how often to look first; and how it went. */
static inline unsigned spin_begin(struct spin *s)
{
    s->begun = spin_clock();
    return s->looks;
}

static inline void spin_end(struct spin *s)
{
    s->looks = spin_clock() - s->begun < SPIN_WORTH ? SPIN_LOOKS : s->looks / 2;
}

#endif
