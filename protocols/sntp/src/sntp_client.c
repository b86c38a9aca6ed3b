/* sntp_client.c - the client machine. SPDX-License-Identifier: MIT
 *
 * A build can leave out signing, -DNETP_SNTP_NO_KEY: netp_sntp_client_init() then refuses a key. */
#include <netproto/addr.h>
#include <netproto/bytes.h>
#include <netproto/machine.h>
#include <netproto/sntp_client.h>
#include <string.h>

enum sntp_state {
    RESTING, /* until it is time to ask */
    ASKING,  /* ASK is open */
    SENDING, /* the request is in out() */
    WAITING, /* for the answer */
    FAILED
};

#define ORIGIN        24u /* where it is in a packet */
#define NONCE         40u /* in place of the transmit stamp */
#define LEAST_VERSION 3   /* RFC 5905 section 7.3: the packet is the same from there on */

void netp_sntp_client_cfg_init(struct netp_sntp_client_cfg *cfg)
{
    memset(cfg, 0, sizeof *cfg);
    cfg->size = sizeof *cfg;
    cfg->poll_ms = 64000;
    cfg->poll_max_ms = 4096000;
    cfg->burst_ms = 2000;
    cfg->timeout_ms = 1000;
    cfg->max_distance = 0x18000;
}

int netp_sntp_client_init_(struct netp_sntp_client *m, size_t msize,
                           const struct netp_sntp_client_cfg *cfg, netp_ms now)
{
    if (msize != sizeof *m || cfg->size != sizeof *cfg) {
        return NETP_E_ABI;
    }
    if (cfg->poll_ms == 0 || cfg->poll_ms > cfg->poll_max_ms ||
        cfg->poll_max_ms > NETP_SNTP_POLL_MAX_MS) {
        return NETP_E_ARG;
    }
#ifdef NETP_SNTP_NO_KEY
    if (cfg->key) {
        return NETP_E_ARG;
    }
#endif
    memset(m, 0, sizeof *m);
    m->cfg_ = *cfg;
    m->fail_.peer_code = -1;
    m->fail_.where = "";
    m->clock_ = m->since_ = now;
    m->floor_ = m->poll_ = cfg->poll_ms;
    m->burst_ = cfg->burst;
    return NETP_OK;
}

/* --- when to ask ----------------------------------------------------------------------------- */

static uint32_t twice(const struct netp_sntp_client *m, uint32_t ms)
{
    return ms > m->cfg_.poll_max_ms / 2 ? m->cfg_.poll_max_ms : ms * 2;
}

/* From now on in that state, for ms. */
static void enter(struct netp_sntp_client *m, enum sntp_state state, uint32_t ms)
{
    m->state_ = (uint8_t)state;
    m->since_ = m->clock_;
    m->wait_ = ms;
}

/* The exchange is over: rests before the next one. Clients that were started together, as by a
 * power cut, drift apart by the jitter: the nonce is random, and no longer of use. */
static void rest(struct netp_sntp_client *m, bool answered)
{
    uint32_t ms = m->cfg_.burst_ms;

    m->poll_ = answered ? m->floor_ : twice(m, m->poll_);
    if (m->burst_ > 0) {
        m->burst_--;
    }
    if (m->burst_ == 0) {
        ms = m->poll_ + (m->poll_ >> 11) * m->request_[NONCE];
    }
    enter(m, RESTING, ms);
}

int netp_sntp_client_ask(struct netp_sntp_client *m, const uint8_t nonce[8], uint64_t clock,
                         netp_ms now)
{
    if (m->state_ != ASKING) {
        return NETP_E_STATE;
    }
    if (memcmp(m->request_ + NONCE, nonce, 8) == 0) {
        return NETP_E_ARG;
    }
    memcpy(m->request_ + NONCE, nonce, 8);
    m->request_[0] = NETP_SNTP_VERSION << 3 | NETP_SNTP_CLIENT;
    m->requestlen_ = NETP_SNTP_PACKET;
#ifndef NETP_SNTP_NO_KEY
    if (m->cfg_.key) {
        m->requestlen_ = (uint8_t)m->cfg_.key->sign(m->cfg_.key, m->request_, NETP_SNTP_PACKET);
    }
    if (m->requestlen_ == 0) {
        return NETP_E_ARG;
    }
#endif
    netp_clock(&m->clock_, now);
    m->asked_ = clock;
    enter(m, SENDING, m->cfg_.timeout_ms);
    return NETP_OK;
}

/* --- the answer ------------------------------------------------------------------------------ */

static int unfit(struct netp_sntp_client *m, struct netp_sntp_client_ev *ev,
                 enum netp_sntp_unfit why, uint32_t kiss)
{
    rest(m, false);
    ev->type = NETP_SNTP_UNFIT;
    ev->u.unfit.why = why;
    ev->u.unfit.kiss = kiss;
    return NETP_SNTP_UNFIT;
}

/* RFC 5905 section 7.4. A server whose clock is not set has stratum 0, too. */
static int take_kiss(struct netp_sntp_client *m, struct netp_sntp_client_ev *ev)
{
    uint32_t code = ev->u.reply.packet.refid;

    if (code == NETP_SNTP_DENY || code == NETP_SNTP_RSTR) {
        m->fail_.peer_code = (int)code;
        return NETP_E_REFUSED;
    }
    if (code == NETP_SNTP_RATE) {
        m->burst_ = 0; /* "reduce its polling interval [...] each time it receives" one */
        m->poll_ = m->floor_;
        m->floor_ = twice(m, m->floor_);
    }
    return unfit(m, ev, code ? NETP_SNTP_WHY_KISS : NETP_SNTP_WHY_NOT_SYNCHRONISED, code);
}

/* RFC 5905 section 9.2 and RFC 4330 section 5. Returns an enum netp_sntp_unfit, or -1. */
static int fault(const struct netp_sntp_client *m, const struct netp_sntp_packet *pk)
{
    if (pk->leap == NETP_SNTP_UNSYNC || pk->stratum >= NETP_SNTP_STRATA || pk->receive == 0 ||
        pk->transmit == 0) {
        return NETP_SNTP_WHY_NOT_SYNCHRONISED;
    }
    /* A reference of 0 says nothing: servers that are their own reference (ntpd's orphans) send it.
     */
    if (pk->transmit - pk->receive > INT64_MAX ||
        (pk->reference != 0 && pk->transmit - pk->reference > INT64_MAX)) {
        return NETP_SNTP_WHY_ORDER;
    }
    if (pk->precision > 0 || pk->root_dispersion > m->cfg_.max_distance ||
        pk->root_delay / 2 > m->cfg_.max_distance - pk->root_dispersion) {
        return NETP_SNTP_WHY_DISTANCE;
    }
    return -1;
}

static int take_answer(struct netp_sntp_client *m, struct netp_sntp_client_ev *ev)
{
    const struct netp_sntp_packet *pk = &ev->u.reply.packet;
    int why;

    if (pk->stratum == 0) {
        return take_kiss(m, ev);
    }
    why = fault(m, pk);
    if (why >= 0) {
        return unfit(m, ev, (enum netp_sntp_unfit)why, 0);
    }
    ev->u.reply.asked = m->asked_;
    ev->u.reply.elapsed = m->clock_ - m->since_;
    rest(m, true);
    ev->type = NETP_SNTP_REPLY;
    return NETP_SNTP_REPLY;
}

static bool is_open(const struct netp_sntp_client *m)
{
    return m->state_ == SENDING || m->state_ == WAITING;
}

/* Whether the datagram answers our request. Whoever knows the nonce has seen it; from anybody else
 * not even a refusal is taken. */
static bool is_ours(const struct netp_sntp_client *m, const uint8_t *p, size_t n,
                    const struct netp_addr *from, struct netp_sntp_packet *pk)
{
    if (!is_open(m) || netp_sntp_parse(p, n, pk) != NETP_OK ||
        memcmp(p + ORIGIN, m->request_ + NONCE, 8) != 0 || pk->mode != NETP_SNTP_SERVER ||
        pk->version < LEAST_VERSION || pk->version > NETP_SNTP_VERSION) {
        return false;
    }
    if (m->cfg_.server.fam && from && !netp_addr_eq(from, &m->cfg_.server)) {
        return false;
    }
#ifndef NETP_SNTP_NO_KEY
    if (m->cfg_.key) {
        return m->cfg_.key->verify(m->cfg_.key, p, n) == NETP_OK;
    }
#endif
    return n == NETP_SNTP_PACKET;
}

static int take(struct netp_sntp_client *m, struct netp_in *in, struct netp_sntp_client_ev *ev)
{
    if (in->flags & NETP_IN_DGRAM) {
        const uint8_t *p = in->p;
        size_t n = in->n;
        in->p = p + n;
        in->n = 0;
        in->flags &= ~(unsigned)NETP_IN_DGRAM;
        return is_ours(m, p, n, in->from, &ev->u.reply.packet) ? take_answer(m, ev) : 0;
    }
    if (in->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) {
        return NETP_E_IO;
    }
    return 0;
}

/* --- the verbs ------------------------------------------------------------------------------- */

int netp_sntp_client_next(struct netp_sntp_client *m, struct netp_in *in, netp_ms now,
                          struct netp_sntp_client_ev *ev)
{
    int r = 0;

    if (m->state_ == FAILED) {
        return m->fail_.code;
    }
    netp_clock(&m->clock_, now);
    if (in && (r = take(m, in, ev)) != 0) {
        if (r < 0) {
            m->state_ = FAILED;
            m->fail_.code = (enum netp_err)r;
            m->fail_.where = "server";
        }
        return r;
    }
    if (m->clock_ < netp_sntp_client_deadline(m)) {
        return 0;
    }
    if (is_open(m)) {
        rest(m, false);
        ev->type = NETP_SNTP_SILENT;
    } else {
        m->state_ = ASKING;
        ev->type = NETP_SNTP_ASK;
    }
    return (int)ev->type;
}

size_t netp_sntp_client_out(const struct netp_sntp_client *m, struct netp_out *v, size_t nv)
{
    size_t i = 0;

    if (m->state_ == SENDING) {
        const struct netp_addr *to = m->cfg_.server.fam ? &m->cfg_.server : NULL;
        netp_out_put(v, nv, &i, (struct netp_out){m->request_, m->requestlen_, NETP_OUT_DGRAM, to});
    }
    return i;
}

void netp_sntp_client_sent(struct netp_sntp_client *m, size_t n, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (m->state_ == SENDING && n > 0) {
        m->state_ = WAITING;
    }
}

netp_ms netp_sntp_client_deadline(const struct netp_sntp_client *m)
{
    return m->state_ == ASKING || m->state_ == FAILED ? NETP_NEVER
                                                      : netp_after(m->since_, m->wait_);
}

unsigned netp_sntp_client_want(const struct netp_sntp_client *m)
{
    static const uint8_t want[] = {NETP_WANT_IN, NETP_WANT_IN | NETP_WANT_APP,
                                   NETP_WANT_IN | NETP_WANT_OUT, NETP_WANT_IN, NETP_CLOSED};
    return want[m->state_];
}

const struct netp_fail *netp_sntp_client_fail(const struct netp_sntp_client *m)
{
    return &m->fail_;
}

NETP_OPS(sntp_client);
