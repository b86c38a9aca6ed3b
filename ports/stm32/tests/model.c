/* model.c - the processor's side of the model: registers, descriptors, barriers, cache.
 *
 * SPDX-License-Identifier: MIT */
#include "model_mac.h"

#include <string.h>

uint32_t model_random(struct model *m)
{
    uint32_t x = m->seed;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return m->seed = x;
}

void model_violate(struct model *m, const char *what)
{
    if (!m->violation) {
        m->violation = what;
    }
}

void model_init(struct model *m, uint32_t base, uint32_t seed)
{
    memset(m, 0, sizeof *m);
    m->base = base;
    m->seed = seed * 2654435761u | 1u;
    m->phy.cable = true;
    m->phy.partner = 0x01e1;
    m->phy.slowness = 6;
}

void model_reach(struct model *m, void *p, size_t n)
{
    unsigned i = 0;

    while (m->arena[i].p) {
        i++;
    }
    m->arena[i].p = p;
    m->arena[i].n = n;
}

void model_cache(struct model *m, void *p, size_t n, void *memory, void *synced)
{
    m->cached = p;
    m->cached_n = n;
    m->memory = memory;
    m->synced = synced;
    memcpy(memory, p, n);
    memcpy(synced, p, n);
}

/* --- cache ----------------------------------------------------------------------------------- */

/* A dirty line goes to memory whole. */
static void write_back(struct model *m, size_t at)
{
    if (memcmp(m->cached + at, m->synced + at, MODEL_LINE) != 0) {
        memcpy(m->memory + at, m->cached + at, MODEL_LINE);
        memcpy(m->synced + at, m->cached + at, MODEL_LINE);
    }
}

static void read_again(struct model *m, size_t at)
{
    memcpy(m->cached + at, m->memory + at, MODEL_LINE);
    memcpy(m->synced + at, m->memory + at, MODEL_LINE);
}

/* A line is dirty once it was stored to, even if that changed nothing. */
static void taint(struct model *m, const volatile uint32_t *word)
{
    size_t at = (uintptr_t)word - (uintptr_t)m->cached;

    if (m->cached && at < m->cached_n) {
        m->synced[at] = (uint8_t)~m->cached[at];
    }
}

void model_evict(struct model *m)
{
    size_t at;

    if (m->cached) {
        at = model_random(m) % (m->cached_n / MODEL_LINE) * MODEL_LINE;
        write_back(m, at);
        read_again(m, at);
    }
}

static void by_lines(struct model *m, const volatile void *p, size_t n,
                     void (*operation)(struct model *, size_t))
{
    uintptr_t start = (uintptr_t)m->cached, at = (uintptr_t)p & ~(uintptr_t)(MODEL_LINE - 1);

    if (!m->cached || at < start || (uintptr_t)p + n > start + m->cached_n) {
        return;
    }
    for (; at < (uintptr_t)p + n; at += MODEL_LINE) {
        operation(m, at - start);
    }
}

/* --- what the processor does ----------------------------------------------------------------- */

static void jitter(struct model *m)
{
    if (!m->jitter || m->stepping) {
        return;
    }
    if (model_random(m) % 4 == 0) {
        model_step(m);
    }
    if (model_random(m) % 2 == 0) {
        model_evict(m);
        model_evict(m);
    }
}

void model_barrier(struct model *m)
{
    m->stored_n = 0;
    jitter(m);
}

void model_clean(struct model *m, const volatile void *p, size_t n)
{
    by_lines(m, p, n, write_back);
    model_barrier(m);
}

void model_discard(struct model *m, const volatile void *p, size_t n)
{
    by_lines(m, p, n, read_again);
    model_barrier(m);
}

void model_store(struct model *m, volatile uint32_t *word, uint32_t value)
{
    uint32_t at = (uint32_t)(uintptr_t)word;
    uint32_t desc = at & ~(uint32_t)(MODEL_LINE - 1);

    if (value & 1u << 31 && at - desc == mac_own_word()) {
        for (unsigned i = 0; i < m->stored_n; i++) {
            if (m->stored[i] - desc < MODEL_LINE) {
                model_violate(m, "no barrier between a descriptor's words and OWN");
            }
        }
    }
    *word = value;
    taint(m, word);
    if (m->stored_n < sizeof m->stored / sizeof m->stored[0]) {
        m->stored[m->stored_n++] = at;
    }
    jitter(m);
}

uint32_t model_read(struct model *m, uint32_t offset)
{
    if (m->gated) {
        model_violate(m, "a register is read without a clock");
    }
    jitter(m);
    if (m->slow > 0) {
        m->slow--;
    }
    return mac_read(m, offset);
}

void model_write(struct model *m, uint32_t offset, uint32_t value)
{
    if (m->gated) {
        model_violate(m, "a register is written without a clock");
    }
    jitter(m);
    mac_write(m, offset, value);
    model_interrupts(m);
}

void model_rest(struct model *m)
{
    m->slow = 0;
}

void model_doorbell(struct model *m, bool rx)
{
    if (m->stored_n > 0) {
        model_violate(m, "no barrier between a descriptor and the doorbell");
    }
    *(rx ? &m->rx_asleep : &m->tx_asleep) = false;
}

void model_interrupts(struct model *m)
{
    if (!mac_line(m)) {
        m->line_up = 0;
        return;
    }
    if (!m->interrupt || m->deaf || m->in_interrupt) {
        return;
    }
    if (m->jitter && ++m->line_up > 100) { /* it was called that often, and at once */
        model_violate(m, "the interrupt is not acknowledged");
        return;
    }
    m->in_interrupt = true;
    m->interrupt(m->arg);
    m->in_interrupt = false;
}

void model_reset(struct model *m)
{
    memset(m->reg, 0, sizeof m->reg);
    memset(m->acting, 0, sizeof m->acting);
    memset(m->address, 0, sizeof m->address);
    m->resetting = 5;
    m->slow = m->transferring = m->frames = m->first = 0;
    m->fifo_n = m->tx_n = 0;
    m->rx_done = m->missed = m->overflowed = 0;
    m->rx_asleep = m->tx_asleep = m->halted = m->tx_begun = false;
}
