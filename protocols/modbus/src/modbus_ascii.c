/* modbus_ascii.c - ASCII: frames of hexadecimal digits between a colon and CR LF (serial 2.5.2).
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_private.h"

#ifndef NETP_MODBUS_NO_ASCII

/* 16 or more for what is no digit: small letters are none (serial 2.5.2.1). */
static unsigned digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - (unsigned)'0';
    }
    return c >= 'A' && c <= 'F' ? c - (unsigned)'A' + 10 : 16;
}

int netp_modbus_ascii_parse(const uint8_t *p, size_t n, uint8_t *to, size_t cap,
                            struct netp_modbus_frame *f)
{
    uint8_t sum = 0;
    size_t bytes;

    /* a colon, unit, function and LRC at least, CR LF */
    if (n < 9 || n % 2 == 0 || p[0] != ':' || p[n - 2] != '\r' || p[n - 1] != '\n') {
        return NETP_E_SYNTAX;
    }
    if (n > NETP_MODBUS_ASCII_MAX) {
        return NETP_E_LIMIT;
    }
    bytes = (n - 3) / 2;
    if (bytes > cap) {
        return NETP_E_NOSPACE;
    }
    for (size_t i = 0; i < bytes; i++) {
        unsigned high = digit(p[1 + 2 * i]), low = digit(p[2 + 2 * i]);

        if (high > 15 || low > 15) {
            return NETP_E_SYNTAX;
        }
        to[i] = (uint8_t)(high << 4 | low);
        sum = (uint8_t)(sum + to[i]);
    }
    if (sum != 0) {
        return NETP_E_SYNTAX; /* the LRC makes the sum of all 0 */
    }
    f->pdu = to + 1;
    f->n = bytes - 2;
    f->transaction = 0;
    f->unit = to[0];
    return NETP_OK;
}

static void put(uint8_t *p, uint8_t byte)
{
    static const char digits[] = "0123456789ABCDEF";

    p[0] = (uint8_t)digits[byte >> 4];
    p[1] = (uint8_t)digits[byte & 15];
}

ptrdiff_t netp_modbus_ascii_write_(uint8_t *p, size_t cap, const struct netp_modbus_frame *f)
{
    size_t n = 2 * f->n + 7;
    uint8_t sum = f->unit;

    if (cap < n) {
        return NETP_E_NOSPACE;
    }
    for (size_t i = f->n; i > 0; i--) { /* backwards: the PDU may lie in p */
        uint8_t byte = f->pdu[i - 1];

        sum = (uint8_t)(sum + byte);
        put(p + 1 + 2 * i, byte);
    }
    p[0] = ':';
    put(p + 1, f->unit);
    put(p + n - 4, (uint8_t)(0 - sum));
    p[n - 2] = '\r';
    p[n - 1] = '\n';
    return (ptrdiff_t)n;
}

#endif
