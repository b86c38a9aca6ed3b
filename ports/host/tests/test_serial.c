/* test_serial.c - serial ports, with pseudo terminals in their place. SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <fcntl.h>
#include <netproto/host/serial.h>
#include <netproto/host/socket.h>
#include <netproto/machine.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#define GAP 500 /* longer than a busy machine pauses between two calls */

static int master;

/* The other end's name; *fd is that of ours. */
static const char *other_end(void)
{
    master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    return ptsname(master);
}

static int open_end(const struct netp_serial_cfg *cfg)
{
    int fd = netp_serial_open(other_end(), cfg);

    assert_true(fd >= 0);
    return fd;
}

static void test_settings(void **state)
{
    struct netp_serial_cfg cfg = NETP_SERIAL_CFG_INIT;
    struct termios t;
    int fd = open_end(&cfg);

    (void)state;
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(tcgetattr(fd, &t), 0);
    assert_int_equal(t.c_lflag & (ICANON | ECHO | ISIG), 0);
    assert_int_equal(t.c_oflag & OPOST, 0);
    assert_int_equal(t.c_iflag & (IXON | ICRNL | ISTRIP), 0);
    close(fd);
    close(master);

    cfg = (struct netp_serial_cfg){12345, 8, 'n', 2, false, 0, 0}; /* a rate that has no name */
    fd = open_end(&cfg);
    assert_int_equal(tcgetattr(fd, &t), 0);
    assert_int_equal(t.c_cflag & CSTOPB, CSTOPB);
    assert_int_equal(netp_serial_char_bits(&cfg), 11);
    close(fd);
    close(master);
}

static void assert_refused(const char *path, struct netp_serial_cfg cfg, int sys_errno)
{
    assert_int_equal(netp_serial_open(path, &cfg), -1);
    assert_int_equal(errno, sys_errno);
}

static void test_refused(void **state)
{
    const struct netp_serial_cfg good = NETP_SERIAL_CFG_INIT;
    struct netp_serial_cfg bad[6] = {good, good, good, good, good, good};
    const char *path = other_end();

    (void)state;
    bad[0].baud = 0;
    bad[1].bits = 4;
    bad[2].bits = 9;
    bad[3].parity = 'x';
    bad[4].stop = 0;
    bad[5].stop = 3;
    for (unsigned i = 0; i < 6; i++) {
        assert_refused(path, bad[i], EINVAL);
    }
    assert_refused("/dev/no-such-port", good, ENOENT);
    assert_refused("/dev/null", good, ENOTTY);
    bad[0] = good;
    bad[0].rs485 = true; /* a pseudo terminal has no RTS */
    assert_int_equal(netp_serial_open(path, &bad[0]), -1);
    close(master);
}

/* --- under the blocking runner --------------------------------------------------------------- */

static uint8_t buffer[64];

static struct netp_serial_io io_of(int fd, uint32_t baud)
{
    const struct netp_serial_cfg cfg = {baud, 8, 'e', 1, false, 0, 0};
    struct netp_serial_io s;

    netp_serial_io_init(&s, fd, &cfg, GAP, buffer, sizeof buffer);
    return s;
}

static void test_receive(void **state)
{
    struct netp_serial_cfg cfg = NETP_SERIAL_CFG_INIT;
    int fd = open_end(&cfg);
    struct netp_serial_io s = io_of(fd, 19200);
    struct netp_in in;
    netp_ms begun;

    (void)state;
    assert_int_equal(s.io.recv(&s, &in), 0);
    assert_int_equal(write(master, "abc", 3), 3);
    begun = netp_now();
    assert_int_equal(s.io.wait(&s, NETP_WANT_IN, NETP_NEVER), 0);
    assert_int_equal(s.io.recv(&s, &in), 1);
    assert_int_equal(in.n, 3);
    assert_memory_equal(in.p, "abc", 3);
    assert_int_equal(in.flags, 0);
    assert_int_equal(s.io.recv(&s, &in), 0);
    assert_int_equal(s.io.wait(&s, NETP_WANT_IN, NETP_NEVER), 0); /* for the silence */
    assert_in_range(netp_now() - begun, GAP - 1, 20000);
    assert_int_equal(s.io.recv(&s, &in), 1);
    assert_int_equal(in.n, 0);
    assert_int_equal(in.flags, NETP_IN_GAP);
    assert_int_equal(s.io.recv(&s, &in), 0); /* of which it tells once */
    begun = netp_now();
    assert_int_equal(s.io.wait(&s, NETP_WANT_IN, begun + 10), 0);
    assert_in_range(netp_now() - begun, 10, 20000);
    close(master);
    assert_int_equal(s.io.recv(&s, &in), 1);
    assert_int_equal(in.flags, NETP_IN_BROKEN);
    assert_int_equal(s.sys_errno, EIO);
    close(fd);
}

static void test_send(void **state)
{
    struct netp_serial_cfg cfg = NETP_SERIAL_CFG_INIT;
    int fd = open_end(&cfg);
    struct netp_serial_io s = io_of(fd, 2200); /* a character in 5 ms */
    const struct netp_out v[2] = {{(const uint8_t *)"ab", 2, 0, NULL},
                                  {(const uint8_t *)"cdefgh", 6, 0, NULL}};
    struct netp_in in;
    char got[16];
    netp_ms begun = netp_now();

    (void)state;
    assert_int_equal(s.io.send(&s, v, 2), NETP_E_AGAIN); /* there was no silence yet */
    while (netp_now() < begun + GAP) {
        assert_int_equal(s.io.wait(&s, NETP_WANT_OUT, NETP_NEVER), 0);
        (void)s.io.recv(&s, &in);
    }
    begun = netp_now();
    assert_int_equal(s.io.send(&s, v, 2), NETP_E_AGAIN); /* it is on its way */
    for (size_t n = 0; n < 8;) { /* a terminal passes them on when it likes */
        ssize_t k = read(master, got + n, sizeof got - n);
        assert_true(k > 0);
        n += (size_t)k;
    }
    assert_memory_equal(got, "abcdefgh", 8);
    while (s.io.send(&s, v, 2) == NETP_E_AGAIN) {
        assert_int_equal(s.io.wait(&s, NETP_WANT_OUT, NETP_NEVER), 0);
    }
    assert_in_range(netp_now() - begun, 40, 20000);      /* it has left */
    assert_int_equal(s.io.send(&s, v, 2), NETP_E_AGAIN); /* the next waits for a silence */

    /* An answer can't come before the request has left: then it has. */
    while (s.io.send(&s, v, 1) == NETP_E_AGAIN && s.written_ == 0) {
        assert_int_equal(s.io.wait(&s, NETP_WANT_OUT, NETP_NEVER), 0);
    }
    assert_int_equal(write(master, "x", 1), 1);
    assert_int_equal(s.io.wait(&s, NETP_WANT_IN, netp_now() + 20000), 0);
    assert_int_equal(s.io.recv(&s, &in), 0);
    assert_int_equal(s.io.send(&s, v, 1), 2);
    assert_int_equal(s.io.recv(&s, &in), 1);
    assert_int_equal(in.n, 1);
    close(master);
    s.heard_ = s.left_ = 0;
    assert_int_equal(s.io.send(&s, v, 1), NETP_E_IO);
    assert_int_equal(s.sys_errno, EIO);
    close(fd);
}

/* --- in a loop ------------------------------------------------------------------------------- */

/* A machine that sends back each frame, which a silence ends; "q" ends it, "x" is an error. */
struct netp_mirror_ev {
    int type;
};

struct netp_mirror {
    struct netp_fail fail;
    char text[16];
    size_t n, at;
    bool whole, told, closed;
};

static int netp_mirror_next(struct netp_mirror *m, struct netp_in *in, netp_ms now,
                            struct netp_mirror_ev *ev)
{
    (void)now;
    if (m->fail.code != NETP_OK) {
        return m->fail.code;
    }
    while (in && in->n > 0 && m->n < sizeof m->text) {
        m->text[m->n++] = (char)*in->p++;
        in->n--;
    }
    if (in && (in->flags & NETP_IN_BROKEN)) {
        return netp_fail_with(&m->fail, NETP_E_IO, -1, 0, "line");
    }
    if (in && (in->flags & NETP_IN_GAP) && m->n > 0 && !m->whole) {
        m->whole = true;
        m->closed = m->text[0] == 'q';
        if (m->text[0] == 'x') {
            return netp_fail_with(&m->fail, NETP_E_SYNTAX, -1, 0, "x");
        }
        ev->type = 1;
        return 1;
    }
    return 0;
}

static size_t netp_mirror_out(const struct netp_mirror *m, struct netp_out *v, size_t nv)
{
    size_t i = 0;

    if (m->whole) {
        netp_out_put(v, nv, &i,
                     (struct netp_out){(const uint8_t *)m->text + m->at, m->n - m->at, 0, NULL});
    }
    return i;
}

static void netp_mirror_sent(struct netp_mirror *m, size_t n, netp_ms now)
{
    (void)now;
    m->at += n;
    if (m->at == m->n) {
        m->n = m->at = 0;
        m->whole = false;
    }
}

static netp_ms netp_mirror_deadline(const struct netp_mirror *m)
{
    (void)m;
    return NETP_NEVER;
}

static unsigned netp_mirror_want(const struct netp_mirror *m)
{
    return m->closed || m->fail.code != NETP_OK ? NETP_CLOSED
           : m->whole                           ? NETP_WANT_OUT
                                                : NETP_WANT_IN;
}

static const struct netp_fail *netp_mirror_fail(const struct netp_mirror *m)
{
    return &m->fail;
}

NETP_OPS(mirror);

struct world {
    struct netp_loop *loop;
    struct netp_serial s;
    struct netp_mirror m;
    struct netp_mirror_ev ev;
    unsigned events, closed;
    int err, sys_errno;
    bool close_in_event;
};

static void on_event(void *arg, void *ev)
{
    struct world *w = arg;

    (void)ev;
    w->events++;
    if (w->close_in_event) {
        netp_serial_close(&w->s);
    }
}

static void on_closed(void *arg, int err, int sys_errno)
{
    struct world *w = arg;

    w->closed++;
    w->err = err;
    w->sys_errno = sys_errno;
}

static void start(struct world *w)
{
    struct netp_serial_cfg cfg = NETP_SERIAL_CFG_INIT;

    memset(w, 0, sizeof *w);
    netp_fail_clear(&w->m.fail);
    w->loop = netp_loop_new();
    w->s = (struct netp_serial){.ops = &netp_mirror_ops,
                                .m = &w->m,
                                .ev = &w->ev,
                                .event = on_event,
                                .closed = on_closed,
                                .arg = w};
    netp_serial_io_init(&w->s.io, open_end(&cfg), &cfg, GAP, buffer, sizeof buffer);
    assert_int_equal(netp_serial_start(&w->s, w->loop), 0);
    assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
}

static void turn(struct world *w, netp_ms ms)
{
    assert_int_equal(netp_loop_turn(w->loop, netp_now() + ms), 0);
}

/* Says something, and runs until there were so many events, or the end. */
static void say(struct world *w, const char *text, unsigned events)
{
    assert_int_equal(write(master, text, strlen(text)), strlen(text));
    for (netp_ms end = netp_now() + 20000; w->events < events && !w->closed;) {
        assert_true(netp_now() < end);
        turn(w, 10);
    }
}

/* What comes back, so many bytes. */
static void hear(struct world *w, const char *text)
{
    char got[16];
    ssize_t n;

    for (netp_ms end = netp_now() + 20000; (n = read(master, got, sizeof got)) < 0;) {
        assert_true(netp_now() < end);
        turn(w, 10);
    }
    assert_int_equal(n, strlen(text));
    assert_memory_equal(got, text, strlen(text));
}

static void finish(struct world *w)
{
    netp_serial_close(&w->s);
    netp_serial_close(&w->s); /* harmless */
    netp_serial_kick(&w->s);
    netp_loop_free(w->loop);
    close(master);
}

static void test_loop(void **state)
{
    struct world w;

    (void)state;
    start(&w);
    turn(&w, 0);
    say(&w, "ab", 0);
    turn(&w, 0);
    say(&w, "cd", 1); /* there was no silence between them */
    hear(&w, "abcd");
    say(&w, "ef", 2);
    hear(&w, "ef");
    netp_serial_kick(&w.s);
    turn(&w, 10);
    assert_int_equal(w.closed, 0);
    finish(&w);
    assert_int_equal(w.closed, 0);
}

static void check_end(const char *text, int err, int sys_errno)
{
    struct world w;

    start(&w);
    turn(&w, 0);
    if (text) {
        say(&w, text, 9);
    } else {
        close(master);
        while (!w.closed) {
            turn(&w, 10);
        }
    }
    assert_int_equal(w.closed, 1);
    assert_int_equal(w.err, err);
    assert_int_equal(w.sys_errno, sys_errno);
    finish(&w);
}

static void test_loop_ends(void **state)
{
    struct world w;

    (void)state;
    check_end("q", NETP_OK, 0);
    check_end("x", NETP_E_SYNTAX, 0);
    check_end(NULL, NETP_E_IO, EIO);
    start(&w);
    w.close_in_event = true;
    say(&w, "a", 1);
    assert_int_equal(w.closed, 0);
    finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_receive),  cmocka_unit_test(test_send),
        cmocka_unit_test(test_loop),     cmocka_unit_test(test_loop_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
