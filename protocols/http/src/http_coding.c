/* http_coding.c - the machine of the content codings: init, the verbs, the end.
 * SPDX-License-Identifier: MIT */
#include "http_coding_private.h"

#include <netproto/machine.h>
#include <string.h>

void netp_http_coding_cfg_init(struct netp_http_coding_cfg *cfg, enum netp_http_coding_role role,
                               enum netp_http_coding_kind kind)
{
    memset(cfg, 0, sizeof *cfg);
    cfg->size = sizeof *cfg;
    cfg->role = role;
    cfg->kind = kind;
    cfg->max_out = UINT64_MAX;
    cfg->ratio_from = 10u << 20;
    cfg->max_ratio = 1000;
    cfg->level = 6;
    cfg->window_bits = 15;
    cfg->mem_level = 8;
}

static bool cfg_ok(const struct netp_http_coding_cfg *c)
{
    return (c->kind == NETP_HTTP_GZIP || c->kind == NETP_HTTP_DEFLATE) && c->mem != NULL &&
           c->out != NULL;
}

/* Level 0 is left out: where its blocks end depends on how the input was cut. */
static bool levels_ok(const struct netp_http_coding_cfg *c)
{
    return c->level >= 1 && c->level <= 9 && c->window_bits >= 9 && c->window_bits <= 15 &&
           c->mem_level >= 1 && c->mem_level <= 9;
}

static bool role_ok(const struct netp_http_coding_cfg *c)
{
    if (c->role == NETP_HTTP_DECODE) {
        return c->max_ratio > 0;
    }
    return c->role == NETP_HTTP_ENCODE && levels_ok(c);
}

static voidpf from_arena(voidpf arena, uInt items, uInt size)
{
    return netp_arena_alloc((struct netp_arena *)arena, (size_t)items * size,
                            _Alignof(max_align_t));
}

/* Without it zlib would give what it took to the heap when it can't start. */
static void not_freed(voidpf arena, voidpf p)
{
    (void)arena;
    (void)p;
}

/* inflate() would take its window when it first needs one; a dictionary makes it do so now, and is
 * forgotten by the reset. */
static int start_inflate(z_stream *z)
{
    inflateInit2(z, -15);
    return inflateSetDictionary(z, (const Bytef *)"", 1);
}

static int start_deflate(z_stream *z, const struct netp_http_coding_cfg *c)
{
    int gzip = c->kind == NETP_HTTP_GZIP ? 16 : 0;

    return deflateInit2(z, c->level, Z_DEFLATED, c->window_bits + gzip, c->mem_level,
                        Z_DEFAULT_STRATEGY);
}

static int start(struct netp_http_coding *m)
{
    struct netp_arena arena;
    struct http_zlib *zlib;
    int r;

    netp_arena_init(&arena, m->cfg_.mem, m->cfg_.memlen);
    m->zlib_ = zlib =
        (struct http_zlib *)netp_arena_alloc(&arena, sizeof *zlib, _Alignof(max_align_t));
    memset(zlib, 0, sizeof *zlib);
    zlib->arena = arena;
    zlib->z.zalloc = from_arena;
    zlib->z.zfree = not_freed;
    zlib->z.opaque = &zlib->arena;
    r = m->cfg_.role == NETP_HTTP_DECODE ? start_inflate(&zlib->z)
                                         : start_deflate(&zlib->z, &m->cfg_);
    return r == Z_OK ? NETP_OK : NETP_E_NOSPACE;
}

int netp_http_coding_init_(struct netp_http_coding *m, size_t msize,
                           const struct netp_http_coding_cfg *cfg, netp_ms now)
{
    size_t need = NETP_HTTP_DECODE_MEM;

    (void)now;
    if (msize != sizeof *m || cfg->size != sizeof *cfg) {
        return NETP_E_ABI;
    }
    if (!cfg_ok(cfg) || !role_ok(cfg)) {
        return NETP_E_ARG;
    }
    if (cfg->role == NETP_HTTP_ENCODE) {
        need = NETP_HTTP_ENCODE_MEM(cfg->window_bits, cfg->mem_level);
    }
    if (cfg->memlen < need || cfg->outlen < NETP_HTTP_CODING_OUT_MIN) {
        return NETP_E_NOSPACE;
    }
    memset(m, 0, sizeof *m);
    m->cfg_ = *cfg;
    netp_fail_clear(&m->fail_);
    return start(m);
}

int http_coding_data(struct netp_http_coding *m, size_t n, struct netp_http_coding_ev *ev)
{
    m->out_ += n;
    ev->type = NETP_HTTP_CODING_DATA;
    ev->p = m->cfg_.out;
    ev->n = n;
    ev->total = m->out_;
    return NETP_HTTP_CODING_DATA;
}

/* Whether the stream may end here. */
static bool whole(const struct netp_http_coding *m)
{
    return m->state_ == CODING_START || m->state_ >= CODING_MEMBER;
}

/* Law 8. */
static int end(struct netp_http_coding *m, unsigned flags, struct netp_http_coding_ev *ev)
{
    if ((flags & (NETP_IN_EOF | NETP_IN_BROKEN)) == 0) {
        return 0;
    }
    if (!whole(m)) {
        return netp_fail_with(&m->fail_, NETP_E_TRUNCATED, 400, m->taken_, "body");
    }
    if ((flags & NETP_IN_BROKEN) != 0) {
        return netp_fail_with(&m->fail_, NETP_E_IO, -1, m->taken_, "stream");
    }
    m->state_ = CODING_ENDED;
    ev->type = NETP_HTTP_CODING_END;
    ev->p = NULL;
    ev->n = 0;
    ev->total = m->out_;
    return NETP_HTTP_CODING_END;
}

int netp_http_coding_next(struct netp_http_coding *m, struct netp_in *in, netp_ms now,
                          struct netp_http_coding_ev *ev)
{
    struct netp_in none = {NULL, 0, 0, NULL};
    int r;

    (void)now;
    if (netp_http_coding_want(m) == NETP_CLOSED) {
        return (int)m->fail_.code;
    }
    if (in == NULL) {
        in = &none;
    }
    r = m->cfg_.role == NETP_HTTP_DECODE ? http_coding_decode(m, in, ev)
                                         : http_coding_encode(m, in, ev);
    return r != 0 ? r : end(m, in->flags, ev);
}

size_t netp_http_coding_out(const struct netp_http_coding *m, struct netp_out *v, size_t nv)
{
    (void)m;
    (void)v;
    (void)nv;
    return 0;
}

void netp_http_coding_sent(struct netp_http_coding *m, size_t n, netp_ms now)
{
    (void)m;
    (void)n;
    (void)now;
}

netp_ms netp_http_coding_deadline(const struct netp_http_coding *m)
{
    (void)m;
    return NETP_NEVER;
}

unsigned netp_http_coding_want(const struct netp_http_coding *m)
{
    return m->fail_.code != NETP_OK || m->state_ == CODING_ENDED ? NETP_CLOSED : NETP_WANT_IN;
}

const struct netp_fail *netp_http_coding_fail(const struct netp_http_coding *m)
{
    return &m->fail_;
}

int netp_http_coding_flush(struct netp_http_coding *m)
{
    if (m->cfg_.role != NETP_HTTP_ENCODE || netp_http_coding_want(m) == NETP_CLOSED) {
        return NETP_E_STATE;
    }
    m->flush_ = true;
    return NETP_OK;
}

NETP_OPS(http_coding);
