/* tls_text.c - what went wrong with TLS, in words. SPDX-License-Identifier: MIT */
#include "tls_priv.h"
#include <errno.h>
#include <netproto/addr.h>
#include <netproto/text.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void tls_set_fail(struct netp_tls_fail *f, enum netp_tls_code code, const char *format, ...)
{
    va_list args;

    if (f->code != NETP_TLS_OK) {
        return;
    }
    f->code = code;
    va_start(args, format);
    vsnprintf(f->text, sizeof f->text, format, args);
    va_end(args);
}

/* --- certificates ---------------------------------------------------------------------------- */

void tls_cert_subject(const X509_NAME *name, char *out, size_t cap)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *p = NULL;
    long n = 0;

    if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0) {
        n = BIO_get_mem_data(bio, &p);
    }
    netp_escape(out, cap, p, n > 0 ? (size_t)n : 0);
    BIO_free(bio);
}

/* Appends a name to out; what does not fit is left off. */
static size_t add_name(char *out, size_t cap, size_t at, const void *p, size_t n)
{
    if (at > 0 && at + 2 < cap) {
        memcpy(out + at, ", ", 3);
        at += 2;
    }
    return at + netp_escape(out + at, cap - at, p, n);
}

static size_t add_address(char *out, size_t cap, size_t at, const ASN1_OCTET_STRING *ip)
{
    int n = ASN1_STRING_length(ip);
    struct netp_addr a = {.fam = n == 4 ? 4 : 6};
    char text[NETP_ADDR_CAP];

    if (n != 4 && n != 16) {
        return at;
    }
    memcpy(a.ip, ASN1_STRING_get0_data(ip), (size_t)n);
    return add_name(out, cap, at, text, netp_addr_format(&a, text));
}

void tls_cert_names(X509 *cert, char *out, size_t cap)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    size_t at = 0;

    out[0] = '\0';
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS) {
            at = add_name(out, cap, at, ASN1_STRING_get0_data(name->d.dNSName),
                          (size_t)ASN1_STRING_length(name->d.dNSName));
        } else if (name->type == GEN_IPADD) {
            at = add_address(out, cap, at, name->d.iPAddress);
        }
    }
    GENERAL_NAMES_free(names);
}

void tls_print_time(const ASN1_TIME *when, char out[64])
{
    struct tm tm = {0};

    if (!ASN1_TIME_to_tm(when, &tm)) {
        memcpy(out, "?", 2);
        return;
    }
    snprintf(out, 64, "%04d-%02d-%02d %02d:%02d UTC", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
             tm.tm_hour, tm.tm_min);
}

static enum netp_tls_code cert_code(int error)
{
    switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return NETP_TLS_NAME;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return NETP_TLS_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return NETP_TLS_NOT_YET_VALID;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return NETP_TLS_SELF_SIGNED;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
        return NETP_TLS_UNKNOWN_CA;
    default:
        return NETP_TLS_CERT;
    }
}

/* The same for those that are fewer. */
static enum netp_tls_code other_code(int error)
{
    switch (error) {
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_NON_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        return NETP_TLS_INVALID_CA;
    case X509_V_ERR_INVALID_PURPOSE:
        return NETP_TLS_PURPOSE;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return NETP_TLS_WEAK;
    case X509_V_ERR_CERT_REVOKED:
        return NETP_TLS_REVOKED;
    default:
        return NETP_TLS_CERT;
    }
}

int tls_check_cert(int ok, X509_STORE_CTX *store)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct netp_tls *t = SSL_get_app_data(ssl);
    int error = X509_STORE_CTX_get_error(store);
    X509 *cert = X509_STORE_CTX_get_current_cert(store);
    enum netp_tls_code code = cert_code(error);
    char who[256] = "?", names[192] = "", when[64] = "?";

    if (ok) {
        return ok;
    }
    if (code == NETP_TLS_CERT) {
        code = other_code(error);
    }
    if (cert) {
        tls_cert_subject(code == NETP_TLS_UNKNOWN_CA ? X509_get_issuer_name(cert)
                                                     : X509_get_subject_name(cert),
                         who, sizeof who);
        tls_cert_names(cert, names, sizeof names);
        tls_print_time(
            code == NETP_TLS_EXPIRED ? X509_get0_notAfter(cert) : X509_get0_notBefore(cert), when);
    }
    switch (code) {
    case NETP_TLS_NAME:
        tls_set_fail(&t->fail, code, "the certificate is not valid for %.150s: it is for %s",
                     t->host, *names ? names : "no host");
        break;
    case NETP_TLS_EXPIRED:
        tls_set_fail(&t->fail, code, "the certificate of %s expired on %s", who, when);
        break;
    case NETP_TLS_NOT_YET_VALID:
        tls_set_fail(&t->fail, code, "the certificate of %s is not valid before %s", who, when);
        break;
    case NETP_TLS_UNKNOWN_CA:
        tls_set_fail(&t->fail, code, "the certificate is issued by an unknown authority: %s", who);
        break;
    default:
        tls_set_fail(&t->fail, code, "the certificate of %s is not accepted: %s", who,
                     X509_verify_cert_error_string(error));
    }
    return 0;
}

/* --- OpenSSL's errors ------------------------------------------------------------------------ */

void tls_set_config_fail(struct netp_tls_fail *f, const char *what, const char *name)
{
    unsigned long e = ERR_peek_last_error();
    const char *why = ERR_reason_error_string(e);
    int reason = ERR_GET_REASON(e);
    enum netp_tls_code code = NETP_TLS_CONFIG;

    if (reason == ERR_R_MALLOC_FAILURE) {
        code = NETP_TLS_MEMORY;
    } else if (reason == SSL_R_EE_KEY_TOO_SMALL || reason == SSL_R_CA_MD_TOO_WEAK) {
        code = NETP_TLS_WEAK;
    }
    tls_set_fail(f, code, "%s%.200s: %s", what, name, why ? why : "no reason given");
    ERR_clear_error();
}

/* The alert that the peer has sent, or -1. */
static int alert_of(unsigned long e)
{
    int reason = ERR_GET_REASON(e);

    return ERR_GET_LIB(e) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET &&
                   reason < SSL_AD_REASON_OFFSET + 256
               ? reason - SSL_AD_REASON_OFFSET
               : -1;
}

/* Whether it is about the certificate that the receiver of the alert has shown, or has not. */
static bool is_about_cert(int alert)
{
    return (alert >= SSL_AD_BAD_CERTIFICATE && alert <= SSL_AD_CERTIFICATE_UNKNOWN) ||
           alert == SSL_AD_UNKNOWN_CA || alert == SSL_AD_ACCESS_DENIED ||
           alert == TLS13_AD_CERTIFICATE_REQUIRED;
}

static void set_alert(struct netp_tls *t, int alert)
{
    const char *name = SSL_alert_desc_string_long(alert);

    if (t->host && is_about_cert(alert)) {
        tls_set_fail(&t->fail, NETP_TLS_CLIENT_CERT,
                     "the server asks for another client certificate, or for one: %s (alert %d)",
                     name, alert);
    } else if (alert == SSL_AD_PROTOCOL_VERSION) {
        tls_set_fail(&t->fail, NETP_TLS_VERSION, "the peer has no version of TLS in common: %s",
                     name);
    } else if (alert == TLS1_AD_NO_APPLICATION_PROTOCOL) {
        tls_set_fail(&t->fail, NETP_TLS_ALPN, "the peer has no protocol (ALPN) in common: %s",
                     name);
    } else {
        tls_set_fail(&t->fail, t->done ? NETP_TLS_PROTOCOL : NETP_TLS_HANDSHAKE,
                     "the peer refused: %s (alert %d)", name, alert);
    }
    t->fail.alert = alert;
}

static void set_reason(struct netp_tls *t, unsigned long e)
{
    const char *why = ERR_reason_error_string(e);

    switch (ERR_GET_LIB(e) == ERR_LIB_SSL ? ERR_GET_REASON(e) : 0) {
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
        tls_set_fail(&t->fail, NETP_TLS_TRUNCATED,
                     t->done ? "the connection was closed without close_notify: it may have been "
                               "cut by someone else"
                             : "the peer closed the connection during the handshake");
        break;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
        tls_set_fail(&t->fail, NETP_TLS_VERSION, "the peer speaks no TLS above 1.1");
        break;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
        tls_set_fail(&t->fail, t->done ? NETP_TLS_PROTOCOL : NETP_TLS_NOT_TLS,
                     "the peer does not speak TLS: %s", why);
        break;
    case SSL_R_NO_APPLICATION_PROTOCOL:
        tls_set_fail(&t->fail, NETP_TLS_ALPN, "the client offers no protocol (ALPN) in common");
        break;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        tls_set_fail(&t->fail, NETP_TLS_CLIENT_CERT, "the client has shown no certificate");
        break;
    default:
        tls_set_fail(&t->fail, t->done ? NETP_TLS_PROTOCOL : NETP_TLS_HANDSHAKE, "%s: %s",
                     t->done ? "TLS failed" : "the handshake failed",
                     why ? why : "no reason given");
    }
}

void tls_set_peer_fail(struct netp_tls *t)
{
    unsigned long e = ERR_peek_last_error();
    int alert = alert_of(e);

    if (t->fail.code) {
        /* the certificate: known better already */
    } else if (e == 0) {
        tls_set_fail(&t->fail, NETP_TLS_IO, "%s: %s",
                     t->done ? "the connection failed" : "the connection failed in the handshake",
                     strerror(t->below_errno));
    } else if (alert >= 0) {
        set_alert(t, alert);
    } else {
        set_reason(t, e);
    }
    ERR_clear_error();
}
