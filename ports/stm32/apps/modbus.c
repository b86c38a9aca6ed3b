/* modbus.c - the room thermostat of examples/thermostat as a Modbus TCP server, port 502.
 *
 * SPDX-License-Identifier: MIT */
#include "../../../examples/thermostat/thermostat.h"
#include "app.h"
#include <netproto/lwip/tcp.h>
#include <netproto/modbus_server.h>

#define CONNECTIONS 4
#define TICK_MS     1000
#define IDLE_MS     60000
#define PORT        502

static struct connection {
    struct netp_lwip_tcp tcp;
    struct netp_modbus_server m;
    uint8_t rx[NETP_MODBUS_MBAP_MAX], tx[2 * NETP_MODBUS_MBAP_MAX];
} connections[CONNECTIONS];

static struct thermostat thermostat;
static struct netp_lwip_listener listener;
static struct netp_modbus_server_ev event; /* of whoever is called */

static void on_event(void *arg, void *p)
{
    struct connection *c = arg;
    const struct netp_modbus_server_ev *ev = p;
    struct netp_modbus_response response;

    if (ev->type == NETP_MODBUS_SERVER_REQUEST) {
        thermostat_answer(&thermostat, &ev->request, ev->room, ev->room_n, &response);
        netp_modbus_server_respond(&c->m, &response, netp_lwip_now(&app_loop));
    }
}

static void on_closed(void *arg, int err)
{
    (void)arg;
    (void)err;
}

static bool accepted(void *arg, struct tcp_pcb *pcb)
{
    struct netp_modbus_server_cfg cfg = NETP_MODBUS_SERVER_CFG_INIT;

    (void)arg;
    for (struct connection *c = connections; c < connections + CONNECTIONS; c++) {
        if (netp_lwip_tcp_is_closed(&c->tcp)) {
            cfg.rx = c->rx;
            cfg.rxlen = sizeof c->rx;
            cfg.tx = c->tx;
            cfg.txlen = sizeof c->tx;
            cfg.idle_ms = IDLE_MS;
            netp_modbus_server_init(&c->m, &cfg, netp_lwip_now(&app_loop));
            c->tcp = (struct netp_lwip_tcp){.ops = &netp_modbus_server_ops,
                                            .m = &c->m,
                                            .ev = &event,
                                            .event = on_event,
                                            .closed = on_closed,
                                            .arg = c};
            netp_lwip_tcp_open(&c->tcp, &app_loop, pcb);
            return true;
        }
    }
    return false;
}

static void tick(void *arg);
static struct netp_lwip_timer timer = NETP_LWIP_TIMER(tick, NULL);

static void tick(void *arg)
{
    (void)arg;
    thermostat_tick(&thermostat, netp_lwip_now(&app_loop));
    netp_lwip_at(&app_loop, &timer, netp_lwip_now(&app_loop) + TICK_MS);
}

void app_modbus_init(void)
{
    thermostat_init(&thermostat, netp_lwip_now(&app_loop));
    listener.accepted = accepted;
    netp_lwip_listen(&listener, PORT);
    tick(NULL);
}
