/* tests/hostile/scan.h - one line of a table, taken apart from left to right.
 *
 * SPDX-License-Identifier: MIT
 *
 * The first thing that is not as it must be is noted in `wrong`; from then on nothing is taken and
 * what is returned has no meaning, so a caller looks once, at the line's end. */
#ifndef HOSTILE_SCAN_H
#define HOSTILE_SCAN_H

#include <netproto/netp.h>

struct scan {
    const char *p;     /* what is left of the line */
    const char *wrong; /* NULL while all is well; static storage */
};

/* Bytes on the heap. */
struct bytes {
    char *p;
    size_t n;
};

/* Notes what is wrong, unless something is already. */
void scan_wrong(struct scan *s, const char *what);

/* Takes the blanks that come next; the other functions do so by themselves. */
void scan_blanks(struct scan *s);

/* The next word, up to a blank. */
struct netp_str scan_word(struct scan *s);

/* Takes the next word if it is this one. */
bool scan_is(struct scan *s, const char *word);

/* A decimal number, the minus sign permitted. */
int64_t scan_number(struct scan *s);

/* Items behind one another, any number: "text", be16(1), le32(2), each with or without "* 300". */
struct bytes scan_bytes(struct scan *s);

/* An address and port, 192.0.2.1:69. */
struct netp_addr scan_address(struct scan *s);

/* An error code by its name, NETP_E_SYNTAX, or NETP_OK. */
int scan_code(struct scan *s);

/* Nothing may be left but blanks. */
void scan_end(struct scan *s);

#endif
