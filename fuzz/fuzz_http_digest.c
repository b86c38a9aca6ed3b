/* Digest authentication: the input is a field value of WWW-Authenticate and of Authorization, of
 * Authentication-Info, and a user, a password and a target parted by LF. What a client writes
 * passes at the server and, with one byte changed, does not, or means the same.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "hashes.h"

#include <netproto/http_auth.h>
#include <netproto/text.h>

#include <string.h>

static void told(const char *what, struct netp_str s)
{
    if (fuzz_outcome != NULL) {
        log_data(fuzz_outcome, what, s.p, s.n);
        log_end(fuzz_outcome);
    }
}

/* The client takes any challenge, and its credentials can be read. */
static void answer(struct netp_str field, struct netp_str info)
{
    struct netp_http_auth_can can = {true, true, hash_list, NETP_HTTP_AUTH_NONE};
    struct netp_http_auth_choice choice = {NETP_HTTP_AUTH_NONE, {NULL, 0}, {0}};
    struct netp_http_digest_credentials c;
    struct netp_http_digest d;
    struct netp_http_digest_request r = {
        NETP_STR("GET"), NETP_STR("/"), NETP_STR("\xc3\xa4"),
        NETP_STR("p"),   NETP_STR("c"), (const uint8_t *)"0123456789abcdef0123456789abcdef"};
    int e = netp_http_auth_choose(&choice, field, &can);

    FUZZ_OUTCOME("scheme %d, %s", choice.scheme, netp_errname(e));
    if (choice.digest.hash == NULL) {
        return;
    }
    size_t cap = choice.realm.n + choice.digest.nonce.n + choice.digest.opaque.n;
    char *mem = (char *)fuzz_block(cap);
    char *out = (char *)fuzz_block(2 * cap + 1000), *user = (char *)fuzz_block(100);
    netp_http_digest_init(&d, mem, cap);
    e = netp_http_digest_take(&d, &choice.digest);
    FUZZ_CHECK(e == NETP_OK, "%s", netp_errname(e));
    ptrdiff_t n = netp_http_digest_format(&d, &r, out, 2 * cap + 1000);
    FUZZ_CHECK(n > 0, "%td", n);
    told("credentials", netp_str_make(out, (size_t)n));
    e = netp_http_digest_credentials_parse(netp_str_make(out, (size_t)n), &c);
    FUZZ_CHECK(e == NETP_OK || (e == NETP_E_LIMIT && cap > 2000), "%s: %.*s", netp_errname(e),
               (int)n, out);
    if (e == NETP_OK) {
        n = netp_http_digest_user(user, 100, &c);
        FUZZ_CHECK(c.userhash || (n == 2 && memcmp(user, "\xc3\xa4", 2) == 0), "%td", n);
    }
    e = netp_http_digest_answered(&d, &r, info, NULL);
    FUZZ_CHECK(e >= 0 || e == NETP_E_SYNTAX || e == NETP_E_LIMIT || e == NETP_E_REFUSED ||
                   e == NETP_E_NOSPACE,
               "%s", netp_errname(e));
    FUZZ_OUTCOME("answered %s", e > 0 ? "and proved" : netp_errname(e));
    free(user);
    free(out);
    free(mem);
}

/* What any peer may send as credentials. */
static void read_credentials(struct netp_str field)
{
    struct netp_http_digest_server server = {
        &hash_md5, NETP_STR("R"), NETP_STR("0123456789abcdef"), 1000, false, NULL, 0};
    char ha1[NETP_HTTP_DIGEST_HEX], *user = (char *)fuzz_block(field.n);
    struct netp_http_digest_credentials c;
    int e = netp_http_digest_credentials_parse(field, &c);

    FUZZ_OUTCOME("credentials %s", netp_errname(e));
    if (e == NETP_OK) {
        ptrdiff_t n = netp_http_digest_user(user, field.n, &c);
        FUZZ_CHECK(n >= 0 || c.user_star.n > 0, "%td", n);
        told("user", netp_str_make(user, n > 0 ? (size_t)n : 0));
        netp_http_digest_ha1(server.hash, NETP_STR("u"), server.realm, NETP_STR("p"), ha1);
        enum netp_http_digest_verdict v =
            netp_http_digest_verify(&server, &c, NETP_STR("GET"), NETP_STR("/"), ha1, 0);
        FUZZ_CHECK(v != NETP_HTTP_DIGEST_RIGHT, "a nonce that is not ours passed");
        FUZZ_OUTCOME("verdict %d", v);
    }
    free(user);
}

static enum netp_http_digest_verdict verify(struct netp_http_digest_server *server,
                                            struct netp_str field,
                                            const struct netp_http_digest_request *r)
{
    struct netp_http_digest_credentials c;
    char ha1[NETP_HTTP_DIGEST_HEX];

    netp_http_digest_ha1(server->hash, r->user, server->realm, r->password, ha1);
    return netp_http_digest_credentials_parse(field, &c) == NETP_OK
               ? netp_http_digest_verify(server, &c, r->method, r->target, ha1, 5)
               : NETP_HTTP_DIGEST_BAD;
}

/* A client and a server of ours, and between them one that changes a byte. */
static void pair(struct netp_str realm, const struct netp_http_digest_request *r, uint8_t where,
                 uint8_t what)
{
    const struct netp_hash *hash = hash_list[what % 3];
    struct netp_http_digest_nonce used[1] = {{0, 0, 0, 0}};
    struct netp_http_digest_server server = {
        hash, realm, NETP_STR("0123456789abcdef"), 10, where % 2 != 0, used, 1};
    size_t cap = 3 * (realm.n + r->user.n + r->target.n) + 1000;
    char *text = (char *)fuzz_block(cap), mem[8000];
    ptrdiff_t n = netp_http_digest_challenge_format(&server, 1, what, false, text, cap);
    struct netp_http_digest_challenge c;
    struct netp_http_challenge one;
    struct netp_http_digest d;

    struct netp_str list = netp_str_make(text, n > 0 ? (size_t)n : 0);
    if (n > 0 && netp_http_challenge_next(&list, &one) == 1 &&
        netp_http_digest_parse(&one, hash_list, &c) == NETP_OK) {
        netp_http_digest_init(&d, mem, sizeof mem);
        FUZZ_CHECK(netp_http_digest_take(&d, &c) == NETP_OK, "refused");
        n = netp_http_digest_format(&d, r, text, cap);
        FUZZ_CHECK(n > 0 || n == NETP_E_ARG, "%td", n);
        told("pair", netp_str_make(text, n > 0 ? (size_t)n : 0));
        if (n > 0 && r->target.n < 1000 && r->user.n < 1000) {
            struct netp_str field = netp_str_make(text, (size_t)n);
            enum netp_http_digest_verdict v = verify(&server, field, r);
            FUZZ_CHECK(v == NETP_HTTP_DIGEST_RIGHT, "%d: %.*s", v, (int)n, text);
            v = verify(&server, field, r);
            FUZZ_CHECK(v == NETP_HTTP_DIGEST_STALE, "%d again: %.*s", v, (int)n, text);
            const char *response = strstr(text, ", response=\"");
            size_t at = (size_t)(response - text) + 12 + where % (2 * hash->size);
            text[at] = (char)(text[at] ^ (1 + what % 7));
            v = verify(&server, field, r);
            FUZZ_CHECK(v == NETP_HTTP_DIGEST_WRONG || v == NETP_HTTP_DIGEST_BAD, "%d: %.*s", v,
                       (int)n, text);
        }
    }
    free(text);
}

static struct netp_str line(struct netp_str *s)
{
    size_t n = 0;

    while (n < s->n && s->p[n] != '\n') {
        n++;
    }
    struct netp_str taken = netp_str_make(s->p, n);
    n += n < s->n;
    *s = netp_str_make(s->p + n, s->n - n);
    return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *p = (char *)fuzz_copy(data, size);
    struct netp_str rest = netp_str_make(p, size), field = line(&rest), info = line(&rest);
    struct netp_http_digest_request r = {NETP_STR("GET"), {NULL, 0},     {NULL, 0},
                                         {NULL, 0},       NETP_STR("c"), NULL};

    answer(field, info);
    read_credentials(field);
    r.user = line(&rest);
    r.password = line(&rest);
    r.target = line(&rest);
    if (r.target.n > 0) {
        pair(rest, &r, (uint8_t)size, data[size / 2]);
    }
    free(p);
    return 0;
}
