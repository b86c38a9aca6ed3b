/* modbus_gateway.c - many clients, few lines. SPDX-License-Identifier: MIT */
#include <netproto/machine.h>
#include <netproto/modbus_frame.h>
#include <netproto/modbus_gateway.h>
#include <string.h>

#define DATA_MAX (NETP_MODBUS_PDU_MAX - 1u)

/* The way of a job, and round again. */
enum { FREE, WAITING, SENT, ANSWERED };

/* One past the last job, for loops. */
static struct netp_modbus_gateway_job *end_of(const struct netp_modbus_gateway *g)
{
    return g->cfg_.job + g->cfg_.njob;
}

/* --- routes ---------------------------------------------------------------------------------- */

static bool is_route(const struct netp_modbus_route *r, unsigned nbus)
{
    return r->first > 0 && r->first <= r->last && r->bus < nbus && r->as > 0 &&
           r->as + (unsigned)(r->last - r->first) <= NETP_MODBUS_UNIT_MAX;
}

int netp_modbus_gateway_init(struct netp_modbus_gateway *g,
                             const struct netp_modbus_gateway_cfg *cfg)
{
    if (cfg->nbus == 0 || cfg->njob == 0 || cfg->per_bus == 0 || cfg->per_client == 0 ||
        cfg->dead_after == 0) {
        return NETP_E_ARG;
    }
    for (size_t i = 0; i < cfg->nroute; i++) {
        if (!is_route(&cfg->route[i], cfg->nbus)) {
            return NETP_E_ARG;
        }
    }
    memset(g, 0, sizeof *g);
    g->cfg_ = *cfg;
    memset(cfg->bus, 0, cfg->nbus * sizeof *cfg->bus);
    memset(cfg->job, 0, cfg->njob * sizeof *cfg->job);
    return NETP_OK;
}

static const struct netp_modbus_route *find_route(const struct netp_modbus_gateway *g, uint8_t unit)
{
    for (size_t i = 0; i < g->cfg_.nroute; i++) {
        const struct netp_modbus_route *r = &g->cfg_.route[i];
        if (unit >= r->first && unit <= r->last) {
            return r;
        }
    }
    return NULL;
}

/* --- taking ---------------------------------------------------------------------------------- */

/* A job's turn on its bus is behind the turn that is on, and behind that of its client's last which
 * waits there: each client has one request a turn. */
static uint64_t turn_for(const struct netp_modbus_gateway *g, uint8_t bus, uint32_t client)
{
    uint64_t turn = g->cfg_.bus[bus].turn_ + 1;

    for (const struct netp_modbus_gateway_job *j = g->cfg_.job; j < end_of(g); j++) {
        if (j->state_ == WAITING && j->bus_ == bus && j->client_ == client && j->turn_ >= turn) {
            turn = j->turn_ + 1;
        }
    }
    return turn;
}

/* A free job, unless the bus or the client has as many as it may. */
static struct netp_modbus_gateway_job *find_room(const struct netp_modbus_gateway *g, uint8_t bus,
                                                 uint32_t client)
{
    struct netp_modbus_gateway_job *room = NULL;
    unsigned of_bus = 0, of_client = 0;

    for (struct netp_modbus_gateway_job *j = g->cfg_.job; j < end_of(g); j++) {
        if (j->state_ == FREE) {
            room = j;
            continue;
        }
        of_bus += j->bus_ == bus && j->state_ != ANSWERED;
        of_client += j->client_ == client && !j->silent_;
    }
    return of_bus < g->cfg_.per_bus && of_client < g->cfg_.per_client ? room : NULL;
}

static struct netp_modbus_gateway_job *queue(struct netp_modbus_gateway *g, uint8_t bus,
                                             uint32_t client, uint32_t ticket,
                                             const struct netp_modbus_request *request)
{
    struct netp_modbus_gateway_job *j = find_room(g, bus, client);

    if (!j) {
        g->cfg_.bus[bus].counts.full++;
        return NULL;
    }
    g->cfg_.bus[bus].counts.requests++;
    j->turn_ = turn_for(g, bus, client);
    j->order_ = g->order_++;
    j->client_ = client;
    j->ticket_ = ticket;
    j->request_ = *request;
    if (request->n > 0) {
        memcpy(j->data_, request->data, request->n);
    }
    j->request_.data = j->data_;
    j->unit_ = j->as_ = NETP_MODBUS_BROADCAST;
    j->bus_ = bus;
    j->tries_ = 0;
    j->silent_ = false;
    j->state_ = WAITING;
    return j;
}

/* What a unit need not answer: serial 2.1 has writes alone. */
static bool is_broadcast(uint8_t function)
{
    return function == NETP_MODBUS_WRITE_SINGLE_COIL ||
           function == NETP_MODBUS_WRITE_SINGLE_REGISTER ||
           function == NETP_MODBUS_WRITE_MULTIPLE_COILS ||
           function == NETP_MODBUS_WRITE_MULTIPLE_REGISTERS ||
           function == NETP_MODBUS_MASK_WRITE_REGISTER;
}

/* Takes back the requests from that number on. */
static void unqueue(struct netp_modbus_gateway *g, uint64_t order)
{
    for (struct netp_modbus_gateway_job *j = g->cfg_.job; j < end_of(g); j++) {
        if (j->state_ == WAITING && j->order_ >= order) {
            g->cfg_.bus[j->bus_].counts.requests--;
            j->state_ = FREE;
        }
    }
}

/* To all buses that are up, or to none; the first to be queued brings the answer. */
static enum netp_modbus_exception broadcast(struct netp_modbus_gateway *g, uint32_t client,
                                            uint32_t ticket,
                                            const struct netp_modbus_request *request)
{
    uint64_t first = g->order_;

    if (g->cfg_.broadcast == NETP_MODBUS_BROADCAST_REFUSED) {
        return NETP_MODBUS_NO_PATH;
    }
    if (!is_broadcast(request->function)) {
        return NETP_MODBUS_ILLEGAL_FUNCTION;
    }
    for (uint8_t bus = 0; bus < g->cfg_.nbus; bus++) {
        struct netp_modbus_gateway_job *j;
        if (g->cfg_.bus[bus].down_) {
            continue;
        }
        if (!(j = queue(g, bus, client, ticket, request))) {
            unqueue(g, first);
            return NETP_MODBUS_DEVICE_BUSY;
        }
        j->silent_ = j->order_ != first || g->cfg_.broadcast == NETP_MODBUS_BROADCAST_SILENT;
    }
    return g->order_ > first ? NETP_MODBUS_NO_EXCEPTION : NETP_MODBUS_NO_PATH;
}

enum netp_modbus_exception netp_modbus_gateway_take(struct netp_modbus_gateway *g, uint32_t client,
                                                    uint32_t ticket, uint8_t unit,
                                                    const struct netp_modbus_request *request,
                                                    netp_ms now)
{
    const struct netp_modbus_route *r = find_route(g, unit);
    struct netp_modbus_gateway_job *j;

    if (request->n > DATA_MAX) {
        return NETP_MODBUS_ILLEGAL_VALUE;
    }
    if (unit == NETP_MODBUS_BROADCAST) {
        return broadcast(g, client, ticket, request);
    }
    if (!r || g->cfg_.bus[r->bus].down_) {
        return NETP_MODBUS_NO_PATH;
    }
    if (netp_clock(&g->clock_, now) < g->unit_[unit].until_) {
        g->cfg_.bus[r->bus].counts.dead++;
        return NETP_MODBUS_NO_ANSWER;
    }
    j = queue(g, r->bus, client, ticket, request);
    if (!j) {
        return NETP_MODBUS_DEVICE_BUSY;
    }
    j->unit_ = unit;
    j->as_ = (uint8_t)(r->as + (unit - r->first));
    return NETP_MODBUS_NO_EXCEPTION;
}

/* --- what becomes of a job ------------------------------------------------------------------- */

static void answer(struct netp_modbus_gateway_job *j, const struct netp_modbus_response *response)
{
    j->response_ = *response;
    if (response->n > 0) {
        memcpy(j->data_, response->data, response->n);
    }
    j->response_.data = j->data_;
    j->state_ = j->silent_ ? FREE : ANSWERED;
}

static void refuse(struct netp_modbus_gateway_job *j, enum netp_modbus_exception exception)
{
    const struct netp_modbus_response r = {NULL, 0, j->request_.function, (uint8_t)exception};

    answer(j, &r);
}

/* The job on that bus, or NULL. */
static struct netp_modbus_gateway_job *job_on(const struct netp_modbus_gateway *g, uint8_t bus)
{
    for (struct netp_modbus_gateway_job *j = g->cfg_.job; j < end_of(g); j++) {
        if (j->state_ == SENT && j->bus_ == bus) {
            return j;
        }
    }
    return NULL;
}

int netp_modbus_gateway_answered(struct netp_modbus_gateway *g, uint8_t bus,
                                 const struct netp_modbus_response *response, netp_ms now)
{
    struct netp_modbus_gateway_job *j = job_on(g, bus);
    struct netp_modbus_gateway_bus *b = &g->cfg_.bus[bus];

    netp_clock(&g->clock_, now);
    if (!j) {
        return NETP_E_STATE;
    }
    if (response->n > DATA_MAX) {
        return NETP_E_ARG;
    }
    memset(&g->unit_[j->unit_], 0, sizeof g->unit_[j->unit_]);
    b->counts.answers++;
    b->counts.exceptions += response->exception != NETP_MODBUS_NO_EXCEPTION;
    answer(j, response);
    return NETP_OK;
}

/* Whether it changes nothing; 2B does not with MEI type 0E, device identification. */
static bool is_read(const struct netp_modbus_request *r)
{
    switch (r->function) {
    case NETP_MODBUS_READ_COILS:
    case NETP_MODBUS_READ_DISCRETE_INPUTS:
    case NETP_MODBUS_READ_HOLDING_REGISTERS:
    case NETP_MODBUS_READ_INPUT_REGISTERS:
    case NETP_MODBUS_READ_EXCEPTION_STATUS:
    case NETP_MODBUS_GET_COMM_EVENT_COUNTER:
    case NETP_MODBUS_GET_COMM_EVENT_LOG:
    case NETP_MODBUS_REPORT_SERVER_ID:
    case NETP_MODBUS_READ_FILE_RECORD:
    case NETP_MODBUS_READ_FIFO_QUEUE:
        return true;
    default:
        return r->function == NETP_MODBUS_ENCAPSULATED && r->n > 0 && r->data[0] == 0x0e;
    }
}

/* The unit has missed a request; after some in a row it is not asked for a time, then with a single
 * request, and for twice the time if that is missed, too. */
static void unit_missed(struct netp_modbus_gateway *g, uint8_t unit)
{
    struct netp_modbus_gateway_unit *u = &g->unit_[unit];
    netp_ms ms = g->cfg_.dead_ms;

    if (++u->missed_ < g->cfg_.dead_after) {
        return;
    }
    for (unsigned i = 0; i < u->died_ && ms < g->cfg_.dead_max_ms; i++) {
        ms *= 2;
    }
    u->until_ = g->clock_ + (ms < g->cfg_.dead_max_ms ? ms : g->cfg_.dead_max_ms);
    u->missed_--;
    u->died_ = (uint8_t)(u->died_ + (u->died_ < UINT8_MAX));
}

int netp_modbus_gateway_missed(struct netp_modbus_gateway *g, uint8_t bus, netp_ms now)
{
    struct netp_modbus_gateway_job *j = job_on(g, bus);
    struct netp_modbus_gateway_bus *b = &g->cfg_.bus[bus];

    netp_clock(&g->clock_, now);
    if (!j) {
        return NETP_E_STATE;
    }
    if (j->unit_ == NETP_MODBUS_BROADCAST) {
        refuse(j, NETP_MODBUS_NO_EXCEPTION);
        return NETP_OK;
    }
    b->counts.missed++;
    unit_missed(g, j->unit_);
    if (j->tries_ <= g->cfg_.retries && is_read(&j->request_) && !j->silent_ &&
        g->clock_ >= g->unit_[j->unit_].until_) {
        b->counts.repeated++;
        j->state_ = WAITING;
    } else {
        refuse(j, NETP_MODBUS_NO_ANSWER);
    }
    return NETP_OK;
}

void netp_modbus_gateway_gone(struct netp_modbus_gateway *g, uint32_t client)
{
    for (struct netp_modbus_gateway_job *j = g->cfg_.job; j < end_of(g); j++) {
        if (j->client_ != client || j->silent_ || j->state_ == FREE || j == g->told_) {
            continue;
        }
        g->cfg_.bus[j->bus_].counts.discarded++;
        j->silent_ = true;
        if (j->state_ != SENT) {
            j->state_ = FREE;
        }
    }
}

void netp_modbus_gateway_bus(struct netp_modbus_gateway *g, uint8_t bus, bool up)
{
    g->cfg_.bus[bus].down_ = !up;
    for (struct netp_modbus_gateway_job *j = g->cfg_.job; j < end_of(g) && !up; j++) {
        if (j->bus_ == bus && (j->state_ == WAITING || j->state_ == SENT)) {
            /* What was sent may have been done. */
            refuse(j, j->state_ == SENT ? NETP_MODBUS_NO_ANSWER : NETP_MODBUS_NO_PATH);
        }
    }
}

/* --- what is to be done ---------------------------------------------------------------------- */

/* Whose turn it is among those that wait for a bus which is free; NULL: nobody's. */
static struct netp_modbus_gateway_job *pick(const struct netp_modbus_gateway *g, uint8_t bus)
{
    struct netp_modbus_gateway_job *best = NULL;

    for (struct netp_modbus_gateway_job *j = g->cfg_.job; j < end_of(g); j++) {
        if (j->bus_ != bus || (j->state_ != WAITING && j->state_ != SENT)) {
            continue;
        }
        if (j->state_ == SENT) {
            return NULL;
        }
        if (!best || j->turn_ < best->turn_ ||
            (j->turn_ == best->turn_ && j->order_ < best->order_)) {
            best = j;
        }
    }
    return best;
}

/* The next request for that bus. Those to units that are given up are refused on the way. */
static struct netp_modbus_gateway_job *start(struct netp_modbus_gateway *g, uint8_t bus)
{
    struct netp_modbus_gateway_bus *b = &g->cfg_.bus[bus];
    struct netp_modbus_gateway_job *j;

    while ((j = pick(g, bus)) && g->clock_ < g->unit_[j->unit_].until_) {
        b->counts.dead++;
        refuse(j, NETP_MODBUS_NO_ANSWER);
    }
    if (j) {
        j->state_ = SENT;
        j->tries_++;
        b->turn_ = j->turn_;
        b->counts.sent++;
    }
    return j;
}

static int tell(const struct netp_modbus_gateway_job *j, int type,
                struct netp_modbus_gateway_ev *ev)
{
    *ev = (struct netp_modbus_gateway_ev){type,       j->bus_,     j->as_,      j->client_,
                                          j->ticket_, j->request_, j->response_};
    return type;
}

int netp_modbus_gateway_next(struct netp_modbus_gateway *g, struct netp_modbus_gateway_ev *ev)
{
    if (g->told_) {
        g->told_->state_ = FREE;
        g->told_ = NULL;
    }
    for (uint8_t bus = 0; bus < g->cfg_.nbus; bus++) {
        const struct netp_modbus_gateway_job *j = start(g, bus);
        if (j) {
            return tell(j, NETP_MODBUS_GATEWAY_SEND, ev);
        }
    }
    for (struct netp_modbus_gateway_job *j = g->cfg_.job; j < end_of(g); j++) {
        if (j->state_ == ANSWERED && (!g->told_ || j->order_ < g->told_->order_)) {
            g->told_ = j;
        }
    }
    return g->told_ ? tell(g->told_, NETP_MODBUS_GATEWAY_ANSWER, ev) : 0;
}
