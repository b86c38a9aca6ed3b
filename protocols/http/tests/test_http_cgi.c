/* Paths and environments of CGI programs; what the machine refuses to begin with.
 * SPDX-License-Identifier: MIT */
#include <netproto/addr.h>
#include <netproto/http_cgi.h>
#include <netproto/text.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- paths ---- */

static void path_is(const char *sent, const char *meant)
{
    char out[100];
    ptrdiff_t n = netp_cgi_path(netp_str_of(sent), out, NETP_CGI_PATH_CAP(strlen(sent)));

    if (meant == NULL) {
        assert_int_equal(n, NETP_E_SYNTAX);
        return;
    }
    assert_int_equal(n, strlen(meant));
    assert_memory_equal(out, meant, strlen(meant));
}

static void test_paths(void **state)
{
    (void)state;
    path_is("/", "/");
    path_is("/cgi-bin/a.cgi", "/cgi-bin/a.cgi");
    path_is("/cgi-bin/a%20b.cgi/x%3Fy%23", "/cgi-bin/a b.cgi/x?y#");
    path_is("/cgi-bin/a.cgi//x", "/cgi-bin/a.cgi//x");
    path_is("/a%252e%252e/b", "/a%2e%2e/b");
    path_is("/%E4%F6", "/\xe4\xf6");
    path_is("/a%1F", NULL);
    path_is("/a%7f", NULL);
    path_is("/a%7e%80", "/a~\x80");
    path_is("/a%25", "/a%");
}

static void test_dot_segments(void **state)
{
    (void)state;
    path_is("/cgi-bin/./a.cgi", "/cgi-bin/a.cgi");
    path_is("/cgi-bin/a.cgi/../b.cgi", "/cgi-bin/b.cgi");
    path_is("/cgi-bin/.%2e/bin/sh", "/bin/sh");
    path_is("/cgi-bin/%2E%2e/%2e./bin/sh", "/bin/sh");
    path_is("/../../x", "/x");
    path_is("/a.cgi/..", "/");
}

static void test_bad_paths(void **state)
{
    (void)state;
    path_is("", NULL);
    path_is("*", NULL);
    path_is("a/b", NULL);
    path_is("//a/b", NULL);
    path_is("/a%2fb", NULL);
    path_is("/a%2Fb", NULL);
    path_is("/..%5cb", NULL);
    path_is("/a%00b", NULL);
    path_is("/a%0ab", NULL);
    path_is("/a%", NULL);
    path_is("/a%zz", NULL);
    path_is("/a\\b", NULL);
    path_is("/a b", NULL);
    path_is("/a?b", NULL);
    path_is("/a#b", NULL);
}

static void test_path_space(void **state)
{
    char out[18];

    (void)state;
    assert_int_equal(netp_cgi_path(NETP_STR("/abcd"), out, 9), NETP_E_NOSPACE);
    assert_int_equal(netp_cgi_path(NETP_STR("/abcd"), out, 10), 5);
}

/* ---- environments ---- */

struct world {
    struct netp_http_field field[20];
    struct netp_http_head head;
    struct netp_cgi_request r;
    char env[2000];
    size_t n, count;
};

static void ask(struct world *w, const char *head)
{
    memset(w, 0, sizeof *w);
    netp_http_head_init(&w->head, NETP_HTTP_HEAD_REQUEST, w->field, COUNT(w->field), 0);
    assert_int_equal(netp_http_head_parse(&w->head, head, strlen(head)), strlen(head));
    w->r.head = &w->head;
    w->r.text = head;
    w->r.method = netp_http_str(head, w->head.method);
    w->r.target = netp_http_str(head, w->head.target);
    w->r.script_name = NETP_STR("/cgi-bin/a.cgi");
    w->r.software = NETP_STR("netproto");
    w->r.length = NETP_CGI_NO_BODY;
    netp_addr_parse(NETP_STR("192.0.2.1:8080"), &w->r.local);
    netp_addr_parse(NETP_STR("[2001:db8::5]:40000"), &w->r.peer);
}

static void make(struct world *w)
{
    ptrdiff_t n = netp_cgi_env(&w->r, w->env, sizeof w->env, &w->count);

    assert_true(n > 0);
    w->n = (size_t)n;
}

/* NULL: it is not set. */
static const char *get(const struct world *w, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < w->n; i += strlen(w->env + i) + 1) {
        if (strncmp(w->env + i, name, len) == 0 && w->env[i + len] == '=') {
            return w->env + i + len + 1;
        }
    }
    return NULL;
}

static void is(const struct world *w, const char *name, const char *value)
{
    const char *found = get(w, name);

    assert_non_null(found);
    assert_string_equal(found, value);
}

static const char get_request[] = "GET /cgi-bin/a.cgi HTTP/1.1\r\nHost: example.org\r\n\r\n";

/* RFC 3875 section 4.1 */
static void test_plain_request(void **state)
{
    struct world w;

    (void)state;
    ask(&w, get_request);
    w.r.host = NETP_STR("example.org");
    make(&w);
    is(&w, "GATEWAY_INTERFACE", "CGI/1.1");
    is(&w, "SERVER_PROTOCOL", "HTTP/1.1");
    is(&w, "SERVER_SOFTWARE", "netproto");
    is(&w, "SERVER_NAME", "example.org");
    is(&w, "SERVER_PORT", "8080");
    is(&w, "SERVER_ADDR", "192.0.2.1");
    is(&w, "REQUEST_METHOD", "GET");
    is(&w, "REQUEST_URI", "/cgi-bin/a.cgi");
    is(&w, "SCRIPT_NAME", "/cgi-bin/a.cgi");
    is(&w, "QUERY_STRING", "");
    is(&w, "REMOTE_ADDR", "2001:db8::5");
    is(&w, "REMOTE_PORT", "40000");
    is(&w, "HTTP_HOST", "example.org");
    assert_int_equal(w.count, 13);
}

static void test_all_of_it(void **state)
{
    struct world w;

    (void)state;
    ask(&w, "POST /cgi-bin/a.cgi/x?q=1 HTTP/1.0\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\n");
    netp_addr_parse(NETP_STR("[2001:db8::1]:443"), &w.r.local);
    w.r.query = NETP_STR("q=1");
    w.r.path_info = NETP_STR("/x");
    w.r.path_translated = NETP_STR("/srv/www/x");
    w.r.script_filename = NETP_STR("/srv/cgi/a.cgi");
    w.r.auth_type = NETP_STR("Basic");
    w.r.remote_user = NETP_STR("me");
    w.r.length = 5;
    w.r.https = true;
    make(&w);
    is(&w, "SERVER_PROTOCOL", "HTTP/1.0");
    is(&w, "SERVER_NAME", "[2001:db8::1]");
    is(&w, "SERVER_PORT", "443");
    is(&w, "QUERY_STRING", "q=1");
    is(&w, "PATH_INFO", "/x");
    is(&w, "PATH_TRANSLATED", "/srv/www/x");
    is(&w, "SCRIPT_FILENAME", "/srv/cgi/a.cgi");
    is(&w, "AUTH_TYPE", "Basic");
    is(&w, "REMOTE_USER", "me");
    is(&w, "CONTENT_LENGTH", "5");
    is(&w, "CONTENT_TYPE", "a/b");
    is(&w, "HTTPS", "on");
    assert_null(get(&w, "HTTP_CONTENT_LENGTH"));
    assert_null(get(&w, "HTTP_CONTENT_TYPE"));
}

/* After a local redirect there is no body any more. */
static void test_no_body(void **state)
{
    struct world w;

    (void)state;
    ask(&w, "POST / HTTP/1.1\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\n");
    make(&w);
    is(&w, "SERVER_NAME", "192.0.2.1");
    assert_null(get(&w, "CONTENT_LENGTH"));
    assert_null(get(&w, "CONTENT_TYPE"));
    w.r.length = 0;
    make(&w);
    is(&w, "CONTENT_LENGTH", "0");
}

/* What is there need not be long. */
static void test_short_values(void **state)
{
    struct world w;

    (void)state;
    ask(&w, "GET / HTTP/1.1\r\nZ: z\r\n\r\n");
    w.r.path_info = NETP_STR("/");
    w.r.remote_user = NETP_STR("u");
    make(&w);
    is(&w, "PATH_INFO", "/");
    is(&w, "REMOTE_USER", "u");
    is(&w, "HTTP_Z", "z");
    w.r.remote_user = netp_str_make("", 1);
    assert_int_equal(netp_cgi_env(&w.r, w.env, sizeof w.env, &w.count), NETP_E_ARG);
}

/* Section 9.2, and what has been taken for something else. */
static void test_fields_that_are_not_passed(void **state)
{
    static const char *const names[] = {"PROXY",
                                        "AUTHORIZATION",
                                        "PROXY_AUTHORIZATION",
                                        "CONNECTION",
                                        "TE",
                                        "TRANSFER_ENCODING",
                                        "KEEP_ALIVE",
                                        "TRAILER",
                                        "PROXY_CONNECTION",
                                        "UPGRADE",
                                        "EXPECT",
                                        "CONTENT_TYPE",
                                        "CONTENT_LENGTH"};
    char name[40];
    struct world w;

    (void)state;
    ask(&w, "GET / HTTP/1.1\r\nProxy: a\r\nauthorization: b\r\nProxy-Authorization: c\r\n"
            "Connection: d\r\nTE: e\r\nTransfer-Encoding: f\r\nKeep-Alive: g\r\nTrailer: h\r\n"
            "Proxy-Connection: i\r\nUpgrade: j\r\nExpect: k\r\nContent_Length: 9\r\nX_Foo: l\r\n"
            "X-Foo: m\r\nX.Foo: n\r\nX|Foo: o\r\nContent-Encoding: gzip\r\n\r\n");
    make(&w);
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(name, sizeof name, "HTTP_%s", names[i]);
        assert_null(get(&w, name));
    }
    is(&w, "HTTP_X_FOO", "m");
    is(&w, "HTTP_CONTENT_ENCODING", "gzip");
    assert_int_equal(w.count, 14);
}

/* Section 4.1.18: joined, with the meaning of RFC 9110 section 5.3. */
static void test_fields_that_come_twice(void **state)
{
    struct world w;

    (void)state;
    ask(&w, "GET / HTTP/1.1\r\nX-a9Zz: 1\r\nCookie: a=b\r\nx-A9zZ: 2\r\ncookie: c=d\r\nX-A9ZZ:\r\n"
            "Empty:\r\nShell: () { :;}; x\r\n\r\n");
    make(&w);
    is(&w, "HTTP_X_A9ZZ", "1, 2, ");
    is(&w, "HTTP_COOKIE", "a=b; c=d");
    is(&w, "HTTP_EMPTY", "");
    is(&w, "HTTP_SHELL", "() { :;}; x");
    assert_int_equal(w.count, 16);
}

static void test_environment_limits(void **state)
{
    struct world w;
    size_t count;

    (void)state;
    ask(&w, get_request);
    make(&w);
    assert_int_equal(netp_cgi_env(&w.r, w.env, w.n, &count), w.n);
    assert_int_equal(netp_cgi_env(&w.r, w.env, w.n - 1, &count), NETP_E_NOSPACE);
    w.r.path_info = netp_str_make("/\0x", 3);
    assert_int_equal(netp_cgi_env(&w.r, w.env, sizeof w.env, &count), NETP_E_ARG);
}

/* ---- the machine ---- */

static void test_init(void **state)
{
    struct netp_cgi_cfg cfg = NETP_CGI_CFG_INIT;
    struct netp_cgi_ev ev;
    struct netp_out out;
    struct netp_cgi m;
    char head[1];

    (void)state;
    assert_int_equal(netp_cgi_init(&m, &cfg, 0), NETP_E_NOSPACE);
    cfg.head = head;
    cfg.headlen = 1;
    assert_int_equal(netp_cgi_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(netp_cgi_next(&m, NULL, 0, &ev), 0);
    assert_int_equal(netp_cgi_out(&m, &out, 1), 0);
    netp_cgi_sent(&m, 0, 0);
    assert_true(netp_cgi_deadline(&m) == NETP_NEVER);
    assert_int_equal(netp_cgi_want(&m), NETP_WANT_IN);
    cfg.size--;
    assert_int_equal(netp_cgi_init(&m, &cfg, 0), NETP_E_ABI);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_dot_segments),
        cmocka_unit_test(test_bad_paths),
        cmocka_unit_test(test_path_space),
        cmocka_unit_test(test_plain_request),
        cmocka_unit_test(test_all_of_it),
        cmocka_unit_test(test_no_body),
        cmocka_unit_test(test_short_values),
        cmocka_unit_test(test_fields_that_are_not_passed),
        cmocka_unit_test(test_fields_that_come_twice),
        cmocka_unit_test(test_environment_limits),
        cmocka_unit_test(test_init),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
