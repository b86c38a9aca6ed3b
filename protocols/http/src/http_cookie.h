/* http_cookie.h - what servers and clients demand of a cookie. SPDX-License-Identifier: MIT */
#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

#include <netproto/http_cookie.h>
#include <netproto/url.h>

/* Whether the cookie is what a prefix of its name promises, section 4.1.3; for_host: it is for one
 * host alone. */
bool http_cookie_prefix_kept(const struct netp_http_cookie *c, bool for_host);

/* Whether name is a host as netp_url_host() writes it, but for the case of its letters; IPv6 is
 * none. */
bool http_cookie_host(struct netp_str name, char out[NETP_URL_HOST_CAP]);

#endif
