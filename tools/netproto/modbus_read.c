/* modbus_read.c - netproto modbus read and write. SPDX-License-Identifier: MIT */
#include "modbus_job.h"
#include <errno.h>
#include <netproto/host/socket.h>
#include <netproto/machine.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint8_t data[MODBUS_DATA];

/* Reads so many registers, or bits, with as few requests as there can be. No value is parted. */
static int fetch(struct modbus_job *j, uint16_t address, uint32_t total)
{
    uint32_t most =
        j->table->bits ? NETP_MODBUS_READ_BITS_MAX
        : j->text      ? NETP_MODBUS_READ_REGISTERS_MAX
                  : NETP_MODBUS_READ_REGISTERS_MAX / modbus_value_size(j) * modbus_value_size(j);

    for (uint32_t i = 0, n; i < total; i += n) {
        n = total - i < most ? total - i : most;
        int r = netp_modbus_read(j->conn, j->url.unit, j->table->read, (uint16_t)(address + i),
                                 (uint16_t)n, data + (j->table->bits ? i / 8 : 2 * (size_t)i));
        if (r != 0) {
            return r;
        }
    }
    return 0;
}

/* --- printing -------------------------------------------------------------------------------- */

static void put_time(void)
{
    struct timespec t;
    struct tm tm;
    char text[32];

    clock_gettime(CLOCK_REALTIME, &t);
    gmtime_r(&t.tv_sec, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    printf("%s.%03dZ", text, (int)(t.tv_nsec / 1000000));
}

static void put_text(const struct modbus_job *j, uint32_t registers, bool json)
{
    char *text = malloc(2 * (size_t)registers + 1);
    size_t n = text ? netp_modbus_get_text(data, registers, j->order, text) : 0;

    if (json) {
        cli_json_string(text, n);
    } else {
        char *shown = malloc(NETP_ESCAPE_CAP(n));
        if (shown) {
            netp_escape(shown, NETP_ESCAPE_CAP(n), text, n);
            fputs(shown, stdout);
        }
        free(shown);
    }
    free(text);
}

/* The values between `between`. */
static void put_values(const struct modbus_job *j, uint32_t count, const char *between)
{
    if (j->text) {
        put_text(j, count, j->c->json);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        fputs(i > 0 ? between : "", stdout);
        modbus_put_value(j, data, i, stdout);
    }
}

static void print_once(const struct modbus_job *j, uint16_t address, uint32_t count)
{
    if (j->c->json) {
        printf("{\"unit\": %u, \"table\": \"%s\", \"address\": %u, \"values\": [", j->url.unit,
               j->table->name, address);
        put_values(j, count, ", ");
        puts("]}");
        return;
    }
    if (j->text) {
        printf("%u ", address);
        put_text(j, count, false);
        putchar('\n');
    }
    for (unsigned i = 0; i < count && !j->text; i++) {
        printf("%u ", address + i * modbus_value_size(j));
        modbus_put_value(j, data, i, stdout);
        putchar('\n');
    }
}

/* A line of --poll. r: what reading has come to. */
static void print_line(const struct modbus_job *j, uint32_t count, int r)
{
    if (j->c->json) {
        printf("{\"time\": \"");
        put_time();
        if (r == 0) {
            printf("\", \"values\": [");
            put_values(j, count, ", ");
            puts("]}");
        } else if (r > 0) {
            printf("\", \"exception\": %d}\n", r);
        } else {
            puts("\", \"error\": \"no response\"}");
        }
    } else {
        put_time();
        putchar(',');
        if (r == 0) {
            put_values(j, count, ",");
        }
        for (unsigned i = 1; r != 0 && i < count && !j->text; i++) {
            putchar(','); /* an empty field for each */
        }
        putchar('\n');
    }
    fflush(stdout);
}

/* --- read ------------------------------------------------------------------------------------ */

static void wait_until(netp_ms at)
{
    for (netp_ms now; (now = netp_now()) < at;) {
        usleep((useconds_t)((at - now < 1000 ? at - now : 1000) * 1000));
    }
}

/* Asks again and again, until --timeout, --count, or the end of who reads the lines. An answer that
 * does not come is a line without values. */
static int poll_values(struct modbus_job *j, uint16_t address, uint32_t count, uint32_t total)
{
    netp_ms at = netp_now();
    int r;

    if (!j->c->json) {
        printf("time");
        for (unsigned i = 0; i < (j->text ? 1 : count); i++) {
            printf(",%u", address + i * modbus_value_size(j));
        }
        putchar('\n');
    }
    for (uint64_t n = 0; j->count == 0 || n < j->count; n++) {
        wait_until(at < j->end ? at : j->end);
        if (netp_now() >= j->end || ferror(stdout)) {
            break;
        }
        r = fetch(j, address, total);
        if (r < 0 && r != NETP_E_TIMEOUT && r != NETP_E_SYNTAX) {
            return modbus_tell(j, r);
        }
        if (r != 0) {
            modbus_tell(j, r);
        }
        print_line(j, count, r);
        at = at + j->poll_ms > netp_now() ? at + j->poll_ms : netp_now();
    }
    return CLI_DONE;
}

int modbus_read(struct modbus_job *j, int n, char **operands)
{
    uint64_t address, count = 1;
    uint32_t total;
    int status, r;

    if (n < 2 || n > 3) {
        return cli_usage(j->c, "read takes URL TABLE ADDRESS [COUNT]");
    }
    if ((status = modbus_take_table(j, operands[0])) != CLI_DONE ||
        (status = modbus_take_address(j, operands[1], &address)) != CLI_DONE) {
        return status;
    }
    if (n == 3 && !cli_number(operands[2], 1, 65536, &count)) {
        return cli_usage(j->c, "'%s' is no count", operands[2]);
    }
    total = (uint32_t)count * modbus_value_size(j);
    if (address + total > 65536) {
        return cli_usage(j->c, "that goes beyond address 65535");
    }
    if (j->poll_ms > 0) {
        return poll_values(j, (uint16_t)address, (uint32_t)count, total);
    }
    r = fetch(j, (uint16_t)address, total);
    if (r != 0) {
        return modbus_tell(j, r);
    }
    print_once(j, (uint16_t)address, (uint32_t)count);
    return CLI_DONE;
}

/* --- write ----------------------------------------------------------------------------------- */

/* Fills data; the number of registers or bits, or minus the exit status. */
static int take_values(struct modbus_job *j, int n, char **values)
{
    uint32_t most = j->table->bits ? NETP_MODBUS_WRITE_BITS_MAX : NETP_MODBUS_WRITE_REGISTERS_MAX;
    size_t total = j->text ? (strlen(values[0]) + 1) / 2 : (size_t)n * modbus_value_size(j);

    if (j->text && (n > 1 || total == 0)) {
        return -cli_usage(j->c, "one text is written, and not an empty one");
    }
    if (total > most) {
        return -cli_usage(j->c, "one request writes no more than %u", most);
    }
    memset(data, 0, 2 * total);
    if (j->text) {
        netp_modbus_put_text(data, total, j->order, netp_str_of(values[0]));
        return (int)total;
    }
    for (int i = 0; i < n; i++) {
        if (!modbus_take_value(j, values[i], (unsigned)i, data)) {
            return -cli_usage(j->c, "'%s' is no value of that type", values[i]);
        }
    }
    return (int)total;
}

int modbus_write(struct modbus_job *j, int n, char **operands)
{
    struct netp_modbus_request request = {.data = data};
    struct netp_modbus_response response;
    uint64_t address;
    int status, total, r;

    if (n < 3) {
        return cli_usage(j->c, "write takes URL TABLE ADDRESS VALUE...");
    }
    if ((status = modbus_take_table(j, operands[0])) != CLI_DONE ||
        (status = modbus_take_address(j, operands[1], &address)) != CLI_DONE) {
        return status;
    }
    if (j->table->write == 0) {
        return cli_usage(j->c, "'%s' can't be written", j->table->name);
    }
    total = take_values(j, n - 2, operands + 2);
    if (total < 0) {
        return -total;
    }
    request.function = total == 1 && !j->multiple ? j->table->write_one : j->table->write;
    request.address = (uint16_t)address;
    request.quantity = (uint16_t)total;
    request.n = j->table->bits ? ((size_t)total + 7) / 8 : 2 * (size_t)total;
    r = netp_modbus_ask(j->conn, j->url.unit, &request, &response);
    r = r == NETP_OK ? response.exception : r;
    return r == 0 ? CLI_DONE : modbus_tell(j, r);
}
