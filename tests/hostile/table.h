/* tests/hostile/table.h - a Markdown file of cases, read; README.md describes it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef HOSTILE_TABLE_H
#define HOSTILE_TABLE_H

#include "subject.h"

struct table_case {
    const struct subject *subject;
    struct tr_case tr;
    const char *file;
    unsigned line;     /* of its heading */
    const char *needs; /* words, or NULL */
};

/* Empty when all members are 0. What cases point to lives as long as the program. */
struct table {
    struct table_case *item;
    size_t n;
};

/* Appends the cases of a file to *t. A slip in it is printed to stderr as FILE:LINE: what; then, as
 * for a file that can't be read, false is returned. */
bool table_read(struct table *t, const char *file);

#endif
