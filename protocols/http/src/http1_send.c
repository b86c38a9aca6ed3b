/* http1_send.c - sending messages: RFC 9112 sections 2 to 7. SPDX-License-Identifier: MIT */
#include "http1_private.h"
#include "http_chars.h"
#include "http_scan.h"

#include <limits.h>
#include <netproto/http_field.h>
#include <string.h>

#define CHUNK_HEAD 18u /* bytes of a chunk's line, at most */

/* --- what may be sent ------------------------------------------------------------------------ */

static bool is_visible(struct netp_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] > '~') {
            return false;
        }
    }
    return s.n > 0;
}

/* Whether it can be a field that is not the machine's to send. *hosts counts those named Host, as
 * *upgrades those named Upgrade. */
static bool field_is_good(const struct netp_http1_pair *f, bool server, unsigned *hosts,
                          unsigned *upgrades)
{
    if (!netp_http_is_token(f->name) || !netp_http_is_value(f->value)) {
        return false;
    }
    switch (http1_name_of(f->name)) {
    case HTTP1_OTHER:
        return true;
    case HTTP1_HOST:
        ++*hosts;
        return !server && http1_is_host(f->value);
    case HTTP1_UPGRADE_FIELD:
        ++*upgrades;
        return true;
    default:
        return false;
    }
}

static bool fields_are_good(const struct netp_http1 *m, const struct netp_http1_msg *msg)
{
    unsigned hosts = 0, upgrades = 0;
    bool server = http1_is_server(m);

    for (size_t i = 0; i < msg->nfield; i++) {
        if (!field_is_good(&msg->field[i], server, &hosts, &upgrades)) {
            return false;
        }
    }
    return hosts == (server ? 0u : 1u) && (!(msg->flags & NETP_HTTP1_SWITCH) || upgrades > 0);
}

/* Fields that frame a message, or say how to read it, mean nothing behind it (RFC 9110 section
 * 6.5.1). */
static bool trailers_are_good(const struct netp_http1_pair *trailer, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!netp_http_is_token(trailer[i].name) || !netp_http_is_value(trailer[i].value) ||
            http1_name_of(trailer[i].name) != HTTP1_OTHER ||
            netp_str_ieq(trailer[i].name, NETP_STR("Set-Cookie")) ||
            netp_str_ieq(trailer[i].name, NETP_STR("Trailer")) ||
            netp_str_ieq(trailer[i].name, NETP_STR("Content-Encoding")) ||
            netp_str_ieq(trailer[i].name, NETP_STR("Content-Type")) ||
            netp_str_ieq(trailer[i].name, NETP_STR("Content-Range"))) {
            return false;
        }
    }
    return true;
}

/* --- heads ----------------------------------------------------------------------------------- */

/* How a message is to be framed. */
struct framing {
    enum http1_tx tx;
    bool length, chunked; /* that field is sent */
    bool close, switches;
    unsigned kind; /* client: of the request */
};

static void put_line(struct http_writer *w, const char *text)
{
    http_put_str(w, netp_str_of(text));
    http_put_str(w, NETP_STR("\r\n"));
}

static void put_fields(struct http_writer *w, const struct netp_http1_pair *f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        http_put_str(w, f[i].name);
        http_put_str(w, NETP_STR(": "));
        http_put_str(w, f[i].value);
        http_put_str(w, NETP_STR("\r\n"));
    }
}

static void put_status(struct http_writer *w, unsigned status, struct netp_str reason)
{
    http_put_str(w, NETP_STR("HTTP/1.1 "));
    http_put_dec(w, status);
    http_put(w, ' ');
    http_put_str(w, reason.n > 0 ? reason : netp_str_of(netp_http_reason(status)));
    http_put_str(w, NETP_STR("\r\n"));
}

static void put_framing(const struct netp_http1 *m, struct http_writer *w,
                        const struct netp_http1_msg *msg, const struct framing *f)
{
    if (f->length) {
        http_put_str(w, NETP_STR("Content-Length: "));
        http_put_dec(w, msg->length);
        http_put_str(w, NETP_STR("\r\n"));
    }
    if (f->chunked) {
        put_line(w, "Transfer-Encoding: chunked");
    }
    if (msg->flags & NETP_HTTP1_HOLD) {
        put_line(w, "Expect: 100-continue");
    }
    if (f->switches) {
        put_line(w, f->close ? "Connection: close, upgrade" : "Connection: upgrade");
    } else if (f->close) {
        put_line(w, "Connection: close");
    } else if (m->bits_ & HTTP1_OLD) {
        put_line(w, "Connection: keep-alive");
    }
    put_line(w, "");
}

/* The tx_ of a body that is announced. */
static enum http1_tx body_of(const struct netp_http1_msg *msg)
{
    return msg->length == NETP_HTTP1_CHUNKED ? HTTP1_TX_CHUNKED : HTTP1_TX_LENGTH;
}

/* RFC 9110 section 8.6: a length of 0 is not told where the method anticipates no content. */
static bool is_bodyless(struct netp_str method)
{
    return netp_str_eq(method, NETP_STR("GET")) || netp_str_eq(method, NETP_STR("HEAD")) ||
           netp_str_eq(method, NETP_STR("DELETE")) || netp_str_eq(method, NETP_STR("OPTIONS")) ||
           netp_str_eq(method, NETP_STR("TRACE")) || netp_str_eq(method, NETP_STR("CONNECT"));
}

static bool request_is_good(const struct netp_http1_msg *msg)
{
    bool connect = netp_str_eq(msg->method, NETP_STR("CONNECT"));

    if (msg->length == 0 ? (msg->flags & NETP_HTTP1_HOLD) != 0 : connect) {
        return false;
    }
    return netp_http_is_token(msg->method) && is_visible(msg->target) &&
           http1_is_target(msg->method, msg->target) && !(msg->flags & NETP_HTTP1_NO_LENGTH);
}

/* Whether the connection may become another protocol's with the answer to the last request. */
static bool may_switch(const struct netp_http1 *m)
{
    return m->npending_ > 0 && (m->pending_ >> 2 * (m->npending_ - 1u) & 3) >= HTTP1_TUNNEL;
}

static int frame_request(const struct netp_http1 *m, const struct netp_http1_msg *msg,
                         struct framing *f)
{
    if (m->tx_ != HTTP1_TX_NONE || (m->bits_ & HTTP1_LAST) || m->rx_ == HTTP1_RX_CLOSED ||
        m->npending_ == NETP_HTTP1_PIPELINE || may_switch(m)) {
        return NETP_E_STATE;
    }
    if (!request_is_good(msg)) {
        return NETP_E_ARG;
    }
    f->tx = body_of(msg);
    f->close = (msg->flags & NETP_HTTP1_CLOSE) != 0;
    f->switches = (msg->flags & NETP_HTTP1_SWITCH) != 0;
    f->kind = f->switches ? HTTP1_OFFER : HTTP1_PLAIN;
    if (netp_str_eq(msg->method, NETP_STR("HEAD"))) {
        f->kind = HTTP1_HEADONLY;
    } else if (netp_str_eq(msg->method, NETP_STR("CONNECT"))) {
        f->kind = HTTP1_TUNNEL;
    }
    f->chunked = f->tx == HTTP1_TX_CHUNKED;
    f->length = !f->chunked && (msg->length > 0 || !is_bodyless(msg->method));
    return NETP_OK;
}

/* Whether the connection becomes another protocol's with this answer. */
static bool is_switch(const struct netp_http1 *m, const struct netp_http1_msg *msg)
{
    return msg->status == 101 ||
           ((m->bits_ & HTTP1_CONNECT) && msg->status >= 200 && msg->status < 300);
}

static int frame_switch(const struct netp_http1 *m, const struct netp_http1_msg *msg,
                        struct framing *f)
{
    unsigned flags = msg->status == 101 ? NETP_HTTP1_SWITCH : 0;

    if (msg->flags != flags || msg->length > 0 ||
        (msg->status == 101 && !(m->bits_ & HTTP1_UPGRADE))) {
        return NETP_E_ARG;
    }
    f->switches = msg->status == 101;
    return m->rx_ == HTTP1_RX_ANSWERING ? NETP_OK : NETP_E_STATE;
}

/* 1xx and 204 never have a body, answers to HEAD and 304 tell of the one that they leave out. */
static bool has_none(const struct netp_http1_msg *msg)
{
    return msg->status < 200 || msg->status == 204;
}

static bool leaves_out(const struct netp_http1 *m, const struct netp_http1_msg *msg)
{
    return (m->bits_ & HTTP1_NO_BODY) || msg->status == 304;
}

static bool response_is_good(const struct netp_http1 *m, const struct netp_http1_msg *msg)
{
    unsigned flags = (msg->status >= 200 ? NETP_HTTP1_CLOSE : 0u) |
                     (leaves_out(m, msg) ? NETP_HTTP1_NO_LENGTH : 0u);

    if (msg->status < 200 && (m->bits_ & HTTP1_OLD)) {
        return false; /* RFC 9110 section 15.2 */
    }
    return (msg->flags & ~flags) == 0 &&
           ((!has_none(msg) && msg->status != 205) || msg->length == 0);
}

static void frame_answer(const struct netp_http1 *m, const struct netp_http1_msg *msg,
                         struct framing *f)
{
    bool told = !(msg->flags & NETP_HTTP1_NO_LENGTH) && !has_none(msg);

    f->tx = body_of(msg);
    f->close = (msg->flags & NETP_HTTP1_CLOSE) || (m->bits_ & HTTP1_LAST);
    f->length = told && f->tx == HTTP1_TX_LENGTH && (msg->status != 304 || msg->length > 0);
    f->chunked = told && f->tx == HTTP1_TX_CHUNKED && !(m->bits_ & HTTP1_OLD);
    if (has_none(msg) || leaves_out(m, msg)) {
        f->tx = HTTP1_TX_DROPPED;
    } else if (f->tx == HTTP1_TX_CHUNKED && (m->bits_ & HTTP1_OLD)) {
        f->tx = HTTP1_TX_TO_END;
        f->close = true;
    }
}

static int frame_response(const struct netp_http1 *m, const struct netp_http1_msg *msg,
                          struct framing *f)
{
    if (m->tx_ != HTTP1_TX_OWED) {
        return NETP_E_STATE;
    }
    if (msg->status < 100 || msg->status > 999 || !netp_http_is_value(msg->reason)) {
        return NETP_E_ARG;
    }
    if (is_switch(m, msg)) {
        return frame_switch(m, msg, f);
    }
    if (!response_is_good(m, msg)) {
        return NETP_E_ARG;
    }
    if (msg->status >= 200) {
        frame_answer(m, msg, f);
    }
    return NETP_OK;
}

/* The machine's state behind a head that was queued. */
static void begun(struct netp_http1 *m, const struct netp_http1_msg *msg, const struct framing *f)
{
    bool server = http1_is_server(m);

    if (server && msg->status < 200 && msg->status != 101) {
        return;
    }
    m->tx_ = (uint8_t)f->tx;
    m->send_left_ = msg->length;
    m->bits_ |=
        (uint8_t)((f->close ? HTTP1_LAST : 0) | (msg->flags & NETP_HTTP1_HOLD ? HTTP1_HELD : 0));
    if (!server) {
        m->pending_ |= f->kind << 2 * m->npending_++;
    } else if (is_switch(m, msg)) {
        m->tx_ = HTTP1_TX_NONE;
        m->rx_ = HTTP1_RX_SWITCHING;
    }
}

int netp_http1_send_head(struct netp_http1 *m, const struct netp_http1_msg *msg, netp_ms now)
{
    struct framing f = {HTTP1_TX_NONE, false, false, false, false, HTTP1_PLAIN};
    struct http_writer w;
    int r;

    if (m->fail_.code != NETP_OK) {
        return NETP_E_STATE;
    }
    r = http1_is_server(m) ? frame_response(m, msg, &f) : frame_request(m, msg, &f);
    if (r != NETP_OK) {
        return r;
    }
    if (!fields_are_good(m, msg)) {
        return NETP_E_ARG;
    }
    w = http1_queue_begin(m);
    if (http1_is_server(m)) {
        put_status(&w, msg->status, msg->reason);
    } else {
        http_put_str(&w, msg->method);
        http_put(&w, ' ');
        http_put_str(&w, msg->target);
        put_line(&w, " HTTP/1.1");
    }
    put_fields(&w, msg->field, msg->nfield);
    put_framing(m, &w, msg, &f);
    netp_clock(&m->clock_, now);
    if (!http1_queue_end(m, &w)) {
        return NETP_E_NOSPACE;
    }
    begun(m, msg, &f);
    return NETP_OK;
}

bool http1_put_reply(struct netp_http1 *m, unsigned status)
{
    struct http_writer w = http1_queue_begin(m);

    put_status(&w, status, NETP_STR(""));
    put_line(&w, "Content-Length: 0");
    put_line(&w, "Connection: close");
    put_line(&w, "");
    return http1_queue_end(m, &w);
}

/* --- bodies ---------------------------------------------------------------------------------- */

/* Whether n bytes of body may be sent: NETP_OK, or the error. */
static int may_send(const struct netp_http1 *m, size_t n)
{
    if (m->fail_.code != NETP_OK || m->tx_ <= HTTP1_TX_OWED) {
        return NETP_E_STATE;
    }
    return m->tx_ == HTTP1_TX_LENGTH && n > m->send_left_ ? NETP_E_ARG : NETP_OK;
}

static void put_chunk_size(struct http_writer *w, size_t n)
{
    unsigned shift = 0;

    while (n >> shift > 15) {
        shift += 4;
    }
    for (;; shift -= 4) {
        http_put(w, "0123456789abcdef"[n >> shift & 15]);
        if (shift == 0) {
            break;
        }
    }
    http_put_str(w, NETP_STR("\r\n"));
}

static size_t room_for_body(const struct netp_http1 *m)
{
    size_t room = netp_http1_room(m), framing = m->tx_ == HTTP1_TX_CHUNKED ? CHUNK_HEAD + 2 : 0;

    return room > framing ? room - framing : 0;
}

int netp_http1_send_body(struct netp_http1 *m, const void *p, size_t n, netp_ms now)
{
    size_t room = room_for_body(m);
    struct http_writer w;
    int r = may_send(m, n);

    if (r != NETP_OK) {
        return r;
    }
    netp_clock(&m->clock_, now);
    n = n < INT_MAX ? n : INT_MAX;
    if (m->tx_ == HTTP1_TX_DROPPED) {
        return (int)n;
    }
    n = n < room ? n : room;
    if (n == 0 || (m->bits_ & HTTP1_HELD)) {
        return 0;
    }
    w = http1_queue_begin(m);
    if (m->tx_ == HTTP1_TX_CHUNKED) {
        put_chunk_size(&w, n);
    }
    memcpy(w.p + w.n, p, n);
    w.n += n;
    if (m->tx_ == HTTP1_TX_CHUNKED) {
        http_put_str(&w, NETP_STR("\r\n"));
    }
    http1_queue_end(m, &w);
    m->send_left_ -= n;
    return (int)n;
}

int netp_http1_lend_body(struct netp_http1 *m, const void *p, size_t n, unsigned out_flags,
                         netp_ms now)
{
    bool chunked = m->tx_ == HTTP1_TX_CHUNKED && n > 0;
    struct http_writer w;
    int r = may_send(m, n);

    if (r != NETP_OK || (out_flags & ~(unsigned)(NETP_OUT_STABLE | NETP_OUT_FILE))) {
        return r != NETP_OK ? r : NETP_E_ARG;
    }
    if (m->lent_state_ != HTTP1_LENT_NONE || (m->bits_ & HTTP1_HELD) ||
        (chunked && room_for_body(m) == 0)) {
        return NETP_E_NOSPACE;
    }
    netp_clock(&m->clock_, now);
    if (m->tx_ == HTTP1_TX_DROPPED || n == 0) {
        m->lent_state_ = HTTP1_LENT_BACK;
        return NETP_OK;
    }
    if (chunked) {
        w = http1_queue_begin(m);
        put_chunk_size(&w, n);
        http1_queue_end(m, &w);
    } else if (http1_queue_is_empty(m)) {
        m->moved_ = m->clock_;
    }
    m->tx_split_ = m->tx_end_;
    m->lent_ = p;
    m->lent_n_ = n;
    m->lent_flags_ = (uint8_t)out_flags;
    m->lent_state_ = HTTP1_LENT_QUEUED;
    if (chunked) {
        w = http1_queue_begin(m);
        http_put_str(&w, NETP_STR("\r\n"));
        http1_queue_end(m, &w);
    }
    m->send_left_ -= n;
    return NETP_OK;
}

int netp_http1_send_end(struct netp_http1 *m, const struct netp_http1_pair *trailer,
                        size_t ntrailer, netp_ms now)
{
    struct http_writer w;

    if (m->fail_.code != NETP_OK || m->tx_ <= HTTP1_TX_OWED || (m->bits_ & HTTP1_HELD) ||
        (m->tx_ == HTTP1_TX_LENGTH && m->send_left_ > 0)) {
        return NETP_E_STATE;
    }
    if (ntrailer > 0 && (m->tx_ != HTTP1_TX_CHUNKED || !trailers_are_good(trailer, ntrailer))) {
        return NETP_E_ARG;
    }
    netp_clock(&m->clock_, now);
    if (m->tx_ == HTTP1_TX_CHUNKED) {
        w = http1_queue_begin(m);
        put_line(&w, "0");
        put_fields(&w, trailer, ntrailer);
        put_line(&w, "");
        if (!http1_queue_end(m, &w)) {
            return NETP_E_NOSPACE;
        }
    }
    m->moved_ = m->clock_;
    http1_answered(m);
    return NETP_OK;
}

int netp_http1_send(struct netp_http1 *m, const struct netp_http1_msg *msg, const void *p, size_t n,
                    netp_ms now)
{
    struct netp_http1_msg whole = *msg;
    struct netp_http1 before;
    int r;

    http1_queue_begin(m); /* moves what is queued, once */
    before = *m;
    whole.length = n;
    whole.flags &= ~(unsigned)NETP_HTTP1_HOLD;
    r = netp_http1_send_head(m, &whole, now);
    if (r == NETP_OK && n > 0 && netp_http1_send_body(m, p, n, now) != (int)n) {
        r = NETP_E_NOSPACE;
    }
    if (r != NETP_OK) {
        *m = before;
    } else if (m->tx_ > HTTP1_TX_OWED) {
        r = netp_http1_send_end(m, NULL, 0, now);
    }
    return r;
}
