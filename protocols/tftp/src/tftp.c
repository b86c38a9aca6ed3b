/* tftp.c - the machine: init, the verbs, time and failure. SPDX-License-Identifier: MIT */
#include "tftp_private.h"
#include <netproto/bytes.h>
#include <string.h>

static const uint8_t unknown_tid[] = "\0\5\0\5" TFTP_TEXT("Unknown transfer ID");

void netp_tftp_cfg_init(struct netp_tftp_cfg *cfg, enum netp_tftp_role role)
{
    memset(cfg, 0, sizeof *cfg);
    cfg->size = sizeof *cfg;
    cfg->role = role;
    cfg->blksize = NETP_TFTP_BLKSIZE;
    cfg->windowsize = 1;
    cfg->retries = 5;
    cfg->rto_ms = 1000;
    cfg->rto_min_ms = 200;
    cfg->rto_max_ms = 8000;
    cfg->max_size = UINT64_MAX;
    cfg->tsize = NETP_TFTP_SIZE_UNKNOWN;
}

static bool sizes_ok(const struct netp_tftp_cfg *c)
{
    return c->windowsize != 0 && c->blksize >= NETP_TFTP_BLKSIZE_MIN &&
           c->blksize <= NETP_TFTP_BLKSIZE_MAX;
}

static bool times_ok(const struct netp_tftp_cfg *c)
{
    return c->rto_ms != 0 && c->rto_min_ms != 0 && c->rto_min_ms <= c->rto_max_ms &&
           c->rto_max_ms <= NETP_TFTP_RTO_MAX_MS;
}

/* A build may have left out what is asked for. */
static bool is_built(const struct netp_tftp_cfg *c)
{
#ifdef NETP_TFTP_NO_NETASCII
    if (c->flags & NETP_TFTP_NETASCII) {
        return false;
    }
#endif
#ifdef NETP_TFTP_NO_LEND
    if (c->flags & NETP_TFTP_LEND) {
        return false;
    }
#endif
#ifdef NETP_TFTP_NO_WRAP_TO_1
    if (c->flags & NETP_TFTP_WRAP_TO_1) {
        return false;
    }
#endif
#if defined(NETP_TFTP_NO_CLIENT) || defined(NETP_TFTP_NO_RECEIVE)
    if (c->role == NETP_TFTP_GET) {
        return false;
    }
#endif
#if defined(NETP_TFTP_NO_CLIENT) || defined(NETP_TFTP_NO_SEND)
    if (c->role == NETP_TFTP_PUT) {
        return false;
    }
#endif
#ifdef NETP_TFTP_NO_SERVER
    if (c->role == NETP_TFTP_SERVE) {
        return false;
    }
#endif
    return c->role == NETP_TFTP_GET || c->role == NETP_TFTP_PUT || c->role == NETP_TFTP_SERVE;
}

static bool role_ok(const struct netp_tftp_cfg *c)
{
    if (!is_built(c)) {
        return false;
    }
    if (c->role == NETP_TFTP_SERVE) {
        return true;
    }
    if ((c->flags & NETP_TFTP_NETASCII) && (c->flags & NETP_TFTP_LEND)) {
        return false;
    }
    return c->file && c->file[0] != '\0' && c->server.fam != 0;
}

int netp_tftp_init_(struct netp_tftp *m, size_t msize, const struct netp_tftp_cfg *cfg, netp_ms now)
{
    if (msize != sizeof *m || cfg->size != sizeof *cfg) {
        return NETP_E_ABI;
    }
    if (!cfg->mem || !sizes_ok(cfg) || !times_ok(cfg) || !role_ok(cfg)) {
        return NETP_E_ARG;
    }
    if (cfg->memlen < NETP_TFTP_MEM_MIN) {
        return NETP_E_NOSPACE;
    }
    memset(m, 0, sizeof *m);
    m->cfg_ = *cfg;
    m->fail_.peer_code = -1;
    m->fail_.where = "";
    m->clock_ = now;
    m->deadline_ = NETP_NEVER;
    m->rto_ = cfg->rto_ms;
    m->state_ = TFTP_LISTENING;
    m->blksize_ = cfg->blksize;
    m->windowsize_ = cfg->windowsize;
#ifndef NETP_TFTP_NO_CLIENT
    if (cfg->role != NETP_TFTP_SERVE) {
        m->netascii_ = (cfg->flags & NETP_TFTP_NETASCII) != 0;
        m->sends_ = cfg->role == NETP_TFTP_PUT;
        m->peer_ = cfg->server;
        if (!tftp_fit_window(m)) {
            return NETP_E_NOSPACE;
        }
        m->cfg_.windowsize = m->windowsize_; /* what is asked for */
        return tftp_client_start(m);
    }
#endif
    return NETP_OK;
}

/* --- what the other sources call ------------------------------------------------------------- */

#if !defined(NETP_TFTP_NO_OPTIONS) || !defined(NETP_TFTP_NO_LEND)
/* A receiver's blocks need no memory, but netascii is decoded into it; a sender's are copied into
 * slots of header and block, or leave only their headers there. */
bool tftp_fit_window(struct netp_tftp *m)
{
#ifndef NETP_TFTP_NO_OPTIONS
    size_t most;
#endif

    m->lends_ = !tftp_text(m) && (m->cfg_.flags & NETP_TFTP_LEND);
#ifndef NETP_TFTP_NO_OPTIONS
    most = m->cfg_.memlen / tftp_slot_size(m);
    if (tftp_text(m) && most == 0) {
        return false;
    }
    if (tftp_sends(m) && most < tftp_window(m)) {
        m->windowsize_ = (uint16_t)most;
    }
    /* With as many blocks as there are numbers, an old ACK would be one of all of them. */
    if ((m->cfg_.flags & NETP_TFTP_WRAP_TO_1) && tftp_window(m) == UINT16_MAX) {
        m->windowsize_--;
    }
#endif
    return tftp_window(m) > 0;
}
#endif

void tftp_start(struct netp_tftp *m)
{
    m->state_ = tftp_sends(m) ? TFTP_SENDING : TFTP_RECEIVING;
    tftp_progress(m, 1);
}

bool tftp_put(struct tftp_list *list, const void *p, size_t n, unsigned flags)
{
    struct netp_out *v = list->v;

    if (v == list->end) {
        return false;
    }
    v->p = p;
    v->n = n;
    v->flags = NETP_OUT_DGRAM | flags;
    v->to = list->to;
    list->v = v + 1;
    return true;
}

#if !defined(NETP_TFTP_NO_CLIENT) || !defined(NETP_TFTP_NO_OPTIONS)
struct netp_tftp_writer tftp_control(struct netp_tftp *m, enum netp_tftp_opcode opcode)
{
    struct netp_tftp_writer w = {m->cfg_.mem, NETP_TFTP_MEM_MIN, 0};

    netp_tftp_put16(&w, opcode);
    return w;
}
#endif

void tftp_control_queue(struct netp_tftp *m, size_t n)
{
    m->controllen_ = (uint16_t)n;
    m->pending_ |= TFTP_P_CONTROL;
}

static void fail_with_text(struct netp_tftp *m, int code, const char *text)
{
    uint8_t *p = m->cfg_.mem;
    uint16_t n = 4;

    netp_wr16be(p, NETP_TFTP_ERROR);
    netp_wr16be(p + 2, (uint16_t)code);
    text = text ? text : netp_tftp_error_text(code);
    while (n < 4 + TFTP_MESSAGE_MAX && *text) {
        p[n++] = (uint8_t)*text++;
    }
    p[n++] = 0;
    tftp_control_queue(m, n);
}

int tftp_fail_silent_(struct netp_tftp *m, enum netp_err code, int peer_code)
{
    tftp_end(m, TFTP_FAILED);
    m->fail_.code = code;
    m->fail_.peer_code = peer_code;
    return code;
}

int tftp_fail_(struct netp_tftp *m, enum netp_err code, int peer_code, size_t at)
{
    tftp_fail_silent_(m, code, peer_code);
    m->fail_.offset = at;
    fail_with_text(m, peer_code, peer_code == NETP_TFTP_ILLEGAL ? m->fail_.where : NULL);
    return code;
}

void tftp_take_tid(struct netp_tftp *m, const struct netp_addr *from)
{
    if (from) {
        m->peer_ = *from;
    }
}

/* --- the verbs ------------------------------------------------------------------------------- */

int netp_tftp_next(struct netp_tftp *m, struct netp_in *in, netp_ms now, struct netp_tftp_ev *ev)
{
    int r = 0;

    if (m->state_ == TFTP_FAILED) {
        return m->fail_.code;
    }
    netp_clock(&m->clock_, now);
    if (m->pending_ & TFTP_P_DONE) {
        return tftp_receive_done(m, ev);
    }
    if (in && (r = tftp_take(m, in, ev)) != 0) {
        return r;
    }
    if (m->clock_ >= m->deadline_ && (r = tftp_expire(m)) != 0) {
        return r;
    }
    return tftp_send_need(m, ev) ? NETP_TFTP_NEED : 0;
}

size_t netp_tftp_out(const struct netp_tftp *m, struct netp_out *v, size_t nv)
{
    struct tftp_list list = {v, v + nv, &m->stranger_};

    if (m->pending_ & TFTP_P_STRANGER) {
        tftp_put(&list, unknown_tid, sizeof unknown_tid, NETP_OUT_STABLE);
    }
    list.to = m->peer_.fam ? &m->peer_ : NULL;
    if (m->pending_ & TFTP_P_CONTROL) {
        tftp_put(&list, m->cfg_.mem, m->controllen_, 0);
    }
    if (m->pending_ & TFTP_P_ACK) {
        tftp_put(&list, m->ack_, sizeof m->ack_, 0);
    }
    tftp_send_out(m, &list);
    return (size_t)(list.v - v);
}

static void sent_one(struct netp_tftp *m)
{
    unsigned waiting = m->pending_ & TFTP_P_OUT, first = waiting & (0 - waiting);
    netp_ms ms = m->rto_;

    m->pending_ &= (uint8_t)~first;
    if (first == TFTP_P_STRANGER) {
        return;
    }
    if (first == 0 && !tftp_send_sent(m)) {
        return;
    }
    if (m->state_ == TFTP_DALLYING) {
        /* RFC 1350 section 6: until the peer has had time to send the last block again, with a
         * timer that may have backed off as far as ours would. */
        ms = (netp_ms)m->cfg_.rto_max_ms + m->cfg_.rto_ms;
    }
    if (m->state_ < TFTP_CLOSED) {
        tftp_wait(m, ms);
    }
    if (m->state_ != TFTP_SENDING && m->resends_ == 0) {
        tftp_time(m, 1);
    }
}

void netp_tftp_sent(struct netp_tftp *m, size_t n, netp_ms now)
{
    netp_clock(&m->clock_, now);
    while (n--) {
        sent_one(m);
    }
}

netp_ms netp_tftp_deadline(const struct netp_tftp *m)
{
    return m->deadline_;
}

unsigned netp_tftp_want(const struct netp_tftp *m)
{
    unsigned out = (m->pending_ & TFTP_P_OUT) || tftp_send_has(m) ? NETP_WANT_OUT : 0;

    if (m->state_ >= TFTP_CLOSED) {
        return out ? out : NETP_CLOSED;
    }
    if (m->state_ == TFTP_ASKED || (m->pending_ & TFTP_P_NEED)) {
        out |= NETP_WANT_APP;
    }
    return out | NETP_WANT_IN;
}

const struct netp_fail *netp_tftp_fail(const struct netp_tftp *m)
{
    return &m->fail_;
}

/* --- the rest of the public face ------------------------------------------------------------- */

int netp_tftp_abort(struct netp_tftp *m, int code, const char *text, netp_ms now)
{
    bool known; /* the peer's port */

    (void)now; /* what has failed has no time */
    if (m->state_ >= TFTP_CLOSED) {
        return NETP_E_STATE;
    }
    known = m->state_ > TFTP_LISTENING;
    tftp_fail_silent(m, NETP_E_ABORTED, code, TFTP_TEXT("application"));
    if (known) {
        fail_with_text(m, code, text);
    }
    return NETP_OK;
}

struct netp_str netp_tftp_peer_message(const struct netp_tftp *m)
{
    struct netp_str s = {m->cfg_.mem, 0};

    if (m->fail_.code == NETP_E_REFUSED) {
        s.n = m->controllen_;
    }
    return s;
}

bool netp_tftp_saw_loss(const struct netp_tftp *m)
{
    return m->loss_;
}

const char *netp_tftp_state(const struct netp_tftp *m)
{
    switch ((enum tftp_state)m->state_) {
#define TFTP_NAME_(name, text)                                                                     \
    case TFTP_##name:                                                                              \
        return text;
        TFTP_STATES(TFTP_NAME_)
#undef TFTP_NAME_
    }
    return "";
}

NETP_OPS(tftp);
