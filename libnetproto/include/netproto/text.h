/* netproto/text.h - text on the wire: comparing it, numbers in it, showing it in a log.
 *
 * SPDX-License-Identifier: MIT
 *
 * Letters and digits are those of ASCII, whatever the locale. Text may hold any byte, NUL too. */
#ifndef NETPROTO_TEXT_H
#define NETPROTO_TEXT_H

#include <netproto/netp.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The struct netp_str of p[0..n). */
static inline struct netp_str netp_str_make(const char *p, size_t n)
{
    struct netp_str s;
    s.p = p;
    s.n = n;
    return s;
}

/* The struct netp_str of a string literal, and of a string that ends at its first NUL. */
#define NETP_STR(literal) netp_str_make("" literal, sizeof(literal) - 1)

static inline struct netp_str netp_str_of(const char *z)
{
    return netp_str_make(z, strlen(z));
}

/* Whether a and b hold the same bytes; ieq: when the case of ASCII letters does not count. */
NETP_API bool netp_str_eq(struct netp_str a, struct netp_str b);
NETP_API bool netp_str_ieq(struct netp_str a, struct netp_str b);

/* The value of a hexadecimal digit of either case, 0..15; 16 for any other character. */
NETP_API unsigned netp_hex_digit(char c);

/* Reads s, which must be one or more decimal (hexadecimal) digits and nothing else, into *v.
 * Leading zeros do not matter. *v changes only with NETP_OK.
 * NETP_E_SYNTAX: s is empty or holds something else than digits.
 * NETP_E_LIMIT: s is a number above max, of any length. */
NETP_API int netp_parse_dec(struct netp_str s, uint64_t max, uint64_t *v);
NETP_API int netp_parse_hex(struct netp_str s, uint64_t max, uint64_t *v);

#define NETP_DEC_CAP 20 /* characters: the most that netp_format_dec() writes */

/* Writes v in decimal, without a NUL, and returns the number of characters, at least 1. */
NETP_API size_t netp_format_dec(uint64_t v, char out[NETP_DEC_CAP]);

/* Makes p[0..n) fit for a log line: printable ASCII stays, a backslash and every other byte becomes
 * \xHH, so the result is one line and tells exactly what the bytes were. Writes at most cap
 * characters to out, the NUL that always ends it included, and returns the length without it. What
 * does not fit is left off, never in the middle of a \xHH. With cap 0 nothing is written. */
NETP_API size_t netp_escape(char *out, size_t cap, const void *p, size_t n);

#define NETP_ESCAPE_CAP(n) ((size_t)(n)*4 + 1) /* a cap that fits any n bytes */

#ifdef __cplusplus
}
#endif

#endif
