/* frame_app.c - the application at one end: what it sends, what it gets. SPDX-License-Identifier:
 * MIT
 */
#include "frame.h"

#include <string.h>

/* --- sending ---------------------------------------------------------------------------------- */

/* Whether a receiver finds the delimiter behind the payload and not before: looked for the slow
 * way.
 */
static bool is_legal(const struct netp_frame_cfg *cfg, const struct sim_payload *f)
{
    uint8_t text[PAYLOAD_MAX + NETP_FRAME_DELIM_MAX];

    if (cfg->kind != NETP_FRAME_DELIM) {
        return true;
    }
    memcpy(text, f->p, f->n);
    memcpy(text + f->n, cfg->delim, cfg->delim_n);
    for (size_t i = 0; i < f->n; i++) {
        if (memcmp(text + i, cfg->delim, cfg->delim_n) == 0) {
            return false;
        }
    }
    return true;
}

/* One call that puts bytes into the ring, or lends some. */
static int queue(struct frame_end *e, const struct sim_payload *f, enum way way)
{
    size_t room = netp_frame_room(&e->m);
    int r;

    if (way == WAY_COPY) {
        r = netp_frame_send(&e->m, frame_prefix, f->p, f->n);
    } else if (way == WAY_LEND) {
        r = netp_frame_lend(&e->m, frame_prefix, f->p, f->n);
        e->wire += r == NETP_OK ? f->n : 0;
    } else if (!e->pieces_open) {
        r = netp_frame_send_begin(&e->m, frame_prefix, f->n);
    } else if (e->given < f->n) {
        r = netp_frame_send_data(&e->m, f->p + e->given, f->n - e->given);
    } else {
        r = netp_frame_send_end(&e->m);
    }
    e->wire += room - netp_frame_room(&e->m);
    return r;
}

static void queued(struct frame_end *e)
{
    e->out[e->queued++].wire_end = e->wire;
    e->pieces_open = false;
}

static bool is_idle(const struct frame_end *e)
{
    return !e->lent && !(netp_frame_want(&e->m) & NETP_WANT_OUT);
}

/* Whether anything of a frame follows its payload. */
static bool has_tail(uint8_t kind)
{
    return kind != NETP_FRAME_LENGTH && kind != NETP_FRAME_VARINT && kind != NETP_FRAME_FIXED;
}

/* One step of a frame in pieces; what it returns is progress, 0 or NETP_E_NOSPACE: wait. */
static int act_in_pieces(const struct frame_world *fw, struct frame_end *e,
                         const struct sim_payload *f)
{
    bool body = e->pieces_open && e->given < f->n, last = e->pieces_open && !body;
    int r = queue(e, f, WAY_PIECES);

    if (body) {
        e->given += r > 0 ? (size_t)r : 0;
    } else if (r == NETP_OK && last) {
        queued(e);
        return 1;
    } else if (r == NETP_OK) {
        e->pieces_open = true;
        e->given = 0;
    }
    if (e->pieces_open && e->given == f->n && !has_tail(fw->cfg.kind)) {
        e->out[e->queued].wire_end = e->wire; /* a receiver needs no more */
    }
    return r == NETP_OK && !body ? 1 : r;
}

/* Which ways a frame may go: stuffed payload can't be lent, COBS has no pieces, and what is copied
 * must fit. */
static enum way choose(const struct frame_world *fw, const struct frame_end *e,
                       const struct sim_payload *f)
{
    enum way way = (enum way)decide(fw->w.d, WAYS);
    uint8_t kind = fw->cfg.kind;

    if (e->pieces_open) {
        return WAY_PIECES;
    }
    if (kind == NETP_FRAME_COBS || (kind == NETP_FRAME_SLIP && way == WAY_LEND)) {
        return WAY_COPY;
    }
    return way == WAY_COPY && kind != NETP_FRAME_SLIP && NETP_FRAME_TX(f->n) > e->m.cfg_.txlen
               ? WAY_PIECES
               : way;
}

static void act_on_frame(struct frame_world *fw, struct frame_end *e, struct sim_payload *f)
{
    enum way way = choose(fw, e, f);
    int r;

    if (!is_legal(&fw->cfg, f)) {
        world_check(&fw->w, netp_frame_send(&e->m, NULL, f->p, f->n) == NETP_E_ARG,
                    "a payload that holds the delimiter is refused");
        memset(f->p, 'x', f->n);
    }
    if (way == WAY_PIECES) {
        r = act_in_pieces(fw, e, f);
    } else {
        r = queue(e, f, way);
        if (r == NETP_OK) {
            e->lent |= way == WAY_LEND;
            queued(e);
            r = 1;
        }
    }
    world_check(&fw->w, r >= 0 || r == NETP_E_NOSPACE, "a frame can be sent");
    e->blocked = r <= 0;
    world_check(&fw->w, !e->blocked || !is_idle(e), "there is room when all is sent");
}

void frame_app_act(struct frame_world *fw, struct frame_end *e)
{
    e->act_at = NETP_NEVER;
    if (netp_frame_fail(&e->m)->code != NETP_OK || e->finished) {
        return;
    }
    if (e->queued == e->frames) {
        world_check(&fw->w, netp_frame_finish(&e->m) == NETP_OK, "a stream can be half-closed");
        world_trace(&fw->w, "%s finishes", e->mc.name);
        e->finished = true;
        return;
    }
    act_on_frame(fw, e, &e->out[e->queued]);
    if (!e->blocked) {
        e->act_at = fw->w.now + world_upto(&fw->w, fw->think_ms);
    }
}

/* --- receiving -------------------------------------------------------------------------------- */

/* Whether the next frame is the peer's of that number: noise and timeouts make others. */
static bool in_step(const struct frame_world *fw, const struct frame_end *e)
{
    return !fw->noise && e->bad == 0;
}

static void take_bytes(struct frame_world *fw, struct frame_end *e, const uint8_t *p, size_t n)
{
    const struct sim_payload *f = &frame_peer(fw, e)->out[e->received];

    if (in_step(fw, e)) {
        world_check(&fw->w,
                    e->received < frame_peer(fw, e)->frames && n <= f->n - e->part &&
                        memcmp(p, f->p + e->part, n) == 0,
                    "the bytes received are those sent");
    }
    for (size_t i = 0; i < n; i++) {
        e->sum = (e->sum ^ p[i]) * 0x100000001b3u;
    }
    e->part += n;
}

static void take_head(const struct frame_world *fw, const struct netp_frame_ev *ev)
{
    size_t n = fw->cfg.len_offset;

    world_check(&fw->w, ev->head_n >= n && memcmp(ev->head, frame_prefix, n) == 0,
                "the head arrives as it was sent");
}

static void take_end(struct frame_world *fw, struct frame_end *e, uint64_t length)
{
    world_check(&fw->w, e->part == length, "a frame's length is that of its bytes");
    world_check(&fw->w, !in_step(fw, e) || length == frame_peer(fw, e)->out[e->received].n,
                "a frame arrives whole");
    if (e->received < 2 * FRAMES_MAX) {
        e->got[e->received] = (struct sim_received){e->part, e->sum};
    }
    e->received++;
    e->part = e->sum = 0;
}

void frame_app_event(struct frame_world *fw, struct frame_end *e, const struct netp_frame_ev *ev)
{
    world_trace(&fw->w, "%s: event %d, length %llu, n %zu", e->mc.name, ev->type,
                (unsigned long long)ev->length, ev->n);
    world_note(&fw->w, (uint64_t)ev->type << 8 | (uint64_t)(e - fw->end), ev->length);
    world_check(&fw->w, !e->eof || ev->type == NETP_FRAME_SENT, "nothing comes after the end");
    switch (ev->type) {
    case NETP_FRAME_BEGIN:
        take_head(fw, ev);
        break;
    case NETP_FRAME_DATA:
        take_bytes(fw, e, ev->p, ev->n);
        break;
    case NETP_FRAME_WHOLE:
        take_head(fw, ev);
        take_bytes(fw, e, ev->p, ev->n);
        take_end(fw, e, ev->length);
        break;
    case NETP_FRAME_END:
        take_end(fw, e, ev->length);
        break;
    case NETP_FRAME_BAD:
        world_check(&fw->w, fw->noise || ev->err == NETP_E_TIMEOUT, "a good frame is not BAD");
        e->bad++;
        e->part = e->sum = 0;
        break;
    case NETP_FRAME_SENT:
        world_check(&fw->w, e->lent, "what comes back was lent");
        e->lent = false;
        break;
    default:
        e->eof = true;
        break;
    }
}

/* --- what must hold --------------------------------------------------------------------------- */

/* Frames of the peer that lie within the first n bytes of the stream; *edge: those end between two
 * frames. A frame of SLIP has an END ahead of it that belongs to no frame. */
static unsigned complete(const struct frame_world *fw, const struct frame_end *peer, uint64_t n,
                         bool *edge)
{
    uint64_t last;
    unsigned k = 0;

    while (k < peer->frames && peer->out[k].wire_end <= n) {
        k++;
    }
    last = k ? peer->out[k - 1].wire_end : 0;
    *edge = n == last || (fw->cfg.kind == NETP_FRAME_SLIP && n == last + 1);
    return k;
}

void frame_app_check(const struct frame_world *fw, const struct frame_end *e)
{
    const struct netp_frame_cfg *c = &fw->cfg;
    bool edge;
    unsigned k = complete(fw, frame_peer(fw, e), e->in.read, &edge);
    enum netp_err code = netp_frame_fail(&e->m)->code;

    if (code == NETP_E_TIMEOUT || e->bad > 0) {
        world_check(&fw->w,
                    fw->noise || (c->idle_ms && fw->w.now - e->heard >= c->idle_ms) ||
                        c->frame_ms || e->bad,
                    "a timeout comes after its time");
        return;
    }
    if (fw->noise) {
        return;
    }
    world_check(&fw->w, e->received == k, "each frame is told when its last byte is there");
    world_check(&fw->w,
                (code != NETP_E_TRUNCATED && !e->eof) || (code == NETP_E_TRUNCATED) == !edge,
                "the end is an error within a frame, and only there");
    world_check(&fw->w, code == NETP_OK || code == NETP_E_TRUNCATED || (code == NETP_E_IO && edge),
                "a machine fails for a reason");
}

/* Noise in one byte harms the frame that it hits and perhaps the next: all others arrive, in order.
 */
static void check_noise(const struct frame_world *fw, const struct frame_end *e)
{
    const struct frame_end *peer = frame_peer(fw, e);
    unsigned sent, head = 0, tail = 0, got = e->received;
    struct sim_received want[FRAMES_MAX];
    bool edge;

    sent = complete(fw, peer, e->in.read, &edge);
    if (got > 2 * FRAMES_MAX || e->in.faults.cut_at != UINT64_MAX || !e->eof) {
        return;
    }
    for (unsigned i = 0; i < sent; i++) {
        want[i] = (struct sim_received){peer->out[i].n, 0};
        for (size_t k = 0; k < peer->out[i].n; k++) {
            want[i].sum = (want[i].sum ^ peer->out[i].p[k]) * 0x100000001b3u;
        }
    }
    while (head < sent && head < got && memcmp(&want[head], &e->got[head], sizeof *want) == 0) {
        head++;
    }
    while (tail < sent && tail < got &&
           memcmp(&want[sent - 1 - tail], &e->got[got - 1 - tail], sizeof *want) == 0) {
        tail++;
    }
    world_check(&fw->w, head + tail + 2 >= sent, "noise harms two frames at most");
}

bool frame_app_check_end(const struct frame_world *fw, const struct frame_end *e)
{
    bool whole = e->in.faults.cut_at == UINT64_MAX &&
                 frame_peer(fw, e)->in.faults.cut_at == UINT64_MAX && !fw->noise &&
                 fw->cfg.idle_ms + fw->cfg.frame_ms == 0;

    world_check(&fw->w, machine_closed(&e->mc), "in the end all is closed");
    if (fw->noise) {
        check_noise(fw, e);
    }
    world_check(&fw->w,
                !whole || (e->eof && e->received == frame_peer(fw, e)->frames && !e->lent &&
                           netp_frame_fail(&e->m)->code == NETP_OK),
                "on a sound stream all frames arrive");
    return e->eof && e->received == frame_peer(fw, e)->frames;
}
