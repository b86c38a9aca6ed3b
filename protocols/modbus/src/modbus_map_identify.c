/* modbus_map_identify.c - device identification, app 6.21. SPDX-License-Identifier: MIT */
#include "modbus_map_private.h"

#ifndef NETP_MODBUS_COMMON_ONLY

#include <string.h>

enum { BASIC = 1, REGULAR, EXTENDED, INDIVIDUAL };
enum { HEAD = 6, DATA_MAX = NETP_MODBUS_PDU_MAX - 1 };

/* The greatest id of each category. */
static const uint8_t last_id[] = {[BASIC] = 0x02, [REGULAR] = 0x7f, [EXTENDED] = 0xff};

/* What the device has, and that each object can be had alone. */
static uint8_t conformity(const struct netp_modbus_map *map)
{
    uint8_t id = map->object[map->objects - 1].id, level = BASIC;

    while (id > last_id[level]) {
        level++;
    }
    return 0x80 | level;
}

/* Appends an object; false when it does not fit. */
static bool put(struct netp_modbus_work *w, const struct netp_modbus_object *o)
{
    size_t n = w->response->n, cap = w->n < DATA_MAX ? w->n : (size_t)DATA_MAX;
    size_t length = o->text.n < NETP_MODBUS_OBJECT_MAX ? o->text.n : NETP_MODBUS_OBJECT_MAX;

    if (n + 2 + length > cap) {
        return false;
    }
    w->room[n] = o->id;
    w->room[n + 1] = (uint8_t)length;
    if (length > 0) {
        memcpy(w->room + n + 2, o->text.p, length);
    }
    w->response->n = n + 2 + length;
    w->room[5]++;
    return true;
}

static enum netp_modbus_exception individual(struct netp_modbus_work *w,
                                             const struct netp_modbus_object *o)
{
    if (o == w->map->object + w->map->objects) {
        return NETP_MODBUS_ILLEGAL_ADDRESS;
    }
    return put(w, o) ? NETP_MODBUS_NO_EXCEPTION : NETP_MODBUS_DEVICE_FAILURE;
}

/* From an object on, or from the first if that is none of the category. */
static enum netp_modbus_exception stream(struct netp_modbus_work *w,
                                         const struct netp_modbus_object *o, uint8_t last)
{
    const struct netp_modbus_object *end = w->map->object + w->map->objects;

    if (o == end || o->id > last) {
        o = w->map->object;
    }
    for (; o < end && o->id <= last; o++) {
        if (!put(w, o)) {
            w->room[3] = 0xff;  /* more follows, */
            w->room[4] = o->id; /* from this */
            return w->room[5] > 0 ? NETP_MODBUS_NO_EXCEPTION : NETP_MODBUS_DEVICE_FAILURE;
        }
    }
    return NETP_MODBUS_NO_EXCEPTION;
}

enum netp_modbus_exception netp_modbus_map_identify_(struct netp_modbus_work *w)
{
    const struct netp_modbus_object *o = w->map->object, *end = o + w->map->objects;
    const uint8_t *q = w->request->data; /* MEI type, code, object */

    if (q[0] != NETP_MODBUS_MEI_DEVICE_ID || o == end) {
        return NETP_MODBUS_ILLEGAL_FUNCTION;
    }
    if (w->n < HEAD) {
        return NETP_MODBUS_DEVICE_FAILURE;
    }
    memset(w->room, 0, HEAD);
    w->room[0] = q[0];
    w->room[1] = q[1];
    w->room[2] = conformity(w->map);
    w->response->n = HEAD;
    while (o < end && o->id != q[2]) {
        o++;
    }
    return q[1] == INDIVIDUAL ? individual(w, o) : stream(w, o, last_id[q[1]]);
}

#endif
