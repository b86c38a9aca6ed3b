/* httpd_files_mime.c - media types from a file as /etc/mime.types. SPDX-License-Identifier: MIT */
#include "httpd_files_priv.h"

#include <errno.h>
#include <netproto/http_mime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MOST (4u << 20) /* bytes of such a file */

/* Views of the text. */
struct pair {
    struct netp_str extension, type;
};

struct files_mime {
    struct pair *pair;
    size_t n, cap;
    char *text;
};

static int order(struct netp_str a, struct netp_str b)
{
    int r = strncasecmp(a.p, b.p, a.n < b.n ? a.n : b.n);

    return r != 0 ? r : (a.n > b.n) - (a.n < b.n);
}

/* Of two the same the earlier in the file is first. */
static int compare(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;
    int r = order(p->extension, q->extension);

    return r != 0 ? r : (p->extension.p > q->extension.p) - (p->extension.p < q->extension.p);
}

static bool add(struct files_mime *mime, struct netp_str extension, struct netp_str type)
{
    if (mime->n == mime->cap) {
        size_t cap = mime->cap ? 2 * mime->cap : 256;
        struct pair *more = realloc(mime->pair, cap * sizeof *more);
        if (!more) {
            return false;
        }
        mime->pair = more;
        mime->cap = cap;
    }
    mime->pair[mime->n++] = (struct pair){extension, type};
    return true;
}

/* A line that is none is left out. */
static bool add_line(struct files_mime *mime, struct netp_str line)
{
    struct netp_str type, extension;
    bool added = true;

    if (netp_http_mime_line(&line, &type) > 0) {
        while (added && netp_http_mime_line_next(&line, &extension) > 0) {
            added = add(mime, extension, type);
        }
    }
    return added;
}

static char *read_all(const char *path, size_t *n)
{
    struct netp_source s;
    char *text = NULL;
    ptrdiff_t got = -1;
    int e;

    if (netp_source_open(&s, NULL, path) != 0) {
        return NULL;
    }
    errno = EFBIG;
    if (s.size < MOST && (text = malloc((size_t)s.size + 1))) {
        got = netp_source_read(&s, text, (size_t)s.size, 0);
    }
    e = errno;
    netp_source_close(&s);
    if (got < 0) {
        free(text);
        errno = e;
        return NULL;
    }
    text[got] = '\0';
    *n = (size_t)got;
    return text;
}

struct files_mime *files_mime_load(const char *path)
{
    struct files_mime *mime = calloc(1, sizeof *mime);
    size_t n = 0;

    if (!mime || !(mime->text = read_all(path, &n))) {
        files_mime_free(mime);
        return NULL;
    }
    for (char *p = mime->text, *end = p + n; p < end;) {
        size_t length = strcspn(p, "\r\n");
        if (!add_line(mime, netp_str_make(p, length))) {
            files_mime_free(mime);
            return NULL;
        }
        p += length + 1;
    }
    if (mime->n > 0) {
        qsort(mime->pair, mime->n, sizeof *mime->pair, compare);
    }
    return mime;
}

void files_mime_free(struct files_mime *mime)
{
    int e = errno;

    if (mime) {
        free(mime->pair);
        free(mime->text);
        free(mime);
    }
    errno = e;
}

/* The first pair of that extension. */
static const struct pair *find(const struct files_mime *mime, struct netp_str extension)
{
    size_t from = 0, to = mime->n;

    while (from < to) {
        size_t middle = (from + to) / 2;
        if (order(mime->pair[middle].extension, extension) < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from < mime->n && order(mime->pair[from].extension, extension) == 0 ? &mime->pair[from]
                                                                               : NULL;
}

char *files_mime_type(const struct files_mime *mime, struct netp_str path)
{
    struct netp_str extension = netp_http_mime_extension(path);
    const struct pair *pair = mime && extension.n > 0 ? find(mime, extension) : NULL;
    const char *type = netp_http_mime_type(extension);
    char *text;

    if (!pair) {
        return strdup(type ? type : "application/octet-stream");
    }
    return asprintf(&text, "%.*s%s", (int)pair->type.n, pair->type.p,
                    strncasecmp(pair->type.p, "text/", 5) == 0 ? "; charset=utf-8" : "") < 0
               ? NULL
               : text;
}
