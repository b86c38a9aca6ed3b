/* http_scan.c - taking a field value apart from its front. SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>
#include <string.h>

bool http_take_char(struct netp_str *s, char c)
{
    if (s->n == 0 || s->p[0] != c) {
        return false;
    }
    http_take(s, 1);
    return true;
}

/* RFC 9110 section 5.6.4. */
bool http_take_quoted(struct netp_str *s, struct netp_str *quoted)
{
    bool escaped = false;

    if (s->n == 0 || s->p[0] != '"') {
        return false;
    }
    for (size_t i = 1; i < s->n && http_is(&http_text, s->p[i]); i++) {
        if (escaped) {
            escaped = false;
        } else if (s->p[i] == '\\') {
            escaped = true;
        } else if (s->p[i] == '"') {
            *quoted = http_take(s, i + 1);
            return true;
        }
    }
    return false;
}

int http_take_separators(struct netp_str *s, char separator)
{
    int n = 0;
    size_t i;

    for (i = 0; i < s->n && (s->p[i] == separator || http_is(&http_space, s->p[i])); i++) {
        n += s->p[i] == separator;
        if (n > NETP_HTTP_EMPTY_MAX) {
            return NETP_E_LIMIT;
        }
    }
    http_take(s, i);
    return n;
}

struct netp_str http_trim(struct netp_str s)
{
    http_take_run(&s, &http_space);
    while (s.n > 0 && http_is(&http_space, s.p[s.n - 1])) {
        s.n--;
    }
    return s;
}

bool http_take_pair(struct netp_str *s, struct netp_str *name, struct netp_str *value,
                    enum http_equals equals)
{
    struct netp_str rest;

    *name = http_take_run(s, &http_tchar);
    *value = netp_str_make(NULL, 0);
    rest = *s;
    if (equals != HTTP_STRICT) {
        http_take_run(&rest, &http_space);
    }
    if (!http_take_char(&rest, '=')) {
        return name->n > 0 && equals == HTTP_OPTIONAL;
    }
    if (equals != HTTP_STRICT) {
        http_take_run(&rest, &http_space);
    }
    if (!http_take_quoted(&rest, value)) {
        *value = http_take_run(&rest, &http_tchar);
    }
    *s = rest;
    return name->n > 0 && value->n > 0;
}

int http_take_param(struct netp_str *s, struct netp_str *name, struct netp_str *value,
                    enum http_equals equals)
{
    struct netp_str rest = *s;
    int n = http_take_separators(&rest, ';');

    if (n < 0) {
        return n;
    }
    bool more = rest.n > 0 && rest.p[0] != ',';
    if (more && (n == 0 || !http_take_pair(&rest, name, value, equals))) {
        return NETP_E_SYNTAX;
    }
    *s = rest;
    return more;
}

struct netp_str http_inside(struct netp_str value)
{
    if (value.n > 1 && value.p[0] == '"') {
        value = netp_str_make(value.p + 1, value.n - 2);
    }
    return value;
}

bool http_take_meant(struct netp_str *inside, char *c)
{
    if (inside->n > 1) {
        http_take_char(inside, '\\');
    }
    if (inside->n == 0) {
        return false;
    }
    *c = http_take(inside, 1).p[0];
    return true;
}

bool http_value_eq(struct netp_str value, struct netp_str text)
{
    struct netp_str rest = http_inside(value);
    char c;

    while (http_take_meant(&rest, &c)) {
        if (text.n == 0 || c != *http_take(&text, 1).p) {
            return false;
        }
    }
    return text.n == 0;
}

bool http_is_password(struct netp_str s)
{
    return http_all(s, &http_text) && (s.n == 0 || memchr(s.p, '\t', s.n) == NULL);
}

bool http_is_user(struct netp_str s)
{
    return http_is_password(s) && (s.n == 0 || memchr(s.p, ':', s.n) == NULL);
}

bool http_once(struct netp_str name, struct netp_str wanted, struct netp_str value,
               struct netp_str *found)
{
    if (!netp_str_ieq(name, wanted)) {
        return true;
    }
    if (found->n > 0) {
        return false;
    }
    *found = value;
    return true;
}

bool http_split(struct netp_str s, char c, struct netp_str *before, struct netp_str *after)
{
    const char *at = s.n > 0 ? (const char *)memchr(s.p, c, s.n) : NULL;

    if (at == NULL) {
        return false;
    }
    *before = netp_str_make(s.p, (size_t)(at - s.p));
    *after = netp_str_make(at + 1, s.n - before->n - 1);
    return true;
}

void http_put(struct http_writer *w, char c)
{
    if (w->n < w->cap) {
        w->p[w->n] = c;
    }
    w->n++;
}

void http_put_str(struct http_writer *w, struct netp_str s)
{
    size_t room = w->n < w->cap ? w->cap - w->n : 0;
    size_t k = s.n < room ? s.n : room;

    if (k > 0) {
        memcpy(w->p + w->n, s.p, k);
    }
    w->n += s.n;
}

void http_put_dec(struct http_writer *w, uint64_t v)
{
    char digits[NETP_DEC_CAP];
    size_t n = netp_format_dec(v, digits);
    http_put_str(w, netp_str_make(digits, n));
}

ptrdiff_t http_written(const struct http_writer *w)
{
    return w->n <= w->cap ? (ptrdiff_t)w->n : NETP_E_NOSPACE;
}
