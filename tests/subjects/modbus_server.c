/* The Modbus server as a subject. SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/modbus_map.h>
#include <netproto/modbus_server.h>
#include <netproto/text.h>

#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { RTU, ASCII, UNIT, GAP_MS, IDLE_MS, FRAMES, DIAGNOSTICS, ECHO, SETTINGS };

/* MBAP, or "rtu", or "ascii"; "unit" is the first of two that it is on a serial line; "frames": so
 * many answers have room. */
static const struct subject_setting settings[SETTINGS] = {[RTU] = {"rtu", 0},
                                                          [ASCII] = {"ascii", 0},
                                                          [UNIT] = {"unit", 17},
                                                          [GAP_MS] = {"gap_ms", 0},
                                                          [IDLE_MS] = {"idle_ms", 0},
                                                          [FRAMES] = {"frames", 1},
                                                          [DIAGNOSTICS] = {"diagnostics", 0},
                                                          [ECHO] = {"echo", 0}};

static int make(struct checked *c, const void *text)
{
    struct netp_modbus_server_cfg cfg = NETP_MODBUS_SERVER_CFG_INIT;
    struct subject_setting s[SETTINGS];
    size_t max = NETP_MODBUS_MBAP_MAX, one = sizeof *cfg.diagnostics, two = 2;
    uint8_t *units;

    memcpy(s, settings, sizeof s);
    subject_settings((const char *)text, s, SETTINGS);
    if (s[RTU].value) {
        cfg.framing = NETP_MODBUS_RTU;
        max = NETP_MODBUS_RTU_MAX;
    } else if (s[ASCII].value) {
        cfg.framing = NETP_MODBUS_ASCII;
        max = NETP_MODBUS_ASCII_MAX;
    }
    cfg.rxlen = max;
    cfg.rx = (uint8_t *)checked_mem(c, &cfg.rxlen);
    cfg.txlen = max * s[FRAMES].value;
    cfg.tx = (uint8_t *)checked_mem(c, &cfg.txlen);
    if (cfg.framing != NETP_MODBUS_MBAP) {
        units = (uint8_t *)checked_mem(c, &two);
        units[0] = (uint8_t)s[UNIT].value;
        units[two - 1] = (uint8_t)(s[UNIT].value + two - 1);
        cfg.units = units;
        cfg.nunits = two;
    }
    if (s[DIAGNOSTICS].value) {
        cfg.diagnostics = (struct netp_modbus_diagnostics *)checked_mem(c, &one);
        if (one < sizeof *cfg.diagnostics) {
            return NETP_E_NOSPACE;
        }
        memset(cfg.diagnostics, 0, sizeof *cfg.diagnostics);
        cfg.diagnostics->diagnostic = 0x1234;
    }
    cfg.echo = s[ECHO].value != 0;
    cfg.gap_ms = (uint32_t)s[GAP_MS].value;
    cfg.idle_ms = (uint32_t)s[IDLE_MS].value;
    return netp_modbus_server_init((struct netp_modbus_server *)c->m, &cfg, c->now);
}

static int misfit(void *m)
{
    struct netp_modbus_server_cfg cfg = NETP_MODBUS_SERVER_CFG_INIT;
    return netp_modbus_server_init_((struct netp_modbus_server *)m,
                                    sizeof(struct netp_modbus_server) - 1, &cfg, 0);
}

/* "request 17 03 107+3 \x00..." with unit and function; what is 0 is left out. */
static void describe(const void *event, struct log *log)
{
    const struct netp_modbus_server_ev *ev = (const struct netp_modbus_server_ev *)event;
    const struct netp_modbus_request *q = &ev->request;
    char data[NETP_ESCAPE_CAP(NETP_MODBUS_PDU_MAX)], text[128];
    int n = 0;

    if (ev->type != NETP_MODBUS_SERVER_REQUEST) {
        log_line(log, ev->type == NETP_MODBUS_SERVER_EOF ? "eof" : "?");
        return;
    }
    memset(ev->room, 0xee, ev->room_n); /* all of it is there */
    n += snprintf(text, sizeof text, "%s %u %02X", ev->broadcast ? "broadcast" : "request",
                  ev->unit, q->function);
    if (q->quantity > 0) {
        n += snprintf(text + n, sizeof text - (size_t)n, " %u+%u", q->address, q->quantity);
    }
    if (q->write_quantity > 0) {
        snprintf(text + n, sizeof text - (size_t)n, " %u+%u", q->write_address, q->write_quantity);
    }
    netp_escape(data, sizeof data, q->data, q->n);
    log_line(log, q->n > 0 ? "%s %.380s" : "%s", text, data);
}

/* ---- commands ---- */

/* From a map that is the same at each request: coils 0 to 15 and 100, discrete inputs 0 to 9,
 * holding registers 0 to 9 with the values 0, 257, 514, ..., of which 8 and 9 are read-only, input
 * registers 0 to 4, a file, a queue at 1000, an identity. */
static int map(void *machine, const void *p, size_t n, netp_ms now)
{
    struct netp_modbus_server *m = (struct netp_modbus_server *)machine;
    uint16_t holding[10], queue[2] = {0x01b8, 0x1284}, queued = 2;
    uint8_t coils[2] = {0xcd, 0x6b}, inputs[2] = {0xac, 0x01}, status = 0x6d;
    const struct netp_modbus_range range[] = {
        {.table = NETP_MODBUS_COILS, .quantity = 16, .bits = coils},
        {.table = NETP_MODBUS_COILS, .address = 100, .quantity = 1, .bits = coils},
        {.table = NETP_MODBUS_DISCRETE, .quantity = 10, .bits = inputs},
        {.table = NETP_MODBUS_HOLDING, .quantity = 8, .registers = holding},
        {.table = NETP_MODBUS_HOLDING, true, 8, 2, holding + 8, NULL},
        {.table = NETP_MODBUS_INPUT, .quantity = 5, .registers = holding},
        {.table = NETP_MODBUS_HOLDING, .address = 65535, .quantity = 1, .registers = holding},
    };
    const struct netp_modbus_file file = {4, 10, false, holding};
    const struct netp_modbus_fifo fifo = {1000, queue, &queued};
    const struct netp_modbus_object object[] = {
        {0, NETP_STR("Company")}, {1, NETP_STR("PC")}, {2, NETP_STR("V2.11")}};
    const struct netp_modbus_map all = {
        range,         COUNT(range),         &file,  1, &fifo, 1, object,
        COUNT(object), NETP_STR("\x11\xff"), &status};
    struct netp_modbus_response response = {NULL, 0, 0, 0};
    uint8_t room[NETP_MODBUS_PDU_MAX];

    (void)p;
    (void)n;
    for (unsigned i = 0; i < COUNT(holding); i++) {
        holding[i] = (uint16_t)(257 * i);
    }
    if (m->frame_ > 0) { /* the open request, which a caller has from its event */
        netp_modbus_map_answer(&all, &m->request_, room, sizeof room, &response);
    }
    return netp_modbus_server_respond(m, &response, now);
}

static int answer(void *m, const void *p, size_t n, netp_ms now)
{
    return netp_modbus_server_answer((struct netp_modbus_server *)m, (const uint8_t *)p, n, now);
}

/* With the code that is the first byte. */
static int except(void *m, const void *p, size_t n, netp_ms now)
{
    unsigned code = n > 0 ? *(const uint8_t *)p : 256;

    return netp_modbus_server_except((struct netp_modbus_server *)m, code, now);
}

static int ignore(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    (void)n;
    return netp_modbus_server_ignore((struct netp_modbus_server *)m, now);
}

static const struct subject_cmd commands[] = {{"map", map, false},
                                              {"answer", answer, false},
                                              {"except", except, false},
                                              {"ignore", ignore, false}};

static const char *const setups[] = {
    "",
    "rtu",
    "ascii gap_ms=1000",
    "rtu gap_ms=50",
    "frames=4 idle_ms=900",
    "rtu diagnostics",
    "ascii diagnostics idle_ms=5000",
    "rtu gap_ms=50 diagnostics unit=1",
    "diagnostics",
    "rtu echo",
    "rtu echo gap_ms=50",
    "ascii echo",
};

const struct subject subject_modbus_server = {.name = "modbus_server",
                                              .machine = {&netp_modbus_server_ops, make, describe},
                                              .misfit = misfit,
                                              .setup = setups,
                                              .nsetup = COUNT(setups),
                                              .cmd = commands,
                                              .ncmd = COUNT(commands)};
