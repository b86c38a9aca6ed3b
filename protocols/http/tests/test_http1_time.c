/* test_http1_time.c - each deadline of the HTTP/1.x machine. SPDX-License-Identifier: MIT */
#include "http1.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define REQUEST "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define GOT                                                                                        \
    TR_EV("request GET / HTTP/1.1, length 0, keepalive"), TR_EV("field Host: h"), TR_EV("end")
#define TIMEOUT                                                                                    \
    TR_OUT("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
#define CLOSED  TR_WANT(NETP_CLOSED)
#define POST(n) "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " n "\r\n\r\n"
#define POSTED(n)                                                                                  \
    TR_EV("request POST / HTTP/1.1, length " n ", keepalive"), TR_EV("field Host: h"),             \
        TR_EV("field Content-Length: " n)
#define SAY_OK   TR_DO(do_send, "204", NETP_OK), TR_OUT("HTTP/1.1 204 No Content\r\n\r\n")
#define SENT_GET TR_OUT("GET / HTTP/1.1\r\nHost: h\r\n\r\n")

static const struct tr_case cases[] = {
    {.name = "head: from its first byte, however the others trickle in",
     .cfg = "server head_ms=1000 idle_ms=600",
     .steps = TR_STEPS(TR_IN(REQUEST), GOT, SAY_OK, TR_WAIT(500), TR_IN("G"), TR_WAIT(500),
                       TR_IN("E"), TR_WAIT(499), TR_IN("T"), TR_WANT(NETP_WANT_IN), TR_WAIT(1),
                       TIMEOUT, TR_FAIL(NETP_E_TIMEOUT, 408, 30, "time"), CLOSED)},
    {.name = "head: complete in time, and then it does not matter",
     .cfg = "server head_ms=1000",
     .steps = TR_STEPS(TR_IN("GET / HTTP/1.1\r\n"), TR_WAIT(999), TR_IN("Host: h\r\n\r\n"), GOT,
                       TR_WAIT(100000), SAY_OK, TR_WAIT(100000), TR_WANT(NETP_WANT_IN))},
    {.name = "idle: nothing comes",
     .cfg = "server idle_ms=1000",
     .steps = TR_STEPS(TR_WAIT(999), TR_WANT(NETP_WANT_IN), TR_WAIT(1),
                       TR_FAIL(NETP_E_TIMEOUT, -1, 0, "time"), CLOSED)},
    {.name = "idle: nothing comes behind an answer",
     .cfg = "server idle_ms=1000",
     .steps = TR_STEPS(TR_WAIT(900), TR_IN(REQUEST), GOT, TR_WAIT(900), SAY_OK, TR_WAIT(999),
                       TR_WANT(NETP_WANT_IN), TR_WAIT(1), TR_FAIL(NETP_E_TIMEOUT, -1, 27, "time"),
                       CLOSED)},
    {.name = "idle: not while the application thinks",
     .cfg = "server idle_ms=1000",
     .steps = TR_STEPS(TR_IN(REQUEST), GOT, TR_WAIT(100000), TR_DO(do_head, "200 length=1", 0),
                       TR_OUT("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"), TR_WAIT(100000),
                       TR_DO(do_body, "x", 1), TR_OUT("x"), TR_WAIT(100000),
                       TR_DO(do_end, "", NETP_OK), TR_WAIT(999), TR_WANT(NETP_WANT_IN), TR_WAIT(1),
                       TR_FAIL(NETP_E_TIMEOUT, -1, 27, "time"))},
    {.name = "idle: a body that stops",
     .cfg = "server idle_ms=1000",
     .steps = TR_STEPS(TR_IN(POST("2")), POSTED("2"), TR_WAIT(900), TR_IN("a"), TR_EV("data a"),
                       TR_WAIT(999), TR_WANT(NETP_WANT_IN | NETP_WANT_APP), TR_WAIT(1), TIMEOUT,
                       TR_FAIL(NETP_E_TIMEOUT, 408, 48, "time"), CLOSED)},
    {.name = "idle: a body that stops behind its answer gets no other",
     .cfg = "server idle_ms=1000",
     .steps = TR_STEPS(TR_IN(POST("2")), POSTED("2"), SAY_OK, TR_WAIT(999), TR_WANT(NETP_WANT_IN),
                       TR_WAIT(1), TR_FAIL(NETP_E_TIMEOUT, -1, 47, "time"), CLOSED)},
    {.name = "total: head and body",
     .cfg = "server total_ms=1000 idle_ms=900",
     .steps = TR_STEPS(TR_WAIT(800), TR_IN(POST("3")), POSTED("3"), TR_WAIT(400), TR_IN("a"),
                       TR_EV("data a"), TR_WAIT(599), TR_IN("b"), TR_EV("data b"), TR_WAIT(1),
                       TIMEOUT, TR_FAIL(NETP_E_TIMEOUT, 408, 49, "time"), CLOSED)},
    {.name = "total: the head alone",
     .cfg = "server total_ms=1000 head_ms=2000",
     .steps = TR_STEPS(TR_IN("G"), TR_WAIT(999), TR_WANT(NETP_WANT_IN), TR_WAIT(1), TIMEOUT,
                       TR_FAIL(NETP_E_TIMEOUT, 408, 1, "time"))},
    {.name = "total: up to the end, no further",
     .cfg = "server total_ms=1000",
     .steps = TR_STEPS(TR_IN(POST("1")), POSTED("1"), TR_WAIT(999), TR_IN("a"), TR_EV("data a"),
                       TR_EV("end"), TR_WAIT(100000), SAY_OK)},
    {.name = "rate: 10 s are free, then each byte buys its time",
     .cfg = "server min_rate=4",
     .steps = TR_STEPS(TR_IN(POST("9")), POSTED("9"), TR_WAIT(9999), TR_IN("abcde"),
                       TR_EV("data abcde"), TR_WAIT(1250), TR_WANT(NETP_WANT_IN | NETP_WANT_APP),
                       TR_WAIT(1), TIMEOUT, TR_FAIL(NETP_E_TIMEOUT, 408, 52, "time"), CLOSED)},
    {.name = "rate: trailers are part of it",
     .cfg = "server min_rate=4",
     .steps = TR_STEPS(TR_IN("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "2\r\nab\r\n0\r\n"),
                       TR_EV("request PUT / HTTP/1.1, length ?, keepalive"), TR_EV("field Host: h"),
                       TR_EV("field Transfer-Encoding: chunked"), TR_EV("data ab"), TR_WAIT(10499),
                       TR_WANT(NETP_WANT_IN | NETP_WANT_APP), TR_WAIT(1), TIMEOUT,
                       TR_FAIL(NETP_E_TIMEOUT, 408, 65, "time"), CLOSED)},
    {.name = "rate: none",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(POST("9")), POSTED("9"), TR_WAIT(1000000), TR_IN("abcdefghi"),
                       TR_EV("data abcdefghi"), TR_EV("end"))},
    {.name = "paused: nothing is taken, and no time runs, until it goes on",
     .cfg = "server min_rate=4 idle_ms=1000 total_ms=20000",
     .steps = TR_STEPS(TR_IN(POST("9")), POSTED("9"), TR_WAIT(900), TR_DO(do_pause, "x", NETP_OK),
                       TR_WANT(NETP_WANT_APP), TR_WAIT(100000), TR_DO(do_pause, "", NETP_OK),
                       TR_WANT(NETP_WANT_APP | NETP_WANT_IN), TR_WAIT(999), TR_IN("abcde"),
                       TR_EV("data abcde"), TR_WAIT(999), TR_IN("f"), TR_EV("data f"), TR_WAIT(999),
                       TR_WANT(NETP_WANT_APP | NETP_WANT_IN), TR_WAIT(1), TIMEOUT,
                       TR_FAIL(NETP_E_TIMEOUT, 408, 53, "time"), CLOSED)},
    {.name = "a pause is of one body alone",
     .cfg = "server",
     .steps = TR_STEPS(TR_DO(do_pause, "x", NETP_OK), TR_WANT(NETP_WANT_IN), TR_IN(POST("1") "a"),
                       POSTED("1"), TR_EV("data a"), TR_EV("end"), TR_DO(do_pause, "x", NETP_OK),
                       TR_WANT(NETP_WANT_APP), TR_DO(do_pause, "", NETP_OK), SAY_OK)},
    {.name = "client: no response",
     .cfg = "client get=1 idle_ms=1000",
     .steps = TR_STEPS(SENT_GET, TR_WAIT(999), TR_WANT(NETP_WANT_IN), TR_WAIT(1),
                       TR_FAIL(NETP_E_TIMEOUT, -1, 0, "time"), CLOSED)},
    {.name = "client: a connection may rest",
     .cfg = "client idle_ms=1000 head_ms=1000 total_ms=1000",
     .steps = TR_STEPS(TR_WAIT(100000), TR_DO(do_send, "GET /", NETP_OK), SENT_GET, TR_WAIT(999),
                       TR_IN("HTTP/1.1 204 \r\n\r\n"),
                       TR_EV("response HTTP/1.1 204 , length 0, keepalive"), TR_EV("end"),
                       TR_WAIT(100000), TR_WANT(NETP_WANT_IN))},
    {.name = "client: a head that takes long",
     .cfg = "client get=1 head_ms=1000",
     .steps = TR_STEPS(SENT_GET, TR_WAIT(5000), TR_IN("H"), TR_WAIT(999), TR_WANT(NETP_WANT_IN),
                       TR_WAIT(1), TR_FAIL(NETP_E_TIMEOUT, -1, 1, "time"), CLOSED)},
    {.name = "client: the application takes its time over a body",
     .cfg = "client idle_ms=1000",
     .steps = TR_STEPS(TR_DO(do_head, "POST / length=1", NETP_OK),
                       TR_OUT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"),
                       TR_WAIT(100000), TR_DO(do_body, "x", 1), TR_OUT("x"), TR_WAIT(100000),
                       TR_DO(do_end, "", NETP_OK), TR_WAIT(999), TR_WANT(NETP_WANT_IN), TR_WAIT(1),
                       TR_FAIL(NETP_E_TIMEOUT, -1, 0, "time"))},
};

static void test_deadlines(void **state)
{
    (void)state;
    http1_check(cases, COUNT(cases));
}

/* ---- what a transcript can't show: output that stays ---- */

struct one {
    struct netp_http1 m;
    struct netp_http1_ev ev;
    char head[256];
    struct netp_http_field field[8];
    uint8_t tx[256];
};

static void start(struct one *o, const struct netp_http1_cfg *settings)
{
    struct netp_http1_cfg cfg = *settings;

    cfg.head = o->head;
    cfg.headlen = sizeof o->head;
    cfg.field = o->field;
    cfg.nfield = COUNT(o->field);
    cfg.tx = o->tx;
    cfg.txlen = sizeof o->tx;
    assert_int_equal(netp_http1_init(&o->m, &cfg, 1000), NETP_OK);
    assert_int_equal(sizeof o->m, sizeof(void *) == 8 ? 256 : sizeof o->m);
}

static int hear(struct one *o, const char *text, netp_ms now)
{
    struct netp_in in = {(const uint8_t *)text, strlen(text), 0, NULL};
    int r, last = 0;

    while ((r = netp_http1_next(&o->m, &in, now, &o->ev)) > 0) {
        last = r;
    }
    return r < 0 ? r : last;
}

static void send_all(struct one *o, netp_ms now)
{
    struct netp_out v[3];

    for (size_t n; (n = netp_http1_out(&o->m, v, 3)) > 0;) {
        netp_http1_sent(&o->m, v[0].n, now);
    }
}

static struct netp_http1_cfg settings_of(enum netp_http1_role role)
{
    struct netp_http1_cfg cfg = NETP_HTTP1_CFG_INIT;

    cfg.role = (uint8_t)role;
    return cfg;
}

static const struct netp_http1_msg ok = {.status = 200, .length = 0};

/* Who does not read is dropped, with what waits for him. */
static void test_an_answer_that_is_not_read(void **state)
{
    struct netp_http1_cfg cfg = settings_of(NETP_HTTP1_SERVER);
    struct one o;
    (void)state;

    start(&o, &cfg);
    assert_int_equal(netp_http1_deadline(&o.m), 1000 + 60000);
    assert_int_equal(hear(&o, REQUEST, 2000), NETP_HTTP1_END);
    assert_int_equal(netp_http1_deadline(&o.m), NETP_NEVER);
    assert_int_equal(netp_http1_send(&o.m, &ok, "0123456789", 10, 5000), NETP_OK);
    assert_int_equal(netp_http1_deadline(&o.m), 65000);
    netp_http1_sent(&o.m, 1, 6000);
    assert_int_equal(netp_http1_deadline(&o.m), 66000);
    netp_http1_sent(&o.m, 0, 7000); /* nothing has moved */
    assert_int_equal(netp_http1_deadline(&o.m), 66000);
    netp_http1_acked(&o.m, 8000); /* what has left before has */
    assert_int_equal(netp_http1_deadline(&o.m), 68000);
    netp_http1_acked(&o.m, 7000); /* no clock goes back */
    assert_int_equal(hear(&o, "", 67999), 0);
    assert_int_equal(netp_http1_want(&o.m), NETP_WANT_OUT);
    assert_int_equal(hear(&o, "", 68000), NETP_E_TIMEOUT);
    assert_int_equal(netp_http1_fail(&o.m)->peer_code, -1);
    assert_int_equal(netp_http1_want(&o.m), NETP_CLOSED);
    assert_int_equal(netp_http1_deadline(&o.m), NETP_NEVER);
}

static void test_a_lent_piece_that_is_not_read(void **state)
{
    struct netp_http1_msg msg = {.status = 200, .length = 4};
    struct netp_http1_cfg cfg = settings_of(NETP_HTTP1_SERVER);
    struct one o;
    (void)state;

    start(&o, &cfg);
    hear(&o, REQUEST, 2000);
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 3000), NETP_OK);
    send_all(&o, 4000);
    assert_int_equal(netp_http1_deadline(&o.m), NETP_NEVER);
    assert_int_equal(netp_http1_lend_body(&o.m, "lent", 4, 0, 9000), NETP_OK);
    assert_int_equal(netp_http1_deadline(&o.m), 69000);
    assert_int_equal(hear(&o, "", 69000), NETP_E_TIMEOUT);
    assert_int_equal(netp_http1_want(&o.m), NETP_CLOSED);
}

/* Who sends too slowly, but reads, still gets what is queued. */
static void test_a_body_too_late_for_an_answer(void **state)
{
    struct netp_http1_msg msg = {.status = 200, .length = 4};
    struct netp_http1_cfg cfg = settings_of(NETP_HTTP1_SERVER);
    struct one o;
    (void)state;

    cfg.total_ms = 5000;
    start(&o, &cfg);
    assert_int_equal(hear(&o, POST("3"), 2000), NETP_HTTP1_REQUEST);
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 3000), NETP_OK);
    assert_int_equal(hear(&o, "a", 6000), NETP_HTTP1_DATA);
    assert_int_equal(netp_http1_deadline(&o.m), 7000);
    assert_int_equal(hear(&o, "", 7000), NETP_E_TIMEOUT);
    assert_int_equal(netp_http1_fail(&o.m)->peer_code, -1);
    assert_int_equal(netp_http1_want(&o.m), NETP_WANT_OUT);
    send_all(&o, 7000);
    assert_int_equal(netp_http1_want(&o.m), NETP_CLOSED);
}

/* The wait for 100 begins when the head has left. */
static void test_a_hold_begins_when_the_head_is_sent(void **state)
{
    static const struct netp_http1_pair host = {{"Host", 4}, {"h", 1}};
    struct netp_http1_msg msg = {.method = {"PUT", 3},
                                 .target = {"/", 1},
                                 .field = &host,
                                 .nfield = 1,
                                 .length = 1,
                                 .flags = NETP_HTTP1_HOLD};
    struct netp_http1_cfg cfg = settings_of(NETP_HTTP1_CLIENT);
    struct one o;
    (void)state;

    start(&o, &cfg);
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 2000), NETP_OK);
    assert_int_equal(netp_http1_deadline(&o.m), 62000);
    assert_int_equal(netp_http1_want(&o.m), NETP_WANT_IN | NETP_WANT_OUT);
    send_all(&o, 5000);
    assert_int_equal(netp_http1_deadline(&o.m), 6000);
    assert_int_equal(hear(&o, "", 6000), NETP_HTTP1_CONTINUE);
    assert_int_equal(netp_http1_deadline(&o.m), NETP_NEVER);
}

/* What comes meanwhile stays in the cursor, as does the end behind it. */
static void test_a_pause_leaves_the_input(void **state)
{
    static const char text[] = POST("3") "abc";
    struct netp_http1_cfg cfg = settings_of(NETP_HTTP1_SERVER);
    struct netp_in in = {(const uint8_t *)text, sizeof text - 1, NETP_IN_EOF, NULL};
    struct one o;
    (void)state;

    start(&o, &cfg);
    assert_int_equal(netp_http1_next(&o.m, &in, 2000, &o.ev), NETP_HTTP1_REQUEST);
    netp_http1_pause(&o.m, true, 2000);
    assert_int_equal(netp_http1_next(&o.m, &in, 2000, &o.ev), 0);
    assert_int_equal(in.n, 3);
    assert_int_equal(netp_http1_deadline(&o.m), NETP_NEVER);
    netp_http1_pause(&o.m, false, 9000);
    assert_int_equal(netp_http1_deadline(&o.m), 69000);
    assert_int_equal(netp_http1_next(&o.m, &in, 9000, &o.ev), NETP_HTTP1_DATA);
    assert_int_equal(netp_http1_next(&o.m, &in, 9000, &o.ev), NETP_HTTP1_END);
    assert_int_equal(in.n, 0);
}

/* A server reads no request while the answer before it is on its way. */
static void test_no_request_before_the_answer_has_left(void **state)
{
    struct netp_http1_cfg cfg = settings_of(NETP_HTTP1_SERVER);
    struct netp_in in = {(const uint8_t *)REQUEST, sizeof REQUEST - 1, 0, NULL};
    char body[256] = "";
    struct one o;
    size_t room;
    (void)state;

    start(&o, &cfg);
    hear(&o, REQUEST, 2000);
    assert_int_equal(netp_http1_send(&o.m, &ok, body, 256, 2000), NETP_E_NOSPACE);
    assert_int_equal(netp_http1_room(&o.m), 256);
    assert_int_equal(netp_http1_send(&o.m, &ok, body, 130, 2000), NETP_OK);
    room = netp_http1_room(&o.m);
    assert_int_equal(netp_http1_next(&o.m, &in, 2000, &o.ev), 0);
    assert_int_equal(in.n, sizeof REQUEST - 1);
    assert_int_equal(netp_http1_want(&o.m), NETP_WANT_OUT);
    netp_http1_sent(&o.m, 255 - room, 2000);
    assert_int_equal(netp_http1_next(&o.m, &in, 2000, &o.ev), 0);
    netp_http1_sent(&o.m, 1, 2000);
    assert_int_equal(netp_http1_want(&o.m), NETP_WANT_IN);
    assert_int_equal(netp_http1_next(&o.m, &in, 2000, &o.ev), NETP_HTTP1_REQUEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_an_answer_that_is_not_read),
        cmocka_unit_test(test_a_lent_piece_that_is_not_read),
        cmocka_unit_test(test_a_body_too_late_for_an_answer),
        cmocka_unit_test(test_a_hold_begins_when_the_head_is_sent),
        cmocka_unit_test(test_a_pause_leaves_the_input),
        cmocka_unit_test(test_no_request_before_the_answer_has_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
