/* base64, RFC 4648 section 4.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/base64.h>

ptrdiff_t netp_base64_encode(char *out, size_t cap, const void *p, size_t n)
{
    static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *b = (const uint8_t *)p;

    if (cap < NETP_BASE64_LEN(n)) {
        return NETP_E_NOSPACE;
    }
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t v = (uint32_t)b[i] << 16;
        v |= left > 1 ? (uint32_t)b[i + 1] << 8 : 0;
        v |= left > 2 ? b[i + 2] : 0;
        *out++ = abc[v >> 18];
        *out++ = abc[v >> 12 & 63];
        *out++ = left > 1 ? abc[v >> 6 & 63] : '=';
        *out++ = left > 2 ? abc[v & 63] : '=';
    }
    return (ptrdiff_t)NETP_BASE64_LEN(n);
}

/* 0..63, or 64 for what is not in the alphabet. */
static unsigned value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (unsigned)(c - 'A');
    }
    if (c >= 'a' && c <= 'z') {
        return (unsigned)(c - 'a') + 26;
    }
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0') + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

ptrdiff_t netp_base64_decode(void *out, size_t cap, struct netp_str s)
{
    uint8_t *b = (uint8_t *)out;
    size_t n = 0, pad = 0;

    if (s.n % 4 != 0) {
        return NETP_E_SYNTAX;
    }
    while (pad < 2 && pad < s.n && s.p[s.n - 1 - pad] == '=') {
        pad++;
    }
    size_t len = NETP_BASE64_MAX(s.n) - pad;
    if (cap < len) {
        return NETP_E_NOSPACE;
    }
    for (size_t i = 0; i < s.n; i += 4) {
        uint32_t v = 0;
        for (size_t k = i; k < i + 4; k++) {
            unsigned d = k < s.n - pad ? value(s.p[k]) : 0;
            if (d > 63) {
                return NETP_E_SYNTAX;
            }
            v = v << 6 | d;
        }
        for (unsigned shift = 24; shift > 0;) {
            shift -= 8;
            uint8_t byte = (uint8_t)(v >> shift);
            if (n < len) {
                b[n++] = byte;
            } else if (byte != 0) {
                return NETP_E_SYNTAX; /* the bits under the padding */
            }
        }
    }
    return (ptrdiff_t)len;
}
