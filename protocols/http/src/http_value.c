/* http_value.c - tokens, quoted strings and products: RFC 9110 sections 5.5, 5.6 and 10.1.5.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>

bool netp_http_is_token(struct netp_str s)
{
    return s.n > 0 && http_all(s, &http_tchar);
}

bool netp_http_is_value(struct netp_str s)
{
    return s.n == 0 ||
           (http_all(s, &http_text) && !http_is_blank(s.p[0]) && !http_is_blank(s.p[s.n - 1]));
}

ptrdiff_t netp_http_unquote(char *out, size_t cap, struct netp_str value)
{
    struct http_writer w = {out, cap, 0};
    struct netp_str rest = value, quoted;
    char c;

    if (http_take_quoted(&rest, &quoted) ? rest.n > 0 : !netp_http_is_token(value)) {
        return NETP_E_SYNTAX;
    }
    rest = http_inside(value);
    while (http_take_meant(&rest, &c)) {
        http_put(&w, c);
    }
    return http_written(&w);
}

ptrdiff_t netp_http_quote(char *out, size_t cap, struct netp_str text)
{
    struct http_writer w = {out, cap, 0};

    if (!http_all(text, &http_text)) {
        return NETP_E_ARG;
    }
    http_put(&w, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\') {
            http_put(&w, '\\');
        }
        http_put(&w, text.p[i]);
    }
    http_put(&w, '"');
    return http_written(&w);
}

bool netp_http_value_ieq(struct netp_str value, struct netp_str text)
{
    struct netp_str rest = http_inside(value);
    char c;

    while (http_take_meant(&rest, &c)) {
        if (text.n == 0 || !netp_str_ieq(netp_str_make(&c, 1), http_take(&text, 1))) {
            return false;
        }
    }
    return text.n == 0;
}

int netp_http_token_next(struct netp_str *item, struct netp_str *token)
{
    *token = http_take_run(item, &http_tchar);
    return token->n > 0 ? 1 : NETP_E_SYNTAX;
}

/* A comment, RFC 9110 section 5.6.5, with those in it. */
static bool take_comment(struct netp_str *s)
{
    size_t depth = 0;
    bool escaped = false;

    for (size_t i = 0; i < s->n && http_is(&http_text, s->p[i]); i++) {
        char c = s->p[i];
        if (escaped) {
            escaped = false;
        } else if (c == '\\') {
            escaped = true;
        } else if (c == '(') {
            depth++;
        } else if (c == ')' && --depth == 0) {
            http_take(s, i + 1);
            return true;
        }
    }
    return false;
}

/* Whether a product or comment ends here: whitespace must part it from the next. */
static bool at_end(struct netp_str s)
{
    return s.n == 0 || http_is(&http_space, s.p[0]);
}

int netp_http_product_next(struct netp_str *products, struct netp_str *name,
                           struct netp_str *version)
{
    struct netp_str s = *products;

    for (http_take_run(&s, &http_space); s.n > 0 && s.p[0] == '('; http_take_run(&s, &http_space)) {
        if (!take_comment(&s) || !at_end(s)) {
            return NETP_E_SYNTAX;
        }
    }
    *name = http_take_run(&s, &http_tchar);
    bool slash = http_take_char(&s, '/');
    *version = http_take_run(&s, &http_tchar);
    if (!at_end(s) || slash != (version->n > 0) || (slash && name->n == 0)) {
        return NETP_E_SYNTAX;
    }
    *products = s;
    return name->n > 0;
}
