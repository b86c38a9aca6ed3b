/* tls_priv.h - what the files of TLS share. SPDX-License-Identifier: MIT */
#ifndef TLS_PRIV_H
#define TLS_PRIV_H

#include <netproto/host/tls.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <time.h>

struct session {
    char *host;
    uint16_t port;
    SSL_SESSION *session;
    uint64_t used; /* when, in uses of the context */
};

struct identity { /* a certificate to show */
    X509 *cert;
    EVP_PKEY *key;
    STACK_OF(X509) * chain;
    uint8_t *staple; /* NULL: none */
    size_t nstaple;
    time_t staple_end; /* when it is out of date; 0: never */
};

struct identities {
    struct identity *v;
    size_t n;
};

struct ticket_key { /* RFC 5077 section 4 */
    uint8_t name[16], cipher[32], mac[32];
};

struct netp_tls_ctx {
    SSL_CTX *ssl;
    BIO_METHOD *bio;
    bool verify, known_names;
    uint8_t *alpn; /* as on the wire */
    unsigned nalpn;
    int keylog; /* a descriptor, or -1 */
    struct session *session;
    unsigned nsession;
    uint64_t uses;
    struct identities own;
    unsigned clients;            /* a server's: NETP_TLS_CLIENTS_* */
    struct ticket_key ticket[2]; /* the present one, the one before */
    unsigned ntickets;
};

struct netp_tls {
    struct netp_transport transport;
    struct netp_tls_ctx *ctx;
    const struct netp_transport *lower;
    int fd;
    SSL *ssl;
    char *host; /* a client's */
    uint16_t port;

    uint8_t *queue; /* records that what is below does not take yet */
    size_t nqueue, sent;

    bool begun, done; /* the handshake */
    bool more;        /* there may be input that OpenSSL has already */
    bool told;        /* the end, to who receives */
    bool said, shut;  /* close_notify, and the end of what is below */
    unsigned end;     /* NETP_IN_*, of the input */
    unsigned below_end;
    int below_errno; /* why it is NETP_IN_BROKEN */
    int cut;         /* errno of sending: nothing can be sent any more */
    struct netp_tls_fail fail;
};

/* tls_text.c */

/* Sets *f unless it is set already. */
void tls_set_fail(struct netp_tls_fail *f, enum netp_tls_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for what OpenSSL has queued last, which is cleared; what: "cannot use FILE". */
void tls_set_config_fail(struct netp_tls_fail *f, const char *what, const char *name);
/* The same for a handshake or record that failed. */
void tls_set_peer_fail(struct netp_tls *t);
/* An SSL_verify_cb. */
int tls_check_cert(int ok, X509_STORE_CTX *store);
/* The names that cert is for, as in struct netp_tls_info. */
void tls_cert_names(X509 *cert, char *out, size_t cap);
void tls_cert_subject(const X509_NAME *name, char *out, size_t cap);
void tls_print_time(const ASN1_TIME *when, char out[64]);

/* tls_cert.c */

/* Reads v[0..n). false with *f. */
bool tls_load(struct identities *to, const struct netp_tls_cert *v, size_t n,
              struct netp_tls_fail *f);
void tls_unload(struct identities *own);

/* tls_staple.c */

/* Reads the response in a file for id's certificate. false with *f. */
bool tls_read_staple(struct identity *id, const char *name, struct netp_tls_fail *f);
/* A server's status callback (SSL_CTX_set_tlsext_status_cb); arg is the context. */
int tls_staple(SSL *ssl, void *arg);
/* A client's that wants a response: 0, which ends the handshake, unless it is good. */
int tls_judge_staple(SSL *ssl, void *arg);

/* tls_name.c: a servername callback. Picks the certificates for the name that the client asks for,
 * one for each kind of key; arg is the context. */
int tls_choose_cert(SSL *ssl, int *alert, void *arg);

/* tls_ctx.c */

/* Offers the session that is remembered for t. */
void tls_resume(struct netp_tls *t);

/* tls.c */
BIO_METHOD *tls_bio_method(void);

#define TLS_HOST_FLAGS (X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)

#endif
