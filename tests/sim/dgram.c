/* SPDX-License-Identifier: MIT */
#include "dgram.h"

#include <string.h>

#define FATE_MS (3 * DGRAM_LATE_MS / 2) /* when the third comes */

void dgram_start(struct dgram_net *net)
{
    memset(net, 0, offsetof(struct dgram_net, on_way));
    for (unsigned i = 0; i <= DGRAM_QUEUE; i++) {
        net->free[i] = (uint8_t)i;
    }
    net->taken = DGRAM_QUEUE + 1;
}

uint8_t *dgram_buffer(struct dgram_net *net)
{
    return net->slot[net->free[net->n]];
}

/* Puts what lies in dgram_buffer() on its way. */
static struct dgram *put(struct world *w, struct dgram_net *net, unsigned from, unsigned to,
                         size_t n)
{
    struct dgram *g = &net->on_way[net->n];

    *g = (struct dgram){.at = w->now + 1,
                        .order = net->order++,
                        .from = (uint8_t)from,
                        .to = (uint8_t)to,
                        .n = (uint16_t)n,
                        .slot = net->free[net->n]};
    net->n++;
    return g;
}

/* Another one like *g; NULL when the network is full. */
static struct dgram *copy(struct world *w, struct dgram_net *net, const struct dgram *g)
{
    if (net->n == DGRAM_QUEUE) {
        return NULL;
    }
    memcpy(dgram_buffer(net), net->slot[g->slot], g->n);
    return put(w, net, g->from, g->to, g->n);
}

static void delay(struct world *w, struct dgram_net *net, struct dgram *g)
{
    if (net->faults.delay_ms > 0 && world_hit(w, net->faults.delay)) {
        uint32_t ms = 1 + decide(w->d, net->faults.delay_ms);
        g->at += ms;
        net->late += ms >= DGRAM_LATE_MS;
    }
}

static bool is_lost(struct world *w, const struct dgram_net *net)
{
    return net->n == DGRAM_QUEUE ||
           (!w->calm && w->now >= net->faults.cut_from && w->now < net->faults.cut_until) ||
           world_hit(w, net->faults.loss);
}

/* Arrives; is lost; arrives twice; comes too late. */
static void send_by_fate(struct world *w, struct dgram_net *net, struct dgram *g)
{
    switch (world_upto(w, 4)) {
    case 1:
        net->lost++;
        net->n--;
        world_trace(w, "  (lost)");
        break;
    case 2:
        net->repeated += copy(w, net, g) != NULL;
        break;
    case 3:
        net->late++;
        g->at += FATE_MS;
        break;
    default:
        break;
    }
}

void dgram_send(struct world *w, struct dgram_net *net, unsigned from, unsigned to, size_t n)
{
    struct dgram *g;

    if (is_lost(w, net)) {
        net->lost++;
        world_trace(w, "  (lost)");
        return;
    }
    g = put(w, net, from, to, n);
    if (net->faults.fates) {
        send_by_fate(w, net, g);
        return;
    }
    delay(w, net, g);
    if (world_hit(w, net->faults.bend)) {
        g->bent = true;
        net->bent++;
    }
    if (world_hit(w, net->faults.repeat) && (g = copy(w, net, g)) != NULL) {
        net->repeated++;
        delay(w, net, g);
    }
    if (g && world_hit(w, net->faults.forge) && (g = copy(w, net, g)) != NULL) {
        g->forged = true;
        net->forged++;
        delay(w, net, g);
    }
}

const struct dgram *dgram_first(const struct dgram_net *net)
{
    const struct dgram *first = NULL;

    for (unsigned i = 0; i < net->n; i++) {
        const struct dgram *g = &net->on_way[i];
        if (!first || g->at < first->at || (g->at == first->at && g->order < first->order)) {
            first = g;
        }
    }
    return first;
}

uint8_t *dgram_take(struct dgram_net *net, const struct dgram *first, struct dgram *taken)
{
    size_t i = (size_t)(first - net->on_way);

    *taken = *first;
    net->n--;
    net->on_way[i] = net->on_way[net->n];
    net->free[net->n] = net->taken;
    net->taken = taken->slot;
    return net->slot[taken->slot];
}
