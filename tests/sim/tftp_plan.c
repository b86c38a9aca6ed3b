/* tftp_plan.c - what a scenario is about, and what goes wrong in it. SPDX-License-Identifier: MIT
 */
#include "tftp.h"

#include <string.h>

enum { CALM_AT = 3000, JUMP_MS = 1000000 };

/* The choices a profile has. */
struct bounds {
    uint8_t loss[4], repeat[4], delay[4];
    uint16_t delay_ms[4];
    bool rough;
};

static const struct bounds bounds[] = {
    [SIM_CLEAN] = {{0}, {0}, {0}, {0}, false},
    [SIM_LAN] = {{0, 0, 1, 2}, {0, 0, 0, 1}, {0, 100, 100, 100}, {1, 2, 5, 5}, false},
    [SIM_WAN] = {{0, 2, 10, 30}, {0, 5, 30, 100}, {0, 10, 100, 100}, {20, 90, 350, 900}, false},
    [SIM_AWFUL] = {{0, 2, 10, 40}, {0, 5, 30, 100}, {0, 5, 100, 100}, {20, 350, 900, 3000}, true},
    [SIM_SMALL] = {{0}, {0}, {0}, {0}, false},
};

/* True for one in n. */
static bool one_in(struct tftp_world *tw, uint32_t n)
{
    return decide(tw->w.d, n) == n - 1;
}

static void draw_network(struct tftp_world *tw)
{
    const struct bounds *b = &bounds[tw->w.run->profile];
    struct dgram_faults *f = &tw->net.faults;
    struct decision *d = tw->w.d;

    f->loss = b->loss[decide(d, 4)];
    f->repeat = b->repeat[decide(d, 4)];
    f->delay = b->delay[decide(d, 4)];
    f->delay_ms = b->delay_ms[decide(d, 4)];
    if (!b->rough) {
        return;
    }
    if (one_in(tw, 8)) {
        f->bend = 1 + decide(d, 10);
    }
    if (one_in(tw, 4)) {
        f->forge = 1 + decide(d, 30);
    }
    if (one_in(tw, 8)) {
        f->cut_from = tw->w.now + decide(d, 2000);
        f->cut_until = f->cut_from + 1 + decide(d, 30000);
    }
}

static void draw_file(struct tftp_world *tw)
{
    static const uint16_t blksizes[] = {512, 8, 64, 100, 511, 513, 1024, SIM_BLKSIZE_MAX};
    static const uint16_t windows[] = {1, 1, 1, 2, 4, 7, 15, SIM_WINDOW_MAX};
    struct tftp_plan *p = &tw->plan;
    struct decision *d = tw->w.d;
    uint32_t style = decide(d, 8), blocks = decide(d, 5);

    p->put = decide(d, 2);
    p->netascii = style == 7;
    p->lend = style > 3 && style < 7;
    p->blksize = blksizes[decide(d, 8)];
    p->windowsize = windows[decide(d, 8)];
    p->most_blksize = one_in(tw, 4) ? blksizes[decide(d, 8)] : SIM_BLKSIZE_MAX;
    p->most_windowsize = one_in(tw, 4) ? windows[decide(d, 8)] : SIM_WINDOW_MAX;
    p->window_bytes = one_in(tw, 8) ? 2000 : 0;
    p->tsize = decide(d, 2);
    p->timeout_s = one_in(tw, 8) ? 1 : 0;
    p->short_mem = one_in(tw, 8);
    if (one_in(tw, 16)) {
        blocks += decide(d, one_in(tw, 16) ? 300 : 40);
    }
    p->size = (uint64_t)blocks * (p->blksize < p->most_blksize ? p->blksize : p->most_blksize);
    p->size += one_in(tw, 2) ? decide(d, p->blksize) : 0;
}

/* The host's troubles. */
static void draw_rough(struct tftp_world *tw)
{
    struct tftp_plan *p = &tw->plan;
    struct decision *d = tw->w.d;
    uint32_t trouble = decide(d, 64);

    p->twins = one_in(tw, 2);
    p->lazy = one_in(tw, 4) ? 5 + decide(d, 60) : 0;
    p->busy = one_in(tw, 4) ? 5 + decide(d, 60) : 0;
    p->nag = one_in(tw, 8) ? 10 : 0;
    p->late_ms = one_in(tw, 8) ? 1 + decide(d, 500) : 0;
    p->calm_at = one_in(tw, 4) ? 10 + decide(d, 100) : CALM_AT;
    p->refuse = trouble == 63;
    p->store_fails = trouble == 62;
    p->read_fails = trouble == 61 || trouble == 60 ? decide(d, (uint32_t)p->size + 1) : UINT64_MAX;
    p->disk_holds = trouble == 59 || trouble == 58 ? decide(d, (uint32_t)p->size + 1) : UINT64_MAX;
    p->disk_is_limit = trouble == 58;
    p->jump_at = trouble == 57 || trouble == 56 ? 1 + decide(d, 30) : 0;
    p->abort_at = trouble == 55 || trouble == 54 ? 1 + decide(d, 30) : 0;
}

/* Up to three blocks, windows of one or two. */
static void draw_small(struct tftp_world *tw)
{
    struct tftp_plan *p = &tw->plan;

    p->put = decide(tw->w.d, 2);
    p->windowsize = (uint16_t)(1 + decide(tw->w.d, 2));
    p->size = decide(tw->w.d, 3) * 8;
    p->blksize = 8;
    p->most_blksize = SIM_BLKSIZE_MAX;
    p->most_windowsize = SIM_WINDOW_MAX;
    p->lend = p->put;
    tw->net.faults.fates = true;
}

void tftp_plan_draw(struct tftp_world *tw)
{
    memset(&tw->plan, 0, sizeof tw->plan);
    tw->plan.read_fails = tw->plan.disk_holds = UINT64_MAX;
    tw->plan.calm_at = CALM_AT;
    if (tw->w.run->profile == SIM_SMALL) {
        draw_small(tw);
        return;
    }
    draw_file(tw);
    draw_network(tw);
    if (bounds[tw->w.run->profile].rough) {
        draw_rough(tw);
    }
}

/* Block numbers wrap: to 0, or to 1, in the middle of a window, and where the file ends on it. */
void tftp_plan_draw_wrap(struct tftp_world *tw)
{
    static const uint32_t blocks[] = {65535, 65534, 65536, 65537, 131073, 140000};
    struct tftp_plan *p = &tw->plan;
    struct decision *d = tw->w.d;

    tftp_plan_draw(tw);
    p->netascii = false;
    p->wrap_to_1 = decide(d, 2);
    p->windowsize = decide(d, 2) ? 7 : 1;
    p->most_windowsize = SIM_WINDOW_MAX;
    p->blksize = p->most_blksize = 8;
    p->size = 8 * (uint64_t)blocks[decide(d, 6)] - decide(d, 2);
    p->calm_at = 10 * CALM_AT;
    /* Longer than the numbers' period nothing may stay on the way: RFC 1350 has no answer to that.
     */
    tw->net.faults.delay_ms = 1 + tw->net.faults.delay_ms % 90;
    tw->net.faults.bend = 0;
}

bool tftp_plan_is_fair(const struct tftp_world *tw)
{
    const struct tftp_plan *p = &tw->plan;

    return tw->net.faults.bend == 0 && !p->refuse && !p->store_fails &&
           p->read_fails == UINT64_MAX && p->disk_holds == UINT64_MAX && !p->jump_at &&
           !p->abort_at;
}
