/* sys_arch.c - lwIP 2.1 and 2.2 on CMSIS-RTOS2. SPDX-License-Identifier: MIT
 *
 * What the kernel refuses without a reason that lwIP could handle (a wait in an interrupt, a handle
 * that is none) ends in netp_board_fatal(): to go on would damage memory. */
#include "os_port.h"
#include <lwip/opt.h>
#include <lwip/stats.h>
#include <lwip/sys.h>
#include <lwip/tcpip.h>

#if NETP_OS_STATIC &&                                                                              \
    (TCPIP_MBOX_SIZE > NETP_OS_MBOX_LEN || DEFAULT_TCP_RECVMBOX_SIZE > NETP_OS_MBOX_LEN ||         \
     DEFAULT_UDP_RECVMBOX_SIZE > NETP_OS_MBOX_LEN ||                                               \
     DEFAULT_RAW_RECVMBOX_SIZE > NETP_OS_MBOX_LEN || DEFAULT_ACCEPTMBOX_SIZE > NETP_OS_MBOX_LEN)
#error "NETP_OS_MBOX_LEN: a mailbox is larger"
#endif

static void must(bool good, const char *what)
{
    if (!good) {
        netp_board_fatal(what);
    }
}

void sys_init(void)
{
}

/* --- time ------------------------------------------------------------------------------------ */

/* Rounded up; never osWaitForever. */
static uint32_t ticks_of(u32_t ms)
{
    uint64_t n = ((uint64_t)ms * osKernelGetTickFreq() + 999) / 1000;

    return n < osWaitForever ? (uint32_t)n : osWaitForever - 1;
}

/* lwIP subtracts times, so this has to wrap at 2^32 ms, wherever the kernel's ticks do. */
u32_t sys_now(void)
{
    static uint64_t total;
    static uint32_t last;
    uint32_t freq = osKernelGetTickFreq(), tick, was;
    uint64_t ticks;

    if (freq == 1000) {
        return osKernelGetTickCount();
    }
    was = netp_os_mask();
    tick = osKernelGetTickCount();
    total += tick - last;
    last = tick;
    ticks = total;
    netp_os_unmask(was);
    return (u32_t)(ticks / freq * 1000 + ticks % freq * 1000 / freq);
}

u32_t sys_jiffies(void)
{
    return osKernelGetTickCount();
}

/* --- semaphores, mutexes --------------------------------------------------------------------- */

#if NETP_OS_STATIC
#define BLOCK(member) .cb_mem = (member), .cb_size = sizeof(member)
#else
#define BLOCK(member) .cb_mem = NULL
#endif

err_t sys_sem_new(sys_sem_t *sem, u8_t count)
{
    const osSemaphoreAttr_t attr = {.name = "lwip", BLOCK(sem->block)};

    sem->id = osSemaphoreNew(1, count, &attr);
    if (!sem->id) {
        SYS_STATS_INC(sem.err);
        return ERR_MEM;
    }
    SYS_STATS_INC_USED(sem);
    return ERR_OK;
}

void sys_sem_free(sys_sem_t *sem)
{
    must(osSemaphoreDelete(sem->id) == osOK, "sys_sem_free");
    SYS_STATS_DEC(sem.used);
}

/* One that is signalled already stays so. */
void sys_sem_signal(sys_sem_t *sem)
{
    osStatus_t r = osSemaphoreRelease(sem->id);

    must(r == osOK || r == osErrorResource, "sys_sem_signal");
}

/* What a wait that began at `since` has to return. */
static u32_t waited(u32_t since, osStatus_t r, u32_t timeout, const char *what)
{
    must(r == osOK || (r == osErrorTimeout && timeout > 0), what);
    return r == osOK ? sys_now() - since : SYS_ARCH_TIMEOUT;
}

u32_t sys_arch_sem_wait(sys_sem_t *sem, u32_t timeout)
{
    u32_t since = sys_now();
    osStatus_t r = osSemaphoreAcquire(sem->id, timeout > 0 ? ticks_of(timeout) : osWaitForever);

    return waited(since, r, timeout, "sys_arch_sem_wait");
}

err_t sys_mutex_new(sys_mutex_t *mutex)
{
    const osMutexAttr_t attr = {
        .name = "lwip", .attr_bits = osMutexPrioInherit, BLOCK(mutex->block)};

    mutex->id = osMutexNew(&attr);
    if (!mutex->id) {
        SYS_STATS_INC(mutex.err);
        return ERR_MEM;
    }
    SYS_STATS_INC_USED(mutex);
    return ERR_OK;
}

void sys_mutex_free(sys_mutex_t *mutex)
{
    must(osMutexDelete(mutex->id) == osOK, "sys_mutex_free");
    SYS_STATS_DEC(mutex.used);
}

void sys_mutex_lock(sys_mutex_t *mutex)
{
    must(osMutexAcquire(mutex->id, osWaitForever) == osOK, "sys_mutex_lock");
}

void sys_mutex_unlock(sys_mutex_t *mutex)
{
    must(osMutexRelease(mutex->id) == osOK, "sys_mutex_unlock");
}

/* --- mailboxes ------------------------------------------------------------------------------- */

err_t sys_mbox_new(sys_mbox_t *mbox, int size)
{
    const osMessageQueueAttr_t attr = {
        .name = "lwip",
#if NETP_OS_STATIC
        .mq_mem = mbox->slots,
        .mq_size = sizeof mbox->slots,
#endif
        BLOCK(mbox->block)
    };

    mbox->id = osMessageQueueNew((uint32_t)size, sizeof(void *), &attr);
    if (!mbox->id) {
        SYS_STATS_INC(mbox.err);
        return ERR_MEM;
    }
    SYS_STATS_INC_USED(mbox);
    return ERR_OK;
}

void sys_mbox_free(sys_mbox_t *mbox)
{
    if (osMessageQueueGetCount(mbox->id) > 0) {
        SYS_STATS_INC(mbox.err); /* an error of lwIP's: what they hold is lost */
    }
    must(osMessageQueueDelete(mbox->id) == osOK, "sys_mbox_free");
    SYS_STATS_DEC(mbox.used);
}

void sys_mbox_post(sys_mbox_t *mbox, void *msg)
{
    must(osMessageQueuePut(mbox->id, &msg, 0, osWaitForever) == osOK, "sys_mbox_post");
}

err_t sys_mbox_trypost(sys_mbox_t *mbox, void *msg)
{
    osStatus_t r = osMessageQueuePut(mbox->id, &msg, 0, 0);

    must(r == osOK || r == osErrorResource, "sys_mbox_trypost");
    if (r != osOK) {
        SYS_STATS_INC(mbox.err);
        return ERR_MEM;
    }
    return ERR_OK;
}

/* CMSIS-RTOS2 allows that, without a wait, and switches threads by itself afterwards. */
err_t sys_mbox_trypost_fromisr(sys_mbox_t *mbox, void *msg)
{
    return sys_mbox_trypost(mbox, msg);
}

u32_t sys_arch_mbox_fetch(sys_mbox_t *mbox, void **msg, u32_t timeout)
{
    void *got = NULL;
    u32_t since = sys_now(), n;
    osStatus_t r =
        osMessageQueueGet(mbox->id, &got, NULL, timeout > 0 ? ticks_of(timeout) : osWaitForever);

    n = waited(since, r, timeout, "sys_arch_mbox_fetch");
    if (msg) {
        *msg = got;
    }
    return n;
}

u32_t sys_arch_mbox_tryfetch(sys_mbox_t *mbox, void **msg)
{
    void *got = NULL;
    osStatus_t r = osMessageQueueGet(mbox->id, &got, NULL, 0);

    must(r == osOK || r == osErrorResource, "sys_arch_mbox_tryfetch");
    if (msg) {
        *msg = got;
    }
    return r == osOK ? 0 : SYS_MBOX_EMPTY;
}

/* --- threads --------------------------------------------------------------------------------- */

#if NETP_OS_STATIC
/* Memory of threads, which never end. */
static void *take(size_t n)
{
    static uint64_t memory[NETP_OS_STACKS / sizeof(uint64_t)];
    static size_t used;
    size_t words = (n + sizeof *memory - 1) / sizeof *memory;
    uint32_t was = netp_os_mask();
    void *p = NULL;

    if (words <= sizeof memory / sizeof *memory - used) {
        p = &memory[used];
        used += words;
    }
    netp_os_unmask(was);
    must(p != NULL, "NETP_OS_STACKS is too small");
    return p;
}
#endif

sys_thread_t sys_thread_new(const char *name, lwip_thread_fn thread, void *arg, int stacksize,
                            int prio)
{
    const osThreadAttr_t attr = {
        .name = name,
#if NETP_OS_STATIC
        .cb_mem = take(NETP_OS_THREAD),
        .cb_size = NETP_OS_THREAD,
        .stack_mem = take((size_t)stacksize),
#endif
        .stack_size = (uint32_t)stacksize,
        .priority = (osPriority_t)prio
    };
    sys_thread_t id = osThreadNew(thread, arg, &attr);

    must(id != NULL, "sys_thread_new");
    return id;
}

/* --- who may do what ------------------------------------------------------------------------- */

/* A mask of interrupts, for drivers free pbufs in them, or may. It nests. */
sys_prot_t sys_arch_protect(void)
{
    return netp_os_mask();
}

void sys_arch_unprotect(sys_prot_t was)
{
    netp_os_unmask(was);
}

static _Atomic(osThreadId_t) tcpip, holder; /* NULL: nobody */

void sys_mark_tcpip_thread(void)
{
    must(netp_os_is_privileged(), "threads of lwIP have to be privileged, to mask interrupts");
    tcpip = osThreadGetId();
}

void sys_lock_tcpip_core(void)
{
    must(holder != osThreadGetId(), "LOCK_TCPIP_CORE() twice");
    sys_mutex_lock(&lock_tcpip_core);
    holder = osThreadGetId();
}

void sys_unlock_tcpip_core(void)
{
    holder = NULL;
    sys_mutex_unlock(&lock_tcpip_core);
}

void sys_check_core_locking(void)
{
    must(!netp_os_in_interrupt(), "lwIP in an interrupt");
    must(!tcpip || holder == osThreadGetId(), "lwIP without the core lock");
}

bool sys_arch_in_tcpip_thread(void)
{
    return tcpip == osThreadGetId();
}
