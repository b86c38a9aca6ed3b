/* http_redirect.c - where a redirection leads, and what may go there. SPDX-License-Identifier: MIT
 */
#include "http_chars.h"

#include <netproto/http_redirect.h>
#include <string.h>

void netp_http_redirect_init(struct netp_http_redirect *r, unsigned flags, uint16_t max)
{
    memset(r, 0, sizeof *r);
    r->flags_ = (uint8_t)flags;
    r->max_ = max;
}

static bool is_redirection(uint16_t status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

static int refuse(struct netp_http_hop *hop, int code, const char *where)
{
    hop->where = where;
    return code;
}

/* Sections 15.4.2 to 15.4.4, 15.4.8 and 15.4.9. */
static void set_method(const struct netp_http_redirect *r, struct netp_str method, uint16_t status,
                       struct netp_http_hop *hop)
{
    bool ends = status == 303;

    if (status < 303 && netp_str_eq(method, NETP_STR("POST"))) {
        ends = (r->flags_ & NETP_HTTP_REDIRECT_POST) == 0;
    }
    hop->body = !ends;
    hop->method = method;
    if (ends && !netp_str_eq(method, NETP_STR("HEAD"))) {
        hop->method = NETP_STR("GET");
    }
}

/* Whether there is exactly one Location, or several that are the same: 1, 0, or an error. */
static int find_location(const struct netp_http_head *head, const char *p,
                         struct netp_str *location)
{
    const struct netp_str name = NETP_STR("Location");
    struct netp_str other;

    if (!netp_http_head_find(head, p, name, 0, location)) {
        return 0;
    }
    for (unsigned i = 1; netp_http_head_find(head, p, name, i, &other); i++) {
        if (!netp_str_eq(*location, other)) {
            return NETP_E_SYNTAX;
        }
    }
    return location->n > 0;
}

static bool is_escaped(char c)
{
    static const char set[] = " <>\"{}|^`";

    return (uint8_t)c > 127 || memchr(set, c, sizeof set - 1) != NULL;
}

/* Puts s, with escapes, at the end of out[0..*cap), which is then so much shorter. */
static bool put_escaped(struct netp_str s, char *out, size_t *cap, struct netp_str *escaped)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = *cap;

    for (size_t i = s.n; i-- > 0;) {
        uint8_t b = (uint8_t)s.p[i];
        bool escape = is_escaped(s.p[i]);

        if (n < (escape ? 3u : 1u)) {
            return false;
        }
        if (escape) {
            out[--n] = hex[b & 15];
            out[--n] = hex[b >> 4];
            b = '%';
        }
        out[--n] = (char)b;
    }
    *escaped = netp_str_make(out + n, *cap - n);
    *cap = n;
    return true;
}

static void drop_userinfo(struct netp_url *url)
{
    if ((url->has & NETP_URL_USERINFO) != 0) {
        url->authority.p += url->userinfo.n + 1;
        url->authority.n -= url->userinfo.n + 1;
    }
}

/* Writes the URL that location stands for to out; its length or an error. */
static ptrdiff_t resolve(const struct netp_url *url, struct netp_str location, char *out,
                         size_t cap)
{
    struct netp_url base = *url, ref;
    struct netp_str escaped;
    size_t at;
    int e;

    if (!put_escaped(location, out, &cap, &escaped)) {
        return NETP_E_NOSPACE;
    }
    e = netp_url_parse(escaped, &ref, &at);
    if (e != NETP_OK) {
        return e;
    }
    if ((ref.has & NETP_URL_FRAGMENT) == 0) {
        ref.has |= url->has & NETP_URL_FRAGMENT;
        ref.fragment = url->fragment;
    }
    drop_userinfo(&base);
    drop_userinfo(&ref);
    return netp_url_resolve(&base, &ref, out, cap);
}

static int judge(const struct netp_http_redirect *r, const struct netp_url *from,
                 const struct netp_url *to, struct netp_http_hop *hop)
{
    const struct netp_str https = NETP_STR("https");
    bool secure = netp_str_ieq(to->scheme, https);
    char host[NETP_URL_HOST_CAP];

    if (!secure && !netp_str_ieq(to->scheme, NETP_STR("http"))) {
        return refuse(hop, NETP_E_UNSUPPORTED, "scheme of Location");
    }
    if (netp_url_host(to, host) < 0) {
        return refuse(hop, NETP_E_SYNTAX, "host of Location");
    }
    if (!secure && netp_str_ieq(from->scheme, https) &&
        (r->flags_ & NETP_HTTP_REDIRECT_DOWNGRADE) == 0) {
        return refuse(hop, NETP_E_REFUSED, "redirection from https to http");
    }
    return 1;
}

int netp_http_redirect_next(struct netp_http_redirect *r, struct netp_str method,
                            const struct netp_url *url, const struct netp_http_head *head,
                            const char *p, char *out, size_t cap, struct netp_http_hop *hop)
{
    struct netp_str location;
    struct netp_url to;
    size_t at;
    ptrdiff_t n;
    int e;

    memset(hop, 0, sizeof *hop);
    hop->where = "";
    e = is_redirection(head->status) ? find_location(head, p, &location) : 0;
    if (e <= 0) {
        return e == 0 ? 0 : refuse(hop, e, "several Location fields");
    }
    if (r->count >= r->max_) {
        return refuse(hop, NETP_E_LIMIT, "too many redirections");
    }
    n = resolve(url, location, out, cap);
    if (n < 0) {
        return refuse(hop, (int)n, "Location");
    }
    hop->url = netp_str_make(out, (size_t)n);
    (void)netp_url_parse(hop->url, &to, &at); /* what was resolved is a URL */
    e = judge(r, url, &to, hop);
    if (e > 0) {
        set_method(r, method, head->status, hop);
        r->foreign_ = r->foreign_ || !netp_url_same_origin(url, &to);
        hop->credentials = !r->foreign_;
        r->count++;
    }
    return e;
}
