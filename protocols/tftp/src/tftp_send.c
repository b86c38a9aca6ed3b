/* tftp_send.c - the side that sends DATA and gets ACK. SPDX-License-Identifier: MIT
 *
 * The window begins behind the last block that is acknowledged, and blocks are counted from there.
 * Those before unsent_ are on their way, those before filled_ can be sent. In cfg_.mem each block
 * of the window has a slot: its header, and behind it the payload unless that is lent. */
#include "tftp_private.h"
#include <netproto/bytes.h>
#include <string.h>

#ifndef NETP_TFTP_NO_SEND
static uint8_t *slot(const struct netp_tftp *m, size_t block)
{
    return (uint8_t *)m->cfg_.mem +
           (m->slot_ + (uint32_t)block) % tftp_window(m) * tftp_slot_size(m);
}

/* The first block that can't be sent yet: not filled, or behind the window. */
static uint32_t ready(const struct netp_tftp *m)
{
    return m->filled_ < tftp_window(m) ? (uint32_t)m->filled_ : tftp_window(m);
}

/* The header is a function of the block's number and its slot is of nobody else, so it is written
 * when it is shown. */
void tftp_send_out(const struct netp_tftp *m, struct tftp_list *list)
{
    for (uint32_t b = m->unsent_, end = ready(m); b < end; b++) {
        size_t n = m->closed_ && b + 1 == m->filled_ ? m->lastlen_ : tftp_block(m);
        bool apart = tftp_lends(m) && n > 0;
        uint8_t *head = slot(m, b);

        netp_wr16be(head, NETP_TFTP_OP_DATA);
        netp_wr16be(head + 2, tftp_wire(m, b + 1));
        if (!tftp_put(list, head, apart ? 4 : 4 + n, apart ? NETP_OUT_MORE : 0) ||
            (apart && !tftp_put(list, m->lent_ + (m->skip_ + b) * tftp_block(m), n, 0))) {
            return;
        }
    }
}

bool tftp_send_sent(struct netp_tftp *m)
{
    if (!tftp_send_has(m)) {
        return false;
    }
    m->unsent_++;
    if (m->unsent_ > m->fresh_) {
        m->fresh_ = m->unsent_;
        tftp_time(m, m->unsent_);
    }
    return true;
}

bool tftp_send_need(struct netp_tftp *m, struct netp_tftp_ev *ev)
{
    size_t have = m->filled_;

    if (m->state_ != TFTP_SENDING || have >= tftp_window(m) ||
        (m->pending_ & (TFTP_P_NEED | TFTP_P_LAST))) {
        return false;
    }
    /* Lent bytes are asked for again from the first that may have to be sent again: not before that
     * is another one, or who lends less than a window would be asked for ever. Until the answer
     * they are not touched, since the application may be replacing them. */
    if (tftp_lends(m)) {
        if (m->lent_ && m->skip_ == 0) {
            return false;
        }
        m->total_ += (uint64_t)m->skip_ * tftp_block(m);
        m->skip_ = 0; /* ACKs may move the window on before the answer */
        m->filled_ = have = 0;
    }
    m->pending_ |= TFTP_P_NEED;
    ev->type = NETP_TFTP_NEED;
    ev->u.need.offset = m->total_;
    ev->u.need.max = (tftp_window(m) - have) * tftp_block(m) - m->fill_;
    return true;
}

/* --- giving ---------------------------------------------------------------------------------- */

#ifndef NETP_TFTP_NO_LEND
static ptrdiff_t lend(struct netp_tftp *m, const uint8_t *p, size_t n, bool last)
{
    size_t blocks = n / tftp_block(m); /* that are whole */
    size_t rest = n % tftp_block(m);

    if (last ? blocks < m->skip_ + m->fresh_ : rest != 0) {
        return NETP_E_ARG;
    }
    m->lent_ = p;
    m->filled_ = blocks > m->skip_ ? blocks - m->skip_ : 0;
    m->lastlen_ = (uint16_t)rest;
    if (last) {
        m->total_ += n;
    }
    return (ptrdiff_t)n;
}
#endif

static bool has_room(const struct netp_tftp *m)
{
    return m->filled_ < tftp_window(m);
}

static size_t copy_octets(struct netp_tftp *m, const uint8_t *p, size_t n)
{
    size_t taken = 0;

    while (taken < n && has_room(m)) {
        size_t room = (size_t)tftp_block(m) - m->fill_;
        size_t k = n - taken < room ? n - taken : room;

        memcpy(slot(m, m->filled_) + 4 + m->fill_, p + taken, k);
        taken += k;
        if (k == room) {
            m->fill_ = 0;
            m->filled_++;
        } else {
            m->fill_ = (uint16_t)(m->fill_ + k);
        }
    }
    return taken;
}

#ifndef NETP_TFTP_NO_NETASCII
static void put_byte(struct netp_tftp *m, uint8_t byte)
{
    slot(m, m->filled_)[4 + m->fill_] = byte;
    if (++m->fill_ == tftp_block(m)) {
        m->fill_ = 0;
        m->filled_++;
    }
}

/* The second byte of a pair waits in held_, plus one, where the window has no room for it. */
static void put_held(struct netp_tftp *m)
{
    if (m->held_ && has_room(m)) {
        put_byte(m, (uint8_t)(m->held_ - 1));
        m->held_ = 0;
    }
}

/* Local text to netascii. */
static size_t copy_text(struct netp_tftp *m, const uint8_t *p, size_t n)
{
    size_t taken = 0;

    while (taken < n && has_room(m)) {
        uint8_t c = p[taken++];

        put_byte(m, c == '\n' ? '\r' : c);
        if (c == '\n' || c == '\r') {
            m->held_ = c == '\n' ? '\n' + 1 : '\0' + 1;
            put_held(m);
        }
    }
    return taken;
}
#endif

/* All bytes are in: the block begun, perhaps empty, is the last. */
static void close_file(struct netp_tftp *m)
{
#ifndef NETP_TFTP_NO_NETASCII
    put_held(m);
#endif
    if ((m->pending_ & TFTP_P_LAST) && !m->closed_ && !m->held_) {
        m->closed_ = true;
        m->filled_++;
        if (!tftp_lends(m)) {
            m->lastlen_ = m->fill_;
        }
    }
}

static ptrdiff_t take(struct netp_tftp *m, const uint8_t *p, size_t n, bool last)
{
    size_t taken;

#ifndef NETP_TFTP_NO_LEND
    if (m->lends_) {
        return lend(m, p, n, last);
    }
#endif
    (void)last;
#ifndef NETP_TFTP_NO_NETASCII
    taken = m->netascii_ ? copy_text(m, p, n) : copy_octets(m, p, n);
#else
    taken = copy_octets(m, p, n);
#endif
    m->total_ += taken;
    return (ptrdiff_t)taken;
}

ptrdiff_t netp_tftp_give(struct netp_tftp *m, const void *p, size_t n, bool last, netp_ms now)
{
    ptrdiff_t taken;

    if (m->state_ != TFTP_SENDING || !(m->pending_ & TFTP_P_NEED)) {
        return NETP_E_STATE;
    }
    if (n > PTRDIFF_MAX || (n == 0 && !last)) {
        return NETP_E_ARG;
    }
    netp_clock(&m->clock_, now);
    taken = take(m, p, n, last);
    if (taken < 0) {
        return taken;
    }
    m->pending_ &= (uint8_t)~TFTP_P_NEED;
    if (last && (size_t)taken == n) {
        m->pending_ |= TFTP_P_LAST;
        close_file(m);
    }
    return taken;
}

/* --- ACK ------------------------------------------------------------------------------------- */

static int all_sent(struct netp_tftp *m, struct netp_tftp_ev *ev)
{
    m->state_ = TFTP_CLOSED;
    ev->type = NETP_TFTP_DONE;
    ev->u.done.total = m->total_;
    return NETP_TFTP_DONE;
}

int tftp_send_ack(struct netp_tftp *m, const struct netp_tftp_packet *pk, struct netp_tftp_ev *ev)
{
    uint32_t n = tftp_ahead(m, pk->number);

    if (m->state_ == TFTP_NEGOTIATING) {
        if (pk->number == 0) {
            tftp_start(m);
            m->pending_ &= (uint8_t)~TFTP_P_CONTROL;
        }
        return 0;
    }
    /* RFC 1123 section 4.2.3.1: an ACK of what was acknowledged before triggers nothing; only the
     * timer sends again. An ACK of what was never sent is as old as the numbers' last wrap. */
    if (n == 0 || n > m->fresh_) {
        m->loss_ = true;
        return 0;
    }
    tftp_progress(m, n);
    m->number_ = tftp_wire(m, n);
    m->slot_ = (uint16_t)((m->slot_ + n) % tftp_window(m));
    m->filled_ = m->filled_ > n ? m->filled_ - n : 0;
    m->skip_ += n;
    m->fresh_ -= n;
    m->unsent_ = 0;
    /* RFC 7440 section 4: an ACK within the window says that the block behind it is lost. */
    if (m->fresh_ > 0) {
        m->loss_ = true;
    }
    close_file(m);
    return m->closed_ && m->filled_ == 0 ? all_sent(m, ev) : 0;
}
#else
ptrdiff_t netp_tftp_give(struct netp_tftp *m, const void *p, size_t n, bool last, netp_ms now)
{
    (void)m;
    (void)p;
    (void)n;
    (void)last;
    (void)now;
    return NETP_E_STATE;
}
#endif
