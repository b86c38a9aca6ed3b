/* http_digest_server.c - the server's side of the Digest scheme: RFC 7616.
 * SPDX-License-Identifier: MIT */
#include "http_digest.h"

#include <netproto/base64.h>
#include <netproto/bytes.h>

/* A nonce (section 5.4): when it was made, its number, and a code that proves it is ours. */
#define STAMP     16
#define CODE      16
#define NONCE_LEN NETP_BASE64_LEN(STAMP + CODE)

static bool make_code(const struct netp_http_digest_server *server, const uint8_t stamp[STAMP],
                      uint8_t code[CODE])
{
    uint8_t mac[NETP_HASH_SIZE_MAX] = {0};
    bool good =
        netp_hmac(server->hash, server->secret, netp_str_make((const char *)stamp, STAMP), mac);
    memcpy(code, mac, CODE);
    return good;
}

ptrdiff_t netp_http_digest_challenge_format(const struct netp_http_digest_server *server,
                                            netp_ms now, uint64_t number, bool stale, char *out,
                                            size_t cap)
{
    struct http_writer w = {out, cap, 0};
    uint8_t bytes[STAMP + CODE];
    char nonce[NONCE_LEN];

    if (!http_all(server->realm, &http_text)) {
        return NETP_E_ARG;
    }
    netp_wr64be(bytes, now);
    netp_wr64be(bytes + 8, number);
    if (!make_code(server, bytes, bytes + STAMP)) {
        return NETP_E_UNSUPPORTED;
    }
    netp_base64_encode(nonce, sizeof nonce, bytes, sizeof bytes);
    http_put_quoted(&w, NETP_STR("Digest realm"), server->realm);
    http_put_str(&w, NETP_STR(", qop=\"auth\", algorithm="));
    http_put_str(&w, netp_str_of(server->hash->name));
    http_put_quoted(&w, NETP_STR(", nonce"), netp_str_make(nonce, sizeof nonce));
    http_put_str(&w, NETP_STR(", charset=UTF-8"));
    http_put_str(&w, server->userhash ? NETP_STR(", userhash=true") : NETP_STR(""));
    http_put_str(&w, stale ? NETP_STR(", stale=true") : NETP_STR(""));
    return http_written(&w);
}

int netp_http_digest_credentials_parse(struct netp_str field,
                                       struct netp_http_digest_credentials *c)
{
    struct netp_str v[HTTP_DIGEST_NPARAMS];
    struct netp_http_challenge one, more;
    int r = netp_http_challenge_next(&field, &one);

    memset(c, 0, sizeof *c);
    if (r <= 0) {
        return r < 0 ? r : NETP_E_SYNTAX;
    }
    if (!netp_str_ieq(one.scheme, NETP_STR("Digest"))) {
        return NETP_E_UNSUPPORTED;
    }
    r = http_digest_params(one.params, v);
    if (r < 0) {
        return r;
    }
    c->user = v[HTTP_DIGEST_USERNAME];
    c->user_star = v[HTTP_DIGEST_USERNAME_STAR];
    c->realm = v[HTTP_DIGEST_REALM];
    c->nonce = v[HTTP_DIGEST_NONCE];
    c->uri = v[HTTP_DIGEST_URI];
    c->response = v[HTTP_DIGEST_RESPONSE];
    c->algorithm = v[HTTP_DIGEST_ALGORITHM];
    c->qop = v[HTTP_DIGEST_QOP];
    c->nc = v[HTTP_DIGEST_NC];
    c->cnonce = v[HTTP_DIGEST_CNONCE];
    c->userhash = netp_http_value_ieq(v[HTTP_DIGEST_USERHASH], NETP_STR("true"));
    bool complete = c->realm.n > 0 && c->nonce.n > 0 && c->uri.n > 0 && c->response.n > 0;
    bool one_user = (c->user.n > 0) != (c->user_star.n > 0);
    bool plain_hash = !c->userhash || c->user.n > 0; /* section 3.4.4 */
    return complete && one_user && plain_hash && netp_http_challenge_next(&field, &more) == 0
               ? NETP_OK
               : NETP_E_SYNTAX;
}

ptrdiff_t netp_http_digest_user(char *out, size_t cap, const struct netp_http_digest_credentials *c)
{
    return c->user.n > 0 ? netp_http_unquote(out, cap, c->user)
                         : netp_http_ext_value(out, cap, c->user_star);
}

/* A value without quotes that means itself: none of these needs a backslash. */
static bool take_plain(struct netp_str value, struct netp_str *text)
{
    *text = http_inside(value);
    return text->n > 0 && memchr(text->p, '\\', text->n) == NULL;
}

/* Takes from the credentials what the response is made of; false if section 3.4 is broken, or they
 * are for another target or algorithm. */
static bool read_terms(const struct netp_http_digest_server *server,
                       const struct netp_http_digest_credentials *c, struct http_digest_terms *t,
                       uint64_t *nc)
{
    struct netp_str algorithm = c->algorithm.n > 0 ? c->algorithm : NETP_STR("MD5");

    return netp_http_value_ieq(algorithm, netp_str_of(server->hash->name)) &&
           http_value_eq(c->uri, t->target) && netp_http_value_ieq(c->qop, t->qop) &&
           take_plain(c->nonce, &t->nonce) && take_plain(c->cnonce, &t->cnonce) &&
           take_plain(c->nc, &t->nc) && t->nc.n == 8 &&
           netp_parse_hex(t->nc, UINT32_MAX, nc) == NETP_OK && *nc > 0;
}

/* Whether the password was right; *nc becomes the count of requests with this nonce. */
static enum netp_http_digest_verdict check(const struct netp_http_digest_server *server,
                                           const struct netp_http_digest_credentials *c,
                                           struct netp_str method, struct netp_str target,
                                           const char *ha1, uint64_t *nc)
{
    static const char nobody[NETP_HTTP_DIGEST_HEX] = {0};
    struct http_digest_terms terms = {
        .hash = server->hash,
        .ha1 = {ha1 != NULL ? ha1 : nobody, 2 * server->hash->size},
        .method = method,
        .target = target,
        .qop = NETP_STR("auth"),
    };
    struct netp_str response;
    char hex[NETP_HTTP_DIGEST_HEX];

    if (!read_terms(server, c, &terms, nc) || !take_plain(c->response, &response)) {
        return NETP_HTTP_DIGEST_BAD;
    }
    bool same = http_digest_response(&terms, hex) == response.n &&
                netp_equal_ct(hex, response.p, response.n);
    return same && ha1 != NULL && http_value_eq(c->realm, server->realm) ? NETP_HTTP_DIGEST_RIGHT
                                                                         : NETP_HTTP_DIGEST_WRONG;
}

/* Whether this request was the first of its count. A nonce that is not remembered counts as new if
 * it is younger than the one in its place, for an older one may have been driven out of it. */
static bool first_use(const struct netp_http_digest_server *server, uint64_t made, uint64_t number,
                      uint32_t nc)
{
    if (server->nused == 0) {
        return true;
    }
    struct netp_http_digest_nonce *n = &server->used[number % server->nused];
    bool known = n->top > 0 && n->made == made && n->number == number;
    if (!known) {
        if (n->top > 0 && made <= n->made) {
            return false;
        }
        *n = (struct netp_http_digest_nonce){made, number, 1, nc};
        return true;
    }
    if (nc > n->top) {
        n->seen = (nc - n->top < 64 ? n->seen << (nc - n->top) : 0) | 1;
        n->top = nc;
        return true;
    }
    uint64_t bit = n->top - nc < 64 ? (uint64_t)1 << (n->top - nc) : 0;
    bool first = bit != 0 && (n->seen & bit) == 0;
    n->seen |= bit;
    return first;
}

enum netp_http_digest_verdict netp_http_digest_verify(const struct netp_http_digest_server *server,
                                                      const struct netp_http_digest_credentials *c,
                                                      struct netp_str method,
                                                      struct netp_str target, const char *ha1,
                                                      netp_ms now)
{
    uint8_t bytes[STAMP + CODE] = {0}, code[CODE];
    uint64_t nc;
    enum netp_http_digest_verdict v = check(server, c, method, target, ha1, &nc);

    if (v != NETP_HTTP_DIGEST_RIGHT) {
        return v;
    }
    /* Only who knows the password gets so far, so nobody else can use up the memory for nonces. */
    ptrdiff_t n = netp_base64_decode(bytes, sizeof bytes, http_inside(c->nonce));
    bool ours = n == STAMP + CODE && make_code(server, bytes, code) &&
                netp_equal_ct(code, bytes + STAMP, CODE);
    uint64_t made = netp_rd64be(bytes);
    bool fresh = ours && made <= now && now - made <= server->life_ms &&
                 first_use(server, made, netp_rd64be(bytes + 8), (uint32_t)nc);
    return fresh ? NETP_HTTP_DIGEST_RIGHT : NETP_HTTP_DIGEST_STALE;
}
