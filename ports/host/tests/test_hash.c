/* test_hash.c - the hash functions of OpenSSL. SPDX-License-Identifier: MIT */
#include <netproto/host/hash.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Of "abc": RFC 1321 section A.5, FIPS 180-4's examples. */
static const struct {
    const char *name, *hex;
} abc[] = {
    {"SHA-512-256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"},
    {"SHA-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"MD5", "900150983cd24fb0d6963f7d28e17f72"},
    {"SHA-512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {"SHA-1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
};

static void assert_hex(const uint8_t *p, size_t n, const char *want)
{
    char hex[2 * NETP_HASH_SIZE_MAX + 1] = "";

    for (size_t i = 0; i < n; i++) {
        snprintf(hex + 2 * i, 3, "%02x", p[i]);
    }
    assert_string_equal(hex, want);
}

static void the_list_is_complete(void **state)
{
    const struct netp_hash *const *list = netp_hashes();
    const struct netp_str parts[] = {NETP_STR("a"), {NULL, 0}, NETP_STR("bc")};
    uint8_t out[NETP_HASH_SIZE_MAX];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof abc / sizeof *abc; i++) {
        assert_string_equal(list[i]->name, abc[i].name);
        assert_true(list[i]->run(list[i], parts, 3, out));
        assert_hex(out, list[i]->size, abc[i].hex);
        assert_true(list[i]->block <= NETP_HASH_BLOCK_MAX);
    }
    assert_null(list[i]);
}

/* RFC 4231 section 4.3: what shows that the sizes of the blocks are right. */
static void codes_are_right(void **state)
{
    uint8_t out[NETP_HASH_SIZE_MAX];
    struct netp_str key = NETP_STR("Jefe"), text = NETP_STR("what do ya want for nothing?");

    (void)state;
    assert_true(netp_hmac(netp_hash_named(NETP_STR("SHA-512")), key, text, out));
    assert_hex(out, 64,
               "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
               "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
    assert_true(netp_hmac(netp_hash_named(NETP_STR("SHA-256")), key, text, out));
    assert_hex(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_true(netp_hmac(netp_hash_named(NETP_STR("SHA-1")), key, text, out)); /* RFC 2202 */
    assert_hex(out, 20, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

static void names_are_found(void **state)
{
    static const char *const bad[] = {"", "sha", "sha-2567", "sha-25", "sha-384", "md5 ", "-"};

    (void)state;
    assert_string_equal(netp_hash_named(NETP_STR("sha256"))->name, "SHA-256");
    assert_string_equal(netp_hash_named(NETP_STR("SHA-256"))->name, "SHA-256");
    assert_string_equal(netp_hash_named(NETP_STR("Sha512"))->name, "SHA-512");
    assert_string_equal(netp_hash_named(NETP_STR("sha-512-256"))->name, "SHA-512-256");
    assert_string_equal(netp_hash_named(NETP_STR("sha1"))->name, "SHA-1");
    assert_string_equal(netp_hash_named(NETP_STR("md5"))->name, "MD5");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(netp_hash_named(netp_str_of(bad[i])));
    }
}

static void digests_are_made_piece_by_piece(void **state)
{
    uint8_t out[NETP_HASH_SIZE_MAX];
    struct netp_hasher h;

    (void)state;
    for (size_t i = 0; i < sizeof abc / sizeof *abc; i++) {
        assert_true(netp_hasher_begin(&h, netp_hashes()[i]));
        netp_hasher_add(&h, "ab", 2);
        netp_hasher_add(&h, NULL, 0);
        netp_hasher_add(&h, "c", 1);
        size_t size = h.size;
        assert_true(netp_hasher_end(&h, out));
        assert_hex(out, size, abc[i].hex);
    }
    netp_hasher_add(&h, "x", 1); /* after its end, or dropped: no harm */
    assert_false(netp_hasher_end(&h, out));
    assert_true(netp_hasher_begin(&h, netp_hashes()[0]));
    netp_hasher_drop(&h);
    netp_hasher_drop(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_complete),
        cmocka_unit_test(codes_are_right),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(digests_are_made_piece_by_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
