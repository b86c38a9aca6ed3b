/* http_scan.h - taking a field value apart from its front. SPDX-License-Identifier: MIT
 *
 * s is a cursor: what is taken is no longer in it. What fails takes nothing, unless said. */
#ifndef HTTP_SCAN_H
#define HTTP_SCAN_H

#include "http_chars.h"

/* c, if it comes next. */
bool http_take_char(struct netp_str *s, char c);
/* A quoted-string with its quotes. */
bool http_take_quoted(struct netp_str *s, struct netp_str *quoted);
/* Whitespace, and separators among it. Returns how many, or NETP_E_LIMIT. */
int http_take_separators(struct netp_str *s, char separator);

/* s without the whitespace around it. */
struct netp_str http_trim(struct netp_str s);

/* What may stand around a parameter's = */
enum http_equals {
    HTTP_STRICT,  /* no whitespace, RFC 9110 section 5.6.6 */
    HTTP_BWS,     /* whitespace */
    HTTP_OPTIONAL /* whitespace, and the value may be missing */
};

/* name = value. When it is none, something may be taken. */
bool http_take_pair(struct netp_str *s, struct netp_str *name, struct netp_str *value,
                    enum http_equals equals);
/* The next `; name = value`: 1; 0 at the end or at a comma; NETP_E_SYNTAX or NETP_E_LIMIT. */
int http_take_param(struct netp_str *s, struct netp_str *name, struct netp_str *value,
                    enum http_equals equals);

/* A value without its quotes, for http_take_meant(): its next character, without the backslash
 * before it; false at its end. */
struct netp_str http_inside(struct netp_str value);
bool http_take_meant(struct netp_str *inside, char *c);

/* Whether a value means text, to the letter. */
bool http_value_eq(struct netp_str value, struct netp_str text);

/* Whether s can be a user's name, or a password, in any scheme: no control character and, for the
 * name, no colon, which is what parts the two. */
bool http_is_user(struct netp_str s);
bool http_is_password(struct netp_str s);

/* Sets *found to a value if name is wanted; false when that was done before. */
bool http_once(struct netp_str name, struct netp_str wanted, struct netp_str value,
               struct netp_str *found);

/* Splits s at the first c, which is in neither part; false when there is none. */
bool http_split(struct netp_str s, char c, struct netp_str *before, struct netp_str *after);

/* A bounded writer; n counts what would have been written, which is whole when n <= cap. */
struct http_writer {
    char *p;
    size_t cap, n;
};
void http_put(struct http_writer *w, char c);
void http_put_str(struct http_writer *w, struct netp_str s);
void http_put_dec(struct http_writer *w, uint64_t v);
/* The length of what was written, or NETP_E_NOSPACE. */
ptrdiff_t http_written(const struct http_writer *w);

#endif
