/* tftp_send.c - the side that sends DATA and gets ACK. SPDX-License-Identifier: MIT
 *
 * Blocks block_ .. block_ + windowsize_ - 1 are the window. Those before unsent_ are on their way,
 * those before filled_ can be sent. In cfg_.mem each block of the window has a slot: its header,
 * and behind it the payload unless that is lent. */
#include "tftp_private.h"
#include <netproto/bytes.h>
#include <string.h>

bool tftp_send_copies(const struct netp_tftp *m)
{
    return m->netascii_ || !(m->cfg_.flags & NETP_TFTP_LEND);
}

static uint8_t *slot(const struct netp_tftp *m, uint64_t block)
{
    size_t size = tftp_send_copies(m) ? NETP_TFTP_PACKET_MAX(m->blksize_) : 4u;

    return (uint8_t *)m->cfg_.mem + (size_t)(block % m->windowsize_) * size;
}

/* The first block that can't be sent yet: not filled, or behind the window. Lent bytes are not
 * touched while NEED is open, since the application may be replacing them. */
static uint64_t ready(const struct netp_tftp *m)
{
    uint64_t end = m->block_ + m->windowsize_;

    if (m->state_ != TFTP_SENDING || ((m->pending_ & TFTP_P_NEED) && !tftp_send_copies(m))) {
        return m->unsent_;
    }
    return m->filled_ < end ? m->filled_ : end;
}

bool tftp_send_has(const struct netp_tftp *m)
{
    return m->unsent_ < ready(m);
}

/* The header is a function of the block's number and its slot is of nobody else, so it is written
 * when it is shown. */
void tftp_send_out(const struct netp_tftp *m, struct netp_out *v, size_t nv, size_t *i)
{
    const struct netp_addr *to = m->peer_.fam ? &m->peer_ : NULL;
    uint64_t end = ready(m);

    for (uint64_t b = m->unsent_; b < end; b++) {
        size_t n = b == m->last_ ? m->lastlen_ : m->blksize_;
        uint8_t *head = slot(m, b);

        netp_wr16be(head, NETP_TFTP_OP_DATA);
        netp_wr16be(head + 2, tftp_wire(m, b));
        if (tftp_send_copies(m) || n == 0) {
            if (!netp_out_put(v, nv, i, (struct netp_out){head, 4 + n, NETP_OUT_DGRAM, to})) {
                return;
            }
        } else {
            const uint8_t *p = m->lent_ + (size_t)(b - m->lent_at_) * m->blksize_;
            unsigned more = NETP_OUT_DGRAM | NETP_OUT_MORE;
            if (!netp_out_put(v, nv, i, (struct netp_out){head, 4, more, to}) ||
                !netp_out_put(v, nv, i, (struct netp_out){p, n, NETP_OUT_DGRAM, to})) {
                return;
            }
        }
    }
}

void tftp_send_sent(struct netp_tftp *m)
{
    if (m->unsent_ == m->fresh_) {
        tftp_time(m, m->unsent_);
        m->fresh_++;
    }
    m->unsent_++;
}

bool tftp_send_need(struct netp_tftp *m, struct netp_tftp_ev *ev)
{
    bool copies = tftp_send_copies(m);
    uint64_t end = m->block_ + m->windowsize_;

    if (m->state_ != TFTP_SENDING || m->filled_ >= end ||
        (m->pending_ & (TFTP_P_NEED | TFTP_P_LAST))) {
        return false;
    }
    /* Lent bytes are asked for again from the first that may have to be sent again: not before that
     * is another one, or who lends less than a window would be asked for ever. */
    if (!copies) {
        if (m->lent_at_ == m->block_) {
            return false;
        }
        m->lent_at_ = m->block_; /* ACKs may move block_ on before the answer */
    }
    m->pending_ |= TFTP_P_NEED;
    ev->type = NETP_TFTP_NEED;
    ev->u.need.offset = copies ? m->total_ : (m->block_ - 1) * m->blksize_;
    ev->u.need.max = (size_t)(end - (copies ? m->filled_ : m->block_)) * m->blksize_ - m->fill_;
    return true;
}

/* --- giving ---------------------------------------------------------------------------------- */

static ptrdiff_t lend(struct netp_tftp *m, const uint8_t *p, size_t n, bool last)
{
    uint64_t end = m->lent_at_ + n / m->blksize_; /* the first block that is not whole */

    if (last ? end < m->fresh_ : n % m->blksize_ != 0) {
        return NETP_E_ARG;
    }
    m->lent_ = p;
    m->total_ = (m->lent_at_ - 1) * m->blksize_ + n;
    m->filled_ = end;
    m->lastlen_ = (uint16_t)(n % m->blksize_);
    return (ptrdiff_t)n;
}

static void put_byte(struct netp_tftp *m, uint8_t byte)
{
    slot(m, m->filled_)[4 + m->fill_] = byte;
    if (++m->fill_ == m->blksize_) {
        m->fill_ = 0;
        m->filled_++;
    }
}

static bool has_room(const struct netp_tftp *m)
{
    return m->filled_ < m->block_ + m->windowsize_;
}

static size_t copy_octets(struct netp_tftp *m, const uint8_t *p, size_t n)
{
    size_t taken = 0;

    while (taken < n && has_room(m)) {
        size_t room = (size_t)m->blksize_ - m->fill_;
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

/* All bytes are in: the block begun, perhaps empty, is the last. */
static void close_file(struct netp_tftp *m)
{
    put_held(m);
    if ((m->pending_ & TFTP_P_LAST) && m->last_ == UINT64_MAX && !m->held_) {
        m->last_ = m->filled_++;
        if (tftp_send_copies(m)) {
            m->lastlen_ = m->fill_;
        }
    }
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
    if (!tftp_send_copies(m)) {
        taken = lend(m, p, n, last);
        if (taken < 0) {
            return taken;
        }
    } else {
        taken = (ptrdiff_t)(m->netascii_ ? copy_text(m, p, n) : copy_octets(m, p, n));
        m->total_ += (size_t)taken;
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
    uint32_t ahead = tftp_ahead(m, pk->number, m->block_);

    if (m->state_ == TFTP_NEGOTIATING) {
        if (pk->number == 0) {
            if (m->timed_) {
                tftp_measured(m);
            }
            tftp_start(m);
            m->pending_ &= (uint8_t)~TFTP_P_CONTROL;
        }
        return 0;
    }
    /* RFC 1123 section 4.2.3.1: an ACK of what was acknowledged before triggers nothing; only the
     * timer sends again. An ACK of what was never sent is as old as the numbers' last wrap. */
    if (ahead >= m->fresh_ - m->block_) {
        m->loss_ = true;
        return 0;
    }
    m->block_ += ahead + 1;
    if (m->timed_ && m->timed_ < m->block_) {
        tftp_measured(m);
    }
    tftp_progress(m);
    /* RFC 7440 section 4: an ACK within the window says that the block behind it is lost. */
    if (m->block_ < m->fresh_) {
        m->loss_ = true;
        m->timed_ = 0;
    }
    m->unsent_ = m->block_;
    close_file(m);
    return m->block_ > m->last_ ? all_sent(m, ev) : 0;
}
