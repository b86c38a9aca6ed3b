/* Feeds: the same items whole, in bytes and in pieces; each URL is one.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/host/feed.h>
#include <netproto/text.h>
#include <netproto/url.h>

#include <string.h>

static void text(struct log *log, const char *tag, struct netp_str s)
{
    FUZZ_CHECK(s.n <= NETP_FEED_TEXT, "%zu", s.n);
    if (s.n > 0) {
        log_data(log, tag, s.p, s.n);
        log_end(log);
    }
}

static void url(struct log *log, const char *tag, struct netp_str s)
{
    struct netp_url u;
    size_t at;

    text(log, tag, s);
    if (s.n > 0) {
        FUZZ_CHECK(netp_url_parse(s, &u, &at) == NETP_OK && (u.has & NETP_URL_SCHEME) != 0, "%.*s",
                   (int)s.n, s.p);
    }
}

static void tell(void *arg, const struct netp_feed_item *item)
{
    struct log *log = (struct log *)arg;

    log_line(log, "item %s", netp_errname(item->url_error));
    text(log, "title", item->title);
    text(log, "id", item->id);
    url(log, "url", item->url);
    text(log, "summary", item->summary);
    url(log, "enclosure", item->enclosure);
    text(log, "type", item->enclosure_type);
    if (item->dated) {
        log_line(log, "date %lld", (long long)item->date);
    }
}

static void read_feed(const uint8_t *p, size_t n, size_t piece, struct log *log)
{
    struct netp_feed_cfg cfg = {.url = NETP_STR("http://h/d/f"),
                                .max_bytes = 65536,
                                .max_items = 50,
                                .item = tell,
                                .arg = log};
    struct netp_feed *feed = netp_feed_new(&cfg);
    int r = NETP_OK;

    FUZZ_CHECK(feed != NULL, "no memory");
    for (size_t i = 0; i < n && r == NETP_OK; i += piece) {
        size_t k = n - i < piece ? n - i : piece;
        uint8_t *block = (uint8_t *)fuzz_copy(p + i, k);
        r = netp_feed_read(feed, block, k);
        free(block);
    }
    r = netp_feed_end(feed);
    log_line(log, "%s kind %d", r == NETP_OK ? "good" : "bad", netp_feed_kind(feed));
    if (r == NETP_OK) {
        text(log, "title", netp_feed_title(feed));
        url(log, "link", netp_feed_link(feed));
    }
    netp_feed_free(feed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct log whole, other;
    int64_t t;

    memset(&whole, 0, sizeof whole);
    memset(&other, 0, sizeof other);
    read_feed(data, size, size + 1, &whole);
    read_feed(data, size, 7, &other);
    FUZZ_CHECK(other.n == whole.n && memcmp(other.p, whole.p, whole.n) == 0, "%s--- not\n%s",
               other.p, whole.p);
    if (fuzz_outcome != NULL) {
        log_text(fuzz_outcome, whole.p, whole.n);
    }
    log_free(&whole);
    log_free(&other);
    char *p = (char *)fuzz_copy(data, size);
    if (netp_feed_date(netp_str_make(p, size), &t) == NETP_OK) {
        FUZZ_OUTCOME("as a date %lld", (long long)t);
    }
    free(p);
    return 0;
}
