/* window.h - within the board. SPDX-License-Identifier: MIT */
#ifndef WINDOW_H
#define WINDOW_H

#include "../../tests/model.h"

#define WINDOW     0x40028000u /* where the registers are on a part */
#define WINDOW_IRQ 20u         /* the interrupt of the MAC in the window */

extern struct model model;

/* Opens the window. The model is set up. */
void window_init(void);

/* The wire: frames between the model and the board's LAN9118, and whether a cable is in. */
void wire_init(void);
void wire_send(void *arg, const uint8_t *frame, size_t n);
bool wire_cable(void);

#endif
