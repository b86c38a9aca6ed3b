/* http_jar_store.c - cookies in memory, and which of them have to go: RFC 6265bis section 5.7.
 * SPDX-License-Identifier: MIT */
#include "http_jar.h"

#include <netproto/bytes.h>

/* used 8, expires 8, name 2, value 2, path 2, domain 1, flags and SameSite 1 */
enum { HEAD = NETP_HTTP_JAR_MEM(1, 0), SAME_SITE_SHIFT = 5 };

static struct netp_str take(const char **p, size_t n)
{
    struct netp_str s = netp_str_make(*p, n);
    *p += n;
    return s;
}

bool http_jar_read(const struct netp_http_jar *jar, size_t *at, struct http_record *r)
{
    if (*at == jar->n_) {
        return false;
    }
    const uint8_t *head = jar->mem_ + *at;
    const char *p = (const char *)head + HEAD;
    struct netp_http_cookie *c = &r->cookie;

    c->max_age = 0;
    r->used = netp_rd64le(head);
    c->expires = (int64_t)netp_rd64le(head + 8);
    c->name = take(&p, netp_rd16le(head + 16));
    c->value = take(&p, netp_rd16le(head + 18));
    c->path = take(&p, netp_rd16le(head + 20));
    c->domain = take(&p, head[22]);
    c->flags = head[23] & ((1u << SAME_SITE_SHIFT) - 1);
    c->same_site = (enum netp_http_same_site)(head[23] >> SAME_SITE_SHIFT);
    r->at = *at;
    r->n = (size_t)(p - (const char *)head);
    *at += r->n;
    return true;
}

bool netp_http_jar_next(const struct netp_http_jar *jar, size_t *at, struct netp_http_cookie *c)
{
    struct http_record r;

    if (!http_jar_read(jar, at, &r)) {
        return false;
    }
    *c = r.cookie;
    return true;
}

void http_jar_touch(struct netp_http_jar *jar, const struct http_record *r)
{
    netp_wr64le(jar->mem_ + r->at, jar->tick_);
}

void http_jar_remove(struct netp_http_jar *jar, const struct http_record *r)
{
    jar->n_ -= r->n;
    jar->count_--;
    memmove(jar->mem_ + r->at, jar->mem_ + r->at + r->n, jar->n_ - r->at);
}

static bool has_expired(const struct netp_http_cookie *c, int64_t now)
{
    return (c->flags & NETP_HTTP_COOKIE_EXPIRES) != 0 && c->expires <= now;
}

void http_jar_purge(struct netp_http_jar *jar, int64_t now, bool sessions)
{
    struct http_record r;
    size_t at = 0;

    while (http_jar_read(jar, &at, &r)) {
        if (has_expired(&r.cookie, now) ||
            (sessions && (r.cookie.flags & NETP_HTTP_COOKIE_EXPIRES) == 0)) {
            http_jar_remove(jar, &r);
            at = r.at;
        }
    }
}

/* What a cookie that comes finds in the jar. A record without length is none. */
struct survey {
    struct http_record same;        /* the one that it replaces */
    struct http_record insecure;    /* of its domain and not Secure: the one used longest ago */
    struct http_record domain, any; /* of its domain, of all: that one */
    size_t of_domain;               /* cookies of its domain */
};

static void keep_older(struct http_record *oldest, const struct http_record *r)
{
    if (oldest->n == 0 || r->used < oldest->used) {
        *oldest = *r;
    }
}

static void look(const struct netp_http_jar *jar, const struct netp_http_cookie *c,
                 struct survey *found)
{
    struct http_record r;
    size_t at = 0;

    memset(found, 0, sizeof *found);
    while (http_jar_read(jar, &at, &r)) {
        const struct netp_http_cookie *old = &r.cookie;
        keep_older(&found->any, &r);
        if (!netp_str_eq(old->domain, c->domain)) {
            continue;
        }
        found->of_domain++;
        keep_older(&found->domain, &r);
        if ((old->flags & NETP_HTTP_COOKIE_SECURE) == 0) {
            keep_older(&found->insecure, &r);
        }
        if (netp_str_eq(old->name, c->name) && netp_str_eq(old->path, c->path) &&
            ((old->flags ^ c->flags) & NETP_HTTP_COOKIE_HOST_ONLY) == 0) {
            found->same = r;
        }
    }
}

static size_t length(const struct netp_http_cookie *c)
{
    return NETP_HTTP_JAR_MEM(1, c->name.n + c->value.n + c->path.n + c->domain.n);
}

static void insert(struct netp_http_jar *jar, const struct netp_http_cookie *c, size_t at)
{
    const struct netp_str parts[] = {c->name, c->value, c->path, c->domain};
    uint8_t *p = jar->mem_ + at;
    size_t n = length(c);

    memmove(p + n, p, jar->n_ - at);
    netp_wr64le(p, jar->tick_);
    netp_wr64le(p + 8, (uint64_t)c->expires);
    netp_wr16le(p + 16, (uint16_t)c->name.n);
    netp_wr16le(p + 18, (uint16_t)c->value.n);
    netp_wr16le(p + 20, (uint16_t)c->path.n);
    p[22] = (uint8_t)c->domain.n;
    p[23] = (uint8_t)(c->flags | (unsigned)c->same_site << SAME_SITE_SHIFT);
    p += HEAD;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].n > 0) {
            memcpy(p, parts[i].p, parts[i].n);
        }
        p += parts[i].n;
    }
    jar->n_ += n;
    jar->count_++;
}

/* What has to go for one more cookie; NULL: nothing. */
static const struct http_record *excess(const struct netp_http_jar *jar, const struct survey *found)
{
    if (found->of_domain >= jar->cfg_.max_domain) {
        return found->insecure.n > 0 ? &found->insecure : &found->domain;
    }
    return jar->count_ >= jar->cfg_.max_cookies ? &found->any : NULL;
}

/* Removes a record for one that comes to *at, which moves with what lies there. */
static void evict(struct netp_http_jar *jar, const struct http_record *r, size_t *at)
{
    http_jar_remove(jar, r);
    *at -= r->at < *at ? r->n : 0;
}

static enum netp_http_jar_result add(struct netp_http_jar *jar, const struct netp_http_cookie *c,
                                     struct survey *found)
{
    bool replaces = found->same.n > 0;
    const struct http_record *out = replaces ? &found->same : excess(jar, found);
    size_t at = replaces ? found->same.at : jar->n_;

    if (length(c) > jar->cap_ ||
        (out == &found->domain && (c->flags & NETP_HTTP_COOKIE_SECURE) == 0)) {
        return NETP_HTTP_JAR_FULL; /* in the second case it would be the first to go */
    }
    jar->tick_++;
    if (out != NULL) {
        evict(jar, out, &at);
    }
    while (jar->cap_ - jar->n_ < length(c)) {
        look(jar, c, found);
        evict(jar, &found->any, &at);
    }
    insert(jar, c, at);
    return replaces ? NETP_HTTP_JAR_REPLACED : NETP_HTTP_JAR_STORED;
}

enum netp_http_jar_result http_jar_put(struct netp_http_jar *jar, struct netp_http_cookie *c,
                                       int64_t now)
{
    struct survey found;

    if (c->path.n > NETP_HTTP_COOKIE_ATTRIBUTE_MAX) {
        return NETP_HTTP_JAR_LONG;
    }
    if (c->expires > now + NETP_HTTP_COOKIE_AGE_MAX) {
        c->expires = now + NETP_HTTP_COOKIE_AGE_MAX; /* section 5.5 */
    }
    look(jar, c, &found);
    if (!has_expired(c, now)) {
        return add(jar, c, &found);
    }
    if (found.same.n == 0) {
        return NETP_HTTP_JAR_EXPIRED;
    }
    http_jar_remove(jar, &found.same);
    return NETP_HTTP_JAR_REMOVED;
}
