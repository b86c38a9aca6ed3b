/* told.h - what a function told of a field value, as a line of text in a table.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOLD_H
#define TOLD_H

#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct told {
    char text[4000];
    size_t n;
};

/* Appends, as printf does. */
void tell(struct told *told, const char *fmt, ...);
/* Appends a view, between brackets. */
void tell_str(struct told *told, struct netp_str s);
/* Appends the name of an error; nothing for 0 and more. */
void tell_error(struct told *told, ptrdiff_t r);

struct row {
    struct netp_str in;
    const char *told;
};
#define ROW(in, told)                                                                              \
    {                                                                                              \
        {"" in, sizeof(in) - 1}, told                                                              \
    }

/* Calls f with each text, in a block of exactly its size, and compares what it tells. */
void check_rows(void (*f)(struct netp_str s, struct told *told), const struct row *rows, size_t n);

#endif
