/* download.h - what the sources of downloads share. SPDX-License-Identifier: MIT */
#ifndef DOWNLOAD_H
#define DOWNLOAD_H

#include <netproto/hash.h>
#include <netproto/host/fetch.h>
#include <netproto/host/file.h>
#include <netproto/http_repr_digest.h>
#include <netproto/http_resume.h>

/* What is known of the whole of a part: the text of NAME.part.http, and views of it. */
struct note {
    char *path;
    char text[16384];
    size_t n;                      /* bytes of text that are not on the disk yet */
    struct netp_http_partial part; /* url.n 0: nothing is known */
};

/* Reads the note that another run has left, if there is one, it is sound and of this URL. */
void netp_note_read(struct note *n, struct netp_str url);
/* Keeps what an answer says of the file that it brings, in n. -1 with errno: there is an old note,
 * which can't be removed. */
int netp_note_take(struct note *n, const struct netp_http_head *head, const char *text,
                   struct netp_str url, int64_t now);
/* Writes it to the disk, if something can be resumed with it and it is not there yet. A small file
 * is fetched sooner than that is done. */
void netp_note_keep(struct note *n);
/* 0, or -1 with errno. */
int netp_note_remove(struct note *n);

/* The file itself, which another run may have completed. */
struct there {
    struct netp_source file; /* fd -1: there is none, or it is no use */
    int64_t written;         /* when, in seconds since 1970 */
};

void netp_there_open(struct there *t, const char *path);
/* Whether it is what the server has, by the answer to HEAD: as long, and no newer. */
bool netp_there_is_whole(const struct there *t, const struct netp_fetch_head *h, int64_t now);

/* The digests that a file must have. It is read from the disk for that, a slice at a time. */
struct check;

/* What the caller knows and what the server said; hash may be NULL. *at NULL: there is nothing to
 * check. -1: no memory. */
int netp_check_begin(struct check **at, const struct netp_hash *hash, const uint8_t *digest,
                     const struct netp_http_repr_digest *repr);
/* 1: there is more; 0: all was right; -1: a digest is wrong, errno 0, or it can't be made. */
int netp_check_slice(struct check *c, int fd);
void netp_check_free(struct check *c);

#endif
