/* cgi_program.c - the request and the answer of a CGI program. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <netproto/host/cgi_program.h>
#include <netproto/http_cookie.h>
#include <netproto/http_field.h>
#include <netproto/http_form.h>
#include <netproto/http_multipart.h>
#include <netproto/text.h>
#include <netproto/url.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_BYTES 256u
#define HEAD_MAX_BYTES 4096u
#define FIELDS         16u

/* While a body is read. */
struct reading {
    struct netp_cgi_program *p;
    struct netp_cgi_program_cfg cfg;
    uint8_t buffer[65536];
};

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

/* --- inputs ---------------------------------------------------------------------------------- */

/* Copies s, with a NUL behind it; false: no memory. */
static bool copy(struct netp_str s, struct netp_str *into)
{
    char *p = malloc(s.n + 1);

    if (!p) {
        return false;
    }
    if (s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    p[s.n] = '\0';
    *into = netp_str_make(p, s.n);
    return true;
}

static void drop(struct netp_str s)
{
    free((void *)(uintptr_t)s.p);
}

static struct netp_cgi_input *last(const struct reading *r)
{
    return r->p->input + r->p->ninput - 1;
}

static unsigned add(struct reading *r, struct netp_str name)
{
    struct netp_cgi_program *p = r->p;
    struct netp_cgi_input *in;

    if (p->ninput == r->cfg.max_inputs) {
        return 413;
    }
    p->ninput++;
    in = last(r);
    *in = (struct netp_cgi_input){.fd = -1};
    return copy(name, &in->name) && copy(netp_str_make(NULL, 0), &in->value) ? 0 : 500;
}

static unsigned append(struct reading *r, const void *data, size_t n)
{
    struct netp_str *value = &last(r)->value;
    char *p = realloc((void *)(uintptr_t)value->p, value->n + n + 1);

    if (!p) {
        return 500;
    }
    memcpy(p + value->n, data, n);
    value->n += n;
    p[value->n] = '\0';
    value->p = p;
    return 0;
}

static unsigned open_file(struct reading *r, struct netp_str filename)
{
    struct netp_cgi_input *in = last(r);
    char name[200];

    if (!copy(filename, &in->filename)) {
        return 500;
    }
    snprintf(name, sizeof name, "%s/upload.XXXXXX", r->cfg.tmp);
    in->fd = mkostemp(name, O_CLOEXEC);
    if (in->fd >= 0) {
        unlink(name);
    }
    return in->fd >= 0 ? 0 : 500;
}

static unsigned append_file(struct reading *r, const uint8_t *data, size_t n)
{
    struct netp_cgi_input *in = last(r);

    while (n > 0) {
        ssize_t k = pwrite(in->fd, data, n, (off_t)in->size);
        if (k < 0 && errno != EINTR) {
            return 500;
        }
        data += k > 0 ? k : 0;
        n -= k > 0 ? (size_t)k : 0;
        in->size += k > 0 ? (uint64_t)k : 0;
    }
    return 0;
}

/* --- the body -------------------------------------------------------------------------------- */

ptrdiff_t netp_cgi_program_read(struct netp_cgi_program *p, void *buf, size_t n)
{
    ssize_t r;

    if (n > p->left_) {
        n = (size_t)p->left_;
    }
    if (n == 0) {
        return 0;
    }
    do {
        r = read(STDIN_FILENO, buf, n);
    } while (r < 0 && errno == EINTR);
    if (r == 0) {
        errno = EPIPE;
        return -1;
    }
    p->left_ -= r > 0 ? (uint64_t)r : 0;
    return r;
}

/* More of the body for a machine: false when it ends before its length is reached. */
static bool refill(struct reading *r, struct netp_in *in)
{
    ptrdiff_t n = netp_cgi_program_read(r->p, r->buffer, sizeof r->buffer);

    in->p = r->buffer;
    in->n = n > 0 ? (size_t)n : 0;
    in->flags = r->p->left_ == 0 ? NETP_IN_EOF : 0;
    return n >= 0;
}

static unsigned status_of(const struct netp_fail *f)
{
    return f->peer_code > 0 ? (unsigned)f->peer_code : 400;
}

static unsigned on_form(struct reading *r, const struct netp_http_form_ev *ev)
{
    switch (ev->type) {
    case NETP_HTTP_FORM_NAME:
        return add(r, ev->name);
    case NETP_HTTP_FORM_VALUE:
        return append(r, ev->p, ev->n);
    default:
        return 0;
    }
}

/* flags: NETP_IN_EOF when the input is all there is, as a query. */
static unsigned read_form(struct reading *r, struct netp_in in, bool is_body)
{
    struct netp_http_form_cfg cfg = NETP_HTTP_FORM_CFG_INIT;
    char name[NAME_MAX_BYTES];
    struct netp_http_form_ev ev;
    struct netp_http_form m;
    unsigned status = 0;
    int k;

    cfg.name = name;
    cfg.namelen = sizeof name;
    cfg.max_pairs = r->cfg.max_inputs;
    netp_http_form_init(&m, &cfg, 0);
    do {
        k = netp_http_form_next(&m, &in, 0, &ev);
        if (k > 0) {
            status = on_form(r, &ev);
        } else if (k < 0) {
            status = status_of(netp_http_form_fail(&m));
        } else if (is_body && !refill(r, &in)) {
            status = 400;
        }
    } while (status == 0 && k != NETP_HTTP_FORM_END);
    return status;
}

static unsigned on_part(struct reading *r, const struct netp_http_multipart_ev *ev)
{
    unsigned status;

    switch (ev->type) {
    case NETP_HTTP_MULTIPART_PART:
        status = add(r, ev->name);
        return status == 0 && ev->filename.n > 0 ? open_file(r, ev->filename) : status;
    case NETP_HTTP_MULTIPART_DATA:
        return last(r)->fd >= 0 ? append_file(r, ev->p, ev->n) : append(r, ev->p, ev->n);
    default:
        return 0;
    }
}

static unsigned read_multipart(struct reading *r, struct netp_str boundary)
{
    struct netp_http_multipart_cfg cfg = NETP_HTTP_MULTIPART_CFG_INIT;
    struct netp_in in = {NULL, 0, 0, NULL};
    struct netp_http_field field[FIELDS];
    struct netp_http_multipart_ev ev;
    struct netp_http_multipart m;
    char head[HEAD_MAX_BYTES];
    unsigned status = 0;
    int k;

    cfg.flags = NETP_HTTP_MULTIPART_FORM;
    cfg.boundary = boundary;
    cfg.head = head;
    cfg.headlen = sizeof head;
    cfg.field = field;
    cfg.nfield = FIELDS;
    cfg.max_parts = r->cfg.max_inputs;
    if (netp_http_multipart_init(&m, &cfg, 0) != NETP_OK) {
        return 400;
    }
    do {
        k = netp_http_multipart_next(&m, &in, 0, &ev);
        if (k > 0) {
            status = on_part(r, &ev);
        } else if (k < 0) {
            status = status_of(netp_http_multipart_fail(&m));
        } else if (!refill(r, &in)) {
            status = 400;
        }
    } while (status == 0 && k != NETP_HTTP_MULTIPART_END);
    return status;
}

static unsigned read_body(struct reading *r)
{
    struct netp_http_media media;
    struct netp_str form = NETP_STR("x-www-form-urlencoded");
    bool application, multipart;

    if (r->p->length == 0 ||
        netp_http_media_parse(netp_str_of(r->p->content_type), &media) != NETP_OK) {
        return 0;
    }
    application = netp_str_ieq(media.type, NETP_STR("application"));
    multipart = netp_str_ieq(media.type, NETP_STR("multipart"));
    if (application && netp_str_ieq(media.subtype, form)) {
        return read_form(r, (struct netp_in){NULL, 0, 0, NULL}, true);
    }
    return multipart && netp_str_ieq(media.subtype, NETP_STR("form-data"))
               ? read_multipart(r, media.boundary)
               : 0;
}

/* --- the request ----------------------------------------------------------------------------- */

static unsigned read_request(struct reading *r)
{
    struct netp_cgi_program *p = r->p;
    struct netp_in query = {(const uint8_t *)p->query, strlen(p->query), NETP_IN_EOF, NULL};
    const char *length = variable("CONTENT_LENGTH");
    unsigned status;

    if (*length && netp_parse_dec(netp_str_of(length), UINT64_MAX, &p->length) != NETP_OK) {
        return 400;
    }
    if (p->length > r->cfg.max_body) {
        return 413;
    }
    p->left_ = p->length;
    status = read_form(r, query, false);
    return status ? status : read_body(r);
}

unsigned netp_cgi_program_open(struct netp_cgi_program *p, const struct netp_cgi_program_cfg *cfg)
{
    struct reading *r = calloc(1, sizeof *r);
    unsigned status;

    *p = (struct netp_cgi_program){.method = variable("REQUEST_METHOD"),
                                   .script_name = variable("SCRIPT_NAME"),
                                   .path_info = variable("PATH_INFO"),
                                   .query = variable("QUERY_STRING"),
                                   .content_type = variable("CONTENT_TYPE"),
                                   .remote_addr = variable("REMOTE_ADDR"),
                                   .remote_user = variable("REMOTE_USER")};
    if (!r) {
        return 500;
    }
    r->p = p;
    if (cfg) {
        r->cfg = *cfg;
    }
    r->cfg.max_body = r->cfg.max_body ? r->cfg.max_body : 1u << 20;
    r->cfg.max_inputs = r->cfg.max_inputs ? r->cfg.max_inputs : 100;
    r->cfg.tmp = r->cfg.tmp ? r->cfg.tmp : "/tmp";
    p->input = calloc(r->cfg.max_inputs, sizeof *p->input);
    status = p->input ? read_request(r) : 500;
    free(r);
    return status;
}

void netp_cgi_program_close(struct netp_cgi_program *p)
{
    for (size_t i = 0; i < p->ninput; i++) {
        drop(p->input[i].name);
        drop(p->input[i].value);
        drop(p->input[i].filename);
        if (p->input[i].fd >= 0) {
            close(p->input[i].fd);
        }
    }
    free(p->input);
    p->input = NULL;
    p->ninput = 0;
}

const struct netp_cgi_input *netp_cgi_program_input(const struct netp_cgi_program *p,
                                                    const char *name, unsigned nth)
{
    for (size_t i = 0; i < p->ninput; i++) {
        if (netp_str_eq(p->input[i].name, netp_str_of(name)) && nth-- == 0) {
            return &p->input[i];
        }
    }
    return NULL;
}

bool netp_cgi_program_cookie(const char *name, struct netp_str *value)
{
    struct netp_str cookies = netp_str_of(variable("HTTP_COOKIE")), found;

    while (netp_http_cookie_next(&cookies, &found, value)) {
        if (netp_str_eq(found, netp_str_of(name))) {
            return true;
        }
    }
    return false;
}

/* --- the answer ------------------------------------------------------------------------------ */

static bool is_good(struct netp_str name, struct netp_str value)
{
    return netp_http_is_token(name) && netp_http_is_value(value);
}

int netp_cgi_program_head(unsigned status, const char *type, const struct netp_http1_pair *field,
                          size_t nfield)
{
    bool good = status >= 200 && status < 600 &&
                (!type || is_good(NETP_STR("Content-Type"), netp_str_of(type)));

    for (size_t i = 0; i < nfield; i++) {
        good = good && is_good(field[i].name, field[i].value);
    }
    if (!good) {
        return NETP_E_ARG;
    }
    printf("Status: %u %s\r\n", status, netp_http_reason(status));
    if (type) {
        printf("Content-Type: %s\r\n", type);
    }
    for (size_t i = 0; i < nfield; i++) {
        printf("%.*s: %.*s\r\n", (int)field[i].name.n, field[i].name.p, (int)field[i].value.n,
               field[i].value.n > 0 ? field[i].value.p : "");
    }
    fputs("\r\n", stdout);
    return ferror(stdout) ? NETP_E_IO : NETP_OK;
}

void netp_cgi_html(FILE *f, struct netp_str text)
{
    static const char special[] = "&<>\"'";
    static const char *const escaped[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

    for (size_t i = 0; i < text.n; i++) {
        const char *at = text.p[i] ? strchr(special, text.p[i]) : NULL;
        if (at) {
            fputs(escaped[at - special], f);
        } else {
            putc(text.p[i], f);
        }
    }
}
