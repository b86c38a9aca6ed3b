/* modbus_request_write.c - writes requests. SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

#include <netproto/bytes.h>

ptrdiff_t netp_modbus_request_write(uint8_t *p, size_t cap, const struct netp_modbus_request *r)
{
    uint8_t head[NETP_MODBUS_REQUEST_HEAD_MAX_];
    size_t head_n = netp_modbus_head_n_(r->function, NETP_MODBUS_REQUEST), n = r->n;

    if (netp_modbus_request_judge_(r) != NETP_MODBUS_NO_EXCEPTION) {
        return NETP_E_ARG;
    }
    head[0] = r->function;
    netp_wr16be(head + 1, r->address);
    netp_wr16be(head + 3, r->quantity);
#ifndef NETP_MODBUS_COMMON_ONLY
    netp_wr16be(head + 5, r->write_address);
    netp_wr16be(head + 7, r->write_quantity);
#endif
    if (head_n > 5) {
        head[head_n - 1] = (uint8_t)n;
    }
    if (r->function == NETP_MODBUS_WRITE_SINGLE_COIL) {
        head[3] = (r->data[0] & 1) != 0 ? 0xff : 0;
        head[4] = 0;
        head_n = 5;
        n = 0;
    }
    return netp_modbus_pdu_put_(p, cap, head, head_n, r->data, n);
}
