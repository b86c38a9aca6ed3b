/* model.h - an Ethernet MAC of STM32, its DMA, a PHY and a data cache, in software.
 *
 * SPDX-License-Identifier: MIT
 *
 * The driver of ../eth runs on it as it is: on the host by way of model_port.h, in an emulated
 * board by a fault handler that brings its loads and stores here. Link it with model_v1.c or
 * model_v2.c. It needs string.h alone. On a 64-bit host what the DMA works on has to be static, in
 * a program that is linked with -no-pie: addresses of the DMA have 32 bits.
 *
 * Where silicon may be lenient the model is not: a receiver that has run out of descriptors sleeps
 * until the doorbell, a cache line may be written back or read again at any time, and with
 * model.jitter the DMA moves in the midst of anything the driver does. */
#ifndef NETP_MODEL_H
#define NETP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MODEL_FIFO = 2048, /* bytes, of received frames with their FCS */
    MODEL_FRAMES = 64, /* and how many */
    MODEL_LONGEST = 4096,
    MODEL_LINE = 32, /* bytes of a cache line */
    MODEL_ARENAS = 4
};

/* What is wrong with a frame on the wire. */
enum { MODEL_GOOD, MODEL_BAD_FCS };

/* How the PHY was made. */
enum model_maker { MODEL_GENERIC, MODEL_LAN8720A, MODEL_LAN8742A, MODEL_KSZ8081, MODEL_DP83848 };

struct model_phy {
    /* to set */
    int address; /* 0..31, else none answers */
    enum model_maker maker;
    bool cable;
    uint16_t partner;     /* ANLPAR: what the other side is able to do */
    bool partner_is_mute; /* it does not negotiate and runs at 100 half: ANLPAR stays 0 */
    bool lends_clock;     /* REF_CLK comes from the PHY: none while it is powered down */
    unsigned slowness;    /* transfers that a reset or a negotiation takes */

    uint16_t reg[32];
    unsigned resetting, negotiating;
    bool lost; /* the link was down since BMSR was read */
};

struct model {
    /* to set */
    bool no_clock;   /* no REF_CLK */
    bool gated;      /* the board has stopped the clocks: any access is a fault */
    bool jitter;     /* the DMA moves, and cache lines come and go, within accesses of the driver */
    bool deaf;       /* interrupts get lost, all of them */
    bool tx_stuck;   /* the transmitter does nothing */
    bool tx_errors;  /* no frame leaves without an error */
    bool loop_open;  /* a loop in MAC or PHY loses all frames */
    bool loop_noisy; /* or damages them */
    unsigned mhz;    /* of the bus, which MDIO goes by; 0: as the fastest part has */
    uint32_t base;   /* of the registers */
    uint32_t seed;   /* of chance; not 0 */
    struct model_phy phy;
    void (*sent)(void *arg, const uint8_t *frame, size_t n); /* without FCS */
    void (*interrupt)(void *arg);                            /* the line is up */
    void *arg;

    /* to read */
    const char *violation;         /* the first thing that a driver must not do; NULL: none */
    uint32_t received;             /* frames that reached memory */
    uint32_t lost;                 /* frames that did not, for want of a descriptor */
    uint32_t overflows;            /* or of room in the FIFO */
    uint32_t filtered, mismatched; /* for others; sent at another speed or duplex */
    uint32_t sent_frames;          /* by the DMA, whether or not they got to the wire */
    uint32_t bus_errors;

    /* private */
    struct {
        uint8_t *p;
        size_t n;
    } arena[MODEL_ARENAS]; /* what the DMA reaches */
    uint8_t *cached, *memory,
        *synced; /* as the processor sees it; as the DMA does; when they agreed */
    size_t cached_n;
    uint32_t reg[0x1200 / 4];
    uint32_t address[2]; /* our own: low, high */
    unsigned resetting, transferring, slow;
    uint32_t slow_offset, acting[4]; /* the first registers as the MAC acts on them */
    uint32_t rx_at, tx_at, rx_done, missed, overflowed;
    bool rx_asleep, tx_asleep, halted, stepping, in_interrupt, tx_begun;
    unsigned line_up;
    uint8_t fifo[MODEL_FIFO], tx[MODEL_LONGEST];
    size_t fifo_n, tx_n;
    struct {
        uint16_t n;
        uint8_t error;
    } frame[MODEL_FRAMES];
    unsigned first, frames;
    uint32_t stored[8]; /* descriptor words since the last barrier */
    unsigned stored_n;
};

void model_init(struct model *m, uint32_t base, uint32_t seed);

/* Lets the DMA reach p[0..n), MODEL_ARENAS at most. */
void model_reach(struct model *m, void *p, size_t n);

/* Puts a cache over p[0..n), aligned to a line: memory and synced are two more such areas. */
void model_cache(struct model *m, void *p, size_t n, void *memory, void *synced);

/* Accesses of the processor to registers, by offset. */
uint32_t model_read(struct model *m, uint32_t offset);
void model_write(struct model *m, uint32_t offset, uint32_t value);

/* A store to a descriptor, a barrier, and the cache's two operations. */
void model_store(struct model *m, volatile uint32_t *word, uint32_t value);
void model_barrier(struct model *m);
void model_clean(struct model *m, const volatile void *p, size_t n);
void model_discard(struct model *m, const volatile void *p, size_t n);

/* The driver let a while go by without an access: any register has settled. */
void model_rest(struct model *m);

/* A frame's worth of time for the DMA, each way. */
void model_step(struct model *m);

/* A frame without FCS comes in by the wire. True: it is for us, and in the FIFO. */
bool model_wire(struct model *m, const uint8_t *frame, size_t n, int error);

/* Chance. */
uint32_t model_random(struct model *m);

#endif
