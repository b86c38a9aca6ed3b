/* http_resume.c - parts of files, and how they become whole. SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_date.h>
#include <netproto/http_resume.h>
#include <string.h>

enum { STRONG_AFTER_S = 60 };

/* ---- the part ---- */

/* The value of a field that comes once, or several times with one value. */
static bool find(const struct netp_http_head *head, const char *p, struct netp_str name,
                 struct netp_str *value)
{
    struct netp_str other;

    if (!netp_http_head_find(head, p, name, 0, value)) {
        return false;
    }
    for (unsigned i = 1; netp_http_head_find(head, p, name, i, &other); i++) {
        if (!netp_str_eq(*value, other)) {
            return false;
        }
    }
    return true;
}

static bool is_coded(const struct netp_http_head *head, const char *p)
{
    const struct netp_str name = NETP_STR("Content-Encoding");
    struct netp_str coding;

    for (unsigned i = 0; netp_http_head_find(head, p, name, i, &coding); i++) {
        if (!netp_str_ieq(coding, NETP_STR("identity"))) {
            return true;
        }
    }
    return false;
}

static int64_t find_date(const struct netp_http_head *head, const char *p, struct netp_str name,
                         int64_t now)
{
    struct netp_str value;
    int64_t date = NETP_HTTP_NO_DATE;

    if (find(head, p, name, &value)) {
        (void)netp_http_date_parse(value, now, &date);
    }
    return date;
}

/* The value of ETag, if there is a good one, and what it is. */
static bool find_etag(const struct netp_http_head *head, const char *p, struct netp_str *value,
                      struct netp_http_etag *etag)
{
    return find(head, p, NETP_STR("ETag"), value) && netp_http_etag_parse(*value, etag) == NETP_OK;
}

int netp_http_partial_read(const struct netp_http_head *head, const char *p, struct netp_str url,
                           int64_t now, struct netp_http_partial *part)
{
    struct netp_http_etag etag;
    struct netp_str value;

    if (head->status != 200 || is_coded(head, p)) {
        return NETP_E_UNSUPPORTED;
    }
    part->url = url;
    part->etag = find_etag(head, p, &value, &etag) ? value : NETP_STR("");
    part->modified = find_date(head, p, NETP_STR("Last-Modified"), now);
    part->date = find_date(head, p, NETP_STR("Date"), now);
    part->length = NETP_HTTP_LENGTH_UNKNOWN;
    if (find(head, p, NETP_STR("Content-Length"), &value)) {
        (void)netp_http_content_length(value, true, &part->length);
    }
    return NETP_OK;
}

/* ---- as text ---- */

static void put_line(struct http_writer *w, const char *name, struct netp_str value)
{
    http_put_str(w, netp_str_of(name));
    http_put(w, ' ');
    http_put_str(w, value);
    http_put(w, '\n');
}

static bool put_date(struct http_writer *w, const char *name, int64_t date)
{
    char text[NETP_HTTP_DATE_LEN];

    if (date == NETP_HTTP_NO_DATE) {
        return true;
    }
    if (netp_http_date_format(date, text) != NETP_OK) {
        return false;
    }
    put_line(w, name, netp_str_make(text, sizeof text));
    return true;
}

static bool is_url(struct netp_str s)
{
    return s.n > 0 && http_all(s, &http_uri);
}

static bool is_etag(struct netp_str s)
{
    struct netp_http_etag etag;

    return netp_http_etag_parse(s, &etag) == NETP_OK;
}

ptrdiff_t netp_http_partial_format(const struct netp_http_partial *part, char *out, size_t cap)
{
    struct http_writer w = {out, cap, 0};
    char digits[NETP_DEC_CAP];

    if (!is_url(part->url) || (part->etag.n > 0 && !is_etag(part->etag))) {
        return NETP_E_ARG;
    }
    put_line(&w, "url", part->url);
    if (part->etag.n > 0) {
        put_line(&w, "etag", part->etag);
    }
    if (!put_date(&w, "last-modified", part->modified) || !put_date(&w, "date", part->date)) {
        return NETP_E_ARG;
    }
    if (part->length != NETP_HTTP_LENGTH_UNKNOWN) {
        put_line(&w, "length", netp_str_make(digits, netp_format_dec(part->length, digits)));
    }
    return http_written(&w);
}

/* Takes the line `name value` off the text, if it comes next. */
static bool take_line(struct netp_str *text, struct netp_str name, struct netp_str *value)
{
    struct netp_str line, rest, found, after;

    if (!http_split(*text, '\n', &line, &rest) || !http_split(line, ' ', &found, &after) ||
        !netp_str_eq(found, name)) {
        return false;
    }
    *text = rest;
    *value = after;
    return true;
}

/* A line with a date, if it comes next; false if it has none. */
static bool take_date(struct netp_str *text, struct netp_str name, int64_t *date)
{
    struct netp_str value;

    *date = NETP_HTTP_NO_DATE;
    return !take_line(text, name, &value) || netp_http_date_parse(value, 0, date) == NETP_OK;
}

int netp_http_partial_parse(struct netp_str text, struct netp_http_partial *part)
{
    struct netp_http_partial t = {{NULL, 0}, {"", 0}, 0, 0, NETP_HTTP_LENGTH_UNKNOWN};
    struct netp_str value;

    if (!take_line(&text, NETP_STR("url"), &t.url) || !is_url(t.url)) {
        return NETP_E_SYNTAX;
    }
    if (take_line(&text, NETP_STR("etag"), &t.etag) && !is_etag(t.etag)) {
        return NETP_E_SYNTAX;
    }
    if (!take_date(&text, NETP_STR("last-modified"), &t.modified) ||
        !take_date(&text, NETP_STR("date"), &t.date)) {
        return NETP_E_SYNTAX;
    }
    if (take_line(&text, NETP_STR("length"), &value) &&
        netp_parse_dec(value, NETP_HTTP_LENGTH_UNKNOWN - 1, &t.length) != NETP_OK) {
        return NETP_E_SYNTAX;
    }
    if (text.n > 0) {
        return NETP_E_SYNTAX;
    }
    *part = t;
    return NETP_OK;
}

/* ---- the request ---- */

static bool has_strong_etag(const struct netp_http_partial *part)
{
    return part->etag.n > 0 && part->etag.p[0] == '"';
}

/* Writes the date if it is a strong validator, section 8.8.2.2. */
static bool strong_date(const struct netp_http_partial *part, char out[NETP_HTTP_DATE_LEN])
{
    return netp_http_date_format(part->modified, out) == NETP_OK &&
           part->date >= part->modified + STRONG_AFTER_S;
}

static enum netp_http_resume_by ask(struct netp_http_resume *r, enum netp_http_resume_by by,
                                    struct netp_str if_range)
{
    struct netp_http_range rest = {r->have, UINT64_MAX, false};

    r->if_range = if_range;
    r->range_n = (size_t)netp_http_range_format(&rest, r->range);
    return r->by = by;
}

enum netp_http_resume_by netp_http_resume_weaker(struct netp_http_resume *r)
{
    if (r->by == NETP_HTTP_RESUME_BY_ETAG && strong_date(r->part, r->date_)) {
        return ask(r, NETP_HTTP_RESUME_BY_DATE, netp_str_make(r->date_, sizeof r->date_));
    }
    r->range_n = r->if_range.n = 0;
    return r->by = NETP_HTTP_RESUME_BY_NONE;
}

enum netp_http_resume_by netp_http_resume_begin(struct netp_http_resume *r,
                                                const struct netp_http_partial *part, uint64_t have)
{
    memset(r, 0, sizeof *r);
    r->part = part;
    r->have = have;
    if (have == 0 || have > part->length) {
        return NETP_HTTP_RESUME_BY_NONE;
    }
    r->by = NETP_HTTP_RESUME_BY_ETAG;
    return has_strong_etag(part) ? ask(r, r->by, part->etag) : netp_http_resume_weaker(r);
}

/* ---- the answer ---- */

/* Whether the validators of an answer, as far as it has any, are those of the part. */
static bool is_same(const struct netp_http_partial *part, const struct netp_http_head *head,
                    const char *p, int64_t now)
{
    struct netp_http_etag a, b;
    struct netp_str value;
    int64_t modified;

    if (netp_http_etag_parse(part->etag, &a) == NETP_OK && find_etag(head, p, &value, &b)) {
        return a.weak ? netp_http_etag_weak_eq(&a, &b) : netp_http_etag_strong_eq(&a, &b);
    }
    modified = find_date(head, p, NETP_STR("Last-Modified"), now);
    return modified == NETP_HTTP_NO_DATE || part->modified == NETP_HTTP_NO_DATE ||
           modified == part->modified;
}

static bool is_multipart(const struct netp_http_head *head, const char *p)
{
    const struct netp_str byteranges = NETP_STR("multipart/byteranges");
    struct netp_str type;

    return netp_http_head_find(head, p, NETP_STR("Content-Type"), 0, &type) &&
           type.n >= byteranges.n && netp_str_ieq(netp_str_make(type.p, byteranges.n), byteranges);
}

static bool find_content_range(const struct netp_http_head *head, const char *p,
                               struct netp_http_content_range *range)
{
    struct netp_str value;

    return find(head, p, NETP_STR("Content-Range"), &value) &&
           netp_http_content_range_parse(value, range) == NETP_OK;
}

static bool may_be(uint64_t length, uint64_t other)
{
    return length == other || length == NETP_HTTP_LENGTH_UNKNOWN ||
           other == NETP_HTTP_LENGTH_UNKNOWN;
}

static enum netp_http_resume_verdict judge_partial(const struct netp_http_resume *r,
                                                   const struct netp_http_head *head, const char *p,
                                                   int64_t now, uint64_t *end)
{
    struct netp_http_content_range range;

    if (!find_content_range(head, p, &range) || range.unsatisfied || range.first != r->have ||
        range.last >= r->part->length || !may_be(range.length, r->part->length)) {
        return NETP_HTTP_RESUME_ANEW;
    }
    if (is_multipart(head, p) || is_coded(head, p) || !is_same(r->part, head, p, now)) {
        return NETP_HTTP_RESUME_ANEW;
    }
    *end = range.last + 1;
    return NETP_HTTP_RESUME_APPEND;
}

static enum netp_http_resume_verdict judge_unsatisfied(const struct netp_http_resume *r,
                                                       const struct netp_http_head *head,
                                                       const char *p, int64_t now)
{
    struct netp_http_content_range range;

    return find_content_range(head, p, &range) && range.unsatisfied && range.length == r->have &&
                   may_be(range.length, r->part->length) && is_same(r->part, head, p, now)
               ? NETP_HTTP_RESUME_COMPLETE
               : NETP_HTTP_RESUME_ANEW;
}

/* Whether the date is worth a try. */
static bool has_weaker(const struct netp_http_resume *r)
{
    char date[NETP_HTTP_DATE_LEN];

    return r->by == NETP_HTTP_RESUME_BY_ETAG && strong_date(r->part, date);
}

/* Whether the server sent the whole of what we have a part of, and says that it has ranges. */
static bool is_same_whole(const struct netp_http_resume *r, const struct netp_http_head *head,
                          const char *p, int64_t now)
{
    struct netp_http_etag etag;
    struct netp_str value, ranges;

    return find_etag(head, p, &value, &etag) && is_same(r->part, head, p, now) &&
           !is_coded(head, p) && find(head, p, NETP_STR("Accept-Ranges"), &ranges) &&
           netp_str_ieq(ranges, NETP_STR("bytes"));
}

enum netp_http_resume_verdict netp_http_resume_judge(const struct netp_http_resume *r,
                                                     const struct netp_http_head *head,
                                                     const char *p, int64_t now, uint64_t *end)
{
    if (head->status == 200) {
        return has_weaker(r) && is_same_whole(r, head, p, now) ? NETP_HTTP_RESUME_WEAKER
                                                               : NETP_HTTP_RESUME_RESTART;
    }
    if (r->by == NETP_HTTP_RESUME_BY_NONE) {
        return NETP_HTTP_RESUME_OTHER;
    }
    switch (head->status) {
    case 206:
        return judge_partial(r, head, p, now, end);
    case 400: /* as some answer to an If-Range that they do not know */
    case 412:
        return has_weaker(r) ? NETP_HTTP_RESUME_WEAKER : NETP_HTTP_RESUME_ANEW;
    case 416:
        return judge_unsatisfied(r, head, p, now);
    default:
        return NETP_HTTP_RESUME_OTHER;
    }
}
