/* http1.c - a client and a server, from the first request to their last byte.
 * SPDX-License-Identifier: MIT */
#include "http1.h"

#include <string.h>

enum { STEPS_MAX = 200000 };

static struct http1_end *other(struct http1_world *hw, const struct http1_end *e)
{
    return e == &hw->client ? &hw->server : &hw->client;
}

/* Writes what waits until the stream takes no more; returns whether anything left. */
static bool flush(struct http1_world *hw, struct http1_end *e)
{
    struct stream *s = &other(hw, e)->in;
    struct netp_out v[3];
    size_t n = netp_http1_out(&e->m, v, 3), sent = 0;

    for (size_t k = 0; k < n; k++) {
        size_t took = stream_write(&hw->w, s, v[k].p, v[k].n);
        sent += took;
        if (took < v[k].n) {
            break;
        }
    }
    if (sent > 0) {
        netp_http1_sent(&e->m, sent, hw->w.now);
        world_trace(&hw->w, "%s sends %zu bytes", e->mc.name, sent);
        world_note(&hw->w, e == &hw->client, sent);
        e->act_at = hw->w.now;
    }
    return sent > 0;
}

/* Calls next() with what is there until there is no more, and sends what it can. */
static void drive(struct http1_world *hw, struct http1_end *e)
{
    struct netp_http1_ev ev;
    struct netp_in in;

    do {
        in = (struct netp_in){e->hold, e->nhold, e->flags, NULL};
        while (machine_next(&hw->w, &e->mc, in.n > 0 || in.flags != 0 ? &in : NULL, &ev) > 0) {
            http1_app_event(hw, e, &ev);
        }
        memmove(e->hold, in.p, in.n);
        memset(e->hold + in.n, 0x5a, e->nhold - in.n);
        e->nhold = in.n;
        machine_rest(&hw->w, &e->mc);
    } while (flush(hw, e));
    if (machine_closed(&e->mc)) { /* the driver closes its socket */
        stream_end(&hw->w, &other(hw, e)->in, NETP_IN_EOF);
        e->nhold = 0;
    }
}

static bool reads(const struct http1_end *e)
{
    unsigned want = netp_http1_want(&e->m);

    return (want & (NETP_WANT_IN | NETP_CLOSED)) != 0 || netp_http1_fail(&e->m)->code != NETP_OK;
}

static void receive(struct http1_world *hw, struct http1_end *e)
{
    struct netp_in in;

    stream_read(&hw->w, &e->in, &in);
    world_trace(&hw->w, "%s gets %zu bytes%s%s", e->mc.name, in.n,
                in.flags & NETP_IN_EOF ? ", the end" : "",
                in.flags & NETP_IN_BROKEN ? ", the break" : "");
    world_note(&hw->w, 2u + (e == &hw->client), in.n);
    if (in.flags & NETP_IN_BROKEN) {
        stream_end(&hw->w, &other(hw, e)->in, NETP_IN_BROKEN);
    }
    if (!machine_closed(&e->mc)) {
        world_check(&hw->w, in.n <= sizeof e->hold - e->nhold, "what wants input takes it");
        memcpy(e->hold + e->nhold, in.p, in.n);
        e->nhold += in.n;
        e->flags |= in.flags;
        drive(hw, e);
    }
    if (netp_http1_want(&other(hw, e)->m) & NETP_WANT_OUT) {
        drive(hw, other(hw, e)); /* the window has opened */
    }
}

static netp_ms due(const struct http1_end *e)
{
    netp_ms at = netp_http1_deadline(&e->m), in = reads(e) ? stream_due(&e->in) : NETP_NEVER;

    at = at < in ? at : in;
    return at < e->act_at ? at : e->act_at;
}

static bool step(struct http1_world *hw)
{
    struct http1_end *e = due(&hw->server) < due(&hw->client) ? &hw->server : &hw->client;
    netp_ms at = due(e);

    if (at == NETP_NEVER) {
        return false;
    }
    hw->w.now = at > hw->w.now ? at : hw->w.now;
    hw->w.steps++;
    hw->w.calls = 0;
    if (e->act_at <= hw->w.now) {
        http1_app_act(hw, e);
        drive(hw, e);
    } else if (reads(e) && stream_due(&e->in) <= hw->w.now) {
        receive(hw, e);
    } else {
        drive(hw, e);
    }
    return true;
}

static struct http1_world world; /* too large for a stack */

void sim_http1(struct decision *d, const struct sim_run *how, struct sim_report *report)
{
    world_start(&world.w, d, how);
    http1_app_draw(&world);
    while (step(&world)) {
        world_check(&world.w, world.w.steps < STEPS_MAX, "the conversation comes to an end");
    }
    world_finish(&world.w, http1_app_check_end(&world), report);
}
