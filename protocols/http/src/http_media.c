/* http_media.c - media types: RFC 9110 section 8.3.1. SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>
#include <string.h>

int netp_http_media_parse(struct netp_str field, struct netp_http_media *media)
{
    struct netp_str s = field, name, value;
    int r;

    memset(media, 0, sizeof *media);
    media->type = http_take_run(&s, &http_tchar);
    if (media->type.n == 0 || !http_take_char(&s, '/')) {
        return NETP_E_SYNTAX;
    }
    media->subtype = http_take_run(&s, &http_tchar);
    if (media->subtype.n == 0) {
        return NETP_E_SYNTAX;
    }
    media->params = s;
    while ((r = netp_http_param_next(&s, &name, &value)) > 0) {
        if (!http_once(name, NETP_STR("charset"), value, &media->charset) ||
            !http_once(name, NETP_STR("boundary"), value, &media->boundary)) {
            return NETP_E_SYNTAX;
        }
    }
    return r;
}
