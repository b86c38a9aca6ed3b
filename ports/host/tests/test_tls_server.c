/* test_tls_server.c - what a TLS server shows and remembers: responses of OCSP, tickets, client
 * authorities; and http that leads to https. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#ifndef NETPROTO_TLS

int main(void)
{
    return 0;
}

#else

#include "httpd_ask.h"
#include "tls_certs.h"
#include <netproto/host/httpd_https.h>
#include <netproto/text.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <time.h>

static struct made ca, other_ca, same_name, leaf, friend, stranger, responder;
static const char *ca_file, *other_file, *chain_file;

static time_t ahead; /* of what the host port takes for the time; OpenSSL has its own */

time_t __wrap_time(time_t *t);
time_t __real_time(time_t *t);

time_t __wrap_time(time_t *t)
{
    time_t now = __real_time(NULL) + ahead;

    if (t) {
        *t = now;
    }
    return now;
}

/* --- a client of OpenSSL's own and a server, in one thread ----------------------------------- */

struct client {
    SSL_CTX *ctx;
    SSL *ssl;
    SSL_SESSION *session; /* the last */
    int version;
    const struct made *shows;
};

static void client_begin(struct client *c, int version)
{
    *c = (struct client){.ctx = SSL_CTX_new(TLS_client_method()), .version = version};
}

static void client_end(struct client *c)
{
    SSL_SESSION_free(c->session);
    SSL_CTX_free(c->ctx);
}

/* Connects, says "hi" and hears it again. Whether that worked; *resumed: in a session that was
 * remembered; staple: the response of OCSP, to be freed, if it is not NULL. */
static bool talk(struct client *c, struct netp_tls_ctx *server, bool *resumed, uint8_t **staple,
                 long *nstaple)
{
    struct netp_in in = {0};
    const struct netp_transport *t;
    struct netp_tls *tls;
    char text[16] = "";
    uint8_t buf[64];
    int fd[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
    tls = netp_tls_server(server, fd[1], NULL);
    assert_non_null(tls);
    t = netp_tls_transport(tls);
    c->ssl = SSL_new(c->ctx);
    SSL_set_fd(c->ssl, fd[0]);
    SSL_set_max_proto_version(c->ssl, c->version);
    if (staple) {
        SSL_set_tlsext_status_type(c->ssl, TLSEXT_STATUSTYPE_ocsp);
    }
    if (c->shows) {
        SSL_use_cert_and_key(c->ssl, c->shows->cert, c->shows->key, NULL, 1);
    }
    if (c->session) {
        SSL_set_session(c->ssl, c->session);
    }
    SSL_set_connect_state(c->ssl);
    for (int i = 0; i < 100; i++) {
        if (SSL_is_init_finished(c->ssl) || SSL_do_handshake(c->ssl) == 1) {
            (void)(i == 50 && SSL_write(c->ssl, "hi", 2));
            (void)(SSL_read(c->ssl, text, sizeof text - 1) + 1);
        }
        if (!in.flags && t->receive(t->ctx, buf, sizeof buf, &in) && in.n > 0) {
            const struct netp_out v = {in.p, in.n, 0, NULL};
            (void)(t->send(t->ctx, &v, 1) + 1);
        }
    }
    if (resumed) {
        *resumed = SSL_session_reused(c->ssl);
    }
    if (staple) {
        const uint8_t *p;
        *nstaple = SSL_get_tlsext_status_ocsp_resp(c->ssl, &p);
        *staple = *nstaple > 0 ? OPENSSL_memdup(p, (size_t)*nstaple) : NULL;
    }
    if (text[0]) {
        SSL_SESSION_free(c->session);
        c->session = SSL_get1_session(c->ssl);
    }
    SSL_set_shutdown(c->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(c->ssl);
    netp_tls_free(tls);
    close(fd[0]);
    close(fd[1]);
    return strcmp(text, "hi") == 0;
}

/* --- responses of OCSP ----------------------------------------------------------------------- */

/* Zero is a good response about leaf. */
struct staple {
    const struct made *about, *issuer; /* NULL: leaf, ca */
    const struct made *signer;         /* NULL: ca */
    bool sha1;                         /* of names and keys; else SHA-256 */
    long since, until;                 /* seconds from now; 0, 0: since an hour, for an hour */
    bool endless, broken;              /* broken: its signature */
    int status;                        /* V_OCSP_CERTSTATUS_*; 0: good */
};

static void write_der(const char *path, const OCSP_RESPONSE *r)
{
    BIO *bio = BIO_new_file(path, "wb");

    assert_int_equal(i2d_OCSP_RESPONSE_bio(bio, r), 1);
    BIO_free(bio);
}

/* Writes such a response to a file, and returns its name. */
static const char *write_staple(const char *name, const struct staple *s)
{
    const char *path = certs_path(name);
    const struct made *about = s->about ? s->about : &leaf, *issuer = s->issuer ? s->issuer : &ca,
                      *signer = s->signer ? s->signer : &ca;
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    OCSP_CERTID *id =
        OCSP_cert_id_new(s->sha1 ? EVP_sha1() : EVP_sha256(), X509_get_subject_name(issuer->cert),
                         X509_get0_pubkey_bitstr(issuer->cert), X509_get_serialNumber(about->cert));
    ASN1_TIME *since = X509_gmtime_adj(NULL, s->since ? s->since : -3600),
              *until = X509_gmtime_adj(NULL, s->until ? s->until : 3600);
    OCSP_RESPONSE *r;

    assert_non_null(
        OCSP_basic_add1_status(basic, id, s->status, 0, since, since, s->endless ? NULL : until));
    assert_int_equal(OCSP_basic_sign(basic, signer->cert, signer->key, EVP_sha256(), NULL, 0), 1);
    ((uint8_t *)(uintptr_t)ASN1_STRING_get0_data(OCSP_resp_get0_signature(basic)))[20] ^= s->broken;
    r = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    write_der(path, r);
    OCSP_RESPONSE_free(r);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(since);
    ASN1_TIME_free(until);
    return path;
}

/* The bytes that a client which asks for a response gets, which are those of the file; -1: none. */
static long staple_of(struct netp_tls_ctx *server, int version, const char *file)
{
    struct client c;
    uint8_t *p;
    long n;

    client_begin(&c, version);
    assert_true(talk(&c, server, NULL, &p, &n));
    if (file) {
        uint8_t of_file[16384];
        FILE *f = fopen(file, "rb");
        assert_non_null(f);
        assert_int_equal((long)fread(of_file, 1, sizeof of_file, f), n);
        assert_memory_equal(of_file, p, (size_t)n);
        fclose(f);
    }
    OPENSSL_free(p);
    client_end(&c);
    return n;
}

static const struct {
    const char *name;
    struct staple staple;
} taken[] = {
    {"good", {0}},
    {"SHA-1", {.sha1 = true}},
    {"without an end", {.endless = true}},
    {"a clock that is ahead", {.since = 60}},
    {"revoked, which clients shall know", {.status = V_OCSP_CERTSTATUS_REVOKED}},
    {"of a responder", {.signer = &responder}},
};

static void test_staple(void **state)
{
    struct netp_tls_cert cert = {.chain = chain_file};
    struct netp_tls_ctx *ctx = server_ctx(&(struct netp_tls_server_cfg){.cert = &cert, .ncert = 1});
    struct netp_tls_fail fail;
    struct client c;

    (void)state;
    assert_int_equal(staple_of(ctx, TLS1_3_VERSION, NULL), -1);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        cert.staple = write_staple("good.der", &taken[i].staple);
        if (netp_tls_server_reload(ctx, &cert, 1, &fail) != 0) {
            fail_msg("%s: %s", taken[i].name, fail.text);
        }
        assert_true(staple_of(ctx, TLS1_3_VERSION, cert.staple) > 0);
        assert_true(staple_of(ctx, TLS1_2_VERSION, cert.staple) > 0);
    }
    client_begin(&c, TLS1_3_VERSION); /* who does not ask gets none */
    assert_true(talk(&c, ctx, NULL, NULL, NULL));
    client_end(&c);
    netp_tls_ctx_free(ctx);
}

static const struct {
    const char *name;
    struct staple staple;
    enum netp_tls_code code;
    const char *text;
} refused[] = {
    {"another certificate", {.about = &friend}, NETP_TLS_MISMATCH, "is about other certificates"},
    {"the same number of another", {.issuer = &other_ca}, NETP_TLS_MISMATCH, "other certificates"},
    {"another key of that name", {.issuer = &same_name}, NETP_TLS_MISMATCH, "other certificates"},
    {"signed by another", {.signer = &other_ca}, NETP_TLS_MISMATCH, "is not signed for who issued"},
    {"signed by one of that name", {.signer = &same_name}, NETP_TLS_MISMATCH, "is not signed for"},
    {"a broken signature", {.broken = true}, NETP_TLS_MISMATCH, "is not signed for who issued"},
    {"signed by a leaf", {.signer = &friend}, NETP_TLS_MISMATCH, "is not signed for who issued"},
    {"out of date", {.until = -60}, NETP_TLS_EXPIRED, "was out of date on 20"},
    {"of tomorrow", {.since = 3600, .until = 7200}, NETP_TLS_NOT_YET_VALID, "not valid before 20"},
    {"not known", {.status = V_OCSP_CERTSTATUS_UNKNOWN}, NETP_TLS_MISMATCH, "does not know"},
};

static void expect_refused(struct netp_tls_ctx *ctx, const char *staple, enum netp_tls_code code,
                           const char *text)
{
    const struct netp_tls_cert cert = {.chain = chain_file, .staple = staple};
    struct netp_tls_fail fail;

    assert_int_equal(netp_tls_server_reload(ctx, &cert, 1, &fail), -1);
    if (!strstr(fail.text, text) || fail.code != code) {
        fail_msg("%d, %s: no '%s'", fail.code, fail.text, text);
    }
}

/* What was there before is still shown. */
static void test_staple_refused(void **state)
{
    const char *good = write_staple("good.der", &(struct staple){0});
    const struct netp_tls_cert cert = {.chain = chain_file, .staple = strdup(good)};
    struct netp_tls_ctx *ctx = server_ctx(&(struct netp_tls_server_cfg){.cert = &cert, .ncert = 1});

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const char *file = write_staple("bad.der", &refused[i].staple);
        expect_refused(ctx, file, refused[i].code, refused[i].text);
        assert_true(staple_of(ctx, TLS1_3_VERSION, cert.staple) > 0);
    }
    netp_tls_ctx_free(ctx);
    free((void *)(uintptr_t)cert.staple);
}

/* Writes n bytes of p, and those of more, to a file. */
static const char *write_bytes(const char *name, const void *p, size_t n, const char *more)
{
    const char *path = certs_path(name);
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_true(fputs(more, f) >= 0);
    fclose(f);
    return path;
}

static void test_staple_files(void **state)
{
    struct netp_tls_ctx *ctx = server_ctx(&(struct netp_tls_server_cfg){0});
    OCSP_RESPONSE *later = OCSP_response_create(OCSP_RESPONSE_STATUS_TRYLATER, NULL);
    uint8_t der[16385] = {0};
    FILE *f = fopen(write_staple("good.der", &(struct staple){0}), "rb");
    size_t n = fread(der, 1, sizeof der, f);

    (void)state;
    fclose(f);
    expect_refused(ctx, "/nowhere", NETP_TLS_FILE, "cannot open /nowhere: No such file");
    expect_refused(ctx, certs_dir, NETP_TLS_FILE, "cannot open ");
    expect_refused(ctx, chain_file, NETP_TLS_FILE, "is no response of OCSP in DER");
    expect_refused(ctx, write_bytes("bad.der", "", 0, ""), NETP_TLS_FILE, "is empty");
    expect_refused(ctx, write_bytes("bad.der", der, n - 1, ""), NETP_TLS_FILE, "in DER");
    expect_refused(ctx, write_bytes("bad.der", der, n, "\n"), NETP_TLS_FILE, "in DER");
    expect_refused(ctx, write_bytes("bad.der", der, 16380, ""), NETP_TLS_FILE, "in DER");
    expect_refused(ctx, write_bytes("bad.der", der, 16381, ""), NETP_TLS_FILE, "over 16380 bytes");
    write_der(certs_path("later.der"), later);
    expect_refused(ctx, certs_path("later.der"), NETP_TLS_FILE, "says no more than 'trylater'");
    OCSP_RESPONSE_free(later);
    netp_tls_ctx_free(ctx);
}

/* Without the certificate of who issued it, as where clients have that, his key is not known. */
static void test_staple_without_issuer(void **state)
{
    struct netp_tls_cert cert = {.chain = leaf_file};
    struct netp_tls_ctx *ctx = server_ctx(&(struct netp_tls_server_cfg){.cert = &cert, .ncert = 1});
    struct netp_tls_fail fail;

    (void)state;
    cert.staple = write_staple("good.der", &(struct staple){0});
    assert_int_equal(netp_tls_server_reload(ctx, &cert, 1, &fail), 0);
    assert_true(staple_of(ctx, TLS1_3_VERSION, cert.staple) > 0);
    cert.staple = write_staple("bad.der", &(struct staple){.issuer = &other_ca});
    assert_int_equal(netp_tls_server_reload(ctx, &cert, 1, &fail), -1);
    assert_int_equal(fail.code, NETP_TLS_MISMATCH);
    netp_tls_ctx_free(ctx);
}

static void test_staple_expires(void **state)
{
    struct netp_tls_cert cert = {.chain = chain_file};
    struct netp_tls_ctx *ctx = server_ctx(&(struct netp_tls_server_cfg){.cert = &cert, .ncert = 1});
    struct netp_tls_fail fail;

    (void)state;
    cert.staple = write_staple("good.der", &(struct staple){0});
    assert_int_equal(netp_tls_server_reload(ctx, &cert, 1, &fail), 0);
    assert_true(staple_of(ctx, TLS1_3_VERSION, cert.staple) > 0);
    ahead = 3601;
    assert_int_equal(staple_of(ctx, TLS1_3_VERSION, NULL), -1);
    assert_int_equal(staple_of(ctx, TLS1_2_VERSION, NULL), -1);
    ahead = 0;
    netp_tls_ctx_free(ctx);
}

/* --- a client that wants a response ---------------------------------------------------------- */

/* A server of OpenSSL's own; what it shows comes from a file, which may be none. */
static int show(SSL *ssl, void *file)
{
    FILE *f = *(const char **)file ? fopen(*(const char **)file, "rb") : NULL;
    uint8_t *der = f ? OPENSSL_malloc(16384) : NULL;

    if (!der) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    SSL_set_tlsext_status_ocsp_resp(ssl, der, (long)fread(der, 1, 16384, f));
    fclose(f);
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *server_of_openssl(int version, const char **file)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    assert_int_equal(SSL_CTX_use_cert_and_key(ctx, leaf.cert, leaf.key, NULL, 1), 1);
    SSL_CTX_set_max_proto_version(ctx, version);
    SSL_CTX_set_tlsext_status_cb(ctx, show);
    SSL_CTX_set_tlsext_status_arg(ctx, file);
    return ctx;
}

static struct netp_tls_ctx *asking_client(const struct netp_tls_client_cfg *cfg)
{
    struct netp_tls_client_cfg c = *cfg;
    struct netp_tls_fail fail;
    struct netp_tls_ctx *ctx;

    c.ca_file = ca_file;
    c.need_staple = true;
    ctx = netp_tls_client_ctx(&c, &fail);
    assert_non_null(ctx);
    return ctx;
}

/* What the client makes of the server; *resumed: in a session that was remembered. */
static struct netp_tls_fail judge(struct netp_tls_ctx *client, SSL_CTX *server, bool *resumed)
{
    const struct netp_out hi = {(const uint8_t *)"hi", 2, 0, NULL};
    SSL *ssl = SSL_new(server);
    const struct netp_transport *t;
    struct netp_tls_info info = {.resumed = false};
    struct netp_tls_fail fail;
    struct netp_tls *tls;
    struct netp_in in = {0};
    char text[8] = "";
    uint8_t buf[64];
    int fd[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
    tls = netp_tls_client(client, "h", 443, fd[0], NULL);
    assert_non_null(tls);
    t = netp_tls_transport(tls);
    SSL_set_fd(ssl, fd[1]);
    SSL_set_accept_state(ssl);
    for (int i = 0; i < 50; i++) {
        (void)(!in.flags && t->receive(t->ctx, buf, sizeof buf, &in));
        (void)(i == 25 && t->send(t->ctx, &hi, 1));
        (void)(SSL_read(ssl, text, 2) + 1);
    }
    fail = *netp_tls_fail(tls);
    assert_string_equal(text, fail.code ? "" : "hi");
    assert_int_equal(netp_tls_info(tls, &info), fail.code ? NETP_E_STATE : NETP_OK);
    *resumed = info.resumed;
    netp_tls_free(tls);
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl);
    close(fd[0]);
    close(fd[1]);
    return fail;
}

static void judge_all(int version)
{
    const char *file = NULL;
    SSL_CTX *server = server_of_openssl(version, &file);
    size_t n = sizeof taken / sizeof *taken, m = sizeof refused / sizeof *refused;

    for (size_t i = 0; i < n + m; i++) {
        const struct staple *staple = i < n ? &taken[i].staple : &refused[i - n].staple;
        bool is_revoked = staple->status == V_OCSP_CERTSTATUS_REVOKED, resumed;
        struct netp_tls_ctx *client = asking_client(&(struct netp_tls_client_cfg){0});
        struct netp_tls_fail fail;
        enum netp_tls_code code = is_revoked                            ? NETP_TLS_REVOKED
                                  : i < n                               ? NETP_TLS_OK
                                  : refused[i - n].code < NETP_TLS_CERT ? refused[i - n].code
                                                                        : NETP_TLS_CERT;

        file = write_staple("shown.der", staple);
        fail = judge(client, server, &resumed);
        if (fail.code != code || !strstr(fail.text, is_revoked ? "is revoked"
                                                    : i < n    ? ""
                                                               : refused[i - n].text)) {
            fail_msg("%s: %d, %s", i < n ? taken[i].name : refused[i - n].name, fail.code,
                     fail.text);
        }
        netp_tls_ctx_free(client);
    }
    SSL_CTX_free(server);
}

static void test_client_judges(void **state)
{
    (void)state;
    judge_all(TLS1_3_VERSION);
    judge_all(TLS1_2_VERSION);
}

/* None, or garbage, is no good; a session is of a server that had a good one; a client that takes
 * any certificate asks for nothing. */
static void client_wants(int version)
{
    struct netp_tls_ctx *client = asking_client(&(struct netp_tls_client_cfg){0}),
                        *any = asking_client(&(struct netp_tls_client_cfg){.insecure = true});
    const char *file = NULL;
    SSL_CTX *server = server_of_openssl(version, &file);
    struct netp_tls_fail fail;
    bool resumed;

    fail = judge(client, server, &resumed);
    assert_int_equal(fail.code, NETP_TLS_CERT);
    assert_string_equal(fail.text, "the server has shown no staple, a response of OCSP");
    file = chain_file;
    fail = judge(client, server, &resumed);
    assert_int_equal(fail.code, NETP_TLS_CERT);
    assert_string_equal(fail.text, "the server's staple is no response of OCSP in DER");
    assert_int_equal(judge(any, server, &resumed).code, NETP_TLS_OK);
    file = write_staple("shown.der", &(struct staple){0});
    assert_int_equal(judge(client, server, &resumed).code, NETP_TLS_OK);
    assert_false(resumed);
    file = NULL;
    assert_int_equal(judge(client, server, &resumed).code, NETP_TLS_OK);
    assert_true(resumed);
    SSL_CTX_free(server);
    netp_tls_ctx_free(client);
    netp_tls_ctx_free(any);
}

static void test_client_wants(void **state)
{
    (void)state;
    client_wants(TLS1_3_VERSION);
    client_wants(TLS1_2_VERSION);
}

/* --- tickets --------------------------------------------------------------------------------- */

/* Two servers with the same secrets, as two threads have them; a third with none. */
static void tickets_of(int version)
{
    struct netp_tls_ctx *one = server_ctx(&(struct netp_tls_server_cfg){0}),
                        *two = server_ctx(&(struct netp_tls_server_cfg){0}),
                        *three = server_ctx(&(struct netp_tls_server_cfg){0});
    uint8_t secret[3][NETP_TLS_TICKET_SECRET] = {"first", "second", "third"};
    struct client c;
    SSL_SESSION *first;
    bool resumed;

    client_begin(&c, version);
    assert_int_equal(netp_tls_server_tickets(one, secret[0]), 0);
    assert_int_equal(netp_tls_server_tickets(two, secret[0]), 0);
    assert_true(talk(&c, one, &resumed, NULL, NULL));
    assert_false(resumed);
    assert_non_null(c.session);
    first = SSL_SESSION_dup(c.session); /* OpenSSL marks one that was used as such */
    assert_true(talk(&c, two, &resumed, NULL, NULL));
    assert_true(resumed);
    assert_true(talk(&c, three, &resumed, NULL, NULL));
    assert_false(resumed);
    SSL_SESSION_free(c.session);
    c.session = SSL_SESSION_dup(first);
    assert_int_equal(netp_tls_server_tickets(one, secret[1]), 0);
    assert_true(talk(&c, one, &resumed, NULL, NULL));
    assert_true(resumed); /* by the secret before, and has a new one now */
    assert_int_equal(netp_tls_server_tickets(one, secret[2]), 0);
    assert_true(talk(&c, one, &resumed, NULL, NULL));
    assert_true(resumed);
    SSL_SESSION_free(c.session);
    c.session = first;
    assert_true(talk(&c, one, &resumed, NULL, NULL));
    assert_false(resumed); /* two secrets ago */
    client_end(&c);
    netp_tls_ctx_free(one);
    netp_tls_ctx_free(two);
    netp_tls_ctx_free(three);
}

static void test_tickets(void **state)
{
    (void)state;
    tickets_of(TLS1_3_VERSION);
    tickets_of(TLS1_2_VERSION);
}

/* A ticket is of no use where more is asked of clients. */
static void test_tickets_and_clients(void **state)
{
    const struct netp_tls_server_cfg strict = {.clients = NETP_TLS_CLIENTS_MUST_SHOW,
                                               .client_ca = ca_file};
    struct netp_tls_ctx *any = server_ctx(&(struct netp_tls_server_cfg){0}),
                        *one = server_ctx(&strict), *two = server_ctx(&strict);
    uint8_t secret[NETP_TLS_TICKET_SECRET] = "shared";
    struct client c;
    bool resumed;

    (void)state;
    client_begin(&c, TLS1_3_VERSION);
    assert_int_equal(netp_tls_server_tickets(any, secret), 0);
    assert_int_equal(netp_tls_server_tickets(one, secret), 0);
    assert_int_equal(netp_tls_server_tickets(two, secret), 0);
    assert_true(talk(&c, any, &resumed, NULL, NULL));
    assert_false(talk(&c, one, &resumed, NULL, NULL)); /* it shows no certificate */
    c.shows = &friend;
    assert_true(talk(&c, one, &resumed, NULL, NULL));
    assert_false(resumed);
    assert_true(talk(&c, two, &resumed, NULL, NULL));
    assert_true(resumed);
    client_end(&c);
    netp_tls_ctx_free(any);
    netp_tls_ctx_free(one);
    netp_tls_ctx_free(two);
}

/* A ticket is of no use to a client whose certificate has expired since: it must show a new one. */
static void expired_client(int version)
{
    struct netp_tls_ctx *ctx = server_ctx(
        &(struct netp_tls_server_cfg){.clients = NETP_TLS_CLIENTS_MUST_SHOW, .client_ca = ca_file});
    uint8_t secret[NETP_TLS_TICKET_SECRET] = "secret";
    struct client c;
    bool resumed;

    client_begin(&c, version);
    assert_int_equal(netp_tls_server_tickets(ctx, secret), 0);
    c.shows = &friend; /* until tomorrow */
    assert_true(talk(&c, ctx, NULL, NULL, NULL));
    assert_true(talk(&c, ctx, &resumed, NULL, NULL));
    assert_true(resumed);
    c.shows = NULL;
    ahead = 2L * 24 * 3600;
    assert_false(talk(&c, ctx, &resumed, NULL, NULL));
    ahead = 0;
    assert_true(talk(&c, ctx, &resumed, NULL, NULL));
    assert_true(resumed);
    client_end(&c);
    netp_tls_ctx_free(ctx);
}

static void test_expired_client(void **state)
{
    (void)state;
    expired_client(TLS1_3_VERSION);
    expired_client(TLS1_2_VERSION);
}

/* --- client authorities ---------------------------------------------------------------------- */

static void test_reload_clients(void **state)
{
    struct netp_tls_ctx *ctx = server_ctx(
        &(struct netp_tls_server_cfg){.clients = NETP_TLS_CLIENTS_MUST_SHOW, .client_ca = ca_file});
    struct netp_tls_ctx *any = server_ctx(&(struct netp_tls_server_cfg){0});
    struct netp_tls_fail fail;
    struct client c, d;
    bool resumed;

    (void)state;
    client_begin(&c, TLS1_3_VERSION);
    client_begin(&d, TLS1_3_VERSION);
    c.shows = &friend;
    d.shows = &stranger;
    assert_true(talk(&c, ctx, NULL, NULL, NULL));
    assert_false(talk(&d, ctx, NULL, NULL, NULL));
    assert_int_equal(netp_tls_server_reload_clients(ctx, "/nowhere", &fail), -1);
    assert_int_equal(fail.code, NETP_TLS_FILE);
    assert_true(talk(&c, ctx, &resumed, NULL, NULL)); /* as before */
    assert_true(resumed);
    assert_int_equal(netp_tls_server_reload_clients(ctx, other_file, &fail), 0);
    assert_true(talk(&d, ctx, NULL, NULL, NULL));
    assert_false(talk(&c, ctx, NULL, NULL, NULL)); /* nor by its session */
    assert_int_equal(netp_tls_server_reload_clients(any, ca_file, &fail), -1);
    assert_int_equal(fail.code, NETP_TLS_CONFIG);
    client_end(&c);
    client_end(&d);
    netp_tls_ctx_free(ctx);
    netp_tls_ctx_free(any);
}

/* --- http that leads to https ---------------------------------------------------------------- */

static struct netp_httpd_https plain_https, other_https = {"www.example.org", 8443};

static void secure(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    assert_int_equal(netp_httpd_add_hsts(x, 63072000, true), NETP_OK);
    netp_httpd_reply(x, 200, NULL, "safe", 4);
}

static const struct netp_httpd_route routes[] = {
    {.pattern = "/hsts", .handle = secure},
    {.host = "other.test",
     .pattern = "/*",
     .handle = netp_httpd_redirect_https,
     .arg = &other_https},
    {.pattern = "/*", .handle = netp_httpd_redirect_https, .arg = &plain_https},
};

static void test_redirect(void **state)
{
    char path[4091] = "", request[5000];

    (void)state;
    assert_non_null(loop = netp_loop_new());
    serve_tls(&(struct netp_httpd_cfg){.route = routes, .nroute = 3}, NULL);
    ask("GET /a%20b?q=1&r HTTP/1.1\r\nHost: h.test:8080\r\nConnection: close\r\n\r\n");
    expect("HTTP/1.1 301 ");
    expect("\r\nLocation: https://h.test/a%20b?q=1&r\r\n");
    ask("POST / HTTP/1.1\r\nHost: other.test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    expect("HTTP/1.1 308 ");
    expect("\r\nLocation: https://www.example.org:8443/\r\n");
    ask("GET http://[::1]:80/x? HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    expect("\r\nLocation: https://[::1]/x?\r\n");
    ask("GET / HTTP/1.0\r\n\r\n");
    expect(" 400 ");
    memset(path, 'a', sizeof path - 1);
    snprintf(request, sizeof request, "GET /%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
             path);
    ask(request);
    expect(" 414 ");
    ask("GET /hsts HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    expect(" 200 ");
    assert_null(strstr(answer, "Strict-Transport-Security"));
    netp_httpd_free(httpd);
    netp_loop_free(loop);
}

static void test_hsts(void **state)
{
    static const char request[] = "GET /hsts HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    struct netp_tls_ctx *ctx = server_ctx(&(struct netp_tls_server_cfg){0});
    SSL_CTX *client = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(client);
    int fd, n = 0;

    (void)state;
    assert_non_null(loop = netp_loop_new());
    serve_tls(&(struct netp_httpd_cfg){.route = routes, .nroute = 3}, ctx);
    fd = open_with("");
    SSL_set_fd(ssl, fd);
    while (SSL_connect(ssl) != 1) {
        turns(1);
    }
    assert_int_equal(SSL_write(ssl, request, sizeof request - 1), sizeof request - 1);
    for (int i = 0; i < 100; i++) {
        int r = SSL_read(ssl, answer + n, (int)sizeof answer - 1 - n);
        n += r > 0 ? r : 0;
        turns(1);
    }
    answer[n] = '\0';
    expect("\r\nStrict-Transport-Security: max-age=63072000; includeSubDomains\r\n");
    SSL_free(ssl);
    SSL_CTX_free(client);
    close(fd);
    netp_httpd_free(httpd);
    netp_loop_free(loop);
    netp_tls_ctx_free(ctx);
}

static int begin(void **state)
{
    (void)state;
    certs_begin();
    ca = certs_make(&(struct spec){.cn = "ca", .ca = true}, NULL);
    other_ca = certs_make(&(struct spec){.cn = "other", .ca = true}, NULL);
    same_name = certs_make(&(struct spec){.cn = "ca", .ca = true}, NULL);
    responder = certs_make(&(struct spec){.cn = "responder", .purpose = "OCSPSigning"}, &ca);
    leaf = certs_make(&(struct spec){.cn = "leaf", .san = "DNS:h"}, &ca);
    friend = certs_make(&(struct spec){.cn = "friend"}, &ca);
    stranger = certs_make(&(struct spec){.cn = "stranger"}, &other_ca);
    ca_file = strdup(certs_write("ca.pem", ca.cert, NULL, NULL, NULL));
    other_file = strdup(certs_write("other.pem", other_ca.cert, NULL, NULL, NULL));
    chain_file = strdup(certs_write("chain.pem", leaf.cert, ca.cert, leaf.key, NULL));
    leaf_file = strdup(certs_write("leaf.pem", leaf.cert, NULL, leaf.key, NULL));
    return 0;
}

static int finish(void **state)
{
    struct made *all[] = {&ca, &other_ca, &same_name, &leaf, &friend, &stranger, &responder};

    (void)state;
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        certs_free(all[i]);
    }
    free((void *)(uintptr_t)ca_file);
    free((void *)(uintptr_t)other_file);
    free((void *)(uintptr_t)chain_file);
    free((void *)(uintptr_t)leaf_file);
    certs_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_staple),
        cmocka_unit_test(test_staple_refused),
        cmocka_unit_test(test_staple_files),
        cmocka_unit_test(test_staple_without_issuer),
        cmocka_unit_test(test_staple_expires),
        cmocka_unit_test(test_client_judges),
        cmocka_unit_test(test_client_wants),
        cmocka_unit_test(test_tickets),
        cmocka_unit_test(test_tickets_and_clients),
        cmocka_unit_test(test_expired_client),
        cmocka_unit_test(test_reload_clients),
        cmocka_unit_test(test_redirect),
        cmocka_unit_test(test_hsts),
    };

    return cmocka_run_group_tests(tests, begin, finish);
}

#endif
