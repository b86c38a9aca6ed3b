/* test_tls_stream.c - machines on streams by TLS, in a loop and blocking.
 * SPDX-License-Identifier: MIT
 *
 * Without OpenSSL there is nothing to test here. */
#include <errno.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <netproto/host/tls.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef NETPROTO_TLS

int main(void)
{
    return 0;
}

#else

#include "tls_certs.h"

#define PATIENCE_MS 500000
#define WINDOW      100003 /* bytes that are shown at a time, in three pieces */

static const char *ca_file;
static uint8_t pattern[WINDOW + 251]; /* the byte at n of a stream is pattern[n % 251] */

/* --- a machine that pours bytes out, and looks at those that come ------------------------------
 */

enum { POUR_GREETED = 1, POUR_END };

struct pour {
    struct netp_fail fail;
    uint64_t left, out, in; /* bytes to say, said, heard */
    uint64_t greeting;      /* heard so many: an event */
    bool wrong, eof, told, fin;
    bool leaves; /* ends without waiting for the peer to */
};

static int pour_next(void *m, struct netp_in *in, netp_ms now, void *ev)
{
    struct pour *p = m;

    (void)now;
    while (in && in->n > 0) {
        p->wrong |= *in->p != pattern[p->in++ % 251];
        in->p++;
        in->n--;
        if (p->in == p->greeting) {
            return *(int *)ev = POUR_GREETED;
        }
    }
    if (in && (in->flags & NETP_IN_BROKEN)) {
        p->fail = (struct netp_fail){NETP_E_IO, -1, 0, "stream"};
        return NETP_E_IO;
    }
    p->eof |= in && in->flags;
    return 0;
}

static size_t pour_out(const void *m, struct netp_out *v, size_t nv)
{
    const struct pour *p = m;
    const uint8_t *at = pattern + p->out % 251;
    size_t n = p->left < WINDOW ? (size_t)p->left : WINDOW, a = n / 1000, b = n / 100;

    assert_true(nv >= 3);
    if (p->fail.code || n == 0) {
        v[0] = (struct netp_out){NULL, 0, NETP_OUT_FIN, NULL};
        return !p->fail.code && !p->fin;
    }
    v[0] = (struct netp_out){at, a, 0, NULL};
    v[1] = (struct netp_out){at + a, b, 0, NULL};
    v[2] = (struct netp_out){at + a + b, n - a - b, 0, NULL};
    return 3;
}

static void pour_sent(void *m, size_t n, netp_ms now)
{
    struct pour *p = m;

    (void)now;
    p->fin |= n == 0 && p->left == 0;
    p->left -= n;
    p->out += n;
}

static netp_ms pour_deadline(const void *m)
{
    (void)m;
    return NETP_NEVER;
}

static unsigned pour_want(const void *m)
{
    const struct pour *p = m;

    if (p->fail.code || (p->fin && p->left == 0 && (p->eof || p->leaves))) {
        return NETP_CLOSED;
    }
    return (p->eof ? 0u : (unsigned)NETP_WANT_IN) |
           (p->fin && p->left == 0 ? 0u : (unsigned)NETP_WANT_OUT);
}

static const struct netp_fail *pour_fail(const void *m)
{
    return &((const struct pour *)m)->fail;
}

static const struct netp_ops pour_ops = {
    "pour",    sizeof(struct pour), sizeof(int), pour_next, pour_out,
    pour_sent, pour_deadline,       pour_want,   pour_fail,
};

/* --- two streams in a loop ---------------------------------------------------------------------
 */

struct side {
    struct netp_stream s;
    struct pour m, after; /* after: what the event makes of it */
    struct netp_tls_ctx *ctx;
    struct netp_tls *tls;
    int ev, err, sys_errno, secured;
    unsigned ended;
    bool upgrade;
};

static void on_event(void *arg, void *ev)
{
    struct side *t = arg;

    assert_int_equal(*(int *)ev, POUR_GREETED);
    if (t->upgrade) {
        t->secured = netp_stream_secure(&t->s, netp_tls_transport(t->tls));
        if (t->secured == NETP_OK) {
            assert_int_equal(netp_stream_become(&t->s, &pour_ops, &t->after, &t->ev), NETP_OK);
        } else {
            netp_stream_close(&t->s);
        }
    }
}

static void on_closed(void *arg, int err, int sys_errno)
{
    struct side *t = arg;

    t->ended++;
    t->err = err;
    t->sys_errno = sys_errno;
}

struct both {
    struct netp_loop *loop;
    struct side client, server;
};

static void init(struct side *t)
{
    t->s.ops = &pour_ops;
    t->s.m = &t->m;
    t->s.ev = &t->ev;
    t->s.event = on_event;
    t->s.closed = on_closed;
    t->s.arg = t;
}

/* Connected by TCP, with buffers of sndbuf bytes unless it is 0. */
static void set_up(struct both *b, int fd[2], int sndbuf, const char *host)
{
    const struct netp_addr loopback = {{127, 0, 0, 1}, 0, 0, 4};
    const struct netp_tls_client_cfg client = {.ca_file = ca_file};
    struct netp_tls_fail fail;
    int listener = netp_tcp_listen(&loopback);
    struct netp_addr a = netp_local_addr(listener);

    memset(b, 0, sizeof *b);
    b->loop = netp_loop_new();
    fd[0] = netp_tcp_connect_any(&a, 1, NULL, PATIENCE_MS);
    assert_int_equal(poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, PATIENCE_MS), 1);
    fd[1] = netp_accept(listener, NULL);
    assert_true(fd[0] >= 0 && fd[1] >= 0);
    close(listener);
    for (int i = 0; i < 2 && sndbuf; i++) {
        setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &sndbuf, sizeof sndbuf);
    }
    init(&b->client);
    init(&b->server);
    b->client.ctx = netp_tls_client_ctx(&client, &fail);
    b->server.ctx = server_ctx(&(struct netp_tls_server_cfg){0});
    b->client.tls = netp_tls_client(b->client.ctx, host, 443, fd[0], NULL);
    b->server.tls = netp_tls_server(b->server.ctx, fd[1], NULL);
    assert_non_null(b->client.tls);
    assert_non_null(b->server.tls);
}

static void open_side(struct both *b, struct side *t, int fd, bool secure)
{
    t->s.transport = secure ? netp_tls_transport(t->tls) : NULL;
    assert_int_equal(netp_stream_open(&t->s, b->loop, fd, false), 0);
}

static void run(struct both *b)
{
    netp_ms end = netp_now() + PATIENCE_MS;

    while ((!b->client.ended || !b->server.ended) && netp_now() < end) {
        netp_loop_turn(b->loop, end);
    }
    assert_int_equal(b->client.ended, 1);
    assert_int_equal(b->server.ended, 1);
}

static void tear_down(struct both *b)
{
    netp_stream_close(&b->client.s);
    netp_stream_close(&b->server.s);
    netp_tls_free(b->client.tls);
    netp_tls_free(b->server.tls);
    netp_tls_ctx_free(b->client.ctx);
    netp_tls_ctx_free(b->server.ctx);
    netp_loop_free(b->loop);
}

static void expect_heard(const struct side *t, const struct pour *p, uint64_t n)
{
    assert_string_equal(netp_tls_fail(t->tls)->text, "");
    assert_int_equal(t->err, NETP_OK);
    assert_int_equal(p->in, n);
    assert_false(p->wrong);
}

static void both_ways(uint64_t up, uint64_t down, int sndbuf, bool leaves, bool fin)
{
    struct both b;
    int fd[2];

    set_up(&b, fd, sndbuf, "host.test");
    b.client.m.left = up;
    b.server.m.left = down;
    b.server.m.leaves = leaves;
    b.server.m.fin = fin; /* the stream ends it, not the machine */
    open_side(&b, &b.client, fd[0], true);
    open_side(&b, &b.server, fd[1], true);
    run(&b);
    expect_heard(&b.client, &b.client.m, down);
    if (!leaves) {
        expect_heard(&b.server, &b.server.m, up);
    }
    tear_down(&b);
}

static void test_bulk(void **state)
{
    (void)state;
    both_ways(0, 0, 0, false, false);
    both_ways(1, 70000, 0, false, false);
    both_ways(0, 1000000, 0, true, false);
    both_ways(100u << 20, 100u << 20, 0, false, false);
}

/* Every record waits for room, and so do the handshake and the end. */
static void test_small_buffers(void **state)
{
    (void)state;
    both_ways(2000000, 2000000, 1, false, false);
    both_ways(0, 300000, 1, true, false);
    both_ways(0, 300000, 1, true, true);
}

/* The machine learns that nothing came, and the application why. */
static void test_wrong_name(void **state)
{
    struct both b;
    int fd[2];

    (void)state;
    set_up(&b, fd, 0, "b.test");
    b.client.m.left = 1000;
    open_side(&b, &b.client, fd[0], true);
    open_side(&b, &b.server, fd[1], true);
    run(&b);
    assert_int_equal(b.client.err, NETP_E_IO);
    assert_int_equal(b.client.sys_errno, EPROTO);
    assert_int_equal(netp_tls_fail(b.client.tls)->code, NETP_TLS_NAME);
    assert_int_equal(b.server.err, NETP_E_IO);
    assert_int_equal(netp_tls_fail(b.server.tls)->alert, 42);
    assert_int_equal(b.server.m.in, 0);
    tear_down(&b);
}

/* The client says ten bytes in the clear and the server secures the stream when it has heard so
 * many: behind them is the handshake, or, when more are said, what an attacker would have added. */
static void upgrade(size_t greeting)
{
    struct both b;
    int fd[2];

    set_up(&b, fd, 0, "host.test");
    b.server.upgrade = true;
    b.server.m.greeting = 10;
    b.server.m.fin = true; /* it has nothing to say */
    b.server.after.left = 50000;
    assert_int_equal(write(fd[0], pattern, greeting), greeting);
    open_side(&b, &b.server, fd[1], false);
    while (b.server.m.in < 10) {
        assert_int_equal(netp_loop_turn(b.loop, NETP_NEVER), 0);
    }
    assert_int_equal(b.server.secured, greeting == 10 ? NETP_OK : NETP_E_TRAILING);
    if (greeting == 10) {
        b.client.m.left = 50000;
        open_side(&b, &b.client, fd[0], true);
        run(&b);
        expect_heard(&b.client, &b.client.m, 50000);
        expect_heard(&b.server, &b.server.after, 50000);
        assert_int_equal(b.server.m.in, 10);
    } else {
        assert_int_equal(netp_stream_secure(&b.server.s, NULL), NETP_E_STATE);
        assert_int_equal(netp_stream_become(&b.server.s, &pour_ops, &b.server.after, &b.server.ev),
                         NETP_E_STATE);
        close(fd[0]);
        b.client.s.watch_.fd = -1;
    }
    tear_down(&b);
}

static void test_upgrade(void **state)
{
    (void)state;
    upgrade(10);
    upgrade(13);
}

/* --- blocking ----------------------------------------------------------------------------------
 */

/* The client of test_link(), in a process of its own: the exit status. */
static int link_client(struct both *b, int fd)
{
    struct netp_stream_io io;
    struct netp_link link;
    static uint8_t buf[5000];
    struct pour m = {.left = 1000000};
    int ev, r;

    netp_stream_io_init(&io, fd, buf, sizeof buf);
    io.transport = netp_tls_transport(b->client.tls);
    netp_link_init(&link, &pour_ops, &m, &io.io);
    r = netp_link_run(&link, netp_now() + PATIENCE_MS, &ev);
    if (r != 0 || m.in != 1000000 || m.wrong || m.left != 0 || !m.eof) {
        return 1;
    }
    return netp_stream_io_finish(&io, netp_now() + PATIENCE_MS) == NETP_OK ? 0 : 2;
}

static void test_link(void **state)
{
    struct both b;
    int fd[2], status;
    pid_t child;

    (void)state;
    set_up(&b, fd, 4096, "host.test");
    if ((child = fork()) == 0) {
        close(fd[1]);
        _exit(link_client(&b, fd[0]));
    }
    close(fd[0]);
    b.client.s.watch_.fd = -1;
    b.client.ended = 1;
    b.server.m.left = 1000000;
    open_side(&b, &b.server, fd[1], true);
    run(&b);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    expect_heard(&b.server, &b.server.m, 1000000);
    tear_down(&b);
}

static void test_finish(void **state)
{
    struct both b;
    struct netp_stream_io io;
    uint8_t buf[10];
    int fd[2];

    (void)state;
    set_up(&b, fd, 0, "host.test");
    netp_stream_io_init(&io, fd[0], buf, sizeof buf);
    io.transport = netp_tls_transport(b.client.tls);
    assert_int_equal(netp_stream_io_finish(&io, netp_now() + 20), NETP_E_TIMEOUT); /* no answer */
    io.transport = NULL;
    assert_int_equal(netp_stream_io_finish(&io, 0), NETP_OK);
    close(fd[0]);
    close(fd[1]);
    b.client.s.watch_.fd = b.server.s.watch_.fd = -1;
    tear_down(&b);
}

static int begin(void **state)
{
    struct made ca = certs_make(&(struct spec){.cn = "ca", .ca = true}, NULL);
    struct made leaf = certs_make(&(struct spec){.cn = "leaf", .san = "DNS:host.test"}, &ca);

    (void)state;
    for (size_t i = 0; i < sizeof pattern; i++) {
        pattern[i] = (uint8_t)(i % 251);
    }
    certs_begin();
    ca_file = strdup(certs_write("ca.pem", ca.cert, NULL, NULL, NULL));
    leaf_file = strdup(certs_write("leaf.pem", leaf.cert, NULL, leaf.key, NULL));
    certs_free(&ca);
    certs_free(&leaf);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    free((void *)(uintptr_t)ca_file);
    free((void *)(uintptr_t)leaf_file);
    certs_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bulk),       cmocka_unit_test(test_small_buffers),
        cmocka_unit_test(test_wrong_name), cmocka_unit_test(test_upgrade),
        cmocka_unit_test(test_link),       cmocka_unit_test(test_finish),
    };

    return cmocka_run_group_tests(tests, begin, finish);
}

#endif
