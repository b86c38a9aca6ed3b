/* test_http_ranges.c - what is sent for Range: RFC 9110 sections 14.2, 15.3.7 and 15.5.17.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_ranges.h>

static enum netp_http_ranges_kind choose(struct netp_http_ranges *r, struct netp_str field,
                                         uint64_t length)
{
    memset(r, 0xa5, sizeof *r);
    return netp_http_ranges_choose(r, field, length, NETP_STR("text/plain"));
}

static void tell_choice(struct netp_str field, uint64_t length, struct told *told)
{
    static const char *const names[] = {"", "whole", "one", "several", "none"};
    struct netp_http_ranges r;
    enum netp_http_ranges_kind kind = choose(&r, field, length);

    tell(told, "%s %llu", names[kind], (unsigned long long)r.length);
    for (size_t i = 0;
         (kind == NETP_HTTP_RANGES_ONE || kind == NETP_HTTP_RANGES_SEVERAL) && i < r.n; i++) {
        tell(told, " %llu-%llu", (unsigned long long)r.range[i].first,
             (unsigned long long)r.range[i].last);
    }
}

static void of_10000(struct netp_str field, struct told *told)
{
    tell_choice(field, 10000, told);
}

/* Of section 14.1.2's 10000 bytes. The parts' delimiters are 34 bytes, then 36, their fields 53 and
 * the digits of the range; the end is 40. */
static void ranges_are_chosen(void **state)
{
    static const struct row rows[] = {
        ROW("bytes=0-499", "one 500 0-499"),
        ROW("bytes=500-999", "one 500 500-999"),
        ROW("bytes=-500", "one 500 9500-9999"),
        ROW("bytes=9500-", "one 500 9500-9999"),
        ROW("bytes=0-", "one 10000 0-9999"),
        ROW("bytes=9999-20000", "one 1 9999-9999"),
        ROW("bytes=0-0,-1", "several 242 0-0 9999-9999"),
        ROW("bytes=9000-9999,500-999", "several 1744 9000-9999 500-999"), /* in their order */
        ROW("bytes=500-600,601-999", "several 742 500-600 601-999"),
        ROW("bytes=0-0,20000-", "one 1 0-0"),
        ROW("bytes=20000-,-0", "none 0"),
        ROW("bytes=10000-", "none 0"),
        ROW("bytes=-0", "none 0"),
        /* overlapping */
        ROW("bytes=500-700,601-999", "whole 10000"),
        ROW("bytes=601-999,500-601", "whole 10000"),
        ROW("bytes=0-10,20-30,10-10", "whole 10000"),
        ROW("bytes=0-10,20-30,25-26", "whole 10000"),
        ROW("bytes=0-,0-", "whole 10000"),
        ROW("bytes=5-5,0-9", "whole 10000"),
        /* as long as the whole */
        ROW("bytes=0-4999,5000-", "whole 10000"),
        ROW("bytes=0-4870,5000-9884", "several 9999 0-4870 5000-9884"),
        ROW("bytes=0-4870,5000-9885", "whole 10000"),
        /* many */
        ROW("bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,"
            "28-28,30-30",
            "several 1644 0-0 2-2 4-4 6-6 8-8 10-10 12-12 14-14 16-16 18-18 20-20 22-22 24-24 "
            "26-26 28-28 30-30"),
        ROW("bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,"
            "28-28,30-30,32-32",
            "whole 10000"),
        /* to be ignored */
        ROW("bytes=2-1", "whole 10000"),
        ROW("bytes=", "whole 10000"),
        ROW("lines=0-1", "whole 10000"),
        ROW("", "whole 10000"),
    };
    (void)state;
    check_rows(of_10000, rows, COUNT(rows));
}

static void of_nothing(struct netp_str field, struct told *told)
{
    tell_choice(field, 0, told);
}

static void of_150(struct netp_str field, struct told *told)
{
    tell_choice(field, 150, told);
}

static void of_the_longest(struct netp_str field, struct told *told)
{
    tell_choice(field, UINT64_MAX, told);
}

static void lengths_at_the_ends(void **state)
{
    static const struct row empty[] = {
        ROW("bytes=0-", "whole 0"),
        ROW("bytes=-1", "whole 0"),
        ROW("bytes=5-", "whole 0"),
    };
    /* the text of the second part alone is too much */
    static const struct row small[] = {
        ROW("bytes=0-0,2-2", "whole 150"),
        ROW("bytes=0-0", "one 1 0-0"),
    };
    static const struct row longest[] = {
        ROW("bytes=0-", "one 18446744073709551615 0-18446744073709551614"),
        ROW("bytes=-1", "one 1 18446744073709551614-18446744073709551614"),
        ROW("bytes=0-9223372036854775807,9223372036854775808-", "whole 18446744073709551615"),
    };
    (void)state;
    check_rows(of_nothing, empty, COUNT(empty));
    check_rows(of_150, small, COUNT(small));
    check_rows(of_the_longest, longest, COUNT(longest));
}

/* The example of section 15.3.7.2, but for its boundary; that of a writer is of 32 digits. */
static void parts_are_written(void **state)
{
#define B "000102030405060708090a0b0c0d0eff"
    static const char *const want[] = {
        "--" B "\r\nContent-Type: application/pdf\r\nContent-Range: bytes 500-999/8000\r\n\r\n",
        "\r\n--" B "\r\nContent-Type: application/pdf\r\nContent-Range: bytes 7000-7999/8000\r\n"
        "\r\n",
        "\r\n--" B "--\r\n",
    };
    static const uint8_t random[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255};
    struct netp_http_ranges r;
    char out[NETP_HTTP_RANGES_TEXT_CAP(15)];
    uint64_t length = 500 + 1000;

    (void)state;
    assert_int_equal(netp_http_ranges_choose(&r, NETP_STR("bytes=500-999,7000-7999"), 8000,
                                             NETP_STR("application/pdf")),
                     NETP_HTTP_RANGES_SEVERAL);
    netp_http_ranges_boundary(&r, random);
    assert_memory_equal(r.type, "multipart/byteranges; boundary=" B, sizeof r.type);
    for (size_t i = 0; i < COUNT(want); i++) {
        size_t n = strlen(want[i]);
        assert_int_equal(netp_http_ranges_text(&r, i, out, sizeof out), n);
        assert_memory_equal(out, want[i], n);
        assert_int_equal(netp_http_ranges_text(&r, i, out, n), n);
        assert_int_equal(netp_http_ranges_text(&r, i, out, n - 1), NETP_E_NOSPACE);
        length += n;
    }
    assert_true(r.length == length);
    assert_int_equal(netp_http_ranges_text(&r, 3, out, sizeof out), NETP_E_ARG);
}

/* The macro is enough for the longest numbers. */
static void longest_text_fits(void **state)
{
    struct netp_http_ranges r;
    char out[NETP_HTTP_RANGES_TEXT_CAP(10)];
    ptrdiff_t n;

    (void)state;
    assert_int_equal(
        choose(&r, NETP_STR("bytes=0-1,18446744073709551612-18446744073709551613"), UINT64_MAX - 1),
        NETP_HTTP_RANGES_SEVERAL);
    memset(r.type, 'x', sizeof r.type);
    n = netp_http_ranges_text(&r, 1, out, sizeof out);
    assert_in_range(n, (int)sizeof out - 8, sizeof out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_chosen),
        cmocka_unit_test(lengths_at_the_ends),
        cmocka_unit_test(parts_are_written),
        cmocka_unit_test(longest_text_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
