/* modbus_head.c - what stands before the data of a PDU, app 6. SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

#define HEADS(request, response) (uint8_t)((request) << 4 | (response))

/* Others have the function code alone. */
static const uint8_t heads[] = {[NETP_MODBUS_READ_COILS] = HEADS(5, 2),
                                [NETP_MODBUS_READ_DISCRETE_INPUTS] = HEADS(5, 2),
                                [NETP_MODBUS_READ_HOLDING_REGISTERS] = HEADS(5, 2),
                                [NETP_MODBUS_READ_INPUT_REGISTERS] = HEADS(5, 2),
                                [NETP_MODBUS_WRITE_SINGLE_COIL] = HEADS(3, 5),
                                [NETP_MODBUS_WRITE_SINGLE_REGISTER] = HEADS(3, 5),
                                [NETP_MODBUS_WRITE_MULTIPLE_COILS] = HEADS(6, 5),
                                [NETP_MODBUS_WRITE_MULTIPLE_REGISTERS] = HEADS(6, 5),
#ifndef NETP_MODBUS_COMMON_ONLY
                                [NETP_MODBUS_MASK_WRITE_REGISTER] = HEADS(3, 7),
                                [NETP_MODBUS_READ_WRITE_REGISTERS] = HEADS(10, 2),
                                [NETP_MODBUS_READ_FIFO_QUEUE] = HEADS(3, 5)
#endif
};

size_t netp_modbus_head_n_(uint8_t function, enum netp_modbus_direction direction)
{
    uint8_t head = function < sizeof heads ? heads[function] : 0;

    if (head == 0) {
        return 1;
    }
    return direction == NETP_MODBUS_REQUEST ? head >> 4 : head & 15;
}
