/* download_there.c - a file that another run may have completed. SPDX-License-Identifier: MIT */
#include "download.h"
#include <netproto/text.h>
#include <sys/stat.h>

void netp_there_open(struct there *t, const char *path)
{
    struct stat st;

    if (netp_source_open(&t->file, NULL, path) != 0) {
        return;
    }
    if (fstat(t->file.fd, &st) != 0) {
        netp_source_close(&t->file);
        return;
    }
    t->written = st.st_mtime;
}

bool netp_there_is_whole(const struct there *t, const struct netp_fetch_head *h, int64_t now)
{
    struct netp_http_partial whole;

    return netp_http_partial_read(h->head, h->text, NETP_STR(""), now, &whole) == NETP_OK &&
           whole.length == t->file.size && whole.modified != NETP_HTTP_NO_DATE &&
           whole.modified <= t->written;
}
