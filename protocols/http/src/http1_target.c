/* http1_target.c - hosts and request targets: RFC 3986 section 3.2, RFC 9112 section 3.2.
 *
 * SPDX-License-Identifier: MIT */
#include "http1_private.h"
#include "http_chars.h"

#include <netproto/addr.h>

#define HOST_MAX 264u /* characters of a host and its port */

/* Without the % of an escape: reg-name; pchar, slash and question mark. */
static const struct http_chars scheme_chars = {{0, 0x03ff6800, 0x07fffffe, 0x07fffffe, 0, 0, 0, 0}};
static const struct http_chars name_chars = {{0, 0x2bff7fd2, 0x87fffffe, 0x47fffffe, 0, 0, 0, 0}};
static const struct http_chars path_chars = {{0, 0xafffffd2, 0x87ffffff, 0x47fffffe, 0, 0, 0, 0}};

/* Takes what is in the set, or an escape. */
static struct netp_str take_text(struct netp_str *s, const struct http_chars *set)
{
    struct netp_str from = *s;

    http_take_run(s, set);
    while (s->n > 2 && s->p[0] == '%' && netp_hex_digit(s->p[1]) < 16 &&
           netp_hex_digit(s->p[2]) < 16) {
        http_take(s, 3);
        http_take_run(s, set);
    }
    return netp_str_make(from.p, from.n - s->n);
}

#ifdef NETP_HTTP1_NO_IPV6
static bool take_literal(struct netp_str *s)
{
    (void)s;
    return false;
}
#else
/* IPvFuture: "v1.x" */
static bool is_future(struct netp_str s)
{
    size_t i = 1;

    while (i < s.n && netp_hex_digit(s.p[i]) < 16) {
        i++;
    }
    if ((s.p[0] | 0x20) != 'v' || i == 1 || i + 1 >= s.n || s.p[i] != '.') {
        return false;
    }
    for (i++; i < s.n && (http_is(&name_chars, s.p[i]) || s.p[i] == ':'); i++) {
    }
    return i == s.n;
}

/* An address in brackets, without a zone: that means nothing to another. */
static bool take_literal(struct netp_str *s)
{
    const char *end = (const char *)memchr(s->p, ']', s->n);
    struct netp_addr a;
    struct netp_str in;

    if (s->p[0] != '[' || end == NULL || end == s->p + 1) {
        return false;
    }
    in = netp_str_make(s->p + 1, (size_t)(end - s->p) - 1);
    http_take(s, in.n + 2);
    return is_future(in) ||
           (memchr(in.p, '%', in.n) == NULL && netp_addr_parse(in, &a) == NETP_OK && a.fam == 6);
}
#endif

bool http1_is_host(struct netp_str s)
{
    uint64_t port;

    if (s.n == 0) {
        return true;
    }
    if (s.n > HOST_MAX || (take_text(&s, &name_chars).n == 0 && !take_literal(&s))) {
        return false;
    }
    if (s.n == 0) {
        return true;
    }
    return http_take(&s, 1).p[0] == ':' &&
           (s.n == 0 || netp_parse_dec(s, UINT16_MAX, &port) == NETP_OK);
}

/* A URI with an authority, but no user and no fragment. */
static bool is_absolute(struct netp_str s)
{
    struct netp_str scheme = http_take_run(&s, &scheme_chars), authority;
    size_t n = 3;

    if (scheme.n == 0 || scheme.p[0] < 'A' || s.n < n || memcmp(s.p, "://", n) != 0) {
        return false;
    }
    http_take(&s, n);
    for (n = 0; n < s.n && s.p[n] != '/' && s.p[n] != '?'; n++) {
    }
    authority = http_take(&s, n);
    take_text(&s, &path_chars);
    return s.n == 0 && n > 0 && http1_is_host(authority);
}

bool http1_is_target(struct netp_str method, struct netp_str s)
{
    if (netp_str_eq(method, NETP_STR("CONNECT"))) {
        return http1_is_host(s) && memchr(s.p, ':', s.n) != NULL && s.p[s.n - 1] != ':' &&
               s.p[s.n - 1] != ']';
    }
    if (s.p[0] == '/') {
        return memchr(s.p, '#', s.n) == NULL;
    }
    if (netp_str_eq(s, NETP_STR("*"))) {
        return netp_str_eq(method, NETP_STR("OPTIONS"));
    }
    return is_absolute(s);
}
