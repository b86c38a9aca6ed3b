/* modbus_scan.c - netproto modbus scan, id and raw. SPDX-License-Identifier: MIT */
#include "modbus_job.h"
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>

/* --- scan ------------------------------------------------------------------------------------ */

/* "1-247", or one unit. */
static bool take_units(const char *text, uint64_t *first, uint64_t *last)
{
    const char *dash = strchr(text, '-');
    struct netp_str a = netp_str_make(text, dash ? (size_t)(dash - text) : strlen(text));

    if (netp_parse_dec(a, 255, first) != NETP_OK) {
        return false;
    }
    *last = *first;
    return !dash || (cli_number(dash + 1, *first, 255, last));
}

/* Whether the unit is there: any answer is one, but those of a gateway that has not found it. */
static int is_there(struct modbus_job *j, uint8_t unit, uint8_t *exception)
{
    uint8_t data[2];
    int r = netp_modbus_read(j->conn, unit, NETP_MODBUS_READ_HOLDING_REGISTERS, 0, 1, data);

    if (r == NETP_E_TIMEOUT || r == NETP_MODBUS_NO_PATH || r == NETP_MODBUS_NO_ANSWER) {
        return 0;
    }
    *exception = (uint8_t)(r > 0 ? r : 0);
    return r >= 0 || r == NETP_E_SYNTAX ? 1 : r;
}

int modbus_scan(struct modbus_job *j, int n, char **operands)
{
    uint64_t unit = 1, last = NETP_MODBUS_UNIT_MAX;
    unsigned found = 0;
    uint8_t exception = 0;
    int r;

    if (n > 1 || (n == 1 && !take_units(operands[0], &unit, &last))) {
        return cli_usage(j->c, "scan takes URL [FIRST-LAST]");
    }
    for (; unit <= last; unit++) {
        r = is_there(j, (uint8_t)unit, &exception);
        if (r < 0) {
            return modbus_tell(j, r);
        }
        cli_trace(j->c, "unit %u: %s", (unsigned)unit, r ? "there" : "no answer");
        if (r == 0) {
            continue;
        }
        if (j->c->json) {
            printf("%s%u", found > 0 ? ", " : "[", (unsigned)unit);
        } else {
            printf("%u\n", (unsigned)unit);
            fflush(stdout);
        }
        found++;
    }
    if (j->c->json) {
        puts(found > 0 ? "]" : "[]");
    }
    return found > 0 ? CLI_DONE : CLI_FAILED;
}

/* --- id -------------------------------------------------------------------------------------- */

/* The objects that have names (app 6.21). */
static const char *const names[] = {"VendorName",  "ProductCode", "MajorMinorRevision", "VendorUrl",
                                    "ProductName", "ModelName",   "UserApplicationName"};

static void put_object(const struct modbus_job *j, uint8_t id, const uint8_t *p, size_t n,
                       bool first)
{
    char name[32], text[NETP_ESCAPE_CAP(255)];

    if (id < sizeof names / sizeof *names) {
        snprintf(name, sizeof name, "%s", names[id]);
    } else {
        snprintf(name, sizeof name, "0x%02X", id);
    }
    if (j->c->json) {
        printf("%s\"%s\": ", first ? "{" : ", ", name);
        cli_json_string((const char *)p, n);
    } else {
        netp_escape(text, sizeof text, p, n);
        printf("%s: %s\n", name, text);
    }
}

/* The objects of one response: p[0..n) behind the MEI type. Returns the object that follows, 0 when
 * that is all, -1 when it is none. *seen: the objects so far. */
static int put_objects(const struct modbus_job *j, const uint8_t *p, size_t n, unsigned *seen)
{
    size_t at = 5;

    if (n < 5) {
        return -1;
    }
    for (unsigned i = 0; i < p[4]; i++) {
        if (n - at < 2 || n - at - 2 < p[at + 1]) {
            return -1;
        }
        put_object(j, p[at], p + at + 2, p[at + 1], (*seen)++ == 0);
        at += 2u + p[at + 1];
    }
    return p[2] == 0 ? 0 : p[3];
}

int modbus_id(struct modbus_job *j, int n, char **operands)
{
    /* read device id code 3 is the stream of all that there is */
    uint8_t ask[3] = {0x0e, 3, 0};
    struct netp_modbus_request request = {
        .function = NETP_MODBUS_ENCAPSULATED, .data = ask, .n = sizeof ask};
    struct netp_modbus_response response;
    unsigned seen = 0;
    int r, next;

    (void)operands;
    if (n > 0) {
        return cli_usage(j->c, "id takes a URL alone");
    }
    do {
        r = netp_modbus_ask(j->conn, j->url.unit, &request, &response);
        r = r == NETP_OK ? response.exception : r;
        if (r == NETP_MODBUS_ILLEGAL_VALUE && seen == 0 && ask[1] > 1) {
            ask[1]--; /* a device that knows less of itself */
            next = 1;
            continue;
        }
        if (r != 0) {
            return modbus_tell(j, r);
        }
        next = response.n > 1 && response.data[0] == 0x0e
                   ? put_objects(j, response.data + 1, response.n - 1, &seen)
                   : -1;
        if (next < 0 || (next > 0 && next <= ask[2])) {
            return cli_error(j->c, CLI_PROTOCOL, "%s: that is no device identification",
                             j->url_text);
        }
        ask[2] = (uint8_t)next;
    } while (next > 0);
    if (j->c->json) {
        puts(seen > 0 ? "}" : "{}");
    }
    return CLI_DONE;
}

/* --- raw ------------------------------------------------------------------------------------- */

/* Hexadecimal digits in pairs, with or without spaces between these; false when they are none. */
static bool take_hex(const char *text, uint8_t *p, size_t cap, size_t *n)
{
    uint64_t v;

    for (*n = 0; *text != '\0';) {
        if (*text == ' ' || *text == ':') {
            text++;
        } else if (*n < cap && text[1] != '\0' &&
                   netp_parse_hex(netp_str_make(text, 2), 255, &v) == NETP_OK) {
            p[(*n)++] = (uint8_t)v;
            text += 2;
        } else {
            return false;
        }
    }
    return true;
}

int modbus_raw(struct modbus_job *j, int n, char **operands)
{
    uint8_t pdu[NETP_MODBUS_PDU_MAX];
    struct netp_modbus_request request;
    struct netp_modbus_response response;
    uint64_t function;
    size_t len = 0;
    int r;

    if (n < 1 || n > 2) {
        return cli_usage(j->c, "raw takes URL FUNCTION [HEX]");
    }
    if (modbus_take_address(j, operands[0], &function) != CLI_DONE || function > 127) {
        return cli_usage(j->c, "'%s' is no function code", operands[0]);
    }
    pdu[0] = (uint8_t)function;
    if (n == 2 && !take_hex(operands[1], pdu + 1, sizeof pdu - 1, &len)) {
        return cli_usage(j->c, "'%s' is not up to 252 bytes in hexadecimal", operands[1]);
    }
    if (netp_modbus_request_parse(pdu, len + 1, &request) != NETP_MODBUS_NO_EXCEPTION) {
        return cli_usage(j->c, "the specification has no such request");
    }
    r = netp_modbus_ask(j->conn, j->url.unit, &request, &response);
    r = r == NETP_OK ? response.exception : r;
    if (r != 0) {
        return modbus_tell(j, r);
    }
    for (size_t i = 0; i < response.n; i++) {
        printf("%02x", response.data[i]);
    }
    putchar('\n');
    return CLI_DONE;
}
