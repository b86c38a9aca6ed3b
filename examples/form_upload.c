/* form_upload.c - sends a form with a file as a browser does. The file is read while it is sent,
 * whatever its size.
 *
 *     cc form_upload.c $(pkg-config --cflags --libs netproto) -o form_upload
 *     ./form_upload http://localhost/upload NAME FILE
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/host/fetch.h>
#include <netproto/host/random.h>
#include <netproto/http_multipart.h>
#include <netproto/text.h>
#include <stdio.h>
#include <string.h>

struct form {
    struct netp_http_part part[2];
    uint8_t random[NETP_HTTP_BOUNDARY_RANDOM];
    struct netp_http_multipart_writer writer;
    FILE *file;
    char text[1024]; /* between the contents */
    struct netp_http_multipart_piece piece;
    bool in_file;
};

/* The next piece of text or of a field's content; 0: the form is complete. */
static int next_piece(struct form *f)
{
    int r = netp_http_multipart_write(&f->writer, f->text, sizeof f->text, &f->piece);
    f->in_file = r == NETP_HTTP_MULTIPART_CONTENT;
    return r;
}

static ptrdiff_t read_form(void *arg, void *p, size_t n, uint64_t offset)
{
    struct form *f = arg;

    if (offset == 0) { /* the first time, or once more after a redirection or a login */
        netp_http_multipart_begin(&f->writer, f->random, f->part, 2);
        rewind(f->file);
        f->piece.n = 0;
        f->in_file = false;
    }
    for (;;) {
        if (f->in_file) {
            size_t k = fread(p, 1, n, f->file);
            if (k > 0 || ferror(f->file)) {
                return k > 0 ? (ptrdiff_t)k : -1;
            }
        } else if (f->piece.n > 0) {
            n = n < f->piece.n ? n : f->piece.n;
            memcpy(p, f->piece.p, n);
            f->piece.p = (const char *)f->piece.p + n;
            f->piece.n -= n;
            return (ptrdiff_t)n;
        }
        int r = next_piece(f);
        if (r <= 0) {
            return r;
        }
    }
}

int main(int argc, char **argv)
{
    struct form f = {.file = argc == 4 ? fopen(argv[3], "rb") : NULL};
    struct netp_fetch_cfg cfg = {.url = argv[1], .read = read_form, .arg = &f, .nfield = 1};
    struct netp_http1_pair type = {NETP_STR("Content-Type"), {f.writer.type, sizeof f.writer.type}};
    struct netp_fetch_result r;

    if (!f.file || fseek(f.file, 0, SEEK_END) != 0 || !netp_random(f.random, sizeof f.random)) {
        fprintf(stderr, "usage: form_upload URL NAME FILE\n");
        return 2;
    }
    f.part[0].name = NETP_STR("name");
    f.part[0].data = argv[2];
    f.part[0].length = strlen(argv[2]);
    f.part[1].name = NETP_STR("file");
    f.part[1].filename = netp_str_of(argv[3]);
    f.part[1].content_type = NETP_STR("application/octet-stream");
    f.part[1].length = (uint64_t)ftell(f.file);
    if (netp_http_multipart_begin(&f.writer, f.random, f.part, 2) != NETP_OK) {
        fprintf(stderr, "form_upload: such a name can't be sent\n");
        return 2;
    }
    cfg.field = &type;
    cfg.body_n = f.writer.length;
    if (netp_fetch(NULL, &cfg, &r) != NETP_OK) {
        fprintf(stderr, "form_upload: %s\n", r.text);
    } else {
        printf("status %d, %llu bytes sent\n", r.status, (unsigned long long)r.sent);
    }
    fclose(f.file);
    return r.err != NETP_OK || r.status >= 400;
}
