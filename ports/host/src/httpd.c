/* httpd.c - connections of the HTTP server: those that work, and those that wait.
 *
 * SPDX-License-Identifier: MIT */
#include "httpd_priv.h"
#include <errno.h>
#include <linux/sockios.h>
#include <netproto/host/socket.h>
#include <netproto/http_date.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Without a request, before a connection gives its work back: sooner when there are many. */
#define REST_MS      1000u
#define REST_SOON_MS 50u

static void on_event(void *arg, void *event);
static void on_turned(void *arg);
static void on_closed(void *arg, int err, int sys_errno);
static void on_left(void *arg, bool broken);
static void wake(void *arg, unsigned what);
static void rest(void *arg);

const char *httpd_date(struct netp_httpd *h)
{
    int64_t t = time(NULL);

    if (t != h->date_at) {
        h->date_at = t;
        h->date[0] = '\0';
        if (netp_http_date_format(t, h->date) == NETP_OK) {
            h->date[NETP_HTTP_DATE_LEN] = '\0';
        }
    }
    return h->date;
}

/* --- work ------------------------------------------------------------------------------------ */

static void rest_later(struct httpd_conn *c)
{
    struct netp_httpd *h = c->httpd;
    uint32_t ms = h->works > HTTPD_WORKS ? REST_SOON_MS : REST_MS;
    uint32_t look = h->cfg.stall_ms / 4 + 1; /* for look_whether_read() */

    netp_loop_at(h->loop, &c->timer, netp_loop_now(h->loop) + (ms < look ? ms : look));
}

/* Gives c what it needs to serve requests, on the socket fd. False: there is no memory. */
static bool begin_work(struct httpd_conn *c, int fd)
{
    struct netp_httpd *h = c->httpd;
    struct httpd_work *w = httpd_work_take(h);
    struct netp_http1_cfg cfg = NETP_HTTP1_CFG_INIT;

    if (!w) {
        return false;
    }
    cfg.role = NETP_HTTP1_SERVER;
    cfg.field = w->field;
    cfg.nfield = h->cfg.max_fields;
    cfg.head = (char *)(w->field + h->cfg.max_fields);
    cfg.headlen = h->cfg.max_head;
    cfg.tx = w->tx;
    cfg.txlen = sizeof w->tx;
    cfg.head_ms = h->cfg.head_ms;
    cfg.idle_ms = h->cfg.stall_ms; /* between requests it is ours: rest() */
    cfg.min_rate = h->cfg.min_rate;
    netp_http1_init(&w->http, &cfg, netp_loop_now(h->loop));
    w->x.phase = HTTPD_NONE;
    w->held = 0;
    w->stream = (struct netp_stream){.ops = &netp_http1_ops,
                                     .m = &w->http,
                                     .ev = &w->ev,
                                     .event = on_event,
                                     .turned = on_turned,
                                     .closed = on_closed,
                                     .left = on_left,
                                     .arg = c,
                                     .transport = c->tls ? netp_tls_transport(c->tls) : NULL};
    if (netp_stream_open(&w->stream, h->loop, fd, false) != 0) {
        httpd_work_give(h, w);
        return false;
    }
    c->work = w;
    return true;
}

/* --- connections ----------------------------------------------------------------------------- */

static void check_stopped(struct netp_httpd *h)
{
    if (h->stopping && h->counts->connections == 0 && h->stopped) {
        netp_loop_at(h->loop, &h->stop, 0);
    }
}

/* Ends what is in no list any more. The socket is closed already, or it is now. */
static void destroy(struct httpd_conn *c)
{
    struct netp_httpd *h = c->httpd;

    if (c->work) {
        if (c->work->x.phase != HTTPD_NONE) {
            httpd_over(&c->work->x, false);
        }
        netp_stream_close(&c->work->stream);
        httpd_work_give(h, c->work);
    } else if (c->watch.fd >= 0) {
        netp_loop_unwatch(h->loop, &c->watch);
        close(c->watch.fd);
    }
    netp_loop_at(h->loop, &c->timer, NETP_NEVER);
    netp_tls_free(c->tls);
    h->counts->connections--;
    netp_listener_done(&c->port->listener);
    free(c);
    check_stopped(h);
}

/* How much of an address is one customer's: all of IPv4, a network of 64 bits of IPv6. */
static size_t customer(const struct netp_addr *a)
{
    return a->fam == 6 ? 8 : 4;
}

/* FNV-1a */
static struct httpd_conn **slot_of(struct netp_httpd *h, const struct netp_addr *peer)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < customer(peer); i++) {
        hash = (hash ^ peer->ip[i]) * 16777619u;
    }
    return &h->slot[hash % HTTPD_SLOTS];
}

static void list(struct httpd_conn *c)
{
    struct httpd_conn **slot = slot_of(c->httpd, &c->peer);

    c->next = *slot;
    if (c->next) {
        c->next->prev = c;
    }
    *slot = c;
}

static void unlist(const struct httpd_conn *c)
{
    if (c->next) {
        c->next->prev = c->prev;
    }
    *(c->prev ? &c->prev->next : slot_of(c->httpd, &c->peer)) = c->next;
}

static void conn_free(struct httpd_conn *c)
{
    unlist(c);
    destroy(c);
}

static void free_all(struct netp_httpd *h)
{
    struct httpd_conn *c;

    h->stopped = NULL;
    for (unsigned i = 0; i < HTTPD_SLOTS; i++) {
        while ((c = h->slot[i])) {
            h->slot[i] = c->next;
            if (c->next) {
                c->next->prev = NULL;
            }
            destroy(c);
        }
    }
}

void httpd_conn_cut(struct httpd_conn *c)
{
    if (c->work && c->work->x.in_handler) {
        c->cut = true; /* when the handler has returned */
    } else {
        conn_free(c);
    }
}

/* Whether another request may come from now on: then the connection may soon rest. */
static void exchange_over(struct httpd_conn *c)
{
    httpd_over(&c->work->x, true);
    c->since = netp_loop_now(c->httpd->loop);
    rest_later(c);
}

/* Whether the client has said that it asks no more, as in "Connection: close": then nothing is to
 * come from it, and to wait for its end would be for nothing. */
static bool is_last(const struct httpd_conn *c)
{
    const struct netp_httpd_exchange *x = &c->work->x;

    return !c->tls && (x->received_all || x->request.length == 0) &&
           !(x->request.flags & NETP_HTTP1_KEEPALIVE);
}

static bool is_sent(const struct httpd_conn *c)
{
    return !(netp_http1_want(&c->work->http) & NETP_WANT_OUT);
}

static void on_turned(void *arg)
{
    struct httpd_conn *c = arg;

    if (c->work->x.phase != HTTPD_NONE) {
        httpd_turned(&c->work->x, false);
    }
    if (c->cut) {
        conn_free(c);
        return;
    }
    netp_stream_flush(&c->work->stream);
    if (c->work->x.phase == HTTPD_ENDED && is_sent(c)) {
        bool last = is_last(c);
        exchange_over(c);
        if (last) {
            conn_free(c);
        }
    }
}

static void on_event(void *arg, void *event)
{
    struct httpd_conn *c = arg;
    const struct netp_http1_ev *ev = event;
    struct netp_httpd_exchange *x = &c->work->x;

    switch (ev->type) {
    case NETP_HTTP1_REQUEST:
        if (x->phase != HTTPD_NONE) {
            httpd_over(x, true);
        }
        httpd_asked(c, ev);
        break;
    case NETP_HTTP1_DATA:
        httpd_received(x, ev->p, ev->n);
        break;
    case NETP_HTTP1_END:
        httpd_received(x, NULL, 0);
        break;
    case NETP_HTTP1_RELEASED:
        httpd_turned(x, true);
        break;
    default: /* EOF: what was answered has left */
        break;
    }
    if (c->cut) {
        conn_free(c);
    }
}

static void on_closed(void *arg, int err, int sys_errno)
{
    struct httpd_conn *c = arg;
    struct netp_httpd *h = c->httpd;
    struct httpd_work *w = c->work;
    const struct netp_fail *why = netp_http1_fail(&w->http);

    (void)sys_errno;
    if (w->x.phase == HTTPD_ENDED && err == NETP_OK) {
        httpd_over(&w->x, true);
    } else if (w->x.phase == HTTPD_ASKED && why->peer_code > 0) {
        w->x.status = (unsigned)why->peer_code;
    }
    if (why->code == NETP_E_SYNTAX || why->code == NETP_E_LIMIT ||
        why->code == NETP_E_UNSUPPORTED || why->peer_code > 0) {
        h->counts->bad++;
        if (h->cfg.bad) {
            h->cfg.bad(h->cfg.arg, &c->peer, why);
        }
    }
    conn_free(c);
}

/* While an answer is made. A client that is still there, and has said all it had to, drops a 100;
 * the system of one that has gone says so. */
static void on_left(void *arg, bool broken)
{
    const struct netp_http1_msg go_on = {.status = 100};
    struct httpd_conn *c = arg;

    if (broken) {
        conn_free(c);
    } else if (netp_http1_send_head(&c->work->http, &go_on, netp_loop_now(c->httpd->loop)) ==
               NETP_OK) {
        netp_stream_kick(&c->work->stream);
    }
}

/* --- rest ------------------------------------------------------------------------------------ */

/* The time of a connection that rests is over. */
static void expired(void *arg)
{
    conn_free(arg);
}

/* When a connection without a request ends. Its bytes count for nothing: they may be those of a
 * handshake, or of a record, without end. */
static netp_ms patience(const struct httpd_conn *c)
{
    return c->since + (c->tls && c->requests == 0 ? c->httpd->cfg.head_ms : c->httpd->cfg.idle_ms);
}

/* A client reads as long as the kernel holds less and less for it, though nothing more may go there
 * for minutes. */
static void look_whether_read(struct httpd_work *w, netp_ms now)
{
    int held = 0;

    if ((netp_http1_want(&w->http) & NETP_WANT_OUT) &&
        ioctl(w->stream.watch_.fd, SIOCOUTQ, &held) == 0) {
        if (held < w->held) {
            netp_http1_acked(&w->http, now);
        }
        w->held = held;
    }
}

/* Between requests: gives the work to others. If there is something to do after all, later. */
static void rest(void *arg)
{
    struct httpd_conn *c = arg;
    struct netp_httpd *h = c->httpd;
    int fd;

    if (c->work->x.phase != HTTPD_NONE || !netp_http1_is_between(&c->work->http)) {
        look_whether_read(c->work, netp_loop_now(h->loop));
        rest_later(c);
        return;
    }
    fd = netp_stream_release(&c->work->stream);
    if (fd < 0) {
        if (netp_loop_now(h->loop) < patience(c)) {
            rest_later(c);
        } else {
            conn_free(c);
        }
        return;
    }
    httpd_work_give(h, c->work);
    c->work = NULL;
    c->watch = (struct netp_watch){.fd = fd, .ready = wake, .arg = c};
    c->timer.due = expired;
    netp_loop_at(h->loop, &c->timer, patience(c));
    if (netp_loop_watch(h->loop, &c->watch, NETP_WANT_IN) != 0) {
        conn_free(c);
    }
}

static void wake(void *arg, unsigned what)
{
    struct httpd_conn *c = arg;
    int fd = c->watch.fd;

    (void)what;
    netp_loop_unwatch(c->httpd->loop, &c->watch);
    c->timer.due = rest;
    rest_later(c);
    if (begin_work(c, fd)) {
        c->watch.fd = -1;
    } else {
        conn_free(c);
    }
}

/* --- listening ------------------------------------------------------------------------------- */

static bool is_one_too_many(struct netp_httpd *h, const struct netp_addr *peer)
{
    unsigned n = 0;

    if (!h->cfg.max_per_address) {
        return false;
    }
    for (const struct httpd_conn *c = *slot_of(h, peer); c; c = c->next) {
        n += c->peer.fam == peer->fam && memcmp(c->peer.ip, peer->ip, customer(peer)) == 0;
    }
    return n >= h->cfg.max_per_address;
}

/* A connection in the list; NULL: no memory. */
static struct httpd_conn *conn_new(struct httpd_port *p, const struct netp_addr *peer)
{
    struct netp_httpd *h = p->httpd;
    struct httpd_conn *c = calloc(1, sizeof *c);

    if (!c) {
        return NULL;
    }
    c->httpd = h;
    c->port = p;
    c->peer = *peer;
    c->watch.fd = -1;
    c->timer = (struct netp_timer){.due = rest, .arg = c};
    c->since = netp_loop_now(h->loop);
    list(c);
    h->counts->connections++;
    return c;
}

static void accepted(void *arg, int fd, const struct netp_addr *from)
{
    struct httpd_port *p = arg;
    struct netp_httpd *h = p->httpd;
    struct netp_addr peer = httpd_unmapped(*from);
    bool refused = is_one_too_many(h, &peer);
    struct httpd_conn *c = refused ? NULL : conn_new(p, &peer);

    h->counts->accepted++;
    h->counts->refused += refused;
    if (!c) {
        close(fd);
        netp_listener_done(&p->listener);
        return;
    }
    if ((p->tls && !(c->tls = netp_tls_server(p->tls, fd, NULL))) || !begin_work(c, fd)) {
        c->watch.fd = fd;
        conn_free(c);
        return;
    }
    rest_later(c);
}

int netp_httpd_listen(struct netp_httpd *h, int fd, struct netp_tls_ctx *tls)
{
    struct httpd_port *p = calloc(1, sizeof *p);

    if (!p) {
        return -1;
    }
    p->httpd = h;
    p->tls = tls;
    p->listener.accepted = accepted;
    p->listener.arg = p;
    p->listener.max = h->cfg.max_connections;
    if (netp_listener_open(&p->listener, h->loop, fd) != 0) {
        free(p);
        return -1;
    }
    p->next = h->ports;
    h->ports = p;
    return 0;
}

/* --- servers --------------------------------------------------------------------------------- */

static uint32_t or_else(uint32_t value, uint32_t otherwise)
{
    return value ? value : otherwise;
}

struct netp_httpd *netp_httpd_new(struct netp_loop *loop, const struct netp_httpd_cfg *cfg)
{
    struct netp_httpd *h = calloc(1, sizeof *h);
    struct netp_httpd_cfg *own;

    if (!h) {
        return NULL;
    }
    h->loop = loop;
    h->cfg = *cfg;
    own = &h->cfg;
    own->max_connections = or_else(own->max_connections, 10000);
    own->max_requests = or_else(own->max_requests, 1000000);
    own->head_ms = or_else(own->head_ms, 10000);
    own->idle_ms = or_else(own->idle_ms, 15000);
    own->stall_ms = or_else(own->stall_ms, 60000);
    own->min_rate = or_else(own->min_rate, 500);
    own->max_body = own->max_body ? own->max_body : 1u << 20;
    own->max_head = (uint16_t)or_else(own->max_head, 16384);
    own->max_fields = (uint16_t)or_else(own->max_fields, 100);
    h->counts = cfg->counts ? cfg->counts : &h->own_counts;
    h->counts->connections = h->counts->exchanges = 0;
    h->date_at = -1;
    return h;
}

static void stopped(void *arg)
{
    struct netp_httpd *h = arg;
    void (*done)(void *) = h->stopped;

    free_all(h);
    if (done) {
        done(h->stopped_arg);
    }
}

static void stop_slot(struct httpd_conn *c)
{
    struct httpd_conn *next;

    for (; c; c = next) {
        next = c->next;
        if (!c->work) {
            conn_free(c);
        } else {
            netp_http1_finish(&c->work->http, netp_loop_now(c->httpd->loop));
            netp_stream_kick(&c->work->stream);
        }
    }
}

void netp_httpd_stop(struct netp_httpd *h, netp_ms grace_ms, void (*done)(void *arg), void *arg)
{
    h->stopping = true;
    h->stopped = done;
    h->stopped_arg = arg;
    h->stop = (struct netp_timer){.due = stopped, .arg = h};
    netp_loop_at(h->loop, &h->stop, netp_loop_now(h->loop) + grace_ms);
    for (struct httpd_port *p = h->ports; p; p = p->next) {
        netp_listener_close(&p->listener);
    }
    for (unsigned i = 0; i < HTTPD_SLOTS; i++) {
        stop_slot(h->slot[i]);
    }
    check_stopped(h);
}

void netp_httpd_free(struct netp_httpd *h)
{
    struct httpd_port *port;

    if (!h) {
        return;
    }
    free_all(h);
    while ((port = h->ports)) {
        h->ports = port->next;
        netp_listener_close(&port->listener);
        free(port);
    }
    httpd_work_free(h);
    netp_loop_at(h->loop, &h->stop, NETP_NEVER);
    free(h);
}

void netp_httpd_counts(const struct netp_httpd *h, struct netp_httpd_counts *counts)
{
    *counts = *h->counts;
}
