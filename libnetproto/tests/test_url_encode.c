/* test_url_encode.c - text in URLs, against urllib.parse of python3.
 *
 * SPDX-License-Identifier: MIT */
#include "test_url.h"

/* The bytes 0 to 255: quote() with the other characters of the part as `safe`, and for FORM
 * quote_plus() with "*", where only "~" differs from WHATWG's set. */
static const struct {
    enum netp_url_part part;
    const char *text;
} all[] = {
    {NETP_URL_PART_SEGMENT,
     "%00%01%02%03%04%05%06%07%08%09%0A%0B%0C%0D%0E%0F%10%11%12%13%14%15%16%17%18%19%1A%1B"
     "%1C%1D%1E%1F%20!%22%23$%25&'()*+,-.%2F0123456789%3A;%3C=%3E%3F@ABCDEFGHIJKLMNOPQRSTU"
     "VWXYZ%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~%7F%80%81%82%83%84%85%86%87"
     "%88%89%8A%8B%8C%8D%8E%8F%90%91%92%93%94%95%96%97%98%99%9A%9B%9C%9D%9E%9F%A0%A1%A2%A3"
     "%A4%A5%A6%A7%A8%A9%AA%AB%AC%AD%AE%AF%B0%B1%B2%B3%B4%B5%B6%B7%B8%B9%BA%BB%BC%BD%BE%BF"
     "%C0%C1%C2%C3%C4%C5%C6%C7%C8%C9%CA%CB%CC%CD%CE%CF%D0%D1%D2%D3%D4%D5%D6%D7%D8%D9%DA%DB"
     "%DC%DD%DE%DF%E0%E1%E2%E3%E4%E5%E6%E7%E8%E9%EA%EB%EC%ED%EE%EF%F0%F1%F2%F3%F4%F5%F6%F7"
     "%F8%F9%FA%FB%FC%FD%FE%FF"},
    {NETP_URL_PART_QUERY,
     "%00%01%02%03%04%05%06%07%08%09%0A%0B%0C%0D%0E%0F%10%11%12%13%14%15%16%17%18%19%1A%1B"
     "%1C%1D%1E%1F%20!%22%23$%25&'()*+,-./0123456789:;%3C=%3E?@ABCDEFGHIJKLMNOPQRSTUVWXYZ%"
     "5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~%7F%80%81%82%83%84%85%86%87%88%89"
     "%8A%8B%8C%8D%8E%8F%90%91%92%93%94%95%96%97%98%99%9A%9B%9C%9D%9E%9F%A0%A1%A2%A3%A4%A5"
     "%A6%A7%A8%A9%AA%AB%AC%AD%AE%AF%B0%B1%B2%B3%B4%B5%B6%B7%B8%B9%BA%BB%BC%BD%BE%BF%C0%C1"
     "%C2%C3%C4%C5%C6%C7%C8%C9%CA%CB%CC%CD%CE%CF%D0%D1%D2%D3%D4%D5%D6%D7%D8%D9%DA%DB%DC%DD"
     "%DE%DF%E0%E1%E2%E3%E4%E5%E6%E7%E8%E9%EA%EB%EC%ED%EE%EF%F0%F1%F2%F3%F4%F5%F6%F7%F8%F9"
     "%FA%FB%FC%FD%FE%FF"},
    {NETP_URL_PART_USERINFO,
     "%00%01%02%03%04%05%06%07%08%09%0A%0B%0C%0D%0E%0F%10%11%12%13%14%15%16%17%18%19%1A%1B"
     "%1C%1D%1E%1F%20!%22%23$%25&'()*+,-.%2F0123456789%3A;%3C=%3E%3F%40ABCDEFGHIJKLMNOPQRS"
     "TUVWXYZ%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~%7F%80%81%82%83%84%85%86%"
     "87%88%89%8A%8B%8C%8D%8E%8F%90%91%92%93%94%95%96%97%98%99%9A%9B%9C%9D%9E%9F%A0%A1%A2%"
     "A3%A4%A5%A6%A7%A8%A9%AA%AB%AC%AD%AE%AF%B0%B1%B2%B3%B4%B5%B6%B7%B8%B9%BA%BB%BC%BD%BE%"
     "BF%C0%C1%C2%C3%C4%C5%C6%C7%C8%C9%CA%CB%CC%CD%CE%CF%D0%D1%D2%D3%D4%D5%D6%D7%D8%D9%DA%"
     "DB%DC%DD%DE%DF%E0%E1%E2%E3%E4%E5%E6%E7%E8%E9%EA%EB%EC%ED%EE%EF%F0%F1%F2%F3%F4%F5%F6%"
     "F7%F8%F9%FA%FB%FC%FD%FE%FF"},
    {NETP_URL_PART_FORM,
     "%00%01%02%03%04%05%06%07%08%09%0A%0B%0C%0D%0E%0F%10%11%12%13%14%15%16%17%18%19%1A%1B"
     "%1C%1D%1E%1F+%21%22%23%24%25%26%27%28%29*%2B%2C-.%2F0123456789%3A%3B%3C%3D%3E%3F%40A"
     "BCDEFGHIJKLMNOPQRSTUVWXYZ%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D%7E%7F%8"
     "0%81%82%83%84%85%86%87%88%89%8A%8B%8C%8D%8E%8F%90%91%92%93%94%95%96%97%98%99%9A%9B%9"
     "C%9D%9E%9F%A0%A1%A2%A3%A4%A5%A6%A7%A8%A9%AA%AB%AC%AD%AE%AF%B0%B1%B2%B3%B4%B5%B6%B7%B"
     "8%B9%BA%BB%BC%BD%BE%BF%C0%C1%C2%C3%C4%C5%C6%C7%C8%C9%CA%CB%CC%CD%CE%CF%D0%D1%D2%D3%D"
     "4%D5%D6%D7%D8%D9%DA%DB%DC%DD%DE%DF%E0%E1%E2%E3%E4%E5%E6%E7%E8%E9%EA%EB%EC%ED%EE%EF%F"
     "0%F1%F2%F3%F4%F5%F6%F7%F8%F9%FA%FB%FC%FD%FE%FF"},
};

static const struct {
    enum netp_url_part part;
    const char *bytes, *text;
} encoded[] = {
    {NETP_URL_PART_SEGMENT, "", ""},
    {NETP_URL_PART_SEGMENT, "a/b c%41", "a%2Fb%20c%2541"},
    {NETP_URL_PART_SEGMENT, "a:b;c=d+e@f", "a%3Ab;c=d+e@f"},
    {NETP_URL_PART_SEGMENT, "gr\xc3\xbc\xc3\x9f", "gr%C3%BC%C3%9F"},
    {NETP_URL_PART_QUERY, "a=b&c=d?/+:@ #", "a=b&c=d?/+:@%20%23"},
    {NETP_URL_PART_FORM, "a=b&c +~*", "a%3Db%26c+%2B%7E*"},
    {NETP_URL_PART_USERINFO, "a:b@c/", "a%3Ab%40c%2F"},
};

static void check_encode(enum netp_url_part part, const char *bytes, size_t n, const char *text)
{
    size_t len = strlen(text);
    unsigned flags = part == NETP_URL_PART_FORM ? NETP_URL_PLUS : 0;

    assert_true(len <= NETP_URL_ENCODE_CAP(n));
    for (size_t cap = 0; cap <= len; cap++) {
        char *out = malloc(cap);
        ptrdiff_t r = netp_url_encode(part, out, cap, bytes, n);
        if (cap == len) {
            assert_int_equal(r, len);
            assert_memory_equal(out, text, len);
        } else {
            assert_int_equal(r, NETP_E_NOSPACE);
        }
        free(out);
    }
    for (size_t cap = 0; cap <= n; cap++) {
        struct netp_str s = url_copy(netp_str_of(text));
        char *out = malloc(cap);
        assert_int_equal(netp_url_decode(flags, out, cap, s),
                         cap == n ? (ptrdiff_t)n : NETP_E_NOSPACE);
        if (cap == n) {
            assert_memory_equal(out, bytes, n);
        }
        free(out);
        free((void *)s.p);
    }
}

static void text_goes_both_ways(void **state)
{
    char bytes[256];

    (void)state;
    for (size_t i = 0; i < COUNT(encoded); i++) {
        check_encode(encoded[i].part, encoded[i].bytes, strlen(encoded[i].bytes), encoded[i].text);
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)i;
    }
    for (size_t i = 0; i < COUNT(all); i++) {
        check_encode(all[i].part, bytes, sizeof bytes, all[i].text);
    }
    assert_int_equal(netp_url_encode(NETP_URL_PART_FORM, NULL, 0, NULL, 0), 0);
    assert_int_equal(netp_url_decode(0, NULL, 0, netp_str_make(NULL, 0)), 0);
}

static void decoding_is_as_asked(void **state)
{
    static const struct {
        unsigned flags;
        struct netp_str text, bytes; /* p == NULL: refused */
    } t[] = {
#define S(literal) {literal, sizeof(literal) - 1}
        {0, S("a%2fb%2Fc"), S("a/b/c")},
        {0, S("%2541"), S("%41")}, /* once */
        {0, S("a+b"), S("a+b")},
        {0, S("\xff /#"), S("\xff /#")},
        {NETP_URL_PLUS, S("a+b%2b"), S("a b+")},
        {NETP_URL_NO_NUL, S("a+b"), S("a+b")},
        {0, S("a%00b"), S("a\0b")},
        {NETP_URL_PLUS, S("a\0b"), S("a\0b")},
        {NETP_URL_NO_NUL, S("a%00b"), {NULL, 0}},
        {NETP_URL_NO_NUL | NETP_URL_PLUS, S("a\0b"), {NULL, 0}},
        {0, S("%"), {NULL, 0}},
        {0, S("a%4"), {NULL, 0}},
        {0, S("%4g"), {NULL, 0}},
        {0, S("%g4"), {NULL, 0}},
        {0, S("%%41"), {NULL, 0}},
        {0, S("%+1"), {NULL, 0}},
        {0, S("%-1"), {NULL, 0}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct netp_str s = url_copy(t[i].text);
        char *p = (char *)s.p; /* in place */
        ptrdiff_t r = netp_url_decode(t[i].flags, p, s.n, s);
        assert_int_equal(r, t[i].bytes.p != NULL ? (ptrdiff_t)t[i].bytes.n : NETP_E_SYNTAX);
        if (r > 0) {
            assert_memory_equal(p, t[i].bytes.p, t[i].bytes.n);
        }
        free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_goes_both_ways),
        cmocka_unit_test(decoding_is_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
