/* test_psl.c - public suffixes, and a jar that asks for them. SPDX-License-Identifier: MIT */
#include <netproto/host/psl.h>
#include <netproto/http_jar.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* publicsuffix.org: rules, a wildcard, an exception, the private part. */
static void the_list_is_known(void **state)
{
    static const struct {
        const char *domain;
        bool suffix;
    } t[] = {{"com", true},       {"example.com", false},     {"co.uk", true},
             {"x.co.uk", false},  {"github.io", true},        {"x.github.io", false},
             {"foo.ck", true},    {"www.ck", false},          {"kawasaki.jp", true},
             {"localhost", true}, {"no-such-tld", true},      {"a.no-such-tld", false},
             {"", true},          {"city.kawasaki.jp", false}};
    char name[300];

    (void)state;
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        assert_int_equal(netp_psl_is_public_suffix(NULL, netp_str_of(t[i].domain)), t[i].suffix);
    }
    memset(name, 'a', sizeof name);
    memcpy(name + 250, ".com", 4);
    assert_true(netp_psl_is_public_suffix(NULL, netp_str_make(name, 254)));
    assert_false(netp_psl_is_public_suffix(NULL, netp_str_make(name + 1, 253)));
    assert_true(netp_psl_is_public_suffix(NULL, netp_str_make("a.com\0b.com", 11)));
}

static void a_jar_refuses_a_cookie_for_all_of_a_suffix(void **state)
{
    static const struct {
        const char *url, *set_cookie;
        enum netp_http_jar_result result;
    } t[] = {{"https://x.co.uk/", "a=b; Domain=co.uk", NETP_HTTP_JAR_SUFFIX},
             {"https://x.co.uk/", "a=b; Domain=.CO.UK", NETP_HTTP_JAR_SUFFIX},
             {"https://x.co.uk/", "a=b; Domain=co.uk.", NETP_HTTP_JAR_DOMAIN},
             {"https://a.github.io/", "a=b; Domain=github.io", NETP_HTTP_JAR_SUFFIX},
             {"https://github.io/", "a=b; Domain=github.io", NETP_HTTP_JAR_STORED},
             {"https://www.x.co.uk/", "a=b; Domain=x.co.uk", NETP_HTTP_JAR_STORED},
             {"https://[2001:db8::1]/", "a=b; Domain=2001:db8::1", NETP_HTTP_JAR_STORED},
             {"https://192.0.2.1/", "a=b; Domain=192.0.2.1", NETP_HTTP_JAR_STORED},
             {"https://192.0.2.1/", "a=b; Domain=0.2.1", NETP_HTTP_JAR_DOMAIN}};
    struct netp_http_jar_cfg cfg = {0, 0, netp_psl_is_public_suffix, NULL};
    struct netp_http_jar jar;
    uint8_t mem[1000];
    struct netp_url url;
    char out[100];
    size_t at, need;

    (void)state;
    netp_http_jar_init(&jar, mem, sizeof mem, &cfg);
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        assert_int_equal(netp_url_parse(netp_str_of(t[i].url), &url, &at), NETP_OK);
        assert_int_equal(netp_http_jar_set(&jar, &url, netp_str_of(t[i].set_cookie), 0, 0),
                         t[i].result);
    }
    netp_url_parse(NETP_STR("https://other.github.io/"), &url, &at);
    assert_int_equal(netp_http_jar_get(&jar, &url, 0, 0, out, sizeof out, &need), 0);
    netp_url_parse(NETP_STR("https://github.io/"), &url, &at);
    assert_int_equal(netp_http_jar_get(&jar, &url, 0, 0, out, sizeof out, &need), 3);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_known),
        cmocka_unit_test(a_jar_refuses_a_cookie_for_all_of_a_suffix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
