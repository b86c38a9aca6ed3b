/* world.c - lwIP on the host. SPDX-License-Identifier: MIT */
#include "world.h"
#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/sys.h>
#include <lwip/timeouts.h>
#include <netproto/lwip/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct netp_lwip_loop world_loop;
uint32_t world_ms = UINT32_MAX - 5000; /* it wraps soon */
unsigned world_live;
long world_fail_at = -1;
bool world_no_memory;

static unsigned at_start;

u32_t sys_now(void)
{
    return world_ms;
}

uint32_t netp_board_random(void)
{
    static uint32_t x = 1;

    x = x * 1664525u + 1013904223u;
    return x;
}

void netp_board_fatal(const char *what)
{
    fprintf(stderr, "lwIP: %s\n", what);
    abort();
}

/* Timers are what lwIP takes for granted: their pool has to be large enough. */
static bool fails(size_t n)
{
    return n != sizeof(struct sys_timeo) && (world_no_memory || world_fail_at-- == 0);
}

void *world_malloc(size_t n)
{
    void *p = fails(n) ? NULL : malloc(n);

    world_live += p != NULL;
    return p;
}

void *world_calloc(size_t n, size_t size)
{
    void *p = fails(n * size) ? NULL : calloc(n, size);

    world_live += p != NULL;
    return p;
}

void world_free(void *p)
{
    world_live -= p != NULL;
    free(p);
}

void world_turn(void)
{
    netif_poll_all();
    sys_check_timeouts();
}

void world_run(uint32_t ms)
{
    for (uint32_t i = 0; i < ms; i++) {
        world_turn();
        world_ms++;
    }
    world_turn();
}

int world_begin(void **state)
{
    static bool once;

    (void)state;
    if (!once) {
        lwip_init();
        netp_lwip_loop_init(&world_loop);
        once = true;
    }
    world_run(10);
    at_start = world_live;
    return 0;
}

/* What is still ending is not waited for. */
int world_end(void **state)
{
    (void)state;
    world_fail_at = -1;
    world_no_memory = false;
    while (tcp_active_pcbs) {
        tcp_abort(tcp_active_pcbs);
    }
    while (tcp_listen_pcbs.pcbs) {
        tcp_close(tcp_listen_pcbs.pcbs);
    }
    while (tcp_tw_pcbs) {
        tcp_abort(tcp_tw_pcbs);
    }
    while (tcp_bound_pcbs) {
        tcp_close(tcp_bound_pcbs);
    }
    world_run(2000);
    assert_null(world_loop.first_);
    assert_int_equal(world_loop.held_, 0);
    assert_int_equal(world_live, at_start);
    return 0;
}
