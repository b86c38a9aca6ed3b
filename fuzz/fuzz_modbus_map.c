/* The register map against a plain model: each request, a length and a PDU, gets the answer that
 * the model gives, and leaves the same values behind. Control bytes lay out the ranges.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/modbus_map.h>

#include <string.h>

enum { RANGES = 6, CELLS = 64, SPAN = 20, RECORDS = 8, QUEUE = 33 };

/* The model: what each address shows, from 0 on and up to the last. */
struct cell {
    bool there, read_only;
    uint16_t value, *registers;
    uint8_t *bits, bit;
};

static struct cell cells[5][2 * CELLS];
static struct netp_modbus_range ranges[RANGES];
static uint16_t registers[RANGES][SPAN], file[RECORDS], file_model[RECORDS], queue[QUEUE], queued;
static uint8_t bits[RANGES][(SPAN + 7) / 8], status;

static struct cell *cell_at(unsigned table, uint32_t address)
{
    static struct cell none;

    memset(&none, 0, sizeof none);
    if (address < CELLS) {
        return &cells[table][address];
    }
    return address >= 65536 - CELLS && address < 65536 ? &cells[table][address - 65536 + 2 * CELLS]
                                                       : &none;
}

/* The cells of a range; those of the ranges before it are painted over it later. */
static void paint(const struct netp_modbus_range *r)
{
    for (unsigned i = 0; i < r->quantity; i++) {
        struct cell *c = cell_at(r->table, r->address + i);

        memset(c, 0, sizeof *c);
        c->there = true;
        c->read_only = r->read_only;
        if (r->registers != NULL) {
            c->registers = &r->registers[i];
            c->value = *c->registers;
        } else {
            c->bits = &r->bits[i / 8];
            c->bit = (uint8_t)(i % 8);
            c->value = (uint16_t)((unsigned)*c->bits >> c->bit & 1);
        }
    }
}

static void lay_out(struct decision *d)
{
    memset(cells, 0, sizeof cells);
    for (unsigned i = 0; i < RANGES; i++) {
        struct netp_modbus_range *r = &ranges[i];
        uint32_t address = decide(d, 2 * (CELLS - SPAN));

        memset(r, 0, sizeof *r);
        r->table = (uint8_t)(1 + (decide(d, 4) + i) % 4);
        r->read_only = decide(d, 4) == 1;
        r->address = (uint16_t)(address < CELLS - SPAN ? address : 65536 - SPAN - (address % 44));
        r->quantity = (uint16_t)(SPAN - decide(d, SPAN + 1));
        for (unsigned k = 0; k < SPAN; k++) {
            registers[i][k] = (uint16_t)(i << 12 | k * 37);
            bits[i][k / 8] = (uint8_t)(i * 31 + k * 7);
        }
        if (r->table >= NETP_MODBUS_HOLDING) {
            r->registers = registers[i];
        } else {
            r->bits = bits[i];
        }
    }
    for (unsigned i = RANGES; i-- > 0;) {
        paint(&ranges[i]);
    }
    for (unsigned i = 0; i < RECORDS; i++) {
        file[i] = file_model[i] = (uint16_t)(0x4000 + i);
    }
    queued = (uint16_t)decide(d, QUEUE + 1);
}

/* Whether all of a table from an address on are there, and may be written if that is asked. */
static bool allowed(unsigned table, unsigned address, unsigned n, bool writes)
{
    for (unsigned i = 0; i < n; i++) {
        const struct cell *c = cell_at(table, address + i);
        if (!c->there || (writes && c->read_only)) {
            return false;
        }
    }
    return true;
}

/* Value i of what the wire has. */
static uint16_t wire_value(unsigned table, const uint8_t *p, unsigned i)
{
    return (uint16_t)(table == NETP_MODBUS_COILS ? p[i / 8] >> i % 8 & 1
                                                 : 256 * p[2 * i] + p[2 * i + 1]);
}

static void model_write(unsigned table, unsigned address, unsigned n, const uint8_t *p)
{
    for (unsigned i = 0; i < n; i++) {
        cell_at(table, address + i)->value = wire_value(table, p, i);
    }
}

static size_t model_read(unsigned table, unsigned address, unsigned n, uint8_t *p)
{
    memset(p, 0, NETP_MODBUS_PDU_MAX);
    for (unsigned i = 0; i < n; i++) {
        unsigned v = cell_at(table, address + i)->value;
        if (table >= NETP_MODBUS_HOLDING) {
            p[2 * i] = (uint8_t)(v >> 8);
            p[2 * i + 1] = (uint8_t)v;
        } else {
            p[i / 8] = (uint8_t)(p[i / 8] | v << i % 8);
        }
    }
    return table >= NETP_MODBUS_HOLDING ? 2 * n : (n + 7) / 8;
}

/* Does a request of 01 to 06, 0F, 10, 16 and 17 to the model: the exception, or 0 and the data. */
static unsigned model(const struct netp_modbus_request *q, uint8_t *data, size_t *n)
{
    static const uint8_t tables[] = {[1] = 1, [2] = 2,  [3] = 3,  [4] = 4,  [5] = 1,
                                     [6] = 3, [15] = 1, [16] = 3, [22] = 3, [23] = 3};
    unsigned table = tables[q->function];
    bool reads = q->function <= 4 || q->function == 0x17;

    *n = 0;
    if (!allowed(table, q->address, q->quantity, !reads) ||
        !allowed(table, q->write_address, q->write_quantity, true)) {
        return 2;
    }
    if (q->function == 0x16) {
        struct cell *c = cell_at(table, q->address);
        unsigned and = wire_value(table, q->data, 0), or = wire_value(table, q->data, 1);
        c->value = (uint16_t)((c->value & and) | (or &~and));
    } else if (q->function == 0x17) {
        model_write(table, q->write_address, q->write_quantity, q->data);
    } else if (!reads) {
        model_write(table, q->address, q->quantity, q->data);
    }
    *n = reads ? model_read(table, q->address, q->quantity, data) : 0;
    return 0;
}

/* What 15 writes, all or nothing: file 4 alone is there. */
static void model_files(const struct netp_modbus_request *q)
{
    const uint8_t *p = q->data + 1, *end = q->data + q->n;

    for (; p < end; p += 7 + 2 * p[6]) {
        if (p[1] != 0 || p[2] != 4 || 256u * p[3] + p[4] + p[6] > RECORDS) {
            return;
        }
    }
    for (p = q->data + 1; p < end; p += 7 + 2 * p[6]) {
        for (unsigned i = 0; i < p[6]; i++) {
            file_model[p[4] + i] = wire_value(NETP_MODBUS_HOLDING, p + 7, i);
        }
    }
}

static void check_values(void)
{
    for (unsigned table = 1; table <= 4; table++) {
        for (unsigned i = 0; i < 2 * CELLS; i++) {
            const struct cell *c = &cells[table][i];
            unsigned v = !c->there              ? 0
                         : c->registers != NULL ? *c->registers
                                                : (unsigned)*c->bits >> c->bit & 1u;
            FUZZ_CHECK(v == c->value, "table %u, cell %u: %u, not %u", table, i, v, c->value);
        }
    }
    FUZZ_CHECK(memcmp(file, file_model, sizeof file) == 0, "the file");
}

static bool is_modelled(uint8_t function)
{
    return function <= 6 || function == 0x0f || function == 0x10 || function == 0x16 ||
           function == 0x17;
}

/* What was told to be written, and was. */
static void check_written(const struct netp_modbus_request *q, const struct netp_modbus_response *a,
                          struct netp_modbus_written w)
{
    bool wide = q->function == 0x17;
    bool writes =
        q->function == 5 || q->function == 6 || (q->function >= 15 && is_modelled(q->function));

    if (a->exception != 0 || !(writes || q->function == 0x15)) {
        FUZZ_CHECK(w.table == 0 && w.quantity == 0, "table %u was written", w.table);
    } else if (writes) {
        FUZZ_CHECK(w.address == (wide ? q->write_address : q->address) &&
                       w.quantity == (wide ? q->write_quantity : q->quantity),
                   "%u+%u were written", w.address, w.quantity);
    } else {
        FUZZ_CHECK(w.table == NETP_MODBUS_FILES && w.address == 4 && w.quantity > 0, "a file");
    }
}

static void ask(const struct netp_modbus_map *map, const uint8_t *p, size_t n, size_t room_n)
{
    uint8_t *in = (uint8_t *)fuzz_copy(p, n), *room = (uint8_t *)fuzz_block(room_n);
    uint8_t data[2 * NETP_MODBUS_PDU_MAX], pdu[NETP_MODBUS_PDU_MAX];
    struct netp_modbus_request q;
    struct netp_modbus_response a;

    if (netp_modbus_request_parse(in, n, &q) == NETP_MODBUS_NO_EXCEPTION) {
        struct netp_modbus_written w = netp_modbus_map_answer(map, &q, room, room_n, &a);
        bool full = a.exception == NETP_MODBUS_DEVICE_FAILURE;

        FUZZ_OUTCOME("%02X: exception %u, %zu bytes, wrote %u %u+%u", q.function, a.exception, a.n,
                     w.table, w.address, w.quantity);
        FUZZ_CHECK(netp_modbus_response_write(pdu, sizeof pdu, &q, &a) >= 2, "no response");
        FUZZ_CHECK(!full || room_n < NETP_MODBUS_PDU_MAX, "no room in %zu bytes", room_n);
        if (is_modelled(q.function) && !full) {
            size_t k;
            unsigned e = model(&q, data, &k);
            FUZZ_CHECK(e == a.exception, "exception %u, not %u", a.exception, e);
            FUZZ_CHECK(e != 0 || (k == a.n && memcmp(a.data, data, k) == 0), "other data");
        } else if (q.function == 0x15) {
            model_files(&q);
        }
        check_written(&q, &a, w);
        check_values();
    }
    free(in);
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[300];
    const struct netp_modbus_file files[] = {{4, RECORDS, false, file}};
    const struct netp_modbus_fifo fifos[] = {{6, queue, &queued}};
    const struct netp_modbus_object objects[] = {
        {0, {text, 9}}, {1, {text, 200}}, {2, {text, 60}}, {5, {text, 0}}, {128, {text, 300}}};
    const struct netp_modbus_map map = {ranges, RANGES,  files, 1,          fifos,
                                        1,      objects, 5,     {text, 20}, &status};
    struct fuzz_input in = fuzz_split(data, size);
    size_t room_n;

    lay_out(&in.control);
    room_n = decide(&in.control, 8) == 1 ? decide(&in.control, 256) : NETP_MODBUS_PDU_MAX;
    while (in.n > 0) {
        size_t n = in.p[0] < in.n - 1 ? in.p[0] : in.n - 1;
        ask(&map, in.p + 1, n, room_n);
        in.p += 1 + n;
        in.n -= 1 + n;
    }
    return 0;
}
