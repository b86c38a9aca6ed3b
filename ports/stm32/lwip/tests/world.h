/* world.h - lwIP on the host: its clock, its memory, and its network, which is itself.
 *
 * SPDX-License-Identifier: MIT */
#ifndef WORLD_H
#define WORLD_H

#include <netproto/lwip/loop.h>

extern struct netp_lwip_loop world_loop;

/* cmocka's setup and teardown: a world of its own for each test, of which all memory is given back
 * in the end. */
int world_begin(void **state);
int world_end(void **state);

/* Lets packets and timers through for ms milliseconds. */
void world_run(uint32_t ms);
/* Only those that are there now. */
void world_turn(void);

extern uint32_t world_ms;    /* what sys_now() says */
extern unsigned world_live;  /* allocations that are in use */
extern long world_fail_at;   /* the allocation, counted from now, that fails; < 0: none */
extern bool world_no_memory; /* all fail */

#define WORLD_HOST ((struct netp_addr){.ip = {127, 0, 0, 1}, .fam = 4})

#endif
