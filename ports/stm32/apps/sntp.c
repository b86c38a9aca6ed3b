/* sntp.c - the time, from an NTP server. SPDX-License-Identifier: MIT
 *
 * The server is APP_SNTP_SERVER, or the router. */
#include "app.h"
#include <board.h>
#include <lwip/dns.h>
#include <lwip/netif.h>
#include <netproto/bytes.h>
#include <netproto/lwip/udp.h>
#include <netproto/sntp_client.h>

#define RETRY_MS 10000

struct app_clock app_clock;
static struct netp_lwip_udp udp;
static struct netp_sntp_client m;
static struct netp_sntp_client_ev event;

static void begin(void *arg);
static struct netp_lwip_timer retry = NETP_LWIP_TIMER(begin, NULL);

/* Milliseconds since the start as an NTP time stamp: 32 bits of seconds, 32 behind the point. */
static uint64_t stamp(void)
{
    netp_ms now = netp_lwip_now(&app_loop);

    return (now / 1000 << 32 | (now % 1000 << 32) / 1000) + app_clock.offset;
}

uint64_t app_clock_unix(void)
{
    return app_clock.answers > 0 ? (uint64_t)netp_sntp_to_unix(stamp(), 1767225600, NULL) : 0;
}

static void ask(void)
{
    uint8_t nonce[8];

    netp_wr32be(nonce, netp_board_random());
    netp_wr32be(nonce + 4, netp_board_random());
    netp_sntp_client_ask(&m, nonce, stamp(), netp_lwip_now(&app_loop));
}

static void on_event(void *arg, void *p)
{
    const struct netp_sntp_client_ev *ev = p;
    struct netp_sntp_sample sample;

    (void)arg;
    if (ev->type == NETP_SNTP_ASK) {
        ask();
    } else if (ev->type == NETP_SNTP_REPLY &&
               netp_sntp_measure(&ev->u.reply, stamp(), &sample) == NETP_OK) {
        app_clock.offset += (uint64_t)sample.offset;
        app_clock.answers++;
    }
}

static void on_closed(void *arg, int err)
{
    (void)arg;
    if (err != NETP_E_REFUSED) {
        netp_lwip_at(&app_loop, &retry, netp_lwip_now(&app_loop) + RETRY_MS);
    }
}

static void open_client(const ip_addr_t *ip)
{
    struct netp_sntp_client_cfg cfg;

    netp_sntp_client_cfg_init(&cfg);
    cfg.server = netp_lwip_addr(ip, 123);
    netp_sntp_client_init(&m, &cfg, netp_lwip_now(&app_loop));
    udp = (struct netp_lwip_udp){.ops = &netp_sntp_client_ops,
                                 .m = &m,
                                 .ev = &event,
                                 .event = on_event,
                                 .closed = on_closed};
    if (netp_lwip_udp_open(&udp, &app_loop, 0) != NETP_OK) {
        netp_lwip_at(&app_loop, &retry, netp_lwip_now(&app_loop) + RETRY_MS);
    }
}

static void on_found(const char *name, const ip_addr_t *ip, void *arg)
{
    (void)name;
    (void)arg;
    if (ip) {
        open_client(ip);
    } else {
        netp_lwip_at(&app_loop, &retry, netp_lwip_now(&app_loop) + RETRY_MS);
    }
}

static void begin(void *arg)
{
    ip_addr_t ip;
    err_t err = ERR_ARG;

    (void)arg;
    if (netif_default && !ip4_addr_isany(netif_ip4_addr(netif_default))) {
        ip_addr_copy_from_ip4(ip, *netif_ip4_gw(netif_default));
        err = APP_SNTP_SERVER[0] ? dns_gethostbyname(APP_SNTP_SERVER, &ip, on_found, NULL) : ERR_OK;
    }
    if (err == ERR_OK) {
        open_client(&ip);
    } else if (err != ERR_INPROGRESS) {
        netp_lwip_at(&app_loop, &retry, netp_lwip_now(&app_loop) + 1000);
    }
}

void app_sntp_init(void)
{
    app_clock.offset = netp_sntp_from_unix(1767225600, 0); /* 2026: until an answer comes */
    netp_lwip_at(&app_loop, &retry, 0);
}
