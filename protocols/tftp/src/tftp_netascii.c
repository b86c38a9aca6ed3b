/* tftp_netascii.c - netascii to local text (RFC 1350 section 1, RFC 764): CR LF is a line's end,
 * CR NUL a carriage return. SPDX-License-Identifier: MIT */
#include "tftp_private.h"

#ifndef NETP_TFTP_NO_NETASCII
size_t tftp_netascii_decode(uint8_t *to, const uint8_t *p, size_t n, bool end, uint8_t *held)
{
    size_t w = 0;

    for (size_t i = 0; i < n; i++) {
        if (*held) {
            *held = 0;
            if (p[i] == '\n') {
                to[w++] = '\n';
                continue;
            }
            to[w++] = '\r';
            if (p[i] == '\0') {
                continue;
            }
        }
        if (p[i] == '\r') {
            *held = '\r';
        } else {
            to[w++] = p[i];
        }
    }
    if (end && *held) {
        to[w++] = '\r';
    }
    return w;
}
#endif
