/* test_frame_random.c - what holds for any input: what one machine sends another receives, however
 * it is cut; noise has one meaning, however it is cut; COBS is that of its authors.
 * SPDX-License-Identifier: MIT */
#include "test_frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX    600u
#define ROUNDS 50u
#define LENGTH(w, off, adj, f)                                                                     \
    {                                                                                              \
        .kind = NETP_FRAME_LENGTH, .len_width = (w), .len_offset = (off), .len_adjust = (adj),     \
        .flags = (f), .max_len = MAX                                                               \
    }
#define DELIM(d, f)                                                                                \
    {                                                                                              \
        .kind = NETP_FRAME_DELIM, .delim_n = sizeof(d) - 1, .delim = d, .flags = (f),              \
        .max_len = MAX                                                                             \
    }
#define KIND(k, f)                                                                                 \
    {                                                                                              \
        .kind = NETP_FRAME_##k, .flags = (f), .max_len = MAX                                       \
    }

static const struct netp_frame_cfg cfgs[] = {
    LENGTH(2, 0, 0, 0),
    LENGTH(2, 1, -3, NETP_FRAME_LITTLE),
    LENGTH(3, 2, 0, 0),
    LENGTH(4, 0, -4, NETP_FRAME_LITTLE),
    LENGTH(8, 16, 0, 0),
    {.kind = NETP_FRAME_VARINT, .len_offset = 1, .max_len = MAX},
    KIND(VARINT, 0),
    KIND(NETSTRING, 0),
    {.kind = NETP_FRAME_FIXED, .max_len = 7},
    DELIM("\n", 0),
    DELIM("\r\n", NETP_FRAME_RESYNC),
    DELIM("aa", 0),
    DELIM("abaabab", NETP_FRAME_RESYNC),
    KIND(SLIP, 0),
    KIND(SLIP, NETP_FRAME_RESYNC),
    KIND(COBS, 0),
    KIND(COBS, NETP_FRAME_RESYNC),
};

static uint32_t seed;

/* 0..n-1 (George Marsaglia, Xorshift RNGs, 2003) */
static size_t dice(size_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % n;
}

/* Bytes of which some mean something to one of the framings; or any, but no zero. */
static void fill(uint8_t *p, size_t n)
{
    static const uint8_t special[] = "\0\1\2\3\xc0\xdb\xdc\xdd\xff\r\n"
                                     "aabb0123:,";
    bool plain = dice(4) == 0;

    for (size_t i = 0; i < n; i++) {
        p[i] = plain ? (uint8_t)(1 + dice(255)) : special[dice(sizeof special - 1)];
    }
}

/* ---- the receivers: their logs must agree ---- */

struct ear {
    struct netp_frame m;
    uint8_t *mem;
    struct log log;
};

static void ear_open(struct ear *e, const struct netp_frame_cfg *kind, bool collect)
{
    struct netp_frame_cfg cfg = *kind;

    memset(e, 0, sizeof *e);
    cfg.size = sizeof cfg;
    if (collect) {
        cfg.memlen = (size_t)cfg.max_len;
        cfg.mem = e->mem = malloc(cfg.memlen);
    }
    assert_int_equal(netp_frame_init(&e->m, &cfg, 0), NETP_OK);
}

/* Offers p[0..n) in blocks of any size up to `most`. */
static int ear_hear(struct ear *e, const uint8_t *p, size_t n, size_t most)
{
    int r = 0;

    while (n > 0 && r >= 0) {
        size_t k = 1 + dice(most);
        uint8_t *block;
        struct netp_in in;
        struct netp_frame_ev ev;

        k = k < n ? k : n;
        block = malloc(k);
        memcpy(block, p, k);
        in = (struct netp_in){block, k, 0, NULL};
        while ((r = netp_frame_next(&e->m, &in, 0, &ev)) > 0) {
            frame_describe(&ev, &e->log);
        }
        assert_true(r < 0 || in.n == 0);
        free(block);
        p += k;
        n -= k;
    }
    return r;
}

static void ear_close(struct ear *e)
{
    free(e->mem);
    log_free(&e->log);
}

static void same(const struct ear *a, const struct ear *b)
{
    const struct netp_fail *f = netp_frame_fail(&a->m), *g = netp_frame_fail(&b->m);

    assert_int_equal(a->log.n, b->log.n);
    assert_memory_equal(a->log.p, b->log.p, a->log.n);
    assert_int_equal(f->code, g->code);
    assert_int_equal(f->offset, g->offset);
    assert_string_equal(f->where, g->where);
}

/* ---- round trip ---- */

/* A sender with a small ring and slow line; wire is what has left it. */
struct mouth {
    struct netp_frame m;
    uint8_t tx[NETP_FRAME_TX_SLIP(MAX)];
    uint8_t wire[ROUNDS * 2 * MAX];
    size_t n;
    bool lent;
};

static void mouth_open(struct mouth *s, const struct netp_frame_cfg *kind)
{
    struct netp_frame_cfg cfg = *kind;

    cfg.size = sizeof cfg;
    cfg.tx = s->tx;
    cfg.txlen = sizeof s->tx;
    s->n = 0;
    s->lent = false;
    assert_int_equal(netp_frame_init(&s->m, &cfg, 0), NETP_OK);
}

/* Some of what waits leaves; a SENT event is taken. */
static void mouth_move(struct mouth *s)
{
    struct netp_out v[8];
    struct netp_frame_ev ev;
    size_t nv = netp_frame_out(&s->m, v, COUNT(v)), total = 0, most = 1 + dice(2 * MAX);

    for (size_t i = 0; i < nv && total < most; i++) {
        size_t k = v[i].n < most - total ? v[i].n : most - total;
        memcpy(s->wire + s->n, v[i].p, k);
        s->n += k;
        total += k;
    }
    netp_frame_sent(&s->m, total, 0);
    if (netp_frame_next(&s->m, NULL, 0, &ev) == NETP_FRAME_SENT) {
        s->lent = false;
    }
}

static int in_pieces(struct mouth *s, const uint8_t *p, size_t n, bool open)
{
    int r;

    while ((r = netp_frame_send_begin(&s->m, NULL, open ? NETP_FRAME_UNKNOWN : n)) ==
           NETP_E_NOSPACE) {
        mouth_move(s);
    }
    while (r >= 0 && n > 0) {
        size_t most = 1 + dice(n);
        r = netp_frame_send_data(&s->m, p, most);
        if (r >= 0) {
            p += r;
            n -= (size_t)r;
            mouth_move(s);
        }
    }
    while (r >= 0 && (r = netp_frame_send_end(&s->m)) == NETP_E_NOSPACE) {
        mouth_move(s);
        r = 0;
    }
    return r;
}

static int whole(struct mouth *s, const uint8_t *p, size_t n, bool lend)
{
    int r;

    do {
        r = lend ? netp_frame_lend(&s->m, NULL, p, n) : netp_frame_send(&s->m, NULL, p, n);
        if (r == NETP_E_NOSPACE) {
            mouth_move(s);
        }
    } while (r == NETP_E_NOSPACE);
    s->lent = s->lent || (lend && r == NETP_OK);
    while (s->lent) {
        mouth_move(s);
    }
    return r;
}

static bool has_header; /* the kind under test shows its length and header */

/* The log of a frame that arrives. */
static void expect(struct log *log, const uint8_t *p, size_t n)
{
    struct netp_frame_ev ev = {0};

    if (!has_header) {
        log_line(log, "begin");
    }
    if (n > 0) {
        log_data(log, "data", p, n);
    }
    ev.type = NETP_FRAME_END;
    ev.length = n;
    frame_describe(&ev, log);
}

/* Without the lines that show a header. */
static void drop_heads(struct log *log)
{
    char *from = log->p, *to = log->p, *end = log->p + log->n;

    while (from < end) {
        char *line = memchr(from, '\n', (size_t)(end - from));
        size_t n = (size_t)(line + 1 - from);
        if (n < 7 || memcmp(from, "begin ", 6) != 0) {
            memmove(to, from, n);
            to += n;
        }
        from += n;
    }
    log->n = (size_t)(to - log->p);
}

static int any_way(struct mouth *s, const struct netp_frame_cfg *cfg, const uint8_t *p, size_t n)
{
    bool changes = cfg->kind == NETP_FRAME_SLIP || cfg->kind == NETP_FRAME_COBS;

    switch (dice(3)) {
    case 0:
        return whole(s, p, n, !changes);
    case 1:
        if (cfg->kind != NETP_FRAME_COBS && cfg->kind != NETP_FRAME_DELIM) {
            return in_pieces(s, p, n, cfg->kind == NETP_FRAME_SLIP && n > 0);
        }
        return whole(s, p, n, false);
    default:
        return whole(s, p, n, false);
    }
}

static void round_trip_of(const struct netp_frame_cfg *cfg)
{
    static struct mouth s;
    struct ear stream, collect;
    struct log log = {0};
    uint8_t payload[MAX];

    has_header = cfg->kind <= NETP_FRAME_NETSTRING;
    mouth_open(&s, cfg);
    ear_open(&stream, cfg, false);
    ear_open(&collect, cfg, true);
    for (size_t i = 0; i < ROUNDS; i++) {
        size_t n = cfg->kind == NETP_FRAME_FIXED ? (size_t)cfg->max_len
                   : dice(3) == 0                ? dice(MAX + 1)
                                                 : dice(9);
        int r;

        fill(payload, n);
        r = any_way(&s, cfg, payload, n);
        if (r == NETP_OK) {
            expect(&log, payload, n);
        } else { /* what this framing cannot say */
            assert_int_equal(r, NETP_E_ARG);
            assert_true(cfg->kind == NETP_FRAME_DELIM || (cfg->kind == NETP_FRAME_SLIP && n == 0));
        }
    }
    while ((netp_frame_want(&s.m) & NETP_WANT_OUT) != 0) {
        mouth_move(&s);
    }
    assert_int_equal(ear_hear(&stream, s.wire, s.n, 40), 0);
    assert_int_equal(ear_hear(&collect, s.wire, s.n, 2000), 0);
    same(&stream, &collect);
    drop_heads(&stream.log);
    assert_int_equal(stream.log.n, log.n);
    assert_memory_equal(stream.log.p, log.p, log.n);
    log_free(&log);
    ear_close(&stream);
    ear_close(&collect);
}

static void round_trip(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 5 * COUNT(cfgs); i++) {
        seed = i + 1;
        round_trip_of(&cfgs[i % COUNT(cfgs)]);
    }
}

/* ---- noise ---- */

static void noise_has_one_meaning(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 500 * COUNT(cfgs); i++) {
        struct netp_frame_cfg cfg = cfgs[i % COUNT(cfgs)];
        struct ear a, b;
        uint8_t noise[120];
        size_t n;
        bool collect;

        seed = i + 1;
        n = dice(sizeof noise + 1);
        fill(noise, n);
        cfg.max_len = cfg.kind == NETP_FRAME_FIXED ? 7 : 1 + dice(20);
        collect = dice(2) == 0;
        has_header = cfg.kind <= NETP_FRAME_NETSTRING;
        ear_open(&a, &cfg, collect);
        ear_open(&b, &cfg, collect);
        ear_hear(&a, noise, n, 1);
        ear_hear(&b, noise, n, dice(2) == 0 ? 8 : 200);
        same(&a, &b);
        if ((cfg.flags & NETP_FRAME_RESYNC) != 0) {
            assert_int_equal(netp_frame_fail(&a.m)->code, NETP_OK);
        }
        ear_close(&a);
        ear_close(&b);
    }
}

/* ---- COBS by its authors ---- */

/* StuffData and UnStuffData of Cheshire and Baker, Consistent Overhead Byte Stuffing, 1999; the
 * zero that ends every packet there is not part of ours. Return the bytes written. */
static size_t stuff(const uint8_t *p, size_t n, uint8_t *dst)
{
    uint8_t *code_ptr = dst, *start = dst++, code = 1;

    for (const uint8_t *end = p + n; p < end; p++) {
        if (*p != 0) {
            *dst++ = *p;
            code++;
        }
        if (*p == 0 || code == 0xff) {
            *code_ptr = code;
            code_ptr = dst++;
            code = 1;
        }
    }
    *code_ptr = code;
    return (size_t)(dst - start);
}

static size_t unstuff(const uint8_t *p, size_t n, uint8_t *dst)
{
    uint8_t *start = dst, code = 0xff;

    for (const uint8_t *end = p + n; p < end;) {
        code = *p++;
        for (unsigned i = 1; i < code; i++) {
            *dst++ = *p++;
        }
        if (code < 0xff) {
            *dst++ = 0;
        }
    }
    return (size_t)(dst - start) - (code < 0xff);
}

static void cobs_is_that_of_its_authors(void **state)
{
    static const size_t lengths[] = {0, 1, 2, 253, 254, 255, 256, 507, 508, 509, 510, MAX};
    const struct netp_frame_cfg kind = KIND(COBS, 0);

    (void)state;
    has_header = false;
    for (uint32_t i = 0; i < 200 * COUNT(lengths); i++) {
        static struct mouth s;
        struct ear e;
        struct log log = {0};
        uint8_t payload[MAX], wire[2 * MAX], back[2 * MAX];
        size_t n = lengths[i % COUNT(lengths)], wire_n;

        seed = i + 1;
        fill(payload, n);
        if (i % 3 == 0) { /* one zero at most */
            memset(payload, 'x', n);
            payload[dice(MAX)] = 0;
        }
        /* ours to theirs */
        mouth_open(&s, &kind);
        assert_int_equal(netp_frame_send(&s.m, NULL, payload, n), NETP_OK);
        while ((netp_frame_want(&s.m) & NETP_WANT_OUT) != 0) {
            mouth_move(&s);
        }
        assert_true(s.n <= NETP_FRAME_TX_COBS(n));
        assert_ptr_equal(memchr(s.wire, 0, s.n), s.wire + s.n - 1);
        assert_int_equal(unstuff(s.wire, s.n - 1, back), n);
        assert_memory_equal(back, payload, n);
        /* theirs to ours */
        wire_n = stuff(payload, n, wire);
        wire[wire_n++] = 0;
        ear_open(&e, &kind, true);
        assert_int_equal(ear_hear(&e, wire, wire_n, 2 * MAX), 0);
        expect(&log, payload, n);
        assert_int_equal(e.log.n, log.n);
        assert_memory_equal(e.log.p, log.p, log.n);
        ear_close(&e);
        log_free(&log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(noise_has_one_meaning),
        cmocka_unit_test(cobs_is_that_of_its_authors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
