/* http_chars.h - the character classes of HTTP. SPDX-License-Identifier: MIT */
#ifndef HTTP_CHARS_H
#define HTTP_CHARS_H

#include <netproto/text.h>

/* A bit for each of 256 characters, those of word i beginning with character 32 * i. */
struct http_chars {
    uint32_t bits[8];
};

extern const struct http_chars http_tchar;   /* of tokens, RFC 9110 section 5.6.2 */
extern const struct http_chars http_text;    /* field-vchar, space and tab, section 5.5 */
extern const struct http_chars http_etagc;   /* of entity tags, section 8.8.3 */
extern const struct http_chars http_token68; /* section 11.2, without the = at its end */
extern const struct http_chars http_uri;     /* visible ASCII but for < > " */
extern const struct http_chars http_attr;    /* attr-char, RFC 8187 section 3.2.1 */
extern const struct http_chars http_space;   /* space and tab */
extern const struct http_chars http_digit;

static inline bool http_is(const struct http_chars *set, char c)
{
    uint8_t b = (uint8_t)c;
    return (set->bits[b / 32] >> b % 32 & 1) != 0;
}

static inline bool http_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The first character of p..end that is not in the set, or end. */
const char *http_skip(const char *p, const char *end, const struct http_chars *set);
/* Whether all of s is in the set. */
bool http_all(struct netp_str s, const struct http_chars *set);

/* Takes off s, which is a cursor, the first n characters, which must be there; all up to the first
 * that is not in the set, which may be none. */
struct netp_str http_take(struct netp_str *s, size_t n);
struct netp_str http_take_run(struct netp_str *s, const struct http_chars *set);

#endif
