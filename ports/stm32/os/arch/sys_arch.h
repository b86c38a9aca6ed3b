/* arch/sys_arch.h - lwIP's threads, semaphores, mutexes and mailboxes are those of CMSIS-RTOS2.
 *
 * SPDX-License-Identifier: MIT
 *
 * <cmsis_os2.h> is that of your kernel. See lwipopts_os.h for what to choose. */
#ifndef LWIP_ARCH_SYS_ARCH_H
#define LWIP_ARCH_SYS_ARCH_H

#include <cmsis_os2.h>
#include <stdbool.h>
#include <stdint.h>
#if NETP_OS_STATIC
#include <netp_os_memory.h> /* how much the kernel needs: freertos/, rtx5/ beside this folder */
#define NETP_OS_MEMORY(name, bytes) uint64_t name[((bytes) + 7) / 8];
#else
#define NETP_OS_MEMORY(name, bytes)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The kernel's memory lies in them, so lwIP's pools bound it: they are never copied. */
typedef struct {
    osSemaphoreId_t id;
    NETP_OS_MEMORY(block, NETP_OS_SEM)
} sys_sem_t;

typedef struct {
    osMutexId_t id;
    NETP_OS_MEMORY(block, NETP_OS_MUTEX)
} sys_mutex_t;

typedef struct {
    osMessageQueueId_t id;
    NETP_OS_MEMORY(block, NETP_OS_MBOX)
    NETP_OS_MEMORY(slots, NETP_OS_MBOX_LEN *(NETP_OS_MBOX_SLOT))
} sys_mbox_t;

typedef osThreadId_t sys_thread_t;
typedef uint32_t sys_prot_t;

#define sys_sem_valid(s)         ((s)->id != NULL)
#define sys_sem_set_invalid(s)   ((s)->id = NULL)
#define sys_mutex_valid(m)       ((m)->id != NULL)
#define sys_mutex_set_invalid(m) ((m)->id = NULL)
#define sys_mbox_valid(m)        ((m)->id != NULL)
#define sys_mbox_set_invalid(m)  ((m)->id = NULL)

/* The core lock knows who has it, so that who has not is found out: see lwipopts_os.h. */
void sys_mark_tcpip_thread(void);
void sys_lock_tcpip_core(void);
void sys_unlock_tcpip_core(void);
void sys_check_core_locking(void);

/* Whether this is the tcpip thread. */
bool sys_arch_in_tcpip_thread(void);
#define sys_in_tcpip_thread() sys_arch_in_tcpip_thread()

#ifdef __cplusplus
}
#endif

#endif
