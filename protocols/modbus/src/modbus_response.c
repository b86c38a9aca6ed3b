/* modbus_response.c - what a response has to say of the request it is for, app 6.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

#include <netproto/bytes.h>

#include <string.h>

bool netp_modbus_response_head_(const struct netp_modbus_request *r, const uint8_t *p, size_t n,
                                uint8_t head[NETP_MODBUS_RESPONSE_HEAD_MAX_])
{
    head[0] = r->function;
    netp_wr16be(head + 1, r->address);
    netp_wr16be(head + 3, r->quantity);
    switch (r->function) {
    case NETP_MODBUS_READ_COILS:
    case NETP_MODBUS_READ_DISCRETE_INPUTS:
        head[1] = (uint8_t)n;
        return n == netp_modbus_bytes_(r->quantity, 1);
    case NETP_MODBUS_READ_HOLDING_REGISTERS:
    case NETP_MODBUS_READ_INPUT_REGISTERS:
        head[1] = (uint8_t)n;
        return n == netp_modbus_bytes_(r->quantity, 16);
    case NETP_MODBUS_WRITE_SINGLE_COIL:
        head[3] = (r->data[0] & 1) != 0 ? 0xff : 0;
        head[4] = 0;
        return n == 0;
    case NETP_MODBUS_WRITE_SINGLE_REGISTER:
        memcpy(head + 3, r->data, 2);
        return n == 0;
    case NETP_MODBUS_WRITE_MULTIPLE_COILS:
    case NETP_MODBUS_WRITE_MULTIPLE_REGISTERS:
        return n == 0;
    default:
#ifndef NETP_MODBUS_COMMON_ONLY
        return netp_modbus_response_uncommon_(r, p, n, head);
#else
        (void)p;
        return true;
#endif
    }
}
