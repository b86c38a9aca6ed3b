/* test_http_resume.c - parts of files: RFC 9110 sections 8.8.2.2, 13.1.5, 14.4, 15.3.7, 15.5.17.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_resume.h>
#include <stdio.h>

#define MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"
#define LATER    "Sun, 06 Nov 1994 08:50:37 GMT" /* by a minute */
#define SOON     "Sun, 06 Nov 1994 08:50:36 GMT"

enum { NOW = 784111777 };

struct answer {
    struct netp_http_head head;
    struct netp_http_field field[8];
    char text[1024];
};

/* fields: lines with their ends. */
static void answer(struct answer *a, unsigned status, const char *fields)
{
    int n = snprintf(a->text, sizeof a->text, "HTTP/1.1 %u x\r\n%s\r\n", status, fields);

    netp_http_head_init(&a->head, NETP_HTTP_HEAD_RESPONSE, a->field, COUNT(a->field), 0);
    assert_int_equal(netp_http_head_parse(&a->head, a->text, (size_t)n), n);
}

/* ---- parts ---- */

/* What is read off an answer, as text, or the error. */
static const char *read_from(unsigned status, const char *fields)
{
    static char text[1024];
    static struct answer a;
    struct netp_http_partial part;
    int r;

    answer(&a, status, fields);
    r = netp_http_partial_read(&a.head, a.text, NETP_STR("http://a/b"), NOW, &part);
    if (r != NETP_OK) {
        return netp_errname(r);
    }
    ptrdiff_t n = netp_http_partial_format(&part, text, sizeof text);
    assert_true(n > 0 && (size_t)n <= NETP_HTTP_PARTIAL_CAP(&part));
    text[n] = '\0';
    return text;
}

static void parts_are_read_off_answers(void **state)
{
    static const char *const t[][2] = {
        {"", "url http://a/b\n"},
        {"ETag: \"x\"\r\nLast-Modified: " MODIFIED "\r\nDate: " LATER "\r\nContent-Length: 42\r\n",
         "url http://a/b\netag \"x\"\nlast-modified " MODIFIED "\ndate " LATER "\nlength 42\n"},
        {"ETag: W/\"x\"\r\n", "url http://a/b\netag W/\"x\"\n"},
        {"ETag: x\r\n", "url http://a/b\n"},
        {"ETag: \"x\"\r\nETag: \"x\"\r\n", "url http://a/b\netag \"x\"\n"},
        {"ETag: \"x\"\r\nETag: \"y\"\r\n", "url http://a/b\n"},
        {"Last-Modified: Sunday, 06-Nov-94 08:49:37 GMT\r\n",
         "url http://a/b\nlast-modified " MODIFIED "\n"},
        {"Last-Modified: yesterday\r\nDate: -\r\nContent-Length: 4x\r\n", "url http://a/b\n"},
        {"Content-Length: 0\r\n", "url http://a/b\nlength 0\n"},
        {"Content-Encoding: identity\r\n", "url http://a/b\n"},
        {"Content-Encoding: gzip\r\n", "NETP_E_UNSUPPORTED"},
        {"Content-Encoding: identity\r\nContent-Encoding: br\r\n", "NETP_E_UNSUPPORTED"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        print_message("%s\n", t[i][0]);
        assert_string_equal(read_from(200, t[i][0]), t[i][1]);
    }
    assert_string_equal(read_from(206, ""), "NETP_E_UNSUPPORTED");
    assert_string_equal(read_from(404, ""), "NETP_E_UNSUPPORTED");
}

static void part(struct netp_str s, struct told *told)
{
    static const char untouched[] = "untouched";
    struct netp_http_partial p = {{untouched, 9}, {untouched, 9}, 1, 2, 3};
    int r = netp_http_partial_parse(s, &p);
    char *out;

    tell_error(told, r);
    if (r != NETP_OK) {
        assert_true(p.url.p == untouched && p.etag.p == untouched && p.modified == 1 &&
                    p.date == 2 && p.length == 3);
        return;
    }
    for (size_t cap = 0; cap < s.n; cap++) {
        out = (char *)malloc(cap > 0 ? cap : 1);
        assert_int_equal(netp_http_partial_format(&p, out, cap), NETP_E_NOSPACE);
        free(out);
    }
    out = (char *)malloc(s.n);
    assert_int_equal(netp_http_partial_format(&p, out, s.n), s.n);
    assert_memory_equal(out, s.p, s.n);
    free(out);
    tell_str(told, p.url);
    tell_str(told, p.etag);
    tell(told, "%lld %lld %lld", (long long)(p.modified == NETP_HTTP_NO_DATE ? -1 : p.modified),
         (long long)(p.date == NETP_HTTP_NO_DATE ? -1 : p.date), (long long)p.length);
}

static void parts_are_text(void **state)
{
    static const struct row rows[] = {
        ROW("url http://a/b\netag \"x y\"\n", "NETP_E_SYNTAX"),
        ROW("url http://a/b\netag \"x\"\nlast-modified " MODIFIED "\ndate " LATER "\nlength 42\n",
            "[http://a/b][\"x\"]784111777 784111837 42"),
        ROW("url u\n", "[u][]-1 -1 -1"),
        ROW("url u\netag W/\"\"\n", "[u][W/\"\"]-1 -1 -1"),
        ROW("url u\ndate " MODIFIED "\n", "[u][]-1 784111777 -1"),
        ROW("url u\nlength 18446744073709551614\n", "[u][]-1 -1 -2"),
        ROW("url u\nlength 18446744073709551615\n", "NETP_E_SYNTAX"),
        ROW("url u\nlength -1\n", "NETP_E_SYNTAX"),
        ROW("", "NETP_E_SYNTAX"),
        ROW("url u", "NETP_E_SYNTAX"),
        ROW("url \n", "NETP_E_SYNTAX"),
        ROW("url\n", "NETP_E_SYNTAX"),
        ROW("url a b\n", "NETP_E_SYNTAX"),
        ROW("url a\r\n", "NETP_E_SYNTAX"),
        ROW("URL u\n", "NETP_E_SYNTAX"),
        ROW("etag \"x\"\n", "NETP_E_SYNTAX"),
        ROW("url u\netag x\n", "NETP_E_SYNTAX"),
        ROW("url u\nurl u\n", "NETP_E_SYNTAX"),
        ROW("url u\nlength 1\netag \"x\"\n", "NETP_E_SYNTAX"),
        ROW("url u\nlast-modified now\n", "NETP_E_SYNTAX"),
        ROW("url u\ndate now\n", "NETP_E_SYNTAX"),
        ROW("url u\nlength 1\n\n", "NETP_E_SYNTAX"),
        ROW("url u\nlength 1\nx", "NETP_E_SYNTAX"),
        ROW("url u\nlength 1", "NETP_E_SYNTAX"),
    };
    struct netp_http_partial bad = {
        NETP_STR("u"), {"", 0}, NETP_HTTP_NO_DATE, NETP_HTTP_NO_DATE, NETP_HTTP_LENGTH_UNKNOWN};
    char out[200];

    (void)state;
    check_rows(part, rows, COUNT(rows));
    assert_int_equal(netp_http_partial_format(&bad, out, sizeof out), 6);
    bad.url = NETP_STR("u\nlength 7");
    assert_int_equal(netp_http_partial_format(&bad, out, sizeof out), NETP_E_ARG);
    bad.url = NETP_STR("");
    assert_int_equal(netp_http_partial_format(&bad, out, sizeof out), NETP_E_ARG);
    bad.url = NETP_STR("u");
    bad.etag = NETP_STR("x");
    assert_int_equal(netp_http_partial_format(&bad, out, sizeof out), NETP_E_ARG);
    bad.etag = NETP_STR("");
    bad.modified = INT64_MAX;
    assert_int_equal(netp_http_partial_format(&bad, out, sizeof out), NETP_E_ARG);
    bad.modified = 0;
    bad.date = INT64_MAX;
    assert_int_equal(netp_http_partial_format(&bad, out, sizeof out), NETP_E_ARG);
}

/* ---- requests ---- */

#define ETAG   "etag \"x\"\n"
#define WEAK   "etag W/\"x\"\n"
#define STRONG "last-modified " MODIFIED "\ndate " LATER "\n"
#define FRESH  "last-modified " MODIFIED "\ndate " SOON "\n"

static struct netp_http_partial part_of(const char *lines)
{
    static char text[1024];
    struct netp_http_partial p;

    snprintf(text, sizeof text, "url u\n%s", lines);
    assert_int_equal(netp_http_partial_parse(netp_str_of(text), &p), NETP_OK);
    return p;
}

static void requests_name_a_strong_validator(void **state)
{
    static const struct {
        const char *lines;
        uint64_t have;
        const char *range, *if_range, *weaker;
    } t[] = {
        {ETAG STRONG, 5, "bytes=5-", "\"x\"", MODIFIED},
        {ETAG FRESH, 5, "bytes=5-", "\"x\"", ""},
        {ETAG, 5, "bytes=5-", "\"x\"", ""},
        {STRONG, 5, "bytes=5-", MODIFIED, ""},
        {WEAK STRONG, 5, "bytes=5-", MODIFIED, ""},
        {FRESH, 5, "", "", ""},
        {"last-modified " MODIFIED "\n", 5, "", "", ""},
        {"date " MODIFIED "\n", 5, "", "", ""},
        {WEAK, 5, "", "", ""},
        {"", 5, "", "", ""},
        {ETAG STRONG, 0, "", "", ""},
        {ETAG "length 5\n", 5, "bytes=5-", "\"x\"", ""},
        {ETAG "length 4\n", 5, "", "", ""},
        {ETAG, UINT64_MAX - 1, "bytes=18446744073709551614-", "\"x\"", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct netp_http_partial p = part_of(t[i].lines);
        struct netp_http_resume r;
        enum netp_http_resume_by by = netp_http_resume_begin(&r, &p, t[i].have);
        print_message("%s\n", t[i].lines);
        assert_int_equal(by, r.by);
        assert_int_equal(by != NETP_HTTP_RESUME_BY_NONE, t[i].range[0] != '\0');
        assert_true(netp_str_eq(netp_str_make(r.range, r.range_n), netp_str_of(t[i].range)));
        assert_true(netp_str_eq(r.if_range, netp_str_of(t[i].if_range)));
        by = netp_http_resume_weaker(&r);
        assert_int_equal(by, r.by);
        assert_int_equal(by, t[i].weaker[0] != '\0' ? NETP_HTTP_RESUME_BY_DATE
                                                    : NETP_HTTP_RESUME_BY_NONE);
        assert_true(netp_str_eq(r.if_range, netp_str_of(t[i].weaker)));
        assert_int_equal(r.range_n, t[i].weaker[0] != '\0' ? 8 : 0);
    }
}

/* ---- answers ---- */

#define APPEND   NETP_HTTP_RESUME_APPEND
#define RESTART  NETP_HTTP_RESUME_RESTART
#define COMPLETE NETP_HTTP_RESUME_COMPLETE
#define WEAKER   NETP_HTTP_RESUME_WEAKER
#define ANEW     NETP_HTTP_RESUME_ANEW
#define OTHER    NETP_HTTP_RESUME_OTHER

#define REST  "Content-Range: bytes 5-9/10\r\n"
#define BYTES "Accept-Ranges: bytes\r\n"

/* Five bytes are stored. */
static const struct {
    const char *lines;
    unsigned status;
    const char *fields;
    enum netp_http_resume_verdict verdict;
    uint64_t end;
} answers[] = {
    {ETAG "length 10\n", 206, REST, APPEND, 10},
    {ETAG, 206, REST, APPEND, 10},
    {ETAG "length 10\n", 206, "Content-Range: bytes 5-9/*\r\n", APPEND, 10},
    {ETAG "length 10\n", 206, "Content-Range: bytes 5-7/10\r\n", APPEND, 8},
    {ETAG "length 10\n", 206, "Content-Range: bytes 5-10/*\r\n", ANEW, 0},
    {ETAG "length 11\n", 206, REST, ANEW, 0},
    {ETAG "length 10\n", 206, "Content-Range: bytes 4-9/10\r\n", ANEW, 0},
    {ETAG "length 10\n", 206, "Content-Range: bytes 6-9/10\r\n", ANEW, 0},
    {ETAG "length 10\n", 206, "Content-Range: bytes 0-9/10\r\n", ANEW, 0},
    {ETAG "length 10\n", 206, "Content-Range: bytes */10\r\n", ANEW, 0},
    {ETAG "length 10\n", 206, "Content-Range: 5-9/10\r\n", ANEW, 0},
    {ETAG "length 10\n", 206, "", ANEW, 0},
    {ETAG, 206, REST "Content-Range: bytes 5-8/9\r\n", ANEW, 0},
    {ETAG, 206, REST REST, APPEND, 10},
    {ETAG, 206, REST "Content-Type: multipart/byteranges; boundary=a\r\n", ANEW, 0},
    {ETAG, 206, REST "Content-Type: Multipart/ByteRanges\r\n", ANEW, 0},
    {ETAG, 206, REST "Content-Type: multipart/mixed; boundary=a\r\n", APPEND, 10},
    {ETAG, 206, REST "Content-Type: a/b\r\n", APPEND, 10},
    {ETAG, 206, REST "Content-Encoding: gzip\r\n", ANEW, 0},
    {ETAG, 206, REST "Content-Encoding: Identity\r\n", APPEND, 10},
    {ETAG, 206, REST "ETag: \"x\"\r\n", APPEND, 10},
    {ETAG, 206, REST "ETag: \"y\"\r\n", ANEW, 0},
    {ETAG, 206, REST "ETag: W/\"x\"\r\n", ANEW, 0},
    {ETAG STRONG, 206, REST "ETag: \"x\"\r\nLast-Modified: " LATER "\r\n", APPEND, 10},
    {WEAK STRONG, 206, REST "ETag: W/\"x\"\r\n", APPEND, 10},
    {WEAK STRONG, 206, REST "ETag: W/\"y\"\r\n", ANEW, 0},
    {STRONG, 206, REST "ETag: \"x\"\r\n", APPEND, 10},
    {STRONG, 206, REST "Last-Modified: " MODIFIED "\r\n", APPEND, 10},
    {STRONG, 206, REST "Last-Modified: " LATER "\r\n", ANEW, 0},
    {ETAG, 206, REST "Last-Modified: " LATER "\r\n", APPEND, 10},
    {ETAG STRONG, 206, REST "Last-Modified: " LATER "\r\n", ANEW, 0},
    {"", 206, REST, OTHER, 0},
    {"length 10\n", 416, "Content-Range: bytes */5\r\n", OTHER, 0},
    {"", 200, "", RESTART, 0},
    {ETAG, 200, "ETag: \"y\"\r\n", RESTART, 0},
    {ETAG STRONG, 200, "ETag: \"y\"\r\n" BYTES, RESTART, 0},
    {ETAG STRONG, 200, "ETag: \"x\"\r\n" BYTES, WEAKER, 0},
    {ETAG STRONG, 200, "ETag: \"x\"\r\nContent-Encoding: gzip\r\n" BYTES, RESTART, 0},
    {ETAG STRONG, 200, "ETag: \"x\"\r\nAccept-Ranges: none\r\n", RESTART, 0},
    {ETAG STRONG, 200, "ETag: \"x\"\r\n", RESTART, 0},
    {ETAG STRONG, 200, BYTES, RESTART, 0},
    {ETAG FRESH, 200, "ETag: \"x\"\r\n" BYTES, RESTART, 0},
    {STRONG, 200, "Last-Modified: " MODIFIED "\r\n" BYTES, RESTART, 0},
    {WEAK STRONG, 200, "ETag: W/\"x\"\r\n" BYTES, RESTART, 0},
    {ETAG STRONG, 400, "", WEAKER, 0},
    {ETAG, 400, "", ANEW, 0},
    {ETAG STRONG, 412, "", WEAKER, 0},
    {ETAG, 412, "", ANEW, 0},
    {STRONG, 412, "", ANEW, 0},
    {ETAG "length 5\n", 416, "Content-Range: bytes */5\r\n", COMPLETE, 0},
    {ETAG, 416, "Content-Range: bytes */5\r\n", COMPLETE, 0},
    {ETAG, 416, "Content-Range: bytes */5\r\nETag: \"x\"\r\n", COMPLETE, 0},
    {ETAG, 416, "Content-Range: bytes */5\r\nETag: \"y\"\r\n", ANEW, 0},
    {ETAG "length 6\n", 416, "Content-Range: bytes */5\r\n", ANEW, 0},
    {ETAG, 416, "Content-Range: bytes */4\r\n", ANEW, 0},
    {ETAG, 416, "Content-Range: bytes */6\r\n", ANEW, 0},
    {ETAG, 416, "Content-Range: bytes 0-4/5\r\n", ANEW, 0},
    {ETAG, 416, "", ANEW, 0},
    {ETAG, 503, "", OTHER, 0},
    {ETAG, 404, REST, OTHER, 0},
    {ETAG, 304, "ETag: \"x\"\r\n", OTHER, 0},
};

static void answers_are_judged(void **state)
{
    static struct answer a;

    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct netp_http_partial p = part_of(answers[i].lines);
        struct netp_http_resume r;
        uint64_t end = 0;
        netp_http_resume_begin(&r, &p, 5);
        answer(&a, answers[i].status, answers[i].fields);
        print_message("%s%u %s\n", answers[i].lines, answers[i].status, answers[i].fields);
        assert_int_equal(netp_http_resume_judge(&r, &a.head, a.text, NOW, &end),
                         answers[i].verdict);
        assert_int_equal(end, answers[i].end);
    }
}

/* A server that knows no entity tags in If-Range, and then one that knows no dates, either. */
static void the_second_try_is_the_last(void **state)
{
    static struct answer a;
    struct netp_http_partial p = part_of(ETAG STRONG);
    struct netp_http_resume r;
    uint64_t end = 0;

    (void)state;
    answer(&a, 200, "ETag: \"x\"\r\n" BYTES);
    assert_int_equal(netp_http_resume_begin(&r, &p, 5), NETP_HTTP_RESUME_BY_ETAG);
    assert_int_equal(netp_http_resume_judge(&r, &a.head, a.text, NOW, &end), WEAKER);
    assert_int_equal(netp_http_resume_weaker(&r), NETP_HTTP_RESUME_BY_DATE);
    assert_int_equal(netp_http_resume_judge(&r, &a.head, a.text, NOW, &end), RESTART);
    answer(&a, 206, REST "ETag: \"y\"\r\n");
    assert_int_equal(netp_http_resume_judge(&r, &a.head, a.text, NOW, &end), ANEW);
    answer(&a, 206, REST "ETag: \"x\"\r\n");
    assert_int_equal(netp_http_resume_judge(&r, &a.head, a.text, NOW, &end), APPEND);
    assert_int_equal(end, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_read_off_answers),       cmocka_unit_test(parts_are_text),
        cmocka_unit_test(requests_name_a_strong_validator), cmocka_unit_test(answers_are_judged),
        cmocka_unit_test(the_second_try_is_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
