/* os_port.h - what the sys_arch asks of the processor, a Cortex-M. SPDX-License-Identifier: MIT
 *
 * A build may put a file of its own in the place of this one by NETP_OS_PORT_H='"file.h"'; the
 * tests on the host do. */
#ifndef NETP_OS_PORT_H_
#define NETP_OS_PORT_H_

#ifdef NETP_OS_PORT_H
#include NETP_OS_PORT_H
#else

#include <stdbool.h>
#include <stdint.h>

/* Interrupts off; what to give to unmask() so that they are as they were. */
static inline uint32_t netp_os_mask(void)
{
    uint32_t was;

    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(was) : : "memory");
    return was;
}

static inline void netp_os_unmask(uint32_t was)
{
    __asm volatile("msr primask, %0" : : "r"(was) : "memory");
}

static inline bool netp_os_in_interrupt(void)
{
    uint32_t number;

    __asm volatile("mrs %0, ipsr" : "=r"(number));
    return number != 0;
}

/* False: mask() has no effect, and nobody tells. */
static inline bool netp_os_is_privileged(void)
{
    uint32_t control;

    __asm volatile("mrs %0, control" : "=r"(control));
    return !(control & 1);
}

#endif
#endif
