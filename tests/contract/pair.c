/* SPDX-License-Identifier: MIT */
#include "pair.h"

#include "prng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOVES_MAX 2000000u

void pair_open(struct pair *p, uint64_t seed, const struct netp_ops *a, const struct netp_ops *b)
{
    memset(p, 0, sizeof *p);
    p->rng = seed;
    checked_open(&p->end[0].c, a, CHECKED_FULL);
    checked_open(&p->end[1].c, b, CHECKED_FULL);
    p->end[0].in = (uint8_t *)calloc(1, 1);
    p->end[1].in = (uint8_t *)calloc(1, 1);
}

void pair_close(struct pair *p)
{
    for (int i = 0; i < 2; i++) {
        checked_close(&p->end[i].c);
        free(p->end[i].in);
    }
}

/* What one end has sent is on the way to the other. */
static void arrive(void *arg, const uint16_t *unit, size_t n)
{
    struct pair_end *to = (struct pair_end *)arg;
    to->in = (uint8_t *)realloc(to->in, to->in_n + n + 1);
    if (to->in == NULL) {
        abort();
    }
    for (size_t i = 0; i < n; i++) {
        if (unit[i] == CHECKED_FIN) {
            to->end = NETP_IN_EOF;
        } else {
            to->in[to->in_n++] = (uint8_t)unit[i];
        }
    }
}

static void take(struct pair *p, struct pair_end *e)
{
    size_t n = e->in_n - e->in_at, most = 1 + prng_below(&p->rng, 200);
    struct netp_in in = {e->in + e->in_at, n < most ? n : most, 0, NULL};
    size_t offered = in.n;
    bool last = in.n == n && prng_below(&p->rng, 2) == 0;
    in.flags = last ? e->end : 0;
    if (in.n == 0 && in.flags == 0) {
        checked_next(&e->c, NULL);
        return;
    }
    checked_next(&e->c, &in);
    e->in_at += offered - in.n;
    e->end = last ? in.flags : e->end;
}

bool pair_step(struct pair *p)
{
    struct pair_end *e = &p->end[prng_below(&p->rng, 2)], *other = &p->end[e == p->end];
    switch (prng_below(&p->rng, 4)) {
    case 0:
        e->c.now += prng_below(&p->rng, 10);
        break;
    case 1:
        checked_send(&e->c, 1 + prng_below(&p->rng, 150), arrive, other);
        break;
    default:
        take(p, e);
        break;
    }
    for (int i = 0; i < 2; i++) {
        if (p->end[i].c.why[0] != '\0' && p->why[0] == '\0') {
            snprintf(p->why, sizeof p->why, "end %d: %.300s", i, p->end[i].c.why);
        }
    }
    return p->why[0] == '\0';
}

static bool closed(const struct pair_end *e)
{
    return e->c.ops->want(e->c.m) == NETP_CLOSED;
}

void pair_run(struct pair *p)
{
    for (unsigned i = 0; i < MOVES_MAX && (!closed(&p->end[0]) || !closed(&p->end[1])); i++) {
        if (!pair_step(p)) {
            return;
        }
    }
    for (int i = 0; i < 2 && p->why[0] == '\0'; i++) {
        const struct netp_fail *f = p->end[i].c.ops->fail(p->end[i].c.m);
        if (f->code != NETP_OK || !closed(&p->end[i])) {
            snprintf(p->why, sizeof p->why, "end %d: want %#x, failed with %d at %llu: %s", i,
                     p->end[i].c.ops->want(p->end[i].c.m), (int)f->code,
                     (unsigned long long)f->offset, f->where);
        }
    }
}
