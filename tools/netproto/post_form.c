/* post_form.c - -F: the parts of a multipart/form-data body. SPDX-License-Identifier: MIT */
#include "post_form.h"
#include "text_file.h"
#include <errno.h>
#include <netproto/host/random.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>

/* The media type that a file's name tells of. */
static const char *guess_type(const char *path)
{
    static const char *const types[][2] = {
        {".gif", "image/gif"},       {".jpg", "image/jpeg"},       {".jpeg", "image/jpeg"},
        {".png", "image/png"},       {".svg", "image/svg+xml"},    {".txt", "text/plain"},
        {".htm", "text/html"},       {".html", "text/html"},       {".pdf", "application/pdf"},
        {".xml", "application/xml"}, {".json", "application/json"}};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++) {
        if (netp_str_ieq(netp_str_of(dot), netp_str_of(types[i][0]))) {
            return types[i][1];
        }
    }
    return "application/octet-stream";
}

/* Takes ";key=value" off the end of text; NULL: it is not there. Other semicolons may be part of
 * the value, as in "text/plain;charset=utf-8". */
static const char *take_suffix(char *text, const char *key)
{
    char *at = NULL, *next = text;

    while ((next = strstr(next, key)) != NULL) {
        at = next++;
    }
    if (!at || strstr(at + 1, ";type=") || strstr(at + 1, ";filename=")) {
        return NULL;
    }
    *at = '\0';
    return at + strlen(key);
}

static int add_file(struct post_data *d, const struct cli *c, struct netp_http_part *part,
                    const char *path, const char *filename)
{
    struct http_body one = {.npieces = 0};
    const char *slash = strrchr(path, '/');

    if (http_body_file(&one, path) != 0) {
        return cli_error(c, CLI_LOCAL, "%s: %s", path, strerror(errno));
    }
    d->file_[d->nparts_] = one.piece[0];
    part->length = one.piece[0].n == NETP_HTTP1_CHUNKED ? NETP_HTTP_LENGTH_UNKNOWN : one.piece[0].n;
    part->filename = netp_str_of(filename ? filename : slash ? slash + 1 : path);
    if (part->content_type.n == 0) {
        part->content_type = netp_str_of(guess_type(path));
    }
    return CLI_DONE;
}

static int add_value(struct post_data *d, const struct cli *c, struct netp_http_part *part,
                     const char *value, bool from_file)
{
    size_t n = strlen(value);

    if (from_file) {
        const char *path = value;
        if (!(value = post_data_keep(d, text_file_read(path, &n)))) {
            return cli_error(c, CLI_LOCAL, "%s: %s", path, strerror(errno));
        }
    }
    part->data = value;
    part->length = n;
    return CLI_DONE;
}

int post_form_add(struct post_data *d, const struct cli *c, const char *text, bool plain)
{
    struct netp_http_part *part = &d->part_[d->nparts_];
    char *copy = post_data_keep(d, strdup(text)), *value = copy ? strchr(copy, '=') : NULL;
    const char *filename = NULL, *type = NULL, *also;
    int status;

    if (!value) {
        return cli_usage(c, "'%s' is no NAME=VALUE", text);
    }
    *value++ = '\0';
    if (!plain) {
        type = take_suffix(value, ";type=");
        filename = *value == '@' ? take_suffix(value, ";filename=") : NULL;
        also = !type ? take_suffix(value, ";type=") : NULL; /* in the other order */
        type = type ? type : also;
    }
    *part = (struct netp_http_part){.name = netp_str_of(copy),
                                    .content_type = netp_str_of(type ? type : "")};
    if (!plain && *value == '@') {
        status = add_file(d, c, part, value + 1, filename);
    } else {
        bool from_file = !plain && *value == '<';
        status = add_value(d, c, part, value + from_file, from_file);
    }
    d->nparts_ += status == CLI_DONE;
    return status;
}

/* Adds what is between the contents, and these, to the body. */
static int write_pieces(struct post_data *d, struct netp_http_multipart_writer *w)
{
    struct netp_http_multipart_piece piece;
    char text[16384];
    int r;

    while ((r = netp_http_multipart_write(w, text, sizeof text, &piece)) > 0) {
        const char *p = piece.p;
        if (r == NETP_HTTP_MULTIPART_CONTENT) {
            http_body_add(&d->body, &d->file_[piece.index]);
            continue;
        }
        if (p == text && !(p = post_data_keep(d, strndup(text, piece.n)))) {
            return NETP_E_NOSPACE;
        }
        http_body_text(&d->body, p, piece.n);
    }
    return r;
}

int post_form_end(struct post_data *d, const struct cli *c)
{
    struct netp_http_multipart_writer w;
    uint8_t random[NETP_HTTP_BOUNDARY_RANDOM];

    if (!netp_random(random, sizeof random)) {
        return cli_error(c, CLI_LOCAL, "no random bytes: %s", strerror(errno));
    }
    if (netp_http_multipart_begin(&w, random, d->part_, d->nparts_) != NETP_OK) {
        return cli_usage(c, "a name, file name or type of -F is no good");
    }
    if (write_pieces(d, &w) != 0) {
        return cli_usage(c, "a name or file name of -F is too long");
    }
    memcpy(d->type_, w.type, sizeof w.type);
    d->type = d->type_;
    return CLI_DONE;
}
