/* tls_staple.c - responses of OCSP that servers show with their certificates: RFC 6066 section 8,
 * RFC 6960. SPDX-License-Identifier: MIT */
#include "tls_priv.h"
#include <errno.h>
#include <netproto/host/file.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <stdio.h>
#include <string.h>

/* Bytes of a response: what OpenSSL as a client of TLS 1.2 takes of a CertificateStatus. */
#define STAPLE_MAX (16384 - 4)
#define SKEW       300 /* seconds that the clock of a responder may be ahead of ours */

static bool is_digest(const ASN1_OCTET_STRING *s, const uint8_t *digest, unsigned n)
{
    return ASN1_STRING_length(s) == (int)n && memcmp(ASN1_STRING_get0_data(s), digest, n) == 0;
}

/* Whether it is about cert: its number, the name of who issued it, and the key of that one, if it
 * is known. */
static bool is_about(const OCSP_SINGLERESP *one, const X509 *cert, const X509 *issuer)
{
    ASN1_OCTET_STRING *name, *key;
    ASN1_OBJECT *algorithm;
    ASN1_INTEGER *serial;
    uint8_t digest[EVP_MAX_MD_SIZE];
    const EVP_MD *md;
    unsigned n;

    OCSP_id_get0_info(&name, &algorithm, &key, &serial,
                      (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(one));
    md = EVP_get_digestbyobj(algorithm);
    return md && ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(cert)) == 0 &&
           X509_NAME_digest(X509_get_issuer_name(cert), md, digest, &n) &&
           is_digest(name, digest, n) &&
           (!issuer || (X509_pubkey_digest(issuer, md, digest, &n) && is_digest(key, digest, n)));
}

/* A response that is looked at. */
struct staple {
    const char *what; /* "the staple in FILE" */
    const X509 *cert; /* which it is to be about */
    X509 *issuer;     /* NULL: not known */
    STACK_OF(X509) * chain;
    int status; /* V_OCSP_CERTSTATUS_*: what it says */
    time_t end; /* when it is out of date; 0: never, for newer ones are to be had at any time */
};

/* Whether the issuer has signed it, or somebody whom he has made a certificate for that. */
static bool is_signed(OCSP_BASICRESP *basic, const struct staple *s)
{
    X509_STORE *store = X509_STORE_new();
    bool good = store && X509_STORE_add_cert(store, s->issuer) &&
                X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) &&
                OCSP_basic_verify(basic, s->chain, store, 0) == 1;

    X509_STORE_free(store);
    return good;
}

static time_t seconds(const ASN1_GENERALIZEDTIME *t)
{
    struct tm tm;

    return ASN1_TIME_to_tm(t, &tm) ? timegm(&tm) : 0;
}

static void check_status(struct staple *s, OCSP_SINGLERESP *one, struct netp_tls_fail *f)
{
    ASN1_GENERALIZEDTIME *begin, *end;
    time_t now = time(NULL);
    char when[64];

    s->status = OCSP_single_get0_status(one, NULL, NULL, &begin, &end);
    s->end = end ? seconds(end) : 0;
    if (end && s->end <= now) {
        tls_print_time(end, when);
        tls_set_fail(f, NETP_TLS_EXPIRED, "%s was out of date on %s", s->what, when);
    } else if (seconds(begin) > now + SKEW) {
        tls_print_time(begin, when);
        tls_set_fail(f, NETP_TLS_NOT_YET_VALID, "%s is not valid before %s", s->what, when);
    } else if (s->status == V_OCSP_CERTSTATUS_UNKNOWN) {
        tls_set_fail(f, NETP_TLS_MISMATCH, "%s is of one who does not know the certificate",
                     s->what);
    }
}

static void check_basic(struct staple *s, OCSP_BASICRESP *basic, struct netp_tls_fail *f)
{
    OCSP_SINGLERESP *one = NULL;

    for (int i = 0; !one && i < OCSP_resp_count(basic); i++) {
        one = OCSP_resp_get0(basic, i);
        one = is_about(one, s->cert, s->issuer) ? one : NULL;
    }
    if (!one) {
        tls_set_fail(f, NETP_TLS_MISMATCH, "%s is about other certificates", s->what);
    } else if (s->issuer && !is_signed(basic, s)) {
        tls_set_fail(f, NETP_TLS_MISMATCH, "%s is not signed for who issued the certificate",
                     s->what);
    } else {
        check_status(s, one, f);
    }
}

/* Looks at der[0..n), n > 0. False with *f. */
static bool check(struct staple *s, const uint8_t *der, size_t n, struct netp_tls_fail *f)
{
    const uint8_t *end = der;
    OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &end, (long)n);
    OCSP_BASICRESP *basic = r ? OCSP_response_get1_basic(r) : NULL;

    if (r && OCSP_response_status(r) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        tls_set_fail(f, NETP_TLS_FILE, "%s says no more than '%s'", s->what,
                     OCSP_response_status_str(OCSP_response_status(r)));
    } else if (!basic || end != der + n) {
        tls_set_fail(f, NETP_TLS_FILE, "%s is no response of OCSP in DER", s->what);
    } else {
        check_basic(s, basic, f);
    }
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(r);
    ERR_clear_error();
    return f->code == NETP_TLS_OK;
}

/* --- servers --------------------------------------------------------------------------------- */

/* How many bytes the file has; 0 with *f. */
static size_t read_file(const char *name, uint8_t der[STAPLE_MAX], struct netp_tls_fail *f)
{
    struct netp_source s;
    ptrdiff_t n = -1;

    if (netp_source_open(&s, NULL, name) != 0) {
        tls_set_fail(f, NETP_TLS_FILE, "cannot open %.300s: %s", name, strerror(errno));
        return 0;
    }
    if (s.size > STAPLE_MAX) {
        tls_set_fail(f, NETP_TLS_FILE, "%.300s is no response of OCSP: it is over %d bytes", name,
                     STAPLE_MAX);
    } else if ((n = netp_source_read(&s, der, STAPLE_MAX, 0)) < 0) {
        tls_set_fail(f, NETP_TLS_FILE, "cannot read %.300s: %s", name, strerror(errno));
    } else if (n == 0) {
        tls_set_fail(f, NETP_TLS_FILE, "%.300s is empty", name);
    }
    netp_source_close(&s);
    return n > 0 ? (size_t)n : 0;
}

bool tls_read_staple(struct identity *id, const char *name, struct netp_tls_fail *f)
{
    char what[340];
    struct staple s = {
        .what = what, .cert = id->cert, .issuer = sk_X509_value(id->chain, 0), .chain = id->chain};
    uint8_t der[STAPLE_MAX];
    size_t n = read_file(name, der, f);

    snprintf(what, sizeof what, "the staple in %.300s", name);
    if (n == 0 || !check(&s, der, n, f)) {
        return false;
    }
    if (!(id->staple = OPENSSL_memdup(der, n))) {
        tls_set_fail(f, NETP_TLS_MEMORY, "no memory");
        return false;
    }
    id->nstaple = n;
    id->staple_end = s.end;
    return true;
}

int tls_staple(SSL *ssl, void *arg)
{
    const struct netp_tls_ctx *ctx = arg;
    const X509 *shown = SSL_get_certificate(ssl);
    uint8_t *copy;

    for (size_t i = 0; i < ctx->own.n; i++) {
        const struct identity *id = &ctx->own.v[i];
        if (id->cert != shown || !id->staple || (id->staple_end && id->staple_end <= time(NULL))) {
            continue;
        }
        if ((copy = OPENSSL_memdup(id->staple, id->nstaple))) {
            SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)id->nstaple);
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

/* --- clients --------------------------------------------------------------------------------- */

int tls_judge_staple(SSL *ssl, void *arg)
{
    struct netp_tls *t = SSL_get_app_data(ssl);
    STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
    const uint8_t *der;
    long n = SSL_get_tlsext_status_ocsp_resp(ssl, &der);
    struct staple s = {.what = "the server's staple",
                       .cert = sk_X509_value(chain, 0),
                       .issuer = sk_X509_value(chain, sk_X509_num(chain) > 1 ? 1 : 0),
                       .chain = chain};
    struct netp_tls_fail f = {.code = NETP_TLS_OK};

    (void)arg;
    if (SSL_session_reused(ssl)) {
        return 1;
    }
    if (n <= 0) {
        tls_set_fail(&f, NETP_TLS_CERT, "the server has shown no staple, a response of OCSP");
    } else if (check(&s, der, (size_t)n, &f) && s.status == V_OCSP_CERTSTATUS_REVOKED) {
        tls_set_fail(&f, NETP_TLS_REVOKED, "%s says that its certificate is revoked", s.what);
    }
    if (f.code) {
        tls_set_fail(&t->fail, f.code < NETP_TLS_CERT ? f.code : NETP_TLS_CERT, "%s", f.text);
    }
    return f.code == NETP_TLS_OK;
}
