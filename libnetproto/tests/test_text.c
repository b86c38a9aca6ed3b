/* test_text.c - bytes.h and text.h.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/bytes.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void readers_read_what_writers_wrote(void **state)
{
    static const uint8_t b[9] = {0xff, 0x81, 0x02, 0x83, 0x04, 0x85, 0x06, 0x87, 0x08};
    const uint8_t *p = b + 1; /* not aligned */
    uint8_t w[8];

    (void)state;
    assert_int_equal(netp_rd16be(p), 0x8102);
    assert_int_equal(netp_rd16le(p), 0x0281);
    assert_int_equal(netp_rd24be(p), 0x810283);
    assert_int_equal(netp_rd24le(p), 0x830281);
    assert_int_equal(netp_rd32be(p), 0x81028304);
    assert_int_equal(netp_rd32le(p), 0x04830281);
    assert_true(netp_rd64be(p) == 0x8102830485068708u);
    assert_true(netp_rd64le(p) == 0x0887068504830281u);
#define WRITES(bits, order, value)                                                                 \
    memset(w, 0xee, sizeof w);                                                                     \
    netp_wr##bits##order(w, value);                                                                \
    assert_memory_equal(w, p, bits / 8);                                                           \
    assert_true(bits == 64 || w[bits / 8 % 8] == 0xee)
    WRITES(16, be, 0x8102);
    WRITES(16, le, 0x0281);
    WRITES(24, be, 0xff810283);
    WRITES(24, le, 0xff830281);
    WRITES(32, be, 0x81028304);
    WRITES(32, le, 0x04830281);
    WRITES(64, be, 0x8102830485068708u);
    WRITES(64, le, 0x0887068504830281u);
}

static void strings_compare(void **state)
{
    static const struct {
        struct netp_str a, b;
        bool eq, ieq;
    } t[] = {
        {{NULL, 0}, {"", 0}, true, true},
        {{"x", 0}, {NULL, 0}, true, true},
        {{"a", 1}, {"", 0}, false, false},
        {{"abc", 3}, {"abc", 3}, true, true},
        {{"abc", 3}, {"abd", 3}, false, false},
        {{"abc", 3}, {"abcd", 4}, false, false},
        {{"a\0b", 3}, {"a\0c", 3}, false, false},
        {{"Content-LENGTH", 14}, {"content-length", 14}, false, true},
        {{"AZaz", 4}, {"azAZ", 4}, false, true},
        {{"@", 1}, {"`", 1}, false, false}, /* the neighbours of the letters */
        {{"[", 1}, {"{", 1}, false, false},
        {{"\xc4", 1}, {"\xe4", 1}, false, false}, /* letters of Latin-1 */
        {{"K", 1}, {"\xe2\x84\xaa", 3}, false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        assert_int_equal(netp_str_eq(t[i].a, t[i].b), t[i].eq);
        assert_int_equal(netp_str_ieq(t[i].a, t[i].b), t[i].ieq);
        assert_int_equal(netp_str_ieq(t[i].b, t[i].a), t[i].ieq);
    }
    assert_int_equal(NETP_STR("a\0b").n, 3);
    assert_true(netp_str_eq(NETP_STR("abc"), netp_str_of("abc")));
}

static void only_hexadecimal_digits_have_a_value(void **state)
{
    static const char digits[] = "0123456789abcdef", upper[] = "ABCDEF";

    (void)state;
    for (int c = 0; c < 256; c++) {
        const char *at = memchr(digits, c, 16), *up = memchr(upper, c, 6);
        ptrdiff_t value = at ? at - digits : up ? up - upper + 10 : 16;
        assert_int_equal(netp_hex_digit((char)c), value);
    }
}

/* s in a heap block of its exact size */
static int parse(int base, struct netp_str s, uint64_t max, uint64_t *v)
{
    char *p = malloc(s.n);
    int r;

    memcpy(p, s.p, s.n);
    s.p = p;
    r = (base == 10 ? netp_parse_dec : netp_parse_hex)(s, max, v);
    free(p);
    return r;
}

static void numbers_are_parsed_strictly(void **state)
{
    static const struct {
        int base;
        const char *s;
        uint64_t max;
        int r;
        uint64_t v;
    } t[] = {
        {10, "0", 0, NETP_OK, 0},
        {10, "1", 0, NETP_E_LIMIT, 0},
        {10, "65535", 65535, NETP_OK, 65535},
        {10, "65536", 65535, NETP_E_LIMIT, 0},
        {10, "655350", 65535, NETP_E_LIMIT, 0},
        {10, "7", 5, NETP_E_LIMIT, 0},
        {10, "5", 5, NETP_OK, 5},
        {10, "70", 5, NETP_E_LIMIT, 0},
        {10, "000000000000000000000000000000000007", 7, NETP_OK, 7},
        {10, "18446744073709551615", UINT64_MAX, NETP_OK, UINT64_MAX},
        {10, "18446744073709551616", UINT64_MAX, NETP_E_LIMIT, 0},
        {10, "18446744073709551620", UINT64_MAX, NETP_E_LIMIT, 0},
        {10, "99999999999999999999999999999999999999990", UINT64_MAX, NETP_E_LIMIT, 0},
        {10, "99999999999999999999999999999999999999999x", UINT64_MAX, NETP_E_SYNTAX, 0},
        {10, "", 9, NETP_E_SYNTAX, 0},
        {10, " 1", 9, NETP_E_SYNTAX, 0},
        {10, "1 ", 9, NETP_E_SYNTAX, 0},
        {10, "+1", 9, NETP_E_SYNTAX, 0},
        {10, "-1", 9, NETP_E_SYNTAX, 0},
        {10, "a", 99, NETP_E_SYNTAX, 0},
        {10, "1:", 99, NETP_E_SYNTAX, 0},
        {10, "1/", 99, NETP_E_SYNTAX, 0},
        {10, "0x1", 99, NETP_E_SYNTAX, 0},
        {10, "\xb2", 99, NETP_E_SYNTAX, 0}, /* superscript two */
        {16, "0", 0, NETP_OK, 0},
        {16, "fF", 255, NETP_OK, 255},
        {16, "100", 255, NETP_E_LIMIT, 0},
        {16, "aBcDeF", UINT64_MAX, NETP_OK, 0xabcdef},
        {16, "0000000000000000ffffffffffffffff", UINT64_MAX, NETP_OK, UINT64_MAX},
        {16, "10000000000000000", UINT64_MAX, NETP_E_LIMIT, 0},
        {16, "", 9, NETP_E_SYNTAX, 0},
        {16, "g", 99, NETP_E_SYNTAX, 0},
        {16, "G", 99, NETP_E_SYNTAX, 0},
        {16, "@", 99, NETP_E_SYNTAX, 0},
        {16, "`", 99, NETP_E_SYNTAX, 0},
        {16, "\x10", 99, NETP_E_SYNTAX, 0}, /* '0' without its bit 5 */
        {16, "0x1", 99, NETP_E_SYNTAX, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        uint64_t v = 12345;
        assert_int_equal(parse(t[i].base, netp_str_of(t[i].s), t[i].max, &v), t[i].r);
        assert_true(v == (t[i].r == NETP_OK ? t[i].v : 12345));
    }
    uint64_t v = 12345;
    assert_int_equal(parse(10, NETP_STR("1\0"), 99, &v), NETP_E_SYNTAX);
    assert_int_equal(netp_parse_dec(netp_str_make(NULL, 0), 99, &v), NETP_E_SYNTAX);
    assert_true(v == 12345);
}

static void numbers_are_formatted(void **state)
{
    static const struct {
        uint64_t v;
        const char *s;
    } t[] = {
        {0, "0"},
        {9, "9"},
        {10, "10"},
        {65535, "65535"},
        {4294967296, "4294967296"},
        {10000000000000000000u, "10000000000000000000"},
        {UINT64_MAX, "18446744073709551615"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        char out[NETP_DEC_CAP + 1], untouched[NETP_DEC_CAP + 1];
        memset(out, '#', sizeof out);
        memset(untouched, '#', sizeof untouched);
        size_t n = netp_format_dec(t[i].v, out);
        assert_true(netp_str_eq(netp_str_make(out, n), netp_str_of(t[i].s)));
        assert_memory_equal(out + n, untouched, sizeof out - n);
    }
}

static void escape_shows_any_byte(void **state)
{
    static const char in[] = "GET \\ \r\n\0\x7f\x80\xff~";
    static const char text[] = "GET \\x5c \\x0d\\x0a\\x00\\x7f\\x80\\xff~";
    char all[256], out[NETP_ESCAPE_CAP(256)];

    (void)state;
    assert_int_equal(netp_escape(out, sizeof out, in, sizeof in - 1), sizeof text - 1);
    assert_string_equal(out, text);
    assert_int_equal(netp_escape(out, sizeof out, NULL, 0), 0);
    assert_string_equal(out, "");
    assert_int_equal(netp_escape(NULL, 0, in, sizeof in), 0);

    for (size_t i = 0; i < sizeof all; i++) {
        all[i] = (char)i;
    }
    /* 0x20 to 0x7e without the backslash are 94 characters as they are */
    assert_int_equal(netp_escape(out, sizeof out, all, sizeof all), 94 + (256 - 94) * 4);
}

static void escape_stays_in_bounds(void **state)
{
    /* "a", "\x0a", "b", "\x00" and a NUL: by cap - 1, the length of the items that fit */
    static const size_t length[] = {0, 1, 1, 1, 1, 5, 6, 6, 6, 6, 10, 10};

    (void)state;
    for (size_t i = 0; i < COUNT(length); i++) {
        char *out = malloc(i + 1);
        assert_int_equal(netp_escape(out, i + 1, "a\nb\0", 4), length[i]);
        assert_memory_equal(out, "a\\x0ab\\x00", length[i]);
        assert_int_equal(out[length[i]], '\0');
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_read_what_writers_wrote),
        cmocka_unit_test(strings_compare),
        cmocka_unit_test(only_hexadecimal_digits_have_a_value),
        cmocka_unit_test(numbers_are_parsed_strictly),
        cmocka_unit_test(numbers_are_formatted),
        cmocka_unit_test(escape_shows_any_byte),
        cmocka_unit_test(escape_stays_in_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
