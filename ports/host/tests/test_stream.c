/* test_stream.c - machines on sockets in a loop, listeners, the blocking transport.
 * SPDX-License-Identifier: MIT
 *
 * The machine is the framing of frame.h, with one byte of length; the other side of each connection
 * is a plain socket that the test reads and writes by hand. */
#include <errno.h>
#include <fcntl.h>
#include <netproto/frame.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 20000

struct side {
    struct netp_loop *loop;
    struct netp_stream s;
    struct netp_frame m;
    struct netp_frame_ev ev;
    uint8_t tx[4096];
    int peer;        /* the other end */
    char heard[512]; /* payloads, each with a ';' behind it */
    unsigned events, ended;
    int err, sys_errno;
    bool answer, close_at_event, finish_at_eof;
};

static void on_event(void *arg, void *ev)
{
    struct side *t = arg;
    const struct netp_frame_ev *e = ev;
    size_t n = strlen(t->heard);

    t->events++;
    if (e->type == NETP_FRAME_DATA && n + e->n < sizeof t->heard) {
        memcpy(t->heard + n, e->p, e->n);
        if (t->answer) {
            assert_int_equal(netp_frame_send(&t->m, NULL, e->p, e->n), NETP_OK);
        }
    } else if (e->type == NETP_FRAME_END) {
        t->heard[n] = ';';
    } else if (e->type == NETP_FRAME_EOF && t->finish_at_eof) {
        netp_frame_finish(&t->m);
    }
    if (t->close_at_event) {
        netp_stream_close(&t->s);
        netp_stream_close(&t->s);
    }
}

static void on_closed(void *arg, int err, int sys_errno)
{
    struct side *t = arg;

    t->ended++;
    t->err = err;
    t->sys_errno = sys_errno;
}

static void init(struct side *t, struct netp_loop *loop)
{
    struct netp_frame_cfg cfg = NETP_FRAME_CFG_INIT;

    memset(t, 0, sizeof *t);
    t->loop = loop;
    cfg.len_width = 1;
    cfg.max_len = 255;
    cfg.tx = t->tx;
    cfg.txlen = sizeof t->tx;
    assert_int_equal(netp_frame_init(&t->m, &cfg, netp_now()), NETP_OK);
    t->s.ops = &netp_frame_ops;
    t->s.m = &t->m;
    t->s.ev = &t->ev;
    t->s.event = on_event;
    t->s.closed = on_closed;
    t->s.arg = t;
    t->finish_at_eof = true;
}

static void set_up(struct side *t)
{
    int fd[2];

    init(t, netp_loop_new());
    assert_non_null(t->loop);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
    t->peer = fd[1];
    assert_int_equal(netp_stream_open(&t->s, t->loop, fd[0], false), 0);
}

static void tear_down(struct side *t)
{
    netp_stream_close(&t->s);
    if (t->peer >= 0) {
        close(t->peer);
    }
    netp_loop_free(t->loop);
}

/* Turns until *what is n. */
static void turns_until(struct netp_loop *loop, const unsigned *what, unsigned n)
{
    netp_ms end = netp_now() + PATIENCE_MS;

    while (*what < n && netp_now() < end) {
        netp_loop_turn(loop, end);
    }
    assert_int_equal(*what, n);
}

/* So long, and so many turns that a busy machine does not matter. */
static void turns(struct netp_loop *loop, netp_ms ms)
{
    netp_ms end = netp_now() + ms;

    for (int i = 0; i < 10 || netp_now() < end; i++) {
        netp_loop_turn(loop, end);
    }
}

static void say(const struct side *t, const char *bytes, size_t n)
{
    assert_int_equal(write(t->peer, bytes, n), n);
}

#define SAY(t, literal) say((t), "" literal, sizeof(literal) - 1)

static void expect_bytes(int fd, const char *bytes, size_t n)
{
    char got[512];
    ssize_t r = read(fd, got, sizeof got);

    assert_int_equal(r, n);
    assert_memory_equal(got, bytes, n);
}

static void test_events_and_answers(void **state)
{
    struct side t;

    (void)state;
    set_up(&t);
    t.answer = true;
    SAY(&t, "\3abc\2de\1");
    turns_until(t.loop, &t.events, 7);
    assert_string_equal(t.heard, "abc;de;");
    expect_bytes(t.peer, "\3abc\2de", 7);
    SAY(&t, "f");
    turns_until(t.loop, &t.events, 9);
    expect_bytes(t.peer, "\1f", 2);
    assert_null(t.s.held_);
    tear_down(&t);
}

/* A command from outside of the callback. */
static void test_kick(void **state)
{
    struct side t;

    (void)state;
    set_up(&t);
    turns(t.loop, 5);
    assert_int_equal(netp_frame_send(&t.m, NULL, "xy", 2), NETP_OK);
    netp_stream_kick(&t.s);
    netp_loop_turn(t.loop, netp_now() + PATIENCE_MS);
    expect_bytes(t.peer, "\2xy", 3);
    tear_down(&t);
}

/* The peer half-closes; the machine answers and half-closes, too: closed without error. */
static void test_half_close(void **state)
{
    struct side t;
    char c;

    (void)state;
    set_up(&t);
    t.answer = true;
    SAY(&t, "\1z");
    shutdown(t.peer, SHUT_WR);
    turns_until(t.loop, &t.ended, 1);
    assert_int_equal(t.err, NETP_OK);
    assert_int_equal(t.events, 4); /* BEGIN, DATA, END, EOF */
    expect_bytes(t.peer, "\1z", 2);
    assert_int_equal(read(t.peer, &c, 1), 0);
    tear_down(&t);
}

static void test_truncated(void **state)
{
    struct side t;

    (void)state;
    set_up(&t);
    SAY(&t, "\5ab");
    shutdown(t.peer, SHUT_WR);
    turns_until(t.loop, &t.ended, 1);
    assert_int_equal(t.err, NETP_E_TRUNCATED);
    tear_down(&t);
}

static void test_close_in_callback(void **state)
{
    struct side t;

    (void)state;
    set_up(&t);
    t.close_at_event = true;
    SAY(&t, "\3abc\3def");
    turns(t.loop, 20);
    assert_int_equal(t.events, 1);
    assert_int_equal(t.ended, 0);
    tear_down(&t);
}

/* The deadline of the machine: 30 ms within a frame. */
static void test_deadline(void **state)
{
    struct side t;

    (void)state;
    set_up(&t);
    t.m.cfg_.frame_ms = 30;
    SAY(&t, "\5ab");
    for (netp_ms end = netp_now() + PATIENCE_MS; !t.m.fail_.code && netp_now() < end;) {
        netp_loop_turn(t.loop, end);
    }
    assert_int_equal(t.m.fail_.code, NETP_E_TIMEOUT);
    assert_int_equal(t.ended, 0); /* it lingers, for the peer has not closed */
    close(t.peer);
    t.peer = -1;
    turns_until(t.loop, &t.ended, 1);
    assert_int_equal(t.err, NETP_E_TIMEOUT);
    tear_down(&t);
}

/* --- back-pressure -----------------------------------------------------------------------------
 */

/* Takes one byte for each command, and shows nothing but how it is driven. */
struct sip {
    struct netp_fail fail;
    unsigned may_take, taken;
    uint8_t last;
    bool eof;
};

static int sip_next(void *m, struct netp_in *in, netp_ms now, void *ev)
{
    struct sip *s = m;

    (void)now;
    (void)ev;
    while (in && in->n > 0 && s->may_take > 0) {
        s->last = *in->p++;
        in->n--;
        s->may_take--;
        s->taken++;
    }
    s->eof |= in && in->n == 0 && (in->flags & NETP_IN_EOF);
    return 0;
}

static size_t sip_out(const void *m, struct netp_out *v, size_t nv)
{
    (void)m;
    (void)v;
    (void)nv;
    return 0;
}

static void sip_sent(void *m, size_t n, netp_ms now)
{
    (void)m;
    (void)n;
    (void)now;
}

static netp_ms sip_deadline(const void *m)
{
    (void)m;
    return NETP_NEVER;
}

static unsigned sip_want(const void *m)
{
    const struct sip *s = m;

    return s->eof ? NETP_CLOSED : s->may_take ? NETP_WANT_IN : NETP_WANT_APP;
}

static const struct netp_fail *sip_fail(const void *m)
{
    return &((const struct sip *)m)->fail;
}

static const struct netp_ops sip_ops = {
    "sip",    sizeof(struct sip), sizeof(int), sip_next, sip_out,
    sip_sent, sip_deadline,       sip_want,    sip_fail,
};

static void test_back_pressure(void **state)
{
    struct side t;
    struct sip sip = {.may_take = 1};

    (void)state;
    set_up(&t);
    t.s.ops = &sip_ops;
    t.s.m = &sip;
    SAY(&t, "abcd");
    turns(t.loop, 10);
    assert_int_equal(sip.last, 'a');
    assert_non_null(t.s.held_);
    memset(netp_loop_buffer(t.loop), '!', NETP_LOOP_BUFFER); /* it is everybody's */
    SAY(&t, "e");
    for (char c = 'b'; c <= 'e'; c++) {
        turns(t.loop, 3);
        assert_int_equal(sip.taken, (unsigned)(c - 'a'));
        sip.may_take++;
        netp_stream_kick(&t.s);
        turns(t.loop, 3);
        assert_int_equal(sip.last, c);
    }
    assert_null(t.s.held_); /* 'e' was read into the loop's buffer, and all of it used */
    close(t.peer);
    t.peer = -1;
    sip.may_take = 1;
    netp_stream_kick(&t.s);
    turns_until(t.loop, &t.ended, 1);
    assert_int_equal(t.err, NETP_OK);
    tear_down(&t);
}

/* --- TCP ---------------------------------------------------------------------------------------
 */

static const struct netp_addr loopback = {{127, 0, 0, 1}, 0, 0, 4};

/* Has a port, which nobody else gets, and does not listen at it. */
static int deaf(struct netp_addr *a)
{
    struct sockaddr_storage sa;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&sa, netp_sockaddr_put(&sa, &loopback)), 0);
    *a = netp_local_addr(fd);
    return fd;
}

static void test_refused(void **state)
{
    struct netp_addr a;
    int taken = deaf(&a), fd;
    struct side t;

    (void)state;
    init(&t, netp_loop_new());
    t.peer = -1;
    fd = netp_tcp_connect(&a, NULL);
    if (fd < 0) {
        assert_int_equal(errno, ECONNREFUSED);
    } else {
        assert_int_equal(netp_stream_open(&t.s, t.loop, fd, true), 0);
        turns_until(t.loop, &t.ended, 1);
        assert_int_equal(t.err, NETP_E_IO);
        assert_int_equal(t.sys_errno, ECONNREFUSED);
        assert_int_equal(t.m.fail_.code, NETP_OK);
    }
    close(taken);
    netp_loop_free(t.loop);
}

/* A reset after so many events: in the middle of a frame, and between two. */
static void reset(const char *bytes, size_t n, unsigned events, int err)
{
    int fd = netp_tcp_listen(&loopback), c;
    struct netp_addr a = netp_local_addr(fd);
    struct linger hard = {1, 0};
    struct side t;

    init(&t, netp_loop_new());
    t.peer = netp_tcp_connect_any(&a, 1, NULL, PATIENCE_MS);
    assert_true(t.peer >= 0);
    assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, PATIENCE_MS), 1);
    c = netp_accept(fd, NULL);
    assert_true(c >= 0);
    assert_int_equal(netp_stream_open(&t.s, t.loop, c, false), 0);
    say(&t, bytes, n);
    turns_until(t.loop, &t.events, events);
    setsockopt(t.peer, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(t.peer);
    t.peer = -1;
    turns_until(t.loop, &t.ended, 1);
    assert_int_equal(t.err, err);
    tear_down(&t);
    close(fd);
}

static void test_reset(void **state)
{
    (void)state;
    reset("\5ab", 3, 2, NETP_E_TRUNCATED);
    reset("\2ab", 3, 3, NETP_E_IO);
}

/* --- listeners ---------------------------------------------------------------------------------
 */

struct crowd {
    struct netp_listener l;
    int fd[8];
    unsigned n;
};

static void on_accepted(void *arg, int fd, const struct netp_addr *peer)
{
    struct crowd *c = arg;

    assert_int_equal(peer->fam, 4);
    c->fd[c->n++] = fd;
}

static void test_limit(void **state)
{
    struct netp_loop *loop = netp_loop_new();
    struct crowd c = {.l = {.accepted = on_accepted, .max = 2}};
    int fd = netp_tcp_listen(&loopback), client[3];
    struct netp_addr a = netp_local_addr(fd);

    (void)state;
    c.l.arg = &c;
    assert_int_equal(netp_listener_open(&c.l, loop, fd), 0);
    for (int i = 0; i < 3; i++) { /* the kernel's queue takes all */
        client[i] = netp_tcp_connect_any(&a, 1, NULL, PATIENCE_MS);
        assert_true(client[i] >= 0);
    }
    turns_until(loop, &c.n, 2);
    turns(loop, 20);
    assert_int_equal(c.n, 2);
    netp_listener_done(&c.l);
    turns_until(loop, &c.n, 3);
    netp_listener_close(&c.l);
    netp_listener_close(&c.l);
    netp_listener_done(&c.l);
    assert_int_equal(c.l.count, 1);
    for (unsigned i = 0; i < 3; i++) {
        close(client[i]);
        close(c.fd[i]);
    }
    netp_loop_free(loop);
}

/* Without a descriptor left the listener waits, and does not spin; then it goes on. */
static void test_no_descriptors(void **state)
{
    struct netp_loop *loop = netp_loop_new();
    struct crowd c = {.l = {.accepted = on_accepted, .max = 8}};
    int fd = netp_tcp_listen(&loopback), client;
    struct netp_addr a = netp_local_addr(fd);
    struct rlimit before, none;
    unsigned spins = 0;
    netp_ms end;

    (void)state;
    c.l.arg = &c;
    assert_int_equal(netp_listener_open(&c.l, loop, fd), 0);
    client = netp_tcp_connect_any(&a, 1, NULL, PATIENCE_MS);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)client + 1; /* every number below is in use */
    for (int i = 0; i < client; i++) {
        assert_true(fcntl(i, F_GETFD) >= 0 || dup2(client, i) == i);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    end = netp_now() + 50;
    do {
        netp_loop_turn(loop, end);
        spins++;
    } while (netp_now() < end);
    assert_int_equal(c.n, 0);
    assert_in_range(spins, 1, 5);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    turns_until(loop, &c.n, 1);
    close(client);
    close(c.fd[0]);
    netp_listener_close(&c.l);
    netp_loop_free(loop);
}

/* A half-close is told of by sent(m, 0) when it has no bytes, else with the last of them. */
static void test_send(void **state)
{
    const uint8_t abc[] = "abc";
    struct netp_out v[3] = {{abc, 1, 0, NULL}, {abc + 1, 2, 0, NULL}, {abc, 0, NETP_OUT_FIN, NULL}};
    int fd[2];
    char c;

    (void)state;
    for (unsigned bytes = 0; bytes < 2; bytes++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
        v[1].flags = bytes ? NETP_OUT_FIN : 0;
        assert_int_equal(netp_stream_send(fd[0], v, bytes ? 2 : 3), 3);
        expect_bytes(fd[1], "abc", 3);
        assert_int_equal(read(fd[1], &c, 1), bytes ? 0 : -1);
        if (!bytes) {
            assert_int_equal(netp_stream_send(fd[0], v + 2, 1), 0);
            assert_int_equal(read(fd[1], &c, 1), 0);
        }
        close(fd[1]);
        assert_int_equal(netp_stream_send(fd[0], v, 1), NETP_E_IO);
        assert_int_equal(errno, EPIPE);
        close(fd[0]);
    }
}

/* --- blocking ----------------------------------------------------------------------------------
 */

/* Connects, and tells the milliseconds that it took: the fewest of some tries, lest one counts in
 * which the machine was busy with others. */
static netp_ms fastest(const struct netp_addr *a, unsigned n, netp_ms ms, int sys_errno)
{
    netp_ms least = NETP_NEVER;

    for (int i = 0; i < 5; i++) {
        netp_ms begun = netp_now();
        int c = netp_tcp_connect_any(a, n, NULL, ms), e = c < 0 ? errno : 0;
        netp_ms took = netp_now() - begun;
        assert_int_equal(e, sys_errno);
        least = took < least ? took : least;
        if (c >= 0) {
            close(c);
        }
    }
    return least;
}

/* The first address refuses: the second is tried at once. */
static void test_connect_any(void **state)
{
    struct netp_addr a[2];
    int fd = netp_tcp_listen(&loopback), taken = deaf(&a[0]);

    (void)state;
    a[1] = netp_local_addr(fd);
    assert_in_range(fastest(a, 2, PATIENCE_MS, 0), 0, 200);
    assert_int_equal(netp_tcp_connect_any(a, 1, NULL, PATIENCE_MS), -1);
    assert_int_equal(errno, ECONNREFUSED);
    close(taken);
    close(fd);
}

/* A listener whose queue is full answers no SYN. The other address is begun 250 ms later. */
static void test_connect_silent(void **state)
{
    struct sockaddr_storage sa;
    struct netp_addr a[2];
    int full = socket(AF_INET, SOCK_STREAM, 0), fd = netp_tcp_listen(&loopback), fill[4];
    socklen_t n = netp_sockaddr_put(&sa, &loopback);

    (void)state;
    assert_int_equal(bind(full, (struct sockaddr *)&sa, n), 0);
    assert_int_equal(listen(full, 0), 0);
    a[0] = netp_local_addr(full);
    a[1] = netp_local_addr(fd);
    for (int i = 0; i < 4; i++) {
        fill[i] = netp_tcp_connect(&a[0], NULL);
    }
    assert_in_range(fastest(a, 1, 50, ETIMEDOUT), 50, 200);
    assert_in_range(fastest(a, 2, PATIENCE_MS, 0), 245, 600);
    for (int i = 0; i < 4; i++) {
        close(fill[i]);
    }
    close(fd);
    close(full);
}

static void test_link(void **state)
{
    struct side t;
    struct netp_stream_io io;
    struct netp_link link;
    uint8_t buf[64];
    int fd[2];

    (void)state;
    init(&t, NULL);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
    netp_stream_io_init(&io, fd[0], buf, sizeof buf);
    netp_link_init(&link, &netp_frame_ops, &t.m, &io.io);
    t.peer = fd[1];
    SAY(&t, "\3abc");
    assert_int_equal(netp_frame_send(&t.m, NULL, "q", 1), NETP_OK);
    assert_int_equal(netp_link_run(&link, NETP_NEVER, &t.ev), NETP_FRAME_BEGIN);
    assert_int_equal(netp_link_run(&link, NETP_NEVER, &t.ev), NETP_FRAME_DATA);
    assert_int_equal(netp_link_run(&link, NETP_NEVER, &t.ev), NETP_FRAME_END);
    expect_bytes(t.peer, "\1q", 2);
    assert_int_equal(netp_link_run(&link, netp_now() + 20, &t.ev), NETP_E_TIMEOUT);
    assert_int_equal(t.m.fail_.code, NETP_OK);
    netp_frame_finish(&t.m);
    close(t.peer);
    assert_int_equal(netp_link_run(&link, NETP_NEVER, &t.ev), NETP_FRAME_EOF);
    close(fd[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_and_answers),
        cmocka_unit_test(test_kick),
        cmocka_unit_test(test_half_close),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_close_in_callback),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_back_pressure),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_no_descriptors),
        cmocka_unit_test(test_connect_any),
        cmocka_unit_test(test_send),
        cmocka_unit_test(test_connect_silent),
        cmocka_unit_test(test_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
