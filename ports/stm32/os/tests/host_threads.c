/* host_threads.c - threads.c of the test runtime, on pthreads. SPDX-License-Identifier: MIT */
#include "../testrtos/testrtos.h"
#include "host_port.h"
#include <pthread.h>
#include <time.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock;
static pthread_cond_t changed;
static _Thread_local struct testrtos_thread self;
static _Thread_local uint32_t depth;

_Thread_local bool host_interrupt, host_unprivileged;
uint32_t host_freq = 1000, host_later;

static void make(void)
{
    pthread_mutexattr_t recursive;

    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &recursive);
    pthread_cond_init(&changed, NULL);
}

uint32_t netp_os_mask(void)
{
    pthread_once(&once, make);
    pthread_mutex_lock(&lock);
    return depth++;
}

void netp_os_unmask(uint32_t was)
{
    depth = was;
    pthread_mutex_unlock(&lock);
}

bool netp_os_in_interrupt(void)
{
    return host_interrupt;
}

bool netp_os_is_privileged(void)
{
    return !host_unprivileged;
}

uint32_t osKernelGetTickFreq(void)
{
    return host_freq;
}

uint32_t osKernelGetTickCount(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((uint64_t)now.tv_sec * host_freq +
                      (uint64_t)now.tv_nsec * host_freq / 1000000000) +
           host_later;
}

/* Whoever waits looks again at each change, and now and then at the time. */
bool testrtos_wait(const void *on, uint32_t since, uint32_t timeout)
{
    struct timespec until;

    (void)on;
    if (timeout != osWaitForever && osKernelGetTickCount() - since >= timeout) {
        return false;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 5000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&changed, &lock, &until);
    return true;
}

void testrtos_wake(const void *on)
{
    (void)on;
    pthread_cond_broadcast(&changed);
}

/* In cb_mem. */
struct start {
    osThreadFunc_t func;
    void *argument;
};

_Static_assert(sizeof(struct start) <= sizeof(struct testrtos_thread), "cb_mem is too small");

static void *begin(void *arg)
{
    const struct start *start = arg;

    start->func(start->argument);
    return NULL;
}

osThreadId_t osThreadNew(osThreadFunc_t func, void *argument, const osThreadAttr_t *attr)
{
    struct start *start = attr->cb_mem;
    pthread_t thread;

    *start = (struct start){func, argument};
    if (pthread_create(&thread, NULL, begin, start) != 0) {
        return NULL;
    }
    pthread_detach(thread);
    return start;
}

osThreadId_t osThreadGetId(void)
{
    return &self;
}
