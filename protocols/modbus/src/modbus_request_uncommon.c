/* modbus_request_uncommon.c - what requests have to be that few servers know, app 6.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

#ifndef NETP_MODBUS_COMMON_ONLY

static enum netp_modbus_exception value_is(bool right)
{
    return right ? NETP_MODBUS_NO_EXCEPTION : NETP_MODBUS_ILLEGAL_VALUE;
}

/* 17: what is wrong with a value comes before what is wrong with an address. */
static enum netp_modbus_exception read_write(const struct netp_modbus_request *r)
{
    const struct netp_modbus_request written = {
        .address = r->write_address, .quantity = r->write_quantity, .n = r->n};
    enum netp_modbus_exception reads = netp_modbus_items_(r, NETP_MODBUS_READ_REGISTERS_MAX, r->n);
    enum netp_modbus_exception writes = netp_modbus_items_(
        &written, NETP_MODBUS_READ_WRITE_REGISTERS_MAX, netp_modbus_bytes_(r->write_quantity, 16));

    return reads > writes ? reads : writes;
}

/* 14 and 15, app 6.14 and 6.15: all lengths first, then what is named. */
static enum netp_modbus_exception records(const struct netp_modbus_request *r)
{
    struct netp_modbus_record k;
    size_t at = 0, answer = 0;
    bool named = true;
    int more;

    if (r->n < 2 || r->data[0] != r->n - 1) {
        return NETP_MODBUS_ILLEGAL_VALUE;
    }
    while ((more = netp_modbus_record_next(r, &at, &k)) > 0) {
        answer += r->function == NETP_MODBUS_READ_FILE_RECORD ? 2 + 2u * k.length : 0;
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

enum netp_modbus_exception netp_modbus_request_uncommon_(const struct netp_modbus_request *r)
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
        return netp_modbus_items_(r, 1, 4);
    case NETP_MODBUS_READ_WRITE_REGISTERS:
        return read_write(r);
    case NETP_MODBUS_READ_FIFO_QUEUE:
        return netp_modbus_items_(r, 1, 0);
    case NETP_MODBUS_ENCAPSULATED: /* app 6.21: the code is 1 to 4 */
        return value_is(r->n >= 1 && (r->data[0] != NETP_MODBUS_MEI_DEVICE_ID ||
                                      (r->n == 3 && r->data[1] >= 1 && r->data[1] <= 4)));
    default:
        return NETP_MODBUS_NO_EXCEPTION;
    }
}

#endif
