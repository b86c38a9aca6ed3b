/* Writing a URL: resolved against another, RFC 3986 section 5.2, or normalised, section 6.2.
 *
 * SPDX-License-Identifier: MIT */
#include "url_private.h"

/* ---- where it is written to ---- */

struct sink {
    char *p;
    size_t n, cap;
    bool full;
};

enum form {
    AS_IS,
    NORMAL, /* no escapes of unreserved characters, the others in upper case */
    LOWER   /* NORMAL, and in lower case */
};

static void put(struct sink *o, struct netp_str s)
{
    if (s.n > o->cap - o->n) {
        o->full = true;
    } else if (s.n > 0) {
        memcpy(o->p + o->n, s.p, s.n);
        o->n += s.n;
    }
}

static void put_as(struct sink *o, struct netp_str s, enum form form)
{
    if (form == AS_IS) {
        put(o, s);
        return;
    }
    while (s.n > 0) {
        bool escaped;
        char c = netp_url_take_(&s, &escaped), text[3];
        if (escaped && (netp_url_class_(c) & URL_UNRESERVED) == 0) {
            netp_url_escape_(text, c);
            put(o, netp_str_make(text, 3));
        } else {
            text[0] = form == LOWER ? netp_url_lower_(c) : c;
            put(o, netp_str_make(text, 1));
        }
    }
}

static ptrdiff_t written(const struct sink *o)
{
    return o->full ? NETP_E_NOSPACE : o->n > NETP_URL_MAX ? NETP_E_LIMIT : (ptrdiff_t)o->n;
}

/* ---- parts ---- */

/* The length of p[0..n) without its last segment, which ends in "/". Of a path that is left empty
 * "/" remains, be it because it began so or because section 5.2.4 leaves the slash behind. */
static size_t drop_segment(char *p, size_t n)
{
    if (n == 0) {
        return 0;
    }
    n--;
    while (n > 0 && p[n - 1] != '/') {
        n--;
    }
    if (n == 0) {
        p[n++] = '/';
    }
    return n;
}

/* Section 5.2.4, in place; returns the length left. */
static size_t remove_dots(char *p, size_t n)
{
    size_t w = 0;

    for (size_t r = 0, len; r < n; r += len) { /* a segment, and the "/" behind it */
        const char *slash = (const char *)memchr(p + r, '/', n - r);
        size_t name = slash != NULL ? (size_t)(slash - (p + r)) : n - r;
        len = name + (slash != NULL);
        if (name == 2 && p[r] == '.' && p[r + 1] == '.') {
            w = drop_segment(p, w);
        } else if (name != 1 || p[r] != '.') {
            memmove(p + w, p + r, len);
            w += len;
        }
    }
    return w;
}

/* Removes the dot segments of the path, which is all from `path` on. */
static void finish_path(struct sink *o, size_t path, const struct netp_url *u)
{
    if (o->full) {
        return;
    }
    char *p = o->p + path;
    size_t n = remove_dots(p, o->n - path);
    bool slashes = n > 1 && p[0] == '/' && p[1] == '/';

    if (slashes && (u->has & NETP_URL_AUTHORITY) == 0) {
        if (o->cap - path < n + 2) {
            o->full = true;
            return;
        }
        memmove(p + 2, p, n);
        p[1] = '.';
        n += 2;
    }
    o->n = path + n;
}

static void put_tail(struct sink *o, const struct netp_url *u, enum form form)
{
    if ((u->has & NETP_URL_QUERY) != 0) {
        put(o, NETP_STR("?"));
        put_as(o, u->query, form);
    }
    if ((u->has & NETP_URL_FRAGMENT) != 0) {
        put(o, NETP_STR("#"));
        put_as(o, u->fragment, form);
    }
}

/* ---- resolve ---- */

/* What a relative path is relative to, section 5.2.3. */
static struct netp_str folder(const struct netp_url *base)
{
    struct netp_str dir = base->path;

    if ((base->has & NETP_URL_AUTHORITY) != 0 && dir.n == 0) {
        return NETP_STR("/");
    }
    while (dir.n > 0 && dir.p[dir.n - 1] != '/') {
        dir.n--;
    }
    return dir;
}

/* Section 5.2.2. */
ptrdiff_t netp_url_resolve(const struct netp_url *base, const struct netp_url *ref, char *out,
                           size_t cap)
{
    struct netp_url t = *ref;
    struct netp_str dir = NETP_STR("");
    struct sink o = {out, 0, cap, false};
    bool same_path = false;

    if ((base->has & NETP_URL_SCHEME) == 0) {
        return NETP_E_ARG;
    }
    if ((t.has & NETP_URL_SCHEME) == 0) {
        t.scheme = base->scheme;
        if ((t.has & NETP_URL_AUTHORITY) == 0) {
            t.has |= base->has & NETP_URL_AUTHORITY;
            t.authority = base->authority;
            same_path = t.path.n == 0;
            if (!same_path && t.path.p[0] != '/') {
                dir = folder(base);
            }
        }
    }
    if (same_path) {
        t.path = base->path;
        if ((t.has & NETP_URL_QUERY) == 0) {
            t.has |= base->has & NETP_URL_QUERY;
            t.query = base->query;
        }
    }
    put(&o, t.scheme);
    put(&o, NETP_STR(":"));
    if ((t.has & NETP_URL_AUTHORITY) != 0) {
        put(&o, NETP_STR("//"));
        put(&o, t.authority);
    }
    size_t path = o.n;
    put(&o, dir);
    put(&o, t.path);
    if (!same_path) {
        finish_path(&o, path, &t);
    }
    put_tail(&o, &t, AS_IS);
    return written(&o);
}

/* ---- normalise ---- */

static void put_host(struct sink *o, const struct netp_url *u)
{
    char text[NETP_URL_HOST_CAP];

    if (u->host_kind != NETP_URL_HOST_IPV6) {
        put_as(o, u->host, LOWER);
        return;
    }
    put(o, NETP_STR("["));
    put(o, netp_str_make(text, (size_t)netp_url_host(u, text)));
    if (u->zone.n > 0) {
        put(o, NETP_STR("%25"));
        put_as(o, u->zone, NORMAL);
    }
    put(o, NETP_STR("]"));
}

static void put_authority(struct sink *o, const struct netp_url *u)
{
    char port[NETP_DEC_CAP];

    put(o, NETP_STR("//"));
    if ((u->has & NETP_URL_USERINFO) != 0) {
        put_as(o, u->userinfo, NORMAL);
        put(o, NETP_STR("@"));
    }
    put_host(o, u);
    if ((u->has & NETP_URL_PORT) != 0 &&
        (u->port == 0 || u->port != netp_url_default_port_(u->scheme))) {
        put(o, NETP_STR(":"));
        put(o, netp_str_make(port, netp_format_dec(u->port, port)));
    }
}

ptrdiff_t netp_url_normalise(const struct netp_url *u, char *out, size_t cap)
{
    struct sink o = {out, 0, cap, false};
    bool authority = (u->has & NETP_URL_AUTHORITY) != 0;

    if ((u->has & NETP_URL_SCHEME) == 0) {
        return NETP_E_ARG;
    }
    put_as(&o, u->scheme, LOWER);
    put(&o, NETP_STR(":"));
    if (authority) {
        put_authority(&o, u);
    }
    size_t path = o.n;
    bool http =
        netp_str_ieq(u->scheme, NETP_STR("http")) || netp_str_ieq(u->scheme, NETP_STR("https"));
    bool root = authority && http && u->path.n == 0;
    put_as(&o, root ? NETP_STR("/") : u->path, NORMAL);
    finish_path(&o, path, u);
    put_tail(&o, u, NORMAL);
    return written(&o);
}
