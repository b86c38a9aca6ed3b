/* http_multipart_write.c - multipart/form-data as it is sent: RFC 7578.
 * SPDX-License-Identifier: MIT */
#include <netproto/http_multipart.h>

#include "http_scan.h"

#include <string.h>

static struct netp_str boundary(const struct netp_http_multipart_writer *w)
{
    size_t n = 2 * NETP_HTTP_BOUNDARY_RANDOM;

    return netp_str_make(w->type + sizeof w->type - n, n);
}

/* A name between quotes. The three escapes are those of the HTML standard of WHATWG, section
 * "Multipart form data"; nothing else is escaped. */
static void put_name(struct http_writer *w, struct netp_str before, struct netp_str name)
{
    http_put_str(w, before);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (c == '"' || c == '\r' || c == '\n') {
            http_put_str(w, c == '"'    ? NETP_STR("%22")
                            : c == '\r' ? NETP_STR("%0D")
                                        : NETP_STR("%0A"));
        } else {
            http_put(w, c);
        }
    }
    http_put(w, '"');
}

/* The text before part i and, of i == nparts, at the end. */
static void put_text(const struct netp_http_multipart_writer *m, struct http_writer *w, size_t i)
{
    const struct netp_http_part *part = m->part_ + i;

    http_put_str(w, i == 0 ? NETP_STR("--") : NETP_STR("\r\n--"));
    http_put_str(w, boundary(m));
    if (i == m->nparts_) {
        http_put_str(w, NETP_STR("--\r\n"));
        return;
    }
    put_name(w, NETP_STR("\r\nContent-Disposition: form-data; name=\""), part->name);
    if (part->filename.p != NULL) {
        put_name(w, NETP_STR("; filename=\""), part->filename);
    }
    if (part->content_type.n > 0) {
        http_put_str(w, NETP_STR("\r\nContent-Type: "));
        http_put_str(w, part->content_type);
    }
    http_put_str(w, NETP_STR("\r\n\r\n"));
}

static bool is_name(struct netp_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!http_is(&http_text, s.p[i]) && s.p[i] != '\r' && s.p[i] != '\n') {
            return false;
        }
    }
    return s.n == 0 || s.p[s.n - 1] != '\\';
}

static bool is_sendable(const struct netp_http_part *part)
{
    struct netp_http_media media;

    return is_name(part->name) && is_name(part->filename) &&
           (part->content_type.n == 0 ||
            netp_http_media_parse(part->content_type, &media) == NETP_OK);
}

/* Adds to a length that may be unknown; false: it is too much. */
static bool add(uint64_t *length, uint64_t n)
{
    if (*length == NETP_HTTP_LENGTH_UNKNOWN || n == NETP_HTTP_LENGTH_UNKNOWN) {
        *length = NETP_HTTP_LENGTH_UNKNOWN;
        return true;
    }
    if (n >= NETP_HTTP_LENGTH_UNKNOWN - *length) {
        return false;
    }
    *length += n;
    return true;
}

int netp_http_multipart_begin(struct netp_http_multipart_writer *w,
                              const uint8_t random[NETP_HTTP_BOUNDARY_RANDOM],
                              const struct netp_http_part *part, size_t nparts)
{
    static const char digits[] = "0123456789abcdef", before[] = "multipart/form-data; boundary=";
    char *hex = w->type + sizeof before - 1;

    memset(w, 0, sizeof *w);
    memcpy(w->type, before, sizeof before - 1);
    for (size_t i = 0; i < NETP_HTTP_BOUNDARY_RANDOM; i++) {
        *hex++ = digits[random[i] >> 4];
        *hex++ = digits[random[i] & 15];
    }
    w->part_ = part;
    w->nparts_ = nparts;
    for (size_t i = 0; i <= nparts; i++) {
        struct http_writer text = {NULL, 0, 0};
        if (i < nparts && (!is_sendable(&part[i]) || !add(&w->length, part[i].length))) {
            return NETP_E_ARG;
        }
        put_text(w, &text, i);
        if (!add(&w->length, text.n)) {
            return NETP_E_ARG;
        }
    }
    return NETP_OK;
}

int netp_http_multipart_write(struct netp_http_multipart_writer *w, char *out, size_t cap,
                              struct netp_http_multipart_piece *piece)
{
    const struct netp_http_part *part = w->part_ + w->at_;
    struct http_writer text = {out, cap, 0};
    ptrdiff_t n;

    if (w->content_) {
        w->content_ = false;
        piece->index = w->at_++;
        piece->p = part->data;
        piece->n = part->data != NULL ? (size_t)part->length : 0;
        return part->data != NULL ? NETP_HTTP_MULTIPART_BYTES : NETP_HTTP_MULTIPART_CONTENT;
    }
    if (w->at_ > w->nparts_) {
        return 0;
    }
    put_text(w, &text, w->at_);
    n = http_written(&text);
    if (n < 0) {
        return (int)n;
    }
    w->content_ = w->at_ < w->nparts_;
    w->at_ += w->at_ == w->nparts_;
    piece->p = out;
    piece->n = (size_t)n;
    return NETP_HTTP_MULTIPART_BYTES;
}
