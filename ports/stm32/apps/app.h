/* app.h - one firmware: services on lwIP, each of its own file. SPDX-License-Identifier: MIT
 *
 * What is in it, by macros: 1 or 0. */
#ifndef APP_H
#define APP_H

#ifndef APP_ECHO
#define APP_ECHO 1 /* echo, TCP and UDP port 7 (RFC 862) */
#endif
#ifndef APP_HTTP
#define APP_HTTP 1 /* the device page, firmware and counters, port 80 */
#endif
#ifndef APP_TFTP
#define APP_TFTP 1 /* firmware in and out, port 69; and fetched from a server */
#endif
#ifndef APP_PING
#define APP_PING                                                                                   \
    1 /* asks the router twice a minute, so that a page can show whether it is there               \
       */
#endif
#ifndef APP_IPERF
#define APP_IPERF 1 /* throughput, by iperf 2: TCP port 5001 */
#endif
#ifndef APP_MODBUS
#define APP_MODBUS 1 /* a thermostat, Modbus TCP port 502 */
#endif
#ifndef APP_SNTP
#define APP_SNTP 1 /* the time */
#endif
#ifndef APP_SNTP_SERVER
#define APP_SNTP_SERVER "" /* a name or address; empty: the router */
#endif
#ifndef APP_GROUP
#define APP_GROUP "224.0.0.251" /* the multicast group that is joined, mDNS's */
#endif

/* Without an answer from DHCP the device is here after so long; an answer still counts then. */
#ifndef APP_FALLBACK_MS
#define APP_FALLBACK_MS 15000
#endif
#ifndef APP_ADDRESS
#define APP_ADDRESS "192.168.1.77"
#define APP_NETMASK "255.255.255.0"
#define APP_ROUTER  "192.168.1.1"
#endif

#include <netproto/lwip/loop.h>

extern struct netp_lwip_loop app_loop;

void app_echo_init(void);
void app_http_init(void);
void app_tftp_init(void);
void app_ping_init(void);
void app_modbus_init(void);
void app_sntp_init(void);

/* Gets a file from a TFTP server and stores it as firmware: "HOST FILE". NETP_E_STATE: it is being
 * done already, or there is no room to store it; NETP_E_SYNTAX: those are no two words. */
int app_fetch(struct netp_str what);

/* How that, or the last that was stored in another way, went: text for people. */
const char *app_fetch_state(void);

/* Round trips to the router that were asked for and answered. */
struct app_ping {
    uint32_t asked, answered, last_us;
};
extern struct app_ping app_ping;

/* What to add to the time since the start to get NTP's, and how often that was measured. */
struct app_clock {
    uint64_t offset;
    uint32_t answers;
};
extern struct app_clock app_clock;

/* Seconds since 1970; 0: not known. */
uint64_t app_clock_unix(void);

#endif
