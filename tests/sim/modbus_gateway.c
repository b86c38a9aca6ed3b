/* modbus_gateway.c - clients that come and go, a gateway, and units on two buses, some of which are
 * dead or late. SPDX-License-Identifier: MIT */
#include "world.h"

#include <netproto/modbus_gateway.h>

#include <string.h>

enum {
    CLIENTS = 4,
    BUSES = 2,
    JOBS = 12,
    PER_CLIENT = 4,
    PER_BUS = 7,
    RETRIES = 2,
    DEAD_AFTER = 3,
    TIMEOUT_MS = 100,
    ASKED = 64, /* requests that are remembered, and so the most that are made */
    STEPS_MAX = 4000
};

enum { NONE, WAITS, ON_LINE, HEARD, DROPPED }; /* HEARD: its bus has told, the gateway not yet */

/* What is known of a request that was taken. */
struct asked {
    uint8_t client, unit, bus, function, state;
    unsigned sends,
        overtaken[CLIENTS]; /* by first sends of others, while it was its client's first */
};

struct gateway_world {
    struct world w;
    struct netp_modbus_gateway g;
    struct netp_modbus_gateway_bus bus[BUSES];
    struct netp_modbus_gateway_job job[JOBS];
    struct asked asked[ASKED];
    unsigned nasked, answers, trouble;
    unsigned missed[22]; /* of a unit, in a row */
    int on_line[BUSES];  /* a request, or -1 */
    netp_ms due[BUSES];
};

static const struct netp_modbus_route routes[] = {{1, 10, 0, 11}, {11, 20, 1, 1}};

static unsigned waiting(const struct gateway_world *gw, int client, int bus)
{
    unsigned n = 0;

    for (unsigned i = 0; i < gw->nasked; i++) {
        const struct asked *a = &gw->asked[i];
        n += a->state != NONE && a->state != DROPPED && (client < 0 || a->client == client) &&
             (bus < 0 || a->bus == bus);
    }
    return n;
}

/* --- clients --------------------------------------------------------------------------------- */

static void ask(struct gateway_world *gw)
{
    static const uint8_t functions[] = {NETP_MODBUS_READ_HOLDING_REGISTERS,
                                        NETP_MODBUS_WRITE_SINGLE_REGISTER};
    struct asked *a = &gw->asked[gw->nasked];
    struct netp_modbus_request r = {.address = (uint16_t)gw->nasked, .quantity = 1};
    uint8_t value[2] = {0, (uint8_t)gw->nasked};

    memset(a, 0, sizeof *a);
    a->client = (uint8_t)decide(gw->w.d, CLIENTS);
    a->unit = (uint8_t)(1 + decide(gw->w.d, 21));
    a->bus = a->unit > 10;
    a->function = r.function = functions[decide(gw->w.d, 2)];
    r.data = value;
    r.n = r.function == NETP_MODBUS_WRITE_SINGLE_REGISTER ? 2 : 0;
    int e = (int)netp_modbus_gateway_take(&gw->g, a->client, gw->nasked, a->unit, &r, gw->w.now);
    memset(value, 0xa5, sizeof value);
    world_trace(&gw->w, "client %u asks unit %u: %d", a->client, a->unit, e);
    world_check(&gw->w, (e == NETP_MODBUS_NO_PATH) == (a->unit == 21), "no path without a route");
    world_check(&gw->w, e != NETP_MODBUS_NO_ANSWER || gw->missed[a->unit] >= DEAD_AFTER,
                "only what did not answer is given up");
    world_check(&gw->w,
                e != NETP_MODBUS_DEVICE_BUSY || gw->trouble > 0 ||
                    waiting(gw, a->client, -1) >= PER_CLIENT ||
                    waiting(gw, -1, a->bus) >= PER_BUS || waiting(gw, -1, -1) >= JOBS,
                "busy only when it is full");
    if (e == NETP_MODBUS_NO_EXCEPTION) {
        a->state = WAITS;
        gw->nasked++;
        world_check(&gw->w, waiting(gw, a->client, -1) <= PER_CLIENT, "the limit of a client");
        world_check(&gw->w, waiting(gw, -1, a->bus) <= PER_BUS, "the limit of a bus");
    }
}

static void leave(struct gateway_world *gw)
{
    uint8_t client = (uint8_t)world_upto(&gw->w, CLIENTS);

    netp_modbus_gateway_gone(&gw->g, client);
    gw->trouble++;
    world_trace(&gw->w, "client %u leaves", client);
    for (unsigned i = 0; i < gw->nasked; i++) {
        if (gw->asked[i].client == client && gw->asked[i].state != NONE) {
            gw->asked[i].state = DROPPED;
        }
    }
}

/* --- what the gateway wants ------------------------------------------------------------------ */

/* Whether number i is the first that waits of its client on its bus. */
static bool is_first(const struct gateway_world *gw, unsigned i)
{
    for (unsigned k = 0; k < i; k++) {
        if (gw->asked[k].state == WAITS && gw->asked[k].client == gw->asked[i].client &&
            gw->asked[k].bus == gw->asked[i].bus) {
            return false;
        }
    }
    return gw->asked[i].state == WAITS;
}

/* A request goes out for the first time: whom does it pass? */
static void check_turn(struct gateway_world *gw, unsigned number)
{
    const struct asked *a = &gw->asked[number];

    for (unsigned i = 0; i < gw->nasked; i++) {
        struct asked *b = &gw->asked[i];
        if (i == number || b->bus != a->bus || b->state != WAITS ||
            gw->missed[b->unit] >= DEAD_AFTER) { /* it may be given up already */
            continue;
        }
        world_check(&gw->w, b->client != a->client || i > number || b->sends > 0,
                    "those of one client keep their order");
        if (is_first(gw, i)) {
            b->overtaken[a->client]++;
            world_check(&gw->w, b->overtaken[a->client] <= 2, "clients take turns");
        }
    }
}

static void send(struct gateway_world *gw, const struct netp_modbus_gateway_ev *ev)
{
    unsigned number = ev->request.address;
    struct asked *a = &gw->asked[number];
    bool reads;

    world_check(&gw->w, ev->bus < BUSES && number < gw->nasked, "what is sent was asked for");
    world_check(&gw->w, gw->on_line[ev->bus] < 0, "one at a time");
    world_check(&gw->w, a->state == WAITS || a->state == HEARD, "nothing is sent for who has left");
    world_check(&gw->w, ev->bus == a->bus && ev->unit == (a->bus ? a->unit - 10 : a->unit + 10),
                "to where the route leads");
    reads = ev->request.function == NETP_MODBUS_READ_HOLDING_REGISTERS;
    world_check(&gw->w,
                ev->request.function == a->function && ev->request.n == (reads ? 0 : 2) &&
                    (reads || ev->request.data[1] == (uint8_t)number),
                "as it was asked for");
    world_check(&gw->w, ++a->sends <= (reads ? 1 + RETRIES : 1), "no write is repeated");
    if (a->sends == 1) {
        check_turn(gw, number);
    }
    a->state = ON_LINE;
    gw->on_line[ev->bus] = (int)number;
    /* A unit answers at once, late, or not at all, which the bus finds out after its time. */
    gw->due[ev->bus] = gw->w.now + 1 + world_upto(&gw->w, 2 * TIMEOUT_MS);
    world_trace(&gw->w, "bus %u: request %u", ev->bus, number);
}

static void deliver(struct gateway_world *gw, const struct netp_modbus_gateway_ev *ev)
{
    struct asked *a = &gw->asked[ev->ticket];

    world_trace(&gw->w, "answer %u for client %u: %u", ev->ticket, ev->client,
                ev->response.exception);
    world_check(&gw->w, ev->ticket < gw->nasked && ev->client == a->client, "to who has asked");
    world_check(&gw->w, a->state == WAITS || a->state == HEARD, "once, and not to who has left");
    world_check(&gw->w, ev->response.function == a->function, "for the function that was asked");
    if (ev->response.exception == NETP_MODBUS_NO_ANSWER) {
        world_check(&gw->w, gw->missed[a->unit] > 0, "0Bh only when something was missed");
    } else {
        world_check(&gw->w,
                    ev->response.exception == 0 && ev->response.n == 2 &&
                        ev->response.data[1] == (uint8_t)ev->ticket,
                    "its own answer");
    }
    a->state = NONE;
    gw->answers++;
    world_note(&gw->w, ev->ticket, ev->response.exception);
}

static void pull(struct gateway_world *gw)
{
    struct netp_modbus_gateway_ev ev;

    while (netp_modbus_gateway_next(&gw->g, &ev) > 0) {
        if (ev.type == NETP_MODBUS_GATEWAY_SEND) {
            send(gw, &ev);
        } else {
            deliver(gw, &ev);
        }
    }
    for (unsigned i = 0; i < gw->nasked; i++) {
        world_check(&gw->w, gw->asked[i].state != WAITS || gw->on_line[gw->asked[i].bus] >= 0,
                    "no bus is idle while something waits");
    }
}

/* --- buses ----------------------------------------------------------------------------------- */

static void bus_turn(struct gateway_world *gw, uint8_t bus)
{
    int number = gw->on_line[bus];
    uint8_t value[2] = {0, (uint8_t)number};

    if (number < 0) {
        return;
    }
    struct asked *a = &gw->asked[number];
    gw->on_line[bus] = -1;
    if (a->state == ON_LINE) {
        a->state = HEARD;
    }
    /* Of a third of the units nothing comes while there is trouble. */
    if (!gw->w.calm && (a->unit % 3 == 0 || gw->due[bus] > gw->w.now)) {
        gw->missed[a->unit]++;
        world_check(&gw->w, netp_modbus_gateway_missed(&gw->g, bus, gw->w.now) == NETP_OK,
                    "missed");
    } else {
        struct netp_modbus_response r = {value, 2, a->function, 0};
        gw->missed[a->unit] = 0;
        world_check(&gw->w, netp_modbus_gateway_answered(&gw->g, bus, &r, gw->w.now) == NETP_OK,
                    "answered");
    }
}

static bool all_quiet(const struct gateway_world *gw)
{
    return waiting(gw, -1, -1) == 0 && gw->on_line[0] < 0 && gw->on_line[1] < 0;
}

/* --- the scenario ---------------------------------------------------------------------------- */

static void start(struct gateway_world *gw, struct decision *d, const struct sim_run *run)
{
    struct netp_modbus_gateway_cfg cfg = NETP_MODBUS_GATEWAY_CFG_INIT;

    memset(gw, 0, sizeof *gw);
    world_start(&gw->w, d, run);
    cfg.route = routes;
    cfg.nroute = sizeof routes / sizeof *routes;
    cfg.bus = gw->bus;
    cfg.nbus = BUSES;
    cfg.job = gw->job;
    cfg.njob = JOBS;
    cfg.per_client = PER_CLIENT;
    cfg.per_bus = PER_BUS;
    cfg.retries = RETRIES;
    cfg.dead_after = DEAD_AFTER;
    cfg.dead_ms = 300;
    cfg.dead_max_ms = 2000;
    world_check(&gw->w, netp_modbus_gateway_init(&gw->g, &cfg) == NETP_OK, "it starts");
    gw->on_line[0] = gw->on_line[1] = -1;
    gw->w.calm = run->profile == SIM_CLEAN;
}

static void step(struct gateway_world *gw)
{
    gw->w.steps++;
    gw->w.now += decide(gw->w.d, 4) * (TIMEOUT_MS / 2);
    switch (decide(gw->w.d, 4)) {
    case 0:
    case 1:
        if (gw->nasked < ASKED) {
            ask(gw);
        }
        break;
    case 2:
        bus_turn(gw, 0);
        break;
    default:
        bus_turn(gw, 1);
        break;
    }
    if (world_hit(&gw->w, 3)) {
        leave(gw);
    }
    pull(gw);
}

/* What was counted is what has happened. */
static void check_counts(const struct gateway_world *gw)
{
    for (unsigned i = 0; i < BUSES; i++) {
        const struct netp_modbus_gateway_counts *c = &gw->bus[i].counts;
        world_check(&gw->w, c->sent == c->answers + c->missed,
                    "each request that is sent has an end");
        world_check(&gw->w, c->requests + c->repeated <= c->sent + c->dead + c->discarded,
                    "each that is taken is sent, given up or dropped");
    }
}

void sim_modbus_gateway(struct decision *d, const struct sim_run *run, struct sim_report *report)
{
    struct gateway_world gw;

    start(&gw, d, run);
    for (unsigned i = 0; i < 400 && gw.nasked < ASKED; i++) {
        step(&gw);
    }
    gw.w.calm = true; /* from now on each is answered, and in time all of them are */
    for (unsigned i = 0; i < STEPS_MAX && !all_quiet(&gw); i++) {
        gw.w.steps++;
        gw.w.now += 10;
        bus_turn(&gw, (uint8_t)(i % BUSES));
        pull(&gw);
    }
    world_check(&gw.w, all_quiet(&gw), "all is answered in the end");
    check_counts(&gw);
    for (unsigned i = 0; i < JOBS; i++) { /* there is room for as many as at first */
        world_check(&gw.w, gw.job[i].state_ == 0, "no memory is lost");
    }
    world_finish(&gw.w, gw.answers == gw.nasked, report);
}
