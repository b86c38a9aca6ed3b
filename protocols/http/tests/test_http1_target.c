/* test_http1_target.c - what a server takes for a host and for a request target: RFC 3986 section
 * 3.2, RFC 9112 section 3.2. SPDX-License-Identifier: MIT */
#include <netproto/http1.h>
#include <netproto/text.h>
#include <netproto/url.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Whether a server takes the request "METHOD TARGET HTTP/1.1" with this Host. */
static bool takes(const char *method, const char *target, const char *host)
{
    struct netp_http1_cfg cfg = NETP_HTTP1_CFG_INIT;
    struct netp_http_field field[2];
    struct netp_http1_ev ev;
    struct netp_http1 m;
    char head[1024], text[1024];
    uint8_t tx[256];
    int n = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: %s\r\n\r\n", method, target, host);
    struct netp_in in = {(const uint8_t *)text, (size_t)n, 0, NULL};

    cfg.role = NETP_HTTP1_SERVER;
    cfg.head = head;
    cfg.headlen = sizeof head;
    cfg.field = field;
    cfg.nfield = COUNT(field);
    cfg.tx = tx;
    cfg.txlen = sizeof tx;
    assert_int_equal(netp_http1_init(&m, &cfg, 0), NETP_OK);
    if (netp_http1_next(&m, &in, 0, &ev) == NETP_HTTP1_REQUEST) {
        return true;
    }
    assert_int_equal(netp_http1_fail(&m)->code, NETP_E_SYNTAX);
    assert_int_equal(netp_http1_fail(&m)->peer_code, 400);
    return false;
}

struct row {
    const char *text;
    bool good;
};

static const struct row hosts[] = {
    {"", true},
    {"h", true},
    {"h:", true},
    {"h:80", true},
    {"h:65535", true},
    {"h:65536", false},
    {"h:8a", false},
    {"h:80:", false},
    {":80", false},
    {"1.2.3.4:80", true},
    {"a_b~c!$&'()*+,;=-.Z9", true},
    {"a%20b", true},
    {"%41%4a", true},
    {"a%2", false},
    {"a%", false},
    {"a%g0", false},
    {"a%0g", false},
    {"a/b", false},
    {"a?b", false},
    {"a#b", false},
    {"u@h", false},
    {"a\\b", false},
    {"a\"b", false},
    {"\xe4", false},
    {"[::]", true},
    {"[::1]:443", true},
    {"[::1]x", false},
    {"[::1", false},
    {"::1", false},
    {"[]", false},
    {"[:]", false},
    {"[:::]", false},
    {"[:1::]", false},
    {"[1:2:3:4:5:6:7:8]", true},
    {"[1:2:3:4:5:6:7]", false},
    {"[1:2:3:4:5:6:7:8:9]", false},
    {"[1:2:3:4:5:6:7:]", false},
    {"[1:2:3:4:5:6:7::]", true},
    {"[1:2:3:4:5:6:7::8]", false},
    {"[::2:3:4:5:6:7:8]", true},
    {"[1::2::3]", false},
    {"[1:::2]", false},
    {"[fFfF::]", true},
    {"[12345::]", false},
    {"[g::]", false},
    {"[::g]", false},
    {"[1.2.3.4]", false},
    {"[::1.2.3.4]", true},
    {"[::1.2.3.255]", true},
    {"[::9.19.109.199]", true},
    {"[::1.2.3.256]", false},
    {"[::1.2.3.04]", false},
    {"[::1.2.3.0]", true},
    {"[::1.2.3]", false},
    {"[::1.2.3.]", false},
    {"[::1.2.3.4.5]", false},
    {"[::1.2.3.1234]", false},
    {"[::1.2.3.x]", false},
    {"[::1.2.3/4]", false},
    {"[::1.2.3.4:5]", false},
    {"[1:2:3:4:5:6:1.2.3.4]", true},
    {"[1:2:3:4:5:6:7:1.2.3.4]", false},
    {"[fe80::1%25eth0]", false},
    {"[v1.x]", true},
    {"[VaF.x:y]:1", true},
    {"[v1.]", false},
    {"[v1]", false},
    {"[v1x]", false},
    {"[v1xy]", false},
    {"[v.x]", false},
    {"[v1.x@y]", false},
    {"[w1.x]", false},
    {"[v]", false},
};

static void hosts_are_hosts(void **state)
{
    char text[300];

    (void)state;
    for (size_t i = 0; i < COUNT(hosts); i++) {
        if (takes("GET", "/", hosts[i].text) != hosts[i].good) {
            fail_msg("Host: %s", hosts[i].text);
        }
    }
    memset(text, 'a', sizeof text);
    text[263] = '\0';
    assert_true(takes("GET", "/", text));
    text[263] = 'a';
    text[264] = '\0';
    assert_false(takes("GET", "/", text));
}

/* The length of Host is limited, that of a target only by cfg.headlen. */
static void targets_may_be_long(void **state)
{
    char text[600] = "http://";

    (void)state;
    memset(text + 7, 'a', sizeof text - 8);
    text[sizeof text - 1] = '\0';
    assert_true(takes("GET", text, "h"));
    text[300] = '/';
    assert_true(takes("GET", text, "h"));
    text[300] = '@';
    assert_false(takes("GET", text, "h"));
}

static void targets_fit_their_method(void **state)
{
    static const struct row get[] = {
        {"/", true},
        {"/a?b", true},
        {"//a", true},
        {"/{}\"", true},
        {"/#", false},
        {"*", false},
        {"a", false},
        {"h:443", false},
        {"http://h", true},
        {"http://h/", true},
        {"HTTP://h:8/", true},
        {"Ab://h/", true},
        {"Zb://h/", true},
        {"http://h?x=/?", true},
        {"a+-.9://h/", true},
        {"1http://h/", false},
        {"+a://h/", false},
        {"://h/", false},
        {"http:/h/", false},
        {"http:h", false},
        {"http:", false},
        {"http://", false},
        {"http:///", false},
        {"http://?", false},
        {"http://:80/", false},
        {"http://u@h/", false},
        {"http://h/#", false},
        {"http://h/a|b", false},
        {"http://h/%4", false},
        {"http://h/%41:@!$&'()*+,;=~_", true},
        {"http://[::1]/", true},
        {"h_p://h/", false},
    };
    static const struct row connect[] = {
        {"h:443", true},  {"[::1]:443", true}, {"h", false},        {"h:", false},
        {"[::1]", false}, {"/", false},        {"http://h", false}, {"*", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(get); i++) {
        if (takes("GET", get[i].text, "h") != get[i].good) {
            fail_msg("GET %s", get[i].text);
        }
    }
    for (size_t i = 0; i < COUNT(connect); i++) {
        if (takes("CONNECT", connect[i].text, "h") != connect[i].good) {
            fail_msg("CONNECT %s", connect[i].text);
        }
    }
    assert_true(takes("OPTIONS", "*", "h"));
    assert_false(takes("OPTIONS", "**", "h"));
    assert_false(takes("options", "*", "h"));
}

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* Each byte in its place: RFC 3986 section 3.1, and unreserved, sub-delims and pchar of its
 * appendix A. NUL is left out: it ends texts here. */
static void each_byte_has_its_places(void **state)
{
    static const char scheme[] = ALNUM "+-.", name[] = ALNUM "-._~!$&'()*+,;=";
    static const char path[] = ALNUM "-._~!$&'()*+,;=:@/?";
    char text[40];

    (void)state;
    for (int c = 1; c < 256; c++) {
        if (c == '\r' || c == '\n') {
            continue; /* the line ends there */
        }
        snprintf(text, sizeof text, "a%cz", c);
        assert_int_equal(takes("GET", "/", text), strchr(name, c) != NULL);
        snprintf(text, sizeof text, "[v1.a%cz]", c);
        assert_int_equal(takes("GET", "/", text), c == ':' || strchr(name, c) != NULL);
        snprintf(text, sizeof text, "a%cz://h/", c);
        assert_int_equal(takes("GET", text, "h"), strchr(scheme, c) != NULL);
        snprintf(text, sizeof text, "http://h/a%cz", c);
        assert_int_equal(takes("GET", text, "h"), strchr(path, c) != NULL);
    }
}

/* The same, as the parser of URLs has it. */
static bool url_is_host(const char *host)
{
    char text[400];
    struct netp_url u;
    size_t at;
    int n = snprintf(text, sizeof text, "//%s", host);

    return n == 2 || (netp_url_parse(netp_str_make(text, (size_t)n), &u, &at) == NETP_OK &&
                      (u.has & ~(unsigned)NETP_URL_PORT) == NETP_URL_AUTHORITY && u.path.n == 0 &&
                      u.zone.n == 0 && u.host.n > 0);
}

static bool url_is_absolute(const char *target)
{
    struct netp_url u;
    size_t at;

    return netp_url_parse(netp_str_of(target), &u, &at) == NETP_OK && (u.has & NETP_URL_SCHEME) &&
           u.host.n > 0 && u.zone.n == 0 && !(u.has & (NETP_URL_USERINFO | NETP_URL_FRAGMENT));
}

static void they_are_what_the_parser_of_urls_says(void **state)
{
    static const char *const pieces[] = {
        "1", "0", "25", "ffff", ":", "::", ".", "1.2.3.4", "[",   "]", "[:",  "v1.", "%", "%41",
        "@", "/", "?",  "#",    "g", "-",  "+", "://",     "255", "=", "::1", "a",   "|"};
    uint32_t random = 1;

    (void)state;
    for (unsigned i = 0; i < 60000; i++) {
        char text[100] = "", target[110];
        size_t n = 0;
        for (unsigned k = 0; k < 1 + i % 8; k++) {
            random = random * 1664525u + 1013904223u;
            const char *piece = pieces[(random >> 16) % COUNT(pieces)];
            memcpy(text + n, piece, strlen(piece) + 1);
            n += strlen(piece);
        }
        if (i % 2 > 0) { /* more of those in brackets */
            snprintf(target, sizeof target, "[%s]", text);
            memcpy(text, target, strlen(target) + 1);
        }
        if (takes("GET", "/", text) != url_is_host(text)) {
            fail_msg("Host: %s", text);
        }
        snprintf(target, sizeof target, "http://%s", text);
        if (takes("GET", target, "h") != url_is_absolute(target)) {
            fail_msg("GET %s", target);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_hosts),
        cmocka_unit_test(targets_may_be_long),
        cmocka_unit_test(targets_fit_their_method),
        cmocka_unit_test(each_byte_has_its_places),
        cmocka_unit_test(they_are_what_the_parser_of_urls_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
