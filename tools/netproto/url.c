/* url.c - scheme://host:port/path, RFC 3986 and RFC 3617. SPDX-License-Identifier: MIT */
#include "url.h"
#include <netproto/text.h>
#include <netproto/url.h>
#include <string.h>

/* Puts what path stands for into u->path; NULL or the fault. */
static const char *decode(struct url *u, struct netp_str path)
{
    ptrdiff_t n = netp_url_decode(NETP_URL_NO_NUL, u->path, sizeof u->path - 1, path);

    if (n == NETP_E_NOSPACE) {
        return "the path is too long";
    }
    if (n < 0) {
        return "a name with a NUL byte";
    }
    u->path[n] = '\0';
    return NULL;
}

/* The host to connect to, with its zone behind a %. */
static const char *take_host(struct url *u, const struct netp_url *parts)
{
    int n = netp_url_host(parts, u->host);

    if (parts->has & NETP_URL_USERINFO) {
        return "a user in a URL of this scheme";
    }
    if (n < 0) {
        return parts->host.n > 0 ? "no good host" : "no host";
    }
    if (parts->zone.n > 0) {
        if (parts->zone.n + 2 > sizeof u->host - (size_t)n) {
            return "the host's zone is too long";
        }
        u->host[n] = '%';
        memcpy(u->host + n + 1, parts->zone.p, parts->zone.n);
        u->host[(size_t)n + 1 + parts->zone.n] = '\0';
    }
    u->port = parts->port;
    return NULL;
}

/* RFC 3617: the mode of a tftp URL, which ends its path. */
static const char *take_mode(struct url *u, struct netp_str *path)
{
    const char *mode = NULL;
    struct netp_str value;

    for (size_t i = 0; i < path->n; i++) {
        if (path->p[i] == ';') {
            mode = path->p + i;
        }
    }
    value = mode ? netp_str_make(mode, (size_t)(path->p + path->n - mode)) : NETP_STR("");
    if (value.n < 6 || memcmp(value.p, ";mode=", 6) != 0) {
        return NULL;
    }
    u->netascii = netp_str_eq(value, NETP_STR(";mode=netascii"));
    path->n -= value.n;
    return u->netascii || netp_str_eq(value, NETP_STR(";mode=octet")) ? NULL : "an unknown mode";
}

/* What netp_url_parse() had against the text from its first wrong byte on. */
static const char *parse_fault(int err, const char *text)
{
    if (err == NETP_E_LIMIT) {
        return "a port over 65535, or too long a URL";
    }
    return *text == '%' ? "a % is not followed by two hexadecimal digits"
                        : "a character that has no place there unescaped";
}

bool url_is_http(const char *text)
{
    size_t n = strcspn(text, ":/?#");

    return text[n] == ':' && (netp_str_ieq(netp_str_make(text, n), NETP_STR("http")) ||
                              netp_str_ieq(netp_str_make(text, n), NETP_STR("https")));
}

const char *url_parse(struct url *u, const char *text)
{
    struct netp_url parts;
    const char *fault = NULL;
    size_t at = 0;
    int err = netp_url_parse(netp_str_of(text), &parts, &at);

    memset(u, 0, sizeof *u);
    if (err != NETP_OK) {
        return parse_fault(err, text + at);
    }
    if (!(parts.has & NETP_URL_AUTHORITY) || parts.scheme.n == 0 ||
        parts.scheme.n >= sizeof u->scheme) {
        return "no scheme, as in tftp://HOST/FILE";
    }
    for (size_t i = 0; i < parts.scheme.n; i++) {
        char c = parts.scheme.p[i];
        u->scheme[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    if (parts.has & (NETP_URL_QUERY | NETP_URL_FRAGMENT)) {
        return "a query or fragment in a URL of this scheme; in a name, ? is %3F and # is %23";
    }
    if (strcmp(u->scheme, "file") == 0) {
        return parts.authority.n ? "a file URL with a host" : decode(u, parts.path);
    }
    if ((fault = take_host(u, &parts)) != NULL) {
        return fault;
    }
    if (parts.path.n > 0) { /* the "/" behind the host */
        parts.path = netp_str_make(parts.path.p + 1, parts.path.n - 1);
    }
    if (strcmp(u->scheme, "tftp") == 0 && (fault = take_mode(u, &parts.path)) != NULL) {
        return fault;
    }
    return decode(u, parts.path);
}

const char *url_basename(const struct url *u)
{
    const char *slash = strrchr(u->path, '/');

    return slash ? slash + 1 : u->path;
}
