/* httpd_work.c - what connections have while they work, and others when they do not.
 *
 * SPDX-License-Identifier: MIT */
#include "httpd_priv.h"
#include <stdlib.h>

struct httpd_work *httpd_work_take(struct netp_httpd *h)
{
    struct httpd_work *w = h->free;
    size_t fields = h->cfg.max_fields * sizeof(struct netp_http_field);

    if (w) {
        h->free = w->next;
        return w;
    }
    return malloc(sizeof *w + fields + h->cfg.max_head);
}

void httpd_work_give(struct netp_httpd *h, struct httpd_work *w)
{
    w->next = h->free;
    h->free = w;
}

void httpd_work_free(struct netp_httpd *h)
{
    struct httpd_work *w;

    while ((w = h->free)) {
        h->free = w->next;
        free(w);
    }
}
