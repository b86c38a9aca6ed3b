/* http_cookie_format.c - writing Set-Cookie: RFC 6265bis section 4.1.1. SPDX-License-Identifier:
 * MIT
 */
#include "http_cookie.h"
#include "http_scan.h"

#include <netproto/http_date.h>
#include <netproto/http_field.h>

#define YEAR_1601 (-11644473600) /* the first that a cookie's date can be of, section 5.1.1 */

static const struct http_chars cookie_octet = {{0, 0xf7ffeffa, 0xefffffff, 0x7fffffff, 0, 0, 0, 0}};
static const struct http_chars av_octet = {{0, 0xf7ffffff, 0xffffffff, 0x7fffffff, 0, 0, 0, 0}};

static bool good_value(struct netp_str s)
{
    if (s.n > 1 && s.p[0] == '"' && s.p[s.n - 1] == '"') {
        s = netp_str_make(s.p + 1, s.n - 2);
    }
    return http_all(s, &cookie_octet);
}

static bool good_path(struct netp_str s)
{
    return s.n == 0 || (s.n <= NETP_HTTP_COOKIE_ATTRIBUTE_MAX && http_all(s, &av_octet) &&
                        s.p[0] == '/' && s.p[s.n - 1] != ' ');
}

static bool good_domain(struct netp_str s)
{
    char host[NETP_URL_HOST_CAP];
    return s.n == 0 || http_cookie_host(s, host);
}

static bool is_good(const struct netp_http_cookie *c)
{
    return netp_http_is_token(c->name) && good_value(c->value) &&
           c->name.n + c->value.n <= NETP_HTTP_COOKIE_PAIR_MAX && good_domain(c->domain) &&
           good_path(c->path) && http_cookie_prefix_kept(c, c->domain.n == 0) &&
           (c->same_site != NETP_HTTP_SAME_SITE_NONE || (c->flags & NETP_HTTP_COOKIE_SECURE) != 0);
}

static void put_attribute(struct http_writer *w, bool given, const char *name,
                          struct netp_str value)
{
    if (given) {
        http_put_str(w, netp_str_of(name));
        http_put_str(w, value);
    }
}

ptrdiff_t netp_http_set_cookie_format(char *out, size_t cap, const struct netp_http_cookie *c)
{
    static const char same_site[][7] = {"", "None", "Lax", "Strict"};
    struct http_writer w = {out, cap, 0};
    char date[NETP_HTTP_DATE_LEN], age[NETP_DEC_CAP];
    bool dated = (c->flags & NETP_HTTP_COOKIE_EXPIRES) != 0;

    if (!is_good(c) ||
        (dated && (c->expires < YEAR_1601 || netp_http_date_format(c->expires, date) != NETP_OK))) {
        return NETP_E_ARG;
    }
    http_put_str(&w, c->name);
    http_put(&w, '=');
    http_put_str(&w, c->value);
    put_attribute(&w, dated, "; Expires=", netp_str_make(date, sizeof date));
    put_attribute(&w, (c->flags & NETP_HTTP_COOKIE_MAX_AGE) != 0,
                  "; Max-Age=", netp_str_make(age, netp_format_dec(c->max_age, age)));
    put_attribute(&w, c->domain.n > 0, "; Domain=", c->domain);
    put_attribute(&w, c->path.n > 0, "; Path=", c->path);
    put_attribute(&w, (c->flags & NETP_HTTP_COOKIE_SECURE) != 0, "; Secure", NETP_STR(""));
    put_attribute(&w, (c->flags & NETP_HTTP_COOKIE_HTTP_ONLY) != 0, "; HttpOnly", NETP_STR(""));
    put_attribute(&w, c->same_site != NETP_HTTP_SAME_SITE_DEFAULT,
                  "; SameSite=", netp_str_of(same_site[c->same_site]));
    return http_written(&w);
}
