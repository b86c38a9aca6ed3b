/* test_http_auth.c - challenges and credentials: RFC 9110 section 11, RFC 7616, 7617, 6750.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_field.h>

static void challenges(struct netp_str s, struct told *told)
{
    struct netp_http_challenge c;
    struct netp_str name, value;
    int r, e;

    while ((r = netp_http_challenge_next(&s, &c)) > 0) {
        tell(told, "%.*s:", (int)c.scheme.n, c.scheme.p);
        if (c.token68.n > 0) {
            tell_str(told, c.token68);
            assert_int_equal(c.params.n, 0);
        }
        while ((e = netp_http_auth_param_next(&c.params, &name, &value)) > 0) {
            tell(told, "%.*s", (int)name.n, name.p);
            tell_str(told, value);
        }
        tell_error(told, e);
        tell(told, " ");
        assert_int_equal(netp_http_auth_param_next(&c.params, &name, &value), e);
    }
    tell_error(told, r);
    assert_int_equal(netp_http_challenge_next(&s, &c), r);
}

static void challenges_are_told_apart(void **state)
{
    static const struct row rows[] = {
        /* RFC 9110 section 11.6.1 */
        ROW("Basic realm=\"simple\", Newauth realm=\"apps\", type=1, title=\"Login to "
            "\\\"apps\\\"\"",
            "Basic:realm[\"simple\"] "
            "Newauth:realm[\"apps\"]type[1]title[\"Login to \\\"apps\\\"\"] "),
        /* RFC 7616 section 3.9.1, both in one field */
        ROW("Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, "
            "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", Digest realm=\"x\", "
            "algorithm=MD5",
            "Digest:realm[\"http-auth@example.org\"]qop[\"auth, auth-int\"]algorithm[SHA-256]"
            "nonce[\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\"] "
            "Digest:realm[\"x\"]algorithm[MD5] "),
        ROW("Basic realm=\"WallyWorld\"", "Basic:realm[\"WallyWorld\"] "), /* RFC 7617 section 2 */
        ROW("Basic realm=\"foo\", charset=\"UTF-8\"", "Basic:realm[\"foo\"]charset[\"UTF-8\"] "),
        ROW("Bearer realm=\"example\", error=\"invalid_token\"",
            "Bearer:realm[\"example\"]error[\"invalid_token\"] "), /* RFC 6750 section 3 */
        ROW("Negotiate", "Negotiate: "),
        ROW("Negotiate, NTLM", "Negotiate: NTLM: "),
        ROW("A, B,C", "A: B: C: "),
        ROW("Negotiate YII=, Basic realm=a", "Negotiate:[YII=] Basic:realm[a] "),
        ROW("Negotiate YII==", "Negotiate:[YII==] "),
        ROW("X aZ9-._~+/=", "X:[aZ9-._~+/=] "),
        ROW("X abc", "X:[abc] "),
        ROW("X   abc", "X:[abc] "),
        ROW("X abc, Y", "X:[abc] Y: "),
        ROW("Basic , realm=a,,b = c ,", "Basic:realm[a]b[c] "), /* empty elements, bad space */
        ROW("Basic\trealm=a", "Basic:realm[a] "),
        ROW(" , Basic realm \t=\t\"a\" , X", "Basic:realm[\"a\"] X: "),
        ROW("", ""),
        ROW(",", ""),
    };
    (void)state;
    check_rows(challenges, rows, COUNT(rows));
}

/* A bad one does not take the others with it, as long as it can be told where it ends. */
static void faults_stay_in_their_challenge(void **state)
{
    static const struct row rows[] = {
        ROW("Basic realm=, X a=b", "Basic:[realm=] X:a[b] "),
        ROW("Basic realm=;, X a=b", "Basic:NETP_E_SYNTAX X:a[b] "),
        ROW("Basic realm=a b, X a=b", "Basic:NETP_E_SYNTAX X:a[b] "),
        ROW("Basic a=b, @, X", "Basic:a[b]NETP_E_SYNTAX X: "),
        ROW("Basic a=b, \"c\", X", "Basic:a[b]NETP_E_SYNTAX X: "),
        ROW("Basic a=b, c\"d\", X", "Basic:a[b]NETP_E_SYNTAX X: "),
        ROW("Basic abc, x=y", "Basic:NETP_E_SYNTAX "),
        ROW("Basic a=b, =c", "Basic:a[b]NETP_E_SYNTAX "),
        ROW("Basic =, X", "Basic:NETP_E_SYNTAX X: "),
        ROW("Basic a=\"b\"c", "Basic:NETP_E_SYNTAX "),
        ROW("Basic a=, b=c", "Basic:NETP_E_SYNTAX "),
        ROW("X a=b, Y c=\"d", "X:a[b] NETP_E_SYNTAX"),
        ROW("X a=b, c=\"d", "NETP_E_SYNTAX"), /* an X without its c would be another */
        ROW("a=b", "NETP_E_SYNTAX"),
        ROW("Basic\"a\"", "NETP_E_SYNTAX"),
        ROW("@, X", "NETP_E_SYNTAX"),
        ROW("X@", "NETP_E_SYNTAX"),
        ROW("X \n", "NETP_E_SYNTAX"),
        ROW("X,,,,,,,,,,,,,,,,,Y", "NETP_E_LIMIT"),
        ROW("X a=b,,,,,,,,,,,,,,,,,c=d", "NETP_E_LIMIT"),
    };
    (void)state;
    check_rows(challenges, rows, COUNT(rows));
}

static const char *basic(struct netp_str user, struct netp_str password)
{
    static char out[64];
    ptrdiff_t n = netp_http_basic_format(out, sizeof out - 1, user, password);

    out[n < 0 ? 0 : n] = '\0';
    if (n >= 0) {
        char exact[64];
        size_t len = (size_t)n;
        assert_int_equal(len, NETP_HTTP_BASIC_LEN(user.n, password.n));
        assert_int_equal(netp_http_basic_format(exact, len, user, password), len);
        assert_int_equal(netp_http_basic_format(exact, len - 1, user, password), NETP_E_NOSPACE);
    }
    return n < 0 ? netp_errname((int)n) : out;
}

#define BASIC(user, password) basic(NETP_STR(user), NETP_STR(password))

static void basic_credentials_are_written(void **state)
{
    (void)state;
    /* RFC 7617 sections 2 and 2.1 */
    assert_string_equal(BASIC("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_string_equal(BASIC("test", "123\xc2\xa3"), "Basic dGVzdDoxMjPCow==");
    /* python3: base64.b64encode() */
    assert_string_equal(BASIC("", ""), "Basic Og==");
    assert_string_equal(BASIC("a", ""), "Basic YTo=");
    assert_string_equal(BASIC("", "a:"), "Basic OmE6");
    assert_string_equal(BASIC("a ", "\xff"), "Basic YSA6/w==");
    assert_string_equal(BASIC("a:", "b"), "NETP_E_ARG");
    assert_string_equal(BASIC("a\n", "b"), "NETP_E_ARG");
    assert_string_equal(BASIC("a\t", "b"), "NETP_E_ARG");
    assert_string_equal(BASIC("a", "b\0"), "NETP_E_ARG");
    assert_string_equal(BASIC("a", "b\t"), "NETP_E_ARG");
    assert_string_equal(BASIC("a", "\x7f"), "NETP_E_ARG");
}

static void bearer_credentials_are_written(void **state)
{
    static const char *const bad[] = {"", "=", "a b", "a\r\nX: y", "a=b", "a,", "a\"", "\xe4"};
    char out[32];

    (void)state;
    /* RFC 6750 section 2.1 */
    assert_int_equal(netp_http_bearer_format(out, sizeof out, NETP_STR("mF_9.B5f-4.1JqM")), 22);
    assert_memory_equal(out, "Bearer mF_9.B5f-4.1JqM", 22);
    assert_int_equal(netp_http_bearer_format(out, 9, NETP_STR("a=")), 9);
    assert_int_equal(netp_http_bearer_format(out, 8, NETP_STR("a=")), NETP_E_NOSPACE);
    for (int i = 0; i < 256; i++) {
        static const char token68[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-._~+/";
        char c = (char)i;
        bool good = memchr(token68, i, sizeof token68 - 1) != NULL;
        assert_int_equal(netp_http_bearer_format(out, sizeof out, netp_str_make(&c, 1)),
                         good ? 8 : NETP_E_ARG);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(netp_http_bearer_format(out, sizeof out, netp_str_of(bad[i])), NETP_E_ARG);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(challenges_are_told_apart),
        cmocka_unit_test(faults_stay_in_their_challenge),
        cmocka_unit_test(basic_credentials_are_written),
        cmocka_unit_test(bearer_credentials_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
