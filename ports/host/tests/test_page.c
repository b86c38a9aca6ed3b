/* test_page.c - the links of HTML pages. Expected: the HTML and URL standards of WHATWG.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/page.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct told {
    char text[60000];
    size_t n;
    unsigned links, bad;
};

static void tell(void *arg, const struct netp_page_link *link)
{
    struct told *told = (struct told *)arg;

    told->links++;
    told->bad += link->error != NETP_OK;
    if (told->n < sizeof told->text) {
        told->n += (size_t)snprintf(
            told->text + told->n, sizeof told->text - told->n, "%s %s %.*s%s%.*s%s\n",
            link->element, link->attribute, (int)link->url.n, link->url.p,
            link->error != NETP_OK ? netp_errname(link->error) : "", (int)link->rel.n,
            link->rel.n > 0 ? link->rel.p : "", link->nofollow ? " nofollow" : "");
    }
}

static struct netp_page *page_of(struct told *told, const char *charset)
{
    struct netp_page_cfg cfg = {.url = NETP_STR("http://h/d/p.html?q"),
                                .charset = netp_str_of(charset),
                                .max_bytes = 20u << 20,
                                .max_links = 2000,
                                .link = tell,
                                .arg = told};

    *told = (struct told){.n = 0};
    return netp_page_new(&cfg);
}

/* Feeds in pieces, each in a block of its size. */
static int feed(struct netp_page *page, const char *text, size_t n, size_t piece)
{
    int r = NETP_OK;

    for (size_t i = 0; i < n && r == NETP_OK; i += piece) {
        size_t k = n - i < piece ? n - i : piece;
        char *p = malloc(k);
        assert_non_null(p);
        memcpy(p, text + i, k);
        r = netp_page_feed(page, p, k);
        free(p);
    }
    return r == NETP_OK ? netp_page_end(page) : r;
}

/* What a page in a charset tells is `want`, whole and in pieces; title: of it. */
static void check_bytes(const char *charset, const char *text, size_t n, const char *want,
                        const char *title)
{
    static const size_t pieces[] = {1, 3, 1000000};

    for (size_t i = 0; i < 3; i++) {
        struct told told;
        struct netp_page *page = page_of(&told, charset);
        assert_non_null(page);
        assert_int_equal(feed(page, text, n, pieces[i]), NETP_OK);
        assert_string_equal(told.text, want);
        if (title != NULL) {
            struct netp_str t = netp_page_title(page);
            assert_int_equal(t.n, strlen(title));
            assert_memory_equal(t.p, title, t.n);
        }
        netp_page_free(page);
    }
}

static void check(const char *text, const char *want)
{
    check_bytes("", text, strlen(text), want, NULL);
}

static void every_element_is_read(void **state)
{
    (void)state;
    check("<!DOCTYPE html><html><head><title> A &amp; <!-- x -->B\n</title>"
          "<link rel='stylesheet' href=s.css><script src=j.js>'<a href=no>'</script></head><body>"
          "<!-- <a href=no> --><a href='x y' REL='author NoFollow'>t</a><A HREF=/x>u</A>"
          "<area href=#f><img src=i.png srcset='a.png, b.png 2x,c.png 100w (x,y), d,'>"
          "<iframe src='//o/'></iframe><form action='?a=b'></form>"
          "<video poster=p.jpg src=v><source src=w></video><object data=o></object>"
          "<a name=x>no</a><a href>empty</a></body></html>",
          "link href http://h/d/s.cssstylesheet\nscript src http://h/d/j.js\n"
          "a href http://h/d/x%20yauthor NoFollow nofollow\na href http://h/x\n"
          "area href http://h/d/p.html?q#f\nimg src http://h/d/i.png\n"
          "img srcset http://h/d/a.png\nimg srcset http://h/d/b.png\n"
          "img srcset http://h/d/c.png\nimg srcset http://h/d/d\n"
          "iframe src http://o/\nform action http://h/d/p.html?a=b\n"
          "video src http://h/d/v\nvideo poster http://h/d/p.jpg\nsource src http://h/d/w\n"
          "object data http://h/d/o\na href http://h/d/p.html?q\n");
    check_bytes("", "<title> A &amp; B </title><title>C</title>", 42, "", "A & B");
}

static void tell_text(void *arg, const struct netp_page_link *link)
{
    struct told *told = (struct told *)arg;

    told->n += (size_t)snprintf(told->text + told->n, sizeof told->text - told->n, "%s=%.*s[%.*s]",
                                link->element, (int)link->url.n, link->url.p, (int)link->text.n,
                                link->text.n > 0 ? link->text.p : "");
}

/* The texts of a page's links are `want`, whole and in pieces. */
static void check_text(const char *text, const char *want)
{
    for (size_t piece = 1; piece < 10000; piece = piece * 7 + 1) {
        struct told told = {.n = 0};
        struct netp_page_cfg cfg = {.url = NETP_STR("file:///d/p.html"),
                                    .max_bytes = 10000,
                                    .max_links = 3,
                                    .link = tell_text,
                                    .arg = &told};
        struct netp_page *page = netp_page_new(&cfg);
        assert_non_null(page);
        feed(page, text, strlen(text), piece);
        netp_page_free(page);
        assert_string_equal(told.text, want);
    }
}

/* An <a> is told when it ends, at the next one, at a limit, or with the page. */
static void links_have_a_text(void **state)
{
    char x[NETP_PAGE_TEXT] = "", page[400], want[400];
    (void)state;
    check_text("<a href=a> \n T&amp;\xc3\xa9\t <b> u</b><i>v </i>\r\n</a> no <a href=/b></a>",
               "a=file:///d/a[T&\xc3\xa9 uv]a=file:///b[]");
    check_text("<a href=a>x<img src=i>y<script>no</script><style>no</style></a>",
               "img=file:///d/i[]a=file:///d/a[xy]");
    check_text("<a href=a>x<a href=b>y<a name=c>no", "a=file:///d/a[x]a=file:///d/b[y]");
    check_text("<a href=a>x<img src=b><img src=c><img src=d>no",
               "img=file:///d/b[]img=file:///d/c[]a=file:///d/a[x]");
    check_text("<a href=a>to the end", "a=file:///d/a[to the end]");
    check_text("<a href='http://[' rel=x>bad</a>", "a=[bad]");
    check_text("<base href=/e/><a href=a>", "a=file:///e/a[]");
    /* cut at NETP_PAGE_TEXT bytes, or before the character that is not whole there */
    memset(x, 'x', sizeof x - 1);
    snprintf(page, sizeof page, "<a href=a>%s\xc3\xa9z", x);
    snprintf(want, sizeof want, "a=file:///d/a[%s]", x);
    check_text(page, want);
}

/* A page as by hand: a thousand links of all kinds, each written another way. */
static void a_thousand_links_are_resolved(void **state)
{
    static const struct {
        const char *written, *told; /* with a number in them */
    } kinds[] = {
        {"<li><a href=\"page%d.html\">Page</a></li>\n", "a href http://h/b/page%d.html"},
        {"<A HREF='/abs/%d?x=1&amp;y=2#top'>Up</A>", "a href http://h/abs/%d?x=1&y=2#top"},
        {"<p><a href=../up/%d>Out</a>", "a href http://h/up/%d"},
        {"<a href=//other.example/%d>Other</a>", "a href http://other.example/%d"},
        {"<a href=https://Other.Example:443/%d>s</a>", "a href https://other.example/%d"},
        {"<img src=\"i/%d.png\" alt=i>", "img src http://h/b/i/%d.png"},
        {"<script src='j%d.js'></script>", "script src http://h/b/j%d.js"},
        {"<a href=?q=%d rel=nofollow>Q</a>", "a href http://h/b/?q=%dnofollow nofollow"},
        {"<area href='mailto:%d@h'>", "area href mailto:%d@h"},
        {"<form action=' do/%d\t'></form>", "form action http://h/b/do/%d"},
    };
    enum { KINDS = 10, LINKS = 1000, EACH = 100 };
    char *page = calloc(LINKS + 1, EACH), want[EACH];
    struct told told;
    size_t n = 0;
    (void)state;
    assert_non_null(page);
    n += (size_t)snprintf(page, EACH, "<!DOCTYPE html><title>T</title><base href='/b/'><body>");
    for (int i = 0; i < LINKS; i++) {
        n += (size_t)snprintf(page + n, EACH, kinds[i % KINDS].written, i);
    }
    for (size_t piece = 1; piece < 2 * n; piece = piece * 300 + 60) {
        struct netp_page *p = page_of(&told, "");
        const char *at = told.text;
        assert_int_equal(feed(p, page, n, piece), NETP_OK);
        assert_int_equal(told.links, LINKS);
        for (int i = 0; i < LINKS; i++) {
            int k = snprintf(want, EACH, kinds[i % KINDS].told, i);
            assert_memory_equal(at, want, (size_t)k);
            assert_int_equal(at[k], '\n');
            at += k + 1;
        }
        netp_page_free(p);
    }
    free(page);
}

static void a_refresh_is_a_link(void **state)
{
    static const char *const rows[][2] = {
        {"5; url=/a", "/a"},
        {"0;URL='/a b' x", "/a%20b"},
        {"0,url = \"/a\"", "/a"},
        {" 1.5  ; /a", "/a"},
        {"0; url", "/d/url"},
        {"5", NULL},
        {"", NULL},
        {"0;url=", NULL},
        {"0;url='/a", "/a"},
        {"0; urlx=1", "/d/urlx=1"},
    };
    char text[200], want[200];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(text, sizeof text, "<meta http-equiv=Refresh content=\"%s\">", rows[i][0]);
        for (char *q = strchr(text, '"') + 1; (q = strchr(q, '"')) != NULL && q[1] != '>'; q++) {
            *q = '\'';
        }
        snprintf(want, sizeof want, "meta content http://h%s\n", rows[i][1] ? rows[i][1] : "");
        check(text, rows[i][1] != NULL ? want : "");
    }
}

static void robots_are_told(void **state)
{
    struct told told;
    struct netp_page *page = page_of(&told, "");
    static const char text[] = "<a href=a><meta name=ROBOTS content='noindex, NoFollow'><a href=b>";
    (void)state;
    assert_int_equal(feed(page, text, sizeof text - 1, 7), NETP_OK);
    assert_string_equal(told.text, "a href http://h/d/a\na href http://h/d/b nofollow\n");
    assert_true(netp_page_nofollow(page) && netp_page_noindex(page));
    netp_page_free(page);
    page = page_of(&told, "");
    assert_int_equal(feed(page, "<meta name=robots content=none>", 31, 7), NETP_OK);
    assert_true(netp_page_nofollow(page) && netp_page_noindex(page));
    netp_page_free(page);
}

/* The first valid one of http or https. */
static void a_base_counts_once(void **state)
{
    (void)state;
    check("<base target=x><base href='data:,x'><base href='javascript:1'><base href='http://[/'>"
          "<base href='/e/f'><base href='http://other/'><a href=g>",
          "a href http://h/e/g\n");
    check("<base href='https://o/x/'><a href=g><a href='//p'><a href='https:r'><a href='http:r'>",
          "a href https://o/x/g\na href https://p/\na href https://o/x/r\na href http://r/\n");
}

static void urls_are_repaired(void **state)
{
    static const char *const rows[][2] = {
        {" \n/a\tb\r\nc \x01", "http://h/abc"},
        {"\\a\\b?\\#\\", "http://h/a/b?%5C#%5C"},
        {"http:/x", "http://h/x"},
        {"http:x", "http://h/d/x"},
        {"http:///o/x", "http://o/x"},
        {"http:\\\\o\\x", "http://o/x"},
        {"https:o", "https://o/"},
        {"///o//x", "http://o//x"},
        {"HTTP://O:80/%7e/%zz%4", "http://o/~/%25zz%254"},
        {"/\xc3\xa9?\xc3\xa9#\xc3\xa9", "http://h/%C3%A9?%C3%A9#%C3%A9"},
        {"/a[1]|{b}^`\"<>", "http://h/a%5B1%5D%7C%7Bb%7D%5E%60%22%3C%3E"},
        {"#a#b", "http://h/d/p.html?q#a%23b"},
        {"http://[::1]/", "http://[::1]/"},
        {"../../../a/./b/..", "http://h/a/"},
        {"mailto:a b@c", "mailto:a%20b@c"},
        {"javascript:a('b\\c')", "javascript:a('b%5Cc')"},
        {"data:text/html,<p>", "data:text/html,%3Cp%3E"},
        {"tel:+1", "tel:+1"},
        {"ftp://u@f/x", "ftp://u@f/x"},
        {"", "http://h/d/p.html?q"},
        {"http://good.example\\@evil.example/", "http://good.example/@evil.example/"},
        {"http://f\xc3\xbc.de/", "NETP_E_SYNTAX"},
        {"http://a b/", "NETP_E_SYNTAX"},
        {"http://a%00b/", "NETP_E_SYNTAX"},
        {"http://127.1/", "NETP_E_SYNTAX"},
        {"http://h:65536/", "NETP_E_LIMIT"},
        {"http://[fe80::1", "NETP_E_SYNTAX"},
        {"http://u:p@ss@h/", "NETP_E_SYNTAX"},
        {"http://", "NETP_E_SYNTAX"},
        {"1x:y", "NETP_E_SYNTAX"},
    };
    struct netp_str base = NETP_STR("http://h/d/p.html?q");
    char out[NETP_PAGE_URL_CAP], *big = calloc(1, 70000);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ptrdiff_t n = netp_page_resolve(base, netp_str_of(rows[i][0]), out, sizeof out);
        if (n < 0) {
            assert_string_equal(netp_errname((int)n), rows[i][1]);
        } else {
            out[n] = '\0';
            assert_string_equal(out, rows[i][1]);
        }
    }
    assert_int_equal(netp_page_resolve(NETP_STR("d/"), base, out, sizeof out), NETP_E_ARG);
    assert_int_equal(netp_page_resolve(NETP_STR("http://["), base, out, sizeof out), NETP_E_ARG);
    assert_int_equal(netp_page_resolve(base, NETP_STR("x"), out, 4), NETP_E_NOSPACE);
    assert_int_equal(netp_page_resolve(base, netp_str_make("/a\0b", 4), out, sizeof out), 14);
    memset(big, 'a', 70000);
    assert_int_equal(netp_page_resolve(base, netp_str_make(big, 70000), out, sizeof out),
                     NETP_E_LIMIT);
    assert_int_equal(netp_page_resolve(base, netp_str_make(big, 65535), out, sizeof out),
                     NETP_E_LIMIT);
    memset(big, '\xff', 70000);
    assert_int_equal(netp_page_resolve(base, netp_str_make(big, 30000), out, sizeof out),
                     NETP_E_LIMIT);
    free(big);
}

/* Byte order mark, then the header, then <meta>, then UTF-8. */
static void charsets_have_an_order(void **state)
{
#define CHECK(charset, text, want, title)                                                          \
    check_bytes(charset, "" text, sizeof(text) - 1, want, title)
    (void)state;
    CHECK("", "<title>\xc3\xa9</title>", "", "\xc3\xa9");
    CHECK("", "<title>a\xe9z</title>", "", "a\xef\xbf\xbdz");
    CHECK("ISO-8859-1", "<title>\xe9\x80</title>", "", "\xc3\xa9\xe2\x82\xac");
    CHECK("", "<meta charset=latin1><title>\xe9</title><a href='?\xe9'>",
          "a href http://h/d/p.html?%C3%A9\n", "\xc3\xa9");
    CHECK("", "<meta http-equiv=Content-Type content='text/html; charset = \"koi8-r\"'><title>\xc1",
          "", "\xd0\xb0");
    CHECK("utf-8", "<meta charset=koi8-r><title>\xc3\xa9", "", "\xc3\xa9");
    CHECK("koi8-r", "\xef\xbb\xbf<meta charset=koi8-r><title>\xc3\xa9", "", "\xc3\xa9");
    CHECK("", "\xff\xfe<\0t\0i\0t\0l\0e\0>\0\xe9\0<\0/\0t\0i\0t\0l\0e\0>\0", "", "\xc3\xa9");
    CHECK("", "\xfe\xff\0<\0t\0i\0t\0l\0e\0>\0\xe9", "", "\xc3\xa9");
    CHECK("utf-16", "<\0t\0i\0t\0l\0e\0>\0\xe9\0", "", "\xc3\xa9");
    CHECK("", "<meta charset=utf-16><title>\xc3\xa9", "", "\xc3\xa9");
    CHECK("", "<!-- <meta charset=koi8-r> --><meta name=x><title>\xc3\xa9", "", "\xc3\xa9");
    CHECK("", "<meta charset><title>\xc3\xa9", "", "\xc3\xa9");
    CHECK("shift_jis", "<title>\x83\x65\x83\x58\x83\x67\x83", "",
          "\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88\xef\xbf\xbd");
    CHECK("", "<title>a\0b</title>", "",
          "a\xef\xbf\xbd"
          "b");
}

static void an_unknown_charset_is_an_error(void **state)
{
    struct told told;
    struct netp_page *page = page_of(&told, "utf-7");
    (void)state;
    assert_int_equal(netp_page_feed(page, "a", 1), NETP_E_UNSUPPORTED);
    assert_int_equal(netp_page_end(page), NETP_E_UNSUPPORTED);
    netp_page_free(page);
    page = page_of(&told, "");
    assert_int_equal(feed(page, "<meta charset=utf-7>", 20, 20), NETP_E_UNSUPPORTED);
    assert_int_equal(netp_page_feed(page, "a", 1), NETP_E_UNSUPPORTED);
    netp_page_free(page);
}

static void bad_urls_are_refused(void **state)
{
    struct netp_page_cfg cfg = {.url = NETP_STR("/x")};
    (void)state;
    assert_null(netp_page_new(&cfg));
    assert_int_equal(errno, EINVAL);
    cfg.url = NETP_STR("ftp://h/");
    assert_null(netp_page_new(&cfg));
    cfg.url = NETP_STR("http://[");
    assert_null(netp_page_new(&cfg));
    netp_page_free(NULL);
}

/* A text that is `unit` n times. */
static char *repeated(const char *unit, size_t n)
{
    size_t k = strlen(unit);
    char *p = malloc(k * n + 1);

    assert_non_null(p);
    for (size_t i = 0; i < n; i++) {
        memcpy(p + i * k, unit, k);
    }
    p[k * n] = '\0';
    return p;
}

static void many_links_are_told_up_to_the_limit(void **state)
{
    char *text = repeated("<li><a href='/page/1?x=1&amp;y=2'>text</a></li>\n", 2001);
    struct told told;
    struct netp_page *page = page_of(&told, "");
    size_t line = strlen(text) / 2001;
    (void)state;
    assert_int_equal(feed(page, text, 1000 * line, 1460), NETP_OK);
    assert_int_equal(told.links, 1000);
    assert_int_equal(told.bad, 0);
    netp_page_free(page);
    page = page_of(&told, "");
    assert_int_equal(feed(page, text, 2001 * line, 1460), NETP_E_LIMIT);
    assert_int_equal(told.links, 2000);
    netp_page_free(page);
    free(text);
}

static void deep_pages_end_with_an_error(void **state)
{
    static const char *const units[] = {"<div>", "<b><i>", "<table><tr><td>", "<ul><li>"};
    struct told told;
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        char *text = repeated(units[i], 100000);
        struct netp_page *page = page_of(&told, "");
        assert_int_equal(netp_page_feed(page, "<a href=x></a>", 14), NETP_OK);
        assert_int_equal(feed(page, text, strlen(text), 1460), NETP_E_LIMIT);
        assert_int_equal(told.links, 1);
        netp_page_free(page);
        free(text);
    }
    char *text = repeated("<div>", 500), *ends = repeated("</div>", 500);
    struct netp_page *page = page_of(&told, "");
    assert_int_equal(netp_page_feed(page, text, strlen(text)), NETP_OK);
    assert_int_equal(netp_page_feed(page, "<a href=x>", 10), NETP_OK);
    assert_int_equal(feed(page, ends, strlen(ends), 100), NETP_OK);
    assert_int_equal(told.links, 1);
    netp_page_free(page);
    free(text);
    free(ends);
}

static void large_things_are_read_or_refused(void **state)
{
    char *text = repeated("0123456789", 1u << 20); /* an attribute of 10 MiB */
    struct told told;
    struct netp_page *page = page_of(&told, "");
    (void)state;
    assert_int_equal(netp_page_feed(page, "<a href='", 9), NETP_OK);
    assert_int_equal(netp_page_feed(page, text, strlen(text)), NETP_OK);
    assert_int_equal(feed(page, "'><a href=x>", 12, 12), NETP_OK);
    assert_string_equal(told.text, "a href NETP_E_LIMIT\na href http://h/d/x\n");
    netp_page_free(page);
    free(text);

    struct netp_page_cfg cfg = {
        .url = NETP_STR("http://h/"), .max_bytes = 20, .max_links = 9, .link = tell, .arg = &told};
    told = (struct told){.n = 0};
    page = netp_page_new(&cfg);
    assert_int_equal(feed(page, "<a href=a><a href=b>", 20, 3), NETP_OK);
    assert_int_equal(told.links, 2);
    netp_page_free(page);
    told = (struct told){.n = 0};
    page = netp_page_new(&cfg);
    assert_int_equal(feed(page, "<a href=a><a href=b><a href=c>", 30, 30), NETP_E_LIMIT);
    assert_int_equal(told.links, 2);
    netp_page_free(page);
    page = netp_page_new(&cfg);
    assert_int_equal(netp_page_end(page), NETP_OK);
    assert_int_equal(netp_page_title(page).n, 0);
    netp_page_free(page);
    text = repeated("t", 3000);
    page = page_of(&told, "");
    assert_int_equal(netp_page_feed(page, "<title>", 7), NETP_OK);
    assert_int_equal(feed(page, text, 3000, 999), NETP_OK);
    assert_int_equal(netp_page_title(page).n, NETP_PAGE_TITLE);
    netp_page_free(page);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_element_is_read),
        cmocka_unit_test(links_have_a_text),
        cmocka_unit_test(a_thousand_links_are_resolved),
        cmocka_unit_test(a_refresh_is_a_link),
        cmocka_unit_test(robots_are_told),
        cmocka_unit_test(a_base_counts_once),
        cmocka_unit_test(urls_are_repaired),
        cmocka_unit_test(charsets_have_an_order),
        cmocka_unit_test(an_unknown_charset_is_an_error),
        cmocka_unit_test(bad_urls_are_refused),
        cmocka_unit_test(many_links_are_told_up_to_the_limit),
        cmocka_unit_test(deep_pages_end_with_an_error),
        cmocka_unit_test(large_things_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
