/* crawl.c - what a crawler fetches next. SPDX-License-Identifier: MIT */
#include "crawl_origin.h"

#include <errno.h>
#include <netproto/host/crawl.h>
#include <netproto/text.h>
#include <netproto/url.h>
#include <stdlib.h>

enum { SEGMENTS = 64 }; /* more in a path are a trap */

struct netp_crawl {
    struct netp_crawl_cfg cfg;
    struct netp_crawl_count count;
    struct crawl_origin *origins;
    uint32_t norigins;
    struct crawl_entry **table; /* open addressing; at most half full */
    size_t mask;
};

struct netp_crawl *netp_crawl_new(const struct netp_crawl_cfg *cfg)
{
    struct netp_http_robots rules;
    struct netp_crawl *crawl;
    size_t slots = 2;

    if (netp_http_robots_init(&rules, NETP_STR(""), cfg->agent) != NETP_OK) {
        errno = EINVAL;
        return NULL;
    }
    while (slots / 2 < cfg->max_urls) {
        slots *= 2;
    }
    crawl = calloc(1, sizeof *crawl);
    if (crawl == NULL) {
        return NULL;
    }
    crawl->cfg = *cfg;
    crawl->mask = slots - 1;
    crawl->table = calloc(slots, sizeof *crawl->table);
    crawl->origins = calloc(cfg->max_origins + (size_t)1, sizeof *crawl->origins);
    if (crawl->table == NULL || crawl->origins == NULL) {
        netp_crawl_free(crawl);
        errno = ENOMEM;
        return NULL;
    }
    return crawl;
}

void netp_crawl_free(struct netp_crawl *crawl)
{
    if (crawl == NULL) {
        return;
    }
    for (size_t i = 0; crawl->table != NULL && i <= crawl->mask; i++) {
        free(crawl->table[i]);
    }
    for (uint32_t i = 0; crawl->origins != NULL && i < crawl->norigins; i++) {
        crawl_origin_free(&crawl->origins[i]);
    }
    free(crawl->table);
    free(crawl->origins);
    free(crawl);
}

/* ---- adding ---- */

/* The slot of a URL, or the free one for it. FNV-1a, from the seed on. */
static struct crawl_entry **find(const struct netp_crawl *crawl, struct netp_str url)
{
    uint64_t h = crawl->cfg.seed ^ 0xcbf29ce484222325u;

    for (size_t i = 0; i < url.n; i++) {
        h = (h ^ (uint8_t)url.p[i]) * 0x100000001b3u;
    }
    for (size_t i = (size_t)(h ^ h >> 32);; i++) {
        struct crawl_entry **slot = &crawl->table[i & crawl->mask];
        if (*slot == NULL || netp_str_eq(netp_str_make((*slot)->url, (*slot)->n), url)) {
            return slot;
        }
    }
}

/* Whether a path goes round in circles. */
static bool repeats(struct netp_str path, uint32_t max)
{
    struct netp_str segments[SEGMENTS];
    size_t n = 0, at = 1;

    while (at < path.n) {
        const char *slash = (const char *)memchr(path.p + at, '/', path.n - at);
        size_t end = slash != NULL ? (size_t)(slash - path.p) : path.n;
        uint32_t same = 1;
        if (n == SEGMENTS) {
            return true;
        }
        segments[n] = netp_str_make(path.p + at, end - at);
        for (size_t i = 0; i < n; i++) {
            same += netp_str_eq(segments[i], segments[n]);
        }
        if (same > max) {
            return true;
        }
        n++;
        at = end + 1;
    }
    return false;
}

/* Normalises a URL of the web without its fragment into out, and takes that apart. */
static int read_url(struct netp_str text, char *out, size_t cap, struct netp_url *u)
{
    char host[NETP_URL_HOST_CAP];
    size_t at;

    if (netp_url_parse(text, u, &at) != NETP_OK || (u->has & NETP_URL_SCHEME) == 0) {
        return NETP_E_SYNTAX;
    }
    if (!netp_str_ieq(u->scheme, NETP_STR("http")) && !netp_str_ieq(u->scheme, NETP_STR("https"))) {
        return NETP_E_UNSUPPORTED;
    }
    if (netp_url_host(u, host) < 0) {
        return NETP_E_SYNTAX;
    }
    u->has &= ~(unsigned)NETP_URL_FRAGMENT;
    ptrdiff_t n = netp_url_normalise(u, out, cap);
    if (n < 0) {
        return NETP_E_LIMIT;
    }
    netp_url_parse(netp_str_make(out, (size_t)n), u, &at); /* it is one */
    return (u->has & NETP_URL_USERINFO) != 0 ? NETP_E_REFUSED : (int)n;
}

/* The origin of a URL; a new one only if it may be. NETP_OK or an error. */
static int find_origin(struct netp_crawl *crawl, struct netp_str url, const struct netp_url *u,
                       bool add, struct crawl_origin **origin)
{
    struct netp_str key = netp_str_make(url.p, (size_t)(u->path.p - url.p));

    for (uint32_t i = 0; i < crawl->norigins; i++) {
        *origin = &crawl->origins[i];
        if (netp_str_eq(netp_str_make((*origin)->key, (*origin)->nkey), key)) {
            return NETP_OK;
        }
    }
    if (!add || crawl->norigins == crawl->cfg.max_origins) {
        return add ? NETP_E_LIMIT : NETP_E_REFUSED;
    }
    *origin = &crawl->origins[crawl->norigins];
    if (!crawl_origin_init(*origin, key)) {
        return NETP_E_IO;
    }
    crawl->norigins++;
    return NETP_OK;
}

static int insert(struct netp_crawl *crawl, struct netp_str url, const struct netp_url *u,
                  uint32_t depth, uint32_t tag)
{
    struct crawl_entry **slot = find(crawl, url);
    struct crawl_origin *origin;

    if (*slot != NULL) {
        return 0;
    }
    if (depth > crawl->cfg.max_depth || crawl->count.added == crawl->cfg.max_urls ||
        repeats(u->path, crawl->cfg.max_repeats)) {
        return NETP_E_LIMIT;
    }
    int r = find_origin(crawl, url, u, depth == 0 || !crawl->cfg.same_origin, &origin);
    if (r != NETP_OK || origin->urls == crawl->cfg.max_per_origin) {
        return r != NETP_OK ? r : NETP_E_LIMIT;
    }
    if ((*slot = crawl_origin_add(origin, url, depth, tag)) == NULL) {
        return NETP_E_IO;
    }
    crawl->count.added++;
    crawl->count.waiting++;
    return 1;
}

int netp_crawl_add(struct netp_crawl *crawl, struct netp_str url, uint32_t depth, uint32_t tag)
{
    size_t cap = url.n + 8;
    struct netp_url u;
    char *text;

    if (url.n > NETP_URL_MAX) {
        return NETP_E_LIMIT;
    }
    if ((text = malloc(cap)) == NULL) {
        return NETP_E_IO;
    }
    int r = read_url(url, text, cap, &u);
    if (r > 0) {
        r = (uint32_t)r > crawl->cfg.max_url
                ? NETP_E_LIMIT
                : insert(crawl, netp_str_make(text, (size_t)r), &u, depth, tag);
    }
    free(text);
    return r;
}

/* ---- giving ---- */

/* What a request for the URL asks for. */
static struct netp_str target(const struct crawl_origin *origin, const struct crawl_entry *entry)
{
    return netp_str_make(entry->url + origin->nkey, entry->n - origin->nkey);
}

/* Takes off the front what the rules disallow. */
static void pass_over(struct netp_crawl *crawl, struct crawl_origin *origin)
{
    while (origin->first != NULL &&
           (origin->robots == DISALLOW_ALL ||
            (origin->robots == KNOWN &&
             netp_http_robots_allowed(&origin->rules, target(origin, origin->first)) != 1))) {
        crawl_origin_take(origin);
        crawl->count.disallowed++;
        crawl->count.waiting--;
    }
}

/* now + delay, or now if that is never. */
static netp_ms after(netp_ms now, uint32_t delay)
{
    return now < NETP_NEVER - delay ? now + delay : now;
}

/* Fills *job from an origin that is ready. */
static void give(struct netp_crawl *crawl, struct crawl_origin *origin, struct netp_crawl_job *job,
                 netp_ms now)
{
    const struct crawl_entry *entry;

    origin->jobs++;
    origin->ready = after(now, crawl->cfg.delay_ms);
    job->origin = (uint32_t)(origin - crawl->origins);
    job->depth = job->tag = 0;
    job->robots = origin->robots == UNASKED;
    if (job->robots) {
        origin->robots = ASKED;
        job->url = netp_str_of(origin->key);
        return;
    }
    entry = crawl_origin_take(origin);
    job->url = netp_str_make(entry->url, entry->n);
    job->depth = entry->depth;
    job->tag = entry->tag;
    crawl->count.given++;
    crawl->count.waiting--;
}

/* Whether an origin may have one more job, if it is time. */
static bool has_room(const struct netp_crawl *crawl, const struct crawl_origin *origin)
{
    bool one = origin->robots == ASKED || origin->delay_ms > 0 || crawl->cfg.parallel == 0;

    return origin->jobs < (one ? 1 : crawl->cfg.parallel);
}

int netp_crawl_next(struct netp_crawl *crawl, netp_ms now, struct netp_crawl_job *job,
                    netp_ms *when)
{
    struct crawl_origin *best = NULL; /* that has been ready for longest */

    for (uint32_t i = 0; i < crawl->norigins; i++) {
        struct crawl_origin *origin = &crawl->origins[i];
        if (has_room(crawl, origin)) {
            pass_over(crawl, origin);
            if (origin->first != NULL && (best == NULL || origin->ready < best->ready)) {
                best = origin;
            }
        }
    }
    *when = best != NULL ? best->ready : NETP_NEVER;
    if (best == NULL || best->ready > now) {
        return 0;
    }
    give(crawl, best, job, now);
    return 1;
}

void netp_crawl_done(struct netp_crawl *crawl, const struct netp_crawl_job *job, netp_ms now)
{
    struct crawl_origin *origin = &crawl->origins[job->origin];
    uint32_t max = crawl->cfg.max_delay_ms, delay = origin->delay_ms;
    netp_ms then = after(now, delay < max ? delay : max);

    origin->ready = delay > 0 && then > origin->ready ? then : origin->ready;
    origin->jobs--;
    if (origin->robots == ASKED) { /* netp_crawl_robots() was not called */
        origin->robots = DISALLOW_ALL;
    }
}

void netp_crawl_robots(struct netp_crawl *crawl, const struct netp_crawl_job *job, int status,
                       struct netp_str text, netp_ms now)
{
    struct crawl_origin *origin = &crawl->origins[job->origin];
    enum netp_http_robots_access access = netp_http_robots_access(status);
    size_t n = text.n < NETP_HTTP_ROBOTS_MAX + 1 ? text.n : NETP_HTTP_ROBOTS_MAX + 1;

    origin->robots = access == NETP_HTTP_ROBOTS_DISALLOW_ALL ? DISALLOW_ALL : ALLOW_ALL;
    if (access == NETP_HTTP_ROBOTS_READ && n > 0) {
        crawl_origin_learn(origin, netp_str_make(text.p, n), crawl->cfg.agent);
    }
    netp_crawl_done(crawl, job, now);
}

struct netp_crawl_count netp_crawl_count(const struct netp_crawl *crawl)
{
    return crawl->count;
}
