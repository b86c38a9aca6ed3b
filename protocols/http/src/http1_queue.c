/* http1_queue.c - what waits to be sent: bytes in cfg.tx, and at most one lent piece between two of
 * them. SPDX-License-Identifier: MIT */
#include "http1_private.h"
#include "http_scan.h"

#include <string.h>

bool http1_queue_is_empty(const struct netp_http1 *m)
{
    return m->tx_at_ == m->tx_end_ && http1_lent(m) != HTTP1_LENT_QUEUED;
}

size_t netp_http1_room(const struct netp_http1 *m)
{
    return m->cfg_.txlen - (m->tx_end_ - m->tx_at_);
}

/* A writer behind what is queued, which is moved to the front for it. */
void http1_queue_begin(struct netp_http1 *m, struct http_writer *w)
{
    uint32_t n = m->tx_end_ - m->tx_at_;

    if (m->tx_at_ > 0) {
        memmove(m->cfg_.tx, m->cfg_.tx + m->tx_at_, n);
        m->tx_split_ -= HTTP1_LENDS ? m->tx_at_ : 0;
        m->tx_at_ = 0;
        m->tx_end_ = n;
    }
    *w = (struct http_writer){(char *)m->cfg_.tx + n, m->cfg_.txlen - n, 0};
}

/* Queues what was written; false, and nothing, if it did not fit. */
bool http1_queue_end(struct netp_http1 *m, const struct http_writer *w)
{
    if (w->n > w->cap) {
        return false;
    }
    if (http1_queue_is_empty(m)) {
        m->moved_ = m->clock_; /* from now on it is for the peer to read */
    }
    m->tx_end_ += (uint32_t)w->n;
    return true;
}

/* Appends what is queued from one place in cfg.tx to another. */
static void show(const struct netp_http1 *m, uint32_t from, uint32_t to, struct netp_out *v,
                 size_t nv, size_t *n)
{
    if (from < to) {
        netp_out_put(v, nv, n, (struct netp_out){m->cfg_.tx + from, to - from, 0, NULL});
    }
}

size_t netp_http1_out(const struct netp_http1 *m, struct netp_out *v, size_t nv)
{
    uint32_t at = m->tx_at_;
    size_t n = 0;

    if (http1_lent(m) == HTTP1_LENT_QUEUED) {
        show(m, at, m->tx_split_, v, nv, &n);
        netp_out_put(v, nv, &n, (struct netp_out){m->lent_, m->lent_n_, m->lent_flags_, NULL});
        at = m->tx_split_;
    }
    show(m, at, m->tx_end_, v, nv, &n);
    return n;
}

void netp_http1_acked(struct netp_http1 *m, netp_ms now)
{
    netp_clock(&m->clock_, now);
    m->moved_ = m->clock_;
}

void netp_http1_sent(struct netp_http1 *m, size_t n, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (n > 0) {
        m->moved_ = m->clock_;
    }
    if (http1_lent(m) == HTTP1_LENT_QUEUED) {
        size_t k = m->tx_split_ - m->tx_at_;
        k = n < k ? n : k;
        m->tx_at_ += (uint32_t)k;
        n -= k;
        k = n < m->lent_n_ ? n : m->lent_n_;
        m->lent_ += m->lent_flags_ & NETP_OUT_FILE ? 0 : k;
        m->lent_n_ -= k;
        n -= k;
        if (m->lent_n_ == 0) {
            m->lent_state_ = HTTP1_LENT_BACK;
        }
    }
    m->tx_at_ += (uint32_t)n;
}
