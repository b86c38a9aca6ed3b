/* httpd_https.c - from http to https. SPDX-License-Identifier: MIT */
#include <netproto/host/httpd_https.h>
#include <netproto/text.h>
#include <stdio.h>

#define LOCATION 4096

void netp_httpd_redirect_https(void *https, struct netp_httpd_exchange *x)
{
    const struct netp_httpd_https *to = https;
    const struct netp_httpd_request *r = netp_httpd_request(x);
    struct netp_str host = to->host ? netp_str_of(to->host) : r->host;
    struct netp_str path = netp_str_eq(r->path, NETP_STR("*")) ? NETP_STR("/") : r->path;
    bool may_change =
        netp_str_eq(r->method, NETP_STR("GET")) || netp_str_eq(r->method, NETP_STR("HEAD"));
    char text[LOCATION], port[8] = "";
    size_t n;

    if (host.n == 0 || path.n == 0 || path.p[0] != '/') {
        netp_httpd_error(x, 400);
        return;
    }
    if (to->port && to->port != 443) {
        snprintf(port, sizeof port, ":%u", (unsigned)to->port);
    }
    n = (size_t)snprintf(text, sizeof text, "https://%.*s%s%.*s%s%.*s", (int)host.n, host.p, port,
                         (int)path.n, path.p, r->query.p ? "?" : "", (int)r->query.n,
                         r->query.p ? r->query.p : "");
    if (n >= sizeof text || netp_httpd_add(x, "Location", netp_str_make(text, n)) != NETP_OK) {
        netp_httpd_error(x, 414);
    } else {
        netp_httpd_error(x, may_change ? 301 : 308);
    }
}

int netp_httpd_add_hsts(struct netp_httpd_exchange *x, uint32_t seconds, bool subdomains)
{
    char text[48];
    int n = snprintf(text, sizeof text, "max-age=%lu%s", (unsigned long)seconds,
                     subdomains ? "; includeSubDomains" : "");

    return netp_httpd_request(x)->tls
               ? netp_httpd_add(x, "Strict-Transport-Security", netp_str_make(text, (size_t)n))
               : NETP_OK;
}
