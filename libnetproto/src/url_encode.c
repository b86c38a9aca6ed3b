/* Text in a URL: percent-encoding, RFC 3986 section 2.1.
 *
 * SPDX-License-Identifier: MIT */
#include "url_private.h"

/* Whether c may stay as it is. */
static bool is_safe(enum netp_url_part part, char c)
{
    unsigned class = netp_url_class_(c);

    switch (part) {
    case NETP_URL_PART_SEGMENT:
        return (class & URL_SEGMENT_NC) != 0;
    case NETP_URL_PART_QUERY:
        return (class & URL_QUERY) != 0;
    case NETP_URL_PART_USERINFO:
        return (class & URL_REG_NAME) != 0;
    default: /* NETP_URL_PART_FORM */
        return class == URL_ALNUM || (class == URL_MARK && c != '~') || c == '*';
    }
}

ptrdiff_t netp_url_encode(enum netp_url_part part, char *out, size_t cap, const void *p, size_t n)
{
    const char *from = (const char *)p;
    size_t w = 0;

    for (size_t i = 0; i < n; i++) {
        bool space = part == NETP_URL_PART_FORM && from[i] == ' ';
        bool one = space || is_safe(part, from[i]);
        if (cap - w < (one ? 1u : 3u)) {
            return NETP_E_NOSPACE;
        }
        if (one) {
            out[w++] = space ? '+' : from[i];
        } else {
            netp_url_escape_(out + w, from[i]);
            w += 3;
        }
    }
    return (ptrdiff_t)w;
}

ptrdiff_t netp_url_decode(unsigned flags, void *out, size_t cap, struct netp_str s)
{
    char *to = (char *)out;
    size_t w = 0;

    while (s.n > 0) {
        bool escaped;
        char c = netp_url_take_(&s, &escaped);
        if ((c == '%' && !escaped) || (c == '\0' && (flags & NETP_URL_NO_NUL) != 0)) {
            return NETP_E_SYNTAX;
        }
        if (w == cap) {
            return NETP_E_NOSPACE;
        }
        to[w++] = c == '+' && !escaped && (flags & NETP_URL_PLUS) != 0 ? ' ' : c;
    }
    return (ptrdiff_t)w;
}
