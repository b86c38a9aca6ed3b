/* test_tftp_pair.c - a client and a server machine on a network that loses, repeats and reorders,
 * under a clock that jumps to the next thing to happen. SPDX-License-Identifier: MIT */
#include <netproto/tftp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CLIENT, SERVER, QUEUE = 1024, PACKET = 1500 };

struct world_cfg {
    size_t size; /* bytes of the file */
    bool put, netascii, lend;
    uint16_t blksize, windowsize;
    unsigned loss, dup, delay; /* percent, percent, at most ms more */
    unsigned flags;            /* more of cfg.flags */
    uint64_t seed;
};

struct flight {
    netp_ms at;
    unsigned order; /* of sending, for those that arrive at the same time */
    int to;
    size_t n;
    uint8_t p[PACKET];
};

struct world {
    struct world_cfg c;
    struct netp_tftp m[2];
    void *mem[2];
    struct netp_addr addr[2];
    uint8_t *file, *got;
    size_t ngot;
    bool done[2];
    netp_ms now;
    uint64_t rng;
    struct flight *q;
    size_t nq;
    unsigned order, lost, data_sent;
};

static uint32_t pick(struct world *w, uint32_t n)
{
    w->rng += 0x9e3779b97f4a7c15u; /* splitmix64 */
    uint64_t z = w->rng;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) % n);
}

static void fly(struct world *w, int to, const struct netp_out *v, size_t nv)
{
    unsigned copies = 1 + (pick(w, 100) < w->c.dup);

    if (pick(w, 100) < w->c.loss) {
        w->lost++;
        return;
    }
    while (copies--) {
        struct flight *f = &w->q[w->nq++];
        assert_true(w->nq < QUEUE);
        f->at = w->now + 1 + (w->c.delay ? pick(w, w->c.delay) : 0);
        f->order = w->order++;
        f->to = to;
        f->n = 0;
        for (size_t i = 0; i < nv; i++) {
            assert_true(f->n + v[i].n <= PACKET);
            memcpy(f->p + f->n, v[i].p, v[i].n);
            f->n += v[i].n;
        }
        w->data_sent += f->p[1] == NETP_TFTP_OP_DATA;
    }
}

static void flush(struct world *w, int who)
{
    struct netp_out v[3];
    size_t n;

    while ((n = netp_tftp_out(&w->m[who], v, 2)) > 0) {
        size_t k = v[0].flags & NETP_OUT_MORE ? 2 : 1;
        assert_int_equal(v[0].to->port, w->addr[!who].port);
        fly(w, !who, v, k);
        netp_tftp_sent(&w->m[who], 1, w->now);
    }
}

static void give(struct world *w, int who, const struct netp_tftp_ev *ev)
{
    size_t off = (size_t)ev->u.need.offset, left = w->c.size - off;
    size_t n = left < ev->u.need.max ? left : ev->u.need.max;

    if (!w->c.lend && n > 1) {
        n = 1 + pick(w, (uint32_t)n); /* readers may be short */
    }
    assert_true(off <= w->c.size);
    assert_true(netp_tftp_give(&w->m[who], w->file + off, n, n == left, w->now) >= 0);
}

static void handle(struct world *w, int who, const struct netp_tftp_ev *ev)
{
    switch (ev->type) {
    case NETP_TFTP_REQUEST:
        assert_int_equal(ev->u.request.file.n, 4);
        assert_int_equal(netp_tftp_accept(&w->m[who], w->c.size, w->now), NETP_OK);
        break;
    case NETP_TFTP_OPTIONS:
        assert_int_equal(ev->u.options.blksize, w->c.blksize);
        assert_int_equal(ev->u.options.windowsize, w->c.windowsize);
        break;
    case NETP_TFTP_DATA:
        assert_int_equal(ev->u.data.offset, w->ngot);
        assert_true(w->ngot + ev->u.data.n <= w->c.size);
        memcpy(w->got + w->ngot, ev->u.data.p, ev->u.data.n);
        w->ngot += ev->u.data.n;
        break;
    case NETP_TFTP_NEED:
        give(w, who, ev);
        break;
    case NETP_TFTP_DONE:
        assert_int_equal(ev->u.done.total, w->c.size);
        w->done[who] = true;
        break;
    }
}

/* Gives a machine its input, or NULL when a deadline has come, until it has no more to say. */
static void drive(struct world *w, int who, struct netp_in *in)
{
    struct netp_tftp_ev ev;
    int r;

    while ((r = netp_tftp_next(&w->m[who], in, w->now, &ev)) > 0) {
        assert_int_equal(r, ev.type);
        handle(w, who, &ev);
    }
    flush(w, who);
}

static void deliver(struct world *w, size_t k)
{
    struct flight f = w->q[k];
    uint8_t *p = malloc(f.n);
    struct netp_in in = {p, f.n, NETP_IN_DGRAM, &w->addr[!f.to]};

    w->q[k] = w->q[--w->nq];
    memcpy(p, f.p, f.n);
    drive(w, f.to, &in);
    assert_true(in.n == 0 || netp_tftp_fail(&w->m[f.to])->code != NETP_OK);
    free(p);
}

static bool step(struct world *w)
{
    netp_ms at = NETP_NEVER;
    size_t k = 0;
    int who = -1;

    for (size_t i = 0; i < w->nq; i++) {
        if (w->q[i].at < at || (w->q[i].at == at && w->q[i].order < w->q[k].order)) {
            at = w->q[i].at;
            k = i;
        }
    }
    for (int i = 0; i < 2; i++) {
        if (netp_tftp_deadline(&w->m[i]) < at) {
            at = netp_tftp_deadline(&w->m[i]);
            who = i;
        }
    }
    if (at == NETP_NEVER) {
        return false;
    }
    w->now = at;
    if (who < 0) {
        deliver(w, k);
    } else {
        drive(w, who, NULL);
    }
    return true;
}

static void init(struct world *w, const struct world_cfg *c)
{
    struct netp_tftp_cfg cfg;
    size_t memlen =
        c->lend ? NETP_TFTP_MEM_LEND(c->windowsize) : NETP_TFTP_MEM(c->blksize, c->windowsize);

    memset(w, 0, sizeof *w);
    w->c = *c;
    w->rng = c->seed;
    w->q = malloc(QUEUE * sizeof *w->q);
    w->file = malloc(c->size + 1);
    w->got = malloc(c->size + 1);
    for (size_t i = 0; i < c->size; i++) {
        w->file[i] = c->netascii ? (uint8_t) "\r\n\0ab"[pick(w, 5)] : (uint8_t)pick(w, 256);
    }
    w->addr[CLIENT] = (struct netp_addr){{127, 0, 0, 1}, 0, 40000, 4};
    w->addr[SERVER] = (struct netp_addr){{127, 0, 0, 1}, 0, 69, 4};
    for (int i = 0; i < 2; i++) {
        w->mem[i] = malloc(memlen);
        netp_tftp_cfg_init(&cfg, i == SERVER ? NETP_TFTP_SERVE
                                 : c->put    ? NETP_TFTP_PUT
                                             : NETP_TFTP_GET);
        cfg.mem = w->mem[i];
        cfg.memlen = memlen;
        cfg.blksize = c->blksize;
        cfg.windowsize = c->windowsize;
        cfg.file = "file";
        cfg.tsize = c->size;
        cfg.server = w->addr[SERVER];
        cfg.flags = c->flags | (c->lend ? NETP_TFTP_LEND : 0u) |
                    (c->netascii && i == CLIENT ? NETP_TFTP_NETASCII : 0u);
        assert_int_equal(netp_tftp_init(&w->m[i], &cfg, 0), NETP_OK);
    }
}

static void finish(struct world *w)
{
    free(w->q);
    free(w->file);
    free(w->got);
    free(w->mem[0]);
    free(w->mem[1]);
}

static void run(struct world *w, const struct world_cfg *c)
{
    unsigned steps = 0;

    init(w, c);
    flush(w, CLIENT);
    while (step(w)) {
        assert_true(++steps < 2000000);
    }
    for (int i = 0; i < 2; i++) {
        unsigned want = netp_tftp_want(&w->m[i]);
        assert_true(want == NETP_CLOSED || (i == SERVER && want == NETP_WANT_IN && !w->done[i]));
    }
    if (w->done[c->put ? SERVER : CLIENT]) { /* the receiver */
        assert_int_equal(w->ngot, c->size);
        assert_memory_equal(w->got, w->file, c->size);
    }
    /* A sender's success is the receiver's. */
    assert_true(!w->done[c->put ? CLIENT : SERVER] || w->done[c->put ? SERVER : CLIENT]);
}

static const size_t sizes[] = {0, 1, 511, 512, 513, 1024, 5000, 20480};

static void test_clean(void **state)
{
    struct world w;

    (void)state;
    for (unsigned i = 0; i < 8 * 2 * 2 * 2 * 4; i++) {
        struct world_cfg c = {.size = sizes[i % 8],
                              .put = i >> 3 & 1,
                              .netascii = i >> 4 & 1,
                              .lend = !(i >> 4 & 1) && (i >> 5 & 1),
                              .blksize = i >> 6 & 1 ? 512 : 100,
                              .windowsize = i >> 7 & 1 ? 4 : 1,
                              .seed = i};
        run(&w, &c);
        assert_true(w.done[CLIENT] && w.done[SERVER]);
        if (!c.netascii) { /* each block once: no Sorcerer's Apprentice */
            assert_int_equal(w.data_sent, c.size / c.blksize + 1);
        }
        finish(&w);
    }
}

static void test_awful(void **state)
{
    unsigned both = 0, runs = 6000;
    struct world w;

    (void)state;
    for (unsigned i = 0; i < runs; i++) {
        static const unsigned loss[] = {0, 2, 10, 30}, dup[] = {0, 5, 30}, delay[] = {0, 20, 900};
        static const uint16_t windows[] = {1, 1, 2, 4, 16};
        struct world_cfg c = {.size = sizes[i % 8],
                              .put = i >> 3 & 1,
                              .netascii = i % 5 == 0,
                              .lend = i % 5 > 2,
                              .blksize = i % 3 ? 512 : 64,
                              .windowsize = windows[i / 7 % 5],
                              .loss = loss[i / 11 % 4],
                              .dup = dup[i / 13 % 3],
                              .delay = delay[i / 17 % 3],
                              .seed = 1000 + i};
        run(&w, &c);
        both += w.done[CLIENT] && w.done[SERVER];
        /* Few losses never end a transfer, nor one the sender's belief in it. */
        assert_true(w.lost > 4 || w.done[c.put ? SERVER : CLIENT]);
        assert_true(w.lost > 1 || (w.done[CLIENT] && w.done[SERVER]));
        finish(&w);
    }
    assert_true(both > runs * 8 / 10);
}

/* RFC 1123 section 4.2.3.1: every packet comes twice, and still each DATA is sent once or, in a
 * window, not more often than packets are repeated. */
static void test_apprentice(void **state)
{
    struct world_cfg c = {.size = 40 * 512, .blksize = 512, .windowsize = 1, .dup = 100};
    struct world w;

    (void)state;
    run(&w, &c);
    assert_true(w.done[CLIENT] && w.done[SERVER]);
    assert_int_equal(w.data_sent, 2 * 41);
    assert_true(netp_tftp_saw_loss(&w.m[CLIENT]));
    finish(&w);
    c.windowsize = 4;
    run(&w, &c);
    assert_true(w.done[CLIENT] && w.done[SERVER]);
    assert_true(w.data_sent <= 4 * 41);
    finish(&w);
}

/* Block numbers wrap: to 0, or to 1, in the middle of a window, and where the file ends on it. */
static void test_wrap(void **state)
{
    static const size_t blocks[] = {65534, 65535, 65536, 65537, 131073, 140000};

    (void)state;
    for (unsigned i = 0; i < 6 * 2 * 2 * 2; i++) {
        struct world_cfg c = {.size = 8 * blocks[i % 6] - (i & 1),
                              .put = i / 6 & 1,
                              .lend = i / 6 & 1,
                              .blksize = 8,
                              .windowsize = i / 12 & 1 ? 7 : 1,
                              .flags = i / 24 & 1 ? NETP_TFTP_WRAP_TO_1 : 0u,
                              .seed = i};
        struct world w;
        run(&w, &c);
        assert_true(w.done[CLIENT] && w.done[SERVER]);
        assert_int_equal(w.data_sent, c.size / 8 + 1);
        finish(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_apprentice),
        cmocka_unit_test(test_awful),
        cmocka_unit_test(test_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
