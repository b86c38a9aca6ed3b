/* tests/support/log.h - what a machine told, as lines of text that can be compared and read.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SUPPORT_LOG_H
#define SUPPORT_LOG_H

#include <stddef.h>

/* Empty when all members are 0. p[0..n) is the text, with a NUL behind it unless p is NULL. */
struct log {
    char *p;
    size_t n, cap_;
    const char *tag_;
};

/* Appends a line, as by printf, of less than 512 characters. */
void log_line(struct log *log, const char *fmt, ...);

/* Appends "tag bytes"; pieces that follow one another with the same tag, a string that stays,
 * become one line. Bytes that are not printable, and the backslash, appear as \r, \n or \xhh. */
void log_data(struct log *log, const char *tag, const void *p, size_t n);

/* Ends a line of data, so that the next piece begins another. */
void log_end(struct log *log);

/* Appends lines as they are, each with its end. */
void log_text(struct log *log, const char *p, size_t n);

/* Makes the log empty; free: gives its memory back, too. */
void log_clear(struct log *log);
void log_free(struct log *log);

#endif
