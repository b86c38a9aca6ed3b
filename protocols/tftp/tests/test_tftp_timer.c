/* test_tftp_timer.c - when a packet is sent again: RFC 6298. SPDX-License-Identifier: MIT */
#include "drive.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Round trips of the request and of the blocks behind it, and RTO after them by RFC 6298 sections
 * 2.2 to 2.5: SRTT + 4 RTTVAR, within the bounds. */
static const struct path {
    uint32_t min_ms, max_ms;
    uint16_t n;
    uint32_t rtt_ms[3];
    uint32_t rto_ms;
} paths[] = {
    {1, 8000, 1, {100}, 300},     {1, 8000, 2, {100, 100}, 250}, {1, 8000, 2, {80, 160}, 290},
    {1, 8000, 2, {160, 80}, 470}, {1, 8000, 2, {160, 152}, 407}, {1, 8000, 2, {160, 168}, 409},
    {1, 8000, 2, {0, 100}, 300},  {200, 8000, 1, {0}, 200},      {300, 8000, 1, {100}, 300},
    {301, 8000, 1, {100}, 301},   {1, 300, 1, {100}, 300},       {1, 299, 1, {100}, 299},
    {1, 8000, 1, {3000}, 8000},
};

static void test_sender_measures(void **state)
{
    static struct drive d;

    (void)state;
    for (const struct path *p = paths; p < paths + sizeof paths / sizeof *paths; p++) {
        drive_cfg(&d, NETP_TFTP_PUT);
        d.cfg.rto_ms = d.cfg.rto_max_ms = p->max_ms;
        d.cfg.rto_min_ms = p->min_ms;
        drive_start(&d);
        assert_int_equal(drive_send(&d), p->max_ms);
        for (uint16_t i = 0; i < p->n; i++) {
            d.now += p->rtt_ms[i];
            assert_int_equal(drive_ack(&d, i), i == 0 ? NETP_TFTP_OPTIONS : NETP_TFTP_NEED);
            assert_int_equal(drive_tick(&d), i == 0 ? NETP_TFTP_NEED : 0);
            assert_int_equal(netp_tftp_deadline(&d.m), NETP_NEVER);
            assert_int_equal(drive_give(&d, 512, false), 512);
            drive_send(&d);
        }
        assert_int_equal(netp_tftp_deadline(&d.m) - d.now, p->rto_ms);
        assert_false(netp_tftp_saw_loss(&d.m));
    }
}

static void test_receiver_measures(void **state)
{
    static struct drive d;

    (void)state;
    drive_cfg(&d, NETP_TFTP_GET);
    drive_start(&d);
    drive_send(&d);
    d.now += 160;
    assert_int_equal(drive_data(&d, 1, 512), NETP_TFTP_OPTIONS);
    assert_int_equal(drive_data(&d, 1, 512), NETP_TFTP_DATA);
    assert_int_equal(drive_send(&d), 480);
    d.now += 80;
    assert_int_equal(drive_data(&d, 2, 512), NETP_TFTP_DATA);
    assert_int_equal(drive_send(&d), 470);
    assert_false(netp_tftp_saw_loss(&d.m));
}

/* RFC 6298 section 3: what answers an ACK that was sent twice is not timed; what follows is. */
static void test_receiver_repeats(void **state)
{
    static struct drive d;

    (void)state;
    drive_cfg(&d, NETP_TFTP_GET);
    drive_start(&d);
    drive_send(&d);
    assert_int_equal(drive_data(&d, 1, 512), NETP_TFTP_OPTIONS);
    assert_int_equal(drive_data(&d, 1, 512), NETP_TFTP_DATA);
    drive_send(&d);
    assert_false(netp_tftp_saw_loss(&d.m));
    d.now += 150;
    assert_int_equal(drive_data(&d, 1, 512), 0);
    assert_true(netp_tftp_saw_loss(&d.m));
    drive_send(&d);
    d.now += 100;
    assert_int_equal(drive_data(&d, 2, 512), NETP_TFTP_DATA);
    assert_int_equal(drive_send(&d), 200);
    d.now += 100;
    assert_int_equal(drive_data(&d, 3, 512), NETP_TFTP_DATA);
    assert_int_equal(drive_send(&d), 300);
}

/* RFC 2347: an OACK that comes twice is answered twice. */
static void test_receiver_repeats_first(void **state)
{
    static const uint8_t oack[] = "\0\6windowsize\0002";
    static struct drive d;

    (void)state;
    drive_cfg(&d, NETP_TFTP_GET);
    d.cfg.windowsize = 2;
    drive_start(&d);
    drive_send(&d);
    assert_int_equal(drive_in(&d, &drive_peer, oack, sizeof oack), NETP_TFTP_OPTIONS);
    drive_send(&d);
    d.now += 150;
    assert_int_equal(drive_in(&d, &drive_peer, oack, sizeof oack), 0);
    drive_send(&d);
    d.now += 100;
    assert_int_equal(drive_data(&d, 1, 512), NETP_TFTP_DATA);
    assert_int_equal(netp_tftp_deadline(&d.m) - d.now, 200);
}

/* RFC 6298 sections 3 and 5.5: the RTO that was doubled stays, until a block that was sent once has
 * been acknowledged. */
static void test_sender_repeats(void **state)
{
    static struct drive d;

    (void)state;
    drive_cfg(&d, NETP_TFTP_PUT);
    drive_start(&d);
    drive_send(&d);
    d.now += 100;
    assert_int_equal(drive_ack(&d, 0), NETP_TFTP_OPTIONS);
    assert_int_equal(drive_tick(&d), NETP_TFTP_NEED);
    drive_give(&d, 512, false);
    assert_int_equal(drive_send(&d), 300);
    d.now += 300;
    assert_int_equal(drive_tick(&d), 0);
    assert_int_equal(drive_send(&d), 600);
    d.now += 10;
    assert_int_equal(drive_ack(&d, 1), NETP_TFTP_NEED);
    drive_give(&d, 512, false);
    assert_int_equal(drive_send(&d), 600);
    d.now += 100;
    assert_int_equal(drive_ack(&d, 2), NETP_TFTP_NEED);
    drive_give(&d, 512, false);
    assert_int_equal(drive_send(&d), 250);
}

/* RFC 7440 section 4 and RFC 6298 section 3: an ACK within the window sends the rest of it again,
 * so nothing in flight is timed any more. */
static void test_window(void **state)
{
    static const uint8_t oack[] = "\0\6windowsize\0002";
    static struct drive d;

    (void)state;
    drive_cfg(&d, NETP_TFTP_PUT);
    d.cfg.windowsize = 2;
    d.cfg.rto_min_ms = 1;
    drive_start(&d);
    drive_send(&d);
    d.now += 100;
    assert_int_equal(drive_in(&d, &drive_peer, oack, sizeof oack), NETP_TFTP_OPTIONS);
    assert_int_equal(drive_tick(&d), NETP_TFTP_NEED);
    drive_give(&d, 1024, false);
    assert_int_equal(drive_send(&d), 300);
    assert_false(netp_tftp_saw_loss(&d.m));
    d.now += 100;
    assert_int_equal(drive_ack(&d, 1), NETP_TFTP_NEED); /* block 1 was the one timed */
    assert_true(netp_tftp_saw_loss(&d.m));
    drive_give(&d, 512, false);
    assert_int_equal(drive_send(&d), 250); /* 2 again, and 3, which is timed */
    d.now += 20;
    assert_int_equal(drive_ack(&d, 2), NETP_TFTP_NEED);
    drive_give(&d, 512, false);
    assert_int_equal(drive_send(&d), 250); /* 3 again, and 4 */
    d.now += 20;
    assert_int_equal(drive_ack(&d, 3), NETP_TFTP_NEED);
    drive_give(&d, 512, false);
    assert_int_equal(drive_send(&d), 250);
}

/* RFC 6298 section 5.5: twice as long each time, up to the bound. */
static void test_backoff(void **state)
{
    static const uint32_t waits[] = {4000, 8000, 8001, 8001};
    static struct drive d;

    (void)state;
    drive_cfg(&d, NETP_TFTP_GET);
    d.cfg.rto_ms = 4000;
    d.cfg.rto_max_ms = 8001;
    drive_start(&d);
    for (unsigned i = 0; i < sizeof waits / sizeof *waits; i++) {
        assert_int_equal(drive_send(&d), waits[i]);
        assert_int_equal(netp_tftp_saw_loss(&d.m), i > 0);
        d.now += waits[i] - 1;
        assert_int_equal(drive_tick(&d), 0);
        assert_int_equal(netp_tftp_want(&d.m), NETP_WANT_IN);
        d.now++;
        assert_int_equal(drive_tick(&d), 0);
        assert_int_equal(netp_tftp_want(&d.m), NETP_WANT_IN | NETP_WANT_OUT);
    }
}

/* Not NETP_NEVER, which would be no deadline at all, nor a wrap. */
static void test_end_of_time(void **state)
{
    static struct drive d;

    (void)state;
    drive_cfg(&d, NETP_TFTP_GET);
    d.now = NETP_NEVER - 1001;
    drive_start(&d);
    assert_int_equal(drive_send(&d), 1000);
    d.now++;
    assert_int_equal(drive_data(&d, 1, 512), NETP_TFTP_OPTIONS);
    assert_int_equal(drive_data(&d, 1, 512), NETP_TFTP_DATA);
    d.now = NETP_NEVER - 150;
    assert_int_equal(drive_send(&d), 149);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sender_measures),  cmocka_unit_test(test_receiver_measures),
        cmocka_unit_test(test_receiver_repeats), cmocka_unit_test(test_receiver_repeats_first),
        cmocka_unit_test(test_sender_repeats),   cmocka_unit_test(test_window),
        cmocka_unit_test(test_backoff),          cmocka_unit_test(test_end_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
