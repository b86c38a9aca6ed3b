/* test_httpd.c - the HTTP server, in a process of its own, asked by plain sockets.
 *
 * SPDX-License-Identifier: MIT */
#include "httpd_child.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netproto/addr.h>
#include <netproto/text.h>

/* --- the server's side ----------------------------------------------------------------------- */

static struct netp_httpd_exchange *late;
static char big[1 << 20];

static void hello(void *arg, struct netp_httpd_exchange *x)
{
    const struct netp_httpd_request *r = netp_httpd_request(x);
    char text[200];
    int n = snprintf(text, sizeof text, "%s %.*s %.*s %.*s?%.*s", (const char *)arg, (int)r->host.n,
                     r->host.p, r->nparam > 0 ? (int)r->param[0].n : 0,
                     r->nparam > 0 ? r->param[0].p : "", (int)r->path.n, r->path.p, (int)r->query.n,
                     r->query.p ? r->query.p : "");

    netp_httpd_reply(x, 200, "text/plain", text, (size_t)n);
}

/* Counts the body, and answers with how much it was. */
static void count_body(void *arg, struct netp_httpd_exchange *x, const void *p, size_t n)
{
    static uint64_t bytes;
    char text[32];
    int k;

    (void)arg;
    (void)p;
    bytes += n;
    if (n == 0) {
        k = snprintf(text, sizeof text, "%llu bytes", (unsigned long long)bytes);
        bytes = 0;
        netp_httpd_reply(x, 200, NULL, text, (size_t)k);
    }
}

static void take(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    netp_httpd_watch(x, &(struct netp_httpd_watcher){.data = count_body}, 1000);
}

static void answer_late(void *arg)
{
    (void)arg;
    netp_httpd_reply(late, 200, NULL, "late", 4);
    late = NULL;
}

/* Answers when its client has gone: to the next one, how many have. */
static void forget(void *arg, struct netp_httpd_exchange *x, bool complete)
{
    (void)x;
    *(unsigned *)arg += !complete;
}

static void never(void *arg, struct netp_httpd_exchange *x)
{
    netp_httpd_watch(x, &(struct netp_httpd_watcher){.gone = forget, .arg = arg}, 0);
}

static void how_many(void *arg, struct netp_httpd_exchange *x)
{
    char text[32];

    netp_httpd_reply(x, 200, NULL, text,
                     (size_t)snprintf(text, sizeof text, "%u gone", *(unsigned *)arg));
}

/* Answers before the body is there, and looks at what comes of it then. */
static void too_late(void *arg, struct netp_httpd_exchange *x, const void *p, size_t n)
{
    (void)x;
    (void)p;
    (void)n;
    *(unsigned *)arg += 1;
}

static void answer_early(void *arg, struct netp_httpd_exchange *x)
{
    netp_httpd_watch(x, &(struct netp_httpd_watcher){.data = too_late, .arg = arg}, 0);
    netp_httpd_reply(x, 200, NULL, "early", 5);
}

static void where(void *arg, struct netp_httpd_exchange *x)
{
    struct netp_addr a = netp_httpd_local(x);
    char text[NETP_ADDR_CAP];

    (void)arg;
    netp_httpd_reply(x, 200, NULL, text, netp_addr_format(&a, text));
}

static void wait_a_while(void *arg, struct netp_httpd_exchange *x)
{
    static struct netp_timer timer = {.due = answer_late};

    (void)arg;
    late = x;
    netp_loop_at(loop, &timer, netp_loop_now(loop) + 200);
}

/* Lends one piece after the other; the first is sent by write. */
static void more(void *arg, struct netp_httpd_exchange *x)
{
    static unsigned pieces;

    (void)arg;
    if (++pieces < 3) {
        netp_httpd_lend(x, big, sizeof big);
    } else {
        pieces = 0;
        netp_httpd_end(x);
    }
}

static void stream(void *arg, struct netp_httpd_exchange *x)
{
    netp_httpd_watch(x, &(struct netp_httpd_watcher){.ready = more}, 0);
    netp_httpd_begin(x, 200, arg ? NETP_HTTP1_CHUNKED : 5 + 2 * sizeof big, false);
    netp_httpd_write(x, "begin", 5);
    more(NULL, x);
}

static void whole(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    netp_httpd_watch(x, &(struct netp_httpd_watcher){.ready = NULL}, 0);
    netp_httpd_begin(x, 200, sizeof big, true);
    netp_httpd_lend(x, big, sizeof big);
    netp_httpd_end(x);
}

static void cut(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    netp_httpd_begin(x, 200, 100, false);
    netp_httpd_write(x, "half", 4);
    netp_httpd_cut(x);
}

static void file(void *arg, struct netp_httpd_exchange *x)
{
    static int fd = -1;

    if (fd < 0) {
        char name[] = "/tmp/test_httpd.XXXXXX";
        fd = mkstemp(name);
        unlink(name);
        if (write(fd, "0123456789", 10) != 10) {
            abort();
        }
    }
    netp_httpd_watch(x, &(struct netp_httpd_watcher){.ready = NULL}, 0);
    netp_httpd_begin(x, 200, arg ? 20 : 5, false);
    netp_httpd_lend_file(x, fd, 3, arg ? 20 : 5);
    netp_httpd_end(x);
}

static void bad_field(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    netp_httpd_add(x, "X", NETP_STR("a\r\nSet-Cookie: b"));
    netp_httpd_reply(x, 200, NULL, "no", 2);
}

static unsigned gone, data_later;

static const struct netp_httpd_route routes[] = {
    {.host = "other.test", .pattern = "/", .handle = hello, .arg = "other"},
    {.host = "*.wild.test", .pattern = "/", .handle = hello, .arg = "wild"},
    {.method = "GET", .pattern = "/", .handle = hello, .arg = "root"},
    {.method = "GET", .pattern = "/item/{}/x", .handle = hello, .arg = "item"},
    {.pattern = "/all/*", .handle = hello, .arg = "all"},
    {.method = "POST", .pattern = "/take", .handle = take},
    {.method = "POST", .pattern = "/leave", .handle = hello, .arg = "left"},
    {.pattern = "/late", .handle = wait_a_while},
    {.pattern = "/stream", .handle = stream},
    {.pattern = "/chunks", .handle = stream, .arg = "chunked"},
    {.pattern = "/whole", .handle = whole},
    {.pattern = "/cut", .handle = cut},
    {.pattern = "/file", .handle = file},
    {.pattern = "/short", .handle = file, .arg = "20 of 10 bytes"},
    {.pattern = "/bad", .handle = bad_field},
    {.pattern = "/never", .handle = never, .arg = &gone},
    {.pattern = "/gone", .handle = how_many, .arg = &gone},
    {.pattern = "/early", .handle = answer_early, .arg = &data_later},
    {.pattern = "/later", .handle = how_many, .arg = &data_later},
    {.pattern = "/where", .handle = where},
};

static const struct netp_httpd_cfg plain = {.route = routes,
                                            .nroute = sizeof routes / sizeof *routes,
                                            .server = "test",
                                            .max_head = 1024,
                                            .max_fields = 10};

static void serve(int fd, const void *cfg)
{
    loop = netp_loop_new();
    httpd = netp_httpd_new(loop, cfg);
    child_serve(fd);
    netp_loop_free(loop);
}

/* The kernel takes some ten times what a slow client reads before it is given up. */
static void serve_to_slow(int fd, const void *cfg)
{
    const int most = 200000;

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
    serve(fd, cfg);
}

/* --- the client's side ----------------------------------------------------------------------- */

static struct child server;

static void start(const struct netp_httpd_cfg *cfg)
{
    child_start(&server, NULL, serve, cfg);
}

static void finish(void)
{
    assert_int_equal(child_end(&server), 0);
}

static void expect(const char *request, const char *const *answer, size_t n)
{
    char out[8192];
    int fd = dial(&server);

    say(fd, request);
    shutdown(fd, SHUT_WR);
    hear(fd, "", out, sizeof out);
    for (size_t i = 0; i < n; i++) {
        if (!strstr(out, answer[i])) {
            fail_msg("%s\n--- has no \"%s\" in its answer:\n%s", request, answer[i], out);
        }
    }
    close(fd);
}

#define EXPECT(request, ...)                                                                       \
    expect((request), (const char *const[]){__VA_ARGS__},                                          \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* --- tests ----------------------------------------------------------------------------------- */

static void requests_find_their_handlers(void **state)
{
    (void)state;
    start(&plain);
    EXPECT("GET /?q=1" HOST "\r\n", "HTTP/1.1 200 OK\r\n", "Server: test\r\n",
           "Date: ", "root a  /?q=1");
    EXPECT("GET / HTTP/1.1\r\nHost: OTHER.test:80\r\n\r\n", "other OTHER.test");
    EXPECT("GET / HTTP/1.1\r\nHost: x.wild.test\r\n\r\n", "wild x.wild.test");
    EXPECT("GET / HTTP/1.1\r\nHost: .wild.test\r\n\r\n", "\r\n\r\n");
    EXPECT("GET http://other.test/ HTTP/1.1\r\nHost: a\r\n\r\n", "other other.test");
    EXPECT("GET /item/a%2Fb/x" HOST "\r\n", "item a a%2Fb /item/a%2Fb/x");
    EXPECT("GET /item//x" HOST "\r\n", "HTTP/1.1 404 Not Found\r\n", "404 Not Found\n");
    EXPECT("GET /all/b/c" HOST "\r\n", "all a b/c /all/b/c");
    EXPECT("GET /allb" HOST "\r\n", "404");
    EXPECT("PUT /take" HOST "\r\n", "405 Method Not Allowed", "Allow: POST, OPTIONS\r\n");
    EXPECT("OPTIONS /" HOST "\r\n", "204 No Content", "Allow: GET, HEAD, OPTIONS\r\n");
    EXPECT("OPTIONS *" HOST "\r\n", "204 No Content");
    EXPECT("HEAD /" HOST "\r\n", "200 OK", "Content-Length: ", "\r\n\r\n");
    EXPECT("GET /bad" HOST "\r\n", "500 Internal Server Error", "Connection: close");
    finish();
}

static void bodies_are_bounded(void **state)
{
    (void)state;
    start(&plain);
    EXPECT("POST /take" HOST "Content-Length: 3\r\n\r\nabc", "200 OK", "3 bytes");
    EXPECT("POST /take" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "3 bytes");
    EXPECT("POST /take" HOST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\na",
           "100 Continue\r\n\r\n", "1 bytes");
    EXPECT("POST /take" HOST "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n",
           "HTTP/1.1 413 Content Too Large", "Connection: close");
    EXPECT("POST /take" HOST "Transfer-Encoding: chunked\r\n\r\n3e9\r\n", "");
    EXPECT("POST /leave" HOST "Content-Length: 3\r\n\r\nabcGET /" HOST "\r\n", "left", "root");
    EXPECT("POST /leave" HOST "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n", "left",
           "Connection: close");
    finish();
}

/* What nobody asked for is read to the end if that is near, else it ends with its answer. */
static void bodies_that_are_not_wanted(void **state)
{
    static const char *const heads[] = {
        "POST /none" HOST "Content-Length: 2000000\r\n\r\n",
        "POST /none" HOST "Transfer-Encoding: chunked\r\n\r\n1e8480\r\n",
        "POST /all/x" HOST "Content-Length: 20000000000\r\n\r\n",
        "POST /leave" HOST "Transfer-Encoding: chunked\r\n\r\n1e8480\r\n"};
    char out[1000];

    (void)state;
    start(&plain);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        int fd = dial(&server);
        say(fd, heads[i]);
        for (unsigned k = 0; k < 20 && send(fd, big, 100000, MSG_NOSIGNAL) > 0; k++) {
        }
        hear(fd, "", out, sizeof out);
        assert_non_null(strstr(out, i < 2 ? " 404 " : " 200 OK"));
        assert_non_null(strstr(out, "Connection: close"));
        close(fd);
    }
    EXPECT("POST /none" HOST "Content-Length: 3\r\n\r\nabcGET /" HOST "\r\n", " 404 ", "root");
    finish();
}

static void what_is_no_request_ends_the_connection(void **state)
{
    (void)state;
    start(&plain);
    EXPECT("GET / HTTP/1.1\r\n\r\nGET /" HOST "\r\n", "HTTP/1.1 400 Bad Request",
           "Connection: close");
    EXPECT("GET / HTTP/2.0\r\n\r\n", "505");
    EXPECT("GET /" HOST "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\nF: 1\r\nG: 1\r\nH: 1\r\n"
           "I: 1\r\nJ: 1\r\n\r\n",
           "431");
    EXPECT("GET /" HOST "\r\nnonsense\r\n\r\n", "root", "400 Bad Request");
    finish();
}

static void answers_come_in_pieces_and_in_order(void **state)
{
    static char out[3 << 20];
    int fd;
    size_t n;

    (void)state;
    start(&plain);
    fd = dial(&server);
    say(fd, "GET /late" HOST "\r\nGET /" HOST "\r\nGET /file" HOST "\r\n");
    hear(fd, "34567", out, sizeof out);
    assert_non_null(strstr(out, "late"));
    assert_true(strstr(out, "late") < strstr(out, "root"));
    assert_true(strstr(out, "root") < strstr(out, "34567"));
    say(fd, "GET /stream HTTP/1.0\r\n\r\n");
    n = hear(fd, "", out, sizeof out);
    assert_non_null(strstr(out, "Content-Length: 2097157\r\n"));
    assert_true(n > 2097157);
    close(fd);
    fd = dial(&server);
    say(fd, "GET /chunks" HOST "Connection: close\r\n\r\n");
    n = hear(fd, "", out, sizeof out);
    assert_true(n > 2097157);
    assert_memory_equal(out + n - 5, "0\r\n\r\n", 5);
    close(fd);
    finish();
}

static void what_cant_be_completed_is_cut(void **state)
{
    char out[1000];
    int fd;

    (void)state;
    start(&plain);
    fd = dial(&server);
    say(fd, "GET /cut" HOST "\r\nGET /" HOST "\r\n");
    hear(fd, "", out, sizeof out);
    assert_null(strstr(out, "root"));
    close(fd);
    fd = dial(&server);
    say(fd, "GET /short" HOST "\r\nGET /" HOST "\r\n");
    hear(fd, "", out, sizeof out);
    assert_non_null(strstr(out, "Content-Length: 20\r\n"));
    assert_null(strstr(out, "root"));
    close(fd);
    finish();
}

/* The answer to a request on a connection of its own. */
static void ask(const char *request, char *out, size_t cap)
{
    int fd = dial(&server);

    say(fd, request);
    hear(fd, "", out, cap);
    close(fd);
}

/* The server is told of it in its own time. */
static void have_gone(const char *text)
{
    netp_ms end = netp_now() + 30000;
    char out[1000];

    do {
        assert_true(netp_now() < end);
        ask("GET /gone" HOST "Connection: close\r\n\r\n", out, sizeof out);
    } while (!strstr(out, text));
}

/* A connection on which a request waits for ever. */
static int dial_never(void)
{
    char out[1000];
    int fd = dial(&server);

    say(fd, "GET /" HOST "\r\nGET /never" HOST "\r\n");
    hear(fd, "root a", out, sizeof out); /* thus the server has the other one, too */
    return fd;
}

/* A client that closes, that resets, that is only half closed, and of HTTP/1.0. */
static void who_leaves_before_the_answer_is_missed_at_once(void **state)
{
    const struct linger none = {1, 0};
    char out[1000];
    int half, old, fd;

    (void)state;
    start(&plain);
    half = dial(&server);
    say(half, "GET /never" HOST "\r\n");
    shutdown(half, SHUT_WR);
    hear(half, "\r\n\r\n", out, sizeof out);
    assert_string_equal(out, "HTTP/1.1 100 Continue\r\n\r\n");
    old = dial(&server);
    say(old, "GET /late HTTP/1.0\r\n\r\n");
    shutdown(old, SHUT_WR);
    hear(old, "late", out, sizeof out);
    assert_ptr_equal(strstr(out, "HTTP/1.1 200 OK\r\n"), out);
    close(dial_never());
    have_gone("1 gone");
    fd = dial_never();
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none), 0);
    close(fd);
    have_gone("2 gone");
    close(half);
    close(old);
    finish();
}

static void nothing_comes_behind_the_end(void **state)
{
    char out[1000];
    int fd;

    (void)state;
    start(&plain);
    fd = dial(&server);
    say(fd, "POST /early" HOST "Content-Length: 10\r\n\r\n");
    hear(fd, "early", out, sizeof out);
    say(fd, "0123456789GET /later" HOST "Connection: close\r\n\r\n");
    hear(fd, "", out, sizeof out);
    assert_non_null(strstr(out, "0 gone"));
    close(fd);
    finish();
}

static void the_local_address_is_that_of_the_connection(void **state)
{
    char out[1000], text[NETP_ADDR_CAP];

    (void)state;
    child_start(&server, &(struct netp_addr){.fam = 4}, serve, &plain);
    memcpy(server.at.ip, (uint8_t[]){127, 0, 0, 3}, 4);
    text[netp_addr_format(&server.at, text)] = '\0';
    ask("GET /where" HOST "Connection: close\r\n\r\n", out, sizeof out);
    assert_non_null(strstr(out, text));
    finish();
}

static void connections_rest_and_wake(void **state)
{
    struct netp_httpd_cfg cfg = plain;
    char out[1000];
    int fd, silent;

    (void)state;
    cfg.idle_ms = 4000;
    start(&cfg);
    silent = dial(&server);
    fd = dial(&server);
    say(fd, "GET /" HOST "\r\n");
    assert_true(hear(fd, "root a", out, sizeof out) > 0);
    usleep(1500000); /* it rests now */
    say(fd, "GET /all/again" HOST "\r\n");
    hear(fd, "again", out, sizeof out);
    assert_non_null(strstr(out, "all a again"));
    assert_int_equal(hear(fd, "", out, sizeof out), 0); /* until it is closed */
    assert_int_equal(hear(silent, "", out, sizeof out), 0);
    close(fd);
    close(silent);
    finish();
}

static void slow_heads_and_bodies_end(void **state)
{
    struct netp_httpd_cfg cfg = plain;
    char out[1000];
    int head, body;

    (void)state;
    cfg.head_ms = 1000;
    cfg.stall_ms = 1000;
    start(&cfg);
    head = dial(&server);
    body = dial(&server);
    say(head, "GET /");
    say(body, "POST /take" HOST "Content-Length: 5\r\n\r\nab");
    hear(head, "", out, sizeof out);
    assert_non_null(strstr(out, "408 Request Timeout"));
    hear(body, "", out, sizeof out);
    assert_non_null(strstr(out, "408 Request Timeout"));
    close(head);
    close(body);
    finish();
}

/* With packets and a window so small that the kernel tells of each kilobyte that is read. */
static int dial_small(void)
{
    const int packet = 536, window = 4096;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(server.at.port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(&a.sin_addr, server.at.ip, 4);
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &packet, sizeof packet);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void slow_readers_are_no_silent_ones(void **state)
{
    struct netp_httpd_cfg cfg = plain;
    const int much = 1 << 20;
    int slow, silent;
    static char out[2 * sizeof big];
    size_t n = 0;

    (void)state;
    cfg.stall_ms = 2000;
    child_start(&server, NULL, serve_to_slow, &cfg);
    ask("GET /gone" HOST "Connection: close\r\n\r\n", out, sizeof out); /* it is set up */
    slow = dial_small();
    silent = dial_small();
    say(slow, "GET /whole" HOST "\r\n");
    say(silent, "GET /whole" HOST "\r\n");
    for (netp_ms end = netp_now() + 6000; netp_now() < end; usleep(50000)) {
        ssize_t r = recv(slow, out, 512, MSG_DONTWAIT);
        n += r > 0 ? (size_t)r : 0;
    }
    setsockopt(slow, SOL_SOCKET, SO_RCVBUF, &much, sizeof much);
    n += hear(slow, "", out, sizeof out);
    assert_true(n > sizeof big); /* with its head */
    assert_true(hear(silent, "", out, sizeof out) < sizeof big);
    close(slow);
    close(silent);
    finish();
}

static void one_address_has_its_limit(void **state)
{
    struct netp_httpd_cfg cfg = plain;
    char out[1000];
    int fd[3];

    (void)state;
    cfg.max_per_address = 2;
    start(&cfg);
    for (unsigned i = 0; i < 3; i++) {
        fd[i] = dial(&server);
    }
    assert_int_equal(hear(fd[2], "", out, sizeof out), 0);
    say(fd[1], "GET /" HOST "\r\n");
    assert_true(hear(fd[1], "root", out, sizeof out) > 0);
    for (unsigned i = 0; i < 3; i++) {
        close(fd[i]);
    }
    finish();
}

/* At a socket of both families each IPv4 address is still one of its own. */
static void addresses_of_ipv4_are_told_apart(void **state)
{
    const struct netp_addr other = {.ip = {127, 0, 0, 2}, .fam = 4};
    struct netp_httpd_cfg cfg = plain;
    struct netp_addr port;
    char out[1000];
    int fd[2];

    (void)state;
    cfg.max_per_address = 1;
    child_start(&server, &(struct netp_addr){.fam = 6}, serve, &cfg);
    port = server.at;
    server.at = (struct netp_addr){.ip = {127, 0, 0, 1}, .fam = 4, .port = port.port};
    fd[0] = dial(&server);
    fd[1] = netp_tcp_connect(&server.at, &other);
    assert_int_equal(poll(&(struct pollfd){.fd = fd[1], .events = POLLOUT}, 1, 30000), 1);
    say(fd[1], "GET /where" HOST "\r\n");
    assert_true(hear(fd[1], "127.0.0.1:", out, sizeof out) > 0);
    assert_null(strstr(out, "ffff"));
    close(fd[0]);
    close(fd[1]);
    finish();
}

static void a_stop_lets_answers_end(void **state)
{
    char out[1000];
    int fd, idle;

    (void)state;
    start(&plain);
    idle = dial(&server);
    fd = dial(&server);
    say(fd, "GET /" HOST "\r\nGET /late" HOST "\r\n");
    hear(fd, "root a", out, sizeof out);
    kill(server.pid, SIGTERM);
    assert_int_equal(hear(idle, "", out, sizeof out), 0);
    hear(fd, "", out, sizeof out);
    assert_non_null(strstr(out, "late"));
    assert_non_null(strstr(out, "Connection: close"));
    close(idle);
    close(fd);
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_find_their_handlers),
        cmocka_unit_test(bodies_are_bounded),
        cmocka_unit_test(bodies_that_are_not_wanted),
        cmocka_unit_test(what_is_no_request_ends_the_connection),
        cmocka_unit_test(answers_come_in_pieces_and_in_order),
        cmocka_unit_test(what_cant_be_completed_is_cut),
        cmocka_unit_test(who_leaves_before_the_answer_is_missed_at_once),
        cmocka_unit_test(nothing_comes_behind_the_end),
        cmocka_unit_test(the_local_address_is_that_of_the_connection),
        cmocka_unit_test(connections_rest_and_wake),
        cmocka_unit_test(slow_heads_and_bodies_end),
        cmocka_unit_test(slow_readers_are_no_silent_ones),
        cmocka_unit_test(one_address_has_its_limit),
        cmocka_unit_test(addresses_of_ipv4_are_told_apart),
        cmocka_unit_test(a_stop_lets_answers_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
