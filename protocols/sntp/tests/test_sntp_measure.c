/* test_sntp_measure.c - offset, delay and distance of one exchange: RFC 5905 sections 8 and 11.1.
 * SPDX-License-Identifier: MIT */
#include <netproto/sntp.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define S NETP_SNTP_SECOND

static struct netp_sntp_reply reply(uint64_t t1, uint64_t t2, uint64_t t3, netp_ms elapsed)
{
    struct netp_sntp_reply r = {.asked = t1, .elapsed = elapsed};

    r.packet.receive = t2;
    r.packet.transmit = t3;
    r.packet.precision = -20;
    return r;
}

/* The server is 10 s ahead; 1 s there, 3 s back, 2 s held: ((T2 - T1) + (T3 - T4)) / 2 is 9 s, and
 * (T4 - T1) - (T3 - T2) 4 s. */
static void test_the_formulas(void **state)
{
    struct netp_sntp_reply r = reply(100 * S, 111 * S, 113 * S, 6000);
    struct netp_sntp_sample s;
    (void)state;
    assert_int_equal(netp_sntp_measure(&r, 106 * S, &s), NETP_OK);
    assert_true(s.offset == 9 * (int64_t)S);
    assert_true(s.delay == 4 * S);
    r.packet.root_delay = 0x8000;      /* 1/2 s */
    r.packet.root_dispersion = 0x4000; /* 1/4 s */
    assert_int_equal(netp_sntp_measure(&r, 106 * S, &s), NETP_OK);
    assert_true(s.dispersion == S / 4 + S / 1048576 + 6 * 65536);
    assert_true(s.distance == s.dispersion + S / 4 + 2 * S);
}

static void test_behind_and_over_the_eras(void **state)
{
    /* The server is 70 s behind, on the other side of 2036. */
    struct netp_sntp_reply r = reply(5 * S, 0 - 64 * S, 0 - 64 * S, 2000);
    struct netp_sntp_sample s;
    (void)state;
    assert_int_equal(netp_sntp_measure(&r, 7 * S, &s), NETP_OK);
    assert_true(s.offset == -70 * (int64_t)S);
    assert_true(s.delay == 2 * S);
    /* As far as a difference reaches: 68 years ahead, and behind. */
    r = reply(0, 0x7fffffff00000000u, 0x7fffffff00000000u, 0);
    assert_int_equal(netp_sntp_measure(&r, 0, &s), NETP_OK);
    assert_true(s.offset == 0x7fffffff00000000);
    r = reply(0, 0x8000000000000000u, 0x8000000000000000u, 0);
    assert_int_equal(netp_sntp_measure(&r, 0, &s), NETP_OK);
    assert_true(s.offset == INT64_MIN);
    /* A clock that begins with 1970 asks in 2026: the sum is the server's stamp. */
    r = reply(netp_sntp_from_unix(0, 0), netp_sntp_from_unix(1800000000, 0),
              netp_sntp_from_unix(1800000000, 0), 0);
    assert_int_equal(netp_sntp_measure(&r, r.asked, &s), NETP_OK);
    assert_int_equal(netp_sntp_to_unix(r.asked + (uint64_t)s.offset, 1700000000, NULL), 1800000000);
}

/* The server held it for longer than the whole took: by no more than a tick of its clock. */
static void test_a_coarse_clock(void **state)
{
    struct netp_sntp_reply r = reply(0, 0, S / 64, 0);
    struct netp_sntp_sample s;
    (void)state;
    r.packet.precision = -6;
    assert_int_equal(netp_sntp_measure(&r, 0, &s), NETP_OK);
    assert_true(s.delay == 0);
    assert_true(s.offset == (int64_t)S / 128);
    r.packet.precision = -7;
    assert_int_equal(netp_sntp_measure(&r, 0, &s), NETP_E_SYNTAX);
    assert_int_equal(netp_sntp_measure(&r, S / 128, &s), NETP_OK);
    assert_int_equal(netp_sntp_measure(&r, S / 128 - 1, &s), NETP_E_SYNTAX);
    r = reply(0, 0, 1, 0); /* one unit too long, and no tick at all */
    r.packet.precision = -33;
    assert_int_equal(netp_sntp_measure(&r, 0, &s), NETP_E_SYNTAX);
    assert_int_equal(netp_sntp_measure(&r, 1, &s), NETP_OK);
    r.packet.precision = -32;
    assert_int_equal(netp_sntp_measure(&r, 0, &s), NETP_OK);
}

static void test_precisions(void **state)
{
    struct netp_sntp_reply r = reply(0, 0, 0, 0);
    struct netp_sntp_sample s;
    (void)state;
    r.packet.precision = -1;
    netp_sntp_measure(&r, 0, &s);
    assert_true(s.dispersion == S / 2);
    r.packet.precision = 0;
    netp_sntp_measure(&r, 0, &s);
    assert_true(s.dispersion == S - 1);
    r.packet.precision = 127;
    netp_sntp_measure(&r, 0, &s);
    assert_true(s.dispersion == S - 1);
    r.packet.precision = -128;
    netp_sntp_measure(&r, 0, &s);
    assert_true(s.dispersion == 0);
}

/* The clock was set between request and answer: what can't have passed is doubt. */
static void test_a_step_meanwhile(void **state)
{
    struct netp_sntp_reply r = reply(100 * S, 100 * S, 100 * S, 1000);
    struct netp_sntp_sample s, t;
    uint64_t ms = S / 1000;
    (void)state;
    r.packet.precision = -33;
    assert_int_equal(netp_sntp_measure(&r, 99 * S, &s), NETP_E_ARG);
    assert_int_equal(netp_sntp_measure(&r, 100 * S, &s), NETP_OK);
    assert_in_range(s.dispersion, 998 * ms - ms / 10, 998 * ms + ms / 10);
    assert_int_equal(netp_sntp_measure(&r, 104 * S, &s), NETP_OK);
    assert_in_range(s.dispersion, 2998 * ms - ms / 10, 2998 * ms + ms / 10);
    assert_int_equal(netp_sntp_measure(&r, 101 * S + 2 * ms - ms / 10, &t), NETP_OK);
    assert_in_range(t.dispersion, 65536, 65536 + 200);
    assert_int_equal(netp_sntp_measure(&r, 101 * S - 2 * ms + ms / 10, &t), NETP_OK);
    assert_in_range(t.dispersion, 65536 - 200, 65536);
    r.elapsed = UINT64_MAX;
    assert_int_equal(netp_sntp_measure(&r, 101 * S, &s), NETP_OK);
    assert_in_range(s.dispersion, 4294000 * S, 4295000 * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_formulas),     cmocka_unit_test(test_behind_and_over_the_eras),
        cmocka_unit_test(test_a_coarse_clock),   cmocka_unit_test(test_precisions),
        cmocka_unit_test(test_a_step_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
