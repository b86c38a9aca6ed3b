/* http_digest_client.c - the client's side of the Digest scheme: RFC 7616.
 * SPDX-License-Identifier: MIT */
#include "http_digest.h"

#include <netproto/bytes.h>

/* Section 6.1, from the weakest. */
static const char *const algorithms[] = {"MD5", "SHA-256", "SHA-512-256"};

static int read_algorithm(struct netp_str value, const struct netp_hash *const *hashes,
                          struct netp_http_digest_challenge *c)
{
    static const char sess[] = "-sess";
    struct netp_str name = value.n > 0 ? http_inside(value) : NETP_STR("MD5");
    size_t n = sizeof sess - 1;

    c->named = value.n > 0;
    c->sess = name.n > n && netp_str_ieq(netp_str_make(name.p + name.n - n, n), NETP_STR("-sess"));
    name.n -= c->sess ? n : 0;
    for (unsigned i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        bool known = netp_str_ieq(name, netp_str_of(algorithms[i]));
        for (; known && *hashes != NULL; hashes++) {
            if (netp_str_ieq(name, netp_str_of((*hashes)->name))) {
                c->hash = *hashes;
                c->strength = i + 1;
                return NETP_OK;
            }
        }
    }
    return NETP_E_UNSUPPORTED;
}

static int read_qop(struct netp_str value, struct netp_http_digest_challenge *c)
{
    struct netp_str list = http_inside(value), item;
    int r;

    while ((r = netp_http_list_next(&list, &item)) > 0) {
        if (netp_str_ieq(item, NETP_STR("auth"))) {
            c->qop |= NETP_HTTP_QOP_AUTH;
        } else if (netp_str_ieq(item, NETP_STR("auth-int"))) {
            c->qop |= NETP_HTTP_QOP_AUTH_INT;
        }
    }
    if (r == NETP_OK && value.n > 0 && c->qop == 0) {
        return NETP_E_UNSUPPORTED;
    }
    c->strength = c->qop == 0 ? 0 : c->strength;
    return r;
}

int netp_http_digest_parse(const struct netp_http_challenge *challenge,
                           const struct netp_hash *const *hashes,
                           struct netp_http_digest_challenge *c)
{
    struct netp_str v[HTTP_DIGEST_NPARAMS];
    int r = http_digest_params(challenge->params, v);

    memset(c, 0, sizeof *c);
    if (r < 0) {
        return r;
    }
    c->realm = v[HTTP_DIGEST_REALM];
    c->nonce = v[HTTP_DIGEST_NONCE];
    c->opaque = v[HTTP_DIGEST_OPAQUE];
    c->domain = v[HTTP_DIGEST_DOMAIN];
    c->stale = netp_http_value_ieq(v[HTTP_DIGEST_STALE], NETP_STR("true"));
    c->utf8 = netp_http_value_ieq(v[HTTP_DIGEST_CHARSET], NETP_STR("UTF-8"));
    c->userhash = netp_http_value_ieq(v[HTTP_DIGEST_USERHASH], NETP_STR("true"));
    if (c->realm.n == 0 || c->nonce.n == 0) {
        return NETP_E_SYNTAX;
    }
    r = read_algorithm(v[HTTP_DIGEST_ALGORITHM], hashes, c);
    return r < 0 ? r : read_qop(v[HTTP_DIGEST_QOP], c);
}

void netp_http_digest_init(struct netp_http_digest *d, void *mem, size_t cap)
{
    memset(d, 0, sizeof *d);
    d->mem_ = (char *)mem;
    d->cap_ = cap;
}

/* Writes what a value means behind what is kept, where there is room. */
static struct netp_str keep(const struct netp_http_digest *d, struct netp_str value)
{
    char *at = d->mem_ + d->kept_;
    ptrdiff_t n = value.n > 0 ? netp_http_unquote(at, value.n, value) : 0;
    return netp_str_make(at, (size_t)n);
}

int netp_http_digest_take(struct netp_http_digest *d, const struct netp_http_digest_challenge *c)
{
    if (d->hash_ != NULL && !http_value_eq(c->realm, d->realm_)) {
        return NETP_E_REFUSED;
    }
    if (d->nc_ > 0 && (!c->stale || d->retried_)) {
        return NETP_E_REFUSED;
    }
    if (d->cap_ < c->realm.n + c->opaque.n + c->nonce.n) {
        return NETP_E_NOSPACE;
    }
    d->retried_ = d->retried_ || d->nc_ > 0;
    d->nc_ = 0;
    d->hash_ = c->hash;
    d->qop_ = c->qop;
    d->named_ = c->named;
    d->sess_ = c->sess;
    d->utf8_ = c->utf8;
    d->userhash_ = c->userhash;
    d->kept_ = 0;
    d->realm_ = keep(d, c->realm);
    d->kept_ += d->realm_.n;
    d->opaque_ = keep(d, c->opaque);
    d->kept_ += d->opaque_.n;
    d->nonce_ = keep(d, c->nonce);
    return NETP_OK;
}

static bool is_ascii(struct netp_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((uint8_t)s.p[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

static bool is_uri(struct netp_str s)
{
    return s.n > 0 && http_all(s, &http_uri);
}

static bool is_request(const struct netp_http_digest *d, const struct netp_http_digest_request *r)
{
    return http_is_user(r->user) && http_is_password(r->password) &&
           netp_http_is_token(r->method) && is_uri(r->target) && is_uri(r->cnonce) &&
           (r->body != NULL || d->qop_ != NETP_HTTP_QOP_AUTH_INT);
}

/* The response of a request by its count; empty when the hash failed. method and body are those of
 * the request, or for the proof of the server. */
static struct netp_str response(const struct netp_http_digest *d,
                                const struct netp_http_digest_request *r, struct netp_str method,
                                const uint8_t *body, char out[NETP_HTTP_DIGEST_HEX])
{
    char ha1[NETP_HTTP_DIGEST_HEX], nc[8];
    uint8_t count[4];
    struct netp_str text[3] = {r->user, d->realm_, r->password};
    size_t n = http_digest_hex(d->hash_, text, 3, ha1);

    if (n > 0 && d->sess_) {
        text[0] = netp_str_make(ha1, n);
        text[1] = d->nonce_;
        text[2] = r->cnonce;
        n = http_digest_hex(d->hash_, text, 3, ha1);
    }
    netp_wr32be(count, d->nc_);
    struct http_digest_terms terms = {
        .hash = d->hash_,
        .ha1 = {ha1, n},
        .method = method,
        .target = r->target,
        .nonce = d->nonce_,
        .nc = {nc, http_hex(count, sizeof count, nc)},
        .cnonce = r->cnonce,
        .qop = d->qop_ == 0   ? NETP_STR("")
               : body != NULL ? NETP_STR("auth-int")
                              : NETP_STR("auth"),
        .body = body,
    };
    return netp_str_make(out, n > 0 ? http_digest_response(&terms, out) : 0);
}

/* The digest of the content if it is to be protected (qop=auth-int), or NULL. */
static const uint8_t *protected_body(const struct netp_http_digest *d, const uint8_t *body)
{
    return (d->qop_ & NETP_HTTP_QOP_AUTH_INT) != 0 ? body : NULL;
}

static bool put_user(struct http_writer *w, const struct netp_http_digest *d, struct netp_str user)
{
    char hex[NETP_HTTP_DIGEST_HEX];

    if (d->userhash_) {
        ptrdiff_t n = netp_http_digest_userhash(d->hash_, user, d->realm_, hex);
        http_put_quoted(w, NETP_STR("username"), netp_str_make(hex, n > 0 ? (size_t)n : 0));
        http_put_str(w, NETP_STR(", userhash=true"));
        return n > 0;
    }
    if (!d->utf8_ || is_ascii(user)) {
        http_put_quoted(w, NETP_STR("username"), user);
        return true;
    }
    http_put_str(w, NETP_STR("username*=UTF-8''"));
    for (size_t i = 0; i < user.n; i++) {
        if (http_is(&http_attr, user.p[i])) {
            http_put(w, user.p[i]);
        } else {
            uint8_t b = (uint8_t)user.p[i];
            http_put(w, '%');
            http_put_str(w, netp_str_make(hex, http_hex(&b, 1, hex)));
        }
    }
    return true;
}

ptrdiff_t netp_http_digest_format(struct netp_http_digest *d,
                                  const struct netp_http_digest_request *r, char *out, size_t cap)
{
    struct http_writer w = {out, cap, 0};
    const uint8_t *body = protected_body(d, r->body);
    char hex[NETP_HTTP_DIGEST_HEX], nc[8];
    uint8_t count[4];

    if (d->hash_ == NULL || d->nc_ == UINT32_MAX) {
        return NETP_E_STATE;
    }
    if (!is_request(d, r)) {
        return NETP_E_ARG;
    }
    d->nc_++;
    struct netp_str digest = response(d, r, r->method, body, hex);
    http_put_str(&w, NETP_STR("Digest "));
    bool good = put_user(&w, d, r->user) && digest.n > 0;
    http_put_quoted(&w, NETP_STR(", realm"), d->realm_);
    http_put_quoted(&w, NETP_STR(", uri"), r->target);
    if (d->named_) {
        http_put_str(&w, NETP_STR(", algorithm="));
        http_put_str(&w, netp_str_of(d->hash_->name));
        http_put_str(&w, d->sess_ ? NETP_STR("-sess") : NETP_STR(""));
    }
    http_put_quoted(&w, NETP_STR(", nonce"), d->nonce_);
    if (d->qop_ != 0) {
        netp_wr32be(count, d->nc_);
        http_put_str(&w, NETP_STR(", nc="));
        http_put_str(&w, netp_str_make(nc, http_hex(count, sizeof count, nc)));
        http_put_quoted(&w, NETP_STR(", cnonce"), r->cnonce);
        http_put_str(&w, body != NULL ? NETP_STR(", qop=auth-int") : NETP_STR(", qop=auth"));
    }
    http_put_quoted(&w, NETP_STR(", response"), digest);
    if (d->opaque_.n > 0) {
        http_put_quoted(&w, NETP_STR(", opaque"), d->opaque_);
    }
    ptrdiff_t n = good ? http_written(&w) : NETP_E_UNSUPPORTED;
    d->nc_ -= n < 0;
    return n;
}

/* What rspauth says: 1, 0 or an error. */
static int proof(const struct netp_http_digest *d, const struct netp_http_digest_request *r,
                 struct netp_str rspauth, const uint8_t *body)
{
    char hex[NETP_HTTP_DIGEST_HEX];
    bool integrity = protected_body(d, r->body) != NULL;

    if (rspauth.n == 0 || (integrity && body == NULL)) {
        return 0;
    }
    struct netp_str want = response(d, r, NETP_STR(""), integrity ? body : NULL, hex);
    if (want.n == 0) {
        return NETP_E_UNSUPPORTED;
    }
    rspauth = http_inside(rspauth);
    return rspauth.n == want.n && netp_equal_ct(rspauth.p, want.p, want.n) ? 1 : NETP_E_REFUSED;
}

int netp_http_digest_answered(struct netp_http_digest *d, const struct netp_http_digest_request *r,
                              struct netp_str info, const uint8_t *body)
{
    struct netp_str v[HTTP_DIGEST_NPARAMS], next;
    int e = http_digest_params(info, v);

    d->retried_ = false;
    if (e < 0) {
        return e;
    }
    e = proof(d, r, v[HTTP_DIGEST_RSPAUTH], body);
    next = v[HTTP_DIGEST_NEXTNONCE];
    if (e >= 0 && next.n > 0) {
        if (d->cap_ - d->kept_ < next.n) {
            return NETP_E_NOSPACE;
        }
        d->nonce_ = keep(d, next);
        d->nc_ = 0;
    }
    return e;
}
