/* http_list.c - lists and parameters: RFC 9110 sections 5.6.1 and 5.6.6.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>

int netp_http_list_next(struct netp_str *list, struct netp_str *item)
{
    struct netp_str s = *list;
    bool quoted = false, escaped = false;
    int commas = http_take_separators(&s, ',');
    size_t i;

    if (commas < 0) {
        return commas;
    }
    for (i = 0; i < s.n && (quoted || s.p[i] != ','); i++) {
        if (!http_is(&http_text, s.p[i])) {
            return NETP_E_SYNTAX;
        }
        quoted = quoted != (s.p[i] == '"' && !escaped);
        escaped = quoted && s.p[i] == '\\' && !escaped;
    }
    if (quoted) {
        return NETP_E_SYNTAX;
    }
    *item = http_trim(http_take(&s, i));
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
