/* netp_os_memory.h - the test runtime: what its objects take. SPDX-License-Identifier: MIT */
#ifndef NETP_OS_MEMORY_H
#define NETP_OS_MEMORY_H

#include "testrtos.h"

#define NETP_OS_SEM       sizeof(struct testrtos_sem)
#define NETP_OS_MUTEX     sizeof(struct testrtos_mutex)
#define NETP_OS_MBOX      sizeof(struct testrtos_queue)
#define NETP_OS_MBOX_SLOT sizeof(void *)
#define NETP_OS_THREAD    sizeof(struct testrtos_thread)

#endif
