/* netp_os_memory.h - FreeRTOS behind CMSIS-RTOS2: what its objects take. SPDX-License-Identifier:
 * MIT
 *
 * For NETP_OS_STATIC 1; FreeRTOSConfig.h has configSUPPORT_STATIC_ALLOCATION 1. */
#ifndef NETP_OS_MEMORY_H
#define NETP_OS_MEMORY_H

#include <FreeRTOS.h>

#define NETP_OS_SEM       sizeof(StaticSemaphore_t)
#define NETP_OS_MUTEX     sizeof(StaticSemaphore_t)
#define NETP_OS_MBOX      sizeof(StaticQueue_t)
#define NETP_OS_MBOX_SLOT sizeof(void *)
#define NETP_OS_THREAD    sizeof(StaticTask_t)

#endif
