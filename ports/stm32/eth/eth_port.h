/* eth_port.h - all that the driver has to do with the processor.
 *
 * SPDX-License-Identifier: MIT
 *
 * A build may put a file of its own in the place of this one by NETP_ETH_PORT_H='"file.h"'; the
 * tests put a model of the hardware there.
 *
 * NETP_ETH_DCACHE is for a Cortex-M7 whose data cache is on and covers the driver's memory. Leave
 * it undefined when that memory is not cacheable, by the MPU or because it is the DTCM of an F7. */
#ifndef NETP_ETH_PORT_H_
#define NETP_ETH_PORT_H_

#include <stddef.h>
#include <stdint.h>

#define NETP_ETH_READ(address)         (*(volatile uint32_t *)(address))
#define NETP_ETH_WRITE(address, value) (*(volatile uint32_t *)(address) = (value))

/* A word of a descriptor. */
#define NETP_ETH_STORE(word, value) (*(word) = (value))

/* What was stored before is in memory before anything after. DSB, for a DMB does not hold back the
 * doorbell; a Cortex-M7 reorders stores to normal memory. */
#define NETP_ETH_BARRIER() __asm volatile("dsb 0xF" ::: "memory")

#ifdef NETP_ETH_DCACHE
static inline void netp_eth_cache(uintptr_t operation, const volatile void *p, size_t n)
{
    uintptr_t line = (uintptr_t)p & ~(uintptr_t)31;

    NETP_ETH_BARRIER();
    for (; line < (uintptr_t)p + n; line += 32) {
        *(volatile uint32_t *)operation = (uint32_t)line;
    }
    NETP_ETH_BARRIER();
}
/* DCCMVAC: what the processor stored goes to memory. */
#define NETP_ETH_CLEAN(p, n) netp_eth_cache(0xe000ef68u, (p), (n))
/* DCIMVAC: the processor forgets its copy, and what it stored there. */
#define NETP_ETH_DISCARD(p, n) netp_eth_cache(0xe000ef5cu, (p), (n))
#else
#define NETP_ETH_CLEAN(p, n)   ((void)(p), (void)(n), NETP_ETH_BARRIER_())
#define NETP_ETH_DISCARD(p, n) ((void)(p), (void)(n), NETP_ETH_BARRIER_())
static inline void NETP_ETH_BARRIER_(void)
{
    NETP_ETH_BARRIER();
}
#endif

#endif
