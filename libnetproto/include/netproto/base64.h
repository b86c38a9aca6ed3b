/* netproto/base64.h - base64, RFC 4648 section 4: the standard alphabet, with padding.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_BASE64_H
#define NETPROTO_BASE64_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_BASE64_LEN(n) (((size_t)(n) + 2) / 3 * 4) /* the characters that encode n bytes */
#define NETP_BASE64_MAX(n) ((size_t)(n) / 4 * 3)       /* the most bytes in n characters */

/* Encodes p[0..n) to out, without a NUL and without line breaks. Returns the number of characters,
 * NETP_BASE64_LEN(n), or NETP_E_NOSPACE, with nothing written, when cap is less. */
NETP_API ptrdiff_t netp_base64_encode(char *out, size_t cap, const void *p, size_t n);

/* Decodes s to out, which may be the memory of s itself. Returns the number of bytes, or
 * NETP_E_SYNTAX: s is no whole number of groups of four, holds a character outside the alphabet
 * (line breaks and spaces, too), or has bits set that padding must leave zero (section 3.5);
 * NETP_E_NOSPACE, with nothing written: s stands for more than cap bytes. */
NETP_API ptrdiff_t netp_base64_decode(void *out, size_t cap, struct netp_str s);

#ifdef __cplusplus
}
#endif

#endif
