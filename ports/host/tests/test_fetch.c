/* test_fetch.c - the HTTP client against a server that says what a test wants.
 *
 * SPDX-License-Identifier: MIT */
#include "http_script.h"
#include <netproto/host/fetch.h>
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OK_HEAD(n) "HTTP/1.1 200 OK\r\nContent-Length: " #n "\r\n\r\n"

static struct netp_loop *loop;
static struct netp_http_client *client;
static struct netp_http_client_cfg client_cfg;
static struct script server, other; /* two origins, by their ports */
static char url[128], body[1 << 20], first[4096];
static size_t nbody;
static struct netp_fetch_cfg cfg;
static struct netp_fetch_result result;

/* --- the world ------------------------------------------------------------------------------- */

static bool keep_data(void *arg, const void *p, size_t n)
{
    (void)arg;
    assert_true(n > 0 && nbody + n < sizeof body);
    memcpy(body + nbody, p, n);
    nbody += n;
    body[nbody] = '\0';
    return true;
}

static int setup(void **state)
{
    (void)state;
    loop = netp_loop_new();
    assert_non_null(loop);
    memset(&server, 0, sizeof server);
    memset(&other, 0, sizeof other);
    script_open(&server, loop);
    script_open(&other, loop);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", server.port);
    memset(&client_cfg, 0, sizeof client_cfg);
    client_cfg.stall_ms = 5000;
    memset(&cfg, 0, sizeof cfg);
    cfg.url = url;
    cfg.data = keep_data;
    client = NULL;
    first[0] = '\0';
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    netp_http_client_free(client);
    script_close(&server);
    script_close(&other);
    netp_loop_free(loop);
    return 0;
}

static int run(void)
{
    if (!client) {
        client = netp_http_client_new(loop, &client_cfg, NULL);
        assert_non_null(client);
    }
    nbody = 0;
    body[0] = '\0';
    return netp_fetch_run(client, &cfg, &result);
}

/* Turns the loop until *n is `until`. */
static void wait_for(const unsigned *n, unsigned until)
{
    while (*n != until) {
        assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
    }
}

/* --- answers --------------------------------------------------------------------------------- */

static void hello(struct script_peer *p, const char *request)
{
    (void)request;
    script_put(p, OK_HEAD(5) "hello");
}

static unsigned heads;

static bool check_head(void *arg, const struct netp_fetch_head *h)
{
    struct netp_str value;

    assert_ptr_equal(arg, &heads);
    assert_true(h->final);
    assert_false(h->decoded);
    assert_int_equal(h->length, 5);
    assert_string_equal(h->url, url);
    assert_true(netp_http_head_find(h->head, h->text, NETP_STR("Content-Length"), 0, &value));
    heads++;
    return true;
}

static void test_get(void **state)
{
    (void)state;
    server.serve = hello;
    cfg.head = check_head;
    cfg.data = NULL;
    cfg.arg = &heads;
    heads = 0;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(heads, 1);
    assert_int_equal(result.status, 200);
    assert_int_equal(result.received, 5);
    assert_true(result.begun);
    assert_int_equal(result.peer.port, server.port);
    assert_string_equal(result.url, url);
    assert_memory_equal(server.last, "GET / HTTP/1.1\r\nHost: 127.0.0.1:", 32);
    assert_int_equal(netp_fetch(NULL, &(struct netp_fetch_cfg){.url = "ftp://x/"}, &result),
                     NETP_E_UNSUPPORTED);
    assert_int_equal(result.stage, NETP_FETCH_URL);
    assert_int_equal(netp_fetch(NULL, &(struct netp_fetch_cfg){.url = "/x"}, &result), NETP_E_ARG);
    assert_int_equal(netp_fetch(NULL, &(struct netp_fetch_cfg){.url = ""}, &result), NETP_E_ARG);
}

static void by_path(struct script_peer *p, const char *request)
{
    if (strncmp(request, "GET /cut ", 9) == 0) {
        script_put(p, OK_HEAD(10) "short");
        script_end(p);
    } else if (strncmp(request, "GET /chunked-cut ", 17) == 0) {
        script_put(p, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        script_end(p);
    } else if (strncmp(request, "GET /close ", 11) == 0) {
        script_put(p, "HTTP/1.1 200 OK\r\n\r\nhello");
        script_end(p);
    } else if (strncmp(request, "GET /bad ", 9) == 0) {
        script_put(p, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab");
    } else if (strncmp(request, "GET /head-cut ", 14) == 0) {
        script_put(p, "HTTP/1.1 200 OK\r\nConte");
        script_end(p);
    } else {
        script_reset(p);
    }
}

static void test_ends(void **state)
{
    static const struct {
        const char *path;
        int err;
        const char *body;
    } t[] = {{"cut", NETP_E_TRUNCATED, "short"}, {"chunked-cut", NETP_E_TRUNCATED, "hello"},
             {"close", NETP_OK, "hello"},        {"bad", NETP_E_SYNTAX, ""},
             {"head-cut", NETP_E_TRUNCATED, ""}, {"reset", NETP_E_TRUNCATED, ""}};
    size_t n = strlen(url);

    (void)state;
    server.serve = by_path;
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        snprintf(url + n, sizeof url - n, "%s", t[i].path);
        assert_int_equal(run(), t[i].err);
        assert_string_equal(body, t[i].body);
        assert_int_equal(result.text[0] == '\0', t[i].err == NETP_OK);
        assert_true(t[i].err == NETP_OK || result.stage == NETP_FETCH_HTTP);
    }
    assert_int_equal(server.requests, sizeof t / sizeof *t);
}

/* --- redirections and logins ----------------------------------------------------------------- */

static unsigned location_port;
static const char *redirect_status;

static void redirect(struct script_peer *p, const char *request)
{
    snprintf(first, sizeof first, "%s", request);
    if (strstr(request, " /there")) {
        hello(p, request);
        return;
    }
    script_put(
        p, "HTTP/1.1 %s\r\nLocation: http://127.0.0.1:%u/there#x\r\nContent-Length: 4\r\n\r\nmove",
        redirect_status, location_port);
}

static void test_redirect(void **state)
{
    const struct netp_http1_pair field[] = {{NETP_STR("Authorization"), NETP_STR("Mine x")},
                                            {NETP_STR("Cookie"), NETP_STR("a=b")},
                                            {NETP_STR("X-Key"), NETP_STR("s")},
                                            {NETP_STR("X-Free"), NETP_STR("f")}};
    const struct netp_str secret[] = {NETP_STR("X-Key")};

    (void)state;
    cfg.field = field;
    cfg.nfield = 4;
    cfg.secret = secret;
    cfg.nsecret = 1;
    server.serve = redirect;
    other.serve = hello;
    redirect_status = "302 Found";
    location_port = server.port; /* the same origin */
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(body, "hello");
    assert_int_equal(result.redirects, 1);
    assert_int_equal(server.conns, 1);
    assert_string_equal(script_field(server.last, "Authorization"), "Mine x");
    assert_string_equal(script_field(server.last, "X-Key"), "s");
    location_port = other.port;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(other.requests, 1);
    assert_string_equal(script_field(other.last, "Authorization"), "");
    assert_string_equal(script_field(other.last, "Cookie"), "");
    assert_string_equal(script_field(other.last, "X-Key"), "");
    assert_string_equal(script_field(other.last, "X-Free"), "f");
    cfg.max_redirects = NETP_FETCH_NO_REDIRECTS;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(result.status, 302);
    assert_string_equal(body, "move");
}

static void test_redirect_post(void **state)
{
    (void)state;
    server.serve = redirect;
    location_port = server.port;
    cfg.body = "data";
    cfg.body_n = 4;
    redirect_status = "303 See";
    assert_int_equal(run(), NETP_OK);
    assert_memory_equal(server.last, "GET /there", 10);
    assert_string_equal(script_field(server.last, "Content-Length"), "");
    redirect_status = "307 Same";
    assert_int_equal(run(), NETP_OK);
    assert_memory_equal(server.last, "POST /there", 11);
    assert_string_equal(script_body(server.last), "data");
}

static void round_and_round(struct script_peer *p, const char *request)
{
    (void)request;
    script_put(p, "HTTP/1.1 301 On\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
}

static void test_redirect_loop(void **state)
{
    (void)state;
    server.serve = round_and_round;
    cfg.max_redirects = 7;
    assert_int_equal(run(), NETP_E_LIMIT);
    assert_int_equal(result.stage, NETP_FETCH_REDIRECT);
    assert_int_equal(server.requests, 8);
    assert_int_equal(server.conns, 1);
}

static const char *challenge;

static void locked(struct script_peer *p, const char *request)
{
    if (*script_field(request, "Authorization") && !strstr(challenge, "never")) {
        hello(p, request);
    } else {
        script_put(p, "HTTP/1.1 401 No\r\nWWW-Authenticate: %s\r\nContent-Length: 2\r\n\r\nno",
                   challenge);
    }
}

static void test_basic(void **state)
{
    (void)state;
    server.serve = locked;
    challenge = "Basic realm=\"r\"";
    cfg.user = "Aladdin";
    cfg.password = "open sesame";
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(body, "hello");
    assert_int_equal(server.requests, 2);
    assert_int_equal(server.conns, 1);
    /* RFC 7617 section 2 */
    assert_string_equal(script_field(server.last, "Authorization"),
                        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    cfg.flags = NETP_FETCH_BASIC;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(server.requests, 3);
    challenge = "Basic realm=\"never\"";
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(result.status, 401);
    assert_int_equal(server.requests, 4);
    cfg.flags = 0;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(server.requests, 6);
    cfg.user = NULL;
    snprintf(url, sizeof url, "http://Aladdin:open%%20sesame@127.0.0.1:%u/", server.port);
    challenge = "Basic realm=\"r\"";
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(script_field(server.last, "Authorization"),
                        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_null(strstr(result.url, "sesame"));
    cfg.url = url;
}

static void test_token(void **state)
{
    (void)state;
    server.serve = redirect;
    other.serve = hello;
    redirect_status = "302 Found";
    location_port = other.port;
    cfg.token = "tok";
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(script_field(server.last, "Authorization"), "Bearer tok");
    assert_string_equal(script_field(other.last, "Authorization"), "");
}

static void set_cookie(struct script_peer *p, const char *request)
{
    (void)request;
    script_put(p, "HTTP/1.1 302 On\r\nLocation: /there\r\nSet-Cookie: a=1; HttpOnly\r\n"
                  "Set-Cookie: b=2\r\nContent-Length: 0\r\n\r\n");
    server.serve = hello;
}

static void test_cookies(void **state)
{
    struct netp_http_jar jar;
    char mem[4096];
    const struct netp_http_jar_cfg jar_cfg = {0};

    (void)state;
    netp_http_jar_init(&jar, mem, sizeof mem, &jar_cfg);
    client_cfg.jar = &jar;
    server.serve = set_cookie;
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(script_field(server.last, "Cookie"), "a=1; b=2");
}

/* --- bodies that are sent -------------------------------------------------------------------- */

static ptrdiff_t numbers(void *arg, void *p, size_t n, uint64_t offset)
{
    size_t total = *(size_t *)arg;

    n = n < 50000 ? n : 50000;
    n = offset + n < total ? n : total - (size_t)offset;
    for (size_t i = 0; i < n; i++) {
        ((char *)p)[i] = (char)('a' + (offset + i) % 26);
    }
    return (ptrdiff_t)n;
}

static void test_upload(void **state)
{
    size_t total = 500000;
    const char *sent;

    (void)state;
    server.serve = hello;
    cfg.body = "0123456789";
    cfg.body_n = 10;
    assert_int_equal(run(), NETP_OK);
    assert_memory_equal(server.last, "POST / ", 7);
    assert_string_equal(script_body(server.last), "0123456789");
    assert_int_equal(result.sent, 10);
    cfg.body_n = 0;
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(script_field(server.last, "Content-Length"), "0");
    cfg.body = NULL;
    cfg.data = NULL;
    cfg.arg = &total;
    cfg.read = numbers;
    cfg.body_n = total;
    cfg.method = "PUT";
    assert_int_equal(run(), NETP_OK);
    sent = script_body(server.last);
    assert_int_equal(strlen(sent), total);
    for (size_t i = 0; i < total; i++) {
        assert_int_equal(sent[i], 'a' + i % 26);
    }
    cfg.body_n = NETP_HTTP1_CHUNKED;
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(script_field(server.last, "Transfer-Encoding"), "chunked");
    assert_int_equal(result.sent, total);
    assert_int_equal(server.conns, 1);
    cfg.body_n = total + 1; /* more than read() gives */
    assert_int_equal(run(), NETP_E_IO);
    assert_int_equal(result.stage, NETP_FETCH_LOCAL);
    cfg.body_n = total - 1;
    assert_int_equal(run(), NETP_E_IO);
}

static void expect(struct script_peer *p, const char *request)
{
    if (strcmp(script_field(request, "Expect"), "100-continue") == 0 && p->served == 1 &&
        p->script->early) {
        script_put(p, "HTTP/1.1 100 Go\r\n\r\n");
        p->script->early = false;
        /* the head was taken; what follows is the body, which is to be "0123456789" */
    }
}

static void test_continue(void **state)
{
    struct netp_fetch *f;

    (void)state;
    server.serve = expect;
    server.early = true;
    cfg.body = "0123456789";
    cfg.body_n = 10;
    cfg.flags = NETP_FETCH_EXPECT;
    client = netp_http_client_new(loop, &client_cfg, NULL);
    f = netp_fetch_start(client, &cfg);
    assert_non_null(f);
    while (!server.peers || server.peers->nin == 0) {
        assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
    }
    assert_int_equal(server.requests, 1);
    assert_string_equal(server.peers->in, "0123456789");
    netp_fetch_cancel(f);
}

static void expectation_failed(struct script_peer *p, const char *request)
{
    server.early = false;
    if (*script_field(request, "Expect")) {
        script_put(p, "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n");
    } else {
        hello(p, request);
    }
}

static void test_417(void **state)
{
    (void)state;
    server.serve = expectation_failed;
    server.early = true;
    cfg.body = "0123456789";
    cfg.body_n = 10;
    cfg.flags = NETP_FETCH_EXPECT;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(result.status, 200);
    assert_string_equal(script_field(server.last, "Expect"), "");
    assert_string_equal(script_body(server.last), "0123456789");
}

static void too_large(struct script_peer *p, const char *request)
{
    (void)request;
    script_put(p, "HTTP/1.1 413 Large\r\nContent-Length: 2\r\n\r\nno");
}

/* Who says no while the body is on its way gets no more of it; who says yes gets all. */
static void test_early(void **state)
{
    size_t total = 900000;

    (void)state;
    server.serve = too_large;
    server.early = true;
    cfg.data = NULL;
    cfg.arg = &total;
    cfg.read = numbers;
    cfg.body_n = NETP_HTTP1_CHUNKED;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(result.status, 413);
}

static struct script_peer *half;

static void half_an_answer(struct script_peer *p, const char *request)
{
    (void)request;
    script_put(p, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    half = p;
}

static void count_done(void *arg, const struct netp_fetch_result *r)
{
    (void)arg;
    result = *r;
    heads++;
}

static void test_early_yes(void **state)
{
    static size_t total = 900000;

    (void)state;
    server.serve = half_an_answer;
    server.early = true;
    half = NULL;
    cfg.data = NULL;
    cfg.arg = &total;
    cfg.read = numbers;
    cfg.body_n = total;
    cfg.done = count_done;
    heads = 0;
    client = netp_http_client_new(loop, &client_cfg, NULL);
    assert_non_null(netp_fetch_start(client, &cfg));
    while (!half || half->nin < total - 200000) { /* less what came with the head */
        assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
    }
    script_put(half, "0\r\n\r\n");
    netp_loop_watch(loop, &half->watch, NETP_WANT_IN | NETP_WANT_OUT);
    wait_for(&heads, 1);
    assert_int_equal(result.err, NETP_OK);
}

/* --- connections ----------------------------------------------------------------------------- */

static void test_reuse(void **state)
{
    (void)state;
    server.serve = hello;
    for (unsigned i = 0; i < 50; i++) {
        assert_int_equal(run(), NETP_OK);
        assert_string_equal(body, "hello");
    }
    assert_int_equal(server.conns, 1);
    cfg.flags = NETP_FETCH_FRESH;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(server.conns, 2);
    cfg.flags = 0;
    cfg.method = "HEAD";
    server.serve = hello;
}

static void test_fresh_at_limit(void **state)
{
    netp_ms before;

    (void)state;
    client_cfg.per_host = 1;
    client_cfg.keep_ms = 60000;
    server.serve = hello;
    assert_int_equal(run(), NETP_OK);
    cfg.flags = NETP_FETCH_FRESH;
    before = netp_now();
    assert_int_equal(run(), NETP_OK);
    assert_true(netp_now() - before < 30000);
    assert_int_equal(server.conns, 2);
}

static void closes_second(struct script_peer *p, const char *request)
{
    if (p->served > 1) {
        script_end(p);
    } else {
        hello(p, request);
    }
}

static void test_closed_meanwhile(void **state)
{
    (void)state;
    server.serve = closes_second;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(run(), NETP_OK); /* again, on a new one */
    assert_int_equal(server.conns, 2);
    cfg.body = "x";
    cfg.body_n = 1;
    assert_int_equal(run(), NETP_E_TRUNCATED); /* once only */
    assert_int_equal(server.conns, 2);
    cfg.method = "PUT";
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(server.conns, 4);
    assert_string_equal(script_body(server.last), "x");
}

/* A connection that is closed while nobody uses it. */
static void test_idle_closed(void **state)
{
    (void)state;
    server.serve = hello;
    assert_int_equal(run(), NETP_OK);
    script_hang_up(&server);
    for (unsigned i = 0; i < 5; i++) {
        netp_loop_turn(loop, netp_now() + 10);
    }
    cfg.body = "x";
    cfg.body_n = 1;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(server.conns, 2);
}

static void last_one(struct script_peer *p, const char *request)
{
    script_put(p, strstr(request, " /old ")
                      ? "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"
                      : "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
}

/* Who says that it was the last is not asked again. */
static void test_last(void **state)
{
    (void)state;
    server.serve = last_one;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(server.conns, 2);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/old", server.port);
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(body, "hello");
    assert_int_equal(server.conns, 4);
}

static void redirect_with_much(struct script_peer *p, const char *request)
{
    static char much[300000];

    if (strstr(request, " /there ")) {
        hello(p, request);
        return;
    }
    script_put(p, "HTTP/1.1 302 On\r\nLocation: /there\r\nContent-Length: %zu\r\n\r\n",
               sizeof much);
    script_put_bytes(p, much, sizeof much);
}

/* A long body on the way is not read to its end. */
static void test_redirect_with_much(void **state)
{
    (void)state;
    server.serve = redirect_with_much;
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(body, "hello");
    assert_int_equal(result.received, 5);
    assert_int_equal(server.conns, 2);
}

static void surplus(struct script_peer *p, const char *request)
{
    hello(p, request);
    script_put(p, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
}

static void test_surplus(void **state)
{
    (void)state;
    server.serve = surplus;
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(body, "hello");
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(body, "hello");
    assert_int_equal(server.conns, 2);
}

static void test_many(void **state)
{
    (void)state;
    server.serve = hello;
    client_cfg.per_host = 3;
    client = netp_http_client_new(loop, &client_cfg, NULL);
    cfg.data = NULL;
    cfg.done = count_done;
    heads = 0;
    for (unsigned i = 0; i < 200; i++) {
        assert_non_null(netp_fetch_start(client, &cfg));
    }
    wait_for(&heads, 200);
    assert_int_equal(server.requests, 200);
    assert_int_equal(server.conns, 3);
}

/* Idle connections are closed in time, and no more are kept than the settings say. */
static void test_idle(void **state)
{
    (void)state;
    server.serve = hello;
    client_cfg.per_host = 10;
    client_cfg.idle = 2;
    client_cfg.keep_ms = 50;
    client = netp_http_client_new(loop, &client_cfg, NULL);
    cfg.data = NULL;
    cfg.done = count_done;
    heads = 0;
    for (unsigned i = 0; i < 10; i++) {
        assert_non_null(netp_fetch_start(client, &cfg));
    }
    wait_for(&heads, 10);
    assert_int_equal(server.conns, 10);
    while (server.open > 2) {
        netp_loop_turn(loop, NETP_NEVER);
    }
    wait_for(&server.open, 0);
}

static void nothing(struct script_peer *p, const char *request)
{
    (void)p;
    (void)request;
}

static void test_timeouts(void **state)
{
    (void)state;
    server.serve = nothing;
    client_cfg.stall_ms = 60;
    client_cfg.connect_ms = 90;
    assert_int_equal(run(), NETP_E_TIMEOUT);
    assert_int_equal(result.stage, NETP_FETCH_HTTP);
    cfg.timeout_ms = 30;
    assert_int_equal(run(), NETP_E_TIMEOUT);
    wait_for(&server.requests, 2);
#ifdef NETPROTO_TLS
    cfg.timeout_ms = 0;
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", server.port);
    assert_int_equal(run(), NETP_E_TIMEOUT);
    assert_int_equal(result.stage, NETP_FETCH_TLS);
#endif
}

static bool refuse(void *arg, const struct netp_addr *addr)
{
    (void)arg;
    (void)addr;
    return false;
}

static void test_allow(void **state)
{
    struct netp_http_resolve resolve = {"example.test", 0, {.fam = 4, .ip = {127, 0, 0, 1}}};

    (void)state;
    client_cfg.allow = refuse;
    assert_int_equal(run(), NETP_E_REFUSED);
    assert_int_equal(result.stage, NETP_FETCH_RESOLVE);
    assert_int_equal(server.conns, 0);
    netp_http_client_free(client);
    client = NULL;
    client_cfg.allow = NULL;
    client_cfg.resolve = &resolve;
    client_cfg.nresolve = 1;
    server.serve = hello;
    snprintf(url, sizeof url, "http://Example.TEST:%u/", server.port);
    assert_int_equal(run(), NETP_OK);
    assert_memory_equal(script_field(server.last, "Host"), "example.test:", 13);
    snprintf(url, sizeof url, "http://127.0.0.1:1/");
    assert_int_equal(run(), NETP_E_IO);
    assert_int_equal(result.stage, NETP_FETCH_CONNECT);
}

/* --- proxies --------------------------------------------------------------------------------- */

static void proxy(struct script_peer *p, const char *request)
{
    if (strncmp(request, "CONNECT ", 8) == 0) {
        script_put(p, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
    } else {
        hello(p, request);
    }
}

static void test_proxy(void **state)
{
    char proxy_url[64];

    (void)state;
    snprintf(proxy_url, sizeof proxy_url, "http://pu:pp@127.0.0.1:%u", server.port);
    client_cfg.proxy.all = netp_str_of(proxy_url);
    server.serve = proxy;
    snprintf(url, sizeof url, "http://example.test/a?b#c");
    assert_int_equal(run(), NETP_OK);
    assert_memory_equal(server.last, "GET http://example.test/a?b HTTP/1.1\r\n", 38);
    assert_string_equal(script_field(server.last, "Host"), "example.test");
    assert_string_equal(script_field(server.last, "Proxy-Authorization"), "Basic cHU6cHA=");
    snprintf(url, sizeof url, "http://example.org:8080/");
    assert_int_equal(run(), NETP_OK);
    assert_memory_equal(server.last, "GET http://example.org:8080/ HTTP/1.1\r\n", 39);
    assert_int_equal(server.conns, 1);
    snprintf(url, sizeof url, "https://example.test/a");
    cfg.token = "tok";
    assert_int_equal(run(), NETP_E_REFUSED);
    assert_int_equal(result.stage, NETP_FETCH_PROXY);
    assert_int_equal(result.status, 403);
    assert_memory_equal(server.last, "CONNECT example.test:443 HTTP/1.1\r\n", 35);
    assert_string_equal(script_field(server.last, "Proxy-Authorization"), "Basic cHU6cHA=");
    assert_string_equal(script_field(server.last, "Authorization"), "");
}

/* --- callbacks ------------------------------------------------------------------------------- */

static struct netp_fetch *running;
static unsigned calls, cancel_at;
static bool start_another;

static void maybe_cancel(void)
{
    if (++calls != cancel_at) {
        return;
    }
    netp_fetch_cancel(running);
    running = NULL;
    if (start_another) {
        struct netp_fetch_cfg c = {.url = url, .done = count_done};
        assert_non_null(netp_fetch_start(client, &c));
    }
}

static bool cancel_head(void *arg, const struct netp_fetch_head *h)
{
    (void)arg;
    (void)h;
    maybe_cancel();
    return true;
}

static bool cancel_data(void *arg, const void *p, size_t n)
{
    (void)arg;
    (void)p;
    (void)n;
    maybe_cancel();
    return true;
}

static void cancel_sent(void *arg, uint64_t bytes)
{
    (void)arg;
    (void)bytes;
    maybe_cancel();
}

static ptrdiff_t cancel_read(void *arg, void *p, size_t n, uint64_t offset)
{
    static size_t total = 300000;

    (void)arg;
    maybe_cancel();
    return running ? numbers(&total, p, n, offset) : 0;
}

static void finished(void *arg, const struct netp_fetch_result *r)
{
    (void)arg;
    assert_int_equal(r->err, NETP_OK);
    running = NULL;
    heads = 1000;
}

static void pieces(struct script_peer *p, const char *request)
{
    (void)request;
    script_put(p, "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n");
}

static void test_cancel(void **state)
{
    (void)state;
    server.serve = pieces;
    client = netp_http_client_new(loop, &client_cfg, NULL);
    cfg.head = cancel_head;
    cfg.data = cancel_data;
    cfg.sent = cancel_sent;
    cfg.read = cancel_read;
    cfg.body_n = NETP_HTTP1_CHUNKED;
    cfg.done = finished;
    for (unsigned another = 0; another < 2; another++) {
        start_another = another;
        heads = 0;
        for (cancel_at = 1; heads < 1000; cancel_at++) {
            calls = heads = 0;
            running = netp_fetch_start(client, &cfg);
            while (running) {
                assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
            }
            if (another && heads < 1000) {
                wait_for(&heads, 1);
                assert_int_equal(result.err, NETP_OK);
            }
        }
        assert_true(cancel_at > 10);
    }
}

/* One fetch cancels those that wait behind it. */
static struct netp_fetch *waiters[4];

static bool cancel_waiters(void *arg, const struct netp_fetch_head *h)
{
    (void)arg;
    (void)h;
    for (size_t i = 0; i < 4; i++) {
        if (waiters[i]) {
            netp_fetch_cancel(waiters[i]);
            waiters[i] = NULL;
        }
    }
    return true;
}

static ptrdiff_t read_cancels(void *arg, void *p, size_t n, uint64_t offset)
{
    (void)p;
    (void)n;
    (void)offset;
    cancel_waiters(arg, NULL);
    return 0;
}

static struct script_peer *held[2];
static unsigned nheld;

static void hold_first(struct script_peer *p, const char *request)
{
    if (p->served > 1) {
        hello(p, request);
    } else {
        held[nheld++] = p;
    }
}

/* Starts it, and lets it come to where it waits. */
static struct netp_fetch *start(const struct netp_fetch_cfg *c)
{
    struct netp_fetch *f = netp_fetch_start(client, c);

    assert_non_null(f);
    assert_int_equal(netp_loop_turn(loop, 0), 0);
    return f;
}

static void test_cancel_waiting(void **state)
{
    struct netp_fetch_cfg c = {.url = url, .done = count_done};

    (void)state;
    server.serve = hold_first;
    client_cfg.per_host = 2;
    for (unsigned how = 0; how < 2; how++) {
        client = netp_http_client_new(loop, &client_cfg, NULL);
        heads = 0;
        nheld = 0;
        cfg.data = NULL;
        cfg.done = count_done;
        cfg.head = how == 0 ? cancel_waiters : NULL;
        start(&cfg);
        start(&cfg);
        wait_for(&nheld, 2);
        if (how == 1) { /* it is the first that waits */
            cfg.read = read_cancels;
            cfg.body_n = NETP_HTTP1_CHUNKED;
            start(&cfg);
        }
        for (size_t i = 0; i < 4; i++) {
            waiters[i] = start(&c);
        }
        for (size_t i = 0; i < 2; i++) { /* both are idle in one turn */
            hello(held[i], NULL);
            send(held[i]->watch.fd, held[i]->out, held[i]->nout, MSG_NOSIGNAL);
            held[i]->nout = 0;
        }
        wait_for(&heads, how + 2);
        for (unsigned i = 0; i < 5; i++) {
            netp_loop_turn(loop, netp_now() + 5);
        }
        assert_int_equal(heads, how + 2);
        assert_null(waiters[0]);
        assert_int_equal(server.requests, how * 3 + how + 2);
        start(&c);
        wait_for(&heads, how + 3);
        netp_http_client_free(client);
        client = NULL;
    }
}

static bool stop(void *arg, const void *p, size_t n)
{
    (void)arg;
    (void)p;
    (void)n;
    return false;
}

static void test_stop(void **state)
{
    (void)state;
    server.serve = hello;
    cfg.data = stop;
    assert_int_equal(run(), NETP_E_ABORTED);
    assert_int_equal(result.stage, NETP_FETCH_LOCAL);
    cfg.data = NULL;
    cfg.max_body = 4;
    assert_int_equal(run(), NETP_E_LIMIT);
    cfg.max_body = 5;
    assert_int_equal(run(), NETP_OK);
}

static void test_free_while_running(void **state)
{
    (void)state;
    server.serve = nothing;
    client_cfg.per_host = 2;
    client = netp_http_client_new(loop, &client_cfg, NULL);
    for (unsigned i = 0; i < 5; i++) {
        assert_non_null(netp_fetch_start(client, &cfg));
    }
    wait_for(&server.requests, 2);
}

/* --- memory ---------------------------------------------------------------------------------- */

/* The linker puts these between the library and its calls. */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static unsigned blocks;

void *__wrap_malloc(size_t n)
{
    blocks++;
    return __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    blocks++;
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    blocks++;
    return __real_realloc(p, n);
}

static void hello_uncounted(struct script_peer *p, const char *request)
{
    unsigned before = blocks;

    hello(p, request);
    blocks = before;
}

static void test_no_memory_taken(void **state)
{
    (void)state;
    server.serve = hello_uncounted;
    assert_int_equal(run(), NETP_OK);
    assert_true(blocks > 0);
    blocks = 0;
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(run(), NETP_OK);
    }
    assert_int_equal(blocks, 0);
    assert_int_equal(server.conns, 1);
}

/* --- tracing --------------------------------------------------------------------------------- */

static char traced[65536];

static void on_trace(void *arg, char kind, struct netp_str line)
{
    size_t n = strlen(traced);

    (void)arg;
    snprintf(traced + n, sizeof traced - n, "%c %.*s\n", kind, (int)line.n, line.p);
}

static void test_trace(void **state)
{
    const struct netp_http1_pair field[] = {{NETP_STR("X-Key"), NETP_STR("topsecret")}};
    const struct netp_str secret[] = {NETP_STR("x-key")};

    (void)state;
    traced[0] = '\0';
    client_cfg.trace = on_trace;
    server.serve = set_cookie;
    snprintf(url, sizeof url, "http://u:topsecret@127.0.0.1:%u/", server.port);
    cfg.flags = NETP_FETCH_BASIC;
    cfg.field = field;
    cfg.nfield = 1;
    cfg.secret = secret;
    cfg.nsecret = 1;
    assert_int_equal(run(), NETP_OK);
    assert_null(strstr(traced, "topsecret"));
    assert_null(strstr(traced, "dTp0b3")); /* "u:tops" */
    assert_null(strstr(traced, "a=1"));
    assert_non_null(strstr(traced, "> GET /there HTTP/1.1\n"));
    assert_non_null(strstr(traced, "> X-Key: (hidden)\n"));
    assert_non_null(strstr(traced, "< HTTP/1.1 302 On\n"));
}

/* --- content codings ------------------------------------------------------------------------- */

#ifdef NETPROTO_ZLIB

#include <zlib.h>

static uint8_t coded[65536];
static size_t ncoded, cut_at;
static const char *coding;
static unsigned coded_status = 200;

static size_t deflate_to(uint8_t *out, size_t cap, const void *p, size_t n, int bits)
{
    z_stream z = {0};

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)p;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = (uInt)cap;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return cap - z.avail_out;
}

static void serve_coded(struct script_peer *p, const char *request)
{
    script_put(p, "HTTP/1.1 %u OK\r\n%s\r\nContent-Length: %zu\r\n\r\n", coded_status, coding,
               cut_at);
    if (strncmp(request, "HEAD", 4) != 0) {
        script_put_bytes(p, coded, cut_at);
    }
}

static char text[200000];

static void make_text(void)
{
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)('a' + i * i % 23);
    }
}

static void test_codings(void **state)
{
    (void)state;
    make_text();
    server.serve = serve_coded;
    coding = "Content-Encoding: gzip";
    cut_at = ncoded = deflate_to(coded, sizeof coded, text, sizeof text, 31);
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(nbody, sizeof text);
    assert_memory_equal(body, text, sizeof text);
    assert_string_equal(script_field(server.last, "Accept-Encoding"), "gzip, deflate");
    cut_at = ncoded - 1;
    assert_int_equal(run(), NETP_E_TRUNCATED);
    assert_int_equal(result.stage, NETP_FETCH_BODY);
    cut_at = ncoded;
    cfg.max_body = sizeof text - 1;
    assert_int_equal(run(), NETP_E_LIMIT);
    cfg.max_body = 0;
    coded[ncoded - 6] ^= 1; /* its CRC */
    assert_int_equal(run(), NETP_E_SYNTAX);
    coded[ncoded - 6] ^= 1;
    cfg.flags = NETP_FETCH_RAW;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(nbody, ncoded);
    assert_string_equal(script_field(server.last, "Accept-Encoding"), "");
    cfg.flags = 0;
    cfg.method = "HEAD";
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(nbody, 0);
    cfg.method = NULL;
    cut_at = 0; /* no bytes at all, as many servers send */
    assert_int_equal(run(), NETP_OK);
    cut_at = ncoded = deflate_to(coded, sizeof coded, text, sizeof text, 15);
    coding = "Content-Encoding: deflate";
    assert_int_equal(run(), NETP_OK);
    assert_memory_equal(body, text, sizeof text);
}

static void test_two_codings(void **state)
{
    uint8_t once[65536];
    size_t n;

    (void)state;
    make_text();
    server.serve = serve_coded;
    n = deflate_to(once, sizeof once, text, sizeof text, 15);
    cut_at = ncoded = deflate_to(coded, sizeof coded, once, n, 31);
    coding = "Content-Encoding: deflate, gzip";
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(nbody, sizeof text);
    assert_memory_equal(body, text, sizeof text);
    coding = "Content-Encoding: deflate\r\nContent-Encoding: gzip";
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(nbody, sizeof text);
    assert_memory_equal(body, text, sizeof text);
    cut_at = ncoded - 9; /* all but the end of the outer one */
    assert_int_equal(run(), NETP_E_TRUNCATED);
    coding = "Content-Range: bytes 5-9/10\r\nContent-Encoding: gzip";
    coded_status = 206;
    cut_at = 5;
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(nbody, 5);
    coded_status = 200;
    coding = "Content-Encoding: br";
    assert_int_equal(run(), NETP_E_UNSUPPORTED);
    assert_int_equal(result.stage, NETP_FETCH_BODY);
    coding = "Content-Encoding: gzip, gzip, gzip";
    assert_int_equal(run(), NETP_E_LIMIT);
}

/* A hundred megabytes from a hundred kilobytes. */
static void test_bomb(void **state)
{
    static char zeros[30000000];

    (void)state;
    server.serve = serve_coded;
    coding = "Content-Encoding: gzip";
    cut_at = ncoded = deflate_to(coded, sizeof coded, zeros, sizeof zeros, 31);
    cfg.max_body = 1000000;
    assert_int_equal(run(), NETP_E_LIMIT);
    assert_true(nbody <= 1000000);
}

#define CODINGS TEST(codings), TEST(two_codings), TEST(bomb),
#else
#define CODINGS
#endif

#ifdef NETPROTO_TLS

static void test_digest(void **state)
{
    const char *field;

    (void)state;
    server.serve = locked;
    challenge = "Digest realm=\"r\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256, opaque=\"o\"";
    cfg.user = "Mufasa";
    cfg.password = "Circle of Life";
    assert_int_equal(run(), NETP_OK);
    assert_string_equal(body, "hello");
    assert_int_equal(server.requests, 2);
    assert_int_equal(server.conns, 1);
    field = script_field(server.last, "Authorization");
    assert_memory_equal(field, "Digest ", 7);
    assert_non_null(strstr(field, "uri=\"/\""));
    assert_non_null(strstr(field, "nc=00000001"));
    assert_null(strstr(field, "Circle"));
    challenge = "Digest realm=\"never\", nonce=\"n1\", qop=\"auth\"";
    assert_int_equal(run(), NETP_OK);
    assert_int_equal(result.status, 401);
    assert_int_equal(server.requests, 4);
}

#define DIGEST TEST(digest),
#else
#define DIGEST
#endif

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
    const struct CMUnitTest tests[] = {TEST(get),
                                       TEST(ends),
                                       TEST(redirect),
                                       TEST(redirect_post),
                                       TEST(redirect_loop),
                                       TEST(basic),
                                       TEST(token),
                                       TEST(cookies),
                                       TEST(upload),
                                       TEST(continue),
                                       TEST(417),
                                       TEST(early),
                                       TEST(early_yes),
                                       TEST(reuse),
                                       TEST(many),
                                       TEST(closed_meanwhile),
                                       TEST(idle_closed),
                                       TEST(surplus),
                                       TEST(last),
                                       TEST(redirect_with_much),
                                       TEST(idle),
                                       TEST(fresh_at_limit),
                                       TEST(timeouts),
                                       TEST(allow),
                                       TEST(proxy),
                                       TEST(cancel),
                                       TEST(stop),
                                       TEST(trace),
                                       TEST(free_while_running),
                                       TEST(cancel_waiting),
                                       TEST(no_memory_taken),
                                       DIGEST CODINGS};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
