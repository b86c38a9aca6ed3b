/* crawl_work.h - a crawl that runs: what is asked for, and what becomes of the answers.
 * SPDX-License-Identifier: MIT */
#ifndef CRAWL_WORK_H
#define CRAWL_WORK_H

#include "crawl_report.h"
#include "http_job.h"
#include <netproto/host/crawl.h>
#include <netproto/host/page.h>

#define CRAWL_PARALLEL  16u         /* connections at most */
#define CRAWL_REDIRECTS 10u         /* behind each other */
#define CRAWL_LINKS     100000u     /* of a page */
#define CRAWL_BYTES     (10u << 20) /* of a page */
#define CRAWL_SKIP      65536u      /* of what is no page: more is not waited for */
#define CRAWL_URL       2048u

struct crawl_work;

/* A request. */
struct crawl_slot {
    struct crawl_work *work;
    struct netp_crawl_job job;
    struct netp_fetch *fetch; /* NULL: there is none */
    int status;
    char type[80], location[CRAWL_URL];
    const char *fault; /* what is wrong with the answer; NULL: nothing */
    struct netp_page *page;
    int page_error;
    bool cut;     /* not all was wanted */
    char *robots; /* what has come of a robots.txt */
    size_t nrobots;
};

/* What is known of a URL from before it is asked for; its tag is the index. */
struct crawl_found {
    struct netp_str from;
    uint32_t redirects; /* that led there */
};

struct crawl_work {
    struct http_job http;
    /* for the command to set */
    uint64_t max; /* pages */
    unsigned parallel;
    struct netp_crawl *crawl;
    struct crawl_found *found; /* for as many URLs as crawl has room for; owned */

    struct crawl_report report;
    uint64_t beyond; /* links over a limit */
    int status;      /* of what ends the crawl or keeps it from beginning */

    struct crawl_slot slots[CRAWL_PARALLEL];
    unsigned running;
    uint64_t given; /* pages that were asked for */
    uint32_t nfound;
    struct netp_timer wake, end;
    bool over;
};

/* Crawls from a URL, absolute and normalised, on. The exit status, but for broken links. */
int crawl_work_run(struct crawl_work *w, struct netp_str url);

void crawl_work_free(struct crawl_work *w);

#endif
