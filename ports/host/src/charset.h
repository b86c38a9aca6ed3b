/* charset.h - text in any charset of the web made UTF-8. SPDX-License-Identifier: MIT */
#ifndef CHARSET_H
#define CHARSET_H

#include <iconv.h>
#include <netproto/netp.h>

/* Turns pieces of text into UTF-8, without NUL: that, and what means nothing, is U+FFFD. */
struct charset {
    iconv_t cd;
    char in[1024];
    size_t n; /* bytes in in[] that are part of a character */
    char out[4096];
};

/* label: a name of the Encoding standard of WHATWG. NETP_E_UNSUPPORTED: it is none; NETP_E_IO. */
int charset_open(struct charset *c, struct netp_str label);
void charset_close(struct charset *c);

/* The charset that a byte order mark names, and its length; p is NULL without one. */
struct netp_str charset_mark(struct netp_str text, size_t *length);

/* The value of "charset=" in the first <meta> that has one; n is 0 without one. */
struct netp_str charset_meta(struct netp_str head);

/* Gives the text to put in pieces; end: nothing follows. */
void charset_decode(struct charset *c, const char *p, size_t n, bool end,
                    void (*put)(void *arg, const char *p, size_t n), void *arg);

/* UTF-8 that may have been cut, without the part of a character at its end. */
struct netp_str charset_whole(struct netp_str text);

#endif
