/* tftp_input.c - who a packet is from, and what it means in each state. SPDX-License-Identifier:
 * MIT */
#include "tftp_private.h"
#include <netproto/bytes.h>
#include <string.h>

static bool same_host(const struct netp_addr *a, const struct netp_addr *b)
{
    return a->fam == b->fam && netp_rd32be(a->ip) == netp_rd32be(b->ip) &&
           (a->fam == 4 || memcmp(a->ip, b->ip, 16) == 0);
}

/* RFC 1350 section 4: the server chooses its port with its first packet; from then on a packet
 * from elsewhere is answered with an error, and the transfer is not disturbed. */
static bool from_peer(struct netp_tftp *m, const struct netp_addr *from,
                      const struct netp_tftp_packet *pk)
{
    /* Who is not there any more says nothing; to port 0 nothing can be sent (RFC 768). */
    if (m->state_ == TFTP_CLOSED || (from && from->port == 0)) {
        return false;
    }
    if (!from || m->state_ == TFTP_LISTENING) {
        return true;
    }
    if (same_host(from, &m->peer_) &&
        (from->port == m->peer_.port || m->state_ == TFTP_REQUESTING)) {
        return true;
    }
    if (m->state_ == TFTP_REQUESTING) {
        return false;
    }
    /* Never an ERROR to an ERROR: two machines would answer each other for ever. */
    if (pk->opcode != NETP_TFTP_ERROR && !(m->pending_ & TFTP_P_STRANGER)) {
        m->stranger_ = *from;
        m->pending_ |= TFTP_P_STRANGER;
    }
    return false;
}

int tftp_take_error(struct netp_tftp *m, const struct netp_tftp_packet *pk)
{
    size_t n = pk->message.n < TFTP_MESSAGE_MAX ? pk->message.n : TFTP_MESSAGE_MAX;

    if (n) {
        memcpy(m->cfg_.mem, pk->message.p, n);
    }
    m->controllen_ = (uint16_t)n;
    return tftp_fail_silent(m, NETP_E_REFUSED, pk->number, TFTP_TEXT("ERROR"));
}

/* The server repeats its OACK where our answer to it was lost. */
static int take_late_oack(struct netp_tftp *m)
{
    if (tftp_serves(m)) {
        return tftp_illegal(m, TFTP_TEXT("OACK to a server"), 0);
    }
    if (m->state_ == TFTP_RECEIVING && m->total_ == 0) {
        m->timed_ = TFTP_UNTIMED;
        tftp_receive_ack(m);
    }
    return 0;
}

/* A packet of the peer's in a running transfer. What a slow network may bring late is ignored,
 * what no network can have made is an error. */
static int take_running(struct netp_tftp *m, const struct netp_tftp_packet *pk,
                        struct netp_tftp_ev *ev)
{
    if (pk->opcode == NETP_TFTP_ERROR) {
        return tftp_take_error(m, pk);
    }
    if (pk->opcode == (tftp_sends(m) ? NETP_TFTP_ACK : NETP_TFTP_OP_DATA)) {
        return tftp_sends(m) ? tftp_send_ack(m, pk, ev) : tftp_receive_data(m, pk, ev);
    }
    if (pk->opcode == NETP_TFTP_OACK) {
        return take_late_oack(m);
    }
    if (pk->opcode > NETP_TFTP_WRQ) {
        return tftp_illegal(
            m, tftp_sends(m) ? TFTP_TEXT("DATA to the sender") : TFTP_TEXT("ACK to the receiver"),
            0);
    }
    return tftp_serves(m) ? 0 : tftp_illegal(m, TFTP_TEXT("request to a client"), 0);
}

#ifndef NETP_TFTP_NO_RECEIVE
static int take_dallying(struct netp_tftp *m, const struct netp_tftp_packet *pk,
                         struct netp_tftp_ev *ev)
{
    if (pk->opcode == NETP_TFTP_ERROR) {
        tftp_end(m, TFTP_CLOSED);
    }
    return pk->opcode == NETP_TFTP_OP_DATA ? tftp_receive_data(m, pk, ev) : 0;
}
#endif

static int take_packet(struct netp_tftp *m, struct netp_in *in, struct netp_tftp_ev *ev)
{
    struct netp_tftp_packet pk;
    size_t at = 0;
    bool sound = netp_tftp_parse(in->p, in->n, &pk, &at) == NETP_OK;

    if ((in->n < 4 && !sound) || !from_peer(m, in->from, &pk)) {
        return 0;
    }
    switch (m->state_) {
#ifndef NETP_TFTP_NO_SERVER
    case TFTP_LISTENING:
        if (pk.opcode != NETP_TFTP_RRQ && pk.opcode != NETP_TFTP_WRQ) {
            return 0; /* not even an ERROR: what did not ask gets no answer */
        }
        tftp_take_tid(m, in->from);
        if (sound) {
            return tftp_server_request(m, &pk, ev);
        }
        break;
    case TFTP_ASKED:
        return sound && pk.opcode == NETP_TFTP_ERROR ? tftp_take_error(m, &pk) : 0;
#endif
#ifndef NETP_TFTP_NO_CLIENT
    case TFTP_REQUESTING:
        if (sound) {
            return tftp_client_reply(m, &pk, in->from, ev);
        }
        tftp_take_tid(m, in->from);
        break;
#endif
#ifndef NETP_TFTP_NO_RECEIVE
    case TFTP_DALLYING:
        return take_dallying(m, &pk, ev);
#endif
    default:
        if (sound) {
            return take_running(m, &pk, ev);
        }
    }
    return tftp_illegal(m, TFTP_TEXT("malformed packet"), at);
}

/* The first DATA of a server without options makes two events: OPTIONS, for which r stands, leaves
 * it in the cursor, and acknowledges nothing. */
static bool stays(const struct netp_tftp *m, int r)
{
#ifdef NETP_TFTP_NO_CLIENT
    (void)m;
    (void)r;
    return false;
#else
    return r == NETP_TFTP_OPTIONS && !tftp_sends(m) && !(m->pending_ & TFTP_P_ACK);
#endif
}

int tftp_take(struct netp_tftp *m, struct netp_in *in, struct netp_tftp_ev *ev)
{
    int r;

    if (in->flags & NETP_IN_DGRAM) {
        r = take_packet(m, in, ev);
        if (!stays(m, r)) {
            in->p += in->n;
            in->n = 0;
            in->flags &= ~(unsigned)NETP_IN_DGRAM;
        }
        return r;
    }
    if ((in->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) && m->state_ != TFTP_CLOSED) {
        return tftp_fail_silent(m, NETP_E_IO, -1, TFTP_TEXT("socket"));
    }
    return 0;
}
