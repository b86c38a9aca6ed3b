/* test_modbus_frame.c - MBAP, RTU and ASCII. The frames are the examples of app 6 for unit 17; CRC
 * and LRC are those that pymodbus gives them. SPDX-License-Identifier: MIT */
#include <netproto/modbus_frame.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { REQUEST = 1, RESPONSE = 2 };

static const struct example {
    const char *pdu;
    uint16_t crc;
    uint8_t lrc, is;
} examples[] = {
    {"0100130013", 0x928e, 0xC8, REQUEST},
    {"0103cd6b05", 0x1240, 0xAE, RESPONSE},
    {"0200c40016", 0xa9ba, 0x13, REQUEST},
    {"0203acdb35", 0x1820, 0x2E, RESPONSE},
    {"03006b0003", 0x8776, 0x7E, REQUEST},
    {"0306022b00000064", 0xbac8, 0x55, RESPONSE},
    {"0400080001", 0x98b2, 0xE2, REQUEST},
    {"0402000a", 0xf4f8, 0xDF, RESPONSE},
    {"0500acff00", 0x8b4e, 0x3F, REQUEST | RESPONSE},
    {"0600010003", 0x9b9a, 0xE5, REQUEST | RESPONSE},
    {"07", 0x224c, 0xE8, REQUEST},
    {"076d", 0x18e2, 0x7B, RESPONSE},
    {"080000a537", 0x1dd8, 0x0B, REQUEST | RESPONSE},
    {"0b", 0x274c, 0xE4, REQUEST},
    {"0bffff0108", 0xe9a6, 0xDD, RESPONSE},
    {"0c", 0xe50d, 0xE3, REQUEST},
    {"0c080000010801212000", 0x0159, 0x90, RESPONSE},
    {"0f0013000a02cd01", 0x0bbf, 0xF3, REQUEST},
    {"0f0013000a", 0x9926, 0xC3, RESPONSE},
    {"100001000204000a0102", 0xf0c6, 0xCB, REQUEST},
    {"1000010002", 0x9812, 0xDC, RESPONSE},
    {"11", 0xeccd, 0xDE, REQUEST},
    {"110311ff2a", 0x376f, 0xA1, RESPONSE},
    {"140e0600040001000206000300090002", 0x38f9, 0xAC, REQUEST},
    {"140c05060dfe0020050633cd0040", 0xad69, 0x4E, RESPONSE},
    {"150d0600040007000306af04be100d", 0xc7db, 0x25, REQUEST | RESPONSE},
    {"16000400f20025", 0xe266, 0xBE, REQUEST | RESPONSE},
    {"1700030006000e00030600ff00ff00ff", 0x544b, 0xBB, REQUEST},
    {"170c00fe0acd00010003000d00ff", 0x750d, 0xE7, RESPONSE},
    {"1804de", 0x8707, 0xF5, REQUEST},
    {"180006000201b81284", 0x8d18, 0x80, RESPONSE},
    {"2b0e0100", 0xb4b1, 0xB5, REQUEST},
    {"2b0e01010000030016436f6d70616e79206964656e74696669636174696f6e"
     "010f50726f6475637420636f6465205858020556322e3131",
     0x9e47, 0x3F, RESPONSE},
};

static size_t unhex(const char *text, uint8_t *p)
{
    size_t n = strlen(text) / 2;
    unsigned byte;

    for (size_t i = 0; i < n; i++) {
        assert_int_equal(sscanf(text + 2 * i, "%2x", &byte), 1);
        p[i] = (uint8_t)byte;
    }
    return n;
}

/* A copy in a block of exactly its size; free() it. */
static uint8_t *exact(const void *p, size_t n)
{
    uint8_t *b = malloc(n > 0 ? n : 1);

    memcpy(b, p, n);
    return b;
}

static void is_frame(const struct netp_modbus_frame *f, unsigned transaction, const uint8_t *pdu,
                     size_t n)
{
    assert_int_equal(f->unit, 17);
    assert_int_equal(f->transaction, transaction);
    assert_int_equal(f->n, n);
    assert_memory_equal(f->pdu, pdu, n);
}

/* Writes to a block of exactly n bytes, which are `want`; one byte less is too few. */
static void writes(enum netp_modbus_framing framing, const struct netp_modbus_frame *f,
                   const uint8_t *want, size_t n)
{
    uint8_t *b = malloc(n);

    assert_int_equal(netp_modbus_frame_write(framing, b, n - 1, f), NETP_E_NOSPACE);
    assert_int_equal(netp_modbus_frame_write(framing, b, n, f), n);
    assert_memory_equal(b, want, n);
    free(b);
}

static void test_mbap(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(examples); i++) {
        uint8_t frame[NETP_MODBUS_MBAP_MAX + 1] = {0x12, 0x34, 0, 0, 0, 0, 17};
        size_t n = unhex(examples[i].pdu, frame + 7);
        struct netp_modbus_frame f = {frame + 7, n, 0x1234, 17}, g;

        frame[5] = (uint8_t)(n + 1);
        writes(NETP_MODBUS_MBAP, &f, frame, n + 7);
        for (size_t k = 0; k < n + 7; k++) {
            uint8_t *cut = exact(frame, k);
            assert_int_equal(netp_modbus_mbap_parse(cut, k, &g), 0);
            free(cut);
        }
        uint8_t *b = exact(frame, n + 8);
        for (size_t more = 0; more < 2; more++) {
            assert_int_equal(netp_modbus_mbap_parse(b, n + 7 + more, &g), n + 7);
            is_frame(&g, 0x1234, frame + 7, n);
            assert_ptr_equal(g.pdu, b + 7);
        }
        free(b);
    }
}

static ptrdiff_t mbap(const char *head)
{
    uint8_t p[6 + 254 + 1] = {0};
    struct netp_modbus_frame f;

    unhex(head, p);
    return netp_modbus_mbap_parse(p, sizeof p, &f);
}

static void test_mbap_lies(void **state)
{
    (void)state;
    assert_int_equal(mbap("000100000002"), 8);
    assert_int_equal(mbap("0001000000fe"), 260);
    assert_int_equal(mbap("000100010002"), NETP_E_SYNTAX);
    assert_int_equal(mbap("000101000002"), NETP_E_SYNTAX);
    assert_int_equal(mbap("000100000000"), NETP_E_LIMIT);
    assert_int_equal(mbap("000100000001"), NETP_E_LIMIT);
    assert_int_equal(mbap("0001000000ff"), NETP_E_LIMIT);
    assert_int_equal(mbap("000100000102"), NETP_E_LIMIT);
    assert_int_equal(mbap("00010000ffff"), NETP_E_LIMIT);
    assert_int_equal(mbap("00010001ffff"), NETP_E_SYNTAX); /* the first fault counts */
}

static void test_rtu(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(examples); i++) {
        uint8_t frame[NETP_MODBUS_RTU_MAX] = {17};
        size_t n = unhex(examples[i].pdu, frame + 1);
        struct netp_modbus_frame f = {frame + 1, n, 7, 17}, g;

        frame[n + 1] = (uint8_t)examples[i].crc;
        frame[n + 2] = (uint8_t)(examples[i].crc >> 8);
        writes(NETP_MODBUS_RTU, &f, frame, n + 3);
        uint8_t *b = exact(frame, n + 3);
        assert_int_equal(netp_modbus_rtu_parse(b, n + 3, &g), NETP_OK);
        is_frame(&g, 0, frame + 1, n);
        assert_ptr_equal(g.pdu, b + 1);
        for (size_t bit = 0; bit < 8 * (n + 3); bit++) {
            b[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_equal(netp_modbus_rtu_parse(b, n + 3, &g), NETP_E_SYNTAX);
            b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        b[n + 1] = frame[n + 2]; /* high byte first */
        b[n + 2] = frame[n + 1];
        assert_int_equal(netp_modbus_rtu_parse(b, n + 3, &g), NETP_E_SYNTAX);
        free(b);
    }
}

static void test_rtu_sizes(void **state)
{
    /* The CRC of nothing is its start value: two bytes FF are "sound", and no frame. */
    static const uint8_t ff[] = {0xff, 0xff, 0xff};
    uint8_t p[NETP_MODBUS_RTU_MAX + 1] = {1}, pdu[NETP_MODBUS_PDU_MAX + 1] = {0x41};
    struct netp_modbus_frame f = {pdu, NETP_MODBUS_PDU_MAX, 0, 1}, g;

    (void)state;
    assert_int_equal(netp_modbus_rtu_parse(ff, 0, &g), NETP_E_TRUNCATED);
    assert_int_equal(netp_modbus_rtu_parse(ff, 2, &g), NETP_E_TRUNCATED);
    assert_int_equal(netp_modbus_rtu_parse(ff, 3, &g), NETP_E_TRUNCATED);
    assert_int_equal(netp_modbus_frame_write(NETP_MODBUS_RTU, p, sizeof p, &f), 256);
    assert_int_equal(netp_modbus_rtu_parse(p, 256, &g), NETP_OK);
    assert_int_equal(netp_modbus_rtu_parse(p, 257, &g), NETP_E_LIMIT);
    assert_int_equal(netp_modbus_frame_write(NETP_MODBUS_MBAP, p, sizeof p, &f), NETP_E_NOSPACE);
    f.n = 1;
    assert_int_equal(netp_modbus_frame_write(NETP_MODBUS_RTU, p, sizeof p, &f), 4);
    assert_int_equal(netp_modbus_rtu_parse(p, 4, &g), NETP_OK);
    for (unsigned framing = NETP_MODBUS_MBAP; framing <= NETP_MODBUS_ASCII; framing++) {
        f.n = 0;
        assert_int_equal(netp_modbus_frame_write((enum netp_modbus_framing)framing, p, 513, &f),
                         NETP_E_ARG);
        f.n = NETP_MODBUS_PDU_MAX + 1;
        assert_int_equal(netp_modbus_frame_write((enum netp_modbus_framing)framing, p, 513, &f),
                         NETP_E_ARG);
    }
}

/* What the length of frame[0..n) is said to be, from every part of it. */
static void predicts(const uint8_t *frame, size_t n, enum netp_modbus_direction direction)
{
    bool known = false;

    for (size_t k = 0; k <= n; k++) {
        uint8_t *b = exact(frame, k);
        ptrdiff_t length = netp_modbus_rtu_length(b, k, direction);

        assert_true(length == (ptrdiff_t)n || (length == 0 && !known));
        known = length > 0;
        free(b);
    }
    assert_true(known);
}

static void test_rtu_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(examples); i++) {
        uint8_t frame[NETP_MODBUS_RTU_MAX] = {17};
        size_t n = unhex(examples[i].pdu, frame + 1) + 3;

        if ((examples[i].is & REQUEST) != 0) {
            predicts(frame, n, NETP_MODBUS_REQUEST);
        }
        if ((examples[i].is & RESPONSE) != 0) {
            predicts(frame, n, NETP_MODBUS_RESPONSE);
        }
    }
    predicts((const uint8_t *)"\x11\x83\x02\xc1\x34", 5, NETP_MODBUS_RESPONSE);
}

static ptrdiff_t length(const char *hex, enum netp_modbus_direction direction)
{
    uint8_t p[300];
    size_t n = unhex(hex, p);
    uint8_t *b = exact(p, n);
    ptrdiff_t r = netp_modbus_rtu_length(b, n, direction);

    free(b);
    return r;
}

static void test_rtu_length_unknown(void **state)
{
    char objects[2 * 300 + 1] = "112b0e0301000040"; /* 64 empty ones */

    (void)state;
    assert_int_equal(length("1100", NETP_MODBUS_REQUEST), NETP_E_UNSUPPORTED);
    assert_int_equal(length("1100", NETP_MODBUS_RESPONSE), NETP_E_UNSUPPORTED);
    assert_int_equal(length("1109", NETP_MODBUS_REQUEST), NETP_E_UNSUPPORTED);
    assert_int_equal(length("1119", NETP_MODBUS_REQUEST), NETP_E_UNSUPPORTED);
    assert_int_equal(length("1119", NETP_MODBUS_RESPONSE), NETP_E_UNSUPPORTED);
    assert_int_equal(length("1183", NETP_MODBUS_REQUEST), NETP_E_UNSUPPORTED);
    assert_int_equal(length("117f", NETP_MODBUS_RESPONSE), NETP_E_UNSUPPORTED);
    assert_int_equal(length("1180", NETP_MODBUS_RESPONSE), 5);
    assert_int_equal(length("11ff", NETP_MODBUS_RESPONSE), 5);
    assert_int_equal(length("112b", NETP_MODBUS_REQUEST), 0);
    assert_int_equal(length("112b0d", NETP_MODBUS_REQUEST), NETP_E_UNSUPPORTED);
    assert_int_equal(length("112b0d", NETP_MODBUS_RESPONSE), NETP_E_UNSUPPORTED);
    /* 256 bytes are a frame, 257 none */
    assert_int_equal(length("1103fb", NETP_MODBUS_RESPONSE), 256);
    assert_int_equal(length("1103fc", NETP_MODBUS_RESPONSE), NETP_E_LIMIT);
    assert_int_equal(length("111000000000f7", NETP_MODBUS_REQUEST), 256);
    assert_int_equal(length("111000000000f8", NETP_MODBUS_REQUEST), NETP_E_LIMIT);
    assert_int_equal(length("111800fa", NETP_MODBUS_RESPONSE), 256);
    assert_int_equal(length("111800fb", NETP_MODBUS_RESPONSE), NETP_E_LIMIT);
    assert_int_equal(length("11180100", NETP_MODBUS_RESPONSE), NETP_E_LIMIT);
    /* objects: the last of 244 bytes fills the frame, one of 245 does not fit */
    assert_int_equal(length("112b0e030100000100f4", NETP_MODBUS_RESPONSE), 256);
    assert_int_equal(length("112b0e030100000100f5", NETP_MODBUS_RESPONSE), NETP_E_LIMIT);
    assert_int_equal(length("112b0e030100000200f6", NETP_MODBUS_RESPONSE), 0);
    assert_int_equal(length("112b0e030100000200f7", NETP_MODBUS_RESPONSE), NETP_E_LIMIT);
    assert_int_equal(length("112b0e0301000000", NETP_MODBUS_RESPONSE), 10);
    for (size_t i = 16; i < 600; i += 2) {
        memcpy(objects + i, "00", 3);
    }
    assert_int_equal(length(objects, NETP_MODBUS_RESPONSE), 8 + 64 * 2 + 2);
}

/* The ASCII frame of an example; its length. */
static size_t ascii(const struct example *e, char frame[NETP_MODBUS_ASCII_MAX + 1])
{
    int n = snprintf(frame, NETP_MODBUS_ASCII_MAX + 1, ":11%s%02X\r\n", e->pdu, e->lrc);

    for (int i = 0; i < n; i++) {
        frame[i] = (char)(frame[i] >= 'a' ? frame[i] - 'a' + 'A' : frame[i]);
    }
    return (size_t)n;
}

static void test_ascii(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(examples); i++) {
        char frame[NETP_MODBUS_ASCII_MAX + 1];
        uint8_t pdu[NETP_MODBUS_PDU_MAX];
        size_t n = unhex(examples[i].pdu, pdu), chars = ascii(&examples[i], frame);
        struct netp_modbus_frame f = {pdu, n, 7, 17}, g;

        writes(NETP_MODBUS_ASCII, &f, (const uint8_t *)frame, chars);
        uint8_t *b = exact(frame, chars), *to = malloc(n + 2);
        assert_int_equal(netp_modbus_ascii_parse(b, chars, to, n + 1, &g), NETP_E_NOSPACE);
        assert_int_equal(netp_modbus_ascii_parse(b, chars, to, n + 2, &g), NETP_OK);
        is_frame(&g, 0, pdu, n);
        assert_ptr_equal(g.pdu, to + 1);
        assert_int_equal(netp_modbus_ascii_parse(b, chars, b, chars, &g), NETP_OK); /* in place */
        is_frame(&g, 0, pdu, n);
        free(b);
        free(to);
    }
}

static int ascii_result(const char *s)
{
    uint8_t *b = exact(s, strlen(s)), to[NETP_MODBUS_RTU_MAX];
    struct netp_modbus_frame f;
    int r = netp_modbus_ascii_parse(b, strlen(s), to, sizeof to, &f);

    free(b);
    return r;
}

static void test_ascii_bad(void **state)
{
    static const char *const bad[] = {
        "",
        ":",
        ":\r\n",
        ":00\r\n",                 /* an LRC alone */
        ":11EF\r\n",               /* no function */
        "110100130013C8\r\n",      /* no colon */
        ";110100130013C8\r\n",     /* another */
        ":110100130013C7\r\n",     /* LRC */
        ":110100130013c8\r\n",     /* small letters */
        ":11010013001:C8\r\n",     /* behind 9 */
        ":1101001300/3C8\r\n",     /* before 0 */
        ":110100130@13C8\r\n",     /* before A */
        ":1101001300G3C8\r\n",     /* behind F */
        ":11G7E8\r\n",             /* no digit, though the LRC would be right */
        ":0G07E9\r\n",             /* */
        ":1101001300130C8\r\n",    /* odd */
        ":110100130013C8\n\r",     /* ends */
        ":110100130013C8 \n",      /* */
        ":110100130013C8\r ",      /* */
        ":110100130013C8\r\n\r\n", /* */
        ":110100 30013C8\r\n",
    };

    char frame[NETP_MODBUS_ASCII_MAX + 3];

    (void)state;
    memset(frame, '0', sizeof frame - 1);
    memcpy(frame, ":1164", 5);
    memcpy(frame + 509, "8B\r\n", 5);
    assert_int_equal(ascii_result(frame), NETP_OK);
    memcpy(frame + 509, "008B\r\n", 7);
    assert_int_equal(ascii_result(frame), NETP_E_LIMIT);
    assert_int_equal(ascii_result(":110100130013C8\r\n"), NETP_OK);
    assert_int_equal(ascii_result(":1107E8\r\n"), NETP_OK);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(ascii_result(bad[i]), NETP_E_SYNTAX);
    }
}

/* The PDU lies where the frame is to be. */
static void test_in_place(void **state)
{
    static const struct {
        enum netp_modbus_framing framing;
        size_t head, n;
    } all[] = {{NETP_MODBUS_MBAP, NETP_MODBUS_MBAP_HEAD, NETP_MODBUS_MBAP_MAX},
               {NETP_MODBUS_RTU, NETP_MODBUS_RTU_HEAD, NETP_MODBUS_RTU_MAX},
               {NETP_MODBUS_ASCII, NETP_MODBUS_RTU_HEAD, NETP_MODBUS_ASCII_MAX}};
    uint8_t pdu[NETP_MODBUS_PDU_MAX], apart[NETP_MODBUS_FRAME_MAX], p[NETP_MODBUS_FRAME_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof pdu; i++) {
        pdu[i] = (uint8_t)(i * 7 + 1);
    }
    for (size_t i = 0; i < COUNT(all); i++) {
        struct netp_modbus_frame f = {pdu, sizeof pdu, 0xfedc, 247};

        assert_int_equal(netp_modbus_frame_write(all[i].framing, apart, sizeof apart, &f),
                         all[i].n);
        memcpy(p + all[i].head, pdu, sizeof pdu);
        f.pdu = p + all[i].head;
        assert_int_equal(netp_modbus_frame_write(all[i].framing, p, all[i].n, &f), all[i].n);
        assert_memory_equal(p, apart, all[i].n);
    }
}

/* Serial 2.5.1.1: 3.5 and 1.5 characters of 11 bits, above 19200 Bd 1750 and 750 us. */
static void test_silence(void **state)
{
    (void)state;
    assert_int_equal(netp_modbus_t35_us(9600), 4011); /* 4010.4 */
    assert_int_equal(netp_modbus_t15_us(9600), 1719); /* 1718.75 */
    assert_int_equal(netp_modbus_t35_us(19200), 2006);
    assert_int_equal(netp_modbus_t15_us(19200), 860);
    assert_int_equal(netp_modbus_t35_us(19201), 1750);
    assert_int_equal(netp_modbus_t15_us(19201), 750);
    assert_int_equal(netp_modbus_t35_us(115200), 1750);
    assert_int_equal(netp_modbus_t15_us(UINT32_MAX), 750);
    assert_int_equal(netp_modbus_t35_us(1), 38500000);
    assert_int_equal(netp_modbus_t15_us(1), 16500000);
    assert_int_equal(netp_modbus_t35_us(11000), 3500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mbap),       cmocka_unit_test(test_mbap_lies),
        cmocka_unit_test(test_rtu),        cmocka_unit_test(test_rtu_sizes),
        cmocka_unit_test(test_rtu_length), cmocka_unit_test(test_rtu_length_unknown),
        cmocka_unit_test(test_ascii),      cmocka_unit_test(test_ascii_bad),
        cmocka_unit_test(test_in_place),   cmocka_unit_test(test_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
