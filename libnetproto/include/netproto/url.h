/* netproto/url.h - URLs: taken apart, resolved, normalised, compared, and text put into them.
 *
 * SPDX-License-Identifier: MIT
 *
 * RFC 3986, strictly, and zones as in RFC 6874. Nothing is repaired: what the grammar does not have
 * (spaces, control characters, backslashes, bytes over 127, a second @, broken escapes) is refused.
 * All that decides over a URL must ask this parser, and connect to what netp_url_host() says: what
 * was checked is then what is connected to. */
#ifndef NETPROTO_URL_H
#define NETPROTO_URL_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_URL_MAX 65535 /* bytes: no longer one is read or written */

/* What a host is written as (section 3.2.2). A name may still be none of the DNS, and
 * "%31.2.3.4" is a name: see netp_url_host(). */
enum netp_url_host_kind {
    NETP_URL_HOST_NONE, /* no authority, or an empty host, as in "file:///etc" */
    NETP_URL_HOST_NAME,
    NETP_URL_HOST_IPV4,
    NETP_URL_HOST_IPV6,
    NETP_URL_HOST_FUTURE /* "[v1.x]", an address of a kind that is not known */
};

/* netp_url.has: which parts there are. One that is there may be empty, as the query in "/a?". */
enum {
    NETP_URL_SCHEME = 1, /* without it, it is a relative reference (section 4.2) */
    NETP_URL_AUTHORITY = 2,
    NETP_URL_USERINFO = 4,
    NETP_URL_PORT = 8, /* with digits: "http://a:/" has none */
    NETP_URL_QUERY = 16,
    NETP_URL_FRAGMENT = 32
};

/* A URI or a relative reference, taken apart. The views [in] are as they were written, escapes
 * too, without the delimiters around them; those of absent parts are empty. */
struct netp_url {
    struct netp_str scheme;
    struct netp_str authority; /* userinfo, host and port */
    struct netp_str userinfo;
    struct netp_str host; /* an IPv6 address with its brackets and zone */
    struct netp_str zone; /* what is behind %25 in the brackets; else empty */
    struct netp_str path; /* always there, maybe empty */
    struct netp_str query;
    struct netp_str fragment;
    uint16_t port; /* 0 without NETP_URL_PORT */
    unsigned has;
    enum netp_url_host_kind host_kind;
};

/* Reads a URI or a relative reference (section 4.1). *u changes only with NETP_OK, *at only
 * without: it is then the offset of the first wrong byte, s.n if something is missing at the end.
 * A bad escape begins with its %, a bad address behind its [.
 * NETP_E_SYNTAX: s is neither.
 * NETP_E_LIMIT: the port that begins there is over 65535, or s is over NETP_URL_MAX. */
NETP_API int netp_url_parse(struct netp_str s, struct netp_url *u, size_t *at);

#define NETP_URL_HOST_CAP 254 /* characters: the longest host, and its NUL */

/* Writes the host to ask the DNS for, or the address to connect to. A name comes in lower case,
 * without escapes and without the one dot that it may end in; IPv4 as it is; IPv6 without brackets
 * and zone, as RFC 5952 has it. Ends with a NUL; returns the length without it. On failure out may
 * have been written to.
 * NETP_E_SYNTAX: there is no host; a label is empty, has other characters than letters, digits, "-"
 * and "_", or "-" at an end; or the last label is a decimal or 0x-hexadecimal number, as no
 * domain's is, and the whole no address of four decimal numbers: some would still connect to
 * "127.1" or "0x7f000001".
 * NETP_E_LIMIT: a label is over 63 characters, or the whole over 253.
 * NETP_E_UNSUPPORTED: NETP_URL_HOST_FUTURE. */
NETP_API int netp_url_host(const struct netp_url *u, char out[NETP_URL_HOST_CAP]);

/* The port to connect to: the one given, else the default of the schemes ftp, http, https, imap,
 * pop, tftp, ws and wss, else 0. */
NETP_API uint16_t netp_url_port(const struct netp_url *u);

/* Whether a and b have the same origin (RFC 6454 section 5): scheme, netp_url_host() with its zone,
 * netp_url_port(). A URL without scheme, or whose host netp_url_host() refuses, has the origin of
 * none, not even its own. */
NETP_API bool netp_url_same_origin(const struct netp_url *a, const struct netp_url *b);

/* Writes the URI that ref stands for in a document at base (section 5.2; ref's own scheme always
 * counts, as in a strict parser), without a NUL, and returns its length. A path that would begin
 * with "//" where there is no authority gets "/." before it. out must not overlap with either; on
 * failure it may have been written to.
 * NETP_E_ARG: base is relative.
 * NETP_E_NOSPACE: cap is too small, for the path before dot segments leave it, too. The lengths of
 * base and ref and 2 more are always enough.
 * NETP_E_LIMIT: the result is over NETP_URL_MAX. */
NETP_API ptrdiff_t netp_url_resolve(const struct netp_url *base, const struct netp_url *ref,
                                    char *out, size_t cap);

/* Writes the normal form of u (section 6.2.2 and 6.2.3): scheme and host in lower case, IPv6 as RFC
 * 5952 has it, escapes of unreserved characters decoded and the others in upper case, no dot
 * segments, no port if it is empty or the scheme's default, no leading zeros in one, and "/" as the
 * empty path of http and https. Two URIs with one normal form are the same; the reverse need not
 * hold. Return, out and errors are those of netp_url_resolve(); 8 bytes more than u has are
 * always enough. */
NETP_API ptrdiff_t netp_url_normalise(const struct netp_url *u, char *out, size_t cap);

/* Where text is to be put into a URL. Characters that are not safe there become escapes:
 * SEGMENT   one segment of a path. "." and ".." have no other form, escapes do not help: refuse
 *           them where they come from somebody else
 * QUERY     a query as a whole; "&", "=" and "+" stay
 * FORM      a name or a value of an application/x-www-form-urlencoded text (the URL standard of
 *           WHATWG, section 5): a space becomes "+"; between them "=" and "&" are the caller's
 * USERINFO  a user or a password; the ":" between them is the caller's */
enum netp_url_part {
    NETP_URL_PART_SEGMENT,
    NETP_URL_PART_QUERY,
    NETP_URL_PART_FORM,
    NETP_URL_PART_USERINFO
};

#define NETP_URL_ENCODE_CAP(n) ((size_t)(n)*3) /* a cap that fits any n bytes */

/* Writes p[0..n) to out as text for that part, without a NUL, and returns the number of characters.
 * NETP_E_NOSPACE: they are more than cap; some may have been written. */
NETP_API ptrdiff_t netp_url_encode(enum netp_url_part part, char *out, size_t cap, const void *p,
                                   size_t n);

/* netp_url_decode: what else than %HH is meant */
enum {
    NETP_URL_PLUS = 1,  /* "+" stands for a space, as in FORM */
    NETP_URL_NO_NUL = 2 /* a NUL, escaped or not, is NETP_E_SYNTAX: for what becomes a C string */
};

/* Writes the bytes that s stands for to out, which may be the memory of s itself, and returns their
 * number. Take a URL apart before its parts are decoded, not after: "%2F" is no "/".
 * NETP_E_SYNTAX: a % without two hexadecimal digits.
 * NETP_E_NOSPACE: they are more than cap. In both cases some may have been written. */
NETP_API ptrdiff_t netp_url_decode(unsigned flags, void *out, size_t cap, struct netp_str s);

#ifdef __cplusplus
}
#endif

#endif
