/* modbus_response_parse.c - reads responses. SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

#include <string.h>

int netp_modbus_response_parse(const uint8_t *p, size_t n, const struct netp_modbus_request *r,
                               struct netp_modbus_response *response)
{
    size_t head_n = netp_modbus_head_n_(r->function, NETP_MODBUS_RESPONSE);
    uint8_t head[NETP_MODBUS_RESPONSE_HEAD_MAX_];

    memset(response, 0, sizeof *response);
    response->function = r->function;
    if (n == 2 && p[0] == (r->function | 0x80) && p[1] != 0) {
        response->exception = p[1];
        return NETP_OK;
    }
    if (n < head_n || !netp_modbus_response_head_(r, p + head_n, n - head_n, head) ||
        memcmp(p, head, head_n) != 0) {
        return NETP_E_SYNTAX;
    }
    response->data = p + head_n;
    response->n = n - head_n;
    return NETP_OK;
}
