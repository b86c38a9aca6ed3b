/* test_line.c - the line assembler, fed whole, byte by byte and at every split, from blocks and
 * into buffers of exact size.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/line.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What came of an input: each line and a '|', the final result, the bytes used, pending. */
struct answer {
    char lines[64];
    size_t n;
    int r;
    size_t used;
    bool pending;
};

static void note(struct answer *a, const char *p, size_t n)
{
    assert_true(sizeof a->lines - a->n > n);
    memcpy(a->lines + a->n, p, n);
    a->n += n;
    a->lines[a->n++] = '|';
}

/* Feeds s[0..n) to l until it wants more or fails. */
static void feed(struct netp_line *l, const char *s, size_t n, struct answer *a)
{
    uint8_t *p = malloc(n);
    struct netp_in in = {p, n, 0, NULL};
    struct netp_str line = {NULL, 0};

    memcpy(p, s, n);
    while ((a->r = netp_line_next(l, &in, &line)) > 0) {
        assert_int_equal(a->r, 1);
        note(a, line.p, line.n);
    }
    assert_true(a->r < 0 || in.n == 0);
    assert_ptr_equal(in.p, p + (n - in.n));
    a->used += n - in.n;
    a->pending = netp_line_pending(l);
    free(p);
}

/* Feeds s in two chunks, or, with split > n, byte by byte. */
static struct answer run(const char *s, size_t n, size_t cap, unsigned flags, size_t split)
{
    struct answer a = {{0}, 0, 0, 0, false};
    struct netp_line l;
    char *buf = malloc(cap);

    netp_line_init(&l, buf, cap, flags);
    assert_false(netp_line_pending(&l));
    if (split <= n) {
        feed(&l, s, split, &a);
        if (a.r == 0) {
            feed(&l, s + split, n - split, &a);
        }
    } else {
        for (size_t i = 0; i < n && a.r == 0; i++) {
            feed(&l, s + i, 1, &a);
        }
    }
    if (a.r < 0) { /* sticky, and takes nothing more */
        size_t used = a.used;
        int r = a.r;
        feed(&l, "x\r\n", 3, &a);
        assert_int_equal(a.r, r);
        assert_int_equal(a.used, used);
    }
    free(buf);
    return a;
}

static void same(const struct answer *a, const struct answer *b)
{
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->lines, b->lines, a->n);
    assert_int_equal(a->r, b->r);
    assert_int_equal(a->used, b->used);
    assert_true(a->r < 0 || a->pending == b->pending);
}

static void every_way(const char *s, size_t n, size_t cap, unsigned flags,
                      const struct answer *want)
{
    for (size_t split = 0; split <= n + 1; split++) {
        struct answer a = run(s, n, cap, flags, split);
        same(&a, want);
    }
}

static void lines_are_cut(void **state)
{
    enum { LF = NETP_LINE_BARE_LF, NUL = NETP_LINE_NUL };
    static const struct {
        const char *s;
        size_t n, cap;
        unsigned flags;
        const char *lines;
        size_t nlines;
        int r;
        size_t used;
        bool pending;
    } t[] = {
#define S(literal) literal, sizeof(literal) - 1
        {S(""), 8, 0, S(""), 0, 0, false},
        {S("\r\n"), 1, 0, S("|"), 0, 2, false},
        {S("\r\n\r\n\r\n"), 1, 0, S("|||"), 0, 6, false},
        {S("220 ok\r\n"), 6, 0, S("220 ok|"), 0, 8, false},
        {S("220 ok\r\n"), 5, 0, S(""), NETP_E_LIMIT, 6, false},
        {S("USER a\r\nPASS b\r\nQU"), 6, 0, S("USER a|PASS b|"), 0, 18, true},
        {S("a\r"), 1, 0, S(""), 0, 2, true},
        {S("\r"), 1, 0, S(""), 0, 1, true},
        {S("abcd"), 4, 0, S(""), 0, 4, true},
        {S("abcd\r"), 4, 0, S(""), 0, 5, true},
        {S("abcde\r\n"), 4, 0, S(""), NETP_E_LIMIT, 5, false},
        {S("ab\r\nabc\r\n"), 2, 0, S("ab|"), NETP_E_LIMIT, 7, false},
        {S("a\rb\r\n"), 8, 0, S(""), NETP_E_SYNTAX, 3, false},
        {S("a\r\r\n"), 8, 0, S(""), NETP_E_SYNTAX, 3, false},
        {S("ab\rc"), 2, 0, S(""), NETP_E_SYNTAX, 4, false}, /* the byte too many is no text */
        {S("x\r\na\nb\r\n"), 8, 0, S("x|"), NETP_E_SYNTAX, 5, false},
        {S("\n"), 8, 0, S(""), NETP_E_SYNTAX, 1, false},
        {S("abcd\n"), 4, 0, S(""), NETP_E_SYNTAX, 5, false},
        {S("a\0b\r\n"), 8, 0, S(""), NETP_E_SYNTAX, 2, false},
        {S("ab\0"), 2, 0, S(""), NETP_E_SYNTAX, 3, false}, /* both errors: syntax */
        {S("abc\0"), 2, 0, S(""), NETP_E_LIMIT, 3, false},
        {S("a\r\0"), 8, NUL, S(""), NETP_E_SYNTAX, 3, false},
        {S("\xff\x80\t\x7f\r\n"), 4, 0, S("\xff\x80\t\x7f|"), 0, 6, false},
        {S("a\nb\r\n\nc"), 2, LF, S("a|b||"), 0, 7, true},
        {S("a\rb\n"), 4, LF, S(""), NETP_E_SYNTAX, 3, false},
        {S("abc\n"), 2, LF, S(""), NETP_E_LIMIT, 3, false},
        {S("a\0b\0\r\n"), 4, NUL, S("a\0b\0|"), 0, 6, false},
        {S("ab\0"), 2, NUL, S(""), NETP_E_LIMIT, 3, false},
        {S("\0\n"), 2, NUL, S(""), NETP_E_SYNTAX, 2, false},
        {S("\0\n\0\r\n"), 1, NUL | LF, S("\0|\0|"), 0, 5, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct answer want = {{0}, 0, t[i].r, t[i].used, t[i].pending};
        want.n = t[i].nlines;
        memcpy(want.lines, t[i].lines, want.n);
        every_way(t[i].s, t[i].n, t[i].cap, t[i].flags, &want);
    }
}

/* The rules of line.h, one byte at a time. */
static struct answer reference(const char *s, size_t n, size_t cap, unsigned flags)
{
    struct answer a = {{0}, 0, 0, 0, false};
    char buf[16];
    size_t len = 0;
    bool cr = false;

    while (a.used < n && a.r == 0) {
        char c = s[a.used++];
        if (c == '\n' && (cr || flags & NETP_LINE_BARE_LF)) {
            note(&a, buf, len);
            len = 0;
            cr = false;
        } else if (cr || c == '\n' || (c == '\0' && !(flags & NETP_LINE_NUL))) {
            a.r = NETP_E_SYNTAX;
        } else if (c == '\r') {
            cr = true;
        } else if (len == cap) {
            a.r = NETP_E_LIMIT;
        } else {
            buf[len++] = c;
        }
    }
    a.pending = len > 0 || cr;
    return a;
}

static void all_short_inputs_match_the_rules(void **state)
{
    enum { LONGEST = 7 };

    (void)state;
    for (unsigned i = 0; i < 1u << 2 * LONGEST; i++) {
        char s[LONGEST];
        for (unsigned k = 0; k < LONGEST; k++) {
            s[k] = "a\r\n"[i >> 2 * k & 3]; /* and the NUL that ends the literal */
        }
        for (unsigned flags = 0; flags < 4; flags++) {
            for (size_t cap = 1; cap < 4; cap++) {
                struct answer want = reference(s, LONGEST, cap, flags);
                every_way(s, LONGEST, cap, flags, &want);
            }
        }
    }
}

static void init_starts_again(void **state)
{
    struct netp_line l;
    struct answer a = {{0}, 0, 0, 0, false};
    char buf[8];

    (void)state;
    netp_line_init(&l, buf, sizeof buf, 0);
    feed(&l, "ab\n", 3, &a);
    assert_int_equal(a.r, NETP_E_SYNTAX);
    netp_line_init(&l, buf, sizeof buf, 0);
    feed(&l, "cd\r\n", 4, &a);
    assert_int_equal(a.r, 0);
    assert_memory_equal(a.lines, "cd|", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_cut),
        cmocka_unit_test(all_short_inputs_match_the_rules),
        cmocka_unit_test(init_starts_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
