/* tftp_server.c - a client's request, and its acceptance. SPDX-License-Identifier: MIT */
#include "tftp_private.h"
#include <netproto/text.h>

#ifndef NETP_TFTP_NO_SERVER
#ifndef NETP_TFTP_NO_OPTIONS
static uint32_t least(uint64_t a, uint32_t b)
{
    return a < b ? (uint32_t)a : b;
}

/* RFC 2349. To resend earlier than asked is harmless; to wait 255 s on request is not. */
static void grant_timeout(struct netp_tftp *m, uint32_t seconds)
{
    m->cfg_.timeout_s = (uint8_t)seconds;
    m->cfg_.rto_max_ms = least(seconds * 1000, m->cfg_.rto_max_ms);
    m->cfg_.rto_min_ms = m->rto_ = m->cfg_.rto_max_ms;
}

/* RFC 2347: takes on what was asked for, within cfg_; what can't be granted is left out. */
static void grant(struct netp_tftp *m, struct netp_str asked)
{
    bool slots = tftp_text(m) || (tftp_sends(m) && !(m->cfg_.flags & NETP_TFTP_LEND));
    uint32_t most = slots ? least(m->cfg_.memlen - 4, m->cfg_.blksize) : m->cfg_.blksize;
    struct tftp_options o;

    tftp_options_read(asked, &o);
    m->options_ = (uint8_t)(o.found & TFTP_BUILT);
    m->blksize_ = NETP_TFTP_BLKSIZE;
    m->windowsize_ = 1;
    m->cfg_.tsize = NETP_TFTP_SIZE_UNKNOWN;
    if (o.found & 1u << TFTP_BLKSIZE) {
        m->blksize_ = (uint16_t)least(o.value[TFTP_BLKSIZE], most);
    }
    if (o.found & 1u << TFTP_WINDOWSIZE) {
        m->windowsize_ = (uint16_t)least(o.value[TFTP_WINDOWSIZE], m->cfg_.windowsize);
    }
    if (m->cfg_.window_bytes) {
        uint32_t blocks = m->cfg_.window_bytes / tftp_block(m);
        m->windowsize_ = (uint16_t)least(blocks ? blocks : 1, m->windowsize_);
    }
    if (o.found & 1u << TFTP_TIMEOUT) {
        grant_timeout(m, (uint32_t)o.value[TFTP_TIMEOUT]);
    }
    if (o.found & 1u << TFTP_TSIZE) {
        m->cfg_.tsize = o.value[TFTP_TSIZE];
    }
    tftp_fit_window(m);
}

static void queue_oack(struct netp_tftp *m)
{
    struct netp_tftp_writer w = tftp_control(m, NETP_TFTP_OACK);

    tftp_options_write(&w, m->options_,
                       (const uint64_t[TFTP_OPTIONS]){
                           [TFTP_BLKSIZE] = m->blksize_,
                           [TFTP_TIMEOUT] = m->cfg_.timeout_s,
                           [TFTP_TSIZE] = m->cfg_.tsize,
                           [TFTP_WINDOWSIZE] = m->windowsize_,
                       });
    tftp_control_queue(m, w.n);
}
#endif

int tftp_server_request(struct netp_tftp *m, const struct netp_tftp_packet *pk,
                        struct netp_tftp_ev *ev)
{
#ifndef NETP_TFTP_NO_NETASCII
    m->netascii_ = netp_str_ieq(pk->mode, NETP_STR("netascii"));
#endif
    if (!tftp_text(m) && !netp_str_ieq(pk->mode, NETP_STR("octet"))) {
        return tftp_fail(m, NETP_E_UNSUPPORTED, NETP_TFTP_ILLEGAL,
                         TFTP_TEXT("unknown transfer mode"), pk->file.n + 3);
    }
    m->sends_ = pk->opcode == NETP_TFTP_RRQ;
#if defined(NETP_TFTP_NO_SEND) || defined(NETP_TFTP_NO_RECEIVE)
    if (m->sends_ != tftp_sends(m)) {
        return tftp_fail(m, NETP_E_UNSUPPORTED, NETP_TFTP_ACCESS, TFTP_TEXT("direction"), 0);
    }
#endif
#ifndef NETP_TFTP_NO_OPTIONS
    grant(m, pk->options);
    ev->u.request.tsize = tftp_sends(m) ? NETP_TFTP_SIZE_UNKNOWN : m->cfg_.tsize;
#else
    tftp_fit_window(m);
    ev->u.request.tsize = NETP_TFTP_SIZE_UNKNOWN;
#endif
    m->state_ = TFTP_ASKED;
    ev->type = NETP_TFTP_REQUEST;
    ev->u.request.file = pk->file;
    ev->u.request.write = !tftp_sends(m);
    ev->u.request.netascii = tftp_text(m);
    ev->u.request.blksize = (uint16_t)tftp_block(m);
    ev->u.request.windowsize = (uint16_t)tftp_window(m);
    return NETP_TFTP_REQUEST;
}

int netp_tftp_accept(struct netp_tftp *m, uint64_t tsize, netp_ms now)
{
    if (m->state_ != TFTP_ASKED) {
        return NETP_E_STATE;
    }
    netp_clock(&m->clock_, now);
    tftp_start(m);
#ifndef NETP_TFTP_NO_OPTIONS
    /* RFC 2349: a writer's tsize is echoed. The size of a text in netascii is not known. */
    if (tftp_sends(m)) {
        m->cfg_.tsize = tftp_text(m) ? NETP_TFTP_SIZE_UNKNOWN : tsize;
    }
    if (m->cfg_.tsize == NETP_TFTP_SIZE_UNKNOWN) {
        m->options_ &= (uint8_t) ~(1u << TFTP_TSIZE);
    }
    if (m->options_) {
        queue_oack(m);
        if (tftp_sends(m)) {
            m->state_ = TFTP_NEGOTIATING;
        }
        return NETP_OK;
    }
#else
    (void)tsize;
#endif
    if (!tftp_sends(m)) {
        tftp_receive_ack(m);
    }
    return NETP_OK;
}
#else
int netp_tftp_accept(struct netp_tftp *m, uint64_t tsize, netp_ms now)
{
    (void)m;
    (void)tsize;
    (void)now;
    return NETP_E_STATE;
}
#endif
