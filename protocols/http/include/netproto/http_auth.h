/* netproto/http_auth.h - which of several challenges to answer: RFC 9110 section 11.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HTTP_AUTH_H
#define NETPROTO_HTTP_AUTH_H

#include <netproto/http_digest.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Schemes, from the weakest to the strongest. */
enum netp_http_auth {
    NETP_HTTP_AUTH_NONE,
    NETP_HTTP_AUTH_BASIC,
    NETP_HTTP_AUTH_DIGEST_OLD, /* without qop, as of RFC 2069, by any algorithm */
    NETP_HTTP_AUTH_DIGEST_MD5,
    NETP_HTTP_AUTH_DIGEST_SHA256,
    NETP_HTTP_AUTH_DIGEST_SHA512_256,
    NETP_HTTP_AUTH_BEARER
};

/* What the caller can answer, and wants to. */
struct netp_http_auth_can {
    bool basic;  /* shows the password: over TLS, or when the user asked for it by name */
    bool bearer; /* there is a token */
    const struct netp_hash *const *hashes; /* for Digest, behind them NULL; NULL: no Digest */
    /* Nothing weaker is taken: who once got a challenge for this protection space says its scheme
     * here, lest somebody in between has the password by striking out the strong ones. */
    enum netp_http_auth least;
};

/* A challenge, all [in]. */
struct netp_http_auth_choice {
    enum netp_http_auth scheme;
    struct netp_str realm;                    /* a value; n is 0 without one */
    struct netp_http_digest_challenge digest; /* if it is Digest */
};

/* Makes *choice the strongest challenge of a field value of WWW-Authenticate or Proxy-Authenticate
 * that can be answered, if it is stronger than what *choice is. Begin with NETP_HTTP_AUTH_NONE, and
 * call it for each field line. Challenges that are malformed or unknown are passed over. Returns
 * NETP_OK, or what netp_http_challenge_next() says; the challenges before that place counted. */
NETP_API int netp_http_auth_choose(struct netp_http_auth_choice *choice, struct netp_str field,
                                   const struct netp_http_auth_can *can);

#ifdef __cplusplus
}
#endif

#endif
