/* httpd_files_pack.c - files in gzip. SPDX-License-Identifier: MIT */
#include "httpd_files_priv.h"

#include <netproto/http_coding.h>
#include <stdlib.h>
#include <string.h>

#ifdef NETPROTO_ZLIB

#define OUT 16384 /* bytes coded at a time */

struct packer {
    struct netp_http_coding m;
    uint8_t out[OUT], mem[NETP_HTTP_ENCODE_MEM(15, 8)];
};

/* Writes the coded form to to[0..cap) and returns its length; 0: it does not fit. */
static size_t pack(struct packer *k, const uint8_t *p, size_t n, uint8_t *to, size_t cap)
{
    struct netp_in in = {p, n, NETP_IN_EOF, NULL};
    struct netp_http_coding_cfg cfg;
    struct netp_http_coding_ev ev;
    size_t at = 0;

    netp_http_coding_cfg_init(&cfg, NETP_HTTP_ENCODE, NETP_HTTP_GZIP);
    cfg.mem = k->mem;
    cfg.memlen = sizeof k->mem;
    cfg.out = k->out;
    cfg.outlen = OUT;
    if (netp_http_coding_init(&k->m, &cfg, 0) != NETP_OK) {
        return 0;
    }
    while (netp_http_coding_next(&k->m, &in, 0, &ev) == NETP_HTTP_CODING_DATA) {
        if (ev.n > cap - at) {
            return 0;
        }
        memcpy(to + at, ev.p, ev.n);
        at += ev.n;
    }
    return ev.type == NETP_HTTP_CODING_END ? at : 0;
}

/* The gzip form of p[0..n), *size bytes for free(); NULL: it would not be smaller, or it can't be
 * had. */
static uint8_t *packed(const uint8_t *p, size_t n, size_t *size)
{
    struct packer *k = malloc(sizeof *k);
    uint8_t *to = malloc(n), *fitted;

    *size = k && to ? pack(k, p, n, to, n - 1) : 0;
    free(k);
    if (*size == 0) {
        free(to);
        return NULL;
    }
    fitted = realloc(to, *size);
    if (!fitted) {
        return to;
    }
    return fitted;
}

#else

static uint8_t *packed(const uint8_t *p, size_t n, size_t *size)
{
    (void)p;
    (void)n;
    *size = 0;
    return NULL;
}

#endif

/* --- those who wait for it ------------------------------------------------------------------- */

struct waiter {
    struct waiter *next;
    struct netp_httpd_exchange *x; /* NULL: it is gone */
};

/* What a thread needs of an entry, which is in use meanwhile. */
struct files_packing {
    struct crew_job job;
    struct files_entry *entry;
    struct waiter *waiters;
    uint8_t *mem; /* the result, or NULL */
    size_t size;
};

static void work(void *arg)
{
    struct files_packing *k = arg;
    const struct files_form *plain = &k->entry->plain;
    uint8_t *p = files_read(plain->fd, &plain->st);

    k->mem = p ? packed(p, (size_t)plain->size, &k->size) : NULL;
    free(p);
}

static void done(void *arg)
{
    struct files_packing *k = arg;
    struct files_entry *e = k->entry;
    struct waiter *w;

    e->packing = NULL;
    files_add_gzip(e, k->mem, k->size);
    while ((w = k->waiters)) {
        struct netp_httpd_exchange *x = w->x;
        k->waiters = w->next;
        free(w);
        if (x) {
            httpd_release(x);
            files_again(e->files, x);
        }
    }
    free(k);
    files_done(e);
}

static void gone(void *arg, struct netp_httpd_exchange *x, bool complete)
{
    struct waiter *w = arg;

    (void)x;
    (void)complete;
    w->x = NULL;
}

static bool wait_for(struct files_packing *k, struct netp_httpd_exchange *x)
{
    struct waiter *w = malloc(sizeof *w);

    if (w) {
        *w = (struct waiter){k->waiters, x};
        k->waiters = w;
        httpd_hold(x, gone, w);
    }
    return w;
}

static bool begin(struct files_entry *e, struct netp_httpd_exchange *x)
{
    struct files_packing *k = calloc(1, sizeof *k);

    if (!k || !wait_for(k, x)) {
        free(k);
        return false;
    }
    k->job = (struct crew_job){.work = work, .done = done, .arg = k};
    k->entry = e;
    e->packing = k;
    files_use(e);
    files_give(&e->files->packers, x, &k->job);
    return true;
}

/* What is in memory is small, and done before a thread would have been told of it. */
bool files_pack(struct files_entry *e, struct netp_httpd_exchange *x)
{
    uint64_t n = e->plain.size;
    uint8_t *mem;
    size_t size;

    if (e->packing) {
        return wait_for(e->packing, x);
    }
    if (e->pack_tried || e->gzip.size > 0 || n < FILES_PACK_MIN || n > FILES_PACK_MAX) {
        return false;
    }
    e->pack_tried = true;
    if (!e->plain.mem) {
        return begin(e, x);
    }
    mem = packed(e->plain.mem, (size_t)n, &size);
    files_add_gzip(e, mem, size);
    return false;
}
