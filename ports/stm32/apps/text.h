/* text.h - text put together in a buffer, cut where it ends. SPDX-License-Identifier: MIT */
#ifndef TEXT_H
#define TEXT_H

#include <netproto/text.h>

struct text {
    char *p;
    size_t cap, n;
};

static inline void text_add(struct text *t, struct netp_str s)
{
    size_t n = s.n < t->cap - t->n ? s.n : t->cap - t->n;

    memcpy(t->p + t->n, s.p, n);
    t->n += n;
}

static inline void text_put(struct text *t, const char *s)
{
    text_add(t, netp_str_of(s));
}

static inline void text_dec(struct text *t, uint64_t v)
{
    char digits[NETP_DEC_CAP];

    text_add(t, netp_str_make(digits, netp_format_dec(v, digits)));
}

#endif
