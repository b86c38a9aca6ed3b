/* test_http_robots.c - robots.txt: RFC 9309. SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_robots.h>
#include <netproto/text.h>

#include <stdio.h>

/* Asks with the text and the path in blocks of exactly their size. */
static int ask(struct netp_str text, const char *agent, struct netp_str path)
{
    struct netp_http_robots robots;
    char *t = malloc(text.n + (text.n == 0)), *p = malloc(path.n + (path.n == 0));
    int r;

    assert_non_null(t);
    assert_non_null(p);
    memcpy(t, text.p, text.n);
    memcpy(p, path.p, path.n);
    r = netp_http_robots_init(&robots, netp_str_make(t, text.n), netp_str_of(agent));
    assert_int_equal(r, NETP_OK);
    r = netp_http_robots_allowed(&robots, netp_str_make(p, path.n));
    free(p);
    free(t);
    return r;
}

static bool allows(const char *text, const char *agent, const char *path)
{
    int r = ask(netp_str_of(text), agent, netp_str_of(path));

    assert_true(r >= 0);
    return r == 1;
}

/* Whether a single pattern matches. */
static bool match(const char *pattern, const char *path)
{
    char text[400];

    snprintf(text, sizeof text, "user-agent: *\ndisallow: %s", pattern);
    return !allows(text, "a", path);
}

static void a_status_says_how(void **state)
{
    (void)state;
    assert_int_equal(netp_http_robots_access(200), NETP_HTTP_ROBOTS_READ);
    assert_int_equal(netp_http_robots_access(299), NETP_HTTP_ROBOTS_READ);
    assert_int_equal(netp_http_robots_access(300), NETP_HTTP_ROBOTS_FOLLOW);
    assert_int_equal(netp_http_robots_access(308), NETP_HTTP_ROBOTS_FOLLOW);
    assert_int_equal(netp_http_robots_access(400), NETP_HTTP_ROBOTS_ALLOW_ALL);
    assert_int_equal(netp_http_robots_access(429), NETP_HTTP_ROBOTS_ALLOW_ALL);
    assert_int_equal(netp_http_robots_access(499), NETP_HTTP_ROBOTS_ALLOW_ALL);
    assert_int_equal(netp_http_robots_access(500), NETP_HTTP_ROBOTS_DISALLOW_ALL);
    assert_int_equal(netp_http_robots_access(599), NETP_HTTP_ROBOTS_DISALLOW_ALL);
    assert_int_equal(netp_http_robots_access(0), NETP_HTTP_ROBOTS_DISALLOW_ALL);
    assert_int_equal(netp_http_robots_access(-1), NETP_HTTP_ROBOTS_DISALLOW_ALL);
}

/* Section 5.1. */
static void the_simple_example_of_the_rfc(void **state)
{
    static const char text[] = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\n"
                               "Allow: /publications/\n\n"
                               "User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\n"
                               "Allow:/example/allowed.gif\n\n"
                               "User-Agent: barbot\nUser-Agent: bazbot\n"
                               "Disallow: /example/page.html\n\n"
                               "User-Agent: quxbot\n";
    (void)state;
    assert_true(allows(text, "any", "/"));
    assert_true(allows(text, "any", "/publications/"));
    assert_false(allows(text, "any", "/x.gif"));
    assert_true(allows(text, "any", "/x.gif?y"));
    assert_false(allows(text, "any", "/example/y"));
    assert_false(allows(text, "foobot", "/y"));
    assert_true(allows(text, "FooBot", "/example/page.html"));
    assert_true(allows(text, "foobot", "/example/allowed.gif"));
    assert_false(allows(text, "barbot", "/example/page.html"));
    assert_false(allows(text, "bazbot", "/example/page.html"));
    assert_true(allows(text, "bazbot", "/x.gif"));
    assert_true(allows(text, "quxbot", "/example/page.html"));
}

/* Section 5.2. */
static void the_longest_match_decides(void **state)
{
    static const char text[] = "User-Agent: foobot\nAllow: /example/page/\n"
                               "Disallow: /example/page/disallowed.gif\n";
    static const char ties[] = "User-agent: *\nDisallow: /page\nAllow: /page\nAllow: /b\n"
                               "Disallow: /b\nDisallow: /a*c\nAllow: /abc\nDisallow: /abcd";
    (void)state;
    assert_false(allows(text, "foobot", "/example/page/disallowed.gif"));
    assert_true(allows(text, "foobot", "/example/page/x"));
    assert_true(allows(ties, "x", "/page"));
    assert_true(allows(ties, "x", "/b"));
    assert_true(allows(ties, "x", "/abc"));
    assert_false(allows(ties, "x", "/abcd"));
    assert_false(allows(ties, "x", "/axc"));
    /* octets, as if all were escaped that can be */
    assert_false(
        allows("user-agent:*\nallow: /??????\ndisallow: /\xe3\x83\x84", "x", "/%E3%83%84"));
    assert_true(allows("user-agent:*\nallow: /%41%42\ndisallow: /AB", "x", "/AB"));
    assert_false(allows("user-agent:*\nallow: /a*\ndisallow: /a%00", "x", "/a%00"));
}

/* Section 2.2.1 */
static void groups_are_found(void **state)
{
    static const char merged[] = "user-agent: a\ndisallow: /1\nuser-agent: b\ndisallow: /2\n"
                                 "\n\tUSER-AGENT :  A/2.0 (x)\t# c\nsitemap: s\nuser-agent: c\n"
                                 "disallow: /3\nuser-agent: *\ndisallow: /4";
    static const char delayed[] = "user-agent: a\ncrawl-delay: 1\nuser-agent: *\ndisallow: /";
    (void)state;
    for (int i = 1; i <= 4; i++) {
        char path[] = "/0";
        path[1] = (char)('0' + i);
        assert_int_equal(allows(merged, "a", path), i != 1 && i != 3);
        assert_int_equal(allows(merged, "b", path), i != 2);
        assert_int_equal(allows(merged, "c", path), i != 3);
        assert_int_equal(allows(merged, "d", path), i != 4);
    }
    assert_true(allows(delayed, "a", "/"));
    assert_false(allows(delayed, "b", "/"));
    assert_true(allows("disallow: /", "a", "/"));                   /* of no group */
    assert_true(allows("user-agent: ab\ndisallow: /", "a", "/"));   /* another */
    assert_true(allows("user-agent: a b\ndisallow: /", "b", "/"));  /* the first word */
    assert_true(allows("user-agent:\ndisallow: /", "b", "/"));      /* nobody */
    assert_false(allows("user-agent: */1\ndisallow: /", "b", "/")); /* as any name */
    assert_true(allows("user-agent *\ndisallow: /", "b", "/"));     /* no line */
    assert_true(allows("<html>robots: none</html>", "b", "/"));     /* no file */
    assert_true(allows("user-agent: *\ncrawl-delay: /", "b", "/")); /* no pattern */
    assert_false(allows("user-agent: Z-z_Aa\ndisallow: /", "z-Z_aA", "/"));
}

static void lines_end_in_three_ways(void **state)
{
    (void)state;
    assert_false(allows("\xef\xbb\xbfuser-agent: *\rdisallow: /a\r\ndisallow: /b\n", "x", "/a"));
    assert_false(allows("user-agent: *\rdisallow: /a\r\ndisallow: /b\n", "x", "/b"));
    assert_true(allows("\xef\xbb", "x", "/"));
    assert_true(allows("\xef\xbb\xbf", "x", "/"));
    assert_true(allows("\xef\xbb\xbe"
                       "user-agent: *\ndisallow: /",
                       "x", "/"));
    assert_true(allows("", "x", "/"));
    assert_true(allows("user-agent: *\ndisallow:\ndisallow: # /", "x", "/"));
    assert_true(allows("user-agent: *\ndisallow: /a # /b", "x", "/b"));
    assert_false(allows("user-agent: *\ndisallow: /a # /b", "x", "/a"));
    assert_int_equal(ask(NETP_STR("user-agent: *\ndisallow: /a\0b"), "x", NETP_STR("/a%00b")), 0);
    assert_int_equal(ask(NETP_STR("user-agent: *\ndisallow: /?\0"), "x", NETP_STR("/?%00")), 0);
}

/* Section 2.2.3, and its examples. */
static void patterns_have_stars_and_an_end(void **state)
{
    static const char *const rows[][3] = {
        /* pattern, what it matches, what not */
        {"/", "/a", NULL},
        {"/a", "/ab", "/A"},
        {"/*", "/", NULL},
        {"*", "/x", NULL},
        {"/$", "/", "/a"},
        {"$", NULL, "/"},
        {"/this/*/exactly", "/this/path/exactly", "/this/exactly"},
        {"/path/file-with-a-%2A.html", "/path/file-with-a-*.html", "/path/file-with-a-b.html"},
        {"/path/foo-%24", "/path/foo-$", "/path/foo-"},
        {"/path/foo-%24", "/path/foo-%24", "/path/foo"},
        {"/a$b", "/a$b", "/a"},
        {"/fish*.php", "/fishheads/catfish.php?parameters", "/Fish.PHP"},
        {"/*.php$", "/a.php.php", "/a.php/"},
        {"/*.php$", "/folder/filename.php", "/filename.php?parameters"},
        {"/a*$", "/ab", "/b"},
        {"/a**b*c$", "/axbxbcc", "/axbxbcd"},
        {"/*ab*aab$", "/abaaab", "/aab"},
        {"/a*bc", "/abbc", "/abb"},
        {"a", NULL, "/a"},
        {"*a", "/a", "/"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if ((rows[i][1] != NULL && !match(rows[i][0], rows[i][1])) ||
            (rows[i][2] != NULL && match(rows[i][0], rows[i][2]))) {
            fail_msg("%s", rows[i][0]);
        }
    }
}

/* Section 2.2.2, its table among them. */
static void escapes_are_what_they_mean(void **state)
{
    (void)state;
    assert_true(match("/foo/bar?baz=quz", "/foo/bar?baz=quz"));
    assert_true(match("/foo/bar?baz=http://foo.bar", "/foo/bar?baz=http%3A%2F%2Ffoo.bar"));
    assert_true(match("/foo/bar?baz=http%3a%2f%2Ffoo.bar", "/foo/bar?baz=http://foo.bar"));
    assert_true(match("/foo/bar/\xe3\x83\x84", "/foo/bar/%E3%83%84"));
    assert_true(match("/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84"));
    assert_true(match("/foo/bar/%62%61%7A", "/foo/bar/baz"));
    assert_true(match("/foo/bar/baz", "/foo/bar/%62%61%7A"));
    assert_true(match("/-._~09azAZ", "/%2d%2e%5f%7e%30%39%61%7a%41%5a"));
    assert_true(match("/a b<\x7f", "/a%20b%3C%7f"));
    assert_true(match("/\"<>\\^`{|}", "/%22%3C%3E%5C%5E%60%7B%7C%7D"));
    assert_true(match("/\xff\xf0\x0f", "/%FF%f0%0F"));
    assert_true(match("/?a%3fb%40", "/?a?b@"));
    assert_false(match("/a%2Fb", "/a/b"));
    assert_false(match("/a/b", "/a%2fb"));
    assert_false(match("/a%3fb", "/a?b"));
    assert_false(match("/?a=b", "/?a%3Db"));
    assert_true(match("/%4f%5A%aA", "/OZ%Aa")); /* either digit of either case */
    assert_false(match("/%fg", "/%ff"));
    assert_false(match("/%g0", "/%00"));
    assert_true(match("/%20", "/ "));
    assert_false(match("/!", "/%21"));
    assert_false(match("/?%00", "/?%3A"));
    assert_true(match("/%zz", "/%zz"));
    assert_true(match("/%a", "/%a"));
    assert_true(match("/%az", "/%az"));
    assert_false(match("/%25", "/%"));
    assert_false(match("/a?", "/a"));
}

static void some_paths_need_no_rule(void **state)
{
    static const char text[] = "user-agent: *\ndisallow: /";
    struct netp_http_robots robots;
    (void)state;
    assert_true(allows(text, "x", "/robots.txt"));
    assert_false(allows(text, "x", "/robots.txt2"));
    assert_int_equal(ask(NETP_STR(""), "x", NETP_STR("")), NETP_E_ARG);
    assert_int_equal(ask(NETP_STR(""), "x", NETP_STR("a")), NETP_E_ARG);
    assert_int_equal(netp_http_robots_init(&robots, NETP_STR(""), NETP_STR("")), NETP_E_ARG);
    assert_int_equal(netp_http_robots_init(&robots, NETP_STR(""), NETP_STR("a/1")), NETP_E_ARG);
    assert_int_equal(netp_http_robots_init(&robots, NETP_STR(""), NETP_STR("a[")), NETP_E_ARG);
    assert_int_equal(netp_http_robots_init(&robots, NETP_STR(""), NETP_STR("a{")), NETP_E_ARG);
    assert_int_equal(netp_http_robots_init(&robots, NETP_STR(""), NETP_STR("a@")), NETP_E_ARG);
    assert_int_equal(netp_http_robots_init(&robots, NETP_STR(""), NETP_STR("`")), NETP_E_ARG);
}

static uint32_t delay(const char *text)
{
    struct netp_http_robots robots;

    assert_int_equal(netp_http_robots_init(&robots, netp_str_of(text), NETP_STR("a")), NETP_OK);
    return netp_http_robots_delay_ms(&robots);
}

static void a_delay_is_read(void **state)
{
    static const struct {
        const char *value;
        uint32_t ms;
    } rows[] = {
        {"10", 10000},
        {"0.5", 500},
        {"1.2345", 1234},
        {"1.", 1000},
        {"007", 7000},
        {"0", 0},
        {"", 0},
        {".5", 0},
        {"-1", 0},
        {"1.x", 0},
        {"1s", 0},
        {"4294966.999", 4294966999},
        {"4294967", UINT32_MAX},
        {"99999999999999999999999", UINT32_MAX},
    };
    char text[200];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(text, sizeof text, "user-agent: *\nCrawl-Delay: %s", rows[i].value);
        assert_int_equal(delay(text), rows[i].ms);
    }
    assert_int_equal(delay("user-agent: a\ncrawl-delay: 1\ncrawl-delay: 3\ncrawl-delay: 2\n"
                           "disallow: 9\nuser-agent: b\ncrawl-delay: 4"),
                     3000);
}

static void sitemaps(struct netp_str s, struct told *told)
{
    struct netp_str url;
    int r;

    while ((r = netp_http_robots_sitemap_next(&s, &url)) == 1) {
        tell_str(told, url);
    }
    assert_int_equal(r, 0);
    assert_int_equal(netp_http_robots_sitemap_next(&s, &url), 0);
}

static void sitemaps_are_listed(void **state)
{
    static const struct row rows[] = {
        ROW("", ""),
        ROW("Sitemap: http://a/b\nuser-agent: *\nsitemap :c # d\nsitemaps: e\nsitemap:\n\n"
            "SITEMAP: f",
            "[http://a/b][c][f]"),
        ROW("\xef\xbb\xbfsitemap: a", "[a]"),
    };
    (void)state;
    check_rows(sitemaps, rows, COUNT(rows));
}

/* A file too long is read to the last whole line within the limit. */
static void a_limit_is_kept(void **state)
{
    size_t n = NETP_HTTP_ROBOTS_MAX + 100;
    char *text = malloc(n);
    static const char head[] = "user-agent: *\ndisallow: /a\n#", last[] = "\ndisallow: /b";
    char *at = text + NETP_HTTP_ROBOTS_MAX - sizeof last + 1;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', n);
    memcpy(text, head, sizeof head - 1);
    memcpy(at, last, sizeof last - 1);
    assert_int_equal(ask(netp_str_make(text, NETP_HTTP_ROBOTS_MAX), "a", NETP_STR("/b")), 0);
    assert_int_equal(ask(netp_str_make(text, n), "a", NETP_STR("/b")), 1); /* cut */
    assert_int_equal(ask(netp_str_make(text, n), "a", NETP_STR("/a")), 0);
    memmove(at - 1, last, sizeof last - 1);
    at[sizeof last - 2] = '\n';
    assert_int_equal(ask(netp_str_make(text, n), "a", NETP_STR("/b")), 0);
    at[sizeof last - 2] = '\r';
    assert_int_equal(ask(netp_str_make(text, n), "a", NETP_STR("/b")), 0);
    memset(text, 'x', n);
    assert_int_equal(ask(netp_str_make(text, n), "a", NETP_STR("/b")), 1);
    free(text);
}

static void work_is_limited(void **state)
{
    enum { PATTERN = 100000, PATH = 10000 };
    char *text = malloc(PATTERN), *path = malloc(PATH);
    static const char head[] = "user-agent: *\nallow: /\ndisallow: *";

    (void)state;
    assert_non_null(text);
    assert_non_null(path);
    memset(text, 'a', PATTERN);
    memset(path, 'a', PATH);
    path[0] = '/';
    memcpy(text, head, sizeof head - 1);
    assert_int_equal(ask(netp_str_make(text, PATTERN), "x", netp_str_make(path, PATH)),
                     NETP_E_LIMIT);
    assert_int_equal(ask(netp_str_make(text, PATTERN), "x", netp_str_make(path, 2500)), 1);
    assert_int_equal(ask(netp_str_make(text, PATTERN), "x", netp_str_make(path, 3300)),
                     NETP_E_LIMIT);
    free(path);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_says_how),
        cmocka_unit_test(the_simple_example_of_the_rfc),
        cmocka_unit_test(the_longest_match_decides),
        cmocka_unit_test(groups_are_found),
        cmocka_unit_test(lines_end_in_three_ways),
        cmocka_unit_test(patterns_have_stars_and_an_end),
        cmocka_unit_test(escapes_are_what_they_mean),
        cmocka_unit_test(some_paths_need_no_rule),
        cmocka_unit_test(a_delay_is_read),
        cmocka_unit_test(sitemaps_are_listed),
        cmocka_unit_test(a_limit_is_kept),
        cmocka_unit_test(work_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
