/* http1_target.c - hosts and request targets: RFC 3986 section 3.2, RFC 9112 section 3.2.
 *
 * SPDX-License-Identifier: MIT */
#include "http1_private.h"
#include "http_chars.h"

#define HOST_MAX 263u /* characters of a host and its port */

/* reg-name, without the % of an escape */
static const struct http_chars name_chars = {{0, 0x2bff7fd2, 0x87fffffe, 0x47fffffe, 0, 0, 0, 0}};

bool http1_is(const char *p, size_t n, const char *text)
{
    return netp_str_ieq(netp_str_make(p, n), netp_str_of(text));
}

bool http1_is_method(const char *p, size_t n, const char *text)
{
    return n == strlen(text) && memcmp(p, text, n) == 0;
}

/* Each of the following returns where what it knows ends that begins at p; p: it is none. */

static bool is_escape(const char *p, const char *end)
{
    return *p == '%' && end - p > 2 && netp_hex_digit(p[1]) < 16 && netp_hex_digit(p[2]) < 16;
}

/* Characters of the set, and escapes. */
static const char *skip_text(const char *p, const char *end, const struct http_chars *set)
{
    while (p < end && (http_is(set, *p) || is_escape(p, end))) {
        p += *p == '%' ? 3 : 1;
    }
    return p;
}

#ifdef NETP_HTTP1_NO_IPV6
static const char *skip_literal(const char *p, const char *end)
{
    (void)end;
    return p;
}
#else
static bool is_ipv4(const char *p, const char *end)
{
    for (unsigned i = 0; i < 4; i++) {
        const char *digits = p;
        unsigned v = 0;
        while (p < end && *p >= '0' && *p <= '9' && p - digits < 3) {
            v = v * 10 + (unsigned)(*p++ - '0');
        }
        if (p == digits || v > 255 || (*digits == '0' && p - digits > 1)) {
            return false;
        }
        if (i < 3 && (p == end || *p++ != '.')) {
            return false;
        }
    }
    return p == end;
}

/* RFC 4291 section 2.2; netp_addr_parse() would take more stack than firmware has. */
static bool is_ipv6(const char *p, const char *end)
{
    bool gap = end - p >= 2 && p[0] == ':' && p[1] == ':';
    unsigned groups = 0;

    p += gap ? 2 : 0;
    while (p < end) {
        const char *digits = p;
        while (p < end && netp_hex_digit(*p) < 16) {
            p++;
        }
        if (p < end && *p == '.' && is_ipv4(digits, end)) {
            groups += 2;
            break;
        }
        if (p == digits || p - digits > 4) {
            return false;
        }
        groups++;
        if (p < end && (*p++ != ':' || p == end || (*p == ':' && gap))) {
            return false;
        }
        if (p < end && *p == ':') {
            gap = true;
            p++;
        }
    }
    return gap ? groups < 8 : groups == 8;
}

/* IPvFuture: "v1.x" */
static bool is_future(const char *p, const char *end)
{
    const char *digits = p + 1;

    if (*p != 'v' && *p != 'V') {
        return false;
    }
    for (p++; p < end && netp_hex_digit(*p) < 16; p++) {
    }
    if (p == digits || end - p < 2 || *p != '.') {
        return false;
    }
    while (p < end && (http_is(&name_chars, *p) || *p == ':')) {
        p++;
    }
    return p == end;
}

/* An address in brackets, without a zone: that means nothing to another. */
static const char *skip_literal(const char *p, const char *end)
{
    const char *close = (const char *)memchr(p, ']', (size_t)(end - p));

    if (*p != '[' || close == NULL || (!is_ipv6(p + 1, close) && !is_future(p + 1, close))) {
        return p;
    }
    return close + 1;
}
#endif

/* Whether all from p to end is a host, not empty, and maybe a port. */
static bool is_authority(const char *p, const char *end)
{
    const char *host = skip_text(p, end, &name_chars);
    uint64_t port;

    if (host == p && p < end) {
        host = skip_literal(p, end);
    }
    if (host == p || host == end) {
        return host > p;
    }
    return *host == ':' &&
           (++host == end || netp_parse_dec(netp_str_make(host, (size_t)(end - host)), UINT16_MAX,
                                            &port) == NETP_OK);
}

bool http1_is_host(const char *p, size_t n)
{
    return n == 0 || (n <= HOST_MAX && is_authority(p, p + n));
}

#ifdef NETP_HTTP1_NO_ABSOLUTE
static bool is_absolute(const char *p, const char *end)
{
    (void)p;
    (void)end;
    return false;
}
#else
/* scheme; pchar, slash and question mark */
static const struct http_chars scheme_chars = {{0, 0x03ff6800, 0x07fffffe, 0x07fffffe, 0, 0, 0, 0}};
static const struct http_chars path_chars = {{0, 0xafffffd2, 0x87ffffff, 0x47fffffe, 0, 0, 0, 0}};

/* A URI with an authority, but no user and no fragment. */
static bool is_absolute(const char *p, const char *end)
{
    const char *authority = http_skip(p, end, &scheme_chars), *path;

    if (authority == p || *p < 'A' || end - authority < 3 || memcmp(authority, "://", 3) != 0) {
        return false;
    }
    authority += 3;
    for (path = authority; path < end && *path != '/' && *path != '?'; path++) {
    }
    return is_authority(authority, path) && skip_text(path, end, &path_chars) == end;
}
#endif

bool http1_is_target(struct netp_str method, const char *p, size_t n)
{
    if (http1_is_method(method.p, method.n, "CONNECT")) {
        return HTTP1_TUNNELS && http1_is_host(p, n) && memchr(p, ':', n) != NULL &&
               p[n - 1] != ':' && p[n - 1] != ']';
    }
    if (*p == '/') {
        return memchr(p, '#', n) == NULL;
    }
    if (n == 1 && *p == '*') {
        return http1_is_method(method.p, method.n, "OPTIONS");
    }
    return is_absolute(p, p + n);
}
