/* The Modbus client as two subjects: over streams and serial lines, and over datagrams.
 * SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/modbus_client.h>

#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum {
    RTU,
    ASCII,
    WINDOW,
    RETRIES,
    TIMEOUT_MS,
    TURNAROUND_MS,
    WRITES,
    RESERVED,
    PREDICT,
    ECHO,
    SETTINGS
};

/* MBAP but for "rtu" or "ascii"; flags by their names. */
static const struct subject_setting settings[SETTINGS] = {
    [RTU] = {"rtu", 0},          [ASCII] = {"ascii", 0},
    [WINDOW] = {"window", 1},    [RETRIES] = {"retries", 0},
    [TIMEOUT_MS] = {"ms", 1000}, [TURNAROUND_MS] = {"turnaround_ms", 100},
    [WRITES] = {"writes", 0},    [RESERVED] = {"reserved", 0},
    [PREDICT] = {"predict", 0},  [ECHO] = {"echo", 0}};

static int open(struct checked *c, const void *text, unsigned flags)
{
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_MBAP);
    struct subject_setting s[SETTINGS];

    memcpy(s, settings, sizeof s);
    subject_settings((const char *)text, s, SETTINGS);
    if (s[RTU].value || s[ASCII].value) {
        cfg.framing = s[RTU].value ? NETP_MODBUS_RTU : NETP_MODBUS_ASCII;
    }
    flags |= s[WRITES].value ? NETP_MODBUS_CLIENT_RETRY_WRITES : 0;
    flags |= s[RESERVED].value ? NETP_MODBUS_CLIENT_RESERVED_UNITS : 0;
    flags |= s[PREDICT].value ? NETP_MODBUS_CLIENT_PREDICT : 0;
    flags |= s[ECHO].value ? NETP_MODBUS_CLIENT_ECHO : 0;
    cfg.flags = (uint8_t)flags;
    cfg.window = (uint8_t)s[WINDOW].value;
    cfg.retries = (uint8_t)s[RETRIES].value;
    cfg.response_timeout_ms = (uint32_t)s[TIMEOUT_MS].value;
    cfg.turnaround_ms = (uint32_t)s[TURNAROUND_MS].value;
    cfg.memlen = NETP_MODBUS_CLIENT_MEM(cfg.framing, cfg.window);
    cfg.mem = checked_mem(c, &cfg.memlen);
    return netp_modbus_client_init((struct netp_modbus_client *)c->m, &cfg, c->now);
}

static int make(struct checked *c, const void *text)
{
    return open(c, text, 0);
}

static int make_udp(struct checked *c, const void *text)
{
    return open(c, text, NETP_MODBUS_CLIENT_DGRAM);
}

static int misfit(void *m)
{
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_MBAP);
    return netp_modbus_client_init_((struct netp_modbus_client *)m,
                                    sizeof(struct netp_modbus_client) - 1, &cfg, 0);
}

/* "response TICKET UNIT FUNCTION", then "data", if there is any; "exception TICKET UNIT FUNCTION
 * CODE"; "bad TICKET UNIT: what", then "data", the PDU; "none TICKET UNIT"; "sent TICKET UNIT". */
static void describe(const void *event, struct log *log)
{
    static const char *const types[] = {[NETP_MODBUS_CLIENT_RESPONSE] = "response",
                                        [NETP_MODBUS_CLIENT_BAD_RESPONSE] = "bad",
                                        [NETP_MODBUS_CLIENT_NO_RESPONSE] = "none",
                                        [NETP_MODBUS_CLIENT_SENT] = "sent"};
    const struct netp_modbus_client_ev *ev = (const struct netp_modbus_client_ev *)event;
    const struct netp_modbus_response *r = &ev->response;
    char what[40] = "";

    if (ev->type == NETP_MODBUS_CLIENT_EOF) {
        log_line(log, "eof");
        return;
    }
    if (ev->type == NETP_MODBUS_CLIENT_RESPONSE) {
        snprintf(what, sizeof what, r->exception != 0 ? " %02x exception %02x" : " %02x",
                 r->function, r->exception);
    } else if (ev->type == NETP_MODBUS_CLIENT_BAD_RESPONSE) {
        snprintf(what, sizeof what, ": %s", ev->where);
    }
    log_line(log, "%s %d %u%s", types[ev->type], ev->ticket, ev->unit, what);
    if (ev->type == NETP_MODBUS_CLIENT_RESPONSE && r->n > 0) {
        log_data(log, "data", r->data, r->n);
        if (r->data + r->n != ev->pdu + ev->n) {
            log_line(log, "it does not lie in the PDU");
        }
    } else if (ev->type == NETP_MODBUS_CLIENT_BAD_RESPONSE) {
        log_data(log, "data", ev->pdu, ev->n);
    }
    log_end(log);
}

/* A unit and a PDU. */
static int request(void *m, const void *bytes, size_t n, netp_ms now)
{
    const uint8_t *p = (const uint8_t *)bytes;
    struct netp_modbus_request r;

    if (n < 1 || netp_modbus_request_parse(p + 1, n - 1, &r) != NETP_MODBUS_NO_EXCEPTION) {
        return NETP_E_ARG;
    }
    return netp_modbus_client_request((struct netp_modbus_client *)m, p[0], &r, now);
}

/* The examples of app 6.3 and 6.6, to unit 17 or, for a first byte that is odd, 18. */
static uint8_t unit(const void *p, size_t n)
{
    return n > 0 && (*(const uint8_t *)p & 1) != 0 ? 18 : 17;
}

static int read3(void *m, const void *p, size_t n, netp_ms now)
{
    struct netp_modbus_request r = {.function = 3, .address = 0x6b, .quantity = 3};

    return netp_modbus_client_request((struct netp_modbus_client *)m, unit(p, n), &r, now);
}

static int write1(void *m, const void *p, size_t n, netp_ms now)
{
    struct netp_modbus_request r = {
        .function = 6, .address = 1, .quantity = 1, .data = (const uint8_t *)"\0\3", .n = 2};

    return netp_modbus_client_request((struct netp_modbus_client *)m, unit(p, n), &r, now);
}

static int broadcast(void *m, const void *p, size_t n, netp_ms now)
{
    struct netp_modbus_request r = {
        .function = 5, .address = 0xac, .quantity = 1, .data = (const uint8_t *)"\1", .n = 1};

    (void)p;
    (void)n;
    return netp_modbus_client_request((struct netp_modbus_client *)m, 0, &r, now);
}

/* What was dropped, as the event that no machine makes: 1000 late + 100 foreign + noise. */
static int dropped(void *m, const void *p, size_t n, netp_ms now)
{
    const struct netp_modbus_client_counts *c =
        netp_modbus_client_counts((struct netp_modbus_client *)m);

    (void)p;
    (void)n;
    (void)now;
    return (int)(c->late * 1000 + c->foreign * 100 + c->noise);
}

static const struct subject_cmd commands[] = {{"read", read3, false},
                                              {"write", write1, false},
                                              {"broadcast", broadcast, false},
                                              {"request", request, false},
                                              {"dropped", dropped, false}};

static const char *const setups[] = {
    "",
    "window=3",
    "window=3 retries=1",
    "retries=2 writes ms=300",
    "rtu",
    "rtu predict",
    "rtu retries=2",
    "rtu predict echo retries=1",
    "rtu echo reserved",
    "ascii",
    "ascii retries=1 echo",
};

static const char *const udp_setups[] = {
    "",
    "window=3 retries=1",
    "rtu",
    "ascii retries=1",
};

const struct subject subject_modbus_client = {.name = "modbus_client",
                                              .machine = {&netp_modbus_client_ops, make, describe},
                                              .misfit = misfit,
                                              .setup = setups,
                                              .nsetup = COUNT(setups),
                                              .cmd = commands,
                                              .ncmd = COUNT(commands)};

const struct subject subject_modbus_client_udp = {
    .name = "modbus_client_udp",
    .machine = {&netp_modbus_client_ops, make_udp, describe},
    .misfit = misfit,
    .dgram = true,
    .setup = udp_setups,
    .nsetup = COUNT(udp_setups),
    .cmd = commands,
    .ncmd = COUNT(commands)};
