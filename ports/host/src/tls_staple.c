/* tls_staple.c - responses of OCSP that a server shows with its certificate: RFC 6066 section 8.
 * SPDX-License-Identifier: MIT */
#include "tls_priv.h"
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <stdlib.h>

/* Whether the response is about cert; *end is when it is out of date then, or 0: never. */
static bool is_about(OCSP_BASICRESP *basic, const X509 *cert, time_t *end)
{
    for (int i = 0; i < OCSP_resp_count(basic); i++) {
        OCSP_SINGLERESP *one = OCSP_resp_get0(basic, i);
        ASN1_GENERALIZEDTIME *next = NULL;
        ASN1_INTEGER *serial;
        struct tm t;
        OCSP_id_get0_info(NULL, NULL, NULL, &serial, (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(one));
        if (ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(cert)) == 0) {
            OCSP_single_get0_status(one, NULL, NULL, NULL, &next);
            *end = next && ASN1_TIME_to_tm(next, &t) ? timegm(&t) : 0;
            return true;
        }
    }
    return false;
}

static bool check(struct identity *id, OCSP_RESPONSE *r, const char *name, struct netp_tls_fail *f)
{
    OCSP_BASICRESP *basic = r ? OCSP_response_get1_basic(r) : NULL;
    int n;

    if (!basic) {
        tls_set_fail(f, NETP_TLS_FILE, "%.300s has no response of OCSP in DER, or one that failed",
                     name);
    } else if (!is_about(basic, id->cert, &id->staple_end)) {
        tls_set_fail(f, NETP_TLS_MISMATCH, "the response in %.300s is about other certificates",
                     name);
    } else if ((n = i2d_OCSP_RESPONSE(r, &id->staple)) > 0) {
        id->nstaple = (size_t)n;
    } else {
        tls_set_fail(f, NETP_TLS_MEMORY, "no memory");
    }
    OCSP_BASICRESP_free(basic);
    return f->code == NETP_TLS_OK;
}

bool tls_read_staple(struct identity *id, const char *name, struct netp_tls_fail *f)
{
    BIO *bio = BIO_new_file(name, "rb");
    OCSP_RESPONSE *r = bio ? d2i_OCSP_RESPONSE_bio(bio, NULL) : NULL;
    bool good = check(id, r, name, f);

    OCSP_RESPONSE_free(r);
    BIO_free(bio);
    ERR_clear_error();
    return good;
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
