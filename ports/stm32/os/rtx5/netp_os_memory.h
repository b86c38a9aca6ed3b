/* netp_os_memory.h - RTX5: what its objects take. SPDX-License-Identifier: MIT
 *
 * For NETP_OS_STATIC 1. RTX_Config.h has OS_PRIVILEGE_MODE 1. */
#ifndef NETP_OS_MEMORY_H
#define NETP_OS_MEMORY_H

#include <rtx_os.h>

#define NETP_OS_SEM       osRtxSemaphoreCbSize
#define NETP_OS_MUTEX     osRtxMutexCbSize
#define NETP_OS_MBOX      osRtxMessageQueueCbSize
#define NETP_OS_MBOX_SLOT osRtxMessageQueueMemSize(1, sizeof(void *))
#define NETP_OS_THREAD    osRtxThreadCbSize

#endif
