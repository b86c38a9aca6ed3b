/* test_sntp_packet.c - the header: RFC 5905 figure 8. SPDX-License-Identifier: MIT */
#include <netproto/sntp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* LI 1, version 4, mode 4; stratum 2, poll 6, precision -23. */
static const uint8_t wire[48] = "\x64\x02\x06\xe9"
                                "\x00\x01\x02\x36\x00\x02\x03\xb7\xc0\x00\x02\x01"
                                "\xe5\xf6\x61\xfd\x6f\x16\x5f\x03\xe5\xf6\x63\xa8\x76\x19\xef\x40"
                                "\xe5\xf6\x63\xa8\x79\x8c\x65\x81\xe5\xf6\x63\xa8\x79\x8e\xae\x2b";

static void test_read(void **state)
{
    struct netp_sntp_packet k;
    uint8_t *p = malloc(48);
    (void)state;
    memcpy(p, wire, 48);
    assert_int_equal(netp_sntp_parse(p, 48, &k), NETP_OK);
    assert_int_equal(k.leap, 1);
    assert_int_equal(k.version, 4);
    assert_int_equal(k.mode, NETP_SNTP_SERVER);
    assert_int_equal(k.stratum, 2);
    assert_int_equal(k.poll, 6);
    assert_int_equal(k.precision, -23);
    assert_int_equal(k.root_delay, 0x10236);
    assert_int_equal(k.root_dispersion, 0x203b7);
    assert_int_equal(k.refid, 0xc0000201);
    assert_true(k.reference == 0xe5f661fd6f165f03);
    assert_true(k.origin == 0xe5f663a87619ef40);
    assert_true(k.receive == 0xe5f663a8798c6581);
    assert_true(k.transmit == 0xe5f663a8798eae2b);
    free(p);
}

static void test_write(void **state)
{
    struct netp_sntp_packet k;
    uint8_t *p = malloc(48);
    (void)state;
    netp_sntp_parse(wire, 48, &k);
    netp_sntp_write(&k, p);
    assert_memory_equal(p, wire, 48);
    k.leap = 7;
    k.version = 12;
    k.mode = 13;
    netp_sntp_write(&k, p);
    assert_int_equal(p[0], 3 << 6 | 4 << 3 | 5);
    free(p);
}

static void test_short(void **state)
{
    struct netp_sntp_packet k;
    (void)state;
    for (size_t n = 0; n < 48; n++) {
        uint8_t *p = malloc(n ? n : 1);
        memcpy(p, wire, n);
        assert_int_equal(netp_sntp_parse(p, n, &k), NETP_E_TRUNCATED);
        free(p);
    }
    assert_int_equal(netp_sntp_parse(wire, 48, &k), NETP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
