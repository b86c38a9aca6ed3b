/* modbus_map_files.c - records of files, app 6.14 and 6.15. SPDX-License-Identifier: MIT */
#include "modbus_map_private.h"

#ifndef NETP_MODBUS_COMMON_ONLY

#include <netproto/bytes.h>

/* Where a record lies; NULL: nowhere, or it may not be written. */
static uint16_t *find(const struct netp_modbus_map *map, const struct netp_modbus_record *k,
                      bool writes)
{
    for (const struct netp_modbus_file *f = map->file; f < map->file + map->files; f++) {
        if (f->number != k->file) {
            continue;
        }
        if ((uint32_t)k->first + k->length > f->records || (writes && f->read_only)) {
            return NULL;
        }
        return f->registers + k->first;
    }
    return NULL;
}

/* Each record with its length and type before it, behind the length of all. */
static enum netp_modbus_exception read(struct netp_modbus_work *w)
{
    struct netp_modbus_record k;
    size_t at = 0, n = 1;

    while (netp_modbus_record_next(w->request, &at, &k) > 0) {
        const uint16_t *from = find(w->map, &k, false);
        size_t length = 1 + 2u * k.length;

        if (from == NULL) {
            return NETP_MODBUS_ILLEGAL_ADDRESS;
        }
        if (n + 1 + length > w->n) {
            return NETP_MODBUS_DEVICE_FAILURE;
        }
        w->room[n] = (uint8_t)length;
        w->room[n + 1] = k.type;
        for (size_t i = 0; i < k.length; i++) {
            netp_wr16be(w->room + n + 2 + 2 * i, from[i]);
        }
        n += 1 + length;
    }
    w->room[0] = (uint8_t)(n - 1);
    w->response->n = n;
    return NETP_MODBUS_NO_EXCEPTION;
}

/* Goes through all that is to be written, and writes it or not; false: something can't be. */
static bool write_all(struct netp_modbus_work *w, bool for_good)
{
    struct netp_modbus_record k;
    size_t at = 0;

    while (netp_modbus_record_next(w->request, &at, &k) > 0) {
        uint16_t *to = find(w->map, &k, true);

        if (to == NULL) {
            return false;
        }
        for (size_t i = 0; for_good && i < k.length; i++) {
            to[i] = netp_rd16be(k.data + 2 * i);
            w->written.quantity++;
        }
    }
    return true;
}

/* The answer is the request. */
static enum netp_modbus_exception write(struct netp_modbus_work *w)
{
    if (!write_all(w, false)) {
        return NETP_MODBUS_ILLEGAL_ADDRESS;
    }
    write_all(w, true);
    w->written.table = NETP_MODBUS_FILES;
    w->written.address = netp_rd16be(w->request->data + 2);
    w->response->data = w->request->data;
    w->response->n = w->request->n;
    return NETP_MODBUS_NO_EXCEPTION;
}

enum netp_modbus_exception netp_modbus_map_files_(struct netp_modbus_work *w)
{
    if (w->map->files == 0) {
        return NETP_MODBUS_ILLEGAL_FUNCTION;
    }
    return w->request->function == NETP_MODBUS_READ_FILE_RECORD ? read(w) : write(w);
}

#endif
