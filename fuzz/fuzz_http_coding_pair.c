/* A body, the payload over and over, through an encoder and a decoder: what comes out is what went
 * in, and all of what went in before a flush comes out behind it. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/http_coding.h>
#include <string.h>

struct pair {
    struct netp_http_coding enc, dec;
    struct fuzz_input in;
    size_t read;  /* bytes that have come through */
    size_t piece; /* coded bytes that the decoder is given a call */
    bool whole;
};

static void open_pair(struct pair *pair, uint8_t *enc_mem, uint8_t *dec_mem, uint8_t *enc_out,
                      uint8_t *dec_out)
{
    struct decision *d = &pair->in.control;
    enum netp_http_coding_kind kind = decide(d, 2) ? NETP_HTTP_DEFLATE : NETP_HTTP_GZIP;
    struct netp_http_coding_cfg cfg;

    netp_http_coding_cfg_init(&cfg, NETP_HTTP_ENCODE, kind);
    cfg.level = (uint8_t)(1 + decide(d, 9));
    cfg.window_bits = (uint8_t)(9 + decide(d, 7));
    cfg.mem_level = (uint8_t)(1 + decide(d, 9));
    cfg.mem = enc_mem;
    cfg.memlen = NETP_HTTP_ENCODE_MEM(cfg.window_bits, cfg.mem_level);
    cfg.out = enc_out;
    cfg.outlen = NETP_HTTP_CODING_OUT_MIN + decide(d, 256);
    FUZZ_CHECK(netp_http_coding_init(&pair->enc, &cfg, 0) == NETP_OK, "an encoder");
    netp_http_coding_cfg_init(&cfg, NETP_HTTP_DECODE, kind);
    cfg.max_ratio = NETP_HTTP_RATIO_ANY;
    cfg.ratio_from = 0;
    cfg.mem = dec_mem;
    cfg.memlen = NETP_HTTP_DECODE_MEM;
    cfg.out = dec_out;
    cfg.outlen = NETP_HTTP_CODING_OUT_MIN + decide(d, 256);
    FUZZ_CHECK(netp_http_coding_init(&pair->dec, &cfg, 0) == NETP_OK, "a decoder");
    pair->piece = 1 + decide(d, 256);
}

/* The decoder takes some coded bytes, or the end. */
static void decode(struct pair *pair, struct netp_in in)
{
    struct netp_http_coding_ev ev;
    int r;

    while ((r = netp_http_coding_next(&pair->dec, &in, 0, &ev)) == NETP_HTTP_CODING_DATA) {
        for (size_t i = 0; i < ev.n; i++) {
            FUZZ_CHECK(ev.p[i] == pair->in.p[(pair->read + i) % pair->in.n], "byte %zu",
                       pair->read + i);
        }
        pair->read += ev.n;
        FUZZ_CHECK(ev.total == pair->read, "a total of %llu", (unsigned long long)ev.total);
    }
    FUZZ_CHECK(r >= 0 && in.n == 0, "%s: %s", netp_errname(r), pair->dec.fail_.where);
    pair->whole = pair->whole || r == NETP_HTTP_CODING_END;
}

static void encode(struct pair *pair, struct netp_in in)
{
    struct netp_http_coding_ev ev;

    while (netp_http_coding_next(&pair->enc, &in, 0, &ev) > 0) {
        for (size_t i = 0; i < ev.n; i += pair->piece) {
            size_t n = ev.n - i < pair->piece ? ev.n - i : pair->piece;
            decode(pair, (struct netp_in){ev.p + i, n, 0, NULL});
        }
        if (ev.type == NETP_HTTP_CODING_END) {
            decode(pair, (struct netp_in){NULL, 0, NETP_IN_EOF, NULL});
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t enc_mem[NETP_HTTP_ENCODE_MEM(15, 9)], dec_mem[NETP_HTTP_DECODE_MEM];
    static uint8_t enc_out[512], dec_out[512];
    struct pair pair = {.in = fuzz_split(data, size)};
    struct decision *d = &pair.in.control;
    size_t times, written = 0;

    open_pair(&pair, enc_mem, dec_mem, enc_out, dec_out);
    times = pair.in.n > 0 ? 1 + decide(d, 256) : 0;
    for (size_t i = 0; i < times; i++) {
        size_t n = 1 + decide(d, (uint32_t)pair.in.n);
        encode(&pair, (struct netp_in){pair.in.p, n, 0, NULL});
        encode(&pair, (struct netp_in){pair.in.p + n, pair.in.n - n, 0, NULL});
        written += pair.in.n;
        if (decide(d, 4) == 1) {
            FUZZ_CHECK(netp_http_coding_flush(&pair.enc) == NETP_OK, "flush");
            encode(&pair, (struct netp_in){NULL, 0, 0, NULL});
            FUZZ_CHECK(pair.read == written, "%zu of %zu behind a flush", pair.read, written);
        }
    }
    encode(&pair, (struct netp_in){NULL, 0, NETP_IN_EOF, NULL});
    FUZZ_CHECK(pair.whole && pair.read == written, "%zu of %zu", pair.read, written);
    FUZZ_OUTCOME("%zu bytes", written);
    return 0;
}
