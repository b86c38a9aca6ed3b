/* modbus_mbap.c - MBAP, the header of Modbus over TCP and UDP; frames of any kind are written here.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_private.h"

#include <netproto/bytes.h>
#include <netproto/modbus_frame.h>

#include <string.h>

ptrdiff_t netp_modbus_mbap_parse(const uint8_t *p, size_t n, struct netp_modbus_frame *f)
{
    size_t length; /* of the unit and the PDU */

    if (n < 6) {
        return 0;
    }
    if (netp_rd16be(p + 2) != 0) {
        return NETP_E_SYNTAX;
    }
    length = netp_rd16be(p + 4);
    if (length < 2 || length > NETP_MODBUS_PDU_MAX + 1) {
        return NETP_E_LIMIT;
    }
    if (n < 6 + length) {
        return 0;
    }
    f->pdu = p + NETP_MODBUS_MBAP_HEAD;
    f->n = length - 1;
    f->transaction = netp_rd16be(p);
    f->unit = p[6];
    return (ptrdiff_t)(6 + length);
}

static ptrdiff_t mbap_write(uint8_t *p, size_t cap, const struct netp_modbus_frame *f)
{
    if (cap < NETP_MODBUS_MBAP_HEAD + f->n) {
        return NETP_E_NOSPACE;
    }
    memmove(p + NETP_MODBUS_MBAP_HEAD, f->pdu, f->n);
    netp_wr16be(p, f->transaction);
    netp_wr16be(p + 2, 0);
    netp_wr16be(p + 4, (uint16_t)(f->n + 1));
    p[6] = f->unit;
    return (ptrdiff_t)(NETP_MODBUS_MBAP_HEAD + f->n);
}

ptrdiff_t netp_modbus_frame_write(enum netp_modbus_framing framing, uint8_t *p, size_t cap,
                                  const struct netp_modbus_frame *f)
{
    if (f->n == 0 || f->n > NETP_MODBUS_PDU_MAX) {
        return NETP_E_ARG;
    }
#ifndef NETP_MODBUS_NO_RTU
    if (framing == NETP_MODBUS_RTU) {
        return netp_modbus_rtu_write_(p, cap, f);
    }
#endif
#ifndef NETP_MODBUS_NO_ASCII
    if (framing == NETP_MODBUS_ASCII) {
        return netp_modbus_ascii_write_(p, cap, f);
    }
#endif
    (void)framing;
    return mbap_write(p, cap, f);
}
