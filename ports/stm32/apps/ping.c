/* ping.c - whether the router answers: ICMP echo, RFC 792. SPDX-License-Identifier: MIT */
#include "app.h"
#include <board.h>
#include <lwip/icmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/netif.h>
#include <lwip/raw.h>
#include <string.h>

#define EVERY_MS 30000
#define ID       0x4e50

struct app_ping app_ping;
static struct raw_pcb *pcb;
static uint16_t sequence;
static uint32_t sent_us;

/* 1 when the packet was ours; lwIP goes on with it otherwise. */
static u8_t received(void *arg, struct raw_pcb *raw, struct pbuf *p, const ip_addr_t *from)
{
    struct icmp_echo_hdr echo;

    (void)arg;
    (void)raw;
    (void)from;
    if (pbuf_copy_partial(p, &echo, sizeof echo, IP_HLEN) != sizeof echo || echo.type != ICMP_ER ||
        echo.id != PP_HTONS(ID) || echo.seqno != lwip_htons(sequence)) {
        return 0;
    }
    app_ping.answered++;
    app_ping.last_us = netp_board_us() - sent_us;
    pbuf_free(p);
    return 1;
}

static void ask(void *arg);
static struct netp_lwip_timer timer = NETP_LWIP_TIMER(ask, NULL);

static void ask(void *arg)
{
    struct icmp_echo_hdr echo = {.type = ICMP_ECHO, .id = PP_HTONS(ID)};
    struct pbuf *p;
    ip_addr_t to;

    (void)arg;
    netp_lwip_at(&app_loop, &timer, netp_lwip_now(&app_loop) + EVERY_MS);
    if (!netif_default || ip4_addr_isany(netif_ip4_gw(netif_default)) ||
        !(p = pbuf_alloc(PBUF_IP, sizeof echo, PBUF_RAM))) {
        netp_lwip_at(&app_loop, &timer, netp_lwip_now(&app_loop) + 1000);
        return;
    }
    ip_addr_copy_from_ip4(to, *netif_ip4_gw(netif_default));
    echo.seqno = lwip_htons(++sequence);
    echo.chksum = inet_chksum(&echo, sizeof echo);
    memcpy(p->payload, &echo, sizeof echo);
    sent_us = netp_board_us();
    app_ping.asked++;
    raw_sendto(pcb, p, &to);
    pbuf_free(p);
}

void app_ping_init(void)
{
    pcb = raw_new(IP_PROTO_ICMP);
    raw_recv(pcb, received, NULL);
    netp_lwip_at(&app_loop, &timer, 0);
}
