/* Taking a URL apart, RFC 3986 sections 3 and 4.
 *
 * SPDX-License-Identifier: MIT */
#include "url_private.h"

#include <netproto/addr.h>

/* ---- pieces of a text ---- */

/* Whether c stands at s.p[i]. */
static bool is(struct netp_str s, size_t i, char c)
{
    return i < s.n && s.p[i] == c;
}

static struct netp_str slice(struct netp_str s, size_t from, size_t to)
{
    return netp_str_make(s.p + from, to - from);
}

/* The first place from i on where neither a character of the set nor an escape stands. */
static size_t span(struct netp_str s, size_t i, unsigned set)
{
    while (i < s.n) {
        if (netp_url_unescape_(s.p + i, s.n - i) >= 0) {
            i += 3;
        } else if ((netp_url_class_(s.p[i]) & set) != 0) {
            i++;
        } else {
            break;
        }
    }
    return i;
}

static size_t span_digits(struct netp_str s, size_t i)
{
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') {
        i++;
    }
    return i;
}

/* ---- host ---- */

/* Whether s is as "v1.x". */
static bool is_future(struct netp_str s)
{
    size_t dot = 1;

    while (dot < s.n && netp_hex_digit(s.p[dot]) < 16) {
        dot++;
    }
    return dot > 1 && is(s, dot, '.') && dot + 1 < s.n && memchr(s.p, '%', s.n) == NULL &&
           span(s, dot, URL_USERINFO) == s.n;
}

/* An IPv6 address, or an IPv4 one, and nothing else. */
static bool is_address(struct netp_str s, unsigned fam)
{
    struct netp_addr a;
    return netp_addr_parse(s, &a) == NETP_OK && a.fam == fam;
}

/* s is what brackets enclose. */
static bool parse_literal(struct netp_str s, struct netp_url *u)
{
    const char *percent = (const char *)memchr(s.p, '%', s.n);

    if (is(s, 0, 'v') || is(s, 0, 'V')) {
        u->host_kind = NETP_URL_HOST_FUTURE;
        return is_future(s);
    }
    u->host_kind = NETP_URL_HOST_IPV6;
    if (percent != NULL) {
        size_t zone = (size_t)(percent - s.p);
        if (netp_url_unescape_(percent, s.n - zone) != '%' || zone + 3 == s.n ||
            span(s, zone + 3, URL_UNRESERVED) != s.n) {
            return false;
        }
        u->zone = slice(s, zone + 3, s.n);
        s.n = zone;
    }
    return is_address(s, 6);
}

/* Reads the host at *i. Moves *i behind it, or to what is wrong, and then returns false. */
static bool parse_host(struct netp_str s, size_t *i, struct netp_url *u)
{
    size_t from = *i;

    if (is(s, from, '[')) {
        const char *end = (const char *)memchr(s.p + from, ']', s.n - from);
        size_t to = end != NULL ? (size_t)(end - s.p) : s.n;
        *i = from + 1;
        if (end == NULL || !parse_literal(slice(s, *i, to), u)) {
            return false;
        }
        *i = to + 1;
        u->host = slice(s, from, *i);
        return true;
    }
    *i = span(s, from, URL_REG_NAME);
    u->host = slice(s, from, *i);
    if (u->host.n > 0) {
        u->host_kind = is_address(u->host, 4) ? NETP_URL_HOST_IPV4 : NETP_URL_HOST_NAME;
    }
    return true;
}

/* ---- the whole ---- */

/* Reads the authority at *i, as parse_host() does. */
static int parse_authority(struct netp_str s, size_t *i, struct netp_url *u)
{
    size_t from = *i, end = span(s, from, URL_USERINFO);
    uint64_t port = 0;

    u->has |= NETP_URL_AUTHORITY;
    if (is(s, end, '@')) {
        u->has |= NETP_URL_USERINFO;
        u->userinfo = slice(s, from, end);
        *i = end + 1;
    }
    if (!parse_host(s, i, u)) {
        return NETP_E_SYNTAX;
    }
    if (is(s, *i, ':')) {
        end = span_digits(s, ++*i);
        if (end > *i) {
            u->has |= NETP_URL_PORT;
            if (netp_parse_dec(slice(s, *i, end), UINT16_MAX, &port) != NETP_OK) {
                return NETP_E_LIMIT;
            }
        }
        *i = end;
    }
    u->port = (uint16_t)port;
    u->authority = slice(s, from, *i);
    bool ends = *i == s.n || is(s, *i, '/') || is(s, *i, '?') || is(s, *i, '#');
    return ends ? NETP_OK : NETP_E_SYNTAX;
}

/* The length of the scheme at the front of s; 0: there is none. */
static size_t span_scheme(struct netp_str s)
{
    size_t i = 0;

    while (i < s.n && (netp_url_class_(s.p[i]) == URL_ALNUM || is(s, i, '+') || is(s, i, '-') ||
                       is(s, i, '.'))) {
        i++;
    }
    /* The first is a letter. */
    return is(s, i, ':') && netp_url_class_(s.p[0]) == URL_ALNUM && span_digits(s, 0) == 0 ? i : 0;
}

/* Reads s from the front. Returns NETP_OK, with *i at its end, or an error, with *i at its place.
 */
static int parse(struct netp_str s, size_t *i, struct netp_url *u)
{
    size_t from = span_scheme(s);

    if (from > 0) {
        u->has = NETP_URL_SCHEME;
        u->scheme = slice(s, 0, from);
        *i = from + 1;
    }
    if (is(s, *i, '/') && is(s, *i + 1, '/')) {
        *i += 2;
        int r = parse_authority(s, i, u);
        if (r != NETP_OK) {
            return r;
        }
    }
    from = *i;
    if (u->has == 0) { /* what is before a ":" would have to be a scheme */
        *i = span(s, from, URL_SEGMENT_NC);
        if (is(s, *i, ':')) {
            return NETP_E_SYNTAX;
        }
    }
    *i = span(s, *i, URL_PATH);
    u->path = slice(s, from, *i);
    if (is(s, *i, '?')) {
        u->has |= NETP_URL_QUERY;
        from = *i + 1;
        *i = span(s, from, URL_QUERY);
        u->query = slice(s, from, *i);
    }
    if (is(s, *i, '#')) {
        u->has |= NETP_URL_FRAGMENT;
        from = *i + 1;
        *i = span(s, from, URL_QUERY);
        u->fragment = slice(s, from, *i);
    }
    return *i == s.n ? NETP_OK : NETP_E_SYNTAX;
}

int netp_url_parse(struct netp_str s, struct netp_url *u, size_t *at)
{
    struct netp_url parts;
    size_t i = 0;

    if (s.n == 0) {
        s.p = ""; /* for the views to point to */
    }
    memset(&parts, 0, sizeof parts);
    if (s.n > NETP_URL_MAX) {
        *at = NETP_URL_MAX;
        return NETP_E_LIMIT;
    }
    int r = parse(s, &i, &parts);
    if (r != NETP_OK) {
        *at = i;
        return r;
    }
    *u = parts;
    return NETP_OK;
}
