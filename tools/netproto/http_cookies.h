/* http_cookies.h - -b and -c: the cookies of a run, from and to files. SPDX-License-Identifier: MIT
 */
#ifndef HTTP_COOKIES_H
#define HTTP_COOKIES_H

#include "cli.h"
#include <netproto/http_jar.h>

struct http_cookies {
    const char *load, *save; /* files; NULL: none */
    struct netp_http_jar jar;
    void *mem; /* of the jar; NULL: there is none */
};

/* Makes the jar if there is a file to load or to save, and reads both if they are there (the one to
 * load must be). The exit status. */
int http_cookies_open(struct http_cookies *k, const struct cli *c);

/* Writes the file to save, if there is one, for its owner's eyes alone, and in one step. The exit
 * status. */
int http_cookies_save(struct http_cookies *k, const struct cli *c);

void http_cookies_free(struct http_cookies *k);

#endif
