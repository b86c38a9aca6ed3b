/* Heads of HTTP/1.x: the same answer whole and in pieces, and that of a second, plain reading, one
 * character at a time by the grammar of RFC 9112. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/http_head.h>
#include <netproto/text.h>

#include <string.h>

#define FIELDS_MAX 12u

struct setting {
    enum netp_http_head_kind kind;
    unsigned flags;
    uint16_t cap;
};

/* ---- the plain reading ---- */

struct reader {
    const uint8_t *p;
    size_t n, at;
    int r; /* 0: more must come; < 0: an error at `at` */
    unsigned flags;
};

static int peek(const struct reader *r)
{
    return r->at < r->n ? r->p[r->at] : -1;
}

static bool refuse(struct reader *r, int code)
{
    r->r = peek(r) < 0 ? 0 : code;
    return false;
}

static bool one_of(int c, const char *set)
{
    return c > 0 && strchr(set, c) != NULL;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_token(int c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           one_of(c, "!#$%&'*+-.^_`|~");
}

static bool is_value(int c)
{
    return c == '\t' || (c >= ' ' && c != 0x7f);
}

static bool is_target(int c)
{
    return c > ' ' && c < 0x7f;
}

static bool expect(struct reader *r, int c)
{
    return peek(r) == c ? r->at++, true : refuse(r, NETP_E_SYNTAX);
}

static bool expect_end(struct reader *r)
{
    bool lf = (r->flags & NETP_HTTP_HEAD_BARE_LF) != 0 && peek(r) == '\n';
    return (lf || expect(r, '\r')) && expect(r, '\n');
}

static struct netp_http_span read_while(struct reader *r, bool (*kind)(int))
{
    struct netp_http_span s = {(uint16_t)r->at, 0};
    while (peek(r) >= 0 && kind(peek(r))) {
        r->at++;
        s.n++;
    }
    return s;
}

/* At least one, and then a character that is not one of them. */
static bool read_some(struct reader *r, bool (*kind)(int), struct netp_http_span *s)
{
    *s = read_while(r, kind);
    return (s->n > 0 && peek(r) >= 0) || refuse(r, NETP_E_SYNTAX);
}

static bool read_version(struct reader *r, struct netp_http_head *h)
{
    for (const char *p = "HTTP/"; *p != '\0'; p++) {
        if (!expect(r, *p)) {
            return false;
        }
    }
    if (is_digit(peek(r)) && peek(r) != '1') {
        return refuse(r, NETP_E_UNSUPPORTED);
    }
    if (!expect(r, '1') || !expect(r, '.') || !is_digit(peek(r))) {
        return r->r < 0 ? false : refuse(r, NETP_E_SYNTAX);
    }
    h->minor = (uint8_t)(r->p[r->at++] - '0');
    return true;
}

static bool read_status(struct reader *r, struct netp_http_head *h)
{
    if (!read_version(r, h) || !expect(r, ' ')) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        if (!is_digit(peek(r)) || (i == 0 && peek(r) == '0')) {
            return refuse(r, NETP_E_SYNTAX);
        }
        h->status = (uint16_t)(h->status * 10 + (r->p[r->at++] - '0'));
    }
    h->reason.at = (uint16_t)r->at;
    if (peek(r) != ' ' && (r->flags & NETP_HTTP_HEAD_NO_REASON) != 0) {
        return expect_end(r);
    }
    if (!expect(r, ' ')) {
        return false;
    }
    h->reason = read_while(r, is_value);
    return expect_end(r);
}

static bool read_request(struct reader *r, struct netp_http_head *h)
{
    while (peek(r) == '\r' || peek(r) == '\n') {
        if (!expect_end(r)) {
            return false;
        }
    }
    return read_some(r, is_token, &h->method) && expect(r, ' ') &&
           read_some(r, is_target, &h->target) && expect(r, ' ') && read_version(r, h) &&
           expect_end(r);
}

static bool read_field(struct reader *r, struct netp_http_field *f)
{
    if (!read_some(r, is_token, &f->name) || !expect(r, ':')) {
        return false;
    }
    while (one_of(peek(r), " \t")) {
        r->at++;
    }
    f->value = read_while(r, is_value);
    while (f->value.n > 0 && one_of(r->p[f->value.at + f->value.n - 1], " \t")) {
        f->value.n--;
    }
    return expect_end(r);
}

static int plain(struct netp_http_head *h, struct netp_http_field *field, struct setting set,
                 const uint8_t *p, size_t n)
{
    struct reader r = {p, n, 0, 0, set.flags};
    bool good = set.kind == NETP_HTTP_HEAD_TRAILER   ? true
                : set.kind == NETP_HTTP_HEAD_REQUEST ? read_request(&r, h)
                                                     : read_status(&r, h);
    while (good && peek(&r) != '\r' && peek(&r) != '\n') {
        size_t from = r.at;
        struct netp_http_field f;
        good = read_field(&r, &f);
        if (h->nfield == set.cap && memchr(p + from, ':', r.at - from) != NULL) {
            r.at = from;
            r.r = NETP_E_LIMIT;
            good = false;
        } else if (good) {
            field[h->nfield++] = f;
        }
    }
    good = good && expect_end(&r);
    h->at = (uint32_t)r.at;
    return good ? (int)r.at : r.r;
}

/* ---- the comparison ---- */

static void tell(struct log *log, const struct netp_http_head *h,
                 const struct netp_http_field *field, const char *p, int r)
{
    if (r <= 0) {
        log_line(log, "%s at %zu", netp_errname(r), r < 0 ? h->at : 0);
        return;
    }
    log_line(log, "%d bytes, minor %u status %u", r, h->minor, h->status);
    log_data(log, "method", p + h->method.at, h->method.n);
    log_data(log, "target", p + h->target.at, h->target.n);
    log_data(log, "reason", p + h->reason.at, h->reason.n);
    for (unsigned i = 0; i < h->nfield; i++) {
        log_data(log, "name", p + field[i].name.at, field[i].name.n);
        log_data(log, "value", p + field[i].value.at, field[i].value.n);
    }
    log_end(log);
}

/* Each field is found by its name, as the first or a later one of that name. */
static void find_each(const struct netp_http_head *h, const struct netp_http_field *field,
                      const char *p)
{
    for (unsigned i = 0; i < h->nfield; i++) {
        struct netp_str name = netp_http_str(p, field[i].name), value = {p, 0};
        unsigned nth = 0;
        while (netp_http_head_find(h, p, name, nth, &value) && value.p != p + field[i].value.at) {
            nth++;
        }
        FUZZ_CHECK(nth <= i && value.p == p + field[i].value.at && value.n == field[i].value.n,
                   "field %u is not found", i);
    }
}

/* In pieces of `chunk` bytes more each time, the bytes at another place each time. */
static void read_in_pieces(struct log *log, struct setting set, const uint8_t *p, size_t n,
                           size_t chunk)
{
    struct netp_http_field *field =
        (struct netp_http_field *)fuzz_block(set.cap * sizeof(struct netp_http_field));
    struct netp_http_head h;
    size_t have = 0;
    int r = 0;

    netp_http_head_init(&h, set.kind, field, set.cap, set.flags);
    while (r == 0 && have < n) {
        have = chunk < n - have ? have + chunk : n;
        char *block = (char *)fuzz_copy(p, have);
        r = netp_http_head_parse(&h, block, have);
        FUZZ_CHECK(r <= (int)have, "%d of %zu bytes", r, have);
        if (r != 0 || have == n) {
            tell(log, &h, field, block, r);
        }
        if (r > 0) {
            find_each(&h, field, block);
        }
        free(block);
    }
    FUZZ_CHECK(r >= 0 || h.where[0] != '\0', "an error that names nothing");
    free(field);
}

static void same(const struct log *a, const struct log *b, const char *what)
{
    FUZZ_CHECK(a->n == b->n && memcmp(a->p, b->p, a->n) == 0, "%s:\n%s---\n%s", what, a->p, b->p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_split(data, size);
    const struct setting set = {
        (enum netp_http_head_kind)(NETP_HTTP_HEAD_REQUEST + decide(&in.control, 3)),
        decide(&in.control, 4), (uint16_t)(FIELDS_MAX - decide(&in.control, FIELDS_MAX + 1))};
    struct netp_http_field field[FIELDS_MAX + 1];
    struct netp_http_head h;
    struct log whole = {0}, pieces = {0}, other = {0};

    if (in.n == 0) {
        return 0;
    }
    read_in_pieces(&whole, set, in.p, in.n, in.n);
    read_in_pieces(&pieces, set, in.p, in.n, in.n < 2000 ? 1 : 97);
    same(&whole, &pieces, "byte by byte");
    log_clear(&pieces);
    read_in_pieces(&pieces, set, in.p, in.n, 2 + decide(&in.control, 100));
    same(&whole, &pieces, "in pieces");
    memset(&h, 0, sizeof h);
    tell(&other, &h, field, (const char *)in.p, plain(&h, field, set, in.p, in.n));
    same(&whole, &other, "by a plain reading");
    if (fuzz_outcome != NULL) {
        log_text(fuzz_outcome, whole.p, whole.n);
    }
    log_free(&whole);
    log_free(&pieces);
    log_free(&other);
    return 0;
}
