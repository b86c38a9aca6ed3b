/* tftp_app.c - the application behind a machine, with its file. SPDX-License-Identifier: MIT */
#include "prng.h"
#include "tftp.h"

#include <string.h>

/* The file repeats itself with a period that no distance of confused blocks is a multiple of. */
enum { PERIOD = 4093 };

/* How late the application is at most; how long a receiver stays at least, less what a packet
 * takes.
 */
enum { NAP_MS = 400 };

const uint8_t *tftp_file(const struct tftp_plan *plan, uint64_t offset)
{
    static uint8_t octets[PERIOD + FILE_RUN], text[PERIOD + FILE_RUN];
    static bool ready;
    uint64_t state = 1;

    for (size_t i = 0; !ready && i < sizeof octets; i++) {
        octets[i] = i < PERIOD ? (uint8_t)prng_below(&state, 256) : octets[i - PERIOD];
        text[i] = i < PERIOD ? (uint8_t) "\r\n\0ab"[prng_below(&state, 5)] : text[i - PERIOD];
    }
    ready = true;
    return (plan->netascii ? text : octets) + offset % PERIOD;
}

static void give_up(struct tftp_world *tw, struct tftp_end *e, int code)
{
    world_trace(&tw->w, "%s aborts: %s", e->mc.name, netp_tftp_error_text(code));
    world_check(&tw->w, netp_tftp_abort(&e->m, code, NULL, tw->w.now) == NETP_OK,
                "a transfer that runs can be aborted");
    e->gave_up = true;
}

static void give(struct tftp_world *tw, struct tftp_end *e)
{
    const struct tftp_plan *p = &tw->plan;
    uint64_t at = e->asked.u.need.offset, left = p->size - at;
    size_t n = e->asked.u.need.max;
    ptrdiff_t r;

    world_check(&tw->w, at <= p->size, "NEED is within the file");
    world_check(&tw->w, p->lend ? at <= e->moved : at == e->moved, "NEED follows what was given");
    n = n < FILE_RUN ? n : FILE_RUN;
    n = n < left ? n : (size_t)left;
    if (!p->lend && n > 1 && decide(tw->w.d, 4) == 3) {
        n = 1 + decide(tw->w.d, (uint32_t)n); /* readers may be short */
    }
    if (at + n > p->read_fails) {
        give_up(tw, e, NETP_TFTP_UNDEFINED);
        return;
    }
    r = netp_tftp_give(&e->m, tftp_file(p, at), n, n == left, tw->w.now);
    world_check(&tw->w, r >= 0 && (size_t)r <= n && (!p->lend || (size_t)r == n),
                "what NEED asked for is taken");
    e->moved = at + (size_t)r;
}

void tftp_app_answer(struct tftp_world *tw, struct tftp_end *e)
{
    const struct tftp_plan *p = &tw->plan;

    e->answer_at = NETP_NEVER;
    if (netp_tftp_fail(&e->m)->code != NETP_OK) {
        return; /* it has failed meanwhile */
    }
    if (e->asked.type == NETP_TFTP_NEED) {
        give(tw, e);
    } else if (p->refuse || e->asked.u.request.write != p->put) {
        give_up(tw, e, NETP_TFTP_NOT_FOUND);
    } else {
        world_check(&tw->w, netp_tftp_accept(&e->m, p->size, tw->w.now) == NETP_OK,
                    "a request can be accepted");
    }
}

/* A request, and what is granted: never more than was asked for, nor than the server has. */
static void take_request(struct tftp_world *tw, struct tftp_end *e, const struct netp_tftp_ev *ev)
{
    const struct tftp_plan *p = &tw->plan;
    uint64_t tsize = p->put && p->tsize ? p->size : NETP_TFTP_SIZE_UNKNOWN;

    e->blksize = ev->u.request.blksize;
    e->windowsize = ev->u.request.windowsize;
    if (tw->tainted) {
        return;
    }
    world_check(&tw->w,
                ev->u.request.file.n == 4 && memcmp(ev->u.request.file.p, "file", 4) == 0 &&
                    ev->u.request.write == p->put && ev->u.request.netascii == p->netascii &&
                    ev->u.request.tsize == tsize,
                "the request arrives as it was sent");
    world_check(&tw->w,
                e->blksize <= p->blksize && e->windowsize >= 1 && e->windowsize <= p->windowsize &&
                    e->windowsize <= p->most_windowsize &&
                    (e->blksize <= p->most_blksize || e->blksize == NETP_TFTP_BLKSIZE),
                "the server grants what both can do");
}

static void take_options(struct tftp_world *tw, struct tftp_end *e, const struct netp_tftp_ev *ev)
{
    const struct tftp_end *s = &tw->end[tw->from];

    e->blksize = ev->u.options.blksize;
    e->windowsize = ev->u.options.windowsize;
    e->peer = tw->from;
    world_check(&tw->w, tw->tainted || (e->blksize == s->blksize && e->windowsize == s->windowsize),
                "both ends agree on the options");
    world_check(&tw->w,
                tw->tainted || ev->u.options.tsize == tw->plan.size ||
                    ev->u.options.tsize == NETP_TFTP_SIZE_UNKNOWN,
                "tsize is the file's size");
}

static void take_data(struct tftp_world *tw, struct tftp_end *e, const struct netp_tftp_ev *ev)
{
    const struct tftp_plan *p = &tw->plan;

    world_check(&tw->w, ev->u.data.offset == e->moved && ev->u.data.n > 0,
                "DATA goes on where it was");
    /* A text that ends early may end in half a line end, which then reads as another. */
    world_check(&tw->w,
                (tw->tainted && p->netascii) ||
                    (ev->u.data.n <= p->size - e->moved &&
                     memcmp(ev->u.data.p, tftp_file(p, e->moved), ev->u.data.n) == 0),
                "the bytes received are those of the file");
    e->moved += ev->u.data.n;
    e->silent = 0;
    if (e->moved > p->disk_holds) {
        world_check(&tw->w, !p->disk_is_limit, "no more than max_size is delivered");
        give_up(tw, e, NETP_TFTP_DISK_FULL);
    }
}

/* A file is whole, or nobody says so; what the sender takes for stored is stored. */
static void take_done(struct tftp_world *tw, struct tftp_end *e, const struct netp_tftp_ev *ev)
{
    const struct tftp_plan *p = &tw->plan;
    bool sender = tftp_is_sender(tw, e);

    world_check(&tw->w, !e->done && !e->gave_up, "DONE comes once");
    world_check(&tw->w, ev->u.done.total == e->moved, "DONE tells the bytes that have crossed");
    world_check(&tw->w, e->moved == p->size || (!sender && tw->tainted),
                "DONE means the whole file");
    world_check(&tw->w,
                !sender || tw->tainted || tw->end[p->put ? SERVER : CLIENT].done ||
                    tw->end[TWIN].done,
                "the sender is done only if the receiver is");
    if (!sender && p->store_fails) {
        give_up(tw, e, NETP_TFTP_DISK_FULL);
        return;
    }
    e->done = true;
    world_check(&tw->w, !(tw->end[SERVER].done && tw->end[TWIN].done), "one server has the client");
}

void tftp_app_event(struct tftp_world *tw, struct tftp_end *e, const struct netp_tftp_ev *ev)
{
    world_trace(&tw->w, "%s: event %d", e->mc.name, (int)ev->type);
    world_note(&tw->w, (uint64_t)ev->type << 8 | (uint64_t)(e - tw->end), e->moved);
    switch (ev->type) {
    case NETP_TFTP_REQUEST:
        take_request(tw, e, ev);
        break;
    case NETP_TFTP_OPTIONS:
        take_options(tw, e, ev);
        e->silent = 0;
        return;
    case NETP_TFTP_DATA:
        take_data(tw, e, ev);
        return;
    case NETP_TFTP_NEED:
        break;
    case NETP_TFTP_DONE:
        take_done(tw, e, ev);
        return;
    }
    e->asked = *ev;
    if (world_hit(&tw->w, tw->plan.lazy)) {
        e->answer_at = tw->w.now + 1 + world_upto(&tw->w, NAP_MS);
    } else {
        tftp_app_answer(tw, e);
    }
}
