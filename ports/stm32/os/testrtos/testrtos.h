/* testrtos.h - the smallest kernel that the port can be tested on. SPDX-License-Identifier: MIT
 *
 * For the tests alone: nobody ought to ship it. It has what cmsis_os2.h beside it declares, for
 * Cortex-M3, M4 and M7: priorities, threads that preempt each other, equal ones in turn, waits with
 * and without an end. All memory is the caller's (cb_mem, stack_mem, mq_mem); without, nothing is
 * made. What a kernel for products has more: mutexes lend no priority, nothing is checked when it
 * is deleted, and interrupts are off for as long as it takes to look at all threads.
 *
 * The board's SysTick wakes it each millisecond, its clock is netp_board_ms(). */
#ifndef TESTRTOS_H
#define TESTRTOS_H

#include "cmsis_os2.h"
#include <stdbool.h>

struct testrtos_thread {
    uint32_t *sp;                 /* while another runs: where its registers lie */
    struct testrtos_thread *next; /* a ring of all threads */
    const char *name;
    uint32_t *stack;
    uint32_t words; /* of the stack */
    int priority;
    bool ready;
    bool timed;     /* it waits, but not for ever: */
    uint32_t until; /* to this tick */
    const void *on; /* for this */
};

struct testrtos_sem {
    uint32_t n, max;
};

struct testrtos_mutex {
    struct testrtos_thread *owner;
};

struct testrtos_queue {
    uint8_t *slots;
    uint32_t cap, size, first, n; /* slots and their bytes; the oldest message, and how many */
};

/* How often there was nothing to do, so that the processor slept until an interrupt. */
extern volatile uint32_t testrtos_sleeps;

/* For objects.c, with interrupts masked. wait: the running thread sleeps until woken, by
 * testrtos_wake() with the same `on`; then it has to look whether it can go on. False: `timeout`
 * ticks have passed since `since`. wake: the first of those who wait. */
bool testrtos_wait(const void *on, uint32_t since, uint32_t timeout);
void testrtos_wake(const void *on);

#endif
