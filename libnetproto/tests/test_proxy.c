/* test_proxy.c - the proxy for a URL. The cases of no_proxy are those that curl, wget and Go's
 * httpproxy document. SPDX-License-Identifier: MIT */
#include <netproto/proxy.h>
#include <netproto/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* "kind user:password@host:port", or the error. */
static const char *parsed(const char *text)
{
    static const char *const kinds[] = {"none", "http", "https", "socks5", "socks5h"};
    static char told[1024];
    size_t n = strlen(text);
    char *s = (char *)malloc(n + 1); /* exactly its size and no NUL, for the sanitizer */
    struct netp_proxy p;
    int r;

    memcpy(s, text, n);
    s = (char *)realloc(s, n > 0 ? n : 1);
    memset(&p, 0x5a, sizeof p);
    r = netp_proxy_parse(netp_str_make(s, n), &p);
    free(s);
    if (r != NETP_OK) {
        for (size_t i = 0; i < sizeof p; i++) {
            assert_int_equal(((const unsigned char *)&p)[i], 0x5a);
        }
        return netp_errname(r);
    }
    snprintf(told, sizeof told, "%s %.*s:%.*s@%s:%u", kinds[p.kind], p.user_n, p.user, p.password_n,
             p.password, p.host, p.port);
    return told;
}

static void proxies_are_urls(void **state)
{
    static const char *const t[][2] = {
        {"http://proxy.example:3128", "http :@proxy.example:3128"},
        {"proxy.example:3128", "http :@proxy.example:3128"},
        {"proxy.example", "http :@proxy.example:80"},
        {"PROXY.example./", "http :@proxy.example:80"},
        {"192.0.2.1:8080", "http :@192.0.2.1:8080"},
        {"[2001:DB8::1]:8080", "http :@2001:db8::1:8080"},
        {"https://proxy.example/", "https :@proxy.example:443"},
        {"SOCKS5://proxy.example", "socks5 :@proxy.example:1080"},
        {"socks5h://p", "socks5h :@p:1080"},
        {"socks5h://[::1]:9050", "socks5h :@::1:9050"},
        {"http://me:secret@proxy.example", "http me:secret@proxy.example:80"},
        {"me:secret@proxy.example:81", "http me:secret@proxy.example:81"},
        {"http://me%40corp:p%3a%25%C3%a4@p", "http me@corp:p:%\xc3\xa4@p:80"},
        {"http://me@p", "http me:@p:80"},
        {"http://me:a:b@p", "http me:a:b@p:80"},
        {"http://:pw@p", "http :pw@p:80"},
        {"http://p:", "http :@p:80"},
        {"", "NETP_E_SYNTAX"},
        {"http://", "NETP_E_SYNTAX"},
        {"http:///", "NETP_E_SYNTAX"},
        {"http://p:0", "NETP_E_SYNTAX"},
        {"http://p:65536", "NETP_E_SYNTAX"},
        {"http://p:x", "NETP_E_SYNTAX"},
        {"http://p/path", "NETP_E_SYNTAX"},
        {"http://p/?", "NETP_E_SYNTAX"},
        {"http://p#", "NETP_E_SYNTAX"},
        {"http://a b", "NETP_E_SYNTAX"},
        {"http://me:p@ss@p", "NETP_E_SYNTAX"},
        {"http://127.1", "NETP_E_SYNTAX"},
        {"http://[v1.x]", "NETP_E_SYNTAX"},
        {"http://me:%0d%0aX@p", "NETP_E_SYNTAX"}, /* would be a field of its own */
        {"http://a%00b@p", "NETP_E_SYNTAX"},
        {"http://a%1f@p", "NETP_E_SYNTAX"},
        {"http://a%20@p", "http a :@p:80"},
        {"http://a%7f@p", "NETP_E_SYNTAX"},
        {"http://a:%7e%80@p", "http a:~\x80@p:80"},
        {"ftp://p", "NETP_E_UNSUPPORTED"},
        {"socks4://p", "NETP_E_UNSUPPORTED"},
        {"file://etc", "NETP_E_UNSUPPORTED"},
        {"//p", "NETP_E_UNSUPPORTED"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        print_message("%s\n", t[i][0]);
        assert_string_equal(parsed(t[i][0]), t[i][1]);
    }
}

/* user and password in their places, escaped or not; then the whole. */
static void text_is_bounded(void **state)
{
    char text[2000];
    struct netp_proxy p;

    (void)state;
    for (size_t n = 255; n <= 256; n++) {
        char bytes[257];
        memset(bytes, 'a', sizeof bytes);
        int r = n == 255 ? NETP_OK : NETP_E_LIMIT;
        int len = snprintf(text, sizeof text, "%.*s:x@p", (int)n, bytes);
        assert_int_equal(netp_proxy_parse(netp_str_make(text, (size_t)len), &p), r);
        assert_true(r != NETP_OK || p.user_n == 255);
        len = snprintf(text, sizeof text, "http://x:%.*s@p", (int)n, bytes);
        assert_int_equal(netp_proxy_parse(netp_str_make(text, (size_t)len), &p), r);
        assert_true(r != NETP_OK || p.password_n == 255);
        len = snprintf(text, sizeof text, "http://%.*s", (int)n, bytes);
        assert_int_equal(netp_proxy_parse(netp_str_make(text, (size_t)len), &p), NETP_E_LIMIT);
    }
    memset(text, '0', sizeof text);
    memcpy(text, "p:", 2);
    text[1022] = '8'; /* a port may have zeros before it */
    assert_int_equal(netp_proxy_parse(netp_str_make(text, NETP_PROXY_URL_MAX), &p), NETP_OK);
    assert_int_equal(p.port, 8);
    assert_int_equal(netp_proxy_parse(netp_str_make(text, NETP_PROXY_URL_MAX + 1), &p),
                     NETP_E_LIMIT);
}

static struct netp_url url_of(const char *text)
{
    struct netp_url url;
    size_t at;

    assert_int_equal(netp_url_parse(netp_str_of(text), &url, &at), NETP_OK);
    return url;
}

static const struct {
    const char *no_proxy, *url;
    bool bypassed;
} rules[] = {
    {"", "http://example.com/", false},
    {"example.com", "http://example.com/", true},
    {"example.com", "http://www.example.com/", true},
    {"example.com", "http://a.b.EXAMPLE.com./", true},
    {"example.com", "http://notexample.com/", false},
    {"example.com", "http://example.com.evil.example/", false},
    {"example.com", "http://com/", false},
    {"EXAMPLE.Com", "http://example.com/", true},
    {".example.com", "http://example.com/", true},
    {".example.com", "http://www.example.com/", true},
    {".example.com", "http://notexample.com/", false},
    {"*.example.com", "http://www.example.com/", true},
    {"*.example.com", "http://notexample.com/", false},
    {"example.com.", "http://www.example.com/", true},
    {"*", "http://example.com/", true},
    {"*", "http://192.0.2.1/", true},
    {"a,*", "http://[2001:db8::1]/", true},
    {"*a", "http://a/", false},
    {"..", "http://a/", false},
    {".", "http://a/", false},
    {"*.", "http://a/", false},
    {" a , b ", "http://b/", true},
    {" a , b ", "http://a/", true},
    {"a\tb", "http://b/", true},
    {"a b", "http://c/", false},
    {",, ,", "http://c/", false},
    {"example.com:8080", "http://example.com:8080/", true},
    {"example.com:8080", "http://example.com/", false},
    {"example.com:80", "http://example.com/", true},
    {"example.com:443", "https://www.example.com/", true},
    {"example.com:", "http://example.com/", false},
    {"example.com:http", "http://example.com/", false},
    {"example.com:65616", "http://example.com/", false}, /* 80 modulo 2^16 */
    {"*:8080", "http://example.com:8080/", true},
    {":8080", "http://example.com:8080/", false},
    {"192.0.2.1", "http://192.0.2.1/", true},
    {"192.0.2.1", "http://192.0.2.10/", false},
    {"192.0.2.1", "http://192.0.2.1:81/", true},
    {"192.0.2.1:80", "http://192.0.2.1:81/", false},
    {"192.0.2.1:81", "http://192.0.2.1:81/", true},
    {"192.0.2.1", "http://%3192.0.2.1/", true}, /* what is connected to */
    {"2.1", "http://192.0.2.1/", false},
    {".1", "http://192.0.2.1/", false},
    {"10.0.0.0/8", "http://10.255.0.1/", true},
    {"10.0.0.0/8", "http://11.0.0.1/", false},
    {"10.0.0.0/8", "http://example.com/", false},
    {"10.0.0.0/33", "http://10.0.0.0/", false},
    {"0.0.0.0/0", "http://192.0.2.1/", true},
    {"0.0.0.0/0", "http://[2001:db8::1]/", false},
    {"2001:db8::/32", "http://[2001:db8:1::1]/", true},
    {"2001:db8::/32", "http://[2001:db9::1]/", false},
    {"2001:DB8::1", "http://[2001:db8:0::1]/", true},
    {"[2001:db8::1]", "http://[2001:db8::1]/", true},
    {"[2001:db8::1]:81", "http://[2001:db8::1]/", false},
    {"[2001:db8::1]:80", "http://[2001:db8::1]/", true},
    {"fe80::1%2", "http://[fe80::1%252]/", true},
    {"", "http://localhost/", true},
    {"", "http://LOCALHOST.:8080/", true},
    {"", "http://a.localhost/", true},
    {"", "http://notlocalhost/", false},
    {"", "http://127.0.0.1/", true},
    {"", "http://127.255.255.255/", true},
    {"", "http://128.0.0.1/", false},
    {"", "http://126.0.0.1/", false},
    {"", "http://[::1]/", true},
    {"", "http://[::2]/", false},
    {"", "http://[::]/", false},
    {"*", "/relative", false},
};

static void no_proxy_names_hosts(void **state)
{

    (void)state;
    for (size_t i = 0; i < COUNT(rules); i++) {
        struct netp_url url = url_of(rules[i].url);
        size_t n = strlen(rules[i].no_proxy);
        char *s = (char *)malloc(n > 0 ? n : 1);
        memcpy(s, rules[i].no_proxy, n);
        print_message("%s %s\n", rules[i].no_proxy, rules[i].url);
        assert_int_equal(netp_proxy_bypassed(netp_str_make(s, n), &url), rules[i].bypassed);
        free(s);
    }
}

static void the_scheme_chooses(void **state)
{
    static const struct {
        const char *http, *https, *all, *no, *url, *host; /* host: "" for none */
    } t[] = {
        {"h", "s", "a", "", "http://x/", "h"},
        {"h", "s", "a", "", "HTTPS://x/", "s"},
        {"h", "s", "a", "", "ftp://x/", "a"},
        {"", "s", "a", "", "http://x/", "a"},
        {"h", "", "a", "", "https://x/", "a"},
        {"", "s", "", "", "http://x/", ""},
        {"h", "", "", "", "https://x/", ""},
        {"h", "s", "", "", "ftp://x/", ""},
        {"h", "s", "a", "x", "http://x/", ""},
        {"h", "s", "a", "y", "http://x/", "h"},
        {"h", "s", "a", "", "http://localhost/", ""},
        {"h h", "s", "a", "x", "http://x/", ""}, /* not read where it is not used */
    };
    struct netp_proxy p;

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct netp_proxy_env env = {netp_str_of(t[i].http), netp_str_of(t[i].https),
                                     netp_str_of(t[i].all), netp_str_of(t[i].no), false};
        struct netp_url url = url_of(t[i].url);
        memset(&p, 0x5a, sizeof p);
        print_message("%s\n", t[i].url);
        assert_int_equal(netp_proxy_choose(&env, &url, &p), NETP_OK);
        assert_string_equal(p.host, t[i].host);
        assert_int_equal(p.kind, t[i].host[0] != '\0' ? NETP_PROXY_HTTP : NETP_PROXY_NONE);
    }
}

/* Who names a proxy for this call means it for loopback, too. */
static void loopback_by_wish(void **state)
{
    struct netp_proxy_env env = {{NULL, 0}, {NULL, 0}, NETP_STR("h"), NETP_STR("::1"), true};
    struct netp_url url = url_of("http://127.0.0.1/");
    struct netp_proxy p;

    (void)state;
    assert_int_equal(netp_proxy_choose(&env, &url, &p), NETP_OK);
    assert_string_equal(p.host, "h");
    url = url_of("http://[::1]/");
    assert_int_equal(netp_proxy_choose(&env, &url, &p), NETP_OK);
    assert_int_equal(p.kind, NETP_PROXY_NONE);
}

static void choosing_fails_as_reading_does(void **state)
{
    struct netp_proxy_env env = {{"h h", 3}, {"ftp://h", 7}, {NULL, 0}, {NULL, 0}, false};
    struct netp_url url = url_of("http://x/");
    struct netp_proxy p;

    (void)state;
    p.port = 7;
    assert_int_equal(netp_proxy_choose(&env, &url, &p), NETP_E_SYNTAX);
    url = url_of("https://x/");
    assert_int_equal(netp_proxy_choose(&env, &url, &p), NETP_E_UNSUPPORTED);
    url = url_of("http://a..b/");
    assert_int_equal(netp_proxy_choose(&env, &url, &p), NETP_E_SYNTAX);
    assert_int_equal(p.port, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proxies_are_urls),     cmocka_unit_test(text_is_bounded),
        cmocka_unit_test(no_proxy_names_hosts), cmocka_unit_test(the_scheme_chooses),
        cmocka_unit_test(loopback_by_wish),     cmocka_unit_test(choosing_fails_as_reading_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
