/* crawl_origin.h - a server that is crawled, and the URLs of it that wait.
 * SPDX-License-Identifier: MIT */
#ifndef CRAWL_ORIGIN_H
#define CRAWL_ORIGIN_H

#include <netproto/http_robots.h>

struct crawl_entry {
    struct crawl_entry *next; /* of the same origin */
    uint32_t depth, tag;
    uint32_t n;
    char url[]; /* with a NUL behind it */
};

enum crawl_robots { UNASKED, ASKED, KNOWN, ALLOW_ALL, DISALLOW_ALL };

struct crawl_origin {
    char *key; /* "http://host:port", then "/robots.txt" */
    size_t nkey;
    enum crawl_robots robots;
    struct netp_http_robots rules; /* in text */
    char *text;
    uint32_t delay_ms, urls; /* of a Crawl-delay */
    uint32_t jobs;           /* that were given and are not done */
    netp_ms ready;           /* when the next may be */
    struct crawl_entry *first, **last;
};

/* Makes a zeroed *origin that of a key; false: there is no memory. */
bool crawl_origin_init(struct crawl_origin *origin, struct netp_str key);

/* Frees what *origin owns; its entries are the caller's. */
void crawl_origin_free(struct crawl_origin *origin);

/* A new entry, for free(), behind those that wait; NULL: there is no memory. */
struct crawl_entry *crawl_origin_add(struct crawl_origin *origin, struct netp_str url,
                                     uint32_t depth, uint32_t tag);

/* Takes off the first entry, which there is. */
struct crawl_entry *crawl_origin_take(struct crawl_origin *origin);

/* Goes by the rules of a robots.txt that has a character or more; without memory for them nothing
 * is allowed. */
void crawl_origin_learn(struct crawl_origin *origin, struct netp_str text, struct netp_str agent);

#endif
