/* tls_name.c - which certificate a server shows for the name that a client asks for (SNI), and for
 * which hosts it is then. SPDX-License-Identifier: MIT */
#include "tls_priv.h"
#include <netproto/text.h>

/* What the client asks for (SNI); n 0: nothing. */
static struct netp_str asked_name(const SSL *ssl)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    return netp_str_of(name ? name : "");
}

/* OpenSSL takes no length for that of a string, and ".test" for any name below it. */
static bool is_for(X509 *cert, struct netp_str name)
{
    return name.n > 0 && name.p[0] != '.' &&
           X509_check_host(cert, name.p, name.n, TLS_HOST_FLAGS, NULL) == 1;
}

bool netp_tls_is_misdirected(const struct netp_tls *t, struct netp_str host)
{
    const struct identities *own = &t->ctx->own;
    struct netp_str asked = asked_name(t->ssl);
    X509 *shown = SSL_get_certificate(t->ssl);

    if (netp_str_ieq(asked, host) || !is_for(shown, asked) || is_for(shown, host)) {
        return false;
    }
    for (size_t i = 0; i < own->n; i++) {
        if (is_for(own->v[i].cert, host)) {
            return true;
        }
    }
    return false;
}

int tls_choose_cert(SSL *ssl, int *alert, void *arg)
{
    const struct netp_tls_ctx *ctx = arg;
    struct netp_str name = asked_name(ssl);
    bool found = false;

    SSL_certs_clear(ssl);
    for (size_t i = ctx->own.n; i > 0; i--) { /* the last of a kind stays, which is the first */
        const struct identity *id = &ctx->own.v[i - 1];
        bool is_for_it = is_for(id->cert, name);
        found |= is_for_it;
        if ((is_for_it || (i == 1 && !found)) &&
            !SSL_use_cert_and_key(ssl, id->cert, id->key, id->chain, 1)) {
            *alert = SSL_AD_INTERNAL_ERROR;
            return SSL_TLSEXT_ERR_ALERT_FATAL;
        }
    }
    if (name.n > 0 && !found && ctx->known_names) {
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    return found ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}
