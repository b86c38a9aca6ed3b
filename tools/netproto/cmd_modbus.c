/* cmd_modbus.c - netproto modbus: a Modbus client. SPDX-License-Identifier: MIT */
#include "modbus_job.h"
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <netproto/machine.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>

static const struct modbus_table tables[] = {
    {"coils", NETP_MODBUS_READ_COILS, NETP_MODBUS_WRITE_SINGLE_COIL,
     NETP_MODBUS_WRITE_MULTIPLE_COILS, true},
    {"discrete", NETP_MODBUS_READ_DISCRETE_INPUTS, 0, 0, true},
    {"holding", NETP_MODBUS_READ_HOLDING_REGISTERS, NETP_MODBUS_WRITE_SINGLE_REGISTER,
     NETP_MODBUS_WRITE_MULTIPLE_REGISTERS, false},
    {"input", NETP_MODBUS_READ_INPUT_REGISTERS, 0, 0, false},
};

static const struct {
    const char *name;
    int (*run)(struct modbus_job *j, int n, char **operands);
} actions[] = {{"read", modbus_read},
               {"write", modbus_write},
               {"scan", modbus_scan},
               {"id", modbus_id},
               {"raw", modbus_raw}};
#define ACTIONS (sizeof actions / sizeof *actions)

int modbus_take_table(struct modbus_job *j, const char *text)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (strcmp(text, tables[i].name) == 0) {
            j->table = &tables[i];
            if (j->text && j->table->bits) {
                return cli_usage(j->c, "there is no text in bits");
            }
            return CLI_DONE;
        }
    }
    return cli_usage(j->c, "'%s' is none of coils, discrete, holding, input", text);
}

int modbus_take_address(const struct modbus_job *j, const char *text, uint64_t *address)
{
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    struct netp_str s = netp_str_of(text + 2 * hex);
    int r = hex ? netp_parse_hex(s, 65535, address) : netp_parse_dec(s, 65535, address);

    return r == NETP_OK
               ? CLI_DONE
               : cli_usage(j->c, "'%s' is no number from 0 to 65535, as on the wire", text);
}

int modbus_tell(const struct modbus_job *j, int r)
{
    const struct netp_modbus_error *e = netp_modbus_conn_error(j->conn);

    if (r > 0) {
        return cli_error(j->c, CLI_FAILED, "%s: exception %d: %s", j->url_text, r,
                         netp_modbus_exception_text((unsigned)r));
    }
    return cli_error(j->c, r == NETP_E_ARG ? CLI_USAGE : cli_status(r), "%s: %s", j->url_text,
                     e->text);
}

/* --- options --------------------------------------------------------------------------------- */

enum {
    OPT_TYPE = 600,
    OPT_ORDER,
    OPT_SCALE,
    OPT_POLL,
    OPT_COUNT,
    OPT_MULTIPLE,
    OPT_RESPONSE,
    OPT_RETRIES,
    OPT_CACERT,
    OPT_INSECURE,
    OPT_CERT,
    OPT_KEY
};

static const struct option longs[] = {{"type", required_argument, NULL, OPT_TYPE},
                                      {"order", required_argument, NULL, OPT_ORDER},
                                      {"scale", required_argument, NULL, OPT_SCALE},
                                      {"poll", required_argument, NULL, OPT_POLL},
                                      {"count", required_argument, NULL, OPT_COUNT},
                                      {"multiple", no_argument, NULL, OPT_MULTIPLE},
                                      {"response-timeout", required_argument, NULL, OPT_RESPONSE},
                                      {"retries", required_argument, NULL, OPT_RETRIES},
                                      {"cacert", required_argument, NULL, OPT_CACERT},
                                      {"insecure", no_argument, NULL, OPT_INSECURE},
                                      {"cert", required_argument, NULL, OPT_CERT},
                                      {"key", required_argument, NULL, OPT_KEY},
                                      {0}};

static bool take_scale(struct modbus_job *j, const char *value)
{
    char *end;

    j->scale = strtod(value, &end);
    return end != value && *end == '\0' && j->scale != 0 && j->scale - j->scale == 0;
}

static void take_tls(struct modbus_job *j, int opt, const char *value)
{
    switch (opt) {
    case OPT_CACERT:
        j->tls.ca_file = value;
        break;
    case OPT_INSECURE:
        j->tls.insecure = true;
        break;
    case OPT_CERT:
        j->tls.cert.chain = value;
        break;
    default:
        j->tls.cert.key = value;
        break;
    }
}

static bool own(void *arg, int opt, const char *value)
{
    struct modbus_job *j = arg;

    switch (opt) {
    case OPT_TYPE:
        j->text = strcmp(value, "text") == 0;
        return j->text || netp_modbus_type_parse(netp_str_of(value), &j->type) == NETP_OK;
    case OPT_ORDER:
        return netp_modbus_order_parse(netp_str_of(value), &j->order) == NETP_OK;
    case OPT_SCALE:
        return take_scale(j, value);
    case OPT_POLL:
        return cli_seconds(value, &j->poll_ms) && j->poll_ms > 0;
    case OPT_COUNT:
        return cli_number(value, 1, UINT64_MAX, &j->count);
    case OPT_MULTIPLE:
        j->multiple = true;
        return true;
    case OPT_RESPONSE:
        return cli_seconds(value, &j->response_ms) && j->response_ms > 0 &&
               j->response_ms <= 3600000;
    case OPT_RETRIES:
        return cli_number(value, 0, 255, &j->retries);
    default:
        take_tls(j, opt, value);
        return true;
    }
}

/* --- the command ----------------------------------------------------------------------------- */

static int open_tls(struct modbus_job *j)
{
    struct netp_tls_fail fail;

    j->ctx = netp_tls_client_ctx(&j->tls, &fail);
    if (!j->ctx) {
        return cli_error(j->c, CLI_LOCAL, "%s", fail.text);
    }
    if (j->tls.insecure) {
        cli_error(j->c, 0, "the device's certificate is not checked (--insecure)");
    }
    return CLI_DONE;
}

static int open_device(struct modbus_job *j)
{
    struct netp_modbus_open_cfg cfg = {
        .timeout_ms = (uint32_t)j->response_ms, .retries = (uint8_t)j->retries, .fam = j->c->fam};
    struct netp_modbus_error e;
    struct netp_addr local;
    netp_ms now = netp_now();
    int status = j->url.transport == NETP_MODBUS_TLS ? open_tls(j) : CLI_DONE;

    if (status != CLI_DONE) {
        return status;
    }
    cfg.tls = j->ctx;
    cfg.connect_ms =
        j->c->connect_timeout_ms < j->end - now ? j->c->connect_timeout_ms : j->end - now;
    if (j->c->bind) {
        if (netp_resolve(j->c->bind, 0, j->c->fam, &local, 1) <= 0) {
            return cli_error(j->c, CLI_CONNECT, "can't find local address '%s'", j->c->bind);
        }
        cfg.from = &local;
    }
    j->conn = netp_modbus_open(&j->url, &cfg, &e);
    if (!j->conn) {
        return cli_error(j->c, e.err == NETP_E_TIMEOUT ? CLI_TIMEOUT : CLI_CONNECT, "%s: %s",
                         j->url_text, e.text);
    }
    return CLI_DONE;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct modbus_job j = {.c = c, .scale = 1};
    int first = cli_parse(c, &cmd_modbus, argc, argv, "", longs, own, &j), status;
    const char *wrong;
    size_t i = 0;

    if (first < 0) {
        return CLI_LEAVE(first);
    }
    while (i < ACTIONS && (first == argc || strcmp(argv[first], actions[i].name) != 0)) {
        i++;
    }
    if (i == ACTIONS) {
        return cli_usage(c, "the first operand is read, write, scan, id or raw");
    }
    if (argc - first < 2) {
        return cli_usage(c, "no URL");
    }
    j.url_text = argv[first + 1];
    if ((wrong = netp_modbus_url_parse(j.url_text, &j.url))) {
        return cli_usage(c, "'%s': %s", j.url_text, wrong);
    }
    if (j.response_ms == 0) {
        j.response_ms = actions[i].run == modbus_scan ? 200 : 1000;
    }
    j.end = netp_after(netp_now(), c->timeout_ms);
    status = open_device(&j);
    if (status == CLI_DONE) {
        status = actions[i].run(&j, argc - first - 2, argv + first + 2);
    }
    netp_modbus_close(j.conn);
    netp_tls_ctx_free(j.ctx);
    return status;
}

const struct cli_command cmd_modbus = {
    "modbus",
    "read URL TABLE ADDRESS [COUNT] | write URL TABLE ADDRESS VALUE... |\n"
    "       scan URL [FIRST-LAST] | id URL | raw URL FUNCTION [HEX]",
    "Read and write the registers of a Modbus device",
    "URL: tcp://HOST[:502][/UNIT], udp://..., tls://HOST[:802][/UNIT],\n"
    "rtu:///dev/ttyUSB0[?baud=19200&parity=e&stop=1[/UNIT]], ascii://..., or the frames of a\n"
    "serial line over TCP or UDP: rtu+tcp://HOST:PORT/UNIT, ... UNIT is 1 without one.\n"
    "TABLE: coils, discrete, holding or input. ADDRESS: as on the wire, from 0; 40001 of a manual\n"
    "is holding 0. COUNT: of values (1). scan: the units that answer, 1-247; id: what the device\n"
    "tells of itself; raw: any function code, and its data in hexadecimal.\n\n"
    "      --type TYPE          u16, s16, u32, s32, u64, s64, f32, f64 or text (u16)\n"
    "      --order ORDER        bytes of a value in its registers: abcd, cdab, badc, dcba (abcd)\n"
    "      --scale FACTOR       what a value is multiplied by when it is read (1)\n"
    "      --poll SEC           read again and again: a line of CSV each, with the time; --json: "
    "a\n"
    "                           JSON object each\n"
    "      --count N            with --poll: leave after so many\n"
    "      --multiple           write: functions 0F and 10 for a single value, too\n"
    "      --response-timeout SEC  for each answer (1; scan 0.2)\n"
    "      --retries N          of what reads, where frames may be lost (0)\n"
    "      --cacert FILE        tls: whom to trust, instead of the system's store\n"
    "      --cert FILE, --key FILE  tls: the certificate to show\n"
    "      --insecure           tls: any certificate of the device will do\n",
    run,
    NULL};
