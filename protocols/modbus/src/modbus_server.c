/* modbus_server.c - the server machine: its verbs, and what becomes of a frame.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"
#include "modbus_server_private.h"

#include <netproto/bytes.h>
#include <netproto/machine.h>

#include <string.h>

static size_t frame_max(const struct netp_modbus_server *m)
{
    if (netp_modbus_server_is_rtu_(m)) {
        return NETP_MODBUS_RTU_MAX;
    }
    return netp_modbus_server_is_ascii_(m) ? NETP_MODBUS_ASCII_MAX : NETP_MODBUS_MBAP_MAX;
}

/* Where the PDU of an answer is put together. */
static uint8_t *answer_pdu(const struct netp_modbus_server *m)
{
    return m->cfg_.tx + m->tx_fill_ +
           (netp_modbus_server_is_serial_(m) ? NETP_MODBUS_RTU_HEAD : NETP_MODBUS_MBAP_HEAD);
}

/* Nothing more is received. */
static bool is_ended(const struct netp_modbus_server *m)
{
    return m->eof_ || m->fail_.code != NETP_OK;
}

static bool is_closed(const struct netp_modbus_server *m)
{
    return is_ended(m) && m->tx_fill_ == 0;
}

/* Whether another request can be taken. */
static bool is_ready(const struct netp_modbus_server *m)
{
    return m->frame_ == 0 && (m->tx_fill_ == 0 || (!netp_modbus_server_is_dgram_(m) &&
                                                   m->cfg_.txlen - m->tx_fill_ >= frame_max(m)));
}

/* ---- frames ---- */

void netp_modbus_server_skip_(struct netp_modbus_server *m, struct netp_in *in, size_t n)
{
    if (n > 0) { /* else p may be NULL */
        m->pos_ += n;
        in->p += n;
        in->n -= n;
    }
}

void netp_modbus_server_copy_(struct netp_modbus_server *m, struct netp_in *in, size_t n)
{
    n -= m->fill_;
    if (n > in->n) {
        n = in->n;
    }
    if (n > 0) {
        memcpy(m->cfg_.rx + m->fill_, in->p, n);
        m->fill_ = (uint16_t)(m->fill_ + n);
        netp_modbus_server_skip_(m, in, n);
    }
}

void netp_modbus_server_drop_(struct netp_modbus_server *m, size_t n)
{
    m->frame_ = 0;
    m->fill_ = (uint16_t)(m->fill_ - n);
    memmove(m->cfg_.rx, m->cfg_.rx + n, m->fill_);
    m->idle_from_ = m->clock_;
}

#ifndef NETP_MODBUS_NO_DATAGRAMS
/* One frame, or too much to be one. */
static int datagram(struct netp_modbus_server *m, struct netp_in *in)
{
    m->dgram_ = true;
    m->to_ = in->from != NULL;
    if (m->to_) {
        m->peer_ = *in->from;
    }
    m->fill_ = 0;
    if (in->n <= frame_max(m)) {
        netp_modbus_server_copy_(m, in, in->n);
    }
    netp_modbus_server_skip_(m, in, in->n);
    in->flags &= ~(unsigned)NETP_IN_DGRAM;
    return m->fill_;
}
#endif

/* Messaging on TCP/IP V1.0b 3.1.3: six bytes, the last two the length of what follows. */
static int mbap(struct netp_modbus_server *m, struct netp_in *in)
{
    size_t length;

    if (m->fill_ < 6) {
        netp_modbus_server_copy_(m, in, 6);
    }
    if (m->fill_ < 6) {
        return 0;
    }
    length = netp_rd16be(m->cfg_.rx + 4);
    if (length < 2 || length > NETP_MODBUS_PDU_MAX + 1) {
        return NETP_E_LIMIT;
    }
    netp_modbus_server_copy_(m, in, 6 + length);
    return m->fill_ == 6 + length ? m->fill_ : 0;
}

/* What we have sent ourselves. */
static void skip_echo(struct netp_modbus_server *m, struct netp_in *in)
{
    size_t n = m->echo_ < in->n ? m->echo_ : in->n;

    if (m->cfg_.gap_ms > 0 && m->clock_ >= m->gap_at_) {
        n = m->echo_ = 0; /* it has not come */
    }
    m->echo_ -= n;
    netp_modbus_server_skip_(m, in, n);
    if ((in->flags & NETP_IN_GAP) != 0) {
        m->echo_ = 0;
    }
}

static int serial(struct netp_modbus_server *m, struct netp_in *in)
{
    size_t offered = in->n, n;
    bool late = offered == 0 && m->cfg_.gap_ms > 0 && m->clock_ >= m->gap_at_;

    skip_echo(m, in);
    if (netp_modbus_server_is_rtu_(m)) {
        n = netp_modbus_server_rtu_(m, in, late);
    } else {
        n = netp_modbus_server_ascii_(m, in, late);
    }
    if (in->n < offered) {
        m->gap_at_ = netp_after(m->clock_, m->cfg_.gap_ms);
    }
    return (int)n;
}

/* The bytes of the next frame, at the front of rx; 0: there is none; < 0: there can't be one. */
static int collect(struct netp_modbus_server *m, struct netp_in *in)
{
#ifndef NETP_MODBUS_NO_DATAGRAMS
    if ((in->flags & NETP_IN_DGRAM) != 0) {
        return datagram(m, in);
    }
#endif
    return netp_modbus_server_is_serial_(m) ? serial(m, in) : mbap(m, in);
}

static bool decode(const struct netp_modbus_server *m, size_t n, struct netp_modbus_frame *f)
{
    uint8_t *rx = m->cfg_.rx;

#ifndef NETP_MODBUS_NO_RTU
    if (netp_modbus_server_is_rtu_(m)) {
        return netp_modbus_rtu_parse(rx, n, f) == NETP_OK;
    }
#endif
#ifndef NETP_MODBUS_NO_ASCII
    if (netp_modbus_server_is_ascii_(m)) {
        return netp_modbus_ascii_parse(rx, n, rx, n, f) == NETP_OK;
    }
#endif
    return netp_modbus_mbap_parse(rx, n, f) == (ptrdiff_t)n;
}

/* ---- requests ---- */

/* Whether a broadcast makes sense: nothing is asked back (serial 2.1). */
static bool only_writes(uint8_t function)
{
    const uint32_t writes =
        1u << NETP_MODBUS_WRITE_SINGLE_COIL | 1u << NETP_MODBUS_WRITE_SINGLE_REGISTER |
        1u << NETP_MODBUS_DIAGNOSTICS | 1u << NETP_MODBUS_WRITE_MULTIPLE_COILS |
        1u << NETP_MODBUS_WRITE_MULTIPLE_REGISTERS | 1u << NETP_MODBUS_WRITE_FILE_RECORD |
        1u << NETP_MODBUS_MASK_WRITE_REGISTER;

    return function < 32 ? (writes >> function & 1) != 0 : function != NETP_MODBUS_ENCAPSULATED;
}

static void tell(struct netp_modbus_server *m, struct netp_modbus_server_ev *ev)
{
    size_t head_n = netp_modbus_head_n_(m->request_.function, NETP_MODBUS_RESPONSE);

    ev->request = m->request_;
    ev->room = answer_pdu(m) + head_n;
    ev->room_n = NETP_MODBUS_PDU_MAX - head_n;
    ev->transaction = m->transaction_;
    ev->unit = m->unit_;
    ev->broadcast = m->mute_;
    ev->type = NETP_MODBUS_SERVER_REQUEST;
}

/* A frame of n bytes stands at the front of rx. Whether it is the application's to answer. */
static bool take(struct netp_modbus_server *m, size_t n, struct netp_modbus_server_ev *ev)
{
    struct netp_modbus_frame f;
    enum netp_modbus_exception e;

    if (!decode(m, n, &f)) {
        netp_modbus_server_noise_(m, NETP_MODBUS_COMM_ERRORS);
        netp_modbus_server_drop_(m, n);
        return false;
    }
    netp_modbus_server_count_(m, NETP_MODBUS_BUS_MESSAGES);
    if (netp_modbus_server_is_serial_(m) && !netp_modbus_server_hears_(m, f.unit)) {
        netp_modbus_server_drop_(m, n);
        return false;
    }
    m->frame_ = (uint16_t)n;
    m->transaction_ = f.transaction;
    m->unit_ = f.unit;
    e = netp_modbus_request_parse(f.pdu, f.n, &m->request_);
    m->mute_ = netp_modbus_server_is_serial_(m) && f.unit == NETP_MODBUS_BROADCAST;
    if (netp_modbus_server_diagnose_(m, e)) {
        return false;
    }
    if (m->mute_ && (e != NETP_MODBUS_NO_EXCEPTION || !only_writes(m->request_.function))) {
        netp_modbus_server_ignore(m, m->clock_);
        return false;
    }
    if (e != NETP_MODBUS_NO_EXCEPTION) {
        netp_modbus_server_except(m, e, m->clock_);
        return false;
    }
    tell(m, ev);
    return true;
}

/* ---- answers ---- */

int netp_modbus_server_respond(struct netp_modbus_server *m,
                               const struct netp_modbus_response *response, netp_ms now)
{
    uint8_t *pdu = answer_pdu(m);
    struct netp_modbus_frame f = {pdu, 0, m->transaction_, m->unit_};
    ptrdiff_t n;

    if (m->frame_ == 0 || m->fail_.code != NETP_OK) {
        return NETP_E_STATE;
    }
    netp_clock(&m->clock_, now);
    if (!m->mute_) {
        n = netp_modbus_response_write(pdu, NETP_MODBUS_PDU_MAX, &m->request_, response);
        if (n < 0) {
            return (int)n;
        }
        f.n = (size_t)n;
        n = netp_modbus_frame_write((enum netp_modbus_framing)m->cfg_.framing,
                                    m->cfg_.tx + m->tx_fill_, m->cfg_.txlen - m->tx_fill_, &f);
        m->tx_fill_ += (size_t)n;
    }
    netp_modbus_server_done_(m, response->exception);
    netp_modbus_server_drop_(m, m->frame_);
    return NETP_OK;
}

int netp_modbus_server_answer(struct netp_modbus_server *m, const uint8_t *data, size_t n,
                              netp_ms now)
{
    struct netp_modbus_response response = {data, n, 0, 0};

    return netp_modbus_server_respond(m, &response, now);
}

int netp_modbus_server_except(struct netp_modbus_server *m, unsigned code, netp_ms now)
{
    struct netp_modbus_response response = {NULL, 0, 0, (uint8_t)code};

    return code < 1 || code > 255 ? NETP_E_ARG : netp_modbus_server_respond(m, &response, now);
}

int netp_modbus_server_ignore(struct netp_modbus_server *m, netp_ms now)
{
    m->mute_ = true;
    return netp_modbus_server_answer(m, NULL, 0, now);
}

/* ---- the verbs ---- */

static bool cfg_is_valid(const struct netp_modbus_server *m)
{
    const struct netp_modbus_server_cfg *cfg = &m->cfg_;

#ifdef NETP_MODBUS_NO_SERIAL_DIAGNOSTICS
    if (cfg->diagnostics != NULL) {
        return false;
    }
#endif
    if (netp_modbus_server_is_serial_(m)) {
        for (size_t i = 0; i < cfg->nunits; i++) {
            if (cfg->units[i] < 1 || cfg->units[i] > NETP_MODBUS_UNIT_MAX) {
                return false;
            }
        }
        return cfg->nunits > 0;
    }
    return cfg->framing == NETP_MODBUS_MBAP;
}

int netp_modbus_server_init_(struct netp_modbus_server *m, size_t size,
                             const struct netp_modbus_server_cfg *cfg, netp_ms now)
{
    if (size != sizeof *m || cfg->size != sizeof *cfg) {
        return NETP_E_ABI;
    }
    memset(m, 0, sizeof *m);
    m->cfg_ = *cfg;
    netp_fail_clear(&m->fail_);
    m->clock_ = m->idle_from_ = now;
    m->delimiter_ = '\n';
    if (!cfg_is_valid(m)) {
        return NETP_E_ARG;
    }
    return cfg->rxlen < frame_max(m) || cfg->txlen < frame_max(m) ? NETP_E_NOSPACE : NETP_OK;
}

/* No frame is in sight: a bad one (collected < 0), the end of the stream, or time. */
static int rest(struct netp_modbus_server *m, const struct netp_in *in, int collected,
                struct netp_modbus_server_ev *ev)
{
    bool taken = in->n == 0 && (in->flags & NETP_IN_DGRAM) == 0;
    unsigned end = taken ? in->flags & (NETP_IN_EOF | NETP_IN_BROKEN) : 0;
    bool cut = (end & NETP_IN_BROKEN) != 0;
    enum netp_err code = NETP_E_TRUNCATED;
    const char *where = "frame";
    uint64_t at = m->pos_;

    if (collected < 0) {
        code = NETP_E_LIMIT;
        where = "length";
        at -= 2;
    } else if (cut) {
        m->tx_fill_ = 0;
        code = m->fill_ > m->frame_ ? NETP_E_TRUNCATED : NETP_E_IO;
        where = "stream";
    } else if (end == 0 || m->eof_ || !is_ready(m)) {
        if (m->clock_ < netp_modbus_server_deadline(m)) {
            return 0;
        }
        code = NETP_E_TIMEOUT;
    } else if (m->fill_ == 0) {
        m->eof_ = true;
        return ev->type = NETP_MODBUS_SERVER_EOF;
    }
    return netp_fail_with(&m->fail_, code, -1, at, where);
}

int netp_modbus_server_next(struct netp_modbus_server *m, struct netp_in *in, netp_ms now,
                            struct netp_modbus_server_ev *ev)
{
    struct netp_in none;
    int n = 0;

    if (is_closed(m) || m->fail_.code != NETP_OK) {
        return m->fail_.code;
    }
    netp_clock(&m->clock_, now);
    memset(ev, 0, sizeof *ev);
    if (in == NULL) {
        none.p = m->cfg_.rx; /* anything but NULL */
        none.n = 0;
        none.flags = 0;
        in = &none;
    }
    while (is_ready(m) && (n = collect(m, in)) > 0) {
        if (take(m, (size_t)n, ev)) {
            return ev->type;
        }
    }
    return rest(m, in, n, ev);
}

size_t netp_modbus_server_out(const struct netp_modbus_server *m, struct netp_out *v, size_t nv)
{
    struct netp_out all = {m->cfg_.tx, m->tx_fill_, 0, NULL};
    size_t i = 0;

    if (netp_modbus_server_is_dgram_(m)) {
        all.flags = NETP_OUT_DGRAM;
        all.to = m->to_ ? &m->peer_ : NULL;
    }
    if (m->tx_fill_ > 0) {
        netp_out_put(v, nv, &i, all);
    }
    return i;
}

void netp_modbus_server_sent(struct netp_modbus_server *m, size_t n, netp_ms now)
{
    if (n > m->tx_fill_ || (netp_modbus_server_is_dgram_(m) && n > 0)) {
        n = m->tx_fill_;
    }
    if (netp_modbus_server_is_serial_(m) && m->cfg_.echo) {
        m->echo_ += n;
        m->gap_at_ = netp_after(netp_clock(&m->clock_, now), m->cfg_.gap_ms);
    }
    m->tx_fill_ -= n;
    memmove(m->cfg_.tx, m->cfg_.tx + n, m->tx_fill_);
}

netp_ms netp_modbus_server_deadline(const struct netp_modbus_server *m)
{
    netp_ms at = NETP_NEVER;

    if (m->frame_ > 0 || m->fail_.code != NETP_OK || is_closed(m)) {
        return NETP_NEVER;
    }
    if (m->cfg_.idle_ms > 0) {
        at = netp_after(m->idle_from_, m->cfg_.idle_ms);
    }
    if (netp_modbus_server_is_serial_(m) && m->cfg_.gap_ms > 0 && m->fill_ > 0 && is_ready(m) &&
        m->gap_at_ < at) {
        at = m->gap_at_;
    }
    return at;
}

unsigned netp_modbus_server_want(const struct netp_modbus_server *m)
{
    unsigned want = m->tx_fill_ > 0 ? NETP_WANT_OUT : 0;

    if (is_closed(m)) {
        return NETP_CLOSED;
    }
    if (is_ended(m)) {
        return want;
    }
    if (m->frame_ > 0) {
        return want | NETP_WANT_APP;
    }
    return is_ready(m) ? want | NETP_WANT_IN : want;
}

const struct netp_fail *netp_modbus_server_fail(const struct netp_modbus_server *m)
{
    return &m->fail_;
}
