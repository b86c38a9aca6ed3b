/* fuzz/state.h - lets a fuzzer see the states of a machine, not only the lines of its code.
 *
 * SPDX-License-Identifier: MIT */
#ifndef FUZZ_STATE_H
#define FUZZ_STATE_H

#include <stdint.h>

/* Each of 256 values of h is an edge of its own in the flow of control, which is what coverage
 * feedback sees; the asm keeps the compiler from joining them. */
#if defined(__clang__)
#define FUZZ_EDGE_(n)                                                                              \
    case n:                                                                                        \
        __asm__ volatile("# state %c0" ::"i"(n));                                                  \
        break;
#define FUZZ_EDGES4_(n) FUZZ_EDGE_(n) FUZZ_EDGE_(n + 1) FUZZ_EDGE_(n + 2) FUZZ_EDGE_(n + 3)
#define FUZZ_EDGES16_(n)                                                                           \
    FUZZ_EDGES4_(n) FUZZ_EDGES4_(n + 4) FUZZ_EDGES4_(n + 8) FUZZ_EDGES4_(n + 12)
#define FUZZ_EDGES64_(n)                                                                           \
    FUZZ_EDGES16_(n) FUZZ_EDGES16_(n + 16) FUZZ_EDGES16_(n + 32) FUZZ_EDGES16_(n + 48)
static __attribute__((noinline)) void fuzz_state(uint32_t h)
{
    switch (h & 255) {
        FUZZ_EDGES64_(0)
        FUZZ_EDGES64_(64)
        FUZZ_EDGES64_(128)
        FUZZ_EDGES64_(192)
    default:
        break;
    }
}
#else
static inline void fuzz_state(uint32_t h)
{
    (void)h;
}
#endif

#endif
