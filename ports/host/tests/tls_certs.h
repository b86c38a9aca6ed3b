/* tls_certs.h - certificates for tests, made when they run. SPDX-License-Identifier: MIT */
#ifndef TLS_CERTS_H
#define TLS_CERTS_H

#include <netproto/host/tls.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct made {
    X509 *cert;
    EVP_PKEY *key;
};

struct spec {
    const char *cn;
    const char *san; /* "DNS:a.test,IP:192.0.2.1", as in openssl.cnf; "NUL": one with a NUL */
    int from, to;    /* days from now; 0, 0: from yesterday to tomorrow */
    unsigned bits;   /* of RSA; 0: P-256 */
    bool ca;
    const char *purpose; /* extendedKeyUsage; NULL: none */
};

static char certs_dir[64];
static const char *leaf_file; /* of server_ctx() */

static const char *certs_path(const char *name)
{
    static char path[8][160];
    static unsigned turn;
    char *p = path[turn++ % 8];

    snprintf(p, 160, "%s/%s", certs_dir, name);
    return p;
}

static void certs_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *e;

    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    assert_non_null(e);
    assert_int_equal(X509_add_ext(cert, e, -1), 1);
    X509_EXTENSION_free(e);
}

/* What a C string compare takes for host.test. */
static void certs_nul_name(X509 *cert)
{
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();

    ASN1_STRING_set(text, "host.test\0.evil.test", 20);
    GENERAL_NAME_set0_value(name, GEN_DNS, text);
    sk_GENERAL_NAME_push(names, name);
    assert_int_equal(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0), 1);
    GENERAL_NAMES_free(names);
}

/* issuer NULL: by itself. */
static struct made certs_make(const struct spec *s, const struct made *issuer)
{
    static long serial;
    struct made m = {X509_new(), s->bits ? EVP_RSA_gen(s->bits) : EVP_EC_gen("P-256")};
    const struct made *by = issuer ? issuer : &m;
    X509_NAME *name = X509_get_subject_name(m.cert);

    X509_set_version(m.cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(m.cert), ++serial);
    X509_time_adj_ex(X509_getm_notBefore(m.cert), s->from || s->to ? s->from : -1, 0, NULL);
    X509_time_adj_ex(X509_getm_notAfter(m.cert), s->from || s->to ? s->to : 1, 0, NULL);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)s->cn, -1, -1, 0);
    X509_set_issuer_name(m.cert, X509_get_subject_name(by->cert));
    X509_set_pubkey(m.cert, m.key);
    certs_extension(m.cert, by->cert, NID_basic_constraints,
                    s->ca ? "critical,CA:TRUE" : "CA:FALSE");
    if (s->purpose) {
        certs_extension(m.cert, by->cert, NID_ext_key_usage, s->purpose);
    }
    if (s->san && strcmp(s->san, "NUL") == 0) {
        certs_nul_name(m.cert);
    } else if (s->san) {
        certs_extension(m.cert, by->cert, NID_subject_alt_name, s->san);
    }
    assert_true(X509_sign(m.cert, by->key, EVP_sha256()) > 0);
    return m;
}

static void certs_free(struct made *m)
{
    X509_free(m->cert);
    EVP_PKEY_free(m->key);
}

/* Writes those of the certificates and the key that are not NULL to a file. */
static const char *certs_write(const char *name, const X509 *a, const X509 *b, EVP_PKEY *key,
                               const char *password)
{
    const char *path = certs_path(name);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    if (a) {
        PEM_write_X509(f, a);
    }
    if (b) {
        PEM_write_X509(f, b);
    }
    if (key) {
        PEM_write_PrivateKey(f, key, password ? EVP_aes_128_cbc() : NULL, (const uint8_t *)password,
                             password ? (int)strlen(password) : 0, NULL, NULL);
    }
    fclose(f);
    return path;
}

static void certs_begin(void)
{
    snprintf(certs_dir, sizeof certs_dir, "/tmp/netproto-tls-XXXXXX");
    assert_non_null(mkdtemp(certs_dir));
}

static void certs_end(void)
{
    char command[100];

    snprintf(command, sizeof command, "rm -r %s", certs_dir);
    assert_int_equal(system(command), 0);
}

/* With leaf_file, unless cfg has a certificate. */
static struct netp_tls_ctx *server_ctx(const struct netp_tls_server_cfg *cfg)
{
    const struct netp_tls_cert def = {.chain = leaf_file};
    struct netp_tls_server_cfg c = *cfg;
    struct netp_tls_fail fail;
    struct netp_tls_ctx *ctx;

    if (!c.cert) {
        c.cert = &def;
        c.ncert = 1;
    }
    ctx = netp_tls_server_ctx(&c, &fail);
    assert_string_equal(fail.text, "");
    assert_non_null(ctx);
    return ctx;
}

#endif
