/* netproto/http_ranges.h - which bytes a server sends for Range: RFC 9110 sections 14.2 and 15.3.7.
 *
 * SPDX-License-Identifier: MIT
 *
 * For a Range that counts (http_precondition.h):
 *
 *     switch (netp_http_ranges_choose(&r, range, size, type)) {
 *     case NETP_HTTP_RANGES_WHOLE:   200, and all of it
 *     case NETP_HTTP_RANGES_ONE:     206, Content-Range, and r.range[0]
 *     case NETP_HTTP_RANGES_SEVERAL: 206, and for each of r.n ranges its text and its bytes, then
 *                                    the text of i == r.n
 *     case NETP_HTTP_RANGES_NONE:    416, and Content-Range */
#ifndef NETPROTO_HTTP_RANGES_H
#define NETPROTO_HTTP_RANGES_H

#include <netproto/http_field.h>
#include <netproto/http_multipart.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HTTP_RANGES_MAX 16 /* in one request; more are answered by the whole */

enum netp_http_ranges_kind {
    NETP_HTTP_RANGES_WHOLE = 1, /* Range is malformed or of another unit; its ranges overlap, are
                                   too many, or would take as many bytes as the whole; the
                                   representation is empty */
    NETP_HTTP_RANGES_ONE,
    NETP_HTTP_RANGES_SEVERAL,
    NETP_HTTP_RANGES_NONE /* not one of them has a byte in the representation */
};

#define NETP_HTTP_BYTERANGES_TYPE_LEN                                                              \
    (sizeof "multipart/byteranges; boundary=" - 1 + 2 * NETP_HTTP_BOUNDARY_RANDOM)

struct netp_http_ranges {
    struct netp_http_range range[NETP_HTTP_RANGES_MAX]; /* n of them: first..last */
    size_t n;                                 /* of ONE and SEVERAL; in the order of the request */
    uint64_t length;                          /* of the body: the Content-Length */
    char type[NETP_HTTP_BYTERANGES_TYPE_LEN]; /* of SEVERAL: the Content-Type, without a NUL */
    uint64_t whole_;
    struct netp_str part_type_;
};

/* field: the Range; length: of the representation, in bytes; type: its Content-Type, which must
 * outlive r. */
NETP_API enum netp_http_ranges_kind netp_http_ranges_choose(struct netp_http_ranges *r,
                                                            struct netp_str field, uint64_t length,
                                                            struct netp_str type);

/* Of SEVERAL, once and before type is used: makes the boundary, which must not be guessed by those
 * who write the bytes. */
NETP_API void netp_http_ranges_boundary(struct netp_http_ranges *r,
                                        const uint8_t random[NETP_HTTP_BOUNDARY_RANDOM]);

#define NETP_HTTP_RANGES_TEXT_CAP(type_n)                                                          \
    (sizeof "\r\n--\r\nContent-Type: \r\nContent-Range: \r\n\r\n" +                                \
     2 * NETP_HTTP_BOUNDARY_RANDOM + (size_t)(type_n) + NETP_HTTP_CONTENT_RANGE_CAP)

/* Of SEVERAL: writes what stands before the bytes of range i, and behind the last of i == r->n,
 * without a NUL, and returns its length. cap = NETP_HTTP_RANGES_TEXT_CAP is always enough.
 * NETP_E_ARG: i > r->n; NETP_E_NOSPACE. */
NETP_API ptrdiff_t netp_http_ranges_text(const struct netp_http_ranges *r, size_t i, char *out,
                                         size_t cap);

#ifdef __cplusplus
}
#endif

#endif
