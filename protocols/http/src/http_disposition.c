/* http_disposition.c - Content-Disposition: RFC 6266, RFC 8187. SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>
#include <string.h>

int netp_http_disposition_parse(struct netp_str field, struct netp_http_disposition *d)
{
    struct netp_str name, value;
    int r;

    memset(d, 0, sizeof *d);
    d->type = http_take_run(&field, &http_tchar);
    if (d->type.n == 0) {
        return NETP_E_SYNTAX;
    }
    while ((r = http_take_param(&field, &name, &value, HTTP_BWS)) > 0) {
        if (!http_once(name, NETP_STR("filename"), value, &d->filename) ||
            !http_once(name, NETP_STR("filename*"), value, &d->filename_star)) {
            return NETP_E_SYNTAX;
        }
    }
    return r == 0 && field.n > 0 ? NETP_E_SYNTAX : r;
}

ptrdiff_t netp_http_filename(char *out, size_t cap, const struct netp_http_disposition *d)
{
    ptrdiff_t n = netp_http_ext_value(out, cap, d->filename_star);

    if (n <= 0 && n != NETP_E_NOSPACE) {
        n = netp_http_unquote(out, cap, d->filename);
    }
    return n < 0 && n != NETP_E_NOSPACE ? 0 : n;
}

/* The state of a reader of UTF-8, RFC 3629: what bytes may come next. */
struct utf8 {
    unsigned more;     /* continuation bytes that are still to come */
    uint8_t low, high; /* the bounds of the next one */
};

/* false: b can't follow. */
static bool utf8_next(struct utf8 *u, uint8_t b)
{
    if (u->more > 0) {
        bool good = b >= u->low && b <= u->high;
        u->more--;
        u->low = 0x80;
        u->high = 0xbf;
        return good;
    }
    u->low = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;  /* no longer form than is needed */
    u->high = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf; /* no surrogate, not above 10ffff */
    u->more = b < 0x80 ? 0 : b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
    return b < 0x80 || (b >= 0xc2 && b <= 0xf4);
}

/* Takes one byte of value-chars. */
static bool take_byte(struct netp_str *s, uint8_t *b)
{
    uint64_t v;

    if (s->n > 2 && s->p[0] == '%') {
        http_take(s, 1);
        bool good = netp_parse_hex(http_take(s, 2), UINT8_MAX, &v) == NETP_OK;
        *b = (uint8_t)v;
        return good && v >= 0x20 && v != 0x7f;
    }
    *b = (uint8_t)http_take(s, 1).p[0];
    return http_is(&http_attr, (char)*b);
}

ptrdiff_t netp_http_ext_value(char *out, size_t cap, struct netp_str value)
{
    struct http_writer w = {out, cap, 0};
    struct netp_str charset, language, rest = value;
    struct utf8 utf8 = {0, 0, 0};
    uint8_t b;

    if (!http_split(rest, '\'', &charset, &rest) || !http_split(rest, '\'', &language, &rest)) {
        return NETP_E_SYNTAX;
    }
    bool latin1 = netp_str_ieq(charset, NETP_STR("ISO-8859-1"));
    if (!latin1 && !netp_str_ieq(charset, NETP_STR("UTF-8"))) {
        return NETP_E_UNSUPPORTED;
    }
    while (rest.n > 0) {
        if (!take_byte(&rest, &b)) {
            return NETP_E_SYNTAX;
        }
        if (latin1 && b >= 0x80) {
            http_put(&w, (char)(0xc0 | b >> 6));
            b = 0x80 | (b & 0x3f);
        } else if (!latin1 && !utf8_next(&utf8, b)) {
            return NETP_E_SYNTAX;
        }
        http_put(&w, (char)b);
    }
    return utf8.more > 0 ? NETP_E_SYNTAX : http_written(&w);
}
