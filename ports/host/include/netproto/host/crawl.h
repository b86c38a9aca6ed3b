/* netproto/host/crawl.h - what a crawler fetches next, and when. Fetches nothing itself.
 *
 * SPDX-License-Identifier: MIT
 *
 * For each origin (scheme, host and port) the robots.txt is asked for first, then the URLs, in the
 * order in which they were added. All limits are the caller's. */
#ifndef NETPROTO_HOST_CRAWL_H
#define NETPROTO_HOST_CRAWL_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_crawl_cfg {
    struct netp_str agent;   /* the crawler's product token, for robots.txt; must stay */
    uint32_t max_urls;       /* ever added, over all; 16 bytes of memory each, and the URL */
    uint32_t max_per_origin; /* ever added */
    uint32_t max_origins;    /* a robots.txt is kept for each */
    uint32_t max_depth;      /* links away from a first one, which has depth 0 */
    uint32_t max_repeats;    /* of one segment in a path: "/a/b/a/c/a" has 3 of a */
    uint32_t max_url;        /* bytes of a URL */
    uint32_t parallel;       /* jobs of an origin at a time; 0: 1 */
    uint32_t delay_ms;       /* at least, from the beginning of one to the next of an origin */
    /* What a Crawl-delay counts at most. It is from the end of one to the next, so that an origin
     * with one has one job at a time. */
    uint32_t max_delay_ms;
    bool same_origin; /* only those of URLs of depth 0 */
    uint64_t seed;    /* of the hash, from a source of chance */
};

struct netp_crawl;

/* An empty crawl. NULL with errno: EINVAL: agent is no product token; ENOMEM. */
NETP_API struct netp_crawl *netp_crawl_new(const struct netp_crawl_cfg *cfg);
NETP_API void netp_crawl_free(struct netp_crawl *crawl); /* crawl may be NULL */

/* Adds a URL, as netp_page_resolve() writes them; its fragment does not count. tag comes with its
 * job. 1: added; 0: it is known already.
 * NETP_E_SYNTAX: it is no absolute URL; NETP_E_UNSUPPORTED: it is not of http or https
 * NETP_E_REFUSED: it has a user in it, or is of an origin that same_origin leaves out
 * NETP_E_LIMIT: one of the limits
 * NETP_E_IO: there is no memory, errno is ENOMEM */
NETP_API int netp_crawl_add(struct netp_crawl *crawl, struct netp_str url, uint32_t depth,
                            uint32_t tag);

struct netp_crawl_job {
    struct netp_str url; /* lives as long as the crawl; a NUL is behind it */
    uint32_t depth, tag;
    uint32_t origin; /* a number from 0 */
    bool robots;     /* it is the robots.txt */
};

/* The next to fetch: 1. 0: nothing now, but maybe at *when; NETP_NEVER: not before a job is done or
 * a URL is added. What a robots.txt disallows is passed over. */
NETP_API int netp_crawl_next(struct netp_crawl *crawl, netp_ms now, struct netp_crawl_job *job,
                             netp_ms *when);

/* A job is done, with success or not. */
NETP_API void netp_crawl_done(struct netp_crawl *crawl, const struct netp_crawl_job *job,
                              netp_ms now);

/* The same for a robots.txt: status is that of the last answer after redirects, 0 without one; text
 * is copied. Without memory for it all is disallowed. */
NETP_API void netp_crawl_robots(struct netp_crawl *crawl, const struct netp_crawl_job *job,
                                int status, struct netp_str text, netp_ms now);

struct netp_crawl_count {
    uint32_t added, given, disallowed; /* URLs */
    uint32_t waiting;                  /* added, but neither of the others */
};
NETP_API struct netp_crawl_count netp_crawl_count(const struct netp_crawl *crawl);

#ifdef __cplusplus
}
#endif

#endif
