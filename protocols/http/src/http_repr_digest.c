/* http_repr_digest.c - digests of content: RFC 9530, in dictionaries of RFC 9651.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/base64.h>
#include <netproto/http_repr_digest.h>

static const struct http_chars lower = {{0, 0, 0, 0x07fffffe, 0, 0, 0, 0}};
static const struct http_chars base64 = {{0, 0x23ff8800, 0x07fffffe, 0x07fffffe, 0, 0, 0, 0}};

/* RFC 9651 section 3.1.2. */
static bool take_key(struct netp_str *s, struct netp_str *key)
{
    size_t n = 0;

    while (n < s->n && (http_is(&lower, s->p[n]) || s->p[n] == '*' ||
                        (n > 0 && (http_is(&http_digit, s->p[n]) || s->p[n] == '_' ||
                                   s->p[n] == '-' || s->p[n] == '.')))) {
        n++;
    }
    *key = http_take(s, n);
    return n > 0;
}

/* Sections 3.3.1 and 3.3.2. */
static bool take_number(struct netp_str *s, bool integer)
{
    http_take_char(s, '-');
    size_t n = http_take_run(s, &http_digit).n;
    if (integer || !http_take_char(s, '.')) {
        return n > 0 && n <= 15;
    }
    size_t decimals = http_take_run(s, &http_digit).n;
    return n > 0 && n <= 12 && decimals > 0 && decimals <= 3;
}

/* Section 3.3.3. */
static bool take_string(struct netp_str *s)
{
    http_take(s, 1);
    while (s->n > 0 && s->p[0] >= 0x20 && s->p[0] < 0x7f) {
        char c = http_take(s, 1).p[0];
        if (c == '"') {
            return true;
        }
        if (c == '\\' && !http_take_char(s, '"') && !http_take_char(s, '\\')) {
            return false;
        }
    }
    return false;
}

/* Section 3.3.4, whose first character has been looked at. */
static void take_token(struct netp_str *s)
{
    while (s->n > 0 && (http_is(&http_tchar, s->p[0]) || s->p[0] == ':' || s->p[0] == '/')) {
        http_take(s, 1);
    }
}

/* Takes a bare item but for a Display String. */
static bool take_item(struct netp_str *s, struct netp_str *item)
{
    char c = s->n > 0 ? s->p[0] : '\0';
    bool good;

    *item = *s;
    if (c == '"') {
        good = take_string(s);
    } else if (c == ':') {
        http_take(s, 1);
        http_take_run(s, &base64);
        good = http_take_char(s, ':');
    } else if (c == '?') {
        http_take(s, 1);
        good = http_take_char(s, '0') || http_take_char(s, '1');
    } else if (c == '@') {
        http_take(s, 1);
        good = take_number(s, true);
    } else if (c == '-' || http_is(&http_digit, c)) {
        good = take_number(s, false);
    } else {
        good = http_is(&lower, (char)(c | 0x20)) || c == '*';
        take_token(s);
    }
    item->n -= s->n;
    return good;
}

/* Section 3.1.2. */
static bool take_params(struct netp_str *s)
{
    struct netp_str name, value;

    while (http_take_char(s, ';')) {
        while (http_take_char(s, ' ')) {
        }
        if (!take_key(s, &name) || (http_take_char(s, '=') && !take_item(s, &value))) {
            return false;
        }
    }
    return true;
}

/* Section 4.2.2: takes a member that is an item: 1; 0 at the end; NETP_E_SYNTAX. */
static int take_member(struct netp_str *s, struct netp_str *key, struct netp_str *item)
{
    if (s->n == 0) {
        return 0;
    }
    if (!take_key(s, key) || !http_take_char(s, '=') || !take_item(s, item) || !take_params(s)) {
        return NETP_E_SYNTAX;
    }
    http_take_run(s, &http_space);
    bool more = http_take_char(s, ',');
    http_take_run(s, &http_space);
    return more == (s->n > 0) ? 1 : NETP_E_SYNTAX;
}

static bool decode(struct netp_str item, uint8_t *out, size_t n)
{
    return netp_base64_decode(out, n, netp_str_make(item.p + 1, item.n - 2)) == (ptrdiff_t)n;
}

int netp_http_repr_digest_parse(struct netp_str field, struct netp_http_repr_digest *d)
{
    struct netp_http_repr_digest found = *d;
    struct netp_str key, item;
    bool good = true;
    int r;

    while (good && (r = take_member(&field, &key, &item)) != 0) {
        good = r > 0 && item.p[0] == ':';
        if (good && netp_str_eq(key, NETP_STR("sha-256"))) {
            found.has_sha256 = good = decode(item, found.sha256, sizeof found.sha256);
        } else if (good && netp_str_eq(key, NETP_STR("sha-512"))) {
            found.has_sha512 = good = decode(item, found.sha512, sizeof found.sha512);
        }
    }
    if (!good) {
        return NETP_E_SYNTAX;
    }
    *d = found;
    return NETP_OK;
}

static void put_digest(struct http_writer *w, struct netp_str key, const uint8_t *p, size_t n)
{
    char text[NETP_BASE64_LEN(64)];

    http_put_str(w, w->n > 0 ? NETP_STR(", ") : NETP_STR(""));
    http_put_str(w, key);
    http_put_str(w, NETP_STR("=:"));
    http_put_str(w, netp_str_make(text, (size_t)netp_base64_encode(text, sizeof text, p, n)));
    http_put(w, ':');
}

ptrdiff_t netp_http_repr_digest_format(const struct netp_http_repr_digest *d, char *out, size_t cap)
{
    struct http_writer w = {out, cap, 0};

    if (d->has_sha256) {
        put_digest(&w, NETP_STR("sha-256"), d->sha256, sizeof d->sha256);
    }
    if (d->has_sha512) {
        put_digest(&w, NETP_STR("sha-512"), d->sha512, sizeof d->sha512);
    }
    return http_written(&w);
}

int netp_http_want_digest_parse(struct netp_str field, struct netp_http_want_digest *w)
{
    struct netp_http_want_digest found = *w;
    struct netp_str key, item;
    int r;

    while ((r = take_member(&field, &key, &item)) > 0) {
        uint64_t v;
        if (netp_parse_dec(item, 10, &v) != NETP_OK) {
            return NETP_E_SYNTAX;
        }
        if (netp_str_eq(key, NETP_STR("sha-256"))) {
            found.sha256 = (int)v;
        } else if (netp_str_eq(key, NETP_STR("sha-512"))) {
            found.sha512 = (int)v;
        }
    }
    if (r < 0) {
        return r;
    }
    *w = found;
    return NETP_OK;
}
