/* modbus_response_uncommon.c - what responses have to say that few servers give, app 6.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

#ifndef NETP_MODBUS_COMMON_ONLY

#include <netproto/bytes.h>

#include <string.h>

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

bool netp_modbus_response_uncommon_(const struct netp_modbus_request *r, const uint8_t *p, size_t n,
                                    uint8_t head[NETP_MODBUS_RESPONSE_HEAD_MAX_])
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
    case NETP_MODBUS_MASK_WRITE_REGISTER:
        memcpy(head + 3, r->data, 4);
        return n == 0;
    case NETP_MODBUS_READ_WRITE_REGISTERS:
        head[1] = (uint8_t)n;
        return n == netp_modbus_bytes_(r->quantity, 16);
    case NETP_MODBUS_READ_FIFO_QUEUE: /* at most 31 */
        netp_wr16be(head + 1, (uint16_t)(2 + n));
        netp_wr16be(head + 3, (uint16_t)(n / 2));
        return n % 2 == 0 && n <= 62;
    case NETP_MODBUS_ENCAPSULATED:
        return n >= 1 && p[0] == r->data[0];
    default:
        return true;
    }
}

#endif
