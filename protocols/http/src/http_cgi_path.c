/* http_cgi_path.c - the path of a request as a script's name and path info.
 * SPDX-License-Identifier: MIT */
#include <netproto/http_cgi.h>

#include <netproto/text.h>
#include <netproto/url.h>
#include <string.h>

/* Whether the escape at p, of which two digits follow, is of a byte that must not come to light. */
static bool is_hidden(const char *p)
{
    unsigned byte = netp_hex_digit(p[1]) * 16 + netp_hex_digit(p[2]);
    return byte < ' ' || byte == 0x7f || byte == '/' || byte == '\\';
}

ptrdiff_t netp_cgi_path(struct netp_str path, char *out, size_t cap)
{
    const struct netp_str origin = NETP_STR("x://h"); /* only a URL has a normal form */
    struct netp_url url, u;
    size_t at;
    ptrdiff_t n;

    if (path.n == 0 || path.p[0] != '/' || netp_url_parse(path, &u, &at) != NETP_OK || u.has != 0) {
        return NETP_E_SYNTAX;
    }
    netp_url_parse(origin, &url, &at);
    url.path = u.path;
    n = netp_url_normalise(&url, out, cap);
    if (n < 0) {
        return n;
    }
    path = netp_str_make(out + origin.n, (size_t)n - origin.n);
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] == '%' && is_hidden(path.p + i)) {
            return NETP_E_SYNTAX;
        }
    }
    memmove(out, path.p, path.n);
    return netp_url_decode(0, out, cap, netp_str_make(out, path.n));
}
