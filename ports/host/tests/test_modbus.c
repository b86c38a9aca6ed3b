/* test_modbus.c - Modbus on the host: a client that waits, one in a loop, a server.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/modbus.h>
#include <netproto/host/modbus_bus.h>
#include <netproto/host/modbus_tcpd.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <netproto/modbus_map.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 20000

static const struct netp_addr loopback = {{127, 0, 0, 1}, 0, 0, 4};

/* A server in a loop: ten holding registers, and coils. */
struct server {
    struct netp_loop *loop;
    struct netp_modbus_tcpd *tcpd;
    uint16_t port;
    uint16_t registers[10];
    uint8_t bits[2];
    struct netp_modbus_range range[2];
    struct netp_modbus_map map;
    struct netp_modbus_peer *later; /* it is answered later */
    unsigned asked, gone;
};

static void on_request(void *arg, struct netp_modbus_peer *peer,
                       const struct netp_modbus_server_ev *ev)
{
    struct server *s = arg;
    struct netp_modbus_response r;

    s->asked++;
    if (ev->unit == 7) {
        s->later = peer;
        return;
    }
    netp_modbus_map_answer(&s->map, &ev->request, ev->room, ev->room_n, &r);
    assert_int_equal(netp_modbus_peer_respond(peer, &r), NETP_OK);
}

static void on_gone(void *arg, struct netp_modbus_peer *peer, int err, int sys_errno)
{
    (void)peer;
    (void)err;
    (void)sys_errno;
    ((struct server *)arg)->gone++;
}

static void start_with(struct server *s, struct netp_modbus_tcpd_cfg cfg)
{
    int fd = netp_tcp_listen(&loopback);

    memset(s, 0, sizeof *s);
    s->range[0] = (struct netp_modbus_range){
        .table = NETP_MODBUS_HOLDING, .quantity = 10, .registers = s->registers};
    s->range[1] =
        (struct netp_modbus_range){.table = NETP_MODBUS_COILS, .quantity = 16, .bits = s->bits};
    s->map = (struct netp_modbus_map){.range = s->range, .ranges = 2};
    s->loop = netp_loop_new();
    s->port = netp_local_addr(fd).port;
    cfg.request = on_request;
    cfg.gone = on_gone;
    cfg.arg = s;
    s->tcpd = netp_modbus_tcpd_open(s->loop, fd, &cfg);
    assert_non_null(s->tcpd);
}

static void start(struct server *s)
{
    start_with(s, (struct netp_modbus_tcpd_cfg){0});
}

static void stop(struct server *s)
{
    netp_modbus_tcpd_close(s->tcpd);
    netp_loop_free(s->loop);
}

static void turns_until(struct server *s, const unsigned *what, unsigned n)
{
    netp_ms end = netp_now() + PATIENCE_MS;

    while (*what < n && netp_now() < end) {
        assert_int_equal(netp_loop_turn(s->loop, end), 0);
    }
    assert_int_equal(*what, n);
}

/* So long, and so many turns that a busy machine does not matter. */
static void turns(struct server *s, netp_ms ms)
{
    netp_ms end = netp_now() + ms;

    for (int i = 0; i < 30 || netp_now() < end; i++) {
        assert_int_equal(netp_loop_turn(s->loop, end), 0);
    }
}

/* Serves in a process of its own. */
static pid_t serve(struct server *s)
{
    pid_t pid = fork();

    if (pid == 0) {
        netp_loop_run(s->loop);
        _exit(0);
    }
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static struct netp_modbus_url url_of(const char *format, unsigned port)
{
    struct netp_modbus_url u;
    char text[64];

    snprintf(text, sizeof text, format, port);
    assert_null(netp_modbus_url_parse(text, &u));
    return u;
}

static struct netp_modbus_conn *dial(const char *format, unsigned port, uint32_t timeout_ms)
{
    struct netp_modbus_url u = url_of(format, port);
    struct netp_modbus_open_cfg cfg = {.timeout_ms = timeout_ms};
    struct netp_modbus_error e;

    return netp_modbus_open(&u, &cfg, &e);
}

/* --- a client that waits --------------------------------------------------------------------- */

static void test_ask(void **state)
{
    static const uint8_t values[] = {0x12, 0x34, 0xff, 0xfe}, coils[] = {0xcd, 0x01};
    struct server s;
    struct netp_modbus_conn *c;
    uint8_t data[8];
    pid_t pid;

    (void)state;
    start(&s);
    pid = serve(&s);
    c = dial("tcp://127.0.0.1:%u", s.port, PATIENCE_MS);
    assert_non_null(c);
    assert_int_equal(netp_modbus_write(c, 1, NETP_MODBUS_WRITE_MULTIPLE_REGISTERS, 3, 2, values),
                     0);
    assert_int_equal(netp_modbus_read(c, 1, NETP_MODBUS_READ_HOLDING_REGISTERS, 2, 4, data), 0);
    assert_memory_equal(data, "\0\0\x12\x34\xff\xfe\0\0", 8);
    assert_int_equal(netp_modbus_write(c, 1, NETP_MODBUS_WRITE_MULTIPLE_COILS, 0, 9, coils), 0);
    assert_int_equal(netp_modbus_read(c, 1, NETP_MODBUS_READ_COILS, 1, 8, data), 0);
    assert_int_equal(data[0], 0xe6);
    assert_int_equal(netp_modbus_read(c, 1, NETP_MODBUS_READ_HOLDING_REGISTERS, 9, 2, data),
                     NETP_MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(netp_modbus_read(c, 1, NETP_MODBUS_READ_HOLDING_REGISTERS, 0, 126, data),
                     NETP_E_ARG);
    assert_int_equal(netp_modbus_conn_error(c)->err, NETP_E_ARG);
    end(pid);
    assert_int_equal(netp_modbus_read(c, 1, NETP_MODBUS_READ_COILS, 1, 8, data), NETP_E_IO);
    assert_string_not_equal(netp_modbus_conn_error(c)->text, "");
    assert_int_equal(netp_modbus_read(c, 1, NETP_MODBUS_READ_COILS, 1, 8, data), NETP_E_STATE);
    netp_modbus_close(c);
    netp_modbus_close(NULL);
    stop(&s);
}

static void test_serial_server(void **state)
{
    static const uint8_t units[] = {1};
    struct server s;
    struct netp_modbus_conn *c;
    uint8_t data[2];
    pid_t pid;

    (void)state;
    start_with(&s, (struct netp_modbus_tcpd_cfg){.rtu = true, .units = units, .nunits = 1});
    s.registers[5] = 0x1234;
    pid = serve(&s);
    c = dial("rtu+tcp://127.0.0.1:%u", s.port, 2000);
    assert_int_equal(netp_modbus_read(c, 1, NETP_MODBUS_READ_HOLDING_REGISTERS, 5, 1, data), 0);
    assert_memory_equal(data, "\x12\x34", 2);
    assert_int_equal(netp_modbus_read(c, 2, NETP_MODBUS_READ_HOLDING_REGISTERS, 5, 1, data),
                     NETP_E_TIMEOUT);
    assert_int_equal(netp_modbus_conn_error(c)->err, NETP_E_TIMEOUT);
    assert_int_equal(netp_modbus_read(c, 1, NETP_MODBUS_READ_HOLDING_REGISTERS, 5, 1, data), 0);
    netp_modbus_close(c);
    end(pid);
    stop(&s);
}

/* A server that answers each request with these bytes, behind the first two of the request. */
static pid_t answer_with(const char *bytes, size_t n, bool dgram, uint16_t *port)
{
    int listener = dgram ? netp_udp_socket(&loopback, 4) : netp_tcp_listen(&loopback);
    pid_t pid;

    *port = netp_local_addr(listener).port;
    pid = fork();
    if (pid == 0) {
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        uint8_t p[300];
        int fd = listener;
        alarm(PATIENCE_MS / 1000);
        while (!dgram && (fd = netp_accept(listener, NULL)) < 0) {
            usleep(1000);
        }
        for (ssize_t r; (r = recvfrom(fd, p, sizeof p, 0, (struct sockaddr *)&from, &len)) != 0;) {
            if (r < 0) {
                usleep(1000);
                continue;
            }
            memcpy(p + 2, bytes, n);
            if (n == 0) {
                break;
            }
            (void)!sendto(fd, p, n + 2, MSG_NOSIGNAL, dgram ? (struct sockaddr *)&from : NULL,
                          dgram ? len : 0);
        }
        _exit(0);
    }
    close(listener);
    return pid;
}

static void check_bad(const char *bytes, size_t n, int err, const char *text)
{
    uint8_t data[4];
    uint16_t port;
    pid_t pid = answer_with(bytes, n, false, &port);
    struct netp_modbus_conn *c = dial("tcp://127.0.0.1:%u", port, PATIENCE_MS);

    assert_non_null(c);
    assert_int_equal(netp_modbus_read(c, 1, NETP_MODBUS_READ_HOLDING_REGISTERS, 0, 1, data), err);
    if (!strstr(netp_modbus_conn_error(c)->text, text)) {
        fail_msg("'%s'", netp_modbus_conn_error(c)->text);
    }
    netp_modbus_close(c);
    end(pid);
}

static void test_bad_peers(void **state)
{
#define BAD(bytes) bytes, sizeof bytes - 1
    (void)state;
    check_bad(BAD("\0\0\0\5\1\4\2\0\0"), NETP_E_SYNTAX, "function");
    check_bad(BAD("\0\0\0\7\1\3\4\0\0\0\0"), NETP_E_SYNTAX, "data");
    check_bad(BAD("\0\1\0\5\1\3\2\0\0"), NETP_E_SYNTAX, "protocol");
    check_bad(BAD("\0\0\0\1\1\3\2\0\0"), NETP_E_LIMIT, "limit");
    check_bad("", 0, NETP_E_IO, "closed");
}

static void test_udp(void **state)
{
    uint16_t port;
    pid_t pid = answer_with("\0\0\0\5\1\3\2\x12\x34", 9, true, &port);
    struct netp_modbus_conn *c = dial("udp://127.0.0.1:%u", port, 2000);
    uint8_t data[2];

    (void)state;
    assert_non_null(c);
    assert_int_equal(netp_modbus_read(c, 1, NETP_MODBUS_READ_HOLDING_REGISTERS, 0, 1, data), 0);
    assert_memory_equal(data, "\x12\x34", 2);
    end(pid);
    assert_int_equal(netp_modbus_read(c, 1, NETP_MODBUS_READ_HOLDING_REGISTERS, 0, 1, data),
                     NETP_E_TIMEOUT);
    netp_modbus_close(c);
}

static void check_no_conn(const char *text, uint8_t fam, int err, int sys_errno)
{
    struct netp_modbus_url u = url_of(text, 1);
    struct netp_modbus_open_cfg cfg = {.connect_ms = PATIENCE_MS, .fam = fam};
    struct netp_modbus_error e;

    assert_null(netp_modbus_open(&u, &cfg, &e));
    assert_int_equal(e.err, err);
    assert_int_equal(e.sys_errno, sys_errno);
    assert_string_not_equal(e.text, "");
}

static void test_no_conn(void **state)
{
    struct server s;
    char text[64];

    (void)state;
    check_no_conn("tcp://127.0.0.1:%u", 0, NETP_E_IO, ECONNREFUSED);
    check_no_conn("tcp://127.0.0.1:%u", 6, NETP_E_REFUSED, 0); /* no such address */
    check_no_conn("rtu:///dev/no-such-port", 0, NETP_E_IO, ENOENT);
    start(&s);
    snprintf(text, sizeof text, "tls://127.0.0.1:%u", s.port);
    check_no_conn(text, 0, NETP_E_ARG, 0); /* no context */
    stop(&s);
}

/* --- the server ------------------------------------------------------------------------------ */

static int connect_to(const struct server *s)
{
    struct netp_addr to = loopback;

    to.port = s->port;
    return netp_tcp_connect(&to, NULL);
}

static void assert_closed(int fd)
{
    char byte;

    assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, PATIENCE_MS), 1);
    assert_int_equal(recv(fd, &byte, 1, 0), 0);
    close(fd);
}

static void test_limits(void **state)
{
    struct server s;
    int fd[3];

    (void)state;
    start_with(&s, (struct netp_modbus_tcpd_cfg){.max_per_address = 2});
    for (int i = 0; i < 3; i++) {
        fd[i] = connect_to(&s);
        turns(&s, 5);
    }
    assert_int_equal(netp_modbus_tcpd_count(s.tcpd), 2);
    assert_closed(fd[2]);
    assert_non_null(netp_modbus_tcpd_peer(s.tcpd, 1));
    assert_null(netp_modbus_tcpd_peer(s.tcpd, 2));
    assert_null(netp_modbus_tcpd_peer(s.tcpd, 5000));
    close(fd[0]);
    close(fd[1]);
    turns_until(&s, &s.gone, 2);
    assert_int_equal(netp_modbus_tcpd_count(s.tcpd), 0);
    netp_modbus_tcpd_stop(s.tcpd);
    fd[0] = connect_to(&s);
    turns(&s, 5);
    assert_int_equal(netp_modbus_tcpd_count(s.tcpd), 0);
    close(fd[0]);
    stop(&s);
    netp_modbus_tcpd_close(NULL);
}

/* Who asks nothing for long is closed. */
static void test_idle(void **state)
{
    struct server s;
    int fd;

    (void)state;
    start_with(&s, (struct netp_modbus_tcpd_cfg){.idle_ms = 100});
    fd = connect_to(&s);
    turns_until(&s, &s.gone, 1);
    assert_closed(fd);
    stop(&s);
}

/* --- a client in a loop ---------------------------------------------------------------------- */

struct told {
    unsigned events, ups, downs;
    struct netp_modbus_client_ev ev;
    uint8_t data[2];
};

static void on_told(void *arg, const struct netp_modbus_client_ev *ev)
{
    struct told *t = arg;

    t->events++;
    t->ev = *ev;
    if (ev->response.n >= 2) {
        memcpy(t->data, ev->response.data, 2);
    }
}

static void on_changed(void *arg, bool up, int err, int sys_errno)
{
    struct told *t = arg;

    (void)err;
    (void)sys_errno;
    t->ups += up;
    t->downs += !up;
}

static const struct netp_modbus_request reading = {
    .function = NETP_MODBUS_READ_HOLDING_REGISTERS, .address = 5, .quantity = 1};

static void test_bus(void **state)
{
    struct server s;
    struct told t = {0};
    struct netp_modbus_bus_cfg cfg = {
        .retry_ms = 20, .event = on_told, .changed = on_changed, .arg = &t};
    struct netp_modbus_url u;
    struct netp_modbus_bus *b;
    const struct netp_modbus_response late = {.exception = NETP_MODBUS_DEVICE_BUSY};
    int e, fd;

    (void)state;
    start(&s);
    s.registers[5] = 0x1234;
    u = url_of("tcp://127.0.0.1:%u", s.port);
    b = netp_modbus_bus_open(s.loop, &u, &cfg);
    assert_non_null(b);
    assert_false(netp_modbus_bus_is_up(b, &e));
    assert_int_equal(netp_modbus_bus_request(b, 1, &reading), NETP_E_STATE);
    turns_until(&s, &t.ups, 1);
    assert_true(netp_modbus_bus_is_up(b, &e));
    assert_true(netp_modbus_bus_request(b, 1, &reading) >= 0);
    turns_until(&s, &t.events, 1);
    assert_int_equal(t.ev.type, NETP_MODBUS_CLIENT_RESPONSE);
    assert_memory_equal(t.data, "\x12\x34", 2);

    assert_true(netp_modbus_bus_request(b, 7, &reading) >= 0); /* answered when the server wants */
    turns_until(&s, &s.asked, 2);
    turns(&s, 20);
    assert_int_equal(t.events, 1);
    assert_int_equal(netp_modbus_peer_respond(s.later, &late), NETP_OK);
    assert_int_equal(netp_modbus_peer_respond(s.later, &late), NETP_E_STATE);
    turns_until(&s, &t.events, 2);
    assert_int_equal(t.ev.response.exception, NETP_MODBUS_DEVICE_BUSY);
    assert_true(netp_modbus_bus_request(b, 7, &reading) >= 0); /* or not at all */
    turns_until(&s, &s.asked, 3);
    assert_int_equal(netp_modbus_peer_ignore(s.later), NETP_OK);

    netp_modbus_tcpd_close(s.tcpd); /* the server goes, */
    turns_until(&s, &t.downs, 1);
    turns(&s, 60);
    assert_int_equal(t.downs, 1);
    assert_false(netp_modbus_bus_is_up(b, &e));
    struct netp_addr at = loopback;
    at.port = s.port;
    fd = netp_tcp_listen(&at); /* and comes back */
    s.tcpd = netp_modbus_tcpd_open(
        s.loop, fd,
        &(struct netp_modbus_tcpd_cfg){.request = on_request, .gone = on_gone, .arg = &s});
    assert_non_null(s.tcpd);
    turns_until(&s, &t.ups, 2);
    netp_modbus_bus_close(b);
    netp_modbus_bus_close(NULL);
    stop(&s);
}

static void test_no_bus(void **state)
{
    struct netp_loop *loop = netp_loop_new();
    struct netp_modbus_bus_cfg cfg = {.event = on_told};
    struct netp_modbus_url u = url_of("udp://127.0.0.1:%u", 1);
    struct netp_modbus_bus *b;
    int e;

    (void)state;
    assert_null(netp_modbus_bus_open(loop, &u, &cfg));
    assert_int_equal(errno, EPROTONOSUPPORT);
    u = url_of("tcp://no-such-host.invalid:%u", 1);
    assert_null(netp_modbus_bus_open(loop, &u, &cfg));
    assert_int_equal(errno, EHOSTUNREACH);
    u = url_of("rtu:///dev/no-such-port", 1);
    b = netp_modbus_bus_open(loop, &u, &cfg); /* it may come */
    assert_non_null(b);
    assert_false(netp_modbus_bus_is_up(b, &e));
    assert_int_equal(e, ENOENT);
    netp_modbus_bus_close(b);
    netp_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ask),       cmocka_unit_test(test_serial_server),
        cmocka_unit_test(test_bad_peers), cmocka_unit_test(test_udp),
        cmocka_unit_test(test_no_conn),   cmocka_unit_test(test_limits),
        cmocka_unit_test(test_idle),      cmocka_unit_test(test_bus),
        cmocka_unit_test(test_no_bus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
