/* test_http_head.c - heads of RFC 9112, whole, byte by byte and in every pair of pieces.
 * SPDX-License-Identifier: MIT */
#include <netproto/http_head.h>
#include <netproto/text.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define FIELDS   4

struct head_case {
    enum netp_http_head_kind kind;
    unsigned flags;
    const char *in;
    size_t n;
    int r; /* what parse returns */
    const char
        *says; /* method target reason minor status | name=value | ..., or "at OFFSET WHERE" */
};
#define IN(s)         s, sizeof(s) - 1
#define ALL(s)        s, sizeof(s) - 1, (int)sizeof(s) - 1 /* and nothing is behind it */
#define REQ           NETP_HTTP_HEAD_REQUEST, 0
#define RES           NETP_HTTP_HEAD_RESPONSE, 0
#define TRAILER       NETP_HTTP_HEAD_TRAILER, 0
#define LF(kind)      NETP_HTTP_HEAD_##kind, NETP_HTTP_HEAD_BARE_LF
#define GET           "GET / HTTP/1.1\r\n"
#define OK            "HTTP/1.1 200 OK\r\n"
#define SIXTEEN       "0123456789abcdef"
#define SIXTY         SIXTEEN SIXTEEN SIXTEEN "0123456789ab"
#define BAD(s, says_) IN(s), NETP_E_SYNTAX, says_

static const struct head_case cases[] = {
    /* RFC 9112 sections 2.1, 3.2.1, 4; RFC 9110 section 3.9 */
    {REQ,
     ALL("GET /hello.txt HTTP/1.1\r\nUser-Agent: curl/7.64.1\r\nHost: www.example.com\r\n"
         "Accept-Language: en, mi\r\n\r\n"),
     "GET /hello.txt 1|User-Agent=curl/7.64.1|Host=www.example.com|Accept-Language=en, mi"},
    {RES,
     ALL("HTTP/1.1 200 OK\r\nContent-Length: 51\r\nVary: Accept-Encoding\r\n"
         "Content-Type: text/plain\r\n\r\n"),
     "200 OK 1|Content-Length=51|Vary=Accept-Encoding|Content-Type=text/plain"},
    {REQ, ALL("OPTIONS * HTTP/1.0\r\n\r\n"), "OPTIONS * 0"},
    {REQ, IN("CONNECT example.com:80 HTTP/1.9\r\n\r\nmore"), 35, "CONNECT example.com:80 9"},
    {RES, ALL("HTTP/1.0 404 \r\n\r\n"), "404  0"},
    {RES, ALL("HTTP/1.1 999 \t\xe9t\xe9\r\n\r\n"), "999 \t\xe9t\xe9 1"},
    {TRAILER, IN("A: b\r\n\r\nGET"), 8, "|A=b"},
    {TRAILER, ALL("\r\n"), ""},
    /* fields, section 5 */
    {REQ, ALL(GET "a:\r\nB: \t \r\nc:d\r\nE: \tf g\t \r\n\r\n"), "GET / 1|a=|B=|c=d|E=f g"},
    {REQ, ALL(GET "!#$%&'*+-.^_`|~09azAZ:\x80\xff\r\n\r\n"),
     "GET / 1|!#$%&'*+-.^_`|~09azAZ=\x80\xff"},
    {REQ,
     ALL(GET SIXTEEN SIXTEEN ": " SIXTY SIXTY "\r\nb: " SIXTY "\r\nc: \r\n" SIXTY ":" SIXTY
                             "\r\n\r\n"),
     "GET / 1|" SIXTEEN SIXTEEN "=" SIXTY SIXTY "|b=" SIXTY "|c=|" SIXTY "=" SIXTY},
    /* empty lines before a request, section 2.2; not before a response */
    {REQ, ALL("\r\n\r\n" GET "\r\n"), "GET / 1"},
    {RES, BAD("\r\n" OK "\r\n", "at 0 version")},
    /* more must come */
    {REQ, IN(""), 0, ""},
    {REQ, IN(GET "A: b\r\n"), 0, ""},
    {REQ, IN(GET "A: b\r\n\r"), 0, ""},
    /* the start line */
    {REQ, BAD(" GET / HTTP/1.1\r\n\r\n", "at 0 method")},
    {REQ, BAD("GET  / HTTP/1.1\r\n\r\n", "at 4 request target")},
    {REQ, BAD("GET\t/ HTTP/1.1\r\n\r\n", "at 3 method")},
    {REQ, BAD("G(T / HTTP/1.1\r\n\r\n", "at 1 method")},
    {REQ, BAD("GET /\r\n\r\n", "at 5 request target")},
    {REQ, BAD("GET / \r\n\r\n", "at 6 version")},
    {REQ, BAD("GET /a b HTTP/1.1\r\n\r\n", "at 7 version")},
    {REQ, BAD("GET /\x7f HTTP/1.1\r\n\r\n", "at 5 request target")},
    {REQ, BAD("GET /\x80 HTTP/1.1\r\n\r\n", "at 5 request target")},
    {REQ, BAD("GET /\0 HTTP/1.1\r\n\r\n", "at 5 request target")},
    {REQ, BAD("GET / HTTP/1.1 \r\n\r\n", "at 14 end of line")},
    {REQ, BAD("GET / HTTP/1.\r\n\r\n", "at 13 version")},
    {REQ, BAD("GET / HTTP/1.:\r\n\r\n", "at 13 version")},
    {REQ, BAD("GET / http/1.1\r\n\r\n", "at 6 version")},
    {REQ, BAD("GET / HTTP/x.1\r\n\r\n", "at 11 version")},
    {REQ, IN("GET / HTTP/2.0\r\n\r\n"), NETP_E_UNSUPPORTED, "at 11 version"},
    {REQ, IN("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), NETP_E_UNSUPPORTED, "at 11 version"},
    {REQ, IN("GET / HTTP/0.9\r\n\r\n"), NETP_E_UNSUPPORTED, "at 11 version"},
    {REQ, BAD("\x16\x03\x01\x02", "at 0 method")},
    {REQ, BAD("GET / HTTP/1.1\n\r\n", "at 14 end of line")},
    {REQ, BAD("GET / HTTP/1.1\r\r\n", "at 15 end of line")},
    {REQ, BAD("\nGET / HTTP/1.1\r\n\r\n", "at 0 end of line")},
    {RES, BAD("HTTP/1.1 99 \r\n\r\n", "at 11 status code")},
    {RES, BAD("HTTP/1.1 099 \r\n\r\n", "at 9 status code")},
    {RES, BAD("HTTP/1.1  200 OK\r\n\r\n", "at 9 status code")},
    {RES, BAD("HTTP/1.1 2000 OK\r\n\r\n", "at 12 status line")},
    {RES, BAD("HTTP/1.1 200\r\n\r\n", "at 12 status line")},
    {RES, BAD("HTTP/1.1 200 O\x01K\r\n\r\n", "at 14 end of line")},
    {RES, BAD("ICY 200 OK\r\n\r\n", "at 0 version")},
    {NETP_HTTP_HEAD_RESPONSE, NETP_HTTP_HEAD_NO_REASON, ALL("HTTP/1.1 200\r\n\r\n"), "200  1"},
    {NETP_HTTP_HEAD_RESPONSE, NETP_HTTP_HEAD_NO_REASON,
     BAD("HTTP/1.1 2001\r\n\r\n", "at 12 end of line")},
    /* fields that two readers could read differently, sections 5.1 and 5.2, RFC 9110 section 5.5 */
    {REQ, BAD(GET "A : b\r\n\r\n", "at 17 field name")},
    {REQ, BAD(GET " A: b\r\n\r\n", "at 16 field name")},
    {REQ, BAD(GET "A: b\r\n c\r\n\r\n", "at 22 field name")},
    {REQ, BAD(GET "A: b\r\n\tc\r\n\r\n", "at 22 field name")},
    {REQ, BAD(GET ": b\r\n\r\n", "at 16 field name")},
    {REQ, BAD(GET "A\r\n\r\n", "at 17 field name")},
    {REQ, BAD(GET "\xc3\xa4: b\r\n\r\n", "at 16 field name")},
    {REQ, BAD(GET "A: b\0c\r\n\r\n", "at 20 end of line")},
    {REQ, BAD(GET "A: b\x7f\r\n\r\n", "at 20 end of line")},
    {REQ, BAD(GET "A: b\rc\r\n\r\n", "at 21 end of line")},
    {REQ, BAD(GET "A: b\nC: d\r\n\r\n", "at 20 end of line")},
    {REQ, BAD(GET "A: b\r\n\n", "at 22 end of line")},
    {REQ, BAD(GET "A: b\r\n\rX", "at 23 end of line")},
    {REQ, BAD(GET "A: " SIXTY "\x01" SIXTY "\r\n\r\n", "at 79 end of line")},
    {REQ, BAD(GET "A: " SIXTY "\rX" SIXTY "\r\n\r\n", "at 80 end of line")},
    {REQ, BAD(GET "A: " SIXTY "\r\n B: " SIXTY "\r\n\r\n", "at 81 field name")},
    {REQ, BAD(GET "A: " SIXTY "\r\nB" SIXTY "\r\nC: " SIXTY "\r\n\r\n", "at 142 field name")},
    /* the same far from the end, where whole blocks are looked at */
    {REQ, BAD(GET ": b\r\nC: " SIXTY SIXTY "\r\n\r\n", "at 16 field name")},
    {REQ, BAD(GET "A b: c\r\nC: " SIXTY SIXTY "\r\n\r\n", "at 17 field name")},
    {REQ, BAD(GET "A\r\nC: " SIXTY SIXTY "\r\n\r\n", "at 17 field name")},
    {REQ, BAD(GET "A: b\n\rC: " SIXTY SIXTY "\r\n\r\n", "at 20 end of line")},
    {REQ, BAD(GET "A: b\r\x01: " SIXTY SIXTY "\r\n\r\n", "at 21 end of line")},
    {REQ, BAD(GET "A: b\x01\n: " SIXTY SIXTY "\r\n\r\n", "at 20 end of line")},
    {REQ, ALL(GET "A:b\r\nC:  d\r\nE: \r\nF:\tg \r\n\r\n"), "GET / 1|A=b|C=d|E=|F=g"},
    {REQ, ALL(GET "A:b\r\nC:  d\r\nE:\r\nF: " SIXTY SIXTY "\r\n\r\n"),
     "GET / 1|A=b|C=d|E=|F=" SIXTY SIXTY},
    {REQ, ALL(GET "A: b \r\nC:\td\r\nE: \r\nF:" SIXTY SIXTY "\r\n\r\n"),
     "GET / 1|A=b|C=d|E=|F=" SIXTY SIXTY},
    {REQ, ALL(GET "A: b: c\r\nC: d!e\r\nF: " SIXTY SIXTY "\r\n\r\n"),
     "GET / 1|A=b: c|C=d!e|F=" SIXTY SIXTY},
    /* bare LF, where it is allowed */
    {LF(REQUEST), ALL("\nGET / HTTP/1.1\nA: b\r\nC: d \n\n"), "GET / 1|A=b|C=d"},
    {LF(RESPONSE), ALL("HTTP/1.1 200 OK\nA: b\n\n"), "200 OK 1|A=b"},
    {LF(REQUEST), BAD("GET / HTTP/1.1\r\r\n", "at 15 end of line")},
    /* as many fields as there is room for, and one more */
    {REQ, ALL(GET "a:1\r\nb:2\r\nc:3\r\nd:4\r\n\r\n"), "GET / 1|a=1|b=2|c=3|d=4"},
    {REQ, IN(GET "a:1\r\nb:2\r\nc:3\r\nd:4\r\ne:5\r\n\r\n"), NETP_E_LIMIT,
     "at 36 number of fields"},
    {REQ, IN(GET "a:" SIXTY "\r\nb:" SIXTY "\r\nc:3\r\nd:4\r\ne:5\r\n\r\n"), NETP_E_LIMIT,
     "at 154 number of fields"},
};

#define SAID 1000 /* bytes of what is told of a head */

static void add(char *to, const char *fmt, ...)
{
    size_t n = strlen(to);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(to + n, SAID - n, fmt, ap);
    va_end(ap);
}

static void add_span(char *to, const char *p, struct netp_http_span s, const char *behind)
{
    add(to, "%.*s%s", (int)s.n, p + s.at, behind);
}

static void tell(const struct netp_http_head *h, int kind, const char *p, int r, char *to)
{
    to[0] = '\0';
    if (r < 0) {
        add(to, "at %zu %s", h->at, h->where);
    }
    if (r <= 0) {
        return;
    }
    if (kind == NETP_HTTP_HEAD_REQUEST) {
        add_span(to, p, h->method, " ");
        add_span(to, p, h->target, " ");
        add(to, "%u", h->minor);
    } else if (kind == NETP_HTTP_HEAD_RESPONSE) {
        add(to, "%u ", h->status);
        add_span(to, p, h->reason, " ");
        add(to, "%u", h->minor);
    }
    for (unsigned i = 0; i < h->nfield; i++) {
        add(to, "|");
        add_span(to, p, h->field_[i].name, "=");
        add_span(to, p, h->field_[i].value, "");
    }
}

/* The head in three calls: its first `a` bytes, its first `b`, all; each in a block of its own. */
static void feed(const struct head_case *c, size_t a, size_t b)
{
    struct netp_http_field *field = malloc(FIELDS * sizeof *field);
    struct netp_http_head h;
    size_t upto[] = {a, b, c->n};
    char said[SAID];
    int r = 0;

    netp_http_head_init(&h, c->kind, field, FIELDS, c->flags);
    for (unsigned i = 0; i < COUNT(upto) && r == 0; i++) {
        char *p = malloc(upto[i]);
        memcpy(p, c->in, upto[i]);
        r = netp_http_head_parse(&h, p, upto[i]);
        tell(&h, (int)c->kind, p, r, said);
        free(p);
    }
    if (r != c->r || strcmp(said, c->says) != 0) {
        fail_msg("\"%s\" %zu %zu: %d \"%s\", not %d \"%s\"", c->in, a, b, r, said, c->r, c->says);
    }
    free(field);
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct head_case *c = &cases[i];
        feed(c, c->n, c->n);
        for (size_t a = 0; a < c->n; a++) {
            feed(c, a, a + 1);
            feed(c, a, c->n);
        }
    }
}

static void test_byte_by_byte(void **state)
{
    struct netp_http_field field[FIELDS];
    struct netp_http_head h;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct head_case *c = &cases[i];
        char said[SAID];
        int r = 0;
        netp_http_head_init(&h, c->kind, field, FIELDS, c->flags);
        for (size_t n = 0; n <= c->n && r == 0; n++) {
            r = netp_http_head_parse(&h, c->in, n);
        }
        tell(&h, (int)c->kind, c->in, r, said);
        assert_int_equal(r, c->r);
        assert_string_equal(said, c->says);
    }
}

/* Each byte in each place where it may not be is refused there, and where it may be is not. */
static void test_each_byte(void **state)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    (void)state;
    for (unsigned b = 0; b < 256; b++) {
        bool is_token = b != 0 && strchr(token, (int)b) != NULL;
        bool is_value = b == '\t' || (b >= ' ' && b != 0x7f);
        for (size_t where = 0; where < 40; where++) {
            struct netp_http_field field[FIELDS];
            struct netp_http_head h;
            char head[] = "X" SIXTEEN SIXTEEN "xyzXYZz"
                          ":y" SIXTEEN SIXTEEN "xyzXYZzy\r\n\r\n";
            bool name = where % 2 == 0;
            size_t at = name ? where : 42 + where;
            int r;
            head[at] = (char)b;
            netp_http_head_init(&h, NETP_HTTP_HEAD_TRAILER, field, FIELDS, 0);
            r = netp_http_head_parse(&h, head, sizeof head - 1);
            if (name ? is_token || (b == ':' && at > 0) : is_value) {
                assert_int_equal(r, sizeof head - 1);
            } else {
                assert_int_equal(r, NETP_E_SYNTAX);
                assert_int_equal(h.at, at + (b == '\r' && (!name || at == 0)));
            }
        }
    }
}

static void test_targets(void **state)
{
    (void)state;
    for (unsigned b = 0; b < 256; b++) {
        for (size_t at = 4; at < 40; at++) {
            struct netp_http_head h;
            char head[] = "GET " SIXTEEN SIXTEEN SIXTEEN " HTTP/1.1\r\n\r\n";
            int r;
            head[at] = (char)b;
            netp_http_head_init(&h, NETP_HTTP_HEAD_REQUEST, NULL, 0, 0);
            r = netp_http_head_parse(&h, head, sizeof head - 1);
            assert_int_equal(r, b > ' ' && b < 0x7f ? (int)sizeof head - 1 : NETP_E_SYNTAX);
            assert_int_equal(h.at, r > 0 ? 0 : b == ' ' && at > 4 ? at + 1 : at);
        }
    }
}

/* 65535 bytes are the most. */
static void test_length(void **state)
{
    struct netp_http_field field[1];
    struct netp_http_head h;
    size_t most = NETP_HTTP_HEAD_MAX;
    char *p = malloc(most + 1);

    (void)state;
    memset(p, 'x', most + 1);
    memcpy(p, GET "A: ", 19);
    memcpy(p + most - 4, "\r\n\r\n", 4);
    netp_http_head_init(&h, NETP_HTTP_HEAD_REQUEST, field, 1, 0);
    assert_int_equal(netp_http_head_parse(&h, p, most - 1), 0);
    assert_true(netp_http_head_started(&h));
    assert_int_equal(netp_http_head_parse(&h, p, most), most);
    assert_int_equal(field[0].value.n, most - 23);
    memcpy(p + most - 4, "x\r\n\r\n", 5);
    netp_http_head_init(&h, NETP_HTTP_HEAD_REQUEST, field, 1, 0);
    assert_int_equal(netp_http_head_parse(&h, p, most + 1), NETP_E_LIMIT);
    assert_int_equal(h.at, most);
    assert_string_equal(h.where, "head");
    memset(p, 'x', most + 1);
    netp_http_head_init(&h, NETP_HTTP_HEAD_REQUEST, field, 1, 0);
    assert_int_equal(netp_http_head_parse(&h, p, most), NETP_E_LIMIT);
    assert_false(netp_http_head_started(&h));
    free(p);
}

static void test_find(void **state)
{
    static const char p[] = GET "Host: a\r\nCookie: b=c\r\ncookie: d\r\n\r\n";
    struct netp_http_field field[FIELDS];
    struct netp_http_head h;
    struct netp_str v;

    (void)state;
    netp_http_head_init(&h, NETP_HTTP_HEAD_REQUEST, field, FIELDS, 0);
    assert_int_equal(netp_http_head_parse(&h, p, sizeof p - 1), sizeof p - 1);
    assert_true(netp_http_head_find(&h, p, NETP_STR("COOKIE"), 0, &v));
    assert_true(netp_str_eq(v, NETP_STR("b=c")));
    assert_true(netp_http_head_find(&h, p, NETP_STR("cookie"), 1, &v));
    assert_true(netp_str_eq(v, NETP_STR("d")));
    assert_false(netp_http_head_find(&h, p, NETP_STR("cookie"), 2, &v));
    assert_false(netp_http_head_find(&h, p, NETP_STR("hos"), 0, &v));
    assert_true(netp_http_head_find(&h, p, NETP_STR("host"), 0, &v));
    netp_http_head_init(&h, NETP_HTTP_HEAD_REQUEST, field, FIELDS, 0);
    assert_string_equal(h.where, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),     cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_each_byte), cmocka_unit_test(test_targets),
        cmocka_unit_test(test_length),    cmocka_unit_test(test_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
