/* http_precondition.c - see http_precondition.h. SPDX-License-Identifier: MIT */
#include <netproto/http_date.h>
#include <netproto/http_precondition.h>
#include <netproto/text.h>

struct request {
    const struct netp_http_head *head;
    const char *text;
    int64_t now;
};

enum verdict { ABSENT, NO, YES, MALFORMED };

/* Whether a list of entity tags, on one line or several, has that of the representation. */
static enum verdict named(const struct request *q, struct netp_str name,
                          const struct netp_http_etag *etag, bool strong)
{
    enum verdict v = ABSENT;
    struct netp_str line;

    for (unsigned i = 0; netp_http_head_find(q->head, q->text, name, i, &line); i++) {
        int r = netp_http_etag_match(line, etag, strong);
        if (r < 0) {
            return MALFORMED;
        }
        v = r > 0 || v == YES ? YES : NO;
    }
    return v;
}

/* The field, if it is there once. */
static bool single(const struct request *q, struct netp_str name, struct netp_str *value)
{
    struct netp_str second;

    return netp_http_head_find(q->head, q->text, name, 0, value) &&
           !netp_http_head_find(q->head, q->text, name, 1, &second);
}

/* Whether it has been modified after the date in a field. */
static enum verdict modified_since(const struct request *q, struct netp_str name, int64_t modified)
{
    struct netp_str value;
    int64_t date;

    if (modified == NETP_HTTP_NOT_DATED || !single(q, name, &value) ||
        netp_http_date_parse(value, q->now, &date) != NETP_OK) {
        return ABSENT;
    }
    return modified > date ? YES : NO;
}

static bool is_partial(const struct request *q, const struct netp_http_selected *selected,
                       struct netp_str *range)
{
    struct netp_http_if_range v;
    struct netp_str value;

    if (!single(q, NETP_STR("Range"), range)) {
        return false;
    }
    if (!netp_http_head_find(q->head, q->text, NETP_STR("If-Range"), 0, &value)) {
        return true;
    }
    if (!single(q, NETP_STR("If-Range"), &value) ||
        netp_http_if_range_parse(value, q->now, &v) != NETP_OK) {
        return false;
    }
    if (v.is_date) {
        return v.date == selected->modified && selected->modified < q->now;
    }
    return selected->etag != NULL && netp_http_etag_strong_eq(&v.etag, selected->etag);
}

enum netp_http_precondition netp_http_precondition(const struct netp_http_head *head,
                                                   const char *text,
                                                   const struct netp_http_selected *selected,
                                                   int64_t now, struct netp_str *range)
{
    struct request q = {head, text, now};
    struct netp_str method = netp_http_str(text, head->method);
    bool get = netp_str_eq(method, NETP_STR("GET"));
    bool reads = get || netp_str_eq(method, NETP_STR("HEAD"));
    enum verdict v = named(&q, NETP_STR("If-Match"), selected->etag, true);

    if (v == NO || v == MALFORMED) {
        return NETP_HTTP_FAILED;
    }
    if (v == ABSENT &&
        modified_since(&q, NETP_STR("If-Unmodified-Since"), selected->modified) == YES) {
        return NETP_HTTP_FAILED;
    }
    v = named(&q, NETP_STR("If-None-Match"), selected->etag, false);
    if (v == YES) {
        return reads ? NETP_HTTP_NOT_MODIFIED : NETP_HTTP_FAILED;
    }
    if (v == MALFORMED && !reads) {
        return NETP_HTTP_FAILED;
    }
    if (v == ABSENT && reads &&
        modified_since(&q, NETP_STR("If-Modified-Since"), selected->modified) == NO) {
        return NETP_HTTP_NOT_MODIFIED;
    }
    return get && is_partial(&q, selected, range) ? NETP_HTTP_PARTIAL : NETP_HTTP_GO_ON;
}
