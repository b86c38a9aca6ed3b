/* http_range.c - Range and Content-Range: RFC 9110 sections 14.1.2, 14.2 and 14.4.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>
#include <string.h>

/* A position, or the number of bytes at the end. */
static bool position(struct netp_str s, uint64_t *v)
{
    int r = netp_parse_dec(s, UINT64_MAX, v);

    if (r == NETP_E_LIMIT) {
        *v = UINT64_MAX;
    }
    return r != NETP_E_SYNTAX;
}

static bool parse_spec(struct netp_str s, struct netp_http_range *range)
{
    struct netp_str first, last;

    range->first = 0;
    range->last = UINT64_MAX;
    if (!http_split(s, '-', &first, &last)) {
        return false;
    }
    range->suffix = first.n == 0;
    if (range->suffix) {
        return position(last, &range->last);
    }
    return position(first, &range->first) && (last.n == 0 || position(last, &range->last)) &&
           range->first <= range->last;
}

ptrdiff_t netp_http_range_parse(struct netp_str field, struct netp_http_range *out, size_t cap)
{
    struct netp_str unit, set, spec;
    struct netp_http_range range;
    size_t n = 0;
    int r;

    if (!http_split(field, '=', &unit, &set) || !netp_http_is_token(unit)) {
        return NETP_E_SYNTAX;
    }
    if (!netp_str_ieq(unit, NETP_STR("bytes"))) {
        return NETP_E_UNSUPPORTED;
    }
    while ((r = netp_http_list_next(&set, &spec)) > 0) {
        if (!parse_spec(spec, &range)) {
            return NETP_E_SYNTAX;
        }
        if (n == cap) {
            return NETP_E_LIMIT;
        }
        out[n++] = range;
    }
    if (r < 0) {
        return r;
    }
    return n > 0 ? (ptrdiff_t)n : NETP_E_SYNTAX;
}

bool netp_http_range_resolve(struct netp_http_range *range, uint64_t length)
{
    uint64_t first = range->first, last = range->last;

    if (range->suffix) {
        first = last < length ? length - last : 0;
        last = UINT64_MAX;
    }
    if (first >= length) {
        return false;
    }
    range->suffix = false;
    range->first = first;
    range->last = last < length ? last : length - 1;
    return true;
}

ptrdiff_t netp_http_range_format(const struct netp_http_range *range, char out[NETP_HTTP_RANGE_CAP])
{
    struct http_writer w = {out, NETP_HTTP_RANGE_CAP, 0};

    if (!range->suffix && range->last < range->first) {
        return NETP_E_ARG;
    }
    http_put_str(&w, NETP_STR("bytes="));
    if (!range->suffix) {
        http_put_dec(&w, range->first);
    }
    http_put(&w, '-');
    if (range->suffix || range->last != UINT64_MAX) {
        http_put_dec(&w, range->last);
    }
    return http_written(&w);
}

static bool sound(const struct netp_http_content_range *range)
{
    if (range->unsatisfied) {
        return range->length != NETP_HTTP_LENGTH_UNKNOWN;
    }
    return range->first <= range->last && range->last < range->length;
}

/* A number that is not NETP_HTTP_LENGTH_UNKNOWN. */
static int number(struct netp_str s, uint64_t *v)
{
    return netp_parse_dec(s, NETP_HTTP_LENGTH_UNKNOWN - 1, v);
}

int netp_http_content_range_parse(struct netp_str field, struct netp_http_content_range *range)
{
    struct netp_str unit, rest, part, length, first, last;
    int r = NETP_OK;

    memset(range, 0, sizeof *range);
    if (!http_split(field, ' ', &unit, &rest) || !netp_http_is_token(unit)) {
        return NETP_E_SYNTAX;
    }
    if (!netp_str_ieq(unit, NETP_STR("bytes"))) {
        return NETP_E_UNSUPPORTED;
    }
    if (!http_split(rest, '/', &part, &length)) {
        return NETP_E_SYNTAX;
    }
    range->length = NETP_HTTP_LENGTH_UNKNOWN;
    if (!netp_str_eq(length, NETP_STR("*"))) {
        r = number(length, &range->length);
    }
    range->unsatisfied = netp_str_eq(part, NETP_STR("*"));
    if (r == NETP_OK && !range->unsatisfied) {
        if (!http_split(part, '-', &first, &last)) {
            return NETP_E_SYNTAX;
        }
        r = number(first, &range->first);
        r = r == NETP_OK ? number(last, &range->last) : r;
    }
    return r == NETP_OK && !sound(range) ? NETP_E_SYNTAX : r;
}

ptrdiff_t netp_http_content_range_format(const struct netp_http_content_range *range,
                                         char out[NETP_HTTP_CONTENT_RANGE_CAP])
{
    struct http_writer w = {out, NETP_HTTP_CONTENT_RANGE_CAP, 0};

    if (!sound(range)) {
        return NETP_E_ARG;
    }
    http_put_str(&w, NETP_STR("bytes "));
    if (range->unsatisfied) {
        http_put(&w, '*');
    } else {
        http_put_dec(&w, range->first);
        http_put(&w, '-');
        http_put_dec(&w, range->last);
    }
    http_put(&w, '/');
    if (range->length == NETP_HTTP_LENGTH_UNKNOWN) {
        http_put(&w, '*');
    } else {
        http_put_dec(&w, range->length);
    }
    return http_written(&w);
}
