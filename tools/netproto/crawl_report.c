/* crawl_report.c - what a crawl prints. SPDX-License-Identifier: MIT */
#include "crawl_report.h"
#include "document.h"
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>

enum { CIRCLE = 20 }; /* redirections behind each other that are one */

static void print_or(struct netp_str s, const char *no)
{
    document_print(s.n > 0 ? s : netp_str_of(no));
}

static void print_status(int status)
{
    if (status) {
        printf("%d", status);
    } else {
        putchar('-');
    }
}

static void print_text(const struct crawl_page *page)
{
    print_status(page->status);
    printf("\t%u\t", page->depth);
    print_or(page->type, "-");
    putchar('\t');
    document_print(page->url);
    putchar('\t');
    print_or(page->from, "-");
    if (page->location.n > 0) {
        putchar('\t');
        document_print(page->location);
    }
    putchar('\n');
}

static void json_or_null(const char *name, struct netp_str s)
{
    if (s.n > 0) {
        document_json(", ", name, s);
    } else {
        printf(", \"%s\": null", name);
    }
}

static void print_json(const struct crawl_report *r, const struct crawl_page *page)
{
    printf("%s\n  {", r->pages ? "," : "{\"pages\": [");
    document_json("", "url", page->url);
    printf(", \"status\": %d, \"depth\": %u", page->status, page->depth);
    json_or_null("type", page->type);
    json_or_null("from", page->from);
    json_or_null("location", page->location);
    json_or_null("error", netp_str_of(page->error ? page->error : ""));
    putchar('}');
}

bool crawl_report_page(struct crawl_report *r, const struct crawl_page *page)
{
    if (r->c->json) {
        print_json(r, page);
    } else {
        print_text(page);
        fflush(stdout); /* it may take long */
    }
    r->pages++;
    if (page->broken) {
        return crawl_entries_add(&r->broken, page->url, page->from, page->status, page->error);
    }
    return page->location.n == 0 ||
           crawl_entries_add(&r->redirects, page->url, page->from, page->status, page->location.p);
}

/* --- the end --------------------------------------------------------------------------------- */

static int by_url(const void *a, const void *b)
{
    const struct crawl_entry *x = *(const struct crawl_entry *const *)a;
    const struct crawl_entry *y = *(const struct crawl_entry *const *)b;
    size_t n = x->url.n < y->url.n ? x->url.n : y->url.n;
    int r = memcmp(x->url.p, y->url.p, n);

    return r != 0 ? r : x->url.n < y->url.n ? -1 : x->url.n > y->url.n;
}

/* Whether a redirection, of all[0..n) by URL, leads on and on. */
static bool is_circle(const struct crawl_entry *const *all, size_t n, const struct crawl_entry *e)
{
    for (int steps = 0; steps <= CIRCLE; steps++) {
        struct crawl_entry key = {.url = netp_str_make(e->text, strcspn(e->text, "#"))};
        const struct crawl_entry *wanted = &key, *const * at;
        at = bsearch(&wanted, all, n, sizeof wanted, by_url);
        if (!at) {
            return false;
        }
        e = *at;
    }
    return true;
}

/* Adds to the broken ones those that lead in a circle. */
static void find_circles(struct crawl_report *r)
{
    size_t n = 0;
    const struct crawl_entry **all = malloc((r->redirects.n + 1) * sizeof *all);

    if (!all) {
        return;
    }
    for (const struct crawl_entry *e = r->redirects.first; e; e = e->next) {
        all[n++] = e;
    }
    qsort(all, n, sizeof *all, by_url);
    for (size_t i = 0; i < n; i++) {
        if (is_circle(all, n, all[i])) {
            crawl_entries_add(&r->broken, all[i]->url, all[i]->from, all[i]->status,
                              "redirections without an end");
        }
    }
    free(all);
}

static void end_text(const struct crawl_report *r, const struct crawl_rest *rest)
{
    if (r->broken.n > 0) {
        printf("\nbroken: %zu\n", r->broken.n);
    }
    for (const struct crawl_entry *b = r->broken.first; b; b = b->next) {
        print_status(b->status);
        putchar('\t');
        document_print(b->url);
        putchar('\t');
        print_or(b->from, "-");
        if (b->text[0]) {
            putchar('\t');
            document_print(netp_str_of(b->text));
        }
        putchar('\n');
    }
    if (rest->disallowed > 0) {
        cli_note(r->c, "%llu not asked for: robots.txt disallows them",
                 (unsigned long long)rest->disallowed);
    }
    if (rest->waiting > 0) {
        cli_note(r->c, "%llu not asked for: --max is reached", (unsigned long long)rest->waiting);
    }
    if (rest->beyond > 0) {
        cli_note(r->c, "%llu links not followed: too deep, too long, or going round in circles",
                 (unsigned long long)rest->beyond);
    }
}

static void end_json(const struct crawl_report *r, const struct crawl_rest *rest)
{
    fputs(r->pages ? "\n], \"broken\": [" : "{\"pages\": [], \"broken\": [", stdout);
    for (const struct crawl_entry *b = r->broken.first; b; b = b->next) {
        document_json(b != r->broken.first ? ",\n  {" : "\n  {", "url", b->url);
        printf(", \"status\": %d", b->status);
        json_or_null("from", b->from);
        json_or_null("error", netp_str_of(b->text));
        putchar('}');
    }
    printf("], \"disallowed\": %llu, \"waiting\": %llu, \"beyond\": %llu}\n",
           (unsigned long long)rest->disallowed, (unsigned long long)rest->waiting,
           (unsigned long long)rest->beyond);
}

size_t crawl_report_end(struct crawl_report *r, const struct crawl_rest *rest)
{
    size_t broken;

    find_circles(r);
    broken = r->broken.n;
    (r->c->json ? end_json : end_text)(r, rest);
    crawl_entries_free(&r->broken);
    crawl_entries_free(&r->redirects);
    return broken;
}
