/* netproto/http_redirect.h - what a client does with a redirection: RFC 9110 section 15.4.
 *
 * SPDX-License-Identifier: MIT
 *
 * One struct netp_http_redirect follows one request from answer to answer. It bounds them by their
 * number alone: to be sent to the same URL again is no loop where a cookie was set on the way. */
#ifndef NETPROTO_HTTP_REDIRECT_H
#define NETPROTO_HTTP_REDIRECT_H

#include <netproto/http_head.h>
#include <netproto/url.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HTTP_REDIRECT_MAX 20 /* redirections of a request, a usual limit */

/* What else is allowed. */
enum {
    NETP_HTTP_REDIRECT_POST = 1, /* after 301 and 302 a POST stays one, as section 15.4.2 meant */
    NETP_HTTP_REDIRECT_DOWNGRADE = 2 /* https may lead to http */
};

struct netp_http_redirect {
    uint16_t count; /* redirections so far */
    uint16_t max_;
    uint8_t flags_;
    bool foreign_;
};

/* Begins a chain of at most max redirections; 0: none is followed, the first is NETP_E_LIMIT. */
NETP_API void netp_http_redirect_init(struct netp_http_redirect *r, unsigned flags, uint16_t max);

/* The request to make next. */
struct netp_http_hop {
    struct netp_str url; /* in the caller's buffer; absolute, with a fragment if there is one, and
                            without userinfo: a peer's word is no reason to log in */
    struct netp_str method; /* that of the request [in], or "GET" */
    bool body;         /* the request's body, and the fields that describe it, go with it again; if
                          there was one that can't be repeated, give up */
    bool credentials;  /* every URL so far had the first one's origin. Else nothing meant for that
                          may be sent: Authorization, user and password, Cookie and other fields set
                          by hand, a client certificate. Once false, it stays false */
    const char *where; /* after an error: what was wrong; static storage */
};

/* Bytes of `out` that are always enough for a URL and a Location of these lengths. */
#define NETP_HTTP_REDIRECT_CAP(url, location) ((size_t)(url) + 6 * (size_t)(location) + 2)

/* Looks at an answer to a request of this method to url, which is absolute: head, complete, with
 * its bytes p. In Location, spaces, bytes over 127 and <>"{}|^` are escaped, as browsers do; all
 * else must be a URI reference. It is resolved against url, whose fragment it inherits if it has
 * none (section 10.2.2). out must not overlap with url; on failure it may have been written to.
 *
 * Returns 1, and *hop: follow it; 0: this is the answer to give to the user, for its status is not
 * 301, 302, 303, 307 or 308, or it has no Location or an empty one; or, and hop->where,
 *   NETP_E_LIMIT        redirections over the limit; a URL over NETP_URL_MAX
 *   NETP_E_SYNTAX       Location is no URI reference or leads to no valid host; there are two that
 *                       differ
 *   NETP_E_UNSUPPORTED  it leads to another scheme than http and https
 *   NETP_E_REFUSED      it leads from https to http
 *   NETP_E_NOSPACE      cap is too small
 *   NETP_E_ARG          url is relative */
NETP_API int netp_http_redirect_next(struct netp_http_redirect *r, struct netp_str method,
                                     const struct netp_url *url, const struct netp_http_head *head,
                                     const char *p, char *out, size_t cap,
                                     struct netp_http_hop *hop);

#ifdef __cplusplus
}
#endif

#endif
