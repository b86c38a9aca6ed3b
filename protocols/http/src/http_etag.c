/* http_etag.c - entity tags and If-Range: RFC 9110 sections 8.8.3 and 13.1.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_date.h>
#include <netproto/http_field.h>

static bool take_etag(struct netp_str *s, struct netp_http_etag *etag)
{
    etag->weak = s->n > 1 && s->p[0] == 'W' && s->p[1] == '/';
    http_take(s, etag->weak ? 2 : 0);
    if (!http_take_char(s, '"')) {
        return false;
    }
    etag->tag = http_take_run(s, &http_etagc);
    return http_take_char(s, '"');
}

int netp_http_etag_parse(struct netp_str field, struct netp_http_etag *etag)
{
    return take_etag(&field, etag) && field.n == 0 ? NETP_OK : NETP_E_SYNTAX;
}

ptrdiff_t netp_http_etag_format(char *out, size_t cap, const struct netp_http_etag *etag)
{
    struct http_writer w = {out, cap, 0};

    if (!http_all(etag->tag, &http_etagc)) {
        return NETP_E_ARG;
    }
    http_put_str(&w, etag->weak ? NETP_STR("W/\"") : NETP_STR("\""));
    http_put_str(&w, etag->tag);
    http_put(&w, '"');
    return http_written(&w);
}

bool netp_http_etag_weak_eq(const struct netp_http_etag *a, const struct netp_http_etag *b)
{
    return netp_str_eq(a->tag, b->tag);
}

bool netp_http_etag_strong_eq(const struct netp_http_etag *a, const struct netp_http_etag *b)
{
    return !a->weak && !b->weak && netp_http_etag_weak_eq(a, b);
}

int netp_http_etag_next(struct netp_str *list, struct netp_http_etag *etag)
{
    struct netp_str s = *list;
    int n = http_take_separators(&s, ',');

    if (n < 0) {
        return n;
    }
    n = s.n > 0;
    if (n > 0) {
        if (!take_etag(&s, etag)) {
            return NETP_E_SYNTAX;
        }
        http_take_run(&s, &http_space);
        if (s.n > 0 && s.p[0] != ',') {
            return NETP_E_SYNTAX;
        }
    }
    *list = s;
    return n;
}

int netp_http_etag_match(struct netp_str field, const struct netp_http_etag *etag, bool strong)
{
    struct netp_http_etag named;
    int r, found = 0;

    if (netp_str_eq(field, NETP_STR("*"))) {
        return etag != NULL;
    }
    while ((r = netp_http_etag_next(&field, &named)) > 0) {
        if (etag != NULL && (strong ? netp_http_etag_strong_eq(&named, etag)
                                    : netp_http_etag_weak_eq(&named, etag))) {
            found = 1;
        }
    }
    return r < 0 ? r : found;
}

int netp_http_if_range_parse(struct netp_str field, int64_t now, struct netp_http_if_range *v)
{
    v->is_date = netp_http_etag_parse(field, &v->etag) != NETP_OK;
    return v->is_date ? netp_http_date_parse(field, now, &v->date) : NETP_OK;
}
