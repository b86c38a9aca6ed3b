/* modbus_client.c - the Modbus client: its verbs, requests and their time.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_client_private.h"

#include <string.h>

static bool is_built(const struct netp_modbus_client_cfg *cfg)
{
#ifdef NETP_MODBUS_NO_DATAGRAMS
    if ((cfg->flags & NETP_MODBUS_CLIENT_DGRAM) != 0) {
        return false;
    }
#endif
#ifdef NETP_MODBUS_NO_WINDOW
    if (cfg->window > 1) {
        return false;
    }
#endif
#ifdef NETP_MODBUS_NO_RETRY
    if (cfg->retries > 0) {
        return false;
    }
#endif
    switch (cfg->framing) {
    case NETP_MODBUS_MBAP:
#ifndef NETP_MODBUS_NO_RTU
    case NETP_MODBUS_RTU:
#endif
#ifndef NETP_MODBUS_NO_ASCII
    case NETP_MODBUS_ASCII:
#endif
        return true;
    default:
        return false;
    }
}

int netp_modbus_client_init_(struct netp_modbus_client *m, size_t size,
                             const struct netp_modbus_client_cfg *cfg, netp_ms now)
{
    if (size != sizeof *m || cfg->size != sizeof *cfg) {
        return NETP_E_ABI;
    }
    if (!is_built(cfg) || cfg->window == 0 ||
        (cfg->window > 1 && cfg->framing != NETP_MODBUS_MBAP)) {
        return NETP_E_ARG;
    }
    if (cfg->memlen < NETP_MODBUS_CLIENT_MEM(cfg->framing, cfg->window)) {
        return NETP_E_NOSPACE;
    }
    memset(m, 0, sizeof *m);
    m->cfg_ = *cfg;
    m->clock_ = now;
    m->lost_ = UINT16_MAX; /* no function has that code */
    m->fail_.peer_code = -1;
    m->fail_.where = "";
    memset(cfg->mem, 0xff, cfg->memlen); /* all slots are free */
    return NETP_OK;
}

/* ---- slots ---- */

/* Of the slots that are queued, or of those with a deadline, the first that is due at *when or
 * later, or NULL; *when is set to its time, or to NETP_NEVER. */
static struct slot *first(const struct netp_modbus_client *m, bool queued, uint64_t *when)
{
    struct slot *found = NULL;
    uint64_t least = NETP_NEVER;

    for (size_t i = 0; i < slots(m); i++) {
        struct slot *s = slot_at(m, i);
        uint64_t w;

        memcpy(&w, s->when, sizeof w);
        if ((s->state == SLOT_QUEUED) == queued && w >= *when && w < least) {
            least = w;
            found = s;
        }
    }
    *when = least;
    return found;
}

static struct slot *first_queued(const struct netp_modbus_client *m)
{
    uint64_t turn = 0;

    return first(m, true, &turn);
}

static void enqueue(struct netp_modbus_client *m, struct slot *s)
{
    s->state = SLOT_QUEUED;
    memcpy(s->when, &m->turn_, sizeof s->when);
    m->turn_++;
    if (serial(m)) {
        m->fill_ = 0; /* what has come so far can't be the response */
    }
}

int netp_modbus_slot_end_(struct slot *s, struct netp_modbus_client_ev *ev, int type)
{
    ev->ticket = netp_rd16le(s->ticket);
    ev->unit = s->unit;
    memset(s, 0xff, sizeof *s);
    ev->type = type;
    return type;
}

/* ---- requests ---- */

/* Whether a request changes nothing: it can be repeated, and makes no sense as a broadcast. Of
 * user-defined functions nobody knows. */
static bool only_reads(const struct netp_modbus_request *r)
{
#ifdef NETP_MODBUS_COMMON_ONLY
    return r->function <= NETP_MODBUS_READ_INPUT_REGISTERS;
#else
    const uint32_t reads =
        1u << NETP_MODBUS_READ_COILS | 1u << NETP_MODBUS_READ_DISCRETE_INPUTS |
        1u << NETP_MODBUS_READ_HOLDING_REGISTERS | 1u << NETP_MODBUS_READ_INPUT_REGISTERS |
        1u << NETP_MODBUS_READ_EXCEPTION_STATUS | 1u << NETP_MODBUS_GET_COMM_EVENT_COUNTER |
        1u << NETP_MODBUS_GET_COMM_EVENT_LOG | 1u << NETP_MODBUS_REPORT_SERVER_ID |
        1u << NETP_MODBUS_READ_FILE_RECORD | 1u << NETP_MODBUS_READ_FIFO_QUEUE;

    if (r->function == NETP_MODBUS_ENCAPSULATED) {
        return r->n > 0 && r->data[0] == NETP_MODBUS_MEI_DEVICE_ID;
    }
    return r->function < 32 && (reads >> r->function & 1) != 0;
#endif
}

/* A slot for the next ticket, or NULL. */
static struct slot *free_slot(const struct netp_modbus_client *m)
{
    struct slot *found = NULL;

    for (size_t i = 0; i < slots(m); i++) {
        struct slot *s = slot_at(m, i);

        if (s->state == SLOT_FREE) {
            found = s;
        } else if (netp_rd16le(s->ticket) == (uint16_t)m->turn_) {
            return NULL;
        }
    }
    return found;
}

int netp_modbus_client_request(struct netp_modbus_client *m, uint8_t unit,
                               const struct netp_modbus_request *r, netp_ms now)
{
    struct netp_modbus_frame f;
    struct slot *s = free_slot(m);
    ptrdiff_t n;

    (void)now; /* its time begins when it has left */
    if (slots(m) == 0) {
        return NETP_E_STATE;
    }
    if (serial(m) &&
        ((unit > NETP_MODBUS_UNIT_MAX && !flag(m, NETP_MODBUS_CLIENT_RESERVED_UNITS)) ||
         (unit == NETP_MODBUS_BROADCAST && only_reads(r)))) {
        return NETP_E_ARG;
    }
    if (s == NULL) {
        return NETP_E_NOSPACE;
    }
    f.pdu = slot_pdu(m, s);
    n = netp_modbus_request_write((uint8_t *)f.pdu, NETP_MODBUS_PDU_MAX, r);
    if (n < 0) {
        return NETP_E_ARG;
    }
    memcpy(s->request, r, sizeof *r);
    f.n = (size_t)n;
    f.transaction = (uint16_t)m->turn_;
    f.unit = unit;
    s->pdu_n = (uint8_t)n;
    s->unit = unit;
#ifndef NETP_MODBUS_NO_RETRY
    s->retries = only_reads(r) || flag(m, NETP_MODBUS_CLIENT_RETRY_WRITES) ? m->cfg_.retries : 0;
#endif
    netp_wr16le(s->ticket, f.transaction);
    netp_wr16le(s->n, (uint16_t)netp_modbus_frame_write((enum netp_modbus_framing)m->cfg_.framing,
                                                        s->frame, NETP_MODBUS_FRAME_MAX, &f));
    enqueue(m, s);
    return f.transaction;
}

static int expire(struct netp_modbus_client *m, struct slot *s, struct netp_modbus_client_ev *ev)
{
    if (serial(m)) {
        if (s->state == SLOT_TURNAROUND) {
            return netp_modbus_slot_end_(s, ev, NETP_MODBUS_CLIENT_SENT);
        }
        m->lost_ = unit_and_function(s->unit, *slot_pdu(m, s));
    }
#ifndef NETP_MODBUS_NO_RETRY
    if (s->retries > 0) {
        s->retries--;
        m->counts_.retries++;
        enqueue(m, s);
        return 0;
    }
#endif
    return netp_modbus_slot_end_(s, ev, NETP_MODBUS_CLIENT_NO_RESPONSE);
}

/* ---- the verbs ---- */

int netp_modbus_client_next(struct netp_modbus_client *m, struct netp_in *in, netp_ms now,
                            struct netp_modbus_client_ev *ev)
{
    uint64_t due = 0;
    struct slot *s;
    int r = 0;

    memset(ev, 0, sizeof *ev);
    netp_clock(&m->clock_, now);
    if (slots(m) == 0) {
        return m->fail_.code;
    }
    if (in != NULL) {
        r = netp_modbus_client_take_(m, in, ev);
    }
    while (r == 0 && (s = first(m, false, &due)) != NULL && due <= m->clock_) {
        r = expire(m, s, ev);
    }
    return r;
}

size_t netp_modbus_client_out(const struct netp_modbus_client *m, struct netp_out *v, size_t nv)
{
    uint64_t turn = 0;
    struct slot *s;
    size_t i = 0, gone = m->gone_;

    for (; i < nv && (s = first(m, true, &turn)) != NULL; turn++) {
        v[i].p = s->frame + gone;
        v[i].n = netp_rd16le(s->n) - gone;
        v[i].flags = datagrams(m) ? NETP_OUT_DGRAM : 0;
        v[i++].to = NULL;
        gone = 0;
    }
    return i;
}

/* A frame has left. */
static void is_sent(struct netp_modbus_client *m, struct slot *s)
{
    netp_ms due = m->clock_ + m->cfg_.response_timeout_ms;

    m->gone_ = 0;
    s->state = SLOT_WAITING;
    if (serial(m)) {
        m->echo_ = flag(m, NETP_MODBUS_CLIENT_ECHO);
        if (s->unit == NETP_MODBUS_BROADCAST) {
            s->state = SLOT_TURNAROUND;
            due = m->clock_ + m->cfg_.turnaround_ms;
        }
    }
    memcpy(s->when, &due, sizeof s->when);
}

void netp_modbus_client_sent(struct netp_modbus_client *m, size_t n, netp_ms now)
{
    struct slot *s;

    netp_clock(&m->clock_, now);
    while (n > 0 && (s = first_queued(m)) != NULL) {
        size_t left = netp_rd16le(s->n) - (size_t)m->gone_;

        if (datagrams(m)) {
            left = 1;
        }
        if (n < left) {
            m->gone_ = (uint16_t)(m->gone_ + n);
            break;
        }
        n -= left;
        is_sent(m, s);
    }
}

netp_ms netp_modbus_client_deadline(const struct netp_modbus_client *m)
{
    netp_ms when = 0;

    first(m, false, &when);
    return when;
}

unsigned netp_modbus_client_want(const struct netp_modbus_client *m)
{
    if (slots(m) == 0) {
        return NETP_CLOSED;
    }
    return first_queued(m) != NULL ? NETP_WANT_IN | NETP_WANT_OUT : NETP_WANT_IN;
}

const struct netp_fail *netp_modbus_client_fail(const struct netp_modbus_client *m)
{
    return &m->fail_;
}

const struct netp_modbus_client_counts *netp_modbus_client_counts(
    const struct netp_modbus_client *m)
{
    return &m->counts_;
}
