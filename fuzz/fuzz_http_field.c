/* The values of HTTP's fields: the first byte says which field, the rest is its value. Views lie in
 * it; iterators end; what is read is written and then read as the same.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/base64.h>
#include <netproto/http_field.h>
#include <netproto/text.h>

#include <string.h>

/* A reading: what was found, and the same written again. */
struct reading {
    struct netp_str input;
    size_t steps;
    struct log found;
    char *again;
    size_t n;
};

static void put(struct reading *r, const char *p, size_t n)
{
    if (n > 0) {
        memcpy(r->again + r->n, p, n);
        r->n += n;
    }
}

static void put_text(struct reading *r, const char *text)
{
    put(r, text, strlen(text));
}

/* Notes a view under a name, and writes it. */
static void view(struct reading *r, const char *what, struct netp_str s)
{
    FUZZ_CHECK(s.n == 0 || (s.p >= r->input.p && s.p + s.n <= r->input.p + r->input.n),
               "%s: a view of %zu bytes", what, s.n);
    log_data(&r->found, what, s.p, s.n);
    log_end(&r->found);
    put(r, s.p, s.n);
}

/* What an iterator returned: whether to go on. */
static bool going(struct reading *r, int e)
{
    FUZZ_CHECK(++r->steps <= 2 * r->input.n + 4, "an iterator goes on and on");
    FUZZ_CHECK(e == 0 || e == 1 || e == NETP_E_SYNTAX || e == NETP_E_LIMIT, "%d", e);
    return e > 0;
}

static int params(struct reading *r, struct netp_str s, const char *separator,
                  int (*next)(struct netp_str *, struct netp_str *, struct netp_str *))
{
    struct netp_str name, value;
    int e;

    while (going(r, e = next(&s, &name, &value))) {
        char *out = (char *)fuzz_block(value.n);
        put_text(r, separator);
        view(r, "name", name);
        put_text(r, value.n > 0 ? "=" : "");
        view(r, "value", value);
        FUZZ_CHECK(value.n == 0 || netp_http_unquote(out, value.n, value) >= 0, "a bad value");
        separator = *separator == ';' ? separator : ", ";
        free(out);
    }
    FUZZ_CHECK(next(&s, &name, &value) == e, "an end that is none");
    return e;
}

static int read_list(struct reading *r, struct netp_str s)
{
    struct netp_str item, token;
    int e;

    while (going(r, e = netp_http_list_next(&s, &item))) {
        view(r, "item", item);
        put_text(r, ",");
        if (netp_http_token_next(&item, &token) > 0) {
            log_line(&r->found, "weight %d", netp_http_weight(item));
        }
    }
    FUZZ_CHECK(netp_http_list_next(&s, &item) == e, "an end that is none");
    return e;
}

static int read_params(struct reading *r, struct netp_str s)
{
    return params(r, s, ";", netp_http_param_next);
}

static int read_media(struct reading *r, struct netp_str s)
{
    struct netp_http_media m;
    int e = netp_http_media_parse(s, &m);

    if (e == NETP_OK) {
        size_t n;
        view(r, "type", m.type);
        put_text(r, "/");
        view(r, "subtype", m.subtype);
        n = r->n;
        view(r, "charset", m.charset);
        view(r, "boundary", m.boundary);
        r->n = n;
        FUZZ_CHECK(params(r, m.params, ";", netp_http_param_next) == 0, "bad parameters");
    }
    return e;
}

/* A wish ahead of all others is heard, whatever they are. */
static int read_accept(struct reading *r, struct netp_str s)
{
    static const char *const codings[] = {"gzip", "br", "identity"};
    static const char wish[] = "gzip;q=0.123,";
    size_t n = sizeof wish - 1 + s.n;
    char *with = (char *)fuzz_block(n);
    int e = 0, f;

    memcpy(with, wish, sizeof wish - 1);
    memcpy(with + sizeof wish - 1, s.p, s.n);
    for (size_t i = 0; i < 3; i++) {
        e = netp_http_accepts(s, netp_str_of(codings[i]));
        FUZZ_CHECK(e <= NETP_HTTP_Q_MAX, "%d", e);
        log_line(&r->found, "%s %d", codings[i], e);
    }
    f = netp_http_accepts(netp_str_make(with, n), NETP_STR("x-gzip"));
    FUZZ_CHECK(f == 123 || f == e || f == NETP_E_LIMIT, "%d, %d", e, f);
    FUZZ_CHECK(e < 0 || f == 123 || f == NETP_E_LIMIT, "%d, %d", e, f);
    free(with);
    put(r, s.p, s.n);
    return e < 0 ? e : 0;
}

static int read_length(struct reading *r, struct netp_str s)
{
    char digits[NETP_DEC_CAP];
    uint64_t v = 7, w = 7;
    int e = netp_http_content_length(s, true, &v);
    int strict = netp_http_content_length(s, false, &w);

    FUZZ_CHECK(strict != NETP_OK || (e == NETP_OK && v == w), "a list is stricter");
    FUZZ_CHECK((e == NETP_OK || v == 7) && (strict == NETP_OK || w == 7), "changed");
    log_line(&r->found, "%llu", (unsigned long long)v);
    size_t n = netp_format_dec(v, digits);
    put(r, digits, n);
    return e;
}

static int read_range(struct reading *r, struct netp_str s)
{
    static const uint64_t lengths[] = {0, 1, 500, UINT64_MAX};
    struct netp_http_range range[8], one;
    char out[NETP_HTTP_RANGE_CAP];
    ptrdiff_t n = netp_http_range_parse(s, range, 8), k;

    for (ptrdiff_t i = 0; i < n; i++) {
        log_line(&r->found, "%s %llu %llu", range[i].suffix ? "suffix" : "range",
                 (unsigned long long)range[i].first, (unsigned long long)range[i].last);
        k = netp_http_range_format(&range[i], out);
        FUZZ_CHECK(k > 6, "%td", k);
        put(r, i == 0 ? out : out + 6, (size_t)(i == 0 ? k : k - 6));
        put_text(r, i + 1 < n ? "," : "");
        for (size_t l = 0; l < 4; l++) {
            one = range[i];
            FUZZ_CHECK(!netp_http_range_resolve(&one, lengths[l]) ||
                           (!one.suffix && one.first <= one.last && one.last < lengths[l] &&
                            (range[i].suffix || one.first == range[i].first)),
                       "of %llu", (unsigned long long)lengths[l]);
        }
    }
    return n < 0 ? (int)n : 0;
}

static int read_content_range(struct reading *r, struct netp_str s)
{
    struct netp_http_content_range c;
    char out[NETP_HTTP_CONTENT_RANGE_CAP];
    int e = netp_http_content_range_parse(s, &c);

    if (e == NETP_OK) {
        ptrdiff_t n = netp_http_content_range_format(&c, out);
        FUZZ_CHECK(n > 0, "%td", n);
        log_data(&r->found, "range", out, (size_t)n);
        log_end(&r->found);
        put(r, out, (size_t)n);
    }
    return e;
}

static int read_etags(struct reading *r, struct netp_str s)
{
    struct netp_http_etag etag;
    struct netp_str all = s;
    struct netp_http_if_range v;
    int e, f;

    while (going(r, e = netp_http_etag_next(&s, &etag))) {
        put_text(r, etag.weak ? "W/\"" : "\"");
        view(r, etag.weak ? "weak" : "strong", etag.tag);
        put_text(r, "\" ,");
        f = netp_http_etag_match(all, &etag, false);
        FUZZ_CHECK(f != 0, "a list without its own");
    }
    f = netp_http_if_range_parse(all, 0, &v);
    FUZZ_CHECK(f == NETP_OK ? v.is_date || (r->steps == 2 && e == 0) : f == NETP_E_SYNTAX, "%d", f);
    f = netp_http_etag_match(all, NULL, true);
    FUZZ_CHECK(f == e || netp_str_eq(all, NETP_STR("*")), "%d, %d", e, f);
    return e;
}

static int read_challenges(struct reading *r, struct netp_str s)
{
    struct netp_http_challenge c;
    int e, f;

    while (going(r, e = netp_http_challenge_next(&s, &c))) {
        put_text(r, r->n > 0 ? ", " : "");
        view(r, "scheme", c.scheme);
        put_text(r, " ");
        view(r, "token68", c.token68);
        size_t n = r->n;
        f = params(r, c.params, "", netp_http_auth_param_next);
        log_line(&r->found, "%s", netp_errname(f));
        if (f < 0) { /* a bad one as it was, to see that it ends where it did */
            r->n = n;
            put(r, c.params.p, c.params.n);
        }
    }
    return e;
}

static int read_links(struct reading *r, struct netp_str s)
{
    struct netp_http_link l;
    int e;

    while (going(r, e = netp_http_link_next(&s, &l))) {
        put_text(r, "<");
        view(r, "target", l.target);
        put_text(r, ">");
        FUZZ_CHECK(params(r, l.params, ";", netp_http_link_param_next) == 0, "bad parameters");
        put_text(r, ",");
        log_line(&r->found, "next %d", netp_http_link_has_rel(&l, NETP_STR("next")));
    }
    return e;
}

static int read_disposition(struct reading *r, struct netp_str s)
{
    struct netp_http_disposition d;
    int e = netp_http_disposition_parse(s, &d);

    if (e == NETP_OK) {
        size_t cap = NETP_HTTP_FILENAME_CAP(&d);
        char *out = (char *)fuzz_block(cap), *quoted = (char *)fuzz_block(NETP_HTTP_QUOTE_CAP(cap));
        ptrdiff_t n = netp_http_filename(out, cap, &d), k;
        FUZZ_CHECK(n >= 0 && (size_t)n <= cap, "%td of %zu", n, cap);
        FUZZ_CHECK(n == 0 || netp_http_filename(out, (size_t)n - 1, &d) == NETP_E_NOSPACE, "%td",
                   n);
        netp_http_filename(out, cap, &d);
        view(r, "type", d.type);
        log_data(&r->found, "filename", out, (size_t)n);
        log_end(&r->found);
        k = netp_http_quote(quoted, NETP_HTTP_QUOTE_CAP(cap), netp_str_make(out, (size_t)n));
        FUZZ_CHECK(k >= 2, "%td", k);
        put_text(r, ";filename=");
        put(r, quoted, (size_t)k);
        free(quoted);
        free(out);
    }
    return e;
}

static int read_products(struct reading *r, struct netp_str s)
{
    struct netp_str name, version;
    int e;

    while (going(r, e = netp_http_product_next(&s, &name, &version))) {
        view(r, "product", name);
        put_text(r, version.n > 0 ? "/" : "");
        view(r, "version", version);
        put_text(r, " (a (comment)) ");
    }
    return e;
}

/* Any text, quoted, is itself again; and in credentials, split in two. */
static int read_text(struct reading *r, struct netp_str s)
{
    size_t cap = NETP_HTTP_BASIC_LEN(s.n, 0) + NETP_HTTP_QUOTE_CAP(s.n);
    char *out = (char *)fuzz_block(cap), *back = (char *)fuzz_block(cap);
    struct netp_str user = netp_str_make(s.p, s.n / 3);
    struct netp_http_challenge c;
    ptrdiff_t n = netp_http_quote(out, cap, s), k;

    log_line(&r->found, "quoted %td, token %d, value %d, meant %td", n, netp_http_is_token(s),
             netp_http_is_value(s), netp_http_unquote(back, s.n, s));
    if (n > 0) {
        struct netp_str quoted = netp_str_make(out, (size_t)n);
        k = netp_http_unquote(back, s.n, quoted);
        FUZZ_CHECK(k == (ptrdiff_t)s.n && memcmp(back, s.p, s.n) == 0, "%td", k);
        FUZZ_CHECK(netp_http_value_ieq(quoted, s), "not what it means");
    }
    n = netp_http_basic_format(out, cap, user, netp_str_make(s.p + user.n, s.n - user.n));
    log_line(&r->found, "basic %td", n);
    if (n > 0) {
        struct netp_str list = netp_str_make(out, (size_t)n);
        FUZZ_CHECK(netp_http_challenge_next(&list, &c) == 1 && list.n == 0, "no credentials");
        k = netp_base64_decode(back, cap, c.token68);
        FUZZ_CHECK(k == (ptrdiff_t)s.n + 1 && memcmp(back, s.p, user.n) == 0 &&
                       back[user.n] == ':' &&
                       memcmp(back + user.n + 1, s.p + user.n, s.n - user.n) == 0,
                   "other credentials");
    }
    n = netp_http_bearer_format(out, cap, s);
    log_line(&r->found, "bearer %td, q %d, ext-value %td", n, netp_http_qvalue(s),
             netp_http_ext_value(back, s.n, s));
    put(r, s.p, s.n);
    free(back);
    free(out);
    return 0;
}

static int read_field(struct reading *r, char field, struct netp_str s)
{
    static int (*const readers[])(struct reading *, struct netp_str) = {
        read_accept,     read_content_range, read_disposition, read_etags,  read_length,
        read_list,       read_links,         read_media,       read_params, read_products,
        read_challenges, read_range,         read_text,
    };
    size_t which = (uint8_t)(field - 'a') % (sizeof readers / sizeof *readers);

    memset(r, 0, sizeof *r);
    r->input = s;
    r->again = (char *)fuzz_block(16 * s.n + 64);
    return readers[which](r, s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading first, second;
    char *p, *same, field;
    int e;

    if (size-- == 0) {
        return 0;
    }
    field = (char)data[0];
    p = (char *)fuzz_copy(data + 1, size);
    e = read_field(&first, field, netp_str_make(p, size));
    if (fuzz_outcome != NULL && first.found.n > 0) {
        log_text(fuzz_outcome, first.found.p, first.found.n);
    }
    FUZZ_OUTCOME("%s", netp_errname(e));
    same = (char *)fuzz_copy(first.again, first.n);
    if (e == NETP_OK) {
        e = read_field(&second, field, netp_str_make(same, first.n));
        FUZZ_CHECK(e == NETP_OK, "%s: %.*s", netp_errname(e), (int)first.n, same);
        FUZZ_CHECK(
            first.found.n == second.found.n &&
                (first.found.n == 0 || memcmp(first.found.p, second.found.p, first.found.n) == 0),
            "read otherwise than it was written: %.*s", (int)first.n, same);
        log_free(&second.found);
        free(second.again);
    }
    log_free(&first.found);
    free(first.again);
    free(same);
    free(p);
    return 0;
}
