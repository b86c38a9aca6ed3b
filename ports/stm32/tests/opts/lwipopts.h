/* lwipopts.h - lwIP as in firmware, on a host of 64 bits. SPDX-License-Identifier: MIT */
#ifndef TEST_ETHIF_LWIPOPTS_H
#define TEST_ETHIF_LWIPOPTS_H

#define PBUF_POOL_SIZE                 2
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1
#define LWIP_CHECKSUM_CTRL_PER_NETIF   1

#include "../../lwip/config/lwipopts.h"

#undef MEM_ALIGNMENT
#define MEM_ALIGNMENT 8

#endif
