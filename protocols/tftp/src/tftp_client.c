/* tftp_client.c - the request, and the server's first answer. SPDX-License-Identifier: MIT */
#include "tftp_private.h"
#include <netproto/text.h>

static int request(struct netp_tftp *m)
{
    struct netp_tftp_writer w = tftp_control(m, m->sends_ ? NETP_TFTP_WRQ : NETP_TFTP_RRQ);
    uint64_t value[TFTP_OPTIONS];

    value[TFTP_BLKSIZE] = m->cfg_.blksize;
    value[TFTP_TIMEOUT] = m->cfg_.timeout_s;
    value[TFTP_TSIZE] = m->sends_ ? m->cfg_.tsize : 0; /* RFC 2349: a reader sends 0 */
    value[TFTP_WINDOWSIZE] = m->cfg_.windowsize;
    netp_tftp_put_str(&w, netp_str_of(m->cfg_.file));
    netp_tftp_put_str(&w, m->netascii_ ? NETP_STR("netascii") : NETP_STR("octet"));
    tftp_options_write(&w, m->options_, value);
    if (w.n > NETP_TFTP_REQUEST_MAX) {
        return NETP_E_ARG;
    }
    tftp_control_queue(m, &w);
    return NETP_OK;
}

int tftp_client_start(struct netp_tftp *m)
{
    const struct netp_tftp_cfg *c = &m->cfg_;
    unsigned ask = 0;

    if (c->blksize != NETP_TFTP_BLKSIZE) {
        ask |= 1u << TFTP_BLKSIZE;
    }
    if (c->timeout_s) {
        ask |= 1u << TFTP_TIMEOUT;
    }
    if ((c->flags & NETP_TFTP_TSIZE) && (!m->sends_ || c->tsize != NETP_TFTP_SIZE_UNKNOWN)) {
        ask |= 1u << TFTP_TSIZE;
    }
    if (c->windowsize != 1) {
        ask |= 1u << TFTP_WINDOWSIZE;
    }
    m->options_ = (uint8_t)ask;
    m->state_ = TFTP_REQUESTING;
    return request(m);
}

/* RFC 2347: what is not acknowledged does not hold. */
static void agree(struct netp_tftp *m, const struct tftp_options *o)
{
    m->blksize_ = o->found & 1u << TFTP_BLKSIZE ? (uint16_t)o->value[TFTP_BLKSIZE]
                                                : (uint16_t)NETP_TFTP_BLKSIZE;
    m->windowsize_ =
        o->found & 1u << TFTP_WINDOWSIZE ? (uint16_t)o->value[TFTP_WINDOWSIZE] : (uint16_t)1;
    if (o->found & 1u << TFTP_TIMEOUT) {
        m->cfg_.rto_min_ms = m->cfg_.rto_max_ms = m->rto_ = m->cfg_.timeout_s * 1000u;
    }
}

/* Fills *ev and starts the transfer with the options in *o. */
static int accepted(struct netp_tftp *m, const struct tftp_options *o, struct netp_tftp_ev *ev)
{
    agree(m, o);
    tftp_fit_window(m);
    tftp_start(m);
    m->controllen_ = 0;
    ev->type = NETP_TFTP_OPTIONS;
    ev->u.options.blksize = m->blksize_;
    ev->u.options.windowsize = m->windowsize_;
    ev->u.options.tsize =
        o->found & 1u << TFTP_TSIZE ? o->value[TFTP_TSIZE] : NETP_TFTP_SIZE_UNKNOWN;
    return NETP_TFTP_OPTIONS;
}

/* RFC 2347: an OACK holds only what was asked for, and never more of it. */
static int take_oack(struct netp_tftp *m, const struct netp_tftp_packet *pk,
                     struct netp_tftp_ev *ev)
{
    struct tftp_options o;
    int r;

    tftp_options_read(pk->options, &o);
    if (o.strange || (o.found & ~(unsigned)m->options_)) {
        return tftp_fail(m, NETP_E_SYNTAX, NETP_TFTP_OPTION, "OACK with what was not asked", 2);
    }
    if (o.value[TFTP_BLKSIZE] > m->cfg_.blksize || o.value[TFTP_WINDOWSIZE] > m->cfg_.windowsize ||
        (o.found & 1u << TFTP_TIMEOUT && o.value[TFTP_TIMEOUT] != m->cfg_.timeout_s)) {
        return tftp_fail(m, NETP_E_SYNTAX, NETP_TFTP_OPTION, "OACK with more than was asked", 2);
    }
    r = accepted(m, &o, ev);
    if (m->state_ == TFTP_RECEIVING) {
        tftp_receive_ack(m);
    }
    return r;
}

static int take_refusal(struct netp_tftp *m, const struct netp_tftp_packet *pk)
{
    if (pk->number != NETP_TFTP_OPTION || !m->options_) {
        return tftp_take_error(m, pk);
    }
    /* RFC 2347: the server will not negotiate; ask once more, without options. */
    m->options_ = 0;
    m->resends_ = 0;
    m->deadline_ = NETP_NEVER;
    return request(m);
}

/* An answer without options: RFC 1350, or a server that ignores them. */
static int take_plain(struct netp_tftp *m, struct netp_tftp_ev *ev)
{
    static const struct tftp_options none = {{0}, 0, false};

    m->pending_ = m->sends_ ? 0 : TFTP_P_AGAIN;
    return accepted(m, &none, ev);
}

int tftp_client_reply(struct netp_tftp *m, const struct netp_tftp_packet *pk,
                      const struct netp_addr *from, struct netp_tftp_ev *ev)
{
    bool plain = pk->opcode == (m->sends_ ? NETP_TFTP_ACK : NETP_TFTP_OP_DATA);

    if (pk->opcode == NETP_TFTP_ERROR) {
        return take_refusal(m, pk);
    }
    if (plain && pk->number != (m->sends_ ? 0 : 1)) {
        return 0; /* late, from an earlier transfer on this port */
    }
    tftp_take_tid(m, from);
    if (plain) {
        return take_plain(m, ev);
    }
    if (pk->opcode != NETP_TFTP_OACK || (!m->options_ && pk->options.n == 0)) {
        return tftp_illegal(m, "not an answer to the request", 0);
    }
    m->pending_ = 0;
    return take_oack(m, pk, ev);
}
