/* http1_framing.c - what the head of a message says of its body and of the connection: RFC 9112
 * sections 3.2, 6 and 9, RFC 9110 sections 7.2, 7.8 and 10.1.1.
 *
 * SPDX-License-Identifier: MIT */
#include "http1_private.h"

#include <netproto/http_field.h>
#include <netproto/url.h>
#include <string.h>

/* What was found in the fields. */
struct found {
    const struct netp_http_field *host, *length, *coding, *expect;
    bool close, keep_alive, upgrade, upgrade_option;
};

/* What is wrong with the message: found at a span of the head. */
struct fault {
    enum netp_err code;
    int status;
    const char *where;
    struct netp_http_span span;
};

static bool blame(struct fault *f, enum netp_err code, int status, const char *where,
                  struct netp_http_span span)
{
    *f = (struct fault){code, status, where, span};
    return false;
}

enum http1_name http1_name_of(struct netp_str name)
{
    static const struct {
        const char *text;
        enum http1_name name;
    } known[] = {
        [4] = {"host", HTTP1_HOST},
        [6] = {"expect", HTTP1_EXPECT},
        [7] = {"upgrade", HTTP1_UPGRADE_FIELD},
        [10] = {"connection", HTTP1_CONNECTION},
        [14] = {"content-length", HTTP1_CONTENT_LENGTH},
        [17] = {"transfer-encoding", HTTP1_TRANSFER_ENCODING},
    };

    if (name.n < sizeof known / sizeof *known && known[name.n].text != NULL &&
        netp_str_ieq(name, netp_str_make(known[name.n].text, name.n))) {
        return known[name.n].name;
    }
    return HTTP1_OTHER;
}

bool http1_is_host(struct netp_str s)
{
    char text[2 + NETP_URL_HOST_CAP + sizeof "[]:65535"] = "//";
    struct netp_url u;
    size_t at;

    if (s.n == 0) {
        return true;
    }
    if (s.n > sizeof text - 2) {
        return false;
    }
    memcpy(text + 2, s.p, s.n);
    return netp_url_parse(netp_str_make(text, s.n + 2), &u, &at) == NETP_OK &&
           (u.has & ~(unsigned)NETP_URL_PORT) == NETP_URL_AUTHORITY && u.path.n == 0 &&
           u.zone.n == 0 && u.host.n > 0;
}

/* The options of Connection. */
static bool connection(const char *text, const struct netp_http_field *f, struct found *found,
                       struct fault *fault)
{
    struct netp_str list = netp_http_str(text, f->value), item;
    int r;

    while ((r = netp_http_list_next(&list, &item)) > 0) {
        found->close |= netp_str_ieq(item, NETP_STR("close"));
        found->keep_alive |= netp_str_ieq(item, NETP_STR("keep-alive"));
        found->upgrade_option |= netp_str_ieq(item, NETP_STR("upgrade"));
    }
    if (r < 0) {
        return blame(fault, NETP_E_SYNTAX, 400, "Connection", f->value);
    }
    return true;
}

/* Notes a field that may be there once. */
static bool once(const struct netp_http_field *f, const struct netp_http_field **place,
                 const char *where, struct fault *fault)
{
    if (*place != NULL) {
        return blame(fault, NETP_E_SYNTAX, 400, where, f->value);
    }
    *place = f;
    return true;
}

static bool look(const struct netp_http1 *m, struct found *found, struct fault *fault)
{
    bool ok = true;

    memset(found, 0, sizeof *found);
    for (unsigned i = 0; i < m->head_.nfield && ok; i++) {
        const struct netp_http_field *f = &m->cfg_.field[i];
        switch (http1_name_of(netp_http_str(m->cfg_.head, f->name))) {
        case HTTP1_HOST:
            ok = once(f, &found->host, "Host", fault);
            break;
        case HTTP1_CONTENT_LENGTH:
            ok = once(f, &found->length, "Content-Length", fault);
            break;
        case HTTP1_TRANSFER_ENCODING:
            ok = once(f, &found->coding, "Transfer-Encoding", fault);
            break;
        case HTTP1_EXPECT:
            ok = once(f, &found->expect, "Expect", fault);
            break;
        case HTTP1_CONNECTION:
            ok = connection(m->cfg_.head, f, found, fault);
            break;
        case HTTP1_UPGRADE_FIELD:
            found->upgrade = true;
            break;
        default:
            break;
        }
    }
    return ok;
}

static bool is_method(const struct netp_http1 *m, struct netp_str name)
{
    return netp_str_eq(netp_http_str(m->cfg_.head, m->head_.method), name);
}

bool http1_is_target(struct netp_str method, struct netp_str s)
{
    struct netp_url u;
    size_t at;

    if (netp_str_eq(method, NETP_STR("CONNECT"))) {
        return http1_is_host(s) && memchr(s.p, ':', s.n) != NULL && s.p[s.n - 1] != ':' &&
               s.p[s.n - 1] != ']';
    }
    if (s.p[0] == '/') {
        return memchr(s.p, '#', s.n) == NULL;
    }
    if (netp_str_eq(s, NETP_STR("*"))) {
        return netp_str_eq(method, NETP_STR("OPTIONS"));
    }
    return netp_url_parse(s, &u, &at) == NETP_OK && (u.has & NETP_URL_SCHEME) && u.host.n > 0 &&
           (u.has & (NETP_URL_USERINFO | NETP_URL_FRAGMENT)) == 0;
}

static bool target(const struct netp_http1 *m, struct fault *fault)
{
    const char *p = m->cfg_.head;

    if (!http1_is_target(netp_http_str(p, m->head_.method), netp_http_str(p, m->head_.target))) {
        return blame(fault, NETP_E_SYNTAX, 400, "request target", m->head_.target);
    }
    return true;
}

/* RFC 9110 section 7.2, RFC 9112 section 3.2.2. */
static bool host(const struct netp_http1 *m, const struct found *found, struct fault *fault)
{
    if (found->host == NULL && m->head_.minor > 0) {
        return blame(fault, NETP_E_SYNTAX, 400, "Host", (struct netp_http_span){m->have_, 0});
    }
    if (found->host != NULL && !http1_is_host(netp_http_str(m->cfg_.head, found->host->value))) {
        return blame(fault, NETP_E_SYNTAX, 400, "Host", found->host->value);
    }
    return true;
}

/* RFC 9112 sections 6.1 and 6.3: a request must end in chunked, once. A response need not, but of
 * another coding we know nothing. */
static bool is_chunked(const struct netp_http1 *m, struct netp_http_span span, struct fault *fault)
{
    struct netp_str list = netp_http_str(m->cfg_.head, span), item;
    unsigned items = 0, chunked = 0;
    bool last = false;
    int r;

    while ((r = netp_http_list_next(&list, &item)) > 0) {
        last = netp_str_ieq(item, NETP_STR("chunked"));
        chunked += last;
        items++;
    }
    if (r == 0 && items == 1 && last) {
        return true;
    }
    if (r < 0 || chunked > 1 || (http1_is_server(m) && !last)) {
        return blame(fault, NETP_E_SYNTAX, 400, "Transfer-Encoding", span);
    }
    return blame(fault, NETP_E_UNSUPPORTED, 501, "Transfer-Encoding", span);
}

/* RFC 9112 section 6.3, where no rule says that there is no body: *length of it, or UNKNOWN. */
static bool body_length(const struct netp_http1 *m, const struct found *found, uint64_t *length,
                        struct fault *fault)
{
    struct netp_http_span span;
    int r;

    if (found->coding != NULL) {
        span = found->coding->value;
        if (m->head_.minor == 0) {
            return blame(fault, NETP_E_SYNTAX, 400, "Transfer-Encoding in HTTP/1.0", span);
        }
        if (found->length != NULL) {
            return blame(fault, NETP_E_SYNTAX, 400, "Content-Length beside Transfer-Encoding",
                         found->length->value);
        }
        *length = NETP_HTTP1_UNKNOWN;
        return is_chunked(m, span, fault);
    }
    if (found->length == NULL) {
        *length = http1_is_server(m) ? 0 : NETP_HTTP1_UNKNOWN;
        return true;
    }
    span = found->length->value;
    r = netp_http_content_length(netp_http_str(m->cfg_.head, span), false, length);
    if (r == NETP_OK && *length > m->cfg_.max_body) {
        r = NETP_E_LIMIT;
    }
    if (r != NETP_OK) {
        return blame(fault, (enum netp_err)r, r == NETP_E_LIMIT ? 413 : 400, "Content-Length",
                     span);
    }
    return true;
}

/* Begins to receive a body. */
static void expect_body(struct netp_http1 *m, uint64_t length, bool chunked)
{
    m->body_ = 0;
    m->overhead_ = 0;
    m->bits_ &= (uint8_t)~HTTP1_PAUSED;
    m->count_ = 0;
    m->left_ = chunked ? 0 : length;
    if (chunked) {
        m->rx_ = HTTP1_RX_CHUNK_BEGIN;
    } else if (length == 0) {
        m->rx_ = HTTP1_RX_COMPLETE;
    } else {
        m->rx_ = length == NETP_HTTP1_UNKNOWN ? HTTP1_RX_TO_END : HTTP1_RX_LENGTH;
    }
}

/* Whether the connection can go on, as the peer has it (RFC 9112 section 9.3). */
static bool is_persistent(const struct netp_http1 *m, const struct found *found)
{
    return !found->close && (m->head_.minor > 0 || found->keep_alive);
}

/* RFC 9110 section 10.1.1; 1.0 knows no expectations. */
static bool expectation(const struct netp_http1 *m, const struct found *found,
                        struct netp_http1_ev *ev, struct fault *fault)
{
    if (found->expect == NULL || m->head_.minor == 0) {
        return true;
    }
    if (!netp_str_ieq(netp_http_str(m->cfg_.head, found->expect->value),
                      NETP_STR("100-continue"))) {
        return blame(fault, NETP_E_UNSUPPORTED, 417, "Expect", found->expect->value);
    }
    ev->flags |= ev->length > 0 ? NETP_HTTP1_EXPECT : 0;
    return true;
}

/* What of a request its answer depends on. */
static unsigned bits_of(const struct netp_http1 *m, const struct found *found)
{
    bool old = m->head_.minor == 0;

    return (old ? HTTP1_OLD : 0u) | (is_method(m, NETP_STR("HEAD")) ? HTTP1_NO_BODY : 0u) |
           (is_method(m, NETP_STR("CONNECT")) ? HTTP1_CONNECT : 0u) |
           (found->upgrade && found->upgrade_option && !old ? HTTP1_UPGRADE : 0u) |
           (is_persistent(m, found) ? 0u : HTTP1_LAST);
}

static bool request(struct netp_http1 *m, const struct found *found, struct netp_http1_ev *ev,
                    struct fault *fault)
{
    unsigned bits = bits_of(m, found) | (m->bits_ & HTTP1_LAST);

    if (!target(m, fault) || !host(m, found, fault) || !body_length(m, found, &ev->length, fault) ||
        !expectation(m, found, ev, fault)) {
        return false;
    }
    if ((bits & HTTP1_CONNECT) && ev->length > 0) {
        return blame(fault, NETP_E_SYNTAX, 400, "body of CONNECT", m->head_.method);
    }
    m->bits_ = (uint8_t)bits;
    m->tx_ = HTTP1_TX_OWED;
    expect_body(m, ev->length, found->coding != NULL);
    ev->flags |= (bits & HTTP1_UPGRADE ? NETP_HTTP1_UPGRADE : 0u) |
                 (bits & HTTP1_LAST ? 0u : NETP_HTTP1_KEEPALIVE);
    ev->type = NETP_HTTP1_REQUEST;
    return true;
}

static const struct netp_http_span status_code = {sizeof "HTTP/1.1", 3};

/* A 1xx response is told of and forgotten; 100 lets a body go. */
static bool info(struct netp_http1 *m, struct netp_http1_ev *ev, struct fault *fault)
{
    if (m->count_ == m->cfg_.max_info) {
        return blame(fault, NETP_E_LIMIT, 0, "number of 1xx", (struct netp_http_span){0, 0});
    }
    m->count_++;
    if (m->head_.status == 100 && (m->bits_ & HTTP1_HELD)) {
        m->bits_ = (uint8_t)((m->bits_ & ~HTTP1_HELD) | HTTP1_GO);
    }
    m->rx_ = HTTP1_RX_BETWEEN;
    ev->type = NETP_HTTP1_INFO;
    return true;
}

/* After this the connection is no longer ours. What the request still has to send would go to the
 * wrong protocol. */
static bool tunnel(struct netp_http1 *m, struct netp_http1_ev *ev, struct fault *fault)
{
    if (m->tx_ != HTTP1_TX_NONE || !http1_queue_is_empty(m)) {
        return blame(fault, NETP_E_SYNTAX, 0, "tunnel before the end of the request", status_code);
    }
    http1_close(m, false);
    ev->type = NETP_HTTP1_TUNNEL;
    return true;
}

static bool response(struct netp_http1 *m, const struct found *found, struct netp_http1_ev *ev,
                     struct fault *fault)
{
    unsigned kind = m->pending_ & 3, status = m->head_.status;

    if (status == 101 ? kind == HTTP1_OFFER : kind == HTTP1_TUNNEL && status / 100 == 2) {
        return tunnel(m, ev, fault);
    }
    if (status == 101) {
        return blame(fault, NETP_E_SYNTAX, 0, "101 that was not offered", status_code);
    }
    if (status < 200) {
        return info(m, ev, fault);
    }
    /* What waits for 100 is sent no more of itself: the application decides. */
    m->bits_ &= (uint8_t)~HTTP1_HELD;
    if (kind == HTTP1_HEADONLY || status == 204 || status == 304) {
        expect_body(m, 0, false);
    } else if (body_length(m, found, &ev->length, fault)) {
        expect_body(m, ev->length, found->coding != NULL);
    } else {
        return false;
    }
    if (m->rx_ == HTTP1_RX_TO_END || !is_persistent(m, found)) {
        m->bits_ |= HTTP1_LAST;
        m->npending_ = 1; /* those behind it will not be answered: RFC 9112 section 9.6 */
    }
    ev->flags |= (m->bits_ & HTTP1_LAST) && m->npending_ == 1 ? 0 : NETP_HTTP1_KEEPALIVE;
    ev->type = NETP_HTTP1_RESPONSE;
    return true;
}

int http1_framing(struct netp_http1 *m, uint64_t base, struct netp_http1_ev *ev)
{
    struct found found;
    struct fault fault;
    bool good = look(m, &found, &fault);

    if (good && http1_is_server(m)) {
        good = request(m, &found, ev, &fault);
    } else if (good) {
        good = response(m, &found, ev, &fault);
    }
    if (!good) {
        memset(ev, 0, sizeof *ev);
        return http1_fail(m, fault.code, fault.status, base + fault.span.at, fault.where);
    }
    return ev->type;
}
