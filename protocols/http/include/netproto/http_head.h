/* netproto/http_head.h - the head of an HTTP/1.x message: start line and fields, RFC 9112 sections
 * 2 to 5.
 *
 * SPDX-License-Identifier: MIT
 *
 * Reads a head where it lies, in one go or as it comes: the answer is the same. It is strict, for
 * what two readers take for two different heads is how requests are smuggled: a space before a
 * colon, a folded line, a bare CR or LF, a NUL or another control character are errors. What the
 * fields mean is another matter. */
#ifndef NETPROTO_HTTP_HEAD_H
#define NETPROTO_HTTP_HEAD_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HTTP_HEAD_MAX 65535u /* bytes of a head */

enum netp_http_head_kind {
    NETP_HTTP_HEAD_REQUEST = 1, /* empty lines before it are skipped (section 2.2) */
    NETP_HTTP_HEAD_RESPONSE,
    NETP_HTTP_HEAD_TRAILER /* fields alone */
};

/* Leniencies for old peers. Not for a server behind a proxy that does not share them. */
enum {
    NETP_HTTP_HEAD_BARE_LF = 1,  /* LF without CR ends a line (section 2.2) */
    NETP_HTTP_HEAD_NO_REASON = 2 /* a status line may end behind its code (section 4: no) */
};

/* Some of the head's bytes. */
struct netp_http_span {
    uint16_t at, n;
};

/* name without the colon; value without the blanks around it. */
struct netp_http_field {
    struct netp_http_span name, value;
};

struct netp_http_head {
    /* to be read once netp_http_head_parse() has returned more than 0 */
    struct netp_http_span method, target; /* REQUEST */
    struct netp_http_span reason;         /* RESPONSE, perhaps empty */
    uint16_t status;                      /* RESPONSE: 100..999 */
    uint8_t minor;                        /* REQUEST, RESPONSE: HTTP/1.minor */
    uint16_t nfield;                      /* in the array given to init */

    /* after an error: the offset of the first wrong byte, and what it should have been part of */
    uint32_t at;
    const char *where;

    struct netp_http_field *field_;
    size_t line_; /* where the line begins that is read next */
    uint16_t cap_;
    uint8_t kind_, flags_;
    bool started_;
};

/* Begins a head. Its fields will be put into field[0..cap), which stays the caller's. flags: the
 * leniencies. */
NETP_API void netp_http_head_init(struct netp_http_head *h, enum netp_http_head_kind kind,
                                  struct netp_http_field *field, uint16_t cap, unsigned flags);

/* Reads p[0..n), the head's bytes from its first on: the same as in the call before and more, at
 * this place or another. Bytes behind the head are not looked at. Returns its length when it is
 * complete, 0 when more must come, or
 *   NETP_E_SYNTAX       the byte at h->at fits nothing that may come there
 *   NETP_E_UNSUPPORTED  h->at is the major version of another HTTP than 1; or the build has no
 *                       heads of this kind, see http1.h
 *   NETP_E_LIMIT        at h->at begins one field more than cap, or the head is longer than
 *                       NETP_HTTP_HEAD_MAX and not complete.
 * After an error or a complete head only init is of use. */
NETP_API int netp_http_head_parse(struct netp_http_head *h, const char *p, size_t n);

/* Whether the start line is complete: a head that is too long after it has too much in its fields
 * (status 431), else its target is too long (414). */
NETP_API bool netp_http_head_started(const struct netp_http_head *h);

/* The nth field (0 is the first) of this name, of which the case does not count: its value as a
 * view of p, the head's bytes. False if there is none. */
NETP_API bool netp_http_head_find(const struct netp_http_head *h, const char *p,
                                  struct netp_str name, unsigned nth, struct netp_str *value);

/* The bytes of a span, as a view of p. */
static inline struct netp_str netp_http_str(const char *p, struct netp_http_span s)
{
    struct netp_str v;
    v.p = p + s.at;
    v.n = s.n;
    return v;
}

#ifdef __cplusplus
}
#endif

#endif
