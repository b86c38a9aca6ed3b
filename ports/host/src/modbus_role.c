/* modbus_role.c - the role in a client's certificate. SPDX-License-Identifier: MIT */
#include <netproto/host/modbus_tcpd.h>
#include <netproto/text.h>
#ifdef NETPROTO_TLS
#include "tls_priv.h"

#define ROLE "1.3.6.1.4.1.50316.802.1"

/* The extension's value in DER, or NULL. */
static const ASN1_OCTET_STRING *find(const X509 *cert)
{
    ASN1_OBJECT *role = OBJ_txt2obj(ROLE, 1);
    int at = role ? X509_get_ext_by_OBJ(cert, role, -1) : -1;

    ASN1_OBJECT_free(role);
    return at >= 0 ? X509_EXTENSION_get_data(X509_get_ext(cert, at)) : NULL;
}

size_t netp_modbus_role(const struct netp_tls *tls, char *out, size_t cap)
{
    X509 *cert = tls ? SSL_get1_peer_certificate(tls->ssl) : NULL;
    const ASN1_OCTET_STRING *der = cert ? find(cert) : NULL;
    const unsigned char *p = der ? ASN1_STRING_get0_data(der) : NULL, *end = p;
    ASN1_UTF8STRING *s = der ? d2i_ASN1_UTF8STRING(NULL, &end, ASN1_STRING_length(der)) : NULL;
    size_t n = 0;

    if (s && end == p + ASN1_STRING_length(der)) {
        n = netp_escape(out, cap, ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
    } else if (cap > 0) {
        out[0] = '\0';
    }
    ASN1_UTF8STRING_free(s);
    X509_free(cert);
    return n;
}

#else

size_t netp_modbus_role(const struct netp_tls *tls, char *out, size_t cap)
{
    (void)tls;
    return netp_escape(out, cap, "", 0);
}

#endif
