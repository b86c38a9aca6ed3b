/* test_http_digest_server.c - the server's side of the Digest scheme. SPDX-License-Identifier: MIT
 */
#include "hashes.h"
#include "told.h"

#include <netproto/http_digest.h>
#include <stdio.h>

static struct netp_http_digest_nonce used[4];

static struct netp_http_digest_server make_server(const struct netp_hash *hash)
{
    struct netp_http_digest_server s = {
        hash, NETP_STR("R"), NETP_STR("0123456789abcdef"), 60000, false, used, COUNT(used)};
    memset(used, 0, sizeof used);
    return s;
}

static const char *challenge(const struct netp_http_digest_server *s, netp_ms now, uint64_t number,
                             bool stale)
{
    static char out[300];
    ptrdiff_t n = netp_http_digest_challenge_format(s, now, number, stale, out, sizeof out - 1), k;

    if (n < 0) {
        return netp_errname((int)n);
    }
    char *exact = (char *)malloc((size_t)n);
    k = netp_http_digest_challenge_format(s, now, number, stale, exact, (size_t)n - 1);
    assert_int_equal(k, NETP_E_NOSPACE);
    k = netp_http_digest_challenge_format(s, now, number, stale, exact, (size_t)n);
    assert_int_equal(k, n);
    free(exact);
    out[n] = '\0';
    return out;
}

/* The nonces are by python3's hmac and base64. */
static void challenges_are_written(void **state)
{
    struct netp_http_digest_server s = make_server(&hash_sha256);

    (void)state;
    assert_string_equal(challenge(&s, 1000, 7, false),
                        "Digest realm=\"R\", qop=\"auth\", algorithm=SHA-256, "
                        "nonce=\"AAAAAAAAA+gAAAAAAAAAB5kFF66hTnSNIR0MszyK2iE=\", charset=UTF-8");
    s.hash = &hash_md5;
    s.realm = NETP_STR("a\"b");
    s.userhash = true;
    assert_string_equal(challenge(&s, 1000, 7, true),
                        "Digest realm=\"a\\\"b\", qop=\"auth\", algorithm=MD5, "
                        "nonce=\"AAAAAAAAA+gAAAAAAAAABwSI9NHDCM376UwpAQF2RF4=\", charset=UTF-8, "
                        "userhash=true, stale=true");
    s.realm = NETP_STR("a\nb");
    assert_string_equal(challenge(&s, 1000, 7, false), "NETP_E_ARG");
    s = make_server(&hash_broken);
    assert_string_equal(challenge(&s, 1000, 7, false), "NETP_E_UNSUPPORTED");
}

static void credentials_are_read(struct netp_str text, struct told *told)
{
    struct netp_http_digest_credentials c;
    char *user = (char *)malloc(text.n + 1);
    int r = netp_http_digest_credentials_parse(text, &c);

    tell_error(told, r);
    if (r == NETP_OK) {
        ptrdiff_t n = netp_http_digest_user(user, text.n, &c);
        tell_error(told, n);
        if (n >= 0) {
            tell_str(told, netp_str_make(user, (size_t)n));
        }
        tell_str(told, c.realm);
        tell_str(told, c.nonce);
        tell_str(told, c.uri);
        tell_str(told, c.response);
        tell_str(told, c.algorithm);
        tell_str(told, c.qop);
        tell_str(told, c.nc);
        tell_str(told, c.cnonce);
        tell(told, "%s", c.userhash ? "userhash" : "");
    }
    free(user);
}

static void credentials(void **state)
{
#define REST "realm=R, nonce=n, uri=\"/\", response=\"r\""
    static const struct row rows[] = {
        ROW("Digest username=\"a\\\"b\", " REST, "[a\"b][R][n][\"/\"][\"r\"][][][][]"),
        ROW("digest Username=a, " REST ", algorithm=MD5, qop=auth, nc=1, cnonce=c, opaque=o",
            "[a][R][n][\"/\"][\"r\"][MD5][auth][1][c]"),
        ROW("Digest username=a, " REST ", userhash=true",
            "[a][R][n][\"/\"][\"r\"][][][][]userhash"),
        ROW("Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, " REST ", userhash=false",
            "[J\xc3\xa4s\xc3\xb8n Doe][R][n][\"/\"][\"r\"][][][][]"),
        ROW("Digest username*=UTF-8''%ff, " REST, "NETP_E_SYNTAX[R][n][\"/\"][\"r\"][][][][]"),
        ROW("Digest username*=a, username=a, " REST, "NETP_E_SYNTAX"),
        ROW("Digest username*=UTF-8''a, userhash=true, " REST, "NETP_E_SYNTAX"),
        ROW("Digest " REST, "NETP_E_SYNTAX"),
        ROW("Digest username=a, nonce=n, uri=\"/\", response=r", "NETP_E_SYNTAX"),
        ROW("Digest username=a, realm=R, uri=\"/\", response=r", "NETP_E_SYNTAX"),
        ROW("Digest username=a, realm=R, nonce=n, response=r", "NETP_E_SYNTAX"),
        ROW("Digest username=a, realm=R, nonce=n, uri=\"/\"", "NETP_E_SYNTAX"),
        ROW("Digest username=a, username=b, " REST, "NETP_E_SYNTAX"),
        ROW("Digest username=a, " REST ", Digest username=b", "NETP_E_SYNTAX"),
        ROW("Digest username=a, " REST ", =", "NETP_E_SYNTAX"),
        ROW("Digest username=\"a", "NETP_E_SYNTAX"),
        ROW("Digest", "NETP_E_SYNTAX"),
        ROW("", "NETP_E_SYNTAX"),
        ROW("Basic Og==", "NETP_E_UNSUPPORTED"),
        ROW("X,,,,,,,,,,,,,,,,,Y", "NETP_E_LIMIT"),
    };

    (void)state;
    check_rows(credentials_are_read, rows, COUNT(rows));
}

/* What a client of ours makes of a challenge; count: how often it was asked before. */
static const char *answer(const char *text, unsigned count)
{
    static char out[600], mem[200];
    struct netp_http_digest_request r = {NETP_STR("GET"), NETP_STR("/a"), NETP_STR("u"),
                                         NETP_STR("p"),   NETP_STR("c"),  NULL};
    struct netp_str list = netp_str_of(text);
    struct netp_http_challenge one;
    struct netp_http_digest_challenge c;
    struct netp_http_digest d;

    netp_http_digest_init(&d, mem, sizeof mem);
    assert_int_equal(netp_http_challenge_next(&list, &one), 1);
    assert_int_equal(netp_http_digest_parse(&one, hash_list, &c), NETP_OK);
    assert_int_equal(netp_http_digest_take(&d, &c), NETP_OK);
    d.nc_ = count;
    ptrdiff_t n = netp_http_digest_format(&d, &r, out, sizeof out - 1);
    assert_true(n > 0);
    out[n] = '\0';
    return out;
}

static const char *const verdicts[] = {"", "right", "wrong", "stale", "bad"};

/* The verdict on credentials, in which a text is replaced unless it is NULL. */
static const char *verify_changed(const struct netp_http_digest_server *s, const char *text,
                                  const char *what, const char *by, netp_ms now)
{
    char changed[700], ha1[NETP_HTTP_DIGEST_HEX];
    struct netp_http_digest_credentials c;

    const char *at = what != NULL ? strstr(text, what) : text;
    assert_non_null(at);
    int n = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text,
                     what != NULL ? by : "", at + (what != NULL ? strlen(what) : 0));
    assert_int_equal(
        netp_http_digest_ha1(s->hash, NETP_STR("u"), NETP_STR("R"), NETP_STR("p"), ha1),
        2 * s->hash->size);
    int r = netp_http_digest_credentials_parse(netp_str_make(changed, (size_t)n), &c);
    if (r < 0) {
        return netp_errname(r);
    }
    return verdicts[netp_http_digest_verify(s, &c, NETP_STR("GET"), NETP_STR("/a"), ha1, now)];
}

static const char *verify(const struct netp_http_digest_server *s, const char *text, netp_ms now)
{
    return verify_changed(s, text, NULL, NULL, now);
}

static void the_right_password_passes(void **state)
{
    static const struct netp_hash *const hashes[] = {&hash_md5, &hash_sha256, &hash_sha512_256};

    (void)state;
    for (size_t i = 0; i < COUNT(hashes); i++) {
        struct netp_http_digest_server s = make_server(hashes[i]);
        assert_string_equal(verify(&s, answer(challenge(&s, 1000, 7, false), 0), 1000), "right");
        s.userhash = true;
        assert_string_equal(verify(&s, answer(challenge(&s, 1000, 8, false), 0), 1000), "right");
    }
    /* an MD5 that is not named */
    struct netp_http_digest_server s = make_server(&hash_md5);
    const char *text = answer(challenge(&s, 1000, 7, false), 0);
    assert_string_equal(verify_changed(&s, text, "algorithm=MD5, ", "", 1000), "right");
    s = make_server(&hash_sha256);
    text = answer(challenge(&s, 1000, 7, false), 0);
    assert_string_equal(verify_changed(&s, text, "algorithm=SHA-256, ", "", 1000), "bad");
}

/* Credentials of RFC 7616 section 3.9.1, whose nonce is not ours. */
static void credentials_of_the_rfc(void **state)
{
    struct netp_http_digest_server s = make_server(&hash_sha256);
    struct netp_http_digest_credentials c;
    char ha1[NETP_HTTP_DIGEST_HEX];
    static const char text[] =
        "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", "
        "algorithm=SHA-256, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, "
        "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, "
        "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\", "
        "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

    (void)state;
    s.realm = NETP_STR("http-auth@example.org");
    netp_http_digest_ha1(s.hash, NETP_STR("Mufasa"), s.realm, NETP_STR("Circle of Life"), ha1);
    assert_int_equal(netp_http_digest_credentials_parse(netp_str_of(text), &c), NETP_OK);
    assert_int_equal(
        netp_http_digest_verify(&s, &c, NETP_STR("GET"), NETP_STR("/dir/index.html"), ha1, 0),
        NETP_HTTP_DIGEST_STALE);
    assert_int_equal(
        netp_http_digest_verify(&s, &c, NETP_STR("PUT"), NETP_STR("/dir/index.html"), ha1, 0),
        NETP_HTTP_DIGEST_WRONG);
    assert_int_equal(
        netp_http_digest_verify(&s, &c, NETP_STR("GET"), NETP_STR("/dir/index.html"), NULL, 0),
        NETP_HTTP_DIGEST_WRONG);
    assert_int_equal(netp_http_digest_verify(&s, &c, NETP_STR("GET"), NETP_STR("/dir/"), ha1, 0),
                     NETP_HTTP_DIGEST_BAD);
}

static void what_is_changed_fails(void **state)
{
    static const struct {
        const char *what, *by, *verdict;
    } changes[] = {
        {"realm=\"R\"", "realm=\"r\"", "wrong"},
        {"realm=\"R\"", "realm=\"\\R\"", "right"},
        {"username=\"u\"", "username=\"v\"", "right"}, /* the HA1 is the caller's to choose */
        {"uri=\"/a\"", "uri=\"/b\"", "bad"},
        {"uri=\"/a\"", "uri=\"/ab\"", "bad"},
        {"uri=\"/a\"", "uri=\"/\"", "bad"},
        {"algorithm=MD5", "algorithm=MD5-sess", "bad"},
        {"algorithm=MD5", "algorithm=\"md5\"", "right"},
        {"nonce=\"AAAA", "nonce=\"AAAB", "wrong"},
        {"nonce=\"AAAA", "nonce=\"\\AAAA", "bad"},
        {"nc=00000001", "nc=00000002", "wrong"},
        {"nc=00000001", "nc=00000000", "bad"},
        {"nc=00000001", "nc=1", "bad"},
        {"nc=00000001", "nc=0000000g", "bad"},
        {"nc=00000001", "nc=000000001", "bad"},
        {"nc=00000001", "nc=\"\"", "bad"},
        {"nc=00000001, ", "", "bad"},
        {"cnonce=\"c\"", "cnonce=\"d\"", "wrong"},
        {"cnonce=\"c\"", "cnonce=\"\\c\"", "bad"},
        {", cnonce=\"c\"", "", "bad"},
        {"qop=auth", "qop=\"AUTH\"", "right"},
        {"qop=auth", "qop=auth-int", "bad"},
        {"qop=auth, ", "", "bad"},
        {"response=\"", "response=\"0", "wrong"},
        {"response=\"", "response=\"\\", "bad"},
        {"response=", "response=\"\", x=", "bad"},
        {"response=", "response=0, x=", "wrong"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct netp_http_digest_server s = make_server(&hash_md5);
        const char *text = answer(challenge(&s, 1000, 7, false), 0);
        const char *verdict = verify_changed(&s, text, changes[i].what, changes[i].by, 1000);
        if (strcmp(verdict, changes[i].verdict) != 0) {
            print_error("%s\n", changes[i].by);
        }
        assert_string_equal(verdict, changes[i].verdict);
    }
}

/* Whoever guesses what stands in for the HA1 of nobody is nobody. */
static void nobody_does_not_pass(void **state)
{
    static const char nobody[32] = {0}, a2[] = "5751abcba1791d8fcc6fee3d0316871b"; /* md5sum */
    struct netp_http_digest_server s = make_server(&hash_md5);
    const char *text = answer(challenge(&s, 1000, 7, false), 0);
    struct netp_http_digest_credentials c;
    uint8_t digest[16];
    char hex[33];

    (void)state;
    assert_int_equal(netp_http_digest_credentials_parse(netp_str_of(text), &c), NETP_OK);
    const struct netp_str parts[] = {{nobody, 32},
                                     NETP_STR(":"),
                                     {c.nonce.p + 1, c.nonce.n - 2},
                                     NETP_STR(":00000001:c:auth:"),
                                     {a2, 32}};
    assert_true(hash_md5.run(&hash_md5, parts, 5, digest));
    for (size_t i = 0; i < 16; i++) {
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    c.response = netp_str_of(hex);
    assert_int_equal(netp_http_digest_verify(&s, &c, NETP_STR("GET"), NETP_STR("/a"), nobody, 1000),
                     NETP_HTTP_DIGEST_RIGHT);
    assert_int_equal(netp_http_digest_verify(&s, &c, NETP_STR("GET"), NETP_STR("/a"), NULL, 1000),
                     NETP_HTTP_DIGEST_WRONG);
}

static void nonces_grow_old(void **state)
{
    struct netp_http_digest_server s = make_server(&hash_md5);
    char text[600];

    (void)state;
    s.nused = 0;
    s.used = NULL;
    snprintf(text, sizeof text, "%s", answer(challenge(&s, 1000, 7, false), 0));
    assert_string_equal(verify(&s, text, 999), "stale");
    assert_string_equal(verify(&s, text, 1000), "right");
    assert_string_equal(verify(&s, text, 61000), "right"); /* again: nothing is remembered */
    assert_string_equal(verify(&s, text, 61001), "stale");
    assert_string_equal(verify_changed(&s, text, "response=\"", "response=\"0", 61001), "wrong");
    s.secret = NETP_STR("fedcba9876543210");
    assert_string_equal(verify(&s, text, 1000), "stale");
}

/* A nonce that is no base64, too long or too short, but whose response is right. */
static void nonces_of_others_are_stale(void **state)
{
    static const char *const nonces[] = {
        "AAAAAAAAA+gAAAAAAAAABwSI9NHDCM376UwpAQF2RF4",
        "AAAA",
        "a",
        "AAAAAAAAA+gAAAAAAAAABwSI9NHDCM376UwpAQF2RF5A",
        "AAAAAAAAA+gAAAAAAAAABwSI9NHDCM376UwpAQF2RF4=AAAA",
        "AAAAAAAAA+gAAAAAAAAABwSI9NHDCM376UwpAQF2RF8=",
    };
    struct netp_http_digest_server s = make_server(&hash_md5);
    char text[300];

    (void)state;
    for (size_t i = 0; i < COUNT(nonces); i++) {
        snprintf(text, sizeof text, "Digest realm=R, qop=auth, algorithm=MD5, nonce=\"%s\"",
                 nonces[i]);
        assert_string_equal(verify(&s, answer(text, 0), 1000), "stale");
    }
    assert_int_equal(used[3].top, 0);
}

static const char *again(const struct netp_http_digest_server *s, netp_ms made, uint64_t number,
                         unsigned count)
{
    return verify(s, answer(challenge(s, made, number, false), count - 1), made);
}

static void no_request_works_twice(void **state)
{
    static const struct {
        unsigned count;
        const char *verdict;
    } steps[] = {
        {1, "right"},          {1, "stale"},          {3, "right"},          {2, "right"},
        {2, "stale"},          {3, "stale"},          {66, "right"},         {3, "stale"},
        {2, "stale"},          {4, "right"},          {4, "stale"},          {129, "right"},
        {66, "stale"},         {193, "right"},        {129, "stale"},        {130, "right"},
        {257, "right"},        {256, "right"},        {193, "stale"},        {194, "right"},
        {194, "stale"},        {1000, "right"},       {999, "right"},        {999, "stale"},
        {0xffffffff, "right"}, {0xfffffffe, "right"}, {0xffffffff, "stale"},
    };
    struct netp_http_digest_server s = make_server(&hash_md5);

    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        const char *verdict = again(&s, 1000, 7, steps[i].count);
        if (strcmp(verdict, steps[i].verdict) != 0) {
            print_error("step %zu: %u\n", i, steps[i].count);
        }
        assert_string_equal(verdict, steps[i].verdict);
    }
}

static void younger_nonces_drive_out_older(void **state)
{
    struct netp_http_digest_server s = make_server(&hash_md5);

    (void)state;
    assert_string_equal(again(&s, 1000, 7, 5), "right");
    assert_string_equal(again(&s, 1000, 6, 1), "right");  /* another place */
    assert_string_equal(again(&s, 1000, 11, 1), "stale"); /* the same one, not younger */
    assert_string_equal(again(&s, 1001, 7, 1), "right");
    assert_string_equal(again(&s, 1000, 7, 6), "stale");
    assert_string_equal(again(&s, 1001, 7, 2), "right");
    assert_string_equal(again(&s, 1002, 11, 1), "right");
    assert_string_equal(again(&s, 1001, 7, 3), "stale");
    assert_string_equal(again(&s, 1002, 11, 1), "stale");
}

static void a_broken_hash_lets_nobody_in(void **state)
{
    struct netp_http_digest_server s = make_server(&hash_sha256);
    struct netp_http_digest_credentials c;
    char ha1[NETP_HTTP_DIGEST_HEX] = {0};
    const char *text = answer(challenge(&s, 1000, 7, false), 0);

    (void)state;
    s.hash = &hash_broken;
    assert_int_equal(netp_http_digest_credentials_parse(netp_str_of(text), &c), NETP_OK);
    assert_int_equal(netp_http_digest_verify(&s, &c, NETP_STR("GET"), NETP_STR("/a"), ha1, 1000),
                     NETP_HTTP_DIGEST_WRONG);
    c.response = NETP_STR("\"\"");
    assert_int_equal(netp_http_digest_verify(&s, &c, NETP_STR("GET"), NETP_STR("/a"), ha1, 1000),
                     NETP_HTTP_DIGEST_BAD);
}

static size_t runs_left;

static bool sometimes(const struct netp_hash *hash, const struct netp_str *part, size_t nparts,
                      uint8_t *out)
{
    return runs_left-- > 0 && hash_sha256.run(hash, part, nparts, out);
}

static void a_nonce_that_cant_be_proved_is_stale(void **state)
{
    static const struct netp_hash hash = {"SHA-256", 32, 64, sometimes};
    struct netp_http_digest_server s = make_server(&hash_sha256);
    const char *text = answer(challenge(&s, 1000, 7, false), 0);

    (void)state;
    s.hash = &hash;
    runs_left = 3; /* HA1, HA2 and the response */
    assert_string_equal(verify(&s, text, 1000), "stale");
    runs_left = 5;
    assert_string_equal(verify(&s, text, 1000), "right");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(challenges_are_written),
        cmocka_unit_test(credentials),
        cmocka_unit_test(the_right_password_passes),
        cmocka_unit_test(credentials_of_the_rfc),
        cmocka_unit_test(what_is_changed_fails),
        cmocka_unit_test(nobody_does_not_pass),
        cmocka_unit_test(nonces_grow_old),
        cmocka_unit_test(nonces_of_others_are_stale),
        cmocka_unit_test(no_request_works_twice),
        cmocka_unit_test(younger_nonces_drive_out_older),
        cmocka_unit_test(a_broken_hash_lets_nobody_in),
        cmocka_unit_test(a_nonce_that_cant_be_proved_is_stale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
