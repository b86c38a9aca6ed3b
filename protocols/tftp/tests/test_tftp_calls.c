/* test_tftp_calls.c - the machine's calls in an order, or with arguments, that a transcript does
 * not make. SPDX-License-Identifier: MIT */
#include "drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The first DATA of the file, and all that it leads to; the ACK waits to be sent. */
static void receive_first(struct drive *d, size_t n)
{
    drive_cfg(d, NETP_TFTP_GET);
    drive_start(d);
    drive_send(d);
    assert_int_equal(drive_data(d, 1, n), NETP_TFTP_OPTIONS);
    assert_int_equal(drive_data(d, 1, n), NETP_TFTP_DATA);
}

/* A writer whose server has answered without options; NEED is open. */
static void begin_put(struct drive *d)
{
    drive_start(d);
    drive_send(d);
    assert_int_equal(drive_ack(d, 0), NETP_TFTP_OPTIONS);
    assert_int_equal(drive_tick(d), NETP_TFTP_NEED);
}

/* RFC 1350 section 7: the text of the peer's ERROR is for people; 128 bytes of it are kept. */
static void test_peer_message(void **state)
{
    static uint8_t error[4 + 200] = {0, NETP_TFTP_ERROR, 0, NETP_TFTP_ACCESS};
    static struct drive d;
    static const size_t sizes[] = {0, 1, 127, 128, 129, 200};

    (void)state;
    memset(error + 4, 'e', sizeof error - 4);
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t kept = sizes[i] < 128 ? sizes[i] : 128;
        struct netp_str s;

        drive_cfg(&d, NETP_TFTP_GET);
        drive_start(&d);
        drive_send(&d);
        assert_int_equal(netp_tftp_peer_message(&d.m).n, 0);
        assert_int_equal(drive_in(&d, &drive_peer, error, 4 + sizes[i]), NETP_E_REFUSED);
        s = netp_tftp_peer_message(&d.m);
        assert_int_equal(s.n, kept);
        assert_memory_equal(s.p, error + 4, kept);
    }
}

/* What is sent is cut there, too. */
static void test_own_message(void **state)
{
    static char text[200];
    static struct drive d;
    struct netp_out out;

    (void)state;
    for (size_t n = 127; n < 131; n++) {
        size_t kept = n < 128 ? n : 128;

        memset(text, 't', n);
        text[n] = '\0';
        receive_first(&d, 512);
        assert_int_equal(netp_tftp_abort(&d.m, NETP_TFTP_EXISTS, text, d.now), NETP_OK);
        assert_int_equal(netp_tftp_peer_message(&d.m).n, 0);
        assert_int_equal(netp_tftp_out(&d.m, &out, 1), 1);
        assert_int_equal(out.n, 4 + kept + 1);
        assert_memory_equal(out.p, "\0\5\0\6", 4);
        assert_memory_equal(out.p + 4, text, kept);
        assert_int_equal(out.p[4 + kept], '\0');
    }
}

/* Law 6 of netp.h: a clock that goes back stands still. */
static void test_clock(void **state)
{
    static struct drive d;

    (void)state;
    drive_cfg(&d, NETP_TFTP_PUT);
    drive_start(&d);
    netp_tftp_sent(&d.m, 1, d.now - 1);
    assert_int_equal(netp_tftp_deadline(&d.m), d.now + 1000);
    assert_int_equal(drive_ack(&d, 0), NETP_TFTP_OPTIONS);
    assert_int_equal(drive_tick(&d), NETP_TFTP_NEED);
    d.now += 50;
    assert_int_equal(drive_give(&d, 1, true), 1);
    netp_tftp_sent(&d.m, 1, d.now - 50);
    assert_int_equal(netp_tftp_deadline(&d.m), d.now + 200);

    drive_cfg(&d, NETP_TFTP_SERVE);
    drive_start(&d);
    assert_int_equal(drive_request(&d, NETP_TFTP_RRQ), NETP_TFTP_REQUEST);
    d.now += 50;
    assert_int_equal(netp_tftp_accept(&d.m, 1, d.now), NETP_OK);
    netp_tftp_sent(&d.m, 1, d.now - 50);
    assert_int_equal(netp_tftp_deadline(&d.m), d.now + 1000);
}

/* A driver may say that more was sent than there was. */
static void test_sent_too_many(void **state)
{
    static struct drive d;

    (void)state;
    receive_first(&d, 512);
    netp_tftp_sent(&d.m, 3, d.now);
    assert_int_equal(netp_tftp_want(&d.m), NETP_WANT_IN);
    d.now += 1;
    netp_tftp_sent(&d.m, 1, d.now);
    assert_int_equal(netp_tftp_deadline(&d.m), d.now - 1 + 200);
    assert_int_equal(drive_data(&d, 2, 512), NETP_TFTP_DATA);
}

/* RFC 1350 section 4: a stranger gets ERROR 5 while the transfer goes on: neither keeps the other
 * from being sent. */
static void test_stranger_waits(void **state)
{
    static const uint8_t oack[] = "\0\6windowsize\0004";
    static struct drive d;
    struct netp_out out[4];

    (void)state;
    drive_cfg(&d, NETP_TFTP_SERVE);
    drive_start(&d);
    assert_int_equal(drive_request(&d, NETP_TFTP_RRQ), NETP_TFTP_REQUEST);
    assert_int_equal(drive_intrude(&d), 0);
    assert_int_equal(netp_tftp_accept(&d.m, 1, d.now), NETP_OK);
    assert_int_equal(netp_tftp_out(&d.m, out, 4), 2);
    drive_send(&d);
    assert_int_equal(drive_intrude(&d), 0);
    d.now += 1000;
    assert_int_equal(drive_tick(&d), 0); /* the OACK again */
    assert_int_equal(netp_tftp_out(&d.m, out, 4), 2);
    assert_int_equal(out[0].to->port, drive_stranger.port);
    assert_int_equal(out[1].to->port, drive_peer.port);

    drive_cfg(&d, NETP_TFTP_GET);
    d.cfg.windowsize = 4;
    drive_start(&d);
    drive_send(&d);
    assert_int_equal(drive_in(&d, &drive_peer, oack, sizeof oack), NETP_TFTP_OPTIONS);
    drive_send(&d);
    assert_int_equal(drive_data(&d, 1, 512), NETP_TFTP_DATA);
    assert_int_equal(drive_intrude(&d), 0);
    assert_int_equal(drive_data(&d, 3, 512), 0); /* a gap */
    assert_int_equal(netp_tftp_out(&d.m, out, 4), 2);
}

/* Of an IPv4 address four bytes count, of an IPv6 address sixteen; its zone does not, since not
 * every socket tells it. */
static void test_same_host(void **state)
{
    static const struct netp_addr server6 = {{0xfe, 0x80, [15] = 1}, 0, 69, 6};
    static struct drive d;
    struct netp_addr from;

    (void)state;
    drive_cfg(&d, NETP_TFTP_PUT);
    drive_start(&d);
    from = drive_peer;
    memset(from.ip + 4, 0xff, sizeof from.ip - 4);
    assert_int_equal(drive_in(&d, &from, "\0\4\0\0", 4), NETP_TFTP_OPTIONS);

    drive_cfg(&d, NETP_TFTP_PUT);
    d.cfg.server = server6;
    drive_start(&d);
    from = server6;
    from.ip[15] = 2;
    assert_int_equal(drive_in(&d, &from, "\0\4\0\0", 4), 0);
    from = server6;
    from.fam = 4;
    assert_int_equal(drive_in(&d, &from, "\0\4\0\0", 4), 0);
    from = server6;
    from.scope = UINT32_MAX;
    assert_int_equal(drive_in(&d, &from, "\0\4\0\0", 4), NETP_TFTP_OPTIONS);
}

/* RFC 1350 section 7: who has sent ERROR is gone, and waits for no ACK. */
static void test_error_before_last_ack(void **state)
{
    static struct drive d;

    (void)state;
    receive_first(&d, 1);
    assert_int_equal(drive_tick(&d), NETP_TFTP_DONE);
    assert_int_equal(netp_tftp_want(&d.m), NETP_WANT_IN | NETP_WANT_OUT);
    assert_int_equal(drive_in(&d, &drive_peer, "\0\5\0\0", 5), 0);
    assert_int_equal(netp_tftp_want(&d.m), NETP_CLOSED);
    assert_int_equal(netp_tftp_deadline(&d.m), NETP_NEVER);
}

static void test_give(void **state)
{
    static struct drive d;

    (void)state;
    drive_cfg(&d, NETP_TFTP_PUT);
    begin_put(&d);
    assert_int_equal(drive_give(&d, 0, false), NETP_E_ARG);
    assert_int_equal(netp_tftp_give(&d.m, "", (size_t)PTRDIFF_MAX + 1, true, d.now), NETP_E_ARG);
    assert_int_equal(drive_give(&d, 600, true), 512);
    assert_int_equal(drive_give(&d, 88, true), NETP_E_STATE); /* NEED is not open */
    assert_false(netp_tftp_saw_loss(&d.m));
    assert_int_equal(drive_ack(&d, 0), 0); /* of what was acknowledged before */
    assert_true(netp_tftp_saw_loss(&d.m));

    drive_cfg(&d, NETP_TFTP_PUT);
    d.cfg.flags = NETP_TFTP_LEND;
    begin_put(&d);
    assert_int_equal(drive_give(&d, 511, false), NETP_E_ARG);
    assert_true(netp_tftp_give(&d.m, "", PTRDIFF_MAX, true, d.now) == PTRDIFF_MAX);
    netp_tftp_sent(&d.m, 1, d.now);
    assert_int_equal(netp_tftp_want(&d.m), NETP_WANT_IN); /* the window is full */
}

/* A text is longer on the wire than in memory, so it is copied although the server lends files. */
static void test_text_is_not_lent(void **state)
{
    static const uint8_t rrq[] = "\0\1f\0netascii";
    static struct drive d;
    struct netp_out out;

    (void)state;
    drive_cfg(&d, NETP_TFTP_SERVE);
    d.cfg.flags = NETP_TFTP_LEND;
    drive_start(&d);
    assert_int_equal(drive_in(&d, &drive_peer, rrq, sizeof rrq), NETP_TFTP_REQUEST);
    assert_int_equal(netp_tftp_accept(&d.m, 1, d.now), NETP_OK);
    assert_int_equal(drive_tick(&d), NETP_TFTP_NEED);
    assert_int_equal(netp_tftp_give(&d.m, "\n", 1, true, d.now), 1);
    assert_int_equal(netp_tftp_out(&d.m, &out, 1), 1);
    assert_int_equal(out.n, 6);
    assert_memory_equal(out.p, "\0\3\0\1\r\n", 6);
}

/* A window of lent blocks is shown as pairs of header and payload, cut anywhere; the headers have
 * their place in mem. */
static void test_lent_window(void **state)
{
    static const uint8_t oack[] = "\0\6blksize\0008\0windowsize\000129";
    static const uint8_t file[129 * 8];
    static struct drive d;
    struct netp_out out[300];

    (void)state;
    drive_cfg(&d, NETP_TFTP_PUT);
    d.cfg.flags = NETP_TFTP_LEND;
    d.cfg.blksize = 8;
    d.cfg.windowsize = 129;
    d.cfg.memlen = NETP_TFTP_MEM_LEND(129);
    drive_start(&d);
    drive_send(&d);
    assert_int_equal(drive_in(&d, &drive_peer, oack, sizeof oack), NETP_TFTP_OPTIONS);
    assert_int_equal(drive_tick(&d), NETP_TFTP_NEED);
    assert_int_equal(netp_tftp_give(&d.m, file, sizeof file, false, d.now), sizeof file);
    for (size_t nv = 1; nv < 4; nv++) {
        assert_int_equal(netp_tftp_out(&d.m, out, nv), nv);
    }
    assert_int_equal(netp_tftp_out(&d.m, out, 300), 2 * 129);
    for (unsigned i = 0; i < 129; i++) {
        const struct netp_out *head = &out[2 * i], *payload = head + 1;

        assert_true(head->p >= d.mem && head->p + 4 <= d.mem + d.cfg.memlen);
        assert_int_equal(head->p[3], (uint8_t)(i + 1));
        assert_ptr_equal(payload->p, file + (size_t)8 * i);
        assert_int_equal(payload->n, 8);
    }
}

/* NEED is answered after ACKs of what it asks for: of the bytes given, those are not looked at. A
 * window of three blocks of 8 bytes has been sent, and the first is acknowledged. */
static void lend_window(struct drive *d)
{
    static const uint8_t oack[] = "\0\6blksize\0008\0windowsize\0003";

    drive_cfg(d, NETP_TFTP_PUT);
    d->cfg.flags = NETP_TFTP_LEND;
    d->cfg.blksize = 8;
    d->cfg.windowsize = 3;
    drive_start(d);
    drive_send(d);
    assert_int_equal(drive_in(d, &drive_peer, oack, sizeof oack), NETP_TFTP_OPTIONS);
    assert_int_equal(drive_tick(d), NETP_TFTP_NEED);
    assert_int_equal(drive_give(d, 24, false), 24);
    drive_send(d);
    assert_int_equal(drive_ack(d, 1), NETP_TFTP_NEED);
    assert_int_equal(d->ev.u.need.offset, 8);
}

static void test_lent_late(void **state)
{
    static struct drive d;
    struct netp_out out[2];

    (void)state;
    lend_window(&d);
    assert_int_equal(drive_ack(&d, 3), 0);
    assert_int_equal(drive_give(&d, 8, true), NETP_E_ARG); /* the file has shrunk */
    assert_int_equal(drive_give(&d, 8, false), 8);
    assert_int_equal(netp_tftp_want(&d.m), NETP_WANT_IN);
    assert_int_equal(drive_tick(&d), NETP_TFTP_NEED);
    assert_int_equal(d.ev.u.need.offset, 24);
    assert_int_equal(d.ev.u.need.max, 24);
    assert_int_equal(drive_give(&d, 3, true), 3);
    assert_int_equal(netp_tftp_out(&d.m, out, 2), 2);
    assert_int_equal(out[0].p[3], 4);
    assert_int_equal(out[1].n, 3);

    lend_window(&d);
    assert_int_equal(drive_give(&d, 8, false), 8); /* and block 3 is still under way */
    assert_int_equal(drive_ack(&d, 3), NETP_TFTP_NEED);
    assert_int_equal(d.ev.u.need.offset, 24);
    assert_int_equal(netp_tftp_out(&d.m, out, 2), 0);
    assert_int_equal(drive_give(&d, 8, false), 8);
    assert_int_equal(netp_tftp_out(&d.m, out, 2), 2);
    assert_int_equal(out[0].p[3], 4);
}

/* With the flag the block after 65535 is 1, so there is no 0, on either side. */
static void test_wrap(void **state)
{
    static struct drive d;

    (void)state;
    drive_cfg(&d, NETP_TFTP_PUT);
    d.cfg.flags = NETP_TFTP_WRAP_TO_1;
    begin_put(&d);
    for (uint32_t i = 1; i <= 65536; i++) {
        struct netp_out out;

        assert_int_equal(drive_give(&d, 512, false), 512);
        assert_int_equal(netp_tftp_out(&d.m, &out, 1), 1);
        assert_int_equal(out.p[2] << 8 | out.p[3], i > 65535 ? 1 : i);
        netp_tftp_sent(&d.m, 1, d.now);
        assert_int_equal(drive_ack(&d, (uint16_t)(i > 65535 ? 1 : i)), NETP_TFTP_NEED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peer_message),
        cmocka_unit_test(test_own_message),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_sent_too_many),
        cmocka_unit_test(test_stranger_waits),
        cmocka_unit_test(test_same_host),
        cmocka_unit_test(test_error_before_last_ack),
        cmocka_unit_test(test_give),
        cmocka_unit_test(test_text_is_not_lent),
        cmocka_unit_test(test_lent_window),
        cmocka_unit_test(test_lent_late),
        cmocka_unit_test(test_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
