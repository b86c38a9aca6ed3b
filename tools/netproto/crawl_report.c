/* crawl_report.c - what a crawl prints. SPDX-License-Identifier: MIT */
#include "crawl_report.h"
#include "document.h"
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>

enum { CIRCLE = 20 }; /* redirections behind each other that are one */

static bool keep(struct crawl_entries *list, const struct crawl_page *page, const char *text)
{
    struct crawl_entry *b;

    if (list->n == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : 16;
        b = realloc(list->p, cap * sizeof *b);
        if (!b) {
            return false;
        }
        list->p = b;
        list->cap = cap;
    }
    b = &list->p[list->n];
    *b = (struct crawl_entry){.url = page->url, .from = page->from, .status = page->status};
    if (text && !(b->text = strdup(text))) {
        return false;
    }
    list->n++;
    return true;
}

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
        return keep(&r->broken, page, page->error);
    }
    return page->location.n == 0 || keep(&r->redirects, page, page->location.p);
}

/* --- the end --------------------------------------------------------------------------------- */

static int by_url(const void *a, const void *b)
{
    const struct crawl_entry *x = (const struct crawl_entry *)a;
    const struct crawl_entry *y = (const struct crawl_entry *)b;
    size_t n = x->url.n < y->url.n ? x->url.n : y->url.n;
    int r = memcmp(x->url.p, y->url.p, n);

    return r != 0 ? r : x->url.n < y->url.n ? -1 : x->url.n > y->url.n;
}

/* The redirection that one leads to, or NULL. */
static const struct crawl_entry *next_of(const struct crawl_entries *all,
                                         const struct crawl_entry *from)
{
    struct crawl_entry key = {.url = netp_str_make(from->text, strcspn(from->text, "#"))};

    return bsearch(&key, all->p, all->n, sizeof key, by_url);
}

/* Adds to the broken ones those that lead in a circle. */
static void find_circles(struct crawl_report *r)
{
    const struct crawl_entries *all = &r->redirects;

    if (all->n > 0) {
        qsort(all->p, all->n, sizeof *all->p, by_url);
    }
    for (size_t i = 0; i < all->n; i++) {
        const struct crawl_entry *at = &all->p[i];
        size_t steps = 0;
        while (at && steps <= CIRCLE) {
            at = next_of(all, at);
            steps++;
        }
        if (at) {
            struct crawl_page page = {
                .url = all->p[i].url, .from = all->p[i].from, .status = all->p[i].status};
            keep(&r->broken, &page, "redirections without an end");
        }
    }
}

static void end_text(const struct crawl_report *r, const struct crawl_rest *rest)
{
    if (r->broken.n > 0) {
        printf("\nbroken: %zu\n", r->broken.n);
    }
    for (size_t i = 0; i < r->broken.n; i++) {
        const struct crawl_entry *b = &r->broken.p[i];
        print_status(b->status);
        putchar('\t');
        document_print(b->url);
        putchar('\t');
        print_or(b->from, "-");
        if (b->text) {
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
    for (size_t i = 0; i < r->broken.n; i++) {
        const struct crawl_entry *b = &r->broken.p[i];
        document_json(i > 0 ? ",\n  {" : "\n  {", "url", b->url);
        printf(", \"status\": %d", b->status);
        json_or_null("from", b->from);
        json_or_null("error", netp_str_of(b->text ? b->text : ""));
        putchar('}');
    }
    printf("], \"disallowed\": %llu, \"waiting\": %llu, \"beyond\": %llu}\n",
           (unsigned long long)rest->disallowed, (unsigned long long)rest->waiting,
           (unsigned long long)rest->beyond);
}

static void clear(struct crawl_entries *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->p[i].text);
    }
    free(list->p);
}

size_t crawl_report_end(struct crawl_report *r, const struct crawl_rest *rest)
{
    size_t broken;

    find_circles(r);
    broken = r->broken.n;
    (r->c->json ? end_json : end_text)(r, rest);
    clear(&r->broken);
    clear(&r->redirects);
    return broken;
}
