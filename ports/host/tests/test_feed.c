/* test_feed.c - feeds and sitemaps, in the shapes in which programs write them.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/feed.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct told {
    char text[8000];
    size_t n;
    unsigned items;
};

static void add(struct told *told, const char *name, struct netp_str s)
{
    if (s.n > 0 && told->n < sizeof told->text) {
        told->n += (size_t)snprintf(told->text + told->n, sizeof told->text - told->n, "%s=%.*s ",
                                    name, (int)s.n, s.p);
    }
}

static void tell(void *arg, const struct netp_feed_item *item)
{
    struct told *told = (struct told *)arg;
    char numbers[100];

    told->items++;
    add(told, "title", item->title);
    add(told, "id", item->id);
    add(told, "url", item->url);
    if (item->url_error != NETP_OK) {
        add(told, "url", netp_str_of(netp_errname(item->url_error)));
    }
    add(told, "summary", item->summary);
    if (item->dated) {
        snprintf(numbers, sizeof numbers, "%lld", (long long)item->date);
        add(told, "date", netp_str_of(numbers));
    }
    add(told, "enclosure", item->enclosure);
    add(told, "type", item->enclosure_type);
    if (item->enclosure_length > 0) {
        snprintf(numbers, sizeof numbers, "%llu", (unsigned long long)item->enclosure_length);
        add(told, "length", netp_str_of(numbers));
    }
    add(told, "\n", NETP_STR("."));
}

static struct netp_feed *feed_of(struct told *told, const char *charset)
{
    struct netp_feed_cfg cfg = {.url = NETP_STR("http://h/d/feed"),
                                .charset = netp_str_of(charset),
                                .max_bytes = 20u << 20,
                                .max_items = 1000,
                                .item = tell,
                                .arg = told};

    *told = (struct told){.n = 0};
    return netp_feed_new(&cfg);
}

static int feed_pieces(struct netp_feed *feed, const char *text, size_t n, size_t piece)
{
    int r = NETP_OK;

    for (size_t i = 0; i < n && r == NETP_OK; i += piece) {
        size_t k = n - i < piece ? n - i : piece;
        char *p = malloc(k);
        assert_non_null(p);
        memcpy(p, text + i, k);
        r = netp_feed_read(feed, p, k);
        free(p);
    }
    return r == NETP_OK ? netp_feed_end(feed) : r;
}

static void check_bytes(const char *charset, const char *text, size_t n, int error, int kind,
                        const char *head, const char *want)
{
    static const size_t pieces[] = {1, 7, 1000000};

    for (size_t i = 0; i < 3; i++) {
        struct told told;
        struct netp_feed *feed = feed_of(&told, charset);
        assert_non_null(feed);
        assert_int_equal(feed_pieces(feed, text, n, pieces[i]), error);
        assert_int_equal(netp_feed_end(feed), error);
        assert_int_equal(netp_feed_kind(feed), kind);
        assert_string_equal(told.text, want);
        told.text[told.n = 0] = '\0';
        add(&told, "title", netp_feed_title(feed));
        add(&told, "link", netp_feed_link(feed));
        assert_string_equal(told.text, head);
        netp_feed_free(feed);
    }
}

static void check(const char *text, int error, int kind, const char *head, const char *want)
{
    check_bytes("", text, strlen(text), error, kind, head, want);
}

static void rss_as_wordpress_writes_it(void **state)
{
    (void)state;
    check(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"\n"
        "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"\n"
        "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:atom=\"http://www.w3.org/2005/Atom\"\n"
        "xmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\">\n<channel><title>My &amp; blog"
        "</title>\n<atom:link href=\"https://b/feed/\" rel=\"self\"/><link>https://b</link>\n"
        "<description>d</description><image><title>no</title><link>no</link></image>\n"
        "<item><title>One &#8211; x</title><link>https://b/one/ </link>\n"
        "<dc:creator><![CDATA[me]]></dc:creator>\n"
        "<pubDate>Tue, 03 Jun 2025 09:39:21 +0200</pubDate><category><![CDATA[c]]></category>\n"
        "<guid isPermaLink=\"false\">https://b/?p=1</guid><slash:comments>0</slash:comments>"
        "<description><![CDATA[<p>Sum</p>]]></description>"
        "<content:encoded><![CDATA[<p>All</p>]]></content:encoded>"
        "<enclosure url=\"/a.mp3\" length=\"123\" type=\"audio/mpeg\" /></item>\n"
        "<item><guid>two</guid><content:encoded><![CDATA[<p>All</p>]]></content:encoded></item>"
        "<item><title>a <b>b</b></title><link>http://[</link><pubDate>soon</pubDate></item>"
        "</channel></rss>\n",
        NETP_OK, NETP_FEED_RSS, "title=My & blog link=https://b/ ",
        "title=One \xe2\x80\x93 x id=https://b/?p=1 url=https://b/one/ summary=<p>Sum</p> "
        "date=1748936361 enclosure=http://h/a.mp3 type=audio/mpeg length=123 \n=. "
        "id=two url=http://h/d/two summary=<p>All</p> \n=. "
        "title=a b url=NETP_E_SYNTAX \n=. ");
}

static void atom_as_github_and_youtube_write_it(void **state)
{
    (void)state;
    check(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:media=\"http://search.yahoo.com/mrss/\""
        " xml:lang=\"en-US\">\n<id>tag:github.com,2008:/releases</id>"
        "<link type=\"text/html\" rel=\"alternate\" href=\"https://g/releases\"/>"
        "<link rel=\"self\" href=\"https://g/releases.atom\"/><title>Release notes</title>"
        "<updated>2025-06-03T09:39:21Z</updated><entry><id>tag:1</id>"
        "<updated>2025-06-03T11:39:21.5+02:00</updated>"
        "<link rel=\"alternate\" type=\"text/html\" href=\"https://g/v1\"/><title>v1</title>"
        "<content type=\"html\">&lt;p&gt;x&lt;/p&gt;</content>"
        "<author><name>no</name></author></entry></feed>",
        NETP_OK, NETP_FEED_ATOM, "title=Release notes link=https://g/releases ",
        "title=v1 id=tag:1 url=https://g/v1 summary=<p>x</p> date=1748943561 \n=. ");
    check("<feed xmlns:yt=\"http://www.youtube.com/xml/schemas/2015\" "
          "xmlns:media=\"http://search.yahoo.com/mrss/\" xmlns=\"http://www.w3.org/2005/Atom\">"
          "<title>C</title><entry><id>yt:video:1</id><yt:videoId>1</yt:videoId><title>V</title>"
          "<link rel=\"alternate\" href=\"https://y/watch?v=1&amp;t=2\"/>"
          "<published>2020-01-01T00:00:00+00:00</published>"
          "<updated>2021-01-01T00:00:00+00:00</updated>"
          "<media:group><media:title>no</media:title><media:content url=\"no\"/></media:group>"
          "</entry></feed>",
          NETP_OK, NETP_FEED_ATOM, "title=C ",
          "title=V id=yt:video:1 url=https://y/watch?v=1&t=2 date=1577836800 \n=. ");
}

static void links_know_their_base(void **state)
{
    (void)state;
    check("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"http://o/x/\"><link href=\"a\"/>"
          "<entry xml:base=\"y/\"><link href=\"b\" xml:base=\"z/\"/>"
          "<link rel=\"enclosure\" href=\"c\" length=\"7\" type=\"t\"/>"
          "<summary type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">t <b>u</b></div>"
          "</summary></entry><entry><link href=\"d\"/><link href=\"e\"/></entry></feed>",
          NETP_OK, NETP_FEED_ATOM, "link=http://o/x/a ",
          "url=http://o/x/y/z/b summary=t u enclosure=http://o/x/y/c type=t length=7 \n=. "
          "url=http://o/x/d \n=. ");
    check("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"a/\"><entry xml:base=\"b/\">"
          "<summary xml:base=\"c/\"><a xml:base=\"d/\"/></summary></entry></feed>",
          NETP_E_LIMIT, NETP_FEED_ATOM, "", "");
}

static void rdf_as_arxiv_wrote_it(void **state)
{
    (void)state;
    check("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF\n"
          "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"\n"
          "xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n"
          "<channel rdf:about=\"http://arxiv.org/\"><title>cs updates</title>"
          "<link>http://arxiv.org/</link><dc:date>2020-01-01</dc:date>"
          "<items><rdf:Seq><rdf:li rdf:resource=\"http://arxiv.org/abs/1\"/></rdf:Seq></items>"
          "</channel><image rdf:about=\"i\"><title>no</title></image>"
          "<item rdf:about=\"http://arxiv.org/abs/1\"><title>T</title>"
          "<link>http://arxiv.org/abs/1</link><description rdf:parseType=\"Literal\">"
          "&lt;p&gt;A&lt;/p&gt;</description><dc:creator>me</dc:creator>"
          "<dc:date>2020-01-01T20:30:00-05:00</dc:date></item></rdf:RDF>",
          NETP_OK, NETP_FEED_RDF, "title=cs updates link=http://arxiv.org/ ",
          "title=T id=http://arxiv.org/abs/1 url=http://arxiv.org/abs/1 summary=<p>A</p> "
          "date=1577928600 \n=. ");
}

static void sitemaps_are_read(void **state)
{
    (void)state;
    check("<urlset "
          "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc>\nhttp://h/a?b&amp;"
          "c\n</loc><lastmod>2005-01-01</lastmod><priority>0.8</priority></url><url><loc>/d</loc>"
          "</url></urlset>",
          NETP_OK, NETP_FEED_SITEMAP, "",
          "url=http://h/a?b&c date=1104537600 \n=. url=http://h/d \n=. ");
    check("<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><sitemap>"
          "<loc>http://h/s1.xml.gz</loc><lastmod>2004-10-01T18:23:17+00:00</lastmod></sitemap>"
          "</sitemapindex>",
          NETP_OK, NETP_FEED_SITEMAP_INDEX, "", "url=http://h/s1.xml.gz date=1096654997 \n=. ");
}

static void entities_are_refused(void **state)
{
    (void)state;
    check("<!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss><channel><title>&x;"
          "</title></channel></rss>",
          NETP_E_UNSUPPORTED, NETP_FEED_UNKNOWN, "", "");
    check("<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;\">]><rss>"
          "<channel><title>&b;</title></channel></rss>",
          NETP_E_UNSUPPORTED, NETP_FEED_UNKNOWN, "", "");
    check("<!DOCTYPE rss [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/x\"> %p;]><rss/>",
          NETP_E_UNSUPPORTED, NETP_FEED_UNKNOWN, "", "");
    /* a DTD as of RSS 0.91 is not fetched */
    check("<!DOCTYPE rss PUBLIC \"-//Netscape Communications//DTD RSS 0.91//EN\" "
          "\"http://127.0.0.1:1/rss-0.91.dtd\"><rss version=\"0.91\"><channel><title>t</title>"
          "<item><title>i</title></item></channel></rss>",
          NETP_OK, NETP_FEED_RSS, "title=t ", "title=i \n=. ");
    check("<rss><channel><title>&nbsp;</title></channel></rss>", NETP_E_SYNTAX, NETP_FEED_RSS, "",
          "");
    check("<rss xmlns:xi=\"http://www.w3.org/2001/XInclude\"><channel><title>"
          "<xi:include href=\"/etc/passwd\" parse=\"text\"/></title></channel></rss>",
          NETP_OK, NETP_FEED_RSS, "", "");
}

static void what_came_before_an_error_is_told(void **state)
{
    static const char text[] = "<rss><channel>\n<item><title>a</title></item>\n<item></channel>";
    struct told told;
    struct netp_feed *feed = feed_of(&told, "");
    (void)state;
    assert_int_equal(feed_pieces(feed, text, sizeof text - 1, 9), NETP_E_SYNTAX);
    assert_int_equal(netp_feed_line(feed), 3);
    assert_int_equal(netp_feed_read(feed, "x", 1), NETP_E_SYNTAX);
    netp_feed_free(feed);
    check("<rss><channel><item><title>a</title></item><item>", NETP_E_TRUNCATED, NETP_FEED_RSS, "",
          "title=a \n=. ");
    check("", NETP_E_TRUNCATED, NETP_FEED_UNKNOWN, "", "");
    check("no xml at all", NETP_E_SYNTAX, NETP_FEED_UNKNOWN, "", "");
    check("<html><body></body></html>", NETP_E_UNSUPPORTED, NETP_FEED_UNKNOWN, "", "");
    check("<rss/><rss/>", NETP_E_SYNTAX, NETP_FEED_RSS, "", "");
    feed = feed_of(&told, "");
    assert_int_equal(netp_feed_line(feed), 1);
    netp_feed_free(feed);
}

static void charsets_are_known(void **state)
{
    struct told told;
    struct netp_feed *feed = feed_of(&told, "utf-7");
    static const char latin[] = "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><rss><channel>"
                                "<title>\xe9</title></channel></rss>";
    (void)state;
    check(latin, NETP_OK, NETP_FEED_RSS, "title=\xc3\xa9 ", "");
    check_bytes("koi8-r", latin, sizeof latin - 1, NETP_OK, NETP_FEED_RSS, "title=\xd0\x98 ", "");
    check("<rss><channel><title>\xe9</title></channel></rss>", NETP_E_SYNTAX, NETP_FEED_RSS, "",
          "");
    assert_int_equal(netp_feed_read(feed, "x", 1), NETP_E_UNSUPPORTED);
    assert_int_equal(netp_feed_end(feed), NETP_E_UNSUPPORTED);
    netp_feed_free(feed);
    netp_feed_free(NULL);
    struct netp_feed_cfg cfg = {.url = NETP_STR("x")};
    assert_null(netp_feed_new(&cfg));
    assert_int_equal(errno, EINVAL);
}

/* A feed of n items, or of one with n times something in it. */
static int feed_many(struct told *told, const char *before, const char *unit, size_t n,
                     const char *after)
{
    struct netp_feed *feed = feed_of(told, "");
    int r = netp_feed_read(feed, before, strlen(before));

    while (r == NETP_OK && n-- > 0) {
        r = netp_feed_read(feed, unit, strlen(unit));
    }
    if (r == NETP_OK) {
        r = netp_feed_read(feed, after, strlen(after));
    }
    r = r == NETP_OK ? netp_feed_end(feed) : r;
    netp_feed_free(feed);
    return r;
}

static void limits_are_kept(void **state)
{
    struct told told;
    (void)state;
    assert_int_equal(feed_many(&told, "<rss><channel>", "<item/>", 1000, "</channel></rss>"), 0);
    assert_int_equal(told.items, 1000);
    assert_int_equal(feed_many(&told, "<rss><channel>", "<item/>", 1000000, ""), NETP_E_LIMIT);
    assert_int_equal(told.items, 1000);
    assert_int_equal(feed_many(&told, "<rss><channel>", "<a>", 100000, ""), NETP_E_LIMIT);
    assert_int_equal(feed_many(&told, "<rss><channel><item><title>", "0123456789", 1000,
                               "</title></item></channel></rss>"),
                     NETP_OK);
    assert_int_equal(told.n, sizeof "title= \n=. " - 1 + NETP_FEED_TEXT);
    assert_int_equal(feed_many(&told, "<rss><channel><item><link>", "0123456789", 1000,
                               "</link></item></channel></rss>"),
                     NETP_OK);
    assert_string_equal(told.text, "url=NETP_E_LIMIT \n=. ");
    assert_int_equal(feed_many(&told, "<rss>", "<!-- 0123456789 -->", 2u << 20, ""), NETP_E_LIMIT);
}

static void dates_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t t;
    } rows[] = {
        {"2003-12-13T18:30:02Z", 1071340202}, /* RFC 4287 section 3.3 */
        {"2003-12-13T18:30:02.25Z", 1071340202},
        {"2003-12-13T18:30:02+01:00", 1071336602},
        {"2003-12-13T18:30:02.25+01:00", 1071336602},
        {"1990-12-31T23:59:60Z", 662688000}, /* RFC 3339 section 5.8 */
        {"1990-12-31T15:59:60-08:00", 662688000},
        {" 2003-12-13 18:30z\n", 1071340200},
        {"2003", 1041379200},
        {"2003-12", 1070236800},
        {"Sat, 07 Sep 2002 00:00:01 GMT", 1031356801}, /* RSS 2.0 */
        {"Sat, 07 Sep 02 00:00 EDT", 1031371200},
        {"7 Sep 2002 00:00:01", 1031356801},
        {"7 Sep 2002 00:00:01 PST", 1031385601},
        {"7 Sep 2002 00:00:01 +05:30", 1031337001},
        {"7 Sep 2002 00:00:01 X", 1031356801},
    };
    static const char *const bad[] = {
        "",
        "soon",
        "2003-13",
        "2003-00-01",
        "2003-02-30",
        "2003-1-1",
        "20031213",
        "2003-12-13T18",
        "2003-12-13T18:30:02",
        "2003-12-13T24:00:00Z",
        "2003-12-13T18:30:61Z",
        "2003-12-13T18:30:02+1:00",
        "2003-12-13T18:30:02.Z",
        "2003-12-13T18:30:02+24:00",
        "0000-01-01",
        "32 Sep 2002 00:00:01 GMT",
        "                                                              1 Jan 2000 x y z GMT",
    };
    int64_t t;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        t = 0;
        assert_int_equal(netp_feed_date(netp_str_of(rows[i].text), &t), NETP_OK);
        if (t != rows[i].t) {
            fail_msg("%s: %lld", rows[i].text, (long long)t);
        }
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (netp_feed_date(netp_str_of(bad[i]), &t) != NETP_E_SYNTAX) {
            fail_msg("%s: %lld", bad[i], (long long)t);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rss_as_wordpress_writes_it),
        cmocka_unit_test(atom_as_github_and_youtube_write_it),
        cmocka_unit_test(links_know_their_base),
        cmocka_unit_test(rdf_as_arxiv_wrote_it),
        cmocka_unit_test(sitemaps_are_read),
        cmocka_unit_test(entities_are_refused),
        cmocka_unit_test(what_came_before_an_error_is_told),
        cmocka_unit_test(charsets_are_known),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(dates_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
