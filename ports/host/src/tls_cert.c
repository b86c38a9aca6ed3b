/* tls_cert.c - reading the certificates to show, and their keys. SPDX-License-Identifier: MIT */
#include "tls_priv.h"
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

/* What pem_password() is told, and tells. */
struct password {
    const char *text;
    bool asked;
};

static int pem_password(char *buf, int cap, int writing, void *arg)
{
    struct password *p = arg;
    size_t n = p->text ? strlen(p->text) : 0;

    (void)writing;
    p->asked = true;
    if (!p->text || n > (size_t)cap) {
        return -1;
    }
    memcpy(buf, p->text, n);
    return (int)n;
}

/* A file, which begins with something else than the mark that some editors put there. */
static BIO *open_pem(const char *name, struct netp_tls_fail *f)
{
    BIO *bio;
    uint8_t mark[3] = {0};

    errno = 0;
    if (!(bio = BIO_new_file(name, "rb"))) {
        tls_set_fail(f, NETP_TLS_FILE, "cannot open %.300s: %s", name, strerror(errno));
    } else if (BIO_read(bio, mark, 3) == 3 && memcmp(mark, "\xef\xbb\xbf", 3) == 0) {
        tls_set_fail(f, NETP_TLS_FILE, "%.300s begins with a byte order mark: save it without",
                     name);
        BIO_free(bio);
        bio = NULL;
    } else {
        (void)BIO_seek(bio, 0);
    }
    ERR_clear_error();
    return bio;
}

static bool read_chain(struct identity *id, const char *name, struct netp_tls_fail *f)
{
    struct password none = {0};
    BIO *bio = open_pem(name, f);
    X509 *cert;

    if (!bio) {
        return false;
    }
    id->cert = PEM_read_bio_X509_AUX(bio, NULL, pem_password, &none);
    if (!id->cert) {
        tls_set_fail(f, NETP_TLS_FILE, "%.300s has no certificate in PEM", name);
    }
    while (id->cert && (cert = PEM_read_bio_X509(bio, NULL, pem_password, &none))) {
        if (!sk_X509_push(id->chain, cert)) {
            X509_free(cert);
            tls_set_fail(f, NETP_TLS_MEMORY, "no memory");
        }
    }
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
        tls_set_fail(f, NETP_TLS_FILE, "%.300s has a certificate that is broken", name);
    }
    BIO_free(bio);
    ERR_clear_error();
    return f->code == NETP_TLS_OK;
}

static bool read_key(struct identity *id, const struct netp_tls_cert *c, struct netp_tls_fail *f)
{
    const char *name = c->key ? c->key : c->chain;
    struct password password = {.text = c->password};
    BIO *bio = open_pem(name, f);

    if (!bio) {
        return false;
    }
    if (!(id->key = PEM_read_bio_PrivateKey(bio, NULL, pem_password, &password))) {
        if (password.asked) {
            tls_set_fail(f, NETP_TLS_PASSWORD,
                         c->password ? "the password does not open the key in %.300s"
                                     : "the key in %.300s is encrypted and needs a password",
                         name);
        }
        tls_set_fail(f, NETP_TLS_FILE, "%.300s has no private key in PEM", name);
    }
    BIO_free(bio);
    ERR_clear_error();
    return id->key != NULL;
}

/* Whether the key is the certificate's, and each of the chain has issued the one before. */
static bool fits(const struct identity *id, const struct netp_tls_cert *c, struct netp_tls_fail *f)
{
    X509 *last = id->cert;

    if (!X509_check_private_key(id->cert, id->key)) {
        tls_set_fail(f, NETP_TLS_MISMATCH,
                     "the key in %.200s is not that of the first certificate in %.200s",
                     c->key ? c->key : c->chain, c->chain);
    }
    for (int i = 0; i < sk_X509_num(id->chain); i++) {
        X509 *issuer = sk_X509_value(id->chain, i);
        if (X509_check_issued(issuer, last) != X509_V_OK) {
            tls_set_fail(f, NETP_TLS_MISMATCH,
                         "certificate %d in %.300s has not issued the one before it", i + 2,
                         c->chain);
        }
        last = issuer;
    }
    ERR_clear_error();
    return f->code == NETP_TLS_OK;
}

void tls_unload(struct identities *own)
{
    for (size_t i = 0; i < own->n; i++) {
        X509_free(own->v[i].cert);
        EVP_PKEY_free(own->v[i].key);
        sk_X509_pop_free(own->v[i].chain, X509_free);
        OPENSSL_free(own->v[i].staple);
    }
    free(own->v);
    *own = (struct identities){0};
}

bool tls_load(struct identities *to, const struct netp_tls_cert *v, size_t n,
              struct netp_tls_fail *f)
{
    struct identities own = {.v = calloc(n, sizeof *own.v), .n = n};

    if (!own.v) {
        tls_set_fail(f, NETP_TLS_MEMORY, "no memory");
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct identity *id = &own.v[i];
        if (!(id->chain = sk_X509_new_null())) {
            tls_set_fail(f, NETP_TLS_MEMORY, "no memory");
        }
        if (f->code || !read_chain(id, v[i].chain, f) || !read_key(id, &v[i], f) ||
            !fits(id, &v[i], f) || (v[i].staple && !tls_read_staple(id, v[i].staple, f))) {
            tls_unload(&own);
            return false;
        }
    }
    *to = own;
    return true;
}
