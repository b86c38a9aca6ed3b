/* fetch_request.c - what is sent for a fetch: a head, and a body in pieces.
 *
 * SPDX-License-Identifier: MIT */
#include "http_client.h"
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- fields ---------------------------------------------------------------------------------- */

/* The user's field of that name; NULL: there is none. */
static const struct netp_http1_pair *users(const struct netp_fetch *f, const char *name)
{
    for (size_t i = 0; i < f->cfg.nfield; i++) {
        if (netp_str_ieq(f->cfg.field[i].name, netp_str_of(name))) {
            return &f->cfg.field[i];
        }
    }
    return NULL;
}

static bool put(struct netp_fetch *f, struct netp_str name, struct netp_str value)
{
    if (f->nfield == FETCH_FIELDS) {
        netp_fetch_fail_(f, NETP_FETCH_URL, NETP_E_LIMIT, "there are more than %u fields",
                         FETCH_FIELDS);
        return false;
    }
    f->field[f->nfield++] = (struct netp_http1_pair){name, value};
    return true;
}

/* One of the client's own, unless the user has one. */
static bool put_own(struct netp_fetch *f, const char *name, struct netp_str value)
{
    return value.n == 0 || users(f, name) || put(f, netp_str_of(name), value);
}

/* What a redirection to another origin does not take along. */
static bool stays_home(const struct netp_fetch *f, struct netp_str name)
{
    return netp_str_ieq(name, NETP_STR("Host")) || netp_fetch_is_secret_(f, name);
}

/* What describes a body goes where that goes (RFC 9110 section 15.4). */
static bool describes_body(struct netp_str name)
{
    return name.n > 8 && netp_str_ieq(netp_str_make(name.p, 8), NETP_STR("content-"));
}

static bool put_users(struct netp_fetch *f)
{
    for (size_t i = 0; i < f->cfg.nfield; i++) {
        struct netp_http1_pair p = f->cfg.field[i];
        if (p.value.p == NULL || netp_str_ieq(p.name, NETP_STR("Host")) ||
            (!f->credentials && stays_home(f, p.name)) ||
            (!f->has_body && f->result.redirects > 0 && describes_body(p.name))) {
            continue;
        }
        if (!put(f, p.name, p.value)) {
            return false;
        }
    }
    return true;
}

/* Room for a value that is made; at most `most` bytes will be used. */
static char *scratch(struct netp_fetch *f, size_t *most)
{
    *most = sizeof f->scratch - f->scratch_n;
    return f->scratch + f->scratch_n;
}

static struct netp_str keep(struct netp_fetch *f, size_t n)
{
    struct netp_str s = {f->scratch + f->scratch_n, n};
    f->scratch_n += n;
    return s;
}

/* The host as it was written, without user, zone and a port that goes without saying. */
static struct netp_str host_value(struct netp_fetch *f)
{
    uint16_t port = netp_url_port(&f->url);
    bool usual = port == (f->key.tls ? 443 : 80), v6 = strchr(f->host, ':') != NULL;
    size_t most;
    char *out = scratch(f, &most);
    int n = snprintf(out, most, v6 ? "[%s]" : "%s", f->host);

    if (!usual) {
        n += snprintf(out + n, most - (size_t)n, ":%u", port);
    }
    return keep(f, (size_t)n);
}

static bool put_host(struct netp_fetch *f)
{
    const struct netp_http1_pair *own = f->credentials ? users(f, "Host") : NULL;

    return put(f, NETP_STR("Host"), own && own->value.p ? own->value : host_value(f));
}

static bool put_cookies(struct netp_fetch *f)
{
    size_t need, n;

    if (!f->client->cfg.jar || (f->credentials && users(f, "Cookie"))) {
        return true;
    }
    n = netp_http_jar_get(f->client->cfg.jar, &f->url, time(NULL), 0, f->scratch + f->scratch_n,
                          NETP_HTTP_JAR_FIELD_CAP, &need);
    return n == 0 || put(f, NETP_STR("Cookie"), keep(f, n));
}

static bool put_login(struct netp_fetch *f)
{
    size_t most;
    char *out = scratch(f, &most);
    ptrdiff_t n = 0;

    f->login.asked = false;
    if (f->credentials && !users(f, "Authorization")) {
        n = netp_login_format_(f, out, most);
        f->login.asked = n > 0;
        if (n < 0 && n != NETP_E_STATE) {
            netp_fetch_fail_(f, NETP_FETCH_URL, (int)n, "user, password or token can't be sent");
            return false;
        }
    }
    return n <= 0 || put(f, NETP_STR("Authorization"), keep(f, (size_t)n));
}

static bool put_proxy_login(struct netp_fetch *f)
{
    char basic[LOGIN_BASIC_CAP];
    size_t n = f->forwarded ? netp_proxy_credentials_(&f->key.proxy, basic) : 0;

    if (n == 0) {
        return true;
    }
    memcpy(f->scratch + f->scratch_n, basic, n);
    return put(f, NETP_STR("Proxy-Authorization"), keep(f, n));
}

static bool put_fields(struct netp_fetch *f)
{
    bool raw = (f->cfg.flags & NETP_FETCH_RAW) || users(f, "Range");

    f->nfield = 0;
    return put_host(f) && put_own(f, "User-Agent", netp_str_of(f->client->cfg.user_agent)) &&
           put_own(f, "Accept", NETP_STR("*/*")) &&
           put_own(f, "Accept-Encoding", netp_coding_offer_(raw)) && put_users(f) &&
           put_cookies(f) && put_login(f) && put_proxy_login(f);
}

/* --- the head -------------------------------------------------------------------------------- */

/* Path and query, or all of the URL for a proxy that forwards it (RFC 9112 section 3.2). */
static struct netp_str target(const struct netp_fetch *f)
{
    size_t skip = f->forwarded ? 0 : (size_t)(f->url.path.p - f->asked.p);

    return netp_str_make(f->asked.p + skip, f->asked.n - skip);
}

static void trace_head(const struct netp_fetch *f, const struct netp_http1_msg *msg)
{
    netp_trace_(f->client, '>', "%.*s %.*s HTTP/1.1", (int)msg->method.n, msg->method.p,
                (int)msg->target.n, msg->target.p);
    for (size_t i = 0; i < f->nfield; i++) {
        netp_trace_field_(f, '>', f->field[i].name, f->field[i].value);
    }
}

void netp_fetch_send_(struct netp_fetch *f)
{
    netp_ms now = netp_loop_now(f->client->loop);
    struct netp_http1_msg msg = {.method = f->method};
    int r;

    f->scratch_n = 0;
    f->up_at = 0;
    f->on_used = f->conn->used;
    if (!put_fields(f)) {
        return;
    }
    msg.target = target(f);
    msg.field = f->field;
    msg.nfield = f->nfield;
    msg.length = f->has_body ? f->cfg.body_n : 0;
    msg.flags = f->hold && msg.length > 0 ? NETP_HTTP1_HOLD : 0;
    trace_head(f, &msg);
    r = netp_http1_send_head(&f->conn->m.http, &msg, now);
    if (r != NETP_OK) {
        netp_fetch_fail_(f, NETP_FETCH_URL, r,
                         r == NETP_E_NOSPACE ? "the request's head is longer than %u bytes"
                                             : "method, target or a field can't be sent",
                         CONN_TX);
        return;
    }
    f->up_open = true;
    if (!(msg.flags & NETP_HTTP1_HOLD)) {
        netp_fetch_send_more_(f);
    }
}

/* --- the body -------------------------------------------------------------------------------- */

/* The next bytes to lend, n of them; 0: that was all; -1: they can't be read. */
static ptrdiff_t next_piece(struct netp_fetch *f, const void **p)
{
    struct conn *c = f->conn;
    uint8_t *up;

    if (!f->has_body) {
        return 0;
    }
    if (!f->cfg.read) {
        uint64_t left = f->cfg.body_n - f->up_at;
        *p = (const uint8_t *)f->cfg.body + f->up_at;
        return left < PTRDIFF_MAX ? (ptrdiff_t)left : PTRDIFF_MAX;
    }
    *p = up = netp_conn_buffer_(c);
    if (!up) {
        return -1;
    }
    return f->cfg.read(f->cfg.arg, up, CONN_UP, f->up_at);
}

void netp_fetch_send_more_(struct netp_fetch *f)
{
    netp_ms now = netp_loop_now(f->client->loop);
    struct netp_http1 *m = &f->conn->m.http;
    const void *p = NULL;
    ptrdiff_t n = next_piece(f, &p);
    int r;

    if (f->finished) {
        return; /* read() has cancelled it */
    }
    if (n > 0) {
        r = netp_http1_lend_body(m, p, (size_t)n, 0, now);
        f->up_at += (uint64_t)n;
    } else {
        f->up_open = false;
        r = n < 0 ? NETP_E_IO : netp_http1_send_end(m, NULL, 0, now);
    }
    if (r != NETP_OK) {
        netp_fetch_fail_(f, NETP_FETCH_LOCAL, NETP_E_IO,
                         "the body to send is not what it was said to be");
    }
}
