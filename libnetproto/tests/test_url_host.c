/* test_url_host.c - hosts, ports and origins of URLs.
 *
 * SPDX-License-Identifier: MIT */
#include "test_url.h"

#define A20 "aaaaaaaaaaaaaaaaaaaa"
#define L63 A20 A20 A20 "aaa"
#define L61 A20 A20 A20 "a"

/* What to connect to, or the error. The rules: RFC 952 and RFC 1123 section 2.1 (letters, digits
 * and hyphens, no top-level domain of digits), RFC 1035 section 2.3.4 (63 and 255 octets, which
 * leaves 253 characters), RFC 3986 section 7.4 (rare forms of IPv4 addresses). */
static const struct {
    const char *url, *host;
    int error;
} hosts[] = {
    {"http://Example.COMZ/", "example.comz", 0},
    {"http://u:p@example.com.:80/", "example.com", 0},
    {"http://a", "a", 0},
    {"http://_dmarc.a-b.x9/", "_dmarc.a-b.x9", 0},
    {"http://a_.-b/", NULL, NETP_E_SYNTAX},
    {"http://xn--fa-hia.de/", "xn--fa-hia.de", 0},
    {"http://xn--a", "xn--a", 0},
    {"http://%65x%41mple%2Dz%5f.com", "example-z_.com", 0},
    {"http://good.example#@evil.example/", "good.example", 0},
    /* no host */
    {"", NULL, NETP_E_SYNTAX},
    {"http:host/", NULL, NETP_E_SYNTAX},
    {"http:/host", NULL, NETP_E_SYNTAX},
    {"http:///host/", NULL, NETP_E_SYNTAX},
    {"http://:80/", NULL, NETP_E_SYNTAX},
    {"http://u@/", NULL, NETP_E_SYNTAX},
    /* no name */
    {"http://./", NULL, NETP_E_SYNTAX},
    {"http://../", NULL, NETP_E_SYNTAX},
    {"http://a..b/", NULL, NETP_E_SYNTAX},
    {"http://a../", NULL, NETP_E_SYNTAX},
    {"http://.a/", NULL, NETP_E_SYNTAX},
    {"http://-a.b/", NULL, NETP_E_SYNTAX},
    {"http://a-.b/", NULL, NETP_E_SYNTAX},
    {"http://a.-/", NULL, NETP_E_SYNTAX},
    {"http://a.b-./", NULL, NETP_E_SYNTAX},
    {"http://exa%2fmple.com/", NULL, NETP_E_SYNTAX},
    {"http://a%00b/", NULL, NETP_E_SYNTAX},
    {"http://a%2eb/", NULL, NETP_E_SYNTAX},
    {"http://a%2e/", NULL, NETP_E_SYNTAX},
    {"http://a%c3%9fb/", NULL, NETP_E_SYNTAX},
    {"http://a%40b/", NULL, NETP_E_SYNTAX},
    {"http://a%25b/", NULL, NETP_E_SYNTAX},
    {"http://a~b/", NULL, NETP_E_SYNTAX},
    {"http://a!b/", NULL, NETP_E_SYNTAX},
    {"http://a;b/", NULL, NETP_E_SYNTAX},
    {"http://a=b/", NULL, NETP_E_SYNTAX},
    /* lengths */
    {"http://" L63 "/", L63, 0},
    {"http://" L63 "a/", NULL, NETP_E_LIMIT},
    {"http://b." L63 "a.b/", NULL, NETP_E_LIMIT},
    {"http://" L63 "." L63 "." L63 "." L61 "/", L63 "." L63 "." L63 "." L61, 0},
    {"http://" L63 "." L63 "." L63 "." L61 "./", L63 "." L63 "." L63 "." L61, 0},
    {"http://" L63 "." L63 "." L63 "." L61 "a/", NULL, NETP_E_LIMIT},
    {"http://" L63 "." L63 "." L63 "." L61 "../", NULL, NETP_E_LIMIT},
    {"http://" L63 "." L63 "." L63 "." L61 "a./", NULL, NETP_E_LIMIT},
    {"http://" L63 "." L63 "." L63 "." L63 "." L63 "/", NULL, NETP_E_LIMIT},
    /* IPv4, and what some take for it */
    {"http://127.0.0.1/", "127.0.0.1", 0},
    {"http://255.255.255.255/", "255.255.255.255", 0},
    {"http://127.0.0.1./", "127.0.0.1", 0},
    {"http://%31%32%37.0.0.1/", "127.0.0.1", 0},
    {"http://127.1/", NULL, NETP_E_SYNTAX},
    {"http://0x7f.1/", NULL, NETP_E_SYNTAX},
    {"http://017700000001/", NULL, NETP_E_SYNTAX},
    {"http://2130706433/", NULL, NETP_E_SYNTAX},
    {"http://0x7f000001/", NULL, NETP_E_SYNTAX},
    {"http://0X7F000001/", NULL, NETP_E_SYNTAX},
    {"http://127.0.0.0x1/", NULL, NETP_E_SYNTAX},
    {"http://127.0.0.0x/", NULL, NETP_E_SYNTAX},
    {"http://127.0.0.0x1./", NULL, NETP_E_SYNTAX},
    {"http://127.0.0.%30x1/", NULL, NETP_E_SYNTAX},
    {"http://0x123456789abcdef01234/", NULL, NETP_E_SYNTAX},
    {"http://1.2.3.04/", NULL, NETP_E_SYNTAX},
    {"http://1.2.3.256/", NULL, NETP_E_SYNTAX},
    {"http://1.2.3.4.5/", NULL, NETP_E_SYNTAX},
    {"http://0/", NULL, NETP_E_SYNTAX},
    {"http://99999999999999999999999/", NULL, NETP_E_SYNTAX},
    {"http://a.1/", NULL, NETP_E_SYNTAX},
    {"http://1.a/", "1.a", 0},
    {"http://1.2.3.4a/", "1.2.3.4a", 0},
    {"http://0xg/", "0xg", 0},
    {"http://x0x1/", "x0x1", 0},
    {"http://1x1/", "1x1", 0},
    {"http://0y1/", "0y1", 0},
    {"http://0x7f.a/", "0x7f.a", 0},
    {"http://ab/", "ab", 0}, /* a hexadecimal number, but without 0x */
    /* IPv6: RFC 5952 section 4, RFC 6874 */
    {"http://[2001:DB8:0:0:1:0:0:1]/", "2001:db8::1:0:0:1", 0},
    {"http://[2001:0db8::0001]:80", "2001:db8::1", 0},
    {"http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1", 0},
    {"http://[::ffff:7f00:1]/", "::ffff:127.0.0.1", 0},
    {"http://[fe80::1%25eth0]/", "fe80::1", 0},
    {"http://[FE80:0::2%251]/", "fe80::2", 0},
    {"http://[v1.x]/", NULL, NETP_E_UNSUPPORTED},
};

static void hosts_are_what_is_connected_to(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hosts); i++) {
        struct netp_url u = url_of(hosts[i].url);
        char *out = malloc(NETP_URL_HOST_CAP);
        int r = netp_url_host(&u, out);
        if (hosts[i].host == NULL ? r != hosts[i].error : r <= 0) {
            fail_msg("%s: %d", hosts[i].url, r);
        }
        if (hosts[i].host != NULL) {
            assert_string_equal(out, hosts[i].host);
            assert_int_equal(r, strlen(hosts[i].host));
        }
        free(out);
    }
}

/* The registered ports of the schemes. */
static void ports_are_given_or_known(void **state)
{
    static const struct {
        const char *url;
        unsigned port;
    } t[] = {
        {"http://h/", 80},      {"HTTPS://h/", 443}, {"ftp://h", 21},      {"tftp://h", 69},
        {"imap://h", 143},      {"pop://h", 110},    {"ws://h", 80},       {"wss://h", 443},
        {"http://h:/", 80},     {"http://h:8/", 8},  {"http://h:080", 80}, {"http://h:0", 0},
        {"x://h:65535", 65535}, {"x://h", 0},        {"//h", 0},           {"//h:7", 7},
        {"httpx://h", 0},       {"htt://h", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct netp_url u = url_of(t[i].url);
        assert_int_equal(netp_url_port(&u), t[i].port);
    }
}

static void origins_are_compared(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } t[] = {
        /* RFC 6454 section 3.2.1 */
        {"http://example.com/", "http://example.com:80/", true},
        {"http://example.com/", "http://example.com/path/file", true},
        {"http://example.com/", "http://example.com:8080/", false},
        {"http://example.com/", "http://www.example.com/", false},
        {"http://example.com/", "https://example.com:80/", false},
        {"http://example.com/", "https://example.com/", false},
        {"http://example.com/", "http://example.org/", false},
        {"http://example.com/", "http://ietf.org/", false},
        {"http://example.com/", "HTTP://u@EXAMPLE.com.:080?q#f", true},
        {"http://example.com/", "http://%65xample.com", true},
        {"http://example.com/", "ws://example.com/", false},
        {"http://example.com/", "http://example.co/", false},
        {"http://[::1]/", "http://[0:0::1]:80/", true},
        {"http://[::1]/", "http://[::2]/", false},
        {"http://[fe80::1%25a]/", "http://[fe80::1%25a]/", true},
        {"http://[fe80::1%25a]/", "http://[fe80::1%25b]/", false},
        {"http://[fe80::1%25a]/", "http://[fe80::1]/", false},
        {"x://h", "x://h", true},
        {"x://h:1", "x://h", false},
        /* no origin at all */
        {"//h", "//h", false},
        {"http:/h", "http:/h", false},
        {"file:///a", "file:///a", false},
        {"http://127.1/", "http://127.1/", false},
        {"http://[v1.x]/", "http://[v1.x]/", false},
        {"//h", "http://h", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct netp_url a = url_of(t[i].a), b = url_of(t[i].b);
        if (netp_url_same_origin(&a, &b) != t[i].same ||
            netp_url_same_origin(&b, &a) != t[i].same) {
            fail_msg("%s, %s", t[i].a, t[i].b);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_what_is_connected_to),
        cmocka_unit_test(ports_are_given_or_known),
        cmocka_unit_test(origins_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
