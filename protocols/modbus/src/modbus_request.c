/* modbus_request.c - what a request has to be, app 6.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

enum netp_modbus_exception netp_modbus_items_(const struct netp_modbus_request *r, unsigned max,
                                              size_t n)
{
    if (r->quantity < 1 || r->quantity > max || r->n != n) {
        return NETP_MODBUS_ILLEGAL_VALUE;
    }
    return (uint32_t)r->address + r->quantity > 65536 ? NETP_MODBUS_ILLEGAL_ADDRESS
                                                      : NETP_MODBUS_NO_EXCEPTION;
}

enum netp_modbus_exception netp_modbus_request_judge_(const struct netp_modbus_request *r)
{
    if (r->function == 0 || r->function >= 0x80) {
        return NETP_MODBUS_ILLEGAL_FUNCTION;
    }
    if (r->n >= NETP_MODBUS_PDU_MAX) {
        return NETP_MODBUS_ILLEGAL_VALUE;
    }
    switch (r->function) {
    case NETP_MODBUS_READ_COILS:
    case NETP_MODBUS_READ_DISCRETE_INPUTS:
        return netp_modbus_items_(r, NETP_MODBUS_READ_BITS_MAX, 0);
    case NETP_MODBUS_READ_HOLDING_REGISTERS:
    case NETP_MODBUS_READ_INPUT_REGISTERS:
        return netp_modbus_items_(r, NETP_MODBUS_READ_REGISTERS_MAX, 0);
    case NETP_MODBUS_WRITE_SINGLE_COIL:
        return netp_modbus_items_(r, 1, 1);
    case NETP_MODBUS_WRITE_SINGLE_REGISTER:
        return netp_modbus_items_(r, 1, 2);
    case NETP_MODBUS_WRITE_MULTIPLE_COILS:
        return netp_modbus_items_(r, NETP_MODBUS_WRITE_BITS_MAX,
                                  netp_modbus_bytes_(r->quantity, 1));
    case NETP_MODBUS_WRITE_MULTIPLE_REGISTERS:
        return netp_modbus_items_(r, NETP_MODBUS_WRITE_REGISTERS_MAX,
                                  netp_modbus_bytes_(r->quantity, 16));
    default:
#ifndef NETP_MODBUS_COMMON_ONLY
        return netp_modbus_request_uncommon_(r);
#else
        return NETP_MODBUS_NO_EXCEPTION;
#endif
    }
}
