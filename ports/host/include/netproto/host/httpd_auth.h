/* netproto/host/httpd_auth.h - who may: the Basic and Digest schemes for an HTTP server, RFC 9110
 * section 11, RFC 7617, RFC 7616. Built with NETPROTO_TLS, for its hash functions.
 *
 * SPDX-License-Identifier: MIT
 *
 *     auth = netp_httpd_auth_new(loop, &(struct netp_httpd_auth_cfg){.realm = "notes",
 *                                                  .digests = "/etc/notes.htdigest"}, why);
 *     struct netp_httpd_guard guard = {auth, edit, NULL};
 *     route = {.pattern = "/edit", .handle = netp_httpd_guard_handle, .arg = &guard};
 *
 * Users are lines of files, which are read again when they have changed. Lines that are empty or
 * begin with # are passed over; a fault, or a name that is there twice, is an error of the whole
 * file.
 *     passwords  user:hash, as htpasswd -B, openssl passwd -6 and mkpasswd write it: bcrypt,
 *                yescrypt, scrypt, SHA-512 or SHA-256 of crypt(3). Weaker ones are refused. For
 *                Basic, which shows the password to whoever reads along. Needs NETPROTO_CRYPT.
 *     digests    user:realm:H(user:realm:password), as htdigest writes it, which knows MD5 alone;
 *                by SHA-256 it is what sha256sum says. For Digest. Whoever reads the file can log
 *                in. Lines of other realms are passed over.
 *
 * A hash of a password takes long, so threads make it, for a name that is not there, too; the loop
 * goes on meanwhile. What was found right is known for a while without that.
 *
 * After five wrong passwords from an address (IPv6: its /64) each of its answers waits a second,
 * and it can have but one waiting (429), until it has tried none for a minute or got one right. */
#ifndef NETPROTO_HOST_HTTPD_AUTH_H
#define NETPROTO_HOST_HTTPD_AUTH_H

#include <netproto/host/httpd.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_httpd_auth;

/* Zero is a sound default but for realm and a file. Texts are copied, secret too. */
struct netp_httpd_auth_cfg {
    const char *realm;     /* without control characters, 200 bytes at most */
    const char *passwords; /* a file; NULL: no Basic */
    const char *digests;   /* a file; NULL: no Digest */
    bool clear;            /* Basic without TLS, too: for tests, or behind a proxy that has TLS */
    unsigned threads;      /* hashes that are made at a time; 0: 2 */
    unsigned waiting;  /* requests that wait for one, or for their answer: 503 to more; 0: 256 */
    uint32_t known_ms; /* a password that was right is known so long; 0: 60 s */
    uint32_t nonce_ms; /* a nonce of Digest lives so long; 0: 300 s */
    /* Random bytes, 16 at least, by which several servers, as of several threads, take each other's
     * nonces; n 0: its own. */
    struct netp_str secret;
    /* A file that has changed can't be used, why is a line without passwords; those that were read
     * before stay. NULL: nobody is told. */
    void (*fault)(void *arg, const char *why);
    void *arg;
};

#define NETP_HTTPD_AUTH_WHY 512 /* bytes of a sentence, with its NUL */

/* NULL, and a sentence without a full stop: "/etc/users:3: the password of eve is hashed by SHA-1,
 * which is too weak; htpasswd -B makes a better one". Both are gone by netp_httpd_auth_free(),
 * after every server that uses it. */
NETP_API struct netp_httpd_auth *netp_httpd_auth_new(struct netp_loop *loop,
                                                     const struct netp_httpd_auth_cfg *cfg,
                                                     char why[NETP_HTTPD_AUTH_WHY]);
NETP_API void netp_httpd_auth_free(struct netp_httpd_auth *auth);

/* Calls handle(arg, x), at once or later from the loop, when the request has the credentials of a
 * user, whose name is in netp_httpd_request() then. Else answers it: 401 with challenges, Digest
 * first; 403 if there is none to give, since Basic is for TLS; 400 if Authorization is malformed;
 * 429 and 503 as above. Once, first thing in a handler, which leaves x alone then. */
NETP_API void netp_httpd_auth_check(struct netp_httpd_auth *auth, struct netp_httpd_exchange *x,
                                    void (*handle)(void *arg, struct netp_httpd_exchange *x),
                                    void *arg);

/* The same as a route's handler. */
struct netp_httpd_guard {
    struct netp_httpd_auth *auth;
    void (*handle)(void *arg, struct netp_httpd_exchange *x);
    void *arg;
};
NETP_API void netp_httpd_guard_handle(void *guard, struct netp_httpd_exchange *x);

#ifdef __cplusplus
}
#endif

#endif
