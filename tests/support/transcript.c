/* SPDX-License-Identifier: MIT */
#include "transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#undef fail /* cmocka's macro has the name of a verb */

#define ROUNDS_MAX 100000u /* calls of next() in one step; more is a machine that spins */
#define SPLITS_MAX 1000u   /* longer input is split at about so many places, not at all */

static const char tail_bytes[] = "trailing";

/* ---- one run of a case ---- */

/* How a run differs from others. */
struct way {
    size_t chunk; /* bytes of input a call */
    size_t split; /* a place in the stream where a piece ends */
    size_t send;  /* bytes of output, or datagrams, a call */
    size_t cut;   /* the buffer that is short, or CHECKED_FULL */
    bool tail;
};

struct run {
    struct checked c;
    const struct tr_machine *mach;
    struct way way;
    struct log log;
    uint16_t *out; /* units sent and not yet matched */
    size_t nout;
    uint8_t *in; /* bytes offered and not yet used, from the stream's first byte */
    size_t nin, used;
    size_t splits, nbuf; /* for the runs to come: places to split, buffers taken */
    unsigned flags;
    const struct netp_addr *from;
    bool over;    /* a short buffer has changed the course of things */
    bool refused; /* init or a command has returned an error that the case does not know */
};

/* Something is not as the case says. With a short buffer that ends the run and is no fault. */
#define DIFFERS(r, ...)                                                                            \
    do {                                                                                           \
        (r)->over = true;                                                                          \
        if ((r)->way.cut == CHECKED_FULL) {                                                        \
            checked_broke(&(r)->c, __VA_ARGS__);                                                   \
        }                                                                                          \
    } while (0)

static void on_event(void *arg, const void *ev)
{
    struct run *r = (struct run *)arg;
    r->mach->describe(ev, &r->log);
}

static void on_sent(void *arg, const uint16_t *unit, size_t n)
{
    struct run *r = (struct run *)arg;
    r->out = (uint16_t *)realloc(r->out, (r->nout + n) * sizeof *unit);
    if (r->out == NULL) {
        abort();
    }
    memcpy(r->out + r->nout, unit, n * sizeof *unit);
    r->nout += n;
}

/* Lets the machine go on until it rests and all is sent. */
static void pump(struct run *r)
{
    struct netp_in in = {r->in + r->used, r->nin - r->used, r->flags, r->from};
    for (unsigned i = 0; i < ROUNDS_MAX; i++) {
        int got = checked_next(&r->c, in.n > 0 || in.flags != 0 ? &in : NULL);
        if (got <= 0 && !checked_send(&r->c, r->way.send, on_sent, r)) {
            r->used = r->nin - in.n;
            r->flags = in.flags;
            return;
        }
    }
    checked_broke(&r->c, "next() always has something new");
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Puts the bytes of a step behind those that are left of the steps before; returns their end. */
static size_t load(struct run *r, const struct tr_step *s, size_t tail)
{
    size_t n = (size_t)s->n, end = r->nin + n + tail;
    r->in = (uint8_t *)realloc(r->in, end + 1);
    if (r->in == NULL) {
        abort();
    }
    memcpy(r->in + r->nin, s->p, n);
    memcpy(r->in + r->nin + n, tail_bytes, tail);
    r->from = s->adr;
    return end;
}

/* Offers a step's bytes in pieces, the flags with the last piece, or behind it if pieces are 1. */
static void step_in(struct run *r, const struct tr_step *s, bool last)
{
    size_t end = load(r, s, last && r->way.tail ? sizeof tail_bytes - 1 : 0);
    if ((s->flags & NETP_IN_DGRAM) != 0) {
        if (r->nin > r->used || r->flags != 0) {
            DIFFERS(r, "the datagram before this was not taken");
        }
        r->nin = end;
    }
    r->splits += end - r->nin;
    while (r->nin < end) {
        size_t to = r->nin + least(r->way.chunk, end - r->nin);
        r->nin = r->nin < r->way.split ? least(to, r->way.split) : to;
        if (r->nin < end || r->way.chunk == 1) {
            pump(r);
        }
    }
    r->flags |= s->flags;
    pump(r);
}

/* Whether the units u[0..n) are a destination, if one is asked for, and then the step's bytes. */
static bool says(const uint16_t *u, size_t n, const struct tr_step *s)
{
    uint16_t to[24];
    size_t nto = s->adr != NULL ? checked_addr(to, s->adr) : 0, i = 0, k = 0;
    if (nto > n || memcmp(to, u, nto * sizeof *to) != 0) {
        return false;
    }
    while (i < n && u[i] >= CHECKED_TO) {
        i++;
    }
    while (i < n && k < s->n && u[i] == (uint8_t)s->p[k]) {
        i++;
        k++;
    }
    return i == n && k == s->n;
}

/* The next units sent must be what the step says. */
static void step_out(struct run *r, const struct tr_step *s)
{
    size_t n = 0, end;
    while (n < r->nout && r->out[n] != CHECKED_DGRAM && r->out[n] != CHECKED_FIN) {
        n++;
    }
    end = n + (s->what == TR_FIN_ || (s->flags & NETP_OUT_DGRAM) != 0);
    if (r->nout == 0) {
        DIFFERS(r, "nothing was sent");
    } else if (end > r->nout || !says(r->out, n, s) ||
               (end > n && r->out[n] != (s->what == TR_FIN_ ? CHECKED_FIN : CHECKED_DGRAM))) {
        DIFFERS(r, "something else was sent, %zu bytes", n);
    } else {
        r->nout -= end;
        memmove(r->out, r->out + end, r->nout * sizeof *r->out);
    }
}

/* The next line of the log must be what the step says. */
static void step_ev(struct run *r, const struct tr_step *s)
{
    struct log *log = &r->log;
    size_t n = 0, want = strlen(s->p);
    while (n < log->n && log->p[n] != '\n') {
        n++;
    }
    if (n != want || n == 0 || memcmp(log->p, s->p, n) != 0) {
        DIFFERS(r, "event \"%.*s\", not \"%.100s\"", (int)least(n, 100), n > 0 ? log->p : "", s->p);
        return;
    }
    n += n < log->n;
    log->n -= n;
    memmove(log->p, log->p + n, log->n);
    if (log->n == 0) {
        log->tag_ = NULL;
    }
}

static void step_do(struct run *r, const struct tr_step *s)
{
    int got = checked_do(&r->c, s->cmd, s->p, (size_t)s->n);
    if (got != s->ret) {
        r->refused = got < 0;
        DIFFERS(r, "the command returned %d, not %d", got, s->ret);
    }
    pump(r);
}

static void step_wait(struct run *r, const struct tr_step *s)
{
    netp_ms until = r->c.now + s->n;
    while (checked_tick(&r->c, until)) {
        pump(r);
    }
}

static void step_fail(struct run *r, const struct tr_step *s)
{
    const struct netp_fail *f = r->c.ops->fail(r->c.m);
    if ((int)f->code != s->ret || f->peer_code != s->peer || f->offset != s->n ||
        (s->p != NULL && strcmp(f->where, s->p) != 0)) {
        DIFFERS(r, "fail() is %s, %d, at %llu, \"%s\"", netp_errname((int)f->code), f->peer_code,
                (unsigned long long)f->offset, f->where);
    }
}

static void step(struct run *r, const struct tr_step *s, bool last_in)
{
    bool checks =
        s->what != TR_IN_ && s->what != TR_DO_ && s->what != TR_WAIT_ && s->what != TR_END_;
    if (!checks && (r->log.n > 0 || r->nout > 0)) {
        DIFFERS(r, "before this there is more: event \"%.*s\", %zu units of output",
                (int)least(r->log.n, 100), r->log.n > 0 ? r->log.p : "", r->nout);
        return;
    }
    switch (s->what) {
    case TR_IN_:
        step_in(r, s, last_in);
        break;
    case TR_OUT_:
    case TR_FIN_:
        step_out(r, s);
        break;
    case TR_EV_:
        step_ev(r, s);
        break;
    case TR_DO_:
        step_do(r, s);
        break;
    case TR_WAIT_:
        step_wait(r, s);
        break;
    case TR_WANT_:
        if (r->c.ops->want(r->c.m) != s->flags) {
            DIFFERS(r, "want() is %#x", r->c.ops->want(r->c.m));
        }
        break;
    case TR_FAIL_:
        step_fail(r, s);
        break;
    default:
        break;
    }
}

/* What must be true behind the last step. */
static void at_end(struct run *r, const struct tr_case *c, bool fails)
{
    bool failed = r->c.ops->fail(r->c.m)->code != NETP_OK;
    size_t left = r->nin - r->used, tail = r->way.tail ? sizeof tail_bytes - 1 : 0;
    if (!r->over && failed != fails) {
        DIFFERS(r, failed ? "failed" : "did not fail");
    }
    if (!r->over && !failed && left != tail) {
        DIFFERS(r, "%zu bytes stay in the cursor, not %zu", left, tail);
    }
    if (r->way.cut < 32 && (c->tight >> r->way.cut & 1) != 0 && !r->refused && !failed) {
        checked_broke(&r->c, "a tight buffer is one byte short, and nothing fails");
    }
}

/* Returns the number of the step that the run ended with. */
static size_t go(struct run *r, const struct tr_case *c)
{
    const struct tr_step *s = c->steps;
    size_t i, last_in = SIZE_MAX;
    bool fails = false;
    for (i = 0; s[i].what != TR_END_; i++) {
        last_in = s[i].what == TR_IN_ ? i : last_in;
        fails = fails || s[i].what == TR_FAIL_;
    }
    int err = r->mach->make(&r->c, c->cfg);
    if (err < 0) {
        r->refused = true;
        DIFFERS(r, "init returned %d", err);
        return 0;
    }
    pump(r); /* a client may have something to say first */
    for (i = 0; !r->over && r->c.why[0] == '\0'; i++) {
        step(r, &s[i], i == last_in);
        if (s[i].what == TR_END_) {
            break;
        }
    }
    at_end(r, c, fails);
    return i;
}

/* Runs a case in one way; returns false and says why if it did not hold. */
static bool run_once(const struct tr_machine *mach, const struct tr_case *c, struct way way,
                     struct run *r, char *why, size_t n)
{
    memset(r, 0, sizeof *r);
    checked_open(&r->c, mach->ops, way.cut);
    r->c.event = on_event;
    r->c.arg = r;
    r->mach = mach;
    r->way = way;
    r->in = (uint8_t *)calloc(1, 1);
    size_t at = go(r, c);
    bool held = r->c.why[0] == '\0';
    if (!held) {
        const struct netp_fail *f = r->c.ops->fail(r->c.m);
        char how[64] = "";
        if (way.cut != CHECKED_FULL) {
            snprintf(how, sizeof how, ", buffer %zu short", way.cut);
        } else if (way.split > 0) {
            snprintf(how, sizeof how, ", split at %zu", way.split);
        }
        snprintf(why, n, "%s: %s%s%s, step %zu: %s (%s %s)", c->name,
                 way.chunk == 1 ? "byte by byte" : "whole", how, way.tail ? " and more" : "", at,
                 r->c.why, netp_errname((int)f->code), f->where);
    }
    r->nbuf = r->c.nblock_;
    checked_close(&r->c);
    log_free(&r->log);
    free(r->out);
    free(r->in);
    return held;
}

bool tr_run(const struct tr_machine *mach, const struct tr_case *c, char *why, size_t n)
{
    struct way whole = {SIZE_MAX, 0, SIZE_MAX, CHECKED_FULL, false}, way = whole;
    struct run r;
    bool held = run_once(mach, c, whole, &r, why, n);
    size_t total = r.splits, nbuf = r.nbuf;

    way.chunk = way.send = 1;
    held = held && run_once(mach, c, way, &r, why, n);
    for (way = whole; held && way.split + 1 < total;) {
        way.split += 1 + total / SPLITS_MAX;
        way.send = way.split;
        held = run_once(mach, c, way, &r, why, n);
    }
    for (way = whole; held && c->tail && way.chunk != 0; way.chunk = way.chunk == 1 ? 0 : 1) {
        way.tail = true;
        held = run_once(mach, c, way, &r, why, n);
    }
    for (way = whole, way.cut = 0; held && way.cut < nbuf; way.cut++) {
        held = run_once(mach, c, way, &r, why, n);
    }
    return held;
}

void tr_check(const struct tr_machine *mach, const struct tr_case *c, size_t n)
{
    char why[1024];
    for (size_t i = 0; i < n; i++) {
        if (!tr_run(mach, &c[i], why, sizeof why)) {
            assert_string_equal(why, "");
        }
    }
}
