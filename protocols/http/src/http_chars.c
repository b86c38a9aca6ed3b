/* http_chars.c - the character classes of HTTP. SPDX-License-Identifier: MIT */
#include "http_chars.h"

const struct http_chars http_tchar = {{0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff, 0, 0, 0, 0}};
const struct http_chars http_text = {{0x00000200, 0xffffffff, 0xffffffff, 0x7fffffff, 0xffffffff,
                                      0xffffffff, 0xffffffff, 0xffffffff}};
const struct http_chars http_etagc = {
    {0, 0xfffffffa, 0xffffffff, 0x7fffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}};
const struct http_chars http_token68 = {{0, 0x03ffe800, 0x87fffffe, 0x47fffffe, 0, 0, 0, 0}};
const struct http_chars http_uri = {{0, 0xaffffffa, 0xffffffff, 0x7fffffff, 0, 0, 0, 0}};
const struct http_chars http_attr = {{0, 0x03ff685a, 0xc7fffffe, 0x57ffffff, 0, 0, 0, 0}};
const struct http_chars http_space = {{0x00000200, 0x00000001, 0, 0, 0, 0, 0, 0}};
const struct http_chars http_digit = {{0, 0x03ff0000, 0, 0, 0, 0, 0, 0}};

const char *http_skip(const char *p, const char *end, const struct http_chars *set)
{
    while (p < end && http_is(set, *p)) {
        p++;
    }
    return p;
}

struct netp_str http_take(struct netp_str *s, size_t n)
{
    struct netp_str taken = netp_str_make(s->p, n);
    if (n > 0) { /* for s->p may be NULL */
        s->p += n;
        s->n -= n;
    }
    return taken;
}

struct netp_str http_take_run(struct netp_str *s, const struct http_chars *set)
{
    size_t n = 0;
    while (n < s->n && http_is(set, s->p[n])) {
        n++;
    }
    return http_take(s, n);
}

bool http_all(struct netp_str s, const struct http_chars *set)
{
    return s.n == 0 || http_skip(s.p, s.p + s.n, set) == s.p + s.n;
}
