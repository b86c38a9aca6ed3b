/* crawl_entries.h - pages that are kept for the end of a crawl. SPDX-License-Identifier: MIT */
#ifndef CRAWL_ENTRIES_H
#define CRAWL_ENTRIES_H

#include <netproto/netp.h>

struct crawl_entry {
    struct crawl_entry *next;
    struct netp_str url, from; /* which must stay */
    int status;
    char text[]; /* what is wrong, "": the status says it; where a redirection leads to */
};

struct crawl_entries { /* all zero: none */
    struct crawl_entry *first, *last;
    size_t n;
};

/* Adds one with a copy of the text, which may be NULL for ""; false: there is no memory. */
bool crawl_entries_add(struct crawl_entries *list, struct netp_str url, struct netp_str from,
                       int status, const char *text);

void crawl_entries_free(struct crawl_entries *list);

#endif
