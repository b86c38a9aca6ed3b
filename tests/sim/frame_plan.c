/* frame_plan.c - which frames are sent over which streams. SPDX-License-Identifier: MIT */
#include "frame.h"
#include "prng.h"

#include <string.h>

#define LENGTH(w, off, adj, f)                                                                     \
    {                                                                                              \
        .kind = NETP_FRAME_LENGTH, .len_width = (w), .len_offset = (off), .len_adjust = (adj),     \
        .flags = (f)                                                                               \
    }
#define DELIM(d, f)                                                                                \
    {                                                                                              \
        .kind = NETP_FRAME_DELIM, .delim_n = sizeof(d) - 1, .delim = d, .flags = (f)               \
    }
#define KIND(k, off, f)                                                                            \
    {                                                                                              \
        .kind = NETP_FRAME_##k, .len_offset = (off), .flags = (f)                                  \
    }

static const struct netp_frame_cfg kinds[] = {
    LENGTH(4, 0, 0, 0),
    LENGTH(1, 0, 0, 0),
    LENGTH(2, 1, -3, NETP_FRAME_LITTLE),
    LENGTH(3, 2, 0, 0),
    LENGTH(8, 16, 0, 0),
    KIND(VARINT, 0, 0),
    KIND(VARINT, 1, 0),
    KIND(NETSTRING, 0, 0),
    KIND(FIXED, 0, 0),
    DELIM("\n", 0),
    DELIM("aa", 0),
    DELIM("\r\n", NETP_FRAME_RESYNC),
    DELIM("abaabab", NETP_FRAME_RESYNC),
    KIND(SLIP, 0, 0),
    KIND(SLIP, 0, NETP_FRAME_RESYNC),
    KIND(COBS, 0, 0),
    KIND(COBS, 0, NETP_FRAME_RESYNC),
};

enum { KINDS = sizeof kinds / sizeof *kinds, FIXED_LEN = 7 };

const uint8_t frame_prefix[FRAME_PREFIX_MAX] = "0123456789abcdef";

static bool one_in(const struct frame_world *fw, uint32_t n)
{
    return decide(fw->w.d, n) == n - 1;
}

/* Bytes of one of three tastes: any, those that framings escape, those that delimiters are of. */
static void draw_payload(struct frame_world *fw, struct sim_payload *f)
{
    static const uint16_t lengths[] = {1, 2, 0, 3, 100, 253, 254, 255, 256, 508, 509, PAYLOAD_MAX};
    static const uint8_t escaped[] = {0, 0xC0, 0xDB, 0xDC, 0xDD, 0xFF, ',', 'x'};
    bool small = fw->w.run->profile == SIM_SMALL;
    struct decision *d = fw->w.d;
    uint32_t taste = decide(d, 3);
    uint64_t state;

    f->wire_end = UINT64_MAX;
    f->n = lengths[decide(d, small ? 3 : 12)];
    if (!small && decide(d, 2)) {
        f->n = decide(d, 20);
    }
    f->n = f->n < fw->cfg.max_len ? f->n : (size_t)fw->cfg.max_len;
    if (fw->cfg.kind == NETP_FRAME_FIXED) {
        f->n = FIXED_LEN;
    } else if (fw->cfg.kind == NETP_FRAME_SLIP && f->n == 0) {
        f->n = 1;
    }
    state = small ? 0 : decide(d, 65536);
    for (size_t i = 0; i < f->n; i++) {
        uint32_t r = prng_below(&state, 256);
        f->p[i] = taste == 0 ? (uint8_t)r : taste == 1 ? escaped[r % 8] : (uint8_t) "ab\r\n"[r % 4];
    }
}

static void draw_stream(struct frame_world *fw, struct stream_faults *f)
{
    static const uint32_t windows[] = {100, 1000, 7, 3, 1};
    static const uint32_t delays[] = {1, 5, 50, 1000};
    struct decision *d = fw->w.d;
    enum sim_profile profile = fw->w.run->profile;

    *f = (struct stream_faults){.window = STREAM_MAX, .cut_at = UINT64_MAX, .noise_at = UINT64_MAX};
    if (profile == SIM_CLEAN) {
        return;
    }
    f->split = profile == SIM_SMALL ? 100 : 20 * decide(d, 6);
    if (profile == SIM_SMALL) {
        return;
    }
    f->window = one_in(fw, 4) ? windows[decide(d, 5)] : STREAM_MAX;
    f->delay_ms = delays[decide(d, profile == SIM_LAN ? 2 : 4)];
    if (profile != SIM_AWFUL) {
        return;
    }
    f->stall = one_in(fw, 4) ? 10 : 0;
    f->stall_ms = 20000;
    if (one_in(fw, 4)) {
        f->cut_at = decide(d, one_in(fw, 2) ? 20 : 1500);
        f->cut = decide(d, 2) ? NETP_IN_EOF : NETP_IN_BROKEN;
    }
    if ((fw->cfg.flags & NETP_FRAME_RESYNC) && fw->cfg.idle_ms + fw->cfg.frame_ms == 0 &&
        one_in(fw, 2)) {
        f->noise_at = decide(d, 200);
        fw->noise = true;
    }
}

/* Room for the largest frame, or, where its payload needs none, little more than for a header. */
static size_t tx_size(const struct frame_world *fw, const struct frame_end *e)
{
    bool stuffed = fw->cfg.kind == NETP_FRAME_SLIP || fw->cfg.kind == NETP_FRAME_COBS;

    return !stuffed && fw->w.run->profile != SIM_SMALL && one_in(fw, 3) ? NETP_FRAME_TX(4)
                                                                        : sizeof e->tx;
}

static void draw_end(struct frame_world *fw, unsigned who)
{
    struct frame_end *e = &fw->end[who];
    struct netp_frame_cfg cfg = fw->cfg;
    struct stream_faults faults;

    memset(e, 0, offsetof(struct frame_end, out));
    e->mc = (struct machine){&netp_frame_ops, &e->m, who ? "right" : "left"};
    if (fw->w.run->profile == SIM_SMALL) {
        e->frames = who == 0 ? 1 + decide(fw->w.d, 2) : 0;
    } else {
        e->frames = decide(fw->w.d, FRAMES_MAX + 1);
    }
    e->act_at = e->heard = fw->w.now;
    for (unsigned i = 0; i < e->frames; i++) {
        draw_payload(fw, &e->out[i]);
    }
    draw_stream(fw, &faults);
    stream_start(&e->in, &faults);
    cfg.tx = e->tx;
    cfg.txlen = tx_size(fw, e);
    if (decide(fw->w.d, 2)) {
        cfg.mem = e->mem;
        cfg.memlen = sizeof e->mem;
    }
    world_check(&fw->w, netp_frame_init(&e->m, &cfg, fw->w.now) == NETP_OK, "the machine starts");
}

void frame_plan_draw(struct frame_world *fw)
{
    struct netp_frame_cfg *c = &fw->cfg;

    *c = kinds[decide(fw->w.d, KINDS)];
    c->size = sizeof *c;
    c->max_len = c->kind == NETP_FRAME_FIXED                         ? FIXED_LEN
                 : c->kind == NETP_FRAME_LENGTH && c->len_width == 1 ? 255
                                                                     : PAYLOAD_MAX;
    if (fw->w.run->profile == SIM_AWFUL) {
        c->idle_ms = one_in(fw, 4) ? 5000 : 0;
        c->frame_ms = one_in(fw, 8) ? 15000 : 0;
    }
    fw->noise = false;
    fw->think_ms = fw->w.run->profile != SIM_SMALL && one_in(fw, 4) ? 2000 : 1;
    world_trace(&fw->w, "frames of kind %d, flags %d, len_width %d, len_offset %d, delimiter of %d",
                c->kind, c->flags, c->len_width, c->len_offset, c->delim_n);
    draw_end(fw, 0);
    draw_end(fw, 1);
}
