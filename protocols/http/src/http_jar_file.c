/* http_jar_file.c - Netscape's cookies.txt. SPDX-License-Identifier: MIT */
#include "http_cookie.h"
#include "http_jar.h"

#include <netproto/addr.h>
#include <netproto/http_date.h>

static const struct netp_str http_only = {"#HttpOnly_", 10};

enum { DOMAIN, BELOW, PATH, SECURE, EXPIRES, NAME, VALUE, PARTS };

/* ---- reading ---- */

static struct netp_str take_line(struct netp_str *text)
{
    struct netp_str line;

    if (!http_split(*text, '\n', &line, text)) {
        line = http_take(text, text->n);
    }
    line.n -= line.n > 0 && line.p[line.n - 1] == '\r';
    return line;
}

/* The host in the form of netp_url_host(); empty if it is none. */
static struct netp_str read_host(struct netp_str s, char out[NETP_URL_HOST_CAP])
{
    struct netp_addr a;

    if (netp_addr_parse(s, &a) == NETP_OK) {
        return netp_str_make(out, a.port == 0 && a.scope == 0 ? netp_addr_format(&a, out) : 0);
    }
    return netp_str_make(out, http_cookie_host(s, out) ? s.n : 0);
}

static bool read_flag(struct netp_str s, unsigned flag, unsigned *flags)
{
    *flags |= netp_str_ieq(s, NETP_STR("TRUE")) ? flag : 0;
    return netp_str_ieq(s, NETP_STR("TRUE")) || netp_str_ieq(s, NETP_STR("FALSE"));
}

/* Seconds; nothing, or 0, for a session. */
static bool read_expires(struct netp_str s, struct netp_http_cookie *c)
{
    uint64_t v = 0;
    int e = s.n > 0 ? netp_parse_dec(s, NETP_HTTP_DATE_MAX, &v) : NETP_OK;

    c->expires = e == NETP_E_LIMIT ? NETP_HTTP_DATE_MAX : (int64_t)v;
    c->flags |= c->expires > 0 ? NETP_HTTP_COOKIE_EXPIRES : 0;
    return e != NETP_E_SYNTAX;
}

/* Whether s is what reading Set-Cookie can leave of a name or value, lest it is sent as several. */
static bool is_plain(struct netp_str s, const char *but)
{
    for (; *but != '\0'; but++) {
        if (s.n > 0 && memchr(s.p, *but, s.n) != NULL) {
            return false;
        }
    }
    return http_trim(s).n == s.n;
}

/* The last part may be missing: an empty value's tab looks like litter. */
static bool split_line(struct netp_str line, struct netp_str part[PARTS])
{
    size_t n = 0;

    while (n < VALUE && http_split(line, '\t', &part[n], &line)) {
        n++;
    }
    part[n] = line;
    part[VALUE] = n == NAME ? netp_str_make(NULL, 0) : line;
    return n >= NAME;
}

static bool read_line(struct netp_str line, struct netp_http_cookie *c,
                      char host[NETP_URL_HOST_CAP])
{
    struct netp_str part[PARTS];
    unsigned below = 0;

    if (!split_line(line, part) || !read_flag(part[BELOW], 1, &below) ||
        !read_flag(part[SECURE], NETP_HTTP_COOKIE_SECURE, &c->flags) ||
        !read_expires(part[EXPIRES], c)) {
        return false;
    }
    http_take_char(&part[DOMAIN], '.');
    c->domain = read_host(part[DOMAIN], host);
    c->path = part[PATH];
    c->name = part[NAME];
    c->value = part[VALUE];
    c->flags |= below != 0 ? 0 : NETP_HTTP_COOKIE_HOST_ONLY;
    return c->domain.n > 0 && c->path.n > 0 && c->path.p[0] == '/' && is_plain(c->name, ";=") &&
           is_plain(c->value, ";\t");
}

/* Takes a line that is a cookie's. */
static enum netp_http_jar_result load_cookie(struct netp_http_jar *jar, struct netp_str line,
                                             unsigned flags, int64_t now)
{
    char host[NETP_URL_HOST_CAP];
    struct netp_http_cookie c;
    enum netp_http_jar_result r;

    memset(&c, 0, sizeof c);
    c.flags = flags;
    if (!http_all(line, &http_text)) {
        return NETP_HTTP_JAR_CONTROL;
    }
    if (!read_line(line, &c, host)) {
        return NETP_HTTP_JAR_SYNTAX;
    }
    if ((c.flags & NETP_HTTP_COOKIE_HOST_ONLY) == 0 && http_jar_is_suffix(jar, c.domain)) {
        return NETP_HTTP_JAR_SUFFIX;
    }
    r = http_jar_check(&c);
    return r == NETP_HTTP_JAR_STORED ? http_jar_put(jar, &c, now) : r;
}

enum netp_http_jar_result netp_http_jar_load(struct netp_http_jar *jar, struct netp_str *text,
                                             int64_t now)
{
    bool ended = text->n == 0;
    struct netp_str line = take_line(text);
    bool hidden = line.n >= http_only.n && memcmp(line.p, http_only.p, http_only.n) == 0;

    http_take(&line, hidden ? http_only.n : 0);
    if (hidden || (line.n > 0 && line.p[0] != '#')) {
        return load_cookie(jar, line, hidden ? NETP_HTTP_COOKIE_HTTP_ONLY : 0, http_jar_time(now));
    }
    return ended ? NETP_HTTP_JAR_END : NETP_HTTP_JAR_COMMENT;
}

/* ---- writing ---- */

static void put_part(struct http_writer *w, struct netp_str s)
{
    http_put_str(w, s);
    http_put(w, '\t');
}

static void put_flag(struct http_writer *w, bool flag)
{
    put_part(w, flag ? NETP_STR("TRUE") : NETP_STR("FALSE"));
}

ptrdiff_t netp_http_jar_line(char *out, size_t cap, const struct netp_http_cookie *c)
{
    struct http_writer w = {out, cap, 0};
    bool below = (c->flags & NETP_HTTP_COOKIE_HOST_ONLY) == 0;

    if (!is_plain(c->name, "\t") || !is_plain(c->value, "\t") || !is_plain(c->path, "\t")) {
        return NETP_E_UNSUPPORTED;
    }
    http_put_str(&w, (c->flags & NETP_HTTP_COOKIE_HTTP_ONLY) != 0 ? http_only : NETP_STR(""));
    http_put_str(&w, below ? NETP_STR(".") : NETP_STR(""));
    put_part(&w, c->domain);
    put_flag(&w, below);
    put_part(&w, c->path);
    put_flag(&w, (c->flags & NETP_HTTP_COOKIE_SECURE) != 0);
    http_put_dec(&w, (c->flags & NETP_HTTP_COOKIE_EXPIRES) != 0 ? (uint64_t)c->expires : 0);
    http_put(&w, '\t');
    put_part(&w, c->name);
    http_put_str(&w, c->value);
    http_put(&w, '\n');
    return http_written(&w);
}
