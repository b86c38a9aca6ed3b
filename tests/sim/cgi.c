/* cgi.c - a script's answer, from its first byte to its end, and what the server sees of it.
 * SPDX-License-Identifier: MIT */
#include "cgi.h"

#include <netproto/text.h>

#include <string.h>

enum { STEPS_MAX = 100000 };

/* --- the plan --------------------------------------------------------------------------------- */

static bool one_in(const struct cgi_world *cw, uint32_t n)
{
    return decide(cw->w.d, n) == n - 1;
}

static void draw_pipe(struct cgi_world *cw)
{
    static const uint32_t windows[] = {1000, 100, 7, 1};
    static const uint32_t delays[] = {1, 5, 50, 1000};
    enum sim_profile profile = cw->w.run->profile;
    struct stream_faults f = {.window = STREAM_MAX, .cut_at = UINT64_MAX, .noise_at = UINT64_MAX};

    if (profile != SIM_CLEAN) {
        f.split = profile == SIM_SMALL ? 100 : 20 * decide(cw->w.d, 6);
    }
    if (profile != SIM_CLEAN && profile != SIM_SMALL) {
        f.window = one_in(cw, 4) ? windows[decide(cw->w.d, 4)] : STREAM_MAX;
        f.delay_ms = delays[decide(cw->w.d, profile == SIM_LAN ? 2 : 4)];
    }
    if (profile == SIM_AWFUL && one_in(cw, 3)) { /* it dies before it has said all */
        f.cut_at = 1 + decide(cw->w.d, (uint32_t)cw->plan.n);
        f.cut = decide(cw->w.d, 2) ? NETP_IN_EOF : NETP_IN_BROKEN;
    }
    stream_start(&cw->pipe, &f);
}

static void draw(struct cgi_world *cw)
{
    struct netp_cgi_cfg cfg = NETP_CGI_CFG_INIT;
    bool small = cw->w.run->profile == SIM_SMALL, awful = cw->w.run->profile == SIM_AWFUL;

    cgi_plan_draw(&cw->w, &cw->plan);
    draw_pipe(cw);
    cw->flags = one_in(cw, 4) ? NETP_CGI_HEAD_ONLY : 0;
    cw->killed = awful && one_in(cw, 4);
    cw->think_ms = !small && one_in(cw, 4) ? 2000 : 1;
    cw->write_at = cw->w.now;
    cw->leave_at = awful && one_in(cw, 8) ? cw->w.now + decide(cw->w.d, 200) : NETP_NEVER;
    cw->mc = (struct machine){&netp_cgi_ops, &cw->m, "server"};
    cfg.head = cw->mem;
    cfg.headlen = sizeof cw->mem;
    cfg.field = cw->field;
    cfg.nfield = CGI_FIELDS;
    cfg.flags = cw->flags;
    world_check(&cw->w, netp_cgi_init(&cw->m, &cfg, cw->w.now) == NETP_OK, "the machine starts");
}

/* --- what comes ------------------------------------------------------------------------------- */

static void take_head(struct cgi_world *cw, const struct netp_cgi_ev *ev)
{
    const struct cgi_plan *p = &cw->plan;
    struct netp_str name, value;
    uint64_t sum = 0;
    unsigned i = 0;

    world_check(&cw->w, !cw->head && p->bad == 0, "a head comes once, if it is sound");
    world_check(&cw->w, ev->kind == p->kind && ev->status == p->status,
                "an answer is what its fields make of it");
    world_check(&cw->w,
                p->location ? netp_str_eq(ev->location, netp_str_of(p->location))
                            : ev->location.p == NULL,
                "a location arrives as it was written");
    world_check(&cw->w, ev->length == (p->has_body ? p->length : 0),
                "a length is that of the body");
    while (netp_cgi_field_next(ev, &i, &name, &value)) {
        sum = cgi_sum(sum, name, value);
    }
    world_check(&cw->w, sum == p->fields, "fields that are for the client arrive, and no others");
    cw->head = true;
}

static void take_data(struct cgi_world *cw, const struct netp_cgi_ev *ev)
{
    world_check(&cw->w, cw->head && !cw->end && ev->n > 0, "a body is between head and end");
    for (size_t i = 0; i < ev->n; i++, cw->taken++) {
        world_check(&cw->w, ev->p[i] == cgi_byte(cw->taken), "bytes arrive as they were written");
    }
}

static void take(struct cgi_world *cw, const struct netp_cgi_ev *ev)
{
    world_trace(&cw->w, "event %d, n %zu", (int)ev->type, ev->n);
    world_note(&cw->w, (uint64_t)ev->type, ev->n);
    switch (ev->type) {
    case NETP_CGI_HEAD:
        take_head(cw, ev);
        break;
    case NETP_CGI_DATA:
        take_data(cw, ev);
        break;
    default:
        world_check(&cw->w, ev->type == NETP_CGI_END && cw->head && !cw->end, "the end comes once");
        cw->end = true;
        break;
    }
}

/* --- what must hold --------------------------------------------------------------------------- */

/* How much of the body is the client's, of what was read. */
static uint64_t due_body(const struct cgi_world *cw)
{
    uint64_t n = cw->read - cw->plan.nhead;

    if (!cw->plan.has_body || (cw->flags & NETP_CGI_HEAD_ONLY)) {
        return 0;
    }
    return n < cw->plan.length ? n : cw->plan.length;
}

static bool is_whole(const struct cgi_world *cw)
{
    return !cw->plan.has_body || (cw->flags & NETP_CGI_HEAD_ONLY) ||
           (cw->plan.length != NETP_CGI_UNKNOWN && due_body(cw) == cw->plan.length);
}

/* What the machine is to have come to by what has been read: NETP_OK as long as it goes well. */
static int verdict(const struct cgi_world *cw, unsigned end)
{
    if (cw->read < cw->plan.nhead) {
        return end ? NETP_E_TRUNCATED : NETP_OK;
    }
    if (cw->plan.bad) {
        return cw->plan.bad;
    }
    if (end == 0 || is_whole(cw)) {
        return NETP_OK;
    }
    if (cw->plan.length != NETP_CGI_UNKNOWN) {
        return NETP_E_TRUNCATED;
    }
    return end & NETP_IN_BROKEN ? NETP_E_IO : NETP_OK;
}

/* All that can be told is told, and no failure looks like an end. end: how the pipe has ended. */
static void check(const struct cgi_world *cw, unsigned end)
{
    const struct netp_fail *fail = netp_cgi_fail(&cw->m);
    bool early = cw->plan.bad && !cw->head; /* a bad line may be seen before the head's end */
    int code = (int)fail->code;

    world_check(&cw->w, code == verdict(cw, end) || (early && code == cw->plan.bad),
                "it fails when, and by what, it has to");
    world_check(&cw->w, code == NETP_OK || fail->peer_code == (cw->head ? -1 : 502),
                "before the head a failure is 502, and nothing later");
    if (cw->read >= cw->plan.nhead && !cw->plan.bad) {
        world_check(&cw->w, cw->head && cw->taken == due_body(cw), "nothing is kept back");
        world_check(&cw->w, cw->end == (code == NETP_OK && (is_whole(cw) || end != 0)),
                    "the end is told when it is one");
    }
}

/* --- steps ------------------------------------------------------------------------------------ */

static void write_on(struct cgi_world *cw)
{
    const struct cgi_plan *p = &cw->plan;
    size_t left = p->n - cw->written, n;

    cw->write_at = NETP_NEVER;
    if (left == 0) {
        stream_end(&cw->w, &cw->pipe, cw->killed ? NETP_IN_BROKEN : NETP_IN_EOF);
        return;
    }
    n = 1 + decide(cw->w.d, (uint32_t)left);
    n = stream_write(&cw->w, &cw->pipe, (const uint8_t *)p->text + cw->written, n);
    world_trace(&cw->w, "the script writes %zu bytes", n);
    cw->written += n;
    if (n > 0) {
        cw->write_at = cw->w.now + world_upto(&cw->w, cw->think_ms);
    }
}

static void read_on(struct cgi_world *cw)
{
    struct netp_cgi_ev ev;
    struct netp_in in;
    size_t n;

    stream_read(&cw->w, &cw->pipe, &in);
    n = in.n;
    world_trace(&cw->w, "the server reads %zu bytes%s%s", n,
                in.flags & NETP_IN_EOF ? ", the end" : "",
                in.flags & NETP_IN_BROKEN ? ", the break" : "");
    world_note(&cw->w, 8, n);
    while (machine_next(&cw->w, &cw->mc, &in, &ev) > 0) {
        take(cw, &ev);
    }
    world_check(&cw->w, in.n == 0 || netp_cgi_fail(&cw->m)->code != NETP_OK, "all input is taken");
    memset(cw->pipe.flat, 0x5a, n);
    machine_rest(&cw->w, &cw->mc);
    cw->read += n;
    cw->ended = in.flags != 0;
    check(cw, in.flags);
    if (cw->write_at == NETP_NEVER && cw->written < cw->plan.n) {
        cw->write_at = cw->w.now; /* there is room again */
    }
}

static bool step(struct cgi_world *cw)
{
    netp_ms read = cw->ended ? NETP_NEVER : stream_due(&cw->pipe);
    netp_ms at = read < cw->write_at ? read : cw->write_at;

    if (at == NETP_NEVER || at >= cw->leave_at) {
        return false;
    }
    cw->w.now = at > cw->w.now ? at : cw->w.now;
    cw->w.steps++;
    cw->w.calls = 0;
    if (cw->write_at <= cw->w.now) {
        write_on(cw);
    } else {
        read_on(cw);
    }
    return true;
}

static struct cgi_world world; /* large for a stack */

void sim_cgi(struct decision *d, const struct sim_run *how, struct sim_report *report)
{
    memset(&world, 0, sizeof world);
    world_start(&world.w, d, how);
    draw(&world);
    while (step(&world)) {
        world_check(&world.w, world.w.steps < STEPS_MAX, "the script comes to an end");
    }
    world_check(&world.w, world.ended || world.leave_at != NETP_NEVER, "the end is seen");
    world_finish(&world.w, world.end, report);
}
