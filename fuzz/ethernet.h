/* fuzz/ethernet.h - what the targets of the Ethernet driver are made of: ethernet.c has the board
 * and what happens to it, ethernet_wire.c the frames on the wire, both ways.
 *
 * SPDX-License-Identifier: MIT */
#ifndef FUZZ_ETHERNET_H
#define FUZZ_ETHERNET_H

#include "../ports/stm32/tests/model.h"
#include "fuzz.h"

enum {
    WIRE_OUR_IP = 1, /* 10.0.0.1; the peer is 10.0.0.2 */
    WIRE_PEER_IP = 2
};

extern struct model model;
extern const uint8_t wire_our_mac[6];
/* Of groups that are joined at times, always, never. */
extern const uint8_t wire_groups[3][6];

/* Runs the program of steps data[0..n). */
void fuzz_ethernet(const uint8_t *data, size_t n);

/* --- the wire -------------------------------------------------------------------------------- */

/* What came of the frames. */
struct wire {
    uint32_t taken, pieces;    /* by the MAC; that were too long for one buffer */
    uint32_t delivered, sent;  /* to the application; to the wire */
    uint32_t echoed, answered; /* bytes of TCP; datagrams */
};
extern struct wire wire;

/* All frames forgotten, and the peer's connection. */
void wire_reset(void);
/* The link is gone: what waits, either way, may not come through any more. */
void wire_forget(void);
/* Whether frames to be sent may get lost from now on; false: those before are, or have left. */
void wire_losses(bool any);

/* The peer sends one that is made by decisions. */
void wire_any(struct decision *d);
/* A good one of n bytes, 14 or more, of no protocol; whether the MAC took it. */
bool wire_arrives(size_t n, int error);
/* One to a group; whether the MAC let it through. */
bool wire_to_group(unsigned i);
/* The peer asks for our address; a datagram for the echo. */
void wire_ask(void);
void wire_datagram(size_t n);

/* The driver has handed up this frame: it must be one that came, whole, good and not out of turn.
 */
void wire_delivered(const uint8_t *frame, size_t n);

/* A frame is given to the driver; it was not taken after all. */
void wire_sending(const uint8_t *frame, size_t n);
void wire_refused(void);
/* It is on the wire: it must be the next one that was given, or one after those that may be lost.
 */
void wire_sent(const uint8_t *frame, size_t n);
/* The last that was given is. */
bool wire_is_idle(void);

#endif
