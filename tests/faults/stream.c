/* stream.c - a frame to a server that sends it back, over TCP or a Unix socket, with either as the
 * victim, in a loop or blocking. SPDX-License-Identifier: MIT */
#include "world.h"

#include <errno.h>
#include <netproto/frame.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* Of time that runs FAULTS_SPEED times as fast; the peer has twice as much, lest it ends the wait
 * of the victim. */
#define PATIENCE_MS 60000

/* --- either side ----------------------------------------------------------------------------- */

/* A framing that collects frames in mem and lends what it sends. */
struct side {
    struct netp_frame m;
    struct netp_frame_ev ev;
    uint8_t mem[WORLD_FILE], tx[64];
    const struct world *w;
    bool server, got; /* got: the frame, unharmed */
    bool over;
    int err, sys_errno;
};

static void side_init(struct side *s, const struct world *w, bool server)
{
    struct netp_frame_cfg cfg = NETP_FRAME_CFG_INIT;

    memset(s, 0, sizeof *s);
    s->w = w;
    s->server = server;
    cfg.max_len = cfg.memlen = sizeof s->mem;
    cfg.mem = s->mem;
    cfg.tx = s->tx;
    cfg.txlen = sizeof s->tx;
    netp_frame_init(&s->m, &cfg, netp_now());
    if (!server) {
        netp_frame_lend(&s->m, NULL, w->now, sizeof w->now);
    }
}

static void on_event(void *arg, void *ev)
{
    struct side *s = arg;
    const struct netp_frame_ev *e = ev;

    if (e->type == NETP_FRAME_WHOLE) {
        s->got = e->n == sizeof s->w->now && memcmp(e->p, s->w->now, e->n) == 0;
        if (s->server) {
            netp_frame_lend(&s->m, NULL, s->w->now, sizeof s->w->now);
        } else {
            netp_frame_finish(&s->m);
        }
    } else if (e->type == NETP_FRAME_EOF) {
        netp_frame_finish(&s->m);
    }
}

static void on_closed(void *arg, int err, int sys_errno)
{
    struct side *s = arg;

    s->over = true;
    s->err = err;
    s->sys_errno = sys_errno;
}

static void stream_init(struct netp_stream *t, struct side *s)
{
    *t = (struct netp_stream){.ops = &netp_frame_ops,
                              .m = &s->m,
                              .ev = &s->ev,
                              .event = on_event,
                              .closed = on_closed,
                              .arg = s};
}

/* Turns until the side is over or stop is set; true unless time was up before. */
static bool turns(struct netp_loop *loop, const struct side *s, const atomic_bool *stop)
{
    netp_ms end = netp_now() + (faults_exempt ? 2u : 1u) * PATIENCE_MS;

    while (!s->over && !(stop && *stop)) {
        if (netp_now() >= end || netp_loop_turn(loop, netp_now() + 100) != 0) {
            return false;
        }
    }
    return true;
}

/* --- the server ------------------------------------------------------------------------------ */

struct server {
    struct netp_loop *loop;
    struct netp_listener listener;
    struct netp_stream stream;
    struct side side;
    struct netp_addr addr;
    char path[80]; /* of a Unix socket, or "" */
    int sys_errno;
    bool in_time;
    atomic_bool stop;
};

static void on_accepted(void *arg, int fd, const struct netp_addr *peer)
{
    struct server *s = arg;

    (void)peer;
    stream_init(&s->stream, &s->side);
    if (netp_stream_open(&s->stream, s->loop, fd, false) != 0) {
        on_closed(&s->side, NETP_E_IO, errno);
        close(fd);
    }
}

static bool server_open(struct server *s, const struct world *w, bool local)
{
    int fd;

    memset(s, 0, sizeof *s);
    side_init(&s->side, w, true);
    s->listener = (struct netp_listener){.accepted = on_accepted, .arg = s, .max = 1};
    s->listener.watch_.fd = s->stream.watch_.fd = -1;
    if (local) {
        snprintf(s->path, sizeof s->path, "%s.sock", w->root);
    }
    errno = 0;
    s->loop = netp_loop_new();
    s->addr = (struct netp_addr){{127, 0, 0, 1}, 0, 0, 4};
    fd = !s->loop ? -1 : local ? netp_unix_listen(s->path) : netp_tcp_listen_shared(&s->addr);
    if (fd >= 0 && netp_listener_open(&s->listener, s->loop, fd) != 0) {
        s->sys_errno = errno;
        close(fd);
        return false;
    }
    s->sys_errno = errno;
    return fd >= 0;
}

static void server_close(struct server *s)
{
    netp_stream_close(&s->stream);
    netp_listener_close(&s->listener);
    netp_loop_free(s->loop);
}

static void server_run(void *arg)
{
    struct server *s = arg;

    s->in_time = turns(s->loop, &s->side, &s->stop);
}

/* --- clients --------------------------------------------------------------------------------- */

struct client {
    struct side side;
    struct netp_addr addr;
    const char *path;
    bool in_time;
};

static int dial(const struct client *c)
{
    return c->path[0] ? netp_unix_connect(c->path) : netp_tcp_connect(&c->addr, NULL);
}

static void client_in_loop(void *arg)
{
    struct client *c = arg;
    struct netp_loop *loop = netp_loop_new();
    struct netp_stream stream;
    int fd = -1;

    stream_init(&stream, &c->side);
    c->in_time = true;
    if (!loop || (fd = dial(c)) < 0 || netp_stream_open(&stream, loop, fd, true) != 0) {
        on_closed(&c->side, NETP_E_IO, errno);
        if (fd >= 0) {
            close(fd);
        }
    } else {
        c->in_time = turns(loop, &c->side, NULL);
        netp_stream_close(&stream);
    }
    netp_loop_free(loop);
}

static void client_blocking(void *arg)
{
    static uint8_t buf[16384];
    struct client *c = arg;
    struct netp_stream_io io;
    struct netp_link link;
    netp_ms end = netp_now() + PATIENCE_MS;
    int r, fd = netp_tcp_connect_any(&c->addr, 1, NULL, PATIENCE_MS);

    c->in_time = true;
    if (fd < 0) {
        on_closed(&c->side, NETP_E_IO, errno);
        return;
    }
    netp_stream_io_init(&io, fd, buf, sizeof buf);
    netp_link_init(&link, &netp_frame_ops, &c->side.m, &io.io);
    while ((r = netp_link_run(&link, end, &c->side.ev)) > 0) {
        on_event(&c->side, &c->side.ev);
    }
    c->in_time = r != NETP_E_TIMEOUT;
    on_closed(&c->side, r, io.sys_errno);
    close(fd);
}

/* --- scenarios ------------------------------------------------------------------------------- */

static bool judge(struct world *w, const struct side *s, bool in_time)
{
    if (!in_time) {
        world_wrong(w, "it waits for ever");
    }
    if (s->err == NETP_E_IO && s->sys_errno != w->error) {
        world_wrong(w, "errno %s", s->sys_errno ? faults_name(s->sys_errno) : "0");
    }
    if (s->over && s->err == NETP_OK && !s->got) {
        world_wrong(w, "success, but not the frame");
    }
    return s->over && s->err == NETP_OK;
}

static bool client_is_victim(struct world *w, void (*run)(void *arg), bool local)
{
    static struct server s;
    static struct client c;
    struct peer p;

    faults_exempt = true;
    if (!server_open(&s, w, local)) {
        world_wrong(w, "no server: %s", strerror(errno));
        return false;
    }
    side_init(&c.side, w, false);
    c.path = s.path;
    c.addr = netp_local_addr(s.listener.watch_.fd);
    peer_start(&p, server_run, &s);
    faults_exempt = false;
    run(&c);
    faults_exempt = true;
    s.stop = true;
    peer_join(&p);
    server_close(&s);
    unlink(s.path);
    return judge(w, &c.side, c.in_time);
}

/* As a server that was killed does: the next one is to replace it. */
static void leave_socket(const struct world *w)
{
    static struct server s;

    faults_exempt = true;
    server_open(&s, w, true);
    server_close(&s);
    faults_exempt = false;
}

static bool server_is_victim(struct world *w, bool local)
{
    static struct server s;
    static struct client c;
    struct peer p;

    if (local) {
        leave_socket(w);
    }
    if (!server_open(&s, w, local)) {
        server_close(&s);
        unlink(s.path);
        if (s.sys_errno == 0) {
            world_wrong(w, "no server, but no errno");
        }
        return false;
    }
    faults_exempt = true;
    side_init(&c.side, w, false);
    c.path = s.path;
    c.addr = netp_local_addr(s.listener.watch_.fd);
    peer_start(&p, client_in_loop, &c);
    faults_exempt = false;
    server_run(&s);
    server_close(&s);
    faults_exempt = true;
    peer_join(&p);
    unlink(s.path);
    return judge(w, &s.side, s.in_time);
}

static bool tcp_client(struct world *w)
{
    return client_is_victim(w, client_in_loop, false);
}

static bool blocking_client(struct world *w)
{
    return client_is_victim(w, client_blocking, false);
}

static bool tcp_server(struct world *w)
{
    return server_is_victim(w, false);
}

static bool unix_client(struct world *w)
{
    return client_is_victim(w, client_in_loop, true);
}

static bool unix_server(struct world *w)
{
    return server_is_victim(w, true);
}

const struct scenario scenarios_stream[] = {
    {"frame-tcp-client", tcp_client, 0},           {"frame-tcp-server", tcp_server, 0},
    {"frame-blocking-client", blocking_client, 0}, {"frame-unix-client", unix_client, 0},
    {"frame-unix-server", unix_server, 0},         {NULL, NULL, 0}};
