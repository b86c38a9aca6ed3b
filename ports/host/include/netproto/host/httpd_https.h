/* netproto/host/httpd_https.h - from http to https: a redirection, and Strict-Transport-Security.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_HTTPD_HTTPS_H
#define NETPROTO_HOST_HTTPD_HTTPS_H

#include <netproto/host/httpd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where https is. Zero is a sound default. */
struct netp_httpd_https {
    const char *host; /* NULL: what the request has in Host */
    uint16_t port;    /* 0: 443 */
};

/* A route's handler; arg is a struct netp_httpd_https. Answers with the same path and query by
 * https: 301, or 308 where the method is to stay; 400 for a request that names no host, 414 if the
 * address is over 4 KiB. */
NETP_API void netp_httpd_redirect_https(void *https, struct netp_httpd_exchange *x);

/* Adds Strict-Transport-Security (RFC 6797) to the answer, unless the request came without TLS,
 * where it has no meaning (section 7.2): browsers take no http for that host, and with subdomains
 * for those below it, for so many seconds. Errors of netp_httpd_add(). */
NETP_API int netp_httpd_add_hsts(struct netp_httpd_exchange *x, uint32_t seconds, bool subdomains);

#ifdef __cplusplus
}
#endif

#endif
