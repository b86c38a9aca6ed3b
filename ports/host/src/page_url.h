/* page_url.h - URLs as pages and feeds have them. SPDX-License-Identifier: MIT */
#ifndef PAGE_URL_H
#define PAGE_URL_H

#include <netproto/url.h>

/* Room to work in. */
struct page_url {
    char repaired[NETP_URL_MAX];
    char resolved[2 * NETP_URL_MAX + 2];
};

/* netp_page_resolve(). */
ptrdiff_t page_url_resolve(struct page_url *work, const struct netp_url *base,
                           struct netp_str written, char *out, size_t cap);

/* s without controls and spaces around it, as WHATWG strips a URL. */
struct netp_str page_url_strip(struct netp_str s);

/* Whether the URL is of http or https. */
bool page_url_is_web(const struct netp_url *u);

#endif
