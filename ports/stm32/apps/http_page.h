/* http_page.h - pages in flash: lent, whole or in part. SPDX-License-Identifier: MIT */
#ifndef HTTP_PAGE_H
#define HTTP_PAGE_H

#include <netproto/http1.h>

struct http_page {
    const char *type;
    struct netp_str tag; /* names these bytes: the same tag, the same bytes */
    const uint8_t *p;
    size_t n;
    unsigned out_flags; /* of netp_http1_lend_body() */
};

extern const struct http_page http_device_page, http_lines_page;

/* Answers the request of ev, GET or HEAD, by the page, its part, or why not. page itself is
 * borrowed for the call alone, its bytes until RELEASED. */
void http_page_send(struct netp_http1 *m, const struct netp_http1_ev *ev,
                    const struct http_page *page, netp_ms now);

#endif
