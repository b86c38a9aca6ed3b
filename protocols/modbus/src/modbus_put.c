/* modbus_put.c - puts a PDU together. SPDX-License-Identifier: MIT */
#include "modbus_pdu.h"

#include <string.h>

ptrdiff_t netp_modbus_pdu_put_(uint8_t *p, size_t cap, const uint8_t *head, size_t head_n,
                               const uint8_t *data, size_t n)
{
    if (cap > NETP_MODBUS_PDU_MAX) {
        cap = NETP_MODBUS_PDU_MAX;
    }
    if (head_n > cap || n > cap - head_n) {
        return NETP_E_NOSPACE;
    }
    if (n > 0) {
        memmove(p + head_n, data, n);
    }
    memcpy(p, head, head_n);
    return (ptrdiff_t)(head_n + n);
}
