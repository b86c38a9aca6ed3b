/* test_http_jar.c - which cookies a jar keeps and sends: RFC 6265bis sections 5.1, 5.7 and 5.8.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_date.h>
#include <netproto/http_jar.h>
#include <stdio.h>

#define NOW 1795248000 /* Sat, 21 Nov 2026 08:00:00 GMT */
#define WWW "https://www.example.com/"

/* The steps of a case, in order: set a cookie and see what becomes of it, or send those there are.
 */
struct step {
    const char *url;
    const char *set; /* NULL: send */
    const char *told;
    int64_t at; /* seconds after NOW */
    unsigned flags;
};
#define SET(url, set, result)                                                                      \
    {                                                                                              \
        url, set, result, 0, 0                                                                     \
    }
#define GET(url, cookies)                                                                          \
    {                                                                                              \
        url, NULL, cookies, 0, 0                                                                   \
    }

/* Some of publicsuffix.org. */
static bool is_suffix(void *ctx, struct netp_str domain)
{
    static const char *const suffixes[] = {"com", "uk", "co.uk", "github.io", "localhost"};

    (void)ctx;
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        if (netp_str_eq(domain, netp_str_of(suffixes[i]))) {
            return true;
        }
    }
    return false;
}

static const struct netp_http_jar_cfg with_suffixes = {0, 0, is_suffix, NULL};
static uint8_t mem[400000];

static struct netp_url url_of(const char *text)
{
    struct netp_url url;
    size_t at;

    assert_int_equal(netp_url_parse(netp_str_of(text), &url, &at), NETP_OK);
    return url;
}

static enum netp_http_jar_result set(struct netp_http_jar *jar, const char *at, const char *text,
                                     int64_t now, unsigned flags)
{
    struct netp_url url = url_of(at);
    return netp_http_jar_set(jar, &url, netp_str_of(text), now, flags);
}

/* Sends into blocks of every size: what comes is the first pairs of all, and need is theirs. */
static void check_get(struct netp_http_jar *jar, const struct step *step)
{
    struct netp_url url = url_of(step->url);
    size_t n = strlen(step->told), need, whole = 0;
    char *out = malloc(n + 1);

    assert_non_null(out);
    for (size_t cap = 0; cap <= n + 1; cap++) {
        size_t got = netp_http_jar_get(jar, &url, NOW + step->at, step->flags, out, cap, &need);
        if (cap == n || (cap < n && step->told[cap] == ';')) {
            whole = cap;
        }
        assert_int_equal(need, n);
        assert_int_equal(got, whole);
        assert_memory_equal(out, step->told, got);
    }
    free(out);
}

static void check_steps(const struct netp_http_jar_cfg *cfg, const struct step *steps, size_t n)
{
    struct netp_http_jar jar;

    netp_http_jar_init(&jar, mem, sizeof mem, cfg);
    for (size_t i = 0; i < n; i++) {
        const struct step *s = &steps[i];
        if (s->set == NULL) {
            check_get(&jar, s);
            continue;
        }
        const char *text = netp_http_jar_text(set(&jar, s->url, s->set, NOW + s->at, s->flags));
        if (strcmp(text, s->told) != 0) {
            print_error("step %zu: %s\n", i, s->set);
        }
        assert_string_equal(text, s->told);
    }
}
#define CHECK(cfg, steps) check_steps(cfg, steps, COUNT(steps))

#define NO_DOMAIN "not a domain of the host"
#define SUFFIX    "a public suffix"
#define PREFIX    "not what its prefix promises"

/* What would give a cookie to another host, or take one from it. Nothing of it is sent. */
static void no_cookie_leaves_its_hosts(void **state)
{
    static const struct step steps[] = {
        SET(WWW, "a=b; Domain=com", SUFFIX),
        SET(WWW, "a=b; Domain=.com", SUFFIX),
        SET(WWW, "a=b; Domain=.com.", NO_DOMAIN),
        SET(WWW, "a=b; Domain=example.com.", NO_DOMAIN),
        SET(WWW, "a=b; Domain=..example.com", NO_DOMAIN),
        SET(WWW, "a=b; Domain=ample.com", NO_DOMAIN),
        SET(WWW, "a=b; Domain=evil.com", NO_DOMAIN),
        SET(WWW, "a=b; Domain=.evil.com", NO_DOMAIN),
        SET(WWW, "a=b; Domain=www.example.com.evil.com", NO_DOMAIN),
        SET(WWW, "a=b; Domain=a.www.example.com", NO_DOMAIN),
        SET(WWW, "a=b; Domain=www.evil.com", NO_DOMAIN),
        SET(WWW, "a=b; Domain=xww.example.com", NO_DOMAIN),
        SET(WWW, "a=b; Domain=e\xc3\xa4mple.com", NO_DOMAIN),
        SET("https://x.co.uk/", "a=b; Domain=co.uk", SUFFIX),
        SET("https://x.co.uk/", "a=b; Domain=CO.UK", SUFFIX),
        SET("https://x.co.uk/", "a=b; Domain=co.uk.", NO_DOMAIN),
        SET("https://x.co.uk./", "a=b; Domain=co.uk", SUFFIX),
        SET("https://a.github.io/", "a=b; Domain=github.io", SUFFIX),
        SET("http://127.0.0.1/", "a=b; Domain=0.0.1", NO_DOMAIN),
        SET("http://127.0.0.1/", "a=b; Domain=.1", NO_DOMAIN),
        SET("http://%31%32%37.0.0.1/", "a=b; Domain=0.0.1", NO_DOMAIN),
        SET("http://[2001:db8::1]/", "a=b; Domain=1", NO_DOMAIN),
        SET("http://[fe80::1%251]/", "a=b", "the host has no cookies"),
        SET("http://127.1/", "a=b", "the host has no cookies"),
        SET("http://[v1.x]/", "a=b", "the host has no cookies"),
        SET("/relative", "a=b", "the host has no cookies"),
        GET(WWW, ""),
        GET("https://x.co.uk/", ""),
        GET("http://127.0.0.1/", ""),
        GET("/relative", ""),
        /* From the suffix itself it is for that host alone. */
        SET("https://github.io/", "a=b; Domain=github.io", "stored"),
        GET("https://github.io/", "a=b"),
        GET("https://x.github.io/", ""),
        SET("http://localhost/", "a=b; Domain=localhost", "stored"),
        GET("http://a.localhost/", ""),
        GET("http://LOCALHOST:81/", "a=b"),
        /* Addresses, of which no part is a domain. */
        SET("http://127.0.0.1/", "a=b; Domain=127.0.0.1", "stored"),
        GET("http://127.0.0.1:8080/", "a=b"),
        GET("http://1.127.0.0.1/", ""),
        GET("http://127.0.0.2/", ""),
        SET("http://[2001:DB8::0:1]/", "c=d", "stored"),
        GET("http://[2001:db8::1]/", "c=d"),
        GET("http://[2001:db8::11]/", ""),
    };

    (void)state;
    CHECK(&with_suffixes, steps);
}

static void a_domain_is_for_the_hosts_below_it(void **state)
{
    static const struct step steps[] = {
        /* Without Domain for the host alone, with it for those below, too. */
        SET(WWW, "h=1", "stored"),
        SET(WWW, "d=2; Domain=EXAMPLE.com", "stored"),
        SET(WWW, "w=3; Domain=www.example.com", "stored"),
        GET(WWW, "h=1; d=2; w=3"),
        GET("http://WWW.example.com./", "h=1; d=2; w=3"),
        GET("https://example.com/", "d=2"),
        GET("https://a.www.example.com/", "d=2; w=3"),
        GET("https://other.example.com/", "d=2"),
        GET("https://badexample.com/", ""),
        GET("https://www.example.org/", ""),
        GET("https://example.com.evil.com/", ""),
        GET("https://com/", ""),
        /* The last Domain counts; an empty one is none. */
        SET("https://a.b.com/", "e=1; Domain=evil.com; Domain=", "stored"),
        SET("https://a.b.com/", "f=1; Domain=; Domain=evil.com", NO_DOMAIN),
        GET("https://b.com/", ""),
        GET("https://a.b.com/", "e=1"),
    };

    (void)state;
    CHECK(&with_suffixes, steps);
}

static void without_a_list_single_labels_are_suffixes(void **state)
{
    static const struct step steps[] = {
        SET(WWW, "a=b; Domain=com", SUFFIX),
        SET("https://x.co.uk/", "a=b; Domain=co.uk", "stored"), /* as the header says */
        GET("https://y.co.uk/", "a=b"),
        SET("http://localhost/", "a=b; Domain=localhost", "stored"),
        GET("http://a.localhost/", ""),
        SET("http://[::1]/", "a=b; Domain=::1", "stored"),
        GET("http://[0:0::1]/", "a=b"),
    };

    (void)state;
    CHECK(NULL, steps);
}

static void a_prefix_promises(void **state)
{
    static const struct step steps[] = {
        SET(WWW, "__Host-a=1; Secure; Path=/", "stored"),
        SET(WWW, "__HOST-b=1; Secure; Path=/; Domain=www.example.com", PREFIX),
        SET(WWW, "__Host-c=1; Secure; Path=/x", PREFIX),
        SET(WWW, "__Host-c=1; Secure; Path=", PREFIX),
        SET(WWW, "__Host-d=1; Secure", PREFIX),
        SET(WWW, "__host-e=1; Path=/", PREFIX),
        SET("http://www.example.com/", "__Host-f=1; Secure; Path=/",
            "Secure from an insecure origin"),
        SET("http://www.example.com/", "__Host-f=1; Path=/", PREFIX),
        SET(WWW, "__SECURE-g=1", PREFIX),
        SET(WWW, "__secure-g=1; Secure; Domain=example.com", "stored"),
        SET("http://www.example.com/", "__Secure-h=1", PREFIX),
        /* Without a name it would be sent as if that was the name. */
        SET(WWW, "=__Host-i=1; Secure; Path=/", PREFIX),
        SET(WWW, "__Secure-i; Secure; Path=/", PREFIX),
        SET(WWW, "__Secure-=j", PREFIX),
        SET(WWW, "__Host-; Path=/; Secure", PREFIX),
        SET(WWW, "a=__Host-b", "stored"),
        SET(WWW, "__Host=1", "stored"),
        GET(WWW, "__Host-a=1; __secure-g=1; a=__Host-b; __Host=1"),
    };

    (void)state;
    CHECK(NULL, steps);
}

#define OVERLAY "would hide a Secure cookie"
#define HTTP    "http://www.example.com/"

static void an_insecure_origin_leaves_secure_cookies_alone(void **state)
{
    static const struct step steps[] = {
        SET(HTTP, "a=b; Secure", "Secure from an insecure origin"),
        SET("ws://www.example.com/", "a=b; Secure", "Secure from an insecure origin"),
        SET("https://www.example.com/login/x", "a=good; Secure", "stored"),
        SET(HTTP, "a=evil; Path=/login", OVERLAY),
        SET(HTTP, "a=evil; Path=/login/", OVERLAY),
        SET("http://www.example.com/login/en/x", "a=evil", OVERLAY),
        SET(HTTP, "a=evil; Path=/login; Domain=example.com", OVERLAY),
        SET("http://sub.www.example.com/", "a=evil; Path=/login; Domain=www.example.com", OVERLAY),
        SET("http://sub.www.example.com/", "a=evil; Path=/login", OVERLAY),
        SET(HTTP, "a=evil; Path=/login; Max-Age=0", OVERLAY),
        /* They do not come before it. */
        SET(HTTP, "a=root", "stored"),
        SET(HTTP, "a=other; Path=/loginx", "stored"),
        SET(HTTP, "b=other; Path=/login", "stored"),
        SET("http://other.example.com/", "a=x; Path=/login", "stored"),
        GET("https://www.example.com/login/", "a=good; b=other; a=root"),
        GET("wss://www.example.com/login/", "a=good; b=other; a=root"),
        GET("http://www.example.com/login/", "b=other; a=root"),
        GET("HTTPS://www.example.com/login", "a=good; b=other; a=root"),
        /* Over https all may be replaced. */
        SET("https://www.example.com/login/", "a=new", "replaced"),
        GET("http://www.example.com/login/", "a=new; b=other; a=root"),
        SET(HTTP, "a=evil; Path=/login", "replaced"),
    };

    (void)state;
    CHECK(NULL, steps);
}

static void paths_match_by_segments(void **state)
{
    static const struct step steps[] = {
        SET(WWW, "a=1; Path=/foo", "stored"),
        SET(WWW, "b=2; Path=/foo/", "stored"),
        SET("https://www.example.com/foo/bar?x/y", "c=3", "stored"),
        SET("https://www.example.com", "d=4", "stored"),
        SET("https://www.example.com/foo", "e=5", "stored"),
        SET("https://www.example.com/foo/bar/baz", "f=6; Path=nope", "stored"),
        SET("https://www.example.com//", "g=7", "stored"),
        GET("https://www.example.com", "d=4; e=5; g=7"),
        GET("https://www.example.com/foo", "a=1; c=3; d=4; e=5; g=7"),
        GET("https://www.example.com/foo/", "b=2; a=1; c=3; d=4; e=5; g=7"),
        GET("https://www.example.com/foo/bar/x", "f=6; b=2; a=1; c=3; d=4; e=5; g=7"),
        GET("https://www.example.com/foobar", "d=4; e=5; g=7"),
        GET("https://www.example.com/FOO", "d=4; e=5; g=7"),
        GET("https://www.example.com/f%6fo", "d=4; e=5; g=7"),
        GET("https://www.example.com/fo", "d=4; e=5; g=7"),
    };

    (void)state;
    CHECK(NULL, steps);
}

/* Longer paths first, then the older, and one that is replaced stays as old as it was. */
static void cookies_are_sent_in_order(void **state)
{
    static const struct step steps[] = {
        SET("https://www.example.com/a/b/c", "n=1; Path=/", "stored"),
        SET("https://www.example.com/a/b/c", "n=2; Path=/a/b", "stored"),
        SET("https://www.example.com/a/b/c", "n=3; Path=/a", "stored"),
        SET("https://www.example.com/a/b/c", "n=4; Path=/a; Domain=example.com", "stored"),
        SET("https://www.example.com/a/b/c", "n=44; Path=/a; Domain=www.example.com", "stored"),
        SET("https://www.example.com/a/b/c", "=5; Path=/a", "stored"),
        SET("https://www.example.com/a/b/c", "N=6; Path=/a", "stored"),
        GET("https://www.example.com/a/b/c", "n=2; n=3; n=4; n=44; 5; N=6; n=1"),
        SET("https://www.example.com/a/b/c", "n=longer than before; Path=/a", "replaced"),
        SET("https://www.example.com/a/b/c", "other; Path=/a", "replaced"),
        SET("https://www.example.com/a/b/c", "n=; Path=/", "replaced"),
        GET("https://www.example.com/a/b/c",
            "n=2; n=longer than before; n=4; n=44; other; N=6; n="),
        SET("https://www.example.com/a/b/c", "n=; Path=/a; Max-Age=0", "removed"),
        SET("https://www.example.com/a/b/c", "n=; Path=/a; Max-Age=0", "has expired"),
        GET("https://www.example.com/a/b/c", "n=2; n=4; n=44; other; N=6; n="),
    };

    (void)state;
    CHECK(NULL, steps);
}

#define DAYS(n) ((n)*86400)

static void cookies_expire(void **state)
{
    static const struct step steps[] = {
        SET(WWW, "s=session", "stored"),
        SET(WWW, "a=1; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "stored"),
        SET(WWW, "b=2; Expires=Sat, 21 Nov 2026 08:00:20 GMT", "stored"),
        SET(WWW, "c=3; Expires=Fri, 31 Dec 9999 23:59:59 GMT", "stored"),
        SET(WWW, "d=4; Max-Age=99999999999", "stored"),
        SET(WWW, "e=5; Expires=Sat, 21 Nov 2026 08:00:00 GMT", "has expired"),
        SET(WWW, "e=5; Max-Age=-1", "has expired"),
        {WWW, NULL, "s=session; a=1; b=2; c=3; d=4", 9, 0},
        {WWW, NULL, "s=session; b=2; c=3; d=4", 10, 0},
        {WWW, NULL, "s=session; b=2; c=3; d=4", 19, 0},
        {WWW, NULL, "s=session; c=3; d=4", 20, 0},
        {WWW, NULL, "s=session; c=3; d=4", DAYS(400) - 1, 0},
        {WWW, NULL, "s=session", DAYS(400), 0},
        /* What has expired is still there, until one is set. */
        GET(WWW, "s=session; a=1; b=2; c=3; d=4"),
        {WWW, "b=22", "stored", 20, 0},
        GET(WWW, "s=session; c=3; d=4; b=22"),
        /* Times no clock has. */
        {WWW, "t=1; Max-Age=5", "stored", INT64_MIN / 2, 0},
        {WWW, NULL, "s=session; c=3; d=4; b=22; t=1", INT64_MIN / 2, 0},
        {WWW, NULL, "s=session; b=22", INT64_MAX / 2, 0},
        {WWW, "u=1; Max-Age=5", "stored", INT64_MAX / 2, 0},
        {WWW, NULL, "s=session; b=22; u=1", INT64_MAX / 2, 0},
    };

    (void)state;
    CHECK(NULL, steps);
}

static void same_site_is_honoured(void **state)
{
    enum {
        CROSS = NETP_HTTP_JAR_FROM_CROSS_SITE,
        TOP = NETP_HTTP_JAR_TOP_LEVEL,
        POST = NETP_HTTP_JAR_UNSAFE_METHOD
    };
    static const struct step steps[] = {
        SET(WWW, "n=1; SameSite=None", "SameSite=None without Secure"),
        SET(HTTP, "n=1; SameSite=None; Secure", "Secure from an insecure origin"),
        {WWW, "n=1; SameSite=None; Secure", "stored", 0, CROSS},
        {WWW, "l=2; SameSite=Lax", "SameSite in a cross-site response", 0, CROSS},
        {WWW, "l=2; SameSite=Lax", "stored", 0, CROSS | TOP},
        {WWW, "s=3; SameSite=Strict", "SameSite in a cross-site response", 0, CROSS},
        {WWW, "s=3; SameSite=Strict", "stored", 0, TOP},
        {WWW, "d=4", "SameSite in a cross-site response", 0, CROSS},
        SET(WWW, "d=4; SameSite=bogus", "stored"),
        GET(WWW, "n=1; l=2; s=3; d=4"),
        {WWW, NULL, "n=1; l=2; s=3; d=4", 0, POST},
        {WWW, NULL, "n=1", 0, CROSS},
        {WWW, NULL, "n=1; l=2; d=4", 0, CROSS | TOP},
        {WWW, NULL, "n=1", 0, CROSS | TOP | POST},
    };

    (void)state;
    CHECK(NULL, steps);
}

static void bad_cookies_are_refused(void **state)
{
    static const struct step steps[] = {
        SET(WWW, "", "neither name nor value"),
        SET(WWW, " = ; Path=/", "neither name nor value"),
        SET(WWW, "a=b\x01", "a control character"),
        SET(WWW, "a=b; Path=/\x7f", "a control character"),
        SET(WWW, "a=b\r\nCookie: x", "a control character"),
        SET(WWW, "a\t=\tb\tc; HttpOnly", "stored"),
        GET(WWW, "a=b\tc"),
    };
    char *text = malloc(5002);
    struct netp_http_jar jar;

    (void)state;
    CHECK(NULL, steps);
    assert_non_null(text);
    netp_http_jar_init(&jar, mem, sizeof mem, NULL);
    memset(text, 'x', 5001);
    text[2] = '=';
    text[4097] = '\0';
    assert_int_equal(set(&jar, WWW, text, NOW, 0), NETP_HTTP_JAR_STORED);
    text[4097] = 'x';
    text[4098] = '\0';
    assert_int_equal(set(&jar, WWW, text, NOW, 0), NETP_HTTP_JAR_LONG);
    /* a default path of 1024 bytes, and of one more */
    memset(text + 4098, 'x', 900);
    memcpy(text, WWW, sizeof WWW - 1);
    text[sizeof WWW - 2 + 1024] = '/';
    text[sizeof WWW + 1024] = '\0';
    assert_int_equal(set(&jar, text, "a=b", NOW, 0), NETP_HTTP_JAR_STORED);
    text[sizeof WWW - 2 + 1024] = 'x';
    text[sizeof WWW - 2 + 1025] = '/';
    assert_int_equal(set(&jar, text, "a=b", NOW, 0), NETP_HTTP_JAR_LONG);
    free(text);
    assert_string_equal(netp_http_jar_text((enum netp_http_jar_result)(NETP_HTTP_JAR_FULL + 1)),
                        "unknown");
}

static void all_of_a_cookie_is_kept(void **state)
{
    enum { S = NETP_HTTP_COOKIE_SECURE, H = NETP_HTTP_COOKIE_HTTP_ONLY };
    struct netp_http_cookie c;
    struct netp_http_jar jar;
    size_t at = 0;

    (void)state;
    netp_http_jar_init(&jar, mem, sizeof mem, NULL);
    set(&jar, WWW, "a=b; SameSite=None; Secure; HttpOnly; Max-Age=5", NOW, 0);
    set(&jar, WWW, "c=d; SameSite=Strict; Domain=Example.com; Path=/x; Secure; HttpOnly", NOW, 0);
    assert_true(netp_http_jar_next(&jar, &at, &c));
    assert_int_equal(c.flags, S | H | NETP_HTTP_COOKIE_EXPIRES | NETP_HTTP_COOKIE_HOST_ONLY);
    assert_int_equal(c.same_site, NETP_HTTP_SAME_SITE_NONE);
    assert_true(c.expires == NOW + 5);
    assert_true(netp_str_eq(c.domain, NETP_STR("www.example.com")));
    assert_true(netp_http_jar_next(&jar, &at, &c));
    assert_int_equal(c.flags, S | H);
    assert_int_equal(c.same_site, NETP_HTTP_SAME_SITE_STRICT);
    assert_true(netp_str_eq(c.domain, NETP_STR("example.com")));
    assert_true(netp_str_eq(c.path, NETP_STR("/x")));
    assert_false(netp_http_jar_next(&jar, &at, &c));
}

/* ---- limits ---- */

static void names(struct netp_http_jar *jar, struct told *told)
{
    struct netp_http_cookie c;

    for (size_t at = 0; netp_http_jar_next(jar, &at, &c);) {
        tell(told, "%.*s ", (int)c.name.n, c.name.p);
    }
}

static void check_names(struct netp_http_jar *jar, const char *wanted)
{
    struct told told = {"", 0};
    names(jar, &told);
    assert_string_equal(told.text, wanted);
}

static void use(struct netp_http_jar *jar, const char *at)
{
    struct netp_url url = url_of(at);
    size_t need;
    netp_http_jar_get(jar, &url, NOW, 0, NULL, 0, &need);
}

/* Section 5.7: of one domain those go first that are not Secure, each time the one used longest
 * ago; and no insecure origin can drive Secure ones out. */
static void a_domain_has_a_limit(void **state)
{
    struct netp_http_jar_cfg cfg = {10, 3, NULL, NULL};
    struct netp_http_jar jar;

    (void)state;
    netp_http_jar_init(&jar, mem, sizeof mem, &cfg);
    set(&jar, WWW, "a=1; Path=/a", NOW, 0);
    set(&jar, WWW, "b=1; Path=/b", NOW, 0);
    set(&jar, WWW, "c=1; Path=/c; Secure", NOW, 0);
    set(&jar, "https://example.com", "x=1", NOW, 0);
    use(&jar, "https://www.example.com/a");
    assert_int_equal(set(&jar, WWW, "d=1; Path=/c; Secure", NOW, 0), NETP_HTTP_JAR_STORED);
    check_names(&jar, "a c x d ");
    assert_int_equal(set(&jar, WWW, "e=1; Secure", NOW, 0), NETP_HTTP_JAR_STORED);
    check_names(&jar, "c x d e ");
    assert_int_equal(set(&jar, WWW, "f=1", NOW, 0), NETP_HTTP_JAR_FULL);
    check_names(&jar, "c x d e ");
    assert_int_equal(set(&jar, WWW, "e=2", NOW, 0), NETP_HTTP_JAR_REPLACED);
    assert_int_equal(set(&jar, WWW, "c=2; Path=/c; Secure", NOW, 0), NETP_HTTP_JAR_REPLACED);
    assert_int_equal(set(&jar, WWW, "g=1", NOW, 0), NETP_HTTP_JAR_STORED);
    check_names(&jar, "c x d g ");
    assert_int_equal(set(&jar, WWW, "h=1; Secure", NOW, 0), NETP_HTTP_JAR_STORED);
    assert_int_equal(set(&jar, WWW, "i=1; Secure", NOW, 0), NETP_HTTP_JAR_STORED);
    check_names(&jar, "c x h i ");
    /* Another domain, though the host is the same. */
    assert_int_equal(set(&jar, WWW, "j=1; Domain=example.com", NOW, 0), NETP_HTTP_JAR_STORED);
    assert_int_equal(set(&jar, WWW, "k=1; Max-Age=-1", NOW, 0), NETP_HTTP_JAR_EXPIRED);
    check_names(&jar, "c x h i j ");
}

static void a_jar_has_a_limit(void **state)
{
    struct netp_http_jar_cfg cfg = {3, 0, NULL, NULL};
    struct netp_http_jar jar;

    (void)state;
    netp_http_jar_init(&jar, mem, sizeof mem, &cfg);
    set(&jar, "https://a.example", "a=1; Secure; Max-Age=9", NOW, 0);
    set(&jar, "https://b.example", "b=1", NOW, 0);
    set(&jar, "https://c.example", "c=1", NOW, 0);
    use(&jar, "https://a.example");
    set(&jar, "https://d.example", "d=1", NOW, 0);
    check_names(&jar, "a c d ");
    set(&jar, "https://c.example", "c=22", NOW, 0);
    set(&jar, "https://e.example", "e=1", NOW, 0);
    check_names(&jar, "c d e ");
    /* what has expired goes before any other */
    set(&jar, "https://d.example", "d=1; Max-Age=9", NOW, 0);
    set(&jar, "https://f.example", "f=1", NOW + 9, 0);
    check_names(&jar, "c e f ");
    netp_http_jar_end_session(&jar, NOW);
    check_names(&jar, "");
    set(&jar, "https://a.example", "a=1", NOW, 0);
    set(&jar, "https://a.example", "b=1; Max-Age=9", NOW, 0);
    set(&jar, "https://a.example", "c=1; Max-Age=10", NOW, 0);
    netp_http_jar_end_session(&jar, NOW + 9);
    check_names(&jar, "c ");
}

static void the_limits_are_those_of_a_browser(void **state)
{
    struct netp_http_jar jar;
    struct netp_http_cookie c;
    char text[40], url[40];
    size_t n = 0;

    (void)state;
    netp_http_jar_init(&jar, mem, sizeof mem, NULL);
    for (int i = 0; i < 3100; i++) {
        snprintf(url, sizeof url, "http://h%d.example/", i / 51);
        snprintf(text, sizeof text, "n%d=v", i);
        assert_int_equal(set(&jar, url, text, NOW, 0), NETP_HTTP_JAR_STORED);
    }
    for (size_t at = 0; netp_http_jar_next(&jar, &at, &c); n++) {
        if (n == 0) { /* 61 hosts lost one each, then all lost the oldest */
            assert_int_equal(c.name.n, 3);
            assert_memory_equal(c.name.p, "n41", 3);
        }
    }
    assert_int_equal(n, 3000);
}

/* Memory: 24 bytes a cookie and its text. One that is replaced by a longer one keeps its place. */
static void memory_has_a_limit(void **state)
{
    struct netp_http_jar jar;
    size_t one = NETP_HTTP_JAR_MEM(1, 1 + 1 + 9 + 1);

    (void)state;
    netp_http_jar_init(&jar, mem, 3 * one, NULL);
    set(&jar, "https://a.example", "a=1", NOW, 0);
    set(&jar, "https://b.example", "b=1", NOW, 0);
    set(&jar, "https://c.example", "c=1", NOW, 0);
    check_names(&jar, "a b c ");
    set(&jar, "https://a.example", "a=2", NOW, 0);
    set(&jar, "https://d.example", "d=1", NOW, 0);
    check_names(&jar, "a c d ");
    assert_int_equal(set(&jar, "https://d.example", "d=12", NOW, 0), NETP_HTTP_JAR_REPLACED);
    check_names(&jar, "a d ");
    assert_int_equal(set(&jar, "https://a.example", "a=123", NOW, 0), NETP_HTTP_JAR_REPLACED);
    check_names(&jar, "a d ");
    assert_int_equal(set(&jar, "https://a.example",
                         "a=12345678901234567890123456789012345678901234567890123456789012345678"
                         "90123",
                         NOW, 0),
                     NETP_HTTP_JAR_REPLACED);
    check_names(&jar, "a ");
    /* larger than all of it: nothing has changed */
    assert_int_equal(set(&jar, "https://a.example",
                         "a=12345678901234567890123456789012345678901234567890123456789012345678"
                         "901234567",
                         NOW, 0),
                     NETP_HTTP_JAR_FULL);
    check_names(&jar, "a ");
    netp_http_jar_init(&jar, NULL, 0, NULL);
    assert_int_equal(set(&jar, "https://a.example", "a=1", NOW, 0), NETP_HTTP_JAR_FULL);
    use(&jar, "https://a.example");
}

/* A list that has grown since: such a cookie would be refused now. */
static void suffixes_are_asked_for_when_sending(void **state)
{
    struct netp_http_jar jar;
    struct netp_url url = url_of("https://x.co.uk/");
    char out[40];
    size_t need;

    (void)state;
    netp_http_jar_init(&jar, mem, sizeof mem, NULL);
    set(&jar, "https://x.co.uk/", "a=b; Domain=co.uk", NOW, 0);
    set(&jar, "https://x.co.uk/", "c=d; Domain=x.co.uk", NOW, 0);
    jar.cfg_ = with_suffixes;
    assert_int_equal(netp_http_jar_get(&jar, &url, NOW, 0, out, sizeof out, &need), 3);
    assert_memory_equal(out, "c=d", 3);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cookie_leaves_its_hosts),
        cmocka_unit_test(a_domain_is_for_the_hosts_below_it),
        cmocka_unit_test(without_a_list_single_labels_are_suffixes),
        cmocka_unit_test(a_prefix_promises),
        cmocka_unit_test(an_insecure_origin_leaves_secure_cookies_alone),
        cmocka_unit_test(paths_match_by_segments),
        cmocka_unit_test(cookies_are_sent_in_order),
        cmocka_unit_test(cookies_expire),
        cmocka_unit_test(same_site_is_honoured),
        cmocka_unit_test(bad_cookies_are_refused),
        cmocka_unit_test(all_of_a_cookie_is_kept),
        cmocka_unit_test(a_domain_has_a_limit),
        cmocka_unit_test(a_jar_has_a_limit),
        cmocka_unit_test(the_limits_are_those_of_a_browser),
        cmocka_unit_test(memory_has_a_limit),
        cmocka_unit_test(suffixes_are_asked_for_when_sending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
