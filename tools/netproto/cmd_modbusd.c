/* cmd_modbusd.c - netproto modbusd: a Modbus device. SPDX-License-Identifier: MIT */
#include "modbus_device.h"
#include "modbus_tcp.h"
#include <errno.h>
#include <netproto/host/modbus.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <netproto/modbus_frame.h>
#include <stdlib.h>
#include <string.h>
#include <thermostat.h>
#include <unistd.h>

#define TICK_MS 100

struct modbusd {
    struct server s;
    const char *map_path, *serial_text, *write_role;
    bool simulate;
    uint64_t speed;
    struct modbus_tcp tcp;
    struct modbus_device device;
    struct thermostat thermostat;
    struct netp_timer tick;
    netp_ms begun;
    /* the serial line */
    bool lost;
    struct netp_modbus_url url;
    struct netp_serial serial;
    struct netp_modbus_server m;
    struct netp_modbus_server_ev ev;
    struct netp_modbus_diagnostics diagnostics;
    uint8_t rx[NETP_MODBUS_FRAME_MAX], tx[NETP_MODBUS_FRAME_MAX], io[1024];
};

/* --- answers --------------------------------------------------------------------------------- */

static void answer(struct modbusd *d, const struct netp_modbus_server_ev *ev,
                   struct netp_modbus_response *response)
{
    if (d->simulate) {
        thermostat_answer(&d->thermostat, &ev->request, ev->room, ev->room_n, response);
    } else {
        netp_modbus_map_answer(&d->device.map, &ev->request, ev->room, ev->room_n, response);
    }
}

static void log_request(struct modbusd *d, const char *peer, const struct netp_modbus_server_ev *ev,
                        const struct netp_modbus_response *response)
{
    const struct netp_modbus_request *r = &ev->request;
    FILE *f = server_log(&d->s);

    if (f) {
        fprintf(f,
                d->s.log_json
                    ? "\"peer\": \"%s\", \"unit\": %u, \"function\": %u, \"address\": %u, "
                      "\"quantity\": %u, \"exception\": %u"
                    : "%s unit %u function %u address %u quantity %u exception %u",
                peer, ev->unit, r->function, r->address, r->quantity, response->exception);
        server_log_end(&d->s);
    }
}

static bool is_read(uint8_t function)
{
    return (function >= NETP_MODBUS_READ_COILS && function <= NETP_MODBUS_READ_INPUT_REGISTERS) ||
           function == NETP_MODBUS_ENCAPSULATED;
}

/* MODBUS/TCP Security: without the role a request is an illegal function. */
static bool is_allowed(const struct modbusd *d, const struct netp_modbus_peer *peer,
                       const struct netp_modbus_request *request)
{
    char role[128];

    if (!d->write_role || is_read(request->function)) {
        return true;
    }
    netp_modbus_role(peer->tls, role, sizeof role);
    return strcmp(role, d->write_role) == 0;
}

static void on_request(void *arg, struct netp_modbus_peer *peer,
                       const struct netp_modbus_server_ev *ev)
{
    struct modbusd *d = arg;
    struct netp_modbus_response response = {.exception = NETP_MODBUS_ILLEGAL_FUNCTION};
    char text[NETP_ADDR_CAP];

    if (is_allowed(d, peer, &ev->request)) {
        answer(d, ev, &response);
    }
    if (d->s.log) {
        netp_addr_format(&peer->addr, text);
        log_request(d, text, ev, &response);
    }
    netp_modbus_peer_respond(peer, &response);
}

/* --- the serial line ------------------------------------------------------------------------- */

static void on_line(void *arg, void *ev)
{
    struct modbusd *d = arg;
    struct netp_modbus_response response;

    if (d->ev.type == NETP_MODBUS_SERVER_REQUEST) {
        (void)ev;
        answer(d, &d->ev, &response);
        log_request(d, d->url.path, &d->ev, &response);
        netp_modbus_server_respond(&d->m, &response, netp_now());
    }
}

static void on_line_closed(void *arg, int err, int sys_errno)
{
    struct modbusd *d = arg;

    cli_error(d->s.c, CLI_FAILED, "%s: %s", d->url.path,
              sys_errno ? strerror(sys_errno) : netp_strerror(err));
    d->lost = true;
    netp_loop_stop(d->s.loop);
}

static int open_line(struct modbusd *d)
{
    struct netp_modbus_server_cfg cfg = NETP_MODBUS_SERVER_CFG_INIT;
    int fd = netp_serial_open(d->url.path, &d->url.serial);

    if (fd < 0) {
        return cli_error(d->s.c, CLI_LOCAL, "%s: %s", d->url.path, strerror(errno));
    }
    cfg.framing = (uint8_t)d->url.framing;
    cfg.rx = d->rx;
    cfg.rxlen = sizeof d->rx;
    cfg.tx = d->tx;
    cfg.txlen = sizeof d->tx;
    cfg.units = &d->url.unit;
    cfg.nunits = 1;
    cfg.diagnostics = &d->diagnostics;
    if (d->url.framing == NETP_MODBUS_ASCII) {
        cfg.gap_ms = 1000;
    }
    d->serial = (struct netp_serial){.ops = &netp_modbus_server_ops,
                                     .m = &d->m,
                                     .ev = &d->ev,
                                     .event = on_line,
                                     .closed = on_line_closed,
                                     .arg = d};
    netp_serial_io_init(&d->serial.io, fd, &d->url.serial, d->url.gap_ms, d->io, sizeof d->io);
    if (netp_modbus_server_init(&d->m, &cfg, netp_now()) != NETP_OK) {
        close(fd);
        return cli_usage(d->s.c, "the unit of a serial line is 1 to 247");
    }
    if (netp_serial_start(&d->serial, d->s.loop) != 0) {
        close(fd);
        return cli_error(d->s.c, CLI_LOCAL, "%s", strerror(errno));
    }
    return CLI_DONE;
}

/* --- options --------------------------------------------------------------------------------- */

enum { OPT_MAP = 700, OPT_SIMULATE, OPT_SPEED, OPT_SERIAL, OPT_WRITE_ROLE };

static const struct option longs[] = {MODBUS_TCP_LONGS,
                                      {"map", required_argument, NULL, OPT_MAP},
                                      {"simulate", no_argument, NULL, OPT_SIMULATE},
                                      {"speed", required_argument, NULL, OPT_SPEED},
                                      {"serial", required_argument, NULL, OPT_SERIAL},
                                      {"write-role", required_argument, NULL, OPT_WRITE_ROLE},
                                      {0}};

static bool own(void *arg, int opt, const char *value)
{
    struct modbusd *d = arg;

    switch (opt) {
    case OPT_MAP:
        d->map_path = value;
        return true;
    case OPT_SIMULATE:
        d->simulate = true;
        return true;
    case OPT_SPEED:
        return cli_number(value, 1, 10000, &d->speed);
    case OPT_SERIAL:
        d->serial_text = value;
        return true;
    case OPT_WRITE_ROLE:
        d->write_role = value;
        return true;
    default:
        return modbus_tcp_option(&d->tcp, &d->s, opt, value);
    }
}

static int check(struct modbusd *d)
{
    const char *wrong = d->serial_text ? netp_modbus_url_parse(d->serial_text, &d->url) : NULL;

    if (wrong || (d->serial_text && d->url.transport != NETP_MODBUS_SERIAL)) {
        return cli_usage(d->s.c, "'%s': %s", d->serial_text, wrong ? wrong : "no serial line");
    }
    if (d->simulate && d->map_path) {
        return cli_usage(d->s.c, "--simulate has a map of its own");
    }
    if (d->s.workers > 1) {
        return cli_usage(d->s.c, "registers can't be shared by --workers");
    }
    if (d->write_role && !d->tcp.client_ca) {
        return cli_usage(d->s.c, "--write-role needs --client-ca, for who has a role shows it in a "
                                 "certificate");
    }
    return CLI_DONE;
}

/* --- the command ----------------------------------------------------------------------------- */

static void tick(void *arg)
{
    struct modbusd *d = arg;
    netp_ms now = netp_loop_now(d->s.loop);

    thermostat_tick(&d->thermostat, (now - d->begun) * d->speed);
    netp_loop_at(d->s.loop, &d->tick, now + TICK_MS);
}

static void stop(void *arg)
{
    struct modbusd *d = arg;

    if (d->tcp.tcpd) {
        netp_modbus_tcpd_stop(d->tcp.tcpd);
    }
}

static int serve(struct modbusd *d)
{
    const struct netp_modbus_tcpd_cfg cfg = {.request = on_request, .arg = d};
    bool tcp = d->s.listen_text || !d->serial_text;
    int status = tcp ? modbus_tcp_listen(&d->tcp, &d->s, cfg) : CLI_DONE;

    if (status == CLI_DONE && d->serial_text) {
        status = open_line(d);
    }
    if (status == CLI_DONE && d->simulate) {
        d->begun = netp_now();
        d->tick = (struct netp_timer){.due = tick, .arg = d};
        thermostat_init(&d->thermostat, 0);
        netp_loop_at(d->s.loop, &d->tick, 0);
    }
    if (status == CLI_DONE) {
        d->s.stop = stop;
        d->s.arg = d;
        status = server_run(&d->s, &d->tcp.where, tcp);
        status = status == CLI_DONE && d->lost ? CLI_FAILED : status;
    }
    if (d->serial.loop_) {
        netp_serial_close(&d->serial);
    }
    netp_modbus_tcpd_close(d->tcp.tcpd);
    return status;
}

static int run(struct cli *c, int argc, char **argv)
{
    static struct modbusd d = {.speed = 1, .tcp = MODBUS_TCP_INIT};
    int first, status;

    server_init(&d.s, c);
    first = cli_parse(c, &cmd_modbusd, argc, argv, "", longs, own, &d);
    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (first != argc) {
        return cli_usage(c, "no operand is taken, not '%s'", argv[first]);
    }
    if ((status = check(&d)) == CLI_DONE &&
        (status = modbus_device_open(&d.device, c, d.map_path)) == CLI_DONE &&
        (status = modbus_tcp_open(&d.tcp, &d.s)) == CLI_DONE) {
        status = serve(&d);
    }
    status = modbus_tcp_close(&d.tcp, &d.s, status);
    modbus_device_close(&d.device);
    return status;
}

const struct cli_command cmd_modbusd = {
    "modbusd",
    "",
    "Be a Modbus device: serve registers by Modbus TCP, or on a serial line",
    "Without --map and --simulate there are 10,000 coils, discrete inputs, holding and input\n"
    "registers, all 0.\n\n"
    "      --map FILE           lines of: TABLE ADDRESS [type=TYPE] [order=ORDER] [read-only]\n"
    "                           VALUE... or count=N; TABLE is coils, discrete, holding or input;\n"
    "                           id NUMBER TEXT for the device identification\n"
    "      --simulate           be a room thermostat, whose registers docs/modbus.md lists\n"
    "      --speed N            its time goes so many times as fast (1)\n"
    "      --serial URL         answer there, rtu:///dev/ttyUSB0?baud=9600/UNIT; without --listen\n"
    "                           not by TCP\n"
    "      --write-role ROLE    only those with that role in it may do more than "
    "read\n" MODBUS_TCP_HELP SERVER_HELP,
    run,
    NULL};
