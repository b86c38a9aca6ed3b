/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include "fuzz.h"
#include "state.h"

#include <netproto/addr.h>

#include <string.h>

#define PAYLOAD_MAX 4096u /* more is cut: nothing new happens there, only slowly */
#define WAIT_MS     3600000u

static const struct netp_addr peer = {{192, 0, 2, 1}, 0, 5000, 4};
static const struct netp_addr stranger = {{192, 0, 2, 9}, 0, 5000, 4};

/* What commands are given: text that means something to one protocol or another. */
static const char words[] =
    "4abc12 345 some text\r\n{3}\0\xc0\xdb\xff,0:the quick brown fox jumps "
    "over the lazy dog, again and again and again, and once more, for the last time";

enum { WORDS_AT = 40, WORDS_N = 97 }; /* a command gets less than N from one of the first AT on */
_Static_assert(sizeof words >= WORDS_AT + WORDS_N, "so many words");

/* How the same input is served: bytes a call, bytes or datagrams sent a call. */
struct way {
    const char *name;
    size_t chunk, send;
    bool light; /* without the calls that must be harmless: the first way makes those */
};

struct run {
    struct checked c;
    const struct subject *s;
    struct fuzz_input in;
    struct way way;
    size_t used;    /* bytes of the payload that the machine has taken */
    size_t offered; /* bytes that it has seen */
    unsigned flags;
    const struct netp_addr *from;
    bool stalled;  /* nothing can leave */
    uint32_t last; /* event */
    struct log events, sent;
    netp_ms sent_at; /* the times and places that `sent` has told */
    struct netp_addr to;
};

static unsigned want(const struct run *r)
{
    return r->c.ops->want(r->c.m);
}

static void feedback(struct run *r, uint32_t event)
{
    uint32_t h = (r->last * 31 + event) * 31 + want(r);
    const char *state = r->s->state != NULL ? r->s->state(r->c.m) : "";
    for (; *state != '\0'; state++) {
        h = h * 31 + (uint8_t)*state;
    }
    r->last = event;
    fuzz_state(h ^ h >> 8 ^ h >> 16);
}

static void on_event(void *arg, const void *ev)
{
    struct run *r = (struct run *)arg;
    int type;
    memcpy(&type, ev, sizeof type);
    feedback(r, (uint32_t)type);
    r->s->machine.describe(ev, &r->events);
}

/* The address that n units, as checked_addr() writes them, stand for. */
static void log_to(struct run *r, const uint16_t *unit)
{
    struct netp_addr a = {{0}, 0, 0, (uint8_t)unit[0]};
    size_t len = a.fam == 6 ? 16 : 4;
    char text[NETP_ADDR_CAP];
    for (size_t i = 0; i < len; i++) {
        a.ip[i] = (uint8_t)unit[1 + i];
    }
    a.port = (uint16_t)((unit[1 + len] & 255) << 8 | (unit[2 + len] & 255));
    if (!netp_addr_eq(&a, &r->to)) {
        netp_addr_format(&a, text);
        log_line(&r->sent, "to %s", text);
        r->to = a;
    }
}

/* What leaves: when, where to, and a line for each datagram or all that goes to a stream. */
static void on_sent(void *arg, const uint16_t *unit, size_t n)
{
    struct run *r = (struct run *)arg;
    if (r->c.now != r->sent_at) {
        log_line(&r->sent, "after %llu ms", (unsigned long long)(r->c.now - r->sent_at));
        r->sent_at = r->c.now;
    }
    for (size_t i = 0; i < n; i++) {
        uint8_t b = (uint8_t)unit[i];
        if (unit[i] >= CHECKED_TO) {
            log_to(r, unit + i);
            i += b == 6 ? 18 : 6;
        } else if (unit[i] == CHECKED_DGRAM) {
            log_end(&r->sent);
        } else if (unit[i] == CHECKED_FIN) {
            log_line(&r->sent, "fin");
        } else {
            log_data(&r->sent, "out", &b, 1);
        }
    }
}

/* Lets the machine go on until it rests and all is sent. */
static void pump(struct run *r)
{
    struct netp_in in = {r->in.p + r->used, r->offered - r->used, r->flags, r->from};
    size_t rounds = 0, most = 10000 + 20 * r->in.n;
    for (;;) {
        int got = checked_next(&r->c, in.n > 0 || in.flags != 0 ? &in : NULL);
        if (got <= 0 && (r->stalled || !checked_send(&r->c, r->way.send, on_sent, r))) {
            break;
        }
        FUZZ_CHECK(++rounds < most, "next() always has something new");
    }
    r->used = r->offered - in.n;
    r->flags = in.flags;
    feedback(r, 0);
}

/* Offers the payload up to `end`, in the pieces of this way, and the flags behind it. */
static void offer(struct run *r, size_t end, unsigned flags)
{
    while (end - r->offered > r->way.chunk) {
        r->offered += r->way.chunk;
        pump(r);
    }
    r->offered = end;
    if (r->way.chunk == 1) {
        pump(r);
    }
    r->flags |= flags;
    pump(r);
}

/* The next datagram, if the one before it was taken. */
static void offer_datagram(struct run *r)
{
    size_t left = r->in.n - r->offered, n, head;
    if (r->used < r->offered || (r->flags & NETP_IN_DGRAM) != 0 || left < 2) {
        return;
    }
    head = (size_t)r->in.p[r->offered] << 8 | r->in.p[r->offered + 1];
    n = head & 0x7fff;
    r->from = (head & 0x8000) != 0 ? &stranger : &peer;
    r->used = r->offered += 2;
    r->offered += n < left - 2 ? n : left - 2;
    r->flags |= NETP_IN_DGRAM;
    pump(r);
}

/* While the machine waits for a command: each in turn. */
static void help(struct run *r)
{
    for (size_t i = 0; i < r->s->ncmd && (want(r) & NETP_WANT_APP) != 0; i++) {
        if (checked_do(&r->c, r->s->cmd[i].run, words, 4) >= 0) {
            pump(r);
        }
    }
}

static void take(struct run *r)
{
    size_t left = r->in.n - r->offered;
    if (r->s->dgram) {
        offer_datagram(r);
    } else {
        size_t n = decide(&r->in.control, 256);
        offer(r, r->offered + (n == 0 || n > left ? left : n), 0);
    }
    if (!decision_left(&r->in.control)) {
        help(r);
    }
}

static void command(struct run *r)
{
    if (r->s->ncmd == 0) {
        return;
    }
    size_t i = decide(&r->in.control, (uint32_t)r->s->ncmd);
    size_t n = decide(&r->in.control, WORDS_N), at = decide(&r->in.control, WORDS_AT);
    checked_do(&r->c, r->s->cmd[i].run, words + at, n);
    pump(r);
}

static void time_passes(struct run *r, netp_ms ms)
{
    netp_ms until = r->c.now + ms;
    while (checked_tick(&r->c, until)) {
        pump(r);
    }
}

static void end(struct run *r)
{
    static const unsigned ends[] = {NETP_IN_EOF, NETP_IN_BROKEN, NETP_IN_GAP};
    unsigned flag = ends[decide(&r->in.control, 3)];
    if (!r->s->dgram) {
        size_t n = flag == NETP_IN_GAP ? r->offered : r->in.n;
        offer(r, n, flag);
    } else if ((r->flags & NETP_IN_DGRAM) == 0) {
        r->flags |= flag;
        pump(r);
    }
}

static void step(struct run *r)
{
    switch (decide(&r->in.control, 8)) {
    case 2:
        command(r);
        break;
    case 3:
        if (checked_tick(&r->c, r->c.now + WAIT_MS)) {
            pump(r);
        }
        break;
    case 4:
        time_passes(r, decide(&r->in.control, 65536));
        break;
    case 5:
        r->stalled = !r->stalled;
        pump(r);
        break;
    case 6:
        checked_send(&r->c, 1 + decide(&r->in.control, 64), on_sent, r);
        pump(r);
        break;
    case 7:
        end(r);
        break;
    default:
        take(r);
        break;
    }
}

/* Leads the machine to its end: commands where it waits for one, then time, then the stream's end.
 */
static void finish(struct run *r)
{
    r->stalled = false;
    pump(r);
    for (unsigned i = 0; i < 300 && want(r) != NETP_CLOSED && r->c.why[0] == '\0'; i++) {
        if ((want(r) & NETP_WANT_APP) != 0) {
            help(r);
        } else if (!checked_tick(&r->c, r->c.now + WAIT_MS)) {
            break;
        }
        pump(r);
    }
    if (!r->s->dgram && (r->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) == 0) {
        offer(r, r->in.n, NETP_IN_EOF);
        help(r);
    }
}

static void run(struct run *r, const struct subject *s, struct fuzz_input in, struct way way)
{
    const struct netp_fail *f;
    const char *setup;

    memset(r, 0, sizeof *r);
    checked_open(&r->c, s->machine.ops, CHECKED_FULL);
    r->c.event = on_event;
    r->c.arg = r;
    r->c.light = way.light;
    r->s = s;
    r->in = in;
    r->way = way;
    r->sent_at = r->c.now;
    setup = s->setup[decide(&r->in.control, (uint32_t)s->nsetup)];
    log_line(&r->events, "%s", setup);
    FUZZ_CHECK(s->machine.make(&r->c, setup) == NETP_OK, "init: %s", setup);
    pump(r);
    while (want(r) != NETP_CLOSED && (r->offered < r->in.n || decision_left(&r->in.control)) &&
           (r->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) == 0 && r->c.why[0] == '\0') {
        size_t before = r->offered;
        step(r);
        if (r->offered == before && !decision_left(&r->in.control)) {
            break;
        }
    }
    finish(r);
    f = r->c.ops->fail(r->c.m);
    log_line(&r->events, "%s %d at %llu \"%s\", wants %u", netp_errname((int)f->code), f->peer_code,
             (unsigned long long)f->offset, f->where, want(r));
    log_end(&r->sent);
    FUZZ_CHECK(r->c.why[0] == '\0', "%s, %s: %s", setup, way.name, r->c.why);
}

static void done(struct run *r)
{
    checked_close(&r->c);
    log_free(&r->events);
    log_free(&r->sent);
}

static void same(const struct run *a, const struct run *b, const struct log *x, const struct log *y,
                 const char *what)
{
    FUZZ_CHECK(x->n == y->n && (x->n == 0 || memcmp(x->p, y->p, x->n) == 0),
               "%s differ.\n--- %s\n%s--- %s\n%s", what, a->way.name, x->n > 0 ? x->p : "",
               b->way.name, y->n > 0 ? y->p : "");
}

/* A stream that is cut takes with it what was not yet sent, and how much that is depends on the
 * way: then the whole way's is the front of the other's. */
static void same_sent(const struct run *a, const struct run *b)
{
    struct log x = a->sent, y = b->sent;

    if ((a->flags & NETP_IN_BROKEN) != 0 && x.n < y.n) {
        x.n -= x.n > 0; /* the end of the last line */
        y.n = x.n;
    }
    same(a, b, &x, &y, "bytes sent");
}

int fuzz_machine(const struct subject *s, const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_split(data, size);
    const struct way whole = {"whole", SIZE_MAX, SIZE_MAX, false};
    const struct way others[] = {{"byte by byte", 1, 1, true},
                                 {"in pieces", 2 + size % 7, 3 + size % 5, true}};
    struct run a, b;

    if (in.n > PAYLOAD_MAX) {
        in.n = PAYLOAD_MAX;
    }
    run(&a, s, in, whole);
    for (size_t i = 0; i < (s->dgram ? 1 : 2); i++) {
        run(&b, s, in, others[i]);
        same(&a, &b, &a.events, &b.events, "events");
        same_sent(&a, &b);
        done(&b);
    }
    if (fuzz_outcome != NULL) {
        log_text(fuzz_outcome, a.events.p, a.events.n);
        log_text(fuzz_outcome, a.sent.p, a.sent.n);
    }
    done(&a);
    return 0;
}
