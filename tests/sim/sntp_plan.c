/* sntp_plan.c - what a scenario is about, and what goes wrong in it. SPDX-License-Identifier: MIT
 */
#include "sntp.h"

#include <string.h>

/* The choices a profile has. */
struct bounds {
    uint8_t loss[4], repeat[4], delay[4];
    uint16_t delay_ms[4];
    bool rough;
};

static const struct bounds bounds[] = {
    [SIM_CLEAN] = {{0}, {0}, {0}, {0}, false},
    [SIM_LAN] = {{0, 0, 1, 2}, {0, 0, 0, 1}, {0, 100, 100, 100}, {1, 2, 5, 5}, false},
    [SIM_WAN] = {{0, 2, 10, 30}, {0, 5, 30, 100}, {100, 100, 100, 100}, {20, 90, 350, 900}, false},
    [SIM_AWFUL] = {{0, 2, 10, 40}, {0, 5, 30, 100}, {0, 5, 100, 100}, {20, 350, 900, 3000}, true},
    [SIM_SMALL] = {{0}, {0}, {0}, {0}, false},
};

static void draw_network(struct sntp_world *sw)
{
    const struct bounds *b = &bounds[sw->w.run->profile];
    struct dgram_faults *f = &sw->net.faults;
    struct decision *d = sw->w.d;

    memset(f, 0, sizeof *f);
    if (sw->w.run->profile == SIM_SMALL) {
        f->fates = true;
        return;
    }
    f->loss = b->loss[decide(d, 4)];
    f->repeat = b->repeat[decide(d, 4)];
    f->delay = b->delay[decide(d, 4)];
    f->delay_ms = b->delay_ms[decide(d, 4)];
}

/* A clock that is off by up to `most` units, either way. */
static uint64_t off_by(struct sntp_world *sw, uint64_t most)
{
    uint64_t v = most / 65536 * decide(sw->w.d, 65536);

    return decide(sw->w.d, 2) ? 0 - v : v;
}

static void fixed_server(struct sntp_world *sw, unsigned i, uint32_t dispersion)
{
    struct sntp_server_end *s = &sw->server[i];

    memset(s, 0, sizeof *s);
    s->says = (struct netp_sntp_server){0, 2, -20, 0, dispersion, 0xc0000200 + i, 0};
    s->addr = (struct netp_addr){{192, 0, 2, (uint8_t)(i + 1)}, 0, NETP_SNTP_PORT, 4};
    s->answer_at = NETP_NEVER;
}

static void draw_server(struct sntp_world *sw, unsigned i)
{
    struct sntp_server_end *s = &sw->server[i];
    uint32_t dispersion = 1 + decide(sw->w.d, 0x8000);

    fixed_server(sw, i, dispersion);
    s->liar = world_hit(&sw->w, sw->plan.liars);
    s->error = off_by(sw, (uint64_t)dispersion << 16);
    if (s->liar) {
        s->error += off_by(sw, 10000 * NETP_SNTP_SECOND);
    }
}

void sntp_plan_draw(struct sntp_world *sw)
{
    static const uint32_t polls[] = {64000, 15000, 1000, 1024000};
    struct sntp_plan *p = &sw->plan;
    struct decision *d = sw->w.d;
    bool rough = bounds[sw->w.run->profile].rough;

    memset(p, 0, sizeof *p);
    draw_network(sw);
    if (sw->w.run->profile == SIM_SMALL) { /* only what becomes of each datagram */
        p->servers = 1;
        p->poll_ms = 64000;
        p->burst = 2;
        sw->error = 0;
        fixed_server(sw, 0, 0x4000);
        return;
    }
    p->servers = 1 + decide(d, SERVERS_MAX);
    p->poll_ms = polls[decide(d, 4)];
    p->burst = (uint8_t)decide(d, 4);
    p->keyed = decide(d, 4) == 3;
    p->hold_ms = decide(d, 20);
    p->spoof = sw->w.run->profile == SIM_CLEAN ? 0 : decide(d, 100);
    p->liars = decide(d, 4) * 20;
    if (rough) {
        p->step = decide(d, 8);
        p->kiss = decide(d, 20);
        p->deny = decide(d, 3);
        p->unset = decide(d, 10);
    }
    if (rough) {
        sw->net.faults.forge = decide(d, 30);
        sw->net.faults.bend = p->keyed ? decide(d, 20) : 0;
    }
    sw->error = off_by(sw, 100000 * NETP_SNTP_SECOND);
    for (unsigned i = 0; i < p->servers; i++) {
        draw_server(sw, i);
    }
}
