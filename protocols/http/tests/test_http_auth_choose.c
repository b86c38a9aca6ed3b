/* test_http_auth_choose.c - which of several challenges to answer. SPDX-License-Identifier: MIT */
#include "hashes.h"
#include "told.h"

#include <netproto/http_auth.h>

static const char *const names[] = {"none",   "basic",      "old",   "md5",
                                    "sha256", "sha512_256", "bearer"};

/* "SCHEME [REALM]" of field lines, and the error of the last; lines are parted by |. */
static const char *choose(const char *lines, bool basic, bool bearer,
                          const struct netp_hash *const *hashes, enum netp_http_auth least)
{
    static struct told told;
    struct netp_http_auth_can can = {basic, bearer, hashes, least};
    struct netp_http_auth_choice choice = {NETP_HTTP_AUTH_NONE, {NULL, 0}, {0}};
    int r;

    do {
        size_t n = strcspn(lines, "|");
        r = netp_http_auth_choose(&choice, netp_str_make(lines, n), &can);
        lines += n;
    } while (*lines++ == '|');
    told.n = 0;
    tell(&told, "%s", names[choice.scheme]);
    if (choice.scheme != NETP_HTTP_AUTH_NONE) {
        tell(&told, " ");
        tell_str(&told, choice.realm);
    }
    bool digest =
        choice.scheme >= NETP_HTTP_AUTH_DIGEST_OLD && choice.scheme < NETP_HTTP_AUTH_BEARER;
    assert_true(digest == (choice.digest.hash != NULL));
    tell(&told, r < 0 ? " " : "");
    tell_error(&told, r);
    return told.text;
}

#define BASIC  "Basic realm=b"
#define MD5    "Digest realm=m, nonce=n, qop=auth, algorithm=MD5"
#define SHA    "Digest realm=s, nonce=n, qop=auth, algorithm=SHA-256"
#define LARGE  "Digest realm=l, nonce=n, qop=auth, algorithm=SHA-512-256-sess"
#define OLD    "Digest realm=o, nonce=n, algorithm=SHA-256"
#define BEARER "Bearer realm=t"

static const char *any(const char *lines)
{
    return choose(lines, true, true, hash_list, NETP_HTTP_AUTH_NONE);
}

static void the_strongest_is_chosen(void **state)
{
    (void)state;
    assert_string_equal(any(BASIC ", " MD5 ", " SHA), "sha256 [s]");
    assert_string_equal(any(SHA ", " MD5 ", " BASIC), "sha256 [s]");
    assert_string_equal(any(MD5 "|" LARGE "|" SHA), "sha512_256 [l]");
    assert_string_equal(any(BASIC ", " OLD), "old [o]");
    assert_string_equal(any(OLD ", " MD5), "md5 [m]");
    assert_string_equal(any("digest realm=1, nonce=n, qop=auth, " MD5), "md5 [1]");
    assert_string_equal(any(BEARER ", " LARGE), "bearer [t]");
    assert_string_equal(any("Basic, Bearer"), "bearer []");
    assert_string_equal(any("BASIC"), "basic []");
    assert_string_equal(any("Negotiate"), "none");
    assert_string_equal(any(""), "none");
}

static void only_what_can_be_answered(void **state)
{
    static const struct netp_hash *const md5_alone[] = {&hash_md5, NULL};

    (void)state;
    assert_string_equal(choose(BASIC ", " BEARER, false, false, hash_list, 0), "none");
    assert_string_equal(choose(MD5 ", " BASIC, true, false, NULL, 0), "basic [b]");
    assert_string_equal(choose(SHA ", " MD5, true, false, md5_alone, 0), "md5 [m]");
    assert_string_equal(choose(BEARER ", " MD5, true, false, hash_list, 0), "md5 [m]");
}

/* RFC 7616 section 5.8: somebody in between strikes out the strong ones. */
static void nothing_weaker_than_before(void **state)
{
    (void)state;
    assert_string_equal(choose(BASIC ", " MD5, true, true, hash_list, NETP_HTTP_AUTH_DIGEST_SHA256),
                        "none");
    assert_string_equal(choose(BASIC ", " OLD, true, true, hash_list, NETP_HTTP_AUTH_DIGEST_MD5),
                        "none");
    assert_string_equal(choose(MD5 ", " SHA, true, true, hash_list, NETP_HTTP_AUTH_DIGEST_SHA256),
                        "sha256 [s]");
    assert_string_equal(choose(LARGE, true, true, hash_list, NETP_HTTP_AUTH_DIGEST_SHA256),
                        "sha512_256 [l]");
}

static void faults_stay_in_their_challenge(void **state)
{
    (void)state;
    assert_string_equal(any("Digest realm=m, qop=auth, " MD5), "md5 [m]");
    assert_string_equal(any(LARGE ", realm=x, " MD5), "md5 [m]");
    assert_string_equal(any("Digest nonce=n, x=y, " BASIC), "basic [b]");
    assert_string_equal(any("Digest realm=m, nonce=n, algorithm=X, " BASIC), "basic [b]");
    assert_string_equal(any("Basic realm=a, realm=b, " OLD), "old [o]");
    assert_string_equal(any("Basic realm=a, realm=b"), "none");
    assert_string_equal(any("Basic realm=;"), "none");
    assert_string_equal(any(MD5 ", c=\"b"), "none NETP_E_SYNTAX");
    assert_string_equal(any(MD5 ", Y, X a=\"b"), "md5 [m] NETP_E_SYNTAX");
    assert_string_equal(any(MD5 "|@|" SHA), "sha256 [s]");
    assert_string_equal(any(BASIC ", X,,,,,,,,,,,,,,,,,Y"), "basic [b] NETP_E_LIMIT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_strongest_is_chosen),
        cmocka_unit_test(only_what_can_be_answered),
        cmocka_unit_test(nothing_weaker_than_before),
        cmocka_unit_test(faults_stay_in_their_challenge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
