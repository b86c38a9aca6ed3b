/* tls_ctx.c - the contexts of TLS: settings, sessions, the certificates of a server.
 * SPDX-License-Identifier: MIT */
#include "tls_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SESSIONS 64
/* Of OpenSSL, while there is input: what one system call may bring. Four full records of TLS 1.3
 * and what OpenSSL aligns them by; where a record does not end with it, the rest of that one is
 * read by itself. */
#define READ_BUFFER (4 * (16384 + 22) + 7)

/* --- sessions -------------------------------------------------------------------------------- */

static bool is_of(const struct session *s, const struct netp_tls *t)
{
    return s->session && s->port == t->port && strcmp(s->host, t->host) == 0;
}

static void forget(struct session *s)
{
    SSL_SESSION_free(s->session);
    free(s->host);
    *s = (struct session){0};
}

/* The place for t's session: its own, or a free one, or that which was used least recently. */
static struct session *place_of(struct netp_tls *t)
{
    struct session *best = t->ctx->session;

    for (unsigned i = 0; i < t->ctx->nsession; i++) {
        struct session *s = &t->ctx->session[i];
        if (is_of(s, t)) {
            return s;
        }
        if (s->used < best->used) {
            best = s;
        }
    }
    return best;
}

/* OpenSSL's callback for a session that may be resumed; 1: it is ours now. */
static int remember(SSL *ssl, SSL_SESSION *session)
{
    struct netp_tls *t = SSL_get_app_data(ssl);
    struct session *s = place_of(t);

    forget(s);
    if (!(s->host = strdup(t->host))) {
        return 0;
    }
    s->port = t->port;
    s->session = session;
    s->used = ++t->ctx->uses;
    return 1;
}

void tls_resume(struct netp_tls *t)
{
    struct session *s = place_of(t);

    if (is_of(s, t)) {
        SSL_set_session(t->ssl, s->session);
        s->used = ++t->ctx->uses;
        if (SSL_SESSION_get_protocol_version(s->session) >= TLS1_3_VERSION) {
            forget(s); /* used twice it would show that both are the same client's, appendix C.4 */
        }
    }
}

/* --- what both have in common ---------------------------------------------------------------- */

/* "a,b" to what is on the wire: each name behind its length (RFC 7301 section 3.1). */
static bool set_alpn(struct netp_tls_ctx *ctx, const char *list, struct netp_tls_fail *f)
{
    size_t n;

    if (!list) {
        return true;
    }
    if (!(ctx->alpn = malloc(strlen(list) + 2))) {
        tls_set_fail(f, NETP_TLS_MEMORY, "no memory");
        return false;
    }
    do {
        n = strcspn(list, ",");
        if (n == 0 || n > 255) {
            tls_set_fail(f, NETP_TLS_CONFIG, "a protocol for ALPN is empty or over 255 bytes");
            return false;
        }
        ctx->alpn[ctx->nalpn++] = (uint8_t)n;
        memcpy(ctx->alpn + ctx->nalpn, list, n);
        ctx->nalpn += (unsigned)n;
        list += n;
    } while (*list++ == ',');
    return true;
}

static struct netp_tls_ctx *make(const SSL_METHOD *method, const char *alpn,
                                 struct netp_tls_fail *f)
{
    struct netp_tls_ctx *ctx = calloc(1, sizeof *ctx);

    *f = (struct netp_tls_fail){.alert = -1};
    if (!ctx) {
        tls_set_fail(f, NETP_TLS_MEMORY, "no memory");
        return NULL;
    }
    ERR_clear_error();
    ctx->keylog = -1;
    ctx->ssl = SSL_CTX_new(method);
    ctx->bio = tls_bio_method();
    if (!ctx->ssl || !ctx->bio || !SSL_CTX_set_min_proto_version(ctx->ssl, TLS1_2_VERSION)) {
        tls_set_config_fail(f, "cannot start ", "OpenSSL");
        netp_tls_ctx_free(ctx);
        return NULL;
    }
    if (!set_alpn(ctx, alpn, f)) {
        netp_tls_ctx_free(ctx);
        return NULL;
    }
    if (SSL_CTX_get_security_level(ctx->ssl) < 2) {
        SSL_CTX_set_security_level(ctx->ssl, 2);
    }
    SSL_CTX_set_app_data(ctx->ssl, ctx);
    SSL_CTX_set_options(ctx->ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(ctx->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(ctx->ssl, 1);
    SSL_CTX_set_default_read_buffer_len(ctx->ssl, READ_BUFFER);
    return ctx;
}

void netp_tls_ctx_free(struct netp_tls_ctx *ctx)
{
    if (!ctx) {
        return;
    }
    for (unsigned i = 0; i < ctx->nsession; i++) {
        forget(&ctx->session[i]);
    }
    free(ctx->session);
    tls_unload(&ctx->own);
    SSL_CTX_free(ctx->ssl);
    BIO_meth_free(ctx->bio);
    if (ctx->keylog >= 0) {
        close(ctx->keylog);
    }
    free(ctx->alpn);
    OPENSSL_cleanse(ctx->ticket, sizeof ctx->ticket);
    free(ctx);
}

/* Reads certificates into ctx, which keeps those it had when that fails. */
static bool load(struct netp_tls_ctx *ctx, const struct netp_tls_cert *cert, size_t n,
                 struct netp_tls_fail *f)
{
    struct identities own = {0};

    if (!tls_load(&own, cert, n, f)) {
        return false;
    }
    /* The last is the first of them, which ctx begins with. */
    for (size_t i = own.n; i > 0 && !f->code; i--) {
        const struct identity *id = &own.v[i - 1];
        if (!SSL_CTX_use_cert_and_key(ctx->ssl, id->cert, id->key, id->chain, 1)) {
            tls_set_config_fail(f, "cannot use ", cert[i - 1].chain);
        }
    }
    if (f->code) {
        tls_unload(&own);
        return false;
    }
    tls_unload(&ctx->own);
    ctx->own = own;
    return true;
}

/* --- clients --------------------------------------------------------------------------------- */

static void log_secrets(const SSL *ssl, const char *line)
{
    const struct netp_tls_ctx *ctx = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

    (void)dprintf(ctx->keylog, "%s\n", line);
}

static void set_keylog(struct netp_tls_ctx *ctx)
{
    const char *name = secure_getenv("SSLKEYLOGFILE");

    if (name && *name) {
        ctx->keylog = open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    }
    if (ctx->keylog >= 0) {
        SSL_CTX_set_keylog_callback(ctx->ssl, log_secrets);
    }
}

static bool set_trust(struct netp_tls_ctx *ctx, const struct netp_tls_client_cfg *cfg,
                      struct netp_tls_fail *f)
{
    X509_STORE *store = SSL_CTX_get_cert_store(ctx->ssl);

    ctx->verify = !cfg->insecure;
    if (cfg->insecure) {
        SSL_CTX_set_verify(ctx->ssl, SSL_VERIFY_NONE, NULL);
        return true;
    }
    SSL_CTX_set_verify(ctx->ssl, SSL_VERIFY_PEER, tls_check_cert);
    if (cfg->ca_file && !SSL_CTX_load_verify_file(ctx->ssl, cfg->ca_file)) {
        tls_set_fail(f, NETP_TLS_FILE, "cannot read trusted certificates from %.300s",
                     cfg->ca_file);
    }
    if (cfg->ca_dir && !SSL_CTX_load_verify_dir(ctx->ssl, cfg->ca_dir)) {
        tls_set_config_fail(f, "cannot use ", cfg->ca_dir);
    }
    if (!cfg->ca_file && !cfg->ca_dir && !SSL_CTX_set_default_verify_paths(ctx->ssl)) {
        tls_set_config_fail(f, "cannot use ", "the system's certificates");
    }
    if (cfg->crl_file) {
        if (!X509_STORE_load_file(store, cfg->crl_file)) {
            tls_set_fail(f, NETP_TLS_FILE, "cannot read revocation lists from %.300s",
                         cfg->crl_file);
        }
        X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    }
    ERR_clear_error();
    return f->code == NETP_TLS_OK;
}

struct netp_tls_ctx *netp_tls_client_ctx(const struct netp_tls_client_cfg *cfg,
                                         struct netp_tls_fail *f)
{
    struct netp_tls_ctx *ctx = make(TLS_client_method(), cfg->alpn, f);

    if (!ctx) {
        return NULL;
    }
    ctx->nsession = cfg->sessions ? cfg->sessions : SESSIONS;
    if (!(ctx->session = calloc(ctx->nsession, sizeof *ctx->session))) {
        ctx->nsession = 0;
        tls_set_fail(f, NETP_TLS_MEMORY, "no memory");
    }
    if (f->code || !set_trust(ctx, cfg, f) || (cfg->cert.chain && !load(ctx, &cfg->cert, 1, f))) {
        netp_tls_ctx_free(ctx);
        return NULL;
    }
    if (ctx->nalpn && SSL_CTX_set_alpn_protos(ctx->ssl, ctx->alpn, ctx->nalpn) != 0) {
        tls_set_fail(f, NETP_TLS_MEMORY, "no memory");
        netp_tls_ctx_free(ctx);
        return NULL;
    }
    SSL_CTX_set_session_cache_mode(ctx->ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ctx->ssl, remember);
    if (cfg->need_staple && !cfg->insecure) {
        SSL_CTX_set_tlsext_status_type(ctx->ssl, TLSEXT_STATUSTYPE_ocsp);
        SSL_CTX_set_tlsext_status_cb(ctx->ssl, tls_judge_staple);
    }
    set_keylog(ctx);
    return ctx;
}

/* --- servers --------------------------------------------------------------------------------- */

static int choose_alpn(SSL *ssl, const uint8_t **out, uint8_t *n, const uint8_t *in, unsigned nin,
                       void *arg)
{
    const struct netp_tls_ctx *ctx = arg;
    uint8_t *chosen;

    (void)ssl;
    if (SSL_select_next_proto(&chosen, n, ctx->alpn, ctx->nalpn, in, nin) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* A session is resumed alone where clients are asked for the same as where it was begun: the mode,
 * and who issues their certificates. */
static bool set_session_id(struct netp_tls_ctx *ctx, struct netp_tls_fail *f)
{
    const STACK_OF(X509_OBJECT) *trusted =
        X509_STORE_get0_objects(SSL_CTX_get_cert_store(ctx->ssl));
    uint8_t id[SSL_MAX_SID_CTX_LENGTH] = {(uint8_t)ctx->clients}, digest[EVP_MAX_MD_SIZE];
    bool good = true;

    for (int i = 0; good && i < sk_X509_OBJECT_num(trusted); i++) {
        const X509 *cert = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(trusted, i));
        good = cert && X509_digest(cert, EVP_sha256(), digest, NULL);
        for (unsigned k = 0; good && k < sizeof id; k++) {
            id[k] ^= digest[k];
        }
    }
    if (good && SSL_CTX_set_session_id_context(ctx->ssl, id, sizeof id)) {
        return true;
    }
    tls_set_config_fail(f, "cannot make ", "a session id context");
    return false;
}

/* Reads those who issue the certificates of clients; ctx keeps those it had when that fails. */
static bool load_client_ca(struct netp_tls_ctx *ctx, const char *name, struct netp_tls_fail *f)
{
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(name);
    X509_STORE *store = X509_STORE_new();

    if (!names || !store || !X509_STORE_load_file(store, name)) {
        tls_set_fail(f, NETP_TLS_FILE, "cannot read certificates of authorities from %.300s", name);
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        X509_STORE_free(store);
    } else {
        SSL_CTX_set_cert_store(ctx->ssl, store);
        SSL_CTX_set_client_CA_list(ctx->ssl, names);
    }
    ERR_clear_error();
    return f->code == NETP_TLS_OK;
}

static bool set_clients(struct netp_tls_ctx *ctx, const struct netp_tls_server_cfg *cfg,
                        struct netp_tls_fail *f)
{
    ctx->clients = cfg->clients;
    if (cfg->clients == NETP_TLS_CLIENTS_ANY) {
        return true;
    }
    ctx->verify = true;
    SSL_CTX_set_verify(
        ctx->ssl,
        SSL_VERIFY_PEER |
            (cfg->clients == NETP_TLS_CLIENTS_MUST_SHOW ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
        tls_check_cert);
    if (!cfg->client_ca) {
        tls_set_fail(f, NETP_TLS_CONFIG, "client certificates need the file of who issues them");
        return false;
    }
    return load_client_ca(ctx, cfg->client_ca, f);
}

/* Of TLS 1.2: what keeps the past secret, and authenticates as it encrypts (RFC 9325 section 4.2).
 */
static bool set_ciphers(struct netp_tls_ctx *ctx, struct netp_tls_fail *f)
{
    if (SSL_CTX_set_cipher_list(ctx->ssl, "ECDHE+AESGCM:ECDHE+CHACHA20")) {
        return true;
    }
    tls_set_config_fail(f, "cannot choose ", "ciphers");
    return false;
}

/* OpenSSL's callback for a ticket, which it has opened or has not. Who is known by a certificate is
 * to show it again when that has expired. */
static SSL_TICKET_RETURN may_resume(SSL *ssl, SSL_SESSION *session, const uint8_t *key, size_t n,
                                    SSL_TICKET_STATUS status, void *arg)
{
    bool renew = status == SSL_TICKET_SUCCESS_RENEW;
    const X509 *peer = session ? SSL_SESSION_get0_peer(session) : NULL;
    time_t now = time(NULL);

    (void)ssl;
    (void)key;
    (void)n;
    (void)arg;
    if ((status != SSL_TICKET_SUCCESS && !renew) ||
        (peer && X509_cmp_time(X509_get0_notAfter(peer), &now) <= 0)) {
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    }
    return renew ? SSL_TICKET_RETURN_USE_RENEW : SSL_TICKET_RETURN_USE;
}

struct netp_tls_ctx *netp_tls_server_ctx(const struct netp_tls_server_cfg *cfg,
                                         struct netp_tls_fail *f)
{
    struct netp_tls_ctx *ctx = make(TLS_server_method(), cfg->alpn, f);

    if (!ctx) {
        return NULL;
    }
    if (!load(ctx, cfg->cert, cfg->ncert, f) || !set_clients(ctx, cfg, f) ||
        !set_session_id(ctx, f) || !set_ciphers(ctx, f)) {
        netp_tls_ctx_free(ctx);
        return NULL;
    }
    ctx->known_names = cfg->known_names;
    SSL_CTX_set_session_cache_mode(ctx->ssl, SSL_SESS_CACHE_OFF); /* the clients keep tickets */
    SSL_CTX_set_session_ticket_cb(ctx->ssl, NULL, may_resume, NULL);
    SSL_CTX_set_tlsext_servername_callback(ctx->ssl, tls_choose_cert);
    SSL_CTX_set_tlsext_servername_arg(ctx->ssl, ctx);
    SSL_CTX_set_tlsext_status_cb(ctx->ssl, tls_staple);
    SSL_CTX_set_tlsext_status_arg(ctx->ssl, ctx);
    if (ctx->nalpn) {
        SSL_CTX_set_alpn_select_cb(ctx->ssl, choose_alpn, ctx);
    }
    return ctx;
}

int netp_tls_server_reload(struct netp_tls_ctx *ctx, const struct netp_tls_cert *cert, size_t ncert,
                           struct netp_tls_fail *f)
{
    *f = (struct netp_tls_fail){.alert = -1};
    ERR_clear_error();
    return load(ctx, cert, ncert, f) ? 0 : -1;
}

int netp_tls_server_reload_clients(struct netp_tls_ctx *ctx, const char *client_ca,
                                   struct netp_tls_fail *f)
{
    *f = (struct netp_tls_fail){.alert = -1};
    if (ctx->clients == NETP_TLS_CLIENTS_ANY) {
        tls_set_fail(f, NETP_TLS_CONFIG, "this server asks clients for no certificate");
        return -1;
    }
    return load_client_ca(ctx, client_ca, f) && set_session_id(ctx, f) ? 0 : -1;
}
