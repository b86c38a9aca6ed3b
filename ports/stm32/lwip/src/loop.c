/* loop.c - the clock and the timer of the machines on lwIP. SPDX-License-Identifier: MIT */
#include <lwip/sys.h>
#include <lwip/tcpip.h>
#include <lwip/timeouts.h>
#include <netproto/lwip/loop.h>
#include <string.h>

#define LONGEST_MS                                                                                 \
    3600000u /* an hour: far less than a wrap of sys_now(), so the clock sees each                 \
              */

static void turn(void *arg);

/* --- whose thread ---------------------------------------------------------------------------- */

#if NO_SYS
static void wake(void)
{
}
#else
#ifndef sys_in_tcpip_thread
#define sys_in_tcpip_thread() 0 /* another sys_arch: one message more than needed */
#endif

static void nothing(void *arg)
{
    (void)arg;
}

/* Another thread has the core lock: the tcpip thread sleeps until what was its next timeout. */
static void wake(void)
{
    if (!sys_in_tcpip_thread()) {
        (void)tcpip_try_callback(nothing, NULL); /* no room: then it does not sleep */
    }
}
#endif

/* --- time ------------------------------------------------------------------------------------ */

netp_ms netp_lwip_now(struct netp_lwip_loop *loop)
{
    uint32_t now = sys_now();

    LWIP_ASSERT_CORE_LOCKED();
    loop->now_ += (uint32_t)(now - loop->seen_);
    loop->seen_ = now;
    return loop->now_;
}

/* Sees to it that the loop turns at `at`, if that is before it would anyway. To turn too early is
 * harmless, so a timer that is put off costs nothing. */
static void arm(struct netp_lwip_loop *loop, netp_ms at)
{
    netp_ms now = netp_lwip_now(loop);

    if (at < loop->armed_) {
        if (loop->armed_ != NETP_NEVER) {
            sys_untimeout(turn, loop);
        }
        loop->armed_ = at;
        sys_timeout(at > now ? (uint32_t)(at - now) : 0, turn, loop);
        wake();
    }
}

static void unlink_timer(struct netp_lwip_loop *loop, struct netp_lwip_timer *t)
{
    for (struct netp_lwip_timer **p = &loop->first_; *p; p = &(*p)->next_) {
        if (*p == t) {
            *p = t->next_;
            break;
        }
    }
    t->at_ = NETP_NEVER;
}

static void turn(void *arg)
{
    struct netp_lwip_loop *loop = arg;
    netp_ms longest;

    loop->armed_ = 0; /* nobody else arms it meanwhile */
    loop->turn_ = netp_lwip_now(loop);
    while (loop->first_ && loop->first_->at_ <= loop->turn_) {
        struct netp_lwip_timer *t = loop->first_;
        unlink_timer(loop, t);
        t->due(t->arg);
    }
    loop->turn_ = 0;
    loop->armed_ = NETP_NEVER;
    longest = netp_lwip_now(loop) + LONGEST_MS;
    arm(loop, loop->first_ && loop->first_->at_ < longest ? loop->first_->at_ : longest);
}

void netp_lwip_loop_init(struct netp_lwip_loop *loop)
{
    memset(loop, 0, sizeof *loop);
    loop->seen_ = sys_now();
    loop->now_ = 1; /* 0 stands for what is due at once */
    loop->armed_ = NETP_NEVER;
    arm(loop, LONGEST_MS);
}

void netp_lwip_at(struct netp_lwip_loop *loop, struct netp_lwip_timer *t, netp_ms at)
{
    struct netp_lwip_timer **p = &loop->first_;

    LWIP_ASSERT_CORE_LOCKED();
    if (t->at_ != NETP_NEVER) {
        unlink_timer(loop, t);
    }
    if (at == NETP_NEVER) {
        return;
    }
    if (at <= loop->turn_) {
        at = loop->turn_ + 1; /* the next turn: this one has to end */
    }
    while (*p && (*p)->at_ <= at) {
        p = &(*p)->next_;
    }
    t->at_ = at;
    t->next_ = *p;
    *p = t;
    arm(loop, at);
}

/* --- addresses ------------------------------------------------------------------------------- */

bool netp_lwip_addr_put(ip_addr_t *ip, const struct netp_addr *a)
{
#if LWIP_IPV4
    if (a->fam == 4) {
        IP_ADDR4(ip, a->ip[0], a->ip[1], a->ip[2], a->ip[3]);
        return true;
    }
#endif
#if LWIP_IPV6
    if (a->fam == 6) {
        memset(ip, 0, sizeof *ip);
        memcpy(ip_2_ip6(ip)->addr, a->ip, 16);
        ip6_addr_set_zone(ip_2_ip6(ip), (u8_t)a->scope);
        IP_SET_TYPE(ip, IPADDR_TYPE_V6);
        return true;
    }
#endif
    return false;
}
