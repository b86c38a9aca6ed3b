/* frame.c - two ends of framing, from their first frame to their half-closes.
 * SPDX-License-Identifier: MIT */
#include "frame.h"

#include <string.h>

enum { STEPS_MAX = 200000 };

static struct frame_end *other(struct frame_world *fw, const struct frame_end *e)
{
    return &fw->end[e == fw->end];
}

/* The driver closes its side of the stream when the machine has no more to say. */
static void hang_up(struct frame_world *fw, struct frame_end *e)
{
    if (machine_closed(&e->mc)) {
        stream_end(&fw->w, &other(fw, e)->in, NETP_IN_EOF);
    }
}

/* Writes what waits until the stream takes no more; returns whether anything left. */
static bool flush(struct frame_world *fw, struct frame_end *e)
{
    struct stream *s = &other(fw, e)->in;
    struct netp_out v[3];
    bool moved = false;
    size_t k = 0, n = netp_frame_out(&e->m, v, 3), sent = 0;

    if (n > 0 && (v[0].flags & NETP_OUT_FIN)) {
        stream_end(&fw->w, s, NETP_IN_EOF);
        netp_frame_sent(&e->m, 0, fw->w.now);
        return true;
    }
    for (; k < n && !(v[k].flags & NETP_OUT_FIN); k++) {
        size_t took = stream_write(&fw->w, s, v[k].p, v[k].n);
        sent += took;
        if (took < v[k].n) {
            break;
        }
    }
    if (sent > 0) {
        netp_frame_sent(&e->m, sent, fw->w.now);
        moved = true;
        world_trace(&fw->w, "%s sends %zu bytes", e->mc.name, sent);
        world_note(&fw->w, (uint64_t)(e - fw->end), sent);
    }
    if (moved && e->blocked) {
        e->blocked = false;
        e->act_at = fw->w.now;
    }
    return moved;
}

/* Calls next() with input or NULL until there is no more, and sends what it can. */
static void drive(struct frame_world *fw, struct frame_end *e, struct netp_in *in)
{
    struct netp_frame_ev ev;

    do {
        while (machine_next(&fw->w, &e->mc, in, &ev) > 0) {
            frame_app_event(fw, e, &ev);
        }
        world_check(&fw->w, !in || in->n == 0 || netp_frame_fail(&e->m)->code != NETP_OK,
                    "all input is taken");
        machine_rest(&fw->w, &e->mc);
        in = NULL;
    } while (flush(fw, e));
    frame_app_check(fw, e);
    hang_up(fw, e);
}

/* A reset is seen on both sides. */
static void spread(struct frame_world *fw, struct frame_end *e, unsigned flags)
{
    if (flags & NETP_IN_BROKEN) {
        stream_end(&fw->w, &other(fw, e)->in, NETP_IN_BROKEN);
    }
}

static void receive(struct frame_world *fw, struct frame_end *e)
{
    struct netp_in in;
    size_t n;

    stream_read(&fw->w, &e->in, &in);
    n = in.n;
    world_trace(&fw->w, "%s gets %zu bytes%s%s", e->mc.name, n,
                in.flags & NETP_IN_EOF ? ", the end" : "",
                in.flags & NETP_IN_BROKEN ? ", the break" : "");
    world_note(&fw->w, 2u + (uint64_t)(e - fw->end), n);
    spread(fw, e, in.flags);
    if (!machine_closed(&e->mc)) { /* else its socket is closed, too */
        if (n > 0 && netp_frame_fail(&e->m)->code == NETP_OK) {
            e->heard = fw->w.now;
        }
        drive(fw, e, &in);
        memset(e->in.flat, 0x5a, n);
    }
    if (netp_frame_want(&other(fw, e)->m) & NETP_WANT_OUT) {
        drive(fw, other(fw, e), NULL); /* the window has opened */
    }
}

static netp_ms least(netp_ms a, netp_ms b)
{
    return a < b ? a : b;
}

static bool step(struct frame_world *fw)
{
    netp_ms at = NETP_NEVER;
    struct frame_end *e = fw->end;

    for (unsigned i = 0; i < 2; i++) {
        struct frame_end *k = &fw->end[i];
        netp_ms due = least(stream_due(&k->in), least(netp_frame_deadline(&k->m), k->act_at));
        if (due < at) {
            at = due;
            e = k;
        }
    }
    if (at == NETP_NEVER) {
        return false;
    }
    fw->w.now = at > fw->w.now ? at : fw->w.now;
    fw->w.steps++;
    fw->w.calls = 0;
    if (e->act_at <= fw->w.now) {
        frame_app_act(fw, e);
        drive(fw, e, NULL);
    } else if (stream_due(&e->in) <= fw->w.now) {
        receive(fw, e);
    } else {
        drive(fw, e, NULL);
    }
    return true;
}

static struct frame_world world; /* too large for a stack */

void sim_frame(struct decision *d, const struct sim_run *how, struct sim_report *report)
{
    bool whole;

    world_start(&world.w, d, how);
    frame_plan_draw(&world);
    while (step(&world)) {
        world_check(&world.w, world.w.steps < STEPS_MAX, "the conversation comes to an end");
    }
    whole = frame_app_check_end(&world, &world.end[0]);
    whole &= frame_app_check_end(&world, &world.end[1]);
    world_finish(&world.w, whole, report);
}
