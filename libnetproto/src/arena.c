/* A fixed-region arena.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/arena.h>

void netp_arena_init(struct netp_arena *a, void *mem, size_t n)
{
    a->mem_ = (uint8_t *)mem;
    a->cap_ = n;
    a->used_ = 0;
    a->high_ = 0;
}

void *netp_arena_alloc(struct netp_arena *a, size_t n, size_t align)
{
    size_t left = a->cap_ - a->used_;
    size_t gap = (0 - (uintptr_t)(a->mem_ + a->used_)) & (align - 1);

    if (gap > left || n > left - gap) {
        return NULL;
    }
    uint8_t *p = a->mem_ + a->used_ + gap;
    a->used_ += gap + n;
    if (a->high_ < a->used_) {
        a->high_ = a->used_;
    }
    return p;
}

size_t netp_arena_used(const struct netp_arena *a)
{
    return a->used_;
}

void netp_arena_reset(struct netp_arena *a, size_t mark)
{
    if (mark < a->used_) {
        a->used_ = mark;
    }
}

size_t netp_arena_high(const struct netp_arena *a)
{
    return a->high_;
}
