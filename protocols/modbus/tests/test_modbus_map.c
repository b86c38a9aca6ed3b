/* test_modbus_map.c - the register map: app 6, and what is left when a request is refused.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/modbus_map.h>
#include <netproto/text.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Holding registers 10 to 14, of which 13 and 14 are read-only; input registers 10 and 11; coils 20
 * to 35; discrete inputs 20 to 23; file 4 of 8 records and file 5, which is read-only; a queue at
 * 1246. */
static uint16_t holding[5], input[2], file[8], fixed[2], queue[32], queued;
static uint8_t coils[2], discrete[1], status;

static const struct netp_modbus_range ranges[] = {
    {NETP_MODBUS_HOLDING, false, 10, 3, holding, NULL},
    {NETP_MODBUS_HOLDING, true, 13, 2, holding + 3, NULL},
    {NETP_MODBUS_INPUT, false, 10, 2, input, NULL},
    {NETP_MODBUS_COILS, false, 20, 16, NULL, coils},
    {NETP_MODBUS_DISCRETE, false, 20, 4, NULL, discrete},
};
static const struct netp_modbus_file files[] = {{4, 8, false, file}, {5, 2, true, fixed}};
static const struct netp_modbus_fifo fifos[] = {{7, queue, &queued}, {1246, queue, &queued}};
static const struct netp_modbus_object objects[] = {
    {0, NETP_MODBUS_TEXT("Company identification")},
    {1, NETP_MODBUS_TEXT("Product code XX")},
    {2, NETP_MODBUS_TEXT("V2.11")},
};
static const struct netp_modbus_map map = {
    ranges,  COUNT(ranges),  files,
    2,       fifos,          2,
    objects, COUNT(objects), NETP_MODBUS_TEXT("\x11\xff\x2a"),
    &status};

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(holding); i++) {
        holding[i] = (uint16_t)(0x1000 + i);
    }
    for (size_t i = 0; i < COUNT(file); i++) {
        file[i] = (uint16_t)(0x2000 + i);
    }
    for (size_t i = 0; i < COUNT(queue); i++) {
        queue[i] = (uint16_t)(0x3000 + i);
    }
    input[0] = 0x00aa;
    input[1] = 0x00bb;
    fixed[0] = 0x0dfe;
    fixed[1] = 0x0020;
    coils[0] = 0xcd;
    coils[1] = 0x6b;
    discrete[0] = 0x05;
    queued = 2;
    status = 0x6d;
    return 0;
}

/* Puts a request to `m` with `n` bytes of room; returns the length of the response's PDU. */
static size_t ask_with(const struct netp_modbus_map *m, size_t n, const char *p, size_t pn,
                       uint8_t pdu[NETP_MODBUS_PDU_MAX], struct netp_modbus_written *written)
{
    uint8_t *in = (uint8_t *)malloc(pn), *room = (uint8_t *)malloc(n > 0 ? n : 1);
    struct netp_modbus_request q;
    struct netp_modbus_response a;
    ptrdiff_t r;

    assert_true(in != NULL && room != NULL);
    memcpy(in, p, pn);
    assert_int_equal(netp_modbus_request_parse(in, pn, &q), NETP_MODBUS_NO_EXCEPTION);
    *written = netp_modbus_map_answer(m, &q, room, n, &a);
    assert_int_equal(a.function, in[0]);
    r = netp_modbus_response_write(pdu, NETP_MODBUS_PDU_MAX, &q, &a);
    assert_true(r >= 2);
    free(in);
    free(room);
    return (size_t)r;
}

static void check(const char *p, size_t pn, const char *a, size_t an, unsigned table,
                  unsigned address, unsigned quantity)
{
    uint8_t pdu[NETP_MODBUS_PDU_MAX];
    struct netp_modbus_written w;
    size_t n = ask_with(&map, NETP_MODBUS_PDU_MAX, p, pn, pdu, &w);

    assert_int_equal(n, an);
    assert_memory_equal(pdu, a, an);
    assert_int_equal(w.table, table);
    assert_int_equal(w.address, address);
    assert_int_equal(w.quantity, quantity);
}

/* What is answered, and that nothing, or what, is told to be written. */
#define READS(p, a)                check(p, sizeof(p) - 1, a, sizeof(a) - 1, 0, 0, 0)
#define WRITES(p, a, table, at, n) check(p, sizeof(p) - 1, a, sizeof(a) - 1, table, at, n)

static void test_reads(void **state)
{
    (void)state;
    READS("\x03\0\x0a\0\x01", "\x03\x02\x10\0");
    READS("\x03\0\x0a\0\x05", "\x03\x0a\x10\0\x10\x01\x10\x02\x10\x03\x10\x04");
    READS("\x03\0\x09\0\x02", "\x83\x02");
    READS("\x03\0\x0e\0\x02", "\x83\x02");
    READS("\x03\0\x0e\0\x01", "\x03\x02\x10\x04");
    READS("\x04\0\x0a\0\x02", "\x04\x04\0\xaa\0\xbb");
    READS("\x04\0\x0c\0\x01", "\x84\x02");
    READS("\x01\0\x14\0\x10", "\x01\x02\xcd\x6b");
    READS("\x01\0\x15\0\x01", "\x01\x01\0");
    READS("\x01\0\x16\0\x09", "\x01\x02\xf3\0"); /* 1 1 0 0 1 1 1 1  0 */
    READS("\x01\0\x14\0\x11", "\x81\x02");
    READS("\x01\0\x13\0\x01", "\x81\x02");
    READS("\x02\0\x14\0\x04", "\x02\x01\x05");
    READS("\x02\0\x18\0\x01", "\x82\x02");
    READS("\x64", "\xe4\x01");
}

static void test_single_writes(void **state)
{
    (void)state;
    WRITES("\x06\0\x0b\xab\xcd", "\x06\0\x0b\xab\xcd", NETP_MODBUS_HOLDING, 11, 1);
    assert_int_equal(holding[1], 0xabcd);
    READS("\x06\0\x0d\xab\xcd", "\x86\x02");
    assert_int_equal(holding[3], 0x1003);
    READS("\x06\0\x0f\xab\xcd", "\x86\x02");

    WRITES("\x05\0\x15\xff\0", "\x05\0\x15\xff\0", NETP_MODBUS_COILS, 21, 1);
    assert_int_equal(coils[0], 0xcf);
    WRITES("\x05\0\x14\0\0", "\x05\0\x14\0\0", NETP_MODBUS_COILS, 20, 1);
    assert_int_equal(coils[0], 0xce);
    WRITES("\x05\0\x23\xff\0", "\x05\0\x23\xff\0", NETP_MODBUS_COILS, 35, 1);
    assert_int_equal(coils[1], 0xeb);
    READS("\x05\0\x24\xff\0", "\x85\x02");
}

static void test_multiple_writes(void **state)
{
    (void)state;
    WRITES("\x10\0\x0a\0\x02\x04\0\x0a\x01\x02", "\x10\0\x0a\0\x02", NETP_MODBUS_HOLDING, 10, 2);
    assert_int_equal(holding[0], 0x000a);
    assert_int_equal(holding[1], 0x0102);
    assert_int_equal(holding[2], 0x1002);
    READS("\x10\0\x0c\0\x02\x04\0\0\0\0", "\x90\x02"); /* the second is read-only */
    assert_int_equal(holding[2], 0x1002);
    READS("\x10\0\x0e\0\x02\x04\0\0\0\0", "\x90\x02"); /* the second is not there */
    assert_int_equal(holding[4], 0x1004);

    WRITES("\x0f\0\x16\0\x0a\x02\xff\x01", "\x0f\0\x16\0\x0a", NETP_MODBUS_COILS, 22, 10);
    assert_int_equal(coils[0], 0xfd);
    assert_int_equal(coils[1], 0x67); /* bits 22 to 30 are 1, 31 is 0: the upper four stay */
    READS("\x0f\0\x1c\0\x0a\x02\0\0", "\x8f\x02");
    assert_int_equal(coils[1], 0x67);
}

/* app 6.16: 12h AND F2h, or 25h where the mask is 0, is 17h. */
static void test_mask(void **state)
{
    (void)state;
    holding[0] = 0x0012;
    WRITES("\x16\0\x0a\0\xf2\0\x25", "\x16\0\x0a\0\xf2\0\x25", NETP_MODBUS_HOLDING, 10, 1);
    assert_int_equal(holding[0], 0x0017);
    holding[0] = 0x1234;
    WRITES("\x16\0\x0a\xf0\x0f\xff\xff", "\x16\0\x0a\xf0\x0f\xff\xff", NETP_MODBUS_HOLDING, 10, 1);
    assert_int_equal(holding[0], 0x1ff4);
    READS("\x16\0\x0d\0\0\0\0", "\x96\x02");
    assert_int_equal(holding[3], 0x1003);
}

static void test_read_write(void **state)
{
    (void)state;
    WRITES("\x17\0\x0a\0\x03\0\x0b\0\x01\x02\xab\xcd", "\x17\x06\x10\0\xab\xcd\x10\x02",
           NETP_MODBUS_HOLDING, 11, 1);
    READS("\x17\0\x0e\0\x02\0\x0b\0\x01\x02\x12\x34", "\x97\x02"); /* reads what is not there */
    READS("\x17\0\x0a\0\x01\0\x0d\0\x01\x02\x12\x34", "\x97\x02"); /* writes what is read-only */
    assert_int_equal(holding[1], 0xabcd);
    assert_int_equal(holding[3], 0x1003);
}

static void test_files(void **state)
{
    (void)state;
    READS("\x14\x0e\x06\0\x04\0\x01\0\x02\x06\0\x05\0\0\0\x02",
          "\x14\x0c\x05\x06\x20\x01\x20\x02\x05\x06\x0d\xfe\0\x20");
    READS("\x14\x07\x06\0\x04\0\x07\0\x01", "\x14\x04\x03\x06\x20\x07");
    READS("\x14\x07\x06\0\x04\0\x07\0\x02", "\x94\x02");
    READS("\x14\x07\x06\0\x06\0\0\0\x01", "\x94\x02");
#define TWO "\x15\x14\x06\0\x04\0\x07\0\x01\x12\x34\x06\0\x04\0\x02\0\x02\xab\xcd\xef\x01"
    WRITES(TWO, TWO, NETP_MODBUS_FILES, 4, 3);
    assert_int_equal(file[7], 0x1234);
    assert_int_equal(file[2], 0xabcd);
    assert_int_equal(file[3], 0xef01);
    /* the second is read-only: the first is not written */
    READS("\x15\x12\x06\0\x04\0\x07\0\x01\x55\x55\x06\0\x05\0\0\0\x01\x55\x55", "\x95\x02");
    assert_int_equal(file[7], 0x1234);
    assert_int_equal(fixed[0], 0x0dfe);
}

static void test_the_others(void **state)
{
    char longest[5 + 62] = "\x18\0\x40\0\x1f";

    (void)state;
    READS("\x07", "\x07\x6d");
    READS("\x11", "\x11\x03\x11\xff\x2a");
    READS("\x18\x04\xde", "\x18\0\x06\0\x02\x30\0\x30\x01");
    READS("\x18\0\x07", "\x18\0\x06\0\x02\x30\0\x30\x01");
    READS("\x18\x04\xdf", "\x98\x02");
    queued = 0;
    READS("\x18\x04\xde", "\x18\0\x02\0\0");
    queued = 31;
    for (unsigned i = 0; i < 31; i++) {
        longest[5 + 2 * i] = 0x30;
        longest[6 + 2 * i] = (char)i;
    }
    check("\x18\x04\xde", 3, longest, sizeof longest, 0, 0, 0);
    queued = 32;
    READS("\x18\x04\xde", "\x98\x03");
    READS("\x08\0\0\0\0", "\x88\x01");
    READS("\x0b", "\x8b\x01");
}

#define COMPANY                                                                                    \
    "\0\x16"                                                                                       \
    "Company identification"
#define PRODUCT "\x01\x0fProduct code XX"
#define VERSION "\x02\x05V2.11"

/* The example of app 6.21, but that each object can be had alone: 81h. */
static void test_identification(void **state)
{
    (void)state;
    READS("\x2b\x0e\x01\0", "\x2b\x0e\x01\x81\0\0\x03" COMPANY PRODUCT VERSION);
    READS("\x2b\x0e\x02\0", "\x2b\x0e\x02\x81\0\0\x03" COMPANY PRODUCT VERSION);
    READS("\x2b\x0e\x03\x02", "\x2b\x0e\x03\x81\0\0\x01" VERSION);
    READS("\x2b\x0e\x01\x07", "\x2b\x0e\x01\x81\0\0\x03" COMPANY PRODUCT VERSION);
    READS("\x2b\x0e\x04\x01", "\x2b\x0e\x04\x81\0\0\x01" PRODUCT);
    READS("\x2b\x0e\x04\x03", "\xab\x02");
    READS("\x2b\x0d\0", "\xab\x01");
}

static char text[300];

/* Objects of all categories, which do not fit into one PDU (app 6.21): 246 bytes have room. */
static void test_identification_goes_on(void **state)
{
    const struct netp_modbus_object many[] = {
        {0, {text, 100}},  {1, {text, 100}},    {2, {text, 40}},    {3, {text, 1}},
        {0x7f, {text, 0}}, {0x80, {text, 244}}, {0xff, {text, 300}}};
    struct netp_modbus_map m = {.object = many, .objects = COUNT(many)};
    static const struct {
        uint8_t code, id, conformity, more, next, count;
        size_t n;
    } streams[] = {
        {1, 0, 0x83, 0, 0, 3, 7 + 246},       /* exactly as much as there is room for */
        {2, 0, 0x83, 0xff, 3, 3, 7 + 246},    /* and one more */
        {2, 3, 0x83, 0, 0, 2, 7 + 3 + 2},     /* where it went on */
        {2, 0x80, 0x83, 0xff, 3, 3, 7 + 246}, /* extended ones are none of these */
        {1, 3, 0x83, 0, 0, 3, 7 + 246},       /* nor are regular ones basic */
        {3, 3, 0x83, 0xff, 0x80, 2, 7 + 5},   /* */
        {3, 0x80, 0x83, 0xff, 0xff, 1, 7 + 246},
        {3, 0xff, 0x83, 0, 0, 1, 7 + 246}, /* cut at 244 bytes */
        {4, 0xff, 0x83, 0, 0, 1, 7 + 246},
    };

    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < COUNT(streams); i++) {
        char q[] = {0x2b, 0x0e, (char)streams[i].code, (char)streams[i].id};
        uint8_t pdu[NETP_MODBUS_PDU_MAX];
        struct netp_modbus_written w;

        assert_int_equal(ask_with(&m, NETP_MODBUS_PDU_MAX, q, sizeof q, pdu, &w), streams[i].n);
        assert_int_equal(pdu[2], streams[i].code);
        assert_int_equal(pdu[3], streams[i].conformity);
        assert_int_equal(pdu[4], streams[i].more);
        assert_int_equal(pdu[5], streams[i].next);
        assert_int_equal(pdu[6], streams[i].count);
    }
    m.objects = 4; /* no extended ones */
    uint8_t pdu[NETP_MODBUS_PDU_MAX];
    struct netp_modbus_written w;
    ask_with(&m, NETP_MODBUS_PDU_MAX, "\x2b\x0e\x04\x03", 4, pdu, &w);
    assert_int_equal(pdu[3], 0x82);
    m.object = many + 3; /* and none that are basic */
    m.objects = 1;
    assert_int_equal(ask_with(&m, NETP_MODBUS_PDU_MAX, "\x2b\x0e\x01\0", 4, pdu, &w), 7);
    assert_int_equal(pdu[6], 0);
}

/* A map without anything, and room for nothing, or for one byte less than is needed. */
static void test_what_is_missing(void **state)
{
    static const struct {
        const char *p;
        size_t n;
        uint8_t exception; /* by an empty map */
        size_t need;       /* bytes of room */
    } requests[] = {
        {"\x01\0\x14\0\x09", 5, 2, 2},
        {"\x03\0\x0a\0\x02", 5, 2, 4},
        {"\x05\0\x14\xff\0", 5, 2, 0},
        {"\x06\0\x0a\0\0", 5, 2, 0},
        {"\x07", 1, 1, 1},
        {"\x11", 1, 1, 4},
        {"\x14\x07\x06\0\x04\0\0\0\x02", 9, 1, 7},
        {"\x15\x09\x06\0\x04\0\0\0\x01\0\0", 11, 1, 0},
        {"\x16\0\x0a\0\0\0\0", 7, 2, 0},
        {"\x17\0\x0a\0\x02\0\x0a\0\x01\x02\0\0", 12, 2, 4},
        {"\x18\x04\xde", 3, 1, 4},
        {"\x2b\x0e\x04\x02", 4, 1, 13},
        {"\x2b\x0e\x01\x02", 4, 1, 13},
    };
    static const struct netp_modbus_map empty;
    struct netp_modbus_map big = map;
    uint8_t pdu[NETP_MODBUS_PDU_MAX];
    struct netp_modbus_written w;

    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        const char *p = requests[i].p;
        size_t need = requests[i].need;

        assert_int_equal(ask_with(&empty, NETP_MODBUS_PDU_MAX, p, requests[i].n, pdu, &w), 2);
        assert_int_equal(pdu[1], requests[i].exception);
        assert_int_equal(w.table, 0);
        ask_with(&map, need, p, requests[i].n, pdu, &w);
        assert_int_equal(pdu[0], (uint8_t)p[0]);
        for (size_t n = 0; n < need; n++) {
            if (p[0] == 0x2b && p[2] == 1 && n >= 6 && n < need) {
                continue; /* see below */
            }
            assert_int_equal(ask_with(&map, n, p, requests[i].n, pdu, &w), 2);
            assert_int_equal(pdu[1], NETP_MODBUS_DEVICE_FAILURE);
            assert_int_equal(w.table, 0);
        }
    }
    /* a stream that has room for nothing can't go on */
    ask_with(&map, 12, "\x2b\x0e\x01\x02", 4, pdu, &w);
    assert_int_equal(pdu[1], NETP_MODBUS_DEVICE_FAILURE);
    assert_int_equal(holding[0], 0);
    big.server_id = netp_str_make(text, 251);
    assert_int_equal(ask_with(&big, NETP_MODBUS_PDU_MAX, "\x11", 1, pdu, &w), 253);
    big.server_id.n = 252;
    assert_int_equal(ask_with(&big, NETP_MODBUS_PDU_MAX, "\x11", 1, pdu, &w), 2);
    assert_int_equal(pdu[1], NETP_MODBUS_DEVICE_FAILURE);
}

/* The longest of each kind, and addresses up to the last. */
static void test_longest(void **state)
{
    static uint8_t bits[250];
    static uint16_t registers[125];
    static const struct netp_modbus_range all[] = {
        {NETP_MODBUS_COILS, false, 63536, 2000, NULL, bits},
        {NETP_MODBUS_HOLDING, false, 65411, 125, registers, NULL}};
    static const struct netp_modbus_map m = {.range = all, .ranges = 2};
    uint8_t pdu[NETP_MODBUS_PDU_MAX];
    struct netp_modbus_written w;

    (void)state;
    for (size_t i = 0; i < sizeof bits; i++) {
        bits[i] = (uint8_t)(i * 7);
    }
    registers[124] = 0x1234;
    assert_int_equal(ask_with(&m, 250, "\x01\xf8\x30\x07\xd0", 5, pdu, &w), 252);
    assert_memory_equal(pdu + 2, bits, sizeof bits);
    assert_int_equal(ask_with(&m, 250, "\x03\xff\x83\0\x7d", 5, pdu, &w), 252);
    assert_memory_equal(pdu + 250, "\x12\x34", 2);
    assert_int_equal(ask_with(&m, 250, "\x06\xff\xff\x56\x78", 5, pdu, &w), 5);
    assert_int_equal(registers[124], 0x5678);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_reads, set_up),
        cmocka_unit_test_setup(test_single_writes, set_up),
        cmocka_unit_test_setup(test_multiple_writes, set_up),
        cmocka_unit_test_setup(test_mask, set_up),
        cmocka_unit_test_setup(test_read_write, set_up),
        cmocka_unit_test_setup(test_files, set_up),
        cmocka_unit_test_setup(test_the_others, set_up),
        cmocka_unit_test_setup(test_identification, set_up),
        cmocka_unit_test_setup(test_identification_goes_on, set_up),
        cmocka_unit_test_setup(test_what_is_missing, set_up),
        cmocka_unit_test_setup(test_longest, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
