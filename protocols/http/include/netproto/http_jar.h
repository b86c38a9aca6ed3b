/* netproto/http_jar.h - a client's cookies: which are kept, and which are sent where, RFC 6265bis.
 *
 * SPDX-License-Identifier: MIT
 *
 * Section numbers are those of draft-ietf-httpbis-rfc6265bis of January 2026. A jar lives in memory
 * of the caller and forgets the cookies that were not used for longest when that is full. It knows
 * no clock: `now` is in seconds, as in http_date.h, and read as one of the years 1970 to 9999.
 * Hosts are what netp_url_host() says; a URL with a zone, whose meaning is another on each machine,
 * has no cookies. Only https and wss are secure, to whatever host. What is given to a jar must not
 * lie in its memory. */
#ifndef NETPROTO_HTTP_JAR_H
#define NETPROTO_HTTP_JAR_H

#include <netproto/http_cookie.h>
#include <netproto/url.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HTTP_JAR_MAX_COOKIES 3000 /* cookies in a jar, */
#define NETP_HTTP_JAR_MAX_DOMAIN  50   /* and of one domain: what section 6.1 asks of a browser */

/* Bytes of memory that n cookies take, whose names, values, domains and paths have so many
 * together. */
#define NETP_HTTP_JAR_MEM(n, bytes) ((size_t)(n)*24 + (size_t)(bytes))

struct netp_http_jar_cfg {
    size_t max_cookies; /* 0: NETP_HTTP_JAR_MAX_COOKIES */
    size_t max_domain;  /* 0: NETP_HTTP_JAR_MAX_DOMAIN */
    /* Whether nobody owns domain, a name in lower case, as a whole, as with "com" or "co.uk": no
     * cookie is for all of it. It is asked when a cookie is set, loaded or sent. NULL: that is so
     * of names without a dot alone, and a host under co.uk can set cookies for all of them; the
     * host port has a better one, netproto/host/psl.h. */
    bool (*is_public_suffix)(void *ctx, struct netp_str domain);
    void *ctx;
};

struct netp_http_jar {
    struct netp_http_jar_cfg cfg_;
    uint8_t *mem_;
    size_t cap_, n_; /* n_: bytes in use */
    size_t count_;   /* cookies */
    uint64_t tick_;  /* counts the uses */
};

/* Makes mem[0..n), which stays the caller's, an empty jar; cfg NULL: all members 0. */
NETP_API void netp_http_jar_init(struct netp_http_jar *jar, void *mem, size_t n,
                                 const struct netp_http_jar_cfg *cfg);

/* What became of a cookie: one list, from which the enum and the words for a trace are made. */
#define NETP_HTTP_JAR_LIST(X)                                                                      \
    X(NETP_HTTP_JAR_END, "no more lines") /* of load alone */                                      \
    X(NETP_HTTP_JAR_COMMENT, "a comment") /* of load alone */                                      \
    X(NETP_HTTP_JAR_STORED, "stored")                                                              \
    X(NETP_HTTP_JAR_REPLACED, "replaced")                                                          \
    X(NETP_HTTP_JAR_REMOVED, "removed")     /* by one that has expired */                          \
    X(NETP_HTTP_JAR_EXPIRED, "has expired") /* there was none to remove */                         \
    /* refused: nothing has changed */                                                             \
    X(NETP_HTTP_JAR_SYNTAX, "not a cookie's line") /* of load alone */                             \
    X(NETP_HTTP_JAR_CONTROL, "a control character")                                                \
    X(NETP_HTTP_JAR_EMPTY, "neither name nor value")                                               \
    X(NETP_HTTP_JAR_LONG, "too long")                /* name and value, or the default path */     \
    X(NETP_HTTP_JAR_HOST, "the host has no cookies") /* netp_url_host() refuses it, or a zone */   \
    X(NETP_HTTP_JAR_DOMAIN, "not a domain of the host")                                            \
    X(NETP_HTTP_JAR_SUFFIX, "a public suffix")                                                     \
    X(NETP_HTTP_JAR_INSECURE, "Secure from an insecure origin")                                    \
    X(NETP_HTTP_JAR_OVERLAY, "would hide a Secure cookie")                                         \
    X(NETP_HTTP_JAR_CROSS_SITE, "SameSite in a cross-site response")                               \
    X(NETP_HTTP_JAR_SAME_SITE, "SameSite=None without Secure")                                     \
    X(NETP_HTTP_JAR_PREFIX, "not what its prefix promises")                                        \
    X(NETP_HTTP_JAR_FULL, "no room") /* larger than the jar, or only Secure cookies could go */

enum netp_http_jar_result {
#define NETP_HTTP_JAR_ENUM_(name, text) name,
    NETP_HTTP_JAR_LIST(NETP_HTTP_JAR_ENUM_)
#undef NETP_HTTP_JAR_ENUM_
};

/* The words for a result; static storage. */
NETP_API const char *netp_http_jar_text(enum netp_http_jar_result result);

/* Where a request comes from, or a response goes to (section 5.2), for programs that load one site
 * at another's wish. 0: from the same site, or from nobody but the user. */
enum {
    NETP_HTTP_JAR_FROM_CROSS_SITE = 1,
    NETP_HTTP_JAR_TOP_LEVEL = 2,    /* the user goes there: a link, not an image */
    NETP_HTTP_JAR_UNSAFE_METHOD = 4 /* another than GET, HEAD, OPTIONS, TRACE; of get alone */
};

/* Takes the value of one Set-Cookie of the response to a request for url (section 5.7). Cookies
 * that have expired leave the jar. Beyond the draft a path over NETP_HTTP_COOKIE_ATTRIBUTE_MAX,
 * which can only be that of url, is refused. */
NETP_API enum netp_http_jar_result netp_http_jar_set(struct netp_http_jar *jar,
                                                     const struct netp_url *url,
                                                     struct netp_str set_cookie, int64_t now,
                                                     unsigned flags);

/* More than this in a Cookie many servers answer with an error (section 4.2.1). */
#define NETP_HTTP_JAR_FIELD_CAP 8192

/* Writes the value of Cookie for a request for url (section 5.8.3), without a NUL, and returns its
 * length; 0: there is none to send. Longer paths come first, then older cookies; those from the
 * first on that does not fit into cap are left off. *need is the length of all. url->path is taken
 * as it is: normalise it before, as what is sent. */
NETP_API size_t netp_http_jar_get(struct netp_http_jar *jar, const struct netp_url *url,
                                  int64_t now, unsigned flags, char *out, size_t cap, size_t *need);

/* Shows the next cookie, the oldest first; *at is 0 before the first call. False at the end. The
 * views lie in the jar until it is changed or asked for cookies. They may have expired. */
NETP_API bool netp_http_jar_next(const struct netp_http_jar *jar, size_t *at,
                                 struct netp_http_cookie *c);

/* Removes the cookies that last no longer than a session, and those that have expired. */
NETP_API void netp_http_jar_end_session(struct netp_http_jar *jar, int64_t now);

/* Netscape's cookies.txt as curl reads and writes it: a line a cookie, seven parts with tabs
 * between them. It does not tell SameSite, so what is loaded has DEFAULT. curl takes a cookie
 * without name for one without value. What lies in such a file is as good as passwords: let nobody
 * but its owner read it. */
/* Some readers want this as the first line. */
#define NETP_HTTP_JAR_HEADER "# Netscape HTTP Cookie File\n"

/* Takes a line off *text and puts its cookie into the jar, after those that are there; no origin is
 * asked for. A line may end in LF or CRLF, the last one in neither. Call it until
 * NETP_HTTP_JAR_END: a line that is refused does not harm the others. */
NETP_API enum netp_http_jar_result netp_http_jar_load(struct netp_http_jar *jar,
                                                      struct netp_str *text, int64_t now);

/* Writes a cookie of a jar as a line with an LF, without a NUL, and returns its length. c->flags
 * tell which are the session's. NETP_E_NOSPACE: it has more than cap characters, which with
 * NETP_HTTP_JAR_LINE_CAP is never so. NETP_E_UNSUPPORTED: there is a tab in it, for which the file
 * has no form. */
#define NETP_HTTP_JAR_LINE_CAP 5440
NETP_API ptrdiff_t netp_http_jar_line(char *out, size_t cap, const struct netp_http_cookie *c);

#ifdef __cplusplus
}
#endif

#endif
