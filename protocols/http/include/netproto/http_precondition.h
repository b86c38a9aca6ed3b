/* netproto/http_precondition.h - conditional requests at a server: RFC 9110 section 13.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HTTP_PRECONDITION_H
#define NETPROTO_HTTP_PRECONDITION_H

#include <netproto/http_field.h>
#include <netproto/http_head.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a request asks its conditions about. */
struct netp_http_selected {
    const struct netp_http_etag *etag; /* NULL: there is no representation, as before the first
                                          PUT */
    int64_t modified;                  /* Last-Modified, or NETP_HTTP_NOT_DATED */
};

#define NETP_HTTP_NOT_DATED INT64_MIN

enum netp_http_precondition {
    NETP_HTTP_GO_ON = 1,    /* do what the method says; a Range is to be ignored */
    NETP_HTTP_PARTIAL,      /* do it for *range, see http_ranges.h */
    NETP_HTTP_NOT_MODIFIED, /* answer 304 */
    NETP_HTTP_FAILED        /* answer 412, and do nothing */
};

/* Judges the conditions of the request whose head lies at text, in the order of section 13.2.2, and
 * says whether its Range counts: only of GET (section 14.2), and with If-Range only when that names
 * this very representation. Call it for what would be answered by 2xx otherwise. now: seconds, for
 * dates with two digits of the year, and because a representation of this very second may change
 * again in it, so that its date does not name it (section 8.8.2.2).
 *
 * A date or Range that is malformed or there twice is ignored. Malformed tags name nothing in
 * If-Match, and in If-None-Match of GET and HEAD; with other methods If-None-Match fails then, for
 * it was sent to prevent harm. *range [in]: with PARTIAL alone. */
NETP_API enum netp_http_precondition netp_http_precondition(
    const struct netp_http_head *head, const char *text, const struct netp_http_selected *selected,
    int64_t now, struct netp_str *range);

#ifdef __cplusplus
}
#endif

#endif
