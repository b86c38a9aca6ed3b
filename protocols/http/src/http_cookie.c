/* http_cookie.c - reading Set-Cookie and Cookie. SPDX-License-Identifier: MIT */
#include "http_cookie.h"
#include "http_scan.h"

#include <netproto/http_date.h>

/* Takes what is before the next semicolon, or all. */
static struct netp_str take_part(struct netp_str *s)
{
    struct netp_str part;

    if (!http_split(*s, ';', &part, s)) {
        part = http_take(s, s->n);
    }
    return part;
}

/* Splits a part at its first = and trims both sides; without one it is all name or all value. */
static void split_part(struct netp_str part, struct netp_str *name, struct netp_str *value,
                       bool alone_is_name)
{
    if (!http_split(part, '=', name, value)) {
        *(alone_is_name ? name : value) = part;
        *(alone_is_name ? value : name) = http_take(&part, 0);
    }
    *name = http_trim(*name);
    *value = http_trim(*value);
}

/* Section 5.6.2. */
static void read_max_age(struct netp_http_cookie *c, struct netp_str value)
{
    bool negative = http_take_char(&value, '-');
    uint64_t v = NETP_HTTP_COOKIE_AGE_MAX;

    if (netp_parse_dec(value, NETP_HTTP_COOKIE_AGE_MAX, &v) != NETP_E_SYNTAX) {
        c->max_age = negative ? 0 : (uint32_t)v;
        c->flags |= NETP_HTTP_COOKIE_MAX_AGE;
    }
}

static enum netp_http_same_site same_site(struct netp_str value)
{
    return netp_str_ieq(value, NETP_STR("None"))     ? NETP_HTTP_SAME_SITE_NONE
           : netp_str_ieq(value, NETP_STR("Lax"))    ? NETP_HTTP_SAME_SITE_LAX
           : netp_str_ieq(value, NETP_STR("Strict")) ? NETP_HTTP_SAME_SITE_STRICT
                                                     : NETP_HTTP_SAME_SITE_DEFAULT;
}

static void read_attribute(struct netp_http_cookie *c, struct netp_str name, struct netp_str value)
{
    if (netp_str_ieq(name, NETP_STR("Expires"))) {
        if (netp_http_cookie_date_parse(value, &c->expires) == NETP_OK) {
            c->flags |= NETP_HTTP_COOKIE_EXPIRES;
        }
    } else if (netp_str_ieq(name, NETP_STR("Max-Age"))) {
        read_max_age(c, value);
    } else if (netp_str_ieq(name, NETP_STR("Domain"))) {
        http_take_char(&value, '.');
        c->domain = value;
    } else if (netp_str_ieq(name, NETP_STR("Path"))) {
        c->path = value;
        if (value.n > 0 && value.p[0] != '/') {
            c->path.n = 0;
        }
    } else if (netp_str_ieq(name, NETP_STR("Secure"))) {
        c->flags |= NETP_HTTP_COOKIE_SECURE;
    } else if (netp_str_ieq(name, NETP_STR("HttpOnly"))) {
        c->flags |= NETP_HTTP_COOKIE_HTTP_ONLY;
    } else if (netp_str_ieq(name, NETP_STR("SameSite"))) {
        c->same_site = same_site(value);
    }
}

int netp_http_set_cookie_parse(struct netp_str field, struct netp_http_cookie *c)
{
    struct netp_str name, value;

    memset(c, 0, sizeof *c);
    if (!http_all(field, &http_text)) {
        return NETP_E_SYNTAX;
    }
    split_part(take_part(&field), &c->name, &c->value, false);
    if (c->name.n + c->value.n > NETP_HTTP_COOKIE_PAIR_MAX) {
        return NETP_E_LIMIT;
    }
    while (field.n > 0) {
        split_part(take_part(&field), &name, &value, true);
        if (value.n <= NETP_HTTP_COOKIE_ATTRIBUTE_MAX) {
            read_attribute(c, name, value);
        }
    }
    return NETP_OK;
}

int netp_http_cookie_next(struct netp_str *field, struct netp_str *name, struct netp_str *value)
{
    while (field->n > 0) {
        struct netp_str part = http_trim(take_part(field));
        if (part.n > 0 && http_all(part, &http_text)) {
            split_part(part, name, value, false);
            return 1;
        }
    }
    return 0;
}

static bool has_prefix(struct netp_str s, struct netp_str prefix)
{
    return s.n >= prefix.n && netp_str_ieq(netp_str_make(s.p, prefix.n), prefix);
}

bool http_cookie_prefix_kept(const struct netp_http_cookie *c, bool for_host)
{
    /* Without a name the value stands where a server looks for one. */
    struct netp_str first = c->name.n > 0 ? c->name : c->value;
    bool host = has_prefix(first, NETP_STR("__Host-"));

    if (!host && !has_prefix(first, NETP_STR("__Secure-"))) {
        return true;
    }
    return c->name.n > 0 && (c->flags & NETP_HTTP_COOKIE_SECURE) != 0 &&
           (!host || (for_host && netp_str_eq(c->path, NETP_STR("/"))));
}

bool http_cookie_host(struct netp_str name, char out[NETP_URL_HOST_CAP])
{
    struct netp_url url;
    int n;

    memset(&url, 0, sizeof url);
    url.host = name;
    url.host_kind = NETP_URL_HOST_NAME;
    n = netp_url_host(&url, out);
    return n > 0 && netp_str_ieq(netp_str_make(out, (size_t)n), name);
}
