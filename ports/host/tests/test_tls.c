/* test_tls.c - TLS as a transport: certificates, ends, sessions, over and under other things.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/stream.h>
#include <netproto/host/tls.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef NETPROTO_TLS

static void test_none(void **state)
{
    struct netp_tls_client_cfg cfg = {0};
    struct netp_tls_server_cfg server = {0};
    struct netp_tls_fail fail;

    (void)state;
    assert_null(netp_tls_client_ctx(&cfg, &fail));
    assert_int_equal(fail.code, NETP_TLS_UNSUPPORTED);
    assert_null(netp_tls_server_ctx(&server, &fail));
    assert_int_equal(fail.code, NETP_TLS_UNSUPPORTED);
    netp_tls_ctx_free(NULL);
    netp_tls_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_none)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

#include "tls_certs.h"
#include <openssl/ssl.h>

static struct made ca, other_ca, leaf;
static const char *ca_file;

/* --- a client and a server, in one thread ------------------------------------------------------
 */

struct end {
    struct netp_tls_ctx *ctx;
    struct netp_tls *tls;
    const struct netp_transport *t;
    int fd;
    char heard[64];
    size_t n;
    unsigned flags;
};

struct pair {
    struct end client, server;
};

static struct netp_tls_ctx *client_ctx(const struct netp_tls_client_cfg *cfg)
{
    struct netp_tls_client_cfg c = *cfg;
    struct netp_tls_fail fail;
    struct netp_tls_ctx *ctx;

    if (!c.ca_file) {
        c.ca_file = ca_file;
    }
    ctx = netp_tls_client_ctx(&c, &fail);
    assert_string_equal(fail.text, "");
    assert_non_null(ctx);
    return ctx;
}

/* Takes the contexts, which last until part(). */
static void join(struct pair *p, struct netp_tls_ctx *client, struct netp_tls_ctx *server,
                 const char *host)
{
    int fd[2];

    memset(p, 0, sizeof *p);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
    p->client.fd = fd[0];
    p->server.fd = fd[1];
    p->client.ctx = client;
    p->server.ctx = server;
    p->client.tls = netp_tls_client(client, host, 443, fd[0], NULL);
    p->server.tls = netp_tls_server(server, fd[1], NULL);
    assert_non_null(p->client.tls);
    assert_non_null(p->server.tls);
    p->client.t = netp_tls_transport(p->client.tls);
    p->server.t = netp_tls_transport(p->server.tls);
}

static void leave(struct end *e)
{
    netp_tls_free(e->tls);
    e->tls = NULL;
    if (e->fd >= 0) {
        close(e->fd);
    }
    e->fd = -1;
}

static void part(struct pair *p)
{
    leave(&p->client);
    leave(&p->server);
    netp_tls_ctx_free(p->client.ctx);
    netp_tls_ctx_free(p->server.ctx);
}

static void listen_to(struct end *e)
{
    struct netp_in in;
    uint8_t buf[48];

    if (!e->tls || e->flags || !e->t->receive(e->t->ctx, buf, sizeof buf, &in)) {
        return;
    }
    assert_true(e->n + in.n < sizeof e->heard);
    memcpy(e->heard + e->n, in.p, in.n);
    e->n += in.n;
    e->flags = in.flags;
}

static void exchange(struct pair *p)
{
    for (int i = 0; i < 2000; i++) {
        listen_to(&p->client);
        listen_to(&p->server);
    }
}

static ptrdiff_t say(const struct end *e, const char *text)
{
    const struct netp_out v = {(const uint8_t *)text, strlen(text), 0, NULL};

    return e->t->send(e->t->ctx, &v, 1);
}

static ptrdiff_t say_end(const struct end *e)
{
    const struct netp_out v = {NULL, 0, NETP_OUT_FIN, NULL};

    return e->t->send(e->t->ctx, &v, 1);
}

static void expect_fail(const struct netp_tls *tls, enum netp_tls_code code, const char *text)
{
    const struct netp_tls_fail *f = netp_tls_fail(tls);

    if (f->code != code || !strstr(f->text, text)) {
        fail_msg("code %d, expected %d: \"%s\" without \"%s\"", f->code, code, f->text, text);
    }
}

static void expect_info(const struct end *e, struct netp_tls_info *info)
{
    if (netp_tls_info(e->tls, info) != NETP_OK) {
        fail_msg("%s", netp_tls_fail(e->tls)->text);
    }
}

/* --- certificates ------------------------------------------------------------------------------
 */

static void test_talk(void **state)
{
    struct pair p;
    struct netp_tls_info info;
    const struct netp_out v[] = {{(const uint8_t *)"a", 1, 0, NULL},
                                 {NULL, 0, 0, NULL},
                                 {(const uint8_t *)"bc", 2, 0, NULL},
                                 {NULL, 0, NETP_OUT_FIN, NULL}};

    (void)state;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){.alpn = "h2,http/1.1"}),
         server_ctx(&(struct netp_tls_server_cfg){.alpn = "http/1.1"}), "HOST.test.");
    assert_int_equal(netp_tls_info(p.client.tls, &info), NETP_E_STATE);
    assert_int_equal(p.client.t->need(p.client.t->ctx, 0), NETP_TRANSPORT_NOW);
    exchange(&p);
    expect_info(&p.client, &info);
    assert_string_equal(info.version, "TLSv1.3");
    assert_string_equal(info.alpn, "http/1.1");
    assert_string_equal(info.server_name, "host.test");
    assert_string_equal(info.subject, "CN=leaf");
    assert_string_equal(info.names, "host.test, *.wild.test, 192.0.2.1, 2001:db8::1");
    assert_true(info.verified);
    assert_false(info.resumed);
    expect_info(&p.server, &info);
    assert_string_equal(info.server_name, "host.test");
    assert_string_equal(info.subject, "");
    assert_false(info.verified);
    assert_int_equal(p.client.t->send(p.client.t->ctx, v, 4), 3);
    assert_int_equal(say(&p.server, "answer"), 6);
    exchange(&p);
    assert_string_equal(p.server.heard, "abc");
    assert_string_equal(p.client.heard, "answer");
    assert_int_equal(p.client.t->need(p.client.t->ctx, NETP_WANT_IN), NETP_WANT_IN);
    assert_int_equal(p.client.t->need(p.client.t->ctx, 0), 0);
    /* the client is done, and listens on */
    assert_int_equal(say_end(&p.client), 0);
    assert_int_equal(say_end(&p.client), 0);
    exchange(&p);
    assert_int_equal(p.server.flags, NETP_IN_EOF);
    assert_int_equal(p.client.flags, 0);
    assert_int_equal(say(&p.server, "!"), 1);
    assert_int_equal(say_end(&p.server), 0);
    exchange(&p);
    assert_string_equal(p.client.heard, "answer!");
    assert_int_equal(p.client.flags, NETP_IN_EOF);
    assert_int_equal(netp_tls_fail(p.client.tls)->code, NETP_TLS_OK);
    part(&p);
}

/* Input that OpenSSL holds already is told of: no descriptor will. */
static void test_buffered(void **state)
{
    struct pair p;
    struct netp_in in;
    uint8_t buf[4];

    (void)state;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    listen_to(&p.client);
    listen_to(&p.server);
    listen_to(&p.client);
    assert_int_equal(say(&p.client, "abcdef"), 6);
    assert_int_equal(p.server.t->send(p.server.t->ctx, NULL, 0), 0); /* reads more than it needs */
    assert_int_equal(p.server.t->need(p.server.t->ctx, NETP_WANT_IN), NETP_TRANSPORT_NOW);
    assert_int_equal(p.server.t->need(p.server.t->ctx, NETP_WANT_OUT), NETP_WANT_OUT);
    assert_int_equal(p.server.t->receive(p.server.t->ctx, buf, 4, &in), 1);
    assert_int_equal(in.n, 4);
    assert_int_equal(p.server.t->need(p.server.t->ctx, NETP_WANT_IN), NETP_TRANSPORT_NOW);
    assert_int_equal(p.server.t->receive(p.server.t->ctx, buf, 4, &in), 1);
    assert_int_equal(in.n, 2);
    assert_int_equal(p.server.t->need(p.server.t->ctx, NETP_WANT_IN), NETP_WANT_IN);
    part(&p);
}

/* What the client finds: the server shows a certificate as s has it. */
static void verify(const struct spec *s, const struct made *issuer, const struct made *second,
                   const char *host, enum netp_tls_code code, const char *text)
{
    struct made m = certs_make(s, issuer);
    struct netp_tls_cert cert = {
        .chain = certs_write("it.pem", m.cert, second ? second->cert : NULL, m.key, NULL)};
    struct pair p;

    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){.cert = &cert, .ncert = 1}), host);
    exchange(&p);
    expect_fail(p.client.tls, code, text);
    assert_int_equal(p.client.flags, code ? NETP_IN_BROKEN : 0);
    if (code) {
        assert_int_equal(say(&p.client, "secret"), NETP_E_IO);
        assert_int_equal(errno, EPROTO);
        exchange(&p);
        assert_true(netp_tls_fail(p.server.tls)->alert > 0);
        assert_int_equal(p.server.n, 0);
    }
    part(&p);
    certs_free(&m);
}

#define NAMES(cn_, san_, host, code, text)                                                         \
    verify(&(struct spec){.cn = cn_, .san = san_}, &ca, NULL, host, code, text)

/* The rules of RFC 9525: the names in subjectAltName count, no others. */
static void test_names(void **state)
{
    (void)state;
    NAMES("x", "DNS:a.test,DNS:host.test", "host.test", NETP_TLS_OK, "");
    NAMES("host.test", "DNS:a.test,DNS:b.test", "host.test", NETP_TLS_NAME,
          "the certificate is not valid for host.test: it is for a.test, b.test");
    NAMES("host.test", NULL, "host.test", NETP_TLS_NAME, "it is for no host");
    NAMES("x", "DNS:*.host.test", "a.host.test", NETP_TLS_OK, "");
    NAMES("x", "DNS:*.host.test", "host.test", NETP_TLS_NAME, "*.host.test");
    NAMES("x", "DNS:*.host.test", "a.b.host.test", NETP_TLS_NAME, "");
    NAMES("x", "DNS:*.test", "host.test", NETP_TLS_NAME, "");
    NAMES("x", "DNS:a.*.test", "a.host.test", NETP_TLS_NAME, "");
    NAMES("x", "DNS:h*.host.test", "ha.host.test", NETP_TLS_NAME, "");
    NAMES("x", "DNS:*", "host", NETP_TLS_NAME, "");
    NAMES("x", "NUL", "host.test", NETP_TLS_NAME, "it is for host.test\\x00.evil.test");
}

static void test_addresses(void **state)
{
    (void)state;
    NAMES("x", "IP:192.0.2.1", "192.0.2.1", NETP_TLS_OK, "");
    NAMES("x", "IP:2001:db8::1", "2001:DB8:0::1", NETP_TLS_OK, "");
    NAMES("x", "DNS:192.0.2.1", "192.0.2.1", NETP_TLS_NAME, "");
    NAMES("192.0.2.1", NULL, "192.0.2.1", NETP_TLS_NAME, "");
    NAMES("x", "DNS:*.0.2.1", "192.0.2.1", NETP_TLS_NAME, "");
    NAMES("x", "IP:192.0.2.2", "192.0.2.1", NETP_TLS_NAME, "it is for 192.0.2.2");
}

#define H .cn = "H", .san = "DNS:host.test"

static void test_trust(void **state)
{
    struct made between = certs_make(&(struct spec){.cn = "between", .ca = true}, &ca);
    const char *h = "host.test";

    (void)state;
    verify(&(struct spec){H, .from = -9, .to = -2}, &ca, NULL, h, NETP_TLS_EXPIRED,
           "the certificate of CN=H expired on 2");
    verify(&(struct spec){H, .from = 2, .to = 9}, &ca, NULL, h, NETP_TLS_NOT_YET_VALID,
           "is not valid before 2");
    verify(&(struct spec){H}, NULL, NULL, h, NETP_TLS_SELF_SIGNED, "self-signed");
    verify(&(struct spec){H}, &other_ca, NULL, h, NETP_TLS_UNKNOWN_CA,
           "issued by an unknown authority: CN=other");
    verify(&(struct spec){H}, &other_ca, &other_ca, h, NETP_TLS_UNKNOWN_CA, "CN=other");
    verify(&(struct spec){H}, &leaf, &leaf, h, NETP_TLS_INVALID_CA, "CN=leaf");
    verify(&(struct spec){H, .purpose = "clientAuth"}, &ca, NULL, h, NETP_TLS_PURPOSE, "purpose");
    verify(&(struct spec){H, .purpose = "serverAuth"}, &ca, NULL, h, NETP_TLS_OK, "");
    verify(&(struct spec){H, .bits = 2048}, &ca, NULL, h, NETP_TLS_OK, "");
    verify(&(struct spec){H}, &between, &between, h, NETP_TLS_OK, "");
    verify(&(struct spec){H}, &between, NULL, h, NETP_TLS_UNKNOWN_CA, "CN=between");
    certs_free(&between);
}

static void test_insecure(void **state)
{
    struct made m = certs_make(&(struct spec){.cn = "m"}, NULL);
    struct netp_tls_cert cert = {.chain = certs_write("m.pem", m.cert, NULL, m.key, NULL)};
    struct netp_tls_info info;
    struct pair p;

    (void)state;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){.insecure = true}),
         server_ctx(&(struct netp_tls_server_cfg){.cert = &cert, .ncert = 1}), "host.test");
    exchange(&p);
    expect_info(&p.client, &info);
    assert_false(info.verified);
    assert_int_equal(say(&p.client, "hello"), 5);
    exchange(&p);
    assert_string_equal(p.server.heard, "hello");
    part(&p);
    certs_free(&m);
}

static void test_revoked(void **state)
{
    const char *file = certs_path("crl.pem");
    X509_CRL *crl = X509_CRL_new();
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *now = ASN1_TIME_adj(NULL, time(NULL), -1, 0);
    ASN1_TIME *next = ASN1_TIME_adj(NULL, time(NULL), 1, 0);
    FILE *f = fopen(file, "w");
    struct pair p;

    (void)state;
    X509_CRL_set_version(crl, 1);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca.cert));
    X509_CRL_set1_lastUpdate(crl, now);
    X509_CRL_set1_nextUpdate(crl, next);
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(leaf.cert));
    X509_REVOKED_set_revocationDate(entry, now);
    X509_CRL_add0_revoked(crl, entry);
    assert_true(X509_CRL_sign(crl, ca.key, EVP_sha256()) > 0);
    PEM_write_X509_CRL(f, crl);
    fclose(f);
    join(&p, client_ctx(&(struct netp_tls_client_cfg){.crl_file = file}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    exchange(&p);
    expect_fail(p.client.tls, NETP_TLS_REVOKED, "revoked");
    part(&p);
    X509_CRL_free(crl);
    ASN1_TIME_free(now);
    ASN1_TIME_free(next);
}

/* --- configuration -----------------------------------------------------------------------------
 */

static void refuse(struct netp_tls_cert cert, enum netp_tls_code code, const char *text)
{
    struct netp_tls_fail fail;
    struct netp_tls_server_cfg server = {.cert = &cert, .ncert = 1};
    struct netp_tls_client_cfg client = {.cert = cert};

    assert_null(netp_tls_server_ctx(&server, &fail));
    if (fail.code != code || !strstr(fail.text, text)) {
        fail_msg("code %d, expected %d: \"%s\" without \"%s\"", fail.code, code, fail.text, text);
    }
    assert_null(netp_tls_client_ctx(&client, &fail));
    assert_int_equal(fail.code, code);
}

static void test_bad_files(void **state)
{
    struct made weak = certs_make(&(struct spec){.cn = "weak", .bits = 1024}, &ca);
    const char *locked = certs_write("locked.pem", NULL, NULL, leaf.key, "opensesame");
    const char *bom = certs_path("bom.pem"), *junk = certs_path("junk.pem");
    FILE *f = fopen(bom, "w");
    struct netp_tls_fail fail;

    (void)state;
    fputs("\xef\xbb\xbf-----BEGIN CERTIFICATE-----\n", f);
    fclose(f);
    f = fopen(junk, "w");
    fputs("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", f);
    fclose(f);
    refuse((struct netp_tls_cert){.chain = certs_path("none.pem")}, NETP_TLS_FILE,
           "none.pem: No such file");
    refuse((struct netp_tls_cert){.chain = bom}, NETP_TLS_FILE, "byte order mark");
    refuse((struct netp_tls_cert){.chain = junk}, NETP_TLS_FILE, "no certificate");
    refuse((struct netp_tls_cert){.chain = ca_file}, NETP_TLS_FILE, "no private key");
    refuse((struct netp_tls_cert){.chain = ca_file, .key = leaf_file}, NETP_TLS_MISMATCH,
           "is not that of");
    refuse((struct netp_tls_cert){.chain = leaf_file, .key = locked}, NETP_TLS_PASSWORD,
           "needs a password");
    refuse((struct netp_tls_cert){.chain = leaf_file, .key = locked, .password = "sesame"},
           NETP_TLS_PASSWORD, "does not open");
    refuse((struct netp_tls_cert){.chain = certs_write("order.pem", leaf.cert, other_ca.cert,
                                                       leaf.key, NULL)},
           NETP_TLS_MISMATCH, "certificate 2 in ");
    refuse(
        (struct netp_tls_cert){.chain = certs_write("weak.pem", weak.cert, NULL, weak.key, NULL)},
        NETP_TLS_WEAK, "too small");
    netp_tls_ctx_free(client_ctx(&(struct netp_tls_client_cfg){
        .cert = {.chain = leaf_file, .key = locked, .password = "opensesame"}}));
    assert_null(netp_tls_client_ctx(&(struct netp_tls_client_cfg){.ca_file = "/none"}, &fail));
    assert_int_equal(fail.code, NETP_TLS_FILE);
    assert_null(netp_tls_client_ctx(&(struct netp_tls_client_cfg){.crl_file = "/none"}, &fail));
    assert_int_equal(fail.code, NETP_TLS_FILE);
    assert_null(netp_tls_client_ctx(&(struct netp_tls_client_cfg){.alpn = "a,,b"}, &fail));
    assert_int_equal(fail.code, NETP_TLS_CONFIG);
    certs_free(&weak);
}

static void test_bad_hosts(void **state)
{
    static const char *const bad[] = {"", ".", ".a", "a b", "[::1]", "192.0.2.1:80", "a/b", "a\n"};
    struct netp_tls_ctx *ctx = client_ctx(&(struct netp_tls_client_cfg){0});

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(netp_tls_client(ctx, bad[i], 443, -1, NULL));
        assert_int_equal(errno, EINVAL);
    }
    netp_tls_ctx_free(ctx);
}

/* --- what a server chooses ---------------------------------------------------------------------
 */

static void test_server_names(void **state)
{
    struct made b = certs_make(&(struct spec){.cn = "b", .san = "DNS:b.test"}, &ca);
    struct netp_tls_cert cert[2] = {{.chain = leaf_file},
                                    {.chain = certs_write("b.pem", b.cert, NULL, b.key, NULL)}};
    static const char *const hosts[] = {"b.test", "host.test", "192.0.2.1", "a.wild.test",
                                        "c.test"};
    static const char *const subjects[] = {"CN=b", "CN=leaf", "CN=leaf", "CN=leaf", NULL};
    struct netp_tls_info info;
    struct pair p;

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
             server_ctx(
                 &(struct netp_tls_server_cfg){.cert = cert, .ncert = 2, .known_names = true}),
             hosts[i]);
        exchange(&p);
        if (subjects[i]) {
            expect_info(&p.client, &info);
            assert_string_equal(info.subject, subjects[i]);
        } else {
            expect_fail(p.client.tls, NETP_TLS_HANDSHAKE, "unrecognized name");
            assert_int_equal(netp_tls_fail(p.client.tls)->alert, 112);
        }
        part(&p);
    }
    certs_free(&b);
}

static void test_alpn(void **state)
{
    struct netp_tls_info info;
    struct pair p;

    (void)state;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){.alpn = "h2"}),
         server_ctx(&(struct netp_tls_server_cfg){.alpn = "http/1.1"}), "host.test");
    exchange(&p);
    expect_fail(p.client.tls, NETP_TLS_ALPN, "ALPN");
    expect_fail(p.server.tls, NETP_TLS_ALPN, "ALPN");
    part(&p);
    join(&p, client_ctx(&(struct netp_tls_client_cfg){.alpn = "h2"}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    exchange(&p);
    expect_info(&p.client, &info);
    assert_string_equal(info.alpn, "");
    part(&p);
}

static void test_client_cert(void **state)
{
    struct made m = certs_make(&(struct spec){.cn = "me", .purpose = "clientAuth"}, &ca);
    struct made n = certs_make(&(struct spec){.cn = "you"}, &other_ca);
    struct netp_tls_cert good = {.chain = certs_write("me.pem", m.cert, NULL, m.key, NULL)};
    struct netp_tls_cert bad = {.chain = certs_write("you.pem", n.cert, NULL, n.key, NULL)};
    struct netp_tls_server_cfg cfg = {.clients = NETP_TLS_CLIENTS_MUST_SHOW, .client_ca = ca_file};
    struct netp_tls_info info;
    struct pair p;

    (void)state;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){.cert = good}), server_ctx(&cfg),
         "host.test");
    exchange(&p);
    expect_info(&p.server, &info);
    assert_string_equal(info.subject, "CN=me");
    assert_true(info.verified);
    part(&p);
    join(&p, client_ctx(&(struct netp_tls_client_cfg){.cert = bad}), server_ctx(&cfg), "host.test");
    exchange(&p);
    expect_fail(p.server.tls, NETP_TLS_UNKNOWN_CA, "CN=other");
    expect_fail(p.client.tls, NETP_TLS_CLIENT_CERT, "unknown CA");
    part(&p);
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}), server_ctx(&cfg), "host.test");
    exchange(&p);
    expect_fail(p.server.tls, NETP_TLS_CLIENT_CERT, "no certificate");
    expect_fail(p.client.tls, NETP_TLS_CLIENT_CERT, "alert 116");
    part(&p);
    cfg.clients = NETP_TLS_CLIENTS_MAY_SHOW;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}), server_ctx(&cfg), "host.test");
    exchange(&p);
    expect_info(&p.server, &info);
    assert_false(info.verified);
    part(&p);
    certs_free(&m);
    certs_free(&n);
}

/* --- ends --------------------------------------------------------------------------------------
 */

static void test_truncated(void **state)
{
    struct pair p;

    (void)state;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    exchange(&p);
    say(&p.server, "half");
    leave(&p.server);
    exchange(&p);
    assert_string_equal(p.client.heard, "half");
    assert_int_equal(p.client.flags, NETP_IN_BROKEN);
    expect_fail(p.client.tls, NETP_TLS_TRUNCATED, "without close_notify");
    part(&p);

    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    leave(&p.server);
    exchange(&p);
    assert_int_equal(p.client.flags, NETP_IN_BROKEN);
    assert_int_not_equal(netp_tls_fail(p.client.tls)->code, NETP_TLS_OK);
    part(&p);
}

static void test_not_tls(void **state)
{
    struct pair p;

    (void)state;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    assert_int_equal(write(p.server.fd, "HTTP/1.0 400 Bad\r\n\r\n", 20), 20);
    listen_to(&p.client);
    expect_fail(p.client.tls, NETP_TLS_NOT_TLS, "does not speak TLS");
    part(&p);
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    assert_int_equal(write(p.client.fd, "GET / HTTP/1.0\r\n\r\n", 18), 18);
    listen_to(&p.server);
    expect_fail(p.server.tls, NETP_TLS_NOT_TLS, "http request");
    part(&p);
}

static void test_broken_record(void **state)
{
    struct pair p;

    (void)state;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    exchange(&p);
    assert_int_equal(write(p.server.fd,
                           "\x17\x03\x03\0\x20"
                           "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb",
                           37),
                     37);
    exchange(&p);
    expect_fail(p.client.tls, NETP_TLS_PROTOCOL, "bad record mac");
    assert_int_equal(p.client.flags, NETP_IN_BROKEN);
    expect_fail(p.server.tls, NETP_TLS_PROTOCOL, "bad record mac");
    part(&p);
}

/* An end that is not protected, for there are no keys yet. */
static void test_end_of_handshake(void **state)
{
    struct pair p;

    (void)state;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    listen_to(&p.client);
    assert_int_equal(write(p.server.fd, "\x15\x03\x03\0\2\1\0", 7), 7);
    listen_to(&p.client);
    assert_int_equal(p.client.flags, NETP_IN_BROKEN);
    expect_fail(p.client.tls, NETP_TLS_TRUNCATED, "ended the handshake");
    part(&p);
}

/* --- a server of OpenSSL's own, that does what ours would not ----------------------------------
 */

static int rogue_alpn(SSL *ssl, const uint8_t **out, uint8_t *n, const uint8_t *in, unsigned nin,
                      void *arg)
{
    (void)ssl;
    (void)in;
    (void)nin;
    (void)arg;
    *out = (const uint8_t *)"h2";
    *n = 2;
    return SSL_TLSEXT_ERR_OK;
}

static SSL *rogue(struct pair *p, SSL_CTX *ctx, const struct netp_tls_client_cfg *cfg)
{
    SSL *ssl;

    join(p, client_ctx(cfg), server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    netp_tls_free(p->server.tls);
    p->server.tls = NULL;
    SSL_CTX_use_certificate_file(ctx, leaf_file, SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(ctx, leaf_file, SSL_FILETYPE_PEM);
    SSL_CTX_set_alpn_select_cb(ctx, rogue_alpn, NULL);
    ssl = SSL_new(ctx);
    SSL_set_fd(ssl, p->server.fd);
    for (int i = 0; i < 4; i++) {
        listen_to(&p->client);
        SSL_accept(ssl);
    }
    listen_to(&p->client);
    return ssl;
}

static void test_rogue_alpn(void **state)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    struct pair p;
    SSL *ssl = rogue(&p, ctx, &(struct netp_tls_client_cfg){.alpn = "http/1.1"});

    (void)state;
    assert_int_equal(p.client.flags, NETP_IN_BROKEN);
    assert_int_not_equal(netp_tls_fail(p.client.tls)->code, NETP_TLS_OK);
    assert_int_equal(say(&p.client, "x"), NETP_E_IO);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    part(&p);
}

/* New keys in the middle, asked for by either side. */
static void test_key_update(void **state)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    struct pair p;
    SSL *ssl = rogue(&p, ctx, &(struct netp_tls_client_cfg){.alpn = "h2"});
    char got[8] = "";

    (void)state;
    assert_int_equal(SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    assert_int_equal(SSL_write(ssl, "one", 3), 3);
    listen_to(&p.client);
    assert_int_equal(say(&p.client, "two"), 3);
    assert_int_equal(SSL_read(ssl, got, sizeof got), 3);
    assert_string_equal(got, "two");
    assert_string_equal(p.client.heard, "one");
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    part(&p);
}

/* --- sessions ----------------------------------------------------------------------------------
 */

/* Whether the connection between the two contexts resumes a session. */
static bool resumes(struct netp_tls_ctx *client, struct netp_tls_ctx *server, const char *host)
{
    struct netp_tls_info info;
    struct pair p;

    join(&p, client, server, host);
    exchange(&p);
    expect_info(&p.client, &info);
    leave(&p.client);
    leave(&p.server);
    return info.resumed;
}

static void test_sessions(void **state)
{
    struct netp_tls_ctx *c = client_ctx(&(struct netp_tls_client_cfg){.sessions = 1});
    struct netp_tls_ctx *d = client_ctx(&(struct netp_tls_client_cfg){.insecure = true});
    struct netp_tls_ctx *s = server_ctx(&(struct netp_tls_server_cfg){0});
    struct netp_tls_ctx *t = server_ctx(&(struct netp_tls_server_cfg){0});
    const struct netp_tls_cert again = {.chain = leaf_file}, none = {.chain = "/none"};
    struct netp_tls_fail fail;

    (void)state;
    assert_false(resumes(d, s, "host.test"));
    assert_false(resumes(c, s, "host.test")); /* nothing from one that verified nothing */
    assert_true(resumes(c, s, "host.test"));
    assert_true(resumes(c, s, "HOST.test."));
    assert_int_equal(netp_tls_server_reload(s, &again, 1, &fail), 0);
    assert_int_equal(netp_tls_server_reload(s, &none, 1, &fail), -1);
    assert_int_equal(fail.code, NETP_TLS_FILE);
    assert_true(resumes(c, s, "host.test"));
    assert_false(resumes(c, s, "a.wild.test")); /* another host, and the only place is taken */
    assert_false(resumes(c, s, "host.test"));
    assert_false(resumes(c, t, "host.test")); /* another server's session */
    netp_tls_ctx_free(c);
    netp_tls_ctx_free(d);
    netp_tls_ctx_free(s);
    netp_tls_ctx_free(t);
}

/* A ticket is used once: the second of two connections at a time shakes hands in full. */
static void test_ticket_once(void **state)
{
    struct netp_tls_ctx *c = client_ctx(&(struct netp_tls_client_cfg){0});
    struct netp_tls_ctx *s = server_ctx(&(struct netp_tls_server_cfg){0});
    struct netp_tls_info info;
    struct pair p[2];

    (void)state;
    assert_false(resumes(c, s, "host.test"));
    join(&p[0], c, s, "host.test");
    join(&p[1], c, s, "host.test");
    for (int i = 0; i < 8; i++) {
        listen_to(&p[i % 2].client);
        listen_to(&p[i % 2].server);
    }
    for (int i = 0; i < 2; i++) {
        exchange(&p[i]);
        expect_info(&p[i].client, &info);
        assert_int_equal(info.resumed, i == 0);
        leave(&p[i].client);
        leave(&p[i].server);
    }
    netp_tls_ctx_free(c);
    netp_tls_ctx_free(s);
}

static void test_keylog(void **state)
{
    const char *file = certs_path("keys");
    char line[300] = "";
    struct pair p;
    FILE *f;

    (void)state;
    setenv("SSLKEYLOGFILE", file, 1);
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    unsetenv("SSLKEYLOGFILE");
    exchange(&p);
    part(&p);
    f = fopen(file, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    assert_non_null(strstr(line, "SECRET"));
    fclose(f);
}

/* --- over other transports ---------------------------------------------------------------------
 */

/* One byte a call, and every second call does nothing. */
struct drip {
    struct netp_transport t;
    int fd;
    unsigned receives, sends;
};

static int drip_receive(void *ctx, void *p, size_t n, struct netp_in *in)
{
    struct drip *d = ctx;

    (void)n;
    return d->receives++ % 2 ? 0 : netp_stream_receive(d->fd, p, 1, in);
}

static ptrdiff_t drip_send(void *ctx, const struct netp_out *v, size_t nv)
{
    struct drip *d = ctx;
    struct netp_out one;

    if (nv == 0) {
        return 0;
    }
    one = v[0];
    one.n = one.n > 0;
    return d->sends++ % 2 ? NETP_E_AGAIN : netp_stream_send(d->fd, &one, 1);
}

static unsigned drip_need(void *ctx, unsigned want)
{
    (void)ctx;
    return want;
}

static struct drip drip(int fd)
{
    return (struct drip){.t = {NULL, drip_receive, drip_send, drip_need}, .fd = fd};
}

static void test_drip(void **state)
{
    struct pair p;
    struct drip c, s;

    (void)state;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    netp_tls_free(p.client.tls);
    netp_tls_free(p.server.tls);
    c = drip(p.client.fd);
    s = drip(p.server.fd);
    c.t.ctx = &c;
    s.t.ctx = &s;
    p.client.tls = netp_tls_client(p.client.ctx, "host.test", 443, -1, &c.t);
    p.server.tls = netp_tls_server(p.server.ctx, -1, &s.t);
    p.client.t = netp_tls_transport(p.client.tls);
    p.server.t = netp_tls_transport(p.server.tls);
    for (int i = 0; i < 10; i++) {
        exchange(&p);
    }
    assert_int_equal(say(&p.client, "to the server"), 13);
    assert_int_equal(p.client.t->need(p.client.t->ctx, 0), NETP_WANT_OUT);
    assert_int_equal(say(&p.client, "not yet"), NETP_E_AGAIN);
    assert_int_equal(say(&p.server, "to the client"), 13);
    assert_int_equal(say_end(&p.server), NETP_E_AGAIN);
    exchange(&p);
    assert_string_equal(p.client.heard, "to the client");
    assert_string_equal(p.server.heard, "to the server");
    while (say_end(&p.server) == NETP_E_AGAIN) {
    }
    exchange(&p);
    assert_int_equal(p.client.flags, NETP_IN_EOF);
    part(&p);
}

/* Below is a socket, whose system calls are counted. */
struct counter {
    struct netp_transport t;
    int fd;
    unsigned reads;
};

static int counter_receive(void *ctx, void *p, size_t n, struct netp_in *in)
{
    struct counter *c = ctx;

    c->reads++;
    return netp_stream_receive(c->fd, p, n, in);
}

static ptrdiff_t counter_send(void *ctx, const struct netp_out *v, size_t nv)
{
    return nv ? netp_stream_send(((struct counter *)ctx)->fd, v, nv) : 0;
}

static unsigned counter_need(void *ctx, unsigned want)
{
    (void)ctx;
    return want;
}

/* Four full records come with one system call. */
static void test_bulk(void **state)
{
    static uint8_t sent[65536], got[65536];
    const struct netp_out v = {sent, sizeof sent, 0, NULL};
    struct counter c = {{&c, counter_receive, counter_send, counter_need}, 0, 0};
    struct netp_in in;
    struct pair p;

    (void)state;
    for (size_t i = 0; i < sizeof sent; i++) {
        sent[i] = (uint8_t)(i >> 3);
    }
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "host.test");
    netp_tls_free(p.client.tls);
    c.fd = p.client.fd;
    p.client.tls = netp_tls_client(p.client.ctx, "host.test", 443, -1, &c.t);
    p.client.t = netp_tls_transport(p.client.tls);
    exchange(&p);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(p.server.t->send(p.server.t->ctx, &v, 1), sizeof sent);
        c.reads = 0;
        assert_int_equal(p.client.t->receive(p.client.t->ctx, got, sizeof got, &in), 1);
        assert_int_equal(in.n, sizeof got);
        assert_memory_equal(got, sent, sizeof got);
        assert_int_equal(c.reads, 1);
    }
    part(&p);
}

static void test_tls_in_tls(void **state)
{
    struct pair p, inner;

    (void)state;
    join(&p, client_ctx(&(struct netp_tls_client_cfg){0}),
         server_ctx(&(struct netp_tls_server_cfg){0}), "a.wild.test");
    memset(&inner, 0, sizeof inner);
    inner.client.fd = inner.server.fd = -1;
    inner.client.tls = netp_tls_client(p.client.ctx, "host.test", 443, -1, p.client.t);
    inner.server.tls = netp_tls_server(p.server.ctx, -1, p.server.t);
    inner.client.t = netp_tls_transport(inner.client.tls);
    inner.server.t = netp_tls_transport(inner.server.tls);
    exchange(&inner);
    assert_int_equal(say(&inner.client, "wrapped"), 7);
    assert_int_equal(say_end(&inner.client), 0);
    exchange(&inner);
    assert_string_equal(inner.server.heard, "wrapped");
    assert_int_equal(inner.server.flags, NETP_IN_EOF);
    listen_to(&p.server);
    assert_int_equal(p.server.flags, NETP_IN_EOF); /* both were told */
    leave(&inner.client);
    leave(&inner.server);
    part(&p);
}

static int begin(void **state)
{
    const struct spec leaf_spec = {
        .cn = "leaf", .san = "DNS:host.test,DNS:*.wild.test,IP:192.0.2.1,IP:2001:db8::1"};

    (void)state;
    certs_begin();
    ca = certs_make(&(struct spec){.cn = "ca", .ca = true}, NULL);
    other_ca = certs_make(&(struct spec){.cn = "other", .ca = true}, NULL);
    leaf = certs_make(&leaf_spec, &ca);
    ca_file = strdup(certs_write("ca.pem", ca.cert, NULL, NULL, NULL));
    leaf_file = strdup(certs_write("leaf.pem", leaf.cert, NULL, leaf.key, NULL));
    return 0;
}

static int finish(void **state)
{
    (void)state;
    certs_free(&ca);
    certs_free(&other_ca);
    certs_free(&leaf);
    free((void *)(uintptr_t)ca_file);
    free((void *)(uintptr_t)leaf_file);
    certs_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talk),
        cmocka_unit_test(test_buffered),
        cmocka_unit_test(test_ticket_once),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_trust),
        cmocka_unit_test(test_insecure),
        cmocka_unit_test(test_revoked),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_bad_hosts),
        cmocka_unit_test(test_server_names),
        cmocka_unit_test(test_alpn),
        cmocka_unit_test(test_client_cert),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_not_tls),
        cmocka_unit_test(test_broken_record),
        cmocka_unit_test(test_end_of_handshake),
        cmocka_unit_test(test_rogue_alpn),
        cmocka_unit_test(test_key_update),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_keylog),
        cmocka_unit_test(test_drip),
        cmocka_unit_test(test_bulk),
        cmocka_unit_test(test_tls_in_tls),
    };

    return cmocka_run_group_tests(tests, begin, finish);
}

#endif
