/* http_proxy.h - -x, -U, --noproxy and the environment: which proxies there are.
 * SPDX-License-Identifier: MIT */
#ifndef HTTP_PROXY_H
#define HTTP_PROXY_H

#include "cli.h"
#include <netproto/proxy.h>

struct http_proxy {
    const char *url, *user, *no; /* of the options; NULL: not given */
    char *text[3];               /* URLs that were made */
};

/* Fills env from the options and, where they say nothing, the environment. The exit status, of
 * which it has told. */
int http_proxy_open(struct http_proxy *x, const struct cli *c, struct netp_proxy_env *env);

void http_proxy_free(struct http_proxy *x);

#endif
