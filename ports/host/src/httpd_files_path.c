/* httpd_files_path.c - from the path of a request to one below the root.
 * SPDX-License-Identifier: MIT */
#include "httpd_files_priv.h"

#include <errno.h>
#include <netproto/url.h>
#include <string.h>

static bool ends_with(struct netp_str s, struct netp_str end)
{
    return s.n >= end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

bool files_hidden(const struct netp_httpd_files *f, struct netp_str name)
{
    if ((f->flags & NETP_HTTPD_FILES_WRITE) && ends_with(name, NETP_STR(".part"))) {
        return true;
    }
    return !(f->flags & NETP_HTTPD_FILES_HIDDEN) && (name.p[0] == '.' || name.p[name.n - 1] == '~');
}

/* Whether it can be the name of a file in any folder: one that means the same to everybody. */
static bool is_name(struct netp_str s)
{
    if (s.n == 0 || s.n > NAME_MAX || netp_str_eq(s, NETP_STR(".")) ||
        netp_str_eq(s, NETP_STR(".."))) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < ' ' || c == 127 || c == '/' || c == '\\') {
            return false;
        }
    }
    return true;
}

unsigned files_path(const struct netp_httpd_files *f, struct netp_str s, char path[PATH_MAX])
{
    size_t at = 0;

    while (s.n > 0) {
        const char *slash = memchr(s.p, '/', s.n);
        struct netp_str part = netp_str_make(s.p, slash ? (size_t)(slash - s.p) : s.n);
        ptrdiff_t n = netp_url_decode(NETP_URL_NO_NUL, path + at, PATH_MAX - 2 - at, part);

        if (n == NETP_E_SYNTAX) {
            return 400;
        }
        if (n < 0 || !is_name(netp_str_make(path + at, (size_t)n)) ||
            files_hidden(f, netp_str_make(path + at, (size_t)n))) {
            return 404;
        }
        at += (size_t)n;
        s = netp_str_make(s.p + part.n, s.n - part.n);
        if (slash) {
            path[at++] = '/';
            s = netp_str_make(s.p + 1, s.n - 1);
        }
    }
    path[at] = '\0';
    return 0;
}

unsigned files_status(void)
{
    switch (errno) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
        return 503;
    case EIO:
        return 500;
    default: /* it is not there, or it is no business of the client's that it is */
        return 404;
    }
}
