/* test_sntp_mac.c - extension fields and MACs: RFC 7822, RFC 5905 section 7.3.
 * SPDX-License-Identifier: MIT */
#include "hashes.h"

#include <netproto/sntp.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A request with the MAC of "secret" by key 7, as hashlib of Python makes it. */
#define REQUEST                                                                                    \
    "\x23\0\6\xe8\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0NONCE123"
#define KEY_7     "\0\0\0\7"
#define MD5_MAC   "\x8f\xd8\x5d\xb9\xc4\x56\xa1\xc7\x3b\x88\x06\xf0\x3f\xb0\x0c\x2c"
#define SHA256_20 "\x61\xae\xe4\xd1\xda\x16\x30\x11\xfe\x81\x8e\xd8\x87\x60\x2b\xbd\xc0\xf8\x54\xf0"

/* In a block of exactly n bytes, of which the first 48 are a packet of zeros. */
static int tail_of(const void *behind, size_t n, struct netp_sntp_tail *t, size_t *at, uint8_t **p)
{
    *p = calloc(1, 48 + n);
    memcpy(*p + 48, behind, n);
    return netp_sntp_tail(*p, 48 + n, t, at);
}

/* NETP_OK, or the offset where it goes wrong. */
static int tail(const void *behind, size_t n)
{
    struct netp_sntp_tail t;
    size_t at = 0;
    uint8_t *p;
    int r = tail_of(behind, n, &t, &at, &p);

    assert_int_equal(tail_of(behind, n, &t, NULL, (free(p), &p)), r);
    free(p);
    if (r == NETP_OK) {
        assert_int_equal(t.extlen + t.maclen, n);
        return 0;
    }
    assert_int_equal(r, NETP_E_SYNTAX);
    return (int)at;
}

static void test_lengths_without_fields(void **state)
{
    static const uint8_t zeros[64];
    struct netp_sntp_tail t;
    (void)state;
    assert_int_equal(netp_sntp_tail(zeros, 47, &t, NULL), NETP_E_TRUNCATED);
    for (size_t n = 0; n <= 24; n++) {
        bool good = n == 0 || n == 4 || n == 20 || n == 24;
        assert_int_equal(tail(zeros, n), good ? 0 : 48);
    }
}

#define FIELD16 "\1\4\0\20abcdefghijkl"
#define FIELD28 "\2\4\0\34abcdefghijklmnopqrstuvwx"

static void test_fields(void **state)
{
    struct netp_sntp_tail t;
    struct netp_str v;
    uint16_t type;
    uint8_t *p;
    (void)state;
    assert_int_equal(tail_of(FIELD16 FIELD28, 44, &t, NULL, &p), NETP_OK);
    assert_int_equal(t.maclen, 0);
    assert_true(netp_sntp_ext(&t, &type, &v));
    assert_int_equal(type, 0x104);
    assert_true(netp_str_eq(v, NETP_STR("abcdefghijkl")));
    assert_true(netp_sntp_ext(&t, &type, &v));
    assert_int_equal(type, 0x204);
    assert_true(netp_str_eq(v, NETP_STR("abcdefghijklmnopqrstuvwx")));
    assert_false(netp_sntp_ext(&t, &type, &v));
    free(p);
    assert_int_equal(tail_of(FIELD16 KEY_7 MD5_MAC, 36, &t, NULL, &p), NETP_OK);
    assert_int_equal(t.extlen, 16);
    assert_ptr_equal(t.mac, p + 64);
    assert_int_equal(t.maclen, 20);
    free(p);
}

/* RFC 7822 section 7.5: a length of 16 or more, in words, and without a MAC a last one of 28. */
static void test_fields_that_are_none(void **state)
{
    uint8_t f[48] = {0};
    (void)state;
    assert_int_equal(tail(FIELD16, 16), 48);
    assert_int_equal(tail(FIELD28 FIELD16, 44), 48 + 28);
    for (unsigned n = 0; n < 64; n++) {
        f[3] = (uint8_t)n;
        bool good = n == 48 || n == 44 || n == 28 || n == 24;
        assert_int_equal(tail(f, 48), good                             ? 0
                                      : n == 16 || n == 20             ? (int)(48 + n)
                                      : n % 4 == 0 && n > 16 && n < 48 ? (int)(48 + n)
                                                                       : 48);
    }
    f[2] = f[3] = 0xff;
    assert_int_equal(tail(f, 48), 48);
    f[3] = 0xfc;
    assert_int_equal(tail(f, 48), 48);
}

static void check_key(const struct netp_hash *hash, const char *mac, uint8_t size)
{
    struct netp_sntp_key key;
    uint8_t p[48 + 24];

    assert_int_equal(netp_sntp_key_init(&key, 7, NETP_STR("secret"), hash), NETP_OK);
    assert_int_equal(key.size, size);
    memcpy(p, REQUEST, 48);
    assert_int_equal(key.sign(&key, p, 48), 52u + size);
    assert_memory_equal(p + 48, KEY_7, 4);
    assert_memory_equal(p + 52, mac, size);
    assert_int_equal(key.verify(&key, p, 52u + size), NETP_OK);
    for (size_t i = 0; i < 52u + size; i++) {
        p[i] ^= 1;
        assert_int_equal(netp_sntp_verify(&key, p, 52u + size), NETP_E_SYNTAX);
        p[i] ^= 1;
    }
    for (size_t n = 0; n < 52u + size; n++) {
        assert_int_equal(netp_sntp_verify(&key, p, n), NETP_E_SYNTAX);
    }
}

static void test_sign_and_verify(void **state)
{
    struct netp_sntp_key key;
    struct netp_hash sha1_sized = hash_sha256;
    (void)state;
    check_key(&hash_md5, MD5_MAC, 16);
    check_key(&hash_sha256, SHA256_20, 20);
    assert_int_equal(netp_sntp_key_init(&key, 0, NETP_STR("secret"), &hash_md5), NETP_E_ARG);
    sha1_sized.size = 15;
    assert_int_equal(netp_sntp_key_init(&key, 7, NETP_STR("secret"), &sha1_sized), NETP_E_ARG);
    sha1_sized.size = 19;
    netp_sntp_key_init(&key, 7, NETP_STR("secret"), &sha1_sized);
    assert_int_equal(key.size, 16);
    sha1_sized.size = 20;
    netp_sntp_key_init(&key, 7, NETP_STR("secret"), &sha1_sized);
    assert_int_equal(key.size, 20);
}

static void test_crypto_nak(void **state)
{
    struct netp_sntp_key key;
    uint8_t p[52] = {0};
    (void)state;
    netp_sntp_key_init(&key, 7, NETP_STR("secret"), &hash_md5);
    assert_int_equal(netp_sntp_verify(&key, p, 52), NETP_E_REFUSED);
    p[51] = 7;
    assert_int_equal(netp_sntp_verify(&key, p, 52), NETP_E_SYNTAX);
}

static void test_a_hash_that_fails(void **state)
{
    struct netp_sntp_key key, good;
    uint8_t p[72] = {0};
    (void)state;
    netp_sntp_key_init(&key, 7, NETP_STR("secret"), &hash_broken);
    netp_sntp_key_init(&good, 7, NETP_STR("secret"), &hash_sha256);
    assert_int_equal(netp_sntp_sign(&key, p, 48), 0);
    assert_int_equal(netp_sntp_sign(&good, p, 48), 72);
    assert_int_equal(netp_sntp_verify(&key, p, 72), NETP_E_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths_without_fields),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_fields_that_are_none),
        cmocka_unit_test(test_sign_and_verify),
        cmocka_unit_test(test_crypto_nak),
        cmocka_unit_test(test_a_hash_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
