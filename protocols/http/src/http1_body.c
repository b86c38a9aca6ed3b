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

/* As much of the body as the cursor has and left_ permits. */
static int data(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    if (m->rx_ == HTTP1_RX_TO_END) {
        m->left_ = m->cfg_.max_body - m->body_;
        if (m->left_ == 0) {
            return http1_fail(m, HTTP1_FAULT(NETP_E_LIMIT, 413), HTTP_WHERE("body"));
        }
    }
    ev->p = in->p;
    ev->n = in->n < m->left_ ? in->n : (size_t)m->left_;
    ev->offset = m->body_;
    m->body_ += ev->n;
    m->left_ -= ev->n;
    http1_take(m, in, ev->n);
    if (m->left_ == 0 && m->rx_ != HTTP1_RX_TO_END) {
        m->rx_ = HTTP1_CHUNKS && m->rx_ != HTTP1_RX_LENGTH ? HTTP1_RX_CHUNK_CR : HTTP1_RX_COMPLETE;
    }
    return ev->type = NETP_HTTP1_DATA;
}

#ifndef NETP_HTTP1_NO_CHUNKED
/* --- chunks ---------------------------------------------------------------------------------- */

/* 1*HEXDIG, of which as many as the line may have */
static bool add_digit(struct netp_http1 *m, unsigned digit)
{
    uint64_t size = m->left_ * 16 + digit;

    if (m->left_ >> 60 > 0 || size > m->cfg_.max_body - m->body_) {
        return false;
    }
    m->left_ = size;
    return true;
}

/* The state behind the digits of a size: CRLF, or BWS and an extension, come there. */
static int behind_size(char c)
{
    if (c == ';') {
        return HTTP1_RX_CHUNK_EXT;
    }
    return c == ' ' || c == '\t' ? HTTP1_RX_CHUNK_BWS : -1;
}

/* The state behind a byte of what frames chunks, or -1. Extensions are passed over; what they may
 * hold is what a field may. */
static int behind(const struct netp_http1 *m, char c)
{
    switch (m->rx_) {
    case HTTP1_RX_CHUNK_BEGIN:
        return -1;
    case HTTP1_RX_CHUNK_SIZE:
        return c == '\r' ? HTTP1_RX_CHUNK_LF : behind_size(c);
    case HTTP1_RX_CHUNK_BWS:
        return behind_size(c);
    case HTTP1_RX_CHUNK_EXT:
        if (c == '\r') {
            return HTTP1_RX_CHUNK_LF;
        }
        return http_is(&http_text, c) ? HTTP1_RX_CHUNK_EXT : -1;
    case HTTP1_RX_CHUNK_LF:
        if (c == '\n') {
            return m->left_ > 0 ? HTTP1_RX_CHUNK_DATA : HTTP1_RX_TRAILERS;
        }
        return -1;
    case HTTP1_RX_CHUNK_CR:
        return c == '\r' ? HTTP1_RX_CHUNK_END : -1;
    default:
        return c == '\n' ? HTTP1_RX_CHUNK_BEGIN : -1;
    }
}

#ifndef NETP_HTTP1_NO_WHERE
static const char *where(enum http1_rx rx)
{
    if (rx >= HTTP1_RX_CHUNK_CR) {
        return "end of chunk";
    }
    if (rx == HTTP1_RX_CHUNK_LF) {
        return "chunk line";
    }
    return rx == HTTP1_RX_CHUNK_EXT ? "chunk extension" : "chunk size";
}
#endif

static int frame_chunk(struct netp_http1 *m, struct netp_in *in)
{
    char c = (char)in->p[0];
    unsigned digit = netp_hex_digit(c);
    int rx;

    if (m->rx_ == HTTP1_RX_CHUNK_BEGIN) {
        m->count_ = 0;
    }
    if (m->rx_ <= HTTP1_RX_CHUNK_SIZE && digit < 16) {
        if (!add_digit(m, digit)) {
            return http1_fail(m, HTTP1_FAULT(NETP_E_LIMIT, 413), HTTP_WHERE("chunk size"));
        }
        rx = HTTP1_RX_CHUNK_SIZE;
    } else {
        rx = behind(m, c);
    }
    if (rx < 0) {
        return http1_fail(m, HTTP1_FAULT(NETP_E_SYNTAX, 400),
                          HTTP_WHERE(where((enum http1_rx)m->rx_)));
    }
    m->overhead_++;
    if (++m->count_ > LINE_MAX ||
        (m->overhead_ > OVERHEAD_FREE && m->overhead_ - OVERHEAD_FREE > OVERHEAD_MAX * m->body_)) {
        return http1_fail(m, HTTP1_FAULT(NETP_E_LIMIT, 413), HTTP_WHERE("chunk framing"));
    }
    m->rx_ = (uint8_t)rx;
    http1_take(m, in, 1);
    return 0;
}

/* Trailers go behind the head. */
static int trailers(struct netp_http1 *m, struct netp_in *in)
{
    int r = http1_head_collect(m, in);

    if (r > 0) {
        m->rx_ = HTTP1_RX_COMPLETE;
        r = 0;
    }
    return r;
}
#endif

/* --- the whole ------------------------------------------------------------------------------- */

/* The trailers are those fields of the head that came behind its own. */
static int complete(struct netp_http1 *m, struct netp_http1_ev *ev)
{
    http1_tell_head(m, ev);
    ev->head.field_ += HTTP1_CHUNKS ? m->own_ : 0;
    ev->head.nfield = (uint16_t)(HTTP1_CHUNKS ? ev->head.nfield - m->own_ : 0);
    http1_received(m);
    return ev->type = NETP_HTTP1_END;
}

#ifdef NETP_HTTP1_NO_CHUNKED
int http1_body_next(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    if (m->rx_ == HTTP1_RX_COMPLETE) {
        return complete(m, ev);
    }
    return in->n > 0 ? data(m, in, ev) : 0;
}
#else
/* Reads from the cursor, which is not empty: an event, 0 to go on in the state that it has set, or
 * a failure. */
static int step(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    switch (m->rx_) {
    case HTTP1_RX_LENGTH:
    case HTTP1_RX_CHUNK_DATA:
    case HTTP1_RX_TO_END:
        return data(m, in, ev);
    case HTTP1_RX_TRAILERS:
        return trailers(m, in);
    default:
        return frame_chunk(m, in);
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
#endif
