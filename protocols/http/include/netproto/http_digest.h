/* netproto/http_digest.h - the Digest scheme of authentication: RFC 7616.
 *
 * SPDX-License-Identifier: MIT
 *
 * A client keeps a netp_http_digest for each protection space, which is an origin (or proxy) and a
 * realm, and asks it for credentials before each request:
 *
 *     401   netp_http_auth_choose(), then netp_http_digest_take(); format, and ask again
 *     else  netp_http_digest_answered()
 *
 * A server has a netp_http_digest_server for each realm and algorithm. Nonces tell it when they
 * were made, so it remembers none but those in use.
 *
 * "A text" is what a value means; "a value" is as in netproto/http_field.h. */
#ifndef NETPROTO_HTTP_DIGEST_H
#define NETPROTO_HTTP_DIGEST_H

#include <netproto/hash.h>
#include <netproto/http_field.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HTTP_DIGEST_VALUE_MAX 4096 /* bytes: a longer value is NETP_E_LIMIT */

/* The most characters of a digest in hexadecimal, for hashes of up to 32 bytes. */
#define NETP_HTTP_DIGEST_HEX 64

enum netp_http_qop { NETP_HTTP_QOP_AUTH = 1, NETP_HTTP_QOP_AUTH_INT = 2 };

/* A challenge of the scheme (section 3.3), its values as they were sent, [in]. */
struct netp_http_digest_challenge {
    const struct netp_hash *hash;
    struct netp_str realm, nonce;
    struct netp_str opaque, domain; /* n is 0 without one */
    unsigned qop;                   /* NETP_HTTP_QOP_*; 0 is a server of RFC 2069 */
    /* 0 without qop, since such an answer has nothing of the client's in it; else MD5 is 1, SHA-256
     * 2 and SHA-512-256 3. */
    unsigned strength;
    bool named; /* it has an algorithm, which is MD5 if not */
    bool sess;  /* the -sess variant */
    bool stale, utf8, userhash;
};

/* Reads a challenge whose scheme is Digest. hashes are those at hand, behind them NULL; it keeps a
 * pointer to one. NETP_E_SYNTAX: malformed, without realm or nonce, or two of a parameter;
 * NETP_E_LIMIT: a long value, or many commas; NETP_E_UNSUPPORTED: an algorithm that is not at hand
 * or not of RFC 7616, or no qop that is known. With any of them, pass over this challenge. */
NETP_API int netp_http_digest_parse(const struct netp_http_challenge *challenge,
                                    const struct netp_hash *const *hashes,
                                    struct netp_http_digest_challenge *c);

/* A client's side of a protection space. No member is for the caller to change. */
struct netp_http_digest {
    char *mem_;
    size_t cap_, kept_;
    const struct netp_hash *hash_; /* NULL: no challenge has been taken */
    struct netp_str realm_, nonce_, opaque_;
    uint32_t nc_; /* requests that were made with this nonce */
    unsigned qop_;
    bool named_, sess_, utf8_, userhash_, retried_;
};

/* mem is lent for as long as d is in use, for realm, opaque and nonce: 1 KiB does for servers that
 * mean well. */
NETP_API void netp_http_digest_init(struct netp_http_digest *d, void *mem, size_t cap);

/* Takes a challenge, which need not last. NETP_OK: write credentials and send the request again.
 * NETP_E_REFUSED: the credentials of the last request were wrong, or a new nonce was asked for
 * twice in a row, or the challenge is for another realm; ask the user, and init() for another try.
 * NETP_E_NOSPACE: the challenge does not fit. d is as it was in both cases. */
NETP_API int netp_http_digest_take(struct netp_http_digest *d,
                                   const struct netp_http_digest_challenge *c);

/* A request, and who makes it. All are texts, in the charset of the server: UTF-8, unless both
 * sides know of another. */
struct netp_http_digest_request {
    struct netp_str method, target; /* as in the request line */
    struct netp_str user, password;
    struct netp_str cnonce; /* visible ASCII, of random bytes; with a -sess algorithm the same one
                               for as long as the server gives no new nonce */
    const uint8_t *body;    /* the digest of the content by the challenge's hash, or NULL: with it
                               qop is auth-int if the server offers that */
};

/* Writes the value of Authorization or Proxy-Authorization (section 3.4), counts the request, and
 * returns its length. A user with other characters than ASCII goes as username* if the server said
 * that it knows UTF-8.
 * NETP_E_STATE: no challenge yet, or 2^32 requests with a nonce: send the request without.
 * NETP_E_ARG: a control character, a colon in user, a target or cnonce that is not visible ASCII,
 * or no body where the server takes auth-int alone. NETP_E_UNSUPPORTED: the hash failed.
 * NETP_E_NOSPACE. Nothing was counted then. */
NETP_API ptrdiff_t netp_http_digest_format(struct netp_http_digest *d,
                                           const struct netp_http_digest_request *r, char *out,
                                           size_t cap);

/* For each answer other than 401 (407 of a proxy) to a request r that had credentials, before the
 * next is written. info is the value of Authentication-Info (Proxy-Authentication-Info), n is 0
 * without one; body the digest of the answer's content, or NULL. Takes a nonce from it for the next
 * request (section 3.5).
 * 1: the server has shown that it knows the password, too; 0: it has not tried, or with auth-int
 * and there was no body; NETP_E_REFUSED: what it showed is wrong; NETP_E_SYNTAX, NETP_E_LIMIT: info
 * is malformed; NETP_E_NOSPACE: the next nonce does not fit; NETP_E_UNSUPPORTED: the hash failed. A
 * caller that must know the server demands 1; others can go on whatever it is. */
NETP_API int netp_http_digest_answered(struct netp_http_digest *d,
                                       const struct netp_http_digest_request *r,
                                       struct netp_str info, const uint8_t *body);

/* H(user:realm:password) in hexadecimal, as the files of htdigest have it, and H(user:realm), the
 * user's name when userhash is in use. Texts. Returns the length, or NETP_E_UNSUPPORTED: the hash
 * failed, or is longer than NETP_HTTP_DIGEST_HEX. */
NETP_API ptrdiff_t netp_http_digest_ha1(const struct netp_hash *hash, struct netp_str user,
                                        struct netp_str realm, struct netp_str password,
                                        char out[NETP_HTTP_DIGEST_HEX]);
NETP_API ptrdiff_t netp_http_digest_userhash(const struct netp_hash *hash, struct netp_str user,
                                             struct netp_str realm, char out[NETP_HTTP_DIGEST_HEX]);

/* A nonce in use; memset(0) an array of them for the server. */
struct netp_http_digest_nonce {
    uint64_t made, number; /* which it is */
    uint64_t seen;         /* bit i: request top - i was */
    uint32_t top;          /* the highest count of requests; 0 is none */
};

/* A server's side of a realm. All pointers are lent for as long as it is in use. */
struct netp_http_digest_server {
    const struct netp_hash *hash; /* of RFC 7616: its name goes to clients */
    struct netp_str realm;        /* a text without control characters */
    struct netp_str secret;       /* random bytes for this realm alone, 16 at least */
    netp_ms life_ms;              /* a nonce is stale after that time */
    bool userhash;                /* clients may hide user names */
    /* Where nonces in use are remembered, so that no request works twice. As many as there are
     * clients at a time: with fewer, or many that share a slot, an older one is told that its nonce
     * is stale. 0: requests can be replayed while their nonce lives. */
    struct netp_http_digest_nonce *used;
    size_t nused;
};

/* Writes a challenge (section 3.3) with a new nonce and returns its length. number must be another
 * each time: count. stale: the verdict was NETP_HTTP_DIGEST_STALE. NETP_E_ARG: a control character
 * in the realm; NETP_E_UNSUPPORTED: the hash failed; NETP_E_NOSPACE. */
NETP_API ptrdiff_t netp_http_digest_challenge_format(const struct netp_http_digest_server *server,
                                                     netp_ms now, uint64_t number, bool stale,
                                                     char *out, size_t cap);

/* What a client sends (section 3.4), as values [in]; n is 0 without one. */
struct netp_http_digest_credentials {
    struct netp_str user;      /* username, for netp_http_digest_user() */
    struct netp_str user_star; /* or username* */
    struct netp_str realm, nonce, uri, response;
    struct netp_str algorithm, qop, nc, cnonce;
    bool userhash;
};

/* Reads the value of Authorization or Proxy-Authorization. NETP_E_UNSUPPORTED: another scheme;
 * NETP_E_SYNTAX: malformed, without what section 3.4 wants, two of a parameter, both of username
 * and username*, more than one set of credentials; NETP_E_LIMIT: a long value, or many commas. */
NETP_API int netp_http_digest_credentials_parse(struct netp_str field,
                                                struct netp_http_digest_credentials *c);

/* Writes the user's name as a text, or, if c->userhash, what netp_http_digest_userhash() makes of
 * it. Returns its length; errors are those of netp_http_ext_value(), for a username*. */
NETP_API ptrdiff_t netp_http_digest_user(char *out, size_t cap,
                                         const struct netp_http_digest_credentials *c);

enum netp_http_digest_verdict {
    NETP_HTTP_DIGEST_RIGHT = 1,
    NETP_HTTP_DIGEST_WRONG, /* 401 with a new challenge */
    NETP_HTTP_DIGEST_STALE, /* the same, stale: the password was right, the nonce old or used */
    NETP_HTTP_DIGEST_BAD    /* 400: for another target or algorithm, or breaks section 3.4 */
};

/* Judges the credentials of a request. ha1 is netp_http_digest_ha1() of the user they name; NULL
 * when there is no such user, which takes the same time. A server of several algorithms looks at
 * c->algorithm first, for which of its netp_http_digest_server to ask. */
NETP_API enum netp_http_digest_verdict netp_http_digest_verify(
    const struct netp_http_digest_server *server, const struct netp_http_digest_credentials *c,
    struct netp_str method, struct netp_str target, const char *ha1, netp_ms now);

#ifdef __cplusplus
}
#endif

#endif
