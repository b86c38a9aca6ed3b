/* url_private.h - what the sources of URLs share: above all the characters, RFC 3986 section 2.
 *
 * SPDX-License-Identifier: MIT */
#ifndef URL_PRIVATE_H
#define URL_PRIVATE_H

#include <netproto/text.h>
#include <netproto/url.h>

/* Classes of characters; a set is their sum. */
enum {
    URL_ALNUM = 1,
    URL_MARK = 2, /* - . _ ~ */
    URL_SUB_DELIM = 4,
    URL_COLON = 8,
    URL_AT = 16,
    URL_SLASH = 32,
    URL_QUESTION = 64,

    URL_UNRESERVED = URL_ALNUM | URL_MARK,
    URL_REG_NAME = URL_UNRESERVED | URL_SUB_DELIM,
    URL_USERINFO = URL_REG_NAME | URL_COLON,
    URL_SEGMENT_NC = URL_REG_NAME | URL_AT, /* one that no scheme could be read in */
    URL_PATH = URL_SEGMENT_NC | URL_COLON | URL_SLASH,
    URL_QUERY = URL_PATH | URL_QUESTION /* a fragment, too */
};

/* The class of c; 0: it may stand nowhere but as a delimiter, or nowhere at all. */
unsigned netp_url_class_(char c);

/* The byte that the escape at the front of p[0..n), n > 0, stands for; -1: there is none. */
int netp_url_unescape_(const char *p, size_t n);

/* Moves *s, n > 0, past a character or an escape, and returns what it is or stands for. */
char netp_url_take_(struct netp_str *s, bool *escaped);

/* Writes b as an escape. */
void netp_url_escape_(char to[3], char b);

/* c in lower case. */
char netp_url_lower_(char c);

/* 0: it has none that is known. */
uint16_t netp_url_default_port_(struct netp_str scheme);

#endif
