/* modbus_request.c - what a request has to be, app 6.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

#include <netproto/bytes.h>

size_t netp_modbus_request_head_n_(uint8_t function)
{
    switch (function) {
    case NETP_MODBUS_READ_COILS:
    case NETP_MODBUS_READ_DISCRETE_INPUTS:
    case NETP_MODBUS_READ_HOLDING_REGISTERS:
    case NETP_MODBUS_READ_INPUT_REGISTERS:
        return 5;
    case NETP_MODBUS_WRITE_SINGLE_COIL:
    case NETP_MODBUS_WRITE_SINGLE_REGISTER:
        return 3;
    case NETP_MODBUS_WRITE_MULTIPLE_COILS:
    case NETP_MODBUS_WRITE_MULTIPLE_REGISTERS:
        return 6;
    default:
        break;
    }
    if (NETP_MODBUS_ALL_) {
        switch (function) {
        case NETP_MODBUS_MASK_WRITE_REGISTER:
        case NETP_MODBUS_READ_FIFO_QUEUE:
            return 3;
        case NETP_MODBUS_READ_WRITE_REGISTERS:
            return 10;
        default:
            break;
        }
    }
    return 1;
}

static enum netp_modbus_exception value_is(bool right)
{
    return right ? NETP_MODBUS_NO_EXCEPTION : NETP_MODBUS_ILLEGAL_VALUE;
}

static enum netp_modbus_exception range(uint16_t address, uint16_t quantity)
{
    return (uint32_t)address + quantity <= 65536 ? NETP_MODBUS_NO_EXCEPTION
                                                 : NETP_MODBUS_ILLEGAL_ADDRESS;
}

/* A quantity of 1 to max, with n bytes of data. */
static enum netp_modbus_exception items(const struct netp_modbus_request *r, unsigned max, size_t n)
{
    if (r->quantity < 1 || r->quantity > max || r->n != n) {
        return NETP_MODBUS_ILLEGAL_VALUE;
    }
    return range(r->address, r->quantity);
}

/* 17 */
static enum netp_modbus_exception read_write(const struct netp_modbus_request *r)
{
    enum netp_modbus_exception e =
        items(r, NETP_MODBUS_READ_REGISTERS_MAX, netp_modbus_bytes_(r->write_quantity, 16));

    if (r->write_quantity < 1 || r->write_quantity > NETP_MODBUS_READ_WRITE_REGISTERS_MAX) {
        return NETP_MODBUS_ILLEGAL_VALUE;
    }
    return e != NETP_MODBUS_NO_EXCEPTION ? e : range(r->write_address, r->write_quantity);
}

/* 14 and 15, app 6.14 and 6.15: all lengths first, then what is named. */
static enum netp_modbus_exception records(const struct netp_modbus_request *r)
{
    bool writes = r->function == NETP_MODBUS_WRITE_FILE_RECORD, named = true;
    struct netp_modbus_record k;
    size_t at = 0, answer = 0;
    int more;

    if (r->n < 1 || r->data[0] != r->n - 1 || r->data[0] < (writes ? 9 : 7) ||
        r->data[0] > (writes ? 251 : 245)) {
        return NETP_MODBUS_ILLEGAL_VALUE;
    }
    while ((more = netp_modbus_record_next(r, &at, &k)) > 0) {
        answer += writes ? 0 : 2 + 2u * k.length;
        if (k.length == 0 || answer > 245) {
            return NETP_MODBUS_ILLEGAL_VALUE;
        }
        named = named && k.type == 6 && k.file > 0 && k.first + (uint32_t)k.length <= 10000;
    }
    if (more < 0) {
        return NETP_MODBUS_ILLEGAL_VALUE;
    }
    return named ? NETP_MODBUS_NO_EXCEPTION : NETP_MODBUS_ILLEGAL_ADDRESS;
}

/* What -DNETP_MODBUS_COMMON_ONLY leaves out. */
static enum netp_modbus_exception uncommon(const struct netp_modbus_request *r)
{
    switch (r->function) {
    case NETP_MODBUS_READ_EXCEPTION_STATUS:
    case NETP_MODBUS_GET_COMM_EVENT_COUNTER:
    case NETP_MODBUS_GET_COMM_EVENT_LOG:
    case NETP_MODBUS_REPORT_SERVER_ID:
        return value_is(r->n == 0);
    case NETP_MODBUS_DIAGNOSTICS:
        return value_is(r->n >= 4 && r->n % 2 == 0);
    case NETP_MODBUS_READ_FILE_RECORD:
    case NETP_MODBUS_WRITE_FILE_RECORD:
        return records(r);
    case NETP_MODBUS_MASK_WRITE_REGISTER:
        return items(r, 1, 4);
    case NETP_MODBUS_READ_WRITE_REGISTERS:
        return read_write(r);
    case NETP_MODBUS_READ_FIFO_QUEUE:
        return items(r, 1, 0);
    case NETP_MODBUS_ENCAPSULATED: /* app 6.21: the code is 1 to 4 */
        return value_is(r->n >= 1 && (r->data[0] != NETP_MODBUS_MEI_DEVICE_ID ||
                                      (r->n == 3 && r->data[1] >= 1 && r->data[1] <= 4)));
    default:
        return NETP_MODBUS_NO_EXCEPTION;
    }
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
        return items(r, NETP_MODBUS_READ_BITS_MAX, 0);
    case NETP_MODBUS_READ_HOLDING_REGISTERS:
    case NETP_MODBUS_READ_INPUT_REGISTERS:
        return items(r, NETP_MODBUS_READ_REGISTERS_MAX, 0);
    case NETP_MODBUS_WRITE_SINGLE_COIL:
        return items(r, 1, 1);
    case NETP_MODBUS_WRITE_SINGLE_REGISTER:
        return items(r, 1, 2);
    case NETP_MODBUS_WRITE_MULTIPLE_COILS:
        return items(r, NETP_MODBUS_WRITE_BITS_MAX, netp_modbus_bytes_(r->quantity, 1));
    case NETP_MODBUS_WRITE_MULTIPLE_REGISTERS:
        return items(r, NETP_MODBUS_WRITE_REGISTERS_MAX, netp_modbus_bytes_(r->quantity, 16));
    default:
        return NETP_MODBUS_ALL_ ? uncommon(r) : NETP_MODBUS_NO_EXCEPTION;
    }
}
