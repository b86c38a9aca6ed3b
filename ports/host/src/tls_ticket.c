/* tls_ticket.c - the keys of a server's session tickets: RFC 5077, RFC 8446 section 4.6.1.
 * SPDX-License-Identifier: MIT */
#include "tls_priv.h"
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

static bool use_mac(EVP_MAC_CTX *mac, struct ticket_key *k)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, k->mac, sizeof k->mac),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]){"SHA256"}, 0),
        OSSL_PARAM_construct_end(),
    };

    return EVP_MAC_CTX_set_params(mac, params) == 1;
}

/* OpenSSL's callback. Sealing: 1. Opening: 1; 2: and a new one is to be given; 0: it is none of
 * ours, which is no error. */
static int ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                  EVP_MAC_CTX *mac, int seal)
{
    struct netp_tls_ctx *ctx = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    struct ticket_key *k = ctx->ticket;

    if (seal) {
        memcpy(name, k->name, sizeof k->name);
        if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) {
            return -1;
        }
    } else {
        while (k < ctx->ticket + ctx->ntickets && memcmp(k->name, name, sizeof k->name) != 0) {
            k++;
        }
        if (k == ctx->ticket + ctx->ntickets) {
            return 0;
        }
    }
    if (!use_mac(mac, k) ||
        EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, k->cipher, iv, seal) != 1) {
        return -1;
    }
    return seal || k == ctx->ticket ? 1 : 2;
}

static bool derive(const uint8_t *secret, const char *label, uint8_t out[64])
{
    size_t n;

    return EVP_Q_mac(NULL, "HMAC", NULL, "SHA512", NULL, secret, NETP_TLS_TICKET_SECRET,
                     (const uint8_t *)label, strlen(label), out, 64, &n) != NULL;
}

int netp_tls_server_tickets(struct netp_tls_ctx *ctx, const uint8_t secret[NETP_TLS_TICKET_SECRET])
{
    struct ticket_key k;
    uint8_t name[64], keys[64];
    bool good = derive(secret, "ticket name", name) && derive(secret, "ticket keys", keys) &&
                SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx->ssl, ticket) == 1;

    if (good) {
        memcpy(k.name, name, sizeof k.name);
        memcpy(k.cipher, keys, sizeof k.cipher);
        memcpy(k.mac, keys + sizeof k.cipher, sizeof k.mac);
        ctx->ticket[1] = ctx->ticket[0];
        ctx->ticket[0] = k;
        ctx->ntickets += ctx->ntickets < 2;
    }
    OPENSSL_cleanse(&k, sizeof k);
    OPENSSL_cleanse(keys, sizeof keys);
    ERR_clear_error();
    return good ? 0 : -1;
}
