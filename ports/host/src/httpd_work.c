/* httpd_work.c - what connections have while they work, and others when they do not.
 *
 * SPDX-License-Identifier: MIT
 *
 * By mmap, since what lies between the small blocks of malloc never leaves it again. */
#include "httpd_priv.h"
#include <sys/mman.h>

static size_t size_of(const struct netp_httpd *h)
{
    return sizeof(struct httpd_work) + h->cfg.max_fields * sizeof(struct netp_http_field) +
           h->cfg.max_head;
}

struct httpd_work *httpd_work_take(struct netp_httpd *h)
{
    struct httpd_work *w = h->free;

    if (w) {
        h->free = w->next;
        h->spare--;
    } else {
        w = mmap(NULL, size_of(h), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (w == MAP_FAILED) {
            return NULL;
        }
    }
    h->works++;
    return w;
}

void httpd_work_give(struct netp_httpd *h, struct httpd_work *w)
{
    h->works--;
    if (h->spare == HTTPD_WORKS) {
        munmap(w, size_of(h));
        return;
    }
    w->next = h->free;
    h->free = w;
    h->spare++;
}

void httpd_work_free(struct netp_httpd *h)
{
    struct httpd_work *w;

    while ((w = h->free)) {
        h->free = w->next;
        munmap(w, size_of(h));
    }
}
