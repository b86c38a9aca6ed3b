/* test_crc.c - the CRCs against published values.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/crc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* The check values of "123456789" are those of the CRC catalogue (CRC-16/MODBUS, CRC-32/ISO-HDLC);
 * 02 07 is the example of Modbus over Serial Line 1.02, section 6.2.2, sent as 41 12; the other
 * values of CRC-32 are python3's zlib.crc32(), of CRC-16 its bit-by-bit definition. */
static const struct {
    const char *p;
    size_t n;
    uint16_t crc16;
    uint32_t crc32;
} vectors[] = {
#define S(literal) literal, sizeof(literal) - 1
    {S(""), 0xffff, 0},
    {S("123456789"), 0x4b37, 0xcbf43926},
    {S("\x02\x07"), 0x1241, 0xed8be5de},
    {S("\0"), 0x40bf, 0xd202ef8d},
    {S("\xff\xff\xff\xff"), 0xb001, 0xffffffff},
    {S("The quick brown fox jumps over the lazy dog"), 0xa89c, 0x414fa339},
};

static void published_values_at_every_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        for (size_t k = 0; k <= vectors[i].n; k++) {
            uint16_t c16 = netp_crc16(NETP_CRC16_START, vectors[i].p, k);
            uint32_t c32 = netp_crc32(NETP_CRC32_START, vectors[i].p, k);
            c16 = netp_crc16(c16, vectors[i].p + k, vectors[i].n - k);
            c32 = netp_crc32(c32, vectors[i].p + k, vectors[i].n - k);
            assert_int_equal(c16, vectors[i].crc16);
            assert_int_equal(c32, vectors[i].crc32);
        }
    }
    assert_int_equal(netp_crc16(7, NULL, 0), 7);
    assert_int_equal(netp_crc32(7, NULL, 0), 7);
}

/* Every entry of the tables: the CRCs of all single bytes, as a sum. */
static void every_byte_counts(void **state)
{
    uint32_t sum16 = 0, sum32 = 0;

    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        uint8_t b = (uint8_t)i;
        sum16 += netp_crc16(NETP_CRC16_START, &b, 1) * (i + 1);
        sum32 += netp_crc32(NETP_CRC32_START, &b, 1) * (i + 1);
    }
    assert_int_equal(sum16, 0x404f5f40);
    assert_int_equal(sum32, 0xffabbec0);
}

/* A message followed by its CRC, low byte first, has the remainder 0. */
static void crc16_of_a_frame_is_zero(void **state)
{
    static const uint8_t frame[] = {0x02, 0x07, 0x41, 0x12};

    (void)state;
    assert_int_equal(netp_crc16(NETP_CRC16_START, frame, sizeof frame), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values_at_every_split),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(crc16_of_a_frame_is_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
