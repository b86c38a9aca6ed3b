/* http_form_pair.c - the pairs of application/x-www-form-urlencoded as text.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_form.h>
#include <netproto/url.h>

/* Appends text to out[0..*n), escaped; false: it does not fit. */
static bool put(char *out, size_t cap, size_t *n, struct netp_str text)
{
    ptrdiff_t k = netp_url_encode(NETP_URL_PART_FORM, out + *n, cap - *n, text.p, text.n);

    *n += k < 0 ? 0 : (size_t)k;
    return k >= 0;
}

static bool put_char(char *out, size_t cap, size_t *n, char c)
{
    if (*n == cap) {
        return false;
    }
    out[(*n)++] = c;
    return true;
}

int netp_http_form_put(char *out, size_t cap, size_t *n, struct netp_str name,
                       struct netp_str value)
{
    size_t end = *n;

    if ((end > 0 && !put_char(out, cap, &end, '&')) || !put(out, cap, &end, name) ||
        !put_char(out, cap, &end, '=') || !put(out, cap, &end, value)) {
        return NETP_E_NOSPACE;
    }
    *n = end;
    return NETP_OK;
}

bool netp_http_form_pair_next(struct netp_str *text, struct netp_str *name, struct netp_str *value)
{
    struct netp_str rest = *text, pair;

    while (http_take_char(&rest, '&')) {
    }
    pair = rest;
    if (!http_split(rest, '&', &pair, text)) {
        *text = rest;
        http_take(text, rest.n);
    }
    if (!http_split(pair, '=', name, value)) {
        *value = pair;
        *name = http_take(value, pair.n);
    }
    return pair.n > 0;
}
