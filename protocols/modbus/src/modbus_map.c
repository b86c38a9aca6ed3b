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

bool netp_modbus_map_read_(const struct netp_modbus_map *map, enum netp_modbus_table table,
                           uint16_t address, uint16_t quantity, uint8_t *p)
{
    for (uint32_t i = 0; i < quantity; i++) {
        const struct netp_modbus_range *r = find(map, table, address + i);
        uint32_t k;

        if (r == NULL) {
            return false;
        }
        k = address + i - r->address;
        if (table >= NETP_MODBUS_HOLDING) {
            netp_wr16be(p + 2 * i, r->registers[k]);
        } else {
            uint8_t byte = i % 8 == 0 ? 0 : p[i / 8];

            p[i / 8] = (uint8_t)(byte | (r->bits[k / 8] >> k % 8 & 1) << i % 8);
        }
    }
    return true;
}

bool netp_modbus_map_write_(const struct netp_modbus_map *map, enum netp_modbus_table table,
                            uint16_t address, uint16_t quantity, const uint8_t *p)
{
    for (uint32_t i = 0; i < quantity; i++) {
        const struct netp_modbus_range *r = find(map, table, address + i);
        uint32_t k;

        if (r == NULL || r->read_only) {
            return false;
        }
        if (p == NULL) {
            continue;
        }
        k = address + i - r->address;
        if (table == NETP_MODBUS_HOLDING) {
            r->registers[k] = netp_rd16be(p + 2 * i);
        } else {
            uint8_t bit = (uint8_t)(1u << k % 8);

            r->bits[k / 8] &= (uint8_t)~bit;
            r->bits[k / 8] |= (p[i / 8] >> i % 8 & 1) != 0 ? bit : 0;
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
    return netp_modbus_map_read_(w->map, table, q->address, q->quantity, w->room)
               ? NETP_MODBUS_NO_EXCEPTION
               : NETP_MODBUS_ILLEGAL_ADDRESS;
}

/* 05, 06, 0F and 10 */
static enum netp_modbus_exception write(struct netp_modbus_work *w, enum netp_modbus_table table)
{
    const struct netp_modbus_request *q = w->request;

    if (!netp_modbus_map_write_(w->map, table, q->address, q->quantity, NULL)) {
        return NETP_MODBUS_ILLEGAL_ADDRESS;
    }
    netp_modbus_map_write_(w->map, table, q->address, q->quantity, q->data);
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
