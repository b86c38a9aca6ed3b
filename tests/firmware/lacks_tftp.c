/* lacks_tftp.c - what a build of TFTP has left out is refused, or answered as by a peer that never
 * heard of it. SPDX-License-Identifier: MIT */
#include <netproto/tftp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct netp_addr peer = {{192, 0, 2, 1}, 0, 5000, 4};

static struct netp_tftp m;
static struct netp_tftp_cfg cfg;
static struct netp_tftp_ev ev;
static uint8_t mem[NETP_TFTP_MEM(512, 4)];

static void defaults(enum netp_tftp_role role)
{
    netp_tftp_cfg_init(&cfg, role);
    cfg.mem = mem;
    cfg.memlen = sizeof mem;
    cfg.file = "f";
    cfg.server = peer;
}

static int start(void)
{
    return netp_tftp_init(&m, &cfg, 1000);
}

static int take(const char *p, size_t n, netp_ms now)
{
    struct netp_in in = {(const uint8_t *)p, n, NETP_IN_DGRAM, &peer};

    return netp_tftp_next(&m, &in, now, &ev);
}
#define TAKE(literal, now) take(literal, sizeof(literal) - 1, now)

static void expect(const char *p, size_t n)
{
    struct netp_out out;

    assert_int_equal(netp_tftp_out(&m, &out, 1), 1);
    assert_int_equal(out.n, n);
    assert_memory_equal(out.p, p, n);
}
#define EXPECT(literal) expect(literal, sizeof(literal) - 1)

/* The roles that there are, and what every role can be asked for. */
static int flagged(enum netp_tftp_role role, unsigned flags)
{
    defaults(role);
    cfg.flags = flags;
    return start();
}

static void test_roles(void **state)
{
    int get = NETP_OK, put = NETP_OK, serve = NETP_OK;

    (void)state;
#ifdef NETP_TFTP_NO_CLIENT
    get = put = NETP_E_ARG;
#endif
#ifdef NETP_TFTP_NO_SEND
    put = NETP_E_ARG;
#endif
#ifdef NETP_TFTP_NO_RECEIVE
    get = NETP_E_ARG;
#endif
#ifdef NETP_TFTP_NO_SERVER
    serve = NETP_E_ARG;
#endif
    assert_int_equal(flagged(NETP_TFTP_GET, 0), get);
    assert_int_equal(flagged(NETP_TFTP_PUT, 0), put);
    assert_int_equal(flagged(NETP_TFTP_SERVE, 0), serve);
    assert_int_equal(flagged((enum netp_tftp_role)0, 0), NETP_E_ARG);
    assert_int_equal(flagged((enum netp_tftp_role)4, 0), NETP_E_ARG);
}

static void test_flags(void **state)
{
    static const enum netp_tftp_role roles[] = {NETP_TFTP_GET, NETP_TFTP_PUT, NETP_TFTP_SERVE};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
#ifdef NETP_TFTP_NO_NETASCII
        assert_int_equal(flagged(roles[i], NETP_TFTP_NETASCII), NETP_E_ARG);
#endif
#ifdef NETP_TFTP_NO_LEND
        assert_int_equal(flagged(roles[i], NETP_TFTP_LEND), NETP_E_ARG);
#endif
#ifdef NETP_TFTP_NO_WRAP_TO_1
        assert_int_equal(flagged(roles[i], NETP_TFTP_WRAP_TO_1), NETP_E_ARG);
#endif
        (void)roles;
    }
}

#ifdef NETP_TFTP_NO_SEND
#define CLIENT NETP_TFTP_GET
#else
#define CLIENT NETP_TFTP_PUT
#endif

/* A client that could not ask for what it is told to ask for. */
static void test_options_of_a_client(void **state)
{
    (void)state;
#ifndef NETP_TFTP_NO_CLIENT
    defaults(CLIENT);
    cfg.windowsize = 2;
    assert_int_equal(start(), NETP_E_ARG);
#ifdef NETP_TFTP_NO_OPTIONS
    defaults(CLIENT);
    cfg.blksize = 1024;
    assert_int_equal(start(), NETP_E_ARG);
    defaults(CLIENT);
    cfg.timeout_s = 1;
    assert_int_equal(start(), NETP_E_ARG);
    defaults(CLIENT);
    cfg.flags = NETP_TFTP_TSIZE;
    cfg.tsize = 5;
    assert_int_equal(start(), NETP_E_ARG);
#endif
#endif
}

#ifndef NETP_TFTP_NO_SERVER
#ifdef NETP_TFTP_NO_SEND
#define REQUEST  "\0\2f\0octet\0"
#define LEFT_OUT "\0\1f\0octet\0"
#else
#define REQUEST  "\0\1f\0octet\0"
#define LEFT_OUT "\0\2f\0octet\0"
#endif

/* RFC 2347: a server without an option leaves it out of its answer, or answers with none. */
static void test_options_of_a_server(void **state)
{
    (void)state;
    defaults(NETP_TFTP_SERVE);
    cfg.blksize = 64;
    cfg.windowsize = 4;
    assert_int_equal(start(), NETP_OK);
    assert_int_equal(TAKE(REQUEST "blksize\0"
                                  "64\0windowsize\0"
                                  "4\0",
                          1000),
                     NETP_TFTP_REQUEST);
    assert_int_equal(ev.u.request.windowsize, 1);
    assert_int_equal(netp_tftp_accept(&m, 600, 1000), NETP_OK);
#ifdef NETP_TFTP_NO_OPTIONS
    assert_int_equal(ev.u.request.blksize, 512);
#ifdef NETP_TFTP_NO_SEND
    EXPECT("\0\4\0\0");
#else
    assert_int_equal(netp_tftp_next(&m, NULL, 1000, &ev), NETP_TFTP_NEED);
    assert_int_equal(ev.u.need.max, 512);
#endif
#else
    EXPECT("\0\6blksize\0"
           "64\0");
#endif
}

static void test_directions(void **state)
{
    (void)state;
    defaults(NETP_TFTP_SERVE);
    assert_int_equal(start(), NETP_OK);
#if defined(NETP_TFTP_NO_SEND) || defined(NETP_TFTP_NO_RECEIVE)
    assert_int_equal(TAKE(LEFT_OUT, 1000), NETP_E_UNSUPPORTED);
    assert_int_equal(netp_tftp_fail(&m)->peer_code, NETP_TFTP_ACCESS);
#ifdef NETP_TFTP_NO_TEXT
    EXPECT("\0\5\0\2\0");
#else
    EXPECT("\0\5\0\2Access violation\0");
#endif
#endif
#ifdef NETP_TFTP_NO_SEND
    assert_int_equal(netp_tftp_give(&m, mem, 1, true, 1000), NETP_E_STATE);
#endif
    assert_int_equal(start(), NETP_OK);
    assert_int_equal(TAKE("\0\2f\0netascii\0", 1000), NETP_E_UNSUPPORTED);
#ifdef NETP_TFTP_NO_NETASCII /* a mode that nobody knows */
    EXPECT("\0\5\0\4\0");
#endif
}
#else
static void test_options_of_a_server(void **state)
{
    (void)state;
    assert_int_equal(netp_tftp_accept(&m, 0, 1000), NETP_E_STATE);
}

/* RFC 2347: options that were not asked for end the transfer, with ERROR 8. */
static void test_directions(void **state)
{
    (void)state;
    defaults(CLIENT);
    assert_int_equal(start(), NETP_OK);
    netp_tftp_sent(&m, 1, 1000);
    assert_int_equal(TAKE("\0\6blksize\0"
                          "64\0",
                          1000),
                     NETP_E_SYNTAX);
    EXPECT("\0\5\0\10\0");
}
#endif

/* Without measuring the timeout is what it was at first, and doubles until something comes. */
static void test_timeout(void **state)
{
    (void)state;
#if defined(NETP_TFTP_NO_RTT) && !defined(NETP_TFTP_NO_RECEIVE)
    static uint8_t data[4 + 512] = {0, 3, 0, 1};
#ifdef NETP_TFTP_NO_SERVER
    defaults(NETP_TFTP_GET);
    cfg.rto_ms = 700;
    assert_int_equal(start(), NETP_OK);
    netp_tftp_sent(&m, 1, 1000);
    assert_int_equal(take((const char *)data, sizeof data, 1010), NETP_TFTP_OPTIONS);
#else
    defaults(NETP_TFTP_SERVE);
    cfg.rto_ms = 700;
    assert_int_equal(start(), NETP_OK);
    assert_int_equal(TAKE("\0\2f\0octet\0", 1000), NETP_TFTP_REQUEST);
    assert_int_equal(netp_tftp_accept(&m, 0, 1000), NETP_OK);
    netp_tftp_sent(&m, 1, 1000);
    assert_int_equal(netp_tftp_deadline(&m), 1700);
#endif
    assert_int_equal(take((const char *)data, sizeof data, 1010), NETP_TFTP_DATA);
    netp_tftp_sent(&m, 1, 1020);
    assert_int_equal(netp_tftp_deadline(&m), 1720);
    assert_int_equal(netp_tftp_next(&m, NULL, 1720, &ev), 0);
    netp_tftp_sent(&m, 1, 1720);
    assert_int_equal(netp_tftp_deadline(&m), 1720 + 1400);
    data[3] = 2;
    assert_int_equal(take((const char *)data, sizeof data, 2000), NETP_TFTP_DATA);
    netp_tftp_sent(&m, 1, 2000);
    assert_int_equal(netp_tftp_deadline(&m), 2700);
#endif
}

/* A server's transfer is asked for by a request, a client's is answered: all of it by blocks of 512
 * bytes, until their numbers come again. */
#define BLOCKS 65540u

static uint8_t packet[4 + 512];

static int take_block(unsigned opcode, unsigned number, size_t n)
{
    packet[1] = (uint8_t)opcode;
    packet[2] = (uint8_t)(number >> 8);
    packet[3] = (uint8_t)number;
    return take((const char *)packet, n, 1000);
}

static void expect_block(unsigned opcode, unsigned number)
{
    struct netp_out out[2];

    assert_true(netp_tftp_out(&m, out, 2) > 0);
    assert_int_equal(out[0].p[1], opcode);
    assert_int_equal(out[0].p[2] << 8 | out[0].p[3], number & 0xffff);
    netp_tftp_sent(&m, 1, 1000);
}

static void test_sends(void **state)
{
    (void)state;
#ifndef NETP_TFTP_NO_SEND
#ifdef NETP_TFTP_NO_SERVER
    defaults(NETP_TFTP_PUT);
    assert_int_equal(start(), NETP_OK);
    expect_block(NETP_TFTP_WRQ, 'f' << 8);
    assert_int_equal(take_block(NETP_TFTP_ACK, 0, 4), NETP_TFTP_OPTIONS);
#else
    defaults(NETP_TFTP_SERVE);
    assert_int_equal(start(), NETP_OK);
    assert_int_equal(TAKE("\0\1f\0octet\0", 1000), NETP_TFTP_REQUEST);
    assert_int_equal(netp_tftp_accept(&m, 0, 1000), NETP_OK);
#endif
    assert_int_equal(netp_tftp_next(&m, NULL, 1000, &ev), NETP_TFTP_NEED);
    for (unsigned i = 1; i < BLOCKS; i++) {
        assert_int_equal(netp_tftp_give(&m, packet, 512, false, 1000), 512);
        expect_block(NETP_TFTP_OP_DATA, i);
        assert_int_equal(take_block(NETP_TFTP_ACK, i - 1, 4), 0);
        assert_int_equal(take_block(NETP_TFTP_ACK, i, 4), NETP_TFTP_NEED);
        assert_int_equal(ev.u.need.offset, i * 512u);
    }
    assert_int_equal(netp_tftp_give(&m, packet, 0, true, 1000), 0);
    expect_block(NETP_TFTP_OP_DATA, BLOCKS);
    assert_int_equal(take_block(NETP_TFTP_ACK, BLOCKS, 4), NETP_TFTP_DONE);
    assert_int_equal(netp_tftp_want(&m), NETP_CLOSED);
#endif
}

static void test_receives(void **state)
{
    (void)state;
#ifndef NETP_TFTP_NO_RECEIVE
#ifdef NETP_TFTP_NO_SERVER
    defaults(NETP_TFTP_GET);
    assert_int_equal(start(), NETP_OK);
    expect_block(NETP_TFTP_RRQ, 'f' << 8);
    assert_int_equal(take_block(NETP_TFTP_OP_DATA, 1, 516), NETP_TFTP_OPTIONS);
#else
    defaults(NETP_TFTP_SERVE);
    assert_int_equal(start(), NETP_OK);
    assert_int_equal(TAKE("\0\2f\0octet\0", 1000), NETP_TFTP_REQUEST);
    assert_int_equal(netp_tftp_accept(&m, 0, 1000), NETP_OK);
    expect_block(NETP_TFTP_ACK, 0);
#endif
    for (unsigned i = 1; i < BLOCKS; i++) {
        assert_int_equal(take_block(NETP_TFTP_OP_DATA, i, 516), NETP_TFTP_DATA);
        assert_int_equal(ev.u.data.offset, (i - 1) * 512u);
        expect_block(NETP_TFTP_ACK, i);
        assert_int_equal(take_block(NETP_TFTP_OP_DATA, i, 516), 0);
        expect_block(NETP_TFTP_ACK, i);
    }
    assert_int_equal(take_block(NETP_TFTP_OP_DATA, BLOCKS, 4), NETP_TFTP_DONE);
    expect_block(NETP_TFTP_ACK, BLOCKS);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_options_of_a_client),
        cmocka_unit_test(test_options_of_a_server),
        cmocka_unit_test(test_directions),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_sends),
        cmocka_unit_test(test_receives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
