/* tftp_receive.c - the side that gets DATA and sends ACK. SPDX-License-Identifier: MIT */
#include "tftp_private.h"
#include <netproto/bytes.h>

#ifndef NETP_TFTP_NO_RECEIVE
void tftp_receive_ack(struct netp_tftp *m)
{
    netp_wr16be(m->ack_, NETP_TFTP_ACK);
    netp_wr16be(m->ack_ + 2, m->number_);
    m->pending_ |= TFTP_P_ACK;
    m->count_ = 0;
}

int tftp_receive_done(struct netp_tftp *m, struct netp_tftp_ev *ev)
{
    m->pending_ &= (uint8_t)~TFTP_P_DONE;
    m->state_ = TFTP_DALLYING;
    m->deadline_ = NETP_NEVER; /* until the ACK has left: to store the file may take long */
    tftp_receive_ack(m);
    ev->type = NETP_TFTP_DONE;
    ev->u.done.total = m->total_;
    return NETP_TFTP_DONE;
}

/* A block that is not the next one. RFC 7440 section 4: after a gap the last block in order is
 * acknowledged, and the sender goes on from there; once, or each of a window's blocks behind the
 * gap would bring all of them again. A repeated block is acknowledged only where our ACK of it may
 * have been lost. */
static int out_of_order(struct netp_tftp *m, uint32_t ahead)
{
    m->loss_ = true;
    m->timed_ = TFTP_UNTIMED;
    if (ahead == 0) { /* repeated */
        if (m->count_ == 0) {
            tftp_receive_ack(m);
        }
    } else if (ahead <= tftp_window(m) && !(m->pending_ & TFTP_P_GAP)) {
        m->pending_ |= TFTP_P_GAP;
        tftp_receive_ack(m);
    }
    return 0;
}

static int deliver(struct netp_tftp *m, const uint8_t *p, size_t n, bool last,
                   struct netp_tftp_ev *ev)
{
#ifndef NETP_TFTP_NO_NETASCII
    if (m->netascii_) {
        n = tftp_netascii_decode(m->cfg_.mem, p, n, last, &m->held_);
        p = m->cfg_.mem;
    }
#endif
    if (n > m->cfg_.max_size - m->total_) {
        uint64_t fits = tftp_text(m) ? 0 : m->cfg_.max_size - m->total_;
        return tftp_fail(m, NETP_E_LIMIT, NETP_TFTP_DISK_FULL,
                         TFTP_TEXT("file larger than max_size"), 4 + (size_t)fits);
    }
    if (n == 0) { /* the last block: in others at least eight bytes came */
        return tftp_receive_done(m, ev);
    }
    if (last) {
        m->pending_ |= TFTP_P_DONE;
    }
    ev->type = NETP_TFTP_DATA;
    ev->u.data.p = p;
    ev->u.data.n = n;
    ev->u.data.offset = m->total_;
    m->total_ += n;
    return NETP_TFTP_DATA;
}

int tftp_receive_data(struct netp_tftp *m, const struct netp_tftp_packet *pk,
                      struct netp_tftp_ev *ev)
{
    uint32_t ahead = tftp_ahead(m, pk->number);
    bool last = pk->datalen < tftp_block(m);

    if (m->state_ == TFTP_DALLYING || ahead != 1) {
        return out_of_order(m, ahead);
    }
    if (pk->datalen > tftp_block(m)) {
        return tftp_fail(m, NETP_E_LIMIT, NETP_TFTP_ILLEGAL, TFTP_TEXT("DATA larger than blksize"),
                         4u + tftp_block(m));
    }
    tftp_progress(m, 1);
    tftp_wait(m, m->rto_);
    m->controllen_ = 0; /* an OACK has arrived */
    m->pending_ &= (uint8_t) ~(TFTP_P_GAP | TFTP_P_CONTROL);
    m->number_ = tftp_wire(m, 1);
    m->count_++;
    if (!last && m->count_ >= tftp_window(m)) {
        tftp_receive_ack(m);
    }
    return deliver(m, pk->data, pk->datalen, last, ev);
}
#endif
