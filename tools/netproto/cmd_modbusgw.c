/* cmd_modbusgw.c - netproto modbusgw: Modbus TCP to serial lines. SPDX-License-Identifier: MIT */
#include "modbus_tcp.h"
#include <errno.h>
#include <netproto/host/modbus_bus.h>
#include <netproto/modbus_gateway.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUSES  16
#define ROUTES 256
#define JOBS   1024

struct modbusgw;

/* A line. */
struct gw_bus {
    struct modbusgw *owner;
    const char *text;
    struct netp_modbus_url url;
    struct netp_modbus_bus *bus;
};

/* What a client has asked, for the log. */
struct gw_request {
    uint8_t unit, function;
    netp_ms begun;
};

struct modbusgw {
    struct server s;
    struct netp_modbus_gateway_cfg cfg;
    struct netp_modbus_gateway g;
    struct netp_modbus_route route[ROUTES];
    struct netp_modbus_gateway_bus state[BUSES];
    struct netp_modbus_gateway_job job[JOBS];
    struct gw_bus bus[BUSES];
    uint64_t response_ms;
    struct modbus_tcp tcp;
    struct gw_request *request; /* by the number of its connection */
    bool pulling;
};

/* --- between clients, gateway and buses ------------------------------------------------------ */

static void respond(struct modbusgw *gw, struct netp_modbus_peer *peer,
                    const struct netp_modbus_response *response)
{
    const struct gw_request *r = &gw->request[peer->id];
    FILE *f = server_log(&gw->s);
    char text[NETP_ADDR_CAP];

    if (f) {
        netp_addr_format(&peer->addr, text);
        fprintf(f,
                gw->s.log_json ? "\"peer\": \"%s\", \"unit\": %u, \"function\": %u, "
                                 "\"exception\": %u, \"ms\": %llu"
                               : "%s unit %u function %u exception %u %llu ms",
                text, r->unit, r->function, response->exception,
                (unsigned long long)(netp_loop_now(gw->s.loop) - r->begun));
        server_log_end(&gw->s);
    }
    if (netp_modbus_peer_respond(peer, response) != NETP_OK) {
        /* what the unit has answered is not as long as was asked for */
        const struct netp_modbus_response e = {.exception = NETP_MODBUS_NO_ANSWER};
        netp_modbus_peer_respond(peer, &e);
    }
}

/* Does what the gateway wants, and what comes of that. */
static void pull(struct modbusgw *gw)
{
    struct netp_modbus_gateway_ev ev;

    if (gw->pulling) {
        return; /* a bus has told of something while it was asked */
    }
    gw->pulling = true;
    while (netp_modbus_gateway_next(&gw->g, &ev) > 0) {
        if (ev.type == NETP_MODBUS_GATEWAY_ANSWER) {
            respond(gw, netp_modbus_tcpd_peer(gw->tcp.tcpd, ev.client), &ev.response);
        } else if (netp_modbus_bus_request(gw->bus[ev.bus].bus, ev.unit, &ev.request) < 0) {
            netp_modbus_gateway_missed(&gw->g, ev.bus, netp_loop_now(gw->s.loop));
        }
    }
    gw->pulling = false;
}

static void on_bus(void *arg, const struct netp_modbus_client_ev *ev)
{
    struct gw_bus *b = arg;
    struct modbusgw *gw = b->owner;
    uint8_t i = (uint8_t)(b - gw->bus);

    if (ev->type == NETP_MODBUS_CLIENT_RESPONSE) {
        netp_modbus_gateway_answered(&gw->g, i, &ev->response, netp_loop_now(gw->s.loop));
    } else {
        netp_modbus_gateway_missed(&gw->g, i, netp_loop_now(gw->s.loop));
    }
    pull(gw);
}

static void on_changed(void *arg, bool up, int err, int sys_errno)
{
    struct gw_bus *b = arg;
    struct modbusgw *gw = b->owner;

    cli_note(gw->s.c, "%s: %s", b->text,
             up          ? "up"
             : sys_errno ? strerror(sys_errno)
             : err       ? netp_strerror(err)
                         : "closed");
    netp_modbus_gateway_bus(&gw->g, (uint8_t)(b - gw->bus), up);
    pull(gw);
}

static void on_request(void *arg, struct netp_modbus_peer *peer,
                       const struct netp_modbus_server_ev *ev)
{
    struct modbusgw *gw = arg;
    netp_ms now = netp_loop_now(gw->s.loop);
    struct netp_modbus_response response = {.function = ev->request.function};

    gw->request[peer->id] = (struct gw_request){ev->unit, ev->request.function, now};
    response.exception =
        (uint8_t)netp_modbus_gateway_take(&gw->g, peer->id, 0, ev->unit, &ev->request, now);
    if (response.exception != NETP_MODBUS_NO_EXCEPTION) {
        respond(gw, peer, &response);
    } else if (ev->unit == NETP_MODBUS_BROADCAST &&
               gw->cfg.broadcast == NETP_MODBUS_BROADCAST_SILENT) {
        netp_modbus_peer_ignore(peer);
    }
    pull(gw);
}

static void on_gone(void *arg, struct netp_modbus_peer *peer, int err, int sys_errno)
{
    struct modbusgw *gw = arg;

    (void)err;
    (void)sys_errno;
    netp_modbus_gateway_gone(&gw->g, peer->id);
    pull(gw);
}

/* --- options --------------------------------------------------------------------------------- */

enum {
    OPT_SERIAL = 700,
    OPT_ROUTE,
    OPT_RESPONSE,
    OPT_RETRIES,
    OPT_BROADCAST,
    OPT_QUEUE,
    OPT_PER_CLIENT,
    OPT_DEAD
};

static const struct option longs[] = {MODBUS_TCP_LONGS,
                                      {"serial", required_argument, NULL, OPT_SERIAL},
                                      {"route", required_argument, NULL, OPT_ROUTE},
                                      {"response-timeout", required_argument, NULL, OPT_RESPONSE},
                                      {"retries", required_argument, NULL, OPT_RETRIES},
                                      {"broadcast", required_argument, NULL, OPT_BROADCAST},
                                      {"queue", required_argument, NULL, OPT_QUEUE},
                                      {"per-client", required_argument, NULL, OPT_PER_CLIENT},
                                      {"dead", required_argument, NULL, OPT_DEAD},
                                      {0}};

/* Cuts a number from the front of *s, up to one of the characters in `ends` or the end. */
static bool cut_number(const char **s, const char *ends, uint64_t min, uint64_t max, uint64_t *v)
{
    size_t n = strcspn(*s, ends);
    bool good = netp_parse_dec(netp_str_make(*s, n), max, v) == NETP_OK && *v >= min;

    *s += n;
    return good;
}

/* FIRST[-LAST]=BUS[:UNIT] */
static bool take_route(struct modbusgw *gw, const char *s)
{
    uint64_t first, last, bus, as;

    if (gw->cfg.nroute == ROUTES || !cut_number(&s, "-=", 1, 255, &first)) {
        return false;
    }
    last = as = first;
    if (*s == '-' && (s++, !cut_number(&s, "=", first, 255, &last))) {
        return false;
    }
    if (*s != '=' || (s++, !cut_number(&s, ":", 0, BUSES - 1, &bus)) ||
        (*s == ':' && (s++, !cut_number(&s, "", 1, NETP_MODBUS_UNIT_MAX, &as)))) {
        return false;
    }
    gw->route[gw->cfg.nroute++] =
        (struct netp_modbus_route){(uint8_t)first, (uint8_t)last, (uint8_t)bus, (uint8_t)as};
    return *s == '\0' && as + (last - first) <= NETP_MODBUS_UNIT_MAX;
}

static bool take_serial(struct modbusgw *gw, const char *value)
{
    struct gw_bus *b = &gw->bus[gw->cfg.nbus];
    const char *wrong =
        gw->cfg.nbus < BUSES ? netp_modbus_url_parse(value, &b->url) : "there are too many lines";

    if (wrong) {
        cli_note(gw->s.c, "'%s': %s", value, wrong);
        return false;
    }
    b->text = value;
    b->owner = gw;
    gw->cfg.nbus++;
    return b->url.transport == NETP_MODBUS_SERIAL || b->url.transport == NETP_MODBUS_TCP;
}

static bool take_broadcast(struct modbusgw *gw, const char *value)
{
    static const char *const modes[] = {"refuse", "silent", "answer"};

    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(value, modes[i]) == 0) {
            gw->cfg.broadcast = (enum netp_modbus_gateway_broadcast)i;
            return true;
        }
    }
    return false;
}

static bool own(void *arg, int opt, const char *value)
{
    struct modbusgw *gw = arg;
    uint64_t v = 0;
    bool good = true;

    switch (opt) {
    case OPT_SERIAL:
        return take_serial(gw, value);
    case OPT_ROUTE:
        return take_route(gw, value);
    case OPT_RESPONSE:
        return cli_seconds(value, &gw->response_ms) && gw->response_ms > 0 &&
               gw->response_ms <= 3600000;
    case OPT_RETRIES:
        good = cli_number(value, 0, 255, &v);
        gw->cfg.retries = (uint8_t)v;
        return good;
    case OPT_BROADCAST:
        return take_broadcast(gw, value);
    case OPT_QUEUE:
        good = cli_number(value, 1, JOBS, &v);
        gw->cfg.per_bus = (uint16_t)v;
        return good;
    case OPT_PER_CLIENT:
        good = cli_number(value, 1, JOBS, &v);
        gw->cfg.per_client = (uint16_t)v;
        return good;
    case OPT_DEAD:
        good = cli_number(value, 1, 255, &v);
        gw->cfg.dead_after = (uint8_t)v;
        return good;
    default:
        return modbus_tcp_option(&gw->tcp, &gw->s, opt, value);
    }
}

/* --- the command ----------------------------------------------------------------------------- */

/* Without routes the one bus has all units, and 255, which clients send that were told none, is
 * none. */
static int check(struct modbusgw *gw)
{
    if (gw->cfg.nbus == 0) {
        return cli_usage(gw->s.c, "no --serial");
    }
    if (gw->cfg.nroute == 0 && gw->cfg.nbus > 1) {
        return cli_usage(gw->s.c, "several lines need --route");
    }
    if (gw->cfg.nroute == 0) {
        gw->route[gw->cfg.nroute++] = (struct netp_modbus_route){1, NETP_MODBUS_UNIT_MAX, 0, 1};
    }
    if (gw->s.workers > 1) {
        return cli_usage(gw->s.c, "a line can't be shared by --workers");
    }
    gw->cfg.route = gw->route;
    gw->cfg.bus = gw->state;
    gw->cfg.job = gw->job;
    gw->cfg.njob = JOBS;
    return netp_modbus_gateway_init(&gw->g, &gw->cfg) == NETP_OK
               ? CLI_DONE
               : cli_usage(gw->s.c, "a --route leads to a line that is none: they count from 0");
}

static int open_buses(struct modbusgw *gw)
{
    for (unsigned i = 0; i < gw->cfg.nbus; i++) {
        struct gw_bus *b = &gw->bus[i];
        struct netp_modbus_bus_cfg cfg = {.timeout_ms = (uint32_t)gw->response_ms,
                                          .event = on_bus,
                                          .changed = on_changed,
                                          .arg = b};
        int sys_errno;
        b->bus = netp_modbus_bus_open(gw->s.loop, &b->url, &cfg);
        if (!b->bus) {
            return cli_error(gw->s.c, CLI_CONNECT, "%s: %s", b->text, strerror(errno));
        }
        if (!netp_modbus_bus_is_up(b->bus, &sys_errno)) {
            netp_modbus_gateway_bus(&gw->g, (uint8_t)i, false);
            if (sys_errno) {
                cli_note(gw->s.c, "%s: %s", b->text, strerror(sys_errno));
            }
        }
    }
    return CLI_DONE;
}

static void stop(void *arg)
{
    netp_modbus_tcpd_stop(((struct modbusgw *)arg)->tcp.tcpd);
}

static void print_counts(const struct modbusgw *gw)
{
    for (unsigned i = 0; i < gw->cfg.nbus; i++) {
        const struct netp_modbus_gateway_counts *c = &gw->state[i].counts;
        cli_note(gw->s.c,
                 "%s: %llu requests, %llu sent, %llu answers, %llu exceptions, %llu missed, %llu "
                 "repeated, %llu refused, %llu to dead units, %llu discarded",
                 gw->bus[i].text, (unsigned long long)c->requests, (unsigned long long)c->sent,
                 (unsigned long long)c->answers, (unsigned long long)c->exceptions,
                 (unsigned long long)c->missed, (unsigned long long)c->repeated,
                 (unsigned long long)c->full, (unsigned long long)c->dead,
                 (unsigned long long)c->discarded);
    }
}

static int serve(struct modbusgw *gw)
{
    const struct netp_modbus_tcpd_cfg cfg = {.request = on_request, .gone = on_gone, .arg = gw};
    int status = open_buses(gw);

    if (status == CLI_DONE && !(gw->request = calloc(gw->tcp.max, sizeof *gw->request))) {
        status = cli_error(gw->s.c, CLI_LOCAL, "%s", strerror(errno));
    }
    if (status == CLI_DONE && (status = modbus_tcp_listen(&gw->tcp, &gw->s, cfg)) == CLI_DONE) {
        gw->s.stop = stop;
        gw->s.arg = gw;
        status = server_run(&gw->s, &gw->tcp.where, 1);
        print_counts(gw);
    }
    netp_modbus_tcpd_close(gw->tcp.tcpd);
    for (unsigned i = 0; i < gw->cfg.nbus; i++) {
        netp_modbus_bus_close(gw->bus[i].bus);
    }
    free(gw->request);
    return status;
}

static int run(struct cli *c, int argc, char **argv)
{
    static struct modbusgw gw = {
        .cfg = NETP_MODBUS_GATEWAY_CFG_INIT, .response_ms = 1000, .tcp = MODBUS_TCP_INIT};
    int first, status;

    server_init(&gw.s, c);
    first = cli_parse(c, &cmd_modbusgw, argc, argv, "", longs, own, &gw);
    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (first != argc) {
        return cli_usage(c, "no operand is taken, not '%s'", argv[first]);
    }
    if ((status = check(&gw)) == CLI_DONE &&
        (status = modbus_tcp_open(&gw.tcp, &gw.s)) == CLI_DONE) {
        status = serve(&gw);
    }
    return modbus_tcp_close(&gw.tcp, &gw.s, status);
}

const struct cli_command cmd_modbusgw = {
    "modbusgw",
    "",
    "Pass requests of Modbus TCP on to serial lines",
    "      --serial URL         a line, rtu:///dev/ttyUSB0?baud=9600, ascii://..., rtu+tcp://...;\n"
    "                           several: they are numbered from 0\n"
    "      --route A-B=LINE[:UNIT]  units A to B are on that line, as UNIT and those behind it\n"
    "                           (1-247=0)\n"
    "      --response-timeout SEC  for a unit to answer; then exception 0B (1)\n"
    "      --retries N          of requests that read (1)\n"
    "      --dead N             so many in a row without an answer, and a unit is left alone for "
    "a\n"
    "                           second, then for two, up to 30 (3)\n"
    "      --broadcast MODE     what unit 0 is: refuse (exception 0A), silent, answer (refuse)\n"
    "      --queue N            requests that wait for a line; more get exception 06 (32)\n"
    "      --per-client N       of one connection (8)\n" MODBUS_TCP_HELP SERVER_HELP,
    run,
    NULL};
