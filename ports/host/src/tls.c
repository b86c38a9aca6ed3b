/* tls.c - connections by TLS. SPDX-License-Identifier: MIT
 *
 * OpenSSL writes into a BIO that never refuses: what is below takes what it can, the rest waits in
 * a queue, and nothing more is given to OpenSSL before that is empty. So the queue is bounded by a
 * flight of the handshake or a record, what was taken from a machine need not be shown again, and
 * reading never has to wait for writing. */
#include "tls_priv.h"
#include <errno.h>
#include <netproto/addr.h>
#include <netproto/host/stream.h>
#include <netproto/text.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#define RECORD 16384 /* bytes of a record at most, RFC 8446 section 5.1 */

/* --- what is below --------------------------------------------------------------------------- */

static ptrdiff_t send_below(struct netp_tls *t, const struct netp_out *v, size_t nv)
{
    ptrdiff_t r = netp_transport_send(t->lower, t->fd, v, nv);

    if (r == NETP_E_IO) {
        t->cut = errno ? errno : EIO;
    }
    return r;
}

static bool enqueue(struct netp_tls *t, const uint8_t *p, size_t n)
{
    uint8_t *bigger = realloc(t->queue, t->nqueue + n);

    if (!bigger) {
        return false;
    }
    memcpy(bigger + t->nqueue, p, n);
    t->queue = bigger;
    t->nqueue += n;
    return true;
}

/* Sends what waits: 0 when nothing is left, NETP_E_AGAIN, or NETP_E_IO with errno. */
static ptrdiff_t flush(struct netp_tls *t)
{
    ptrdiff_t r = 0;

    while (!t->cut && t->sent < t->nqueue) {
        struct netp_out v = {t->queue + t->sent, t->nqueue - t->sent, 0, NULL};
        if ((r = send_below(t, &v, 1)) < 0) {
            break;
        }
        t->sent += (size_t)r;
    }
    if (t->cut || t->sent == t->nqueue) {
        free(t->queue);
        t->queue = NULL;
        t->nqueue = t->sent = 0;
        r = t->cut ? NETP_E_IO : send_below(t, NULL, 0);
    }
    errno = t->cut;
    return r;
}

/* After the connection was cut it still seems to take everything: the peer may have said why, and
 * OpenSSL reads no further once it has failed to write. */
static int bio_write(BIO *bio, const char *p, int n)
{
    struct netp_tls *t = BIO_get_data(bio);
    struct netp_out v = {(const uint8_t *)p, (size_t)n, 0, NULL};
    ptrdiff_t r = t->cut || t->nqueue > 0 ? NETP_E_AGAIN : send_below(t, &v, 1);
    size_t taken = r > 0 ? (size_t)r : 0;

    BIO_clear_retry_flags(bio);
    if (!t->cut && taken < v.n && !enqueue(t, v.p + taken, v.n - taken)) {
        t->cut = ENOMEM;
    }
    return n;
}

static int bio_read(BIO *bio, char *p, int n)
{
    struct netp_tls *t = BIO_get_data(bio);
    struct netp_in in = {0};

    BIO_clear_retry_flags(bio);
    if (!t->below_end) {
        if (!netp_transport_receive(t->lower, t->fd, p, (size_t)n, &in)) {
            BIO_set_retry_read(bio);
            return -1;
        }
        t->below_end = in.flags;
        t->below_errno = in.flags & NETP_IN_BROKEN ? errno : 0;
    }
    if (in.n > 0) {
        return (int)in.n;
    }
    return t->below_end & NETP_IN_BROKEN ? -1 : 0;
}

static long bio_ctrl(BIO *bio, int what, long number, void *p)
{
    const struct netp_tls *t = BIO_get_data(bio);

    (void)number;
    (void)p;
    if (what == BIO_CTRL_EOF) {
        return t->below_end == NETP_IN_EOF;
    }
    return what == BIO_CTRL_FLUSH;
}

BIO_METHOD *tls_bio_method(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "netp_transport");

    if (m) {
        BIO_meth_set_write(m, bio_write);
        BIO_meth_set_read(m, bio_read);
        BIO_meth_set_ctrl(m, bio_ctrl);
    }
    return m;
}

/* --- the handshake --------------------------------------------------------------------------- */

static int failed(struct netp_tls *t)
{
    t->end = NETP_IN_BROKEN;
    return NETP_E_IO;
}

/* What it means that OpenSSL has returned r <= 0: NETP_E_AGAIN, unless it is an end. */
static int stopped(struct netp_tls *t, int r)
{
    int e = SSL_get_error(t->ssl, r);

    if (e == SSL_ERROR_WANT_READ) {
        return NETP_E_AGAIN;
    }
    if (e == SSL_ERROR_ZERO_RETURN && t->done) {
        t->end = NETP_IN_EOF;
        return NETP_E_AGAIN;
    }
    if (e == SSL_ERROR_ZERO_RETURN) { /* anyone can say that before the handshake is done */
        tls_set_fail(&t->fail, NETP_TLS_TRUNCATED, "the peer ended the handshake");
    }
    tls_set_peer_fail(t);
    return failed(t);
}

/* Whether the server has chosen a protocol that was offered, or none (RFC 7301 section 3.2). */
static bool is_offered(const struct netp_tls *t)
{
    const uint8_t *chosen, *p = t->ctx->alpn;
    unsigned n;

    SSL_get0_alpn_selected(t->ssl, &chosen, &n);
    if (n == 0) {
        return true;
    }
    for (const uint8_t *end = p + t->ctx->nalpn; p < end; p += 1 + *p) {
        if (*p == n && memcmp(p + 1, chosen, n) == 0) {
            return true;
        }
    }
    return false;
}

/* 1: it is done; NETP_E_AGAIN; NETP_E_IO with errno. */
static int handshake(struct netp_tls *t)
{
    int r = 1;

    if (!t->done && !t->fail.code) {
        t->begun = true;
        ERR_clear_error();
        if ((r = SSL_do_handshake(t->ssl)) != 1) {
            r = stopped(t, r);
        } else if (t->host && !is_offered(t)) {
            tls_set_fail(&t->fail, NETP_TLS_ALPN,
                         "the server chose a protocol (ALPN) that was "
                         "not offered");
            r = failed(t);
        } else {
            t->done = t->more = true;
        }
    }
    if (t->fail.code) {
        errno = t->below_errno ? t->below_errno : EPROTO;
        return NETP_E_IO;
    }
    return r;
}

/* --- the transport --------------------------------------------------------------------------- */

static int tls_receive(void *ctx, void *p, size_t n, struct netp_in *in)
{
    struct netp_tls *t = ctx;
    size_t got = 0, r;

    (void)flush(t);
    if (handshake(t) == NETP_E_AGAIN) {
        return 0;
    }
    t->more = false;
    while (!t->end && got < n) {
        ERR_clear_error();
        if (SSL_read_ex(t->ssl, (uint8_t *)p + got, n - got, &r)) {
            got += r;
        } else if (stopped(t, 0) == NETP_E_AGAIN) {
            break;
        }
    }
    t->more = got == n && !t->end;
    if (got == 0 && !t->end) {
        return 0;
    }
    *in = (struct netp_in){.p = p, .n = got, .flags = t->end};
    t->told = t->end != 0;
    errno = t->below_errno ? t->below_errno : EPROTO;
    return 1;
}

/* A place in a gather list. */
struct place {
    const struct netp_out *v, *end;
    size_t at;
};

static void advance(struct place *l, size_t n)
{
    while (l->v < l->end && n >= l->v->n - l->at && !(l->v->flags & NETP_OUT_FIN)) {
        n -= l->v->n - l->at;
        l->v++;
        l->at = 0;
    }
    l->at += n;
}

/* What goes into the next record: as it lies there, or joined in stage when it is in small pieces,
 * or comes from a file. 0: there is nothing more, or the end; < 0: the file can't be read. */
static ptrdiff_t next_piece(struct place l, uint8_t stage[RECORD], const uint8_t **p)
{
    size_t n = 0;

    advance(&l, 0);
    if (l.v == l.end || l.v->n == 0) {
        return 0;
    }
    if (l.v->flags & NETP_OUT_FILE) {
        *p = stage;
        return netp_file_span_read(l.v, l.at, stage, RECORD);
    }
    if (l.v->n - l.at >= RECORD || l.v + 1 == l.end) {
        *p = l.v->p + l.at;
        return (ptrdiff_t)(l.v->n - l.at < RECORD ? l.v->n - l.at : RECORD);
    }
    for (; l.v < l.end && n < RECORD && !(l.v->flags & NETP_OUT_FILE); l.v++, l.at = 0) {
        size_t k = l.v->n - l.at < RECORD - n ? l.v->n - l.at : RECORD - n;
        if (k > 0) {
            memcpy(stage + n, l.v->p + l.at, k);
        }
        n += k;
    }
    *p = stage;
    return (ptrdiff_t)n;
}

/* Says that nothing follows: 0 when that has left, NETP_E_AGAIN, NETP_E_IO with errno. */
static ptrdiff_t say_end(struct netp_tls *t)
{
    const struct netp_out fin = {NULL, 0, NETP_OUT_FIN, NULL};
    ptrdiff_t r;

    if (!t->said) {
        ERR_clear_error();
        SSL_shutdown(t->ssl);
        t->said = true;
    }
    if ((r = flush(t)) == 0 && !t->shut) {
        r = send_below(t, &fin, 1);
        t->shut = r == 0;
    }
    return r;
}

static ptrdiff_t tls_send(void *ctx, const struct netp_out *v, size_t nv)
{
    struct netp_tls *t = ctx;
    struct place l = {v, v + nv, 0};
    ptrdiff_t r = flush(t);
    uint8_t stage[RECORD];
    const uint8_t *p;
    size_t k, total = 0;
    ptrdiff_t n = 0;

    if (r < 0 || (r = handshake(t)) < 0) {
        return nv == 0 && r == NETP_E_AGAIN ? 0 : r;
    }
    while (t->nqueue == 0 && (n = next_piece(l, stage, &p)) > 0) {
        ERR_clear_error();
        if (!SSL_write_ex(t->ssl, p, (size_t)n, &k)) {
            r = stopped(t, 0);
            break;
        }
        if (t->cut) {
            r = NETP_E_IO;
            break;
        }
        total += k;
        advance(&l, k);
    }
    if (total > 0 || nv == 0) {
        return (ptrdiff_t)total;
    }
    if (n < 0) {
        return NETP_E_IO;
    }
    if (r < 0) {
        errno = t->cut ? t->cut : EPROTO;
        return r;
    }
    return l.v < l.end ? say_end(t) : 0;
}

static unsigned tls_need(void *ctx, unsigned want)
{
    const struct netp_tls *t = ctx;
    unsigned below = t->done ? want : NETP_WANT_IN;

    if (!t->begun || ((want & NETP_WANT_IN) && (t->more || (t->end && !t->told)))) {
        return NETP_TRANSPORT_NOW;
    }
    if (t->end) {
        below &= ~(unsigned)NETP_WANT_IN;
    }
    if (t->nqueue > 0) {
        below |= NETP_WANT_OUT;
    }
    return netp_transport_need(t->lower, below);
}

/* --- connections ----------------------------------------------------------------------------- */

static struct netp_tls *make(struct netp_tls_ctx *ctx, int fd, const struct netp_transport *lower)
{
    struct netp_tls *t = calloc(1, sizeof *t);
    BIO *bio;

    if (!t) {
        return NULL;
    }
    t->transport = (struct netp_transport){t, tls_receive, tls_send, tls_need};
    t->ctx = ctx;
    t->lower = lower;
    t->fd = fd;
    t->fail.alert = -1;
    t->ssl = SSL_new(ctx->ssl);
    bio = BIO_new(ctx->bio);
    if (!t->ssl || !bio) {
        BIO_free(bio);
        netp_tls_free(t);
        errno = ENOMEM;
        return NULL;
    }
    BIO_set_data(bio, t);
    BIO_set_init(bio, 1);
    SSL_set_bio(t->ssl, bio, bio);
    SSL_set_app_data(t->ssl, t);
    return t;
}

/* Names are compared, and sent, in lower case and without the final dot. */
static char *host_name(const char *host)
{
    size_t n = strlen(host);
    char *name = strdup(host);

    if (name && name[n - 1] == '.') {
        name[n - 1] = '\0';
    }
    for (char *c = name; c && *c; c++) {
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
    }
    return name;
}

static bool is_address(const char *host, struct netp_addr *a)
{
    return host[0] != '[' && netp_addr_parse(netp_str_of(host), a) == NETP_OK && a->port == 0;
}

static bool is_name(const char *host)
{
    size_t n = strlen(host);

    return n > 0 && n <= 254 && host[0] != '.' &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") == n;
}

/* Has OpenSSL check that the certificate is for t->host. */
static bool expect_host(struct netp_tls *t)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
    struct netp_addr a;

    X509_VERIFY_PARAM_set_hostflags(param, TLS_HOST_FLAGS);
    if (is_address(t->host, &a)) {
        return X509_VERIFY_PARAM_set1_ip(param, a.ip, a.fam == 4 ? 4 : 16);
    }
    return X509_VERIFY_PARAM_set1_host(param, t->host, 0) &&
           SSL_set_tlsext_host_name(t->ssl, t->host);
}

struct netp_tls *netp_tls_client(struct netp_tls_ctx *ctx, const char *host, uint16_t port, int fd,
                                 const struct netp_transport *lower)
{
    struct netp_addr a;
    struct netp_tls *t;

    if (!is_address(host, &a) && !is_name(host)) {
        errno = EINVAL;
        return NULL;
    }
    if (!(t = make(ctx, fd, lower))) {
        return NULL;
    }
    t->host = host_name(host);
    t->port = port;
    if (!t->host || !expect_host(t)) {
        netp_tls_free(t);
        ERR_clear_error();
        errno = ENOMEM;
        return NULL;
    }
    SSL_set_connect_state(t->ssl);
    tls_resume(t);
    return t;
}

struct netp_tls *netp_tls_server(struct netp_tls_ctx *ctx, int fd,
                                 const struct netp_transport *lower)
{
    struct netp_tls *t = make(ctx, fd, lower);

    if (t) {
        SSL_set_accept_state(t->ssl);
    }
    return t;
}

void netp_tls_free(struct netp_tls *t)
{
    if (!t) {
        return;
    }
    if (t->ssl && !t->fail.code) {
        /* Else OpenSSL would have the session forgotten. */
        SSL_set_shutdown(t->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }
    SSL_free(t->ssl);
    free(t->host);
    free(t->queue);
    free(t);
}

const struct netp_transport *netp_tls_transport(const struct netp_tls *t)
{
    return &t->transport;
}

const struct netp_tls_fail *netp_tls_fail(const struct netp_tls *t)
{
    return &t->fail;
}

int netp_tls_info(const struct netp_tls *t, struct netp_tls_info *info)
{
    const char *name;
    const uint8_t *alpn;
    unsigned n;
    X509 *cert;

    if (!t->done) {
        return NETP_E_STATE;
    }
    *info = (struct netp_tls_info){.version = SSL_get_version(t->ssl),
                                   .cipher = SSL_get_cipher_name(t->ssl),
                                   .resumed = SSL_session_reused(t->ssl)};
    SSL_get0_alpn_selected(t->ssl, &alpn, &n);
    netp_escape(info->alpn, sizeof info->alpn, alpn, n);
    if ((name = SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name))) {
        netp_escape(info->server_name, sizeof info->server_name, name, strlen(name));
    }
    if ((cert = SSL_get0_peer_certificate(t->ssl))) {
        tls_cert_subject(X509_get_subject_name(cert), info->subject, sizeof info->subject);
        tls_cert_names(cert, info->names, sizeof info->names);
        info->verified = t->ctx->verify && SSL_get_verify_result(t->ssl) == X509_V_OK;
    }
    return NETP_OK;
}
