/* test_http_digest.c - the client's side of the Digest scheme. SPDX-License-Identifier: MIT */
#include "hashes.h"
#include "told.h"

#include <netproto/http_digest.h>

#define NONCE  "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\""
#define OPAQUE "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
#define CNONCE "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
#define RFC    "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", " NONCE ", " OPAQUE

static struct netp_http_digest_request mufasa(void)
{
    struct netp_http_digest_request r = {NETP_STR("GET"),    NETP_STR("/dir/index.html"),
                                         NETP_STR("Mufasa"), NETP_STR("Circle of Life"),
                                         NETP_STR(CNONCE),   NULL};
    return r;
}

static int parse(struct netp_str text, struct netp_http_digest_challenge *c)
{
    struct netp_http_challenge challenge;

    assert_int_equal(netp_http_challenge_next(&text, &challenge), 1);
    return netp_http_digest_parse(&challenge, hash_list, c);
}

/* Reads and takes a challenge, which is gone then. */
static int take(struct netp_http_digest *d, const char *text)
{
    struct netp_http_digest_challenge c;
    size_t n = strlen(text);
    char *copy = (char *)malloc(n);

    memcpy(copy, text, n);
    assert_int_equal(parse(netp_str_make(copy, n), &c), NETP_OK);
    int r = netp_http_digest_take(d, &c);
    free(copy);
    return r;
}

/* The credentials, or the error; from a buffer of exact size. */
static const char *format(struct netp_http_digest *d, const struct netp_http_digest_request *r)
{
    static char out[1000];
    struct netp_http_digest same = *d;
    ptrdiff_t n = netp_http_digest_format(d, r, out, sizeof out - 1), k;

    if (n < 0) {
        assert_memory_equal(d, &same, sizeof same);
        return netp_errname((int)n);
    }
    char *exact = (char *)malloc((size_t)n);
    struct netp_http_digest again = same;
    k = netp_http_digest_format(&same, r, exact, (size_t)n - 1);
    assert_int_equal(k, NETP_E_NOSPACE);
    assert_memory_equal(&same, &again, sizeof same);
    k = netp_http_digest_format(&same, r, exact, (size_t)n);
    assert_int_equal(k, n);
    assert_memory_equal(exact, out, (size_t)n);
    free(exact);
    out[n] = '\0';
    return out;
}

/* The response of the first request after a challenge. */
static const char *response(const char *challenge, const struct netp_http_digest_request *r)
{
    static char hex[NETP_HTTP_DIGEST_HEX + 1];
    char mem[300];
    struct netp_http_digest d;

    netp_http_digest_init(&d, mem, sizeof mem);
    assert_int_equal(take(&d, challenge), NETP_OK);
    const char *at = strstr(format(&d, r), "response=\"");
    assert_non_null(at);
    size_t n = strcspn(at + 10, "\"");
    memcpy(hex, at + 10, n);
    hex[n] = '\0';
    return hex;
}

static const char *first(const char *challenge, const struct netp_http_digest_request *r)
{
    static char mem[300];
    struct netp_http_digest d;

    netp_http_digest_init(&d, mem, sizeof mem);
    assert_int_equal(take(&d, challenge), NETP_OK);
    return format(&d, r);
}

/* RFC 7616 section 3.9.1; section 3.9.2 with the values of erratum 4897, for those in the text are
 * not of SHA-512/256; RFC 2617 section 3.5; RFC 2069 section 2.4 with its erratum 749. */
static void examples_of_the_rfcs(void **state)
{
    struct netp_http_digest_request r = mufasa();

    (void)state;
    assert_string_equal(first(RFC ", algorithm=SHA-256", &r),
                        "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", "
                        "uri=\"/dir/index.html\", algorithm=SHA-256, " NONCE ", nc=00000001, "
                        "cnonce=\"" CNONCE "\", qop=auth, response=\"753927fa0e85d155564e2e272a28d1"
                        "802ca10daf4496794697cf8db5856cb6c1\", " OPAQUE);
    assert_string_equal(response(RFC ", algorithm=MD5", &r), "8ca523f5e9506fed4657c9700eebdbec");

    r.user = NETP_STR("J\xc3\xa4s\xc3\xb8n Doe");
    r.password = NETP_STR("Secret, or not?");
    r.target = NETP_STR("/doe.json");
    r.cnonce = NETP_STR("NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v");
#define DOE                                                                                        \
    "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, "                      \
    "nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", charset=UTF-8"
    const char *text = first(DOE ", userhash=true", &r);
    assert_non_null(strstr(text,
                           "username=\"793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed"
                           "06ece9b0b\", userhash=true"));
    assert_non_null(strstr(text,
                           "response=\"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95ee"
                           "b1cec68a5\""));
    text = first(DOE, &r);
    assert_non_null(strstr(text, "Digest username*=UTF-8''J%c3%a4s%c3%b8n%20Doe, realm="));
    assert_null(strstr(text, "userhash"));

    r = mufasa();
    r.password = NETP_STR("Circle Of Life");
    r.cnonce = NETP_STR("0a4f113b");
#define OLD                                                                                        \
    "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "          \
    "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""
    assert_string_equal(response(OLD ", qop=\"auth,auth-int\"", &r),
                        "6629fae49393a05397450978507c4ef1");
    r.password = NETP_STR("CircleOfLife");
    assert_string_equal(first(OLD, &r),
                        "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
                        "uri=\"/dir/index.html\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
                        "response=\"1949323746fe6a43ef61f9606e7febea\", "
                        "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
}

/* Expected values by python3's hashlib. */
static void variants(void **state)
{
    struct netp_http_digest_request r = mufasa();
    uint8_t body[16];
    static const struct netp_str v1 = {"v=1", 3};

    (void)state;
    assert_string_equal(response(RFC ", algorithm=md5-SESS", &r),
                        "e783283f46242139c486a698fec7211d");
    assert_string_equal(response(RFC ", algorithm=\"SHA-256-sess\"", &r),
                        "2fd51b3a77ad75bad6afad6003e818d767133c46d9e2749e7f5232ae1ea3efd7");
    assert_string_equal(response(RFC ", algorithm=SHA-512-256-sess", &r),
                        "3f2a34f923c38b0fb26dce2fdfc2ce326c23cecf86fbb1444f3e51fbbc2cb92e");
    assert_non_null(
        strstr(first(RFC ", algorithm=SHA-512-256-sess", &r), "algorithm=SHA-512-256-sess, "));
    assert_true(hash_md5.run(&hash_md5, &v1, 1, body));
    r.method = NETP_STR("POST");
    r.body = body;
    assert_string_equal(response(RFC, &r), "beb71ce784d939e8a8030380ddf6b456");
    assert_non_null(strstr(first(RFC, &r), ", qop=auth-int, "));
    assert_non_null(strstr(first(OLD ", qop=auth", &r), ", qop=auth, "));
    assert_non_null(strstr(first(OLD ", qop=\"auth-int\"", &r), ", qop=auth-int, "));
    r.body = NULL;
    assert_string_equal(first(OLD ", qop=\"auth-int\"", &r), "NETP_E_ARG");

    struct netp_http_digest_request q = {NETP_STR("GET"), NETP_STR("/"), NETP_STR("a\"b\\c"),
                                         NETP_STR("p"),   NETP_STR("c"), NULL};
    assert_string_equal(
        first("Digest realm=\"r\\\"1\", nonce=\"n\\\\1\", qop=auth, opaque=\"o\\\"\"", &q),
        "Digest username=\"a\\\"b\\\\c\", realm=\"r\\\"1\", uri=\"/\", nonce=\"n\\\\1\", "
        "nc=00000001, cnonce=\"c\", qop=auth, response=\"b94b6fcb50d5999c635d104916ebccd1\", "
        "opaque=\"o\\\"\"");
    q.user = NETP_STR("\xe4");
    assert_non_null(strstr(first(OLD, &q), "Digest username=\"\xe4\", realm="));
    q.user = NETP_STR("~");
    assert_non_null(strstr(first(OLD ", charset=UTF-8", &q), "Digest username=\"~\", realm="));
}

static void challenges_are_read(struct netp_str text, struct told *told)
{
    struct netp_http_digest_challenge c;
    int r = parse(text, &c);

    tell_error(told, r);
    if (r == NETP_OK) {
        tell(told, "%s%s ", c.hash->name, c.sess ? "-sess" : "");
        tell_str(told, c.realm);
        tell_str(told, c.nonce);
        tell_str(told, c.opaque);
        tell_str(told, c.domain);
        tell(told, " %u %u%s%s%s%s", c.qop, c.strength, c.named ? " named" : "",
             c.stale ? " stale" : "", c.utf8 ? " utf8" : "", c.userhash ? " userhash" : "");
    }
}

static void challenges(void **state)
{
    static const struct row rows[] = {
        ROW("Digest realm=\"a\", nonce=\"b\"", "MD5 [\"a\"][\"b\"][][] 0 0"),
        ROW("Digest realm=a, nonce=b, qop=auth", "MD5 [a][b][][] 1 1"),
        ROW("Digest realm=a, nonce=b, qop=\"auth-int,x,AUTH\", algorithm=sha-256",
            "SHA-256 [a][b][][] 3 2 named"),
        ROW("Digest realm=a, nonce=b, qop=\"auth-int\", algorithm=SHA-512-256-sess, domain=\"/ "
            "/b\", opaque=o",
            "SHA-512-256-sess [a][b][o][\"/ /b\"] 2 3 named"),
        ROW("Digest realm=a, nonce=b, stale=TRUE, charset=\"utf-8\", userhash=true, x=y",
            "MD5 [a][b][][] 0 0 stale utf8 userhash"),
        ROW("Digest realm=a, nonce=b, stale=false, charset=latin1, userhash=false",
            "MD5 [a][b][][] 0 0"),
        ROW("Digest realm=\"\", nonce=\"\"", "MD5 [\"\"][\"\"][][] 0 0"),
        ROW("Digest nonce=b", "NETP_E_SYNTAX"),
        ROW("Digest realm=a", "NETP_E_SYNTAX"),
        ROW("Digest realm=a, nonce=b, Nonce=b", "NETP_E_SYNTAX"),
        ROW("Digest realm=a, nonce=b, qop=auth, qop=auth", "NETP_E_SYNTAX"),
        ROW("Digest realm=a, nonce=b, =c", "NETP_E_SYNTAX"),
        ROW("Digest realm=a, nonce=b, algorithm=SHA-1", "NETP_E_UNSUPPORTED"),
        ROW("Digest realm=a, nonce=b, algorithm=-sess", "NETP_E_UNSUPPORTED"),
        ROW("Digest realm=a, nonce=b, algorithm=\"\"", "NETP_E_UNSUPPORTED"),
        ROW("Digest realm=a, nonce=b, algorithm=xMD5-sess", "NETP_E_UNSUPPORTED"),
        ROW("Digest realm=a, nonce=b, qop=auth-conf", "NETP_E_UNSUPPORTED"),
        ROW("Digest realm=a, nonce=b, qop=\"\"", "NETP_E_UNSUPPORTED"),
        ROW("Digest realm=a, nonce=b, qop=\"auth,,,,,,,,,,,,,,,,,auth-int\"", "NETP_E_LIMIT"),
    };
    static char text[NETP_HTTP_DIGEST_VALUE_MAX + 40] = "Digest realm=a, nonce=";
    struct netp_http_digest_challenge c;
    struct netp_http_challenge none = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    static const struct netp_hash other = {"SHA-1", 20, 64, NULL};
    const struct netp_hash *const list[] = {&other, NULL};

    (void)state;
    check_rows(challenges_are_read, rows, COUNT(rows));
    memset(text + 22, 'n', NETP_HTTP_DIGEST_VALUE_MAX + 1);
    assert_int_equal(parse(netp_str_make(text, 22 + NETP_HTTP_DIGEST_VALUE_MAX), &c), NETP_OK);
    assert_int_equal(parse(netp_str_make(text, 23 + NETP_HTTP_DIGEST_VALUE_MAX), &c), NETP_E_LIMIT);
    assert_int_equal(netp_http_digest_parse(&none, hash_list, &c), NETP_E_SYNTAX);
    none.params = NETP_STR("realm=a, nonce=b, algorithm=SHA-1");
    assert_int_equal(netp_http_digest_parse(&none, list, &c), NETP_E_UNSUPPORTED);
    none.params = NETP_STR("realm=a, nonce=b");
    assert_int_equal(netp_http_digest_parse(&none, list, &c), NETP_E_UNSUPPORTED);
}

static void requests_are_counted(void **state)
{
    struct netp_http_digest_request r = mufasa();
    struct netp_http_digest d;
    char mem[200];

    (void)state;
    netp_http_digest_init(&d, mem, sizeof mem);
    assert_string_equal(format(&d, &r), "NETP_E_STATE");
    assert_int_equal(take(&d, RFC), NETP_OK);
    format(&d, &r);
    assert_non_null(strstr(format(&d, &r), "nc=00000002, "));
    d.nc_ = 1;
    assert_non_null(strstr(format(&d, &r), "response=\"4b5d595ecf2db9df612ea5b45cd97101\""));
    d.nc_ = UINT32_MAX - 1;
    assert_non_null(strstr(format(&d, &r), "nc=ffffffff, "));
    assert_string_equal(format(&d, &r), "NETP_E_STATE");
}

static void a_challenge_is_answered_once(void **state)
{
    struct netp_http_digest_request r = mufasa();
    struct netp_http_digest d;
    char mem[200];

    (void)state;
    netp_http_digest_init(&d, mem, sizeof mem);
    assert_int_equal(take(&d, RFC), NETP_OK);
    assert_int_equal(take(&d, RFC), NETP_OK); /* nothing was sent with it */
    assert_int_equal(take(&d, "Digest realm=b, nonce=c, stale=true"), NETP_E_REFUSED);
    format(&d, &r);
    assert_int_equal(take(&d, RFC), NETP_E_REFUSED); /* wrong password */
    assert_int_equal(take(&d, RFC ", stale=true"), NETP_OK);
    assert_non_null(strstr(format(&d, &r), "nc=00000001, "));
    assert_int_equal(take(&d, RFC ", stale=true"), NETP_E_REFUSED); /* a loop */
    assert_int_equal(netp_http_digest_answered(&d, &r, NETP_STR(""), NULL), 0);
    assert_int_equal(take(&d, RFC), NETP_E_REFUSED);
    assert_int_equal(take(&d, RFC ", stale=true"), NETP_OK);
    assert_int_equal(take(&d, RFC ", stale=true"), NETP_OK);
    format(&d, &r);
    assert_int_equal(take(&d, RFC ", stale=true"), NETP_E_REFUSED);
}

static void challenges_must_fit(void **state)
{
    struct netp_http_digest d, same;
    char mem[11];

    (void)state;
    netp_http_digest_init(&d, mem, sizeof mem);
    assert_int_equal(take(&d, "Digest realm=abcd, nonce=efgh, opaque=ijk"), NETP_OK);
    same = d;
    assert_int_equal(take(&d, "Digest realm=abcd, nonce=efgh, opaque=ijkl"), NETP_E_NOSPACE);
    assert_memory_equal(&d, &same, sizeof d);
    netp_http_digest_init(&d, NULL, 0);
    assert_int_equal(take(&d, "Digest realm=a, nonce=b"), NETP_E_NOSPACE);
}

/* Whether a request with one text changed is refused. */
static bool refused(struct netp_http_digest_request r)
{
    return strcmp(first(RFC, &r), "NETP_E_ARG") == 0;
}

static void bad_requests_are_refused(void **state)
{
    struct netp_http_digest_request r = mufasa();

    (void)state;
    assert_false(refused(r));
#define REFUSED(member, text)                                                                      \
    r = mufasa();                                                                                  \
    r.member = NETP_STR(text);                                                                     \
    assert_true(refused(r))
    REFUSED(user, "a:b");
    REFUSED(user, "a\r\nb");
    REFUSED(user, "a\t");
    REFUSED(user, "a\0");
    REFUSED(password, "a\n");
    REFUSED(password, "a\t");
    REFUSED(method, "");
    REFUSED(method, "GET /");
    REFUSED(target, "");
    REFUSED(target, "/a b");
    REFUSED(target, "/\"");
    REFUSED(target, "/\xe4");
    REFUSED(cnonce, "");
    REFUSED(cnonce, "a\"");
    REFUSED(cnonce, "a\n");
    r = mufasa();
    r.user = r.password = netp_str_make(NULL, 0);
    assert_false(refused(r));
    r.password = NETP_STR("a:b\xff");
    assert_false(refused(r));
}

static size_t runs_left;

static bool sometimes(const struct netp_hash *hash, const struct netp_str *part, size_t nparts,
                      uint8_t *out)
{
    return runs_left-- > 0 && hash_sha256.run(hash, part, nparts, out);
}

static void a_hash_may_fail(void **state)
{
    static const struct netp_hash hash = {"SHA-256", 32, 64, sometimes};
    static const struct netp_hash large = {"SHA-512", 64, 128, sometimes};
    struct netp_http_digest_request r = mufasa();
    struct netp_http_digest d;
    char mem[200], hex[NETP_HTTP_DIGEST_HEX];

    (void)state;
    netp_http_digest_init(&d, mem, sizeof mem);
    assert_int_equal(take(&d, RFC ", algorithm=SHA-256-sess, userhash=true"), NETP_OK);
    d.hash_ = &hash;
    for (size_t n = 0; n < 5; n++) { /* H(A1) twice, H(A2), the response, the user */
        runs_left = n;
        assert_int_equal(netp_http_digest_format(&d, &r, mem, 0), NETP_E_UNSUPPORTED);
    }
    runs_left = 5;
    assert_int_equal(netp_http_digest_format(&d, &r, mem, 0), NETP_E_NOSPACE);
    runs_left = 0;
    assert_int_equal(netp_http_digest_answered(&d, &r, NETP_STR("rspauth=\"a\""), NULL),
                     NETP_E_UNSUPPORTED);
    runs_left = 0;
    assert_int_equal(netp_http_digest_ha1(&hash, r.user, r.user, r.password, hex),
                     NETP_E_UNSUPPORTED);
    runs_left = 0;
    assert_int_equal(netp_http_digest_userhash(&hash, r.user, r.user, hex), NETP_E_UNSUPPORTED);
    runs_left = 9;
    assert_int_equal(netp_http_digest_userhash(&large, r.user, r.user, hex), NETP_E_UNSUPPORTED);
    assert_int_equal(netp_http_digest_ha1(&hash, r.user, r.user, r.password, hex), 64);
}

static int answered(const char *challenge, struct netp_http_digest_request *r, const char *info,
                    const uint8_t *body)
{
    char mem[200];
    struct netp_http_digest d;

    netp_http_digest_init(&d, mem, sizeof mem);
    assert_int_equal(take(&d, challenge), NETP_OK);
    format(&d, r);
    return netp_http_digest_answered(&d, r, netp_str_of(info), body);
}

/* Expected values by python3's hashlib. */
static void servers_prove_themselves(void **state)
{
    struct netp_http_digest_request r = mufasa();
    static const struct netp_str v1 = {"v=1", 3}, ok = {"ok", 2};
    uint8_t sent[16], got[16];

    (void)state;
#define SHA256 "86d3b25618d41854ca5039a5d7e53ff6355d5134a9b1fb088a78ac3c462195a"
    assert_int_equal(answered(RFC ", algorithm=SHA-256", &r,
                              "rspauth=\"" SHA256 "0\", qop=auth, nc=00000001", NULL),
                     1);
    assert_int_equal(answered(RFC ", algorithm=SHA-256", &r, "rspauth=" SHA256 "0", sent), 1);
    assert_int_equal(answered(RFC ", algorithm=SHA-256", &r, "rspauth=\"" SHA256 "1\"", NULL),
                     NETP_E_REFUSED);
    assert_int_equal(answered(RFC ", algorithm=SHA-256", &r, "rspauth=\"" SHA256 "\"", NULL),
                     NETP_E_REFUSED);
    assert_int_equal(answered(RFC, &r, "rspauth=\"\"", NULL), NETP_E_REFUSED);
    assert_int_equal(answered(RFC ", algorithm=MD5-sess", &r,
                              "rspauth=\"b9bdf5673282d64412df46ad40660539\"", NULL),
                     1);
    assert_int_equal(answered(RFC, &r, "qop=auth", NULL), 0);
    assert_int_equal(answered(RFC, &r, "", NULL), 0);
    assert_int_equal(answered(RFC, &r, "rspauth=a, rspauth=a", NULL), NETP_E_SYNTAX);
    assert_int_equal(answered(RFC, &r, ";", NULL), NETP_E_SYNTAX);

    assert_true(hash_md5.run(&hash_md5, &v1, 1, sent));
    assert_true(hash_md5.run(&hash_md5, &ok, 1, got));
    r.method = NETP_STR("POST");
    r.body = sent;
    assert_int_equal(answered(RFC, &r, "rspauth=1e1d836a8761c392b6f1d067086fe79a", got), 1);
    assert_int_equal(answered(RFC, &r, "rspauth=1e1d836a8761c392b6f1d067086fe79a", sent),
                     NETP_E_REFUSED);
    assert_int_equal(answered(RFC, &r, "rspauth=1e1d836a8761c392b6f1d067086fe79a", NULL), 0);
    r = mufasa();
    r.password = NETP_STR("CircleOfLife");
    assert_int_equal(answered(OLD, &r, "rspauth=123cde1ca5cf91bf86e872d42002bea9", NULL), 1);
}

static void nonces_can_follow(void **state)
{
    struct netp_http_digest_request r = mufasa();
    struct netp_http_digest d;
    char mem[38];

    (void)state;
    netp_http_digest_init(&d, mem, sizeof mem);
    assert_int_equal(
        take(&d, "Digest realm=\"http-auth@example.org\", qop=auth, nonce=a, opaque=o"), NETP_OK);
    format(&d, &r);
    assert_int_equal(netp_http_digest_answered(&d, &r, NETP_STR("nextnonce=\"ab\\\"c\""), NULL), 0);
    const char *text = format(&d, &r);
    assert_non_null(strstr(text, "nonce=\"ab\\\"c\", nc=00000001, "));
    assert_non_null(strstr(text, "response=\"416b5e720fe08ddc9e64e90303b199f6\", opaque=\"o\""));
    assert_int_equal(
        netp_http_digest_answered(&d, &r, NETP_STR("nextnonce=0123456789abcdef"), NULL), 0);
    assert_int_equal(
        netp_http_digest_answered(&d, &r, NETP_STR("nextnonce=0123456789abcdefg"), NULL),
        NETP_E_NOSPACE);
    assert_int_equal(
        netp_http_digest_answered(&d, &r, NETP_STR("rspauth=a, nextnonce=other"), NULL),
        NETP_E_REFUSED);
    assert_non_null(strstr(format(&d, &r), "nonce=\"0123456789abcdef\", nc=00000001, "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_the_rfcs),
        cmocka_unit_test(variants),
        cmocka_unit_test(challenges),
        cmocka_unit_test(requests_are_counted),
        cmocka_unit_test(a_challenge_is_answered_once),
        cmocka_unit_test(challenges_must_fit),
        cmocka_unit_test(bad_requests_are_refused),
        cmocka_unit_test(a_hash_may_fail),
        cmocka_unit_test(servers_prove_themselves),
        cmocka_unit_test(nonces_can_follow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
