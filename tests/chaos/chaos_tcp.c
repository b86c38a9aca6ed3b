/* chaos_tcp.c - connections that come in pieces, late, and not to their end.
 * SPDX-License-Identifier: MIT */
#include "chaos.h"

#include <errno.h>
#include <netproto/host/socket.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct connection;

/* One direction: what was read from one side, and goes to the other. */
struct way {
    struct connection *k;
    struct netp_watch in; /* read here; the other way's is written to */
    struct netp_timer timer;
    struct decision dice;
    size_t at, n, piece; /* in buf; the piece that is under way */
    bool due, eof, closed;
    uint8_t buf[16384];
};

struct connection {
    struct connection *next, **back;
    struct way way[2]; /* from the client, from the server */
    uint64_t bytes;
    bool cut; /* nothing is passed on any more */
};

static struct {
    struct chaos *c;
    struct netp_watch listen;
    struct connection *connections;
} tcp;

static struct way *opposite(struct way *w)
{
    return &w->k->way[w == &w->k->way[0]];
}

static void end(struct connection *k, bool reset)
{
    struct linger now = {1, 0};

    for (int i = 0; i < 2; i++) {
        netp_loop_unwatch(tcp.c->loop, &k->way[i].in);
        netp_loop_at(tcp.c->loop, &k->way[i].timer, NETP_NEVER);
        if (reset) {
            setsockopt(k->way[i].in.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        close(k->way[i].in.fd);
    }
    *k->back = k->next;
    if (k->next) {
        k->next->back = k->back;
    }
    free(k);
}

/* --- one way --------------------------------------------------------------------------------- */

enum state { WAITS, MOVES, OVER, BROKEN };

static enum state waits(void)
{
    return errno == EAGAIN || errno == EINTR ? WAITS : BROKEN;
}

static enum state take(struct way *w)
{
    ssize_t r = recv(w->in.fd, w->buf, sizeof w->buf, MSG_DONTWAIT);

    if (r < 0) {
        return waits();
    }
    w->at = 0;
    w->n = w->k->cut ? 0 : (size_t)r;
    w->eof = r == 0;
    return MOVES;
}

/* Chooses the next piece of what is in buf, and when it goes. */
static void choose(struct way *w)
{
    struct chaos *c = tcp.c;
    uint64_t most = c->cut_after < c->reset_after ? c->cut_after : c->reset_after;
    size_t left = w->n - w->at;
    netp_ms delay = chaos_delay(c, &w->dice);

    w->piece = c->split ? 1 + decide(&w->dice, (uint32_t)c->split) : left;
    w->piece = w->piece < left ? w->piece : left;
    w->piece = w->piece < most - w->k->bytes ? w->piece : (size_t)(most - w->k->bytes);
    w->due = delay == 0;
    c->passed++;
    netp_loop_at(c->loop, &w->timer, w->due ? NETP_NEVER : netp_loop_now(c->loop) + delay);
}

static enum state give(struct way *w)
{
    struct chaos *c = tcp.c;
    struct connection *k = w->k;
    ssize_t r = send(opposite(w)->in.fd, w->buf + w->at, w->piece, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (r < 0) {
        return waits();
    }
    w->at += (size_t)r;
    w->piece -= (size_t)r;
    k->bytes += (uint64_t)r;
    c->bytes += (uint64_t)r;
    if (k->bytes >= c->reset_after) {
        c->reset++;
        return BROKEN;
    }
    if (k->bytes >= c->cut_after) {
        c->cut++;
        k->cut = true;
        for (int i = 0; i < 2; i++) {
            k->way[i].n = k->way[i].at = 0;
            k->way[i].closed = shutdown(k->way[i].in.fd, SHUT_WR) == 0;
        }
    }
    return MOVES;
}

static enum state move(struct way *w)
{
    if (w->at == w->n && !w->eof) {
        return take(w);
    }
    if (w->at == w->n) {
        if (!w->closed) {
            w->closed = true;
            shutdown(opposite(w)->in.fd, SHUT_WR);
        }
        return opposite(w)->eof && opposite(w)->at == opposite(w)->n ? OVER : WAITS;
    }
    if (w->piece == 0) {
        choose(w);
    }
    return w->due ? give(w) : WAITS;
}

/* --- both ------------------------------------------------------------------------------------ */

static void move_all(struct connection *k)
{
    enum state s[2];

    do {
        for (int i = 0; i < 2; i++) {
            s[i] = move(&k->way[i]);
            if (s[i] >= OVER) {
                end(k, s[i] == BROKEN);
                return;
            }
        }
    } while (s[0] == MOVES || s[1] == MOVES);
    for (int i = 0; i < 2; i++) {
        struct way *w = &k->way[i], *o = opposite(w);
        unsigned wants = (w->at == w->n && !w->eof ? NETP_WANT_IN : 0u) |
                         (o->piece > 0 && o->due ? NETP_WANT_OUT : 0u);
        if (wants) {
            netp_loop_watch(tcp.c->loop, &w->in, wants);
        } else {
            netp_loop_unwatch(tcp.c->loop, &w->in);
        }
    }
}

static void ready(void *arg, unsigned what)
{
    (void)what;
    move_all(((struct way *)arg)->k);
}

static void due(void *arg)
{
    ((struct way *)arg)->due = true;
    move_all(((struct way *)arg)->k);
}

static void on_listen(void *arg, unsigned what)
{
    struct chaos *c = tcp.c;
    int fd[2] = {netp_accept(tcp.listen.fd, NULL), netp_tcp_connect(&c->to, NULL)};
    struct connection *k = calloc(1, sizeof *k);

    (void)arg;
    (void)what;
    if (!k) {
        abort();
    }
    k->next = tcp.connections;
    k->back = &tcp.connections;
    if (k->next) {
        k->next->back = &k->next;
    }
    tcp.connections = k;
    for (unsigned i = 0; i < 2; i++) {
        struct way *w = &k->way[i];
        w->k = k;
        w->in = (struct netp_watch){.fd = fd[i], .ready = ready, .arg = w};
        w->timer = (struct netp_timer){.due = due, .arg = w};
        chaos_dice(c, &w->dice, c->clients, i);
    }
    c->clients++;
    move_all(k);
}

struct netp_addr chaos_tcp_open(struct chaos *c)
{
    tcp.c = c;
    tcp.listen = (struct netp_watch){.fd = netp_tcp_listen(&c->listen), .ready = on_listen};
    if (tcp.listen.fd < 0 || netp_loop_watch(c->loop, &tcp.listen, NETP_WANT_IN) != 0) {
        return (struct netp_addr){.fam = 0};
    }
    return netp_local_addr(tcp.listen.fd);
}

void chaos_tcp_close(void)
{
    while (tcp.connections) {
        end(tcp.connections, true);
    }
    close(tcp.listen.fd);
}
