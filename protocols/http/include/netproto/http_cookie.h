/* netproto/http_cookie.h - cookies on the wire: Set-Cookie and Cookie, RFC 6265bis.
 *
 * SPDX-License-Identifier: MIT
 *
 * Section numbers are those of draft-ietf-httpbis-rfc6265bis of January 2026, which is to replace
 * RFC 6265. A client keeps cookies in a jar, http_jar.h; a server reads Cookie and writes
 * Set-Cookie here. */
#ifndef NETPROTO_HTTP_COOKIE_H
#define NETPROTO_HTTP_COOKIE_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HTTP_COOKIE_PAIR_MAX      4096u     /* bytes of name and value together */
#define NETP_HTTP_COOKIE_ATTRIBUTE_MAX 1024u     /* bytes of an attribute's value */
#define NETP_HTTP_COOKIE_AGE_MAX       34560000u /* seconds: no cookie lives longer (section 5.5) */

/* DEFAULT: no SameSite, or one that is not known; it is enforced as LAX is. */
enum netp_http_same_site {
    NETP_HTTP_SAME_SITE_DEFAULT,
    NETP_HTTP_SAME_SITE_NONE,
    NETP_HTTP_SAME_SITE_LAX,
    NETP_HTTP_SAME_SITE_STRICT
};

/* netp_http_cookie.flags */
enum {
    NETP_HTTP_COOKIE_SECURE = 1,
    NETP_HTTP_COOKIE_HTTP_ONLY = 2,
    NETP_HTTP_COOKIE_EXPIRES = 4, /* expires counts; without it, and MAX_AGE, it is the session's */
    NETP_HTTP_COOKIE_MAX_AGE = 8, /* of Set-Cookie: max_age counts, and before expires */
    NETP_HTTP_COOKIE_HOST_ONLY =
        16 /* in a jar: for the host domain alone, not for those below it */
};

/* A cookie: of Set-Cookie, or of a jar. */
struct netp_http_cookie {
    struct netp_str name; /* may be empty (section 5.6), but not when it is formatted */
    struct netp_str value;
    struct netp_str domain; /* without a dot before it; of Set-Cookie: empty without one */
    struct netp_str path;   /* begins with "/"; of Set-Cookie: empty without one */
    int64_t expires;        /* as in http_date.h */
    uint32_t max_age;       /* seconds */
    enum netp_http_same_site same_site;
    unsigned flags;
};

/* Reads Set-Cookie as a client has to (section 5.6), which takes nearly anything; views [in]. An
 * attribute that is malformed or over NETP_HTTP_COOKIE_ATTRIBUTE_MAX is as good as absent; of
 * several the last counts. max_age is at most NETP_HTTP_COOKIE_AGE_MAX, and 0 if it was negative.
 * Several fields must not be joined by commas (RFC 9110 section 5.3).
 * NETP_E_SYNTAX: a control character other than a tab; NETP_E_LIMIT: NETP_HTTP_COOKIE_PAIR_MAX. */
NETP_API int netp_http_set_cookie_parse(struct netp_str field, struct netp_http_cookie *c);

/* Writes Set-Cookie, without a NUL, and returns its length; NETP_HTTP_SET_COOKIE_CAP is always
 * enough. To delete a cookie give max_age 0 with the same domain and path.
 * NETP_E_NOSPACE; some may have been written.
 * NETP_E_ARG: what section 4.1.1 forbids or what no client would keep, for
 *     name       no token, or over NETP_HTTP_COOKIE_PAIR_MAX with its value
 *     value      a space, comma, semicolon, backslash, control character, a byte over 126, or a
 *                quote that is not one of two around it
 *     domain     no name of the DNS, in letters, digits, "-", "_" and "."
 *     path       does not begin with "/", has a semicolon, or what is not printable ASCII
 *     expires    is not in the years 1601 to 9999, before which clients understand no date
 *     same_site  NONE without SECURE
 *     a name that begins with __Secure- or __Host-, of any case, without what section 4.1.3 wants.
 */
#define NETP_HTTP_SET_COOKIE_CAP(c) ((c)->name.n + (c)->value.n + (c)->domain.n + (c)->path.n + 111)
NETP_API ptrdiff_t netp_http_set_cookie_format(char *out, size_t cap,
                                               const struct netp_http_cookie *c);

/* Takes the next cookie off the value of Cookie, as a server: 1, or 0 at the end. There is no
 * error: what is empty, or holds a control character, is passed over, and what has no "=" is a
 * value without name, as clients send such. The quotes of a value belong to it. Two cookies may
 * have one name, in any order: their domains and paths are not told. */
NETP_API int netp_http_cookie_next(struct netp_str *field, struct netp_str *name,
                                   struct netp_str *value);

#ifdef __cplusplus
}
#endif

#endif
