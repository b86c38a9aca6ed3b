/* http_conn.c - the connections of an HTTP client: names, proxies, TLS, and who may use which.
 *
 * SPDX-License-Identifier: MIT */
#include "http_client.h"
#include <errno.h>
#include <netproto/addr.h>
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void on_event(void *arg, void *ev);
static void on_closed(void *arg, int err, int sys_errno);
static void on_dialled(void *arg, int fd, const struct netp_addr *peer, int sys_errno);
static void look_up(struct conn *c);

/* --- ends ------------------------------------------------------------------------------------ */

/* Ends what is in no list any more. */
static void destroy(struct conn *c)
{
    if (c->state == CONN_RESOLVING && c->resolve) {
        netp_resolve_cancel(c->resolve);
    } else if (c->state == CONN_DIALLING) {
        netp_dial_cancel(&c->dial);
    }
    if (c->state > CONN_DIALLING) {
        netp_stream_close(&c->stream);
    }
    netp_loop_at(c->client->loop, &c->timer, NETP_NEVER);
    netp_tls_free(c->tls);
    netp_tls_free(c->proxy_tls);
    free(c->up);
    free(c);
}

static void conn_free(struct conn *c)
{
    struct conn **at = &c->client->conns;

    while (*at != c) {
        at = &(*at)->next;
    }
    *at = c->next;
    destroy(c);
}

/* Ends c, which has no fetch; its place may be wanted. */
static void drop_idle(struct conn *c)
{
    struct netp_http_client *client = c->client;

    conn_free(c);
    netp_conn_serve_waiting_(client);
}

/* Ends c and tells its fetch. */
static void fail(struct conn *c, struct conn_end end)
{
    struct netp_http_client *client = c->client;
    struct netp_fetch *f = c->user;
    char text[NETP_TLS_TEXT];

    snprintf(text, sizeof text, "%s", end.text); /* it may lie in what is freed */
    end.text = text;
    if (f) {
        f->conn = NULL;
        f->result.peer = c->peer;
    }
    conn_free(c);
    netp_conn_serve_waiting_(client);
    if (f) {
        netp_fetch_broken_(f, &end);
    }
}

static void fail_local(struct conn *c, const char *text)
{
    fail(c, (struct conn_end){
                .stage = NETP_FETCH_LOCAL, .err = NETP_E_IO, .sys_errno = errno, .text = text});
}

/* --- stages ---------------------------------------------------------------------------------- */

static bool uses_proxy(const struct conn *c)
{
    return c->key.proxy.kind != NETP_PROXY_NONE;
}

static bool is_http_proxy(const struct netp_proxy *p)
{
    return p->kind == NETP_PROXY_HTTP || p->kind == NETP_PROXY_HTTPS;
}

/* Whether the origin is to be looked up here, although a proxy will connect to it. */
static bool looks_up_origin(const struct conn *c)
{
    return c->key.proxy.kind == NETP_PROXY_SOCKS5 && c->origin.fam == 0;
}

/* What is looked up, or connected to, next. */
static const char *next_host(const struct conn *c)
{
    return uses_proxy(c) && !looks_up_origin(c) ? c->key.proxy.host : c->key.host;
}

static uint16_t next_port(const struct conn *c)
{
    return uses_proxy(c) && !looks_up_origin(c) ? c->key.proxy.port : c->key.port;
}

static int init_http(struct conn *c)
{
    struct netp_http1_cfg cfg = NETP_HTTP1_CFG_INIT;

    cfg.head = c->head;
    cfg.headlen = CONN_HEAD;
    cfg.field = c->field;
    cfg.nfield = CONN_FIELDS;
    cfg.tx = c->tx;
    cfg.txlen = CONN_TX;
    cfg.idle_ms = c->client->cfg.stall_ms;
    cfg.head_ms = 0; /* cfg.idle_ms and the fetch's own limit are what a client needs */
    return netp_http1_init(&c->m.http, &cfg, netp_loop_now(c->client->loop));
}

static struct netp_tls *new_tls(struct conn *c, const char *host, uint16_t port, bool bare,
                                const struct netp_transport *lower)
{
    struct netp_http_client *client = c->client;
    struct netp_tls_fail fail = {.code = NETP_TLS_OK};

    if (!client->tls && !netp_client_make_tls_(client, &fail)) {
        errno = ENOMEM;
        return NULL;
    }
    if (!client->tls) {
        errno = EPROTONOSUPPORT;
        return NULL;
    }
    return netp_tls_client(bare ? client->bare : client->tls, host, port, c->stream.watch_.fd,
                           lower);
}

/* The connection, with all that was between, is there: its fetch goes on. */
static void ready(struct conn *c)
{
    c->state = CONN_BUSY;
    netp_fetch_ready_(c->user);
}

/* Puts TLS to the origin on what is there. False: c is gone. */
static bool secure(struct conn *c, bool open)
{
    c->tls = new_tls(c, c->key.host, c->key.port, c->key.foreign, c->stream.transport);
    if (!c->tls) {
        fail_local(c, errno == EPROTONOSUPPORT ? "this build has no TLS" : "no TLS connection");
        return false;
    }
    if (!open) {
        c->stream.transport = netp_tls_transport(c->tls);
    } else if (netp_stream_secure(&c->stream, netp_tls_transport(c->tls)) != NETP_OK) {
        fail(c, (struct conn_end){.stage = NETP_FETCH_PROXY,
                                  .err = NETP_E_TRAILING,
                                  .text = "the proxy sent bytes of its own into the tunnel"});
        return false;
    }
    return true;
}

/* Behind a proxy's handshake. */
static void tunnelled(struct conn *c)
{
    if (c->key.tls && !secure(c, true)) {
        return;
    }
    init_http(c);
    netp_stream_become(&c->stream, &netp_http1_ops, &c->m.http, &c->ev.http);
    ready(c);
}

static void start_socks(struct conn *c)
{
    const struct netp_proxy *p = &c->key.proxy;
    struct netp_socks5_cfg cfg = NETP_SOCKS5_CFG_INIT;
    struct netp_str host = netp_str_of(c->key.host);

    cfg.addr = c->origin;
    if (c->origin.fam == 0 && netp_addr_parse(host, &cfg.addr) != NETP_OK) {
        cfg.host = host;
    }
    cfg.port = c->key.port;
    cfg.user = netp_str_make(p->user, p->user_n);
    cfg.password = netp_str_make(p->password, p->password_n);
    cfg.timeout_ms = c->client->cfg.connect_ms;
    c->state = CONN_SOCKS;
    c->stream.ops = &netp_socks5_ops;
    if (netp_socks5_init(&c->m.socks, &cfg, netp_loop_now(c->client->loop)) != NETP_OK) {
        fail(c, (struct conn_end){.stage = NETP_FETCH_PROXY,
                                  .err = NETP_E_ARG,
                                  .text = "not to be asked of a SOCKS proxy"});
    }
}

size_t netp_proxy_credentials_(const struct netp_proxy *p, char out[LOGIN_BASIC_CAP])
{
    ptrdiff_t n = 0;

    if (p->user_n + p->password_n > 0) {
        n = netp_http_basic_format(out, LOGIN_BASIC_CAP, netp_str_make(p->user, p->user_n),
                                   netp_str_make(p->password, p->password_n));
    }
    return n > 0 ? (size_t)n : 0;
}

/* RFC 9110 section 9.3.6. Nothing that is for the origin is told to the proxy. */
static void start_connect(struct conn *c)
{
    char target[NETP_URL_HOST_CAP + 16], basic[LOGIN_BASIC_CAP];
    const char *agent = c->client->cfg.user_agent;
    struct netp_http1_pair field[3] = {{NETP_STR("Host"), {target, 0}}};
    struct netp_http1_msg msg = {.method = NETP_STR("CONNECT"), .field = field, .nfield = 1};
    bool v6 = strchr(c->key.host, ':') != NULL;
    size_t n = netp_proxy_credentials_(&c->key.proxy, basic);

    field[0].value.n =
        (size_t)snprintf(target, sizeof target, v6 ? "[%s]:%u" : "%s:%u", c->key.host, c->key.port);
    msg.target = field[0].value;
    if (*agent) {
        field[msg.nfield++] = (struct netp_http1_pair){NETP_STR("User-Agent"), netp_str_of(agent)};
    }
    if (n > 0) {
        field[msg.nfield++] = (struct netp_http1_pair){NETP_STR("Proxy-Authorization"), {basic, n}};
    }
    c->state = CONN_CONNECT;
    netp_http1_send_head(&c->m.http, &msg, netp_loop_now(c->client->loop));
    netp_http1_send_end(&c->m.http, NULL, 0, netp_loop_now(c->client->loop));
    netp_trace_(c->client, '>', "CONNECT %s HTTP/1.1", target);
}

/* The socket is connected. */
static void begin(struct conn *c, int fd)
{
    const struct netp_proxy *p = &c->key.proxy;

    c->state = CONN_BUSY;
    c->stream = (struct netp_stream){.ops = &netp_http1_ops,
                                     .m = &c->m,
                                     .ev = &c->ev,
                                     .event = on_event,
                                     .closed = on_closed,
                                     .arg = c};
    if (netp_stream_open(&c->stream, c->client->loop, fd, false) != 0) {
        close(fd);
        fail_local(c, "no memory");
        return;
    }
    init_http(c);
    if (p->kind == NETP_PROXY_HTTPS) {
        c->proxy_tls = new_tls(c, p->host, p->port, true, NULL);
        if (!c->proxy_tls) {
            fail_local(c, "no TLS to the proxy");
            return;
        }
        c->stream.transport = netp_tls_transport(c->proxy_tls);
    }
    if (p->kind == NETP_PROXY_SOCKS5 || p->kind == NETP_PROXY_SOCKS5H) {
        start_socks(c);
    } else if (is_http_proxy(p) && c->key.tls) {
        start_connect(c);
    } else if (!c->key.tls || secure(c, false)) {
        ready(c);
    }
}

static void on_dialled(void *arg, int fd, const struct netp_addr *peer, int sys_errno)
{
    struct conn *c = arg;
    char text[NETP_ADDR_CAP], why[NETP_URL_HOST_CAP + 80];

    if (fd < 0) {
        snprintf(why, sizeof why, "%s port %u: %s", next_host(c), next_port(c),
                 strerror(sys_errno));
        c->state = CONN_IDLE;
        c->stream.watch_.fd = -1;
        fail(c, (struct conn_end){.stage = NETP_FETCH_CONNECT,
                                  .err = NETP_E_IO,
                                  .sys_errno = sys_errno,
                                  .text = why});
        return;
    }
    c->peer = *peer;
    netp_addr_format(peer, text);
    netp_trace_(c->client, '*', "connected to %s", text);
    begin(c, fd);
}

/* --- names ----------------------------------------------------------------------------------- */

/* Takes what was looked up. True: the proxy's address is to be looked up next. */
static bool take_addresses(struct conn *c, int n, const struct netp_addr *a)
{
    struct netp_http_client *client = c->client;
    struct netp_addr allowed[NETP_RESOLVE_MAX];
    unsigned k = 0;

    for (int i = 0; i < n; i++) {
        if (!client->cfg.allow || client->cfg.allow(client->cfg.arg, &a[i])) {
            allowed[k++] = a[i];
        }
    }
    if (k == 0) {
        char why[NETP_URL_HOST_CAP + 80];
        snprintf(why, sizeof why, "%s: %s", next_host(c),
                 n < 0 ? netp_resolve_text(n) : "no address of it may be connected to");
        fail(c, (struct conn_end){
                    .stage = NETP_FETCH_RESOLVE, .err = n < 0 ? n : NETP_E_REFUSED, .text = why});
        return false;
    }
    if (looks_up_origin(c)) {
        c->origin = allowed[0];
        return true;
    }
    c->dial.local = client->cfg.local;
    c->dial.done = on_dialled;
    c->dial.arg = c;
    c->state = CONN_DIALLING;
    if (netp_dial_start(&c->dial, client->loop, allowed, k) != 0) {
        fail_local(c, "no memory");
    }
    return false;
}

/* The address that the settings give for host and port, if they do. */
static bool is_overridden(const struct conn *c, struct netp_addr *a)
{
    const struct netp_http_client_cfg *cfg = &c->client->cfg;

    for (size_t i = 0; i < cfg->nresolve; i++) {
        const struct netp_http_resolve *r = &cfg->resolve[i];
        if (netp_str_ieq(netp_str_of(r->host), netp_str_of(next_host(c))) &&
            (r->port == 0 || r->port == next_port(c))) {
            *a = r->addr;
            a->port = a->port ? a->port : next_port(c);
            return true;
        }
    }
    return false;
}

static void timed(void *arg)
{
    struct conn *c = arg;
    struct netp_tls_info info;

    if (c->state == CONN_IDLE) {
        drop_idle(c);
        return;
    }
    if (c->state == CONN_BUSY && (!c->tls || netp_tls_info(c->tls, &info) == NETP_OK)) {
        return; /* it is connected: from here on, other limits count */
    }
    fail(c, (struct conn_end){.stage = c->state == CONN_RESOLVING  ? NETP_FETCH_RESOLVE
                                       : c->state == CONN_DIALLING ? NETP_FETCH_CONNECT
                                       : c->state == CONN_BUSY     ? NETP_FETCH_TLS
                                                                   : NETP_FETCH_PROXY,
                              .err = NETP_E_TIMEOUT,
                              .text = "the connection was not made in time"});
}

static void on_resolved(void *arg, int n, const struct netp_addr *a)
{
    struct conn *c = arg;

    c->resolve = NULL;
    if (take_addresses(c, n, a)) {
        look_up(c);
    }
}

static void look_up(struct conn *c)
{
    struct netp_addr a;

    while (is_overridden(c, &a)) {
        if (!take_addresses(c, 1, &a)) {
            return;
        }
    }
    c->resolve = netp_resolve_start(c->client->loop, next_host(c), next_port(c), c->client->cfg.fam,
                                    on_resolved, c);
    if (!c->resolve) {
        fail_local(c, "the name can't be looked up");
    }
}

static void resolve_next_turn(void *arg)
{
    struct conn *c = arg;

    c->timer.due = timed;
    netp_loop_at(c->client->loop, &c->timer,
                 netp_loop_now(c->client->loop) + c->client->cfg.connect_ms);
    look_up(c);
}

/* --- events ---------------------------------------------------------------------------------- */

static void on_connect_answer(struct conn *c, const struct netp_http1_ev *ev)
{
    char why[64];

    netp_trace_(c->client, '<', "HTTP/1.%u %u", ev->head.minor, ev->head.status);
    if (ev->type == NETP_HTTP1_TUNNEL) {
        tunnelled(c);
    } else if (ev->type == NETP_HTTP1_RESPONSE) {
        snprintf(why, sizeof why, "the proxy answered CONNECT with status %u", ev->head.status);
        fail(c, (struct conn_end){.stage = NETP_FETCH_PROXY,
                                  .err = NETP_E_REFUSED,
                                  .status = ev->head.status,
                                  .text = why});
    }
}

static void on_event(void *arg, void *event)
{
    struct conn *c = arg;

    if (c->state == CONN_SOCKS) {
        tunnelled(c);
    } else if (c->state == CONN_CONNECT) {
        on_connect_answer(c, event);
    } else if (c->state == CONN_IDLE) {
        drop_idle(c); /* the server has closed it, and nobody minds */
    } else {
        netp_fetch_event_(c->user, event);
    }
}

/* What TLS has to say of an end. */
static bool tls_end(const struct conn *c, struct conn_end *end)
{
    const struct netp_tls *both[] = {c->tls, c->proxy_tls};

    for (unsigned i = 0; i < 2; i++) {
        const struct netp_tls_fail *f = both[i] ? netp_tls_fail(both[i]) : NULL;
        if (f && f->code != NETP_TLS_OK) {
            end->stage = NETP_FETCH_TLS;
            end->tls = f->code;
            end->text = f->text;
            return true;
        }
    }
    return false;
}

static void on_closed(void *arg, int err, int sys_errno)
{
    struct conn *c = arg;
    const struct netp_fail *why = (c->stream.ops->fail)(c->stream.m);
    struct conn_end end = {.stage = NETP_FETCH_HTTP, .err = err, .sys_errno = sys_errno};
    char text[160];

    if (c->state == CONN_IDLE) {
        drop_idle(c);
        return;
    }
    if (c->state == CONN_SOCKS || c->state == CONN_CONNECT) {
        end.stage = NETP_FETCH_PROXY;
    }
    if (why->code != NETP_OK) {
        snprintf(text, sizeof text, "%s: %s at byte %llu", why->where, netp_strerror(why->code),
                 (unsigned long long)why->offset);
    } else if (sys_errno) {
        snprintf(text, sizeof text, "%s", strerror(sys_errno));
    } else {
        snprintf(text, sizeof text, "the server has closed the connection");
        end.err = NETP_E_TRUNCATED;
    }
    end.text = text;
    tls_end(c, &end);
    fail(c, end);
}

/* --- giving and taking ----------------------------------------------------------------------- */

static bool same_text(const char *a, size_t an, const char *b, size_t bn)
{
    return an == bn && memcmp(a, b, an) == 0;
}

static bool same_key(const struct conn_key *a, const struct conn_key *b)
{
    return a->tls == b->tls && a->foreign == b->foreign && a->port == b->port &&
           strcmp(a->host, b->host) == 0 && a->proxy.kind == b->proxy.kind &&
           a->proxy.port == b->proxy.port && strcmp(a->proxy.host, b->proxy.host) == 0 &&
           same_text(a->proxy.user, a->proxy.user_n, b->proxy.user, b->proxy.user_n) &&
           same_text(a->proxy.password, a->proxy.password_n, b->proxy.password,
                     b->proxy.password_n);
}

static bool open_conn(struct netp_fetch *f, const struct conn_key *key)
{
    struct netp_http_client *client = f->client;
    struct conn *c = calloc(1, sizeof *c);

    if (!c) {
        return false;
    }
    c->client = client;
    c->key = *key;
    c->stream.watch_.fd = -1;
    c->timer = (struct netp_timer){.due = resolve_next_turn, .arg = c};
    if (netp_loop_at(client->loop, &c->timer, 0) != 0) {
        free(c);
        return false;
    }
    c->next = client->conns;
    client->conns = c;
    c->user = f;
    f->conn = c;
    return true;
}

/* Whether f may use c. Something may have come that nobody asked for: then it is about to close. */
static bool is_good(const struct conn *c, const struct netp_fetch *f)
{
    return !f->retried && !(f->cfg.flags & NETP_FETCH_FRESH) && netp_http1_is_idle(&c->m.http);
}

static void stop_waiting(struct netp_fetch *f)
{
    struct netp_fetch **at = &f->client->waiting;

    while (*at && *at != f) {
        at = &(*at)->next_waiting;
    }
    if (*at) {
        *at = f->next_waiting;
    }
    f->waiting = false;
}

static void reuse(struct conn *c, struct netp_fetch *f)
{
    stop_waiting(f);
    c->state = CONN_BUSY;
    c->user = f;
    f->conn = c;
    netp_loop_at(c->client->loop, &c->timer, NETP_NEVER);
    netp_fetch_ready_(f);
}

/* An idle connection for f, or a new one; false: f has to wait. */
static bool serve(struct netp_fetch *f)
{
    struct netp_http_client *client = f->client;
    struct conn *useless = NULL;
    unsigned n = 0;

    for (struct conn *c = client->conns; c; c = c->next) {
        if (!same_key(&c->key, &f->key)) {
            continue;
        }
        n++;
        if (c->state == CONN_IDLE && is_good(c, f)) {
            reuse(c, f);
            return true;
        }
        useless = c->state == CONN_IDLE ? c : useless;
    }
    if (n >= client->cfg.per_host) {
        if (!useless) {
            return false;
        }
        conn_free(useless);
    }
    stop_waiting(f);
    if (!open_conn(f, &f->key)) {
        netp_fetch_fail_(f, NETP_FETCH_LOCAL, NETP_E_NOSPACE, "no memory");
    }
    return true;
}

static void serve_waiting(void *arg)
{
    struct netp_http_client *client = arg;
    struct netp_fetch *f = client->waiting;

    while (f) {
        if (serve(f)) {
            f = client->waiting; /* the list may be another: serving asks for a body */
        } else {
            f = f->next_waiting;
        }
    }
}

void netp_conn_serve_waiting_(struct netp_http_client *client)
{
    client->serve.due = serve_waiting;
    client->serve.arg = client;
    if (client->waiting) {
        netp_loop_at(client->loop, &client->serve, 0);
    }
}

void netp_conn_get_(struct netp_fetch *f)
{
    struct netp_fetch **at = &f->client->waiting;

    if (serve(f)) {
        return;
    }
    while (*at) {
        at = &(*at)->next_waiting;
    }
    f->next_waiting = NULL;
    f->waiting = true;
    *at = f;
}

/* To the front of the list, so that those that were used least lately are behind. */
static void to_front(struct conn *c)
{
    struct conn **at = &c->client->conns;

    while (*at != c) {
        at = &(*at)->next;
    }
    *at = c->next;
    c->next = c->client->conns;
    c->client->conns = c;
}

/* Keeps no more idle connections than the settings say: the one that was kept longest goes, which
 * is the last in the list. */
static void trim(struct netp_http_client *client)
{
    struct conn *last = NULL;
    unsigned n = 0;

    for (struct conn *c = client->conns; c; c = c->next) {
        if (c->state == CONN_IDLE) {
            n++;
            last = c;
        }
    }
    if (last && n > client->cfg.idle) {
        conn_free(last);
    }
}

void netp_conn_put_(struct netp_fetch *f)
{
    struct conn *c = f->conn;
    struct netp_http_client *client = f->client;

    if (f->waiting) {
        stop_waiting(f);
    }
    if (!c) {
        return;
    }
    if (c->state != CONN_BUSY || !netp_http1_is_idle(&c->m.http)) {
        netp_conn_drop_(f);
        return;
    }
    f->conn = NULL;
    c->user = NULL;
    c->used = true;
    c->state = CONN_IDLE;
    to_front(c);
    netp_loop_at(client->loop, &c->timer, netp_loop_now(client->loop) + client->cfg.keep_ms);
    netp_conn_serve_waiting_(client);
    trim(client);
}

void netp_conn_drop_(struct netp_fetch *f)
{
    struct conn *c = f->conn;

    if (f->waiting) {
        stop_waiting(f);
    }
    if (c) {
        f->conn = NULL;
        conn_free(c);
        netp_conn_serve_waiting_(f->client);
    }
}

uint8_t *netp_conn_buffer_(struct conn *c)
{
    if (!c->up) {
        c->up = malloc(CONN_UP);
    }
    return c->up;
}

void netp_conn_free_all_(struct netp_http_client *client)
{
    struct conn *c;

    while ((c = client->conns)) {
        client->conns = c->next;
        destroy(c);
    }
    netp_loop_at(client->loop, &client->serve, NETP_NEVER);
}
