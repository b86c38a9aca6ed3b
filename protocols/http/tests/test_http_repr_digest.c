/* test_http_repr_digest.c - digests of content. SPDX-License-Identifier: MIT */
#include "hashes.h"
#include "told.h"

#include <netproto/http_repr_digest.h>

/* RFC 9530 appendix A: {"hello": "world"} and a line feed. */
#define SHA256 "RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="
#define SHA512                                                                                     \
    "YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg=="

static struct netp_http_repr_digest parsed(const char *text)
{
    struct netp_http_repr_digest d;

    memset(&d, 0, sizeof d);
    assert_int_equal(netp_http_repr_digest_parse(netp_str_of(text), &d), NETP_OK);
    return d;
}

static const char *format(const struct netp_http_repr_digest *d)
{
    static char out[NETP_HTTP_REPR_DIGEST_CAP + 1];
    ptrdiff_t n = netp_http_repr_digest_format(d, out, NETP_HTTP_REPR_DIGEST_CAP);

    assert_true(n >= 0);
    if (n > 0) {
        assert_int_equal(netp_http_repr_digest_format(d, out, (size_t)n - 1), NETP_E_NOSPACE);
        netp_http_repr_digest_format(d, out, (size_t)n);
    }
    out[n] = '\0';
    return out;
}

static void digests_are_read_and_written(void **state)
{
    static const struct netp_str content = {"{\"hello\": \"world\"}\n", 19};
    struct netp_http_repr_digest d = parsed("sha-256=:" SHA256 ":");
    uint8_t digest[32];

    (void)state;
    assert_true(hash_sha256.run(&hash_sha256, &content, 1, digest));
    assert_true(d.has_sha256 && !d.has_sha512);
    assert_memory_equal(d.sha256, digest, 32);
    assert_string_equal(format(&d), "sha-256=:" SHA256 ":");
    d = parsed("sha-512=:" SHA512 ":");
    assert_string_equal(format(&d), "sha-512=:" SHA512 ":");
    d = parsed("sha-512=:" SHA512 ":,\t sha-256=:" SHA256 ":");
    assert_string_equal(format(&d), "sha-256=:" SHA256 ":, sha-512=:" SHA512 ":");
    assert_int_equal(strlen(format(&d)), NETP_HTTP_REPR_DIGEST_CAP);
    d = parsed("");
    assert_string_equal(format(&d), "");
    d = parsed("md5=:Sd/dVLAcvNLSq16eXua5uQ==:, unixsum=::");
    assert_string_equal(format(&d), "");
}

/* RFC 9651 section 3.2: the last of a key counts, over field lines, too. */
static void lines_are_added(void **state)
{
    struct netp_http_repr_digest d = parsed("sha-256=:" SHA256 ":");
    static const char zero[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    (void)state;
    assert_int_equal(netp_http_repr_digest_parse(NETP_STR("sha-512=:" SHA512 ":"), &d), NETP_OK);
    assert_true(d.has_sha256 && d.has_sha512);
    assert_int_equal(netp_http_repr_digest_parse(NETP_STR("sha-512=:AAAA:"), &d), NETP_E_SYNTAX);
    assert_int_equal(netp_http_repr_digest_parse(NETP_STR("sha-256=::"), &d), NETP_E_SYNTAX);
    assert_string_equal(format(&d), "sha-256=:" SHA256 ":, sha-512=:" SHA512 ":");
    d = parsed("sha-256=:" SHA256 ":, "
               "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:");
    assert_memory_equal(format(&d) + 9, zero, sizeof zero - 1);
}

static void told_digest(struct netp_str s, struct told *told)
{
    struct netp_http_repr_digest d;

    memset(&d, 0, sizeof d);
    int r = netp_http_repr_digest_parse(s, &d);
    tell(told, "%s", r == NETP_OK ? "good" : netp_errname(r));
}

#define BAD(text) ROW(text, "NETP_E_SYNTAX")

static void dictionaries(void **state)
{
    static const struct row rows[] = {
        ROW("a=:YQ==:;b;c=1;d=-1.5;e=\"x\\\"\\\\ y\";f=tok/en:;g=*;h=?1;  i=@-12;j=::", "good"),
        ROW("*=::", "good"),
        ROW("a1_-.*=::", "good"),
        ROW("a=:+/09azAZ=:", "good"),
        ROW("a=::;b=123456789012345", "good"),
        ROW("a=::;b=123456789012.123", "good"),
        ROW("a=::;b=?0 \t, b=::", "good"),
        ROW("a=::;b=T", "good"),
        ROW("a=::;b=@1", "good"),
        ROW("a=::;b=\" ~\"", "good"),
    };
    (void)state;
    check_rows(told_digest, rows, COUNT(rows));
}

static void what_is_no_dictionary(void **state)
{
    static const struct row rows[] = {
        BAD("a=::,"),
        BAD("a=:: b=::"),
        BAD(",a=::"),
        BAD("a=::,,b=::"),
        BAD(" a=::"),
        BAD("a =::"),
        BAD("a= ::"),
        BAD("a"),
        BAD("a;b"),
        BAD("A=::"),
        BAD("1=::"),
        BAD("-=::"),
        BAD("_=::"),
        BAD(".=::"),
        BAD("a/=::"),
        BAD("a="),
        BAD("a=1"),
        BAD("a=b"),
        BAD("a=\"b\""),
        BAD("a=(:YQ==:)"),
        BAD("a=:YQ=="),
        BAD("a=:Y Q:"),
        BAD("a=:Y-:"),
        BAD("a=::;"),
        BAD("a=::;B"),
        BAD("a=::;b="),
        BAD("a=:: ;b"),
        BAD("a=::;b=-"),
        BAD("a=::;b=1."),
        BAD("a=::;b=.1"),
        BAD("a=::;b=1.1234"),
        BAD("a=::;b=-.1"),
        BAD("a=::;b=1234567890123456"),
        BAD("a=::;b=1234567890123.1"),
        BAD("a=::;b=@"),
        BAD("a=::;b=@1.5"),
        BAD("a=::;b=?2"),
        BAD("a=::;b=?"),
        BAD("a=::;b=\"x"),
        BAD("a=::;b=\"\\x\""),
        BAD("a=::;b=\"\x7f\""),
        BAD("a=::;b=\"\t\""),
        BAD("a=::;b=\"\x1f\""),
        BAD("a=::;b=\"\xc3\xa4\""),
        BAD("a=::;b=%\"x\""),
        BAD("a=::;b=/"),
        BAD("a=::;b=["),
        BAD("a=::\n"),
        BAD("sha-256=:" SHA512 ":"),
        BAD("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg:"),
        BAD("sha-512=:" SHA256 ":"),
    };
    (void)state;
    check_rows(told_digest, rows, COUNT(rows));
}

/* Neighbours of the letters, and of none, in a table of characters. */
static void what_is_no_character(void **state)
{
    static const struct row rows[] = {
        BAD("\0=::"),    BAD("@=::"),     BAD("`=::"),     BAD("\x80=::"),  BAD("\xa0=::"),
        BAD("\xc0=::"),  BAD("\xe0=::"),  BAD("a=:\0:"),   BAD("a=:@:"),    BAD("a=:`:"),
        BAD("a=:\x80:"), BAD("a=:\xa0:"), BAD("a=:\xc0:"), BAD("a=:\xe0:"),
    };
    (void)state;
    check_rows(told_digest, rows, COUNT(rows));
}

static void told_want(struct netp_str s, struct told *told)
{
    struct netp_http_want_digest w = {-1, -1};
    int r = netp_http_want_digest_parse(s, &w);

    if (r < 0) {
        assert_int_equal(w.sha256, -1);
        assert_int_equal(w.sha512, -1);
    }
    tell_error(told, r);
    tell(told, "%d %d", w.sha256, w.sha512);
}

static void wishes(void **state)
{
    static const struct row rows[] = {
        ROW("sha-512=3, sha-256=10, unixsum=0", "10 3"), /* RFC 9530 section 4 */
        ROW("sha-256=1", "1 -1"),
        ROW("sha-256=1;x, sha-256=0", "0 -1"),
        ROW("md5=10", "-1 -1"),
        ROW("", "-1 -1"),
        ROW("sha-256=11", "NETP_E_SYNTAX-1 -1"),
        ROW("sha-512=1, sha-256=-1", "NETP_E_SYNTAX-1 -1"),
        ROW("sha-256=1.0", "NETP_E_SYNTAX-1 -1"),
        ROW("sha-256=:YQ==:", "NETP_E_SYNTAX-1 -1"),
        ROW("sha-256", "NETP_E_SYNTAX-1 -1"),
        ROW("sha-256=1,", "NETP_E_SYNTAX-1 -1"),
    };
    (void)state;
    check_rows(told_want, rows, COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_read_and_written),
        cmocka_unit_test(lines_are_added),
        cmocka_unit_test(dictionaries),
        cmocka_unit_test(what_is_no_dictionary),
        cmocka_unit_test(what_is_no_character),
        cmocka_unit_test(wishes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
