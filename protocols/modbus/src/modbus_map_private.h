/* modbus_map_private.h - what the sources of the register map share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MODBUS_MAP_PRIVATE_H
#define MODBUS_MAP_PRIVATE_H

#include <netproto/modbus_map.h>

/* What is done, and what comes of it. */
struct netp_modbus_work {
    const struct netp_modbus_map *map;
    const struct netp_modbus_request *request;
    uint8_t *room; /* n bytes for the response's data */
    size_t n;
    struct netp_modbus_response *response;
    struct netp_modbus_written written;
};

/* Reads `quantity` values of a table from `address` on to `to`; if that is NULL, writes them from
 * `from`, or, if that is NULL, too, only looks whether they may be written. False: one of them is
 * not there, or may not. */
bool netp_modbus_map_access_(const struct netp_modbus_map *map, enum netp_modbus_table table,
                             uint16_t address, uint16_t quantity, uint8_t *to, const uint8_t *from);

/* 14 and 15; 2B/0E; and what else -DNETP_MODBUS_COMMON_ONLY leaves out. */
enum netp_modbus_exception netp_modbus_map_files_(struct netp_modbus_work *w);
enum netp_modbus_exception netp_modbus_map_identify_(struct netp_modbus_work *w);
enum netp_modbus_exception netp_modbus_map_uncommon_(struct netp_modbus_work *w);

#endif
