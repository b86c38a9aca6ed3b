/* test_tftp_packet.c - the packet codec: RFC 1350 section 5, RFC 2347. SPDX-License-Identifier: MIT
 */
#include <netproto/text.h>
#include <netproto/tftp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parses a copy in a block of exactly its size. */
static int parse(const char *p, size_t n, struct netp_tftp_packet *pk, size_t *end, uint8_t **block)
{
    *block = malloc(n ? n : 1);
    memcpy(*block, p, n);
    return netp_tftp_parse(*block, n, pk, end);
}

static int result(const char *p, size_t n, size_t *end)
{
    struct netp_tftp_packet pk;
    uint8_t *block;
    int r = parse(p, n, &pk, end, &block);

    free(block);
    return r;
}

#define RESULT(s, end) result("" s, sizeof(s) - 1, end)

static void test_sound(void **state)
{
    struct netp_tftp_packet pk;
    struct netp_str name, value;
    uint8_t *b;

    (void)state;
#define REQUEST "\0\1boot/x\0octet\0blksize\0001428\0tsize\0000\0"
    assert_int_equal(parse(REQUEST, sizeof REQUEST - 1, &pk, NULL, &b), NETP_OK);
    assert_int_equal(pk.opcode, NETP_TFTP_RRQ);
    assert_true(netp_str_eq(pk.file, NETP_STR("boot/x")));
    assert_true(netp_str_eq(pk.mode, NETP_STR("octet")));
    assert_int_equal(netp_tftp_option(&pk.options, &name, &value), 1);
    assert_true(netp_str_eq(name, NETP_STR("blksize")) && netp_str_eq(value, NETP_STR("1428")));
    assert_int_equal(netp_tftp_option(&pk.options, &name, &value), 1);
    assert_true(netp_str_eq(name, NETP_STR("tsize")) && netp_str_eq(value, NETP_STR("0")));
    assert_int_equal(netp_tftp_option(&pk.options, &name, &value), 0);
    free(b);

    assert_int_equal(parse("\0\3\xff\xfe"
                           "ab",
                           6, &pk, NULL, &b),
                     NETP_OK);
    assert_int_equal(pk.number, 65534);
    assert_int_equal(pk.datalen, 2);
    assert_ptr_equal(pk.data, b + 4);
    free(b);

    assert_int_equal(parse("\0\5\0\2no\0junk", 11, &pk, NULL, &b), NETP_OK);
    assert_int_equal(pk.number, 2);
    assert_true(netp_str_eq(pk.message, NETP_STR("no")));
    free(b);
    assert_int_equal(RESULT("\0\4\0\0", NULL), NETP_OK);
    assert_int_equal(RESULT("\0\6", NULL), NETP_OK);
    assert_int_equal(RESULT("\0\5\0\1", NULL), NETP_OK);
}

static void test_faults(void **state)
{
    size_t end;

    (void)state;
    assert_int_equal(RESULT("\0\7\0\0", &end), NETP_E_SYNTAX);
    assert_int_equal(end, 0);
    assert_int_equal(RESULT("\0\0", &end), NETP_E_SYNTAX);
    assert_int_equal(RESULT("\1\1f\0octet\0", &end), NETP_E_SYNTAX);
    assert_int_equal(RESULT("\0\1\0octet\0", &end), NETP_E_SYNTAX);
    assert_int_equal(end, 2);
    assert_int_equal(RESULT("\0\4\0\1x", &end), NETP_E_TRAILING);
    assert_int_equal(end, 4);
    assert_int_equal(RESULT("\0\6blksize\0", &end), NETP_E_TRUNCATED);
    assert_int_equal(end, 10);
}

/* Cut at every length, each packet is truncated, or what is left of it is one as well. */
static void test_cut(void **state)
{
    static const char request[] = "\0\2f\0octet\0blksize\0008\0";

    (void)state;
    for (size_t n = 0; n < sizeof request - 1; n++) {
        /* after the mode, and after an option's value, it is whole */
        int want = n == 10 || n == 20 ? NETP_OK : NETP_E_TRUNCATED;
        assert_int_equal(result(request, n, NULL), want);
    }
    for (unsigned i = 0; i < 3; i++) {
        char p[4] = {0, (char)(NETP_TFTP_OP_DATA + i), 0, 1};
        for (size_t n = 0; n < 4; n++) {
            assert_int_equal(result(p, n, NULL), NETP_E_TRUNCATED);
        }
        assert_int_equal(result(p, 4, NULL), NETP_OK);
    }
}

static void test_write(void **state)
{
    uint8_t p[32];
    struct netp_tftp_writer w = {p, sizeof p, 0};

    (void)state;
    netp_tftp_put16(&w, NETP_TFTP_OACK);
    netp_tftp_put_option(&w, "tsize", UINT64_MAX);
    assert_int_equal(w.n, 2 + 6 + 21);
    assert_memory_equal(p, "\0\6tsize\00018446744073709551615\0", w.n);
    /* too long: counted, and nothing written behind the end */
    for (size_t cap = 0; cap < 29; cap++) {
        struct netp_tftp_writer s = {p, cap, 0};
        memset(p, 0xaa, sizeof p);
        netp_tftp_put16(&s, NETP_TFTP_OACK);
        netp_tftp_put_option(&s, "tsize", UINT64_MAX);
        assert_int_equal(s.n, 29);
        for (size_t i = cap; i < sizeof p; i++) {
            assert_int_equal(p[i], 0xaa);
        }
    }
}

/* RFC 1350, appendix, and RFC 2347. */
static void test_error_texts(void **state)
{
    static const char *const texts[] = {"Not defined",
                                        "File not found",
                                        "Access violation",
                                        "Disk full or allocation exceeded",
                                        "Illegal TFTP operation",
                                        "Unknown transfer ID",
                                        "File already exists",
                                        "No such user",
                                        "Option negotiation refused",
                                        "Unknown error code"};

    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_string_equal(netp_tftp_error_text(i), texts[i]);
    }
    assert_string_equal(netp_tftp_error_text(-1), "Unknown error code");
}

/* What tftp.h promises of a cfg that nobody has changed. */
static void test_defaults(void **state)
{
    struct netp_tftp_cfg c;

    (void)state;
    netp_tftp_cfg_init(&c, NETP_TFTP_PUT);
    assert_int_equal(c.role, NETP_TFTP_PUT);
    assert_int_equal(c.flags, 0);
    assert_int_equal(c.blksize, 512);
    assert_int_equal(c.windowsize, 1);
    assert_int_equal(c.timeout_s, 0);
    assert_int_equal(c.retries, 5);
    assert_int_equal(c.rto_ms, 1000);
    assert_int_equal(c.rto_min_ms, 200);
    assert_int_equal(c.rto_max_ms, 8000);
    assert_true(c.max_size == UINT64_MAX);
    assert_true(c.tsize == NETP_TFTP_SIZE_UNKNOWN);
}

static void test_cfg(void **state)
{
    struct netp_tftp_cfg good, c;
    struct netp_tftp m;
    char longest[NETP_TFTP_REQUEST_MAX];
    uint8_t mem[NETP_TFTP_MEM_MIN];

    (void)state;
    netp_tftp_cfg_init(&good, NETP_TFTP_GET);
    good.mem = mem;
    good.memlen = sizeof mem;
    good.file = "f";
    good.server.fam = 4;
    assert_int_equal(netp_tftp_init(&m, &good, 0), NETP_OK);
    assert_int_equal(netp_tftp_init_(&m, sizeof m - 1, &good, 0), NETP_E_ABI);
#define INIT(err, change)                                                                          \
    c = good;                                                                                      \
    change;                                                                                        \
    assert_int_equal(netp_tftp_init(&m, &c, 0), err)
    INIT(NETP_E_ABI, c.size--);
    INIT(NETP_E_ARG, c.role = 0);
    INIT(NETP_E_ARG, c.mem = NULL);
    INIT(NETP_E_NOSPACE, c.memlen--);
    INIT(NETP_E_ARG, c.blksize = 7);
    INIT(NETP_E_ARG, c.blksize = 65465);
    INIT(NETP_E_ARG, c.windowsize = 0);
    INIT(NETP_E_ARG, c.rto_ms = 0);
    INIT(NETP_E_ARG, c.rto_min_ms = 0);
    INIT(NETP_OK, c.rto_min_ms = c.rto_max_ms);
    INIT(NETP_E_ARG, c.rto_min_ms = c.rto_max_ms + 1);
    INIT(NETP_OK, c.rto_max_ms = 3600000);
    INIT(NETP_E_ARG, c.rto_max_ms = 3600001);
    INIT(NETP_E_ARG, c.file = NULL);
    INIT(NETP_E_ARG, c.file = "");
    INIT(NETP_E_ARG, c.server.fam = 0);
    INIT(NETP_E_ARG, c.flags = NETP_TFTP_NETASCII | NETP_TFTP_LEND);
    INIT(NETP_E_NOSPACE, (c.flags = NETP_TFTP_NETASCII, c.blksize = 1000));
    INIT(NETP_E_NOSPACE, (c.role = NETP_TFTP_PUT, c.blksize = 1000));

    /* RFC 2347: a request has 512 bytes: opcode, name, NUL, "octet", NUL */
    memset(longest, 'a', sizeof longest);
    longest[512 - 2 - 7] = '\0';
    INIT(NETP_OK, c.file = longest);
    longest[512 - 2 - 7] = 'a';
    longest[512 - 2 - 6] = '\0';
    INIT(NETP_E_ARG, c.file = longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),       cmocka_unit_test(test_faults),
        cmocka_unit_test(test_cut),         cmocka_unit_test(test_write),
        cmocka_unit_test(test_error_texts), cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_cfg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
