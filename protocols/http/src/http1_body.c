/* http1_body.c - receiving the body of a message: by length, in chunks, or to the end of the
 * connection; and trailers. RFC 9112 sections 6 and 7.
 *
 * SPDX-License-Identifier: MIT */
#include "http1_private.h"
#include "http_chars.h"

#include <string.h>

#define OVERHEAD_FREE 65536u /* bytes of chunk framing, before they are compared with the body */
#define OVERHEAD_MAX  4u     /* times the body */
#define LINE_MAX      1024u  /* bytes of a chunk's line */

static int bad(struct netp_http1 *m, enum netp_err code, const char *where)
{
    return http1_fail(m, code, code == NETP_E_LIMIT ? 413 : 400, m->pos_, where);
}

/* As much of the body as the cursor has and left_ permits. */
static int data(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    ev->p = in->p;
    ev->n = in->n < m->left_ ? in->n : (size_t)m->left_;
    ev->offset = m->body_;
    m->body_ += ev->n;
    m->left_ -= ev->n;
    http1_take(m, in, ev->n);
    return ev->type = NETP_HTTP1_DATA;
}

/* Each of the following reads from the cursor, which is not empty, and returns an event, 0 to go on
 * in the state that it has set, or a failure. */

static int by_length(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    int r = data(m, in, ev);

    if (m->left_ == 0) {
        m->rx_ = HTTP1_RX_COMPLETE;
    }
    return r;
}

static int to_end(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    m->left_ = m->cfg_.max_body - m->body_;
    return m->left_ > 0 ? data(m, in, ev) : bad(m, NETP_E_LIMIT, "body");
}

/* Takes a byte of chunk framing. */
static int count(struct netp_http1 *m, struct netp_in *in)
{
    m->overhead_++;
    if (++m->count_ > LINE_MAX ||
        (m->overhead_ > OVERHEAD_FREE && m->overhead_ - OVERHEAD_FREE > OVERHEAD_MAX * m->body_)) {
        return bad(m, NETP_E_LIMIT, "chunk framing");
    }
    http1_take(m, in, 1);
    return 0;
}

/* Behind the digits: CRLF, or BWS and an extension. */
static int chunk_size_end(struct netp_http1 *m, struct netp_in *in)
{
    uint8_t c = in->p[0];

    if (c == ';' || (c == '\r' && m->rx_ == HTTP1_RX_CHUNK_SIZE)) {
        m->rx_ = HTTP1_RX_CHUNK_EXT;
        return 0;
    }
    if (c != ' ' && c != '\t') {
        return bad(m, NETP_E_SYNTAX, "chunk size");
    }
    m->rx_ = HTTP1_RX_CHUNK_BWS;
    return count(m, in);
}

/* 1*HEXDIG, of which as many as the line may have */
static int chunk_size(struct netp_http1 *m, struct netp_in *in)
{
    uint64_t most = m->cfg_.max_body - m->body_;
    unsigned digit = netp_hex_digit((char)in->p[0]);

    if (m->rx_ == HTTP1_RX_CHUNK_BEGIN) {
        m->count_ = 0;
    }
    if (digit == 16) {
        return m->rx_ == HTTP1_RX_CHUNK_SIZE ? chunk_size_end(m, in)
                                             : bad(m, NETP_E_SYNTAX, "chunk size");
    }
    if (digit > most || m->left_ > (most - digit) / 16) {
        return bad(m, NETP_E_LIMIT, "chunk size");
    }
    m->left_ = m->left_ * 16 + digit;
    m->rx_ = HTTP1_RX_CHUNK_SIZE;
    return count(m, in);
}

/* Extensions are passed over; what they may hold is what a field may. */
static int chunk_ext(struct netp_http1 *m, struct netp_in *in)
{
    if (in->p[0] == '\r') {
        m->rx_ = HTTP1_RX_CHUNK_LF;
    } else if (!http_is(&http_text, (char)in->p[0])) {
        return bad(m, NETP_E_SYNTAX, "chunk extension");
    }
    return count(m, in);
}

static int chunk_lf(struct netp_http1 *m, struct netp_in *in)
{
    if (in->p[0] != '\n') {
        return bad(m, NETP_E_SYNTAX, "chunk line");
    }
    m->rx_ = m->left_ > 0 ? HTTP1_RX_CHUNK_DATA : HTTP1_RX_TRAILERS;
    return count(m, in);
}

static int chunk_data(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    int r = data(m, in, ev);

    if (m->left_ == 0) {
        m->rx_ = HTTP1_RX_CHUNK_CR;
    }
    return r;
}

static int chunk_end(struct netp_http1 *m, struct netp_in *in)
{
    bool cr = m->rx_ == HTTP1_RX_CHUNK_CR;

    if (in->p[0] != (cr ? '\r' : '\n')) {
        return bad(m, NETP_E_SYNTAX, "end of chunk");
    }
    m->rx_ = cr ? HTTP1_RX_CHUNK_END : HTTP1_RX_CHUNK_BEGIN;
    return count(m, in);
}

/* Trailers go behind the head, a line at a time, for what follows them is no business of ours. */
static int trailers(struct netp_http1 *m, struct netp_in *in)
{
    const uint8_t *lf = memchr(in->p, '\n', in->n);
    size_t line = lf != NULL ? (size_t)(lf - in->p) + 1 : in->n;
    size_t room = m->cfg_.headlen - (size_t)m->have_;
    size_t n = line < room ? line : room;
    uint64_t base = m->pos_ - m->have_;
    int r;

    memcpy(m->cfg_.head + m->have_, in->p, n);
    r = netp_http_head_parse(&m->head_, m->cfg_.head, m->have_ + n);
    if (r < 0) {
        return http1_fail(m, (enum netp_err)r, r == NETP_E_LIMIT ? 431 : 400, base + m->head_.at,
                          m->head_.where);
    }
    http1_take(m, in, n);
    m->have_ = (uint16_t)(m->have_ + n);
    if (r > 0) {
        m->rx_ = HTTP1_RX_COMPLETE;
    } else if (line > n) {
        return http1_fail(m, NETP_E_LIMIT, 431, m->pos_, "trailers");
    }
    return 0;
}

/* The trailers are those fields of the head that came behind its own. */
static int complete(struct netp_http1 *m, struct netp_http1_ev *ev)
{
    ev->head = m->head_;
    ev->head.field_ += m->own_;
    ev->head.nfield = (uint16_t)(ev->head.nfield - m->own_);
    ev->text = m->cfg_.head;
    http1_received(m);
    return ev->type = NETP_HTTP1_END;
}

static int step(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    switch (m->rx_) {
    case HTTP1_RX_LENGTH:
        return by_length(m, in, ev);
    case HTTP1_RX_TO_END:
        return to_end(m, in, ev);
    case HTTP1_RX_CHUNK_BEGIN:
    case HTTP1_RX_CHUNK_SIZE:
        return chunk_size(m, in);
    case HTTP1_RX_CHUNK_BWS:
        return chunk_size_end(m, in);
    case HTTP1_RX_CHUNK_EXT:
        return chunk_ext(m, in);
    case HTTP1_RX_CHUNK_LF:
        return chunk_lf(m, in);
    case HTTP1_RX_CHUNK_DATA:
        return chunk_data(m, in, ev);
    case HTTP1_RX_CHUNK_CR:
    case HTTP1_RX_CHUNK_END:
        return chunk_end(m, in);
    default:
        return trailers(m, in);
    }
}

int http1_body_next(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    int r = 0;

    while (r == 0 && in->n > 0 && m->rx_ != HTTP1_RX_COMPLETE) {
        r = step(m, in, ev);
    }
    return r == 0 && m->rx_ == HTTP1_RX_COMPLETE ? complete(m, ev) : r;
}
