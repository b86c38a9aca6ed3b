/* test_http_redirect.c - redirections: RFC 9110 sections 10.2.2 and 15.4, and what leaked where.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_redirect.h>
#include <stdio.h>

struct answer {
    struct netp_http_head head;
    struct netp_http_field field[8];
    char text[4096];
};

/* fields: lines with their ends. */
static void answer(struct answer *a, unsigned status, const char *fields)
{
    int n = snprintf(a->text, sizeof a->text, "HTTP/1.1 %u x\r\n%s\r\n", status, fields);

    netp_http_head_init(&a->head, NETP_HTTP_HEAD_RESPONSE, a->field, COUNT(a->field), 0);
    assert_int_equal(netp_http_head_parse(&a->head, a->text, (size_t)n), n);
}

static struct netp_url url_of(const char *text)
{
    struct netp_url url;
    size_t at;

    assert_int_equal(netp_url_parse(netp_str_of(text), &url, &at), NETP_OK);
    return url;
}

struct chain {
    struct netp_http_redirect r;
    struct answer a;
    struct netp_http_hop hop;
    char out[4096];
};

static int go_from(struct chain *c, const char *method, const char *from, unsigned status,
                   const char *fields)
{
    struct netp_url url = url_of(from);

    answer(&c->a, status, fields);
    return netp_http_redirect_next(&c->r, netp_str_of(method), &url, &c->a.head, c->a.text, c->out,
                                   sizeof c->out, &c->hop);
}

/* One redirection with GET and a Location: where it leads, or the error and why. */
static const char *leads(unsigned flags, const char *from, const char *location)
{
    static struct chain c;
    static char told[4096];
    char field[2048];
    int r;

    snprintf(field, sizeof field, "Location: %s\r\n", location);
    netp_http_redirect_init(&c.r, flags, 1);
    r = go_from(&c, "GET", from, 302, field);
    assert_int_equal(c.r.count, r == 1);
    if (r < 0) {
        snprintf(told, sizeof told, "%s %s", netp_errname(r), c.hop.where);
    } else {
        snprintf(told, sizeof told, "%.*s", (int)c.hop.url.n,
                 c.hop.url.p != NULL ? c.hop.url.p : "");
        assert_string_equal(c.hop.where, "");
    }
    return told;
}

static void location_is_resolved(void **state)
{
    static const char base[] = "http://u:p@a.example/b/c;d?q#f";
    static const char *const t[][2] = {
        {"http://b.example/x", "http://b.example/x#f"}, /* section 10.2.2 */
        {"http://b.example/x#y", "http://b.example/x#y"},
        {"/x", "http://a.example/x#f"},
        {"x", "http://a.example/b/x#f"},
        {"../x", "http://a.example/x#f"},
        {"../../x", "http://a.example/x#f"},
        {"?x", "http://a.example/b/c;d?x#f"},
        {"#x", "http://a.example/b/c;d?q#x"},
        {"#", "http://a.example/b/c;d?q#"},
        {"//evil/x", "http://evil/x#f"},
        {"HTTPS://b.example", "HTTPS://b.example#f"},
        {"http://v:w@b.example/", "http://b.example/#f"}, /* nobody else's login */
        {"http://@b.example/", "http://b.example/#f"},
        {"//v@a.example/", "http://a.example/#f"},
        {"/\xc3\xbc x", "http://a.example/%C3%BC%20x#f"},
        {"/<>\"{}|^`\xff\x80", "http://a.example/%3C%3E%22%7B%7D%7C%5E%60%FF%80#f"},
        {"/x%zz", "NETP_E_SYNTAX Location"},
        {"\\\\evil\\x", "NETP_E_SYNTAX Location"},
        {"/a\tb", "NETP_E_SYNTAX Location"},
        {"http:/x", "NETP_E_SYNTAX host of Location"},
        {"http:x", "NETP_E_SYNTAX host of Location"},
        {"http:///x", "NETP_E_SYNTAX host of Location"},
        {"http://127.1/", "NETP_E_SYNTAX host of Location"},
        {"http://\xc3\xbc.example/", "NETP_E_SYNTAX host of Location"},
        {"http://good.example\\@evil.example/", "NETP_E_SYNTAX Location"},
        {"http://a:65536/", "NETP_E_LIMIT Location"},
        {"file:///etc/passwd", "NETP_E_UNSUPPORTED scheme of Location"},
        {"javascript:alert(1)", "NETP_E_UNSUPPORTED scheme of Location"},
        {"ftp://a.example/", "NETP_E_UNSUPPORTED scheme of Location"},
        {"httpx://a.example/", "NETP_E_UNSUPPORTED scheme of Location"},
        {"https", "http://a.example/b/https#f"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        print_message("%s\n", t[i][0]);
        assert_string_equal(leads(0, base, t[i][0]), t[i][1]);
    }
    assert_string_equal(leads(0, "http://a/", "/x"), "http://a/x");
}

static void https_does_not_lead_to_http(void **state)
{
    (void)state;
    assert_string_equal(leads(0, "https://a/", "http://a/"),
                        "NETP_E_REFUSED redirection from https to http");
    assert_string_equal(leads(NETP_HTTP_REDIRECT_POST, "HTTPS://a/", "HTTP://a/"),
                        "NETP_E_REFUSED redirection from https to http");
    assert_string_equal(leads(NETP_HTTP_REDIRECT_DOWNGRADE, "https://a/", "http://a/"),
                        "http://a/");
    assert_string_equal(leads(0, "http://a/", "https://a/"), "https://a/");
    assert_string_equal(leads(0, "https://a/", "/b"), "https://a/b");
}

/* Sections 15.4.2 to 15.4.9: the method, and whether the body goes, too. */
static void the_status_says_which_method(void **state)
{
    static const struct {
        unsigned flags, status;
        const char *method, *next;
        bool body;
    } t[] = {
        {0, 301, "GET", "GET", true},    {0, 301, "HEAD", "HEAD", true},
        {0, 301, "POST", "GET", false},  {0, 302, "POST", "GET", false},
        {0, 301, "PUT", "PUT", true},    {0, 302, "DELETE", "DELETE", true},
        {0, 301, "post", "post", true},  {0, 303, "POST", "GET", false},
        {0, 303, "PUT", "GET", false},   {0, 303, "GET", "GET", false},
        {0, 303, "HEAD", "HEAD", false}, {0, 307, "POST", "POST", true},
        {0, 308, "POST", "POST", true},  {0, 308, "PUT", "PUT", true},
        {1, 301, "POST", "POST", true},  {1, 302, "POST", "POST", true},
        {1, 303, "POST", "GET", false},  {2, 302, "POST", "GET", false},
    };
    static struct chain c;

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        print_message("%u %s\n", t[i].status, t[i].method);
        netp_http_redirect_init(&c.r, t[i].flags, 1);
        assert_int_equal(go_from(&c, t[i].method, "http://a/", t[i].status, "Location: /b\r\n"), 1);
        assert_true(netp_str_eq(c.hop.method, netp_str_of(t[i].next)));
        assert_int_equal(c.hop.body, t[i].body);
    }
}

static void other_answers_are_final(void **state)
{
    static struct chain c;

    (void)state;
    netp_http_redirect_init(&c.r, 0, 20);
    for (unsigned status = 100; status < 1000; status++) {
        bool follow = (status >= 301 && status <= 303) || status == 307 || status == 308;
        c.r.count = 0;
        assert_int_equal(go_from(&c, "GET", "http://a/", status, "Location: /b\r\n"), follow);
        assert_int_equal(go_from(&c, "GET", "http://a/", status, "Locatio: /b\r\n"), 0);
        assert_int_equal(go_from(&c, "GET", "http://a/", status, "Location: \r\n"), 0);
    }
}

static void two_locations_must_agree(void **state)
{
    static struct chain c;

    (void)state;
    netp_http_redirect_init(&c.r, 0, 20);
    assert_int_equal(go_from(&c, "GET", "http://a/", 302, "Location: /b\r\nlocation: /b\r\n"), 1);
    assert_int_equal(
        go_from(&c, "GET", "http://a/", 302, "Location: /b\r\nLocation: /b\r\nLocation: /c\r\n"),
        NETP_E_SYNTAX);
    assert_string_equal(c.hop.where, "several Location fields");
    assert_int_equal(c.r.count, 1);
}

static void their_number_is_limited(void **state)
{
    static struct chain c;

    (void)state;
    netp_http_redirect_init(&c.r, 0, NETP_HTTP_REDIRECT_MAX);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(go_from(&c, "GET", "http://a/", 302, "Location: /\r\n"), 1);
    }
    assert_int_equal(go_from(&c, "GET", "http://a/", 302, "Location: /\r\n"), NETP_E_LIMIT);
    assert_string_equal(c.hop.where, "too many redirections");
    assert_true(c.hop.url.n == 0 && c.hop.method.n == 0 && !c.hop.credentials);
    assert_int_equal(c.r.count, 20);
    assert_int_equal(go_from(&c, "GET", "http://a/", 200, "Location: /\r\n"), 0);
    netp_http_redirect_init(&c.r, 0, 0);
    assert_int_equal(go_from(&c, "GET", "http://a/", 302, "Location: /\r\n"), NETP_E_LIMIT);
}

/* Each of these leaked a password once: another host, another port, another scheme. */
static void credentials_stay_with_the_origin(void **state)
{
    static const struct {
        const char *from, *location;
        bool credentials;
    } t[] = {
        {"http://a/", "/b", true},
        {"http://a/", "http://a:80/", true},
        {"http://a/", "http://A./", true},
        {"http://a/", "http://x@a/", true},
        {"http://a/", "http://b/", false},
        {"http://a/", "http://a.b/", false},
        {"http://a/", "http://a:8080/", false},
        {"http://a/", "https://a/", false},
        {"https://a/", "http://a:443/", false},
        {"http://a/", "//b", false},
        {"http://a/", "http://a@b/", false},
        {"http://a/", "http://b#@a/", false},
    };
    static struct chain c;
    char field[100];

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        netp_http_redirect_init(&c.r, NETP_HTTP_REDIRECT_DOWNGRADE, 20);
        snprintf(field, sizeof field, "Location: %s\r\n", t[i].location);
        print_message("%s %s\n", t[i].from, t[i].location);
        assert_int_equal(go_from(&c, "GET", t[i].from, 302, field), 1);
        assert_int_equal(c.hop.credentials, t[i].credentials);
    }
}

static void credentials_do_not_come_back(void **state)
{
    static struct chain c;

    (void)state;
    netp_http_redirect_init(&c.r, 0, 20);
    assert_int_equal(go_from(&c, "GET", "http://a/", 302, "Location: /x\r\n"), 1);
    assert_true(c.hop.credentials);
    assert_int_equal(go_from(&c, "GET", "http://a/x", 302, "Location: //b/\r\n"), 1);
    assert_false(c.hop.credentials);
    assert_int_equal(go_from(&c, "GET", "http://b/", 302, "Location: http://a/\r\n"), 1);
    assert_false(c.hop.credentials);
    assert_int_equal(go_from(&c, "GET", "http://a/", 302, "Location: /x\r\n"), 1);
    assert_false(c.hop.credentials);
    netp_http_redirect_init(&c.r, 0, 20);
    assert_int_equal(go_from(&c, "GET", "http://a/", 302, "Location: /x\r\n"), 1);
    assert_true(c.hop.credentials);
}

/* From none to what the macro says, in blocks of exactly that size. */
static void the_buffer_may_be_small(void **state)
{
    static const char from[] = "http://a/a-long-folder/c#d", location[] = "\x80\x81?x y";
    struct netp_url url = url_of(from);
    static struct answer a;
    struct netp_http_redirect r;
    struct netp_http_hop hop;
    size_t enough = NETP_HTTP_REDIRECT_CAP(sizeof from - 1, sizeof location - 1);
    int e = NETP_E_NOSPACE;

    (void)state;
    answer(&a, 301, "Location: \x80\x81?x y\r\n");
    netp_http_redirect_init(&r, 0, 1);
    for (size_t cap = 0; cap <= enough; cap++) {
        char *out = (char *)malloc(cap > 0 ? cap : 1);
        r.count = 0;
        int now =
            netp_http_redirect_next(&r, NETP_STR("GET"), &url, &a.head, a.text, out, cap, &hop);
        assert_true(now == e || (e == NETP_E_NOSPACE && now == 1));
        e = now;
        assert_true(e != 1 ||
                    netp_str_eq(hop.url, NETP_STR("http://a/a-long-folder/%80%81?x%20y#d")));
        free(out);
    }
    assert_int_equal(e, 1);
}

static void the_request_has_an_absolute_url(void **state)
{
    static struct chain c;

    (void)state;
    netp_http_redirect_init(&c.r, 0, 1);
    assert_int_equal(go_from(&c, "GET", "/a", 302, "Location: /x\r\n"), NETP_E_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(location_is_resolved),
        cmocka_unit_test(https_does_not_lead_to_http),
        cmocka_unit_test(the_status_says_which_method),
        cmocka_unit_test(other_answers_are_final),
        cmocka_unit_test(two_locations_must_agree),
        cmocka_unit_test(their_number_is_limited),
        cmocka_unit_test(credentials_stay_with_the_origin),
        cmocka_unit_test(credentials_do_not_come_back),
        cmocka_unit_test(the_buffer_may_be_small),
        cmocka_unit_test(the_request_has_an_absolute_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
