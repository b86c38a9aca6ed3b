/* http_jar.c - which cookies are kept: RFC 6265bis section 5.7. SPDX-License-Identifier: MIT */
#include "http_jar.h"
#include "http_cookie.h"

#include <netproto/addr.h>
#include <netproto/http_date.h>

void netp_http_jar_init(struct netp_http_jar *jar, void *mem, size_t n,
                        const struct netp_http_jar_cfg *cfg)
{
    memset(jar, 0, sizeof *jar);
    if (cfg != NULL) {
        jar->cfg_ = *cfg;
    }
    if (jar->cfg_.max_cookies == 0) {
        jar->cfg_.max_cookies = NETP_HTTP_JAR_MAX_COOKIES;
    }
    if (jar->cfg_.max_domain == 0) {
        jar->cfg_.max_domain = NETP_HTTP_JAR_MAX_DOMAIN;
    }
    jar->mem_ = (uint8_t *)mem;
    jar->cap_ = n;
}

const char *netp_http_jar_text(enum netp_http_jar_result result)
{
    static const char *const texts[] = {
#define TEXT(name, text) text,
        NETP_HTTP_JAR_LIST(TEXT)
#undef TEXT
    };
    return (unsigned)result < sizeof texts / sizeof *texts ? texts[result] : "unknown";
}

int64_t http_jar_time(int64_t now)
{
    return now < 0 ? 0 : now > NETP_HTTP_DATE_MAX ? NETP_HTTP_DATE_MAX : now;
}

void netp_http_jar_end_session(struct netp_http_jar *jar, int64_t now)
{
    http_jar_purge(jar, http_jar_time(now), true);
}

/* ---- hosts and paths ---- */

static bool is_address(struct netp_str host)
{
    struct netp_addr a;
    return netp_addr_parse(host, &a) == NETP_OK;
}

struct netp_str http_jar_host(const struct netp_url *url, char out[NETP_URL_HOST_CAP])
{
    int n = url->zone.n > 0 ? 0 : netp_url_host(url, out);
    return netp_str_make(out, n > 0 ? (size_t)n : 0);
}

bool http_jar_is_secure(const struct netp_url *url)
{
    return netp_str_ieq(url->scheme, NETP_STR("https")) ||
           netp_str_ieq(url->scheme, NETP_STR("wss"));
}

bool http_jar_is_suffix(const struct netp_http_jar *jar, struct netp_str domain)
{
    return jar->cfg_.is_public_suffix != NULL ? jar->cfg_.is_public_suffix(jar->cfg_.ctx, domain)
                                              : memchr(domain.p, '.', domain.n) == NULL;
}

bool http_jar_domain_matches(struct netp_str host, struct netp_str domain)
{
    if (host.n <= domain.n) {
        return netp_str_eq(host, domain);
    }
    size_t more = host.n - domain.n;
    return host.p[more - 1] == '.' && netp_str_eq(netp_str_make(host.p + more, domain.n), domain) &&
           !is_address(host);
}

bool http_jar_path_matches(struct netp_str path, struct netp_str cookie_path)
{
    size_t n = cookie_path.n;

    return path.n >= n && memcmp(path.p, cookie_path.p, n) == 0 &&
           (path.n == n || path.p[n] == '/' || path.p[n - 1] == '/');
}

/* Section 5.1.4. */
static struct netp_str default_path(struct netp_str path)
{
    while (path.n > 0 && path.p[path.n - 1] != '/') {
        path.n--;
    }
    return path.n > 1 ? netp_str_make(path.p, path.n - 1) : NETP_STR("/");
}

/* ---- may it be kept ---- */

enum netp_http_jar_result http_jar_check(const struct netp_http_cookie *c)
{
    if (c->name.n + c->value.n == 0) {
        return NETP_HTTP_JAR_EMPTY;
    }
    if (c->name.n + c->value.n > NETP_HTTP_COOKIE_PAIR_MAX) {
        return NETP_HTTP_JAR_LONG;
    }
    if (c->same_site == NETP_HTTP_SAME_SITE_NONE && (c->flags & NETP_HTTP_COOKIE_SECURE) == 0) {
        return NETP_HTTP_JAR_SAME_SITE;
    }
    return http_cookie_prefix_kept(c, (c->flags & NETP_HTTP_COOKIE_HOST_ONLY) != 0)
               ? NETP_HTTP_JAR_STORED
               : NETP_HTTP_JAR_PREFIX;
}

/* Steps 7 to 10: the domain becomes a view of host. */
static enum netp_http_jar_result check_domain(const struct netp_http_jar *jar,
                                              struct netp_http_cookie *c, struct netp_str host)
{
    struct netp_str domain = host;
    bool whole = c->domain.n == 0;

    if (!whole) {
        if (c->domain.n > host.n) {
            return NETP_HTTP_JAR_DOMAIN;
        }
        domain = netp_str_make(host.p + (host.n - c->domain.n), c->domain.n);
        if (!netp_str_ieq(c->domain, domain) || !http_jar_domain_matches(host, domain)) {
            return NETP_HTTP_JAR_DOMAIN;
        }
        if (http_jar_is_suffix(jar, domain)) {
            if (domain.n < host.n) {
                return NETP_HTTP_JAR_SUFFIX;
            }
            whole = true;
        }
    }
    c->domain = domain;
    c->flags |= whole ? NETP_HTTP_COOKIE_HOST_ONLY : 0;
    return NETP_HTTP_JAR_STORED;
}

/* Step 16: whether a cookie from an insecure origin would come before a Secure one. */
static bool overlays(const struct netp_http_jar *jar, const struct netp_http_cookie *c)
{
    struct netp_http_cookie old;
    size_t at = 0;

    while (netp_http_jar_next(jar, &at, &old)) {
        if ((old.flags & NETP_HTTP_COOKIE_SECURE) != 0 && netp_str_eq(old.name, c->name) &&
            http_jar_path_matches(c->path, old.path) &&
            (http_jar_domain_matches(old.domain, c->domain) ||
             http_jar_domain_matches(c->domain, old.domain))) {
            return true;
        }
    }
    return false;
}

/* Steps 13 and 16 to 18: what the request has to do with it. */
static enum netp_http_jar_result check_origin(const struct netp_http_jar *jar,
                                              const struct netp_http_cookie *c, bool secure,
                                              unsigned flags)
{
    if (!secure && (c->flags & NETP_HTTP_COOKIE_SECURE) != 0) {
        return NETP_HTTP_JAR_INSECURE;
    }
    if (!secure && overlays(jar, c)) {
        return NETP_HTTP_JAR_OVERLAY;
    }
    if (c->same_site != NETP_HTTP_SAME_SITE_NONE && (flags & NETP_HTTP_JAR_FROM_CROSS_SITE) != 0 &&
        (flags & NETP_HTTP_JAR_TOP_LEVEL) == 0) {
        return NETP_HTTP_JAR_CROSS_SITE;
    }
    return NETP_HTTP_JAR_STORED;
}

enum netp_http_jar_result netp_http_jar_set(struct netp_http_jar *jar, const struct netp_url *url,
                                            struct netp_str set_cookie, int64_t now, unsigned flags)
{
    char out[NETP_URL_HOST_CAP];
    struct netp_str host = http_jar_host(url, out);
    struct netp_http_cookie c;
    enum netp_http_jar_result r;
    int e = netp_http_set_cookie_parse(set_cookie, &c);

    now = http_jar_time(now);
    http_jar_purge(jar, now, false);
    if (e != NETP_OK) {
        return e == NETP_E_LIMIT ? NETP_HTTP_JAR_LONG : NETP_HTTP_JAR_CONTROL;
    }
    if (host.n == 0) {
        return NETP_HTTP_JAR_HOST;
    }
    if ((c.flags & NETP_HTTP_COOKIE_MAX_AGE) != 0) {
        c.expires = now + c.max_age;
        c.flags ^= NETP_HTTP_COOKIE_MAX_AGE;
        c.flags |= NETP_HTTP_COOKIE_EXPIRES;
    }
    r = check_domain(jar, &c, host);
    r = r == NETP_HTTP_JAR_STORED ? http_jar_check(&c) : r;
    if (c.path.n == 0) { /* not before: __Host- wants the attribute */
        c.path = default_path(url->path);
    }
    r = r == NETP_HTTP_JAR_STORED ? check_origin(jar, &c, http_jar_is_secure(url), flags) : r;
    return r == NETP_HTTP_JAR_STORED ? http_jar_put(jar, &c, now) : r;
}
