/* crawl_origin.c - a server that is crawled, and the URLs of it that wait.
 * SPDX-License-Identifier: MIT */
#include "crawl_origin.h"

#include <netproto/text.h>
#include <stdlib.h>

static const char robots_txt[] = "/robots.txt";

bool crawl_origin_init(struct crawl_origin *origin, struct netp_str key)
{
    char *text = malloc(key.n + sizeof robots_txt);

    if (text == NULL) {
        return false;
    }
    memcpy(text, key.p, key.n);
    memcpy(text + key.n, robots_txt, sizeof robots_txt);
    origin->key = text;
    origin->nkey = key.n;
    origin->last = &origin->first;
    return true;
}

void crawl_origin_free(struct crawl_origin *origin)
{
    free(origin->key);
    free(origin->text);
}

struct crawl_entry *crawl_origin_add(struct crawl_origin *origin, struct netp_str url,
                                     uint32_t depth, uint32_t tag)
{
    struct crawl_entry *entry = malloc(sizeof *entry + url.n + 1);

    if (entry == NULL) {
        return NULL;
    }
    *entry = (struct crawl_entry){.depth = depth, .tag = tag, .n = (uint32_t)url.n};
    memcpy(entry->url, url.p, url.n);
    entry->url[url.n] = '\0';
    *origin->last = entry;
    origin->last = &entry->next;
    origin->urls++;
    return entry;
}

struct crawl_entry *crawl_origin_take(struct crawl_origin *origin)
{
    struct crawl_entry *entry = origin->first;

    origin->first = entry->next;
    if (origin->first == NULL) {
        origin->last = &origin->first;
    }
    return entry;
}

void crawl_origin_learn(struct crawl_origin *origin, struct netp_str text, struct netp_str agent)
{
    char *copy = malloc(text.n);

    origin->robots = DISALLOW_ALL;
    if (copy == NULL) {
        return;
    }
    memcpy(copy, text.p, text.n);
    free(origin->text);
    origin->text = copy;
    netp_http_robots_init(&origin->rules, netp_str_make(copy, text.n), agent);
    origin->delay_ms = netp_http_robots_delay_ms(&origin->rules);
    origin->robots = KNOWN;
}
