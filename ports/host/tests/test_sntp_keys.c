/* test_sntp_keys.c - a file of keys; AES-CMAC: RFC 4493 section 4. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/sntp_keys.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/test-sntp-keys-XXXXXX";

static struct netp_sntp_keys *load(const char *text, size_t n, unsigned *line)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
    return netp_sntp_keys_load(path, line);
}
#define LOAD(text, line) load(text, sizeof(text) - 1, line)

static void test_cmac(void **state)
{
    static const uint8_t m[40] = "\x6b\xc1\xbe\xe2\x2e\x40\x9f\x96\xe9\x3d\x7e\x11\x73\x93\x17\x2a"
                                 "\xae\x2d\x8a\x57\x1e\x03\xac\x9c\x9e\xb7\x6f\xac\x45\xaf\x8e\x51"
                                 "\x30\xc8\x1c\x46\xa3\x5c\xe4\x11";
    struct netp_str k =
        NETP_STR("\x2b\x7e\x15\x16\x28\xae\xd2\xa6\xab\xf7\x15\x88\x09\xcf\x4f\x3c");
    struct netp_sntp_key key;
    uint8_t out[16];
    (void)state;
    assert_int_equal(netp_sntp_key_cmac(&key, 4, k), NETP_OK);
    assert_int_equal(key.size, 16);
    assert_true(key.digest(&key, m, 0, out));
    assert_memory_equal(out, "\xbb\x1d\x69\x29\xe9\x59\x37\x28\x7f\xa3\x7d\x12\x9b\x75\x67\x46",
                        16);
    assert_true(key.digest(&key, m, 16, out));
    assert_memory_equal(out, "\x07\x0a\x16\xb4\x6b\x4d\x41\x44\xf7\x9b\xdd\x9d\xd0\x4a\x28\x7c",
                        16);
    assert_true(key.digest(&key, m, 40, out));
    assert_memory_equal(out, "\xdf\xa6\x67\x47\xde\x9a\xe6\x30\x30\xca\x32\x61\x14\x97\xc8\x27",
                        16);
    assert_int_equal(netp_sntp_key_cmac(&key, 0, k), NETP_E_ARG);
    assert_int_equal(netp_sntp_key_cmac(&key, 4, NETP_STR("short")), NETP_E_ARG);
}

static void test_a_file(void **state)
{
    unsigned line = 99;
    const struct netp_sntp_key *k;
    struct netp_sntp_keys *keys =
        LOAD("# a comment\n\n"
             "1 SHA1 000102030405060708090a0b0c0d0e0f10111213\n"
             "2 md5 text # not more than 20 characters\r\n"
             "\t3\tSHA256\tHEX:00ff\n"
             "4 AES128 HEX:000102030405060708090a0b0c0d0e0f\n"
             "5 AES-256 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
             "4294967295 SHA512 ASCII:text that is longer than it is\n",
             &line);
    (void)state;
    assert_null(keys); /* the last one has blanks in it */
    assert_int_equal(line, 8);
    keys = LOAD("1 SHA1 000102030405060708090a0b0c0d0e0f10111213\n2 md5 text\n3 SHA256 HEX:00ff\n"
                "4 aes128 HEX:000102030405060708090a0b0c0d0e0f\n5 AES-256 "
                "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
                "4294967295 SHA512 ascii:a-text-that-is-longer-than-20",
                &line);
    assert_non_null(keys);
    k = netp_sntp_keys_find(keys, 1);
    assert_int_equal(k->secret.n, 20);
    assert_int_equal(k->secret.p[19], 0x13);
    assert_int_equal(k->size, 20);
    k = netp_sntp_keys_find(keys, 2);
    assert_true(netp_str_eq(k->secret, NETP_STR("text")));
    assert_int_equal(k->size, 16);
    assert_true(netp_str_eq(netp_sntp_keys_find(keys, 3)->secret, NETP_STR("\0\xff")));
    assert_int_equal(netp_sntp_keys_find(keys, 4)->size, 16);
    assert_int_equal(netp_sntp_keys_find(keys, 5)->secret.n, 32);
    assert_true(netp_str_eq(netp_sntp_keys_find(keys, 4294967295)->secret,
                            NETP_STR("a-text-that-is-longer-than-20")));
    assert_null(netp_sntp_keys_find(keys, 6));
    netp_sntp_keys_free(keys);
    netp_sntp_keys_free(NULL);
}

static void test_lines_that_are_no_keys(void **state)
{
    static const char *const bad[] = {"1",
                                      "1 SHA1",
                                      "x SHA1 text",
                                      "0 SHA1 text",
                                      "0 AES128 HEX:000102030405060708090a0b0c0d0e0f",
                                      "4294967296 SHA1 text",
                                      "-1 SHA1 text",
                                      "1 SHA1 text more",
                                      "1 ROT13 text",
                                      "1 AES128 HEX:00",
                                      "1 AES192 HEX:000102030405060708090a0b0c0d0e0f",
                                      "1 SHA1 HEX:0",
                                      "1 SHA1 HEX:0g",
                                      "1 SHA1 HEX:",
                                      "1 SHA1 thisisnohexadecimalatall"};
    char text[600];
    unsigned line;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "7 MD5 good\n%s\n8 MD5 good\n", bad[i]);
        assert_null(load(text, strlen(text), &line));
        assert_int_equal(line, 2);
    }
    memset(text, 'x', sizeof text);
    memcpy(text, "1 MD5 ", 6);
    assert_null(load(text, sizeof text, &line)); /* a line that is too long */
    assert_int_equal(line, 1);
    memcpy(text, "1 MD5 ASCII:", 12);
    assert_null(load(text, 12 + 65, &line)); /* a key that is */
    assert_int_equal(line, 1);
    netp_sntp_keys_free(load(text, 12 + 64, &line));
    assert_null(netp_sntp_keys_load("/nonexistent/keys", &line));
    assert_int_equal(line, 0);
    assert_int_equal(errno, ENOENT);
    assert_null(netp_sntp_keys_load("/tmp", &line));
    assert_int_equal(line, 0);
    assert_int_equal(errno, EISDIR);
}

static int setup(void **state)
{
    int fd = mkstemp(path);
    (void)state;
    close(fd);
    return fd < 0;
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cmac),
        cmocka_unit_test(test_a_file),
        cmocka_unit_test(test_lines_that_are_no_keys),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
