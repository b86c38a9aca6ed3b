/* modbus_rtu.c - RTU: frames with a CRC, ended by silence (serial 2.5.1).
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_private.h"

#ifndef NETP_MODBUS_NO_RTU

#include <netproto/bytes.h>
#include <netproto/crc.h>

#include <string.h>

/* The length of the frame of each function up to 18h, with unit and CRC (app 6.1 to 6.18); 0: not
 * known. With at > 0 the byte there is a count of more to come. */
struct length {
    uint8_t fixed, at;
};
static const struct length lengths[2][NETP_MODBUS_READ_FIFO_QUEUE + 1] = {
    [NETP_MODBUS_REQUEST] = {[NETP_MODBUS_READ_COILS] = {8, 0},
                             [NETP_MODBUS_READ_DISCRETE_INPUTS] = {8, 0},
                             [NETP_MODBUS_READ_HOLDING_REGISTERS] = {8, 0},
                             [NETP_MODBUS_READ_INPUT_REGISTERS] = {8, 0},
                             [NETP_MODBUS_WRITE_SINGLE_COIL] = {8, 0},
                             [NETP_MODBUS_WRITE_SINGLE_REGISTER] = {8, 0},
                             [NETP_MODBUS_READ_EXCEPTION_STATUS] = {4, 0},
                             [NETP_MODBUS_DIAGNOSTICS] = {8, 0},
                             [NETP_MODBUS_GET_COMM_EVENT_COUNTER] = {4, 0},
                             [NETP_MODBUS_GET_COMM_EVENT_LOG] = {4, 0},
                             [NETP_MODBUS_WRITE_MULTIPLE_COILS] = {9, 6},
                             [NETP_MODBUS_WRITE_MULTIPLE_REGISTERS] = {9, 6},
                             [NETP_MODBUS_REPORT_SERVER_ID] = {4, 0},
                             [NETP_MODBUS_READ_FILE_RECORD] = {5, 2},
                             [NETP_MODBUS_WRITE_FILE_RECORD] = {5, 2},
                             [NETP_MODBUS_MASK_WRITE_REGISTER] = {10, 0},
                             [NETP_MODBUS_READ_WRITE_REGISTERS] = {13, 10},
                             [NETP_MODBUS_READ_FIFO_QUEUE] = {6, 0}},
    [NETP_MODBUS_RESPONSE] = {[NETP_MODBUS_READ_COILS] = {5, 2},
                              [NETP_MODBUS_READ_DISCRETE_INPUTS] = {5, 2},
                              [NETP_MODBUS_READ_HOLDING_REGISTERS] = {5, 2},
                              [NETP_MODBUS_READ_INPUT_REGISTERS] = {5, 2},
                              [NETP_MODBUS_WRITE_SINGLE_COIL] = {8, 0},
                              [NETP_MODBUS_WRITE_SINGLE_REGISTER] = {8, 0},
                              [NETP_MODBUS_READ_EXCEPTION_STATUS] = {5, 0},
                              [NETP_MODBUS_DIAGNOSTICS] = {8, 0},
                              [NETP_MODBUS_GET_COMM_EVENT_COUNTER] = {8, 0},
                              [NETP_MODBUS_GET_COMM_EVENT_LOG] = {5, 2},
                              [NETP_MODBUS_WRITE_MULTIPLE_COILS] = {8, 0},
                              [NETP_MODBUS_WRITE_MULTIPLE_REGISTERS] = {8, 0},
                              [NETP_MODBUS_REPORT_SERVER_ID] = {5, 2},
                              [NETP_MODBUS_READ_FILE_RECORD] = {5, 2},
                              [NETP_MODBUS_WRITE_FILE_RECORD] = {5, 2},
                              [NETP_MODBUS_MASK_WRITE_REGISTER] = {10, 0},
                              [NETP_MODBUS_READ_WRITE_REGISTERS] = {5, 2},
                              /* the count has two bytes; that over 255 is over any frame */
                              [NETP_MODBUS_READ_FIFO_QUEUE] = {6, 3}},
};

/* Device identification (app 6.21): a response's objects tell their lengths one by one. */
static size_t identification_length(const uint8_t *p, size_t n,
                                    enum netp_modbus_direction direction)
{
    size_t at = 8;

    if (direction == NETP_MODBUS_REQUEST) {
        return 7;
    }
    if (n < at) {
        return 0;
    }
    for (unsigned left = p[7]; left > 0; left--) {
        if (n < at + 2) {
            return at > NETP_MODBUS_RTU_MAX ? at : 0;
        }
        at += 2u + p[at + 1];
    }
    return at + 2;
}

ptrdiff_t netp_modbus_rtu_length(const uint8_t *p, size_t n, enum netp_modbus_direction direction)
{
    size_t length;

    if (n < 2) {
        return 0;
    }
    if (direction == NETP_MODBUS_RESPONSE && p[1] >= 0x80) {
        return 5; /* an exception */
    }
    if (p[1] == NETP_MODBUS_ENCAPSULATED) {
        if (n < 3) {
            return 0;
        }
        if (p[2] != 0x0e) {
            return NETP_E_UNSUPPORTED;
        }
        length = identification_length(p, n, direction);
    } else {
        struct length l = {0, 0};

        if (p[1] <= NETP_MODBUS_READ_FIFO_QUEUE) {
            l = lengths[direction][p[1]];
        }
        if (l.fixed == 0) {
            return NETP_E_UNSUPPORTED;
        }
        if (n <= l.at) {
            return 0;
        }
        length = l.fixed + (l.at > 0 ? p[l.at] : 0u);
        if (l.at == 3 && p[2] > 0) {
            length = SIZE_MAX;
        }
    }
    return length > NETP_MODBUS_RTU_MAX ? NETP_E_LIMIT : (ptrdiff_t)length;
}

int netp_modbus_rtu_parse(const uint8_t *p, size_t n, struct netp_modbus_frame *f)
{
    if (n < 4) {
        return NETP_E_TRUNCATED;
    }
    if (n > NETP_MODBUS_RTU_MAX) {
        return NETP_E_LIMIT;
    }
    if (netp_crc16(NETP_CRC16_START, p, n) != 0) {
        return NETP_E_SYNTAX; /* the CRC of a sound frame with its CRC is 0 */
    }
    f->pdu = p + NETP_MODBUS_RTU_HEAD;
    f->n = n - 3;
    f->transaction = 0;
    f->unit = p[0];
    return NETP_OK;
}

ptrdiff_t netp_modbus_rtu_write_(uint8_t *p, size_t cap, const struct netp_modbus_frame *f)
{
    if (cap < f->n + 3) {
        return NETP_E_NOSPACE;
    }
    memmove(p + NETP_MODBUS_RTU_HEAD, f->pdu, f->n);
    p[0] = f->unit;
    netp_wr16le(p + 1 + f->n, netp_crc16(NETP_CRC16_START, p, 1 + f->n));
    return (ptrdiff_t)(f->n + 3);
}

/* 3.5 or 1.5 characters of 11 bits, rounded up. */
uint32_t netp_modbus_t35_us(uint32_t baud)
{
    return baud > 19200 ? 1750 : (38500000u + baud - 1) / baud;
}

uint32_t netp_modbus_t15_us(uint32_t baud)
{
    return baud > 19200 ? 750 : (16500000u + baud - 1) / baud;
}

#endif
