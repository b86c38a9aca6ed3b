/* startup.h - within the boards: what startup.c and a board's vectors.c ask of one another.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETP_STARTUP_H
#define NETP_STARTUP_H

#include <stdint.h>

extern uint32_t netp_stack_top[];

/* The second vector: memory is set up, then the board, then main() called. */
void netp_board_reset(void);

/* Of the board: its clocks and what it looks after for itself, before main(). */
void netp_board_start(void);

#endif
