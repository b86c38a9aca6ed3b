/* board.h - what firmware asks of a board; each folder beside this file is one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETP_BOARD_H
#define NETP_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netif;

extern const char netp_board_name[]; /* also the name that DHCP tells */

/* Milliseconds and microseconds since the start; both wrap. */
uint32_t netp_board_ms(void);
uint32_t netp_board_us(void);

/* The tick of 1 ms. SysTick is the board's, and this its handler, unless a kernel has a
 * SysTick_Handler() of its own, which then calls this. PendSV_Handler() and SVC_Handler() are the
 * kernel's, too. */
void netp_board_tick(void);

/* See arch/cc.h. */
uint32_t netp_board_random(void);
void netp_board_fatal(const char *what) __attribute__((noreturn));

/* Ends the program, where there is somebody to return to; else stops. */
void netp_board_exit(int status) __attribute__((noreturn));

/* For people: a serial line, where there is one. Waits until it has left. */
void netp_board_write(const char *p, size_t n);

/* The Ethernet interface, for netif_add(); init() is its third argument but one. */
int8_t netp_board_netif_init(struct netif *netif);

/* Hands what has been received to lwIP and looks after the link; true: call it again before
 * netp_board_sleep(). With an operating system neither is called: the interface looks after itself,
 * in the tcpip thread, where netif_add() is called, too. */
bool netp_board_netif_poll(struct netif *netif);

/* Sleeps until an interrupt, or not at all when a frame came since netp_board_netif_poll(). The
 * tick of 1 ms is one. */
void netp_board_sleep(void);

/* Switches an output: a lamp, where there is one. */
void netp_board_output(unsigned i, bool on);

/* Memory that stands for flash in the examples, *size bytes of it. */
uint8_t *netp_board_store(size_t *size);

/* Bytes of the stack that have been in use at most, and that there are. */
size_t netp_board_stack_used(void);
size_t netp_board_stack_size(void);

#ifdef __cplusplus
}
#endif

#endif
