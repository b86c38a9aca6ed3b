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

uint8_t *files_pack(const uint8_t *p, size_t n, size_t *size)
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

uint8_t *files_pack(const uint8_t *p, size_t n, size_t *size)
{
    (void)p;
    (void)n;
    *size = 0;
    return NULL;
}

#endif
