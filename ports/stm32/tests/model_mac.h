/* model_mac.h - between the parts of the model: model.c, model_dma.c, model_phy.c, model_sum.c, and
 * model_v1.c or model_v2.c. SPDX-License-Identifier: MIT */
#ifndef NETP_MODEL_MAC_H
#define NETP_MODEL_MAC_H

#include "model.h"

/* What a descriptor says, in either generation. */
struct model_desc {
    uint32_t at;
    bool own, first, last, interrupt;
    unsigned checksums; /* to insert: 1 IP's, 3 TCP's and UDP's too */
    uint32_t buf, n, buf2, n2;
    uint32_t word; /* the one with OWN */
};

enum model_event {
    MODEL_RECEIVED,
    MODEL_RX_STARVED,
    MODEL_SENT,
    MODEL_TX_STARVED,
    MODEL_BUS_ERROR
};

/* How the MAC is set. */
struct model_setting {
    bool rx, tx; /* enabled, DMA and MAC */
    bool whole;  /* frames are whole in the FIFOs before they go on, both ways */
    bool fast, full, loop, promiscuous, all_groups, by_hash, checks;
    uint64_t hash;
};

/* What MODEL_RECEIVED's write-back has to tell. */
struct model_verdict {
    bool first, last, bad_fcs, bad_header, bad_payload, ip;
};

/* --- the generation -------------------------------------------------------------------------- */

struct model_setting mac_setting(const struct model *m);
bool mac_rx_fetch(struct model *m, struct model_desc *d);
bool mac_tx_fetch(struct model *m, struct model_desc *d);
/* Give the descriptor back, and go on to the next; false: bus error. */
bool mac_rx_done(struct model *m, const struct model_desc *d, const struct model_verdict *v);
bool mac_tx_done(struct model *m, const struct model_desc *d, bool error);
/* Whether the FIFO's first frame is thrown away when it finds no descriptor. */
bool mac_drops_when_starved(void);
void mac_raise(struct model *m, enum model_event event);
bool mac_line(struct model *m); /* the interrupt's */
uint32_t mac_read(struct model *m, uint32_t offset);
void mac_write(struct model *m, uint32_t offset, uint32_t value);
/* The offset in a descriptor of the word with OWN. */
uint32_t mac_own_word(void);

/* --- the rest -------------------------------------------------------------------------------- */

static inline uint32_t *model_reg(struct model *m, uint32_t offset)
{
    return &m->reg[offset / 4];
}

void model_violate(struct model *m, const char *what);
void model_interrupts(struct model *m);
void model_reset(struct model *m);
/* The DMA goes on from the start of a list. When it is stopped and started it keeps its place. */
void model_list(struct model *m, bool rx, uint32_t at);
void model_doorbell(struct model *m, bool rx);

uint8_t *model_dma(struct model *m, uint32_t address, size_t n); /* NULL: bus error */
uint32_t model_load(struct model *m, uint32_t address, bool *ok);
void model_put(struct model *m, uint32_t address, uint32_t value, bool *ok);
void model_evict(struct model *m);

/* The dividers of the bus clock for MDIO, by CR (RM0090, RM0433); a violation if it is over 2.5
 * MHz. */
void phy_clock(struct model *m, unsigned fastest_mhz, unsigned cr);
uint16_t phy_read(struct model *m, unsigned address, unsigned reg);
void phy_write(struct model *m, unsigned address, unsigned reg, uint16_t value);
bool phy_link(const struct model *m, const struct model_setting *s); /* frames pass */
bool phy_loops(const struct model *m);

void sum_check(const uint8_t *frame, size_t n, struct model_verdict *v);
void sum_insert(uint8_t *frame, size_t n, unsigned checksums);

unsigned model_hash(const uint8_t group[6]);

#endif
