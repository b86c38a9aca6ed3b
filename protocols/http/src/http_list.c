/* http_list.c - lists and parameters: RFC 9110 sections 5.6.1 and 5.6.6.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>

/* Takes all up to a comma that is not in a quoted-string; false for what is no text. */
static bool take_element(struct netp_str *s)
{
    struct netp_str part;

    while (s->n > 0 && s->p[0] != ',') {
        if (s->p[0] == '"') {
            if (!http_take_quoted(s, &part)) {
                return false;
            }
        } else if (http_is(&http_text, s->p[0])) {
            http_take(s, 1);
        } else {
            return false;
        }
    }
    return true;
}

int netp_http_list_next(struct netp_str *list, struct netp_str *item)
{
    struct netp_str s = *list;
    int n = http_take_separators(&s, ',');

    if (n < 0) {
        return n;
    }
    *item = s;
    if (!take_element(&s)) {
        return NETP_E_SYNTAX;
    }
    *item = http_trim(netp_str_make(item->p, item->n - s.n));
    *list = s;
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
