/* netproto/arena.h - memory for things that are collected: a fixed region, handed out in order.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_ARENA_H
#define NETPROTO_ARENA_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_arena {
    uint8_t *mem_;
    size_t cap_, used_, high_;
};

/* Makes mem[0..n), which stays the caller's, an empty arena. */
NETP_API void netp_arena_init(struct netp_arena *a, void *mem, size_t n);

/* n bytes at an address that is a multiple of align, a power of two; not cleared. They last until
 * a reset to a mark before them. NULL, with nothing changed, when they do not fit. */
NETP_API void *netp_arena_alloc(struct netp_arena *a, size_t n, size_t align);

/* The bytes in use, gaps for alignment included: the mark to give to reset. */
NETP_API size_t netp_arena_used(const struct netp_arena *a);

/* Gives back all that was allocated after netp_arena_used() was mark; 0: everything. */
NETP_API void netp_arena_reset(struct netp_arena *a, size_t mark);

/* The most bytes that were ever in use since init: what the region needed. */
NETP_API size_t netp_arena_high(const struct netp_arena *a);

#ifdef __cplusplus
}
#endif

#endif
