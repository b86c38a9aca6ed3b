/* http_digest.c - what both sides of the Digest scheme share: RFC 7616 section 3.4.
 * SPDX-License-Identifier: MIT */
#include "http_digest.h"

int http_digest_params(struct netp_str params, struct netp_str value[HTTP_DIGEST_NPARAMS])
{
    static const char *const names[] = {
#define HTTP_DIGEST_NAME_(id, name) name,
        HTTP_DIGEST_PARAMS(HTTP_DIGEST_NAME_)
#undef HTTP_DIGEST_NAME_
    };
    struct netp_str name, v;
    int r;

    memset(value, 0, HTTP_DIGEST_NPARAMS * sizeof *value);
    while ((r = netp_http_auth_param_next(&params, &name, &v)) > 0) {
        if (v.n > NETP_HTTP_DIGEST_VALUE_MAX) {
            return NETP_E_LIMIT;
        }
        for (size_t i = 0; i < HTTP_DIGEST_NPARAMS; i++) {
            if (!http_once(name, netp_str_of(names[i]), v, &value[i])) {
                return NETP_E_SYNTAX;
            }
        }
    }
    return r;
}

size_t http_hex(const uint8_t *p, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++) {
        *out++ = "0123456789abcdef"[p[i] >> 4];
        *out++ = "0123456789abcdef"[p[i] & 15];
    }
    return 2 * n;
}

size_t http_digest_hex(const struct netp_hash *hash, const struct netp_str *text, size_t n,
                       char out[NETP_HTTP_DIGEST_HEX])
{
    uint8_t digest[NETP_HTTP_DIGEST_HEX / 2];
    struct netp_str part[11];

    for (size_t i = 0; i < n; i++) {
        part[2 * i] = text[i];
        if (i + 1 < n) {
            part[2 * i + 1] = NETP_STR(":");
        }
    }
    if (hash->size > sizeof digest || !hash->run(hash, part, 2 * n - 1, digest)) {
        return 0;
    }
    return http_hex(digest, hash->size, out);
}

size_t http_digest_response(const struct http_digest_terms *t, char out[NETP_HTTP_DIGEST_HEX])
{
    char a2[NETP_HTTP_DIGEST_HEX], body[NETP_HTTP_DIGEST_HEX];
    struct netp_str a2_text[] = {t->method, t->target, {body, 0}};
    struct netp_str text[6] = {t->ha1, t->nonce, t->nc, t->cnonce, t->qop};
    size_t n = t->qop.n > 0 ? 5 : 2;

    if (t->body != NULL) {
        a2_text[2].n = http_hex(t->body, t->hash->size, body);
    }
    text[n].p = a2;
    text[n].n = http_digest_hex(t->hash, a2_text, t->body != NULL ? 3 : 2, a2);
    return text[n].n > 0 ? http_digest_hex(t->hash, text, n + 1, out) : 0;
}

void http_put_quoted(struct http_writer *w, struct netp_str name, struct netp_str text)
{
    http_put_str(w, name);
    http_put_str(w, NETP_STR("=\""));
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\') {
            http_put(w, '\\');
        }
        http_put(w, text.p[i]);
    }
    http_put(w, '"');
}

ptrdiff_t netp_http_digest_ha1(const struct netp_hash *hash, struct netp_str user,
                               struct netp_str realm, struct netp_str password,
                               char out[NETP_HTTP_DIGEST_HEX])
{
    const struct netp_str text[] = {user, realm, password};
    size_t n = http_digest_hex(hash, text, 3, out);

    return n > 0 ? (ptrdiff_t)n : NETP_E_UNSUPPORTED;
}

ptrdiff_t netp_http_digest_userhash(const struct netp_hash *hash, struct netp_str user,
                                    struct netp_str realm, char out[NETP_HTTP_DIGEST_HEX])
{
    const struct netp_str text[] = {user, realm};
    size_t n = http_digest_hex(hash, text, 2, out);

    return n > 0 ? (ptrdiff_t)n : NETP_E_UNSUPPORTED;
}
