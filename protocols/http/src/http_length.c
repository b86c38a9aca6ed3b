/* http_length.c - Content-Length: RFC 9110 section 8.6, RFC 9112 section 6.3.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>

int netp_http_content_length(struct netp_str field, bool list, uint64_t *length)
{
    struct netp_str part = field;
    uint64_t first, v;
    bool more = list && http_split(field, ',', &part, &field);
    int r = netp_parse_dec(more ? http_trim(part) : part, UINT64_MAX, &first);

    while (r == NETP_OK && more) {
        part = field;
        more = http_split(field, ',', &part, &field);
        r = netp_parse_dec(http_trim(part), UINT64_MAX, &v);
        if (r == NETP_OK && v != first) {
            r = NETP_E_SYNTAX;
        }
    }
    if (r == NETP_OK) {
        *length = first;
    }
    return r;
}
