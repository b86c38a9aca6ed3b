/* test_http_cookie.c - Set-Cookie and Cookie: RFC 6265bis sections 4 and 5.6.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_cookie.h>
#include <netproto/http_date.h>

static const char *const same_sites[] = {"", " none", " lax", " strict"};

/* [name][value], what is there of domain and path, and the rest in words. */
static void parsed(struct netp_str s, struct told *told)
{
    struct netp_http_cookie c;
    int r = netp_http_set_cookie_parse(s, &c);

    tell_error(told, r);
    if (r != NETP_OK) {
        return;
    }
    tell_str(told, c.name);
    tell_str(told, c.value);
    if (c.domain.n > 0) {
        tell(told, " domain ");
        tell_str(told, c.domain);
    }
    if (c.path.n > 0) {
        tell(told, " path ");
        tell_str(told, c.path);
    }
    if ((c.flags & NETP_HTTP_COOKIE_EXPIRES) != 0) {
        tell(told, " expires %lld", (long long)c.expires);
    }
    if ((c.flags & NETP_HTTP_COOKIE_MAX_AGE) != 0) {
        tell(told, " max-age %u", (unsigned)c.max_age);
    }
    tell(told, "%s%s%s", (c.flags & NETP_HTTP_COOKIE_SECURE) != 0 ? " secure" : "",
         (c.flags & NETP_HTTP_COOKIE_HTTP_ONLY) != 0 ? " http-only" : "", same_sites[c.same_site]);
}

static void a_pair_and_its_attributes_are_read(void **state)
{
    static const struct row rows[] = {
        /* section 3.1 */
        ROW("SID=31d4d96e407aad42", "[SID][31d4d96e407aad42]"),
        ROW("SID=31d4d96e407aad42; Path=/; Domain=site.example",
            "[SID][31d4d96e407aad42] domain [site.example] path [/]"),
        ROW("lang=en-US; Expires=Wed, 09 Jun 2021 10:18:14 GMT",
            "[lang][en-US] expires 1623233894"),
        ROW("SID=31d4d96e407aad42; Path=/; Secure; HttpOnly",
            "[SID][31d4d96e407aad42] path [/] secure http-only"),
        /* section 5.6: the pair */
        ROW("", "[][]"),
        ROW("=", "[][]"),
        ROW("foo", "[][foo]"),
        ROW("=foo", "[][foo]"),
        ROW("a==b", "[a][=b]"),
        ROW("a=b=c", "[a][b=c]"),
        ROW(" \ta\t = \t b c\td ", "[a][b c\td]"),
        ROW("a=\"b;c\"", "[a][\"b]"),
        ROW("a=b;", "[a][b]"),
        ROW(";Secure", "[][] secure"),
        ROW("a=\xc3\xa4", "[a][\xc3\xa4]"),
        ROW("a=b%3B", "[a][b%3B]"),
        /* attributes: any case, blanks, unknown and empty ones */
        ROW("a=b; ; =; =x; foo; bar=1;;secure ; \tHTTPONLY\t", "[a][b] secure http-only"),
        ROW("a=b;\tsecure", "[a][b] secure"),
        ROW("a=b; SECURE =x", "[a][b] secure"),
        ROW("a=b; sec ure; secures", "[a][b]"),
    };

    (void)state;
    check_rows(parsed, rows, COUNT(rows));
}

static void attributes_mean_what_section_5_6_says(void **state)
{
    static const struct row rows[] = {
        /* section 5.6.1: what is no date is not there */
        ROW("a=b; Expires=never", "[a][b]"),
        ROW("a=b; Expires=Wed, 09 Jun 2021 10:18:14 GMT; Expires=never",
            "[a][b] expires 1623233894"),
        ROW("a=b; expires=Thu, 01 Jan 1970 00:00:00 GMT", "[a][b] expires 0"),
        ROW("a=b; expires=31 Feb 2030 00:00:00", "[a][b]"),
        ROW("a=b; expires=1 Jan 1600 00:00:00", "[a][b]"),
        ROW("a=b; expires=31 Dec 9999 23:59:59", "[a][b] expires 253402300799"),
        /* section 5.6.2, and 5.5 */
        ROW("a=b; Max-Age=5", "[a][b] max-age 5"),
        ROW("a=b; max-age=0", "[a][b] max-age 0"),
        ROW("a=b; Max-Age=-1", "[a][b] max-age 0"),
        ROW("a=b; Max-Age=-99999999999999999999", "[a][b] max-age 0"),
        ROW("a=b; Max-Age=34559999", "[a][b] max-age 34559999"),
        ROW("a=b; Max-Age=34560001", "[a][b] max-age 34560000"),
        ROW("a=b; Max-Age=99999999999999999999", "[a][b] max-age 34560000"),
        ROW("a=b; Max-Age=; Max-Age=-; Max-Age=+5; Max-Age=1e9; Max-Age=5 5; Max-Age=--1",
            "[a][b]"),
        ROW("a=b; Max-Age=7; Max-Age=x", "[a][b] max-age 7"),
        /* section 5.6.3 and 5.6.4: the last counts, empty or not */
        ROW("a=b; Domain=.Example.COM", "[a][b] domain [Example.COM]"),
        ROW("a=b; Domain=..x", "[a][b] domain [.x]"),
        ROW("a=b; Domain=x; Domain=", "[a][b]"),
        ROW("a=b; Domain=x; Domain=.", "[a][b]"),
        ROW("a=b; Domain=; Domain=x", "[a][b] domain [x]"),
        ROW("a=b; Path=x", "[a][b]"),
        ROW("a=b; Path=/x; Path", "[a][b]"),
        ROW("a=b; Path=/x; Path=y", "[a][b]"),
        ROW("a=b; Path=/x; Path=/y z ", "[a][b] path [/y z]"),
        /* section 5.6.7 */
        ROW("a=b; SameSite=none", "[a][b] none"),
        ROW("a=b; SameSite=LAX", "[a][b] lax"),
        ROW("a=b; samesite=Strict", "[a][b] strict"),
        ROW("a=b; SameSite=Strict; SameSite=bogus", "[a][b]"),
        /* section 5.6, step 1 */
        ROW("a=b\0c", "NETP_E_SYNTAX"),
        ROW("a\x01=b", "NETP_E_SYNTAX"),
        ROW("a=b\r\nX: y", "NETP_E_SYNTAX"),
        ROW("a=b; Path=/\n", "NETP_E_SYNTAX"),
        ROW("a=b; foo\x7f", "NETP_E_SYNTAX"),
        ROW("a=b; Secure\x1f", "NETP_E_SYNTAX"),
    };

    (void)state;
    check_rows(parsed, rows, COUNT(rows));
}

/* Steps 5 of the pair and 6 of the attributes. */
static void lengths_have_limits(void **state)
{
    char text[6000];
    struct netp_http_cookie c;
    struct netp_str s = {text, 0};

    (void)state;
    memset(text, 'x', sizeof text);
    text[0] = ' ';
    text[96] = '=';
    s.n = 1 + 95 + 1 + 4001;
    assert_int_equal(netp_http_set_cookie_parse(s, &c), NETP_OK);
    assert_int_equal(c.name.n, 95);
    assert_int_equal(c.value.n, 4001);
    s.n++;
    assert_int_equal(netp_http_set_cookie_parse(s, &c), NETP_E_LIMIT);

    memcpy(text, "a=b; Path=/", 11);
    s.n = 10 + 1024;
    assert_int_equal(netp_http_set_cookie_parse(s, &c), NETP_OK);
    assert_int_equal(c.path.n, 1024);
    s.n++;
    assert_int_equal(netp_http_set_cookie_parse(s, &c), NETP_OK);
    assert_int_equal(c.path.n, 0);
    memcpy(text + s.n, "; Path=/y", 9);
    s.n += 9;
    assert_int_equal(netp_http_set_cookie_parse(s, &c), NETP_OK);
    assert_int_equal(c.path.n, 2);
}

static void cookies(struct netp_str s, struct told *told)
{
    struct netp_str name, value;

    while (netp_http_cookie_next(&s, &name, &value) == 1) {
        tell_str(told, name);
        tell_str(told, value);
    }
    assert_int_equal(s.n, 0);
    assert_int_equal(netp_http_cookie_next(&s, &name, &value), 0);
}

static void a_server_reads_cookies(void **state)
{
    static const struct row rows[] = {
        ROW("", ""),
        ROW("SID=31d4d96e407aad42; lang=en-US", "[SID][31d4d96e407aad42][lang][en-US]"),
        ROW("a=b; a=c; =x; ;; $Version=1; k=\"v\"", "[a][b][a][c][][x][$Version][1][k][\"v\"]"),
        ROW(";a=b;;", "[a][b]"),
        ROW(" ; ", ""),
        ROW("a", "[][a]"),
        ROW("a = b c ;d=", "[a][b c][d][]"),
        ROW("a==;b=\"x;y\"", "[a][=][b][\"x][][y\"]"),
        ROW("a=\x01; b=c; \x7f=d; e=\0; f=g", "[b][c][f][g]"),
    };

    (void)state;
    check_rows(cookies, rows, COUNT(rows));
}

/* ---- writing ---- */

static struct netp_http_cookie cookie(const char *name, const char *value, const char *domain,
                                      const char *path, unsigned flags)
{
    struct netp_http_cookie c;

    memset(&c, 0, sizeof c);
    c.name = netp_str_of(name);
    c.value = netp_str_of(value);
    c.domain = netp_str_of(domain);
    c.path = netp_str_of(path);
    c.flags = flags;
    return c;
}

static void check_written(struct netp_http_cookie c, const char *text)
{
    char out[6000];
    size_t cap = NETP_HTTP_SET_COOKIE_CAP(&c);
    ptrdiff_t n = netp_http_set_cookie_format(out, cap, &c);

    if (text == NULL) {
        assert_int_equal(n, NETP_E_ARG);
        return;
    }
    assert_int_equal(n, strlen(text));
    assert_memory_equal(out, text, strlen(text));
    for (cap = 0; cap < (size_t)n; cap++) {
        out[cap] = '#';
        assert_int_equal(netp_http_set_cookie_format(out, cap, &c), NETP_E_NOSPACE);
        assert_int_equal(out[cap], '#');
    }
}

static void a_server_writes_cookies(void **state)
{
    enum { S = NETP_HTTP_COOKIE_SECURE, H = NETP_HTTP_COOKIE_HTTP_ONLY };
    struct netp_http_cookie c = cookie("a", "b", "Example.com", "/x y", S | H);

    (void)state;
    check_written(cookie("SID", "31d4", "", "", 0), "SID=31d4");
    check_written(cookie("a", "", "", "/", 0), "a=; Path=/");
    check_written(cookie("a", "\"b\"", "", "", 0), "a=\"b\"");
    check_written(cookie("a", "\"\"", "", "", 0), "a=\"\"");
    check_written(cookie("__Secure-a", "b", "a.b", "", S), "__Secure-a=b; Domain=a.b; Secure");
    check_written(cookie("__Host-a", "b", "", "/", S), "__Host-a=b; Path=/; Secure");
    check_written(cookie("__Hos-a", "b", "", "", 0), "__Hos-a=b");
    check_written(cookie("a", "__Host-", "", "", 0), "a=__Host-");
    c.flags |= NETP_HTTP_COOKIE_EXPIRES | NETP_HTTP_COOKIE_MAX_AGE;
    c.expires = 1623233894;
    c.max_age = UINT32_MAX;
    c.same_site = NETP_HTTP_SAME_SITE_STRICT;
    check_written(c, "a=b; Expires=Wed, 09 Jun 2021 10:18:14 GMT; Max-Age=4294967295; "
                     "Domain=Example.com; Path=/x y; Secure; HttpOnly; SameSite=Strict");
    assert_int_equal(NETP_HTTP_SET_COOKIE_CAP(&c),
                     strlen("a=b; Expires=Wed, 09 Jun 2021 10:18:14 GMT; Max-Age=4294967295; "
                            "Domain=Example.com; Path=/x y; Secure; HttpOnly; SameSite=Strict"));
    c = cookie("a", "b", "", "", 0);
    c.max_age = 7; /* but no flag */
    c.same_site = NETP_HTTP_SAME_SITE_LAX;
    check_written(c, "a=b; SameSite=Lax");
    c.same_site = NETP_HTTP_SAME_SITE_NONE;
    c.flags = S;
    check_written(c, "a=b; Secure; SameSite=None");
    c = cookie("a", "b", "", "", NETP_HTTP_COOKIE_EXPIRES);
    c.expires = -11644473600;
    check_written(c, "a=b; Expires=Mon, 01 Jan 1601 00:00:00 GMT");
    c.flags = NETP_HTTP_COOKIE_MAX_AGE;
    check_written(c, "a=b; Max-Age=0");
}

/* What could become another field, another cookie or another attribute, and what nobody keeps. */
static void a_server_is_not_tricked_into_bad_ones(void **state)
{
    static const char *const names[] = {"", "a=", "a b", "a;b", "a\r\nb", "\xc3\xa4", "\"a\""};
    static const char *const values[] = {";",     "a b",      "a,b", "a\\b", "\r\n",
                                         "a\x7f", "\xc3\xa4", "\"",  "\"a",  "a\"",
                                         "a\"b",  "\"a\"b\"", "\t"};
    static const char *const domains[] = {"a;b", ".a", "a.", "a..b", "a b", "a/b", "%61", "a\r\nb"};
    static const char *const paths[] = {"x",   "/;Secure", "/\r\n", "/\xc3\xa4",
                                        "/x ", "/\t",      "/\x7f"};
    enum { S = NETP_HTTP_COOKIE_SECURE };
    struct netp_http_cookie c = cookie("a", "b", "", "", 0);
    char text[4097];

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        check_written(cookie(names[i], "b", "", "", 0), NULL);
    }
    for (size_t i = 0; i < COUNT(values); i++) {
        check_written(cookie("a", values[i], "", "", 0), NULL);
    }
    for (size_t i = 0; i < COUNT(domains); i++) {
        check_written(cookie("a", "b", domains[i], "", 0), NULL);
    }
    for (size_t i = 0; i < COUNT(paths); i++) {
        check_written(cookie("a", "b", "", paths[i], 0), NULL);
    }
    check_written(cookie("__Host-a", "b", "", "/", 0), NULL);
    check_written(cookie("__Host-a", "b", "", "", S), NULL);
    check_written(cookie("__Host-a", "b", "", "/x", S), NULL);
    check_written(cookie("__host-a", "b", "a.b", "/", S), NULL);
    check_written(cookie("__SECURE-a", "b", "", "/", 0), NULL);
    c.same_site = NETP_HTTP_SAME_SITE_NONE;
    check_written(c, NULL);
    c = cookie("a", "b", "", "", NETP_HTTP_COOKIE_EXPIRES);
    c.expires = -11644473601;
    check_written(c, NULL);
    c.expires = NETP_HTTP_DATE_MAX + 1;
    check_written(c, NULL);

    memset(text, 'x', sizeof text);
    text[0] = '/';
    c = cookie("a", "", "", "", 0);
    c.path = netp_str_make(text, 1025);
    check_written(c, NULL);
    c.path.n = 1024;
    assert_true(netp_http_set_cookie_format(text, 0, &c) == NETP_E_NOSPACE);
    c = cookie("a", "", "", "", 0);
    c.value = netp_str_make(text, 4096);
    check_written(c, NULL);
    c.value.n = 4095;
    assert_true(netp_http_set_cookie_format(text, 0, &c) == NETP_E_NOSPACE);
}

/* Section 4.1.1: token, cookie-octet and av-octet. */
static void each_character_has_its_places(void **state)
{
    char out[40], text[2] = "/";

    (void)state;
    for (int i = 0; i < 256; i++) {
        char c = (char)i;
        bool visible = i > ' ' && i < 127;
        struct netp_http_cookie named = cookie("", "", "", "", 0),
                                valued = cookie("a", "", "", "", 0);
        struct netp_http_cookie placed = cookie("a", "", "", "/xx", 0);
        char path[3] = {'/', c, 'x'};

        text[0] = c;
        named.name = netp_str_make(text, 1);
        valued.value = netp_str_make(text, 1);
        placed.path = netp_str_make(path, 3);
        assert_int_equal(netp_http_set_cookie_format(out, sizeof out, &named) > 0,
                         visible && memchr("()<>@,;:\\\"/[]?={}", c, 17) == NULL);
        assert_int_equal(netp_http_set_cookie_format(out, sizeof out, &valued) > 0,
                         visible && memchr("\",;\\", c, 4) == NULL);
        assert_int_equal(netp_http_set_cookie_format(out, sizeof out, &placed) > 0,
                         (visible || c == ' ') && c != ';');
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_and_its_attributes_are_read),
        cmocka_unit_test(attributes_mean_what_section_5_6_says),
        cmocka_unit_test(lengths_have_limits),
        cmocka_unit_test(a_server_reads_cookies),
        cmocka_unit_test(a_server_writes_cookies),
        cmocka_unit_test(a_server_is_not_tricked_into_bad_ones),
        cmocka_unit_test(each_character_has_its_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
