/* url.h - the parts of a URL that the subcommands need. SPDX-License-Identifier: MIT */
#ifndef URL_H
#define URL_H

#include <stdbool.h>
#include <stdint.h>

struct url {
    char scheme[16]; /* in lower case */
    char host[256];  /* without brackets */
    uint16_t port;   /* 0: none given */
    char path[1024]; /* decoded, without the "/" behind the host; "file:" keeps it */
    bool netascii;   /* RFC 3617: ";mode=netascii" */
};

/* Whether text begins as a URL of http or https does. */
bool url_is_http(const char *text);

/* NULL, or what is wrong with text. */
const char *url_parse(struct url *u, const char *text);

/* The last part of the path, a name for a local file; "" when there is none. */
const char *url_basename(const struct url *u);

#endif
