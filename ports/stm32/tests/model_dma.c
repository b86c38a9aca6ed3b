/* model_dma.c - the DMA and the FIFOs of the model. SPDX-License-Identifier: MIT */
#include "model_mac.h"

#include <string.h>

enum { FCS = 4 };

/* --- memory ---------------------------------------------------------------------------------- */

uint8_t *model_dma(struct model *m, uint32_t address, size_t n)
{
    for (unsigned i = 0; i < MODEL_ARENAS; i++) {
        uint32_t at = address - (uint32_t)(uintptr_t)m->arena[i].p;
        uint8_t *p;

        if (!m->arena[i].p || at > m->arena[i].n || n > m->arena[i].n - at) {
            continue;
        }
        p = m->arena[i].p + at;
        if (m->cached && p >= m->cached && p < m->cached + m->cached_n) {
            return m->memory + (p - m->cached);
        }
        return p;
    }
    m->bus_errors++;
    m->halted = true;
    mac_raise(m, MODEL_BUS_ERROR);
    return NULL;
}

uint32_t model_load(struct model *m, uint32_t address, bool *ok)
{
    uint8_t *p = *ok ? model_dma(m, address, 4) : NULL;
    uint32_t value = 0;

    *ok = p != NULL;
    if (p) {
        memcpy(&value, p, 4);
    }
    return value;
}

void model_put(struct model *m, uint32_t address, uint32_t value, bool *ok)
{
    uint8_t *p = *ok ? model_dma(m, address, 4) : NULL;

    *ok = p != NULL;
    if (p) {
        memcpy(p, &value, 4);
    }
}

void model_list(struct model *m, bool rx, uint32_t at)
{
    if (rx) {
        m->rx_at = at;
        m->rx_done = 0;
    } else {
        m->tx_at = at;
        m->tx_begun = false;
    }
}

/* --- receiving ------------------------------------------------------------------------------- */

static void fifo_drop(struct model *m)
{
    size_t n = m->frame[m->first].n;

    memmove(m->fifo, m->fifo + n, m->fifo_n - n);
    m->fifo_n -= n;
    m->first = (m->first + 1) % MODEL_FRAMES;
    m->frames--;
    m->rx_done = 0;
}

static void rx_starved(struct model *m)
{
    m->rx_asleep = true;
    mac_raise(m, MODEL_RX_STARVED);
    if (mac_drops_when_starved()) {
        m->lost++;
        m->missed++;
        fifo_drop(m);
    }
}

static void rx_step(struct model *m, const struct model_setting *s)
{
    struct model_verdict v = {0};
    struct model_desc d = {0};
    uint32_t left;
    uint8_t *p;

    if (!s->rx || m->rx_asleep || m->halted || m->frames == 0 || !mac_rx_fetch(m, &d)) {
        return;
    }
    if (!d.own) {
        rx_starved(m);
        return;
    }
    left = m->frame[m->first].n - m->rx_done;
    if (left > d.n) {
        left = d.n;
    }
    p = model_dma(m, d.buf, left);
    if (!p) {
        return;
    }
    memcpy(p, m->fifo + m->rx_done, left);
    v.first = m->rx_done == 0;
    m->rx_done += left;
    v.last = m->rx_done == m->frame[m->first].n;
    v.bad_fcs = v.last && m->frame[m->first].error == MODEL_BAD_FCS;
    if (s->checks && v.last) {
        sum_check(m->fifo, m->frame[m->first].n - FCS, &v);
    }
    if (mac_rx_done(m, &d, &v) && v.last) {
        m->received++;
        fifo_drop(m);
        mac_raise(m, MODEL_RECEIVED);
    }
}

unsigned model_hash(const uint8_t group[6])
{
    uint32_t crc = 0xffffffffu;
    unsigned bits = 0;

    for (unsigned i = 0; i < 6; i++) {
        for (unsigned bit = 0; bit < 8; bit++) { /* as they go over the wire */
            bool one = (crc >> 31 ^ (uint32_t)group[i] >> bit) & 1u;

            crc = crc << 1 ^ (one ? 0x04c11db7u : 0);
        }
    }
    bits = ~crc >> 26;
    return bits;
}

static bool is_ours(const struct model *m, const struct model_setting *s, const uint8_t *to)
{
    uint8_t own[6] = {(uint8_t)m->address[0],         (uint8_t)(m->address[0] >> 8),
                      (uint8_t)(m->address[0] >> 16), (uint8_t)(m->address[0] >> 24),
                      (uint8_t)m->address[1],         (uint8_t)(m->address[1] >> 8)};

    if (s->promiscuous || memcmp(to, own, 6) == 0 ||
        memcmp(to, "\xff\xff\xff\xff\xff\xff", 6) == 0) {
        return true;
    }
    return to[0] & 1 && (s->all_groups || (s->by_hash && s->hash >> model_hash(to) & 1));
}

static bool to_fifo(struct model *m, const struct model_setting *s, const uint8_t *frame, size_t n,
                    int error)
{
    unsigned i = (m->first + m->frames) % MODEL_FRAMES;

    if (!is_ours(m, s, frame)) {
        m->filtered++;
        return false;
    }
    if (m->frames == MODEL_FRAMES || n + FCS > MODEL_FIFO - m->fifo_n) {
        m->overflows++;
        m->overflowed++;
        return false;
    }
    memcpy(m->fifo + m->fifo_n, frame, n);
    memset(m->fifo + m->fifo_n + n, 0xfc, FCS); /* which nobody may hand up */
    m->fifo_n += n + FCS;
    m->frame[i].n = (uint16_t)(n + FCS);
    m->frame[i].error = (uint8_t)error;
    m->frames++;
    return true;
}

bool model_wire(struct model *m, const uint8_t *frame, size_t n, int error)
{
    struct model_setting s = mac_setting(m);

    if (!s.rx || s.loop || phy_loops(m)) {
        return false;
    }
    if (!phy_link(m, &s)) {
        m->mismatched++;
        return false;
    }
    return to_fifo(m, &s, frame, n, error);
}

/* --- sending --------------------------------------------------------------------------------- */

static void leave(struct model *m, const struct model_setting *s, unsigned checksums)
{
    if (m->tx_n < 60) { /* padded */
        memset(m->tx + m->tx_n, 0, 60 - m->tx_n);
        m->tx_n = 60;
    }
    sum_insert(m->tx, m->tx_n, checksums);
    m->sent_frames++;
    if (s->loop || (phy_loops(m) && s->fast && s->full)) {
        m->tx[m->tx_n - 1] ^= m->loop_noisy;
        if (!m->loop_open) {
            (void)to_fifo(m, s, m->tx, m->tx_n, MODEL_GOOD);
        }
    } else if (!m->tx_errors && !phy_loops(m) && phy_link(m, s) && m->sent) {
        m->sent(m->arg, m->tx, m->tx_n);
    }
}

/* Appends a buffer to the frame; false: a fault. */
static bool gather(struct model *m, uint32_t buf, uint32_t n)
{
    uint8_t *p;

    if (n == 0) {
        return true;
    }
    p = model_dma(m, buf, n);
    if (!p) {
        return false;
    }
    if (m->tx_n + n > sizeof m->tx) {
        model_violate(m, "a frame of more than 4 KB is sent");
        m->halted = true;
        return false;
    }
    memcpy(m->tx + m->tx_n, p, n);
    m->tx_n += n;
    return true;
}

static bool in_order(struct model *m, const struct model_desc *d)
{
    if (d->first == m->tx_begun || d->n + d->n2 == 0) {
        model_violate(m, "a descriptor to send is out of order or empty");
        m->halted = true;
        return false;
    }
    m->tx_begun = !d->last;
    if (d->first) {
        m->tx_n = 0;
    }
    return true;
}

static void tx_step(struct model *m, const struct model_setting *s)
{
    struct model_desc d = {0};

    if (!s->tx || m->tx_asleep || m->halted || m->tx_stuck || !mac_tx_fetch(m, &d)) {
        return;
    }
    if (!d.own) {
        m->tx_asleep = true;
        mac_raise(m, MODEL_TX_STARVED);
        return;
    }
    if (!in_order(m, &d) || !gather(m, d.buf, d.n) || !gather(m, d.buf2, d.n2) ||
        !mac_tx_done(m, &d, m->tx_errors && d.last)) {
        return;
    }
    if (d.last) {
        leave(m, s, d.checksums);
    }
    if (d.last && d.interrupt) {
        mac_raise(m, MODEL_SENT);
    }
}

void model_step(struct model *m)
{
    struct model_setting s = mac_setting(m);

    if ((s.rx || s.tx) && !s.whole) { /* which damages frames on some parts */
        model_violate(m, "it runs without store-and-forward");
    }
    m->stepping = true;
    rx_step(m, &s);
    tx_step(m, &s);
    m->stepping = false;
    model_interrupts(m);
}
