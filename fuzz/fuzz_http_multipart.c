/* The reader of multipart bodies, against any peer; and what the writer makes of the payload, as
 * names and contents of a form, is read as the same form. SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "machine.h"

#include <netproto/http_multipart.h>
#include <netproto/text.h>

#include <string.h>

#define PARTS_MAX 4u

/* Parts out of the payload, cut as the control bytes say. */
static size_t cut(struct fuzz_input *in, struct netp_http_part *part)
{
    size_t n = 1 + decide(&in->control, PARTS_MAX), i;
    const char *p = (const char *)in->p;
    struct netp_str piece[3];

    for (i = 0; i < n; i++) {
        for (size_t k = 0; k < 3; k++) {
            size_t len = decide(&in->control, 256);
            len = len < in->n || len == 0 ? len : in->n;
            len = k == 2 && i + 1 == n ? in->n : len;
            piece[k] = netp_str_make(p, len);
            p += len;
            in->n -= len;
        }
        part[i] = (struct netp_http_part){
            piece[0], decide(&in->control, 2) == 0 ? piece[1] : netp_str_make(NULL, 0),
            decide(&in->control, 2) == 0 ? netp_str_make(NULL, 0) : NETP_STR("image/png"),
            piece[2].p, piece[2].n};
    }
    return n;
}

/* The whole body of a form: its length. */
static size_t write_all(struct netp_http_multipart_writer *w, char *out, size_t cap)
{
    struct netp_http_multipart_piece piece;
    size_t n = 0;
    int r;

    while ((r = netp_http_multipart_write(w, out + n, cap - n, &piece)) > 0) {
        FUZZ_CHECK(r == NETP_HTTP_MULTIPART_BYTES && piece.n <= cap - n, "%d", r);
        if (piece.p != out + n && piece.n > 0) {
            memcpy(out + n, piece.p, piece.n);
        }
        n += piece.n;
    }
    FUZZ_CHECK(r == 0 && n == w->length && n == cap, "%d, %zu of %zu bytes", r, n, cap);
    return n;
}

/* Whether RFC 2183 and a browser mean the same by it. */
static bool plain(struct netp_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' || s.p[i] == '%') {
            return false;
        }
    }
    return true;
}

static void same(struct netp_str wrote, struct netp_str read)
{
    FUZZ_CHECK(!plain(wrote) || netp_str_eq(wrote, read), "%.*s: %.*s", (int)wrote.n, wrote.p,
               (int)read.n, read.p);
}

/* Reads a body in pieces of `chunk` bytes. */
static void read_all(const struct netp_http_part *part, size_t nparts, struct netp_str boundary,
                     const char *p, size_t n, size_t chunk)
{
    struct netp_http_field field[2];
    struct netp_http_multipart_cfg cfg = NETP_HTTP_MULTIPART_CFG_INIT;
    struct netp_http_multipart m;
    struct netp_http_multipart_ev ev;
    size_t i = 0, at = 0, used = 0, end;
    int r = 0;

    cfg.flags = NETP_HTTP_MULTIPART_FORM;
    cfg.boundary = boundary;
    cfg.headlen = n;
    cfg.head = (char *)fuzz_block(n);
    cfg.field = field;
    cfg.nfield = 2;
    cfg.max_skip = 2; /* the CRLF at the end */
    FUZZ_CHECK(netp_http_multipart_init(&m, &cfg, 0) == NETP_OK, "init");
    while (r != NETP_HTTP_MULTIPART_END) {
        end = chunk < n - used ? used + chunk : n;
        struct netp_in in = {(const uint8_t *)p + used, end - used, end == n ? NETP_IN_EOF : 0u,
                             NULL};
        r = netp_http_multipart_next(&m, &in, 0, &ev);
        used = end - in.n;
        FUZZ_CHECK(r >= 0 && (r > 0 || used < n), "%s at %llu of %.*s", netp_errname(r),
                   (unsigned long long)netp_http_multipart_fail(&m)->offset, (int)n, p);
        if (r == NETP_HTTP_MULTIPART_PART) {
            FUZZ_CHECK(i < nparts && (ev.filename.p != NULL) == (part[i].filename.p != NULL),
                       "part %zu", i);
            same(part[i].name, ev.name);
            same(part[i].filename, ev.filename);
            FUZZ_CHECK(netp_str_eq(ev.content_type, part[i].content_type), "content type");
        } else if (r == NETP_HTTP_MULTIPART_DATA) {
            FUZZ_CHECK(ev.n <= part[i].length - at &&
                           memcmp((const char *)part[i].data + at, ev.p, ev.n) == 0,
                       "part %zu, data at %zu", i, at);
            at += ev.n;
        } else if (r == NETP_HTTP_MULTIPART_PART_END) {
            FUZZ_CHECK(at == part[i].length, "part %zu ends at %zu", i, at);
            i++;
            at = 0;
        }
    }
    FUZZ_CHECK(i == nparts, "%zu parts of %zu", i, nparts);
    free(cfg.head);
}

static void written(struct fuzz_input in)
{
    static const uint8_t random[NETP_HTTP_BOUNDARY_RANDOM] = {0x42};
    struct netp_http_multipart_writer w;
    struct netp_http_part part[PARTS_MAX];
    size_t nparts = cut(&in, part), n;
    char *out;

    if (netp_http_multipart_begin(&w, random, part, nparts) != NETP_OK) {
        return;
    }
    n = (size_t)w.length;
    out = (char *)fuzz_block(n);
    write_all(&w, out, n);
    read_all(part, nparts, netp_str_make(w.type + sizeof w.type - 32, 32), out, n, n);
    read_all(part, nparts, netp_str_make(w.type + sizeof w.type - 32, 32), out, n,
             1 + decide(&in.control, 256));
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    written(fuzz_split(data, size));
    return fuzz_machine(&subject_multipart, data, size);
}
