/* modbus_response.c - what a response has to say of the request it is for, app 6.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

#include <netproto/bytes.h>

#include <string.h>

size_t netp_modbus_response_head_n_(uint8_t function)
{
    switch (function) {
    case NETP_MODBUS_READ_COILS:
    case NETP_MODBUS_READ_DISCRETE_INPUTS:
    case NETP_MODBUS_READ_HOLDING_REGISTERS:
    case NETP_MODBUS_READ_INPUT_REGISTERS:
        return 2;
    case NETP_MODBUS_WRITE_SINGLE_COIL:
    case NETP_MODBUS_WRITE_SINGLE_REGISTER:
    case NETP_MODBUS_WRITE_MULTIPLE_COILS:
    case NETP_MODBUS_WRITE_MULTIPLE_REGISTERS:
        return 5;
    default:
        break;
    }
    if (NETP_MODBUS_ALL_) {
        switch (function) {
        case NETP_MODBUS_READ_WRITE_REGISTERS:
            return 2;
        case NETP_MODBUS_MASK_WRITE_REGISTER:
            return 7;
        case NETP_MODBUS_READ_FIFO_QUEUE:
            return 5;
        default:
            break;
        }
    }
    return 1;
}

/* 14, app 6.14: each record with its length and type before it, in the order of the request. */
static bool records(const struct netp_modbus_request *r, const uint8_t *p, size_t n)
{
    struct netp_modbus_record k;
    size_t at = 0, i = 1;

    if (n < 1 || p[0] != n - 1) {
        return false;
    }
    while (netp_modbus_record_next(r, &at, &k) > 0) {
        size_t length = 1 + 2u * k.length;

        if (n - i < 1 + length || p[i] != length || p[i + 1] != k.type) {
            return false;
        }
        i += 1 + length;
    }
    return i == n;
}

/* The first k of the n bytes are those of the request, which is as long. */
static bool echoes(const struct netp_modbus_request *r, const uint8_t *p, size_t n, size_t k)
{
    return n == r->n && memcmp(p, r->data, k) == 0;
}

/* Data that is all that follows the function code. */
static bool other(const struct netp_modbus_request *r, const uint8_t *p, size_t n)
{
    switch (r->function) {
    case NETP_MODBUS_READ_EXCEPTION_STATUS:
        return n == 1;
    case NETP_MODBUS_GET_COMM_EVENT_COUNTER:
        return n == 4;
    case NETP_MODBUS_GET_COMM_EVENT_LOG:
    case NETP_MODBUS_REPORT_SERVER_ID:
        return n >= 1 && p[0] == n - 1;
    case NETP_MODBUS_DIAGNOSTICS: /* the sub-function; 0 returns all of the query */
        return echoes(r, p, n, netp_rd16be(r->data) == 0 ? n : 2);
    case NETP_MODBUS_READ_FILE_RECORD:
        return records(r, p, n);
    case NETP_MODBUS_WRITE_FILE_RECORD:
        return echoes(r, p, n, n);
    case NETP_MODBUS_ENCAPSULATED:
        return n >= 1 && p[0] == r->data[0];
    default:
        return true;
    }
}

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
    case NETP_MODBUS_READ_WRITE_REGISTERS:
        head[1] = (uint8_t)n;
        return n == netp_modbus_bytes_(r->quantity, 16);
    case NETP_MODBUS_WRITE_SINGLE_COIL:
        head[3] = (r->data[0] & 1) != 0 ? 0xff : 0;
        head[4] = 0;
        return n == 0;
    case NETP_MODBUS_MASK_WRITE_REGISTER:
        memcpy(head + 5, r->data + 2, 2); /* FALLTHROUGH */
    case NETP_MODBUS_WRITE_SINGLE_REGISTER:
        memcpy(head + 3, r->data, 2);
        return n == 0;
    case NETP_MODBUS_WRITE_MULTIPLE_COILS:
    case NETP_MODBUS_WRITE_MULTIPLE_REGISTERS:
        return n == 0;
    case NETP_MODBUS_READ_FIFO_QUEUE: /* app 6.18: at most 31 */
        netp_wr16be(head + 1, (uint16_t)(2 + n));
        netp_wr16be(head + 3, (uint16_t)(n / 2));
        return n % 2 == 0 && n <= 62;
    default:
        return !NETP_MODBUS_ALL_ || other(r, p, n);
    }
}
