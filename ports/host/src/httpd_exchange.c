/* httpd_exchange.c - one request and its answer. SPDX-License-Identifier: MIT */
#include "httpd_priv.h"
#include <netproto/host/socket.h>
#include <netproto/url.h>
#include <stdio.h>
#include <string.h>

static struct netp_http1 *machine(const struct netp_httpd_exchange *x)
{
    return &x->conn->work->http;
}

static netp_ms now(const struct netp_httpd_exchange *x)
{
    return netp_loop_now(x->conn->httpd->loop);
}

/* After a command that was not given in an event of the stream. */
static void kick(struct netp_httpd_exchange *x)
{
    if (!x->in_handler) {
        netp_stream_kick(&x->conn->work->stream);
    }
}

/* --- requests -------------------------------------------------------------------------------- */

const struct netp_httpd_request *netp_httpd_request(const struct netp_httpd_exchange *x)
{
    return &x->request;
}

struct netp_addr httpd_unmapped(struct netp_addr a)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    if (a.fam == 6 && memcmp(a.ip, mapped, sizeof mapped) == 0) {
        memmove(a.ip, a.ip + sizeof mapped, 4);
        a.fam = 4;
    }
    return a;
}

struct netp_addr netp_httpd_local(const struct netp_httpd_exchange *x)
{
    return httpd_unmapped(netp_local_addr(x->conn->work->stream.watch_.fd));
}

bool netp_httpd_field(const struct netp_httpd_exchange *x, const char *name, unsigned nth,
                      struct netp_str *value)
{
    return netp_http_head_find(&x->head, x->request.text, netp_str_of(name), nth, value);
}

int netp_httpd_set_user(struct netp_httpd_exchange *x, struct netp_str user)
{
    if (user.n > sizeof x->user) {
        return NETP_E_NOSPACE;
    }
    memcpy(x->user, user.p, user.n);
    x->request.user = netp_str_make(x->user, user.n);
    return NETP_OK;
}

/* Splits the target, which http1 has found sound: origin-form, absolute-form, authority or "*". */
static void split_target(struct netp_httpd_request *r, struct netp_str *authority)
{
    struct netp_str s = r->target;
    const char *mark;
    struct netp_url u;
    size_t at;

    if (s.p[0] != '/' && s.n > 1 && netp_url_parse(s, &u, &at) == NETP_OK &&
        (u.has & NETP_URL_SCHEME)) {
        *authority = u.authority;
        r->path = u.path.n > 0 ? u.path : NETP_STR("/");
        r->query = u.has & NETP_URL_QUERY ? u.query : netp_str_make(NULL, 0);
        return;
    }
    mark = memchr(s.p, '?', s.n);
    r->path = netp_str_make(s.p, mark ? (size_t)(mark - s.p) : s.n);
    r->query = mark ? netp_str_make(mark + 1, s.n - r->path.n - 1) : netp_str_make(NULL, 0);
}

/* "example.org:8080", "[::1]" */
static void split_host(struct netp_httpd_request *r, struct netp_str s)
{
    size_t n = s.n;
    uint64_t port = 0;

    while (n > 0 && s.p[n - 1] >= '0' && s.p[n - 1] <= '9') {
        n--;
    }
    if (n > 0 && s.p[n - 1] == ':') {
        netp_parse_dec(netp_str_make(s.p + n, s.n - n), 65535, &port);
        s.n = n - 1;
    }
    r->host = s;
    r->port = (uint16_t)port;
}

void httpd_asked(struct httpd_conn *c, const struct netp_http1_ev *ev)
{
    struct netp_httpd_exchange *x = &c->work->x;
    struct netp_httpd_request *r = &x->request;
    struct netp_str authority = {NULL, 0};

    memset(x, 0, offsetof(struct netp_httpd_exchange, added));
    x->conn = c;
    x->phase = HTTPD_ASKED;
    x->head = ev->head;
    x->max_body = c->httpd->cfg.max_body;
    x->expects = (ev->flags & NETP_HTTP1_EXPECT) != 0;
    r->head = &x->head;
    r->text = ev->text;
    r->method = netp_http_str(ev->text, ev->head.method);
    r->target = netp_http_str(ev->text, ev->head.target);
    r->length = ev->length;
    r->flags = ev->flags;
    r->id = c->httpd->next_id++;
    r->begun = netp_loop_now(c->httpd->loop);
    r->peer = c->peer;
    r->tls = c->tls;
    netp_httpd_field(x, "Host", 0, &authority);
    split_target(r, &authority);
    split_host(r, authority);
    c->requests++;
    c->httpd->counts->requests++;
    c->httpd->counts->exchanges++;
    x->close = c->httpd->stopping || c->requests >= c->httpd->cfg.max_requests;
    x->in_handler = true;
    if (c->tls && netp_tls_is_misdirected(c->tls, r->host)) {
        netp_httpd_error(x, 421);
    } else {
        httpd_route(x);
    }
    x->in_handler = false;
}

/* The body is more than may be. */
static void too_much(struct netp_httpd_exchange *x)
{
    x->dropping = true;
    x->close = true;
    if (x->phase == HTTPD_ASKED) {
        netp_httpd_error(x, 413);
    } else {
        netp_httpd_cut(x);
    }
}

void netp_httpd_watch(struct netp_httpd_exchange *x, const struct netp_httpd_watcher *w,
                      uint64_t max_body)
{
    const struct netp_http1_msg go = {.status = 100};

    x->watcher = *w;
    x->watched = true;
    x->max_body = max_body ? max_body : x->max_body;
    if (x->request.length != NETP_HTTP1_UNKNOWN && x->request.length > x->max_body) {
        too_much(x);
    } else if (x->expects && x->watcher.data && x->phase == HTTPD_ASKED) {
        x->expects = false;
        netp_http1_send_head(machine(x), &go, now(x));
        kick(x);
    }
}

void netp_httpd_pause(struct netp_httpd_exchange *x, bool paused)
{
    netp_http1_pause(machine(x), paused, now(x));
    kick(x);
}

void httpd_hold(struct netp_httpd_exchange *x,
                void (*gone)(void *arg, struct netp_httpd_exchange *x, bool complete), void *arg)
{
    x->watcher = (struct netp_httpd_watcher){.gone = gone, .arg = arg};
    netp_httpd_pause(x, true);
}

void httpd_release(struct netp_httpd_exchange *x)
{
    x->watcher = (struct netp_httpd_watcher){0};
    netp_httpd_pause(x, false);
}

void httpd_received(struct netp_httpd_exchange *x, const void *p, size_t n)
{
    x->received += n;
    x->received_all = n == 0;
    x->in_handler = true;
    if (n > 0 && x->received > x->max_body && !x->dropping) {
        too_much(x);
    } else if (x->watcher.data && !x->dropping) {
        x->watcher.data(x->watcher.arg, x, p, n);
    }
    x->in_handler = false;
}

/* --- answers --------------------------------------------------------------------------------- */

static bool has_room(const struct netp_httpd_exchange *x)
{
    return x->nfield + 3 < HTTPD_FIELDS;
}

int netp_httpd_add(struct netp_httpd_exchange *x, const char *name, struct netp_str value)
{
    struct netp_str from = netp_str_of(name);
    size_t k = from.n;
    char *to = x->added + x->added_n;

    if (!has_room(x) || value.n > HTTPD_ADDED || k + value.n > HTTPD_ADDED - x->added_n) {
        return NETP_E_NOSPACE;
    }
    memcpy(to, from.p, k);
    if (value.n > 0) {
        memcpy(to + k, value.p, value.n);
    }
    x->added_n += k + value.n;
    x->field[x->nfield++] = (struct netp_http1_pair){{to, k}, {to + k, value.n}};
    return NETP_OK;
}

/* Whether what is still to come of the body can be more than may be. Then it is not waited for. */
static bool may_be_too_much(const struct netp_httpd_exchange *x)
{
    uint64_t n = x->request.length;

    return !x->received_all && (n == NETP_HTTP1_UNKNOWN || n > x->max_body);
}

int netp_httpd_begin(struct netp_httpd_exchange *x, unsigned status, uint64_t length, bool close)
{
    const struct netp_httpd *httpd = x->conn->httpd;
    bool head = netp_str_eq(x->request.method, NETP_STR("HEAD"));
    struct netp_http1_msg msg = {
        .status = (uint16_t)status, .field = x->field, .nfield = x->nfield, .length = length};
    int r;

    /* Who waits for 100 and is answered at once may send the body, or not: nobody knows. */
    if (close || x->close || x->expects || may_be_too_much(x)) {
        msg.flags |= NETP_HTTP1_CLOSE;
    }
    if (length == NETP_HTTP1_CHUNKED && head) {
        msg.flags |= NETP_HTTP1_NO_LENGTH;
    }
    x->field[msg.nfield++] =
        (struct netp_http1_pair){NETP_STR("Date"), netp_str_of(httpd_date(x->conn->httpd))};
    if (httpd->cfg.server) {
        x->field[msg.nfield++] =
            (struct netp_http1_pair){NETP_STR("Server"), netp_str_of(httpd->cfg.server)};
    }
    r = netp_http1_send_head(machine(x), &msg, now(x));
    if (r == NETP_OK) {
        x->phase = HTTPD_BEGUN;
        x->status = status;
        kick(x);
    }
    return r;
}

int netp_httpd_write(struct netp_httpd_exchange *x, const void *p, size_t n)
{
    int r = netp_http1_send_body(machine(x), p, n, now(x));

    if (r >= 0) {
        x->sent += (uint64_t)r;
        x->wants_ready = (size_t)r < n;
        kick(x);
    }
    return r;
}

static int lend(struct netp_httpd_exchange *x, const void *p, size_t n, unsigned flags)
{
    int r = netp_http1_lend_body(machine(x), p, n, flags, now(x));

    if (r == NETP_OK) {
        x->sent += n;
        kick(x);
    }
    return r;
}

int netp_httpd_lend(struct netp_httpd_exchange *x, const void *p, size_t n)
{
    return lend(x, p, n, 0);
}

int netp_httpd_lend_file(struct netp_httpd_exchange *x, int fd, uint64_t offset, uint64_t n)
{
    x->span = (struct netp_file_span){fd, offset + n};
    return lend(x, &x->span, (size_t)n, NETP_OUT_FILE);
}

int netp_httpd_end(struct netp_httpd_exchange *x)
{
    int r = netp_http1_send_end(machine(x), NULL, 0, now(x));

    if (r == NETP_OK) {
        x->phase = HTTPD_ENDED;
        kick(x);
    }
    return r;
}

void netp_httpd_cut(struct netp_httpd_exchange *x)
{
    httpd_conn_cut(x->conn);
}

void netp_httpd_reply(struct netp_httpd_exchange *x, unsigned status, const char *type,
                      const void *p, size_t n)
{
    int r = NETP_OK;

    if (type) {
        r = netp_httpd_add(x, "Content-Type", netp_str_of(type));
    }
    if (r != NETP_OK || n > HTTPD_COPY || netp_httpd_begin(x, status, n, false) != NETP_OK) {
        x->nfield = 0; /* a field is none, or it is too much: that is the handler's fault */
        status = 500;
        n = 0;
        r = netp_httpd_begin(x, status, 0, true);
    }
    if (r == NETP_OK && n > 0) {
        netp_httpd_write(x, p, n);
    }
    if (r != NETP_OK || netp_httpd_end(x) != NETP_OK) {
        netp_httpd_cut(x);
    }
}

void netp_httpd_error(struct netp_httpd_exchange *x, unsigned status)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%u %s\n", status, netp_http_reason(status));

    if (status == 204 || status == 304 || status < 200) {
        n = 0;
    }
    netp_httpd_reply(x, status, n > 0 ? "text/plain" : NULL, text, (size_t)n);
}

/* --- what becomes of it ---------------------------------------------------------------------- */

void httpd_turned(struct netp_httpd_exchange *x, bool released)
{
    if (x->phase != HTTPD_BEGUN || !x->watcher.ready || (!released && !x->wants_ready)) {
        return;
    }
    x->wants_ready = false;
    x->in_handler = true;
    x->watcher.ready(x->watcher.arg, x);
    x->in_handler = false;
}

void httpd_over(struct netp_httpd_exchange *x, bool complete)
{
    struct netp_httpd *httpd = x->conn->httpd;
    struct netp_httpd_log log = {.exchange = x,
                                 .status = x->status,
                                 .sent = x->sent,
                                 .received = x->received,
                                 .complete = complete,
                                 .ms = now(x) - x->request.begun};

    x->phase = HTTPD_NONE;
    httpd->counts->exchanges--;
    httpd->counts->status[x->status / 100 < 6 ? x->status / 100 : 0]++;
    httpd->counts->sent += x->sent;
    httpd->counts->received += x->received;
    httpd->counts->aborted += !complete;
    if (httpd->cfg.log) {
        httpd->cfg.log(httpd->cfg.arg, &log);
    }
    if (x->watcher.gone) {
        x->watcher.gone(x->watcher.arg, x, complete);
    }
    x->watcher = (struct netp_httpd_watcher){.data = NULL}; /* a body may still be coming */
}
