/* cmd_crawl.c - netproto crawl URL: the pages of a host, and its broken links.
 * SPDX-License-Identifier: MIT */
#include "crawl_work.h"
#include <netproto/host/random.h>
#include <netproto/text.h>
#include <netproto/url.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_DEPTH = 740, OPT_MAX, OPT_RATE, OPT_PARALLEL };

#define MAX_DELAY_MS 60000u /* a Crawl-delay that is obeyed in full */
#define MAX_REPEATS  3u     /* of a segment in a path */
#define MAX_PAGES    1000000u

struct crawl {
    struct cli *c;
    struct crawl_work work;
    uint64_t depth, parallel;
    uint32_t delay_ms;
};

static const char *shorts = HTTP_JOB_SHORTS;
static const struct option longs[] = {{"depth", required_argument, NULL, OPT_DEPTH},
                                      {"max", required_argument, NULL, OPT_MAX},
                                      {"rate", required_argument, NULL, OPT_RATE},
                                      {"parallel", required_argument, NULL, OPT_PARALLEL},
                                      HTTP_JOB_LONGS,
                                      {0}};

/* "0.5" a second is one in 2000 ms. */
static bool read_rate(const char *s, uint32_t *delay_ms)
{
    char *end;
    double rate = strtod(s, &end), ms;

    if (end == s || *end || !(rate >= 0.001) || rate > 1e9) {
        return false;
    }
    ms = rate > 1000 ? 0 : 1000 / rate;
    *delay_ms = (uint32_t)ms + (ms > (uint32_t)ms);
    return true;
}

static bool own(void *arg, int opt, const char *value)
{
    struct crawl *cr = (struct crawl *)arg;

    switch (opt) {
    case OPT_DEPTH:
        return cli_number(value, 0, 1000, &cr->depth);
    case OPT_MAX:
        return cli_number(value, 1, MAX_PAGES, &cr->work.max);
    case OPT_RATE:
        return read_rate(value, &cr->delay_ms);
    case OPT_PARALLEL:
        return cli_number(value, 1, CRAWL_PARALLEL, &cr->parallel);
    default:
        return http_job_option(&cr->work.http, opt, value);
    }
}

/* The product token that robots.txt knows us by: the first word of the User-Agent. */
static struct netp_str token(const char *user_agent)
{
    const char *s = user_agent ? user_agent : "netproto";

    return netp_str_make(s, strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"));
}

static int make_crawl(struct crawl *cr)
{
    uint32_t max = (uint32_t)cr->work.max;
    struct netp_crawl_cfg cfg = {.agent = token(cr->work.http.cfg.user_agent),
                                 .max_urls = 4 * max + 1000, /* some are disallowed */
                                 .max_per_origin = UINT32_MAX,
                                 .max_origins = 1,
                                 .max_depth = (uint32_t)cr->depth,
                                 .max_repeats = MAX_REPEATS,
                                 .max_url = CRAWL_URL - 1,
                                 .parallel = (uint32_t)cr->parallel,
                                 .delay_ms = cr->delay_ms,
                                 .max_delay_ms = MAX_DELAY_MS,
                                 .same_origin = true};

    if (cfg.agent.n == 0) {
        return cli_usage(cr->c, "the User-Agent begins with no name for robots.txt: letters, - and "
                                "_");
    }
    cr->work.found = calloc(cfg.max_urls, sizeof *cr->work.found);
    if (!cr->work.found || !netp_random(&cfg.seed, sizeof cfg.seed) ||
        !(cr->work.crawl = netp_crawl_new(&cfg))) {
        return cli_error(cr->c, CLI_LOCAL, "no memory");
    }
    cr->work.parallel = (unsigned)cr->parallel;
    cr->work.http.cfg.per_host = (unsigned)cr->parallel;
    return CLI_DONE;
}

static int crawl_url(struct crawl *cr, const char *url)
{
    char *text = malloc(NETP_PAGE_URL_CAP);
    ptrdiff_t n;
    int status;

    if (!text) {
        return cli_error(cr->c, CLI_LOCAL, "no memory");
    }
    n = netp_page_resolve(netp_str_of(url), netp_str_of(url), text, NETP_PAGE_URL_CAP);
    status = n < 0 ? cli_usage(cr->c, "%s: no URL that can be crawled", url)
                   : crawl_work_run(&cr->work, netp_str_make(text, (size_t)n));
    free(text);
    return status;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct crawl cr = {.c = c, .depth = 5, .parallel = 4, .delay_ms = 100, .work = {.max = 1000}};
    int first, status;

    http_job_init(&cr.work.http, c);
    first = cli_parse(c, &cmd_crawl, argc, argv, shorts, longs, own, &cr);
    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (argc - first != 1) {
        return cli_usage(c, first == argc ? "no URL" : "one URL at a time");
    }
    status = make_crawl(&cr);
    if (status == CLI_DONE) {
        status = http_job_begin(&cr.work.http);
    }
    if (status == CLI_DONE) {
        status = crawl_url(&cr, argv[first]);
    }
    crawl_work_free(&cr.work);
    return http_job_end(&cr.work.http, status);
}

const struct cli_command cmd_crawl = {
    "crawl",
    "URL",
    "Visit the pages of a host and find broken links",
    "  A line is: status, depth, type, URL, and the page with the first link to it, with tabs\n"
    "  between them, then where a redirection leads to. Broken links are at the end again, and "
    "make\n"
    "  the exit status 1. What robots.txt disallows is left out.\n"
    "      --depth N            links away from URL (5)\n"
    "      --max N              pages (1000)\n"
    "      --rate N             requests a second at most, as 0.5 (10)\n"
    "      --parallel N         at a time (4), one where robots.txt has a Crawl-delay\n",
    run,
    http_job_help};
