/* httpd_files.c - answers requests for files. SPDX-License-Identifier: MIT */
#include "httpd_files_priv.h"

#include <errno.h>
#include <netproto/host/random.h>
#include <netproto/http_precondition.h>
#include <netproto/http_ranges.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COPY  16384u     /* bytes: what netp_httpd_reply() copies */
#define PIECE (2u << 20) /* bytes of a file that are lent at a time */

/* --- fields ---------------------------------------------------------------------------------- */

static void add(struct netp_httpd_exchange *x, const char *name, const char *p, size_t n)
{
    netp_httpd_add(x, name, netp_str_make(p, n)); /* of few and short ones none fails */
}

static void add_allow(const struct netp_httpd_files *f, struct netp_httpd_exchange *x)
{
    netp_httpd_add(x, "Allow",
                   f->flags & NETP_HTTPD_FILES_WRITE ? NETP_STR("GET, HEAD, PUT, OPTIONS")
                                                     : NETP_STR("GET, HEAD, OPTIONS"));
}

/* Those of 200, 206 and 304. */
static void add_validators(struct netp_httpd_exchange *x, const struct files_entry *e,
                           const struct files_form *form)
{
    add(x, "ETag", form->etag, form->netag);
    add(x, "Last-Modified", e->modified_text, sizeof e->modified_text);
    if (e->packs) {
        netp_httpd_add(x, "Vary", NETP_STR("Accept-Encoding"));
    }
}

static void add_content_range(struct netp_httpd_exchange *x,
                              const struct netp_http_content_range *range)
{
    char text[NETP_HTTP_CONTENT_RANGE_CAP];

    add(x, "Content-Range", text, (size_t)netp_http_content_range_format(range, text));
}

/* --- bodies ---------------------------------------------------------------------------------- */

/* An answer that is on its way. */
struct sending {
    struct files_entry *entry;
    const struct files_form *form;
    struct netp_http_ranges ranges;
    size_t part; /* the next one; 2 * i: the text before range i, 2 * i + 1: its bytes */
    size_t ntext;
    char text[];
};

static bool lend(struct netp_httpd_exchange *x, const struct files_form *form, uint64_t offset,
                 uint64_t n)
{
    int r = form->mem ? netp_httpd_lend(x, form->mem + offset, (size_t)n)
                      : netp_httpd_lend_file(x, form->fd, offset, n);

    return r == NETP_OK;
}

/* Begins an answer; false: that has been seen to. */
static bool begin(struct netp_httpd_exchange *x, unsigned status, uint64_t length)
{
    int r = netp_httpd_begin(x, status, length, false);

    if (r != NETP_OK && r != NETP_E_STATE) { /* STATE: it had too long a body, and got its 413 */
        netp_httpd_cut(x);
    }
    return r == NETP_OK;
}

/* One range, or all, of a file. */
struct stretch {
    struct files_entry *entry;
    const struct files_form *form;
    uint64_t at, end;
};

static void stretch_gone(void *arg, struct netp_httpd_exchange *x, bool complete)
{
    struct stretch *s = arg;

    (void)x;
    (void)complete;
    files_done(s->entry);
    free(s);
}

/* Lends the next piece, and ends behind the last. A file that has been written anew meanwhile is
 * not gone on with: its client would take two halves for one. */
static void next_piece(void *arg, struct netp_httpd_exchange *x)
{
    struct stretch *s = arg;
    uint64_t n = s->end - s->at < PIECE ? s->end - s->at : PIECE;
    bool good = files_goes_on(s->form) && lend(x, s->form, s->at, n);

    s->at += n;
    if (!good || (s->at == s->end && netp_httpd_end(x) != NETP_OK)) {
        netp_httpd_cut(x);
    }
}

/* Sends n bytes from offset. What is not copied is in use until it has left. */
static void send_piece(struct netp_httpd_exchange *x, struct files_entry *e,
                       const struct files_form *form, unsigned status, uint64_t offset, uint64_t n)
{
    bool head = netp_str_eq(netp_httpd_request(x)->method, NETP_STR("HEAD"));
    struct stretch *s;

    if (form->mem && n <= COPY) {
        netp_httpd_reply(x, status, NULL, form->mem + offset, (size_t)n);
        return;
    }
    if (!(s = malloc(sizeof *s))) {
        netp_httpd_error(x, 503);
        return;
    }
    *s = (struct stretch){e, form, offset, offset + n};
    files_use(e);
    netp_httpd_watch(
        x, &(struct netp_httpd_watcher){.ready = next_piece, .gone = stretch_gone, .arg = s}, 0);
    if (begin(x, status, n)) {
        if (!head) {
            next_piece(s, x);
        } else if (netp_httpd_end(x) != NETP_OK) {
            netp_httpd_cut(x);
        }
    }
}

static void parts_gone(void *arg, struct netp_httpd_exchange *x, bool complete)
{
    struct sending *s = arg;

    (void)x;
    (void)complete;
    files_done(s->entry);
    free(s);
}

/* Lends the next piece of a multipart body; behind the last it ends. */
static void next_part(void *arg, struct netp_httpd_exchange *x)
{
    struct sending *s = arg;
    const struct netp_http_range *range = &s->ranges.range[s->part / 2];
    bool done;
    ptrdiff_t n;

    if (s->part > 2 * s->ranges.n) {
        done = netp_httpd_end(x) == NETP_OK;
    } else if (s->part % 2) {
        done = files_goes_on(s->form) &&
               lend(x, s->form, range->first, range->last - range->first + 1);
    } else {
        n = netp_http_ranges_text(&s->ranges, s->part / 2, s->text, s->ntext);
        done = n > 0 && netp_httpd_lend(x, s->text, (size_t)n) == NETP_OK;
    }
    s->part++;
    if (!done) {
        netp_httpd_cut(x);
    }
}

static void send_parts(struct netp_httpd_exchange *x, struct files_entry *e,
                       const struct files_form *form, const struct netp_http_ranges *ranges)
{
    size_t ntext = NETP_HTTP_RANGES_TEXT_CAP(strlen(e->type));
    struct sending *s = malloc(sizeof *s + ntext);
    uint8_t random[NETP_HTTP_BOUNDARY_RANDOM];

    if (!s || !netp_random(random, sizeof random)) {
        free(s);
        netp_httpd_error(x, 503);
        return;
    }
    *s = (struct sending){.entry = e, .form = form, .ranges = *ranges, .ntext = ntext};
    netp_http_ranges_boundary(&s->ranges, random);
    files_use(e);
    netp_httpd_watch(
        x, &(struct netp_httpd_watcher){.ready = next_part, .gone = parts_gone, .arg = s}, 0);
    add(x, "Content-Type", s->ranges.type, sizeof s->ranges.type);
    if (begin(x, 206, ranges->length)) {
        next_part(s, x);
    }
}

/* --- what to send ---------------------------------------------------------------------------- */

static void send_whole(struct netp_httpd_exchange *x, struct files_entry *e,
                       const struct files_form *form)
{
    add(x, "Content-Type", e->type, strlen(e->type));
    if (form == &e->gzip) {
        netp_httpd_add(x, "Content-Encoding", NETP_STR("gzip"));
    } else {
        netp_httpd_add(x, "Accept-Ranges", NETP_STR("bytes"));
    }
    send_piece(x, e, form, 200, 0, form->size);
}

static void send_ranges(struct netp_httpd_exchange *x, struct files_entry *e, struct netp_str field)
{
    const struct files_form *form = &e->plain;
    struct netp_http_content_range range = {0, 0, form->size, false};
    struct netp_http_ranges ranges;

    switch (netp_http_ranges_choose(&ranges, field, form->size, netp_str_of(e->type))) {
    case NETP_HTTP_RANGES_WHOLE:
        send_whole(x, e, form);
        break;
    case NETP_HTTP_RANGES_ONE:
        range.first = ranges.range[0].first;
        range.last = ranges.range[0].last;
        add_content_range(x, &range);
        add(x, "Content-Type", e->type, strlen(e->type));
        send_piece(x, e, form, 206, range.first, ranges.length);
        break;
    case NETP_HTTP_RANGES_SEVERAL:
        send_parts(x, e, form, &ranges);
        break;
    case NETP_HTTP_RANGES_NONE:
        range.unsatisfied = true;
        add_content_range(x, &range);
        netp_httpd_error(x, 416);
        break;
    }
}

/* Whether the client would rather have gzip. Accept-Encoding on two lines is not worth joining. */
static bool wants_gzip(const struct netp_httpd_exchange *x)
{
    struct netp_str accepted, second;
    int gzip;

    if (!netp_httpd_field(x, "Accept-Encoding", 0, &accepted) ||
        netp_httpd_field(x, "Accept-Encoding", 1, &second)) {
        return false;
    }
    gzip = netp_http_accepts(accepted, NETP_STR("gzip"));
    return gzip > 0 && gzip >= netp_http_accepts(accepted, NETP_STR("identity"));
}

static void send_form(struct netp_httpd_exchange *x, struct files_entry *e,
                      const struct files_form *form)
{
    const struct netp_httpd_request *r = netp_httpd_request(x);
    struct netp_http_selected selected = {&form->tag, e->modified};
    struct netp_str range;
    enum netp_http_precondition what =
        netp_http_precondition(r->head, r->text, &selected, time(NULL), &range);

    if (what == NETP_HTTP_FAILED) {
        netp_httpd_error(x, 412);
        return;
    }
    add_validators(x, e, form);
    if (what == NETP_HTTP_PARTIAL) {
        send_ranges(x, e, range);
    } else if (what == NETP_HTTP_GO_ON) {
        send_whole(x, e, form);
    } else if (begin(x, 304, form->size) && netp_httpd_end(x) != NETP_OK) {
        netp_httpd_cut(x);
    }
}

/* Ranges are of the file as it is: a coded form made here may differ from one day to the next. */
static bool may_be_coded(const struct netp_httpd_exchange *x, const struct files_entry *e)
{
    struct netp_str range;

    return e->packs && wants_gzip(x) && !netp_httpd_field(x, "Range", 0, &range);
}

/* waited: for the coded form. A file that has changed meanwhile is not waited for again. */
static void send_entry(struct netp_httpd_exchange *x, struct files_entry *e, bool waited)
{
    bool coded = may_be_coded(x, e);

    if (!coded || waited || !files_pack(e, x)) {
        send_form(x, e, coded && e->gzip.size > 0 ? &e->gzip : &e->plain);
    }
}

/* --- requests -------------------------------------------------------------------------------- */

/* Writes s as it may stand in a Location; false: there is no room. */
static bool put_uri(struct netp_str s, char *out, size_t cap, size_t *at)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = c > ' ' && c < 127 && !strchr("\"<>\\^`{|}", c);
        if (cap - *at < 3) {
            return false;
        }
        if (plain) {
            out[(*at)++] = (char)c;
        } else {
            out[(*at)++] = '%';
            out[(*at)++] = "0123456789ABCDEF"[c >> 4];
            out[(*at)++] = "0123456789ABCDEF"[c & 15];
        }
    }
    return true;
}

/* To the same path with a slash behind it, on whichever host the client has asked. A path that has
 * led here has no empty parts: "//" at its front would be followed by a host. */
static void redirect(struct netp_httpd_exchange *x)
{
    const struct netp_httpd_request *r = netp_httpd_request(x);
    char location[3500];
    size_t n = 0, cap = sizeof location;
    bool fits = put_uri(r->path, location, cap, &n) && put_uri(NETP_STR("/"), location, cap, &n);

    if (fits && r->query.p) {
        fits = put_uri(NETP_STR("?"), location, cap, &n) && put_uri(r->query, location, cap, &n);
    }
    if (!fits) {
        netp_httpd_error(x, 404);
        return;
    }
    add(x, "Location", location, n);
    netp_httpd_error(x, 301);
}

/* The path below the root. */
static struct netp_str path_of(const struct netp_httpd_request *r)
{
    return r->nparam ? r->param[r->nparam - 1] : NETP_STR("");
}

static void get(struct netp_httpd_files *f, struct netp_httpd_exchange *x, bool waited)
{
    struct files_answer a;

    files_get(f, path_of(netp_httpd_request(x)), netp_loop_now(x->conn->httpd->loop), &a);
    switch (a.found) {
    case FILES_ENTRY:
        send_entry(x, a.e, waited);
        break;
    case FILES_FOLDER:
        redirect(x);
        break;
    case FILES_NO_INDEX:
        files_list(f, x, a.fd, a.path);
        break;
    case FILES_STATUS:
        netp_httpd_error(x, a.status);
        break;
    }
}

void files_again(struct netp_httpd_files *f, struct netp_httpd_exchange *x)
{
    get(f, x, true);
}

void files_give(struct crew *c, struct netp_httpd_exchange *x, struct crew_job *job)
{
    bool open = c->loop || crew_open(c, x->conn->httpd->loop, 1) == 0;

    if (!open || crew_give(c, job) != 0) {
        job->work(job->arg);
        job->done(job->arg);
    }
}

void netp_httpd_files_handle(void *files, struct netp_httpd_exchange *x)
{
    struct netp_httpd_files *f = files;
    const struct netp_httpd_request *r = netp_httpd_request(x);

    if (netp_str_eq(r->method, NETP_STR("GET")) || netp_str_eq(r->method, NETP_STR("HEAD"))) {
        if (r->nparam == 0 && r->path.n > 0 && r->path.p[r->path.n - 1] != '/') {
            redirect(x);
        } else {
            get(f, x, false);
        }
    } else if (netp_str_eq(r->method, NETP_STR("OPTIONS"))) {
        add_allow(f, x);
        netp_httpd_reply(x, 204, NULL, NULL, 0);
    } else if ((f->flags & NETP_HTTPD_FILES_WRITE) && netp_str_eq(r->method, NETP_STR("PUT"))) {
        files_put(f, x, path_of(r));
    } else {
        add_allow(f, x);
        netp_httpd_error(x, 405);
    }
}

/* --- life ------------------------------------------------------------------------------------ */

static bool copy_index(struct netp_httpd_files *f, const struct netp_httpd_files_cfg *cfg)
{
    static const char *const usual[] = {"index.html"};
    const char *const *index = cfg->index ? cfg->index : usual;
    size_t n = cfg->index ? cfg->nindex : 1, size = 1;
    char *p;

    for (size_t i = 0; i < n; i++) {
        size += strlen(index[i]) + 1;
    }
    f->index = p = calloc(1, size);
    if (!p) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        p = stpcpy(p, index[i]);
        p += *index[i] != '\0'; /* the end of all is no name */
    }
    return true;
}

struct netp_httpd_files *netp_httpd_files_new(const struct netp_httpd_files_cfg *cfg)
{
    struct netp_httpd_files *f = calloc(1, sizeof *f);

    if (!f) {
        return NULL;
    }
    f->root.fd = -1;
    f->flags = cfg->flags;
    f->max_open = cfg->max_open ? cfg->max_open : 256;
    f->max_memory = cfg->max_memory ? cfg->max_memory : 16u << 20;
    f->max_upload = cfg->max_upload ? cfg->max_upload : 1u << 30;
    if (netp_root_open(&f->root, cfg->root) != 0 || !copy_index(f, cfg) ||
        (cfg->mime_types && !(f->mime = files_mime_load(cfg->mime_types)))) {
        netp_httpd_files_free(f);
        return NULL;
    }
    return f;
}

static void close_crew(struct crew *c)
{
    if (c->loop) {
        crew_close(c, true);
    }
}

void netp_httpd_files_free(struct netp_httpd_files *f)
{
    int e = errno;

    if (!f) {
        return;
    }
    close_crew(&f->packers);
    close_crew(&f->storers);
    files_forget(f);
    free(f->index);
    files_mime_free(f->mime);
    netp_root_close(&f->root);
    free(f);
    errno = e;
}
