/* crawl_entries.c - pages that are kept for the end of a crawl. SPDX-License-Identifier: MIT */
#include "crawl_entries.h"
#include <stdlib.h>
#include <string.h>

bool crawl_entries_add(struct crawl_entries *list, struct netp_str url, struct netp_str from,
                       int status, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    struct crawl_entry *e = malloc(sizeof *e + n + 1);

    if (!e) {
        return false;
    }
    *e = (struct crawl_entry){.url = url, .from = from, .status = status};
    memcpy(e->text, text ? text : "", n + 1);
    *(list->last ? &list->last->next : &list->first) = e;
    list->last = e;
    list->n++;
    return true;
}

void crawl_entries_free(struct crawl_entries *list)
{
    struct crawl_entry *e = list->first;

    while (e) {
        struct crawl_entry *next = e->next;
        free(e);
        e = next;
    }
}
