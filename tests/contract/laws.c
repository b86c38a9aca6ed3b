/* SPDX-License-Identifier: MIT */
#include "laws.h"

#include "prng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WALKS 60u
#define STEPS 400u

/* What commands are given: text that no protocol likes in whole, but many in part. */
static const char words[] = "a OK * hello b 12345 {3} ../x 200 fine; The quick brown fox jumps over"
                            " the lazy dog. \r\n\0\xff\xc0 the rest of it";

static uint32_t below(uint64_t *rng, size_t n)
{
    return prng_below(rng, (uint32_t)n);
}

static bool closed(const struct checked *c)
{
    return c->ops->want(c->m) == NETP_CLOSED;
}

static bool failed(const struct checked *c)
{
    return c->ops->fail(c->m)->code != NETP_OK;
}

/* Lets the machine tell all that it has to tell. */
static void rest(struct checked *c, struct netp_in *in)
{
    for (unsigned i = 0; checked_next(c, in) > 0; i++) {
        if (i == 100000) {
            checked_broke(c, "next() always has something new");
        }
    }
}

static void drain(struct checked *c, struct netp_in *in)
{
    do {
        rest(c, in);
    } while (checked_send(c, SIZE_MAX, NULL, NULL));
}

/* ---- a random walk ---- */

struct walk {
    struct checked c;
    const struct law_row *row;
    uint64_t rng;
    uint8_t in[1024]; /* on its way to the machine */
    size_t n;
    unsigned flags;
    const struct netp_addr *from;
};

/* The peer says something, now and then with a byte changed. */
static void hear(struct walk *w)
{
    const struct law_say *s = &w->row->say[below(&w->rng, w->row->nsay)];
    if (w->flags != 0 || s->n > sizeof w->in - w->n) {
        return;
    }
    memcpy(w->in + w->n, s->p, s->n);
    if (s->n > 0 && below(&w->rng, 20) == 0) {
        w->in[w->n + below(&w->rng, s->n)] = (uint8_t)prng_next(&w->rng);
    }
    w->n += s->n;
    w->from = s->from;
    if (w->row->subject->dgram) {
        w->flags = NETP_IN_DGRAM;
    } else if (below(&w->rng, 100) == 0) {
        w->flags = below(&w->rng, 2) == 0 ? NETP_IN_EOF : NETP_IN_BROKEN;
    } else if (w->row->gaps && below(&w->rng, 2) == 0) {
        w->flags = NETP_IN_GAP;
    }
}

/* Some of it arrives. */
static void arrive(struct walk *w)
{
    size_t n = w->row->subject->dgram ? w->n : below(&w->rng, w->n + 1);
    struct netp_in in = {w->in, n, n == w->n ? w->flags : 0, w->from};
    rest(&w->c, &in);
    if (n == w->n) {
        w->flags = in.flags;
    }
    w->n -= n - in.n;
    memmove(w->in, w->in + (n - in.n), w->n);
}

static void command(struct walk *w)
{
    if (w->row->subject->ncmd == 0) {
        return;
    }
    size_t at = below(&w->rng, sizeof words), n = below(&w->rng, sizeof words - at);
    const struct subject_cmd *cmd = &w->row->subject->cmd[below(&w->rng, w->row->subject->ncmd)];
    if (!cmd->rare || below(&w->rng, 40) == 0) {
        checked_do(&w->c, cmd->run, words + at, n);
    }
}

static void time_passes(struct walk *w)
{
    netp_ms until = w->c.now + below(&w->rng, 2000);
    rest(&w->c, NULL);
    while (checked_tick(&w->c, until)) {
        rest(&w->c, NULL);
    }
}

static void walk_step(struct walk *w)
{
    switch (below(&w->rng, 8)) {
    case 0:
    case 1:
        hear(w);
        break;
    case 2:
    case 3:
        arrive(w);
        break;
    case 4:
    case 5:
        command(w);
        break;
    case 6:
        checked_send(&w->c, 1 + below(&w->rng, 40), NULL, NULL);
        break;
    default:
        time_passes(w);
        break;
    }
}

static bool walk(const struct law_row *row, uint64_t seed, char *why, size_t n)
{
    struct walk w;
    memset(&w, 0, sizeof w);
    checked_open(&w.c, row->subject->machine.ops, CHECKED_FULL);
    w.row = row;
    w.rng = seed;
    for (int life = 0; life < 2; life++) { /* the second on the used struct */
        int r = row->subject->machine.make(&w.c, row->cfg);
        if (r != NETP_OK || failed(&w.c)) {
            checked_broke(&w.c, "law 7: init returned %d in life %d", r, life);
        }
        for (unsigned i = 0; i < STEPS && w.c.why[0] == '\0' && !closed(&w.c); i++) {
            walk_step(&w);
        }
        if (failed(&w.c)) {
            drain(&w.c, NULL);
        }
        if (failed(&w.c) && !closed(&w.c)) {
            checked_broke(&w.c, "law 7: failed, all sent, not closed");
        }
        w.n = 0;
        w.flags = 0;
    }
    bool kept = w.c.why[0] == '\0';
    if (!kept) {
        snprintf(why, n, "%s, seed %llu: %s", row->name, (unsigned long long)seed, w.c.why);
    }
    checked_close(&w.c);
    return kept;
}

/* ---- law 8: the end at every place ---- */

/* Offers bytes and flags; where the machine waits for a command it is given the first that fits. */
static void converse(struct checked *c, const struct law_row *row, struct netp_in *in)
{
    for (int tries = 0; tries < 100; tries++) {
        int r = -1;
        drain(c, in);
        if (in->n == 0 || (c->ops->want(c->m) & NETP_WANT_APP) == 0) {
            return;
        }
        for (size_t i = 0; i < row->subject->ncmd && r < 0; i++) {
            r = checked_do(c, row->subject->cmd[i].run, words, 4);
        }
    }
}

/* What next() returns in the end when the stream ends like this behind its first n bytes; > 0 if
 * the machine was through before. */
static int end_at(const struct law_row *row, const uint8_t *p, size_t n, unsigned flag, char *why,
                  size_t why_n)
{
    struct checked c;
    struct netp_in in = {p, n, 0, NULL};
    int r = 1;
    checked_open(&c, row->subject->machine.ops, CHECKED_FULL);
    row->subject->machine.make(&c, row->cfg);
    converse(&c, row, &in);
    if (in.n == 0 && !failed(&c) && !closed(&c)) {
        in.flags = flag;
        rest(&c, &in);
        r = (int)c.ops->fail(c.m)->code;
        if (flag == NETP_IN_BROKEN && !closed(&c)) {
            checked_broke(&c, "law 8: cut, but not closed");
        }
    }
    if (c.why[0] != '\0') {
        snprintf(why, why_n, "%s, end at %zu: %s", row->name, n, c.why);
    }
    checked_close(&c);
    return r;
}

static bool ends(const struct law_row *row, char *why, size_t n)
{
    struct walk all;
    all.n = 0;
    for (size_t i = 0; i < row->nsay && !row->subject->dgram; i++) {
        memcpy(all.in + all.n, row->say[i].p, row->say[i].n);
        all.n += row->say[i].n;
    }
    why[0] = '\0';
    for (size_t k = 0; k <= all.n && !row->subject->dgram && why[0] == '\0'; k++) {
        int eof = end_at(row, all.in, k, NETP_IN_EOF, why, n);
        int broken = end_at(row, all.in, k, NETP_IN_BROKEN, why, n);
        bool kept = eof == NETP_E_TRUNCATED
                        ? broken == eof
                        : eof == NETP_OK &&
                              (broken == NETP_E_IO || (row->to_end && broken == NETP_E_TRUNCATED));
        if (!kept && eof <= 0 && why[0] == '\0') {
            snprintf(why, n, "%s: law 8: after %zu bytes EOF is %s, BROKEN is %s", row->name, k,
                     netp_errname(eof), netp_errname(broken));
        }
    }
    return why[0] == '\0';
}

static bool refuses_other_sizes(const struct law_row *row, char *why, size_t n)
{
    void *m = malloc(row->subject->machine.ops->size);
    bool kept = m != NULL && row->subject->misfit(m) == NETP_E_ABI;
    free(m);
    if (!kept) {
        snprintf(why, n, "%s: law 9: init of a struct of another size", row->name);
    }
    return kept;
}

bool laws_kept(const struct law_row *row, char *why, size_t n)
{
    bool kept = refuses_other_sizes(row, why, n) && ends(row, why, n);
    for (uint64_t seed = 1; kept && seed <= WALKS; seed++) {
        kept = walk(row, seed, why, n);
    }
    return kept;
}
