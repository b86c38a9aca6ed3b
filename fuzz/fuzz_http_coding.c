/* The content codings, undone: by the machine in its set-ups against any peer; in one go, where
 * zlib, which reads the headers and trailers by itself, must find the same bytes and the same end.
 * The same payload as Content-Encoding: what is read is written and then read as the same.
 * SPDX-License-Identifier: MIT */
#define ZLIB_CONST

#include "fuzz.h"
#include "machine.h"

#include <netproto/http_coding.h>
#include <string.h>
#include <zlib.h>

/* What came of a body. */
struct reading {
    uint64_t n;
    uLong crc; /* of the n bytes */
    bool whole;
};

static struct reading ours(enum netp_http_coding_kind kind, const uint8_t *p, size_t n)
{
    static uint8_t mem[NETP_HTTP_DECODE_MEM], out[4096];
    struct netp_in in = {p, n, NETP_IN_EOF, NULL};
    struct reading is = {0, 0, false};
    struct netp_http_coding_cfg cfg;
    struct netp_http_coding_ev ev;
    struct netp_http_coding m;
    int r;

    netp_http_coding_cfg_init(&cfg, NETP_HTTP_DECODE, kind);
    cfg.mem = mem;
    cfg.memlen = sizeof mem;
    cfg.out = out;
    cfg.outlen = sizeof out;
    FUZZ_CHECK(netp_http_coding_init(&m, &cfg, 0) == NETP_OK, "init");
    while ((r = netp_http_coding_next(&m, &in, 0, &ev)) == NETP_HTTP_CODING_DATA) {
        is.crc = crc32(is.crc, ev.p, (uInt)ev.n);
        is.n += ev.n;
    }
    is.whole = r == NETP_HTTP_CODING_END;
    return is;
}

static bool all_zeros(const uint8_t *p, size_t n)
{
    while (n > 0 && p[n - 1] == 0) {
        n--;
    }
    return n == 0;
}

/* Whether z[0] is at an end that another member does not follow; then, whether it may be one. */
static bool ends(z_stream *z, enum netp_http_coding_kind kind, bool *whole)
{
    if (kind == NETP_HTTP_GZIP && z->avail_in > 0 && *z->next_in == 0x1f) {
        inflateReset(z);
        return false;
    }
    *whole = z->avail_in == 0 || (kind == NETP_HTTP_GZIP && all_zeros(z->next_in, z->avail_in));
    return true;
}

static struct reading zlibs(enum netp_http_coding_kind kind, const uint8_t *p, size_t n)
{
    uint8_t out[4096];
    struct reading is = {0, 0, n == 0};
    z_stream z;
    int bits = 31, r;

    memset(&z, 0, sizeof z);
    if (kind == NETP_HTTP_DEFLATE) {
        bits = n > 0 && (p[0] & 15) == 8 ? 15 : -15;
    }
    FUZZ_CHECK(inflateInit2(&z, bits) == Z_OK, "inflateInit2");
    z.next_in = p;
    z.avail_in = (uInt)n;
    do {
        z.next_out = out;
        z.avail_out = sizeof out;
        r = inflate(&z, Z_NO_FLUSH);
        is.crc = crc32(is.crc, out, (uInt)(sizeof out - z.avail_out));
        is.n += sizeof out - z.avail_out;
    } while (r == Z_OK || (r == Z_STREAM_END && !ends(&z, kind, &is.whole)));
    inflateEnd(&z);
    return is;
}

static void compare(enum netp_http_coding_kind kind, const uint8_t *p, size_t n)
{
    struct reading a = ours(kind, p, n), b = zlibs(kind, p, n);

    FUZZ_CHECK(a.n == b.n && a.crc == b.crc && a.whole == b.whole,
               "%s: %llu bytes, %d, zlib: %llu bytes, %d",
               kind == NETP_HTTP_GZIP ? "gzip" : "deflate", (unsigned long long)a.n, a.whole,
               (unsigned long long)b.n, b.whole);
}

#define KINDS 4

static void names(const uint8_t *p, size_t n)
{
    char *copy = (char *)fuzz_copy(p, n);
    struct netp_str field = {copy, n};
    enum netp_http_coding_kind kind[KINDS], again[KINDS];
    struct log text = {0};
    int k = netp_http_codings(field, kind, KINDS);

    FUZZ_CHECK(k >= 0 || k == NETP_E_SYNTAX || k == NETP_E_LIMIT || k == NETP_E_UNSUPPORTED, "%d",
               k);
    for (int cap = 0; cap < KINDS; cap++) {
        int r = netp_http_codings(field, again, (size_t)cap);
        FUZZ_CHECK(r == k ? k <= cap : r == NETP_E_LIMIT, "%d, with room for %d: %d", k, cap, r);
    }
    for (int i = k - 1; i >= 0; i--) {
        log_line(&text, kind[i] == NETP_HTTP_GZIP ? "X-GZip" : "Deflate");
        text.p[text.n - 1] = ',';
    }
    if (k > 0) {
        field = (struct netp_str){text.p, text.n};
        FUZZ_CHECK(netp_http_codings(field, again, KINDS) == k &&
                       memcmp(again, kind, (size_t)k * sizeof *kind) == 0,
                   "read otherwise than it was written: %s", text.p);
        FUZZ_OUTCOME("Content-Encoding: %s", text.p);
    }
    log_free(&text);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_split(data, size);

    names(in.p, in.n);
    compare(NETP_HTTP_GZIP, in.p, in.n);
    compare(NETP_HTTP_DEFLATE, in.p, in.n);
    return fuzz_machine(&subject_coding, data, size);
}
