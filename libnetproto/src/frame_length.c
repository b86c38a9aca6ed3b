/* frame_length.c - frames whose length comes first, or is fixed.
 *
 * SPDX-License-Identifier: MIT */
#include "frame_private.h"

#include <netproto/text.h>

#include <string.h>

static uint64_t load(const struct netp_frame_cfg *cfg, const uint8_t *p)
{
    uint64_t v = 0;

    if ((cfg->flags & NETP_FRAME_LITTLE) != 0) {
        for (size_t i = cfg->len_width; i > 0; i--) {
            v = v << 8 | p[i - 1];
        }
    } else {
        for (size_t i = 0; i < cfg->len_width; i++) {
            v = v << 8 | p[i];
        }
    }
    return v;
}

/* Whether v fits into the field. */
static bool store(const struct netp_frame_cfg *cfg, uint8_t *p, uint64_t v)
{
    size_t w = cfg->len_width;
    bool little = (cfg->flags & NETP_FRAME_LITTLE) != 0;

    for (size_t i = 0; i < w; i++) {
        p[little ? i : w - 1 - i] = (uint8_t)v;
        v >>= 8;
    }
    return v == 0;
}

/* From the value of a length on the wire to bytes of payload. */
static int adjust(const struct netp_frame_cfg *cfg, uint64_t v, uint64_t *len)
{
    *len = v + (uint64_t)(int64_t)cfg->len_adjust;
    if (cfg->len_adjust < 0 && *len > v) {
        return NETP_E_SYNTAX;
    }
    if ((cfg->len_adjust > 0 && *len < v) || *len > cfg->max_len) {
        return NETP_E_LIMIT;
    }
    return NETP_OK;
}

static int varint(const uint8_t *p, size_t n, uint64_t *v)
{
    for (size_t i = 0; i < n; i++) {
        if ((i == 9 && p[i] > 1) || (i > 0 && p[i] == 0)) {
            return NETP_E_SYNTAX;
        }
        *v |= (uint64_t)(p[i] & 0x7F) << 7 * i;
        if (p[i] < 0x80) {
            return (int)i + 1;
        }
    }
    return 0;
}

static int netstring(const uint8_t *p, size_t n, uint64_t max, uint64_t *v)
{
    for (size_t i = 0; i < n; i++) {
        unsigned digit = p[i] - (unsigned)'0';

        if (p[i] == ':' && i > 0) {
            return (int)i + 1;
        }
        if (digit > 9 || (i == 1 && *v == 0)) {
            return NETP_E_SYNTAX;
        }
        if (*v > UINT64_MAX / 10 || *v * 10 > max || digit > max - *v * 10) {
            return NETP_E_LIMIT;
        }
        *v = *v * 10 + digit;
    }
    return 0;
}

/* Reads the header at p[0..n) as far as it is there: returns its length and the length of the
 * payload, 0 when more must come, or an error. */
static int parse(const struct netp_frame_cfg *cfg, const uint8_t *p, size_t n, uint64_t *len)
{
    size_t at = cfg->len_offset;
    uint64_t v = 0;
    int r = 0, err;

    *len = 0;
    if (netp_frame_is_(cfg, NETP_FRAME_NETSTRING)) {
        return netstring(p, n, cfg->max_len, len);
    }
    if (n <= at) {
        return 0;
    }
    if (netp_frame_is_(cfg, NETP_FRAME_VARINT)) {
        r = varint(p + at, n - at, &v);
    } else if (n - at >= cfg->len_width) {
        v = load(cfg, p + at);
        r = cfg->len_width;
    }
    if (r <= 0) {
        return r;
    }
    err = adjust(cfg, v, len);
    return err != NETP_OK ? err : (int)at + r;
}

static int head(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    uint64_t n = m->cfg_.max_len;
    int r = 0;

    if (m->state_ == FRAME_GAP && in->n > 0) {
        m->state_ = FRAME_HEAD;
        m->head_n_ = 0;
        r = netp_frame_is_(&m->cfg_, NETP_FRAME_FIXED);
    }
    while (r == 0 && in->n > 0) {
        m->head_[m->head_n_++] = *in->p;
        netp_frame_take_(in, 1);
        r = parse(&m->cfg_, m->head_, m->head_n_, &n);
    }
    if (r < 0) {
        return netp_frame_bad_(m, ev, r, m->head_n_ - (size_t)m->cfg_.len_offset, "length");
    }
    return r > 0 ? netp_frame_begin_(m, ev, n) : 0;
}

int netp_frame_length_next_(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    if (m->state_ != FRAME_BODY) {
        return head(m, in, ev);
    }
    if (m->total_ < m->limit_) {
        return in->n == 0 ? 0 : netp_frame_run_(m, in, ev, in->n);
    }
    if (netp_frame_is_(&m->cfg_, NETP_FRAME_NETSTRING)) {
        if (in->n == 0) {
            return 0;
        }
        if (*in->p != ',') {
            return netp_frame_bad_(m, ev, NETP_E_SYNTAX, 0, "terminator");
        }
        netp_frame_take_(in, 1);
    }
    return netp_frame_end_(m, ev);
}

int netp_frame_length_whole_(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    size_t tail = netp_frame_is_(&m->cfg_, NETP_FRAME_NETSTRING);
    size_t head_n;
    uint64_t n;
    int r;

    if (m->state_ != FRAME_GAP || m->cfg_.kind > NETP_FRAME_NETSTRING) {
        return 0;
    }
    r = parse(&m->cfg_, in->p, in->n, &n);
    if (r <= 0) {
        return 0;
    }
    head_n = (size_t)r;
    if (n + tail > in->n - head_n || (tail > 0 && in->p[head_n + (size_t)n] != ',')) {
        return 0;
    }
    ev->head = in->p;
    ev->head_n = head_n;
    ev->length = n;
    ev->p = in->p + head_n;
    ev->n = (size_t)n;
    netp_frame_take_(in, head_n + ev->n + tail);
    return ev->type = NETP_FRAME_WHOLE;
}

static size_t put_varint(uint8_t *p, uint64_t v)
{
    size_t i = 0;

    for (; v > 0x7F; v >>= 7) {
        p[i++] = (uint8_t)(v | 0x80);
    }
    p[i++] = (uint8_t)v;
    return i;
}

static int head_length(const struct netp_frame_cfg *cfg, const uint8_t *prefix, uint64_t n,
                       uint8_t *head)
{
    size_t at = cfg->len_offset;
    uint64_t v = n - (uint64_t)(int64_t)cfg->len_adjust;

    if (cfg->len_adjust > 0 ? v > n : v < n) {
        return NETP_E_ARG;
    }
    memset(head, 0, at);
    if (prefix != NULL) {
        memcpy(head, prefix, at);
    }
    if (netp_frame_is_(cfg, NETP_FRAME_VARINT)) {
        return (int)(at + put_varint(head + at, v));
    }
    return store(cfg, head + at, v) ? (int)at + cfg->len_width : NETP_E_ARG;
}

int netp_frame_head_(const struct netp_frame_cfg *cfg, const uint8_t *prefix, uint64_t n,
                     uint8_t head[NETP_FRAME_HEADER_MAX])
{
    bool slip = netp_frame_is_(cfg, NETP_FRAME_SLIP);

    if (n == NETP_FRAME_UNKNOWN ? !slip && !netp_frame_is_(cfg, NETP_FRAME_DELIM)
                                : n > cfg->max_len) {
        return NETP_E_ARG;
    }
    if ((slip && n == 0) || (netp_frame_is_(cfg, NETP_FRAME_FIXED) && n != cfg->max_len)) {
        return NETP_E_ARG;
    }
    if (netp_frame_is_(cfg, NETP_FRAME_NETSTRING)) {
        size_t digits = netp_format_dec(n, (char *)head);

        head[digits] = ':';
        return (int)digits + 1;
    }
    if (cfg->kind <= NETP_FRAME_VARINT) {
        return head_length(cfg, prefix, n, head);
    }
    /* RFC 1055: an END in front flushes what line noise has left at the receiver */
    head[0] = SLIP_END;
    return slip;
}
