/* http_body.h - the body of a request: pieces of text and files, one behind the other.
 * SPDX-License-Identifier: MIT */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "cli.h"
#include <netproto/host/fetch.h>
#include <netproto/host/file.h>

#define HTTP_BODY_PIECES 256

struct http_piece {
    const char *text; /* NULL: it is a file */
    struct netp_source source;
    uint64_t n; /* bytes; NETP_HTTP1_CHUNKED: to the end of a stream */
};

struct http_body {
    struct http_piece piece[HTTP_BODY_PIECES];
    size_t npieces;
    uint64_t total; /* bytes of all, or NETP_HTTP1_CHUNKED */
    bool once;      /* it can be read only once */
    size_t at_;     /* the piece that is read, which begins at base_ */
    uint64_t base_;
};

/* One more piece; false: there are too many. Its file is closed by http_body_close(). */
bool http_body_add(struct http_body *b, const struct http_piece *piece);
/* text is borrowed until the last read. false: there are too many. */
bool http_body_text(struct http_body *b, const char *text, size_t n);
/* "-" is standard input. 0, or -1 with errno. */
int http_body_file(struct http_body *b, const char *path);

/* For netp_fetch_cfg.read; arg is the body. */
ptrdiff_t http_body_read(void *arg, void *p, size_t n, uint64_t offset);

/* Sets the body of a request, which waits for 100 (Continue) if it is large. */
void http_body_set(const struct http_body *b, struct netp_fetch_cfg *cfg);

void http_body_close(struct http_body *b);

#endif
