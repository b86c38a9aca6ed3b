/* http_ranges.c - see http_ranges.h. SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_ranges.h>
#include <string.h>

static const char before[] = "multipart/byteranges; boundary=";

static uint64_t size(const struct netp_http_range *range)
{
    return range->last - range->first + 1;
}

/* Takes out what has no byte of the representation. */
static size_t resolve(struct netp_http_range *range, size_t n, uint64_t length)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (netp_http_range_resolve(&range[i], length)) {
            range[kept++] = range[i];
        }
    }
    return kept;
}

static bool overlap(const struct netp_http_range *range, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (range[i].first <= range[k].last && range[k].first <= range[i].last) {
                return true;
            }
        }
    }
    return false;
}

static void put_text(const struct netp_http_ranges *r, size_t i, struct http_writer *w)
{
    char content_range[NETP_HTTP_CONTENT_RANGE_CAP];
    struct netp_http_content_range part;

    http_put_str(w, i == 0 ? NETP_STR("--") : NETP_STR("\r\n--"));
    http_put_str(w, netp_str_make(r->type + sizeof before - 1, sizeof r->type - sizeof before + 1));
    if (i == r->n) {
        http_put_str(w, NETP_STR("--\r\n"));
        return;
    }
    part = (struct netp_http_content_range){r->range[i].first, r->range[i].last, r->whole_, false};
    http_put_str(w, NETP_STR("\r\nContent-Type: "));
    http_put_str(w, r->part_type_);
    http_put_str(w, NETP_STR("\r\nContent-Range: "));
    http_put_str(w, netp_str_make(content_range,
                                  (size_t)netp_http_content_range_format(&part, content_range)));
    http_put_str(w, NETP_STR("\r\n\r\n"));
}

/* The length of a body of several parts, or that of the whole if it is no less. */
static uint64_t parts_length(const struct netp_http_ranges *r)
{
    uint64_t spare = r->whole_;

    for (size_t i = 0; i <= r->n; i++) {
        struct http_writer text = {NULL, 0, 0};
        uint64_t bytes = i < r->n ? size(&r->range[i]) : 0;

        put_text(r, i, &text);
        if (spare < text.n || spare - text.n < bytes) {
            return r->whole_;
        }
        spare -= text.n + bytes;
    }
    return r->whole_ - spare;
}

enum netp_http_ranges_kind netp_http_ranges_choose(struct netp_http_ranges *r,
                                                   struct netp_str field, uint64_t length,
                                                   struct netp_str type)
{
    ptrdiff_t n = netp_http_range_parse(field, r->range, NETP_HTTP_RANGES_MAX);

    r->n = n > 0 ? resolve(r->range, (size_t)n, length) : 0;
    r->whole_ = r->length = length;
    r->part_type_ = type;
    if (n < 0 || length == 0) {
        return NETP_HTTP_RANGES_WHOLE;
    }
    if (r->n == 0) {
        r->length = 0;
        return NETP_HTTP_RANGES_NONE;
    }
    if (r->n == 1) {
        r->length = size(&r->range[0]);
        return NETP_HTTP_RANGES_ONE;
    }
    if (overlap(r->range, r->n)) {
        return NETP_HTTP_RANGES_WHOLE;
    }
    memcpy(r->type, before, sizeof before - 1);
    r->length = parts_length(r);
    return r->length < length ? NETP_HTTP_RANGES_SEVERAL : NETP_HTTP_RANGES_WHOLE;
}

void netp_http_ranges_boundary(struct netp_http_ranges *r,
                               const uint8_t random[NETP_HTTP_BOUNDARY_RANDOM])
{
    char *hex = r->type + sizeof before - 1;

    for (size_t i = 0; i < NETP_HTTP_BOUNDARY_RANDOM; i++) {
        *hex++ = "0123456789abcdef"[random[i] >> 4];
        *hex++ = "0123456789abcdef"[random[i] & 15];
    }
}

ptrdiff_t netp_http_ranges_text(const struct netp_http_ranges *r, size_t i, char *out, size_t cap)
{
    struct http_writer w = {out, cap, 0};

    if (i > r->n) {
        return NETP_E_ARG;
    }
    put_text(r, i, &w);
    return http_written(&w);
}
