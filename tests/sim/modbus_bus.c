/* modbus_bus.c - a Modbus client and three servers on one serial line, where bytes are bent, frames
 * have gaps, units are late or dead, and two talk at once. SPDX-License-Identifier: MIT */
#include "world.h"

#include <netproto/modbus_client.h>
#include <netproto/modbus_server.h>

#include <string.h>

/* A byte takes a millisecond, and four of silence end a frame. */
enum {
    UNITS = 3,
    NODES = UNITS + 1, /* the client is node 0, unit k node k */
    ASKED = 20,
    CALM = 8, /* in so many requests at the end nothing goes wrong */
    SILENCE_MS = 4,
    TIMEOUT_MS = 80,
    LATE_MS = 4 * TIMEOUT_MS,
    TURNAROUND_MS = 20,
    TICKS_MAX = 60000
};

enum { UNDER_WAY, ANSWERED, GIVEN_UP };

/* A request; its address is its number. */
struct asked {
    uint8_t unit, function, state;
    unsigned seen[NODES];
};

struct node {
    struct machine mc;
    struct netp_modbus_server s;
    uint8_t unit, rx[NETP_MODBUS_ASCII_MAX], tx[NETP_MODBUS_ASCII_MAX];
    unsigned number;   /* of the request that it has or answers */
    netp_ms answer_at; /* NETP_NEVER: it has none */
    netp_ms talk_at;   /* when its next byte leaves, at the soonest */
    bool talks, heard; /* heard: something since the last silence */
};

struct bus_world {
    struct world w;
    struct netp_modbus_client c;
    struct node node[NODES];
    struct asked asked[ASKED];
    unsigned nasked, ticket, answers, trouble, noise, late;
    int talker;        /* the node that spoke last, or -1 */
    bool damaged;      /* since the last silence something was not as it was sent */
    bool bent;         /* the same of what the client has: without silences, since its request */
    netp_ms silent_at; /* since when nobody speaks */
    netp_ms ask_at, left_at;
    struct netp_modbus_client_cfg cfg;
    uint8_t mem[NETP_MODBUS_CLIENT_MEM(NETP_MODBUS_ASCII, 1)];
};

static void value_of(uint8_t unit, unsigned address, uint8_t value[2])
{
    value[0] = unit;
    value[1] = (uint8_t)(7 * address + 1);
}

/* --- the client's application ---------------------------------------------------------------- */

static void ask(struct bus_world *bw)
{
    struct asked *a = &bw->asked[bw->nasked];
    struct netp_modbus_request r = {.address = (uint16_t)bw->nasked, .quantity = 1};
    uint8_t value[2];
    int ticket;

    bw->ask_at = NETP_NEVER;
    a->unit = (uint8_t)decide(bw->w.d, NODES);
    a->function = decide(bw->w.d, 2) == 0 && a->unit != NETP_MODBUS_BROADCAST
                      ? NETP_MODBUS_READ_HOLDING_REGISTERS
                      : NETP_MODBUS_WRITE_SINGLE_REGISTER;
    value_of(a->unit, bw->nasked, value);
    r.function = a->function;
    r.data = value;
    r.n = r.function == NETP_MODBUS_WRITE_SINGLE_REGISTER ? 2 : 0;
    ticket = netp_modbus_client_request(&bw->c, a->unit, &r, bw->w.now);
    memset(value, 0xa5, sizeof value);
    world_check(&bw->w, ticket >= 0, "one at a time");
    world_check(&bw->w, netp_modbus_client_request(&bw->c, 1, &r, bw->w.now) == NETP_E_NOSPACE,
                "and no more");
    bw->ticket = (unsigned)ticket;
    bw->bent = bw->damaged;
    bw->nasked++;
    bw->w.calm = bw->w.calm || bw->nasked >= ASKED - CALM;
    world_trace(&bw->w, "request %u of unit %u, function %u", bw->nasked - 1, a->unit, a->function);
}

/* What was heard last is the answer: to this request, or to one before that looks the same. */
static void check_answer(struct bus_world *bw, const struct asked *a,
                         const struct netp_modbus_client_ev *ev)
{
    unsigned number = (unsigned)(a - bw->asked);
    const struct asked *told;
    uint8_t value[2];

    told = &bw->asked[bw->node[bw->talker].number];
    world_check(&bw->w, told->function == a->function, "and of the function");
    world_check(&bw->w, told == a || (told < a && told->state == GIVEN_UP), "a late one, at most");
    value_of(told->unit, (unsigned)(told - bw->asked), value);
    if (a->function == NETP_MODBUS_READ_HOLDING_REGISTERS) {
        world_check(&bw->w, ev->response.n == 2 && memcmp(ev->response.data, value, 2) == 0,
                    "as it was sent");
    } else {
        world_check(&bw->w, told == a && ev->response.n == 0, "an echo of this request");
    }
    world_note(&bw->w, number, told == a);
}

static void on_event(struct bus_world *bw, const struct netp_modbus_client_ev *ev)
{
    struct asked *a = &bw->asked[bw->nasked - 1];

    world_trace(&bw->w, "event %d, ticket %d", (int)ev->type, ev->ticket);
    world_note(&bw->w, (uint64_t)ev->type, (uint64_t)ev->ticket);
    world_check(&bw->w,
                bw->nasked > 0 && a->state == UNDER_WAY && ev->ticket == (int)bw->ticket &&
                    ev->unit == a->unit,
                "one event a ticket");
    a->state = ev->type == NETP_MODBUS_CLIENT_NO_RESPONSE ? GIVEN_UP : ANSWERED;
    world_check(&bw->w, (ev->type == NETP_MODBUS_CLIENT_SENT) == (a->unit == NETP_MODBUS_BROADCAST),
                "a broadcast, and nothing else, is only sent");
    world_check(&bw->w,
                ev->pdu == NULL || bw->bent ||
                    (bw->talker > 0 && bw->node[bw->talker].unit == a->unit),
                "the answer of the unit that was asked");
    if (ev->type == NETP_MODBUS_CLIENT_SENT) {
        world_check(&bw->w, bw->w.now >= bw->left_at + TURNAROUND_MS, "the turnaround passes");
    } else if (ev->type != NETP_MODBUS_CLIENT_RESPONSE || ev->response.exception != 0) {
        /* an exception: a bent request with a right CRC, by chance, was refused */
        world_check(&bw->w, bw->trouble > 0, "a sound line answers");
    } else if (!bw->bent) {
        check_answer(bw, a, ev);
    }
    bw->answers += a->state == ANSWERED;
    if (bw->nasked < ASKED - 1) {
        bw->ask_at = bw->w.now + world_upto(&bw->w, 20);
    } else if (bw->nasked < ASKED) { /* the last, when who is late has spoken */
        bw->ask_at = bw->w.now + LATE_MS + 2 * TIMEOUT_MS;
    }
}

/* --- the servers' applications --------------------------------------------------------------- */

static void on_request(struct bus_world *bw, struct node *n, const struct netp_modbus_server_ev *ev)
{
    struct asked *a = &bw->asked[ev->request.address % ASKED];

    if (bw->damaged) { /* it has a right CRC by chance */
        netp_modbus_server_ignore(&n->s, bw->w.now);
        return;
    }
    world_check(&bw->w, a == &bw->asked[bw->nasked - 1], "only the last request is on the line");
    world_check(&bw->w,
                ev->request.function == a->function && ev->unit == a->unit &&
                    ev->broadcast == (a->unit == NETP_MODBUS_BROADCAST),
                "as it was asked");
    a->seen[n->unit]++;
    world_check(&bw->w,
                a->seen[n->unit] <=
                    (a->function == NETP_MODBUS_READ_HOLDING_REGISTERS ? 1u + bw->cfg.retries : 1u),
                "no write is repeated");
    n->number = ev->request.address;
    n->answer_at = bw->w.now + 1 + world_upto(&bw->w, 5);
    if (world_hit(&bw->w, bw->late)) {
        bw->trouble++;
        n->answer_at += world_upto(&bw->w, LATE_MS);
    }
}

static void answer(struct bus_world *bw, struct node *n)
{
    uint8_t value[2];
    int r;

    n->answer_at = NETP_NEVER;
    if (world_hit(&bw->w, bw->late)) {
        bw->trouble++;
        netp_modbus_server_ignore(&n->s, bw->w.now);
        return;
    }
    value_of(n->unit, n->number, value);
    r = bw->asked[n->number].function == NETP_MODBUS_READ_HOLDING_REGISTERS
            ? netp_modbus_server_answer(&n->s, value, 2, bw->w.now)
            : netp_modbus_server_answer(&n->s, NULL, 0, bw->w.now);
    world_check(&bw->w, r == NETP_OK, "it can be answered");
    n->talk_at = bw->w.now;
}

/* --- the line -------------------------------------------------------------------------------- */

static void drive(struct bus_world *bw, struct node *n, const uint8_t *p, size_t len,
                  unsigned flags)
{
    struct netp_modbus_client_ev cev;
    struct netp_modbus_server_ev sev;
    struct netp_in in = {p, len, flags, NULL};
    bool client = n == bw->node;

    bw->w.calls = 0;
    if (!client && (netp_modbus_server_want(&n->s) & NETP_WANT_IN) == 0) {
        return; /* it is busy with a request, and does not listen */
    }
    while (machine_next(&bw->w, &n->mc, &in, client ? (void *)&cev : (void *)&sev) > 0) {
        if (client) {
            on_event(bw, &cev);
        } else {
            on_request(bw, n, &sev);
        }
    }
    machine_rest(&bw->w, &n->mc);
}

static void say(struct bus_world *bw, const struct node *from, uint8_t byte)
{
    for (size_t i = 0; i < NODES; i++) {
        struct node *n = &bw->node[i];
        bool itself = n == from && !(i == 0 && (bw->cfg.flags & NETP_MODBUS_CLIENT_ECHO) != 0);

        if (!itself) {
            n->heard = true;
            drive(bw, n, &byte, 1, 0);
        }
    }
}

static bool is_silent(const struct bus_world *bw)
{
    return bw->w.now >= bw->silent_at + SILENCE_MS;
}

/* Whether a node has a byte for the line now. */
static bool wants_to_talk(const struct bus_world *bw, const struct node *n)
{
    struct netp_out v;

    if (n->talk_at > bw->w.now || n->mc.ops->out(n->mc.m, &v, 1) == 0) {
        return false;
    }
    /* A client waits for silence; who is late does not look. */
    return n->talks || is_silent(bw) || (n != bw->node && !bw->w.calm);
}

/* A node's byte leaves, and perhaps a pause follows. */
static uint8_t take_byte(struct bus_world *bw, struct node *n)
{
    struct netp_out v;
    uint8_t byte;

    n->mc.ops->out(n->mc.m, &v, 1);
    byte = v.p[0];
    n->talks = v.n > 1;
    n->talk_at = bw->w.now + 1;
    n->mc.ops->sent(n->mc.m, 1, bw->w.now);
    if (n == bw->node && !n->talks) {
        bw->left_at = bw->w.now;
    }
    if (n->talks && world_hit(&bw->w, bw->noise)) {
        n->talk_at += SILENCE_MS + 2;
        bw->trouble++;
        bw->damaged = bw->bent = true;
    }
    return byte;
}

static void talk(struct bus_world *bw)
{
    struct node *who[NODES];
    size_t k = 0;
    uint8_t byte = 0;

    for (size_t i = 0; i < NODES; i++) {
        if (wants_to_talk(bw, &bw->node[i])) {
            who[k++] = &bw->node[i];
        }
    }
    for (size_t i = 0; i < k; i++) {
        byte ^= take_byte(bw, who[i]);
    }
    if (k > 1) {
        world_trace(&bw->w, "%zu talk at once", k);
    }
    if (world_hit(&bw->w, bw->noise)) {
        byte ^= (uint8_t)(1 + decide(bw->w.d, 255));
        bw->damaged = bw->bent = true;
        bw->trouble++;
        bw->silent_at = bw->w.now + 1;
        say(bw, NULL, byte);
    } else if (k > 0) {
        if (k > 1 || (!is_silent(bw) && bw->talker >= 0 && who[0] != &bw->node[bw->talker])) {
            bw->damaged = bw->bent = true;
        }
        bw->talker = (int)(who[0] - bw->node);
        bw->silent_at = bw->w.now + 1;
        say(bw, k == 1 ? who[0] : NULL, byte);
    }
}

static void hush(struct bus_world *bw)
{
    if (bw->w.now != bw->silent_at + SILENCE_MS) {
        return;
    }
    for (size_t i = 0; i < NODES; i++) {
        struct node *n = &bw->node[i];
        bool sees = i > 0 || (bw->cfg.flags & NETP_MODBUS_CLIENT_PREDICT) == 0;

        if (n->heard && sees) {
            n->heard = false;
            drive(bw, n, bw->mem, 0, NETP_IN_GAP);
        }
    }
    bw->damaged = false;
    if ((bw->cfg.flags & NETP_MODBUS_CLIENT_PREDICT) == 0) {
        bw->bent = false;
    }
}

static void tick(struct bus_world *bw)
{
    bw->w.steps++;
    bw->w.now++;
    hush(bw);
    if (bw->ask_at <= bw->w.now) {
        ask(bw);
    }
    for (size_t i = 1; i < NODES; i++) {
        if (bw->node[i].answer_at <= bw->w.now) {
            answer(bw, &bw->node[i]);
        }
    }
    if (netp_modbus_client_deadline(&bw->c) <= bw->w.now) {
        drive(bw, bw->node, bw->mem, 0, 0);
    }
    talk(bw);
}

/* --- the scenario ---------------------------------------------------------------------------- */

static void start_server(struct bus_world *bw, size_t i)
{
    struct netp_modbus_server_cfg cfg = NETP_MODBUS_SERVER_CFG_INIT;
    struct node *n = &bw->node[i];

    n->unit = (uint8_t)i;
    cfg.framing = bw->cfg.framing;
    cfg.rx = n->rx;
    cfg.rxlen = sizeof n->rx;
    cfg.tx = n->tx;
    cfg.txlen = sizeof n->tx;
    cfg.units = &n->unit;
    cfg.nunits = 1;
    cfg.gap_ms = cfg.framing == NETP_MODBUS_ASCII ? 1000 : 0;
    world_check(&bw->w, netp_modbus_server_init(&n->s, &cfg, bw->w.now) == NETP_OK, "a server");
    n->mc = (struct machine){&netp_modbus_server_ops, &n->s, "server"};
}

static void start(struct bus_world *bw, struct decision *d, const struct sim_run *run)
{
    static const unsigned noise[] = {
        [SIM_CLEAN] = 0, [SIM_LAN] = 0, [SIM_WAN] = 1, [SIM_AWFUL] = 3, [SIM_SMALL] = 10};
    static const unsigned late[] = {
        [SIM_CLEAN] = 0, [SIM_LAN] = 5, [SIM_WAN] = 10, [SIM_AWFUL] = 30, [SIM_SMALL] = 50};
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_RTU);

    memset(bw, 0, sizeof *bw);
    world_start(&bw->w, d, run);
    cfg.framing = decide(d, 4) < 3 ? NETP_MODBUS_RTU : NETP_MODBUS_ASCII;
    cfg.retries = (uint8_t)decide(d, 3);
    cfg.response_timeout_ms = TIMEOUT_MS;
    cfg.turnaround_ms = TURNAROUND_MS;
    cfg.flags = decide(d, 2) == 0 ? 0 : NETP_MODBUS_CLIENT_ECHO;
    if (cfg.framing == NETP_MODBUS_RTU && decide(d, 2) == 1) {
        cfg.flags |= NETP_MODBUS_CLIENT_PREDICT;
    }
    cfg.mem = bw->mem;
    cfg.memlen = sizeof bw->mem;
    bw->cfg = cfg;
    bw->noise = noise[run->profile];
    bw->late = late[run->profile];
    bw->w.calm = run->profile == SIM_CLEAN;
    world_check(&bw->w, netp_modbus_client_init(&bw->c, &cfg, bw->w.now) == NETP_OK, "a client");
    bw->node[0].mc = (struct machine){&netp_modbus_client_ops, &bw->c, "client"};
    for (size_t i = 0; i < NODES; i++) {
        bw->node[i].answer_at = NETP_NEVER;
        if (i > 0) {
            start_server(bw, i);
        }
    }
    bw->talker = -1;
    bw->silent_at = bw->w.now;
    bw->ask_at = bw->w.now + 1;
}

static void check_end(const struct bus_world *bw)
{
    const struct asked *last = &bw->asked[ASKED - 1];

    world_check(&bw->w, last->state == ANSWERED, "a line that is quiet answers again");
    for (size_t i = 1; i < NODES; i++) {
        world_check(&bw->w, last->unit != NETP_MODBUS_BROADCAST || last->seen[i] == 1,
                    "a broadcast comes to all");
    }
    world_check(&bw->w, bw->answers == ASKED || bw->trouble > 0, "all is answered on a sound line");
}

static struct bus_world world; /* too large for a stack */

void sim_modbus_bus(struct decision *d, const struct sim_run *how, struct sim_report *report)
{
    start(&world, d, how);
    while (world.nasked < ASKED || world.asked[ASKED - 1].state == UNDER_WAY) {
        tick(&world);
        world_check(&world.w, world.w.steps < TICKS_MAX, "the conversation comes to an end");
    }
    check_end(&world);
    world_finish(&world.w, world.answers == ASKED, report);
}
