/* test_http_precondition.c - conditional requests: RFC 9110 section 13.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_date.h>
#include <netproto/http_precondition.h>

/* Sat, 29 Oct 1994 19:43:31 GMT, the date of the examples of section 13.1, and a while after it. */
#define MODIFIED 783459811
#define NOW      (MODIFIED + 3600)
#define SAME     "Sat, 29 Oct 1994 19:43:31 GMT"
#define EARLIER  "Sat, 29 Oct 1994 19:43:30 GMT"
#define LATER    "Sat, 29 Oct 1994 19:43:32 GMT"

struct resource {
    const char *tag; /* NULL: there is none */
    bool weak;
    int64_t modified;
    int64_t now;
};

static const struct resource strong = {"xyzzy", false, MODIFIED, NOW};
static const struct resource weak = {"xyzzy", true, MODIFIED, NOW};
static const struct resource fresh = {"xyzzy", false, MODIFIED, MODIFIED};
static const struct resource undated = {"xyzzy", false, NETP_HTTP_NOT_DATED, NOW};
static const struct resource absent = {NULL, false, NETP_HTTP_NOT_DATED, NOW};

/* The request line's method, and fields with CRLF behind each. */
static void judge(const struct resource *res, const char *method, const char *fields,
                  struct told *told)
{
    static const char *const names[] = {"", "go on", "partial", "304", "412"};
    struct netp_http_etag etag = {netp_str_of(res->tag != NULL ? res->tag : ""), res->weak};
    struct netp_http_selected selected = {res->tag != NULL ? &etag : NULL, res->modified};
    struct netp_http_field field[8];
    struct netp_http_head head;
    struct netp_str range = {NULL, 0};
    struct told request = {"", 0};
    enum netp_http_precondition r;

    tell(&request, "%s / HTTP/1.1\r\n%s\r\n", method, fields);
    netp_http_head_init(&head, NETP_HTTP_HEAD_REQUEST, field, COUNT(field), 0);
    assert_int_equal(netp_http_head_parse(&head, request.text, request.n), request.n);
    r = netp_http_precondition(&head, request.text, &selected, res->now, &range);
    tell(told, "%s", names[r]);
    if (r == NETP_HTTP_PARTIAL) {
        tell_str(told, range);
    }
}

struct case_ {
    const struct resource *res;
    const char *method, *fields, *told;
};

static void check(const struct case_ *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct told told = {"", 0};
        judge(c[i].res, c[i].method, c[i].fields, &told);
        if (strcmp(told.text, c[i].told) != 0) {
            print_error("case %zu: %s %s\n", i, c[i].method, c[i].fields);
        }
        assert_string_equal(told.text, c[i].told);
    }
}

/* Section 13.1.1. */
static void if_match(void **state)
{
    static const struct case_ cases[] = {
        {&strong, "PUT", "If-Match: \"xyzzy\"\r\n", "go on"},
        {&strong, "PUT", "If-Match: \"xyzzy\", \"r2d2xxxx\", \"c3piozzzz\"\r\n", "go on"},
        {&strong, "PUT", "If-Match: *\r\n", "go on"},
        {&strong, "GET", "If-Match: \"xyzzy\"\r\n", "go on"},
        {&strong, "PUT", "If-Match: \"other\"\r\n", "412"},
        {&strong, "GET", "If-Match: \"other\"\r\n", "412"},
        {&strong, "HEAD", "If-Match: \"other\"\r\n", "412"},
        {&strong, "PUT", "If-Match: W/\"xyzzy\"\r\n", "412"},
        {&weak, "PUT", "If-Match: W/\"xyzzy\"\r\n", "412"},
        {&weak, "PUT", "If-Match: *\r\n", "go on"},
        {&absent, "PUT", "If-Match: *\r\n", "412"},
        {&absent, "PUT", "If-Match: \"xyzzy\"\r\n", "412"},
        {&strong, "PUT", "If-Match: \"other\"\r\nIf-Match: \"xyzzy\"\r\n", "go on"},
        {&strong, "PUT", "If-Match: \"xyzzy\"\r\nIf-Match: \"other\"\r\n", "go on"},
        {&strong, "PUT", "If-Match: \"a\"\r\nIf-Match: \"b\"\r\n", "412"},
        {&strong, "PUT", "If-Match: xyzzy\r\n", "412"},
        {&strong, "PUT", "If-Match: \"xyzzy\", b\r\n", "412"},
        {&strong, "PUT", "If-Match: \"xyzzy\"\r\nIf-Match: b\r\n", "412"},
        {&strong, "PUT", "If-Match:\r\n", "412"},
    };
    (void)state;
    check(cases, COUNT(cases));
}

/* Section 13.1.4. */
static void if_unmodified_since(void **state)
{
    static const struct case_ cases[] = {
        {&strong, "PUT", "If-Unmodified-Since: " SAME "\r\n", "go on"},
        {&strong, "PUT", "If-Unmodified-Since: " LATER "\r\n", "go on"},
        {&strong, "PUT", "If-Unmodified-Since: " EARLIER "\r\n", "412"},
        {&strong, "GET", "If-Unmodified-Since: " EARLIER "\r\n", "412"},
        {&strong, "PUT", "If-Unmodified-Since: Saturday, 29-Oct-94 19:43:30 GMT\r\n", "412"},
        {&strong, "PUT", "If-Unmodified-Since: Sat Oct 29 19:43:30 1994\r\n", "412"},
        {&strong, "PUT", "If-Unmodified-Since: yesterday\r\n", "go on"},
        {&strong, "PUT", "If-Unmodified-Since: " EARLIER ", " EARLIER "\r\n", "go on"},
        {&strong, "PUT", "If-Unmodified-Since: " EARLIER "\r\nIf-Unmodified-Since: " EARLIER "\r\n",
         "go on"},
        {&undated, "PUT", "If-Unmodified-Since: " EARLIER "\r\n", "go on"},
        /* ignored when there is If-Match */
        {&strong, "PUT", "If-Match: \"xyzzy\"\r\nIf-Unmodified-Since: " EARLIER "\r\n", "go on"},
        {&strong, "PUT", "If-Unmodified-Since: " LATER "\r\nIf-Match: \"x\"\r\n", "412"},
    };
    (void)state;
    check(cases, COUNT(cases));
}

/* Section 13.1.2. */
static void if_none_match(void **state)
{
    static const struct case_ cases[] = {
        {&strong, "GET", "If-None-Match: \"xyzzy\"\r\n", "304"},
        {&strong, "HEAD", "If-None-Match: \"xyzzy\"\r\n", "304"},
        {&strong, "PUT", "If-None-Match: \"xyzzy\"\r\n", "412"},
        {&strong, "POST", "If-None-Match: \"xyzzy\"\r\n", "412"},
        {&strong, "GET", "If-None-Match: W/\"xyzzy\"\r\n", "304"},
        {&weak, "GET", "If-None-Match: \"xyzzy\"\r\n", "304"},
        {&strong, "GET", "If-None-Match: W/\"a\", W/\"xyzzy\", \"b\"\r\n", "304"},
        {&strong, "GET", "If-None-Match: \"a\"\r\nIf-None-Match: \"xyzzy\"\r\n", "304"},
        {&strong, "GET", "If-None-Match: *\r\n", "304"},
        {&strong, "PUT", "If-None-Match: *\r\n", "412"},
        {&absent, "PUT", "If-None-Match: *\r\n", "go on"},
        {&absent, "PUT", "If-None-Match: \"xyzzy\"\r\n", "go on"},
        {&strong, "GET", "If-None-Match: \"other\"\r\n", "go on"},
        {&strong, "PUT", "If-None-Match: \"other\"\r\n", "go on"},
        {&strong, "GET", "If-None-Match: xyzzy\r\n", "go on"},
        {&strong, "PUT", "If-None-Match: xyzzy\r\n", "412"},
        {&strong, "GET", "If-None-Match: \"xyzzy\"\r\nIf-None-Match: b\r\n", "go on"},
        /* If-Modified-Since is ignored where it stands, also when it is malformed */
        {&strong, "GET", "If-None-Match: \"other\"\r\nIf-Modified-Since: " LATER "\r\n", "go on"},
        {&strong, "GET", "If-None-Match: other\r\nIf-Modified-Since: " LATER "\r\n", "go on"},
        {&strong, "GET", "If-None-Match: \"xyzzy\"\r\nIf-Modified-Since: " EARLIER "\r\n", "304"},
    };
    (void)state;
    check(cases, COUNT(cases));
}

/* Section 13.1.3. */
static void if_modified_since(void **state)
{
    static const struct case_ cases[] = {
        {&strong, "GET", "If-Modified-Since: " SAME "\r\n", "304"},
        {&strong, "HEAD", "If-Modified-Since: " SAME "\r\n", "304"},
        {&strong, "GET", "If-Modified-Since: " LATER "\r\n", "304"},
        {&strong, "GET", "If-Modified-Since: " EARLIER "\r\n", "go on"},
        {&strong, "GET", "If-Modified-Since: Saturday, 29-Oct-94 19:43:31 GMT\r\n", "304"},
        {&strong, "GET", "If-Modified-Since: Sat Oct 29 19:43:31 1994\r\n", "304"},
        {&strong, "POST", "If-Modified-Since: " SAME "\r\n", "go on"},
        {&strong, "GET", "If-Modified-Since: 783459811\r\n", "go on"},
        {&strong, "GET", "If-Modified-Since: " SAME "\r\nIf-Modified-Since: " SAME "\r\n", "go on"},
        {&undated, "GET", "If-Modified-Since: " SAME "\r\n", "go on"},
    };
    (void)state;
    check(cases, COUNT(cases));
}

/* Sections 13.1.5 and 14.2. */
static void if_range(void **state)
{
#define RANGE "Range: bytes=0-499\r\n"
    static const struct case_ cases[] = {
        {&strong, "GET", RANGE, "partial[bytes=0-499]"},
        {&strong, "HEAD", RANGE, "go on"},
        {&strong, "PUT", RANGE, "go on"},
        {&strong, "get", RANGE, "go on"},
        {&strong, "GET", RANGE RANGE, "go on"},
        {&strong, "GET", "Range: lines=1\r\n", "partial[lines=1]"},
        {&strong, "GET", RANGE "If-Range: \"xyzzy\"\r\n", "partial[bytes=0-499]"},
        {&strong, "GET", RANGE "If-Range: W/\"xyzzy\"\r\n", "go on"},
        {&weak, "GET", RANGE "If-Range: W/\"xyzzy\"\r\n", "go on"},
        {&strong, "GET", RANGE "If-Range: \"other\"\r\n", "go on"},
        {&absent, "GET", RANGE "If-Range: \"xyzzy\"\r\n", "go on"},
        {&strong, "GET", RANGE "If-Range: " SAME "\r\n", "partial[bytes=0-499]"},
        {&strong, "GET", RANGE "If-Range: " LATER "\r\n", "go on"},
        {&strong, "GET", RANGE "If-Range: " EARLIER "\r\n", "go on"},
        {&fresh, "GET", RANGE "If-Range: " SAME "\r\n", "go on"}, /* section 8.8.2.2 */
        {&undated, "GET", RANGE "If-Range: " SAME "\r\n", "go on"},
        {&strong, "GET", RANGE "If-Range: xyzzy\r\n", "go on"},
        {&strong, "GET", RANGE "If-Range: \"xyzzy\"\r\nIf-Range: \"xyzzy\"\r\n", "go on"},
        {&strong, "GET", "If-Range: \"xyzzy\"\r\n", "go on"},
    };
    (void)state;
    check(cases, COUNT(cases));
}

/* Section 13.2.2: each decides over those behind it. */
static void order(void **state)
{
    static const struct case_ cases[] = {
        {&strong, "GET", "", "go on"},
        {&strong, "GET", RANGE "If-Match: \"other\"\r\nIf-None-Match: \"xyzzy\"\r\n", "412"},
        {&strong, "GET", RANGE "If-None-Match: \"xyzzy\"\r\nIf-Match: \"xyzzy\"\r\n", "304"},
        {&strong, "GET", "If-Unmodified-Since: " EARLIER "\r\nIf-None-Match: \"xyzzy\"\r\n", "412"},
        {&strong, "GET", "If-Unmodified-Since: " SAME "\r\nIf-None-Match: \"xyzzy\"\r\n", "304"},
        {&strong, "GET", "If-Unmodified-Since: " SAME "\r\nIf-Modified-Since: " SAME "\r\n", "304"},
        {&strong, "GET", RANGE "If-Range: \"xyzzy\"\r\nIf-Modified-Since: " SAME "\r\n", "304"},
        {&strong, "GET",
         RANGE "If-Range: \"xyzzy\"\r\nIf-Match: \"xyzzy\"\r\nIf-None-Match: \"a\"\r\n",
         "partial[bytes=0-499]"},
    };
    (void)state;
    check(cases, COUNT(cases));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(if_match),      cmocka_unit_test(if_unmodified_since),
        cmocka_unit_test(if_none_match), cmocka_unit_test(if_modified_since),
        cmocka_unit_test(if_range),      cmocka_unit_test(order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
