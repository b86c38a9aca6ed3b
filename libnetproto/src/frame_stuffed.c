/* frame_stuffed.c - frames whose bytes are changed so that the delimiter is not among them.
 *
 * SPDX-License-Identifier: MIT */
#include "frame_private.h"

#include <string.h>

size_t netp_frame_slip_plain_(const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (i < n && p[i] != SLIP_END && p[i] != SLIP_ESC) {
        i++;
    }
    return i;
}

/* RFC 1055. Called with input; returns 0 after a byte that yields nothing. */
static int slip(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    static const uint8_t end = SLIP_END, esc = SLIP_ESC;
    uint8_t c = *in->p;
    int r;

    if (m->owed_) {
        if (c != SLIP_ESC_END && c != SLIP_ESC_ESC) {
            return netp_frame_bad_(m, ev, NETP_E_SYNTAX, 0, "escape");
        }
        r = netp_frame_data_(m, ev, c == SLIP_ESC_END ? &end : &esc, 1);
        if (r == NETP_FRAME_DATA) {
            m->owed_ = false;
            netp_frame_take_(in, 1);
        }
        return r;
    }
    if (c == SLIP_END || c == SLIP_ESC) {
        netp_frame_take_(in, 1);
        m->owed_ = c == SLIP_ESC;
        return m->owed_ ? 0 : netp_frame_end_(m, ev);
    }
    return netp_frame_run_(m, in, ev, netp_frame_slip_plain_(in->p, in->n));
}

/* COBS: code c, then c - 1 bytes that are not zero, then a zero unless c is 0xFF or the frame ends
 * here. Called with input; returns 0 after a byte that yields nothing. */
static int cobs(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    static const uint8_t zero = 0;
    const uint8_t *q;
    size_t n;
    int r;

    if (*in->p == 0) {
        if (m->run_ > 0) {
            return netp_frame_bad_(m, ev, NETP_E_SYNTAX, 0, "zero");
        }
        netp_frame_take_(in, 1);
        return netp_frame_end_(m, ev);
    }
    if (m->run_ == 0 && m->owed_) {
        m->owed_ = false;
        return netp_frame_data_(m, ev, &zero, 1);
    }
    if (m->run_ == 0) {
        m->run_ = (uint8_t)(*in->p - 1);
        m->owed_ = *in->p != 0xFF;
        netp_frame_take_(in, 1);
        return 0;
    }
    n = in->n < m->run_ ? in->n : m->run_;
    q = memchr(in->p, 0, n);
    r = netp_frame_run_(m, in, ev, q == NULL ? n : (size_t)(q - in->p));
    if (r == NETP_FRAME_DATA) {
        m->run_ = (uint8_t)(m->run_ - ev->n);
    }
    return r;
}

int netp_frame_stuffed_next_(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    bool is_slip = netp_frame_is_(&m->cfg_, NETP_FRAME_SLIP);
    uint8_t end = is_slip ? SLIP_END : 0;
    int r = 0;

    while (r == 0 && in->n > 0) {
        if (m->state_ == FRAME_BODY) {
            r = is_slip ? slip(m, in, ev) : cobs(m, in, ev);
        } else if (*in->p == end) {
            m->state_ = FRAME_GAP;
            netp_frame_take_(in, 1);
        } else if (m->state_ == FRAME_GAP) {
            r = netp_frame_begin_(m, ev, NETP_FRAME_UNKNOWN);
        } else {
            netp_frame_take_(in, 1);
        }
    }
    return r;
}
