/* http_coding_name.c - Content-Encoding: RFC 9110 section 8.4. SPDX-License-Identifier: MIT */
#include <netproto/http_coding.h>
#include <netproto/http_field.h>
#include <netproto/text.h>

int netp_http_coding_find(struct netp_str name)
{
    if (netp_str_ieq(name, NETP_STR("gzip")) || netp_str_ieq(name, NETP_STR("x-gzip"))) {
        return NETP_HTTP_GZIP;
    }
    if (netp_str_ieq(name, NETP_STR("deflate"))) {
        return NETP_HTTP_DEFLATE;
    }
    if (netp_str_ieq(name, NETP_STR("identity"))) {
        return NETP_HTTP_IDENTITY;
    }
    return NETP_E_UNSUPPORTED;
}

/* The next coding of the list that is not identity; 0 at its end, or an error. */
static int coding_next(struct netp_str *field)
{
    struct netp_str item;
    int r;

    do {
        r = netp_http_list_next(field, &item);
        if (r <= 0) {
            return r;
        }
        r = netp_http_is_token(item) ? netp_http_coding_find(item) : NETP_E_SYNTAX;
    } while (r == NETP_HTTP_IDENTITY);
    return r;
}

int netp_http_codings(struct netp_str field, enum netp_http_coding_kind *kind, size_t cap)
{
    size_t n = 0;
    int r;

    while ((r = coding_next(&field)) > 0) {
        if (n == cap) {
            return NETP_E_LIMIT;
        }
        for (size_t i = n++; i > 0; i--) {
            kind[i] = kind[i - 1];
        }
        kind[0] = (enum netp_http_coding_kind)r;
    }
    return r < 0 ? r : (int)n;
}
