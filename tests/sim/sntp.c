/* sntp.c - the host, and what must hold. SPDX-License-Identifier: MIT */
#include "sntp.h"

#include "prng.h"

#include <netproto/bytes.h>
#include <netproto/text.h>

#include <string.h>

#define ROUNDING 4u /* units: each of the four stamps is cut to one */
#define MS       (NETP_SNTP_SECOND / 1000)

static uint64_t host_clock(const struct sntp_world *sw)
{
    return sntp_truth(sw) + sw->error;
}

static uint64_t size_of(uint64_t difference)
{
    return difference > INT64_MAX ? 0 - difference : difference;
}

/* A MAC that a simulation can afford, and that no bent bit leaves alone. */
static bool digest(const struct netp_sntp_key *key, const uint8_t *p, size_t n, uint8_t *out)
{
    uint64_t h = key->id;

    for (size_t i = 0; i < n; i++) {
        h = (h ^ p[i]) * 0x100000001b3u;
    }
    netp_wr64be(out, h);
    netp_wr64be(out + 8, ~h);
    return true;
}

/* --- selection ------------------------------------------------------------------------------- */

/* Where most servers tell the truth, it is found, and none of those is called a liar. */
static void check_selection(struct sntp_world *sw)
{
    struct netp_sntp_sample s[SERVERS_MAX];
    struct netp_sntp_choice choice;
    bool outlier[SERVERS_MAX], liar[SERVERS_MAX];
    int64_t truth = (int64_t)(0 - sw->error);
    size_t n = 0, honest = 0;

    for (unsigned i = 0; i < sw->plan.servers; i++) {
        const struct sntp_client_end *c = &sw->client[i];
        if (c->sampled && c->sample_steps == sw->steps) {
            liar[n] = sw->server[i].liar;
            honest += !liar[n];
            s[n++] = c->sample;
        }
    }
    if (n == 0 || 2 * honest <= n) {
        return;
    }
    world_check(&sw->w, netp_sntp_select(s, n, outlier, &choice) == NETP_OK,
                "an honest majority agrees");
    world_check(&sw->w, choice.low <= truth && truth <= choice.high,
                "the truth lies where the majority meets");
    world_check(&sw->w, choice.agree >= honest && choice.best < n && !outlier[choice.best],
                "the choice is one of those that agree");
    for (size_t i = 0; i < n; i++) {
        world_check(&sw->w, liar[i] || !outlier[i], "nobody honest is an outlier");
    }
}

/* --- events ---------------------------------------------------------------------------------- */

static void on_ask(struct sntp_world *sw, unsigned i)
{
    struct sntp_client_end *c = &sw->client[i];
    uint8_t nonce[8];

    world_check(&sw->w, c->asked == 0 || sw->w.now - c->asked_at >= c->floor_ms,
                "no request comes too soon");
    c->before = c->nonce ? c->nonce : c->before;
    c->nonce = prng_next(&sw->rng);
    netp_wr64be(nonce, c->nonce);
    c->asked_at = sw->w.now;
    c->steps = sw->steps;
    c->asked++;
    if (c->asked >= sw->plan.burst) {
        c->floor_ms = c->floor_ms < sw->plan.poll_ms ? sw->plan.poll_ms : c->floor_ms;
    }
    world_check(&sw->w, netp_sntp_client_ask(&c->m, nonce, host_clock(sw), sw->w.now) == NETP_OK,
                "the request is taken");
}

static bool was_made(const struct sntp_server_end *s, const struct netp_sntp_packet *k,
                     uint64_t nonce)
{
    for (unsigned j = 0; j < MADE && j < s->nmade; j++) {
        const struct netp_sntp_packet *m = &s->made[j];
        if (m->origin == nonce && k->receive == m->receive && k->transmit == m->transmit &&
            k->root_dispersion == m->root_dispersion) {
            return true;
        }
    }
    return false;
}

static void on_reply(struct sntp_world *sw, unsigned i, const struct netp_sntp_reply *r)
{
    struct sntp_client_end *c = &sw->client[i];
    uint64_t wrong;
    int got = netp_sntp_measure(r, host_clock(sw), &c->sample);

    world_check(&sw->w, c->nonce != 0 && was_made(&sw->server[i], &r->packet, c->nonce),
                "an answer is the server's, to this request, and the first");
    world_check(&sw->w, r->elapsed == sw->w.now - c->asked_at, "the time that passed is known");
    c->before = c->nonce;
    c->nonce = 0;
    c->replies++;
    if (c->steps != sw->steps && got != NETP_OK) {
        c->sampled = false; /* the clock was set back while it was away */
        return;
    }
    world_check(&sw->w, got == NETP_OK, "an honest exchange can be measured");
    wrong = size_of((uint64_t)c->sample.offset - (sw->server[i].error - sw->error));
    if (c->steps == sw->steps) {
        world_check(&sw->w, wrong <= c->sample.delay / 2 + ROUNDING,
                    "the offset is wrong by half the delay at most");
        c->sampled = true;
        c->sample_steps = sw->steps;
    } else {
        world_check(&sw->w, wrong <= c->sample.distance + 2 * MS,
                    "a step of the clock is within the distance");
    }
    check_selection(sw);
}

static void on_unfit(struct sntp_world *sw, unsigned i, uint32_t kiss)
{
    struct sntp_client_end *c = &sw->client[i];

    world_check(&sw->w, c->nonce != 0, "only an answer to this request is unfit");
    c->before = c->nonce;
    c->nonce = 0;
    if (kiss == NETP_SNTP_RATE) {
        c->floor_ms = c->floor_ms < sw->plan.poll_ms ? sw->plan.poll_ms * 2 : c->floor_ms * 2;
        c->floor_ms = c->floor_ms < 4096000 ? c->floor_ms : 4096000;
    }
}

/* --- the machines ---------------------------------------------------------------------------- */

static void flush(struct sntp_world *sw, unsigned i)
{
    struct sntp_client_end *c = &sw->client[i];
    struct netp_out v;

    while (netp_sntp_client_out(&c->m, &v, 1) == 1) {
        memcpy(dgram_buffer(&sw->net), v.p, v.n);
        dgram_send(&sw->w, &sw->net, sntp_client_name(i), sntp_server_name(i), v.n);
        netp_sntp_client_sent(&c->m, 1, sw->w.now);
    }
}

/* Gives the machine input or the time; returns whether there was an event. */
static bool drive(struct sntp_world *sw, unsigned i, struct netp_in *in)
{
    struct sntp_client_end *c = &sw->client[i];
    struct netp_sntp_client_ev ev;
    bool any = false;
    int r;

    while ((r = machine_next(&sw->w, &c->mc, in, &ev)) > 0) {
        any = true;
        world_trace(&sw->w, "client %u: event %d", i, r);
        world_note(&sw->w, i, (uint64_t)r);
        if (r == NETP_SNTP_ASK) {
            on_ask(sw, i);
        } else if (r == NETP_SNTP_REPLY) {
            on_reply(sw, i, &ev.u.reply);
        } else if (r == NETP_SNTP_UNFIT) {
            on_unfit(sw, i, ev.u.unfit.kiss);
        }
        c->over |= r != NETP_SNTP_ASK && c->asked >= EXCHANGES;
    }
    if (r < 0) {
        world_check(&sw->w, r == NETP_E_REFUSED && sw->server[i].refused,
                    "only the server's own refusal ends it");
        c->over = true;
    }
    machine_rest(&sw->w, &c->mc);
    flush(sw, i);
    return any;
}

/* A datagram that is not the server's makes no event, and changes nothing. */
static void give_foreign(struct sntp_world *sw, unsigned i, struct netp_in *in)
{
    struct sntp_client_end *c = &sw->client[i];
    netp_ms due = netp_sntp_client_deadline(&c->m);

    if (due > sw->w.now && !machine_closed(&c->mc)) {
        world_check(&sw->w, !drive(sw, i, in), "no event is made of a forgery");
        world_check(&sw->w, netp_sntp_client_deadline(&c->m) == due, "nor does it change a thing");
    }
}

static void spoof(struct sntp_world *sw)
{
    unsigned i = decide(sw->w.d, sw->plan.servers);
    uint8_t p[NETP_SNTP_PACKET + NETP_SNTP_MAC_MAX];
    size_t n = sntp_server_forge(sw, i, p);
    struct netp_in in = {p, n, NETP_IN_DGRAM, &sw->server[i].addr};

    /* A copy of the true answer that overtakes it is as true. */
    if (n > 0 && netp_rd64be(p + 24) != sw->client[i].nonce) {
        world_trace(&sw->w, "client %u gets a forgery", i);
        give_foreign(sw, i, &in);
    }
}

static void deliver(struct sntp_world *sw, const struct dgram *first)
{
    static const struct netp_addr stranger = {{192, 0, 2, 99}, 0, NETP_SNTP_PORT, 4};
    struct dgram g;
    uint8_t *p = dgram_take(&sw->net, first, &g);
    unsigned i = g.to / 2;
    struct netp_in in = {p, g.n, NETP_IN_DGRAM, g.forged ? &stranger : &sw->server[i].addr};

    if (g.bent) {
        p[decide(sw->w.d, g.n)] ^= (uint8_t)(1u << decide(sw->w.d, 8));
    }
    if (g.to % 2) {
        if (!g.forged) {
            sntp_server_takes(sw, i, p, g.n);
        }
    } else if (g.forged || g.bent) {
        give_foreign(sw, i, &in);
    } else if (!machine_closed(&sw->client[i].mc)) {
        drive(sw, i, &in);
    }
    memset(p, 0x5a, g.n);
}

/* --- what happens next ------------------------------------------------------------------------ */

static void trouble(struct sntp_world *sw)
{
    if (world_hit(&sw->w, sw->plan.spoof)) {
        spoof(sw);
    }
    if (world_hit(&sw->w, sw->plan.step)) {
        uint64_t by = (uint64_t)decide(sw->w.d, 20000) * MS;
        world_trace(&sw->w, "the clock is set");
        sw->error += decide(sw->w.d, 2) ? by : 0 - by;
        sw->steps++;
    }
}

/* Whoever is due first: a datagram, a server, a client. false: all is over. */
static bool step(struct sntp_world *sw)
{
    const struct dgram *g = dgram_first(&sw->net);
    netp_ms at = g ? g->at : NETP_NEVER;
    unsigned who = UINT32_MAX;
    bool over = true;

    for (unsigned i = 0; i < sw->plan.servers; i++) {
        netp_ms due = sw->client[i].over ? NETP_NEVER : netp_sntp_client_deadline(&sw->client[i].m);
        over &= sw->client[i].over;
        if (sw->server[i].answer_at < at) {
            at = sw->server[i].answer_at;
            who = sntp_server_name(i);
        }
        if (due < at) {
            at = due;
            who = sntp_client_name(i);
        }
    }
    if (over || at == NETP_NEVER) {
        return false;
    }
    sw->w.now = at > sw->w.now ? at : sw->w.now;
    sw->w.steps++;
    sw->w.calls = 0;
    if (who == UINT32_MAX) {
        deliver(sw, g);
    } else if (who % 2) {
        sntp_server_answers(sw, who / 2);
    } else {
        drive(sw, who / 2, NULL);
    }
    trouble(sw);
    return true;
}

/* --- a scenario ------------------------------------------------------------------------------- */

static void start_client(struct sntp_world *sw, unsigned i)
{
    struct sntp_client_end *c = &sw->client[i];
    struct netp_sntp_client_cfg cfg;

    memset(c, 0, sizeof *c);
    c->mc = (struct machine){&netp_sntp_client_ops, &c->m, "client"};
    netp_sntp_client_cfg_init(&cfg);
    cfg.server = sw->server[i].addr;
    cfg.key = sw->plan.keyed ? &sw->key : NULL;
    cfg.poll_ms = sw->plan.poll_ms;
    cfg.burst = sw->plan.burst;
    cfg.timeout_ms = 2500;
    c->floor_ms = sw->plan.burst > 0 ? cfg.burst_ms : cfg.poll_ms;
    c->floor_ms = c->floor_ms < cfg.poll_ms ? c->floor_ms : cfg.poll_ms;
    world_check(&sw->w, netp_sntp_client_init(&c->m, &cfg, sw->w.now) == NETP_OK,
                "the machine starts");
}

static struct sntp_world world; /* too large for a stack */

void sim_sntp(struct decision *d, const struct sim_run *how, struct sim_report *report)
{
    struct sntp_world *sw = &world;
    unsigned replies = 0;

    world_start(&sw->w, d, how);
    dgram_start(&sw->net);
    sw->rng = 42;
    sw->steps = 0;
    sw->key = (struct netp_sntp_key){
        .id = 7, .size = 16, .digest = digest, .sign = netp_sntp_sign, .verify = netp_sntp_verify};
    sntp_plan_draw(sw);
    for (unsigned i = 0; i < sw->plan.servers; i++) {
        start_client(sw, i);
    }
    while (step(sw)) {
        world_check(&sw->w, sw->w.steps < 10000, "the scenario comes to an end");
    }
    for (unsigned i = 0; i < sw->plan.servers; i++) {
        const struct sntp_client_end *c = &sw->client[i];
        replies += c->replies;
        world_check(&sw->w, how->profile != SIM_CLEAN || c->replies == EXCHANGES,
                    "on a clean network each request is answered");
    }
    world_finish(&sw->w, replies > 0, report);
}
