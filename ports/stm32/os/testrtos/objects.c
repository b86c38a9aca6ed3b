/* objects.c - the test runtime's semaphores, mutexes and queues. SPDX-License-Identifier: MIT */
#include "../os_port.h"
#include "testrtos.h"
#include <string.h>

/* What a wait is told that has not got what it waits for. */
static osStatus_t in_vain(uint32_t timeout)
{
    return timeout > 0 ? osErrorTimeout : osErrorResource;
}

/* Nobody may wait in an interrupt. */
static int is_wrong(const void *object, uint32_t timeout)
{
    return !object || (timeout > 0 && netp_os_in_interrupt());
}

/* --- semaphores ------------------------------------------------------------------------------ */

osSemaphoreId_t osSemaphoreNew(uint32_t max_count, uint32_t initial_count,
                               const osSemaphoreAttr_t *attr)
{
    struct testrtos_sem *s = attr->cb_mem;

    if (s) {
        s->n = initial_count;
        s->max = max_count;
    }
    return s;
}

osStatus_t osSemaphoreAcquire(osSemaphoreId_t semaphore_id, uint32_t timeout)
{
    struct testrtos_sem *s = semaphore_id;
    uint32_t was, since = osKernelGetTickCount();
    osStatus_t r = osOK;

    if (is_wrong(s, timeout)) {
        return osErrorParameter;
    }
    was = netp_os_mask();
    while (s->n == 0 && testrtos_wait(s, since, timeout)) {
    }
    if (s->n > 0) {
        s->n--;
    } else {
        r = in_vain(timeout);
    }
    netp_os_unmask(was);
    return r;
}

osStatus_t osSemaphoreRelease(osSemaphoreId_t semaphore_id)
{
    struct testrtos_sem *s = semaphore_id;
    osStatus_t r = osErrorResource;
    uint32_t was;

    if (!s) {
        return osErrorParameter;
    }
    was = netp_os_mask();
    if (s->n < s->max) {
        s->n++;
        testrtos_wake(s);
        r = osOK;
    }
    netp_os_unmask(was);
    return r;
}

osStatus_t osSemaphoreDelete(osSemaphoreId_t semaphore_id)
{
    return semaphore_id ? osOK : osErrorParameter;
}

/* --- mutexes --------------------------------------------------------------------------------- */

osMutexId_t osMutexNew(const osMutexAttr_t *attr)
{
    struct testrtos_mutex *m = attr->cb_mem;

    if (m) {
        m->owner = NULL;
    }
    return m;
}

osStatus_t osMutexAcquire(osMutexId_t mutex_id, uint32_t timeout)
{
    struct testrtos_mutex *m = mutex_id;
    uint32_t was, since = osKernelGetTickCount();
    osStatus_t r = osOK;

    if (!m || netp_os_in_interrupt()) {
        return osErrorParameter;
    }
    was = netp_os_mask();
    while (m->owner && testrtos_wait(m, since, timeout)) {
    }
    if (!m->owner) {
        m->owner = osThreadGetId();
    } else {
        r = in_vain(timeout);
    }
    netp_os_unmask(was);
    return r;
}

osStatus_t osMutexRelease(osMutexId_t mutex_id)
{
    struct testrtos_mutex *m = mutex_id;
    uint32_t was;

    if (!m || netp_os_in_interrupt()) {
        return osErrorParameter;
    }
    if (m->owner != osThreadGetId()) {
        return osErrorResource;
    }
    was = netp_os_mask();
    m->owner = NULL;
    testrtos_wake(m);
    netp_os_unmask(was);
    return osOK;
}

osStatus_t osMutexDelete(osMutexId_t mutex_id)
{
    return mutex_id ? osOK : osErrorParameter;
}

/* --- queues ---------------------------------------------------------------------------------- */

/* Who puts waits on &q->n, who gets on q. */
osMessageQueueId_t osMessageQueueNew(uint32_t msg_count, uint32_t msg_size,
                                     const osMessageQueueAttr_t *attr)
{
    struct testrtos_queue *q = attr->cb_mem;

    if (!q || !attr->mq_mem || attr->mq_size / msg_size < msg_count) {
        return NULL;
    }
    *q = (struct testrtos_queue){.slots = attr->mq_mem, .cap = msg_count, .size = msg_size};
    return q;
}

osStatus_t osMessageQueuePut(osMessageQueueId_t mq_id, const void *msg_ptr, uint8_t msg_prio,
                             uint32_t timeout)
{
    struct testrtos_queue *q = mq_id;
    uint32_t was, since = osKernelGetTickCount();
    osStatus_t r = osOK;

    (void)msg_prio;
    if (is_wrong(q, timeout)) {
        return osErrorParameter;
    }
    was = netp_os_mask();
    while (q->n == q->cap && testrtos_wait(&q->n, since, timeout)) {
    }
    if (q->n < q->cap) {
        memcpy(q->slots + (q->first + q->n) % q->cap * q->size, msg_ptr, q->size);
        q->n++;
        testrtos_wake(q);
    } else {
        r = in_vain(timeout);
    }
    netp_os_unmask(was);
    return r;
}

osStatus_t osMessageQueueGet(osMessageQueueId_t mq_id, void *msg_ptr, uint8_t *msg_prio,
                             uint32_t timeout)
{
    struct testrtos_queue *q = mq_id;
    uint32_t was, since = osKernelGetTickCount();
    osStatus_t r = osOK;

    (void)msg_prio;
    if (is_wrong(q, timeout)) {
        return osErrorParameter;
    }
    was = netp_os_mask();
    while (q->n == 0 && testrtos_wait(q, since, timeout)) {
    }
    if (q->n > 0) {
        memcpy(msg_ptr, q->slots + q->first * q->size, q->size);
        q->first = (q->first + 1) % q->cap;
        q->n--;
        testrtos_wake(&q->n);
    } else {
        r = in_vain(timeout);
    }
    netp_os_unmask(was);
    return r;
}

uint32_t osMessageQueueGetCount(osMessageQueueId_t mq_id)
{
    const struct testrtos_queue *q = mq_id;
    uint32_t was = netp_os_mask(), n = q ? q->n : 0;

    netp_os_unmask(was);
    return n;
}

osStatus_t osMessageQueueDelete(osMessageQueueId_t mq_id)
{
    return mq_id ? osOK : osErrorParameter;
}
