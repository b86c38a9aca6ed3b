/* http_link.c - Link: RFC 8288 section 3. SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>

int netp_http_link_next(struct netp_str *list, struct netp_http_link *link)
{
    struct netp_str s = *list, name, value;
    int r = http_take_separators(&s, ',');

    if (r < 0) {
        return r;
    }
    if (s.n == 0) {
        *list = s;
        return 0;
    }
    if (!http_take_char(&s, '<')) {
        return NETP_E_SYNTAX;
    }
    link->target = http_take_run(&s, &http_uri);
    if (!http_take_char(&s, '>')) {
        return NETP_E_SYNTAX;
    }
    link->params = s;
    while ((r = http_take_param(&s, &name, &value, HTTP_OPTIONAL)) > 0) {
    }
    if (r < 0) {
        return r;
    }
    link->params.n -= s.n;
    *list = s;
    return 1;
}

int netp_http_link_param_next(struct netp_str *params, struct netp_str *name,
                              struct netp_str *value)
{
    struct netp_str s = *params;
    int r = http_take_param(&s, name, value, HTTP_OPTIONAL);

    if (r == 0 && s.n > 0) {
        return NETP_E_SYNTAX; /* a comma */
    }
    *params = s; /* which an error has not changed */
    return r;
}

/* Whether one of the words that the value means is the wanted one. */
static bool has_word(struct netp_str value, struct netp_str wanted)
{
    struct netp_str rest = http_inside(value);
    size_t n = 0; /* characters of the word so far */
    bool same = true;
    char c;

    while (http_take_meant(&rest, &c)) {
        if (c == ' ') {
            if (same && n == wanted.n) {
                break;
            }
            n = 0;
            same = true;
        } else {
            same = same && n < wanted.n &&
                   netp_str_ieq(netp_str_make(&c, 1), netp_str_make(wanted.p + n, 1));
            n++;
        }
    }
    return same && n == wanted.n;
}

bool netp_http_link_has_rel(const struct netp_http_link *link, struct netp_str rel)
{
    struct netp_str params = link->params, name, value;

    while (netp_http_link_param_next(&params, &name, &value) > 0) {
        if (netp_str_ieq(name, NETP_STR("rel"))) {
            return rel.n > 0 && has_word(value, rel);
        }
    }
    return false;
}
