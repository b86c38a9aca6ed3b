/* test_http_range.c - Content-Length, Range, Content-Range: RFC 9110 sections 8.6 and 14.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_field.h>

static void length(struct netp_str s, struct told *told)
{
    for (int list = 0; list < 2; list++) {
        uint64_t v = 7;
        int r = netp_http_content_length(s, list != 0, &v);

        tell(told, list ? " " : "");
        tell_error(told, r);
        if (r == NETP_OK) {
            tell(told, "%llu", (unsigned long long)v);
        } else {
            assert_true(v == 7);
        }
    }
}

/* Alone, and where a list of one length is allowed. */
static void lengths_are_digits(void **state)
{
    static const struct row rows[] = {
        ROW("0", "0 0"),
        ROW("3495", "3495 3495"), /* section 8.6 */
        ROW("0042", "42 42"),
        ROW("18446744073709551615", "18446744073709551615 18446744073709551615"),
        ROW("18446744073709551616", "NETP_E_LIMIT NETP_E_LIMIT"),
        ROW("18446744073709551621", "NETP_E_LIMIT NETP_E_LIMIT"),
        ROW("99999999999999999999999999", "NETP_E_LIMIT NETP_E_LIMIT"),
        ROW("42, 42", "NETP_E_SYNTAX 42"), /* section 8.6 */
        ROW("42,42 ,\t42", "NETP_E_SYNTAX 42"),
        ROW("42, 043", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW("42, 42, 43", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW("42,", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW(",42", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW("42,,42", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW("42, 18446744073709551616", "NETP_E_SYNTAX NETP_E_LIMIT"),
        ROW("", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW(" 42", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW("42 ", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW("+42", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW("-1", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW("0x2a", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW("4 2", "NETP_E_SYNTAX NETP_E_SYNTAX"),
        ROW("42\0", "NETP_E_SYNTAX NETP_E_SYNTAX"),
    };
    (void)state;
    check_rows(length, rows, COUNT(rows));
}

/* All ranges, and what each is of 10000 bytes, as in section 14.1.2. */
static void ranges(struct netp_str s, struct told *told)
{
    struct netp_http_range range[4];
    ptrdiff_t n = netp_http_range_parse(s, range, COUNT(range));

    tell_error(told, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        struct netp_http_range *r = &range[i];
        if (netp_http_range_resolve(r, 10000)) {
            tell(told, "[%llu-%llu]", (unsigned long long)r->first, (unsigned long long)r->last);
            assert_false(r->suffix);
        } else {
            tell(told, "[none]");
        }
    }
}

static void ranges_are_parsed_and_resolved(void **state)
{
    static const struct row rows[] = {
        /* the examples of section 14.1.2 */
        ROW("bytes=0-499", "[0-499]"),
        ROW("bytes=500-999", "[500-999]"),
        ROW("bytes=-500", "[9500-9999]"),
        ROW("bytes=9500-", "[9500-9999]"),
        ROW("bytes=0-0,-1", "[0-0][9999-9999]"),
        ROW("bytes= 0-0, 500-999, 4500-5499, -1000", "[0-0][500-999][4500-5499][9000-9999]"),
        ROW("bytes=500-600,601-999", "[500-600][601-999]"),
        ROW("bytes=500-700,601-999", "[500-700][601-999]"),
        ROW("BYTES=0-", "[0-9999]"),
        ROW("bytes=9999-9999", "[9999-9999]"),
        ROW("bytes=9999-10000", "[9999-9999]"),
        ROW("bytes=10000-", "[none]"),
        ROW("bytes=10000-10000,0-0", "[none][0-0]"),
        ROW("bytes=-0", "[none]"),
        ROW("bytes=-10000", "[0-9999]"),
        ROW("bytes=-10001", "[0-9999]"),
        ROW("bytes=-9999", "[1-9999]"),
        ROW("bytes=-99999999999999999999", "[0-9999]"),
        ROW("bytes=1-99999999999999999999", "[1-9999]"),
        ROW("bytes=18446744073709551616-", "[none]"),
        ROW("bytes=,1-2,,3-4,", "[1-2][3-4]"),
        ROW("bytes=1-2,3-4,5-6,7-8,9-9", "NETP_E_LIMIT"),
        ROW("bytes=2-1", "NETP_E_SYNTAX"),
        ROW("bytes=0-0,2-1", "NETP_E_SYNTAX"),
        ROW("bytes=", "NETP_E_SYNTAX"),
        ROW("bytes=,", "NETP_E_SYNTAX"),
        ROW("bytes=-", "NETP_E_SYNTAX"),
        ROW("bytes=5", "NETP_E_SYNTAX"),
        ROW("bytes=--5", "NETP_E_SYNTAX"),
        ROW("bytes=5--", "NETP_E_SYNTAX"),
        ROW("bytes=1-2-3", "NETP_E_SYNTAX"),
        ROW("bytes=+1-2", "NETP_E_SYNTAX"),
        ROW("bytes=1 -2", "NETP_E_SYNTAX"),
        ROW("bytes=1-2;3-4", "NETP_E_SYNTAX"),
        ROW("bytes=0x1-2", "NETP_E_SYNTAX"),
        ROW("bytes =0-1", "NETP_E_SYNTAX"),
        ROW("bytes 0-1", "NETP_E_SYNTAX"),
        ROW("=0-1", "NETP_E_SYNTAX"),
        ROW("", "NETP_E_SYNTAX"),
        ROW("items=0-1", "NETP_E_UNSUPPORTED"),
        ROW("byte=0-1", "NETP_E_UNSUPPORTED"),
        ROW("bytes=1-2,\"", "NETP_E_SYNTAX"),
        ROW("bytes=1-2,,,,,,,,,,,,,,,,,3-4", "NETP_E_LIMIT"),
    };

    (void)state;
    check_rows(ranges, rows, COUNT(rows));
}

static void ranges_have_bounds(void **state)
{
    struct netp_http_range r = {0, UINT64_MAX, false};

    (void)state;
    assert_int_equal(netp_http_range_parse(NETP_STR("bytes=0-"), NULL, 0), NETP_E_LIMIT);
    assert_false(netp_http_range_resolve(&r, 0));
    assert_true(r.first == 0 && r.last == UINT64_MAX);
    assert_true(netp_http_range_resolve(&r, UINT64_MAX));
    assert_true(r.last == UINT64_MAX - 1);
    r = (struct netp_http_range){0, 5, true};
    assert_false(netp_http_range_resolve(&r, 0));
    assert_true(r.suffix && r.last == 5);
}

static const char *formatted(uint64_t first, uint64_t last, bool suffix)
{
    static char out[NETP_HTTP_RANGE_CAP + 1];
    struct netp_http_range range = {first, last, suffix};
    ptrdiff_t n = netp_http_range_format(&range, out);

    out[n < 0 ? 0 : n] = '\0';
    return n < 0 ? netp_errname((int)n) : out;
}

static void ranges_are_written(void **state)
{
    (void)state;
    assert_string_equal(formatted(0, 499, false), "bytes=0-499");
    assert_string_equal(formatted(9500, UINT64_MAX, false), "bytes=9500-");
    assert_string_equal(formatted(0, 500, true), "bytes=-500");
    assert_string_equal(formatted(5, 5, false), "bytes=5-5");
    assert_string_equal(formatted(0, UINT64_MAX, true), "bytes=-18446744073709551615");
    assert_string_equal(formatted(UINT64_MAX - 1, UINT64_MAX - 1, false),
                        "bytes=18446744073709551614-18446744073709551614");
    assert_string_equal(formatted(6, 5, false), "NETP_E_ARG");
}

static void content_range(struct netp_str s, struct told *told)
{
    struct netp_http_content_range r;
    char out[NETP_HTTP_CONTENT_RANGE_CAP];
    int e = netp_http_content_range_parse(s, &r);

    tell_error(told, e);
    if (e == NETP_OK) {
        ptrdiff_t n = netp_http_content_range_format(&r, out);
        assert_true(n > 0);
        tell(told, "%llu %llu %llu %.*s", (unsigned long long)r.first, (unsigned long long)r.last,
             r.length == NETP_HTTP_LENGTH_UNKNOWN ? 0 : (unsigned long long)r.length, (int)n, out);
    }
}

static void content_ranges_are_read_and_written(void **state)
{
    static const struct row rows[] = {
        /* the examples of section 14.4; an unknown length is 0 here */
        ROW("bytes 42-1233/1234", "42 1233 1234 bytes 42-1233/1234"),
        ROW("bytes 42-1233/*", "42 1233 0 bytes 42-1233/*"),
        ROW("bytes */1234", "0 0 1234 bytes */1234"),
        ROW("bytes 0-499/1234", "0 499 1234 bytes 0-499/1234"),
        ROW("Bytes 0-0/1", "0 0 1 bytes 0-0/1"),
        ROW("bytes */0", "0 0 0 bytes */0"),
        ROW("bytes 18446744073709551613-18446744073709551613/18446744073709551614",
            "18446744073709551613 18446744073709551613 18446744073709551614 "
            "bytes 18446744073709551613-18446744073709551613/18446744073709551614"),
        ROW("bytes 0-1/18446744073709551615", "NETP_E_LIMIT"),
        ROW("bytes 0-18446744073709551615/*", "NETP_E_LIMIT"),
        ROW("bytes 18446744073709551616-18446744073709551617/*", "NETP_E_LIMIT"),
        ROW("bytes */*", "NETP_E_SYNTAX"),
        ROW("bytes 5-4/10", "NETP_E_SYNTAX"),
        ROW("bytes 5-10/10", "NETP_E_SYNTAX"),
        ROW("bytes 5-9/10/11", "NETP_E_SYNTAX"),
        ROW("bytes 5-9", "NETP_E_SYNTAX"),
        ROW("bytes 5/10", "NETP_E_SYNTAX"),
        ROW("bytes -9/10", "NETP_E_SYNTAX"),
        ROW("bytes 5-/10", "NETP_E_SYNTAX"),
        ROW("bytes 5-9/", "NETP_E_SYNTAX"),
        ROW("bytes x-9/10", "NETP_E_SYNTAX"),
        ROW("bytes 5-9/x", "NETP_E_SYNTAX"),
        ROW("bytes  5-9/10", "NETP_E_SYNTAX"),
        ROW("bytes=5-9/10", "NETP_E_SYNTAX"),
        ROW("bytes", "NETP_E_SYNTAX"),
        ROW(" 5-9/10", "NETP_E_SYNTAX"),
        ROW("items 5-9/10", "NETP_E_UNSUPPORTED"),
    };
    struct netp_http_content_range r = {5, 4, 10, false};
    char out[NETP_HTTP_CONTENT_RANGE_CAP];

    (void)state;
    check_rows(content_range, rows, COUNT(rows));
    assert_int_equal(netp_http_content_range_format(&r, out), NETP_E_ARG);
    r.last = 10;
    assert_int_equal(netp_http_content_range_format(&r, out), NETP_E_ARG);
    r.length = NETP_HTTP_LENGTH_UNKNOWN;
    assert_int_equal(netp_http_content_range_format(&r, out), 12);
    r.unsatisfied = true;
    assert_int_equal(netp_http_content_range_format(&r, out), NETP_E_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_are_digits),
        cmocka_unit_test(ranges_are_parsed_and_resolved),
        cmocka_unit_test(ranges_have_bounds),
        cmocka_unit_test(ranges_are_written),
        cmocka_unit_test(content_ranges_are_read_and_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
