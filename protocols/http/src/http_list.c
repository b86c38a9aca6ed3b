/* http_list.c - lists and parameters: RFC 9110 sections 5.6.1 and 5.6.6.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>

int netp_http_list_next(struct netp_str *list, struct netp_str *item)
{
    bool quoted = false, escaped = false;
    size_t i = 0, from, to;
    unsigned commas = 0;

    *item = *list;
    if (list->n == 0) {
        return 0; /* and p may be NULL */
    }
    for (; i < list->n && (list->p[i] == ',' || http_is_blank(list->p[i])); i++) {
        commas += list->p[i] == ',';
        if (commas > NETP_HTTP_EMPTY_MAX) {
            return NETP_E_LIMIT;
        }
    }
    for (from = to = i; i < list->n && (quoted || list->p[i] != ','); i++) {
        char c = list->p[i];
        if (!http_is(&http_text, c)) {
            return NETP_E_SYNTAX;
        }
        quoted = quoted != (c == '"' && !escaped);
        escaped = quoted && c == '\\' && !escaped;
        to = http_is_blank(c) ? to : i + 1;
    }
    if (quoted) {
        return NETP_E_SYNTAX;
    }
    *item = netp_str_make(list->p + from, to - from);
    *list = netp_str_make(list->p + i, list->n - i);
    return item->n > 0;
}

int netp_http_param_next(struct netp_str *params, struct netp_str *name, struct netp_str *value)
{
    struct netp_str s = *params;
    int r = http_take_param(&s, name, value, HTTP_STRICT);

    if (r == 0 && s.n > 0) {
        return NETP_E_SYNTAX; /* a comma */
    }
    *params = s; /* which an error has not changed */
    return r;
}
