/* main.c - the firmware: lwIP in one loop, or with an operating system in its own thread.
 *
 * SPDX-License-Identifier: MIT */
#include "app.h"
#include "os/os.h"
#include "text.h"
#include <board.h>
#include <lwip/apps/lwiperf.h>
#include <lwip/dhcp.h>
#include <lwip/igmp.h>
#include <lwip/init.h>
#include <lwip/tcpip.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>

struct netp_lwip_loop app_loop;
static struct netif netif;

static void log_line(const char *what, struct netp_str more)
{
    char line[80];
    struct text t = {line, sizeof line - 1, 0};

    text_put(&t, what);
    text_add(&t, more);
    line[t.n] = '\n';
    netp_board_write(line, t.n + 1);
}

/* --- the address ----------------------------------------------------------------------------- */

static void fall_back(void *arg)
{
    ip4_addr_t address, netmask, router;

    (void)arg;
    if (netif_is_link_up(&netif) && ip4_addr_isany(netif_ip4_addr(&netif))) {
        ip4addr_aton(APP_ADDRESS, &address);
        ip4addr_aton(APP_NETMASK, &netmask);
        ip4addr_aton(APP_ROUTER, &router);
        netif_set_addr(&netif, &address, &netmask, &router);
    }
}

static struct netp_lwip_timer fallback = NETP_LWIP_TIMER(fall_back, NULL);

static void on_link(struct netif *n)
{
    if (netif_is_link_up(n)) {
        log_line("link up", NETP_STR(""));
        dhcp_start(n);
        netp_lwip_at(&app_loop, &fallback, netp_lwip_now(&app_loop) + APP_FALLBACK_MS);
    } else {
        log_line("link down", NETP_STR(""));
    }
}

static void on_address(struct netif *n)
{
    if (!ip4_addr_isany(netif_ip4_addr(n))) {
        log_line("address ", netp_str_of(ip4addr_ntoa(netif_ip4_addr(n))));
    }
}

/* --- the rest -------------------------------------------------------------------------------- */

static void start_services(void)
{
#if APP_ECHO
    app_echo_init();
#endif
#if APP_HTTP
    app_http_init();
#endif
#if APP_TFTP
    app_tftp_init();
#endif
#if APP_PING
    app_ping_init();
#endif
#if APP_MODBUS
    app_modbus_init();
#endif
#if APP_SNTP
    app_sntp_init();
#endif
#if APP_IPERF
    lwiperf_start_tcp_server_default(NULL, NULL);
#endif
}

static void join_group(void)
{
    ip4_addr_t group;

    ip4addr_aton(APP_GROUP, &group);
    igmp_joingroup_netif(&netif, &group);
}

/* In lwIP's thread. */
static void start(void *arg)
{
    (void)arg;
    netp_lwip_loop_init(&app_loop);
    if (!netif_add_noaddr(&netif, NULL, netp_board_netif_init, ethernet_input)) {
        log_line("no Ethernet controller", NETP_STR(""));
        netp_board_exit(1);
    }
    netif_set_default(&netif);
    netif_set_hostname(&netif, netp_board_name);
    netif_set_status_callback(&netif, on_address);
    netif_set_link_callback(&netif, on_link);
    netif_set_up(&netif);
    join_group();
    start_services();
}

#if NETP_LWIP_OS
int main(void)
{
    log_line(netp_board_name, NETP_STR(", lwIP " LWIP_VERSION_STRING ", CMSIS-RTOS2"));
    osKernelInitialize();
    tcpip_init(start, NULL);
    app_os_init();
    osKernelStart();
    return 1;
}
#else
int main(void)
{
    log_line(netp_board_name, NETP_STR(", lwIP " LWIP_VERSION_STRING));
    lwip_init();
    start(NULL);
    for (;;) {
        bool more = netp_board_netif_poll(&netif);
        sys_check_timeouts();
        if (!more) {
            netp_board_sleep();
        }
    }
}
#endif
