/* cmd_feed.c - netproto feed URL: the items of a feed or sitemap. SPDX-License-Identifier: MIT */
#include "document.h"
#include <netproto/host/feed.h>
#include <netproto/text.h>
#include <time.h>

#define FEED_MAX  (256u << 20)
#define ITEMS_MAX 10000000u

struct feed {
    struct cli *c;
    struct document document;
    struct netp_feed *feed;
    int error;
    uint64_t told;
};

static const char *shorts = HTTP_JOB_SHORTS;
static const struct option longs[] = {DOCUMENT_LONGS, HTTP_JOB_LONGS, {0}};

static bool own(void *arg, int opt, const char *value)
{
    return document_option(&((struct feed *)arg)->document, opt, value);
}

static const char *kind(const struct feed *f)
{
    static const char *const names[] = {"unknown", "rss", "rdf", "atom", "sitemap", "sitemapindex"};

    return names[netp_feed_kind(f->feed)];
}

/* The date in UTC as RFC 3339 has it, or no. */
static const char *date(const struct netp_feed_item *item, char buf[40], const char *no)
{
    time_t t = (time_t)item->date;
    struct tm tm;

    return item->dated && gmtime_r(&t, &tm) && strftime(buf, 40, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0
               ? buf
               : no;
}

static void print_head(const struct feed *f)
{
    printf("%s\t", kind(f));
    document_print(netp_feed_title(f->feed));
    putchar('\t');
    document_print(netp_feed_link(f->feed));
    putchar('\n');
}

static void print_text(const struct feed *f, const struct netp_feed_item *item)
{
    char buf[40];

    if (f->told == 0) {
        print_head(f);
    }
    printf("%s\t", date(item, buf, "-"));
    document_print(item->title);
    putchar('\t');
    document_print(item->url);
    putchar('\n');
}

static void print_json(const struct feed *f, const struct netp_feed_item *item)
{
    char buf[40];

    printf("%s\n  {", f->told ? "," : "{\"items\": [");
    document_json("", "title", item->title);
    if (item->url_error == NETP_OK) {
        document_json(", ", "url", item->url);
    } else {
        printf(", \"url\": null, \"error\": \"%s\"", document_no_url(item->url_error));
    }
    document_json(", ", "id", item->id);
    if (item->dated) {
        document_json(", ", "date", netp_str_of(date(item, buf, "")));
    }
    document_json(", ", "summary", item->summary);
    if (item->enclosure.n > 0) {
        document_json(", \"enclosure\": {", "url", item->enclosure);
        document_json(", ", "type", item->enclosure_type);
        printf(", \"length\": %llu}", (unsigned long long)item->enclosure_length);
    }
    putchar('}');
}

static void on_item(void *arg, const struct netp_feed_item *item)
{
    struct feed *f = (struct feed *)arg;

    (f->c->json ? print_json : print_text)(f, item);
    f->told++;
}

static void print_end(const struct feed *f)
{
    if (!f->c->json) {
        if (f->told == 0 && f->error == NETP_OK) {
            print_head(f);
        }
        return;
    }
    document_json(f->told ? "\n], " : "{\"items\": [], ", "kind", netp_str_of(kind(f)));
    document_json(", ", "title", netp_feed_title(f->feed));
    document_json(", ", "link", netp_feed_link(f->feed));
    puts("}");
}

static bool begin(void *arg, struct netp_str url, const struct netp_http_media *media)
{
    struct feed *f = (struct feed *)arg;
    struct netp_feed_cfg cfg = {.url = url,
                                .charset = media->charset,
                                .max_bytes = FEED_MAX,
                                .max_items = ITEMS_MAX,
                                .item = on_item,
                                .arg = f};

    netp_feed_free(f->feed);
    f->feed = netp_feed_new(&cfg);
    f->error = f->feed ? NETP_OK : NETP_E_IO;
    return f->feed != NULL;
}

static bool data(void *arg, const void *p, size_t n)
{
    struct feed *f = (struct feed *)arg;

    f->error = netp_feed_read(f->feed, p, n);
    return f->error == NETP_OK;
}

/* Says what is wrong with the feed, and where. */
static int tell(const struct feed *f, const char *url)
{
    const char *what = f->error == NETP_E_UNSUPPORTED
                           ? "no RSS, Atom or sitemap, a charset that is not known, or an entity"
                           : netp_strerror(f->error);
    char text[200];

    if (f->feed) {
        snprintf(text, sizeof text, "line %u: %s", netp_feed_line(f->feed), what);
        what = text;
    }
    return document_tell(&f->document, url, f->error, what);
}

static int read_feed(struct feed *f, const char *url)
{
    int status = document_read(&f->document, url);

    if (f->feed && f->error == NETP_OK && status == CLI_DONE) {
        f->error = netp_feed_end(f->feed);
    }
    if (f->feed) {
        print_end(f);
    }
    return status == CLI_DONE ? tell(f, url) : status;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct feed f = {.c = c};
    int first, status;

    document_init(&f.document, c);
    f.document.begin = begin;
    f.document.data = data;
    f.document.arg = &f;
    first = cli_parse(c, &cmd_feed, argc, argv, shorts, longs, own, &f);
    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (argc - first != 1) {
        return cli_usage(c, first == argc ? "no URL" : "one URL at a time");
    }
    status = http_job_begin(&f.document.http);
    if (status == CLI_DONE) {
        status = read_feed(&f, argv[first]);
    }
    netp_feed_free(f.feed);
    return http_job_end(&f.document.http, status);
}

const struct cli_command cmd_feed = {
    "feed",
    "URL",
    "List the items of a feed or sitemap",
    "  URL is of http:, https: or file:, or - for standard input: RSS, Atom or a sitemap.\n"
    "  The first line is: kind, title and URL of the feed; then, for each item: date, title and\n"
    "  URL, with tabs between them.\n" DOCUMENT_HELP,
    run,
    http_job_help};
