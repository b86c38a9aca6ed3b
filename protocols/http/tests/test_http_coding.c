/* The machine of the content codings: what the hostile table does not have. The coded bytes were
 * made with gzip(1) and Python's zlib, or by hand after RFC 1951. SPDX-License-Identifier: MIT */
#include "subject.h"
#include "told.h"

#include <netproto/http_coding.h>

#include <malloc.h>
#include <zlib.h>

#define LONG 3000000u

static uint8_t mem[NETP_HTTP_ENCODE_MEM(15, 9)], out[4096];

static void configure(struct netp_http_coding_cfg *cfg, enum netp_http_coding_role role,
                      enum netp_http_coding_kind kind)
{
    netp_http_coding_cfg_init(cfg, role, kind);
    cfg->mem = mem;
    cfg->memlen = role == NETP_HTTP_DECODE ? NETP_HTTP_DECODE_MEM : NETP_HTTP_ENCODE_MEM(15, 8);
    cfg->out = out;
    cfg->outlen = sizeof out;
}

/* ---- transcripts ---- */

static int flush(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    (void)n;
    (void)now;
    return netp_http_coding_flush((struct netp_http_coding *)m);
}

/* The encoders' bytes are those that Python's zlib gives. */
static const struct tr_case cases[] = {
    {.name = "gzip",
     .cfg = "gzip",
     .steps = TR_STEPS(TR_IN("\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\xcf\x06\0"), TR_EV("data ok"),
                       TR_IN("\x47\xdd\xdc\x79\x02\0\0\0"), TR_WANT(NETP_WANT_IN), TR_EOF(),
                       TR_EV("end 2"), TR_WANT(NETP_CLOSED)),
     .tight = 1},
    {.name = "the end with the last bytes",
     .cfg = "deflate",
     .steps = TR_STEPS(TR_IN_EOF("\x78\x9c\xcb\xcf\x06\0\x01\x4b\0\xdb"), TR_EV("data ok"),
                       TR_EV("end 2")),
     .tight = 1},
    {.name = "more than the buffer holds",
     .cfg = "deflate out=16",
     .steps = TR_STEPS(TR_IN("\x4b\x4c\xa4\x3d\0\0"),
                       TR_EV("data aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                       TR_EOF(), TR_EV("end 100")),
     .tight = 3},
    {.name = "gzip encoded, nothing",
     .cfg = "encode gzip",
     .steps = TR_STEPS(TR_EV("data \\x1f\\x8b\\x08\\x00\\x00\\x00\\x00\\x00\\x00\\x03"), TR_EOF(),
                       TR_EV("data \\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"),
                       TR_EV("end 20"), TR_WANT(NETP_CLOSED), TR_DO(flush, "", NETP_E_STATE)),
     .tight = 1},
    {.name = "deflate encoded",
     .cfg = "encode deflate level=6 window_bits=15 mem_level=8",
     .steps = TR_STEPS(TR_EV("data x\\x9c"), TR_IN("ok"), TR_EOF(),
                       TR_EV("data \\xcb\\xcf\\x06\\x00\\x01K\\x00\\xdb"), TR_EV("end 10")),
     .tight = 1},
    /* RFC 1951 section 3.2.4: an empty stored block brings all before it to a byte's end. */
    {.name = "a flush",
     .cfg = "encode deflate out=16 window_bits=15",
     .steps =
         TR_STEPS(TR_EV("data x\\x9c"), TR_IN("ok"), TR_DO(flush, "", NETP_OK),
                  TR_EV("data \\xca\\xcf\\x06\\x00\\x00\\x00\\xff\\xff"), TR_DO(flush, "", NETP_OK),
                  TR_EV("data \\x00\\x00\\x00\\xff\\xff"), TR_IN("ok"), TR_EOF(),
                  TR_EV("data \\xcb\\xcf\\x06\\x00\\x04J\\x01\\xb5"), TR_EV("end 23")),
     .tight = 3},
    {.name = "an encoder is cut off",
     .cfg = "encode gzip",
     .steps = TR_STEPS(TR_EV("data \\x1f\\x8b\\x08\\x00\\x00\\x00\\x00\\x00\\x00\\x03"),
                       TR_IN("ok"), TR_BROKEN(), TR_FAIL(NETP_E_IO, -1, 2, "stream"),
                       TR_DO(flush, "", NETP_E_STATE))},
};

static void test_transcripts(void **state)
{
    (void)state;
    tr_check(&subject_coding.machine, cases, COUNT(cases));
}

/* ---- init ---- */

static int init(const struct netp_http_coding_cfg *cfg)
{
    struct netp_http_coding m;
    return netp_http_coding_init(&m, cfg, 0);
}

static void test_defaults(void **state)
{
    struct netp_http_coding_cfg cfg;
    (void)state;
    memset(&cfg, 0xa5, sizeof cfg);
    netp_http_coding_cfg_init(&cfg, NETP_HTTP_ENCODE, NETP_HTTP_DEFLATE);
    assert_int_equal(cfg.size, sizeof cfg);
    assert_int_equal(cfg.role, NETP_HTTP_ENCODE);
    assert_int_equal(cfg.kind, NETP_HTTP_DEFLATE);
    assert_null(cfg.mem);
    assert_null(cfg.out);
    assert_true(cfg.max_out == UINT64_MAX && cfg.ratio_from == 10 << 20 && cfg.max_ratio == 1000);
    assert_true(cfg.level == 6 && cfg.window_bits == 15 && cfg.mem_level == 8);
}

#define REFUSES(role, member, v)                                                                   \
    do {                                                                                           \
        struct netp_http_coding_cfg c;                                                             \
        configure(&c, role, NETP_HTTP_GZIP);                                                       \
        c.memlen = sizeof mem;                                                                     \
        assert_int_equal(init(&c), NETP_OK);                                                       \
        c.member = v;                                                                              \
        assert_int_equal(init(&c), NETP_E_ARG);                                                    \
    } while (0)

static void test_refuses_a_bad_cfg(void **state)
{
    struct netp_http_coding_cfg cfg;
    (void)state;
    configure(&cfg, NETP_HTTP_DECODE, NETP_HTTP_GZIP);
    cfg.size--;
    assert_int_equal(init(&cfg), NETP_E_ABI);
    REFUSES(NETP_HTTP_DECODE, kind, NETP_HTTP_IDENTITY);
    REFUSES(NETP_HTTP_DECODE, mem, NULL);
    REFUSES(NETP_HTTP_DECODE, out, NULL);
    REFUSES(NETP_HTTP_DECODE, role, (enum netp_http_coding_role)0);
    REFUSES(NETP_HTTP_DECODE, max_ratio, 0);
    REFUSES(NETP_HTTP_ENCODE, level, 0);
    REFUSES(NETP_HTTP_ENCODE, level, 10);
    REFUSES(NETP_HTTP_ENCODE, window_bits, 8);
    REFUSES(NETP_HTTP_ENCODE, window_bits, 16);
    REFUSES(NETP_HTTP_ENCODE, mem_level, 0);
    REFUSES(NETP_HTTP_ENCODE, mem_level, 10);
}

/* Feeds p[0..n) to its end and collects what comes in to[0..cap); returns how much that was. */
static size_t drive(struct netp_http_coding *m, const uint8_t *p, size_t n, uint8_t *to, size_t cap)
{
    struct netp_in in = {p, n, NETP_IN_EOF, NULL};
    struct netp_http_coding_ev ev;
    size_t made = 0;
    int r;

    while ((r = netp_http_coding_next(m, &in, 0, &ev)) == NETP_HTTP_CODING_DATA) {
        assert_true(ev.p >= m->cfg_.out && ev.n <= m->cfg_.outlen && ev.n <= cap - made);
        memcpy(to + made, ev.p, ev.n);
        made += ev.n;
        assert_int_equal(ev.total, made);
    }
    assert_int_equal(r, NETP_HTTP_CODING_END);
    assert_int_equal(ev.total, made);
    assert_int_equal(in.n, 0);
    return made;
}

/* Text whose lines differ. */
static void fill(uint8_t *p, size_t n)
{
    char line[64];
    for (size_t at = 0, i = 0; at < n; i++) {
        size_t len = (size_t)snprintf(line, sizeof line, "%zu bottles, %zu walls\n", i * 7919, i);
        memcpy(p + at, line, len < n - at ? len : n - at);
        at += len;
    }
}

struct long_text {
    uint8_t text[LONG], coded[LONG], again[LONG];
};

/* The memory that the macros name is enough for a window and all else, at any alignment; a byte
 * less is refused, and zlib asks malloc for nothing. */
static void there_and_back(struct long_text *t, unsigned kind, unsigned window, unsigned level)
{
    const size_t need = NETP_HTTP_ENCODE_MEM(window, level);
    struct netp_http_coding_cfg cfg;
    struct netp_http_coding m;
    size_t n;

    configure(&cfg, NETP_HTTP_ENCODE, (enum netp_http_coding_kind)kind);
    cfg.window_bits = (uint8_t)window;
    cfg.mem_level = (uint8_t)level;
    for (size_t odd = 0; odd < 16; odd += 5) {
        uint8_t *block = (uint8_t *)malloc(odd + need);
        assert_non_null(block);
        cfg.mem = block + odd;
        cfg.memlen = need - 1;
        assert_int_equal(init(&cfg), NETP_E_NOSPACE);
        cfg.memlen = need;
        assert_int_equal(netp_http_coding_init(&m, &cfg, 0), NETP_OK);
        n = drive(&m, t->text, 100000, t->coded, LONG);
        free(block);
    }
    configure(&cfg, NETP_HTTP_DECODE, (enum netp_http_coding_kind)kind);
    for (size_t odd = 0; odd < 16; odd += 5) {
        uint8_t *block = (uint8_t *)malloc(odd + NETP_HTTP_DECODE_MEM);
        assert_non_null(block);
        cfg.mem = block + odd;
        cfg.memlen = NETP_HTTP_DECODE_MEM - 1;
        assert_int_equal(init(&cfg), NETP_E_NOSPACE);
        cfg.memlen = NETP_HTTP_DECODE_MEM;
        assert_int_equal(netp_http_coding_init(&m, &cfg, 0), NETP_OK);
        assert_int_equal(drive(&m, t->coded, n, t->again, LONG), 100000);
        assert_memory_equal(t->again, t->text, 100000);
        free(block);
    }
}

static struct long_text *long_text(void)
{
    struct long_text *t = (struct long_text *)malloc(sizeof *t);
    assert_non_null(t);
    fill(t->text, LONG);
    return t;
}

static void test_memory_is_as_the_macros_say(void **state)
{
    struct long_text *t = long_text();
    (void)state;
    for (unsigned kind = NETP_HTTP_GZIP; kind <= NETP_HTTP_DEFLATE; kind++) {
        there_and_back(t, kind, 15, 8);
        there_and_back(t, kind, 9, 1);
        there_and_back(t, kind, 15, 9);
        there_and_back(t, kind, 9, 9);
        there_and_back(t, kind, 15, 1);
    }
    free(t);
}

static void test_out_has_a_least_size(void **state)
{
    struct netp_http_coding_cfg cfg;
    (void)state;
    configure(&cfg, NETP_HTTP_DECODE, NETP_HTTP_GZIP);
    cfg.outlen = NETP_HTTP_CODING_OUT_MIN - 1;
    assert_int_equal(init(&cfg), NETP_E_NOSPACE);
    cfg.outlen = NETP_HTTP_CODING_OUT_MIN;
    assert_int_equal(init(&cfg), NETP_OK);
}

/* glibc counts what is allocated; what zlib takes it would keep, as nothing ends a stream here. */
static void test_zlib_never_calls_malloc(void **state)
{
    struct long_text *t = long_text();
    struct netp_http_coding_cfg cfg;
    struct netp_http_coding m;
    size_t n, before = mallinfo2().uordblks;

    (void)state;
    configure(&cfg, NETP_HTTP_ENCODE, NETP_HTTP_GZIP);
    assert_int_equal(netp_http_coding_init(&m, &cfg, 0), NETP_OK);
    n = drive(&m, t->text, LONG, t->coded, LONG);
    configure(&cfg, NETP_HTTP_DECODE, NETP_HTTP_GZIP);
    assert_int_equal(netp_http_coding_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(drive(&m, t->coded, n, t->again, LONG), LONG);
    assert_int_equal(mallinfo2().uordblks, before);
    free(t);
}

/* ---- large pieces ---- */

/* Input and output of over a megabyte go to zlib in steps; zlib itself reads what we wrote. */
static void test_large_pieces(void **state)
{
    struct long_text *t = long_text();
    struct netp_http_coding_cfg cfg;
    struct netp_http_coding m;
    uLongf plain = LONG;
    size_t n;

    (void)state;
    configure(&cfg, NETP_HTTP_ENCODE, NETP_HTTP_DEFLATE);
    cfg.level = 1;
    cfg.out = t->again;
    cfg.outlen = LONG;
    assert_int_equal(netp_http_coding_init(&m, &cfg, 0), NETP_OK);
    n = drive(&m, t->text, LONG, t->coded, LONG);
    assert_int_equal(uncompress(t->again, &plain, t->coded, n), Z_OK);
    assert_int_equal(plain, LONG);
    assert_memory_equal(t->again, t->text, LONG);
    free(t);
}

/* Stored blocks, so that the coded bytes are as many. */
static void test_large_pieces_decoded(void **state)
{
    struct long_text *t = long_text();
    uint8_t *big = (uint8_t *)malloc(LONG);
    struct netp_http_coding_cfg cfg;
    struct netp_http_coding m;
    uLongf n = LONG + 1000;
    uint8_t *coded = (uint8_t *)malloc(n);

    (void)state;
    assert_non_null(big);
    assert_non_null(coded);
    assert_int_equal(compress2(coded, &n, t->text, LONG - 1000, 0), Z_OK);
    configure(&cfg, NETP_HTTP_DECODE, NETP_HTTP_DEFLATE);
    cfg.out = big;
    cfg.outlen = LONG;
    assert_int_equal(netp_http_coding_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(drive(&m, coded, n, t->again, LONG), LONG - 1000);
    assert_memory_equal(t->again, t->text, LONG - 1000);
    free(coded);
    free(big);
    free(t);
}

/* The defaults: 20 MiB of zeros, which zlib makes a thousandth and less of, end at 10 MiB. */
static void test_a_bomb_with_the_defaults(void **state)
{
    static uint8_t zeros[1 << 20], coded[32768];
    struct netp_http_coding_cfg cfg;
    struct netp_http_coding m;
    struct netp_http_coding_ev ev;
    struct netp_in in = {coded, 0, 0, NULL};
    z_stream z = {0};
    uint64_t total = 0;
    int r;

    (void)state;
    assert_int_equal(deflateInit(&z, 9), Z_OK);
    z.next_out = coded;
    z.avail_out = sizeof coded;
    for (int i = 0; i < 20; i++) {
        z.next_in = zeros;
        z.avail_in = sizeof zeros;
        deflate(&z, i == 19 ? Z_FINISH : Z_NO_FLUSH);
    }
    in.n = z.total_out;
    deflateEnd(&z);
    configure(&cfg, NETP_HTTP_DECODE, NETP_HTTP_DEFLATE);
    assert_int_equal(netp_http_coding_init(&m, &cfg, 0), NETP_OK);
    while ((r = netp_http_coding_next(&m, &in, 0, &ev)) > 0) {
        total = ev.total;
    }
    assert_int_equal(r, NETP_E_LIMIT);
    assert_string_equal(netp_http_coding_fail(&m)->where, "ratio");
    assert_in_range(total, 10 << 20, (10 << 20) + 1000 * 1024);
    cfg.max_ratio = NETP_HTTP_RATIO_ANY;
    in.p = coded;
    in.n = z.total_out;
    in.flags = NETP_IN_EOF;
    assert_int_equal(netp_http_coding_init(&m, &cfg, 0), NETP_OK);
    while ((r = netp_http_coding_next(&m, &in, 0, &ev)) == NETP_HTTP_CODING_DATA) {
    }
    assert_int_equal(r, NETP_HTTP_CODING_END);
    assert_int_equal(ev.total, 20 << 20);
}

/* A flush whose bytes just fill the buffer, at every size of the text before it: what came before
 * it can be read, whatever it costs. */
static void test_a_flush_is_whole(void **state)
{
    struct netp_http_coding_cfg cfg;
    struct netp_http_coding m;
    struct netp_http_coding_ev ev;
    static uint8_t text[200], coded[2000], again[200];

    (void)state;
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (uint8_t)('a' + (i * i * 31 >> 3) % 7); /* no stored blocks */
    }
    for (size_t n = 0; n < sizeof text; n++) {
        struct netp_in in = {text, n, 0, NULL};
        z_stream z = {0};
        size_t made = 0;
        configure(&cfg, NETP_HTTP_ENCODE, NETP_HTTP_DEFLATE);
        cfg.outlen = NETP_HTTP_CODING_OUT_MIN;
        assert_int_equal(netp_http_coding_init(&m, &cfg, 0), NETP_OK);
        for (int flushed = 0; flushed < 2; flushed++) {
            while (netp_http_coding_next(&m, &in, 0, &ev) > 0) {
                memcpy(coded + made, ev.p, ev.n);
                made += ev.n;
            }
            if (flushed == 0) {
                assert_int_equal(netp_http_coding_flush(&m), NETP_OK);
            }
        }
        assert_int_equal(inflateInit(&z), Z_OK);
        z.next_in = coded;
        z.avail_in = (uInt)made;
        z.next_out = again;
        z.avail_out = sizeof again;
        inflate(&z, Z_SYNC_FLUSH);
        assert_int_equal(z.total_out, n);
        assert_memory_equal(again, text, n);
        assert_true(made <= n + 20 + 5);
        inflateEnd(&z);
    }
}

/* A second flush before the first is through has nothing to write, and the text behind it goes on.
 */
static void test_a_flush_within_a_flush(void **state)
{
    struct netp_in in = {(const uint8_t *)"ok", 2, 0, NULL};
    struct netp_http_coding_cfg cfg;
    struct netp_http_coding m;
    struct netp_http_coding_ev ev;

    (void)state;
    configure(&cfg, NETP_HTTP_ENCODE, NETP_HTTP_DEFLATE);
    assert_int_equal(netp_http_coding_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(netp_http_coding_flush(&m), NETP_OK);
    assert_int_equal(netp_http_coding_next(&m, NULL, 0, &ev), NETP_HTTP_CODING_DATA);
    assert_int_equal(ev.n, 2 + 5);
    assert_int_equal(netp_http_coding_flush(&m), NETP_OK);
    assert_int_equal(netp_http_coding_next(&m, &in, 0, &ev), 0);
    assert_int_equal(in.n, 0);
    in.flags = NETP_IN_EOF;
    assert_int_equal(netp_http_coding_next(&m, &in, 0, &ev), NETP_HTTP_CODING_DATA);
    assert_int_equal(ev.n, 4 + 4);
    netp_http_coding_sent(&m, 0, 0); /* as a driver may */
    assert_int_equal(netp_http_coding_next(&m, &in, 0, &ev), NETP_HTTP_CODING_END);
}

/* Two machines behind one another, as the header says: "deflate, gzip" is undone from its end. */
static void test_a_chain(void **state)
{
    static const uint8_t coded[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x0a\0\xf5\xff"
                                   "\x78\x9c\xcb\xcf\x06\0\x01\x4b\0\xdb"
                                   "\x36\x45\x07\x34\x0a\0\0\0";
    static uint8_t inner_mem[NETP_HTTP_DECODE_MEM], inner_out[NETP_HTTP_CODING_OUT_MIN];
    enum netp_http_coding_kind kind[2];
    struct netp_http_coding_cfg cfg;
    struct netp_http_coding outer, inner;
    struct netp_http_coding_ev ev, last;
    struct netp_in in = {coded, sizeof coded - 1, NETP_IN_EOF, NULL};
    struct log log = {0};

    (void)state;
    assert_int_equal(netp_http_codings(NETP_STR("deflate, gzip"), kind, 2), 2);
    configure(&cfg, NETP_HTTP_DECODE, kind[0]);
    assert_int_equal(netp_http_coding_init(&outer, &cfg, 0), NETP_OK);
    cfg.kind = kind[1];
    cfg.mem = inner_mem;
    cfg.out = inner_out;
    cfg.outlen = sizeof inner_out;
    assert_int_equal(netp_http_coding_init(&inner, &cfg, 0), NETP_OK);
    while (netp_http_coding_next(&outer, &in, 0, &ev) > 0) {
        unsigned flags = ev.type == NETP_HTTP_CODING_END ? NETP_IN_EOF : 0;
        struct netp_in next = {ev.p, ev.n, flags, NULL};
        while (netp_http_coding_next(&inner, &next, 0, &last) > 0) {
            subject_coding.machine.describe(&last, &log);
        }
    }
    assert_string_equal(log.p, "data ok\nend 2\n");
    log_free(&log);
}

/* ---- Content-Encoding ---- */

static void find(struct netp_str s, struct told *told)
{
    int r = netp_http_coding_find(s);
    tell(told, "%d", r > 0 ? r : 0);
    tell_error(told, r);
}

static void parse(struct netp_str s, struct told *told)
{
    enum netp_http_coding_kind kind[2];
    int n = netp_http_codings(s, kind, 2);
    for (int i = 0; i < n; i++) {
        tell(told, "%s ", kind[i] == NETP_HTTP_GZIP ? "gzip" : "deflate");
    }
    tell_error(told, n);
}

static void test_names(void **state)
{
    static const struct row rows[] = {
        ROW("gzip", "2"),
        ROW("GZip", "2"),
        ROW("x-gzip", "2"),
        ROW("X-GZIP", "2"),
        ROW("deflate", "3"),
        ROW("identity", "1"),
        ROW("br", "0NETP_E_UNSUPPORTED"),
        ROW("compress", "0NETP_E_UNSUPPORTED"),
        ROW("x-deflate", "0NETP_E_UNSUPPORTED"),
        ROW("", "0NETP_E_UNSUPPORTED"),
    };
    (void)state;
    check_rows(find, rows, COUNT(rows));
}

static void test_fields(void **state)
{
    static const struct row rows[] = {
        ROW("", ""),
        ROW("gzip", "gzip "),
        ROW("deflate, gzip", "gzip deflate "),
        ROW("gzip,deflate", "deflate gzip "),
        ROW("X-Gzip , x-gzip", "gzip gzip "),
        ROW("identity", ""),
        ROW("identity, gzip, identity", "gzip "),
        ROW(", gzip,", "gzip "),
        ROW("gzip, gzip, gzip", "NETP_E_LIMIT"),
        ROW("gzip, br", "NETP_E_UNSUPPORTED"),
        ROW("gzip;q=1", "NETP_E_SYNTAX"),
        ROW("gzip deflate", "NETP_E_SYNTAX"),
        ROW("gzip, \"deflate\"", "NETP_E_SYNTAX"),
        ROW("gzip\0", "NETP_E_SYNTAX"),
    };
    (void)state;
    check_rows(parse, rows, COUNT(rows));
    assert_int_equal(netp_http_codings(NETP_STR("gzip"), NULL, 0), NETP_E_LIMIT);
    assert_int_equal(netp_http_codings(NETP_STR("identity"), NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transcripts),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_refuses_a_bad_cfg),
        cmocka_unit_test(test_memory_is_as_the_macros_say),
        cmocka_unit_test(test_out_has_a_least_size),
        cmocka_unit_test(test_zlib_never_calls_malloc),
        cmocka_unit_test(test_large_pieces),
        cmocka_unit_test(test_large_pieces_decoded),
        cmocka_unit_test(test_a_bomb_with_the_defaults),
        cmocka_unit_test(test_a_flush_is_whole),
        cmocka_unit_test(test_a_flush_within_a_flush),
        cmocka_unit_test(test_a_chain),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
