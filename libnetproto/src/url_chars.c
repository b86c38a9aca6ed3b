/* The characters of a URL, RFC 3986 section 2.
 *
 * SPDX-License-Identifier: MIT */
#include "url_private.h"

char netp_url_lower_(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

unsigned netp_url_class_(char c)
{
    char low = netp_url_lower_(c);

    if ((low >= 'a' && low <= 'z') || (c >= '0' && c <= '9')) {
        return URL_ALNUM;
    }
    switch (c) {
    case '-':
    case '.':
    case '_':
    case '~':
        return URL_MARK;
    case '!':
    case '$':
    case '&':
    case '\'':
    case '(':
    case ')':
    case '*':
    case '+':
    case ',':
    case ';':
    case '=':
        return URL_SUB_DELIM;
    case ':':
        return URL_COLON;
    case '@':
        return URL_AT;
    case '/':
        return URL_SLASH;
    case '?':
        return URL_QUESTION;
    default:
        return 0;
    }
}

int netp_url_unescape_(const char *p, size_t n)
{
    if (p[0] != '%' || n < 3) {
        return -1;
    }
    unsigned high = netp_hex_digit(p[1]), low = netp_hex_digit(p[2]);
    return high < 16 && low < 16 ? (int)(high << 4 | low) : -1;
}

char netp_url_take_(struct netp_str *s, bool *escaped)
{
    int byte = netp_url_unescape_(s->p, s->n);
    char c = byte < 0 ? s->p[0] : (char)byte;
    size_t n = byte < 0 ? 1 : 3;

    *escaped = byte >= 0;
    *s = netp_str_make(s->p + n, s->n - n);
    return c;
}

void netp_url_escape_(char to[3], char b)
{
    static const char hex[] = "0123456789ABCDEF";

    to[0] = '%';
    to[1] = hex[(uint8_t)b >> 4];
    to[2] = hex[b & 15];
}
