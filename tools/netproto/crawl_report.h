/* crawl_report.h - what a crawl prints: a line a page, then the broken links.
 * SPDX-License-Identifier: MIT */
#ifndef CRAWL_REPORT_H
#define CRAWL_REPORT_H

#include "cli.h"
#include "crawl_entries.h"

/* A page that was asked for. Where not said otherwise n is 0 if there is none. */
struct crawl_page {
    struct netp_str url, from; /* from: the page with the first link to it */
    uint32_t depth;
    int status;               /* 0: none */
    struct netp_str type;     /* "text/html" */
    struct netp_str location; /* of a redirection, absolute */
    const char *error;        /* what went wrong; NULL: nothing */
    bool broken;
};

struct crawl_report {
    const struct cli *c;
    uint64_t pages;
    struct crawl_entries broken;
    struct crawl_entries redirects;
};

/* url and from must stay until the end. false: there is no memory. */
bool crawl_report_page(struct crawl_report *r, const struct crawl_page *page);

/* What was not asked for. */
struct crawl_rest {
    uint64_t disallowed; /* by robots.txt */
    uint64_t waiting;    /* --max was reached */
    uint64_t beyond;     /* links over another limit */
};

/* Prints what comes last, and frees. Redirections in a circle are broken, too. Returns how many are
 * broken. */
size_t crawl_report_end(struct crawl_report *r, const struct crawl_rest *rest);

#endif
