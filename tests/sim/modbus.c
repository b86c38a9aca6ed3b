/* modbus.c - a Modbus client with a window, and a server behind which some units are slow or dead,
 * over one TCP connection. SPDX-License-Identifier: MIT */
#include "stream.h"

#include <netproto/modbus_client.h>
#include <netproto/modbus_server.h>

#include <string.h>

enum { WINDOW_MAX = 5, ASKED = 24, TIMEOUT_MS = 200, CHUNK = 1024, STEPS_MAX = 20000 };

enum { UNDER_WAY, ANSWERED, GIVEN_UP };

/* A request; its address is its number. */
struct asked {
    int ticket;
    uint8_t unit, function, state;
    unsigned seen; /* by the server */
    bool answered; /* by the server */
};

/* Bytes that have come and are not used. */
struct hold {
    uint8_t p[CHUNK];
    size_t n;
    unsigned flags;
};

struct modbus_world {
    struct world w;
    struct netp_modbus_client c;
    struct netp_modbus_server s;
    struct machine client, server;
    struct stream up, down;
    struct hold to_client, to_server;
    struct asked asked[ASKED];
    unsigned nasked, under_way, answers, trouble;
    struct netp_modbus_client_cfg cfg;
    unsigned slow; /* percent of the requests that take long, or for ever */
    netp_ms ask_at, answer_at;
    struct netp_modbus_request open;
    uint8_t mem[NETP_MODBUS_CLIENT_MEM(NETP_MODBUS_MBAP, WINDOW_MAX)];
    uint8_t rx[NETP_MODBUS_MBAP_MAX], tx[2 * NETP_MODBUS_MBAP_MAX];
};

/* --- the client's application ---------------------------------------------------------------- */

/* What register `address` of a unit holds. */
static void value_of(uint8_t unit, unsigned address, uint8_t value[2])
{
    value[0] = unit;
    value[1] = (uint8_t)(7 * address + 1);
}

static void ask(struct modbus_world *mw)
{
    static const uint8_t functions[] = {NETP_MODBUS_READ_HOLDING_REGISTERS,
                                        NETP_MODBUS_WRITE_SINGLE_REGISTER};
    struct asked *a = &mw->asked[mw->nasked];
    struct netp_modbus_request r = {.address = (uint16_t)mw->nasked, .quantity = 1};
    uint8_t value[2];

    a->unit = (uint8_t)(1 + decide(mw->w.d, 3));
    a->function = r.function = functions[decide(mw->w.d, 2)];
    value_of(a->unit, mw->nasked, value);
    r.data = value;
    r.n = r.function == NETP_MODBUS_WRITE_SINGLE_REGISTER ? 2 : 0;
    a->ticket = netp_modbus_client_request(&mw->c, a->unit, &r, mw->w.now);
    memset(value, 0xa5, sizeof value);
    if (machine_closed(&mw->client)) {
        world_check(&mw->w, a->ticket == NETP_E_STATE, "no request when it is over");
        mw->ask_at = NETP_NEVER;
        return;
    }
    if (mw->under_way == mw->cfg.window) {
        world_check(&mw->w, a->ticket == NETP_E_NOSPACE, "the window is a limit");
        mw->ask_at = NETP_NEVER; /* until there is an event */
        return;
    }
    world_check(&mw->w, a->ticket >= 0, "there is room in the window");
    world_trace(&mw->w, "request %u of unit %u, function %u: ticket %d", mw->nasked, a->unit,
                a->function, a->ticket);
    mw->nasked++;
    mw->under_way++;
    mw->ask_at = mw->nasked < ASKED ? mw->w.now + world_upto(&mw->w, 30) : NETP_NEVER;
}

static struct asked *find(struct modbus_world *mw, int ticket)
{
    for (unsigned i = 0; i < mw->nasked; i++) {
        if (mw->asked[i].ticket == ticket) {
            return &mw->asked[i];
        }
    }
    world_broken(&mw->w, "an event has a ticket that was given out");
}

static void check_answer(const struct modbus_world *mw, const struct asked *a,
                         const struct netp_modbus_client_ev *ev)
{
    uint8_t value[2];

    value_of(a->unit, (unsigned)(a - mw->asked), value);
    world_check(&mw->w, a->answered, "an answer was given");
    world_check(&mw->w, ev->response.function == a->function && ev->response.exception == 0,
                "the answer to its function");
    world_check(&mw->w,
                a->function == NETP_MODBUS_WRITE_SINGLE_REGISTER
                    ? ev->response.n == 0
                    : ev->response.n == 2 && memcmp(ev->response.data, value, 2) == 0,
                "its own value");
}

static void on_event(struct modbus_world *mw, const struct netp_modbus_client_ev *ev)
{
    struct asked *a;

    world_note(&mw->w, (uint64_t)ev->type, (uint64_t)ev->ticket);
    world_trace(&mw->w, "event %d, ticket %d", (int)ev->type, ev->ticket);
    if (ev->type == NETP_MODBUS_CLIENT_EOF) {
        return;
    }
    a = find(mw, ev->ticket);
    world_check(&mw->w, a->state == UNDER_WAY && a->unit == ev->unit, "one event a ticket");
    mw->under_way--;
    a->state = ev->type == NETP_MODBUS_CLIENT_NO_RESPONSE ? GIVEN_UP : ANSWERED;
    if (ev->type == NETP_MODBUS_CLIENT_RESPONSE) {
        mw->answers++;
        check_answer(mw, a, ev);
    } else {
        world_check(&mw->w, ev->type == NETP_MODBUS_CLIENT_NO_RESPONSE,
                    "a sound server gives no bad answer");
        world_check(&mw->w, mw->trouble > 0, "nothing is given up without cause");
    }
    if (mw->nasked < ASKED) {
        mw->ask_at = mw->w.now;
    }
}

/* --- the server's application ---------------------------------------------------------------- */

static void on_request(struct modbus_world *mw, const struct netp_modbus_server_ev *ev)
{
    struct asked *a;
    bool reads = ev->request.function == NETP_MODBUS_READ_HOLDING_REGISTERS;

    if (ev->type != NETP_MODBUS_SERVER_REQUEST) {
        return;
    }
    world_check(&mw->w, ev->request.address < mw->nasked, "what is asked was asked for");
    a = &mw->asked[ev->request.address];
    world_check(&mw->w, ev->unit == a->unit && ev->request.function == a->function, "as it was");
    world_check(&mw->w, ev->transaction == a->ticket, "with its ticket");
    a->seen++;
    world_check(&mw->w, a->seen <= (reads ? 1u + mw->cfg.retries : 1u), "no write is repeated");
    mw->open = ev->request;
    mw->answer_at = mw->w.now + world_upto(&mw->w, 5);
    if (world_hit(&mw->w, mw->slow)) {
        mw->answer_at += world_upto(&mw->w, 3 * TIMEOUT_MS);
        mw->trouble++;
    }
}

static void answer(struct modbus_world *mw)
{
    struct asked *a = &mw->asked[mw->open.address];
    uint8_t value[2];
    int r;

    mw->answer_at = NETP_NEVER;
    if (world_hit(&mw->w, mw->slow)) { /* a unit behind it is dead */
        mw->trouble++;
        netp_modbus_server_ignore(&mw->s, mw->w.now);
        return;
    }
    value_of(a->unit, mw->open.address, value);
    if (a->function == NETP_MODBUS_WRITE_SINGLE_REGISTER) {
        world_check(&mw->w, memcmp(mw->open.data, value, 2) == 0, "the value arrives");
        r = netp_modbus_server_answer(&mw->s, NULL, 0, mw->w.now);
    } else {
        r = netp_modbus_server_answer(&mw->s, value, 2, mw->w.now);
    }
    world_check(&mw->w, r == NETP_OK || r == NETP_E_STATE, "it can be answered");
    a->answered = true;
}

/* --- the connection -------------------------------------------------------------------------- */

static bool flush(struct modbus_world *mw, const struct machine *mc, struct stream *s)
{
    struct netp_out v[3];
    size_t n = mc->ops->out(mc->m, v, 3), sent = 0;

    for (size_t k = 0; k < n; k++) {
        size_t took = stream_write(&mw->w, s, v[k].p, v[k].n);
        sent += took;
        if (took < v[k].n) {
            break;
        }
    }
    if (sent > 0) {
        mc->ops->sent(mc->m, sent, mw->w.now);
        world_trace(&mw->w, "%s sends %zu bytes", mc->name, sent);
    }
    return sent > 0;
}

static void drive(struct modbus_world *mw, const struct machine *mc, struct hold *h)
{
    bool client = mc == &mw->client;
    struct netp_modbus_client_ev cev;
    struct netp_modbus_server_ev sev;
    struct stream *s = client ? &mw->up : &mw->down;
    struct netp_in in;

    do {
        in = (struct netp_in){h->p, h->n, h->flags, NULL};
        while (machine_next(&mw->w, mc, in.n > 0 || in.flags != 0 ? &in : NULL,
                            client ? (void *)&cev : (void *)&sev) > 0) {
            if (client) {
                on_event(mw, &cev);
            } else {
                on_request(mw, &sev);
            }
        }
        memmove(h->p, in.p, in.n);
        memset(h->p + in.n, 0x5a, h->n - in.n);
        h->n = in.n;
        machine_rest(&mw->w, mc);
    } while (flush(mw, mc, s));
    if (machine_closed(mc)) {
        stream_end(&mw->w, s, NETP_IN_EOF);
        h->n = 0;
    }
}

static void receive(struct modbus_world *mw, const struct machine *mc, struct hold *h,
                    struct stream *s)
{
    struct netp_in in;

    stream_read(&mw->w, s, &in);
    world_trace(&mw->w, "%s gets %zu bytes, flags %u", mc->name, in.n, in.flags);
    world_note(&mw->w, mc == &mw->client, in.n);
    if (in.flags != 0) {
        mw->trouble++;
    }
    if (!machine_closed(mc)) {
        world_check(&mw->w, in.n <= sizeof h->p - h->n, "what wants input takes it");
        memcpy(h->p + h->n, in.p, in.n);
        h->n += in.n;
        h->flags |= in.flags;
        drive(mw, mc, h);
    }
}

/* A server that has a request open does not read on (law 4). */
static netp_ms readable(const struct machine *mc, const struct hold *h, const struct stream *s)
{
    bool reads = (mc->ops->want(mc->m) & (NETP_WANT_IN | NETP_CLOSED)) != 0;

    return reads && h->n == 0 ? stream_due(s) : NETP_NEVER;
}

static bool step(struct modbus_world *mw)
{
    netp_ms due[] = {readable(&mw->client, &mw->to_client, &mw->down),
                     readable(&mw->server, &mw->to_server, &mw->up),
                     netp_modbus_client_deadline(&mw->c), mw->ask_at, mw->answer_at};
    size_t first = 0;

    for (size_t i = 1; i < sizeof due / sizeof *due; i++) {
        first = due[i] < due[first] ? i : first;
    }
    if (due[first] == NETP_NEVER) {
        return false;
    }
    mw->w.now = due[first] > mw->w.now ? due[first] : mw->w.now;
    mw->w.steps++;
    mw->w.calls = 0;
    if (first == 0) {
        receive(mw, &mw->client, &mw->to_client, &mw->down);
    } else if (first == 1) {
        receive(mw, &mw->server, &mw->to_server, &mw->up);
    } else if (first == 3) {
        ask(mw);
    } else if (first == 4) {
        answer(mw);
    }
    /* What has opened its window, or was given a command, goes on. */
    drive(mw, &mw->client, &mw->to_client);
    drive(mw, &mw->server, &mw->to_server);
    return true;
}

/* --- the scenario ---------------------------------------------------------------------------- */

static void draw_stream(struct modbus_world *mw, struct stream *s)
{
    static const uint32_t windows[] = {1000, 100, 13, 1};
    enum sim_profile profile = mw->w.run->profile;
    bool rough = profile == SIM_WAN || profile == SIM_AWFUL, clean = profile == SIM_CLEAN;
    struct stream_faults f = {.window = windows[decide(mw->w.d, clean   ? 1
                                                                : rough ? 4
                                                                        : 2)],
                              .delay_ms = clean ? 1 : 10,
                              .split = clean ? 0 : 30,
                              .cut_at = UINT64_MAX,
                              .noise_at = UINT64_MAX};

    if (rough) {
        f.stall = 2;
        f.stall_ms = TIMEOUT_MS + TIMEOUT_MS / 2;
        mw->trouble++;
    }
    if (profile == SIM_AWFUL && decide(mw->w.d, 8) == 7) {
        f.cut_at = decide(mw->w.d, 300);
        f.cut = decide(mw->w.d, 2) == 0 ? NETP_IN_EOF : NETP_IN_BROKEN;
    }
    stream_start(s, &f);
}

static void start(struct modbus_world *mw, struct decision *d, const struct sim_run *run)
{
    static const unsigned slow[] = {
        [SIM_CLEAN] = 0, [SIM_LAN] = 2, [SIM_WAN] = 5, [SIM_AWFUL] = 20, [SIM_SMALL] = 50};
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_MBAP);
    struct netp_modbus_server_cfg server = NETP_MODBUS_SERVER_CFG_INIT;

    memset(mw, 0, sizeof *mw);
    world_start(&mw->w, d, run);
    cfg.window = (uint8_t)(1 + decide(d, WINDOW_MAX));
    cfg.retries = (uint8_t)decide(d, 3);
    cfg.response_timeout_ms = TIMEOUT_MS;
    cfg.mem = mw->mem;
    cfg.memlen = sizeof mw->mem;
    server.rx = mw->rx;
    server.rxlen = sizeof mw->rx;
    server.tx = mw->tx;
    server.txlen = sizeof mw->tx;
    mw->cfg = cfg;
    mw->slow = slow[run->profile];
    draw_stream(mw, &mw->up);
    draw_stream(mw, &mw->down);
    world_check(&mw->w, netp_modbus_client_init(&mw->c, &cfg, mw->w.now) == NETP_OK, "a client");
    world_check(&mw->w, netp_modbus_server_init(&mw->s, &server, mw->w.now) == NETP_OK, "a server");
    mw->client = (struct machine){&netp_modbus_client_ops, &mw->c, "client"};
    mw->server = (struct machine){&netp_modbus_server_ops, &mw->s, "server"};
    mw->ask_at = mw->w.now;
    mw->answer_at = NETP_NEVER;
}

/* Each answer has gone to its request, or was counted as late. */
static void check_end(const struct modbus_world *mw)
{
    const struct netp_modbus_client_counts *counts = netp_modbus_client_counts(&mw->c);
    unsigned over = 0;

    for (unsigned i = 0; i < mw->nasked; i++) {
        over += mw->asked[i].state != UNDER_WAY;
    }
    world_check(&mw->w, counts->foreign == 0, "no answer is nobody's");
    world_check(&mw->w, counts->noise == 0, "nothing is noise");
    world_check(&mw->w, counts->late == 0 || mw->trouble > 0, "nothing is late without cause");
    if (!machine_closed(&mw->client)) {
        world_check(&mw->w, over == mw->nasked && mw->nasked == ASKED,
                    "each request comes to its end");
    }
}

static struct modbus_world world; /* too large for a stack */

void sim_modbus(struct decision *d, const struct sim_run *how, struct sim_report *report)
{
    start(&world, d, how);
    while (step(&world)) {
        world_check(&world.w, world.w.steps < STEPS_MAX, "the conversation comes to an end");
    }
    check_end(&world);
    world_finish(&world.w, world.answers == ASKED, report);
}
