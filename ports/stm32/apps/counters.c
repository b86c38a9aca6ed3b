/* counters.c - what is in use. SPDX-License-Identifier: MIT */
#include "counters.h"
#include "app.h"
#include "image.h"
#include <board.h>
#include <lwip/memp.h>
#include <lwip/stats.h>

static void put(struct text *t, const char *name, uint64_t v)
{
    text_put(t, t->p[t->n - 1] == '{' ? "\"" : ",\"");
    text_put(t, name);
    text_put(t, "\":");
    text_dec(t, v);
}

void counters_put(struct text *t)
{
    text_put(t, "{");
    put(t, "uptime_ms", netp_lwip_now(&app_loop));
    put(t, "stack_used", netp_board_stack_used());
    put(t, "stack_size", netp_board_stack_size());
    put(t, "unread_pbufs", app_loop.held_);
    put(t, "image", image_number());
#if APP_SNTP
    put(t, "time", app_clock_unix());
#endif
#if APP_PING
    put(t, "pings", app_ping.asked);
    put(t, "pongs", app_ping.answered);
#endif
#if MEM_STATS
    put(t, "heap", lwip_stats.mem.used);
    put(t, "heap_refused", lwip_stats.mem.err);
#endif
#if MEMP_STATS
    put(t, "pbuf_pool", lwip_stats.memp[MEMP_PBUF_POOL]->used);
    put(t, "pbuf_pool_refused", lwip_stats.memp[MEMP_PBUF_POOL]->err);
    put(t, "pbuf", lwip_stats.memp[MEMP_PBUF]->used);
    put(t, "tcp_pcb", lwip_stats.memp[MEMP_TCP_PCB]->used);
    put(t, "tcp_seg", lwip_stats.memp[MEMP_TCP_SEG]->used);
    put(t, "udp_pcb", lwip_stats.memp[MEMP_UDP_PCB]->used);
    put(t, "reassembly", lwip_stats.memp[MEMP_REASSDATA]->used);
    put(t, "timeouts", lwip_stats.memp[MEMP_SYS_TIMEOUT]->used);
#endif
    text_put(t, "}\n");
}
