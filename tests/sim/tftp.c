/* tftp.c - a TFTP transfer, from its request to silence. SPDX-License-Identifier: MIT */
#include "tftp.h"

#include <netproto/bytes.h>

#include <string.h>

enum { JUMP_MS = 1000000, NAP_MS = 20, NOTHING = -1, ARRIVAL = ENDS };

/* --- what leaves an end ----------------------------------------------------------------------- */

static bool same_addr(const struct netp_addr *a, const struct netp_addr *b)
{
    return a->port == b->port && a->ip[3] == b->ip[3];
}

/* The end at an address, or ENDS. Requests go to port 69; behind it is whoever listens. */
static unsigned end_at(const struct tftp_world *tw, const struct netp_addr *to)
{
    if (to->port == NETP_TFTP_PORT) {
        return SERVER;
    }
    for (unsigned i = 0; i < ENDS; i++) {
        if (same_addr(to, &tw->end[i].addr)) {
            return i;
        }
    }
    return ENDS;
}

/* Sends the datagram of the gather list that begins at v[0]; returns its elements, or 0 if it is
 * not all there. */
static size_t post(struct tftp_world *tw, struct tftp_end *e, const struct netp_out *v, size_t nv)
{
    uint8_t *p = dgram_buffer(&tw->net);
    unsigned to = end_at(tw, v[0].to), from = (unsigned)(e - tw->end);
    size_t n = 0, i = 0;
    bool more = true;
    char text[40];

    for (; more && i < nv; i++) {
        world_check(&tw->w, v[i].n <= DGRAM_MAX - n, "datagrams have a largest size");
        memcpy(p + n, v[i].p, v[i].n);
        n += v[i].n;
        more = (v[i].flags & NETP_OUT_MORE) != 0;
    }
    if (more) {
        return 0;
    }
    world_trace(&tw->w, "%s sends %s", e->mc.name, tftp_wire_text(p, n, text));
    world_note(&tw->w, (uint64_t)from << 8 | to, (uint64_t)netp_rd32be(p) << 16 | n);
    tftp_wire_sent(tw, e, p, n, to == ENDS || (from == CLIENT && to != e->peer && e->peer));
    if (to != ENDS) {
        dgram_send(&tw->w, &tw->net, from, to, n);
    }
    return i;
}

/* Sends what waits, until the socket is busy. */
static void flush(struct tftp_world *tw, struct tftp_end *e)
{
    struct netp_out v[3];
    size_t n, used;

    e->out_at = NETP_NEVER;
    while ((n = netp_tftp_out(&e->m, v, 3)) > 0) {
        size_t at = 0;
        unsigned packets = 0;

        if (world_hit(&tw->w, tw->plan.busy)) {
            e->out_at = tw->w.now + 1 + world_upto(&tw->w, NAP_MS);
            return;
        }
        while (at < n && (used = post(tw, e, v + at, n - at)) > 0) {
            at += used;
            packets++;
        }
        netp_tftp_sent(&e->m, packets, tw->w.now);
    }
}

/* --- what happens to an end ------------------------------------------------------------------- */

/* What waits for input alone waits for ever, unless it is a server that nobody has asked yet. */
static void check_progress(const struct tftp_world *tw, const struct tftp_end *e)
{
    bool moves = netp_tftp_want(&e->m) & (NETP_WANT_OUT | NETP_WANT_APP | NETP_CLOSED);

    world_check(&tw->w,
                moves || netp_tftp_deadline(&e->m) != NETP_NEVER ||
                    strcmp(netp_tftp_state(&e->m), "listening") == 0,
                "a machine that waits for its peer has a deadline");
}

/* Calls next() with a datagram, or NULL, until there is no more; then sends. */
static void drive(struct tftp_world *tw, struct tftp_end *e, struct netp_in *in)
{
    struct netp_tftp_ev ev;

    if (tw->w.now >= netp_tftp_deadline(&e->m)) {
        e->ticks++;
        e->silent++;
        e->may_repeat = true;
        e->causes++;
        e->late = world_upto(&tw->w, tw->plan.late_ms);
    }
    while (machine_next(&tw->w, &e->mc, in, &ev) > 0) {
        tftp_app_event(tw, e, &ev);
    }
    world_check(&tw->w, !in || in->n == 0 || netp_tftp_fail(&e->m)->code != NETP_OK,
                "a datagram is used whole");
    machine_rest(&tw->w, &e->mc);
    if (e->out_at == NETP_NEVER) {
        flush(tw, e);
    }
    check_progress(tw, e);
}

/* RFC 1350 section 4: a packet from elsewhere changes nothing. */
static void deliver_forged(struct tftp_world *tw, struct tftp_end *e, struct netp_in *in)
{
    struct netp_addr from = *in->from;
    const char *state = netp_tftp_state(&e->m);
    netp_ms due = netp_tftp_deadline(&e->m);
    unsigned want = netp_tftp_want(&e->m) | NETP_WANT_OUT;
    unsigned waiting = netp_tftp_want(&e->m) & NETP_WANT_OUT;
    bool error = in->n >= 2 && in->p[1] == NETP_TFTP_ERROR;
    struct netp_tftp_ev ev;

    if (strcmp(state, "listening") == 0 || tw->w.now >= due) {
        return; /* a server takes the first who asks; a deadline would change much */
    }
    in->from = &from;
    from.port = 666;
    if (strcmp(state, "requesting") == 0 || decide(tw->w.d, 2)) {
        from.ip[3] = 9; /* the port is not known yet, the host is */
    }
    world_check(&tw->w, machine_next(&tw->w, &e->mc, in, &ev) <= 0, "a stranger makes no event");
    world_check(&tw->w,
                netp_tftp_deadline(&e->m) == due && netp_tftp_state(&e->m) == state &&
                    (netp_tftp_want(&e->m) | NETP_WANT_OUT) == want,
                "a stranger does not disturb");
    world_check(&tw->w, !error || (netp_tftp_want(&e->m) & NETP_WANT_OUT) == waiting,
                "an ERROR is not answered with an ERROR");
    if (e->out_at == NETP_NEVER) {
        flush(tw, e);
    }
}

static void deliver(struct tftp_world *tw, const struct dgram *first)
{
    struct dgram g;
    uint8_t *p = dgram_take(&tw->net, first, &g);
    bool request = p[1] == NETP_TFTP_RRQ || p[1] == NETP_TFTP_WRQ;
    bool twin = request && tw->plan.twins && netp_tftp_deadline(&tw->end[SERVER].m) != NETP_NEVER;
    struct tftp_end *e = &tw->end[twin ? TWIN : g.to];
    size_t n = g.bent ? tftp_wire_bend(tw, p, g.n) : g.n;
    struct netp_in in = {p, n, NETP_IN_DGRAM, &tw->end[g.from].addr};
    char text[40];

    world_trace(&tw->w, "%s gets %s%s%s", e->mc.name, tftp_wire_text(p, n, text),
                g.bent ? ", bent" : "", g.forged ? ", forged" : "");
    world_note(&tw->w, (uint64_t)(e - tw->end), n);
    tw->from = g.from;
    if (g.forged) {
        deliver_forged(tw, e, &in);
    } else {
        if (g.bent) {
            e->causes++; /* whatever it may be taken for */
        } else {
            tftp_wire_arrives(tw, e, p, n);
        }
        drive(tw, e, &in);
    }
    memset(p, 0x5a, n); /* no machine keeps a pointer into its input */
}

/* --- what happens next ------------------------------------------------------------------------ */

static netp_ms least(netp_ms a, netp_ms b)
{
    return a < b ? a : b;
}

/* When an end has something to do by itself. */
static netp_ms end_at_time(const struct tftp_end *e)
{
    netp_ms due = netp_tftp_deadline(&e->m);

    due = due == NETP_NEVER ? due : due + e->late;
    return least(due, least(e->answer_at, e->out_at));
}

static void wake(struct tftp_world *tw, struct tftp_end *e)
{
    world_trace(&tw->w, "%s wakes, %s", e->mc.name, netp_tftp_state(&e->m));
    world_note(&tw->w, 0x100u + (unsigned)(e - tw->end), 0);
    if (e->answer_at <= tw->w.now) {
        tftp_app_answer(tw, e);
    }
    if (e->out_at <= tw->w.now) {
        flush(tw, e);
    }
    drive(tw, e, NULL);
}

/* The end of the world's troubles. Who has tries left on both sides must come through. */
static void become_calm(struct tftp_world *tw)
{
    const struct tftp_end *c = &tw->end[CLIENT], *s = &tw->end[SERVER];

    world_trace(&tw->w, "all is calm");
    tw->w.calm = true;
    tw->hopeful = tftp_plan_is_fair(tw) && !c->done && !s->done && c->silent < 3 && s->silent < 3 &&
                  !machine_closed(&c->mc) && !machine_closed(&s->mc) &&
                  strcmp(netp_tftp_state(&tw->end[TWIN].m), "listening") == 0;
}

static void strike(struct tftp_world *tw)
{
    struct tftp_end *e = &tw->end[decide(tw->w.d, 2)];
    struct netp_in in = {NULL, 0, NETP_IN_BROKEN, NULL};

    if (decide(tw->w.d, 2)) {
        world_trace(&tw->w, "%s: its socket breaks", e->mc.name);
        drive(tw, e, &in);
    } else if (netp_tftp_abort(&e->m, NETP_TFTP_UNDEFINED, "stop", tw->w.now) == NETP_OK) {
        world_trace(&tw->w, "%s is aborted", e->mc.name);
        e->gave_up = true;
        drive(tw, e, NULL);
    }
}

/* Troubles that come at a step of their own. */
static void trouble(struct tftp_world *tw)
{
    const struct tftp_plan *p = &tw->plan;

    if (tw->w.steps == p->calm_at) {
        become_calm(tw);
    }
    if (tw->w.steps == p->jump_at) {
        world_trace(&tw->w, "the clock jumps");
        tw->w.now += JUMP_MS;
    }
    if (tw->w.steps == p->abort_at) {
        strike(tw);
    }
    if (world_hit(&tw->w, p->nag)) {
        drive(tw, &tw->end[decide(tw->w.d, 2)], NULL);
    }
}

static bool step(struct tftp_world *tw)
{
    const struct dgram *g = dgram_first(&tw->net);
    netp_ms at = g ? g->at : NETP_NEVER;
    struct tftp_end *who = NULL;

    for (unsigned i = 0; i < ENDS; i++) {
        netp_ms due = end_at_time(&tw->end[i]);
        if (due < at) {
            at = due;
            who = &tw->end[i];
        }
    }
    if (at == NETP_NEVER) {
        return false;
    }
    tw->w.now = at > tw->w.now ? at : tw->w.now;
    tw->w.steps++;
    tw->w.calls = 0;
    if (who) {
        wake(tw, who);
    } else {
        deliver(tw, g);
    }
    trouble(tw);
    return true;
}

/* --- a scenario ------------------------------------------------------------------------------- */

static void start_end(struct tftp_world *tw, unsigned who)
{
    static const char *const names[] = {"client", "server", "twin"};
    static const uint16_t ports[] = {40000, 50000, 50001};
    const struct tftp_plan *p = &tw->plan;
    struct tftp_end *e = &tw->end[who];
    struct netp_tftp_cfg cfg;
    size_t block = NETP_TFTP_PACKET_MAX(who == CLIENT ? p->blksize : p->most_blksize);

    memset(e, 0, sizeof *e);
    e->mc = (struct machine){&netp_tftp_ops, &e->m, names[who]};
    e->addr = (struct netp_addr){{10, 0, 0, who == CLIENT ? 1 : 2}, 0, ports[who], 4};
    e->answer_at = e->out_at = NETP_NEVER;
    e->blksize = NETP_TFTP_BLKSIZE;
    e->windowsize = 1;
    e->answered = UINT16_MAX + 1; /* none */
    netp_tftp_cfg_init(&cfg, who != CLIENT ? NETP_TFTP_SERVE
                             : p->put      ? NETP_TFTP_PUT
                                           : NETP_TFTP_GET);
    cfg.mem = tw->mem[who];
    cfg.memlen = p->short_mem ? NETP_TFTP_MAX_(NETP_TFTP_MEM_MIN, block) : sizeof tw->mem[who];
    cfg.blksize = who == CLIENT ? p->blksize : p->most_blksize;
    cfg.windowsize = who == CLIENT ? p->windowsize : p->most_windowsize;
    cfg.window_bytes = p->window_bytes;
    cfg.timeout_s = p->timeout_s;
    cfg.file = "file";
    cfg.tsize = p->size;
    cfg.max_size = p->disk_is_limit ? p->disk_holds : UINT64_MAX;
    cfg.server = (struct netp_addr){{10, 0, 0, 2}, 0, NETP_TFTP_PORT, 4};
    cfg.flags = (p->lend ? NETP_TFTP_LEND : 0u) | (p->wrap_to_1 ? NETP_TFTP_WRAP_TO_1 : 0u) |
                (p->tsize ? NETP_TFTP_TSIZE : 0u) |
                (p->netascii && who == CLIENT ? NETP_TFTP_NETASCII : 0u);
    world_check(&tw->w, netp_tftp_init(&e->m, &cfg, tw->w.now) == NETP_OK, "the machine starts");
}

/* Each block went out once, and nobody waited but the receiver behind its last ACK. */
static void check_clean(const struct tftp_world *tw)
{
    const struct tftp_end *c = &tw->end[CLIENT], *s = &tw->end[SERVER];

    world_check(&tw->w, c->done && s->done, "on a clean network the transfer succeeds");
    world_check(&tw->w, c->ticks + s->ticks == 1, "nothing is waited for but the dallying");
    world_check(&tw->w, !netp_tftp_saw_loss(&c->m) && !netp_tftp_saw_loss(&s->m),
                "nobody sees a loss");
    world_check(&tw->w, tw->plan.netascii || c->data + s->data == tw->plan.size / c->blksize + 1,
                "each block goes out once");
}

/* With all at rest. Three losses never end a transfer, nor one the sender's belief in it; what
 * comes later than the first timeout is as good as lost. */
static bool check_end(const struct tftp_world *tw)
{
    const struct tftp_end *c = &tw->end[CLIENT];
    bool served = tw->end[SERVER].done || tw->end[TWIN].done, both = c->done && served;
    bool received = tw->plan.put ? served : c->done;

    if (tftp_plan_is_fair(tw) && tw->net.lost + tw->net.late <= 3) {
        world_check(&tw->w, received, "three losses end no transfer");
        world_check(&tw->w, both || tw->net.lost + tw->net.late > 1,
                    "one loss leaves no sender in doubt");
    }
    world_check(&tw->w, !tw->hopeful || both, "after the trouble the transfer comes through");
    if (tw->w.run->profile == SIM_CLEAN) {
        check_clean(tw);
    }
    return both;
}

static void check_closed(const struct tftp_world *tw)
{
    for (unsigned i = 0; i < ENDS; i++) {
        const struct tftp_end *e = &tw->end[i];
        bool idle = i != CLIENT && strcmp(netp_tftp_state(&e->m), "listening") == 0;

        world_check(&tw->w, idle || machine_closed(&e->mc), "in the end all is closed");
    }
}

static void run(struct tftp_world *tw, struct sim_report *report)
{
    unsigned limit;
    bool both;

    for (unsigned i = 0; i < ENDS; i++) {
        start_end(tw, i);
    }
    limit = 20000 + 100 * (unsigned)(tw->plan.size / 8);
    flush(tw, &tw->end[CLIENT]);
    while (step(tw)) {
        world_check(&tw->w, tw->w.steps < limit, "the transfer comes to an end");
    }
    check_closed(tw);
    both = check_end(tw);
    world_note(&tw->w, both, tw->end[CLIENT].data);
    world_finish(&tw->w, both, report);
}

static struct tftp_world world; /* too large for a stack */

static void start(struct decision *d, const struct sim_run *how)
{
    world_start(&world.w, d, how);
    dgram_start(&world.net);
    world.tainted = world.hopeful = false;
}

void sim_tftp(struct decision *d, const struct sim_run *how, struct sim_report *report)
{
    start(d, how);
    tftp_plan_draw(&world);
    run(&world, report);
}

void sim_tftp_wrap(struct decision *d, const struct sim_run *how, struct sim_report *report)
{
    start(d, how);
    tftp_plan_draw_wrap(&world);
    run(&world, report);
}
