/* test_sntp_server.c - answers, and how many. SPDX-License-Identifier: MIT */
#include <netproto/bytes.h>
#include <netproto/sntp_server.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define T2 0xe900000000000001u
#define T3 0xe900000000000002u

static const struct netp_sntp_server good = {
    1, 2, -20, 0x10203, 0x40506, 0xc0000201, 0xe8ffffff00000000u};

static void request(uint8_t p[48], unsigned version, unsigned mode)
{
    memset(p, 0x5a, 48);
    p[0] = (uint8_t)(version << 3 | mode);
    p[2] = 9;
    memcpy(p + 40, "NONCE123", 8);
}

/* RFC 5905 figure 22: what the answer has in each field. */
static void test_answer(void **state)
{
    struct netp_sntp_packet k;
    uint8_t p[48], out[48];
    (void)state;
    for (unsigned version = 1; version <= 4; version++) {
        request(p, version, 3);
        assert_int_equal(netp_sntp_answer(&good, p, 48, T2, T3, out), 48);
        netp_sntp_parse(out, 48, &k);
        assert_int_equal(k.leap, 1);
        assert_int_equal(k.version, version);
        assert_int_equal(k.mode, NETP_SNTP_SERVER);
        assert_int_equal(k.stratum, 2);
        assert_int_equal(k.poll, 9);
        assert_int_equal(k.precision, -20);
        assert_int_equal(k.root_delay, 0x10203);
        assert_int_equal(k.root_dispersion, 0x40506);
        assert_int_equal(k.refid, 0xc0000201);
        assert_true(k.reference == 0xe8ffffff00000000);
        assert_true(k.origin == netp_rd64be((const uint8_t *)"NONCE123"));
        assert_true(k.receive == T2);
        assert_true(k.transmit == T3);
    }
}

static void test_no_answer(void **state)
{
    uint8_t p[52], out[48];
    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        bool due = (i & 7) == 3 && i >> 3 >= 1 && i >> 3 <= 4;
        request(p, i >> 3, i & 7);
        assert_int_equal(netp_sntp_answer(&good, p, 48, T2, T3, out), due ? 48 : 0);
        assert_int_equal(netp_sntp_kiss(NETP_SNTP_RATE, 6, p, 48, T2, out), due ? 48 : 0);
        p[0] |= 0xc0; /* the client's clock is not set: so it asks */
        assert_int_equal(netp_sntp_answer(&good, p, 48, T2, T3, out), due ? 48 : 0);
    }
    request(p, 4, 3);
    for (size_t n = 0; n <= 52; n++) {
        assert_int_equal(netp_sntp_answer(&good, p, n, T2, T3, out), n == 48 ? 48 : 0);
    }
    assert_int_equal(netp_sntp_answer(&good, NULL, 0, T2, T3, out), 0);
}

static void check_not_synchronised(uint8_t leap, uint8_t stratum)
{
    struct netp_sntp_server s = good;
    struct netp_sntp_packet k;
    uint8_t p[48], out[48];

    s.leap = leap;
    s.stratum = stratum;
    request(p, 4, 3);
    assert_int_equal(netp_sntp_answer(&s, p, 48, T2, T3, out), 48);
    netp_sntp_parse(out, 48, &k);
    assert_int_equal(k.leap, 3);
    assert_int_equal(k.stratum, 0);
    assert_int_equal(k.refid, 0);
    assert_true(k.reference == 0);
    assert_true(k.receive == T2 && k.transmit == T3);
}

static void test_not_synchronised(void **state)
{
    (void)state;
    check_not_synchronised(3, 2);
    check_not_synchronised(0, 0);
    check_not_synchronised(0, 16);
    check_not_synchronised(0, 255);
}

static void test_strata(void **state)
{
    struct netp_sntp_server s = good;
    uint8_t p[48], out[48];
    (void)state;
    request(p, 4, 3);
    for (s.leap = 0, s.stratum = 1; s.stratum < 16; s.stratum += 14, s.leap = 2) {
        netp_sntp_answer(&s, p, 48, T2, T3, out);
        assert_int_equal(out[0] >> 6, s.leap);
        assert_int_equal(out[1], s.stratum);
    }
}

static void test_kiss(void **state)
{
    struct netp_sntp_packet k;
    uint8_t p[48], out[48];
    (void)state;
    request(p, 3, 3);
    assert_int_equal(netp_sntp_kiss(NETP_SNTP_DENY, 10, p, 48, T2, out), 48);
    netp_sntp_parse(out, 48, &k);
    assert_int_equal(k.leap, 3);
    assert_int_equal(k.version, 3);
    assert_int_equal(k.mode, NETP_SNTP_SERVER);
    assert_int_equal(k.stratum, 0);
    assert_int_equal(k.poll, 10);
    assert_int_equal(k.refid, 0x44454e59);
    assert_true(k.origin == netp_rd64be((const uint8_t *)"NONCE123"));
    assert_true(k.receive == T2 && k.transmit == T2);
    assert_memory_equal(out + 12, "DENY", 4);
}

/* --- the rate -------------------------------------------------------------------------------- */

static struct netp_sntp_client_rate table[64];

static struct netp_addr v4(uint32_t ip)
{
    struct netp_addr a = {{0}, 0, 1234, 4};

    netp_wr32be(a.ip, ip);
    return a;
}

static struct netp_sntp_rate limit(size_t n, uint16_t burst, uint8_t kiss_every)
{
    memset(table, 0, sizeof table);
    return (struct netp_sntp_rate){table, n, 12345, 1000, burst, kiss_every};
}

/* Three at once, then one a second; of those over it the first and each fourth is told. */
static void test_rate(void **state)
{
    static const enum netp_sntp_verdict over[] = {NETP_SNTP_TELL, NETP_SNTP_DROP, NETP_SNTP_DROP,
                                                  NETP_SNTP_DROP, NETP_SNTP_TELL, NETP_SNTP_DROP};
    struct netp_sntp_rate r = limit(4, 3, 4);
    struct netp_addr a = v4(0x0a000001);
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(netp_sntp_rate(&r, &a, 5000), NETP_SNTP_PASS);
    }
    for (unsigned i = 0; i < 6; i++) {
        a.port++; /* the address counts, not the port */
        assert_int_equal(netp_sntp_rate(&r, &a, 5999), over[i]);
    }
    assert_int_equal(netp_sntp_rate(&r, &a, 6000), NETP_SNTP_PASS);
    assert_int_equal(netp_sntp_rate(&r, &a, 6000), NETP_SNTP_TELL);
    assert_int_equal(netp_sntp_rate(&r, &a, 8001), NETP_SNTP_PASS);
    assert_int_equal(netp_sntp_rate(&r, &a, 8001), NETP_SNTP_PASS);
    assert_int_equal(netp_sntp_rate(&r, &a, 8001), NETP_SNTP_TELL);
    for (unsigned i = 0; i < 3; i++) { /* long silence is worth no more than the burst */
        assert_int_equal(netp_sntp_rate(&r, &a, 9000000), NETP_SNTP_PASS);
    }
    assert_int_equal(netp_sntp_rate(&r, &a, 9000000), NETP_SNTP_TELL);
}

static void test_no_kisses(void **state)
{
    struct netp_sntp_rate r = limit(4, 1, 0);
    struct netp_addr a = v4(0x0a000001);
    (void)state;
    assert_int_equal(netp_sntp_rate(&r, &a, 0), NETP_SNTP_PASS);
    for (unsigned i = 0; i < 600; i++) {
        assert_int_equal(netp_sntp_rate(&r, &a, 0), NETP_SNTP_DROP);
    }
    r = limit(4, 1, 1);
    assert_int_equal(netp_sntp_rate(&r, &a, 0), NETP_SNTP_PASS);
    assert_int_equal(netp_sntp_rate(&r, &a, 0), NETP_SNTP_TELL);
    assert_int_equal(netp_sntp_rate(&r, &a, 0), NETP_SNTP_DROP);
    assert_int_equal(netp_sntp_rate(&r, &a, 0), NETP_SNTP_TELL);
}

/* Four places: the fifth address takes that of the one that was silent longest. */
static void test_who_is_forgotten(void **state)
{
    struct netp_sntp_rate r = limit(4, 1, 0);
    struct netp_addr a[5];
    (void)state;
    for (uint32_t i = 0; i < 5; i++) {
        a[i] = v4(0x0a000001 + i);
    }
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(netp_sntp_rate(&r, &a[i], 100 + i), NETP_SNTP_PASS);
    }
    assert_int_equal(netp_sntp_rate(&r, &a[0], 110), NETP_SNTP_DROP);
    assert_int_equal(netp_sntp_rate(&r, &a[4], 120), NETP_SNTP_PASS); /* in place of a[1] */
    assert_int_equal(netp_sntp_rate(&r, &a[0], 130), NETP_SNTP_DROP);
    assert_int_equal(netp_sntp_rate(&r, &a[2], 130), NETP_SNTP_DROP);
    assert_int_equal(netp_sntp_rate(&r, &a[3], 130), NETP_SNTP_DROP);
    assert_int_equal(netp_sntp_rate(&r, &a[1], 140), NETP_SNTP_PASS);
}

static void test_families(void **state)
{
    struct netp_sntp_rate r = limit(64, 1, 0);
    struct netp_addr a = {{0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 9}, 0, 1, 6}, b = a, c = a;
    struct netp_addr d = {{0, 0, 0, 0, 10, 0, 0, 1}, 0, 1, 6}, e = v4(0x0a000001);
    (void)state;
    b.ip[15] = 7; /* the same network of 64 bits */
    c.ip[7] = 2;
    assert_int_equal(netp_sntp_rate(&r, &a, 0), NETP_SNTP_PASS);
    assert_int_equal(netp_sntp_rate(&r, &b, 0), NETP_SNTP_DROP);
    assert_int_equal(netp_sntp_rate(&r, &c, 0), NETP_SNTP_PASS);
    assert_int_equal(netp_sntp_rate(&r, &d, 0), NETP_SNTP_PASS);
    assert_int_equal(netp_sntp_rate(&r, &e, 0), NETP_SNTP_PASS);
}

/* Over the place where 32 bits of milliseconds end. */
static void test_time_wraps(void **state)
{
    struct netp_sntp_rate r = limit(4, 1, 0);
    struct netp_addr a = v4(1);
    (void)state;
    assert_int_equal(netp_sntp_rate(&r, &a, 0xffffff00u), NETP_SNTP_PASS);
    assert_int_equal(netp_sntp_rate(&r, &a, 0x100000000u + 743), NETP_SNTP_DROP);
    assert_int_equal(netp_sntp_rate(&r, &a, 0x100000000u + 744), NETP_SNTP_PASS);
}

/* All of a larger table is used, and nothing behind it. */
static void test_spread(void **state)
{
    struct netp_sntp_rate r = limit(61, 1, 0);
    unsigned used = 0;
    (void)state;
    for (uint32_t i = 0; i < 4000; i++) {
        struct netp_addr a = v4(i * 257);
        netp_sntp_rate(&r, &a, i);
    }
    for (unsigned i = 0; i < 64; i++) {
        used += table[i].fam_ != 0;
    }
    assert_int_equal(used, 60);
    for (unsigned i = 60; i < 64; i++) {
        assert_int_equal(table[i].fam_, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_not_synchronised),
        cmocka_unit_test(test_strata),
        cmocka_unit_test(test_kiss),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_no_kisses),
        cmocka_unit_test(test_who_is_forgotten),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_time_wraps),
        cmocka_unit_test(test_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
