/* SPDX-License-Identifier: MIT */
#include "checked.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 64 /* elements of out() that are looked at in one go */

/* What a user can see of a machine. */
struct sight {
    unsigned want;
    netp_ms deadline;
    uint16_t *unit;
    size_t n;
};

static void *block(size_t n)
{
    void *p = malloc(n);
    if (p == NULL) {
        abort();
    }
    return p;
}

void checked_open(struct checked *c, const struct netp_ops *ops, size_t cut)
{
    memset(c, 0, sizeof *c);
    c->ops = ops;
    c->cut_ = cut;
    c->now = 1000000; /* so that there is a past */
    c->m = block(ops->size);
    memset(c->m, 0xa5, ops->size);
    c->ev = block(ops->evsize);
}

void checked_close(struct checked *c)
{
    free(c->m);
    free(c->ev);
    while (c->nblock_ > 0) {
        free(c->block_[--c->nblock_]);
    }
}

void *checked_mem(struct checked *c, size_t *n)
{
    if (c->nblock_ == sizeof c->block_ / sizeof *c->block_) {
        abort();
    }
    if (c->nblock_ == c->cut_ && *n > 0) {
        --*n;
    }
    return c->block_[c->nblock_++] = block(*n);
}

void checked_broke(struct checked *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (c->why[0] == '\0') {
        vsnprintf(c->why, sizeof c->why, fmt, ap);
    }
    va_end(ap);
}

static bool broken(const struct checked *c)
{
    return c->why[0] != '\0';
}

/* ---- what can be seen: out(), want(), deadline(), fail() ---- */

static bool same_element(const struct netp_out *a, const struct netp_out *b)
{
    return a->p == b->p && a->n == b->n && a->flags == b->flags && a->to == b->to;
}

/* Law 5: out() has one answer, of which a shorter list shows the front. */
static size_t look_out(struct checked *c, struct netp_out *v)
{
    struct netp_out w[SHOWN];
    size_t n = c->ops->out(c->m, v, SHOWN);
    static const size_t room[] = {0, 1, 2, 3, SHOWN};
    for (size_t i = 0; i < sizeof room / sizeof *room && !c->light; i++) {
        size_t k = c->ops->out(c->m, w, room[i]);
        if (k != (n < room[i] ? n : room[i])) {
            checked_broke(c, "law 5: out() shows %zu of %zu elements in a list of %zu", k, n,
                          room[i]);
            return 0;
        }
        for (size_t j = 0; j < k; j++) {
            if (!same_element(&v[j], &w[j])) {
                checked_broke(c, "law 5: out() shows another element %zu in a list of %zu", j,
                              room[i]);
            }
        }
    }
    return n;
}

size_t checked_addr(uint16_t *u, const struct netp_addr *a)
{
    size_t n = 0, len = a->fam == 6 ? 16 : 4;
    u[n++] = (uint16_t)(CHECKED_TO + a->fam);
    for (size_t i = 0; i < len; i++) {
        u[n++] = (uint16_t)(CHECKED_TO + a->ip[i]);
    }
    u[n++] = (uint16_t)(CHECKED_TO + (a->port >> 8));
    u[n++] = (uint16_t)(CHECKED_TO + (a->port & 255));
    return n;
}

/* Writes what out() shows as units; a datagram that the list cuts short is left out. */
static size_t flatten(struct checked *c, uint16_t **unit)
{
    struct netp_out v[SHOWN];
    size_t nv = look_out(c, v), n = 0, whole = 0, room = 1;
    bool more = false;
    for (size_t i = 0; i < nv; i++) {
        room += v[i].n + 24;
    }
    uint16_t *u = *unit = (uint16_t *)block(room * sizeof **unit);
    for (size_t i = 0; i < nv; i++) {
        if ((v[i].flags & NETP_OUT_DGRAM) != 0 && !more && v[i].to != NULL) {
            n += checked_addr(u + n, v[i].to);
        }
        for (size_t j = 0; j < v[i].n; j++) {
            u[n++] = v[i].p[j];
        }
        more = (v[i].flags & NETP_OUT_MORE) != 0;
        if ((v[i].flags & NETP_OUT_DGRAM) != 0 && !more) {
            u[n++] = CHECKED_DGRAM;
        }
        if ((v[i].flags & NETP_OUT_FIN) != 0) {
            u[n++] = CHECKED_FIN;
        }
        whole = more ? whole : n;
    }
    return whole;
}

static struct sight look(struct checked *c)
{
    struct sight s;
    void *before = block(c->ops->size);
    memcpy(before, c->m, c->ops->size);
    s.want = c->ops->want(c->m);
    s.deadline = c->ops->deadline(c->m);
    s.n = flatten(c, &s.unit);
    c->ops->fail(c->m);
    if (memcmp(before, c->m, c->ops->size) != 0) {
        checked_broke(c, "want, deadline, out or fail changed the machine");
    }
    free(before);
    return s;
}

/* Frees both; says what differs, NULL if nothing does. */
static const char *difference(struct sight *a, struct sight *b)
{
    const char *what = NULL;
    if (a->want != b->want) {
        what = "want()";
    } else if (a->deadline != b->deadline) {
        what = "deadline()";
    } else if (a->n != b->n || memcmp(a->unit, b->unit, a->n * sizeof *a->unit) != 0) {
        what = "out()";
    }
    free(a->unit);
    free(b->unit);
    return what;
}

/* Laws 5 and 7 where they tie the const verbs to one another. */
static void at_any_time(struct checked *c)
{
    struct netp_out v[SHOWN];
    unsigned want = c->ops->want(c->m);
    bool out = (c->light ? c->ops->out(c->m, v, 1) : look_out(c, v)) > 0;
    const struct netp_fail *f = c->ops->fail(c->m);
    if ((want & NETP_CLOSED) != 0 && want != NETP_CLOSED) {
        checked_broke(c, "CLOSED does not stand alone: %#x", want);
    }
    if (want == NETP_CLOSED && c->ops->deadline(c->m) != NETP_NEVER) {
        checked_broke(c, "closed, and has a deadline");
    }
    if (((want & NETP_WANT_OUT) != 0) != out) {
        checked_broke(c, "WANT_OUT and what out() shows disagree");
    }
    if (f->where == NULL || (f->code != NETP_OK && f->code > NETP_E_SYNTAX)) {
        checked_broke(c, "fail() holds a NULL or one of the caller's errors");
    }
    if (f->code != NETP_OK && want != NETP_CLOSED && want != NETP_WANT_OUT) {
        checked_broke(c, "law 7: failed, and wants %#x", want);
    }
}

/* Laws that hold when next() has just returned r. */
static void at_rest(struct checked *c, int r)
{
    netp_ms deadline = c->ops->deadline(c->m);
    int code = (int)c->ops->fail(c->m)->code;
    at_any_time(c);
    if (code != (r < 0 ? r : NETP_OK)) {
        checked_broke(c, "law 7: next() returned %d, fail() says %d", r, code);
    }
    if (r == 0 && c->ops->want(c->m) == 0 && deadline == NETP_NEVER) {
        checked_broke(c, "stuck: not closed, wants nothing, has no deadline");
    }
    if (r == 0 && deadline <= c->now) {
        checked_broke(c, "law 6: next() left a deadline that has passed");
    }
}

/* ---- the verbs ---- */

/* Law 2, and law 8's share of the cursor: `was` is the cursor before, `is` after the call. */
static void check_cursor(struct checked *c, const struct netp_in *was, const struct netp_in *is)
{
    unsigned changed = was->flags ^ is->flags;
    bool taken = (changed & NETP_IN_DGRAM) != 0;
    if (is->n > was->n || is->p != was->p + (was->n - is->n)) {
        checked_broke(c, "law 2: in->p + in->n moved");
    }
    if ((changed & is->flags) != 0 || (changed & (NETP_IN_EOF | NETP_IN_BROKEN)) != 0) {
        checked_broke(c, "law 8: the cursor's flags went from %#x to %#x", was->flags, is->flags);
    }
    if ((was->flags & NETP_IN_DGRAM) != 0 && is->n != (taken ? 0 : was->n)) {
        checked_broke(c, "law 2: a datagram was used in part");
    }
}

static void tell(struct checked *c, int r)
{
    int type;
    memcpy(&type, c->ev, sizeof type);
    if (type != r) {
        checked_broke(c, "law 2: next() returned %d, ev->type is %d", r, type);
    } else if (c->event != NULL) {
        c->event(c->arg, c->ev);
        at_any_time(c);
    }
}

/* One call of next(), with a copy of the input that does not outlive it. */
static int next_once(struct checked *c, struct netp_in *in)
{
    struct netp_addr *from = NULL;
    struct netp_in cur, was;
    uint8_t *p = (uint8_t *)block(in->n);
    if (in->n > 0) {
        memcpy(p, in->p, in->n);
    }
    if (in->from != NULL) {
        from = (struct netp_addr *)block(sizeof *from);
        *from = *in->from;
    }
    was = cur = (struct netp_in){p, in->n, in->flags, from};
    int r = c->ops->next(c->m, &cur, c->now, c->ev);
    check_cursor(c, &was, &cur);
    at_rest(c, r);
    if (r > 0) {
        tell(c, r);
    }
    if (!broken(c) && cur.n < in->n) {
        in->p += in->n - cur.n;
        in->n = cur.n;
    }
    in->flags = cur.flags;
    memset(p, 0xdd, was.n);
    free(p);
    free(from);
    return r;
}

/* A call that must return r and change nothing that can be seen. */
static void harmless(struct checked *c, struct netp_in *in, netp_ms now, int r, const char *what)
{
    if (broken(c) || c->light) {
        return;
    }
    struct sight a = look(c);
    struct netp_fail f = *c->ops->fail(c->m);
    int got = c->ops->next(c->m, in, now, c->ev);
    struct sight b = look(c);
    const struct netp_fail *g = c->ops->fail(c->m);
    const char *changed = difference(&a, &b);
    if (got != r) {
        checked_broke(c, "%s: next() returned %d after %d", what, got, r);
    } else if (changed != NULL) {
        checked_broke(c, "%s: %s changed", what, changed);
    } else if (f.code != g->code || f.offset != g->offset || f.peer_code != g->peer_code ||
               f.where != g->where) {
        checked_broke(c, "%s: fail() changed", what);
    }
}

/* Law 4: what next() has left behind a 0 is left again, and so is an end that it has dealt with. */
static void left_over(struct checked *c, const struct netp_in *in)
{
    if (in == NULL || (in->n == 0 && in->flags == 0)) {
        return;
    }
    struct netp_in again = *in;
    if ((in->n > 0 || (in->flags & NETP_IN_DGRAM) != 0) &&
        (c->ops->want(c->m) & NETP_WANT_IN) != 0) {
        checked_broke(c, "law 4: wants input, but leaves %zu bytes of it", in->n);
    }
    harmless(c, &again, c->now, 0, "law 4: the same input again");
    if (again.n != in->n || again.flags != in->flags) {
        checked_broke(c, "law 4: the same input again was taken");
    }
}

int checked_next(struct checked *c, struct netp_in *in)
{
    static const uint8_t bytes[] = "\0 \r\n{5}";
    struct netp_in none = {NULL, 0, 0, NULL}, more = {bytes, sizeof bytes, 0, NULL};
    if (broken(c)) {
        return 0;
    }
    memset(c->ev, 0x5a, c->ops->evsize);
    more.flags = in != NULL ? in->flags & NETP_IN_DGRAM : 0;
    int r = in != NULL ? next_once(c, in) : c->ops->next(c->m, NULL, c->now, c->ev);
    if (in == NULL) {
        at_rest(c, r);
        if (r > 0) {
            tell(c, r);
        }
    }
    if (r == 0) {
        if (in != NULL && in->n == 0) {
            in->flags &= ~(unsigned)NETP_IN_GAP; /* as a driver does */
        }
        left_over(c, in);
        harmless(c, NULL, c->now, 0, "law 6: a call too many");
        harmless(c, NULL, 0, 0, "law 6: a call in the past");
        harmless(c, &none, c->now, 0, "law 2: a call with an empty cursor");
    } else if (r < 0) {
        harmless(c, NULL, c->now, r, "law 7: a call after failure");
        harmless(c, &more, c->now + 1000000, r, "law 7: input after failure");
    }
    return broken(c) ? 0 : r;
}

/* How many of u[0..n) leave by sent(*count), if at most max bytes or datagrams may. */
static size_t front(const uint16_t *u, size_t n, size_t max, size_t *count)
{
    size_t i = 0;
    bool dgrams = false;
    *count = 0;
    if (n > 0 && u[0] == CHECKED_FIN) {
        return 1;
    }
    for (size_t k = 0; k < n; k++) {
        dgrams = dgrams || u[k] == CHECKED_DGRAM;
    }
    for (; i < n && *count < max && u[i] != CHECKED_FIN; i++) {
        *count += !dgrams || u[i] == CHECKED_DGRAM;
    }
    return i;
}

bool checked_send(struct checked *c, size_t max, checked_sink *sink, void *arg)
{
    struct netp_out v;
    if (broken(c) || c->ops->out(c->m, &v, 1) == 0) {
        return false;
    }
    uint16_t *u, *rest;
    size_t count, n = flatten(c, &u), k = front(u, n, max, &count);
    if (k > 0) {
        if (sink != NULL) {
            sink(arg, u, k);
        }
        c->ops->sent(c->m, count, c->now);
        size_t left = flatten(c, &rest);
        if (left < n - k || memcmp(rest, u + k, (n - k) * sizeof *u) != 0) {
            checked_broke(c, "law 5: after sent(%zu) out() does not go on behind it", count);
        }
        free(rest);
        at_any_time(c);
    }
    free(u);
    return k > 0 && !broken(c);
}

int checked_do(struct checked *c, checked_cmd *cmd, const void *arg, size_t n)
{
    if (broken(c)) {
        return NETP_OK;
    }
    struct sight a = look(c);
    int r = cmd(c->m, arg, n, c->now);
    struct sight b = look(c);
    const char *changed = difference(&a, &b);
    if (r < 0 && r <= NETP_E_SYNTAX) {
        checked_broke(c, "a command returned %d, which is not one of the caller's errors", r);
    } else if (r < 0 && changed != NULL) {
        checked_broke(c, "a command returned %d, and %s changed", r, changed);
    }
    at_any_time(c);
    return r;
}

bool checked_tick(struct checked *c, netp_ms until)
{
    netp_ms d = c->ops->deadline(c->m);
    int code = (int)c->ops->fail(c->m)->code;
    if (broken(c)) {
        return false;
    }
    if (d > until) {
        c->now = until;
        harmless(c, NULL, c->now, code, "law 6: an early call");
        return false;
    }
    if (d > c->now + 1) {
        c->now = d - 1;
        harmless(c, NULL, c->now, code, "law 6: an early call");
    }
    c->now = d > c->now ? d : c->now;
    return true;
}
