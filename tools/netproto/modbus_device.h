/* modbus_device.h - the registers that netproto modbusd serves. SPDX-License-Identifier: MIT */
#ifndef MODBUS_DEVICE_H
#define MODBUS_DEVICE_H

#include "cli.h"
#include <netproto/modbus_map.h>

#define MODBUS_RANGES  1024
#define MODBUS_OBJECTS 32

/* Ranges and objects of a map file, in memory from malloc. */
struct modbus_device {
    struct netp_modbus_range range[MODBUS_RANGES];
    struct netp_modbus_object object[MODBUS_OBJECTS];
    struct netp_modbus_map map;
};

/* Reads a map file, or makes 10,000 of each table when path is NULL. Returns the exit status; of a
 * failure it has told. */
int modbus_device_open(struct modbus_device *d, const struct cli *c, const char *path);
void modbus_device_close(struct modbus_device *d);

#endif
