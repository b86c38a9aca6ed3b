/* url.c - scheme://host:port/path, RFC 3986 and RFC 3617. SPDX-License-Identifier: MIT */
#include "url.h"
#include "cli.h"
#include <ctype.h>
#include <netproto/text.h>
#include <stdio.h>
#include <string.h>

/* Decodes %XX in p[0..n) to `to`; NULL or the fault. */
static const char *decode(char *to, size_t cap, const char *p, size_t n)
{
    size_t w = 0;

    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (c == '%') {
            unsigned hi = n - i > 2 ? netp_hex_digit(p[i + 1]) : 16;
            unsigned lo = n - i > 2 ? netp_hex_digit(p[i + 2]) : 16;
            if (hi > 15 || lo > 15) {
                return "a % is not followed by two hexadecimal digits";
            }
            c = (char)(hi * 16 + lo);
            i += 2;
        }
        if (c == '\0') {
            return "a name with a NUL byte";
        }
        if (w + 1 >= cap) {
            return "the path is too long";
        }
        to[w++] = c;
    }
    to[w] = '\0';
    return NULL;
}

static const char *parse_authority(struct url *u, const char *p, size_t n)
{
    char text[sizeof u->host + 10]; /* [HOST]:PORT, or a port added below */
    const char *colon;

    if (memchr(p, '@', n)) {
        return "a user in a URL of this scheme";
    }
    if (n + 2 >= sizeof text) {
        return "the host's name is too long";
    }
    memcpy(text, p, n);
    text[n] = '\0';
    colon = strrchr(text, ':');
    if (!colon || strchr(colon, ']')) {
        memcpy(text + n, ":0", 3);
    } else if (!colon[1]) {
        memcpy(text + n, "0", 2);
    }
    if (!cli_host_port(text, u->host, sizeof u->host, &u->port)) {
        return "no good host and port";
    }
    return u->host[0] ? NULL : "no host";
}

/* RFC 3617: the mode of a tftp URL. */
static const char *take_mode(struct url *u, const char *path, size_t *n)
{
    const char *mode = NULL;

    for (size_t i = 0; i < *n; i++) {
        if (path[i] == ';') {
            mode = path + i;
        }
    }
    if (!mode || strncmp(mode, ";mode=", 6) != 0) {
        return NULL;
    }
    u->netascii = strcmp(mode, ";mode=netascii") == 0;
    *n = (size_t)(mode - path);
    return u->netascii || strcmp(mode, ";mode=octet") == 0 ? NULL : "an unknown mode";
}

const char *url_parse(struct url *u, const char *text)
{
    const char *colon = strstr(text, "://"), *path, *fault = NULL;
    size_t n = colon ? (size_t)(colon - text) : 0;

    memset(u, 0, sizeof *u);
    if (n == 0 || n >= sizeof u->scheme) {
        return "no scheme, as in tftp://HOST/FILE";
    }
    for (size_t i = 0; i < n; i++) {
        u->scheme[i] = (char)tolower((unsigned char)text[i]);
    }
    text = colon + 3;
    n = strcspn(text, "/");
    path = text + n;
    if (strcmp(u->scheme, "file") == 0) {
        return n ? "a file URL with a host" : decode(u->path, sizeof u->path, path, strlen(path));
    }
    if ((fault = parse_authority(u, text, n)) != NULL) {
        return fault;
    }
    path += *path == '/';
    n = strlen(path);
    if (strcmp(u->scheme, "tftp") == 0 && (fault = take_mode(u, path, &n)) != NULL) {
        return fault;
    }
    return decode(u->path, sizeof u->path, path, n);
}

const char *url_basename(const struct url *u)
{
    const char *slash = strrchr(u->path, '/');

    return slash ? slash + 1 : u->path;
}
