/* http1_framing.c - what the head of a message says of its body and of the connection: RFC 9112
 * sections 6 and 9, RFC 9110 sections 7.2, 7.8 and 10.1.1.
 *
 * SPDX-License-Identifier: MIT */
#include "http1_private.h"

#include <netproto/http_field.h>
#include <string.h>

const char *const http1_names[HTTP1_NAMES] = {
    "",       "Host", "Connection", "Content-Length", "Expect", "Transfer-Encoding",
#if HTTP1_TUNNELS
    "Upgrade"
#endif
};

enum http1_name http1_name_of(const char *p, size_t n)
{
    static const uint8_t by_length[] = {[4] = HTTP1_HOST,
                                        [6] = HTTP1_EXPECT,
                                        [7] = HTTP1_TUNNELS * HTTP1_UPGRADE_FIELD,
                                        [10] = HTTP1_CONNECTION,
                                        [14] = HTTP1_CONTENT_LENGTH,
                                        [17] = HTTP1_TRANSFER_ENCODING};
    unsigned i = n < sizeof by_length ? by_length[n] : HTTP1_OTHER;

    return http1_is(p, n, http1_names[i]) ? (enum http1_name)i : HTTP1_OTHER;
}

/* What a list may have that means something here. */
enum { CLOSE = 1, KEEP_ALIVE = 2, UPGRADE = 4, CHUNKED = 8 };

/* What was found in the fields: of each name the last; what Connection has. */
struct found {
    const struct netp_http_field *field[HTTP1_NAMES];
    unsigned connection;
};

/* Each of the following that returns a bool returns whether the message goes on, or else has
 * failed. */

/* Fails at the field of that name, or behind the head where it is missing. */
static void bad(struct netp_http1 *m, const struct found *found, enum http1_name name,
                unsigned fault)
{
    const struct netp_http_field *f = found->field[name];

    http1_fail_in_head(m, fault, HTTP_WHERE(http1_names[name]), f ? f->value.at : m->have_);
}

static const char *text_at(const struct netp_http1 *m, const struct netp_http_span *span)
{
    return m->cfg_.head + span->at;
}

/* What a list has. */
struct members {
    unsigned n, found, last, twice;
};

static int read_list(const struct netp_http1 *m, const struct netp_http_field *f,
                     struct members *has)
{
    static const char known[][11] = {"close", "keep-alive", "upgrade", "chunked"};
    struct netp_str list = netp_str_make(text_at(m, &f->value), f->value.n), item;
    int r;

    memset(has, 0, sizeof *has);
    while ((r = netp_http_list_next(&list, &item)) > 0) {
        has->last = 0;
        for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
            has->last |= (unsigned)http1_is(item.p, item.n, known[i]) << i;
        }
        has->twice |= has->found & has->last;
        has->found |= has->last;
        has->n++;
    }
    return r;
}

static bool look(struct netp_http1 *m, struct found *found)
{
    struct members has;

    memset(found, 0, sizeof *found);
    for (unsigned i = 0; i < m->head_.nfield; i++) {
        const struct netp_http_field *f = &m->cfg_.field[i], *before;
        enum http1_name name = http1_name_of(text_at(m, &f->name), f->name.n);
        before = found->field[name];
        found->field[name] = f;
        if (name == HTTP1_CONNECTION) {
            if (HTTP1_LISTS && read_list(m, f, &has) < 0) {
                bad(m, found, name, HTTP1_FAULT(NETP_E_SYNTAX, 400));
                return false;
            }
            found->connection |= HTTP1_LISTS ? has.found : 0;
        } else if (before != NULL && name != HTTP1_OTHER && name != HTTP1_UPGRADE_FIELD) {
            bad(m, found, name, HTTP1_FAULT(NETP_E_SYNTAX, 400)); /* it may be there once */
            return false;
        }
    }
    return true;
}

/* RFC 9110 section 7.2, RFC 9112 section 3.2. */
static bool target(struct netp_http1 *m, const struct found *found)
{
    const struct netp_http_field *host = found->field[HTTP1_HOST];
    struct netp_str method = netp_http_str(m->cfg_.head, m->head_.method);

    if (!http1_is_target(method, text_at(m, &m->head_.target), m->head_.target.n)) {
        http1_fail_in_head(m, HTTP1_FAULT(NETP_E_SYNTAX, 400), HTTP_WHERE("request target"),
                           m->head_.target.at);
        return false;
    }
    if (host == NULL ? m->head_.minor > 0
                     : !http1_is_host(text_at(m, &host->value), host->value.n)) {
        bad(m, found, HTTP1_HOST, HTTP1_FAULT(NETP_E_SYNTAX, 400));
        return false;
    }
    return true;
}

#ifdef NETP_HTTP1_NO_CHUNKED
/* RFC 9112 section 6.3: a server may insist on a length. */
static bool coding(struct netp_http1 *m, const struct found *found)
{
    bad(m, found, HTTP1_TRANSFER_ENCODING, HTTP1_FAULT(NETP_E_UNSUPPORTED, 411));
    return false;
}
#else
/* Whether the list of codings is that which is known, or else the fault: a request must end in
 * chunked, once; a response need not, but of another coding we know nothing. */
static unsigned fault_of(const struct netp_http1 *m, const struct netp_http_field *f)
{
#if HTTP1_LISTS
    struct members has;
    int r = read_list(m, f, &has);

    if (r < 0 || (has.twice & CHUNKED) || (http1_is_server(m) && !(has.last & CHUNKED))) {
        return HTTP1_FAULT(NETP_E_SYNTAX, 400);
    }
    return has.n > 1 || !(has.last & CHUNKED) ? HTTP1_FAULT(NETP_E_UNSUPPORTED, 501) : 0;
#else
    return http1_is(text_at(m, &f->value), f->value.n, "chunked")
               ? 0
               : HTTP1_FAULT(NETP_E_UNSUPPORTED, 501);
#endif
}

/* RFC 9112 sections 6.1 and 6.3. */
static bool coding(struct netp_http1 *m, const struct found *found)
{
    const struct netp_http_field *f = found->field[HTTP1_TRANSFER_ENCODING];
    unsigned fault;

    if (m->head_.minor == 0) {
        http1_fail_in_head(m, HTTP1_FAULT(NETP_E_SYNTAX, 400),
                           HTTP_WHERE("Transfer-Encoding in HTTP/1.0"), f->value.at);
        return false;
    }
    if (found->field[HTTP1_CONTENT_LENGTH] != NULL) {
        http1_fail_in_head(m, HTTP1_FAULT(NETP_E_SYNTAX, 400),
                           HTTP_WHERE("Content-Length beside Transfer-Encoding"),
                           found->field[HTTP1_CONTENT_LENGTH]->value.at);
        return false;
    }
    fault = fault_of(m, f);
    if (fault != 0) {
        bad(m, found, HTTP1_TRANSFER_ENCODING, fault);
    }
    return fault == 0;
}
#endif

/* RFC 9112 section 6.3, where no rule says that there is no body: *length of it, or UNKNOWN. */
static bool body_length(struct netp_http1 *m, const struct found *found, uint64_t *length)
{
    const struct netp_http_field *told = found->field[HTTP1_CONTENT_LENGTH];
    int r;

    *length = NETP_HTTP1_UNKNOWN;
    if (found->field[HTTP1_TRANSFER_ENCODING] != NULL) {
        return coding(m, found);
    }
    if (told == NULL && http1_is_server(m)) {
        *length = 0;
    } else if (told != NULL) {
        r = netp_parse_dec(netp_http_str(m->cfg_.head, told->value), m->cfg_.max_body, length);
        if (r != NETP_OK) {
            bad(m, found, HTTP1_CONTENT_LENGTH,
                r == NETP_E_LIMIT ? HTTP1_FAULT(NETP_E_LIMIT, 413)
                                  : HTTP1_FAULT(NETP_E_SYNTAX, 400));
            return false;
        }
    }
    return true;
}

/* Begins to receive a body. */
static void expect_body(struct netp_http1 *m, uint64_t length, bool chunked)
{
    m->body_ = 0;
    m->bits_ &= (uint8_t)~HTTP1_PAUSED;
    m->left_ = length;
    if (HTTP1_CHUNKS && chunked) {
        m->left_ = 0;
        m->overhead_ = 0;
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
    return HTTP1_KEEPS && !(found->connection & CLOSE) &&
           (m->head_.minor > 0 || (found->connection & KEEP_ALIVE));
}

/* RFC 9110 section 10.1.1; 1.0 knows no expectations. */
static bool expectation(struct netp_http1 *m, const struct found *found, struct netp_http1_ev *ev)
{
    const struct netp_http_field *expect = found->field[HTTP1_EXPECT];

    if (expect == NULL || m->head_.minor == 0) {
        return true;
    }
    if (HTTP1_NO_INTERIM ||
        !http1_is(text_at(m, &expect->value), expect->value.n, "100-continue")) {
        bad(m, found, HTTP1_EXPECT, HTTP1_FAULT(NETP_E_UNSUPPORTED, 417));
        return false;
    }
    ev->flags |= ev->length > 0 ? NETP_HTTP1_EXPECT : 0;
    return true;
}

/* What of a request its answer depends on. */
static unsigned bits_of(const struct netp_http1 *m, const struct found *found)
{
    const char *method = text_at(m, &m->head_.method);
    unsigned bits = m->bits_ & HTTP1_LAST;

    if (http1_is_method(method, m->head_.method.n, "HEAD")) {
        bits |= HTTP1_NO_BODY;
    }
    if (HTTP1_TUNNELS && http1_is_method(method, m->head_.method.n, "CONNECT")) {
        bits |= HTTP1_CONNECT;
    }
    if (m->head_.minor == 0) {
        bits |= HTTP1_OLD;
    } else if (found->field[HTTP1_UPGRADE_FIELD] != NULL && (found->connection & UPGRADE)) {
        bits |= HTTP1_UPGRADE;
    }
    return is_persistent(m, found) ? bits : bits | HTTP1_LAST;
}

static bool request(struct netp_http1 *m, const struct found *found, struct netp_http1_ev *ev)
{
    unsigned bits = bits_of(m, found);

    if (!target(m, found) || !body_length(m, found, &ev->length) || !expectation(m, found, ev)) {
        return false;
    }
    if ((bits & HTTP1_CONNECT) && ev->length > 0) {
        http1_fail_in_head(m, HTTP1_FAULT(NETP_E_SYNTAX, 400), HTTP_WHERE("body of CONNECT"),
                           m->head_.method.at);
        return false;
    }
    m->bits_ = (uint8_t)bits;
    m->tx_ = HTTP1_TX_OWED;
    expect_body(m, ev->length, found->field[HTTP1_TRANSFER_ENCODING] != NULL);
    ev->flags |= (bits & HTTP1_UPGRADE ? NETP_HTTP1_UPGRADE : 0u) |
                 (HTTP1_ONCE || (bits & HTTP1_LAST) ? 0u : NETP_HTTP1_KEEPALIVE);
    ev->type = NETP_HTTP1_REQUEST;
    return true;
}

#define STATUS_CODE (sizeof "HTTP/1.1") /* where it begins */

/* A 1xx response is told of and forgotten; 100 lets a body go. */
static bool info(struct netp_http1 *m, struct netp_http1_ev *ev)
{
    if (m->count_ == m->cfg_.max_info) {
        http1_fail_in_head(m, HTTP1_FAULT(NETP_E_LIMIT, 0), HTTP_WHERE("number of 1xx"), 0);
        return false;
    }
    m->count_++;
    if ((m->bits_ & HTTP1_HELD) && m->head_.status == 100) {
        m->bits_ = (uint8_t)((m->bits_ & ~HTTP1_HELD) | HTTP1_GO);
    }
    m->rx_ = HTTP1_RX_BETWEEN;
    ev->type = NETP_HTTP1_INFO;
    return true;
}

/* After this the connection is no longer ours. What the request still has to send would go to the
 * wrong protocol. */
static bool tunnel(struct netp_http1 *m, struct netp_http1_ev *ev)
{
    if (m->tx_ != HTTP1_TX_NONE || !http1_queue_is_empty(m)) {
        http1_fail_in_head(m, HTTP1_FAULT(NETP_E_SYNTAX, 0),
                           HTTP_WHERE("tunnel before the end of the request"), STATUS_CODE);
        return false;
    }
    http1_close(m, false);
    ev->type = NETP_HTTP1_TUNNEL;
    return true;
}

/* Whether the answer to a request of that kind makes the connection another protocol's. */
static bool is_tunnel(unsigned kind, unsigned status)
{
    return status == 101 ? kind == HTTP1_OFFER : kind == HTTP1_TUNNEL && status / 100 == 2;
}

static bool response(struct netp_http1 *m, const struct found *found, struct netp_http1_ev *ev)
{
    unsigned kind = m->pending_ & 3, status = m->head_.status;

    if (HTTP1_TUNNELS && is_tunnel(kind, status)) {
        return tunnel(m, ev);
    }
    if (status == 101) {
        http1_fail_in_head(m, HTTP1_FAULT(NETP_E_SYNTAX, 0), HTTP_WHERE("101 that was not offered"),
                           STATUS_CODE);
        return false;
    }
    if (status < 200) {
        return info(m, ev);
    }
    /* What waits for 100 is sent no more of itself: the application decides. */
    m->bits_ &= (uint8_t)~HTTP1_HELD;
    if (kind == HTTP1_HEADONLY || status == 204 || status == 304) {
        expect_body(m, 0, false);
    } else {
        if (!body_length(m, found, &ev->length)) {
            return false;
        }
        expect_body(m, ev->length, found->field[HTTP1_TRANSFER_ENCODING] != NULL);
    }
    if (m->rx_ == HTTP1_RX_TO_END || !is_persistent(m, found)) {
        m->bits_ |= HTTP1_LAST;
        m->npending_ = 1; /* those behind it will not be answered: RFC 9112 section 9.6 */
    }
    ev->flags |= (m->bits_ & HTTP1_LAST) && m->npending_ == 1 ? 0 : NETP_HTTP1_KEEPALIVE;
    ev->type = NETP_HTTP1_RESPONSE;
    return true;
}

int http1_framing(struct netp_http1 *m, struct netp_http1_ev *ev)
{
    struct found found;

    if (look(m, &found)) {
        http1_tell_head(m, ev);
        if (http1_is_server(m) ? request(m, &found, ev) : response(m, &found, ev)) {
            return ev->type;
        }
        memset(ev, 0, sizeof *ev);
    }
    return m->fail_.code;
}
