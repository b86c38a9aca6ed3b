/* The content coding as a subject. SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/http_coding.h>

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum {
    GZIP,
    DEFLATE,
    ENCODE,
    OUT,
    MAX_OUT,
    MAX_RATIO,
    RATIO_FROM,
    LEVEL,
    WINDOW_BITS,
    MEM_LEVEL,
    SETTINGS
};

/* "gzip" or "deflate", to be undone unless "encode". */
static const struct subject_setting settings[SETTINGS] = {[GZIP] = {"gzip", 0},
                                                          [DEFLATE] = {"deflate", 0},
                                                          [ENCODE] = {"encode", 0},
                                                          [OUT] = {"out", 300},
                                                          [MAX_OUT] = {"max_out", UINT64_MAX},
                                                          [MAX_RATIO] = {"max_ratio", 1000},
                                                          [RATIO_FROM] = {"ratio_from", 1000},
                                                          [LEVEL] = {"level", 6},
                                                          [WINDOW_BITS] = {"window_bits", 9},
                                                          [MEM_LEVEL] = {"mem_level", 1}};

static int make(struct checked *c, const void *text)
{
    struct netp_http_coding_cfg cfg;
    struct subject_setting s[SETTINGS];

    memcpy(s, settings, sizeof s);
    subject_settings((const char *)text, s, SETTINGS);
    netp_http_coding_cfg_init(&cfg, s[ENCODE].value ? NETP_HTTP_ENCODE : NETP_HTTP_DECODE,
                              s[GZIP].value ? NETP_HTTP_GZIP : NETP_HTTP_DEFLATE);
    cfg.max_out = s[MAX_OUT].value;
    cfg.max_ratio = (uint16_t)s[MAX_RATIO].value;
    cfg.ratio_from = s[RATIO_FROM].value;
    cfg.level = (uint8_t)s[LEVEL].value;
    cfg.window_bits = (uint8_t)s[WINDOW_BITS].value;
    cfg.mem_level = (uint8_t)s[MEM_LEVEL].value;
    cfg.memlen = s[ENCODE].value ? NETP_HTTP_ENCODE_MEM(cfg.window_bits, cfg.mem_level)
                                 : NETP_HTTP_DECODE_MEM;
    cfg.mem = checked_mem(c, &cfg.memlen);
    cfg.outlen = (size_t)s[OUT].value;
    cfg.out = (uint8_t *)checked_mem(c, &cfg.outlen);
    return netp_http_coding_init((struct netp_http_coding *)c->m, &cfg, c->now);
}

static int misfit(void *m)
{
    struct netp_http_coding_cfg cfg;
    netp_http_coding_cfg_init(&cfg, NETP_HTTP_DECODE, NETP_HTTP_GZIP);
    return netp_http_coding_init_((struct netp_http_coding *)m, sizeof(struct netp_http_coding) - 1,
                                  &cfg, 0);
}

static void describe(const void *event, struct log *log)
{
    const struct netp_http_coding_ev *ev = (const struct netp_http_coding_ev *)event;

    switch (ev->type) {
    case NETP_HTTP_CODING_DATA:
        log_data(log, "data", ev->p, ev->n);
        break;
    case NETP_HTTP_CODING_END:
        log_line(log, "end %llu", (unsigned long long)ev->total);
        break;
    default:
        log_line(log, "?");
        break;
    }
}

static int flush(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    (void)n;
    (void)now;
    return netp_http_coding_flush((struct netp_http_coding *)m);
}

static const struct subject_cmd commands[] = {{"flush", flush, false}};

/* What an encoder writes is zlib's own business: fuzz_http_coding_pair.c reads it again. */
static const char *const setups[] = {
    "gzip",
    "deflate",
    "gzip max_out=100",
    "deflate max_out=100 out=16",
    "gzip max_ratio=3 ratio_from=50",
    "deflate max_ratio=1 ratio_from=0 out=17",
};

const struct subject subject_coding = {.name = "coding",
                                       .machine = {&netp_http_coding_ops, make, describe},
                                       .misfit = misfit,
                                       .setup = setups,
                                       .nsetup = COUNT(setups),
                                       .cmd = commands,
                                       .ncmd = COUNT(commands)};
