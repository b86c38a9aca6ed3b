/* Cookies on the wire: Set-Cookie is read as a plain second reading of RFC 6265bis section 5.6
 * reads it, what can be written is read as the same, and Cookie is what lies between its
 * semicolons. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/http_cookie.h>
#include <netproto/http_date.h>
#include <netproto/text.h>

#include <string.h>

static bool same(struct netp_str a, struct netp_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static bool has_control(struct netp_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if ((c < ' ' && c != '\t') || c == 127) {
            return true;
        }
    }
    return false;
}

/* The i-th part between semicolons; false: there are fewer. */
static bool part_of(struct netp_str s, size_t i, struct netp_str *part)
{
    size_t from = 0, to;

    for (;; from = to + 1) {
        for (to = from; to < s.n && s.p[to] != ';'; to++) {
        }
        if (i-- == 0) {
            *part = netp_str_make(s.p + from, to - from);
            return true;
        }
        if (to == s.n) {
            return false;
        }
    }
}

static struct netp_str trimmed(const char *p, size_t from, size_t to)
{
    while (from < to && (p[from] == ' ' || p[from] == '\t')) {
        from++;
    }
    while (from < to && (p[to - 1] == ' ' || p[to - 1] == '\t')) {
        to--;
    }
    return netp_str_make(p + from, to - from);
}

/* The sides of its first =; where there is none, the left or the right side has it all. */
static void sides(struct netp_str part, bool left, struct netp_str side[2])
{
    size_t eq = 0;

    while (eq < part.n && part.p[eq] != '=') {
        eq++;
    }
    if (eq < part.n || left) {
        side[0] = trimmed(part.p, 0, eq);
        side[1] = trimmed(part.p, eq < part.n ? eq + 1 : eq, part.n);
    } else {
        side[0] = trimmed(part.p, 0, 0);
        side[1] = trimmed(part.p, 0, part.n);
    }
}

/* An age to the draft's letter: digits, perhaps behind a minus. */
static void plain_age(struct netp_str v, struct netp_http_cookie *c)
{
    bool negative = v.n > 0 && v.p[0] == '-';
    uint64_t age = 0;

    if (v.n == (negative ? 1 : 0)) {
        return;
    }
    for (size_t i = negative; i < v.n; i++) {
        if (v.p[i] < '0' || v.p[i] > '9') {
            return;
        }
        age = age * 10 + (uint64_t)(v.p[i] - '0');
        age = age > 34560000 ? 34560000 : age;
    }
    c->max_age = negative ? 0 : (uint32_t)age;
    c->flags |= NETP_HTTP_COOKIE_MAX_AGE;
}

static void plain_attribute(struct netp_str name, struct netp_str v, struct netp_http_cookie *c)
{
    static const char *const names[] = {"expires", "max-age",  "domain",  "path",
                                        "secure",  "httponly", "samesite"};
    static const char *const sites[] = {"none", "lax", "strict"};
    size_t which = 0;

    while (which < 7 && !netp_str_ieq(name, netp_str_of(names[which]))) {
        which++;
    }
    switch (which) {
    case 0:
        c->flags |= netp_http_cookie_date_parse(v, &c->expires) == NETP_OK ? 4u : 0;
        break;
    case 1:
        plain_age(v, c);
        break;
    case 2:
        c->domain = v.n > 0 && v.p[0] == '.' ? netp_str_make(v.p + 1, v.n - 1) : v;
        break;
    case 3:
        c->path = v.n > 0 && v.p[0] == '/' ? v : netp_str_make(v.p, 0);
        break;
    case 4:
    case 5:
        c->flags |= which == 4 ? NETP_HTTP_COOKIE_SECURE : NETP_HTTP_COOKIE_HTTP_ONLY;
        break;
    case 6:
        c->same_site = NETP_HTTP_SAME_SITE_DEFAULT;
        for (unsigned i = 0; i < 3; i++) {
            if (netp_str_ieq(v, netp_str_of(sites[i]))) {
                c->same_site = (enum netp_http_same_site)(i + 1);
            }
        }
        break;
    default:
        break;
    }
}

static int plain_parse(struct netp_str s, struct netp_http_cookie *c)
{
    struct netp_str part, side[2];

    memset(c, 0, sizeof *c);
    if (has_control(s)) {
        return NETP_E_SYNTAX;
    }
    part_of(s, 0, &part);
    sides(part, false, side);
    c->name = side[0];
    c->value = side[1];
    if (side[0].n + side[1].n > 4096) {
        return NETP_E_LIMIT;
    }
    for (size_t i = 1; part_of(s, i, &part); i++) {
        sides(part, true, side);
        if (side[1].n <= 1024) {
            plain_attribute(side[0], side[1], c);
        }
    }
    return NETP_OK;
}

static void check_same(const struct netp_http_cookie *a, const struct netp_http_cookie *b)
{
    FUZZ_CHECK(same(a->name, b->name) && same(a->value, b->value), "another pair");
    FUZZ_CHECK(same(a->domain, b->domain) && same(a->path, b->path), "another domain or path");
    FUZZ_CHECK(a->flags == b->flags && a->same_site == b->same_site, "%u %u", a->flags, b->flags);
    FUZZ_CHECK(a->max_age == b->max_age && a->expires == b->expires, "another time");
}

static void read_set_cookie(struct netp_str s)
{
    struct netp_http_cookie c, plain, again;
    int r = netp_http_set_cookie_parse(s, &c), p = plain_parse(s, &plain);

    FUZZ_CHECK(r == p, "%s, but %s", netp_errname(r), netp_errname(p));
    FUZZ_OUTCOME("set-cookie %s", netp_errname(r));
    if (r != NETP_OK) {
        return;
    }
    check_same(&c, &plain);
    size_t cap = NETP_HTTP_SET_COOKIE_CAP(&c);
    char *out = (char *)fuzz_block(cap);
    ptrdiff_t n = netp_http_set_cookie_format(out, cap, &c);
    FUZZ_CHECK(n > 0 || n == NETP_E_ARG, "%td", n);
    if (n > 0) {
        FUZZ_OUTCOME("written %.*s", (int)(n < 400 ? n : 400), out);
        r = netp_http_set_cookie_parse(netp_str_make(out, (size_t)n), &again);
        FUZZ_CHECK(r == NETP_OK, "%s: %.*s", netp_errname(r), (int)n, out);
        check_same(&c, &again);
    } else {
        FUZZ_OUTCOME("not written; name %zu, value %zu, domain %zu, path %zu, flags %u %u",
                     c.name.n, c.value.n, c.domain.n, c.path.n, c.flags, (unsigned)c.same_site);
    }
    free(out);
}

static void read_cookies(struct netp_str s)
{
    struct netp_str field = s, name, value, part, side[2];
    size_t found = 0;

    for (size_t i = 0; part_of(s, i, &part); i++) {
        part = trimmed(part.p, 0, part.n);
        if (part.n == 0 || has_control(part)) {
            continue;
        }
        sides(part, false, side);
        FUZZ_CHECK(netp_http_cookie_next(&field, &name, &value) == 1, "%zu", found);
        FUZZ_CHECK(same(name, side[0]) && same(value, side[1]), "%zu", found);
        found++;
    }
    FUZZ_CHECK(netp_http_cookie_next(&field, &name, &value) == 0, "more than %zu", found);
    FUZZ_OUTCOME("cookies %zu", found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *p = (char *)fuzz_copy(data, size);

    read_set_cookie(netp_str_make(p, size));
    read_cookies(netp_str_make(p, size));
    free(p);
    return 0;
}
