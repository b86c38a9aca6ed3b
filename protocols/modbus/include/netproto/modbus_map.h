/* netproto/modbus_map.h - a server's registers, coils and files as tables, and answers from them.
 *
 * SPDX-License-Identifier: MIT
 *
 * The tables are constant, and say where the values lie and who may write them:
 *
 *     static uint16_t setpoint[2], measured[4];
 *     static uint8_t outputs[1];
 *     static const struct netp_modbus_range ranges[] = {
 *         {.table = NETP_MODBUS_HOLDING, .address = 0, .quantity = 2, .registers = setpoint},
 *         {.table = NETP_MODBUS_INPUT, .address = 100, .quantity = 4, .registers = measured},
 *         {.table = NETP_MODBUS_COILS, .address = 0, .quantity = 8, .bits = outputs},
 *     };
 *     static const struct netp_modbus_map map = {.range = ranges, .ranges = 3};
 *
 * netp_modbus_map_answer() does a request and tells what it wrote. It is all or nothing: nothing is
 * written when any part of the request is not there or may not be written. Nobody is called back:
 * an application that has limits for a value looks at the request before it gives it to the map. */
#ifndef NETPROTO_MODBUS_MAP_H
#define NETPROTO_MODBUS_MAP_H

#include <netproto/modbus.h>

#ifdef __cplusplus
extern "C" {
#endif

enum netp_modbus_table {
    NETP_MODBUS_COILS = 1,
    NETP_MODBUS_DISCRETE, /* inputs of one bit; clients only read them */
    NETP_MODBUS_HOLDING,
    NETP_MODBUS_INPUT, /* registers that clients only read */
    NETP_MODBUS_FILES  /* of struct netp_modbus_written */
};

/* Part of a table. Those that lie side by side are read and written as one; where two overlap, the
 * first counts. */
struct netp_modbus_range {
    uint8_t table;    /* enum netp_modbus_table, but FILES */
    bool read_only;   /* COILS, HOLDING: clients may not write */
    uint16_t address; /* of the first; address + quantity is at most 65536 */
    uint16_t quantity;
    uint16_t *registers; /* HOLDING, INPUT: `quantity` of them */
    uint8_t *bits;       /* COILS, DISCRETE: the first is bit 0 of bits[0] */
};

/* A file of 14 and 15, app 6.14. */
struct netp_modbus_file {
    uint16_t number;  /* 1 to 65535 */
    uint16_t records; /* of a register each, from record 0 on; at most 10000 */
    bool read_only;
    uint16_t *registers;
};

/* A queue of 18, app 6.18. Reading does not empty it. */
struct netp_modbus_fifo {
    uint16_t address;
    const uint16_t *registers, *count; /* count: how many there are now; over 31: ILLEGAL_VALUE */
};

/* A literal as a struct netp_str of a constant table. */
#define NETP_MODBUS_TEXT(literal)                                                                  \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }

/* An object of the device identification, app 6.21: of a text longer than NETP_MODBUS_OBJECT_MAX
 * only so much is told. */
#define NETP_MODBUS_OBJECT_MAX 244u
struct netp_modbus_object {
    uint8_t id; /* 0 vendor name, 1 product code, 2 revision: these are mandatory; 3 vendor URL, 4
                   product name, 5 model name, 6 user application name; from 80h on your own */
    struct netp_str text;
};

/* What a server has; what it has not is left at 0. Pointers are the caller's. */
struct netp_modbus_map {
    const struct netp_modbus_range *range;
    size_t ranges;
    const struct netp_modbus_file *file;
    size_t files;
    const struct netp_modbus_fifo *fifo;
    size_t fifos;
    const struct netp_modbus_object *object; /* by id, the smallest first */
    size_t objects;
    struct netp_str server_id;       /* 11: id, run indicator (00 or FF), more; at most 251 bytes */
    const uint8_t *exception_status; /* 07: the eight outputs now */
};

/* What a request has written. */
struct netp_modbus_written {
    uint8_t table;     /* COILS, HOLDING, FILES; 0: nothing was */
    uint16_t address;  /* of the first; FILES: the number of the first file */
    uint16_t quantity; /* FILES: of registers in all records */
};

/* Does *request, which netp_modbus_request_parse() or a server has found to be sound, and sets
 * *response to its answer, whose data lies in room[0..n): ILLEGAL_FUNCTION if the map has nothing
 * for it, ILLEGAL_ADDRESS if part of it is not there or is read-only, ILLEGAL_VALUE for a queue
 * that is too long, DEVICE_FAILURE if the answer does not fit into n (that of any request does into
 * NETP_MODBUS_PDU_MAX). */
NETP_API struct netp_modbus_written netp_modbus_map_answer(
    const struct netp_modbus_map *map, const struct netp_modbus_request *request, uint8_t *room,
    size_t n, struct netp_modbus_response *response);

#ifdef __cplusplus
}
#endif

#endif
