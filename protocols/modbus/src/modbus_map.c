/* modbus_map.c - registers and coils, and the functions that all servers have.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_map_private.h"
#include "modbus_pdu.h"

#include <netproto/bytes.h>

#include <string.h>

/* Where a value lies; NULL: nowhere. */
static const struct netp_modbus_range *find(const struct netp_modbus_map *map,
                                            enum netp_modbus_table table, uint32_t address)
{
    for (size_t i = 0; i < map->ranges; i++) {
        const struct netp_modbus_range *r = &map->range[i];

        if (r->table == table && address >= r->address && address - r->address < r->quantity) {
            return r;
        }
    }
    return NULL;
}

/* Value i of a range is value k of the wire. */
static void register_access(uint16_t *v, uint32_t i, uint32_t k, uint8_t *to, const uint8_t *from)
{
    if (to != NULL) {
        netp_wr16be(to + 2 * k, v[i]);
    } else if (from != NULL) {
        v[i] = netp_rd16be(from + 2 * k);
    }
}

/* Sets bit i of p to bit k of from. */
static void bit_copy(uint8_t *p, uint32_t i, const uint8_t *from, uint32_t k)
{
    unsigned bit = (unsigned)from[k / 8] >> k % 8 & 1;

    p[i / 8] = (uint8_t)((p[i / 8] & ~(1u << i % 8)) | bit << i % 8);
}

static void bit_access(uint8_t *v, uint32_t i, uint32_t k, uint8_t *to, const uint8_t *from)
{
    if (to != NULL) {
        to[k / 8] = k % 8 == 0 ? 0 : to[k / 8]; /* those behind the last are 0 */
        bit_copy(to, k, v, i);
    } else if (from != NULL) {
        bit_copy(v, i, from, k);
    }
}

bool netp_modbus_map_access_(const struct netp_modbus_map *map, enum netp_modbus_table table,
                             uint16_t address, uint16_t quantity, uint8_t *to, const uint8_t *from)
{
    for (uint32_t k = 0; k < quantity; k++) {
        const struct netp_modbus_range *r = find(map, table, address + k);
        uint32_t i;

        if (r == NULL || (to == NULL && r->read_only)) {
            return false;
        }
        i = address + k - r->address;
        if (table < NETP_MODBUS_HOLDING) {
            bit_access(r->bits, i, k, to, from);
        } else {
            register_access(r->registers, i, k, to, from);
        }
    }
    return true;
}

/* 01 to 04 */
static enum netp_modbus_exception read(struct netp_modbus_work *w, enum netp_modbus_table table)
{
    const struct netp_modbus_request *q = w->request;
    size_t bytes = netp_modbus_bytes_(q->quantity, table >= NETP_MODBUS_HOLDING ? 16 : 1);

    if (bytes > w->n) {
        return NETP_MODBUS_DEVICE_FAILURE;
    }
    w->response->n = bytes;
    return netp_modbus_map_access_(w->map, table, q->address, q->quantity, w->room, NULL)
               ? NETP_MODBUS_NO_EXCEPTION
               : NETP_MODBUS_ILLEGAL_ADDRESS;
}

/* 05, 06, 0F and 10 */
static enum netp_modbus_exception write(struct netp_modbus_work *w, enum netp_modbus_table table)
{
    const struct netp_modbus_request *q = w->request;

    if (!netp_modbus_map_access_(w->map, table, q->address, q->quantity, NULL, NULL)) {
        return NETP_MODBUS_ILLEGAL_ADDRESS;
    }
    netp_modbus_map_access_(w->map, table, q->address, q->quantity, NULL, q->data);
    w->written = (struct netp_modbus_written){(uint8_t)table, q->address, q->quantity};
    return NETP_MODBUS_NO_EXCEPTION;
}

static enum netp_modbus_exception work(struct netp_modbus_work *w)
{
    switch (w->request->function) {
    case NETP_MODBUS_READ_COILS:
        return read(w, NETP_MODBUS_COILS);
    case NETP_MODBUS_READ_DISCRETE_INPUTS:
        return read(w, NETP_MODBUS_DISCRETE);
    case NETP_MODBUS_READ_HOLDING_REGISTERS:
        return read(w, NETP_MODBUS_HOLDING);
    case NETP_MODBUS_READ_INPUT_REGISTERS:
        return read(w, NETP_MODBUS_INPUT);
    case NETP_MODBUS_WRITE_SINGLE_COIL:
    case NETP_MODBUS_WRITE_MULTIPLE_COILS:
        return write(w, NETP_MODBUS_COILS);
    case NETP_MODBUS_WRITE_SINGLE_REGISTER:
    case NETP_MODBUS_WRITE_MULTIPLE_REGISTERS:
        return write(w, NETP_MODBUS_HOLDING);
    default:
#ifndef NETP_MODBUS_COMMON_ONLY
        return netp_modbus_map_uncommon_(w);
#else
        return NETP_MODBUS_ILLEGAL_FUNCTION;
#endif
    }
}

struct netp_modbus_written netp_modbus_map_answer(const struct netp_modbus_map *map,
                                                  const struct netp_modbus_request *request,
                                                  uint8_t *room, size_t n,
                                                  struct netp_modbus_response *response)
{
    struct netp_modbus_work w = {map, request, room, n, response, {0, 0, 0}};

    response->data = room;
    response->n = 0;
    response->function = request->function;
    response->exception = (uint8_t)work(&w);
    return w.written;
}
