/* http_digest.h - what both sides of the Digest scheme share. SPDX-License-Identifier: MIT */
#ifndef HTTP_DIGEST_H
#define HTTP_DIGEST_H

#include "http_scan.h"

#include <netproto/http_digest.h>

/* The parameters of RFC 7616, of challenges, credentials and Authentication-Info. */
#define HTTP_DIGEST_PARAMS(X)                                                                      \
    X(ALGORITHM, "algorithm")                                                                      \
    X(CHARSET, "charset")                                                                          \
    X(CNONCE, "cnonce")                                                                            \
    X(DOMAIN, "domain")                                                                            \
    X(NC, "nc")                                                                                    \
    X(NEXTNONCE, "nextnonce")                                                                      \
    X(NONCE, "nonce")                                                                              \
    X(OPAQUE, "opaque")                                                                            \
    X(QOP, "qop")                                                                                  \
    X(REALM, "realm")                                                                              \
    X(RESPONSE, "response")                                                                        \
    X(RSPAUTH, "rspauth")                                                                          \
    X(STALE, "stale")                                                                              \
    X(URI, "uri")                                                                                  \
    X(USERHASH, "userhash")                                                                        \
    X(USERNAME, "username")                                                                        \
    X(USERNAME_STAR, "username*")

enum http_digest_param {
#define HTTP_DIGEST_ENUM_(id, name) HTTP_DIGEST_##id,
    HTTP_DIGEST_PARAMS(HTTP_DIGEST_ENUM_)
#undef HTTP_DIGEST_ENUM_
        HTTP_DIGEST_NPARAMS
};

/* Reads them as values; n is 0 without one. NETP_E_SYNTAX, also for two of a name; NETP_E_LIMIT. */
int http_digest_params(struct netp_str params, struct netp_str value[HTTP_DIGEST_NPARAMS]);

/* What a response is made of (section 3.4.1), as texts. */
struct http_digest_terms {
    const struct netp_hash *hash;
    struct netp_str ha1; /* in hexadecimal */
    struct netp_str method, target;
    struct netp_str nonce, nc, cnonce;
    struct netp_str qop; /* n is 0: of RFC 2069, without the two before */
    const uint8_t *body; /* its digest; NULL: not auth-int */
};

/* n bytes in hexadecimal; the length. */
size_t http_hex(const uint8_t *p, size_t n, char *out);
/* The hash of the texts with a colon between each two, in hexadecimal: at most 6. The length, or 0
 * when the hash failed. */
size_t http_digest_hex(const struct netp_hash *hash, const struct netp_str *text, size_t n,
                       char out[NETP_HTTP_DIGEST_HEX]);
/* The response, of the same kind. */
size_t http_digest_response(const struct http_digest_terms *t, char out[NETP_HTTP_DIGEST_HEX]);

/* Writes `name="text"`, with what comes before it. */
void http_put_quoted(struct http_writer *w, struct netp_str name, struct netp_str text);

#endif
