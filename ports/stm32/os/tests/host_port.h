/* host_port.h - os_port.h for the tests on the host: one lock is what masked interrupts are.
 *
 * SPDX-License-Identifier: MIT */
#ifndef HOST_PORT_H
#define HOST_PORT_H

#include <stdbool.h>
#include <stdint.h>

uint32_t netp_os_mask(void);
void netp_os_unmask(uint32_t was);
bool netp_os_in_interrupt(void);
bool netp_os_is_privileged(void);

/* What the tests may change. The first two are each thread's own. */
extern _Thread_local bool host_interrupt, host_unprivileged;
extern uint32_t host_freq;  /* ticks a second */
extern uint32_t host_later; /* ticks to add to the clock */

#endif
