/* Resuming: the bytes stored, a line; the part, lines up to an empty one; the head of an answer. A
 * second reading, plain and slow, agrees with the verdict. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/http_resume.h>
#include <netproto/http_retry.h>
#include <netproto/text.h>

#include <string.h>

/* Cuts what comes before `end` off the front of *s, and end itself. */
static struct netp_str cut(struct netp_str *s, const char *end)
{
    size_t n = strlen(end);

    for (size_t i = 0; i + n <= s->n; i++) {
        if (memcmp(s->p + i, end, n) == 0) {
            struct netp_str head = netp_str_make(s->p, i);
            *s = netp_str_make(s->p + i + n, s->n - i - n);
            return head;
        }
    }
    struct netp_str all = *s;
    *s = netp_str_make(s->p + s->n, 0);
    return all;
}

static void check_part(struct netp_str text, const struct netp_http_partial *part)
{
    char *out = (char *)fuzz_block(NETP_HTTP_PARTIAL_CAP(part));
    ptrdiff_t n = netp_http_partial_format(part, out, NETP_HTTP_PARTIAL_CAP(part));
    struct netp_http_partial again;

    FUZZ_CHECK(n > 0 && (size_t)n <= text.n + 64, "%td", n);
    FUZZ_CHECK(netp_http_partial_parse(netp_str_make(out, (size_t)n), &again) == NETP_OK, "%.*s",
               (int)n, out);
    FUZZ_CHECK(netp_str_eq(part->url, again.url) && netp_str_eq(part->etag, again.etag) &&
                   part->modified == again.modified && part->date == again.date &&
                   part->length == again.length,
               "read otherwise than it was written: %.*s", (int)n, out);
    free(out);
}

static void check_request(const struct netp_http_resume *r)
{
    struct netp_http_range range[2];
    struct netp_http_if_range v;

    if (r->by == NETP_HTTP_RESUME_BY_NONE) {
        FUZZ_CHECK(r->range_n == 0 && r->if_range.n == 0, "something to send");
        return;
    }
    FUZZ_CHECK(netp_http_range_parse(netp_str_make(r->range, r->range_n), range, 2) == 1 &&
                   !range[0].suffix && range[0].first == r->have && range[0].last == UINT64_MAX,
               "another range");
    FUZZ_CHECK(netp_http_if_range_parse(r->if_range, 0, &v) == NETP_OK, "no validator");
    FUZZ_CHECK(v.is_date == (r->by == NETP_HTTP_RESUME_BY_DATE) && (v.is_date || !v.etag.weak),
               "a weak validator");
    FUZZ_CHECK(!v.is_date || v.date == r->part->modified, "another date");
    FUZZ_CHECK(r->have > 0 && r->have <= r->part->length, "nothing to resume");
}

/* The numbers of a Content-Range that was taken for a good one, and behind its slash. */
static void read_content_range(const struct netp_http_head *head, const char *p,
                               unsigned long long n[3])
{
    char text[200];
    struct netp_str v;

    FUZZ_CHECK(netp_http_head_find(head, p, NETP_STR("Content-Range"), 0, &v), "none");
    snprintf(text, sizeof text, "%.*s", (int)v.n, v.p);
    n[2] = UINT64_MAX;
    if (sscanf(text, "%*[bytesBYTES] %llu-%llu/%llu", &n[0], &n[1], &n[2]) < 2) {
        n[0] = n[1] = UINT64_MAX;
        sscanf(text, "%*[bytesBYTES] */%llu", &n[2]);
    }
}

/* Nothing is joined that does not fit. */
static void check_append(const struct netp_http_resume *r, const struct netp_http_head *head,
                         const char *p, uint64_t end)
{
    const uint64_t length = r->part->length;
    unsigned long long n[3];
    struct netp_http_etag etag;
    struct netp_str v;

    FUZZ_CHECK(head->status == 206 && r->by != NETP_HTTP_RESUME_BY_NONE, "%u", head->status);
    FUZZ_CHECK(end > r->have && end <= length, "%llu", (unsigned long long)end);
    read_content_range(head, p, n);
    FUZZ_CHECK(n[0] == r->have && n[1] == end - 1, "%llu-%llu", n[0], n[1]);
    FUZZ_CHECK(n[2] == length || n[2] == UINT64_MAX || length == UINT64_MAX, "of %llu", n[2]);
    FUZZ_CHECK(!netp_http_head_find(head, p, NETP_STR("Content-Encoding"), 0, &v) ||
                   netp_str_ieq(v, NETP_STR("identity")),
               "a coding");
    FUZZ_CHECK(r->by != NETP_HTTP_RESUME_BY_ETAG ||
                   !netp_http_head_find(head, p, NETP_STR("ETag"), 0, &v) ||
                   netp_str_eq(v, r->part->etag) || netp_http_etag_parse(v, &etag) != NETP_OK ||
                   netp_http_head_find(head, p, NETP_STR("ETag"), 1, &v),
               "another version");
}

static void check_complete(const struct netp_http_resume *r, const struct netp_http_head *head,
                           const char *p)
{
    unsigned long long n[3];

    read_content_range(head, p, n);
    FUZZ_CHECK(head->status == 416 && n[2] == r->have && n[0] == UINT64_MAX, "%u, %llu",
               head->status, n[2]);
    FUZZ_CHECK(r->part->length == UINT64_MAX || r->part->length == r->have, "another length");
}

static void judge(struct netp_http_resume *r, const struct netp_http_head *head, const char *p)
{
    static const char *const verdicts[] = {"?",      "append", "restart", "complete",
                                           "weaker", "anew",   "other"};
    enum netp_http_resume_by before = r->by;
    uint64_t end = 0;
    enum netp_http_resume_verdict v = netp_http_resume_judge(r, head, p, 0, &end);

    FUZZ_OUTCOME("%u: %s %llu", head->status, verdicts[v], (unsigned long long)end);
    FUZZ_CHECK((end != 0) == (v == NETP_HTTP_RESUME_APPEND), "%d", (int)v);
    FUZZ_CHECK(v != NETP_HTTP_RESUME_RESTART || head->status == 200, "%u", head->status);
    if (v == NETP_HTTP_RESUME_APPEND) {
        check_append(r, head, p, end);
    } else if (v == NETP_HTTP_RESUME_COMPLETE) {
        check_complete(r, head, p);
    } else if (v == NETP_HTTP_RESUME_WEAKER) {
        FUZZ_CHECK(before == NETP_HTTP_RESUME_BY_ETAG &&
                       netp_http_resume_weaker(r) == NETP_HTTP_RESUME_BY_DATE,
                   "nothing weaker");
        check_request(r);
        FUZZ_CHECK(netp_http_resume_judge(r, head, p, 0, &end) != NETP_HTTP_RESUME_WEAKER,
                   "a third try");
    }
}

/* What an answer tells of the whole; and when to come back. */
static void read_answer(const struct netp_http_head *head, const char *p)
{
    struct netp_http_partial part;
    struct netp_str v;
    uint64_t ms = 0;

    if (netp_http_partial_read(head, p, NETP_STR("u"), 0, &part) == NETP_OK) {
        FUZZ_OUTCOME("part \"%.*s\" %lld %lld %lld", (int)part.etag.n, part.etag.p,
                     (long long)part.modified, (long long)part.date, (long long)part.length);
        check_part(netp_str_make(p, 65535), &part);
    }
    if (netp_http_head_find(head, p, NETP_STR("Retry-After"), 0, &v)) {
        int e = netp_http_retry_after(v, 0, &ms);
        uint64_t delay = netp_http_retry_delay(3, (uint32_t)v.n * 2654435761u, ms, 1000, 60000);
        FUZZ_OUTCOME("retry %s %llu", netp_errname(e), (unsigned long long)ms);
        FUZZ_CHECK(ms > 60000 ? delay == NETP_NEVER
                              : delay >= ms && delay >= 2000 && delay <= 60000,
                   "%llu", (unsigned long long)delay);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *block = (char *)fuzz_copy(data, size);
    struct netp_str rest = netp_str_make(block, size);
    struct netp_str have = cut(&rest, "\n"), text = cut(&rest, "\n\n");
    struct netp_http_field field[16];
    struct netp_http_head head;
    struct netp_http_partial part;
    struct netp_http_resume r;
    uint64_t n = 0;
    bool answered;

    text.n += rest.p > text.p + text.n; /* the end of its last line */
    netp_parse_dec(have, UINT64_MAX, &n);
    netp_http_head_init(&head, NETP_HTTP_HEAD_RESPONSE, field, 16, NETP_HTTP_HEAD_BARE_LF);
    answered = netp_http_head_parse(&head, rest.p, rest.n) > 0;
    if (answered) {
        read_answer(&head, rest.p);
    }
    if (netp_http_partial_parse(text, &part) == NETP_OK) {
        check_part(text, &part);
        netp_http_resume_begin(&r, &part, n);
        FUZZ_OUTCOME("%.*s \"%.*s\"", (int)r.range_n, r.range, (int)r.if_range.n, r.if_range.p);
        check_request(&r);
        if (answered) {
            judge(&r, &head, rest.p);
        }
    }
    free(block);
    return 0;
}
