/* modbus_device.c - map files. SPDX-License-Identifier: MIT
 *
 * A line is
 *     TABLE ADDRESS [type=TYPE] [order=ORDER] [read-only] count=N | VALUE...
 *     id NUMBER TEXT
 * TABLE is coils, discrete, holding or input; the text of type=text and of id goes to the end of
 * the line. Empty lines and lines that begin with # are none. */
#include "modbus_device.h"
#include "modbus_job.h"
#include "text_file.h"
#include <errno.h>
#include <netproto/bytes.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>

#define EACH 10000 /* of a table without a file */

/* Adds a range with room for its values; NULL: there are too many, or no memory. */
static struct netp_modbus_range *add_range(struct modbus_device *d, uint8_t table, uint16_t address,
                                           uint16_t quantity)
{
    struct netp_modbus_range *r = &d->range[d->map.ranges];

    if (d->map.ranges == MODBUS_RANGES) {
        return NULL;
    }
    *r = (struct netp_modbus_range){.table = table, .address = address, .quantity = quantity};
    if (table == NETP_MODBUS_COILS || table == NETP_MODBUS_DISCRETE) {
        r->bits = calloc(quantity / 8u + 1, 1);
    } else {
        r->registers = calloc(quantity, sizeof *r->registers);
    }
    if (!r->bits && !r->registers) {
        return NULL;
    }
    d->map.ranges++;
    return r;
}

/* --- lines ----------------------------------------------------------------------------------- */

struct line {
    struct modbus_job job; /* what the values are taken as */
    char *rest;            /* of the line */
    uint8_t data[2 * NETP_MODBUS_WRITE_BITS_MAX];
    bool read_only;
    uint64_t count; /* 0: by its values */
    unsigned values;
    const char *wrong; /* in words, or NULL */
};

static char *next_word(struct line *l)
{
    char *word = l->rest + strspn(l->rest, " \t");

    if (*word == '\0') {
        return NULL;
    }
    l->rest = word + strcspn(word, " \t");
    if (*l->rest) {
        *l->rest++ = '\0';
    }
    return word;
}

static bool take_type(struct line *l, const char *name)
{
    l->job.text = strcmp(name, "text") == 0;
    return l->job.text || netp_modbus_type_parse(netp_str_of(name), &l->job.type) == NETP_OK;
}

/* One of the words in front of the values; false: it is none of them, or not a good one. */
static bool take_word(struct line *l, const char *word)
{
    if (strncmp(word, "type=", 5) == 0) {
        return take_type(l, word + 5);
    }
    if (strncmp(word, "order=", 6) == 0) {
        return netp_modbus_order_parse(netp_str_of(word + 6), &l->job.order) == NETP_OK;
    }
    if (strncmp(word, "count=", 6) == 0) {
        return cli_number(word + 6, 1, 65535, &l->count);
    }
    if (strcmp(word, "read-only") == 0) {
        l->read_only = true;
        return true;
    }
    if (l->values >= NETP_MODBUS_WRITE_BITS_MAX / 4 ||
        !modbus_take_value(&l->job, word, l->values, l->data)) {
        return false;
    }
    l->values++;
    return true;
}

static bool take_text(struct line *l)
{
    size_t n = strlen(l->rest += strspn(l->rest, " \t")), registers = (n + 1) / 2;

    if (registers == 0 || registers > sizeof l->data / 2) {
        return false;
    }
    netp_modbus_put_text(l->data, registers, l->job.order, netp_str_make(l->rest, n));
    l->values = (unsigned)registers;
    return true;
}

static void fill(const struct line *l, struct netp_modbus_range *r, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (r->bits) {
            netp_modbus_put_bit(r->bits, i, netp_modbus_get_bit(l->data, i));
        } else {
            r->registers[i] = netp_rd16be(l->data + 2 * (size_t)i);
        }
    }
    r->read_only = l->read_only;
}

static bool take_range(struct modbus_device *d, struct line *l, uint8_t table)
{
    struct netp_modbus_range *r;
    uint64_t address;
    char *word = next_word(l);
    unsigned n;

    if (!word || !cli_number(word, 0, 65535, &address)) {
        l->wrong = "an address from 0 to 65535 is missing";
        return false;
    }
    while (!l->job.text && (word = next_word(l))) {
        if (!take_word(l, word)) {
            l->wrong = word;
            return false;
        }
    }
    if (l->job.text && (l->job.table->bits || !take_text(l))) {
        l->wrong = "there is no text, or no room for it";
        return false;
    }
    n = l->values * modbus_value_size(&l->job);
    l->count = l->count > n ? l->count : n;
    if (l->count == 0 || address + l->count > 65536) {
        l->wrong = "there are no values, or too many";
        return false;
    }
    r = add_range(d, table, (uint16_t)address, (uint16_t)l->count);
    if (r) {
        fill(l, r, n);
    }
    l->wrong = r ? NULL : "there are too many lines";
    return r != NULL;
}

static bool take_object(struct modbus_device *d, struct line *l)
{
    struct netp_modbus_object *o = &d->object[d->map.objects];
    char *word = next_word(l);
    uint64_t id;

    if (!word || !cli_number(word, 0, 255, &id) || d->map.objects == MODBUS_OBJECTS ||
        (d->map.objects > 0 && o[-1].id >= id)) {
        l->wrong = "ids are 0 to 255, the smallest first";
        return false;
    }
    o->id = (uint8_t)id;
    o->text.p = strdup(l->rest + strspn(l->rest, " \t"));
    if (!o->text.p) {
        l->wrong = strerror(ENOMEM);
        return false;
    }
    o->text.n = strlen(o->text.p);
    d->map.objects++;
    return true;
}

static bool take_line(struct modbus_device *d, struct line *l)
{
    static const struct modbus_table tables[] = {
        {"coils", 0, 0, 0, true},
        {"discrete", 0, 0, 0, true},
        {"holding", 0, 0, 0, false},
        {"input", 0, 0, 0, false},
    };
    const char *word = next_word(l);

    if (!word || *word == '#') {
        return true;
    }
    if (strcmp(word, "id") == 0) {
        return take_object(d, l);
    }
    for (uint8_t i = 0; i < 4; i++) {
        if (strcmp(word, tables[i].name) == 0) {
            l->job.table = &tables[i];
            return take_range(d, l, (uint8_t)(NETP_MODBUS_COILS + i));
        }
    }
    l->wrong = "it begins with none of coils, discrete, holding, input, id";
    return false;
}

/* --- files ----------------------------------------------------------------------------------- */

static int read_file(struct modbus_device *d, const struct cli *c, const char *path, char *text)
{
    unsigned number = 0;

    for (char *p = text, *end; p; p = end) {
        struct line l = {.job = {.scale = 1}, .rest = p};
        number++;
        end = strchr(p, '\n');
        if (end) {
            *end++ = '\0';
        }
        p[strcspn(p, "\r")] = '\0';
        if (!take_line(d, &l)) {
            return cli_error(c, CLI_LOCAL, "%s, line %u: %s", path, number, l.wrong);
        }
    }
    return CLI_DONE;
}

int modbus_device_open(struct modbus_device *d, const struct cli *c, const char *path)
{
    char *text;
    size_t n;
    int status;

    memset(d, 0, sizeof *d);
    d->map.range = d->range;
    d->map.object = d->object;
    if (!path) {
        for (unsigned i = NETP_MODBUS_COILS; i <= NETP_MODBUS_INPUT; i++) {
            if (!add_range(d, (uint8_t)i, 0, EACH)) {
                return cli_error(c, CLI_LOCAL, "%s", strerror(ENOMEM));
            }
        }
        return CLI_DONE;
    }
    text = text_file_read(path, &n);
    if (!text) {
        return cli_error(c, CLI_LOCAL, "%s: %s", path, strerror(errno));
    }
    status = read_file(d, c, path, text);
    free(text);
    return status;
}

void modbus_device_close(struct modbus_device *d)
{
    for (size_t i = 0; i < d->map.ranges; i++) {
        free(d->range[i].bits);
        free(d->range[i].registers);
    }
    for (size_t i = 0; i < d->map.objects; i++) {
        free((char *)(uintptr_t)d->object[i].text.p);
    }
}
