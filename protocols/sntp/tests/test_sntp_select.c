/* test_sntp_select.c - whom to believe: RFC 5905 section 11.2.1. SPDX-License-Identifier: MIT */
#include <netproto/sntp_select.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SAY(o, d)                                                                                  \
    {                                                                                              \
        .offset = (o), .distance = (d)                                                             \
    }
#define COUNT(a) (sizeof(a) / sizeof *(a))

static void test_none_and_one(void **state)
{
    static const struct netp_sntp_sample s[] = {SAY(-100, 7)};
    struct netp_sntp_choice c;
    bool out[1];
    (void)state;
    assert_int_equal(netp_sntp_select(s, 0, out, &c), NETP_E_ARG);
    assert_int_equal(netp_sntp_select(s, 1, out, &c), NETP_OK);
    assert_int_equal(c.agree, 1);
    assert_int_equal(c.best, 0);
    assert_int_equal(c.low, -107);
    assert_int_equal(c.high, -93);
    assert_false(out[0]);
}

/* The example of Marzullo's thesis: 8..12, 11..13, 14..15; and with 9..11. */
static void test_marzullo(void **state)
{
    static const struct netp_sntp_sample s[] = {SAY(10, 2), SAY(12, 1), SAY(14, 0)};
    struct netp_sntp_choice c;
    bool out[3];
    (void)state;
    assert_int_equal(netp_sntp_select(s, 3, out, &c), NETP_OK);
    assert_int_equal(c.low, 11);
    assert_int_equal(c.high, 12);
    assert_int_equal(c.agree, 2);
    assert_int_equal(c.best, 1);
    assert_true(!out[0] && !out[1] && out[2]);
}

static void test_a_liar_among_four(void **state)
{
    static const struct netp_sntp_sample s[] = {SAY(5000, 1), SAY(0, 10), SAY(-4, 8), SAY(6, 3)};
    struct netp_sntp_choice c;
    bool out[4];
    (void)state;
    assert_int_equal(netp_sntp_select(s, 4, out, &c), NETP_OK);
    assert_int_equal(c.low, 3);
    assert_int_equal(c.high, 4);
    assert_int_equal(c.agree, 3);
    assert_int_equal(c.best, 3);
    assert_true(out[0] && !out[1] && !out[2] && !out[3]);
}

static void test_no_majority(void **state)
{
    static const struct netp_sntp_sample two[] = {SAY(0, 1), SAY(100, 1)};
    static const struct netp_sntp_sample four[] = {SAY(0, 1), SAY(1, 1), SAY(100, 1), SAY(100, 1)};
    struct netp_sntp_choice c;
    bool out[4];
    (void)state;
    assert_int_equal(netp_sntp_select(two, 2, out, &c), NETP_E_REFUSED);
    /* Two groups of two: all between them is meant, so none is an outlier. */
    assert_int_equal(netp_sntp_select(four, 4, out, &c), NETP_E_REFUSED);
    assert_int_equal(c.low, 0);
    assert_int_equal(c.high, 101);
}

/* 0..10 and 20..30 both meet 0..30: the truth is in one of them, and both are kept. */
static void test_two_majorities(void **state)
{
    static const struct netp_sntp_sample s[] = {SAY(25, 5), SAY(15, 15), SAY(5, 5)};
    struct netp_sntp_choice c;
    bool out[3];
    (void)state;
    assert_int_equal(netp_sntp_select(s, 3, out, &c), NETP_OK);
    assert_int_equal(c.low, 0);
    assert_int_equal(c.high, 30);
    assert_int_equal(c.agree, 3);
    assert_int_equal(c.best, 0);
}

/* Intervals that only touch, meet. */
static void test_edges(void **state)
{
    static const struct netp_sntp_sample touch[] = {SAY(0, 5), SAY(10, 5)};
    static const struct netp_sntp_sample apart[] = {SAY(0, 5), SAY(11, 5)};
    static const struct netp_sntp_sample far[] = {SAY(INT64_MAX, 9), SAY(INT64_MIN, 9),
                                                  SAY(0, UINT64_MAX)};
    struct netp_sntp_choice c;
    bool out[3];
    (void)state;
    assert_int_equal(netp_sntp_select(touch, 2, out, &c), NETP_OK);
    assert_int_equal(c.low, 5);
    assert_int_equal(c.high, 5);
    assert_int_equal(netp_sntp_select(apart, 2, out, &c), NETP_E_REFUSED);
    assert_int_equal(netp_sntp_select(far, 3, out, &c), NETP_OK);
    assert_true(c.low == INT64_MIN + 1 || c.low == INT64_MIN);
    assert_true(c.high == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_and_one),      cmocka_unit_test(test_marzullo),
        cmocka_unit_test(test_a_liar_among_four), cmocka_unit_test(test_no_majority),
        cmocka_unit_test(test_two_majorities),    cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
