/* lwipopts.h - lwIP on the host for the tests of the binding: every allocation is one of malloc's,
 * so that the sanitizer sees what is freed, and can be made to fail. SPDX-License-Identifier: MIT
 */
#ifndef TEST_LWIPOPTS_H
#define TEST_LWIPOPTS_H

#include "../../config/lwipopts.h"
#include <stddef.h>

#undef MEM_ALIGNMENT
#define MEM_ALIGNMENT       8
#define MEMP_MEM_MALLOC     1
#define LWIP_HAVE_LOOPIF    1
#define LWIP_NETIF_LOOPBACK 1
#define CHECKSUM_CHECK_TCP  0 /* the tests make segments of their own */
#define CHECKSUM_CHECK_IP   0
#define LWIP_TIMERS         1
#define LWIP_TESTMODE       0
#if __has_include("lwip/acd.h") /* lwIP 2.2 */
#define MEM_CUSTOM_ALLOCATOR 1
#define MEM_CUSTOM_MALLOC    world_malloc
#define MEM_CUSTOM_CALLOC    world_calloc
#define MEM_CUSTOM_FREE      world_free
#else
#define MEM_LIBC_MALLOC 1
#define mem_clib_malloc world_malloc
#define mem_clib_calloc world_calloc
#define mem_clib_free   world_free
#endif
#undef LWIP_DHCP
#define LWIP_DHCP 0
#undef LWIP_IGMP
#define LWIP_IGMP 0

void *world_malloc(size_t n);
void *world_calloc(size_t n, size_t size);
void world_free(void *p);

#endif
