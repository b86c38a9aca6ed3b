/* crawl_work.c - a crawl that runs. SPDX-License-Identifier: MIT */
#include "crawl_work.h"
#include <netproto/host/socket.h>
#include <netproto/http_field.h>
#include <netproto/http_robots.h>
#include <netproto/text.h>
#include <netproto/url.h>
#include <stdlib.h>
#include <string.h>

static void pump(struct crawl_work *w);

static void no_memory(struct crawl_work *w)
{
    if (!w->over) {
        w->status = cli_error(w->http.c, CLI_LOCAL, "%s", "no memory");
        w->over = true;
    }
}

/* --- links ----------------------------------------------------------------------------------- */

/* Adds a URL; what netp_crawl_add() says. */
static int add(struct crawl_work *w, struct netp_str url, uint32_t depth, struct netp_str from,
               uint32_t redirects)
{
    int r = netp_crawl_add(w->crawl, url, depth, w->nfound);

    if (r == 1) {
        w->found[w->nfound++] = (struct crawl_found){from, redirects};
    } else if (r == NETP_E_LIMIT) {
        w->beyond++;
    } else if (r == NETP_E_IO) {
        no_memory(w);
    }
    return r;
}

/* Whether a link is to something that is fetched: no form, and no server to get ready for. */
static bool is_fetched(const struct netp_page_link *link)
{
    static const char *const hints[] = {"preconnect", "dns-prefetch"};

    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        if (netp_str_ieq(link->rel, netp_str_of(hints[i]))) {
            return false;
        }
    }
    return strcmp(link->element, "form") != 0 && !link->nofollow && link->error == NETP_OK;
}

static void on_link(void *arg, const struct netp_page_link *link)
{
    struct crawl_slot *slot = (struct crawl_slot *)arg;

    if (is_fetched(link)) {
        add(slot->work, link->url, slot->job.depth + 1, slot->job.url, 0);
    }
}

/* The scheme, host and port of a URL. */
static struct netp_str origin(struct netp_str url)
{
    struct netp_url u;
    size_t at;

    if (netp_url_parse(url, &u, &at) != NETP_OK) {
        return netp_str_make(NULL, 0);
    }
    return netp_str_make(url.p, (size_t)(u.path.p - url.p));
}

/* Goes where a redirection leads to, if that is here. */
static void follow(struct crawl_work *w, struct crawl_slot *slot)
{
    struct netp_str to = netp_str_of(slot->location);
    uint32_t redirects = w->found[slot->job.tag].redirects + 1;

    if (!netp_str_eq(origin(to), origin(slot->job.url))) {
        if (slot->job.depth == 0) {
            w->status =
                cli_error(w->http.c, CLI_FAILED, "%s redirects to %s, another host: crawl that",
                          slot->job.url.p, slot->location);
        } else {
            cli_note(w->http.c, "%s redirects to %s, another host", slot->job.url.p,
                     slot->location);
        }
    } else if (redirects <= CRAWL_REDIRECTS) {
        add(w, to, slot->job.depth, slot->job.url, redirects);
    } else {
        slot->fault = "too many redirections";
    }
}

/* --- answers --------------------------------------------------------------------------------- */

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static void read_location(struct crawl_slot *slot, const struct netp_fetch_head *head)
{
    struct netp_str value;
    ptrdiff_t n;

    if (!netp_http_head_find(head->head, head->text, NETP_STR("Location"), 0, &value)) {
        slot->fault = "a redirection to nowhere";
        return;
    }
    n = netp_page_resolve(slot->job.url, value, slot->location, sizeof slot->location - 1);
    slot->fault = n < 0 ? "a redirection to what is no URL" : NULL;
    slot->location[n < 0 ? 0 : n] = '\0';
}

static bool is_page(const struct netp_http_media *media)
{
    return netp_str_ieq(media->type, NETP_STR("text")) &&
           netp_str_ieq(media->subtype, NETP_STR("html"));
}

/* Reads the type, and gets ready to read the links of a page. */
static void read_type(struct crawl_slot *slot, const struct netp_fetch_head *head)
{
    uint64_t max = slot->work->http.fetch.max_body;
    struct netp_page_cfg cfg = {.url = slot->job.url,
                                .max_bytes = max ? max : CRAWL_BYTES,
                                .max_links = CRAWL_LINKS,
                                .link = on_link,
                                .arg = slot};
    struct netp_http_media media;
    struct netp_str value;

    if (!netp_http_head_find(head->head, head->text, NETP_STR("Content-Type"), 0, &value) ||
        netp_http_media_parse(value, &media) != NETP_OK) {
        return;
    }
    snprintf(slot->type, sizeof slot->type, "%.*s/%.*s", (int)media.type.n, media.type.p,
             (int)media.subtype.n, media.subtype.p);
    if (slot->status / 100 == 2 && is_page(&media)) {
        cfg.charset = media.charset;
        slot->page = netp_page_new(&cfg);
        if (!slot->page) {
            no_memory(slot->work);
        }
    }
}

static bool on_head(void *arg, const struct netp_fetch_head *head)
{
    struct crawl_slot *slot = (struct crawl_slot *)arg;

    if (!head->final) {
        return true;
    }
    slot->status = head->head->status;
    if (slot->job.robots) {
        return true;
    }
    if (is_redirect(slot->status)) {
        read_location(slot, head);
    }
    read_type(slot, head);
    slot->cut = !slot->page && head->length > CRAWL_SKIP;
    return !slot->cut;
}

static void add_robots(struct crawl_slot *slot, const void *p, size_t n)
{
    size_t room = NETP_HTTP_ROBOTS_MAX + 1 - slot->nrobots;

    if (!slot->robots && !(slot->robots = malloc(room))) {
        no_memory(slot->work);
        slot->cut = true;
        return;
    }
    slot->cut = n > room;
    n = slot->cut ? room : n;
    memcpy(slot->robots + slot->nrobots, p, n);
    slot->nrobots += n;
}

static bool on_data(void *arg, const void *p, size_t n)
{
    struct crawl_slot *slot = (struct crawl_slot *)arg;

    if (slot->page) {
        slot->page_error = netp_page_feed(slot->page, p, n);
        slot->cut = slot->page_error != NETP_OK;
    } else if (slot->job.robots) {
        add_robots(slot, p, n);
    }
    return !slot->cut;
}

/* --- ends ------------------------------------------------------------------------------------ */

/* RFC 9309 section 2.3.1: without an answer nothing is allowed. */
static void robots_done(struct crawl_work *w, struct crawl_slot *slot,
                        const struct netp_fetch_result *result)
{
    bool answered = result->err == NETP_OK || slot->cut || result->stage == NETP_FETCH_REDIRECT;
    int status = answered ? result->status : 0;

    if (!answered) {
        w->status = http_job_tell(&w->http, slot->job.url.p, result);
    } else if (netp_http_robots_access(status) == NETP_HTTP_ROBOTS_DISALLOW_ALL) {
        w->status = cli_error(w->http.c, CLI_FAILED,
                              "%s: the server answers %d, so that nothing may be asked for",
                              slot->job.url.p, status);
    }
    netp_crawl_robots(w->crawl, &slot->job, status, netp_str_make(slot->robots, slot->nrobots),
                      netp_now());
}

/* What is wrong, though it does not break the link. */
static const char *page_fault(int error)
{
    return error == NETP_OK              ? NULL
           : error == NETP_E_UNSUPPORTED ? "a charset that is not known"
           : error == NETP_E_IO          ? "no memory"
                                         : "a page over the limits: its last links are left out";
}

static void page_done(struct crawl_work *w, struct crawl_slot *slot,
                      const struct netp_fetch_result *result)
{
    struct crawl_page page = {.url = slot->job.url,
                              .from = w->found[slot->job.tag].from,
                              .depth = slot->job.depth,
                              .status = slot->status,
                              .type = netp_str_of(slot->type),
                              .location = netp_str_of(slot->location)};
    bool failed = result->err != NETP_OK && !slot->cut;

    if (slot->page && !slot->cut) { /* of a page that was cut it tells what has come */
        slot->page_error = netp_page_end(slot->page);
    }
    if (page.location.n > 0) {
        follow(w, slot);
    }
    page.error = failed ? result->text : slot->fault ? slot->fault : page_fault(slot->page_error);
    page.broken = failed || slot->fault || slot->status >= 400;
    netp_crawl_done(w->crawl, &slot->job, netp_now());
    if (!crawl_report_page(&w->report, &page)) {
        no_memory(w);
    }
}

static void clear(struct crawl_slot *slot)
{
    netp_page_free(slot->page);
    free(slot->robots);
    memset(slot, 0, sizeof *slot);
}

static void on_done(void *arg, const struct netp_fetch_result *result)
{
    struct crawl_slot *slot = (struct crawl_slot *)arg;
    struct crawl_work *w = slot->work;

    (slot->job.robots ? robots_done : page_done)(w, slot, result);
    clear(slot);
    w->running--;
    pump(w);
}

/* --- requests -------------------------------------------------------------------------------- */

static bool start(struct crawl_work *w, struct crawl_slot *slot, const struct netp_crawl_job *job)
{
    struct netp_fetch_cfg cfg = w->http.fetch;

    slot->work = w;
    slot->job = *job;
    cfg.url = job->url.p;
    cfg.max_body = 0; /* is looked at as it comes */
    cfg.timeout_ms = 0;
    cfg.max_redirects = job->robots ? NETP_HTTP_ROBOTS_REDIRECTS : NETP_FETCH_NO_REDIRECTS;
    cfg.head = on_head;
    cfg.data = on_data;
    cfg.done = on_done;
    cfg.arg = slot;
    slot->fetch = netp_fetch_start(w->http.client, &cfg);
    if (!slot->fetch) {
        clear(slot);
        return false;
    }
    w->running++;
    w->given += !job->robots;
    return true;
}

/* Asks for as much as may be asked for now. */
static void pump(struct crawl_work *w)
{
    netp_ms when = NETP_NEVER;

    for (unsigned i = 0; i < w->parallel && w->given < w->max && !w->over; i++) {
        struct netp_crawl_job job;
        if (w->slots[i].fetch) {
            continue;
        }
        if (netp_crawl_next(w->crawl, netp_now(), &job, &when) == 0) {
            break;
        }
        if (!start(w, &w->slots[i], &job)) {
            no_memory(w);
        }
    }
    w->over = w->over || (w->running == 0 && (when == NETP_NEVER || w->given == w->max));
    netp_loop_at(w->http.loop, &w->wake, w->over ? NETP_NEVER : when);
}

static void on_wake(void *arg)
{
    pump((struct crawl_work *)arg);
}

static void on_end(void *arg)
{
    struct crawl_work *w = (struct crawl_work *)arg;

    w->status = cli_error(w->http.c, CLI_TIMEOUT, "the time of --timeout is over");
    w->over = true;
}

static int finish(struct crawl_work *w)
{
    struct netp_crawl_count count = netp_crawl_count(w->crawl);
    struct crawl_rest rest = {count.disallowed, count.waiting, w->beyond};
    size_t broken = crawl_report_end(&w->report, &rest);

    if (w->status == CLI_DONE && w->given == 0) {
        return cli_error(w->http.c, CLI_FAILED, "robots.txt disallows the URL");
    }
    return w->status != CLI_DONE ? w->status : broken > 0 ? CLI_FAILED : CLI_DONE;
}

int crawl_work_run(struct crawl_work *w, struct netp_str url)
{
    uint64_t timeout = w->http.c->timeout_ms;
    int r = add(w, url, 0, netp_str_make(NULL, 0), 0);

    if (r != 1) {
        return w->over ? w->status
                       : cli_usage(w->http.c, "%.*s: %s", (int)url.n, url.p, netp_strerror(r));
    }
    w->report.c = w->http.c;
    w->wake = (struct netp_timer){.due = on_wake, .arg = w};
    w->end = (struct netp_timer){.due = on_end, .arg = w};
    if (timeout != NETP_NEVER) {
        netp_loop_at(w->http.loop, &w->end, netp_now() + timeout);
    }
    pump(w);
    while (!w->over && netp_loop_turn(w->http.loop, NETP_NEVER) == 0) {
    }
    return finish(w);
}

void crawl_work_free(struct crawl_work *w)
{
    for (unsigned i = 0; i < CRAWL_PARALLEL; i++) {
        if (w->slots[i].fetch) {
            netp_fetch_cancel(w->slots[i].fetch);
            clear(&w->slots[i]);
        }
    }
    netp_crawl_free(w->crawl);
    free(w->found);
}
