/* modbus_response_write.c - writes responses. SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

ptrdiff_t netp_modbus_response_write(uint8_t *p, size_t cap, const struct netp_modbus_request *r,
                                     const struct netp_modbus_response *response)
{
    size_t n = response->n, head_n = netp_modbus_head_n_(r->function, NETP_MODBUS_RESPONSE);
    uint8_t head[NETP_MODBUS_RESPONSE_HEAD_MAX_];

    if (response->exception != 0) {
        head[0] = r->function | 0x80;
        head[1] = response->exception;
        head_n = 2;
        n = 0;
    } else if (!netp_modbus_response_head_(r, response->data, n, head)) {
        return NETP_E_ARG;
    }
    return netp_modbus_pdu_put_(p, cap, head, head_n, response->data, n);
}
