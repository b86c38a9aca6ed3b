/* main.c - the thermostat as a Modbus device on a serial line, or on TCP.
 *
 *     thermostat rtu:///dev/ttyUSB0?baud=9600/7
 *     thermostat tcp://127.0.0.1:1502
 *
 * thermostat.c is the device; this is what a board would have in its place: a line, a clock, and a
 * loop that passes requests on.
 *
 * SPDX-License-Identifier: MIT */
#include "thermostat.h"
#include <netproto/addr.h>
#include <netproto/host/modbus.h>
#include <netproto/host/modbus_tcpd.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <netproto/modbus_server.h>
#include <stdio.h>
#include <string.h>

#define TICK_MS 100

static struct thermostat device;
static struct netp_loop *loop;
static struct netp_timer timer;

static void tick(void *arg)
{
    (void)arg;
    thermostat_tick(&device, netp_loop_now(loop));
    netp_loop_at(loop, &timer, netp_loop_now(loop) + TICK_MS);
}

/* --- TCP ------------------------------------------------------------------------------------- */

static void on_request(void *arg, struct netp_modbus_peer *peer,
                       const struct netp_modbus_server_ev *ev)
{
    struct netp_modbus_response response;

    (void)arg;
    thermostat_answer(&device, &ev->request, ev->room, ev->room_n, &response);
    netp_modbus_peer_respond(peer, &response);
}

static bool listen_tcp(const struct netp_modbus_url *url)
{
    static const struct netp_modbus_tcpd_cfg cfg = {.request = on_request};
    struct netp_addr at;
    char where[NETP_ADDR_CAP];
    int fd = netp_resolve(url->host, url->port, 0, &at, 1) > 0 ? netp_tcp_listen(&at) : -1;

    if (fd < 0 || !netp_modbus_tcpd_open(loop, fd, &cfg)) {
        return false;
    }
    at = netp_local_addr(fd);
    netp_addr_format(&at, where);
    printf("listening on %s\n", where);
    return true;
}

/* --- a serial line --------------------------------------------------------------------------- */

static struct netp_modbus_server machine;
static struct netp_modbus_server_ev event;
static struct netp_serial line;
static uint8_t unit, rx[NETP_MODBUS_FRAME_MAX], tx[NETP_MODBUS_FRAME_MAX], io[512];

static void on_event(void *arg, void *ev)
{
    (void)arg;
    (void)ev;
    if (event.type == NETP_MODBUS_SERVER_REQUEST) {
        struct netp_modbus_response response;
        thermostat_answer(&device, &event.request, event.room, event.room_n, &response);
        netp_modbus_server_respond(&machine, &response, netp_loop_now(loop));
    }
}

static void on_closed(void *arg, int err, int sys_errno)
{
    (void)arg;
    fprintf(stderr, "thermostat: %s\n", sys_errno ? strerror(sys_errno) : netp_strerror(err));
    netp_loop_stop(loop);
}

static bool open_line(const struct netp_modbus_url *url)
{
    static struct netp_modbus_diagnostics diagnostics;
    struct netp_modbus_server_cfg cfg = NETP_MODBUS_SERVER_CFG_INIT;
    int fd = netp_serial_open(url->path, &url->serial);

    unit = url->unit;
    cfg.framing = (uint8_t)url->framing;
    cfg.units = &unit;
    cfg.nunits = 1;
    cfg.rx = rx;
    cfg.rxlen = sizeof rx;
    cfg.tx = tx;
    cfg.txlen = sizeof tx;
    cfg.diagnostics = &diagnostics;
    line = (struct netp_serial){.ops = &netp_modbus_server_ops,
                                .m = &machine,
                                .ev = &event,
                                .event = on_event,
                                .closed = on_closed};
    netp_serial_io_init(&line.io, fd, &url->serial, url->gap_ms, io, sizeof io);
    return fd >= 0 && netp_modbus_server_init(&machine, &cfg, netp_now()) == NETP_OK &&
           netp_serial_start(&line, loop) == 0;
}

int main(int argc, char **argv)
{
    struct netp_modbus_url url;
    const char *wrong = argc == 2 ? netp_modbus_url_parse(argv[1], &url) : "one URL, please";

    loop = netp_loop_new();
    if (wrong || !loop) {
        fprintf(stderr, "thermostat: %s\n", wrong ? wrong : "no loop");
        return 2;
    }
    thermostat_init(&device, netp_loop_now(loop));
    if (!(url.transport == NETP_MODBUS_SERIAL ? open_line(&url) : listen_tcp(&url))) {
        perror(argv[1]);
        return 1;
    }
    fflush(stdout);
    timer.due = tick;
    netp_loop_at(loop, &timer, 0);
    return netp_loop_run(loop) != 0;
}
