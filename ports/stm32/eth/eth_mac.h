/* eth_mac.h - what a generation of the MAC does for the driver: eth_mac_v1.c or eth_mac_v2.c.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETP_ETH_MAC_H
#define NETP_ETH_MAC_H

#include "netp_eth.h"

#ifdef NETP_ETH_PORT_H
#include NETP_ETH_PORT_H
#else
#include "eth_port.h"
#endif

#define NETP_ETH_OWN (1u << 31) /* of the DMA's descriptors, in their last word to be written */

/* Reads of a register, each several cycles: longer than any reset or MDIO transfer takes. */
#define NETP_ETH_PATIENCE 100000u

static inline uint32_t netp_eth_get(const struct netp_eth *e, uint32_t offset)
{
    return NETP_ETH_READ(e->cfg_.base + offset);
}

static inline void netp_eth_set(const struct netp_eth *e, uint32_t offset, uint32_t value)
{
    NETP_ETH_WRITE(e->cfg_.base + offset, value);
}

/* Goes to the next descriptor of a ring of n. */
static inline void netp_eth_advance(uint8_t *at, unsigned n)
{
    if (++*at == n) {
        *at = 0;
    }
}

/* An address as the DMA has it. */
static inline uint32_t netp_eth_bus(const volatile void *p)
{
    return (uint32_t)(uintptr_t)p;
}

/* Waits until the bits are clear. False: they stay. */
bool netp_eth_await(const struct netp_eth *e, uint32_t offset, uint32_t bits);

/* What the MAC is to insert: 1 IPv4's checksum, 3 TCP's or UDP's as well, else 0. */
#if NETP_ETH_CHECKSUMS
unsigned netp_eth_checksums(const uint8_t *frame, size_t n);
#else
#define netp_eth_checksums(frame, n) 0u
#endif

/* Whether the DMA can reach an address. It doesn't know of memory that is not there. */
bool netp_eth_mac_reaches(const void *p);

/* Resets MAC and DMA, which stops them; then all settings but the descriptors' and the filter's.
 * False: no clock. */
bool netp_eth_mac_reset(struct netp_eth *e);
void netp_eth_mac_run(struct netp_eth *e, unsigned mode);
void netp_eth_mac_stop(struct netp_eth *e);
/* Lets the groups of e->hash_ through. */
void netp_eth_mac_filter(struct netp_eth *e);

/* Acknowledges what has happened. True: a bus error is among it. */
bool netp_eth_mac_events(struct netp_eth *e);

/* Frames lost since the last call. */
uint32_t netp_eth_mac_missed(struct netp_eth *e);

/* Reads (value < 0) or writes a register of the PHY at e->phy_: its value; -1: the transfer does
 * not end. */
int netp_eth_mac_mdio(struct netp_eth *e, unsigned reg, int value);

/* Gives the descriptor e->rx_ with its buffer to the DMA. */
void netp_eth_mac_arm(struct netp_eth *e);
/* The length with FCS of the frame in the descriptor e->rx_; 0: it is bad; negative: the DMA
 * has it (OWN is the sign). */
int netp_eth_mac_received(struct netp_eth *e);
/* Wakes the receiver. */
void netp_eth_mac_kick(struct netp_eth *e);

/* Gives the descriptor e->tx_ with n bytes to the DMA, and wakes it. */
void netp_eth_mac_send(struct netp_eth *e, size_t n);
/* Whether the frame of the descriptor e->tx_done_ was sent: 1; 0: not well; negative: not
 * yet. */
int netp_eth_mac_sent(struct netp_eth *e);

/* Finds a PHY and begins its reset. The state that follows. */
enum netp_eth_state netp_eth_phy_find(struct netp_eth *e);
/* Begins to negotiate once the reset is over. The state that follows. */
enum netp_eth_state netp_eth_phy_start(struct netp_eth *e);
/* What was negotiated, NETP_ETH_UP | ...; 0: no link; -1: the PHY is gone. */
int netp_eth_phy_mode(struct netp_eth *e);
/* Lets the PHY send back what it gets, at 100 Mbit/s, or negotiate. */
void netp_eth_phy_loop(struct netp_eth *e, bool on);

/* Counts what was sent, and takes its descriptors back. */
void netp_eth_reap(struct netp_eth *e);

/* Resets MAC and rings, into NETP_ETH_NO_LINK or NETP_ETH_NO_CLOCK. Also for the self-test. */
void netp_eth_restart(struct netp_eth *e);

#endif
