/* cmd_echo.c - netproto echo: sends back what comes, RFC 862. SPDX-License-Identifier: MIT */
#include "server.h"
#include <errno.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <netproto/host/udp.h>
#include <netproto/machine.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ECHO_PORT   7
#define CHARGEN     19
#define BUFFER      16384
#define BATCHES     16 /* of datagrams a turn of the loop */
#define MAX_DEFAULT 256
#define IDLE_MS     300000

/* --- the echo as a machine -------------------------------------------------------------------- */

struct netp_echo_ev {
    int type;
};

/* Takes input while it has room, so a peer that does not read is not read from either. */
struct netp_echo {
    struct netp_fail fail;
    netp_ms clock, heard, idle_ms;
    uint64_t bytes;
    size_t at, end; /* what is to be sent: buf[at..end) */
    bool eof, fin_sent;
    uint8_t buf[BUFFER];
};

static int netp_echo_next(struct netp_echo *m, struct netp_in *in, netp_ms now,
                          struct netp_echo_ev *ev)
{
    size_t n = in ? in->n : 0;

    netp_clock(&m->clock, now);
    if (m->fail.code != NETP_OK) {
        return m->fail.code;
    }
    n = n < BUFFER - m->end ? n : BUFFER - m->end;
    if (n > 0) {
        memcpy(m->buf + m->end, in->p, n);
        m->end += n;
        in->p += n;
        in->n -= n;
        m->heard = m->clock;
    }
    if (in && in->n == 0 && (in->flags & NETP_IN_BROKEN)) {
        return netp_fail_with(&m->fail, NETP_E_IO, -1, m->bytes, "connection");
    }
    m->eof |= in && in->n == 0 && (in->flags & NETP_IN_EOF);
    if (m->clock >= netp_after(m->heard, m->idle_ms)) {
        return netp_fail_with(&m->fail, NETP_E_TIMEOUT, -1, m->bytes, "idle");
    }
    ev->type = 0;
    return 0;
}

static size_t netp_echo_out(const struct netp_echo *m, struct netp_out *v, size_t nv)
{
    bool fin = m->eof && !m->fin_sent;
    size_t i = 0;

    if (m->fail.code == NETP_OK && (m->at < m->end || fin)) {
        netp_out_put(
            v, nv, &i,
            (struct netp_out){m->buf + m->at, m->end - m->at, fin ? NETP_OUT_FIN : 0u, NULL});
    }
    return i;
}

static void netp_echo_sent(struct netp_echo *m, size_t n, netp_ms now)
{
    m->heard = netp_clock(&m->clock, now);
    m->at += n;
    m->bytes += n;
    if (m->at == m->end) {
        m->at = m->end = 0;
        m->fin_sent = m->eof;
    }
}

static netp_ms netp_echo_deadline(const struct netp_echo *m)
{
    return m->fail.code == NETP_OK ? netp_after(m->heard, m->idle_ms) : NETP_NEVER;
}

static unsigned netp_echo_want(const struct netp_echo *m)
{
    unsigned want = 0;

    if (m->fail.code != NETP_OK || m->fin_sent) {
        return NETP_CLOSED;
    }
    if (m->end < BUFFER && !m->eof) {
        want |= NETP_WANT_IN;
    }
    return m->at < m->end || m->eof ? want | NETP_WANT_OUT : want;
}

static const struct netp_fail *netp_echo_fail(const struct netp_echo *m)
{
    return &m->fail;
}

NETP_OPS(echo);

/* --- TCP -------------------------------------------------------------------------------------- */

struct connection {
    struct netp_stream stream;
    struct netp_echo echo;
    struct netp_addr peer;
    struct echo *owner;
    struct connection *next, **from;
};

struct echo {
    struct server s;
    bool udp;
    unsigned max;
    netp_ms idle_ms;
    struct netp_listener listener;
    struct connection *connections;
    struct netp_watch watch; /* of the UDP socket */
    struct netp_addr where;
    struct netp_echo_ev ev;
};

static void log_line(struct echo *e, const struct netp_addr *peer, uint64_t bytes, const char *what)
{
    FILE *f = server_log(&e->s);
    char text[NETP_ADDR_CAP];

    if (f) {
        netp_addr_format(peer, text);
        fprintf(f,
                e->s.log_json ? "\"peer\": \"%s\", \"bytes\": %llu, \"status\": \"%s\""
                              : "%s %llu bytes %s",
                text, (unsigned long long)bytes, what);
        server_log_end(&e->s);
    }
}

static void drop(struct connection *c)
{
    *c->from = c->next;
    if (c->next) {
        c->next->from = c->from;
    }
    netp_listener_done(&c->owner->listener);
    free(c);
}

static void on_event(void *arg, void *ev)
{
    (void)arg;
    (void)ev;
}

static void on_closed(void *arg, int err, int sys_errno)
{
    struct connection *c = arg;

    log_line(c->owner, &c->peer, c->echo.bytes,
             err == NETP_OK ? "ok"
             : sys_errno    ? strerror(sys_errno)
                            : netp_strerror(err));
    drop(c);
}

static void on_accepted(void *arg, int fd, const struct netp_addr *peer)
{
    struct echo *e = arg;
    struct connection *c = calloc(1, sizeof *c);

    if (!c) {
        close(fd);
        netp_listener_done(&e->listener);
        return;
    }
    c->owner = e;
    c->peer = *peer;
    c->echo.idle_ms = e->idle_ms;
    c->echo.heard = c->echo.clock = netp_now();
    netp_fail_clear(&c->echo.fail);
    c->stream.ops = &netp_echo_ops;
    c->stream.m = &c->echo;
    c->stream.ev = &e->ev;
    c->stream.event = on_event;
    c->stream.closed = on_closed;
    c->stream.arg = c;
    c->next = e->connections;
    c->from = &e->connections;
    if (c->next) {
        c->next->from = &c->next;
    }
    e->connections = c;
    if (netp_stream_open(&c->stream, e->s.loop, fd, false) != 0) {
        close(fd);
        drop(c);
    }
}

static int listen_tcp(struct echo *e)
{
    int fd =
        e->s.workers > 1 ? netp_tcp_listen_shared(&e->s.listen) : netp_tcp_listen(&e->s.listen);

    if (fd < 0) {
        return -1;
    }
    e->where = netp_local_addr(fd);
    e->listener = (struct netp_listener){.accepted = on_accepted, .arg = e, .max = e->max};
    if (netp_listener_open(&e->listener, e->s.loop, fd) != 0) {
        close(fd);
        return -1;
    }
    return 0;
}

/* --- UDP -------------------------------------------------------------------------------------- */

/* An answer to these would be answered for ever: to another echo, to a character generator, and to
 * this server or one like it. Port 0 can't be answered. */
static bool may_answer(const struct echo *e, const struct netp_addr *from)
{
    return from->port != 0 && from->port != ECHO_PORT && from->port != CHARGEN &&
           from->port != e->where.port;
}

static void on_datagrams(void *arg, unsigned what)
{
    struct echo *e = arg;
    struct netp_udp_batch *b = netp_loop_batch(e->s.loop);
    int n = 1;

    (void)what;
    for (unsigned k = 0; k < BATCHES && n > 0; k++) {
        n = b ? netp_udp_receive(b, e->watch.fd, NETP_UDP_BATCH) : 0;
        for (int i = 0; i < n; i++) {
            struct netp_in in;
            if (netp_udp_datagram(b, (unsigned)i, &in) && may_answer(e, in.from)) {
                struct netp_out v = {in.p, in.n, NETP_OUT_DGRAM, in.from};
                (void)netp_udp_send(e->watch.fd, &v, 1); /* no room: lost, as datagrams may be */
            }
        }
    }
}

static int listen_udp(struct echo *e)
{
    e->watch = (struct netp_watch){.ready = on_datagrams, .arg = e};
    e->watch.fd =
        e->s.workers > 1 ? netp_udp_socket_shared(&e->s.listen) : netp_udp_socket(&e->s.listen, 0);
    if (e->watch.fd < 0) {
        return -1;
    }
    e->where = netp_local_addr(e->watch.fd);
    return netp_loop_watch(e->s.loop, &e->watch, NETP_WANT_IN);
}

/* --- the command ------------------------------------------------------------------------------ */

enum { OPT_UDP = 700, OPT_MAX, OPT_IDLE };

static const struct option longs[] = {SERVER_LONGS,
                                      {"udp", no_argument, NULL, OPT_UDP},
                                      {"max-connections", required_argument, NULL, OPT_MAX},
                                      {"idle", required_argument, NULL, OPT_IDLE},
                                      {0}};

static bool own(void *arg, int opt, const char *value)
{
    struct echo *e = arg;
    uint64_t v = 0;
    bool good = true;

    switch (opt) {
    case OPT_UDP:
        e->udp = true;
        return true;
    case OPT_MAX:
        good = cli_number(value, 1, 1000000, &v);
        e->max = (unsigned)v;
        return good;
    case OPT_IDLE:
        return cli_seconds(value, &e->idle_ms);
    default:
        return server_option(&e->s, opt, value);
    }
}

static void stop(void *arg)
{
    struct echo *e = arg;

    if (!e->udp) {
        netp_listener_close(&e->listener);
    }
}

static unsigned running(void *arg)
{
    return ((struct echo *)arg)->listener.count;
}

static void close_all(struct echo *e)
{
    if (e->udp) {
        netp_loop_unwatch(e->s.loop, &e->watch);
        close(e->watch.fd);
        return;
    }
    netp_listener_close(&e->listener);
    for (struct connection *c = e->connections, *next; c; c = next) {
        next = c->next;
        netp_stream_close(&c->stream);
        drop(c);
    }
}

static int serve(struct echo *e)
{
    int status;

    if ((e->udp ? listen_udp(e) : listen_tcp(e)) != 0) {
        return cli_error(e->s.c, errno == EACCES ? CLI_LOCAL : CLI_CONNECT, "%s: %s",
                         e->s.listen_text ? e->s.listen_text : "port 7", strerror(errno));
    }
    e->s.stop = stop;
    e->s.running = running;
    e->s.arg = e;
    status = server_run(&e->s, &e->where, 1);
    close_all(e);
    return status;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct echo e = {.max = MAX_DEFAULT, .idle_ms = IDLE_MS};
    int first, status;

    server_init(&e.s, c);
    first = cli_parse(c, &cmd_echo, argc, argv, "", longs, own, &e);
    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (first != argc) {
        return cli_usage(c, "no operand is taken, not '%s'", argv[first]);
    }
    status = server_open(&e.s, ECHO_PORT);
    if (status == CLI_DONE) {
        status = serve(&e);
    }
    return server_close(&e.s, status);
}

const struct cli_command cmd_echo = {
    "echo",
    "",
    "Send back what comes, by TCP or UDP",
    "      --udp                datagrams instead of connections; none from port 7, from 19, or\n"
    "                           from the port that is listened on is answered\n"
    "      --max-connections N  at a time (256); more wait\n"
    "      --idle SEC           end a connection on which nothing moves (300)\n" SERVER_HELP,
    run,
    NULL};
