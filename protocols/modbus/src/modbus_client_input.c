/* modbus_client_input.c - the Modbus client: frames out of the input, and whose they are.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_client_private.h"

#include <string.h>

#define ASCII_SILENCE_MS 1000u /* between two characters of a frame, serial 2.5.2.1 */

static void advance(struct netp_modbus_client *m, struct netp_in *in, size_t n)
{
    in->p += n;
    in->n -= n;
    m->pos_ += n;
}

static uint8_t *rx(const struct netp_modbus_client *m)
{
    return (uint8_t *)m->cfg_.mem;
}

/* Fails at the byte that is so many behind the cursor, or before it. */
static int fail(struct netp_modbus_client *m, enum netp_err code, int at, const char *where)
{
    m->cfg_.window = 0;
    return netp_fail_with(&m->fail_, code, -1, m->pos_ + (uint64_t)(int64_t)at, where);
}

/* ---- frames: each returns whether there is one in *f ---- */

/* From the input where it lies there in one piece, else collected. */
static bool mbap(struct netp_modbus_client *m, struct netp_in *in, struct netp_modbus_frame *f)
{
    ptrdiff_t n = 0;

    if (m->fill_ == 0) {
        n = netp_modbus_mbap_parse(in->p, in->n, f);
        if (n > 0) {
            advance(m, in, (size_t)n);
        }
    }
    while (n == 0 && in->n > 0) {
        rx(m)[m->fill_++] = *in->p;
        advance(m, in, 1);
        n = netp_modbus_mbap_parse(rx(m), m->fill_, f);
    }
    if (n < 0) {
        bool id = n == NETP_E_SYNTAX;
        fail(m, (enum netp_err)n, (id ? 2 : 4) - (int)m->fill_,
             id ? "protocol identifier" : "length");
    }
    if (n != 0) {
        m->fill_ = 0;
    }
    return n > 0;
}

#ifndef NETP_MODBUS_NO_RTU
/* The line is silent: what has come is a frame, or none. */
static bool rtu_end(struct netp_modbus_client *m, struct netp_modbus_frame *f)
{
    size_t n = m->fill_;

    m->fill_ = 0;
    if (n == 0) {
        return false;
    }
    if (netp_modbus_rtu_parse(rx(m), n, f) != NETP_OK) {
        m->counts_.noise++;
        return false;
    }
    return true;
}

/* Whether a frame ends with the last byte received, so far as lengths can be told. In front of the
 * answer that is awaited there may be noise. */
static bool rtu_predicted(struct netp_modbus_client *m, struct netp_modbus_frame *f)
{
    const struct slot *s = netp_modbus_slot_(m, 0);

    for (size_t at = 0; at < m->fill_; at++) {
        const uint8_t *p = rx(m) + at;
        size_t n = m->fill_ - at;

        if ((at == 0 || (s->state == SLOT_WAITING && *p == s->unit)) &&
            netp_modbus_rtu_length(p, n, NETP_MODBUS_RESPONSE) == (ptrdiff_t)n &&
            netp_modbus_rtu_parse(p, n, f) == NETP_OK) {
            m->counts_.noise += at > 0;
            m->fill_ = 0;
            return true;
        }
    }
    return false;
}

static bool rtu(struct netp_modbus_client *m, struct netp_in *in, struct netp_modbus_frame *f)
{
    bool predict = flag(m, NETP_MODBUS_CLIENT_PREDICT);

    while (in->n > 0) {
        if (predict && m->fill_ == NETP_MODBUS_RTU_MAX) {
            m->fill_--;
            memmove(rx(m), rx(m) + 1, m->fill_);
        }
        if (m->fill_ <= NETP_MODBUS_RTU_MAX) { /* one too many, so that it is seen: there is room */
            rx(m)[m->fill_++] = *in->p;
        }
        advance(m, in, 1);
        if (predict && rtu_predicted(m, f)) {
            return true;
        }
    }
    return (in->flags & (NETP_IN_GAP | NETP_IN_EOF)) != 0 && rtu_end(m, f);
}
#endif

#ifndef NETP_MODBUS_NO_ASCII
static bool ascii(struct netp_modbus_client *m, struct netp_in *in, struct netp_modbus_frame *f)
{
    if (in->n > 0 && m->fill_ > 0 && m->clock_ - m->heard_ > ASCII_SILENCE_MS) {
        m->fill_ = 0;
        m->counts_.noise++;
    }
    while (in->n > 0) {
        uint8_t c = *in->p;

        m->heard_ = m->clock_;
        advance(m, in, 1);
        if (c == ':') {
            m->counts_.noise += m->fill_ > 0;
            m->fill_ = 0;
        } else if (m->fill_ == 0) {
            continue;
        }
        if (m->fill_ == NETP_MODBUS_ASCII_MAX) {
            m->fill_ = 0;
            m->counts_.noise++;
            continue;
        }
        rx(m)[m->fill_++] = c;
        if (c == '\n') {
            size_t n = m->fill_;

            m->fill_ = 0;
            if (netp_modbus_ascii_parse(rx(m), n, rx(m), n, f) == NETP_OK) {
                return true;
            }
            m->counts_.noise++;
        }
    }
    return false;
}
#endif

/* The next frame of a stream. */
static bool stream(struct netp_modbus_client *m, struct netp_in *in, struct netp_modbus_frame *f)
{
    switch (m->cfg_.framing) {
#ifndef NETP_MODBUS_NO_RTU
    case NETP_MODBUS_RTU:
        return rtu(m, in, f);
#endif
#ifndef NETP_MODBUS_NO_ASCII
    case NETP_MODBUS_ASCII:
        return ascii(m, in, f);
#endif
    default:
        return mbap(m, in, f);
    }
}

/* A datagram is one frame, neither more nor less. */
static bool datagram(struct netp_modbus_client *m, struct netp_in *in, struct netp_modbus_frame *f)
{
    bool sound;

    switch (m->cfg_.framing) {
#ifndef NETP_MODBUS_NO_RTU
    case NETP_MODBUS_RTU:
        sound = netp_modbus_rtu_parse(in->p, in->n, f) == NETP_OK;
        break;
#endif
#ifndef NETP_MODBUS_NO_ASCII
    case NETP_MODBUS_ASCII:
        sound = netp_modbus_ascii_parse(in->p, in->n, rx(m), NETP_MODBUS_ASCII_MAX, f) == NETP_OK;
        break;
#endif
    default:
        sound = in->n > 0 && netp_modbus_mbap_parse(in->p, in->n, f) == (ptrdiff_t)in->n;
        break;
    }
    m->counts_.noise += !sound;
    advance(m, in, in->n);
    in->flags &= ~(unsigned)NETP_IN_DGRAM;
    return sound;
}

/* ---- whose frame it is ---- */

/* The request whose response *f claims to be, or NULL; then it is counted. */
static struct slot *claimed(struct netp_modbus_client *m, const struct netp_modbus_frame *f)
{
    bool late;

    if (serial(m)) {
        struct slot *s = netp_modbus_slot_(m, 0);
        uint16_t is = unit_and_function(f->unit, f->pdu[0]);

        late = is == m->lost_;
        if (s->state == SLOT_WAITING && s->unit == f->unit &&
            (!late || is == unit_and_function(s->unit, *netp_modbus_slot_pdu_(m, s)))) {
            return s;
        }
    } else {
        uint16_t age = (uint16_t)(m->turn_ - 1 - f->transaction);

        late = age < m->turn_ && age < 0x8000;
        for (size_t i = 0; i < m->cfg_.window; i++) {
            struct slot *s = netp_modbus_slot_(m, i);

            if (s->state == SLOT_WAITING && netp_rd16le(s->ticket) == f->transaction) {
                return s;
            }
        }
    }
    if (late) {
        m->counts_.late++;
    } else {
        m->counts_.foreign++;
    }
    return NULL;
}

static int judge(struct netp_modbus_client *m, const struct netp_modbus_frame *f,
                 struct netp_modbus_client_ev *ev)
{
    struct slot *s = claimed(m, f);
    struct netp_modbus_request r;

    if (s == NULL) {
        return 0;
    }
    if (m->echo_ && f->n == s->pdu_n && memcmp(f->pdu, netp_modbus_slot_pdu_(m, s), f->n) == 0) {
        m->echo_ = false;
        return 0;
    }
    memcpy(&r, s->request, sizeof r);
    if (f->unit != s->unit) {
        ev->where = "unit";
    } else if ((f->pdu[0] & 0x7f) != r.function) {
        ev->where = "function code";
    } else if (netp_modbus_response_parse(f->pdu, f->n, &r, &ev->response) != NETP_OK) {
        ev->where = "data";
    }
    ev->pdu = f->pdu;
    ev->n = f->n;
    return netp_modbus_slot_end_(
        s, ev, ev->where != NULL ? NETP_MODBUS_CLIENT_BAD_RESPONSE : NETP_MODBUS_CLIENT_RESPONSE);
}

int netp_modbus_client_take_(struct netp_modbus_client *m, struct netp_in *in,
                             struct netp_modbus_client_ev *ev)
{
    struct netp_modbus_frame f;
    int r = 0;

    while (r == 0 && ((in->flags & NETP_IN_DGRAM) != 0 ? datagram(m, in, &f) : stream(m, in, &f))) {
        r = judge(m, &f, ev);
    }
    if (r != 0 || m->cfg_.window == 0 || (in->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) == 0) {
        return r != 0 ? r : (int)m->fail_.code;
    }
    if (m->fill_ > 0 && !serial(m)) {
        return fail(m, NETP_E_TRUNCATED, 0, "frame");
    }
    if ((in->flags & NETP_IN_BROKEN) != 0) {
        return fail(m, NETP_E_IO, 0, "stream");
    }
    m->cfg_.window = 0;
    return ev->type = NETP_MODBUS_CLIENT_EOF;
}
