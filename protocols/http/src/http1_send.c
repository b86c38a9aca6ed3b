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

/* --- heads ----------------------------------------------------------------------------------- */

/* What a head says of the message's framing: framing.say */
enum {
    SAY_LENGTH = 1,
    SAY_CHUNKED = 2,
    SAY_EXPECT = 4,
    SAY_CLOSE = 8,
    SAY_UPGRADE = 16,
    SAY_KEEP_ALIVE = 32
};

struct framing {
    enum http1_tx tx;
    unsigned say;
    unsigned kind; /* client: of the request */
};

static void put(struct http_writer *w, const char *text)
{
    http_put_str(w, netp_str_of(text));
}

static void put_status(struct http_writer *w, unsigned status, struct netp_str reason)
{
    put(w, "HTTP/1.1 ");
    http_put_dec(w, status);
    http_put(w, ' ');
    if (reason.n > 0) {
        http_put_str(w, reason);
    } else {
        put(w, netp_http_reason(status));
    }
    put(w, "\r\n");
}

/* False: it can't be sent. */
static bool put_field(struct http_writer *w, const struct netp_http1_pair *f)
{
    http_put_str(w, f->name);
    put(w, ": ");
    http_put_str(w, f->value);
    put(w, "\r\n");
    return netp_http_is_token(f->name) && netp_http_is_value(f->value);
}

/* False: one can't be sent, or is the machine's to send; or Host is missing or double, or what
 * names the protocol to change to is missing. */
static bool put_fields(const struct netp_http1 *m, struct http_writer *w,
                       const struct netp_http1_msg *msg)
{
    bool switches = HTTP1_TUNNELS && (msg->flags & NETP_HTTP1_SWITCH);
    bool server = http1_is_server(m);
    unsigned hosts = 0, upgrades = 0;

    for (size_t i = 0; i < msg->nfield; i++) {
        const struct netp_http1_pair *f = &msg->field[i];
        enum http1_name name = http1_name_of(f->name.p, f->name.n);
        bool good = name == HTTP1_OTHER || (HTTP1_TUNNELS && name == HTTP1_UPGRADE_FIELD);
        upgrades += name == HTTP1_UPGRADE_FIELD;
        if (!server && name == HTTP1_HOST) {
            good = hosts++ == 0 && http1_is_host(f->value.p, f->value.n);
        }
        if (!put_field(w, f) || !good) {
            return false;
        }
    }
    return (server || hosts == 1) && (upgrades > 0 || !switches);
}

static void put_framing(struct http_writer *w, unsigned say, uint64_t length)
{
    if (say & SAY_LENGTH) {
        put(w, "Content-Length: ");
        http_put_dec(w, length);
        put(w, "\r\n");
    }
    if (HTTP1_SENDS_CHUNKS && (say & SAY_CHUNKED)) {
        put(w, "Transfer-Encoding: chunked\r\n");
    }
    if (say & SAY_EXPECT) {
        put(w, "Expect: 100-continue\r\n");
    }
    if (say & (SAY_CLOSE | SAY_UPGRADE | SAY_KEEP_ALIVE)) {
        put(w, "Connection: ");
        if (HTTP1_TUNNELS && (say & SAY_UPGRADE)) {
            put(w, say & SAY_CLOSE ? "close, upgrade" : "upgrade");
        } else {
            put(w, HTTP1_ONCE || (say & SAY_CLOSE) ? "close" : "keep-alive");
        }
        put(w, "\r\n");
    }
    put(w, "\r\n");
}

/* The tx_ of a request's body. */
static enum http1_tx body_of(const struct netp_http1_msg *msg)
{
    return HTTP1_SENDS_CHUNKS && msg->length == NETP_HTTP1_CHUNKED ? HTTP1_TX_CHUNKED
                                                                   : HTTP1_TX_LENGTH;
}

/* RFC 9110 section 8.6: a length of 0 is not told where the method anticipates no content. */
static bool is_bodyless(struct netp_str method)
{
    static const char methods[][8] = {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"};
    bool found = false;

    for (unsigned i = 0; i < sizeof methods / sizeof *methods; i++) {
        found |= http1_is_method(method.p, method.n, methods[i]);
    }
    return found;
}

/* Whether the connection may become another protocol's with the answer to the last request. */
static bool may_switch(const struct netp_http1 *m)
{
    return HTTP1_TUNNELS && m->npending_ > 0 &&
           (m->pending_ >> 2 * (m->npending_ - 1u) & 3) >= HTTP1_TUNNEL;
}

static bool may_request(const struct netp_http1 *m)
{
    return m->tx_ == HTTP1_TX_NONE && !(m->bits_ & HTTP1_LAST) && m->rx_ != HTTP1_RX_CLOSED &&
           (HTTP1_ONCE || m->npending_ < NETP_HTTP1_PIPELINE) && !may_switch(m);
}

static bool request_is_good(const struct netp_http1_msg *msg, bool connect)
{
    unsigned left_out = NETP_HTTP1_NO_LENGTH | (HTTP1_TUNNELS ? 0u : NETP_HTTP1_SWITCH) |
                        (HTTP1_HOLDS ? 0u : NETP_HTTP1_HOLD);

#if !HTTP1_SENDS_CHUNKS
    if (msg->length == NETP_HTTP1_CHUNKED) {
        return false;
    }
#endif
    if ((msg->length == 0 ? (msg->flags & NETP_HTTP1_HOLD) != 0 : connect) ||
        (msg->flags & left_out)) {
        return false;
    }
    return netp_http_is_token(msg->method) && is_visible(msg->target) &&
           http1_is_target(msg->method, msg->target.p, msg->target.n);
}

static int frame_request(const struct netp_http1 *m, const struct netp_http1_msg *msg,
                         struct framing *f)
{
    bool connect = HTTP1_TUNNELS && http1_is_method(msg->method.p, msg->method.n, "CONNECT");

    if (!may_request(m)) {
        return NETP_E_STATE;
    }
    if (!request_is_good(msg, connect)) {
        return NETP_E_ARG;
    }
    f->tx = body_of(msg);
    f->say = (HTTP1_ONCE || (msg->flags & NETP_HTTP1_CLOSE) ? SAY_CLOSE : 0u) |
             (msg->flags & NETP_HTTP1_HOLD ? SAY_EXPECT : 0u);
    if (HTTP1_TUNNELS && (msg->flags & NETP_HTTP1_SWITCH)) {
        f->say |= SAY_UPGRADE;
        f->kind = HTTP1_OFFER;
    }
    if (http1_is_method(msg->method.p, msg->method.n, "HEAD")) {
        f->kind = HTTP1_HEADONLY;
    } else if (connect) {
        f->kind = HTTP1_TUNNEL;
    }
    if (f->tx == HTTP1_TX_CHUNKED) {
        f->say |= SAY_CHUNKED;
    } else if (msg->length > 0 || !is_bodyless(msg->method)) {
        f->say |= SAY_LENGTH;
    }
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
    bool upgrade = msg->status == 101;

    if (msg->flags != (upgrade ? NETP_HTTP1_SWITCH : 0u) || msg->length > 0 ||
        (upgrade && !(m->bits_ & HTTP1_UPGRADE))) {
        return NETP_E_ARG;
    }
    f->say |= upgrade ? SAY_UPGRADE : 0u;
    return m->rx_ == HTTP1_RX_ANSWERING ? NETP_OK : NETP_E_STATE;
}

/* 1xx and 204 never have a body; answers to HEAD and 304 tell of the one that they leave out. */
static bool has_none(const struct netp_http1_msg *msg)
{
    return msg->status < 200 || msg->status == 204;
}

static bool leaves_out(const struct netp_http1 *m, const struct netp_http1_msg *msg)
{
    return (m->bits_ & HTTP1_NO_BODY) || msg->status == 304;
}

static bool answer_is_good(const struct netp_http1 *m, const struct netp_http1_msg *msg)
{
    unsigned flags = (msg->status >= 200 ? NETP_HTTP1_CLOSE : 0u) |
                     (leaves_out(m, msg) ? NETP_HTTP1_NO_LENGTH : 0u);

    if (msg->status < 200 && (HTTP1_NO_INTERIM || (m->bits_ & HTTP1_OLD))) {
        return false; /* RFC 9110 section 15.2 */
    }
    return (msg->flags & ~flags) == 0 &&
           ((!has_none(msg) && msg->status != 205) || msg->length == 0);
}

static void frame_answer(const struct netp_http1 *m, const struct netp_http1_msg *msg,
                         struct framing *f)
{
    bool chunked = msg->length == NETP_HTTP1_CHUNKED;
    bool chunks = HTTP1_SENDS_CHUNKS && !(m->bits_ & HTTP1_OLD);

    f->tx = HTTP1_TX_DROPPED;
    if ((msg->flags & NETP_HTTP1_CLOSE) || http1_is_last(m)) {
        f->say |= SAY_CLOSE;
    }
    if (has_none(msg)) {
        return;
    }
    if (!leaves_out(m, msg)) {
        f->tx = !chunked ? HTTP1_TX_LENGTH : chunks ? HTTP1_TX_CHUNKED : HTTP1_TX_TO_END;
        f->say |= f->tx == HTTP1_TX_TO_END ? SAY_CLOSE : 0u;
    }
    if (!(msg->flags & NETP_HTTP1_NO_LENGTH) && (msg->status != 304 || msg->length > 0)) {
        f->say |= !chunked ? SAY_LENGTH : chunks ? SAY_CHUNKED : 0u;
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
    f->say = HTTP1_KEEPS && (m->bits_ & HTTP1_OLD) ? SAY_KEEP_ALIVE : 0u;
    if (is_switch(m, msg)) {
        return HTTP1_TUNNELS ? frame_switch(m, msg, f) : NETP_E_ARG;
    }
    if (!answer_is_good(m, msg)) {
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
    m->send_left_ = msg->length;
    if (f->say & SAY_CLOSE) {
        m->bits_ |= HTTP1_LAST;
    }
    if (!http1_is_server(m)) {
        m->tx_ = (uint8_t)f->tx;
        m->bits_ |= f->say & SAY_EXPECT ? HTTP1_HELD : 0;
        m->pending_ |= f->kind << 2 * m->npending_++;
    } else if (HTTP1_TUNNELS && is_switch(m, msg)) {
        m->tx_ = HTTP1_TX_NONE;
        m->rx_ = HTTP1_RX_SWITCHING;
    } else {
        m->tx_ = (uint8_t)f->tx;
    }
}

/* netp_http1_send_head(), with some of the body. */
static int send_head(struct netp_http1 *m, const struct netp_http1_msg *msg, struct netp_str body,
                     netp_ms now)
{
    struct framing f = {HTTP1_TX_OWED, 0, HTTP1_PLAIN};
    struct http_writer w;
    int r;

    if (m->fail_.code != NETP_OK) {
        return NETP_E_STATE;
    }
    r = http1_is_server(m) ? frame_response(m, msg, &f) : frame_request(m, msg, &f);
    if (r != NETP_OK) {
        return r;
    }
    http1_queue_begin(m, &w);
    if (http1_is_server(m)) {
        put_status(&w, msg->status, msg->reason);
    } else {
        http_put_str(&w, msg->method);
        http_put(&w, ' ');
        http_put_str(&w, msg->target);
        put(&w, " HTTP/1.1\r\n");
    }
    if (!put_fields(m, &w, msg)) {
        return NETP_E_ARG;
    }
    put_framing(&w, f.say, msg->length);
    netp_clock(&m->clock_, now);
    if (f.tx != HTTP1_TX_DROPPED) {
        if (body.n > w.cap) {
            return NETP_E_NOSPACE; /* and w.n does not wrap */
        }
        http_put_str(&w, body);
    }
    if (!http1_queue_end(m, &w)) {
        return NETP_E_NOSPACE;
    }
    begun(m, msg, &f);
    return NETP_OK;
}

int netp_http1_send_head(struct netp_http1 *m, const struct netp_http1_msg *msg, netp_ms now)
{
    return send_head(m, msg, NETP_STR(""), now);
}

bool http1_put_reply(struct netp_http1 *m, unsigned status)
{
    struct http_writer w;

    http1_queue_begin(m, &w);
    put_status(&w, status, NETP_STR(""));
    put_framing(&w, SAY_LENGTH | SAY_CLOSE, 0);
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

static bool is_chunked(const struct netp_http1 *m)
{
    return HTTP1_SENDS_CHUNKS && m->tx_ == HTTP1_TX_CHUNKED;
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
    size_t room = netp_http1_room(m), framing = is_chunked(m) ? CHUNK_HEAD + 2 : 0;

    return room > framing ? room - framing : 0;
}

/* Queues n > 0 bytes of body, for which there is room: copied, or lent, which is only noted. */
static void queue_body(struct netp_http1 *m, const void *p, size_t n, bool lend)
{
    bool chunked = is_chunked(m);
    struct http_writer w;

    http1_queue_begin(m, &w);
    if (chunked) {
        put_chunk_size(&w, n);
    }
    m->send_left_ -= n;
    if (lend) {
        m->tx_split_ = m->tx_end_ + (uint32_t)w.n;
        m->lent_ = p;
        m->lent_n_ = n;
    } else {
        http_put_str(&w, netp_str_make(p, n));
    }
    if (chunked) {
        put(&w, "\r\n");
    }
    http1_queue_end(m, &w);
}

int netp_http1_send_body(struct netp_http1 *m, const void *p, size_t n, netp_ms now)
{
    size_t room = room_for_body(m);
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
    queue_body(m, p, n, false);
    return (int)n;
}

#ifdef NETP_HTTP1_NO_LEND
int netp_http1_lend_body(struct netp_http1 *m, const void *p, size_t n, unsigned out_flags,
                         netp_ms now)
{
    (void)m;
    (void)p;
    (void)n;
    (void)out_flags;
    (void)now;
    return NETP_E_ARG;
}
#else
int netp_http1_lend_body(struct netp_http1 *m, const void *p, size_t n, unsigned out_flags,
                         netp_ms now)
{
    int r = may_send(m, n);

    if (r != NETP_OK || (out_flags & ~(unsigned)(NETP_OUT_STABLE | NETP_OUT_FILE))) {
        return r != NETP_OK ? r : NETP_E_ARG;
    }
    if (m->lent_state_ != HTTP1_LENT_NONE || (m->bits_ & HTTP1_HELD) ||
        (is_chunked(m) && n > 0 && room_for_body(m) == 0)) {
        return NETP_E_NOSPACE;
    }
    netp_clock(&m->clock_, now);
    if (m->tx_ == HTTP1_TX_DROPPED || n == 0) {
        m->lent_state_ = HTTP1_LENT_BACK;
        return NETP_OK;
    }
    queue_body(m, p, n, true);
    m->lent_flags_ = (uint8_t)out_flags;
    m->lent_state_ = HTTP1_LENT_QUEUED;
    return NETP_OK;
}
#endif

/* Fields that frame a message, or say how to read it, mean nothing behind it (RFC 9110 section
 * 6.5.1). */
static bool may_trail(struct netp_str name)
{
    static const char never[][17] = {"Set-Cookie", "Trailer", "Content-Encoding", "Content-Type",
                                     "Content-Range"};
    bool may = http1_name_of(name.p, name.n) == HTTP1_OTHER;

    for (unsigned i = 0; i < sizeof never / sizeof *never; i++) {
        may &= !http1_is(name.p, name.n, never[i]);
    }
    return may;
}

int netp_http1_send_end(struct netp_http1 *m, const struct netp_http1_pair *trailer,
                        size_t ntrailer, netp_ms now)
{
    struct http_writer w;

    if (m->fail_.code != NETP_OK || m->tx_ <= HTTP1_TX_OWED || (m->bits_ & HTTP1_HELD) ||
        (m->tx_ == HTTP1_TX_LENGTH && m->send_left_ > 0)) {
        return NETP_E_STATE;
    }
    if (is_chunked(m)) {
        http1_queue_begin(m, &w);
        put(&w, "0\r\n");
        for (size_t i = 0; i < ntrailer; i++) {
            bool good = HTTP1_TRAILERS && put_field(&w, &trailer[i]) && may_trail(trailer[i].name);
            if (!good) {
                return NETP_E_ARG;
            }
        }
        put(&w, "\r\n");
        netp_clock(&m->clock_, now);
        if (!http1_queue_end(m, &w)) {
            return NETP_E_NOSPACE;
        }
    } else if (ntrailer > 0) {
        return NETP_E_ARG;
    }
    netp_clock(&m->clock_, now);
    m->moved_ = m->clock_;
    http1_answered(m);
    return NETP_OK;
}

int netp_http1_send(struct netp_http1 *m, const struct netp_http1_msg *msg, const void *p, size_t n,
                    netp_ms now)
{
    struct netp_http1_msg whole = *msg;
    int r;

    whole.length = n;
    whole.flags &= ~(unsigned)NETP_HTTP1_HOLD;
    r = send_head(m, &whole, netp_str_make((const char *)p, n), now);
    if (r != NETP_OK || m->tx_ <= HTTP1_TX_OWED) {
        return r;
    }
    m->send_left_ = 0;
    return netp_http1_send_end(m, NULL, 0, now);
}
