/* netproto/lwip/loop.h - the time of the machines on lwIP: one clock and one timer for all of them.
 *
 * SPDX-License-Identifier: MIT
 *
 * All that is here and in the headers beside it, and all machines on it, belong to lwIP's own
 * thread: the main loop, or with an operating system the tcpip thread. tcpip_callback() leads
 * there; another thread may also call what it wants between LOCK_TCPIP_CORE() and
 * UNLOCK_TCPIP_CORE(), for as short as it can. lwIP's assertions find who does not. It takes one
 * sys_timeout.
 *
 * Callbacks of lwIP call the verbs of the machines at once, but close, abort and free nothing: that
 * is left to the loop, which runs from sys_check_timeouts(). */
#ifndef NETPROTO_LWIP_LOOP_H
#define NETPROTO_LWIP_LOOP_H

#include <lwip/ip_addr.h>
#include <netproto/netp.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Set due and arg, and at_ to NETP_NEVER (or use NETP_LWIP_TIMER). Yours to keep while it is set.
 */
struct netp_lwip_timer {
    void (*due)(void *arg);
    void *arg;
    netp_ms at_;
    struct netp_lwip_timer *next_;
};

#define NETP_LWIP_TIMER(due, arg)                                                                  \
    {                                                                                              \
        (due), (arg), NETP_NEVER, NULL                                                             \
    }

struct netp_lwip_loop {
    struct netp_lwip_timer *first_; /* in the order of their time */
    netp_ms now_, armed_, turn_;
    uint32_t seen_; /* sys_now() when now_ was made */
    uint16_t held_; /* pbufs that machines have not read yet */
};

/* Once, after lwip_init(). loop is yours to keep for ever. */
void netp_lwip_loop_init(struct netp_lwip_loop *loop);

/* Monotonic milliseconds: sys_now() without its wrap after 49 days. */
netp_ms netp_lwip_now(struct netp_lwip_loop *loop);

/* Calls t->due(t->arg) once, from the loop, when the clock has reached `at`; NETP_NEVER: not at
 * all; 0: as soon as possible. What was set before for t is forgotten. */
void netp_lwip_at(struct netp_lwip_loop *loop, struct netp_lwip_timer *t, netp_ms at);

/* Addresses of lwIP (port in host order) and of the machines. put: false, and *ip untouched, if a
 * is of a family that this lwIP was built without. */
static inline struct netp_addr netp_lwip_addr(const ip_addr_t *ip, uint16_t port)
{
    struct netp_addr a;

    a.scope = 0;
    a.port = port;
#if LWIP_IPV6
    if (IP_IS_V6(ip)) {
        a.fam = 6;
        memcpy(a.ip, ip_2_ip6(ip)->addr, 16);
        a.scope = ip6_addr_zone(ip_2_ip6(ip));
        return a;
    }
#endif
    a.fam = 4;
    memset(a.ip + 4, 0, 12);
    memcpy(a.ip, &ip_2_ip4(ip)->addr, 4);
    return a;
}
bool netp_lwip_addr_put(ip_addr_t *ip, const struct netp_addr *a);

#ifdef __cplusplus
}
#endif

#endif
