/* netp_eth.h - the Ethernet of STM32: MAC, DMA and PHY, without HAL, operating system or TCP/IP.
 *
 * SPDX-License-Identifier: MIT
 *
 * Build eth*.c of this folder, but of these only one:
 *     eth_mac_v1.c  F107, F2x7, F4x7, F4x9, F7
 *     eth_mac_v2.c  H7
 * The board has turned on pins, RMII and clocks before: docs/stm32-eth.md says how, and where the
 * memory of the DMA has to lie.
 *
 * Receiving copies nothing: netp_eth_receive() swaps a buffer for a frame, so that each descriptor
 * has a buffer at all times and the receiver cannot stand still for want of one. Sending copies,
 * so that it can send from anywhere, flash and CCM as well, and holds nothing of yours.
 *
 * Nothing here waits for the wire. A PHY that is absent, a clock that is missing, a cable that is
 * out: netp_eth_poll() tries again until all is well, and netp_eth.state says what is missing.
 *
 * All functions but netp_eth_irq() belong to one context, the main loop or one thread. */
#ifndef NETP_ETH_H
#define NETP_ETH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Descriptors, 2..255 each. A frame takes one. */
#ifndef NETP_ETH_RX_DESCS
#define NETP_ETH_RX_DESCS 6
#endif
#ifndef NETP_ETH_TX_DESCS
#define NETP_ETH_TX_DESCS 4
#endif

/* 1: the MAC makes and checks the checksums of IPv4, TCP and UDP. All of the board's code has to be
 * compiled with the same value. What it does not do is in docs/stm32-eth.md. */
#ifndef NETP_ETH_CHECKSUMS
#define NETP_ETH_CHECKSUMS 0
#endif

/* 0: ask the PHY by IEEE 802.3's registers alone, which nearly all answer well, and save 110 bytes.
 */
#ifndef NETP_ETH_MAKERS
#define NETP_ETH_MAKERS 1
#endif

#define NETP_ETH_BASE  0x40028000u /* of the registers, on all these parts */
#define NETP_ETH_BUF   1536u       /* bytes of a buffer: any frame, and whole cache lines */
#define NETP_ETH_FRAME 1514u       /* longest frame, without FCS */
#define NETP_ETH_TICK  100u        /* ms between two looks at the PHY */

#if defined(__cplusplus)
#define NETP_ETH_ALIGNED alignas(32)
#else
#define NETP_ETH_ALIGNED _Alignas(32)
#endif

/* A descriptor of either generation in a cache line of its own: the DMA skips the last four words.
 */
struct netp_eth_desc {
    NETP_ETH_ALIGNED volatile uint32_t w[4];
    uint32_t skipped_[4];
};

/* What the DMA works on, beside the buffers for receiving. */
struct netp_eth_dma {
    struct netp_eth_desc rx[NETP_ETH_RX_DESCS], tx[NETP_ETH_TX_DESCS];
    NETP_ETH_ALIGNED uint8_t tx_buf[NETP_ETH_TX_DESCS][NETP_ETH_BUF];
};

struct netp_eth_cfg {
    uintptr_t base; /* NETP_ETH_BASE */
    uint8_t mac[6]; /* our address */
    int8_t phy;     /* the PHY's address, 0..31; -1: the first one that answers */
    struct netp_eth_dma *dma;
    /* NETP_ETH_BUF bytes each, aligned to 32. They are the driver's from init on, and come back one
     * by one from netp_eth_receive(). */
    uint8_t *rx_buf[NETP_ETH_RX_DESCS];
};

enum netp_eth_state {
    NETP_ETH_OFF,       /* powered down */
    NETP_ETH_NO_PHY,    /* none answers at cfg.phy */
    NETP_ETH_PHY_RESET, /* it is being reset */
    NETP_ETH_NO_CLOCK,  /* the reset of the MAC does not end: no REF_CLK from the PHY */
    NETP_ETH_NO_LINK,   /* cable out, or negotiating */
    NETP_ETH_LINK       /* frames move */
};

/* netp_eth.mode */
enum {
    NETP_ETH_UP = 1,   /* there is a link */
    NETP_ETH_100 = 2,  /* at 100 Mbit/s, else 10 */
    NETP_ETH_FULL = 4, /* full duplex, else half */
    NETP_ETH_LOOP = 8  /* the MAC hears itself: the self-test */
};

/* All count from init, and wrap. */
struct netp_eth_stats {
    uint32_t rx;           /* frames handed up */
    uint32_t rx_errors;    /* bad FCS, too long, too short, in pieces, bad checksum */
    uint32_t rx_no_buffer; /* dropped, for the caller had no buffer to swap */
    uint32_t rx_missed;    /* lost by the MAC: no descriptor free, or FIFO full */
    uint32_t tx;           /* frames sent */
    uint32_t tx_errors;    /* collisions, no carrier */
    uint32_t tx_busy;      /* netp_eth_send_begin() had no buffer */
    uint32_t bus_errors;   /* the DMA met memory that it cannot reach */
    uint32_t restarts;     /* after a bus error, or 2 s without a frame leaving */
    uint32_t links;        /* changes of the link */
};

struct netp_eth {
    /* to read */
    enum netp_eth_state state;
    uint8_t mode; /* NETP_ETH_UP ...; 0 without a link */
    /* Set by netp_eth_irq(), cleared by whoever then calls netp_eth_receive() until it gives 0. */
    volatile bool pending;

    volatile bool bus_error_;
    bool told_; /* what netp_eth_poll() has told of the link */
    uint8_t phy_, stalled_;
    uint8_t rx_, tx_, tx_done_, tx_used_; /* next descriptors; tx_used_ from tx_done_ on */
    uint32_t ticked_ms_;
    struct netp_eth_cfg cfg_;

    struct netp_eth_stats stats; /* to read */

    uint32_t hash_[2];   /* of the groups: bits 31..0, 63..32 */
    uint8_t groups_[64]; /* how many have joined by each of them */
};

enum {
    /* cfg.dma or a buffer is not aligned to 32, or lies in CCM or DTCM, which the DMA can't reach
     */
    NETP_ETH_E_MEMORY = -1
};

/* Makes *e ready, without touching the hardware. 0 or NETP_ETH_E_MEMORY. cfg is copied. All else
 * happens in netp_eth_poll(). */
int netp_eth_init(struct netp_eth *e, const struct netp_eth_cfg *cfg);

/* Looks at link, PHY and faults, every NETP_ETH_TICK; call it as often as you like. now_ms may
 * wrap. True: the link came or went, which e->state tells. Both ways, frames that wait are
 * forgotten. */
bool netp_eth_poll(struct netp_eth *e, uint32_t now_ms);

/* For ETH_IRQHandler: acknowledges, and sets pending. It touches nothing else. Without interrupts,
 * call it before netp_eth_poll(), and never mind pending; not while the clocks are stopped. */
void netp_eth_irq(struct netp_eth *e);

/* Takes the next good frame. Give a buffer in *buf, as those in cfg are, and get the frame's in its
 * place, with its length without FCS, 14..NETP_ETH_BUF-4. *buf NULL: all that has come is dropped
 * and counted. 0, and *buf unchanged: there is none. */
size_t netp_eth_receive(struct netp_eth *e, uint8_t **buf);

/* A buffer of NETP_ETH_BUF bytes for a frame without FCS, or NULL: no link, or all are on their
 * way; then a frame is to be dropped or tried again. */
uint8_t *netp_eth_send_begin(struct netp_eth *e);

/* Sends the n bytes, 14..NETP_ETH_FRAME, in the buffer that the last netp_eth_send_begin() gave.
 * Too short a frame is padded by the MAC. */
void netp_eth_send(struct netp_eth *e, size_t n);

/* Lets frames to a group's address through (join), or stops them once it was left as often as it
 * was joined. The filter is a hash of 64 bits: other groups may come, too. It outlives resets. */
void netp_eth_group(struct netp_eth *e, const uint8_t group[6], bool join);

/* Stops all and powers the PHY down, unless that is being reset; then the board may stop the
 * clocks. netp_eth_on(): with the clocks running again, start as after init. The next
 * netp_eth_poll() tells that the link is gone. */
void netp_eth_off(struct netp_eth *e);
void netp_eth_on(struct netp_eth *e);

/* Registers of the PHY, reg 0..31, for what a board wants to set beyond the standard: in the state
 * NETP_ETH_PHY_RESET or later. The value, 0..65535; -1: MDIO gives no answer. */
int netp_eth_phy_read(struct netp_eth *e, unsigned reg);
int netp_eth_phy_write(struct netp_eth *e, unsigned reg, unsigned value);

/* Self-test, eth_selftest.c: sends frames to itself, by way of the MAC or of the PHY, and compares.
 * For the state NETP_ETH_NO_LINK or NETP_ETH_LINK. It takes some milliseconds, during which nothing
 * else is received; the link comes again in netp_eth_poll(). */
enum netp_eth_verdict {
    NETP_ETH_PASSED,
    NETP_ETH_NOT_STARTED,  /* the state is another */
    NETP_ETH_NOTHING_SENT, /* the DMA does not read our memory: where does cfg.dma lie? */
    NETP_ETH_NOTHING_BACK, /* sent, not received: clocks, RMII pins, the filter */
    NETP_ETH_DAMAGED       /* bytes differ: the cache */
};
enum netp_eth_verdict netp_eth_selftest(struct netp_eth *e, bool by_phy);

#ifdef __cplusplus
}
#endif

#endif
