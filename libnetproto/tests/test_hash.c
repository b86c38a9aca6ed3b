/* test_hash.c - HMAC, and comparing in constant time. SPDX-License-Identifier: MIT */
#include "hashes.h"

#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *hex(const uint8_t *p, size_t n)
{
    static char text[2 * NETP_HASH_SIZE_MAX + 1];

    for (size_t i = 0; i < n; i++) {
        snprintf(text + 2 * i, 3, "%02x", p[i]);
    }
    return text;
}

static const char *hmac(const struct netp_hash *hash, struct netp_str key, struct netp_str text)
{
    uint8_t out[NETP_HASH_SIZE_MAX];

    return netp_hmac(hash, key, text, out) ? hex(out, hash->size) : "failed";
}

static struct netp_str filled(char *p, int c, size_t n)
{
    memset(p, c, n);
    return netp_str_make(p, n);
}

/* RFC 2202 section 2, RFC 4231 sections 4.3, 4.5, 4.7; the last by python3's hmac. */
static void codes_are_those_of_the_rfcs(void **state)
{
    static const struct netp_str large = {"Test Using Larger Than Block-Size Key - Hash Key First",
                                          54};
    char key[131], text[50];

    (void)state;
    assert_string_equal(hmac(&hash_md5, NETP_STR("Jefe"), NETP_STR("what do ya want for nothing?")),
                        "750c783e6ab0b503eaa86e310a5db738");
    assert_string_equal(
        hmac(&hash_sha256, NETP_STR("Jefe"), NETP_STR("what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_string_equal(hmac(&hash_sha256, filled(key, 0xaa, 20), filled(text, 0xdd, 50)),
                        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    assert_string_equal(hmac(&hash_sha256, filled(key, 0xaa, 131), large),
                        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    assert_string_equal(hmac(&hash_sha256, filled(key, 'k', 64), NETP_STR("text")),
                        "0414bb1d8c0c4556cdb2028727b16610ae377b1a194b6db1f853d4297f2329bc");
    assert_string_equal(hmac(&hash_sha256, filled(key, 'k', 65), NETP_STR("text")),
                        "5b69580123e3d7e788b7e8352ac37a3247b911c5ec0837147b74109a6382d3f5");
    assert_string_equal(hmac(&hash_sha512_256, filled(key, 'k', 128), NETP_STR("text")),
                        "d6437b67522f565862f1b3353d207b7d6770fa50e13301810b13b36d56fccb1e");
    assert_string_equal(hmac(&hash_sha512_256, filled(key, 'k', 129), NETP_STR("text")),
                        "c10ebea395cd0c37c03d258956b13f4da10a80a05c1e3ecca0eee902feecbcae");
}

static size_t runs_left;

static bool sometimes(const struct netp_hash *hash, const struct netp_str *part, size_t nparts,
                      uint8_t *out)
{
    return runs_left-- > 0 && hash_sha256.run(hash, part, nparts, out);
}

static void a_hash_may_fail(void **state)
{
    const struct netp_hash hash = {"SHA-256", 32, 64, sometimes};
    char key[65];

    (void)state;
    for (size_t n = 0; n < 3; n++) {
        runs_left = n;
        assert_string_equal(hmac(&hash, filled(key, 'k', 65), NETP_STR("a")), "failed");
    }
    runs_left = 1;
    assert_string_equal(hmac(&hash, filled(key, 'k', 64), NETP_STR("a")), "failed");
    runs_left = 2;
    assert_string_not_equal(hmac(&hash, filled(key, 'k', 64), NETP_STR("a")), "failed");
}

static void bytes_are_compared(void **state)
{
    uint8_t a[9] = "abcdefgh", b[9] = "abcdefgh";

    (void)state;
    assert_true(netp_equal_ct(a, b, 8));
    assert_true(netp_equal_ct(a, "x", 0));
    for (size_t i = 0; i < 8; i++) {
        for (unsigned bit = 1; bit < 256; bit *= 2) {
            b[i] = (uint8_t)(b[i] ^ bit);
            assert_false(netp_equal_ct(a, b, 8));
            assert_true(netp_equal_ct(a, b, i));
            b[i] = a[i];
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_the_rfcs),
        cmocka_unit_test(a_hash_may_fail),
        cmocka_unit_test(bytes_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
