/* test_frame_send.c - sending: frames of every kind copied, lent and in pieces; the half-close.
 * SPDX-License-Identifier: MIT */
#include "test_frame.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SETUP(room, ...) (&(const struct frame_setup){.tx = (room), .cfg = {__VA_ARGS__}})
#define LENGTH(room, w, off, adj, max)                                                             \
    SETUP(room, .kind = NETP_FRAME_LENGTH, .len_width = (w), .len_offset = (off),                  \
          .len_adjust = (adj), .max_len = (max))
#define DELIM(room, d)                                                                             \
    SETUP(room, .kind = NETP_FRAME_DELIM, .max_len = 99, .delim_n = sizeof(d) - 1, .delim = d)
#define KIND(room, k, max) SETUP(room, .kind = NETP_FRAME_##k, .max_len = (max))
#define SEND(text, r)      TR_DO(send, text, r)
#define TIGHT              .tight = 1

static int send(void *m, const void *p, size_t n, netp_ms now)
{
    (void)now;
    return netp_frame_send((struct netp_frame *)m, NULL, p, n);
}

static int send_with_prefix(void *m, const void *p, size_t n, netp_ms now)
{
    (void)now;
    return netp_frame_send((struct netp_frame *)m, (const uint8_t *)"PREFIX", p, n);
}

/* So many x. */
static int send_x(void *m, const void *p, size_t n, netp_ms now)
{
    static char x[70000];
    uint64_t count = 0;

    (void)now;
    memset(x, 'x', sizeof x);
    assert_int_equal(netp_parse_dec(netp_str_make(p, n), sizeof x, &count), NETP_OK);
    return netp_frame_send((struct netp_frame *)m, NULL, x, (size_t)count);
}

static int lend(void *m, const void *p, size_t n, netp_ms now)
{
    (void)now;
    return netp_frame_lend((struct netp_frame *)m, NULL, p, n);
}

/* A decimal length, or "?". */
static int begin(void *m, const void *p, size_t n, netp_ms now)
{
    uint64_t length = NETP_FRAME_UNKNOWN;

    (void)now;
    if (*(const char *)p != '?') {
        assert_int_equal(netp_parse_dec(netp_str_make(p, n), UINT64_MAX, &length), NETP_OK);
    }
    return netp_frame_send_begin((struct netp_frame *)m, NULL, length);
}

static int data(void *m, const void *p, size_t n, netp_ms now)
{
    (void)now;
    return netp_frame_send_data((struct netp_frame *)m, p, n);
}

static int end(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    (void)n;
    (void)now;
    return netp_frame_send_end((struct netp_frame *)m);
}

static int finish(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    (void)n;
    (void)now;
    return netp_frame_finish((struct netp_frame *)m);
}

static const struct tr_case send_cases[] = {
    /* python3: struct.pack(">H", 3), ... */
    {.name = "2 bytes",
     TIGHT,
     .cfg = LENGTH(5, 2, 0, 0, 3),
     .steps = TR_STEPS(SEND("abc", NETP_OK), TR_OUT("\0\3abc"), SEND("", NETP_OK), TR_OUT("\0\0"),
                       SEND("abcd", NETP_E_ARG))},
    {.name = "3 bytes behind a prefix, with all of the header counted",
     TIGHT,
     .cfg = LENGTH(12, 3, 6, -9, 3),
     .steps = TR_STEPS(TR_DO(send_with_prefix, "abc", NETP_OK),
                       TR_OUT("PREFIX\0\0\x0c"
                              "abc"),
                       SEND("", NETP_OK), TR_OUT("\0\0\0\0\0\0\0\0\x09"))},
    {.name = "1 byte holds 255",
     TIGHT,
     .cfg = LENGTH(4, 1, 0, -252, 300),
     .steps = TR_STEPS(SEND("abc", NETP_OK),
                       TR_OUT("\xff"
                              "abc"),
                       SEND("abcd", NETP_E_ARG))},
    {.name = "1 byte, too long",
     .cfg = LENGTH(300, 1, 0, 0, 300),
     .steps = TR_STEPS(TR_DO(send_x, "256", NETP_E_ARG))},
    {.name = "2 bytes, too long",
     .cfg = LENGTH(70000, 2, 0, 0, 70000),
     .steps = TR_STEPS(TR_DO(send_x, "65536", NETP_E_ARG))},
    {.name = "8 bytes",
     TIGHT,
     .cfg = LENGTH(9, 8, 0, 0, 3),
     .steps = TR_STEPS(SEND("a", NETP_OK), TR_OUT("\0\0\0\0\0\0\0\1a"))},
    {.name = "4 bytes, little-endian",
     TIGHT,
     .cfg = SETUP(7, .kind = NETP_FRAME_LENGTH, .flags = NETP_FRAME_LITTLE, .len_width = 4,
                  .max_len = 9),
     .steps = TR_STEPS(SEND("abc", NETP_OK), TR_OUT("\3\0\0\0abc"), SEND("abcd", NETP_E_NOSPACE))},
    {.name = "less than what is not counted",
     .cfg = LENGTH(9, 2, 0, 2, 9),
     .steps = TR_STEPS(SEND("a", NETP_E_ARG), SEND("ab", NETP_OK), TR_OUT("\0\0ab"))},
    {.name = "one byte that is not counted",
     .cfg = LENGTH(9, 2, 0, 1, 9),
     .steps = TR_STEPS(SEND("", NETP_E_ARG), SEND("a", NETP_OK), TR_OUT("\0\0a"))},
    {.name = "the greatest adjustment",
     .cfg = LENGTH(9, 4, 0, INT32_MAX, 1u << 31),
     .steps = TR_STEPS(SEND("", NETP_E_ARG), TR_DO(begin, "2147483646", NETP_E_ARG),
                       TR_DO(begin, "2147483648", NETP_OK), TR_OUT("\0\0\0\1"))},
    {.name = "the least adjustment",
     .cfg = LENGTH(9, 4, 0, INT32_MIN, 1u << 31),
     .steps =
         TR_STEPS(SEND("a", NETP_OK), TR_OUT("\x80\0\0\1a"), TR_DO(begin, "2147483648", NETP_E_ARG),
                  TR_DO(begin, "2147483647", NETP_OK), TR_OUT("\xff\xff\xff\xff"))},
    {.name = "varint",
     .cfg = KIND(302, VARINT, 300),
     .steps = TR_STEPS(SEND("", NETP_OK), TR_OUT("\0"), SEND("abc", NETP_OK), TR_OUT("\3abc"),
                       TR_DO(begin, "127", NETP_OK), TR_OUT("\x7f"), TR_DO(end, "", NETP_E_STATE),
                       TR_DO(data, "abc", 3), TR_OUT("abc"))},
    {.name = "varint 128",
     .cfg = KIND(2, VARINT, 300),
     TIGHT,
     .steps = TR_STEPS(TR_DO(begin, "128", NETP_OK), TR_OUT("\x80\1"))},
    {.name = "varint 150",
     .cfg = KIND(2, VARINT, 300),
     TIGHT,
     .steps = TR_STEPS(TR_DO(begin, "150", NETP_OK), TR_OUT("\x96\1"))},
    {.name = "varint 300",
     .cfg = KIND(2, VARINT, 300),
     TIGHT,
     .steps =
         TR_STEPS(TR_DO(begin, "301", NETP_E_ARG), TR_DO(begin, "300", NETP_OK), TR_OUT("\xac\2"))},
    {.name = "varint 2^64 - 2",
     .cfg = KIND(10, VARINT, UINT64_MAX - 1),
     TIGHT,
     .steps = TR_STEPS(TR_DO(begin, "18446744073709551615", NETP_E_ARG),
                       TR_DO(begin, "18446744073709551614", NETP_OK),
                       TR_OUT("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1"))},
    {.name = "netstring",
     .cfg = KIND(16, NETSTRING, 12),
     TIGHT,
     .steps = TR_STEPS(SEND("hello world!", NETP_OK), TR_OUT("12:hello world!,"), SEND("", NETP_OK),
                       TR_OUT("0:,"))},
    {.name = "netstring 2^64 - 2",
     .cfg = KIND(21, NETSTRING, UINT64_MAX - 1),
     TIGHT,
     .steps =
         TR_STEPS(TR_DO(begin, "18446744073709551614", NETP_OK), TR_OUT("18446744073709551614:"))},
    {.name = "fixed",
     .cfg = KIND(3, FIXED, 3),
     TIGHT,
     .steps = TR_STEPS(SEND("ab", NETP_E_ARG), SEND("abcd", NETP_E_ARG), SEND("abc", NETP_OK),
                       TR_OUT("abc"))},
    {.name = "CRLF",
     .cfg = DELIM(6, "\r\n"),
     TIGHT,
     .steps = TR_STEPS(SEND("a\r\rb", NETP_OK), TR_OUT("a\r\rb\r\n"), SEND("", NETP_OK),
                       TR_OUT("\r\n"), SEND("a\r\n", NETP_E_ARG), SEND("\r\nb", NETP_E_ARG),
                       SEND("ab\r", NETP_OK), TR_OUT("ab\r\r\n"))},
    {.name = "a delimiter that may begin in the payload",
     .cfg = DELIM(9, "aa"),
     .steps = TR_STEPS(SEND("ba", NETP_E_ARG), SEND("ab", NETP_OK), TR_OUT("abaa"))},
    {.name = "a delimiter that may not",
     .cfg = DELIM(9, "aab"),
     .steps =
         TR_STEPS(SEND("ba", NETP_OK), TR_OUT("baaab"), SEND("xaa", NETP_OK), TR_OUT("xaaaab"))},
    {.name = "SLIP",
     .cfg = KIND(9, SLIP, 99),
     TIGHT,
     .steps = TR_STEPS(SEND("a\xc0"
                            "b\xdb"
                            "c",
                            NETP_OK),
                       TR_OUT("\xc0"
                              "a\xdb\xdc"
                              "b\xdb\xdd"
                              "c\xc0"),
                       SEND("\xdc\xdd", NETP_OK), TR_OUT("\xc0\xdc\xdd\xc0"), SEND("", NETP_E_ARG),
                       TR_DO(lend, "a", NETP_E_STATE))},
    /* Cheshire and Baker 1999; Wikipedia's examples */
    {.name = "COBS",
     .cfg = KIND(13, COBS, 99),
     TIGHT,
     .steps = TR_STEPS(
         SEND("\0", NETP_OK), TR_OUT("\1\1\0"), SEND("\0\0", NETP_OK), TR_OUT("\1\1\1\0"),
         SEND("\0\x11\0", NETP_OK), TR_OUT("\1\2\x11\1\0"), SEND("\x11\x22\0\x33", NETP_OK),
         TR_OUT("\3\x11\x22\2\x33\0"), SEND("\x11\x22\x33\x44", NETP_OK),
         TR_OUT("\5\x11\x22\x33\x44\0"), SEND("\x11\0\0\0", NETP_OK), TR_OUT("\2\x11\1\1\1\0"),
         SEND("\x45\0\0\x2c\x4c\x79\0\0\x40\6\x4f\x37", NETP_E_NOSPACE),
         SEND("\x45\0\0\x2c\x4c\x79\0\x40\6\x4f\x37", NETP_OK),
         TR_OUT("\2\x45\1\4\x2c\x4c\x79\5\x40\6\x4f\x37\0"), SEND("", NETP_OK), TR_OUT("\1\0"),
         TR_DO(lend, "a", NETP_E_STATE), TR_DO(begin, "1", NETP_E_STATE))},
    {.name = "no room at all",
     .cfg = LENGTH(0, 2, 0, 0, 9),
     .steps = TR_STEPS(SEND("", NETP_E_NOSPACE))},
};

static const struct tr_case lend_cases[] = {
    {.name = "behind a length",
     .cfg = LENGTH(2, 2, 0, 0, 99),
     TIGHT,
     .steps = TR_STEPS(TR_DO(lend, "hello", NETP_OK), TR_OUT("\0\5hello"), TR_EV("sent hello"),
                       TR_DO(lend, "", NETP_OK), TR_OUT("\0\0"), TR_EV("sent "),
                       TR_DO(lend, "x", NETP_OK), TR_OUT("\0\1x"), TR_EV("sent x"))},
    {.name = "inside a netstring",
     .cfg = KIND(3, NETSTRING, 99),
     TIGHT,
     .steps = TR_STEPS(TR_DO(lend, "hello", NETP_OK), TR_OUT("5:hello,"), TR_EV("sent hello"))},
    {.name = "before a delimiter",
     .cfg = DELIM(2, "\r\n"),
     TIGHT,
     .steps = TR_STEPS(TR_DO(lend, "hello", NETP_OK), TR_OUT("hello\r\n"), TR_EV("sent hello"),
                       TR_DO(lend, "hel\r\nlo", NETP_E_ARG), TR_DO(lend, "", NETP_OK),
                       TR_OUT("\r\n"), TR_EV("sent "))},
    {.name = "alone",
     .cfg = KIND(0, FIXED, 5),
     .steps = TR_STEPS(TR_DO(lend, "hello", NETP_OK), TR_OUT("hello"), TR_EV("sent hello"))},
};

static const struct tr_case piece_cases[] = {
    {.name = "a length is kept to",
     .cfg = LENGTH(5, 2, 0, 0, 99),
     .steps = TR_STEPS(TR_DO(data, "a", NETP_E_STATE), TR_DO(end, "", NETP_E_STATE),
                       TR_DO(begin, "?", NETP_E_ARG), TR_DO(begin, "100", NETP_E_ARG),
                       TR_DO(begin, "8", NETP_OK), TR_OUT("\0\x08"), TR_DO(data, "abcdef", 5),
                       TR_OUT("abcde"), TR_DO(data, "", 0), TR_DO(data, "wxyz", NETP_E_ARG),
                       SEND("x", NETP_E_STATE), TR_DO(lend, "x", NETP_E_STATE),
                       TR_DO(begin, "1", NETP_E_STATE), TR_DO(finish, "", NETP_E_STATE),
                       TR_DO(end, "", NETP_E_STATE), TR_DO(data, "fgh", 3), TR_OUT("fgh"),
                       TR_DO(end, "", NETP_OK), SEND("x", NETP_OK), TR_OUT("\0\1x"))},
    {.name = "netstring",
     .cfg = KIND(2, NETSTRING, 99),
     TIGHT,
     .steps = TR_STEPS(TR_DO(begin, "2", NETP_OK), TR_OUT("2:"), TR_DO(data, "ab", 2), TR_OUT("ab"),
                       TR_DO(end, "", NETP_OK), TR_OUT(","))},
    {.name = "a delimiter across pieces",
     .cfg = DELIM(9, "aa"),
     .steps =
         TR_STEPS(TR_DO(begin, "?", NETP_OK), TR_DO(data, "ba", 2), TR_OUT("ba"),
                  TR_DO(data, "ab", NETP_E_ARG), TR_DO(end, "", NETP_E_ARG), TR_DO(data, "c", 1),
                  TR_OUT("c"), TR_DO(end, "", NETP_OK), TR_OUT("aa"), TR_DO(begin, "1", NETP_OK),
                  TR_DO(data, "ab", NETP_E_ARG), TR_DO(data, "b", 1), TR_OUT("b"),
                  TR_DO(end, "", NETP_OK), TR_OUT("aa"), TR_DO(begin, "100", NETP_E_ARG))},
    {.name = "a delimiter as large as the ring",
     .cfg = DELIM(2, "\r\n"),
     TIGHT,
     .steps = TR_STEPS(TR_DO(begin, "?", NETP_OK), TR_DO(data, "a", 1), TR_OUT("a"),
                       TR_DO(end, "", NETP_OK), TR_OUT("\r\n"))},
    {.name = "SLIP",
     .cfg = KIND(3, SLIP, 5),
     .steps =
         TR_STEPS(TR_DO(begin, "0", NETP_E_ARG), TR_DO(begin, "?", NETP_OK), TR_OUT("\xc0"),
                  TR_DO(end, "", NETP_E_ARG), TR_DO(data, "a\xc0\xdb", 2), TR_OUT("a\xdb\xdc"),
                  TR_DO(data, "\xdb", 1), TR_OUT("\xdb\xdd"), TR_DO(data, "xyz", NETP_E_ARG),
                  TR_DO(data, "xy", 2), TR_OUT("xy"), TR_DO(end, "", NETP_OK), TR_OUT("\xc0"))},
};

static const struct tr_case finish_cases[] = {
    {.name = "before the peer",
     .cfg = LENGTH(9, 1, 0, 0, 9),
     .steps = TR_STEPS(SEND("a", NETP_OK), TR_OUT("\1a"), TR_DO(finish, "", NETP_OK), TR_FIN(),
                       TR_WANT(NETP_WANT_IN), SEND("b", NETP_E_STATE),
                       TR_DO(lend, "b", NETP_E_STATE), TR_DO(begin, "1", NETP_E_STATE),
                       TR_DO(finish, "", NETP_E_STATE), TR_IN_EOF("\1x"), TR_EV("begin 1 \\x01"),
                       TR_EV("data x"), TR_EV("end 1"), TR_EV("eof"), TR_WANT(NETP_CLOSED))},
    {.name = "behind the peer",
     .cfg = LENGTH(9, 1, 0, 0, 9),
     .steps = TR_STEPS(TR_EOF(), TR_EV("eof"), TR_WANT(NETP_WANT_APP), SEND("a", NETP_OK),
                       TR_OUT("\1a"), TR_WANT(NETP_WANT_APP), TR_DO(finish, "", NETP_OK), TR_FIN(),
                       TR_WANT(NETP_CLOSED))},
    {.name = "not after a failure",
     .cfg = LENGTH(9, 1, 0, 0, 9),
     .steps =
         TR_STEPS(TR_IN("\xff"), TR_FAIL(NETP_E_LIMIT, -1, 0, "length"), SEND("b", NETP_E_STATE),
                  TR_DO(finish, "", NETP_E_STATE), TR_WANT(NETP_CLOSED))},
};

#define TEST(name)                                                                                 \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        tr_check(&frame_machine, name##_cases, COUNT(name##_cases));                               \
    }

TEST(send)
TEST(lend)
TEST(piece)
TEST(finish)

/* ---- what out() shows ---- */

static void make(struct netp_frame *m, uint8_t *tx, size_t n)
{
    struct netp_frame_cfg cfg = NETP_FRAME_CFG_INIT;

    cfg.kind = NETP_FRAME_NETSTRING;
    cfg.max_len = 99;
    cfg.tx = tx;
    cfg.txlen = n;
    assert_int_equal(netp_frame_init(m, &cfg, 0), NETP_OK);
}

static void shows(const struct netp_frame *m, const char *want)
{
    struct netp_out v[8];
    char all[64];
    size_t n = 0, k = netp_frame_out(m, v, COUNT(v));

    for (size_t i = 0; i < k; i++) {
        memcpy(all + n, v[i].p, v[i].n);
        n += v[i].n;
    }
    assert_int_equal(n, strlen(want));
    assert_memory_equal(all, want, n);
}

/* Payloads and their wire forms, as above. */
static const struct {
    const struct frame_setup *setup;
    const char *payload, *wire;
    size_t n, wire_n;
} wires[] = {
    {LENGTH(0, 2, 0, 0, 9), "abc", "\0\3abc", 3, 5},
    {KIND(0, NETSTRING, 9), "abc", "3:abc,", 3, 6},
    {DELIM(0, "\r\n"), "a\rb", "a\rb\r\n", 3, 5},
    {KIND(0, SLIP, 9), "a\xc0\xdb",
     "\xc0"
     "a\xdb\xdc\xdb\xdd\xc0",
     3, 7},
    {KIND(0, COBS, 9), "a\0b", "\2a\2b\0", 3, 5},
};

/* Takes what out() shows, `first` bytes of it in a call of their own, and compares. */
static void drain(struct netp_frame *m, const char *wire, size_t n, size_t first)
{
    for (size_t done = 0; done < n;) {
        struct netp_out v[4];
        size_t nv = netp_frame_out(m, v, COUNT(v)), at = done;

        for (size_t i = 0; i < nv; at += v[i++].n) {
            assert_true(v[i].n > 0 && v[i].n <= n - at && v[i].flags == 0);
            assert_memory_equal(v[i].p, wire + at, v[i].n);
        }
        assert_int_equal(at, n);
        at = done < first ? first : n;
        netp_frame_sent(m, at - done, 0);
        done = at;
    }
    assert_int_equal(netp_frame_want(m), NETP_WANT_IN);
}

/* A ring of one byte more than a frame begins each frame one place before the last one's. */
static void the_ring_wraps_at_every_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * COUNT(wires); i++) {
        size_t k = i / 2, n = wires[k].n, wire_n = wires[k].wire_n;
        struct netp_frame_cfg cfg = wires[k].setup->cfg;
        bool changes = cfg.kind == NETP_FRAME_SLIP || cfg.kind == NETP_FRAME_COBS;
        bool lend = i % 2 != 0 && !changes;
        uint8_t tx[9];
        struct netp_frame m;
        struct netp_frame_ev ev;

        cfg.size = sizeof cfg;
        cfg.tx = tx;
        cfg.txlen = 1 + wire_n - (lend ? n : 0);
        assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_OK);
        for (size_t round = 0; round < cfg.txlen * wire_n; round++) {
            int r = lend ? netp_frame_lend(&m, NULL, wires[k].payload, n)
                         : netp_frame_send(&m, NULL, wires[k].payload, n);
            assert_int_equal(r, NETP_OK);
            assert_int_equal(netp_frame_room(&m), 1);
            assert_int_equal(netp_frame_send(&m, NULL, wires[k].payload, n), NETP_E_NOSPACE);
            drain(&m, wires[k].wire, wire_n, round / cfg.txlen);
            assert_int_equal(netp_frame_next(&m, NULL, 0, &ev), lend ? NETP_FRAME_SENT : 0);
        }
    }
}

static void lent_payload_is_shown_where_it_lies(void **state)
{
    static const char hello[] = "hello", more[] = "more";
    uint8_t tx[16];
    struct netp_out v[8];
    struct netp_frame m;
    struct netp_frame_ev ev;

    (void)state;
    make(&m, tx, sizeof tx);
    assert_int_equal(netp_frame_send(&m, NULL, "a", 1), NETP_OK);
    assert_int_equal(netp_frame_lend(&m, NULL, hello, 5), NETP_OK);
    assert_int_equal(netp_frame_lend(&m, NULL, more, 4), NETP_E_NOSPACE);
    assert_int_equal(netp_frame_send(&m, NULL, "b", 1), NETP_OK);
    assert_int_equal(netp_frame_room(&m), 5);
    shows(&m, "1:a,5:hello,1:b,");
    assert_int_equal(netp_frame_out(&m, v, COUNT(v)), 3);
    assert_ptr_equal(v[1].p, hello);
    assert_int_equal(v[1].flags, 0);

    netp_frame_sent(&m, 8, 0); /* "1:a,5:he" */
    shows(&m, "llo,1:b,");
    assert_int_equal(netp_frame_lend(&m, NULL, more, 4), NETP_E_NOSPACE);
    netp_frame_sent(&m, 3, 0);
    assert_int_equal(netp_frame_deadline(&m), 0); /* an event waits */
    assert_int_equal(netp_frame_lend(&m, NULL, more, 4), NETP_E_NOSPACE);
    assert_int_equal(netp_frame_next(&m, NULL, 0, &ev), NETP_FRAME_SENT);
    assert_ptr_equal(ev.p, hello);
    assert_int_equal(ev.n, 5);
    assert_int_equal(netp_frame_lend(&m, NULL, more, 4), NETP_OK);
    shows(&m, ",1:b,4:more,");

    /* the ring wraps, and what is lent lies between */
    netp_frame_sent(&m, 5, 0);
    assert_int_equal(netp_frame_send(&m, NULL, "0123456789", 10), NETP_E_NOSPACE);
    assert_int_equal(netp_frame_send(&m, NULL, "012345678", 9), NETP_OK);
    shows(&m, "4:more,9:012345678,");
    assert_int_equal(netp_frame_finish(&m), NETP_OK);
    assert_int_equal(netp_frame_out(&m, v, COUNT(v)), 5);
    assert_int_equal(v[3].flags, 0);
    assert_int_equal(v[4].flags, NETP_OUT_FIN);
    assert_int_equal(v[4].n, 0);
    netp_frame_sent(&m, 19, 0);
    assert_int_equal(netp_frame_want(&m), NETP_WANT_IN | NETP_WANT_OUT);
    netp_frame_sent(&m, 0, 0);
    assert_int_equal(netp_frame_want(&m), NETP_WANT_IN);
}

/* It is no element of out(), and it is given back behind its header like any other. */
static void nothing_is_lent(void **state)
{
    uint8_t tx[16];
    struct netp_out v[4];
    struct netp_frame m;
    struct netp_frame_ev ev;

    (void)state;
    make(&m, tx, sizeof tx);
    assert_int_equal(netp_frame_lend(&m, NULL, "", 0), NETP_OK);
    assert_int_equal(netp_frame_out(&m, v, COUNT(v)), 2);
    assert_int_equal(v[0].n, 2);
    netp_frame_sent(&m, 1, 0);
    assert_int_equal(netp_frame_deadline(&m), NETP_NEVER);
    assert_int_equal(netp_frame_next(&m, NULL, 0, &ev), 0);
    netp_frame_sent(&m, 1, 0);
    assert_int_equal(netp_frame_next(&m, NULL, 0, &ev), NETP_FRAME_SENT);
    shows(&m, ",");
}

static void a_ring_that_is_not_there_has_no_room(void **state)
{
    struct netp_frame m;

    (void)state;
    make(&m, NULL, 16);
    assert_int_equal(netp_frame_room(&m), 0);
    assert_int_equal(netp_frame_send(&m, NULL, "", 0), NETP_E_NOSPACE);
}

/* Of more bytes than an int can count, too, only those are looked at that there is room for. */
static void data_without_end(void **state)
{
    struct netp_frame_cfg cfg = NETP_FRAME_CFG_INIT;
    uint8_t tx[4];
    struct netp_frame m;

    (void)state;
    cfg.kind = NETP_FRAME_FIXED;
    cfg.max_len = NETP_FRAME_UNKNOWN - 1;
    cfg.tx = tx;
    cfg.txlen = sizeof tx;
    assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(netp_frame_send_begin(&m, NULL, cfg.max_len), NETP_OK);
    assert_int_equal(netp_frame_send_data(&m, "abcd", (size_t)INT_MAX + 1), 4);
    assert_int_equal(netp_frame_send_data(&m, "", (size_t)INT_MAX + 1), 0);
    shows(&m, "abcd");
}

/* sent() of no bytes means the half-close only when that is all there is to send. */
static void a_half_close_comes_last(void **state)
{
    struct netp_frame_cfg cfg = NETP_FRAME_CFG_INIT;
    struct netp_in in = {NULL, 0, NETP_IN_EOF, NULL};
    uint8_t tx[16];
    struct netp_frame m;
    struct netp_frame_ev ev;

    (void)state;
    make(&m, tx, sizeof tx);
    assert_int_equal(netp_frame_send(&m, NULL, "a", 1), NETP_OK);
    assert_int_equal(netp_frame_finish(&m), NETP_OK);
    netp_frame_sent(&m, 0, 0);
    shows(&m, "1:a,");
    netp_frame_sent(&m, 4, 0);
    assert_int_equal(netp_frame_want(&m), NETP_WANT_IN | NETP_WANT_OUT);

    cfg.kind = NETP_FRAME_FIXED;
    cfg.max_len = 1;
    assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(netp_frame_lend(&m, NULL, "a", 1), NETP_OK);
    assert_int_equal(netp_frame_finish(&m), NETP_OK);
    assert_int_equal(netp_frame_next(&m, &in, 0, &ev), NETP_FRAME_EOF);
    netp_frame_sent(&m, 0, 0);
    shows(&m, "a");
    netp_frame_sent(&m, 1, 7);
    netp_frame_sent(&m, 0, 7);
    assert_int_equal(netp_frame_want(&m), 0); /* the event */
    assert_int_equal(netp_frame_deadline(&m), 7);
    assert_int_equal(netp_frame_next(&m, NULL, 7, &ev), NETP_FRAME_SENT);
    assert_int_equal(netp_frame_want(&m), NETP_CLOSED);
}

/* What is queued can be sent after a bad frame, but not into a broken stream. */
static void after_a_failure(void **state)
{
    uint8_t tx[16];
    struct netp_in in = {(const uint8_t *)"x", 1, 0, NULL};
    struct netp_out v;
    struct netp_frame m;
    struct netp_frame_ev ev;

    (void)state;
    make(&m, tx, sizeof tx);
    assert_int_equal(netp_frame_lend(&m, NULL, "a", 1), NETP_OK);
    assert_int_equal(netp_frame_next(&m, &in, 0, &ev), NETP_E_SYNTAX);
    assert_int_equal(netp_frame_want(&m), NETP_WANT_OUT);
    shows(&m, "1:a,");
    netp_frame_sent(&m, 4, 0);
    assert_int_equal(netp_frame_want(&m), NETP_CLOSED);

    make(&m, tx, sizeof tx);
    assert_int_equal(netp_frame_lend(&m, NULL, "a", 1), NETP_OK);
    assert_int_equal(netp_frame_finish(&m), NETP_OK);
    in.n = 0;
    in.flags = NETP_IN_BROKEN;
    assert_int_equal(netp_frame_next(&m, &in, 0, &ev), NETP_E_IO);
    assert_int_equal(netp_frame_out(&m, &v, 1), 0);
    assert_int_equal(netp_frame_want(&m), NETP_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_send),
        cmocka_unit_test(test_lend),
        cmocka_unit_test(test_piece),
        cmocka_unit_test(test_finish),
        cmocka_unit_test(the_ring_wraps_at_every_place),
        cmocka_unit_test(lent_payload_is_shown_where_it_lies),
        cmocka_unit_test(nothing_is_lent),
        cmocka_unit_test(a_ring_that_is_not_there_has_no_room),
        cmocka_unit_test(data_without_end),
        cmocka_unit_test(a_half_close_comes_last),
        cmocka_unit_test(after_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
