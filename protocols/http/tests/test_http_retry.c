/* test_http_retry.c - another try, and when: RFC 9110 section 10.2.3.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_retry.h>

static void some_failures_pass(void **state)
{
    static const unsigned passing[] = {408, 429, 500, 502, 503, 504};

    (void)state;
    for (unsigned status = 100; status < 1000; status++) {
        bool passes = false;
        for (size_t i = 0; i < COUNT(passing); i++) {
            passes = passes || status == passing[i];
        }
        assert_int_equal(netp_http_retry_status(status), passes);
    }
    for (int e = -100; e <= 0; e++) {
        assert_int_equal(netp_http_retry_error(e),
                         e == NETP_E_TRUNCATED || e == NETP_E_TIMEOUT || e == NETP_E_IO);
    }
}

static void retry_after(struct netp_str s, struct told *told)
{
    uint64_t ms = 7;
    int r = netp_http_retry_after(s, 784111777, &ms); /* Sun, 06 Nov 1994 08:49:37 */

    tell_error(told, r);
    tell(told, "%llu", (unsigned long long)ms);
}

static void retry_after_is_seconds_or_a_date(void **state)
{
    static const struct row rows[] = {
        ROW("120", "120000"), /* section 10.2.3 */
        ROW("0", "0"),
        ROW("007", "7000"),
        ROW("4294967295", "4294967295000"),
        ROW("4294967296", "4294967295000"),
        ROW("99999999999999999999999", "4294967295000"),
        ROW("Sun, 06 Nov 1994 08:49:38 GMT", "1000"),
        ROW("Sun, 06 Nov 1994 08:49:37 GMT", "0"),
        ROW("Fri, 31 Dec 1993 23:59:59 GMT", "0"),
        ROW("Sunday, 06-Nov-94 08:50:37 GMT", "60000"),
        ROW("Fri, 31 Dec 9999 23:59:59 GMT", "4294967295000"),
        ROW("", "NETP_E_SYNTAX7"),
        ROW("-1", "NETP_E_SYNTAX7"),
        ROW("1.5", "NETP_E_SYNTAX7"),
        ROW("soon", "NETP_E_SYNTAX7"),
    };
    uint64_t ms;

    (void)state;
    check_rows(retry_after, rows, COUNT(rows));
    assert_int_equal(
        netp_http_retry_after(NETP_STR("Fri, 31 Dec 9999 23:59:59 GMT"), INT64_MIN, &ms), NETP_OK);
    assert_int_equal(ms, 4294967295000);
}

/* The longest and the shortest delay of each try. */
static void delays_double_up_to_a_limit(void **state)
{
    static const uint64_t most[] = {1000, 1000, 2000, 4000, 8000, 10000, 10000};

    (void)state;
    for (unsigned i = 0; i < COUNT(most); i++) {
        uint64_t least = NETP_NEVER;
        for (uint32_t random = 0; random <= most[i]; random++) {
            uint64_t ms = netp_http_retry_delay(i, random, 0, 1000, 10000);
            assert_true(ms >= most[i] / 2 && ms <= most[i]);
            least = ms < least ? ms : least;
        }
        assert_int_equal(netp_http_retry_delay(i, 0, 0, 1000, 10000), most[i]);
        assert_int_equal(least, most[i] / 2);
    }
    assert_int_equal(netp_http_retry_delay(UINT32_MAX, 0, 0, 1, UINT32_MAX), UINT32_MAX);
    assert_int_equal(netp_http_retry_delay(UINT32_MAX, 0, 0, 0, 10), 0);
    assert_int_equal(netp_http_retry_delay(3, 0, 0, 1000, 0), 0);
    assert_int_equal(netp_http_retry_delay(1, 0, 0, 1000, 999), 999);
    assert_int_equal(netp_http_retry_delay(1, 1, 0, 1, 9), 1);
}

static void the_server_may_want_longer(void **state)
{
    (void)state;
    assert_int_equal(netp_http_retry_delay(1, 0, 999, 1000, 10000), 1000);
    assert_int_equal(netp_http_retry_delay(1, 0, 1001, 1000, 10000), 1001);
    assert_int_equal(netp_http_retry_delay(1, 500, 700, 1000, 10000), 700);
    assert_int_equal(netp_http_retry_delay(9, 0, 10000, 1000, 10000), 10000);
    assert_true(netp_http_retry_delay(1, 0, 10001, 1000, 10000) == NETP_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_failures_pass),
        cmocka_unit_test(retry_after_is_seconds_or_a_date),
        cmocka_unit_test(delays_double_up_to_a_limit),
        cmocka_unit_test(the_server_may_want_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
