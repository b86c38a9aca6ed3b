/* test_addr.c - addresses and networks against python3's ipaddress module.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/addr.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What ipaddress.ip_address() makes of a text, NULL: nothing. The IPv6 ones are those of RFC 4291
 * sections 2.2 and 2.3 and RFC 5952 sections 1, 2 and 4, and their bad neighbours. Two things
 * differ by intent: IPv4-mapped addresses show their IPv4 part, and zone 0 is the same as none. */
static const struct {
    const char *text, *canonical;
} table[] = {
    {"0.0.0.0", "0.0.0.0"},
    {"1.2.3.4", "1.2.3.4"},
    {"255.255.255.255", "255.255.255.255"},
    {"127.0.0.1", "127.0.0.1"},
    {"192.0.2.1", "192.0.2.1"},
    {"10.20.30.40", "10.20.30.40"},
    {"249.250.251.252", "249.250.251.252"},
    {"01.2.3.4", NULL},
    {"1.2.3.04", NULL},
    {"1.2.3.00", NULL},
    {"1.2.3", NULL},
    {"1.2.3.4.5", NULL},
    {"1.2.3.", NULL},
    {".1.2.3", NULL},
    {"1..2.3", NULL},
    {"1.2.3.256", NULL},
    {"1.2.3.1000", NULL},
    {"1.2.3.-4", NULL},
    {"0x1.2.3.4", NULL},
    {"1.2.3.a", NULL},
    {"1.2.3.4.", NULL},
    {"16909060", NULL},
    {"1.2.3.99999999999999999999", NULL},
    {"::", "::"},
    {"::1", "::1"},
    {"1::", "1::"},
    {"1::2", "1::2"},
    {"::1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
    {"1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"},
    {"1::3:4:5:6:7:8", "1:0:3:4:5:6:7:8"},
    {"ff02::1", "ff02::1"},
    {"FE80::ABCD:Ef01", "fe80::abcd:ef01"},
    {"fe80::1", "fe80::1"},
    {"2001:db8::1", "2001:db8::1"},
    {"ABCD:EF01:2345:6789:ABCD:EF01:2345:6789", "abcd:ef01:2345:6789:abcd:ef01:2345:6789"},
    {"2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"},
    {"FF01:0:0:0:0:0:0:101", "ff01::101"},
    {"0:0:0:0:0:0:0:1", "::1"},
    {"0:0:0:0:0:0:0:0", "::"},
    {"2001:DB8::8:800:200C:417A", "2001:db8::8:800:200c:417a"},
    {"FF01::101", "ff01::101"},
    {"0:0:0:0:0:0:13.1.68.3", "::d01:4403"},
    {"0:0:0:0:0:FFFF:129.144.52.38", "::ffff:129.144.52.38"},
    {"::13.1.68.3", "::d01:4403"},
    {"::FFFF:129.144.52.38", "::ffff:129.144.52.38"},
    {"2001:0DB8:0000:CD30:0000:0000:0000:0000", "2001:db8:0:cd30::"},
    {"2001:0DB8::CD30:0:0:0:0", "2001:db8:0:cd30::"},
    {"2001:0DB8:0:CD30::", "2001:db8:0:cd30::"},
    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
    {"2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
    {"2001:db8::1:0:0:1", "2001:db8::1:0:0:1"},
    {"2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1"},
    {"2001:0db8::1:0:0:1", "2001:db8::1:0:0:1"},
    {"2001:db8:0:0:1::1", "2001:db8::1:0:0:1"},
    {"2001:db8:0000:0:1::1", "2001:db8::1:0:0:1"},
    {"2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"},
    {"2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"},
    {"2001:db8:aaaa:bbbb:cccc:dddd:eeee:001", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"},
    {"2001:db8:aaaa:bbbb:cccc:dddd:eeee:01", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"},
    {"2001:db8:aaaa:bbbb:cccc:dddd:eeee:1", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"},
    {"2001:db8:aaaa:bbbb:cccc:dddd::1", "2001:db8:aaaa:bbbb:cccc:dddd:0:1"},
    {"2001:db8:aaaa:bbbb:cccc:dddd:0:1", "2001:db8:aaaa:bbbb:cccc:dddd:0:1"},
    {"2001:db8:0:0:0::1", "2001:db8::1"},
    {"2001:db8:0:0::1", "2001:db8::1"},
    {"2001:db8:0::1", "2001:db8::1"},
    {"2001:db8::aaaa:0:0:1", "2001:db8::aaaa:0:0:1"},
    {"2001:db8:0:0:aaaa::1", "2001:db8::aaaa:0:0:1"},
    {"2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"},
    {"2001:db8:aaaa:bbbb:cccc:dddd:eeee:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"},
    {"2001:db8:aaaa:bbbb:cccc:dddd:eeee:AaAa", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"},
    {"2001:db8::0:1", "2001:db8::1"},
    {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
    {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
    {"2001:db8::1:0:0:0", "2001:db8:0:0:1::"},
    {"0:1:0:1:0:1:0:1", "0:1:0:1:0:1:0:1"},
    {"1:0:1:0:1:0:1:0", "1:0:1:0:1:0:1:0"},
    {"0:0:1:1:1:1:0:0", "::1:1:1:1:0:0"},
    {"1:1:0:0:1:0:0:0", "1:1:0:0:1::"},
    {"0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"},
    {"1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"},
    {"0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"},
    {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
    {"::ffff:0.0.0.0", "::ffff:0.0.0.0"},
    {"::ffff:1.2.3.4", "::ffff:1.2.3.4"},
    {"::ffff:102:304", "::ffff:1.2.3.4"},
    {"::FFFF:0:0", "::ffff:0.0.0.0"},
    {"::fffe:1.2.3.4", "::fffe:102:304"},
    {"::ffff:0:1.2.3.4", "::ffff:0:102:304"},
    {"::1.2.3.4", "::102:304"},
    {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
    {"1::1.2.3.4", "1::102:304"},
    {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
    {"1:2:3:4:5::1.2.3.4", "1:2:3:4:5:0:102:304"},
    {":", NULL},
    {":::", NULL},
    {":1", NULL},
    {"1:", NULL},
    {":::1", NULL},
    {"1:::", NULL},
    {"1:::2", NULL},
    {"::1::", NULL},
    {"1::2::3", NULL},
    {":1:2:3:4:5:6:7", NULL},
    {"1:2:3:4:5:6:7:", NULL},
    {"1:2:3:4:5:6:7", NULL},
    {"1:2:3:4:5:6:7:8:9", NULL},
    {"1:2:3:4:5:6:7:8::", NULL},
    {"::1:2:3:4:5:6:7:8", NULL},
    {"1:2:3:4::5:6:7:8", NULL},
    {"::1:2:3:4:5:6:7:8:9", NULL},
    {"1:2:3:4:5:6:7:8:", NULL},
    {"1::2:", NULL},
    {":1:2:3:4:5:6:7:8", NULL},
    {":1::2", NULL},
    {"::1:2:3:4:5:6:7:1.2.3.4", NULL},
    {"1:2:3:4:5:6:7::1.2.3.4", NULL},
    {"1:2:3:4:5:6::1.2.3.4", NULL},
    {"12345::", NULL},
    {"::00001", NULL},
    {"g::", NULL},
    {"::g", NULL},
    {"::-1", NULL},
    {"::+1", NULL},
    {"::0x1", NULL},
    {"::1.2.3", NULL},
    {"::1.2.3.4.5", NULL},
    {"::1.2.3.256", NULL},
    {"::01.2.3.4", NULL},
    {"1.2.3.4::", NULL},
    {"::1.2.3.4:1", NULL},
    {"1:2:3:4:5:6:7:1.2.3.4", NULL},
    {"1:2:3:4:5:6:7:8.1.2.3", NULL},
    {"::1:2:3:4:5:6:1.2.3.4", NULL},
    {"::ffff:1.2.3.4.", NULL},
    {"::1.2.3.4::", NULL},
    {"::12ab.1.2.3", NULL},
    {"fe80::1%2", "fe80::1%2"},
    {"fe80::1%4294967295", "fe80::1%4294967295"},
    {"fe80::1%0", "fe80::1"},
    {"::ffff:1.2.3.4%7", "::ffff:1.2.3.4%7"},
    {"fe80::1%", NULL},
    {"fe80::1%1%2", NULL},
};

/* What ipaddress.ip_interface() makes of a text. */
static const struct {
    const char *text;
    unsigned bits;
    const char *first, *last, *mask;
} networks[] = {
    {"10.0.0.0/8", 8, "10.0.0.0", "10.255.255.255", "255.0.0.0"},
    {"192.0.2.17/24", 24, "192.0.2.0", "192.0.2.255", "255.255.255.0"},
    {"0.0.0.0/0", 0, "0.0.0.0", "255.255.255.255", "0.0.0.0"},
    {"255.255.255.255/32", 32, "255.255.255.255", "255.255.255.255", "255.255.255.255"},
    {"192.0.2.3/31", 31, "192.0.2.2", "192.0.2.3", "255.255.255.254"},
    {"198.51.100.77/30", 30, "198.51.100.76", "198.51.100.79", "255.255.255.252"},
    {"172.31.255.1/12", 12, "172.16.0.0", "172.31.255.255", "255.240.0.0"},
    {"10.1.2.3/1", 1, "0.0.0.0", "127.255.255.255", "128.0.0.0"},
    {"10.1.2.3/7", 7, "10.0.0.0", "11.255.255.255", "254.0.0.0"},
    {"10.1.2.3/9", 9, "10.0.0.0", "10.127.255.255", "255.128.0.0"},
    {"10.1.2.3/25", 25, "10.1.2.0", "10.1.2.127", "255.255.255.128"},
    {"::/0", 0, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::"},
    {"::1/128", 128, "::1", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {"2001:db8::/32", 32, "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff::"},
    {"2001:DB8:0:CD30:123:4567:89AB:CDEF/60", 60,
     "2001:db8:0:cd30::", "2001:db8:0:cd3f:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:fff0::"},
    {"fe80::1/10", 10, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffc0::"},
    {"2001:db8::ff/127", 127, "2001:db8::fe", "2001:db8::ff",
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"},
    {"2001:db8::ff/121", 121, "2001:db8::80", "2001:db8::ff",
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff80"},
    {"2001:db8:ffff::/33", 33, "2001:db8:8000::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
     "ffff:ffff:8000::"},
    {"::ffff:1.2.3.4/96", 96, "::ffff:0.0.0.0", "::ffff:255.255.255.255",
     "ffff:ffff:ffff:ffff:ffff:ffff::"},
};

/* text in a heap block of its exact size */
static int parse(const char *text, struct netp_addr *a)
{
    size_t n = strlen(text);
    char *p = malloc(n);
    memcpy(p, text, n);
    int r = netp_addr_parse(netp_str_make(p, n), a);
    free(p);
    return r;
}

static int parse_cidr(const char *text, struct netp_cidr *c)
{
    size_t n = strlen(text);
    char *p = malloc(n);
    memcpy(p, text, n);
    int r = netp_cidr_parse(netp_str_make(p, n), c);
    free(p);
    return r;
}

static struct netp_addr addr(const char *text)
{
    struct netp_addr a;
    assert_int_equal(parse(text, &a), NETP_OK);
    return a;
}

static void shows(const struct netp_addr *a, const char *text)
{
    char *out = malloc(NETP_ADDR_CAP);
    assert_int_equal(netp_addr_format(a, out), strlen(text));
    assert_string_equal(out, text);
    free(out);
}

static void addresses_are_read_and_shown_as_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct netp_addr a = {{7}, 7, 7, 7}, b = a;
        int r = parse(table[i].text, &a);
        if (table[i].canonical == NULL) {
            assert_int_equal(r, NETP_E_SYNTAX);
            assert_true(netp_addr_eq(&a, &b)); /* untouched */
            continue;
        }
        assert_int_equal(r, NETP_OK);
        assert_int_equal(a.port, 0);
        assert_true(a.scope == 0 || strchr(table[i].text, '%'));
        assert_int_equal(a.fam, strchr(table[i].text, ':') ? 6 : 4);
        shows(&a, table[i].canonical);
        b = addr(table[i].canonical);
        assert_true(netp_addr_eq(&a, &b));
    }
}

static void bytes_are_where_they_belong(void **state)
{
    static const uint8_t six[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xa, 0xb, 0xc, 0xd};
    struct netp_addr a = addr("1.2.3.255");

    (void)state;
    assert_memory_equal(a.ip, "\1\2\3\xff", 4);
    a = addr("[2001:db8::a0b:c0d%258]:513");
    assert_memory_equal(a.ip, six, 16);
    assert_int_equal(a.scope, 258);
    assert_int_equal(a.port, 513);
}

static const struct {
    const char *text, *canonical;
} with_port[] = {
    {"1.2.3.4:69", "1.2.3.4:69"},
    {"1.2.3.4:65535", "1.2.3.4:65535"},
    {"1.2.3.4:0", "1.2.3.4"},
    {"1.2.3.4:00069", "1.2.3.4:69"},
    {"[::1]:69", "[::1]:69"},
    {"[::1]", "::1"},
    {"[::1]:0", "::1"},
    {"[FE80::1%2]:69", "[fe80::1%2]:69"},
    {"[::ffff:1.2.3.4]:80", "[::ffff:1.2.3.4]:80"},
    {"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535", /* the longest there is */
     "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535"},
    {"", NULL},
    {"1.2.3.4:", NULL},
    {"1.2.3.4:65536", NULL},
    {"1.2.3.4:-1", NULL},
    {"1.2.3.4: 1", NULL},
    {"1.2.3.4:69 ", NULL},
    {" 1.2.3.4:69", NULL},
    {"1.2.3.4:69:69", NULL},
    {"1.2.3.4:tftp", NULL},
    {"1.2.3.4%1", NULL},
    {"1.2.3.4%1:69", NULL},
    {"[1.2.3.4]", NULL},
    {"[1.2.3.4]:69", NULL},
    {":69", NULL},
    {"localhost", NULL},
    {"localhost:69", NULL},
    {"[", NULL},
    {"[]", NULL},
    {"[]:69", NULL},
    {"[::1", NULL},
    {"::1]", NULL},
    {"::1]:69", NULL},
    {"[::1]69", NULL},
    {"[::1]:", NULL},
    {"[::1]:65536", NULL},
    {"[::1]]:69", NULL},
    {"[[::1]]:69", NULL},
    {"x[::1]:69", NULL},
    {"[::1]x:69", NULL},
    {"[::1]%2:69", NULL},
    {"[fe80::1%eth0]:69", NULL},
    {"fe80::1%02", NULL},
    {"fe80::1%4294967296", NULL},
    {"fe80::1%-1", NULL},
    {"%1", NULL},
};

static void ports(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(with_port); i++) {
        struct netp_addr a;
        assert_int_equal(parse(with_port[i].text, &a),
                         with_port[i].canonical ? NETP_OK : NETP_E_SYNTAX);
        if (with_port[i].canonical) {
            shows(&a, with_port[i].canonical);
        }
    }
    struct netp_addr none = {{0}, 0, 69, 0};
    shows(&none, "-");
    assert_int_equal(netp_addr_parse(netp_str_make(NULL, 0), &none), NETP_E_SYNTAX);
    assert_int_equal(netp_addr_parse(NETP_STR("1.2.3.4\0"), &none), NETP_E_SYNTAX);
}

static void equality(void **state)
{
    static const struct {
        const char *a, *b;
        bool eq, eq_ip;
    } t[] = {
        {"1.2.3.4:5", "1.2.3.4:5", true, true},   {"1.2.3.4:5", "1.2.3.4:6", false, true},
        {"1.2.3.4:5", "1.2.3.5:5", false, false}, {"[::1]:5", "[0::1]:5", true, true},
        {"[::1]:5", "::1", false, true},          {"::1", "::2", false, false},
        {"fe80::1%1", "fe80::1%1", true, true},   {"fe80::1%1", "fe80::1%2", false, false},
        {"fe80::1%1", "fe80::1", false, false},   {"1.2.3.4", "::ffff:1.2.3.4", false, false},
        {"1.2.3.4", "102:304::", false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct netp_addr a = addr(t[i].a), b = addr(t[i].b);
        assert_int_equal(netp_addr_eq(&a, &b), t[i].eq);
        assert_int_equal(netp_addr_eq_ip(&a, &b), t[i].eq_ip);
    }
    struct netp_addr a = addr("1.2.3.4"), b = a;
    b.ip[4] = 1; /* not a part of an IPv4 address */
    assert_true(netp_addr_eq(&a, &b));
}

static void networks_have_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(networks); i++) {
        struct netp_cidr c;
        assert_int_equal(parse_cidr(networks[i].text, &c), NETP_OK);
        struct netp_addr first = netp_cidr_first(&c), last = netp_cidr_last(&c);
        struct netp_addr mask = netp_cidr_mask(&c);
        assert_int_equal(c.bits, networks[i].bits);
        shows(&first, networks[i].first);
        shows(&last, networks[i].last);
        shows(&mask, networks[i].mask);
        assert_int_equal(netp_mask_bits(&mask), c.bits);
        assert_true(netp_cidr_contains(&c, &c.addr));
        assert_true(netp_cidr_contains(&c, &first));
        assert_true(netp_cidr_contains(&c, &last));
    }
}

static void membership(void **state)
{
    static const struct {
        const char *net, *a;
        bool in;
    } t[] = {
        {"10.0.0.0/8", "10.255.0.1:69", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.0.0.0/8", "9.255.255.255", false},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"192.0.2.200/25", "192.0.2.129", true},
        {"192.0.2.1/32", "192.0.2.1", true},
        {"192.0.2.1/32", "192.0.2.0", false},
        {"0.0.0.0/0", "255.255.255.255", true},
        {"0.0.0.0/0", "::", false},
        {"::/0", "0.0.0.0", false},
        {"::/0", "ffff::", true},
        {"10.0.0.0/8", "::ffff:10.0.0.1", false},
        {"fe80::/10", "febf::1%3", true},
        {"fe80::/10", "fec0::1", false},
        {"2001:db8::/127", "2001:db8::1", true},
        {"2001:db8::/127", "2001:db8::2", false},
    };
    struct netp_cidr zero = {{{0}, 0, 0, 0}, 0};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct netp_cidr c;
        struct netp_addr a = addr(t[i].a);
        assert_int_equal(parse_cidr(t[i].net, &c), NETP_OK);
        assert_int_equal(netp_cidr_contains(&c, &a), t[i].in);
        assert_false(netp_cidr_contains(&zero, &a));
        assert_false(netp_cidr_contains(&c, &zero.addr));
    }
    assert_false(netp_cidr_contains(&zero, &zero.addr));
}

static void bad_networks_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "/",
        "/8",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0/8",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.0/-1",
        "10.0.0.0/8/8",
        "10.0.0.0/8 ",
        "10.0.0.0:1/8",
        "[::1]/128",
        "::/129",
        "::/00",
        "fe80::1%1/64",
        "::1",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/18446744073709551624",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct netp_cidr c;
        assert_int_equal(parse_cidr(bad[i], &c), NETP_E_SYNTAX);
    }
}

static void only_netmasks_have_a_length(void **state)
{
    static const char *const bad[] = {
        "255.0.255.0", "0.0.0.1", "255.255.255.253", "127.0.0.0",       "ffff:0:ffff::",
        "::1",         "7fff::",  "fffd::",          "254.255.255.255", "ffff:ffff:ffff:ffff::1"};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct netp_addr mask = addr(bad[i]);
        assert_int_equal(netp_mask_bits(&mask), NETP_E_ARG);
    }
    struct netp_addr none = {{0}, 0, 0, 0};
    assert_int_equal(netp_mask_bits(&none), NETP_E_ARG);

    struct netp_addr all = addr("255.255.255.255");
    all.ip[4] = 0xff; /* not a part of an IPv4 address */
    assert_int_equal(netp_mask_bits(&all), 32);

    struct netp_cidr c = {{{0}, 0, 0, 4}, 0};
    for (; c.bits <= 32; c.bits++) {
        struct netp_addr mask = netp_cidr_mask(&c);
        assert_int_equal(netp_mask_bits(&mask), c.bits);
    }
    c.addr.fam = 6;
    for (c.bits = 0; c.bits <= 128; c.bits++) {
        struct netp_addr mask = netp_cidr_mask(&c);
        assert_int_equal(netp_mask_bits(&mask), c.bits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_and_shown_as_the_table_says),
        cmocka_unit_test(bytes_are_where_they_belong),
        cmocka_unit_test(ports),
        cmocka_unit_test(equality),
        cmocka_unit_test(networks_have_edges),
        cmocka_unit_test(membership),
        cmocka_unit_test(bad_networks_are_refused),
        cmocka_unit_test(only_netmasks_have_a_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
