/* modbus_request_parse.c - reads requests. SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

#include <netproto/bytes.h>

#include <string.h>

enum netp_modbus_exception netp_modbus_request_parse(const uint8_t *p, size_t n,
                                                     struct netp_modbus_request *r)
{
    size_t head_n = n > 0 ? netp_modbus_head_n_(p[0], NETP_MODBUS_REQUEST) : 0;

    memset(r, 0, sizeof *r);
    if (n == 0) {
        return NETP_MODBUS_ILLEGAL_FUNCTION;
    }
    r->function = p[0];
    if (n < head_n) {
        return NETP_MODBUS_ILLEGAL_VALUE;
    }
    r->data = p + head_n;
    r->n = n - head_n;
    if (head_n > 1) {
        r->address = netp_rd16be(p + 1);
        r->quantity = head_n > 3 ? netp_rd16be(p + 3) : 1;
    }
#ifndef NETP_MODBUS_COMMON_ONLY
    if (r->function == NETP_MODBUS_READ_WRITE_REGISTERS) {
        r->write_address = netp_rd16be(p + 5);
        r->write_quantity = netp_rd16be(p + 7);
    }
#endif
    if (head_n > 5 && p[head_n - 1] != r->n) {
        return NETP_MODBUS_ILLEGAL_VALUE;
    }
    if (r->function == NETP_MODBUS_WRITE_SINGLE_COIL) { /* app 6.5: FF00 or 0000 */
        if (n != 5 || (p[3] != 0 && p[3] != 0xff) || p[4] != 0) {
            return NETP_MODBUS_ILLEGAL_VALUE;
        }
        r->n = 1;
    }
    return netp_modbus_request_judge_(r);
}
