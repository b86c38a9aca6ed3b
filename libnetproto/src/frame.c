/* frame.c - the framing machine: its verbs, time, and frames collected in memory.
 *
 * SPDX-License-Identifier: MIT */
#include "frame_private.h"

#include <netproto/machine.h>

#include <string.h>

static bool cfg_is_valid(const struct netp_frame_cfg *cfg)
{
    static const uint8_t flags[] = {[NETP_FRAME_LENGTH] = NETP_FRAME_LITTLE,
                                    [NETP_FRAME_DELIM] = NETP_FRAME_RESYNC,
                                    [NETP_FRAME_SLIP] = NETP_FRAME_RESYNC,
                                    [NETP_FRAME_COBS] = NETP_FRAME_RESYNC};
    uint8_t w = cfg->len_width;

    if (cfg->kind > NETP_FRAME_COBS || (NETPROTO_FRAME_KINDS >> cfg->kind & 1u) == 0 ||
        (cfg->flags & ~flags[cfg->kind]) != 0) {
        return false;
    }
    if (cfg->max_len == 0 || cfg->max_len == NETP_FRAME_UNKNOWN ||
        cfg->len_offset > (cfg->kind <= NETP_FRAME_VARINT ? NETP_FRAME_OFFSET_MAX : 0)) {
        return false;
    }
    switch (cfg->kind) {
    case NETP_FRAME_LENGTH:
        return (w >= 1 && w <= 4) || w == 8;
    case NETP_FRAME_DELIM:
        return cfg->delim_n >= 1 && cfg->delim_n <= NETP_FRAME_DELIM_MAX;
    default:
        return true;
    }
}

int netp_frame_init_(struct netp_frame *m, size_t size, const struct netp_frame_cfg *cfg,
                     netp_ms now)
{
    if (size != sizeof *m || cfg->size != sizeof *cfg) {
        return NETP_E_ABI;
    }
    if (!cfg_is_valid(cfg)) {
        return NETP_E_ARG;
    }
    if (cfg->mem != NULL && cfg->memlen < cfg->max_len) {
        return NETP_E_NOSPACE;
    }
    memset(m, 0, sizeof *m);
    m->cfg_ = *cfg;
    if (cfg->tx == NULL) {
        m->cfg_.txlen = 0;
    }
    m->clock_ = now;
    netp_fail_clear(&m->fail_);
    return NETP_OK;
}

int netp_frame_begin_(struct netp_frame *m, struct netp_frame_ev *ev, uint64_t length)
{
    m->state_ = FRAME_BODY;
    m->limit_ = length == NETP_FRAME_UNKNOWN ? m->cfg_.max_len : length;
    m->total_ = 0;
    m->run_ = 0;
    m->owed_ = false;
    ev->length = length;
    ev->head = m->head_;
    ev->head_n = m->head_n_;
    return ev->type = NETP_FRAME_BEGIN;
}

int netp_frame_data_(struct netp_frame *m, struct netp_frame_ev *ev, const uint8_t *p, size_t n)
{
    uint64_t room = m->limit_ - m->total_;

    if (room == 0) {
        return netp_frame_bad_(m, ev, NETP_E_LIMIT, 0, "payload");
    }
    ev->p = p;
    ev->n = n < room ? n : (size_t)room;
    m->total_ += ev->n;
    return ev->type = NETP_FRAME_DATA;
}

int netp_frame_run_(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev, size_t n)
{
    int r = netp_frame_data_(m, ev, in->p, n);

    if (r == NETP_FRAME_DATA) {
        netp_frame_take_(in, ev->n);
    }
    return r;
}

int netp_frame_end_(struct netp_frame *m, struct netp_frame_ev *ev)
{
    m->state_ = FRAME_GAP;
    ev->length = m->total_;
    return ev->type = NETP_FRAME_END;
}

/* The offset is from the cursor; next() makes it one in the stream. */
static int fail(struct netp_frame *m, int code, size_t back, const char *where)
{
    return netp_fail_with(&m->fail_, (enum netp_err)code, -1, 0 - (uint64_t)back, where);
}

int netp_frame_bad_(struct netp_frame *m, struct netp_frame_ev *ev, int code, size_t back,
                    const char *where)
{
    if ((m->cfg_.flags & NETP_FRAME_RESYNC) == 0) {
        return fail(m, code, back, where);
    }
    m->state_ = FRAME_SKIP;
    memset(ev, 0, sizeof *ev);
    ev->err = code;
    ev->length = m->total_;
    return ev->type = NETP_FRAME_BAD;
}

static int step(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    if (netp_frame_is_(&m->cfg_, NETP_FRAME_DELIM)) {
        return netp_frame_delim_next_(m, in, ev);
    }
    if (netp_frame_is_(&m->cfg_, NETP_FRAME_SLIP) || netp_frame_is_(&m->cfg_, NETP_FRAME_COBS)) {
        return netp_frame_stuffed_next_(m, in, ev);
    }
    return netp_frame_length_next_(m, in, ev);
}

/* memlen >= max_len, and no more than that is ever shown of one frame. */
static void keep(struct netp_frame *m, const uint8_t *p, size_t n)
{
    if (n > 0) {
        memcpy(m->cfg_.mem + m->fill_, p, n);
        m->fill_ += n;
    }
}

/* Makes one WHOLE of BEGIN, DATA..., END. The last DATA is not copied before it is known that the
 * frame goes on: so a frame in one piece is passed on as it lies there. */
static int collect(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    const uint8_t *last = m->cfg_.mem;
    size_t last_n = 0;

    for (;;) {
        switch (step(m, in, ev)) {
        case NETP_FRAME_BEGIN:
            m->fill_ = 0;
            break;
        case NETP_FRAME_DATA:
            keep(m, last, last_n);
            last = ev->p;
            last_n = ev->n;
            break;
        case NETP_FRAME_END:
            if (m->fill_ > 0) {
                keep(m, last, last_n);
                last = m->cfg_.mem;
                last_n = m->fill_;
            }
            ev->p = last;
            ev->n = last_n;
            ev->head = m->head_;
            ev->head_n = m->head_n_;
            return ev->type = NETP_FRAME_WHOLE;
        case NETP_FRAME_BAD:
            return NETP_FRAME_BAD;
        default:
            keep(m, last, last_n);
            return m->fail_.code;
        }
    }
}

static bool is_open(const struct netp_frame *m)
{
    return m->state_ == FRAME_HEAD || m->state_ == FRAME_BODY;
}

static netp_ms after(netp_ms since, uint32_t ms)
{
    return netp_after(since, ms > 0 ? ms : NETP_NEVER);
}

static netp_ms frame_deadline(const struct netp_frame *m)
{
    netp_ms frame = after(m->begun_, m->cfg_.frame_ms);
    netp_ms idle = after(m->heard_, m->cfg_.idle_ms);

    if (!is_open(m)) {
        return NETP_NEVER;
    }
    return frame < idle ? frame : idle;
}

/* Law 8. A broken stream takes nothing more of what is queued, either. */
static int end_of_stream(struct netp_frame *m, unsigned flags, struct netp_frame_ev *ev)
{
    bool broken = (flags & NETP_IN_BROKEN) != 0;

    if (broken) {
        m->tx_fill_ = 0;
        m->lent_state_ = LENT_NONE;
        m->fin_ = FIN_NONE;
    }
    if (is_open(m)) {
        return fail(m, NETP_E_TRUNCATED, 0, "frame");
    }
    if (broken) {
        return fail(m, NETP_E_IO, 0, "stream");
    }
    if (m->eof_) {
        return 0;
    }
    m->eof_ = true;
    return ev->type = NETP_FRAME_EOF;
}

static int receive(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    bool was_open = is_open(m);
    size_t n = in->n;
    int r;

    if (m->cfg_.mem != NULL) {
        r = netp_frame_length_whole_(m, in, ev);
        if (r != 0) {
            return r;
        }
        r = collect(m, in, ev);
    } else {
        r = step(m, in, ev);
    }
    if (!was_open) {
        m->begun_ = m->clock_;
    }
    if (!was_open || in->n != n) {
        m->heard_ = m->clock_;
    }
    return r;
}

static int advance(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    int r;

    if (m->lent_state_ == LENT_BACK) {
        m->lent_state_ = LENT_NONE;
        ev->p = m->lent_;
        ev->n = m->lent_n_;
        return ev->type = NETP_FRAME_SENT;
    }
    r = m->eof_ ? 0 : receive(m, in, ev);
    if (r == 0 && (in->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) != 0) {
        r = end_of_stream(m, in->flags, ev);
    }
    if (r == 0 && frame_deadline(m) <= m->clock_) {
        r = netp_frame_bad_(m, ev, NETP_E_TIMEOUT, 0, "frame");
    }
    return r;
}

int netp_frame_next(struct netp_frame *m, struct netp_in *in, netp_ms now, struct netp_frame_ev *ev)
{
    struct netp_in none = {NULL, 0, 0, NULL};
    size_t n;
    int r;

    if (m->fail_.code != NETP_OK) {
        return m->fail_.code;
    }
    netp_clock(&m->clock_, now);
    memset(ev, 0, sizeof *ev);
    if (in == NULL) {
        in = &none;
    }
    n = in->n;
    r = advance(m, in, ev);
    m->pos_ += n - in->n;
    if (r < 0) {
        m->fail_.offset += m->pos_;
    }
    return r;
}

netp_ms netp_frame_deadline(const struct netp_frame *m)
{
    if (m->fail_.code != NETP_OK) {
        return NETP_NEVER;
    }
    return m->lent_state_ == LENT_BACK ? m->clock_ : frame_deadline(m);
}

unsigned netp_frame_want(const struct netp_frame *m)
{
    struct netp_out v;
    unsigned out = netp_frame_out(m, &v, 1) > 0 ? NETP_WANT_OUT : 0;

    if (m->fail_.code != NETP_OK) {
        return out != 0 ? out : NETP_CLOSED;
    }
    if (!m->eof_) {
        return out | NETP_WANT_IN;
    }
    if (m->fin_ == FIN_NONE) {
        return out | NETP_WANT_APP;
    }
    return out != 0 || m->lent_state_ == LENT_BACK ? out : NETP_CLOSED;
}

const struct netp_fail *netp_frame_fail(const struct netp_frame *m)
{
    return &m->fail_;
}

NETP_OPS(frame);
