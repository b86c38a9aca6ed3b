/* http_body.c - the body of a request: pieces of text and files, one behind the other.
 * SPDX-License-Identifier: MIT */
#include "http_body.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGE (1u << 20) /* bytes that are not sent to a server which refuses them anyhow */

bool http_body_add(struct http_body *b, const struct http_piece *piece)
{
    bool known = b->total != NETP_HTTP1_CHUNKED && piece->n != NETP_HTTP1_CHUNKED;

    if (b->npieces == HTTP_BODY_PIECES) {
        return false;
    }
    b->piece[b->npieces++] = *piece;
    b->once = b->once || piece->n == NETP_HTTP1_CHUNKED;
    b->total = known ? b->total + piece->n : NETP_HTTP1_CHUNKED;
    return true;
}

bool http_body_text(struct http_body *b, const char *text, size_t n)
{
    return http_body_add(b, &(struct http_piece){.text = text, .source = {.fd = -1}, .n = n});
}

int http_body_file(struct http_body *b, const char *path)
{
    struct http_piece piece = {.source = {.fd = STDIN_FILENO}, .n = NETP_HTTP1_CHUNKED};
    bool is_stdin = strcmp(path, "-") == 0;
    struct stat st;

    if (!is_stdin && stat(path, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))) {
        piece.source.fd = open(path, O_RDONLY | O_CLOEXEC);
        if (piece.source.fd < 0) {
            return -1;
        }
    } else if (!is_stdin) {
        if (netp_source_open(&piece.source, NULL, path) != 0) {
            return -1;
        }
        piece.n = piece.source.size;
    }
    errno = E2BIG;
    return http_body_add(b, &piece) ? 0 : -1;
}

static ptrdiff_t read_stream(int fd, void *p, size_t n)
{
    ssize_t r;

    while ((r = read(fd, p, n)) < 0 && errno == EINTR) {
    }
    return r;
}

/* Up to n bytes of a piece from offset `from` in it; 0: that was all. */
static ptrdiff_t read_piece(const struct http_piece *piece, void *p, size_t n, uint64_t from)
{
    ptrdiff_t r;

    if (piece->n == NETP_HTTP1_CHUNKED) {
        return read_stream(piece->source.fd, p, n);
    }
    n = n < piece->n - from ? n : (size_t)(piece->n - from);
    if (piece->text) {
        memcpy(p, piece->text + from, n);
        return (ptrdiff_t)n;
    }
    r = n ? netp_source_read(&piece->source, p, n, from) : 0;
    if (r == 0 && n > 0) { /* the file has become shorter */
        errno = ENODATA;
        return -1;
    }
    return r;
}

ptrdiff_t http_body_read(void *arg, void *p, size_t n, uint64_t offset)
{
    struct http_body *b = arg;

    if (offset == 0) {
        b->at_ = 0;
        b->base_ = 0;
    }
    while (b->at_ < b->npieces) {
        ptrdiff_t r = read_piece(&b->piece[b->at_], p, n, offset - b->base_);
        if (r != 0) {
            return r;
        }
        b->at_++;
        b->base_ = offset;
    }
    return 0;
}

void http_body_set(const struct http_body *b, struct netp_fetch_cfg *cfg)
{
    cfg->body_n = b->total;
    if (b->once) {
        cfg->flags |= NETP_FETCH_ONCE;
    }
    if (b->total > LARGE) {
        cfg->flags |= NETP_FETCH_EXPECT;
    }
}

void http_body_close(struct http_body *b)
{
    for (size_t i = 0; i < b->npieces; i++) {
        if (b->piece[i].source.fd > STDIN_FILENO) {
            close(b->piece[i].source.fd);
        }
    }
    b->npieces = 0;
}
