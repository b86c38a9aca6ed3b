/* tftp_server.c - a client's request, and its acceptance. SPDX-License-Identifier: MIT */
#include "tftp_private.h"
#include <netproto/text.h>

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* RFC 2349. To resend earlier than asked is harmless; to wait 255 s on request is not. */
static void grant_timeout(struct netp_tftp *m, uint64_t seconds)
{
    m->cfg_.timeout_s = (uint8_t)seconds;
    m->cfg_.rto_max_ms = (uint32_t)least(seconds * 1000, m->cfg_.rto_max_ms);
    m->cfg_.rto_min_ms = m->rto_ = m->cfg_.rto_max_ms;
}

/* RFC 2347: takes on what was asked for, within cfg_; what can't be granted is left out. */
static void grant(struct netp_tftp *m, const struct tftp_options *o)
{
    bool slots = m->netascii_ || (m->sends_ && !(m->cfg_.flags & NETP_TFTP_LEND));
    uint64_t most = slots ? least(m->cfg_.blksize, m->cfg_.memlen - 4) : m->cfg_.blksize;

    m->options_ = (uint8_t)o->found;
    m->blksize_ = NETP_TFTP_BLKSIZE;
    m->windowsize_ = 1;
    m->cfg_.tsize = NETP_TFTP_SIZE_UNKNOWN;
    if (o->found & 1u << TFTP_BLKSIZE) {
        m->blksize_ = (uint16_t)least(o->value[TFTP_BLKSIZE], most);
    }
    if (o->found & 1u << TFTP_WINDOWSIZE) {
        m->windowsize_ = (uint16_t)least(o->value[TFTP_WINDOWSIZE], m->cfg_.windowsize);
    }
    if (m->cfg_.window_bytes) {
        uint64_t blocks = m->cfg_.window_bytes / m->blksize_;
        m->windowsize_ = (uint16_t)least(m->windowsize_, blocks ? blocks : 1);
    }
    if (o->found & 1u << TFTP_TIMEOUT) {
        grant_timeout(m, o->value[TFTP_TIMEOUT]);
    }
    if (o->found & 1u << TFTP_TSIZE) {
        m->cfg_.tsize = o->value[TFTP_TSIZE];
    }
    tftp_fit_window(m);
}

int tftp_server_request(struct netp_tftp *m, const struct netp_tftp_packet *pk,
                        struct netp_tftp_ev *ev)
{
    struct tftp_options o;

    m->netascii_ = netp_str_ieq(pk->mode, NETP_STR("netascii"));
    if (!m->netascii_ && !netp_str_ieq(pk->mode, NETP_STR("octet"))) {
        return tftp_fail(m, NETP_E_UNSUPPORTED, NETP_TFTP_ILLEGAL, "unknown transfer mode",
                         pk->file.n + 3);
    }
    m->sends_ = pk->opcode == NETP_TFTP_RRQ;
    tftp_options_read(pk->options, &o);
    grant(m, &o);
    m->state_ = TFTP_ASKED;
    ev->type = NETP_TFTP_REQUEST;
    ev->u.request.file = pk->file;
    ev->u.request.write = !m->sends_;
    ev->u.request.netascii = m->netascii_;
    ev->u.request.blksize = m->blksize_;
    ev->u.request.windowsize = m->windowsize_;
    ev->u.request.tsize = m->sends_ ? NETP_TFTP_SIZE_UNKNOWN : m->cfg_.tsize;
    return NETP_TFTP_REQUEST;
}

int netp_tftp_accept(struct netp_tftp *m, uint64_t tsize, netp_ms now)
{
    uint64_t value[TFTP_OPTIONS];
    struct netp_tftp_writer w;

    if (m->state_ != TFTP_ASKED) {
        return NETP_E_STATE;
    }
    netp_clock(&m->clock_, now);
    /* RFC 2349: a writer's tsize is echoed. The size of a text in netascii is not known. */
    if (m->sends_) {
        m->cfg_.tsize = m->netascii_ ? NETP_TFTP_SIZE_UNKNOWN : tsize;
    }
    if (m->cfg_.tsize == NETP_TFTP_SIZE_UNKNOWN) {
        m->options_ &= (uint8_t) ~(1u << TFTP_TSIZE);
    }
    tftp_start(m);
    if (!m->options_) {
        if (!m->sends_) {
            tftp_receive_ack(m);
        }
        return NETP_OK;
    }
    value[TFTP_BLKSIZE] = m->blksize_;
    value[TFTP_TIMEOUT] = m->cfg_.timeout_s;
    value[TFTP_TSIZE] = m->cfg_.tsize;
    value[TFTP_WINDOWSIZE] = m->windowsize_;
    w = tftp_control(m, NETP_TFTP_OACK);
    tftp_options_write(&w, m->options_, value);
    tftp_control_queue(m, &w);
    if (m->sends_) {
        m->state_ = TFTP_NEGOTIATING;
    }
    return NETP_OK;
}
