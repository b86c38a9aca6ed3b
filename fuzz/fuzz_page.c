/* Pages: the same links whole, in bytes and in pieces; each URL is one, and resolved again itself.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/host/page.h>
#include <netproto/text.h>
#include <netproto/url.h>

#include <string.h>

static void tell(void *arg, const struct netp_page_link *link)
{
    struct log *log = (struct log *)arg;
    char again[NETP_PAGE_URL_CAP];
    struct netp_url u;
    size_t at;

    log_line(log, "%s %s %s%s", link->element, link->attribute, netp_errname(link->error),
             link->nofollow ? " nofollow" : "");
    log_data(log, "written", link->written.p, link->written.n);
    log_data(log, "url", link->url.p, link->url.n);
    log_data(log, "rel", link->rel.p, link->rel.n);
    log_data(log, "text", link->text.p, link->text.n);
    log_end(log);
    FUZZ_CHECK((link->error == NETP_OK) == (link->url.n > 0), "%s", netp_errname(link->error));
    if (link->error == NETP_OK) {
        FUZZ_CHECK(netp_url_parse(link->url, &u, &at) == NETP_OK, "at %zu", at);
        FUZZ_CHECK((u.has & NETP_URL_SCHEME) != 0, "relative");
        ptrdiff_t n = netp_page_resolve(link->url, link->url, again, sizeof again);
        FUZZ_CHECK(n == (ptrdiff_t)link->url.n && memcmp(again, link->url.p, link->url.n) == 0,
                   "%td: %.*s", n, (int)link->url.n, link->url.p);
    }
}

static void read_page(const uint8_t *p, size_t n, size_t piece, struct log *log)
{
    struct netp_page_cfg cfg = {.url = NETP_STR("http://h/d/p"),
                                .max_bytes = 65536,
                                .max_links = 100,
                                .link = tell,
                                .arg = log};
    struct netp_page *page = netp_page_new(&cfg);
    int r = NETP_OK;

    FUZZ_CHECK(page != NULL, "no memory");
    for (size_t i = 0; i < n && r == NETP_OK; i += piece) {
        size_t k = n - i < piece ? n - i : piece;
        uint8_t *block = (uint8_t *)fuzz_copy(p + i, k);
        r = netp_page_feed(page, block, k);
        free(block);
    }
    r = netp_page_end(page);
    log_line(log, "%s%s%s", netp_errname(r), netp_page_nofollow(page) ? " nofollow" : "",
             netp_page_noindex(page) ? " noindex" : "");
    log_data(log, "title", netp_page_title(page).p, netp_page_title(page).n);
    log_end(log);
    netp_page_free(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t pieces[] = {1, 7};
    struct log whole;

    memset(&whole, 0, sizeof whole);
    read_page(data, size, size + 1, &whole);
    for (size_t i = 0; i < 2; i++) {
        struct log other;
        memset(&other, 0, sizeof other);
        read_page(data, size, pieces[i], &other);
        FUZZ_CHECK(other.n == whole.n && memcmp(other.p, whole.p, whole.n) == 0, "%s--- not\n%s",
                   other.p, whole.p);
        log_free(&other);
    }
    if (fuzz_outcome != NULL) {
        log_text(fuzz_outcome, whole.p, whole.n);
    }
    log_free(&whole);
    return 0;
}
