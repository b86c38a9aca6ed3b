/* cmd_links.c - netproto links URL: the links of a page. SPDX-License-Identifier: MIT */
#include "document.h"
#include <netproto/host/page.h>
#include <netproto/text.h>
#include <string.h>

enum { OPT_ONLY = 720 };

#define PAGE_MAX  (256u << 20)
#define LINKS_MAX 10000000u

struct links {
    struct cli *c;
    struct document document;
    const char *only; /* elements, with commas between them; NULL: all */
    struct netp_page *page;
    int error;
    const char *fault; /* another than error says; NULL: none */
    uint64_t told;
};

static const char *shorts = HTTP_JOB_SHORTS;
static const struct option longs[] = {
    {"only", required_argument, NULL, OPT_ONLY}, DOCUMENT_LONGS, HTTP_JOB_LONGS, {0}};

static bool own(void *arg, int opt, const char *value)
{
    struct links *l = (struct links *)arg;

    if (opt == OPT_ONLY) {
        l->only = value;
        return *value != '\0';
    }
    return document_option(&l->document, opt, value);
}

static bool is_wanted(const struct links *l, const char *element)
{
    size_t n = strlen(element), k;

    if (!l->only) {
        return true;
    }
    for (const char *p = l->only; *p; p += k + (p[k] == ',')) {
        k = strcspn(p, ",");
        if (netp_str_ieq(netp_str_make(p, k), netp_str_make(element, n))) {
            return true;
        }
    }
    return false;
}

static void print_json(const struct links *l, const struct netp_page_link *link)
{
    printf("%s\n  {", l->told ? "," : "{\"links\": [");
    document_json("", "element", netp_str_of(link->element));
    document_json(", ", "attribute", netp_str_of(link->attribute));
    if (link->error == NETP_OK) {
        document_json(", ", "url", link->url);
    } else {
        printf(", \"url\": null, \"error\": \"%s\"", document_no_url(link->error));
    }
    document_json(", ", "written", link->written);
    document_json(", ", "text", link->text);
    document_json(", ", "rel", link->rel);
    printf(", \"nofollow\": %s}", link->nofollow ? "true" : "false");
}

static void on_link(void *arg, const struct netp_page_link *link)
{
    struct links *l = (struct links *)arg;

    if (!is_wanted(l, link->element)) {
        return;
    }
    if (l->c->json) {
        print_json(l, link);
    } else if (link->error == NETP_OK) {
        printf("%s\t%s\t%.*s", link->element, link->attribute, (int)link->url.n, link->url.p);
        if (link->text.n > 0) {
            putchar('\t');
            document_print(link->text);
        }
        putchar('\n');
    } else {
        char text[200];
        netp_escape(text, sizeof text, link->written.p, link->written.n);
        cli_note(l->c, "%s %s '%s': %s", link->element, link->attribute, text,
                 document_no_url(link->error));
    }
    l->told++;
}

static bool is_html(const struct netp_http_media *media)
{
    return media->type.n == 0 ||
           (netp_str_ieq(media->type, NETP_STR("text")) &&
            netp_str_ieq(media->subtype, NETP_STR("html"))) ||
           (netp_str_ieq(media->type, NETP_STR("application")) &&
            netp_str_ieq(media->subtype, NETP_STR("xhtml+xml")));
}

static bool begin(void *arg, struct netp_str url, const struct netp_http_media *media)
{
    struct links *l = (struct links *)arg;
    struct netp_page_cfg cfg = {.url = url,
                                .charset = media->charset,
                                .max_bytes = PAGE_MAX,
                                .max_links = LINKS_MAX,
                                .link = on_link,
                                .arg = l};

    if (!is_html(media)) {
        l->error = NETP_E_UNSUPPORTED;
        l->fault = "it is no HTML page";
        return false;
    }
    netp_page_free(l->page);
    l->page = netp_page_new(&cfg);
    l->error = l->page ? NETP_OK : NETP_E_IO;
    return l->page != NULL;
}

static bool data(void *arg, const void *p, size_t n)
{
    struct links *l = (struct links *)arg;

    l->error = netp_page_feed(l->page, p, n);
    return l->error == NETP_OK;
}

static void print_end(const struct links *l)
{
    document_json(l->told ? "\n], " : "{\"links\": [], ", "title", netp_page_title(l->page));
    printf(", \"nofollow\": %s, \"noindex\": %s}\n", netp_page_nofollow(l->page) ? "true" : "false",
           netp_page_noindex(l->page) ? "true" : "false");
}

static int read_links(struct links *l, const char *url)
{
    int status;

    status = document_read(&l->document, url);
    if (l->page && l->error == NETP_OK) { /* of a page that was cut it tells what has come */
        l->error = netp_page_end(l->page);
    }
    if (l->c->json && l->page) {
        print_end(l);
    }
    if (status != CLI_DONE) {
        return status;
    }
    return document_tell(&l->document, url, l->error,
                         l->fault ? l->fault : netp_strerror(l->error));
}

static int run(struct cli *c, int argc, char **argv)
{
    struct links l = {.c = c};
    int first, status;

    document_init(&l.document, c);
    l.document.begin = begin;
    l.document.data = data;
    l.document.arg = &l;
    first = cli_parse(c, &cmd_links, argc, argv, shorts, longs, own, &l);
    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (argc - first != 1) {
        return cli_usage(c, first == argc ? "no URL" : "one URL at a time");
    }
    status = http_job_begin(&l.document.http);
    if (status == CLI_DONE) {
        status = read_links(&l, argv[first]);
    }
    netp_page_free(l.page);
    return http_job_end(&l.document.http, status);
}

const struct cli_command cmd_links = {
    "links",
    "URL",
    "List the links of an HTML page",
    "  URL is of http:, https: or file:, or - for standard input.\n"
    "  A line is: element, attribute, URL, and the text of an <a>, with tabs between them.\n"
    "      --only LIST          only those of these elements: a,img\n" DOCUMENT_HELP,
    run,
    http_job_help};
