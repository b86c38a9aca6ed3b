/* tftp_client.c - the request, and the server's first answer. SPDX-License-Identifier: MIT */
#include "tftp_private.h"
#include <netproto/text.h>

#ifndef NETP_TFTP_NO_CLIENT
static int request(struct netp_tftp *m)
{
    struct netp_tftp_writer w = tftp_control(m, tftp_sends(m) ? NETP_TFTP_WRQ : NETP_TFTP_RRQ);

    netp_tftp_put_str(&w, netp_str_of(m->cfg_.file));
    netp_tftp_put_str(&w, tftp_text(m) ? NETP_STR("netascii") : NETP_STR("octet"));
#ifndef NETP_TFTP_NO_OPTIONS
    tftp_options_write(&w, m->options_,
                       (const uint64_t[TFTP_OPTIONS]){
                           [TFTP_BLKSIZE] = m->cfg_.blksize,
                           [TFTP_TIMEOUT] = m->cfg_.timeout_s,
                           [TFTP_TSIZE] = tftp_sends(m) ? m->cfg_.tsize : 0, /* RFC 2349 */
                           [TFTP_WINDOWSIZE] = m->cfg_.windowsize,
                       });
#endif
    if (w.n > NETP_TFTP_REQUEST_MAX) {
        return NETP_E_ARG;
    }
    tftp_control_queue(m, w.n);
    return NETP_OK;
}

/* The options to ask for, as bits. */
static unsigned wanted(const struct netp_tftp *m)
{
    const struct netp_tftp_cfg *c = &m->cfg_;
    unsigned ask = 0;

    if (c->blksize != NETP_TFTP_BLKSIZE) {
        ask |= 1u << TFTP_BLKSIZE;
    }
    if (c->timeout_s) {
        ask |= 1u << TFTP_TIMEOUT;
    }
    if ((c->flags & NETP_TFTP_TSIZE) && (!tftp_sends(m) || c->tsize != NETP_TFTP_SIZE_UNKNOWN)) {
        ask |= 1u << TFTP_TSIZE;
    }
    if (c->windowsize != 1) {
        ask |= 1u << TFTP_WINDOWSIZE;
    }
    return ask;
}

int tftp_client_start(struct netp_tftp *m)
{
    unsigned ask = wanted(m);

#ifdef NETP_TFTP_NO_WINDOW
    if (ask & ~TFTP_BUILT) {
        return NETP_E_ARG;
    }
#endif
    m->options_ = (uint8_t)ask;
    m->state_ = TFTP_REQUESTING;
    return request(m);
}

/* RFC 2347: an OACK holds only what was asked for, and never more of it; what it does not hold is
 * not agreed on. NULL, or what is wrong. */
static const char *agree(struct netp_tftp *m, struct netp_str text, uint64_t *tsize)
{
#ifndef NETP_TFTP_NO_OPTIONS
    struct tftp_options o;

    tftp_options_read(text, &o);
    if (o.strange || (o.found & ~(unsigned)m->options_)) {
        return TFTP_TEXT("OACK with what was not asked");
    }
    if (o.value[TFTP_BLKSIZE] > m->cfg_.blksize || o.value[TFTP_WINDOWSIZE] > m->cfg_.windowsize ||
        (o.found & 1u << TFTP_TIMEOUT && o.value[TFTP_TIMEOUT] != m->cfg_.timeout_s)) {
        return TFTP_TEXT("OACK with more than was asked");
    }
    m->blksize_ = NETP_TFTP_BLKSIZE;
    m->windowsize_ = 1;
    if (o.found & 1u << TFTP_BLKSIZE) {
        m->blksize_ = (uint16_t)o.value[TFTP_BLKSIZE];
    }
    if (o.found & 1u << TFTP_WINDOWSIZE) {
        m->windowsize_ = (uint16_t)o.value[TFTP_WINDOWSIZE];
    }
    if (o.found & 1u << TFTP_TIMEOUT) {
        m->cfg_.rto_min_ms = m->cfg_.rto_max_ms = m->rto_ = m->cfg_.timeout_s * 1000u;
    }
    if (o.found & 1u << TFTP_TSIZE) {
        *tsize = o.value[TFTP_TSIZE];
    }
    tftp_fit_window(m);
    return NULL;
#else
    (void)m;
    (void)tsize;
    return text.n > 0 ? TFTP_TEXT("OACK with what was not asked") : NULL;
#endif
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

int tftp_client_reply(struct netp_tftp *m, const struct netp_tftp_packet *pk,
                      const struct netp_addr *from, struct netp_tftp_ev *ev)
{
    /* An answer without options: RFC 1350, or a server that ignores them. */
    bool plain = pk->opcode == (tftp_sends(m) ? NETP_TFTP_ACK : NETP_TFTP_OP_DATA);
    const char *wrong;

    if (pk->opcode == NETP_TFTP_ERROR) {
        return take_refusal(m, pk);
    }
    if (plain && pk->number != (tftp_sends(m) ? 0 : 1)) {
        return 0; /* late, from an earlier transfer on this port */
    }
    tftp_take_tid(m, from);
    if (!plain && (pk->opcode != NETP_TFTP_OACK || (!m->options_ && pk->options.n == 0))) {
        return tftp_illegal(m, TFTP_TEXT("not an answer to the request"), 0);
    }
    ev->u.options.tsize = NETP_TFTP_SIZE_UNKNOWN;
    wrong = agree(m, pk->options, &ev->u.options.tsize);
    if (wrong) {
        return tftp_fail(m, NETP_E_SYNTAX, NETP_TFTP_OPTION, wrong, 2);
    }
    m->pending_ = 0;
    tftp_start(m);
    m->controllen_ = 0;
    if (!tftp_sends(m) && !plain) {
        tftp_receive_ack(m);
    }
    ev->type = NETP_TFTP_OPTIONS;
    ev->u.options.blksize = (uint16_t)tftp_block(m);
    ev->u.options.windowsize = (uint16_t)tftp_window(m);
    return NETP_TFTP_OPTIONS;
}
#endif
