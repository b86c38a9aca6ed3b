/* netproto/machine.h - for those who write a machine: what the sources of all machines share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_MACHINE_H
#define NETPROTO_MACHINE_H

#include <netproto/netp.h>

/* Law 7: records the first failure in *f, where later ones change nothing, and returns its code. */
static inline int netp_fail_with(struct netp_fail *f, enum netp_err code, int peer_code,
                                 uint64_t offset, const char *where)
{
    if (f->code == NETP_OK) {
        f->code = code;
        f->peer_code = peer_code;
        f->offset = offset;
        f->where = where;
    }
    return f->code;
}

/* The state of *f after init: nothing has failed. */
static inline void netp_fail_clear(struct netp_fail *f)
{
    f->code = NETP_OK;
    f->peer_code = -1;
    f->offset = 0;
    f->where = "";
}

/* Law 6: moves *clock forward to now, never back, and returns it. */
static inline netp_ms netp_clock(netp_ms *clock, netp_ms now)
{
    if (now > *clock) {
        *clock = now;
    }
    return *clock;
}

/* The moment `ms` after now, without wrapping; NETP_NEVER only for ms == NETP_NEVER. */
static inline netp_ms netp_after(netp_ms now, netp_ms ms)
{
    netp_ms then = now + ms;

    if (ms == NETP_NEVER) {
        return NETP_NEVER;
    }
    /* + 1: of what wrapped, and of NETP_NEVER, it is not later than now */
    return then + 1 > now ? then : NETP_NEVER - 1;
}

/* Appends an element to the gather list v[0..nv), of which *i are in use; false when it is full. */
static inline bool netp_out_put(struct netp_out *v, size_t nv, size_t *i, struct netp_out e)
{
    if (*i >= nv) {
        return false;
    }
    v[(*i)++] = e;
    return true;
}

/* Defines the verbs out, sent, deadline and fail of a machine that only reads: it never has output,
 * knows no time, and keeps why it failed in fail_. */
#define NETP_ONLY_READS(NAME)                                                                      \
    size_t netp_##NAME##_out(const struct netp_##NAME *m, struct netp_out *v, size_t nv)           \
    {                                                                                              \
        (void)m;                                                                                   \
        (void)v;                                                                                   \
        (void)nv;                                                                                  \
        return 0;                                                                                  \
    }                                                                                              \
    void netp_##NAME##_sent(struct netp_##NAME *m, size_t n, netp_ms now)                          \
    {                                                                                              \
        (void)m;                                                                                   \
        (void)n;                                                                                   \
        (void)now;                                                                                 \
    }                                                                                              \
    netp_ms netp_##NAME##_deadline(const struct netp_##NAME *m)                                    \
    {                                                                                              \
        (void)m;                                                                                   \
        return NETP_NEVER;                                                                         \
    }                                                                                              \
    const struct netp_fail *netp_##NAME##_fail(const struct netp_##NAME *m)                        \
    {                                                                                              \
        return &m->fail_;                                                                          \
    }

/* Defines `const struct netp_ops netp_NAME_ops` from the verbs netp_NAME_next, ... of struct
 * netp_NAME; a pointer to void is not a pointer to a struct, so each verb gets a thunk. */
#define NETP_OPS(NAME)                                                                             \
    static int ops_next_(void *m, struct netp_in *in, netp_ms now, void *ev)                       \
    {                                                                                              \
        return netp_##NAME##_next((struct netp_##NAME *)m, in, now,                                \
                                  (struct netp_##NAME##_ev *)ev);                                  \
    }                                                                                              \
    static size_t ops_out_(const void *m, struct netp_out *v, size_t nv)                           \
    {                                                                                              \
        return netp_##NAME##_out((const struct netp_##NAME *)m, v, nv);                            \
    }                                                                                              \
    static void ops_sent_(void *m, size_t n, netp_ms now)                                          \
    {                                                                                              \
        netp_##NAME##_sent((struct netp_##NAME *)m, n, now);                                       \
    }                                                                                              \
    static netp_ms ops_deadline_(const void *m)                                                    \
    {                                                                                              \
        return netp_##NAME##_deadline((const struct netp_##NAME *)m);                              \
    }                                                                                              \
    static unsigned ops_want_(const void *m)                                                       \
    {                                                                                              \
        return netp_##NAME##_want((const struct netp_##NAME *)m);                                  \
    }                                                                                              \
    static const struct netp_fail *ops_fail_(const void *m)                                        \
    {                                                                                              \
        return netp_##NAME##_fail((const struct netp_##NAME *)m);                                  \
    }                                                                                              \
    const struct netp_ops netp_##NAME##_ops = {#NAME,                                              \
                                               sizeof(struct netp_##NAME),                         \
                                               sizeof(struct netp_##NAME##_ev),                    \
                                               ops_next_,                                          \
                                               ops_out_,                                           \
                                               ops_sent_,                                          \
                                               ops_deadline_,                                      \
                                               ops_want_,                                          \
                                               ops_fail_}

#endif
