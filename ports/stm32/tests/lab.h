/* lab.h - the driver on the model: a board, its application, and the other end of the wire.
 *
 * SPDX-License-Identifier: MIT
 *
 * All is seeded and repeats. Frames carry a number, their length and a pattern; whatever arrives
 * damaged, twice or out of order fails the test at once, as a violation of the model does. */
#ifndef NETP_LAB_H
#define NETP_LAB_H

#include "../eth/netp_eth.h"
#include "model.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { LAB_BUFS = NETP_ETH_RX_DESCS + 6 };

extern struct model model;
extern struct netp_eth eth;

/* The application. */
extern struct lab {
    bool starving; /* it has no buffer to swap */
    uint32_t now_ms;
    uint32_t number;         /* of the next frame, either way */
    uint32_t received, sent; /* good frames */
} lab;

extern const uint8_t lab_mac[6];

/* A board from scratch, its cache on or off, with all jitter; init has been called and is fine. */
void lab_power(bool cached, uint32_t seed);
/* The same, without init. */
struct netp_eth_cfg lab_board(bool cached, uint32_t seed);

/* A millisecond. True: the link came or went. */
bool lab_tick(void);
/* Until the state is that one; fails after 6 s. */
void lab_until(enum netp_eth_state state);

/* Power and link. */
void lab_up(bool cached, uint32_t seed);

/* Takes all frames there are. */
void lab_receive(void);
/* Time for the DMA, with an application that takes frames. */
void lab_settle(void);

/* A good frame of n bytes (0: any) to us comes by the wire; whether it was taken in. */
bool lab_arrives(size_t n);
bool lab_arrives_for(const uint8_t to[6], size_t n, int error);
/* Sends one; false: the driver has no buffer. */
bool lab_send(size_t n);

/* The DMA meets memory that is not there. */
void lab_bus_error(void);

/* Both directions work without a loss, nothing is leaked and nothing was violated. */
void lab_alive(const char *when);

/* Runs a test without a cache and with it. */
#define LAB_BOTH(test)                                                                             \
    {#test, test, NULL, NULL, NULL},                                                               \
    {                                                                                              \
#test "_cached", test, NULL, NULL, (void *)1                                               \
    }
#define CACHED (*state != NULL)

/* Runs the statement for each seed. */
#define FOR_SEEDS(n) for (uint32_t seed = 1; seed <= (n); seed++)

#endif
