/* test_base64.c - base64 against RFC 4648 and python3's base64 module.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/base64.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Section 10, and the bytes 0 to 255 as python3 has them. */
static const struct {
    const char *bytes;
    size_t n;
    const char *text;
} vectors[] = {
#define S(literal) literal, sizeof(literal) - 1
    {S(""), ""},
    {S("f"), "Zg=="},
    {S("fo"), "Zm8="},
    {S("foo"), "Zm9v"},
    {S("foob"), "Zm9vYg=="},
    {S("fooba"), "Zm9vYmE="},
    {S("foobar"), "Zm9vYmFy"},
    {S("\0"), "AA=="},
    {S("\0\0\0\0"), "AAAAAA=="},
    {S("\xff\xff\xff\xff\xff"), "//////8="},
    {S("\xfb\xef\xbe"), "++++"},
};

static const char all_bytes[] =
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0"
    "BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+A"
    "gYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wM"
    "HCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/w==";

/* Decodes s from and to blocks of exact size; the bytes in *out are the caller's to free. */
static ptrdiff_t decode(const char *s, size_t n, size_t cap, char **out)
{
    char *text = malloc(n);
    *out = malloc(cap);
    memcpy(text, s, n);
    ptrdiff_t r = netp_base64_decode(*out, cap, netp_str_make(text, n));
    free(text);
    return r;
}

static void check(const char *bytes, size_t n, const char *text)
{
    size_t len = strlen(text);
    char *in = malloc(n), *out = malloc(len);
    memcpy(in, bytes, n);

    assert_int_equal(NETP_BASE64_LEN(n), len);
    assert_int_equal(netp_base64_encode(out, len, in, n), len);
    assert_memory_equal(out, text, len);
    if (len > 0) {
        assert_int_equal(netp_base64_encode(out, len - 1, in, n), NETP_E_NOSPACE);
    }
    free(out);

    assert_true(NETP_BASE64_MAX(len) >= n && NETP_BASE64_MAX(len) <= n + 2);
    assert_int_equal(decode(text, len, n, &out), n);
    assert_memory_equal(out, bytes, n);
    free(out);
    if (n > 0) {
        assert_int_equal(decode(text, len, n - 1, &out), NETP_E_NOSPACE);
        free(out);
    }
    free(in);
}

static void vectors_go_both_ways(void **state)
{
    char bytes[256];

    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        check(vectors[i].bytes, vectors[i].n, vectors[i].text);
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)i;
    }
    check(bytes, sizeof bytes, all_bytes);
}

static void decoding_is_strict(void **state)
{
    static const struct {
        const char *s;
        size_t n;
    } bad[] = {
        {S("Z")},        {S("Zg")},           {S("Zg=")},   {S("Zm9vY")},    {S("=")},
        {S("==")},       {S("====")},         {S("Z===")},  {S("A===")},     {S("AA=A")},
        {S("=g==")},     {S("Zg=v")},         {S("Zm=v")},  {S("Zg==Zg==")}, {S("Zm8=Zm8=")},
        {S("Zm9v\r\n")}, {S("Zm9v\r\n\r\n")}, {S("Zm 9")},  {S(" m9v")},     {S("Zm9v    ")},
        {S("Zm9-")},     {S("Zm9_")},         {S("Zm9\0")}, {S("Zm9\xff")},  {S("Zm9@")},
        {S("Zm9[")},     {S("Zm9`")},         {S("Zm9{")},  {S("Zm9:")},     {S("Zm9.")},
        {S("Zh==")}, /* bits under the padding: 1 of
                        4, */
        {S("Zo==")}, /* 8 of 4, */
        {S("Zm9=")}, /* 1 of 2, */
        {S("Zm+=")}, /* 2 of 2 */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        char *out;
        assert_int_equal(decode(bad[i].s, bad[i].n, 16, &out), NETP_E_SYNTAX);
        free(out);
    }
}

static void decoding_in_place(void **state)
{
    char buf[] = "Zm9vYmE=";

    (void)state;
    assert_int_equal(netp_base64_decode(buf, sizeof buf, netp_str_of(buf)), 5);
    assert_memory_equal(buf, "fooba", 5);
    assert_int_equal(netp_base64_decode(NULL, 0, netp_str_make(NULL, 0)), 0);
    assert_int_equal(netp_base64_encode(NULL, 0, NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_go_both_ways),
        cmocka_unit_test(decoding_is_strict),
        cmocka_unit_test(decoding_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
