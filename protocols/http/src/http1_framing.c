/* http1_framing.c - what the head of a message says of its body and of the connection: RFC 9112
 * sections 6 and 9, RFC 9110 sections 7.2, 7.8 and 10.1.1.
 *
 * SPDX-License-Identifier: MIT */
#include "http1_private.h"

#include <netproto/http_field.h>
#include <string.h>

/* The options of Connection that mean something here. */
enum { CLOSE = 1, KEEP_ALIVE = 2, UPGRADE = 4 };

/* What was found in the fields: of each name the last, of the options all. */
struct found {
    const struct netp_http_field *field[HTTP1_NAMES];
    unsigned options;
};

const char *const http1_names[HTTP1_NAMES] = {
    "", "Host", "Connection", "Content-Length", "Expect", "Transfer-Encoding", "Upgrade"};

enum http1_name http1_name_of(struct netp_str name)
{
    static const uint8_t by_length[] = {
        [4] = HTTP1_HOST,        [6] = HTTP1_EXPECT,          [7] = HTTP1_UPGRADE_FIELD,
        [10] = HTTP1_CONNECTION, [14] = HTTP1_CONTENT_LENGTH, [17] = HTTP1_TRANSFER_ENCODING};
    unsigned i = name.n < sizeof by_length ? by_length[name.n] : HTTP1_OTHER;

    if (i == HTTP1_OTHER || !netp_str_ieq(name, netp_str_make(http1_names[i], name.n))) {
        return HTTP1_OTHER;
    }
    return (enum http1_name)i;
}

/* Each of the following that returns an int returns NETP_OK, or that the message has failed. */

/* Fails at some text of the head. */
static int blame(struct netp_http1 *m, enum netp_err code, int status, const char *where,
                 struct netp_http_span span)
{
    return http1_fail_in_head(m, code, status, where, span.at);
}

static int bad(struct netp_http1 *m, enum http1_name name, struct netp_http_span span)
{
    return blame(m, NETP_E_SYNTAX, 400, http1_names[name], span);
}

static struct netp_str text_of(const struct netp_http1 *m, struct netp_http_span span)
{
    return netp_http_str(m->cfg_.head, span);
}

/* The options of Connection. */
static int connection(struct netp_http1 *m, struct netp_http_span span, struct found *found)
{
    static const char options[][11] = {"close", "keep-alive", "upgrade"};
    struct netp_str list = text_of(m, span), item;
    int r;

    while ((r = netp_http_list_next(&list, &item)) > 0) {
        for (unsigned i = 0; i < sizeof options / sizeof *options; i++) {
            found->options |= (unsigned)netp_str_ieq(item, netp_str_of(options[i])) << i;
        }
    }
    return r < 0 ? bad(m, HTTP1_CONNECTION, span) : NETP_OK;
}

static int look(struct netp_http1 *m, struct found *found)
{
    int r = NETP_OK;

    memset(found, 0, sizeof *found);
    for (unsigned i = 0; i < m->head_.nfield && r == NETP_OK; i++) {
        const struct netp_http_field *f = &m->cfg_.field[i];
        enum http1_name name = http1_name_of(text_of(m, f->name));
        if (name == HTTP1_CONNECTION) {
            r = connection(m, f->value, found);
        } else if (found->field[name] != NULL && name != HTTP1_OTHER &&
                   name != HTTP1_UPGRADE_FIELD) {
            r = bad(m, name, f->value); /* it may be there once */
        }
        found->field[name] = f;
    }
    return r;
}

/* RFC 9110 section 7.2, RFC 9112 section 3.2. */
static int target(struct netp_http1 *m, const struct netp_http_field *host)
{
    if (!http1_is_target(text_of(m, m->head_.method), text_of(m, m->head_.target))) {
        return blame(m, NETP_E_SYNTAX, 400, "request target", m->head_.target);
    }
    if (host == NULL) {
        return m->head_.minor == 0 ? NETP_OK
                                   : bad(m, HTTP1_HOST, (struct netp_http_span){m->have_, 0});
    }
    return http1_is_host(text_of(m, host->value)) ? NETP_OK : bad(m, HTTP1_HOST, host->value);
}

/* RFC 9112 sections 6.1 and 6.3: a request must end in chunked, once. A response need not, but of
 * another coding we know nothing. */
static int chunked(struct netp_http1 *m, struct netp_http_span span)
{
    struct netp_str list = text_of(m, span), item;
    unsigned items = 0, chunked = 0;
    bool last = false;
    int r;

    while ((r = netp_http_list_next(&list, &item)) > 0) {
        last = netp_str_ieq(item, NETP_STR("chunked"));
        chunked += last;
        items++;
    }
    if (r == 0 && items == 1 && last) {
        return NETP_OK;
    }
    if (r < 0 || chunked > 1 || (http1_is_server(m) && !last)) {
        return bad(m, HTTP1_TRANSFER_ENCODING, span);
    }
    return blame(m, NETP_E_UNSUPPORTED, 501, http1_names[HTTP1_TRANSFER_ENCODING], span);
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

/* RFC 9112 section 6.3, where no rule says that there is no body: *length of it, or UNKNOWN. */
static int body_length(struct netp_http1 *m, const struct found *found, uint64_t *length)
{
    const struct netp_http_field *coding = found->field[HTTP1_TRANSFER_ENCODING];
    const struct netp_http_field *told = found->field[HTTP1_CONTENT_LENGTH];
    int r;

    *length = NETP_HTTP1_UNKNOWN;
    if (coding != NULL) {
        if (m->head_.minor == 0) {
            return blame(m, NETP_E_SYNTAX, 400, "Transfer-Encoding in HTTP/1.0", coding->value);
        }
        if (told != NULL) {
            return blame(m, NETP_E_SYNTAX, 400, "Content-Length beside Transfer-Encoding",
                         told->value);
        }
        return chunked(m, coding->value);
    }
    if (told == NULL) {
        *length = http1_is_server(m) ? 0 : NETP_HTTP1_UNKNOWN;
        return NETP_OK;
    }
    r = netp_parse_dec(text_of(m, told->value), m->cfg_.max_body, length);
    if (r != NETP_OK) {
        return blame(m, (enum netp_err)r, r == NETP_E_LIMIT ? 413 : 400,
                     http1_names[HTTP1_CONTENT_LENGTH], told->value);
    }
    return NETP_OK;
}

/* Whether the connection can go on, as the peer has it (RFC 9112 section 9.3). */
static bool is_persistent(const struct netp_http1 *m, const struct found *found)
{
    return !(found->options & CLOSE) && (m->head_.minor > 0 || (found->options & KEEP_ALIVE));
}

/* RFC 9110 section 10.1.1; 1.0 knows no expectations. */
static int expectation(struct netp_http1 *m, const struct netp_http_field *expect,
                       struct netp_http1_ev *ev)
{
    if (expect == NULL || m->head_.minor == 0) {
        return NETP_OK;
    }
    if (!netp_str_ieq(text_of(m, expect->value), NETP_STR("100-continue"))) {
        return blame(m, NETP_E_UNSUPPORTED, 417, http1_names[HTTP1_EXPECT], expect->value);
    }
    ev->flags |= ev->length > 0 ? NETP_HTTP1_EXPECT : 0;
    return NETP_OK;
}

/* What of a request its answer depends on. */
static unsigned bits_of(const struct netp_http1 *m, const struct found *found)
{
    struct netp_str method = text_of(m, m->head_.method);
    bool old = m->head_.minor == 0;
    unsigned bits = m->bits_ & HTTP1_LAST;

    bits |= old ? HTTP1_OLD : 0u;
    bits |= netp_str_eq(method, NETP_STR("HEAD")) ? HTTP1_NO_BODY : 0u;
    bits |= netp_str_eq(method, NETP_STR("CONNECT")) ? HTTP1_CONNECT : 0u;
    bits |= found->field[HTTP1_UPGRADE_FIELD] != NULL && (found->options & UPGRADE) && !old
                ? HTTP1_UPGRADE
                : 0u;
    return bits | (is_persistent(m, found) ? 0u : HTTP1_LAST);
}

static int request(struct netp_http1 *m, const struct found *found, struct netp_http1_ev *ev)
{
    unsigned bits = bits_of(m, found);
    int r = target(m, found->field[HTTP1_HOST]);

    if (r == NETP_OK) {
        r = body_length(m, found, &ev->length);
    }
    if (r == NETP_OK) {
        r = expectation(m, found->field[HTTP1_EXPECT], ev);
    }
    if (r != NETP_OK) {
        return r;
    }
    if ((bits & HTTP1_CONNECT) && ev->length > 0) {
        return blame(m, NETP_E_SYNTAX, 400, "body of CONNECT", m->head_.method);
    }
    m->bits_ = (uint8_t)bits;
    m->tx_ = HTTP1_TX_OWED;
    expect_body(m, ev->length, found->field[HTTP1_TRANSFER_ENCODING] != NULL);
    ev->flags |= (bits & HTTP1_UPGRADE ? NETP_HTTP1_UPGRADE : 0u) |
                 (bits & HTTP1_LAST ? 0u : NETP_HTTP1_KEEPALIVE);
    return ev->type = NETP_HTTP1_REQUEST;
}

static const struct netp_http_span status_code = {sizeof "HTTP/1.1", 3};

/* A 1xx response is told of and forgotten; 100 lets a body go. */
static int info(struct netp_http1 *m, struct netp_http1_ev *ev)
{
    if (m->count_ == m->cfg_.max_info) {
        return blame(m, NETP_E_LIMIT, 0, "number of 1xx", (struct netp_http_span){0, 0});
    }
    m->count_++;
    if (m->head_.status == 100 && (m->bits_ & HTTP1_HELD)) {
        m->bits_ = (uint8_t)((m->bits_ & ~HTTP1_HELD) | HTTP1_GO);
    }
    m->rx_ = HTTP1_RX_BETWEEN;
    return ev->type = NETP_HTTP1_INFO;
}

/* After this the connection is no longer ours. What the request still has to send would go to the
 * wrong protocol. */
static int tunnel(struct netp_http1 *m, struct netp_http1_ev *ev)
{
    if (m->tx_ != HTTP1_TX_NONE || !http1_queue_is_empty(m)) {
        return blame(m, NETP_E_SYNTAX, 0, "tunnel before the end of the request", status_code);
    }
    http1_close(m, false);
    return ev->type = NETP_HTTP1_TUNNEL;
}

static int response(struct netp_http1 *m, const struct found *found, struct netp_http1_ev *ev)
{
    unsigned kind = m->pending_ & 3, status = m->head_.status;
    int r;

    if (status == 101 ? kind == HTTP1_OFFER : kind == HTTP1_TUNNEL && status / 100 == 2) {
        return tunnel(m, ev);
    }
    if (status == 101) {
        return blame(m, NETP_E_SYNTAX, 0, "101 that was not offered", status_code);
    }
    if (status < 200) {
        return info(m, ev);
    }
    /* What waits for 100 is sent no more of itself: the application decides. */
    m->bits_ &= (uint8_t)~HTTP1_HELD;
    if (kind == HTTP1_HEADONLY || status == 204 || status == 304) {
        expect_body(m, 0, false);
    } else {
        r = body_length(m, found, &ev->length);
        if (r != NETP_OK) {
            return r;
        }
        expect_body(m, ev->length, found->field[HTTP1_TRANSFER_ENCODING] != NULL);
    }
    if (m->rx_ == HTTP1_RX_TO_END || !is_persistent(m, found)) {
        m->bits_ |= HTTP1_LAST;
        m->npending_ = 1; /* those behind it will not be answered: RFC 9112 section 9.6 */
    }
    ev->flags |= (m->bits_ & HTTP1_LAST) && m->npending_ == 1 ? 0 : NETP_HTTP1_KEEPALIVE;
    return ev->type = NETP_HTTP1_RESPONSE;
}

int http1_framing(struct netp_http1 *m, struct netp_http1_ev *ev)
{
    struct found found;
    int r = look(m, &found);

    if (r == NETP_OK) {
        ev->head = m->head_;
        ev->text = m->cfg_.head;
        r = http1_is_server(m) ? request(m, &found, ev) : response(m, &found, ev);
    }
    if (r < 0) {
        memset(ev, 0, sizeof *ev);
    }
    return r;
}
