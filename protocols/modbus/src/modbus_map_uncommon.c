/* modbus_map_uncommon.c - what a map does but for reading and writing registers and coils.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_map_private.h"

#ifndef NETP_MODBUS_COMMON_ONLY

#include <netproto/bytes.h>

#include <string.h>

/* Data of n bytes will be in the room. */
static bool fits(struct netp_modbus_work *w, size_t n)
{
    w->response->n = n;
    return n <= w->n;
}

static enum netp_modbus_exception exception_status(struct netp_modbus_work *w)
{
    if (w->map->exception_status == NULL) {
        return NETP_MODBUS_ILLEGAL_FUNCTION;
    }
    if (!fits(w, 1)) {
        return NETP_MODBUS_DEVICE_FAILURE;
    }
    w->room[0] = *w->map->exception_status;
    return NETP_MODBUS_NO_EXCEPTION;
}

static enum netp_modbus_exception server_id(struct netp_modbus_work *w)
{
    struct netp_str id = w->map->server_id;

    if (id.n == 0) {
        return NETP_MODBUS_ILLEGAL_FUNCTION;
    }
    if (id.n > 251 || !fits(w, 1 + id.n)) {
        return NETP_MODBUS_DEVICE_FAILURE;
    }
    w->room[0] = (uint8_t)id.n;
    memcpy(w->room + 1, id.p, id.n);
    return NETP_MODBUS_NO_EXCEPTION;
}

/* app 6.16: (current AND and) OR (or AND NOT and) */
static enum netp_modbus_exception mask(struct netp_modbus_work *w)
{
    const struct netp_modbus_request *q = w->request;
    uint8_t p[2];

    if (!netp_modbus_map_access_(w->map, NETP_MODBUS_HOLDING, q->address, 1, NULL, NULL)) {
        return NETP_MODBUS_ILLEGAL_ADDRESS;
    }
    netp_modbus_map_access_(w->map, NETP_MODBUS_HOLDING, q->address, 1, p, NULL);
    for (size_t i = 0; i < 2; i++) {
        p[i] = (uint8_t)((p[i] & q->data[i]) | (q->data[2 + i] & ~q->data[i]));
    }
    netp_modbus_map_access_(w->map, NETP_MODBUS_HOLDING, q->address, 1, NULL, p);
    w->written = (struct netp_modbus_written){NETP_MODBUS_HOLDING, q->address, 1};
    return NETP_MODBUS_NO_EXCEPTION;
}

/* app 6.17: it writes before it reads. */
static enum netp_modbus_exception read_write(struct netp_modbus_work *w)
{
    const struct netp_modbus_request *q = w->request;

    if (!fits(w, 2u * q->quantity)) {
        return NETP_MODBUS_DEVICE_FAILURE;
    }
    if (!netp_modbus_map_access_(w->map, NETP_MODBUS_HOLDING, q->write_address, q->write_quantity,
                                 NULL, NULL) ||
        !netp_modbus_map_access_(w->map, NETP_MODBUS_HOLDING, q->address, q->quantity, w->room,
                                 NULL)) {
        return NETP_MODBUS_ILLEGAL_ADDRESS;
    }
    netp_modbus_map_access_(w->map, NETP_MODBUS_HOLDING, q->write_address, q->write_quantity, NULL,
                            q->data);
    netp_modbus_map_access_(w->map, NETP_MODBUS_HOLDING, q->address, q->quantity, w->room, NULL);
    w->written =
        (struct netp_modbus_written){NETP_MODBUS_HOLDING, q->write_address, q->write_quantity};
    return NETP_MODBUS_NO_EXCEPTION;
}

static enum netp_modbus_exception fifo(struct netp_modbus_work *w)
{
    const struct netp_modbus_fifo *f = w->map->fifo, *end = f + w->map->fifos;
    size_t count;

    while (f < end && f->address != w->request->address) {
        f++;
    }
    if (f == end) {
        return w->map->fifos > 0 ? NETP_MODBUS_ILLEGAL_ADDRESS : NETP_MODBUS_ILLEGAL_FUNCTION;
    }
    count = *f->count;
    if (count > 31) {
        return NETP_MODBUS_ILLEGAL_VALUE;
    }
    if (!fits(w, 2 * count)) {
        return NETP_MODBUS_DEVICE_FAILURE;
    }
    for (size_t i = 0; i < count; i++) {
        netp_wr16be(w->room + 2 * i, f->registers[i]);
    }
    return NETP_MODBUS_NO_EXCEPTION;
}

enum netp_modbus_exception netp_modbus_map_uncommon_(struct netp_modbus_work *w)
{
    switch (w->request->function) {
    case NETP_MODBUS_READ_EXCEPTION_STATUS:
        return exception_status(w);
    case NETP_MODBUS_REPORT_SERVER_ID:
        return server_id(w);
    case NETP_MODBUS_READ_FILE_RECORD:
    case NETP_MODBUS_WRITE_FILE_RECORD:
        return netp_modbus_map_files_(w);
    case NETP_MODBUS_MASK_WRITE_REGISTER:
        return mask(w);
    case NETP_MODBUS_READ_WRITE_REGISTERS:
        return read_write(w);
    case NETP_MODBUS_READ_FIFO_QUEUE:
        return fifo(w);
    case NETP_MODBUS_ENCAPSULATED:
        return netp_modbus_map_identify_(w);
    default:
        return NETP_MODBUS_ILLEGAL_FUNCTION;
    }
}

#endif
