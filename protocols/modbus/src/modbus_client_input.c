/* modbus_client_input.c - the Modbus client: frames out of the input, and whose they are.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_client_private.h"
#include "modbus_pdu.h"

#include <string.h>

#define ASCII_SILENCE_MS 1000u /* between two characters of a frame, serial 2.5.2.1 */

static void advance(struct netp_in *in, size_t n)
{
    if (n > 0) { /* else p may be NULL */
        in->p += n;
        in->n -= n;
    }
}

static uint8_t *rx(const struct netp_modbus_client *m)
{
    return (uint8_t *)m->cfg_.mem;
}

/* ---- frames: each returns whether there is one in *f, or an error ---- */

/* From the input where it lies there in one piece, else collected. */
static ptrdiff_t mbap(struct netp_modbus_client *m, struct netp_in *in, struct netp_modbus_frame *f)
{
    ptrdiff_t n = 0;

    if (m->fill_ == 0) {
        n = netp_modbus_mbap_parse(in->p, in->n, f);
        if (n > 0) {
            advance(in, (size_t)n);
        }
    }
    while (n == 0 && in->n > 0) {
        rx(m)[m->fill_++] = *in->p;
        advance(in, 1);
        n = netp_modbus_mbap_parse(rx(m), m->fill_, f);
    }
    if (n > 0) {
        m->fill_ = 0;
    }
    return n;
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
    const struct slot *s = slot_at(m, 0);

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
        advance(in, 1);
        if (predict && rtu_predicted(m, f)) {
            return true;
        }
    }
    return (in->flags & (NETP_IN_GAP | NETP_IN_DGRAM | NETP_IN_EOF)) != 0 && rtu_end(m, f);
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
        advance(in, 1);
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

static ptrdiff_t of_stream(struct netp_modbus_client *m, struct netp_in *in,
                           struct netp_modbus_frame *f)
{
#ifndef NETP_MODBUS_NO_RTU
    if (m->cfg_.framing == NETP_MODBUS_RTU) {
        return rtu(m, in, f);
    }
#endif
#ifndef NETP_MODBUS_NO_ASCII
    if (m->cfg_.framing == NETP_MODBUS_ASCII) {
        return ascii(m, in, f);
    }
#endif
    return mbap(m, in, f);
}

#ifndef NETP_MODBUS_NO_DATAGRAMS
/* A datagram is one frame, neither more nor less, or is dropped. */
static ptrdiff_t datagram(struct netp_modbus_client *m, struct netp_in *in,
                          struct netp_modbus_frame *f)
{
    uint32_t noise = m->counts_.noise;
    bool sound = of_stream(m, in, f) > 0 && in->n == 0;

    m->counts_.noise = noise + !sound;
    m->fill_ = 0;
    advance(in, in->n);
    in->flags &= ~(unsigned)NETP_IN_DGRAM;
    return sound;
}
#endif

static ptrdiff_t next_frame(struct netp_modbus_client *m, struct netp_in *in,
                            struct netp_modbus_frame *f)
{
#ifndef NETP_MODBUS_NO_DATAGRAMS
    if ((in->flags & NETP_IN_DGRAM) != 0) {
        return datagram(m, in, f);
    }
#endif
    return of_stream(m, in, f);
}

/* ---- whose frame it is ---- */

/* The request whose response *f claims to be, or NULL; then it is counted. */
static struct slot *claimed(struct netp_modbus_client *m, const struct netp_modbus_frame *f)
{
    bool late;

    if (serial(m)) {
        struct slot *s = slot_at(m, 0);
        uint16_t is = unit_and_function(f->unit, f->pdu[0]);

        late = is == m->lost_;
        if (s->state == SLOT_WAITING && s->unit == f->unit &&
            (!late || is == unit_and_function(s->unit, *slot_pdu(m, s)))) {
            return s;
        }
    } else {
        uint16_t age = (uint16_t)(m->turn_ - 1 - f->transaction);

        late = age < m->turn_ && age < 0x8000;
        for (size_t i = 0; i < slots(m); i++) {
            struct slot *s = slot_at(m, i);

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
    const uint8_t *pdu;

    if (s == NULL) {
        return 0;
    }
    pdu = slot_pdu(m, s);
    if (serial(m) && m->echo_ && f->n == s->pdu_n && memcmp(f->pdu, pdu, f->n) == 0) {
        m->echo_ = false;
        return 0;
    }
    memcpy(&r, s->request, sizeof r);
    r.data = pdu + netp_modbus_head_n_(r.function, NETP_MODBUS_REQUEST);
    if (f->unit != s->unit) {
        ev->where = MODBUS_TEXT("unit");
    } else if ((f->pdu[0] & 0x7f) != r.function) {
        ev->where = MODBUS_TEXT("function code");
    } else if (netp_modbus_response_parse(f->pdu, f->n, &r, &ev->response) != NETP_OK) {
        ev->where = MODBUS_TEXT("data");
    }
    ev->pdu = f->pdu;
    ev->n = f->n;
    return netp_modbus_slot_end_(
        s, ev, ev->where != NULL ? NETP_MODBUS_CLIENT_BAD_RESPONSE : NETP_MODBUS_CLIENT_RESPONSE);
}

/* The stream has ended, or nothing says any more where a frame begins. */
static int end(struct netp_modbus_client *m, const struct netp_in *in, ptrdiff_t err,
               struct netp_modbus_client_ev *ev)
{
    const char *where = MODBUS_TEXT("length");
    unsigned at = 4;

    m->cfg_.window = 0;
    if (err == NETP_E_SYNTAX) {
        where = MODBUS_TEXT("protocol identifier");
        at = 2;
    } else if (err == 0) {
        where = MODBUS_TEXT("frame");
        at = m->fill_;
        err = NETP_E_TRUNCATED;
        if (at == 0 || serial(m)) {
            if ((in->flags & NETP_IN_BROKEN) == 0) {
                return ev->type = NETP_MODBUS_CLIENT_EOF;
            }
            where = MODBUS_TEXT("stream");
            err = NETP_E_IO;
        }
    }
    return netp_fail_with(&m->fail_, (enum netp_err)err, -1, m->pos_ - m->fill_ + at, where);
}

int netp_modbus_client_take_(struct netp_modbus_client *m, struct netp_in *in,
                             struct netp_modbus_client_ev *ev)
{
    const uint8_t *from = in->p;
    struct netp_modbus_frame f;
    ptrdiff_t frame;
    int r = 0;

    do {
        frame = next_frame(m, in, &f);
        if (frame > 0) {
            r = judge(m, &f, ev);
        }
    } while (r == 0 && frame > 0);
    m->pos_ += (size_t)(in->p - from);
    if (r == 0 && (frame < 0 || (in->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) != 0)) {
        r = end(m, in, frame, ev);
    }
    return r;
}
