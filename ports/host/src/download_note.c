/* download_note.c - what is kept beside the part of a file. SPDX-License-Identifier: MIT */
#include "download.h"
#include <errno.h>
#include <netproto/text.h>
#include <unistd.h>

/* Whether something can be resumed by it. */
static bool is_worth(const struct netp_http_partial *part)
{
    struct netp_http_resume r;

    return netp_http_resume_begin(&r, part, 1) != NETP_HTTP_RESUME_BY_NONE;
}

void netp_note_read(struct note *n, struct netp_str url)
{
    struct netp_source s;
    ptrdiff_t got;

    n->part = (struct netp_http_partial){.url = {NULL, 0}};
    if (netp_source_open(&s, NULL, n->path) != 0) {
        return;
    }
    got = netp_source_read(&s, n->text, sizeof n->text, 0);
    netp_source_close(&s);
    if (got < 0 || netp_http_partial_parse(netp_str_make(n->text, (size_t)got), &n->part) ||
        !netp_str_eq(n->part.url, url)) {
        n->part.url.n = 0;
    }
}

int netp_note_remove(struct note *n)
{
    n->n = 0;
    return unlink(n->path) == 0 || errno == ENOENT ? 0 : -1;
}

/* If it can't be kept, the download can't be resumed by another run; that is all. */
void netp_note_keep(struct note *n)
{
    size_t len = n->n;
    struct netp_sink s;

    n->n = 0;
    if (len == 0 || netp_sink_open(&s, NULL, n->path,
                                   NETP_SINK_CREATE | NETP_SINK_OVERWRITE | NETP_SINK_UNIQUE |
                                       NETP_SINK_PRIVATE) != 0) {
        return;
    }
    if (netp_sink_write(&s, n->text, len, 0) != 0 || netp_sink_commit(&s) != 0) {
        netp_sink_abort(&s);
    }
}

int netp_note_take(struct note *n, const struct netp_http_head *head, const char *text,
                   struct netp_str url, int64_t now)
{
    struct netp_http_partial part;
    ptrdiff_t len;

    n->part.url.n = 0;
    if (netp_note_remove(n) != 0) {
        return -1;
    }
    if (netp_http_partial_read(head, text, url, now, &part) != NETP_OK || !is_worth(&part)) {
        return 0;
    }
    len = netp_http_partial_format(&part, n->text, sizeof n->text);
    if (len > 0 &&
        netp_http_partial_parse(netp_str_make(n->text, (size_t)len), &n->part) == NETP_OK) {
        n->n = (size_t)len;
    }
    return 0;
}
