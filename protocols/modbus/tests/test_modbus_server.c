/* test_modbus_server.c - what the hostile table of the server can't say: set-ups that are refused,
 * calls that are, datagrams, memory, counters at their ends.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/modbus_server.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#undef fail /* cmocka's macro has the name of a verb */

#define COUNT(a) (sizeof(a) / sizeof *(a))

static uint8_t rx[NETP_MODBUS_FRAME_MAX], tx[4 * NETP_MODBUS_FRAME_MAX];
static const uint8_t units[] = {17};
static struct netp_modbus_diagnostics diagnostics;

static struct netp_modbus_server_cfg config(enum netp_modbus_framing framing)
{
    struct netp_modbus_server_cfg cfg = NETP_MODBUS_SERVER_CFG_INIT;

    cfg.framing = (uint8_t)framing;
    cfg.rx = rx;
    cfg.rxlen = sizeof rx;
    cfg.tx = tx;
    cfg.txlen = sizeof tx;
    if (framing != NETP_MODBUS_MBAP) {
        cfg.units = units;
        cfg.nunits = 1;
    }
    return cfg;
}

static int init(const struct netp_modbus_server_cfg *cfg)
{
    struct netp_modbus_server m;

    return netp_modbus_server_init(&m, cfg, 0);
}

static void test_init(void **state)
{
    static const struct {
        enum netp_modbus_framing framing;
        size_t max;
    } framings[] = {{NETP_MODBUS_MBAP, 260}, {NETP_MODBUS_RTU, 256}, {NETP_MODBUS_ASCII, 513}};
    static const uint8_t bad[][2] = {{0, 1}, {1, 0}, {248, 1}, {1, 255}};
    static const uint8_t good[] = {1, 247};
    struct netp_modbus_server_cfg cfg;

    (void)state;
    for (size_t i = 0; i < COUNT(framings); i++) {
        cfg = config(framings[i].framing);
        cfg.rxlen = cfg.txlen = framings[i].max;
        assert_int_equal(init(&cfg), NETP_OK);
        cfg.rxlen--;
        assert_int_equal(init(&cfg), NETP_E_NOSPACE);
        cfg.rxlen++;
        cfg.txlen--;
        assert_int_equal(init(&cfg), NETP_E_NOSPACE);
    }
    cfg = config(NETP_MODBUS_RTU);
    for (size_t i = 0; i < COUNT(bad); i++) {
        cfg.units = bad[i];
        cfg.nunits = 2;
        assert_int_equal(init(&cfg), NETP_E_ARG);
    }
    cfg.units = good;
    assert_int_equal(init(&cfg), NETP_OK);
    cfg.nunits = 0;
    assert_int_equal(init(&cfg), NETP_E_ARG);
    cfg = config(NETP_MODBUS_MBAP);
    cfg.framing = 0;
    assert_int_equal(init(&cfg), NETP_E_ARG);
    cfg.framing = NETP_MODBUS_ASCII + 1;
    assert_int_equal(init(&cfg), NETP_E_ARG);
    cfg = config(NETP_MODBUS_MBAP);
    cfg.size--;
    assert_int_equal(init(&cfg), NETP_E_ABI);
}

static int next(struct netp_modbus_server *m, const void *p, size_t n, unsigned flags,
                const struct netp_addr *from, struct netp_modbus_server_ev *ev)
{
    struct netp_in in = {(const uint8_t *)p, n, flags, from};
    int r = netp_modbus_server_next(m, &in, 0, ev);

    assert_int_equal(in.n, 0);
    assert_int_equal(in.flags & NETP_IN_DGRAM, 0);
    return r;
}

/* The example of app 6.3. */
static const uint8_t query[] = {0x12, 0x34, 0, 0, 0, 6, 0x11, 3, 0, 0x6b, 0, 3};
static const uint8_t reply[] = {0x12, 0x34, 0, 0, 0, 9, 0x11, 3, 6, 2, 0x2b, 0, 0, 0, 0x64};

static void test_commands(void **state)
{
    struct netp_modbus_server_cfg cfg = config(NETP_MODBUS_MBAP);
    struct netp_modbus_server m;
    struct netp_modbus_server_ev ev;
    struct netp_modbus_response response = {reply + 9, 6, 0, 0};

    (void)state;
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(netp_modbus_server_answer(&m, reply + 9, 6, 0), NETP_E_STATE);
    assert_int_equal(netp_modbus_server_except(&m, 1, 0), NETP_E_STATE);
    assert_int_equal(netp_modbus_server_ignore(&m, 0), NETP_E_STATE);
    assert_int_equal(netp_modbus_server_respond(&m, &response, 0), NETP_E_STATE);
    assert_int_equal(next(&m, query, sizeof query, 0, NULL, &ev), NETP_MODBUS_SERVER_REQUEST);
    assert_int_equal(netp_modbus_server_answer(&m, reply + 9, 5, 0), NETP_E_ARG);
    assert_int_equal(netp_modbus_server_except(&m, 0, 0), NETP_E_ARG);
    assert_int_equal(netp_modbus_server_except(&m, 256, 0), NETP_E_ARG);
    assert_int_equal(netp_modbus_server_want(&m), NETP_WANT_APP);
    assert_int_equal(netp_modbus_server_respond(&m, &response, 0), NETP_OK);
    assert_int_equal(netp_modbus_server_want(&m), NETP_WANT_OUT | NETP_WANT_IN);
    assert_int_equal(netp_modbus_server_answer(&m, reply + 9, 6, 0), NETP_E_STATE);
    assert_memory_equal(tx, reply, sizeof reply);

    /* a user-defined function may be answered with 252 bytes, and not with more */
    static const uint8_t user[] = {0, 1, 0, 0, 0, 2, 1, 0x41};
    static const uint8_t data[253];
    assert_int_equal(next(&m, user, sizeof user, 0, NULL, &ev), NETP_MODBUS_SERVER_REQUEST);
    assert_int_equal(netp_modbus_server_answer(&m, data, 253, 0), NETP_E_NOSPACE);
    assert_int_equal(netp_modbus_server_answer(&m, data, 252, 0), NETP_OK);
    assert_int_equal(next(&m, user, sizeof user, 0, NULL, &ev), NETP_MODBUS_SERVER_REQUEST);
    assert_int_equal(netp_modbus_server_except(&m, 255, 0), NETP_OK);
    assert_memory_equal(tx + sizeof reply + 260, "\0\1\0\0\0\3\1\xc1\xff", 9);
}

/* The room that the event shows is where the data of the answer belongs. */
static void test_room(void **state)
{
    static const uint8_t functions[][2] = {{1, 2}, {4, 2}, {6, 5}, {0x16, 7}, {0x18, 5}, {0x41, 1}};
    static const size_t heads[] = {0, 7, 1, 1};
    struct netp_modbus_server m;
    struct netp_modbus_server_ev ev;

    (void)state;
    for (int framing = NETP_MODBUS_MBAP; framing <= NETP_MODBUS_RTU; framing++) {
        for (size_t i = 0; i < COUNT(functions); i++) {
            struct netp_modbus_server_cfg cfg = config((enum netp_modbus_framing)framing);
            uint8_t pdu[8] = {functions[i][0], 0, 0, 0, 1}, frame[20];
            struct netp_modbus_frame f = {pdu, pdu[0] == 0x16 ? 7 : pdu[0] == 0x18 ? 3 : 5, 1, 17};
            ptrdiff_t n =
                netp_modbus_frame_write((enum netp_modbus_framing)framing, frame, sizeof frame, &f);

            assert_int_equal(netp_modbus_server_init(&m, &cfg, 0), NETP_OK);
            assert_int_equal(next(&m, frame, (size_t)n, NETP_IN_GAP, NULL, &ev),
                             NETP_MODBUS_SERVER_REQUEST);
            assert_ptr_equal(ev.room, tx + heads[framing] + functions[i][1]);
            assert_int_equal(ev.room_n, 253u - functions[i][1]);
        }
    }
}

/* Answers gather while there is room for one more frame, and leave in any pieces. */
static void test_answers_gather(void **state)
{
    struct netp_modbus_server_cfg cfg = config(NETP_MODBUS_MBAP);
    struct netp_modbus_server m;
    struct netp_modbus_server_ev ev;
    struct netp_out v[2];
    uint8_t two[2 * sizeof query];
    struct netp_in in = {two, sizeof two, 0, NULL};

    (void)state;
    memcpy(two, query, sizeof query);
    memcpy(two + sizeof query, query, sizeof query);
    cfg.txlen = NETP_MODBUS_MBAP_MAX + sizeof reply;
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 0), NETP_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(netp_modbus_server_next(&m, &in, 0, &ev), NETP_MODBUS_SERVER_REQUEST);
        assert_int_equal(netp_modbus_server_answer(&m, reply + 9, 6, 0), NETP_OK);
    }
    assert_int_equal(netp_modbus_server_want(&m), NETP_WANT_OUT); /* 275 - 30 is too little */
    assert_int_equal(netp_modbus_server_out(&m, v, 2), 1);
    assert_int_equal(v[0].n, 2 * sizeof reply);
    netp_modbus_server_sent(&m, 4, 0);
    assert_int_equal(netp_modbus_server_want(&m), NETP_WANT_OUT);
    netp_modbus_server_sent(&m, sizeof reply - 4, 0);
    assert_int_equal(netp_modbus_server_want(&m), NETP_WANT_OUT | NETP_WANT_IN);
    netp_modbus_server_out(&m, v, 1);
    assert_int_equal(v[0].n, sizeof reply);
    assert_memory_equal(v[0].p, reply, sizeof reply);
    assert_int_equal(v[0].flags, 0);
    assert_null(v[0].to);
    netp_modbus_server_sent(&m, 1000, 0);
    assert_int_equal(netp_modbus_server_want(&m), NETP_WANT_IN);
}

static const struct netp_addr peer = {{192, 0, 2, 1}, 0, 5000, 4};

/* A datagram is a frame, whole, or nothing; the answer goes where it came from. */
static void test_datagrams(void **state)
{
    struct netp_modbus_server_cfg cfg = config(NETP_MODBUS_MBAP);
    struct netp_modbus_server m;
    struct netp_modbus_server_ev ev;
    struct netp_out v[2];
    uint8_t odd[300];

    (void)state;
    cfg.idle_ms = 100;
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 0), NETP_OK);
    memcpy(odd, query, sizeof query);
    static const size_t lengths[] = {0, 1, 5, 6, 7, sizeof query - 1, sizeof query + 1, 260, 261};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        assert_int_equal(next(&m, odd, lengths[i], NETP_IN_DGRAM, &peer, &ev), 0);
        assert_int_equal(netp_modbus_server_want(&m), NETP_WANT_IN);
    }
    uint8_t longest[260] = {0, 1, 0, 0, 0, 254, 17, 0x41};
    assert_int_equal(next(&m, longest, sizeof longest, NETP_IN_DGRAM, &peer, &ev),
                     NETP_MODBUS_SERVER_REQUEST);
    assert_int_equal(ev.request.n, 252);
    assert_int_equal(netp_modbus_server_ignore(&m, 0), NETP_OK);
    odd[3] = 1; /* the protocol */
    assert_int_equal(next(&m, odd, sizeof query, NETP_IN_DGRAM, &peer, &ev), 0);
    assert_int_equal(next(&m, query, sizeof query, NETP_IN_DGRAM, &peer, &ev),
                     NETP_MODBUS_SERVER_REQUEST);
    assert_int_equal(netp_modbus_server_answer(&m, reply + 9, 6, 0), NETP_OK);
    assert_int_equal(netp_modbus_server_want(&m), NETP_WANT_OUT); /* one at a time */
    assert_int_equal(netp_modbus_server_out(&m, v, 2), 1);
    assert_int_equal(v[0].flags, NETP_OUT_DGRAM);
    assert_int_equal(v[0].n, sizeof reply);
    assert_int_equal(v[0].to->port, 5000);
    netp_modbus_server_sent(&m, 0, 0);
    assert_int_equal(netp_modbus_server_want(&m), NETP_WANT_OUT);
    netp_modbus_server_sent(&m, 1, 0);
    assert_int_equal(netp_modbus_server_want(&m), NETP_WANT_IN);

    assert_int_equal(next(&m, query, sizeof query, NETP_IN_DGRAM, NULL, &ev),
                     NETP_MODBUS_SERVER_REQUEST);
    assert_int_equal(netp_modbus_server_except(&m, 2, 0), NETP_OK);
    netp_modbus_server_out(&m, v, 2);
    assert_null(v[0].to);
    netp_modbus_server_sent(&m, 1, 0);
    assert_int_equal(next(&m, NULL, 0, NETP_IN_EOF, NULL, &ev), NETP_MODBUS_SERVER_EOF);
    assert_int_equal(netp_modbus_server_want(&m), NETP_CLOSED);
}

/* An end behind a datagram of no bytes is the end of the socket all the same. */
static void test_empty_datagram_at_the_end(void **state)
{
    struct netp_modbus_server_cfg cfg = config(NETP_MODBUS_MBAP);
    struct netp_modbus_server m;
    struct netp_modbus_server_ev ev;
    struct netp_in in = {NULL, 0, NETP_IN_DGRAM | NETP_IN_BROKEN, NULL};

    (void)state;
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(next(&m, query, sizeof query, NETP_IN_DGRAM, NULL, &ev),
                     NETP_MODBUS_SERVER_REQUEST);
    assert_int_equal(netp_modbus_server_next(&m, &in, 0, &ev), 0); /* not taken */
    assert_int_equal(in.flags, NETP_IN_DGRAM | NETP_IN_BROKEN);
    assert_int_equal(netp_modbus_server_ignore(&m, 0), NETP_OK);
    assert_int_equal(netp_modbus_server_next(&m, &in, 0, &ev), NETP_E_IO);
}

/* RTU and ASCII in datagrams need neither silence nor a search. */
static void test_serial_datagrams(void **state)
{
    static const uint8_t rtu[] = {0x11, 3, 0, 0x6b, 0, 3, 0x76, 0x87};
    struct netp_modbus_server_cfg cfg = config(NETP_MODBUS_RTU);
    struct netp_modbus_server m;
    struct netp_modbus_server_ev ev;

    (void)state;
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(next(&m, rtu, sizeof rtu, NETP_IN_DGRAM, &peer, &ev),
                     NETP_MODBUS_SERVER_REQUEST);
    assert_int_equal(netp_modbus_server_answer(&m, reply + 9, 6, 0), NETP_OK);
    assert_memory_equal(tx, "\x11\3\6\2\x2b\0\0\0\x64\xc8\xba", 11);
    cfg = config(NETP_MODBUS_ASCII);
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(next(&m, ":1103006B00037E\r\n", 17, NETP_IN_DGRAM, &peer, &ev),
                     NETP_MODBUS_SERVER_REQUEST);
    assert_int_equal(netp_modbus_server_answer(&m, reply + 9, 6, 0), NETP_OK);
    assert_memory_equal(tx, ":110306022B0000006455\r\n", 23);
}

static void test_deadlines(void **state)
{
    struct netp_modbus_server_cfg cfg = config(NETP_MODBUS_RTU);
    struct netp_modbus_server m;
    struct netp_modbus_server_ev ev;

    (void)state;
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 1000), NETP_OK);
    assert_int_equal(next(&m, "\x11", 1, 0, NULL, &ev), 0);
    assert_true(netp_modbus_server_deadline(&m) == NETP_NEVER);
    cfg.gap_ms = 50;
    cfg.idle_ms = 70;
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 1000), NETP_OK);
    assert_int_equal(netp_modbus_server_deadline(&m), 1070);
    struct netp_in in = {(const uint8_t *)"\x11", 1, 0, NULL};
    assert_int_equal(netp_modbus_server_next(&m, &in, 1010, &ev), 0);
    assert_int_equal(netp_modbus_server_deadline(&m), 1060);
    in = (struct netp_in){(const uint8_t *)"\3", 1, 0, NULL};
    assert_int_equal(netp_modbus_server_next(&m, &in, 1030, &ev), 0);
    assert_int_equal(netp_modbus_server_deadline(&m), 1070); /* the sooner of 1080 and 1070 */
    assert_int_equal(netp_modbus_server_next(&m, NULL, 1070, &ev), NETP_E_TIMEOUT);
    assert_true(netp_modbus_server_deadline(&m) == NETP_NEVER);
    assert_int_equal(netp_modbus_server_want(&m), NETP_CLOSED);
}

/* Of a request of unit 17 on an RTU line with diagnostics; what is answered, if anything, is in tx.
 * Returns its length. */
static size_t ask(struct netp_modbus_server *m, const char *pdu, size_t n, unsigned except)
{
    struct netp_modbus_server_ev ev;
    struct netp_out v;
    uint8_t frame[NETP_MODBUS_RTU_MAX];
    struct netp_modbus_frame f = {(const uint8_t *)pdu, n, 0, 17};
    ptrdiff_t k = netp_modbus_frame_write(NETP_MODBUS_RTU, frame, sizeof frame, &f);
    struct netp_in in = {frame, (size_t)k, NETP_IN_GAP, NULL};

    netp_modbus_server_sent(m, sizeof tx, 0);
    if (netp_modbus_server_next(m, &in, 0, &ev) > 0) {
        assert_int_equal(netp_modbus_server_except(m, except, 0), NETP_OK);
    }
    return netp_modbus_server_out(m, &v, 1) > 0 ? v.n : 0;
}

#define ASK(m, pdu, except) ask(m, pdu, sizeof(pdu) - 1, except)

static void test_counters(void **state)
{
    struct netp_modbus_server_cfg cfg = config(NETP_MODBUS_RTU);
    struct netp_modbus_server m;
    static const uint8_t log[] = {0x48, 0x80, 0x44, 0x80, 0x44, 0x80, 0x44, 0x80, 0x42, 0x80,
                                  0x41, 0x80, 0x41, 0x80, 0x41, 0x80, 0x40, 0x80, 0x40, 0x80};
    static const unsigned codes[] = {11, 8, 1, 2, 3, 4, 5, 6, 6, 7};

    (void)state;
    memset(&diagnostics, 0, sizeof diagnostics);
    cfg.diagnostics = &diagnostics;
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 0), NETP_OK);
    for (size_t i = 0; i < COUNT(codes); i++) {
        assert_int_equal(ASK(&m, "\x03\0\0\0\1", codes[i]), 5);
    }
    assert_int_equal(diagnostics.count[NETP_MODBUS_EXCEPTIONS], 10);
    assert_int_equal(diagnostics.count[NETP_MODBUS_BUSY], 2);
    assert_int_equal(diagnostics.count[NETP_MODBUS_NAKS], 1);
    assert_int_equal(diagnostics.count[NETP_MODBUS_NO_RESPONSES], 0);
    assert_int_equal(diagnostics.events, 0);
    assert_int_equal(diagnostics.log_n, sizeof log);
    assert_memory_equal(diagnostics.log, log, sizeof log);

    /* all wrap at 16 bits (app 6.8) */
    memset(diagnostics.count, 0xff, sizeof diagnostics.count);
    diagnostics.events = 0xffff;
    assert_int_equal(ASK(&m, "\x08\0\x0b\0\0", 0), 8);
    assert_memory_equal(tx, "\x11\x08\0\x0b\0\0", 6);
    assert_int_equal(diagnostics.events, 0);
    assert_int_equal(ASK(&m, "\x08\0\x12\0\0", 0), 8);
    assert_memory_equal(tx, "\x11\x08\0\x12\xff\xff", 6);
}

/* The log has 64 events (app 6.10). */
static void test_log_is_full(void **state)
{
    struct netp_modbus_server_cfg cfg = config(NETP_MODBUS_RTU);
    struct netp_modbus_server m;

    (void)state;
    memset(&diagnostics, 0, sizeof diagnostics);
    cfg.diagnostics = &diagnostics;
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 0), NETP_OK);
    for (int i = 0; i < 31; i++) {
        ASK(&m, "\x08\0\0\0\0", 0);
    }
    assert_int_equal(ASK(&m, "\x0c", 0), 1 + 1 + 7 + 63 + 2);
    assert_int_equal(tx[2], 6 + 63);
    assert_int_equal(ASK(&m, "\x0c", 0), 1 + 1 + 7 + 64 + 2);
    assert_int_equal(tx[2], 6 + 64);
    assert_int_equal(ASK(&m, "\x0c", 0), 1 + 1 + 7 + 64 + 2);
    assert_int_equal(tx[9], 0x80);
    assert_int_equal(tx[10], 0x40);
    assert_int_equal(tx[9 + 63], 0x40);
    assert_int_equal(diagnostics.log_n, 64);
}

/* What listening leaves in the log and the counters (app 6.8, 6.10). */
static void test_listening(void **state)
{
    static const uint8_t log[] = {0x00, 0x60, 0xa0, 0x60, 0xa0, 0xa2, 0x04, 0x40, 0x80};
    struct netp_modbus_server_cfg cfg = config(NETP_MODBUS_RTU);
    struct netp_modbus_server m;
    struct netp_modbus_server_ev ev;

    (void)state;
    memset(&diagnostics, 0, sizeof diagnostics);
    cfg.diagnostics = &diagnostics;
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(ASK(&m, "\x08\0\x04\0\0", 0), 0);
    assert_true(diagnostics.listen_only);
    assert_int_equal(next(&m, "\x11\3", 2, NETP_IN_GAP, NULL, &ev), 0);
    assert_int_equal(ASK(&m, "\x0b", 0), 0);
    assert_int_equal(diagnostics.count[NETP_MODBUS_NO_RESPONSES], 2);
    assert_int_equal(diagnostics.count[NETP_MODBUS_COMM_ERRORS], 1);
    assert_int_equal(ASK(&m, "\x08\0\x01\0\0", 0), 0);
    assert_false(diagnostics.listen_only);
    assert_int_equal(diagnostics.log_n, sizeof log);
    assert_memory_equal(diagnostics.log, log, sizeof log);
    for (size_t i = 0; i < NETP_MODBUS_COUNTS; i++) {
        assert_int_equal(diagnostics.count[i], 0);
    }
}

/* Without diagnostics these functions are the application's. */
static void test_no_diagnostics(void **state)
{
    struct netp_modbus_server_cfg cfg = config(NETP_MODBUS_RTU);
    struct netp_modbus_server m;

    (void)state;
    assert_int_equal(netp_modbus_server_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(ASK(&m, "\x08\0\0\0\0", 1), 5);
    assert_int_equal(ASK(&m, "\x0b", 1), 5);
    assert_memory_equal(tx, "\x11\x8b\x01", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_answers_gather),
        cmocka_unit_test(test_datagrams),
        cmocka_unit_test(test_empty_datagram_at_the_end),
        cmocka_unit_test(test_serial_datagrams),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_counters),
        cmocka_unit_test(test_log_is_full),
        cmocka_unit_test(test_listening),
        cmocka_unit_test(test_no_diagnostics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
