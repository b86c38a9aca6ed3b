/* http1.c - the HTTP/1.x machine: its verbs, time, and the ends of things.
 *
 * SPDX-License-Identifier: MIT */
#include "http1_private.h"

#include <string.h>

#define RATE_GRACE_MS 10000u /* before min_rate counts */

/* Whether this build has what it asks for. */
static bool is_built(const struct netp_http1_cfg *cfg)
{
#ifdef NETP_HTTP1_NO_RATE
    if (cfg->min_rate > 0) {
        return false;
    }
#endif
#ifndef NETP_HTTP1_NO_CLIENT
    if (cfg->role == NETP_HTTP1_CLIENT) {
        return true;
    }
#endif
#ifndef NETP_HTTP1_NO_SERVER
    if (cfg->role == NETP_HTTP1_SERVER) {
        return true;
    }
#endif
    return false;
}

static bool cfg_is_valid(const struct netp_http1_cfg *cfg)
{
    const unsigned flags = NETP_HTTP1_BARE_LF | NETP_HTTP1_NO_REASON;

    return is_built(cfg) && (cfg->flags & ~flags) == 0 && cfg->head != NULL && cfg->tx != NULL &&
           (cfg->field != NULL || cfg->nfield == 0) && cfg->headlen >= NETP_HTTP1_HEAD_MIN &&
           cfg->txlen >= NETP_HTTP1_TX_MIN && cfg->max_body < NETP_HTTP1_UNKNOWN;
}

int netp_http1_init_(struct netp_http1 *m, size_t size, const struct netp_http1_cfg *cfg,
                     netp_ms now)
{
    if (size != sizeof *m || cfg->size != sizeof *cfg) {
        return NETP_E_ABI;
    }
    if (!cfg_is_valid(cfg)) {
        return NETP_E_ARG;
    }
    memset(m, 0, sizeof *m);
    m->cfg_ = *cfg;
    m->clock_ = m->moved_ = now;
    netp_fail_clear(&m->fail_);
    return NETP_OK;
}

void http1_take(struct netp_http1 *m, struct netp_in *in, size_t n)
{
    in->p += n;
    in->n -= n;
    m->pos_ += n;
}

/* --- ends ------------------------------------------------------------------------------------ */

/* Whether an answer is due and not begun: to the request that is being received, or behind it. */
static bool owes_answer(const struct netp_http1 *m)
{
    return m->tx_ == HTTP1_TX_OWED || (m->tx_ == HTTP1_TX_NONE && m->rx_ <= HTTP1_RX_HEAD);
}

int http1_fail(struct netp_http1 *m, unsigned fault, const char *where)
{
    bool server = http1_is_server(m);
    int status = (int)(fault & 1023);

    if (!server || status == 0 || !owes_answer(m) || !http1_put_reply(m, (unsigned)status)) {
        status = -1;
    }
    http1_close(m, !server);
    return netp_fail_with(&m->fail_, (enum netp_err) - (int)(fault >> 10), status, m->pos_,
                          HTTP_WHERE_TOLD(where));
}

int http1_fail_in_head(struct netp_http1 *m, unsigned fault, const char *where, size_t at)
{
    int r = http1_fail(m, fault, where);

    m->fail_.offset += at;
    m->fail_.offset -= m->have_;
    return r;
}

void http1_close(struct netp_http1 *m, bool broken)
{
    m->rx_ = HTTP1_RX_CLOSED;
    m->tx_ = HTTP1_TX_NONE;
    if (broken) {
        m->tx_at_ = m->tx_end_ = 0;
        if (http1_lent(m) == HTTP1_LENT_QUEUED) {
            m->lent_state_ = HTTP1_LENT_BACK;
        }
    }
}

/* Closes between messages, if none follows. What a client's body lacks then is of no use. */
static void close_if_last(struct netp_http1 *m)
{
    if (http1_is_last(m) && m->rx_ == HTTP1_RX_BETWEEN && HTTP1_IF_CLIENT(m->npending_) == 0) {
        http1_close(m, !http1_is_server(m));
    }
}

void http1_received(struct netp_http1 *m)
{
    if (http1_is_server(m)) {
        m->rx_ = HTTP1_ONCE || m->tx_ != HTTP1_TX_NONE ? HTTP1_RX_ANSWERING : HTTP1_RX_BETWEEN;
    } else {
        m->rx_ = HTTP1_RX_BETWEEN;
        m->pending_ >>= 2;
        m->npending_--;
        m->count_ = 0;
    }
    close_if_last(m);
}

void http1_answered(struct netp_http1 *m)
{
    m->tx_ = HTTP1_TX_NONE;
    if (m->rx_ == HTTP1_RX_ANSWERING) {
        m->rx_ = HTTP1_RX_BETWEEN;
    }
    if (http1_is_server(m) && http1_is_last(m)) {
        http1_close(m, false); /* what is missing of the request nobody waits for */
    }
}

int netp_http1_finish(struct netp_http1 *m, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (m->fail_.code != NETP_OK) {
        return NETP_E_STATE;
    }
    m->bits_ |= HTTP1_LAST;
    close_if_last(m);
    return NETP_OK;
}

bool netp_http1_is_between(const struct netp_http1 *m)
{
    return netp_http1_is_idle(m) && http1_queue_is_empty(m);
}

bool netp_http1_is_idle(const struct netp_http1 *m)
{
    return m->rx_ == HTTP1_RX_BETWEEN && m->tx_ == HTTP1_TX_NONE &&
           HTTP1_IF_CLIENT(m->npending_) == 0;
}

/* Law 8. */
static int end_of_stream(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    bool broken = (in->flags & NETP_IN_BROKEN) != 0;
    bool between = m->rx_ > HTTP1_RX_COMPLETE ||
                   (m->rx_ == HTTP1_RX_BETWEEN && HTTP1_IF_CLIENT(m->npending_) == 0);

    if (!broken && m->rx_ > HTTP1_RX_COMPLETE) {
        return 0; /* the client may still read */
    }
    if (!broken && m->rx_ == HTTP1_RX_TO_END) {
        m->rx_ = HTTP1_RX_COMPLETE;
        return http1_body_next(m, in, ev);
    }
    http1_close(m, broken); /* a server's answers before it still go */
    if (!between) {
        return http1_fail(m, HTTP1_FAULT(NETP_E_TRUNCATED, 0), HTTP_WHERE("message"));
    }
    if (broken) {
        return http1_fail(m, HTTP1_FAULT(NETP_E_IO, 0), HTTP_WHERE("connection"));
    }
    return ev->type = NETP_HTTP1_EOF;
}

/* --- time ------------------------------------------------------------------------------------ */

static netp_ms least(netp_ms a, netp_ms b)
{
    return a < b ? a : b;
}

/* t, or the moment ms behind since, where that is sooner; 0: no limit. */
static netp_ms sooner(netp_ms t, netp_ms since, uint32_t ms)
{
    return ms > 0 ? least(t, netp_after(since, ms)) : t;
}

static bool is_in_body(const struct netp_http1 *m)
{
    return m->rx_ >= HTTP1_RX_LENGTH && m->rx_ <= HTTP1_RX_TRAILERS;
}

/* Whether a body comes in that the application does not take now. */
static bool is_paused(const struct netp_http1 *m)
{
    return (m->bits_ & HTTP1_PAUSED) && is_in_body(m);
}

void netp_http1_pause(struct netp_http1 *m, bool paused, netp_ms now)
{
    netp_clock(&m->clock_, now);
    m->bits_ &= (uint8_t)~HTTP1_PAUSED;
    if (paused) {
        m->bits_ |= HTTP1_PAUSED;
    } else if (is_in_body(m)) {
        m->moved_ = m->begun_ = m->clock_;
    }
}

/* Whether the peer has to do something: to send, or to read. */
static bool is_peers_turn(const struct netp_http1 *m)
{
    if (!http1_queue_is_empty(m) || m->rx_ == HTTP1_RX_HEAD || (is_in_body(m) && !is_paused(m))) {
        return true;
    }
    return m->rx_ == HTTP1_RX_BETWEEN &&
           (http1_is_server(m) || (m->npending_ > 0 && m->tx_ == HTTP1_TX_NONE));
}

/* When too little of the body has come. */
static netp_ms rate_deadline(const struct netp_http1 *m)
{
#ifndef NETP_HTTP1_NO_RATE
    uint32_t rate = m->cfg_.min_rate;

    if (rate > 0 && m->rx_ != HTTP1_RX_HEAD) {
        return netp_after(netp_after(m->begun_, RATE_GRACE_MS),
                          m->body_ / rate * 1000 + m->body_ % rate * 1000 / rate);
    }
#endif
    (void)m;
    return NETP_NEVER;
}

/* When what is received has lasted too long. */
static netp_ms message_deadline(const struct netp_http1 *m)
{
    uint32_t ms = m->cfg_.total_ms, head_ms = m->cfg_.head_ms;

    if (m->rx_ == HTTP1_RX_HEAD) {
        ms = head_ms - 1 < ms - 1 ? head_ms : ms; /* 0 is the longest */
    } else if (!is_in_body(m) || is_paused(m)) {
        return NETP_NEVER;
    }
    return sooner(rate_deadline(m), m->begun_, ms);
}

/* When the body that waits for 100 (Continue) goes without it. */
static netp_ms hold_deadline(const struct netp_http1 *m)
{
    return sooner(NETP_NEVER, m->moved_,
                  (m->bits_ & HTTP1_HELD) && http1_queue_is_empty(m) ? m->cfg_.expect_ms : 0);
}

static netp_ms idle_deadline(const struct netp_http1 *m)
{
    return sooner(NETP_NEVER, m->moved_, is_peers_turn(m) ? m->cfg_.idle_ms : 0);
}

/* When it is too late. */
static netp_ms limit(const struct netp_http1 *m)
{
    return least(idle_deadline(m), message_deadline(m));
}

netp_ms netp_http1_deadline(const struct netp_http1 *m)
{
    if (m->fail_.code != NETP_OK) {
        return NETP_NEVER;
    }
    if (http1_lent(m) == HTTP1_LENT_BACK || (m->bits_ & HTTP1_GO)) {
        return m->clock_;
    }
    return least(limit(m), hold_deadline(m));
}

static int timed(struct netp_http1 *m)
{
    if (HTTP1_HOLDS && hold_deadline(m) <= m->clock_) {
        m->bits_ = (uint8_t)((m->bits_ & ~HTTP1_HELD) | HTTP1_GO);
        return 0;
    }
    if (limit(m) > m->clock_) {
        return 0;
    }
    if (!http1_queue_is_empty(m) && idle_deadline(m) <= m->clock_) {
        http1_close(m, true); /* it does not read, either */
    }
    return http1_fail(m,
                      m->rx_ == HTTP1_RX_HEAD || is_in_body(m) ? HTTP1_FAULT(NETP_E_TIMEOUT, 408)
                                                               : HTTP1_FAULT(NETP_E_TIMEOUT, 0),
                      HTTP_WHERE("time"));
}

/* --- the verbs ------------------------------------------------------------------------------- */

static int tell(struct netp_http1_ev *ev, int type)
{
    memset(ev, 0, sizeof *ev);
    return ev->type = type;
}

/* What is to be told without input. */
static int told(struct netp_http1 *m, struct netp_http1_ev *ev)
{
    if (http1_lent(m) == HTTP1_LENT_BACK) {
        m->lent_state_ = HTTP1_LENT_NONE;
        return tell(ev, NETP_HTTP1_RELEASED);
    }
    if (m->bits_ & HTTP1_GO) {
        m->bits_ &= (uint8_t)~HTTP1_GO;
        return tell(ev, NETP_HTTP1_CONTINUE);
    }
    if (HTTP1_TUNNELS && m->rx_ == HTTP1_RX_SWITCHING && http1_queue_is_empty(m)) {
        http1_close(m, false);
        return tell(ev, NETP_HTTP1_TUNNEL);
    }
    return 0;
}

static int receive(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    if (m->rx_ > HTTP1_RX_COMPLETE) {
        return 0;
    }
    memset(ev, 0, sizeof *ev);
    return m->rx_ <= HTTP1_RX_HEAD ? http1_head_next(m, in, ev) : http1_body_next(m, in, ev);
}

static int advance(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    struct netp_in none = {NULL, 0, 0, NULL};
    size_t n;
    int r = told(m, ev);

    if (r != 0) {
        return r;
    }
    in = in != NULL && !is_paused(m) ? in : &none;
    n = in->n;
    r = receive(m, in, ev);
    if (in->n != n) {
        m->moved_ = m->clock_;
    }
    if (r == 0 && in->n == 0 && (in->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) &&
        m->rx_ != HTTP1_RX_CLOSED) {
        r = end_of_stream(m, in, ev);
    }
    if (r == 0) {
        r = timed(m);
    }
    return HTTP1_HOLDS && r == 0 ? told(m, ev) : r;
}

int netp_http1_next(struct netp_http1 *m, struct netp_in *in, netp_ms now, struct netp_http1_ev *ev)
{
    if (m->fail_.code != NETP_OK) {
        return m->fail_.code;
    }
    netp_clock(&m->clock_, now);
    return advance(m, in, ev);
}

unsigned netp_http1_want(const struct netp_http1 *m)
{
    unsigned want = http1_queue_is_empty(m) ? 0 : NETP_WANT_OUT;

    if (m->fail_.code != NETP_OK || m->rx_ == HTTP1_RX_CLOSED) {
        return want != 0 || (m->fail_.code == NETP_OK && http1_lent(m) == HTTP1_LENT_BACK)
                   ? want
                   : NETP_CLOSED;
    }
    if (is_paused(m)) {
        want |= NETP_WANT_APP;
    } else if (m->rx_ < HTTP1_RX_COMPLETE && (m->rx_ != HTTP1_RX_BETWEEN || http1_may_begin(m))) {
        want |= NETP_WANT_IN;
    }
    if (m->tx_ != HTTP1_TX_NONE && !(m->bits_ & HTTP1_HELD)) {
        want |= NETP_WANT_APP;
    }
    return want;
}

const struct netp_fail *netp_http1_fail(const struct netp_http1 *m)
{
    return &m->fail_;
}

const char *netp_http1_state(const struct netp_http1 *m)
{
    static const char *const names[] = {
#define HTTP1_NAME_(name, text) text,
        HTTP1_RX_STATES(HTTP1_NAME_)
#undef HTTP1_NAME_
    };

    return m->fail_.code != NETP_OK ? "failed" : names[m->rx_];
}

NETP_OPS(http1);
