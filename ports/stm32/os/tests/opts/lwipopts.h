/* lwipopts.h - lwIP with threads on the host, its network itself. SPDX-License-Identifier: MIT */
#ifndef TEST_OS_LWIPOPTS_H
#define TEST_OS_LWIPOPTS_H

#define NETP_LWIP_OS    1
#define NETP_LWIP_STATS 1
#define NETP_OS_STATIC  1
#define NETP_OS_STACKS  32768

#include "../../../lwip/config/lwipopts.h"

#undef MEM_ALIGNMENT
#define MEM_ALIGNMENT       8
#define LWIP_HAVE_LOOPIF    1
#define LWIP_NETIF_LOOPBACK 1

#endif
