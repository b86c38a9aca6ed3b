/* text_file.c - a small file as a whole, in memory. SPDX-License-Identifier: MIT */
#include "text_file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads to the end of f; NULL with errno. */
static char *read_all(FILE *f, size_t *n)
{
    size_t cap = 4096;
    char *text = malloc(cap), *more;

    *n = 0;
    while (text) {
        *n += fread(text + *n, 1, cap - 1 - *n, f);
        if (*n < cap - 1) {
            break;
        }
        errno = EFBIG;
        more = cap < TEXT_FILE_MAX ? realloc(text, cap * 2) : NULL;
        if (!more) {
            free(text);
        }
        text = more;
        cap *= 2;
    }
    if (text && ferror(f)) {
        free(text);
        return NULL;
    }
    if (text) {
        text[*n] = '\0';
    }
    return text;
}

char *text_file_read(const char *path, size_t *n)
{
    FILE *f;
    char *text;
    int was;

    if (strcmp(path, "-") == 0) {
        return read_all(stdin, n);
    }
    if (!(f = fopen(path, "re"))) {
        return NULL;
    }
    text = read_all(f, n);
    was = errno;
    fclose(f);
    errno = was;
    return text;
}
