/* test_no_memory.c - pages, feeds and crawls when the nth block of memory is not there, for each n.
 *
 * libxml2 asks our functions by xmlMemSetup(); the linker puts them in the place of malloc and
 * calloc of the host port.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <libxml/parser.h>
#include <libxml/xmlmemory.h>
#include <netproto/host/crawl.h>
#include <netproto/host/feed.h>
#include <netproto/host/page.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);

static unsigned asked, failing; /* blocks, and the one that is not there; 0: none */

static bool fails(void)
{
    if (failing == 0 || ++asked != failing) {
        return false;
    }
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

static bool to_xml; /* libxml2's blocks count, too */

static void *xml_malloc(size_t n)
{
    return to_xml && fails() ? NULL : __real_malloc(n);
}

static void *xml_realloc(void *p, size_t n)
{
    return to_xml && fails() ? NULL : realloc(p, n);
}

static char *xml_strdup(const char *s)
{
    return to_xml && fails() ? NULL : strdup(s);
}

/* What was told, in the order in which it was. */
struct told {
    uint64_t hash;
    unsigned n;
};

static void tell(struct told *told, struct netp_str s)
{
    told->n++;
    for (size_t i = 0; i < s.n; i++) {
        told->hash = (told->hash ^ (uint8_t)s.p[i]) * 0x100000001b3u;
    }
}

static void on_link(void *arg, const struct netp_page_link *link)
{
    tell((struct told *)arg, link->url);
    tell((struct told *)arg, link->text);
}

static int read_page(struct told *told)
{
    static const char text[] =
        "<!DOCTYPE html><html><title>T&amp;</title><base href='/b/'><a href='a?b&amp;c' rel=x>t<b>u"
        "</b></a><img srcset='a, b 2x' src=c><table><tr><td><a href=d>e<form action=f></table>"
        "<script>g</script><!-- h --><meta http-equiv=refresh content='0;url=i'>";
    struct netp_page_cfg cfg = {.url = NETP_STR("http://h/"),
                                .charset = NETP_STR("koi8-r"),
                                .max_bytes = 10000,
                                .max_links = 100,
                                .link = on_link,
                                .arg = told};
    struct netp_page *page = netp_page_new(&cfg);
    int r = page != NULL ? netp_page_feed(page, text, sizeof text - 1) : NETP_E_IO;

    r = r == NETP_OK ? netp_page_end(page) : r;
    if (r == NETP_OK) {
        tell(told, netp_page_title(page));
    }
    netp_page_free(page);
    return r;
}

static void on_item(void *arg, const struct netp_feed_item *item)
{
    tell((struct told *)arg, item->title);
    tell((struct told *)arg, item->url);
}

static int read_feed(struct told *told)
{
    static const char text[] =
        "<?xml version=\"1.0\"?><!DOCTYPE feed><feed xmlns=\"http://www.w3.org/2005/Atom\" "
        "xmlns:x=\"y\" xml:base=\"http://o/\"><title>T&amp;</title><x:z a=\"b\"><c/></x:z>"
        "<entry><title>A<![CDATA[<B>]]></title><link href=\"a?b&amp;c\"/><id>1</id></entry>"
        "<entry><title>B</title><link rel=\"enclosure\" href=\"e\" type=\"t\"/></entry></feed>";
    struct netp_feed_cfg cfg = {.url = NETP_STR("http://h/"),
                                .max_bytes = 10000,
                                .max_items = 100,
                                .item = on_item,
                                .arg = told};
    struct netp_feed *feed = netp_feed_new(&cfg);
    int r = feed != NULL ? netp_feed_read(feed, text, sizeof text - 1) : NETP_E_IO;

    r = r == NETP_OK ? netp_feed_end(feed) : r;
    if (r == NETP_OK) {
        tell(told, netp_feed_title(feed));
    }
    netp_feed_free(feed);
    return r;
}

static int crawl(struct told *told)
{
    struct netp_crawl_cfg cfg = {.agent = NETP_STR("bot"),
                                 .max_urls = 10,
                                 .max_per_origin = 10,
                                 .max_origins = 2,
                                 .max_repeats = 2,
                                 .max_url = 100};
    struct netp_crawl *crawl = netp_crawl_new(&cfg);
    struct netp_crawl_job job;
    netp_ms when;
    int r;

    if (crawl == NULL) {
        return NETP_E_IO;
    }
    r = netp_crawl_add(crawl, NETP_STR("http://h/a"), 0, 0);
    if (r == 1) {
        r = netp_crawl_add(crawl, NETP_STR("http://h/b"), 0, 0);
    }
    if (r == 1) {
        assert_int_equal(netp_crawl_next(crawl, 0, &job, &when), 1);
        netp_crawl_robots(crawl, &job, 200, NETP_STR("user-agent: *\ndisallow: /b"), 0);
        while (netp_crawl_next(crawl, 0, &job, &when) == 1) {
            tell(told, job.url);
            netp_crawl_done(crawl, &job, 0);
        }
        r = told->n > 0 ? NETP_OK : NETP_E_IO; /* without memory for the rules nothing is allowed */
        errno = ENOMEM;
    }
    netp_crawl_free(crawl);
    return r;
}

/* Each of the first blocks that it asks for is refused once: it says so, or does as well without.
 * Returns how many there are. */
static unsigned sweep(int (*work)(struct told *told))
{
    struct told whole = {0, 0};

    assert_int_equal(work(&whole), NETP_OK);
    assert_true(whole.n > 0);
    for (unsigned i = 1;; i++) {
        struct told told = {0, 0};
        asked = 0;
        failing = i;
        errno = 0;
        int r = work(&told), error = errno;
        failing = 0;
        if (r != NETP_OK && (r != NETP_E_IO || error != ENOMEM)) {
            fail_msg("block %u: %s, errno %d", i, netp_errname(r), error);
        }
        if (r == NETP_OK && (told.n != whole.n || told.hash != whole.hash)) {
            fail_msg("block %u: other things are told, and no error", i);
        }
        if (asked < i) {
            return i - 1;
        }
    }
}

/* The HTML parser of libxml2 2.9.14 goes round for ever where it gets no memory: only our own
 * blocks are refused. */
static void pages_need_memory(void **state)
{
    (void)state;
    to_xml = false;
    assert_true(sweep(read_page) >= 3);
}

static void feeds_need_memory(void **state)
{
    (void)state;
    to_xml = true;
    assert_true(sweep(read_feed) > 20);
}

static void crawls_need_memory(void **state)
{
    (void)state;
    assert_true(sweep(crawl) > 7);
}

static void silent(void *arg, const char *text, ...)
{
    (void)arg, (void)text;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_need_memory),
        cmocka_unit_test(feeds_need_memory),
        cmocka_unit_test(crawls_need_memory),
    };
    if (xmlMemSetup(free, xml_malloc, xml_realloc, xml_strdup) != 0) {
        return 1;
    }
    xmlInitParser();
    xmlSetGenericErrorFunc(NULL, silent);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    xmlCleanupParser();
    return failed;
}
