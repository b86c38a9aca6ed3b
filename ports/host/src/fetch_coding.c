/* fetch_coding.c - content codings of answers. SPDX-License-Identifier: MIT */
#include "http_client.h"
#include <netproto/text.h>
#include <stdlib.h>

#define CODINGS 2     /* in one answer */
#define OUT     16384 /* bytes decoded at a time */

struct decoder {
    struct netp_http_coding m;
    uint8_t mem[NETP_HTTP_DECODE_MEM];
    uint8_t out[OUT];
};

struct netp_str netp_coding_offer_(bool raw)
{
#ifdef NETPROTO_ZLIB
    return raw ? netp_str_make(NULL, 0) : NETP_STR("gzip, deflate");
#else
    (void)raw;
    return netp_str_make(NULL, 0);
#endif
}

void netp_coding_free_(struct netp_fetch *f)
{
    free(f->decoder[0]);
    free(f->decoder[1]);
}

#ifdef NETPROTO_ZLIB

static bool add(struct netp_fetch *f, enum netp_http_coding_kind kind)
{
    struct decoder **d = &f->decoder[f->ndecoders];
    struct netp_http_coding_cfg cfg;

    if (!*d && !(*d = malloc(sizeof **d))) {
        netp_fetch_fail_(f, NETP_FETCH_LOCAL, NETP_E_NOSPACE, "no memory");
        return false;
    }
    netp_http_coding_cfg_init(&cfg, NETP_HTTP_DECODE, kind);
    cfg.mem = (*d)->mem;
    cfg.memlen = sizeof(*d)->mem;
    cfg.out = (*d)->out;
    cfg.outlen = OUT;
    f->ndecoders++;
    return netp_http_coding_init(&(*d)->m, &cfg, 0) == NETP_OK;
}

/* The codings in the order in which they are undone: the last line first. Their number, or an
 * error with the line. */
static int read_codings(const struct netp_http1_ev *ev, enum netp_http_coding_kind kind[CODINGS],
                        struct netp_str *line)
{
    unsigned lines = 0;
    int n = 0, r = 0;

    while (netp_http1_field(ev, NETP_STR("Content-Encoding"), lines, line)) {
        lines++;
    }
    while (lines > 0 && r >= 0) {
        netp_http1_field(ev, NETP_STR("Content-Encoding"), --lines, line);
        r = netp_http_codings(*line, kind + n, (size_t)(CODINGS - n));
        n += r > 0 ? r : 0;
    }
    return r < 0 ? r : n;
}

bool netp_coding_begin_(struct netp_fetch *f, const struct netp_http1_ev *ev)
{
    enum netp_http_coding_kind kind[CODINGS];
    struct netp_str line;
    /* The middle of what is coded can't be decoded. */
    bool raw = (f->cfg.flags & NETP_FETCH_RAW) || ev->head.status == 206;
    int n = raw ? 0 : read_codings(ev, kind, &line);

    f->ndecoders = 0;
    if (n < 0) {
        netp_fetch_fail_(f, NETP_FETCH_BODY, n, "its content coding is not known: %.*s",
                         (int)line.n, line.p);
    }
    for (int i = 0; i < n && !f->finished; i++) {
        add(f, kind[i]);
    }
    return !f->finished;
}

/* Decodes by number i, and gives what comes of it to the user. False: it has failed f. */
static bool decode_last(struct netp_fetch *f, unsigned i, struct netp_in *in)
{
    struct netp_http_coding *m = &f->decoder[i]->m;
    struct netp_http_coding_ev ev;
    int r;

    while ((r = netp_http_coding_next(m, in, 0, &ev)) > 0) {
        if (ev.type == NETP_HTTP_CODING_DATA && !netp_fetch_deliver_(f, ev.p, ev.n)) {
            return false;
        }
    }
    if (r < 0) {
        netp_fetch_fail_(f, NETP_FETCH_BODY, r, "the content coding: %s: %s",
                         netp_http_coding_fail(m)->where, netp_strerror(r));
    }
    return r == 0;
}

/* The same with number 1 behind number 0. */
static bool decode_both(struct netp_fetch *f, struct netp_in *in)
{
    struct netp_http_coding *m = &f->decoder[0]->m;
    struct netp_http_coding_ev ev;
    int r;

    while ((r = netp_http_coding_next(m, in, 0, &ev)) > 0) {
        struct netp_in next = {ev.p, ev.n, ev.type == NETP_HTTP_CODING_END ? NETP_IN_EOF : 0, NULL};
        if (!decode_last(f, 1, &next)) {
            return false;
        }
    }
    if (r < 0) {
        netp_fetch_fail_(f, NETP_FETCH_BODY, r, "the outer content coding: %s: %s",
                         netp_http_coding_fail(m)->where, netp_strerror(r));
    }
    return r == 0;
}

bool netp_coding_feed_(struct netp_fetch *f, const uint8_t *p, size_t n, bool end)
{
    struct netp_in in = {p, n, end ? NETP_IN_EOF : 0, NULL};

    if (f->ndecoders == 0) {
        return n == 0 || netp_fetch_deliver_(f, p, n);
    }
    return f->ndecoders == 1 ? decode_last(f, 0, &in) : decode_both(f, &in);
}

#else

bool netp_coding_begin_(struct netp_fetch *f, const struct netp_http1_ev *ev)
{
    (void)ev;
    f->ndecoders = 0;
    return true;
}

bool netp_coding_feed_(struct netp_fetch *f, const uint8_t *p, size_t n, bool end)
{
    (void)end;
    return n == 0 || netp_fetch_deliver_(f, p, n);
}

#endif
