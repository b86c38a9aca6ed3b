/* frame_send.c - the sending half of the framing machine: a ring of bytes, and at most one lent
 * payload between two of them.
 *
 * SPDX-License-Identifier: MIT */
#include "frame_private.h"

#include <netproto/machine.h>

#include <limits.h>
#include <string.h>

enum { SEND_NONE, SEND_EXACT, SEND_OPEN }; /* sending_: no, up to send_left_, at most that */

size_t netp_frame_room(const struct netp_frame *m)
{
    return m->cfg_.txlen - m->tx_fill_;
}

/* The index of the byte n places behind the ring's first one. */
static size_t ring_at(const struct netp_frame *m, size_t n)
{
    size_t to_end = m->cfg_.txlen - m->tx_at_;

    return n < to_end ? m->tx_at_ + n : n - to_end;
}

static void put(struct netp_frame *m, const uint8_t *p, size_t n)
{
    size_t at = ring_at(m, m->tx_fill_);
    size_t to_end = m->cfg_.txlen - at;
    size_t first = n < to_end ? n : to_end;

    if (n > 0) {
        memcpy(m->cfg_.tx + at, p, first);
        memcpy(m->cfg_.tx, p + first, n - first);
        m->tx_fill_ += n;
    }
}

/* The three ways to write a payload. They return how many bytes it becomes; `dry`: only that. */
static size_t body_plain(struct netp_frame *m, bool dry, const uint8_t *p, size_t n)
{
    if (!dry) {
        put(m, p, n);
    }
    return n;
}

static size_t body_slip(struct netp_frame *m, bool dry, const uint8_t *p, size_t n)
{
    static const uint8_t end[2] = {SLIP_ESC, SLIP_ESC_END}, esc[2] = {SLIP_ESC, SLIP_ESC_ESC};
    size_t size = 0;

    while (n > 0) {
        size_t k = netp_frame_slip_plain_(p, n);

        if (k > 0) {
            size += body_plain(m, dry, p, k);
        } else {
            size += body_plain(m, dry, *p == SLIP_END ? end : esc, 2);
            k = 1;
        }
        p += k;
        n -= k;
    }
    return size;
}

/* Blocks of up to 254 bytes that are not zero, each behind its code. A block of less than 254
 * stands for a zero behind it, too; the last one's zero is not there. */
static size_t body_cobs(struct netp_frame *m, bool dry, const uint8_t *p, size_t n)
{
    size_t size = 0;

    for (;;) {
        size_t max = n < 254 ? n : 254;
        const uint8_t *zero = max > 0 ? memchr(p, 0, max) : NULL;
        size_t k = zero != NULL ? (size_t)(zero - p) : max;
        uint8_t code = (uint8_t)(k + 1);

        size += body_plain(m, dry, &code, 1) + body_plain(m, dry, p, k);
        if (k == n) {
            return size;
        }
        k += code != 0xFF;
        p += k;
        n -= k;
    }
}

static size_t body(struct netp_frame *m, bool dry, const uint8_t *p, size_t n)
{
    if (netp_frame_is_(&m->cfg_, NETP_FRAME_SLIP)) {
        return body_slip(m, dry, p, n);
    }
    if (netp_frame_is_(&m->cfg_, NETP_FRAME_COBS)) {
        return body_cobs(m, dry, p, n);
    }
    return body_plain(m, dry, p, n);
}

/* What ends a frame. */
static const uint8_t *tail(const struct netp_frame *m, size_t *n)
{
    static const uint8_t comma = ',', end = SLIP_END, zero = 0;

    *n = 1;
    switch (m->cfg_.kind) {
    case NETP_FRAME_NETSTRING:
        return &comma;
    case NETP_FRAME_SLIP:
        return &end;
    case NETP_FRAME_COBS:
        return &zero;
    case NETP_FRAME_DELIM:
        *n = m->cfg_.delim_n;
        return m->cfg_.delim;
    default:
        *n = 0;
        return &zero;
    }
}

/* Whether a receiver finds the delimiter behind a payload, where it is, and not before. k: as many
 * bytes of it match at the end of the payload; all of them if it is in there. */
static bool ends_well(const struct netp_frame_cfg *cfg, size_t k)
{
    return netp_frame_match_(cfg, k, cfg->delim, cfg->delim_n - 1u) < cfg->delim_n;
}

/* Whether a frame may be sent, and its header: the length of that, or an error. */
static int start(const struct netp_frame *m, const uint8_t *prefix, uint64_t n, uint8_t *head)
{
    if (m->fail_.code != NETP_OK || m->fin_ != FIN_NONE || m->sending_ != SEND_NONE) {
        return NETP_E_STATE;
    }
    return netp_frame_head_(&m->cfg_, prefix, n, head);
}

/* A frame whose payload is at hand. */
static int send_whole(struct netp_frame *m, const uint8_t *prefix, const uint8_t *p, size_t n,
                      bool lend)
{
    uint8_t head[NETP_FRAME_HEADER_MAX];
    size_t room = netp_frame_room(m), head_n, tail_n;
    const uint8_t *end = tail(m, &tail_n);
    int r = start(m, prefix, n, head);

    if (r < 0) {
        return r;
    }
    if (netp_frame_is_(&m->cfg_, NETP_FRAME_DELIM) &&
        !ends_well(&m->cfg_, netp_frame_match_(&m->cfg_, 0, p, n))) {
        return NETP_E_ARG;
    }
    head_n = (size_t)r;
    if (room < head_n + tail_n) {
        return NETP_E_NOSPACE;
    }
    room -= head_n + tail_n;
    if (lend ? m->lent_state_ != LENT_NONE : (n > room || body(m, true, p, n) > room)) {
        return NETP_E_NOSPACE;
    }
    put(m, head, head_n);
    if (lend) {
        m->lent_state_ = LENT_QUEUED;
        m->lent_ = p;
        m->lent_n_ = n;
        m->lent_off_ = 0;
        m->lent_at_ = m->tx_fill_;
    } else {
        body(m, false, p, n);
    }
    put(m, end, tail_n);
    return NETP_OK;
}

int netp_frame_send(struct netp_frame *m, const uint8_t *prefix, const void *p, size_t n)
{
    return send_whole(m, prefix, p, n, false);
}

int netp_frame_lend(struct netp_frame *m, const uint8_t *prefix, const void *p, size_t n)
{
    if (netp_frame_is_(&m->cfg_, NETP_FRAME_SLIP) || netp_frame_is_(&m->cfg_, NETP_FRAME_COBS)) {
        return NETP_E_STATE;
    }
    return send_whole(m, prefix, p, n, true);
}

int netp_frame_send_begin(struct netp_frame *m, const uint8_t *prefix, uint64_t length)
{
    uint8_t head[NETP_FRAME_HEADER_MAX];
    int r = start(m, prefix, length, head);

    if (netp_frame_is_(&m->cfg_, NETP_FRAME_COBS)) {
        return NETP_E_STATE;
    }
    if (r < 0) {
        return r;
    }
    if (netp_frame_room(m) < (size_t)r) {
        return NETP_E_NOSPACE;
    }
    put(m, head, (size_t)r);
    m->sending_ = length == NETP_FRAME_UNKNOWN ? SEND_OPEN : SEND_EXACT;
    m->send_left_ = length == NETP_FRAME_UNKNOWN ? m->cfg_.max_len : length;
    m->send_match_ = 0;
    return NETP_OK;
}

/* How many of p[0..n) fit into the ring. */
static size_t fitting(const struct netp_frame *m, const uint8_t *p, size_t n)
{
    size_t room = netp_frame_room(m), i = 0;

    if (!netp_frame_is_(&m->cfg_, NETP_FRAME_SLIP)) {
        return n < room ? n : room;
    }
    for (; i < n; i++) {
        size_t size = 2 - netp_frame_slip_plain_(p + i, 1);

        if (size > room) {
            break;
        }
        room -= size;
    }
    return i;
}

int netp_frame_send_data(struct netp_frame *m, const void *p, size_t n)
{
    if (m->fail_.code != NETP_OK || m->sending_ == SEND_NONE) {
        return NETP_E_STATE;
    }
    if (n > m->send_left_) {
        return NETP_E_ARG;
    }
    n = fitting(m, p, n < INT_MAX ? n : INT_MAX);
    if (netp_frame_is_(&m->cfg_, NETP_FRAME_DELIM)) {
        size_t k = netp_frame_match_(&m->cfg_, m->send_match_, p, n);

        if (k == m->cfg_.delim_n) {
            return NETP_E_ARG;
        }
        m->send_match_ = (uint8_t)k;
    }
    body(m, false, p, n);
    m->send_left_ -= n;
    return (int)n;
}

int netp_frame_send_end(struct netp_frame *m)
{
    size_t n;
    const uint8_t *end = tail(m, &n);

    if (m->fail_.code != NETP_OK || m->sending_ == SEND_NONE ||
        (m->sending_ == SEND_EXACT && m->send_left_ > 0)) {
        return NETP_E_STATE;
    }
    if ((netp_frame_is_(&m->cfg_, NETP_FRAME_SLIP) && m->send_left_ == m->cfg_.max_len) ||
        (netp_frame_is_(&m->cfg_, NETP_FRAME_DELIM) && !ends_well(&m->cfg_, m->send_match_))) {
        return NETP_E_ARG;
    }
    if (netp_frame_room(m) < n) {
        return NETP_E_NOSPACE;
    }
    put(m, end, n);
    m->sending_ = SEND_NONE;
    return NETP_OK;
}

int netp_frame_finish(struct netp_frame *m)
{
    if (m->fail_.code != NETP_OK || m->fin_ != FIN_NONE || m->sending_ != SEND_NONE) {
        return NETP_E_STATE;
    }
    m->fin_ = FIN_QUEUED;
    return NETP_OK;
}

/* Shows the ring's bytes from..to, in two elements where they wrap. */
static void show(const struct netp_frame *m, size_t from, size_t to, struct netp_out *v, size_t nv,
                 size_t *i)
{
    while (from < to) {
        size_t at = ring_at(m, from);
        size_t to_end = m->cfg_.txlen - at;
        size_t n = to - from < to_end ? to - from : to_end;

        netp_out_put(v, nv, i, (struct netp_out){m->cfg_.tx + at, n, 0, NULL});
        from += n;
    }
}

size_t netp_frame_out(const struct netp_frame *m, struct netp_out *v, size_t nv)
{
    size_t i = 0, from = 0;

    if (m->lent_state_ == LENT_QUEUED) {
        from = m->lent_at_;
        show(m, 0, from, v, nv, &i);
        if (m->lent_n_ > 0) {
            netp_out_put(
                v, nv, &i,
                (struct netp_out){m->lent_ + m->lent_off_, m->lent_n_ - m->lent_off_, 0, NULL});
        }
    }
    show(m, from, m->tx_fill_, v, nv, &i);
    if (m->fin_ == FIN_QUEUED) {
        netp_out_put(v, nv, &i, (struct netp_out){m->head_, 0, NETP_OUT_FIN, NULL});
    }
    return i;
}

/* Drops up to n of the ring's first `fill` bytes; returns how many. */
static size_t drop(struct netp_frame *m, size_t n, size_t fill)
{
    n = n < fill ? n : fill;
    m->tx_at_ = ring_at(m, n);
    m->tx_fill_ -= n;
    return n;
}

void netp_frame_sent(struct netp_frame *m, size_t n, netp_ms now)
{
    size_t k;

    netp_clock(&m->clock_, now);
    if (m->fin_ == FIN_QUEUED && n == 0 && m->tx_fill_ == 0 && m->lent_state_ != LENT_QUEUED) {
        m->fin_ = FIN_SENT;
    }
    if (m->lent_state_ == LENT_QUEUED) {
        k = drop(m, n, m->lent_at_);
        m->lent_at_ -= k;
        n -= k;
        k = m->lent_n_ - m->lent_off_;
        k = n < k ? n : k;
        m->lent_off_ += k;
        n -= k;
        if (m->lent_at_ > 0 || m->lent_off_ < m->lent_n_) {
            return;
        }
        m->lent_state_ = LENT_BACK;
    }
    drop(m, n, m->tx_fill_);
}
