/* test_sntp_time.c - stamps and dates: RFC 5905 section 6, figure 4. SPDX-License-Identifier: MIT
 */
#include <netproto/sntp.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* "Interesting historic NTP dates", with their Unix times. */
static const struct {
    int64_t s;
    uint32_t ntp;
    int64_t pivot;
} dates[] = {
    {-2208988800, 0, -2208988800},    /* 1 Jan 1900: the first day of era 0 */
    {0, 2208988800u, 0},              /* 1 Jan 1970 */
    {63072000, 2272060800u, 0},       /* 1 Jan 1972: the first day of UTC */
    {946598400, 3155587200u, 0},      /* 31 Dec 1999 */
    {2085978496 - 1, 0xffffffffu, 0}, /* 7 Feb 2036 06:28:15: the last second of era 0 */
    {2085978496, 0, 0},               /* 06:28:16: the first of era 1 */
    {2086041600, 63104u, 0},          /* 8 Feb 2036: the first day of era 1 */
    {NETP_SNTP_PIVOT_1968, 0x80000000u, NETP_SNTP_PIVOT_1968},
    {4233462143, 0x7fffffffu, NETP_SNTP_PIVOT_1968}, /* 26 Feb 2104 09:42:23 */
};

static void test_dates_of_the_rfc(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dates); i++) {
        uint64_t stamp = (uint64_t)dates[i].ntp << 32;
        uint32_t ns = 1;
        assert_int_equal(netp_sntp_from_unix(dates[i].s, 0), stamp);
        assert_int_equal(netp_sntp_to_unix(stamp, dates[i].pivot, &ns), dates[i].s);
        assert_int_equal(ns, 0);
        assert_int_equal(netp_sntp_to_unix(stamp, dates[i].s, NULL), dates[i].s);
    }
}

static void test_the_pivot_is_the_first_date(void **state)
{
    static const int64_t pivots[] = {-1, 0, 1700000000, 4294967295, 4294967296, 10000000000};
    (void)state;
    for (size_t i = 0; i < COUNT(pivots); i++) {
        uint64_t stamp = netp_sntp_from_unix(pivots[i], 0);
        assert_int_equal(netp_sntp_to_unix(stamp, pivots[i], NULL), pivots[i]);
        stamp = netp_sntp_from_unix(pivots[i] - 1, 999999999);
        assert_int_equal(netp_sntp_to_unix(stamp, pivots[i], NULL), pivots[i] + 4294967295);
    }
}

static void test_nanoseconds(void **state)
{
    uint32_t ns;
    (void)state;
    assert_int_equal(netp_sntp_from_unix(-2208988800, 500000000), 0x80000000u);
    assert_int_equal(netp_sntp_from_unix(-2208988800, 250000000), 0x40000000u);
    netp_sntp_to_unix(0xffffffffu, 0, &ns);
    assert_int_equal(ns, 999999999);
    for (uint32_t v = 0; v < 1000000000; v += 99991) {
        assert_int_equal(netp_sntp_to_unix(netp_sntp_from_unix(1, v), 0, &ns), 1);
        assert_int_equal(ns, v);
    }
    assert_int_equal(netp_sntp_to_unix(netp_sntp_from_unix(1, 999999999), 0, &ns), 1);
    assert_int_equal(ns, 999999999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates_of_the_rfc),
        cmocka_unit_test(test_the_pivot_is_the_first_date),
        cmocka_unit_test(test_nanoseconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
