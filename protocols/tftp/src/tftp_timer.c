/* tftp_timer.c - the measured round trip, and what is sent again. SPDX-License-Identifier: MIT */
#include "tftp_private.h"

static void set_rto(struct netp_tftp *m, uint32_t ms)
{
    if (ms < m->cfg_.rto_min_ms) {
        ms = m->cfg_.rto_min_ms;
    } else if (ms > m->cfg_.rto_max_ms) {
        ms = m->cfg_.rto_max_ms;
    }
    m->rto_ = ms;
}

#ifndef NETP_TFTP_NO_RTT
void tftp_time(struct netp_tftp *m, uint32_t n)
{
    if (m->timed_ == 0) {
        m->timed_ = n;
        m->timed_at_ = (uint32_t)m->clock_;
    }
}

static void measured(struct netp_tftp *m)
{
    uint32_t rtt = (uint32_t)m->clock_ - m->timed_at_;
    uint32_t off;

    if (rtt > m->cfg_.rto_max_ms) {
        rtt = m->cfg_.rto_max_ms;
    }
    if (m->srtt_ == 0) {
        m->srtt_ = rtt * 8;
        m->rttvar_ = rtt * 2;
    } else {
        off = rtt * 8 > m->srtt_ ? rtt - m->srtt_ / 8 : m->srtt_ / 8 - rtt;
        m->rttvar_ += off - m->rttvar_ / 4;
        m->srtt_ += rtt - m->srtt_ / 8;
    }
    set_rto(m, m->srtt_ / 8 + m->rttvar_);
}
#endif

void tftp_progress(struct netp_tftp *m, uint32_t n)
{
#ifndef NETP_TFTP_NO_RTT
    if (m->timed_ - 1 < n) {
        measured(m);
    }
    m->timed_ = 0;
#else
    (void)n;
    set_rto(m, m->cfg_.rto_ms);
#endif
    m->resends_ = 0;
    m->deadline_ = NETP_NEVER;
}

void tftp_wait(struct netp_tftp *m, netp_ms ms)
{
    const netp_ms latest = NETP_NEVER - 1 - ms; /* as netp_after(), which knows ms of NETP_NEVER */

    m->deadline_ = (m->clock_ < latest ? m->clock_ : latest) + ms;
}

void tftp_end(struct netp_tftp *m, enum tftp_state state)
{
    m->state_ = (uint8_t)state;
    m->pending_ = 0;
    m->filled_ = 0;
    m->deadline_ = NETP_NEVER;
}

int tftp_expire(struct netp_tftp *m)
{
    m->deadline_ = NETP_NEVER; /* until the resent packet has left */
    if (m->state_ == TFTP_DALLYING) {
        m->state_ = TFTP_CLOSED;
        return 0;
    }
    if (m->resends_ >= m->cfg_.retries) {
        return tftp_fail_silent(m, NETP_E_TIMEOUT, -1, TFTP_TEXT("no answer"));
    }
    m->resends_++;
    m->loss_ = true;
    m->timed_ = 0; /* RFC 6298 section 3: what was sent twice can't be timed */
#ifndef NETP_TFTP_NO_RTT
    /* Only a receiver's first resend is as quick as the path: it must not give up before a sender
     * whose timer has backed off. */
    if (m->state_ == TFTP_RECEIVING && m->rto_ < m->cfg_.rto_ms) {
        m->rto_ = m->cfg_.rto_ms;
    }
#endif
    m->rto_ = m->rto_ > m->cfg_.rto_max_ms / 2 ? m->cfg_.rto_max_ms : m->rto_ * 2;
    if (m->state_ == TFTP_SENDING) {
        m->unsent_ = 0;
    } else if (m->controllen_) {
        m->pending_ |= TFTP_P_CONTROL;
    } else {
        tftp_receive_ack(m);
    }
    return 0;
}
