/* test_http1_send.c - what the HTTP/1.x machine refuses to send, how it queues what it sends, and
 * its smaller calls. SPDX-License-Identifier: MIT */
#include "http1.h"
#include <limits.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct one {
    struct netp_http1_cfg cfg;
    struct netp_http1 m;
    struct netp_http1_ev ev;
    char head[256];
    struct netp_http_field field[8];
    uint8_t tx[256];
};

static void start(struct one *o, enum netp_http1_role role)
{
    o->cfg = (struct netp_http1_cfg)NETP_HTTP1_CFG_INIT;
    o->cfg.role = (uint8_t)role;
    o->cfg.head = o->head;
    o->cfg.headlen = sizeof o->head;
    o->cfg.field = o->field;
    o->cfg.nfield = COUNT(o->field);
    o->cfg.tx = o->tx;
    o->cfg.txlen = sizeof o->tx;
    assert_int_equal(netp_http1_init(&o->m, &o->cfg, 0), NETP_OK);
}

static int hear(struct one *o, const char *text)
{
    struct netp_in in = {(const uint8_t *)text, strlen(text), 0, NULL};
    int r, last = 0;

    while ((r = netp_http1_next(&o->m, &in, 0, &o->ev)) > 0) {
        last = r;
    }
    return r < 0 ? r : last;
}

/* A server that owes an answer. */
static void asked(struct one *o)
{
    start(o, NETP_HTTP1_SERVER);
    assert_int_equal(hear(o, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"), NETP_HTTP1_END);
}

/* All that waits, as one string. */
static const char *queued(const struct one *o)
{
    static char text[600];
    struct netp_out v[4];
    size_t n = netp_http1_out(&o->m, v, 4), at = 0;

    for (size_t i = 0; i < n; i++) {
        memcpy(text + at, v[i].p, v[i].n);
        at += v[i].n;
    }
    text[at] = '\0';
    return text;
}

static const struct netp_str one_slash = {"/", 1};

/* What send_head() says to a GET of this field beside Host, or a response of it. */
static int field(enum netp_http1_role role, struct netp_str name, struct netp_str value)
{
    struct netp_http1_pair fields[] = {{{"Host", 4}, {"h", 1}}, {{"", 0}, {"", 0}}};
    struct netp_http1_msg msg = {.method = {"GET", 3}, .field = fields, .nfield = 2};
    struct one o;
    int r;

    fields[1].name = name;
    fields[1].value = value;
    msg.target = one_slash;
    if (role == NETP_HTTP1_SERVER) {
        asked(&o);
        msg.status = 200;
        msg.field++;
        msg.nfield--;
    } else {
        start(&o, role);
    }
    r = netp_http1_send_head(&o.m, &msg, 0);
    assert_true(r == NETP_OK || queued(&o)[0] == '\0');
    return r;
}

/* RFC 9110 sections 5.1, 5.5, RFC 9112 section 11.1: no splitting. */
static void test_fields_that_cannot_be_sent(void **state)
{
    static const struct netp_http1_pair bad[] = {
        {{"A", 1}, {"b\r\nC: d", 7}}, {{"A", 1}, {"b\rc", 3}},    {{"A", 1}, {"b\nc", 3}},
        {{"A", 1}, {"b\0c", 3}},      {{"A", 1}, {"\x1b", 1}},    {{"A", 1}, {"\x7f", 1}},
        {{"", 0}, {"b", 1}},          {{"A b", 3}, {"c", 1}},     {{"A:", 2}, {"c", 1}},
        {{"A\r\n", 3}, {"c", 1}},     {{"\xc3\xa4", 2}, {"c", 1}}};
    static const char *const ours[] = {"Content-Length", "transfer-encoding", "CONNECTION",
                                       "Expect", "host"};
    static const struct netp_http1_pair good[] = {{{"A", 1}, {"", 0}},
                                                  {{"a!#$%&'*+-.^_`|~9", 17}, {"b\tc d", 5}},
                                                  {{"A", 1}, {"\xc3\xa4", 2}},
                                                  {{"Upgrade", 7}, {"foo", 3}},
                                                  {{"Keep-Alive", 10}, {"timeout=5", 9}},
                                                  {{"TE", 2}, {"trailers", 8}}};
    (void)state;

    for (int role = NETP_HTTP1_CLIENT; role <= NETP_HTTP1_SERVER; role++) {
        for (size_t i = 0; i < COUNT(bad); i++) {
            assert_int_equal(field((enum netp_http1_role)role, bad[i].name, bad[i].value),
                             NETP_E_ARG);
        }
        for (size_t i = 0; i < COUNT(ours); i++) {
            assert_int_equal(field((enum netp_http1_role)role, netp_str_of(ours[i]), NETP_STR("1")),
                             NETP_E_ARG);
        }
        for (size_t i = 0; i < COUNT(good); i++) {
            assert_int_equal(field((enum netp_http1_role)role, good[i].name, good[i].value),
                             NETP_OK);
        }
    }
}

static int request(struct netp_str method, struct netp_str target, struct netp_str host,
                   unsigned flags)
{
    struct netp_http1_pair pair = {{"Host", 4}, {"", 0}};
    struct netp_http1_msg msg = {.field = &pair, .nfield = 1, .flags = flags};
    struct one o;

    pair.value = host;
    msg.method = method;
    msg.target = target;
    start(&o, NETP_HTTP1_CLIENT);
    return netp_http1_send_head(&o.m, &msg, 0);
}

/* RFC 9112 section 3. */
static void test_requests_that_cannot_be_sent(void **state)
{
    const struct netp_str get = NETP_STR("GET"), h = NETP_STR("h");
    struct netp_http1_pair twice[] = {{{"Host", 4}, {"h", 1}}, {{"HOST", 4}, {"h", 1}}};
    struct netp_http1_msg msg = {.method = {"GET", 3}, .target = {"/", 1}, .field = twice};
    struct one o;
    (void)state;

    assert_int_equal(request(get, NETP_STR("/"), h, 0), NETP_OK);
    assert_int_equal(request(NETP_STR("a!#$%&'*+-.^_`|~9"), NETP_STR("/~"), h, 0), NETP_OK);
    assert_int_equal(request(NETP_STR(""), NETP_STR("/"), h, 0), NETP_E_ARG);
    assert_int_equal(request(NETP_STR("GET "), NETP_STR("/"), h, 0), NETP_E_ARG);
    assert_int_equal(request(NETP_STR("GET\r\n"), NETP_STR("/"), h, 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR(""), h, 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/ "), h, 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/\r\nA: b"), h, 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/\0"), h, 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/\x7f"), h, 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/\xc3\xa4"), h, 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/"), NETP_STR("u@h"), 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/"), NETP_STR("h:99999"), 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/"), NETP_STR("h/x"), 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/"), NETP_STR("h?x"), 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/"), NETP_STR("[fe80::1%25e]"), 0), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/"), NETP_STR("h:"), 0), NETP_OK);
    assert_int_equal(request(get, NETP_STR("/"), h, NETP_HTTP1_NO_LENGTH), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/"), h, NETP_HTTP1_HOLD), NETP_E_ARG);
    assert_int_equal(request(get, NETP_STR("/"), h, NETP_HTTP1_SWITCH), NETP_E_ARG);
    start(&o, NETP_HTTP1_CLIENT);
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_E_ARG); /* no Host */
    msg.nfield = 2;
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_E_ARG); /* two */
    msg.nfield = 1;
    msg.method = NETP_STR("CONNECT");
    msg.target = NETP_STR("h:1");
    msg.length = 1;
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_E_ARG); /* a body */
    assert_string_equal(queued(&o), "");
}

/* A long host, and one that is longer than any. */
static void test_long_hosts(void **state)
{
    char long_host[300];
    (void)state;

    memset(long_host, 'a', sizeof long_host);
    for (size_t i = 60; i < sizeof long_host; i += 60) {
        long_host[i] = '.';
    }
    assert_int_equal(request(NETP_STR("GET"), one_slash, netp_str_make(long_host, 190), 0),
                     NETP_OK);
    assert_int_equal(request(NETP_STR("GET"), one_slash, netp_str_make(long_host, 300), 0),
                     NETP_E_ARG);
}

static int response(unsigned status, struct netp_str reason, unsigned flags)
{
    struct netp_http1_msg msg = {.status = (uint16_t)status, .flags = flags};
    struct one o;

    msg.reason = reason;
    asked(&o);
    return netp_http1_send_head(&o.m, &msg, 0);
}

/* RFC 9112 section 4, RFC 9110 section 15. */
static void test_responses_that_cannot_be_sent(void **state)
{
    const struct netp_str none = NETP_STR("");
    (void)state;

    assert_int_equal(response(99, none, 0), NETP_E_ARG);
    assert_int_equal(response(100, none, 0), NETP_OK);
    assert_int_equal(response(999, none, 0), NETP_OK);
    assert_int_equal(response(1000, none, 0), NETP_E_ARG);
    assert_int_equal(response(200, NETP_STR("Very \xe9 Good"), 0), NETP_OK);
    assert_int_equal(response(200, NETP_STR("a\r\nb"), 0), NETP_E_ARG);
    assert_int_equal(response(200, NETP_STR("a\0b"), 0), NETP_E_ARG);
    assert_int_equal(response(200, none, NETP_HTTP1_HOLD), NETP_E_ARG);
    assert_int_equal(response(200, none, NETP_HTTP1_SWITCH), NETP_E_ARG);
    assert_int_equal(response(103, none, NETP_HTTP1_CLOSE), NETP_E_ARG);
    assert_int_equal(response(101, none, NETP_HTTP1_SWITCH), NETP_E_ARG); /* not offered */
}

/* A reason of one's own. */
static void test_reason(void **state)
{
    struct netp_http1_msg msg = {.status = 200, .reason = {"Very Good", 9}};
    struct one o;
    (void)state;

    asked(&o);
    assert_int_equal(netp_http1_send(&o.m, &msg, NULL, 0, 0), NETP_OK);
    assert_string_equal(queued(&o), "HTTP/1.1 200 Very Good\r\nContent-Length: 0\r\n\r\n");
    asked(&o);
    msg.reason.n = 1;
    assert_int_equal(netp_http1_send(&o.m, &msg, NULL, 0, 0), NETP_OK);
    assert_string_equal(queued(&o), "HTTP/1.1 200 V\r\nContent-Length: 0\r\n\r\n");
}

/* RFC 9110 section 6.5.1. */
static void test_trailers_that_cannot_be_sent(void **state)
{
    static const struct netp_http1_pair bad[] = {{{"Content-Length", 14}, {"1", 1}},
                                                 {{"Host", 4}, {"h", 1}},
                                                 {{"Transfer-Encoding", 17}, {"x", 1}},
                                                 {{"Set-Cookie", 10}, {"a=b", 3}},
                                                 {{"Trailer", 7}, {"A", 1}},
                                                 {{"Content-Encoding", 16}, {"gzip", 4}},
                                                 {{"Content-Type", 12}, {"a/b", 3}},
                                                 {{"Content-Range", 13}, {"bytes 0-0/1", 11}},
                                                 {{"Connection", 10}, {"close", 5}},
                                                 {{"Expect", 6}, {"x", 1}},
                                                 {{"Upgrade", 7}, {"x", 1}},
                                                 {{"A", 1}, {"b\r\n", 3}},
                                                 {{"A ", 2}, {"b", 1}}};
    static const struct netp_http1_pair good[] = {{{"A", 1}, {"b", 1}}, {{"B", 1}, {"", 0}}};
    struct netp_http1_msg msg = {.status = 200, .length = NETP_HTTP1_CHUNKED};
    struct one o;
    (void)state;

    asked(&o);
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_OK);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(netp_http1_send_end(&o.m, &bad[i], 1, 0), NETP_E_ARG);
    }
    assert_int_equal(netp_http1_send_end(&o.m, good, 2, 0), NETP_OK);
    assert_string_equal(queued(&o), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    "0\r\nA: b\r\nB: \r\n\r\n");
}

/* ---- the queue ---- */

#define CHUNKED_HEAD "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

/* Before it, what is lent, behind it: in this order, however much of it leaves at a time. */
static void test_a_lent_piece_keeps_its_place(void **state)
{
    static const char all[] = CHUNKED_HEAD "3\r\nabc\r\n4\r\nlent\r\n2\r\nde\r\n0\r\n\r\n";
    struct netp_http1_msg msg = {.status = 200, .length = NETP_HTTP1_CHUNKED};
    struct one o;
    struct netp_out v[4];
    (void)state;

    for (size_t step = 1; step < sizeof all; step++) {
        size_t left = sizeof all - 1;
        asked(&o);
        assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_OK);
        assert_int_equal(netp_http1_send_body(&o.m, "abc", 3, 0), 3);
        assert_int_equal(netp_http1_lend_body(&o.m, "lent", 4, NETP_OUT_STABLE, 0), NETP_OK);
        assert_int_equal(netp_http1_send_body(&o.m, "de", 2, 0), 2);
        assert_int_equal(netp_http1_lend_body(&o.m, "no", 2, 0, 0), NETP_E_NOSPACE);
        assert_int_equal(netp_http1_send_end(&o.m, NULL, 0, 0), NETP_OK);
        assert_int_equal(netp_http1_out(&o.m, v, 4), 3);
        assert_int_equal(v[1].flags, NETP_OUT_STABLE);
        assert_int_equal(v[0].flags | v[2].flags, 0);
        assert_int_equal(netp_http1_out(&o.m, v, 2), 2);
        assert_int_equal(netp_http1_out(&o.m, v, 1), 1);
        assert_int_equal(netp_http1_out(&o.m, v, 0), 0);
        while (left > 0) {
            size_t n = step < left ? step : left;
            assert_string_equal(queued(&o), all + sizeof all - 1 - left);
            netp_http1_sent(&o.m, n, 0);
            left -= n;
        }
        assert_int_equal(netp_http1_deadline(&o.m), 0); /* there is news */
        assert_int_equal(netp_http1_next(&o.m, NULL, 0, &o.ev), NETP_HTTP1_RELEASED);
        assert_int_equal(netp_http1_next(&o.m, NULL, 0, &o.ev), 0);
        assert_int_equal(netp_http1_room(&o.m), sizeof o.tx);
    }
}

/* A failed call leaves all as it was, though it has moved what is queued. */
static void test_a_queue_that_moves(void **state)
{
    struct netp_http1_msg info = {.status = 103}, msg = {.status = 200};
    char big[256] = "";
    struct one o;
    (void)state;

    asked(&o);
    assert_int_equal(netp_http1_send(&o.m, &info, NULL, 0, 0), NETP_OK);
    netp_http1_sent(&o.m, 9, 0);
    assert_int_equal(netp_http1_send(&o.m, &msg, big, 200, 0), NETP_E_NOSPACE);
    assert_int_equal(netp_http1_send(&o.m, &msg, big, SIZE_MAX, 0), NETP_E_NOSPACE);
    assert_string_equal(queued(&o), "103 Early Hints\r\n\r\n");
    assert_int_equal(netp_http1_send(&o.m, &msg, "abc", 3, 0), NETP_OK);
    assert_string_equal(queued(&o), "103 Early Hints\r\n\r\n"
                                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
}

static void test_room(void **state)
{
    struct netp_http1_msg msg = {.status = 200, .length = NETP_HTTP1_CHUNKED};
    char big[300] = "";
    struct one o;
    size_t room;
    int sent;
    (void)state;

    asked(&o);
    assert_int_equal(netp_http1_room(&o.m), 256);
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_OK);
    assert_int_equal(netp_http1_room(&o.m), 256 - (sizeof CHUNKED_HEAD - 1));
    sent = netp_http1_send_body(&o.m, big, 300, 0); /* a part, and a chunk fits around it */
    assert_in_range(sent, 180, 256 - (int)sizeof CHUNKED_HEAD);
    assert_int_equal(netp_http1_send_body(&o.m, big, 300, 0), 0);
    assert_int_equal(netp_http1_lend_body(&o.m, big, 300, 0, 0), NETP_E_NOSPACE);
    assert_in_range(netp_http1_room(&o.m), 5, 20);
    assert_int_equal(netp_http1_send_end(&o.m, NULL, 0, 0), NETP_OK);
    netp_http1_sent(&o.m, 256 - netp_http1_room(&o.m), 0);
    assert_int_equal(netp_http1_want(&o.m), NETP_WANT_IN);
    assert_int_equal(hear(&o, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"), NETP_HTTP1_END);
    msg.length = 300;
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_OK);
    room = netp_http1_room(&o.m);
    assert_int_equal(netp_http1_send_body(&o.m, big, 300, 0), room);
    assert_int_equal(netp_http1_room(&o.m), 0);
    assert_int_equal(netp_http1_send_body(&o.m, big, 1, 0), 0);
}

/* A head, or trailers, that fit when the queue has become shorter. */
static void test_no_space(void **state)
{
    struct netp_http1_pair pair = {{"A", 1}, {"", 0}};
    struct netp_http1_msg msg = {.status = 103, .field = &pair, .nfield = 1};
    char big[230];
    struct one o;
    (void)state;

    memset(big, 'b', sizeof big);
    pair.value = netp_str_make(big, 200);
    asked(&o);
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_OK);
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_E_NOSPACE);
    netp_http1_sent(&o.m, 256 - netp_http1_room(&o.m), 0);
    msg.status = 200;
    msg.length = NETP_HTTP1_CHUNKED;
    msg.nfield = 0;
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_OK);
    assert_int_equal(netp_http1_send_end(&o.m, &pair, 1, 0), NETP_E_NOSPACE);
    netp_http1_sent(&o.m, 256 - netp_http1_room(&o.m), 0);
    assert_int_equal(netp_http1_send_end(&o.m, &pair, 1, 0), NETP_OK);
}

/* ---- smaller calls ---- */

static void test_init(void **state)
{
    struct one o;
    struct netp_http1_cfg good, cfg;
    (void)state;

    start(&o, NETP_HTTP1_SERVER);
    good = cfg = o.cfg;
#define REFUSED(change)                                                                            \
    cfg = good;                                                                                    \
    change;                                                                                        \
    assert_int_equal(netp_http1_init(&o.m, &cfg, 0), NETP_E_ARG)
    REFUSED(cfg.role = 0);
    REFUSED(cfg.role = 3);
    REFUSED(cfg.flags = 4);
    REFUSED(cfg.head = NULL);
    REFUSED(cfg.tx = NULL);
    REFUSED(cfg.field = NULL);
    REFUSED(cfg.headlen = NETP_HTTP1_HEAD_MIN - 1);
    REFUSED(cfg.txlen = NETP_HTTP1_TX_MIN - 1);
    REFUSED(cfg.max_body = UINT64_MAX);
    cfg = good;
    cfg.size--;
    assert_int_equal(netp_http1_init(&o.m, &cfg, 0), NETP_E_ABI);
    assert_int_equal(netp_http1_init_(&o.m, sizeof o.m - 1, &good, 0), NETP_E_ABI);
    cfg = good;
    cfg.field = NULL;
    cfg.nfield = 0;
    cfg.headlen = NETP_HTTP1_HEAD_MIN;
    cfg.txlen = NETP_HTTP1_TX_MIN;
    cfg.flags = NETP_HTTP1_BARE_LF | NETP_HTTP1_NO_REASON;
    cfg.max_body = 0;
    assert_int_equal(netp_http1_init(&o.m, &cfg, 0), NETP_OK);
}

/* Between messages: not while one is on its way in or out. */
static void test_is_between(void **state)
{
    struct netp_http1_msg msg = {.status = 204};
    struct one o;
    (void)state;

    start(&o, NETP_HTTP1_SERVER);
    assert_true(netp_http1_is_between(&o.m));
    hear(&o, "G");
    assert_false(netp_http1_is_between(&o.m));
    hear(&o, "ET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_false(netp_http1_is_between(&o.m));
    assert_int_equal(netp_http1_send(&o.m, &msg, NULL, 0, 0), NETP_OK);
    assert_false(netp_http1_is_between(&o.m));
    netp_http1_sent(&o.m, strlen(queued(&o)), 0);
    assert_true(netp_http1_is_between(&o.m));
}

static void test_lend_flags(void **state)
{
    struct netp_http1_msg msg = {.status = 200, .length = 4};
    struct one o;
    (void)state;

    asked(&o);
    netp_http1_send_head(&o.m, &msg, 0);
    assert_int_equal(netp_http1_lend_body(&o.m, "lent", 4, NETP_OUT_FIN, 0), NETP_E_ARG);
    assert_int_equal(netp_http1_lend_body(&o.m, "lent", 4, NETP_OUT_STABLE, 0), NETP_OK);
}

/* The name of a file is not moved: what is left is at its end. */
static void test_a_lent_file(void **state)
{
    static const char name[] = "what names the file";
    struct netp_http1_msg msg = {.status = 200, .length = 1000};
    struct netp_out v[2];
    struct one o;
    (void)state;

    asked(&o);
    netp_http1_send_head(&o.m, &msg, 0);
    netp_http1_sent(&o.m, strlen(queued(&o)), 0);
    assert_int_equal(netp_http1_lend_body(&o.m, name, 1000, NETP_OUT_FILE, 0), NETP_OK);
    netp_http1_sent(&o.m, 300, 0);
    assert_int_equal(netp_http1_out(&o.m, v, 2), 1);
    assert_ptr_equal(v[0].p, name);
    assert_int_equal(v[0].n, 700);
    assert_int_equal(v[0].flags, NETP_OUT_FILE);
    netp_http1_sent(&o.m, 700, 0);
    assert_int_equal(netp_http1_next(&o.m, NULL, 0, &o.ev), NETP_HTTP1_RELEASED);
}

/* Cut while a piece is lent: it comes back, and nothing is sent. */
static void test_cut_while_lent(void **state)
{
    struct netp_http1_msg msg = {.status = 200, .length = 4};
    struct netp_in in = {NULL, 0, NETP_IN_BROKEN, NULL};
    struct one o;
    (void)state;

    asked(&o);
    netp_http1_send_head(&o.m, &msg, 0);
    netp_http1_lend_body(&o.m, "lent", 4, 0, 0);
    assert_int_equal(netp_http1_next(&o.m, &in, 0, &o.ev), NETP_E_IO);
    assert_int_equal(netp_http1_want(&o.m), NETP_CLOSED);
    assert_string_equal(queued(&o), "");
}

/* The last answer has been given, and lent; it is told of when it has left. */
static void test_released_behind_the_end(void **state)
{
    struct netp_http1_msg msg = {.status = 200, .length = 4, .flags = NETP_HTTP1_CLOSE};
    struct one o;
    (void)state;

    asked(&o);
    netp_http1_send_head(&o.m, &msg, 0);
    netp_http1_lend_body(&o.m, "lent", 4, 0, 0);
    netp_http1_send_end(&o.m, NULL, 0, 0);
    assert_int_equal(netp_http1_want(&o.m), NETP_WANT_OUT);
    netp_http1_sent(&o.m, strlen(queued(&o)), 0);
    assert_int_not_equal(netp_http1_want(&o.m), NETP_CLOSED);
    assert_int_equal(netp_http1_next(&o.m, NULL, 0, &o.ev), NETP_HTTP1_RELEASED);
    assert_int_equal(netp_http1_want(&o.m), NETP_CLOSED);
}

/* What is dropped is counted in an int, too. */
static void test_a_large_piece_that_is_dropped(void **state)
{
    struct netp_http1_msg msg = {.status = 304, .length = NETP_HTTP1_CHUNKED};
    struct one o;
    (void)state;

    asked(&o);
    netp_http1_send_head(&o.m, &msg, 0);
    assert_int_equal(netp_http1_send_body(&o.m, "", (size_t)INT_MAX - 1, 0), INT_MAX - 1);
    assert_int_equal(netp_http1_send_body(&o.m, "", (size_t)INT_MAX + 1, 0), INT_MAX);
}

/* The client's half-close while 101 is on its way is the tunnel's business. */
static void test_the_end_while_switching(void **state)
{
    static const struct netp_http1_pair upgrade = {{"Upgrade", 7}, {"foo", 3}};
    struct netp_http1_msg msg = {
        .status = 101, .field = &upgrade, .nfield = 1, .flags = NETP_HTTP1_SWITCH};
    struct netp_in in = {(const uint8_t *)"foo", 3, NETP_IN_EOF, NULL};
    struct one o;
    (void)state;

    start(&o, NETP_HTTP1_SERVER);
    hear(&o, "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\n");
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_OK);
    assert_int_equal(netp_http1_next(&o.m, &in, 0, &o.ev), 0);
    assert_int_equal(netp_http1_want(&o.m), NETP_WANT_OUT);
    in.n = 0;
    assert_int_equal(netp_http1_next(&o.m, &in, 0, &o.ev), 0);
    netp_http1_sent(&o.m, strlen(queued(&o)), 0);
    in.n = 3;
    assert_int_equal(netp_http1_next(&o.m, &in, 0, &o.ev), NETP_HTTP1_TUNNEL);
    assert_int_equal(in.n, 3);
    assert_int_equal(netp_http1_want(&o.m), NETP_CLOSED);
}

/* RFC 9112 section 7.1: hexadecimal, no digit more than it takes. */
static void test_sizes_of_chunks(void **state)
{
    static const struct {
        size_t n;
        const char *line;
    } sizes[] = {{1, "1\r\n"},  {9, "9\r\n"},   {10, "a\r\n"},
                 {15, "f\r\n"}, {16, "10\r\n"}, {160, "a0\r\n"}};
    struct netp_http1_msg msg = {.status = 200, .length = NETP_HTTP1_CHUNKED};
    char body[160];
    struct one o;
    (void)state;

    memset(body, 'x', sizeof body);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        asked(&o);
        netp_http1_send_head(&o.m, &msg, 0);
        netp_http1_sent(&o.m, strlen(queued(&o)), 0);
        assert_int_equal(netp_http1_send_body(&o.m, body, sizes[i].n, 0), sizes[i].n);
        assert_memory_equal(queued(&o), sizes[i].line, strlen(sizes[i].line));
        assert_int_equal(strlen(queued(&o)), strlen(sizes[i].line) + sizes[i].n + 2);
    }
}

/* A client that has failed sends no more of its request, and has what it lent. */
static void test_a_failed_client_is_silent(void **state)
{
    struct netp_http1_pair host = {{"Host", 4}, {"h", 1}};
    struct netp_http1_msg msg = {
        .method = {"PUT", 3}, .target = {"/", 1}, .field = &host, .nfield = 1, .length = 4};
    struct one o;
    (void)state;

    start(&o, NETP_HTTP1_CLIENT);
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_OK);
    assert_int_equal(netp_http1_lend_body(&o.m, "lent", 4, 0, 0), NETP_OK);
    netp_http1_sent(&o.m, 3, 0);
    assert_int_equal(hear(&o, "x"), NETP_E_SYNTAX);
    assert_string_equal(queued(&o), "");
    assert_int_equal(netp_http1_want(&o.m), NETP_CLOSED);
}

/* No room for an answer to a bad body: the failure does not claim one. */
static void test_no_room_for_an_answer(void **state)
{
    struct netp_http1_pair pair = {{"A", 1}, {"", 0}};
    struct netp_http1_msg msg = {.status = 103, .field = &pair, .nfield = 1};
    char big[200];
    struct one o;
    (void)state;

    memset(big, 'b', sizeof big);
    pair.value = netp_str_make(big, sizeof big);
    start(&o, NETP_HTTP1_SERVER);
    hear(&o, "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_int_equal(netp_http1_send_head(&o.m, &msg, 0), NETP_OK);
    assert_int_equal(hear(&o, "x"), NETP_E_SYNTAX);
    assert_int_equal(netp_http1_fail(&o.m)->peer_code, -1);
    assert_null(strstr(queued(&o), "400"));
}

/* A RESPONSE's text lasts until its END has been told, and the offsets count. */
static void test_views(void **state)
{
    static const char first[] =
        "HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc";
    static const char last[] = "\r\n2\r\nde\r\n0\r\nT: u\r\n\r\n";
    struct netp_http1_pair host = {{"Host", 4}, {"h", 1}};
    struct netp_http1_msg msg = {
        .method = {"GET", 3}, .target = {"/", 1}, .field = &host, .nfield = 1};
    struct netp_in in = {(const uint8_t *)first, sizeof first - 1, 0, NULL};
    struct netp_http1_ev response, end;
    struct netp_str value;
    struct one o;
    (void)state;

    start(&o, NETP_HTTP1_CLIENT);
    assert_int_equal(netp_http1_send(&o.m, &msg, NULL, 0, 0), NETP_OK);
    netp_http1_sent(&o.m, strlen(queued(&o)), 0);
    assert_int_equal(netp_http1_next(&o.m, &in, 0, &response), NETP_HTTP1_RESPONSE);
    assert_int_equal(netp_http1_next(&o.m, &in, 0, &o.ev), NETP_HTTP1_DATA);
    assert_int_equal(o.ev.offset, 0);
    assert_int_equal(o.ev.n, 3);
    in.p = (const uint8_t *)last;
    in.n = sizeof last - 1;
    assert_int_equal(netp_http1_next(&o.m, &in, 0, &o.ev), NETP_HTTP1_DATA);
    assert_int_equal(o.ev.offset, 3);
    assert_ptr_equal(o.ev.p, last + 5);
    assert_int_equal(netp_http1_next(&o.m, &in, 0, &end), NETP_HTTP1_END);
    assert_true(netp_http1_field(&response, NETP_STR("a"), 0, &value));
    assert_true(netp_str_eq(value, NETP_STR("b")));
    assert_false(netp_http1_field(&response, NETP_STR("T"), 0, &value));
    assert_true(netp_http1_field(&end, NETP_STR("t"), 0, &value));
    assert_true(netp_str_eq(value, NETP_STR("u")));
    assert_false(netp_http1_field(&end, NETP_STR("A"), 0, &value));
}

static void test_state(void **state)
{
    struct one o;
    (void)state;

    start(&o, NETP_HTTP1_SERVER);
    assert_string_equal(netp_http1_state(&o.m), "between messages");
    hear(&o, "P");
    assert_string_equal(netp_http1_state(&o.m), "head");
    hear(&o, "OST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1");
    assert_string_equal(netp_http1_state(&o.m), "chunk size");
    hear(&o, " ");
    assert_string_equal(netp_http1_state(&o.m), "chunk line");
    hear(&o, "x");
    assert_string_equal(netp_http1_state(&o.m), "failed");
}

/* RFC 9110 section 15, and the registry. */
static void test_reasons(void **state)
{
    (void)state;
    assert_string_equal(netp_http_reason(100), "Continue");
    assert_string_equal(netp_http_reason(200), "OK");
    assert_string_equal(netp_http_reason(304), "Not Modified");
    assert_string_equal(netp_http_reason(404), "Not Found");
    assert_string_equal(netp_http_reason(413), "Content Too Large");
    assert_string_equal(netp_http_reason(422), "Unprocessable Content");
    assert_string_equal(netp_http_reason(431), "Request Header Fields Too Large");
    assert_string_equal(netp_http_reason(451), "Unavailable For Legal Reasons");
    assert_string_equal(netp_http_reason(505), "HTTP Version Not Supported");
    assert_string_equal(netp_http_reason(511), "Network Authentication Required");
    assert_string_equal(netp_http_reason(0), "");
    assert_string_equal(netp_http_reason(299), "");
    assert_string_equal(netp_http_reason(306), "");
    assert_string_equal(netp_http_reason(418), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_that_cannot_be_sent),
        cmocka_unit_test(test_requests_that_cannot_be_sent),
        cmocka_unit_test(test_long_hosts),
        cmocka_unit_test(test_responses_that_cannot_be_sent),
        cmocka_unit_test(test_reason),
        cmocka_unit_test(test_trailers_that_cannot_be_sent),
        cmocka_unit_test(test_a_lent_piece_keeps_its_place),
        cmocka_unit_test(test_a_queue_that_moves),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_no_space),
        cmocka_unit_test(test_init),
        cmocka_unit_test(test_is_between),
        cmocka_unit_test(test_lend_flags),
        cmocka_unit_test(test_a_lent_file),
        cmocka_unit_test(test_cut_while_lent),
        cmocka_unit_test(test_released_behind_the_end),
        cmocka_unit_test(test_a_large_piece_that_is_dropped),
        cmocka_unit_test(test_the_end_while_switching),
        cmocka_unit_test(test_sizes_of_chunks),
        cmocka_unit_test(test_a_failed_client_is_silent),
        cmocka_unit_test(test_no_room_for_an_answer),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_state),
        cmocka_unit_test(test_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
