/* os.c - threads, and what they take. SPDX-License-Identifier: MIT */
#include "os.h"
#include <lwip/memp.h>
#include <lwip/stats.h>
#include <lwip/sys.h>

#define THREADS 12

/* Not every kernel has them: the first is the test runtime's, FreeRTOS has no sizes of stacks. */
extern volatile uint32_t testrtos_sleeps __attribute__((weak));
extern uint32_t osThreadGetStackSize(osThreadId_t thread_id) __attribute__((weak));

static void put(struct text *t, const char *name, uint32_t v)
{
    text_put(t, t->p[t->n - 1] == '{' ? "\"" : ",\"");
    text_put(t, name);
    text_put(t, "\":");
    text_dec(t, v);
}

static void put_threads(struct text *t)
{
    osThreadId_t all[THREADS];
    uint32_t n = osThreadEnumerate(all, THREADS);

    for (uint32_t i = 0; i < n; i++) {
        text_put(t, i > 0 ? ",\"" : "\"");
        text_put(t, osThreadGetName(all[i]));
        text_put(t, "\":[");
        text_dec(t, osThreadGetStackSpace(all[i]));
        text_put(t, ",");
        text_dec(t, osThreadGetStackSize ? osThreadGetStackSize(all[i]) : 0);
        text_put(t, "]");
    }
}

void app_os_put(struct text *t)
{
    text_put(t, "{");
    put(t, "ms", sys_now());
    if (&testrtos_sleeps) {
        put(t, "sleeps", testrtos_sleeps);
    }
#if SYS_STATS
    put(t, "semaphores", lwip_stats.sys.sem.used);
    put(t, "mutexes", lwip_stats.sys.mutex.used);
    put(t, "mailboxes", lwip_stats.sys.mbox.used);
    put(t, "mailbox_full", lwip_stats.sys.mbox.err);
#endif
#if MEMP_STATS
    put(t, "netconns", lwip_stats.memp[MEMP_NETCONN]->used);
    put(t, "netbufs", lwip_stats.memp[MEMP_NETBUF]->used);
    put(t, "messages", lwip_stats.memp[MEMP_TCPIP_MSG_API]->used);
#endif
    text_put(t, ",\"threads\":{");
    put_threads(t);
    text_put(t, "}}\n");
}

void app_os_init(void)
{
    app_sockets_init();
    app_netconn_init();
}
