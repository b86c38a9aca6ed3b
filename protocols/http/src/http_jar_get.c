/* http_jar_get.c - which cookies are sent: RFC 6265bis section 5.8.3. SPDX-License-Identifier: MIT
 */
#include "http_jar.h"

struct request {
    struct netp_str host, path;
    int64_t now;
    bool secure;
    unsigned flags;
};

/* Whether SameSite lets it go. */
static bool goes_across(const struct netp_http_cookie *c, unsigned flags)
{
    return (flags & NETP_HTTP_JAR_FROM_CROSS_SITE) == 0 ||
           c->same_site == NETP_HTTP_SAME_SITE_NONE ||
           (c->same_site != NETP_HTTP_SAME_SITE_STRICT && (flags & NETP_HTTP_JAR_TOP_LEVEL) != 0 &&
            (flags & NETP_HTTP_JAR_UNSAFE_METHOD) == 0);
}

static bool is_for(const struct netp_http_jar *jar, const struct netp_http_cookie *c,
                   const struct request *to)
{
    if ((c->flags & NETP_HTTP_COOKIE_HOST_ONLY) != 0) {
        if (!netp_str_eq(to->host, c->domain)) {
            return false;
        }
    } else if (!http_jar_domain_matches(to->host, c->domain) ||
               http_jar_is_suffix(jar, c->domain)) { /* for the list may have changed */
        return false;
    }
    return http_jar_path_matches(to->path, c->path) &&
           ((c->flags & NETP_HTTP_COOKIE_SECURE) == 0 || to->secure) &&
           ((c->flags & NETP_HTTP_COOKIE_EXPIRES) == 0 || c->expires > to->now) &&
           goes_across(c, to->flags);
}

/* Marks those to send with the tick, and returns the length of the longest of their paths. */
static size_t choose(struct netp_http_jar *jar, const struct request *to)
{
    struct http_record r;
    size_t at = 0, longest = 0;

    jar->tick_++;
    while (http_jar_read(jar, &at, &r)) {
        if (is_for(jar, &r.cookie, to)) {
            http_jar_touch(jar, &r);
            longest = r.cookie.path.n > longest ? r.cookie.path.n : longest;
        }
    }
    return longest;
}

static void put_cookie(struct http_writer *w, const struct netp_http_cookie *c)
{
    http_put_str(w, w->n > 0 ? NETP_STR("; ") : NETP_STR(""));
    http_put_str(w, c->name);
    http_put_str(w, c->name.n > 0 ? NETP_STR("=") : NETP_STR(""));
    http_put_str(w, c->value);
}

size_t netp_http_jar_get(struct netp_http_jar *jar, const struct netp_url *url, int64_t now,
                         unsigned flags, char *out, size_t cap, size_t *need)
{
    char host[NETP_URL_HOST_CAP];
    struct request to = {http_jar_host(url, host), url->path.n > 0 ? url->path : NETP_STR("/"),
                         http_jar_time(now), http_jar_is_secure(url), flags};
    struct http_writer w = {out, cap, 0};
    struct http_record r;
    size_t whole = 0, length = choose(jar, &to), next;

    for (; length > 0; length = next) {
        next = 0;
        for (size_t at = 0; http_jar_read(jar, &at, &r);) {
            size_t n = r.cookie.path.n;
            if (r.used == jar->tick_ && n == length) {
                put_cookie(&w, &r.cookie);
                whole = w.n <= cap ? w.n : whole;
            } else if (r.used == jar->tick_ && n < length && n > next) {
                next = n;
            }
        }
    }
    *need = w.n;
    return whole;
}
