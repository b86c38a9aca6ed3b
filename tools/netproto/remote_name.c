/* remote_name.c - names for local files out of a server's mouth. SPDX-License-Identifier: MIT */
#include "remote_name.h"
#include <netproto/http_field.h>
#include <netproto/text.h>
#include <netproto/url.h>
#include <string.h>

/* A base name that neither hides nor drives a terminal: what is before a slash or backslash goes,
 * control characters and leading dots become "_". */
static bool make_safe(const char *from, size_t n, char name[REMOTE_NAME_CAP])
{
    size_t base = 0;
    bool leading = true;

    for (size_t i = 0; i < n; i++) {
        if (from[i] == '/' || from[i] == '\\') {
            base = i + 1;
        }
    }
    n -= base;
    if (n == 0 || n >= REMOTE_NAME_CAP) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)from[base + i];
        leading = leading && c == '.';
        name[i] = c < 0x20 || c == 0x7f || leading ? '_' : (char)c;
    }
    name[n] = '\0';
    return true;
}

bool remote_name_of_url(const char *url, char name[REMOTE_NAME_CAP])
{
    struct netp_url u;
    char decoded[8192];
    const char *slash;
    size_t at;
    ptrdiff_t n;

    if (netp_url_parse(netp_str_of(url), &u, &at) != NETP_OK || u.path.n == 0) {
        return false;
    }
    slash = memrchr(u.path.p, '/', u.path.n);
    if (slash) {
        u.path = netp_str_make(slash + 1, (size_t)(u.path.p + u.path.n - slash - 1));
    }
    n = netp_url_decode(NETP_URL_NO_NUL, decoded, sizeof decoded, u.path);
    return n > 0 && make_safe(decoded, (size_t)n, name);
}

bool remote_name_of_head(const struct netp_fetch_head *head, char name[REMOTE_NAME_CAP])
{
    struct netp_http_disposition d;
    struct netp_str field;
    char text[4096];
    ptrdiff_t n;

    if (!netp_http_head_find(head->head, head->text, NETP_STR("Content-Disposition"), 0, &field) ||
        netp_http_disposition_parse(field, &d) != NETP_OK) {
        return false;
    }
    n = netp_http_filename(text, sizeof text, &d);
    return n > 0 && make_safe(text, (size_t)n, name);
}
