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

static struct made ca, other_ca, leaf, friend, stranger;
static const char *ca_file, *other_file;

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

/* Writes a response about a certificate, which is out of date in so many seconds; 0: never. */
static const char *write_staple(const char *name, const struct made *about, const struct made *by,
                                long seconds)
{
    const char *path = certs_path(name);
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha256(), about->cert, by->cert);
    ASN1_TIME *now = X509_gmtime_adj(NULL, -3600), *next = X509_gmtime_adj(NULL, seconds);
    OCSP_RESPONSE *r;
    BIO *bio = BIO_new_file(path, "wb");

    assert_non_null(OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, now,
                                           seconds ? next : NULL));
    assert_int_equal(OCSP_basic_sign(basic, by->cert, by->key, EVP_sha256(), NULL, 0), 1);
    r = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    assert_int_equal(i2d_OCSP_RESPONSE_bio(bio, r), 1);
    OCSP_RESPONSE_free(r);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(now);
    ASN1_TIME_free(next);
    BIO_free(bio);
    return path;
}

static long staple_of(struct netp_tls_ctx *server, int version)
{
    struct client c;
    uint8_t *p;
    long n;

    client_begin(&c, version);
    assert_true(talk(&c, server, NULL, &p, &n));
    if (p) { /* it is what a client can check */
        const uint8_t *der = p;
        OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &der, n);
        assert_non_null(r);
        assert_int_equal(OCSP_response_status(r), OCSP_RESPONSE_STATUS_SUCCESSFUL);
        OCSP_RESPONSE_free(r);
        OPENSSL_free(p);
    }
    client_end(&c);
    return n;
}

static void test_staple(void **state)
{
    struct netp_tls_cert cert = {.chain = leaf_file};
    struct netp_tls_ctx *ctx = server_ctx(&(struct netp_tls_server_cfg){0});
    struct netp_tls_fail fail;

    (void)state;
    assert_int_equal(staple_of(ctx, TLS1_3_VERSION), -1);
    cert.staple = write_staple("good.der", &leaf, &ca, 3600);
    assert_int_equal(netp_tls_server_reload(ctx, &cert, 1, &fail), 0);
    assert_true(staple_of(ctx, TLS1_3_VERSION) > 0);
    assert_true(staple_of(ctx, TLS1_2_VERSION) > 0);
    cert.staple = write_staple("ever.der", &leaf, &ca, 0);
    assert_int_equal(netp_tls_server_reload(ctx, &cert, 1, &fail), 0);
    assert_true(staple_of(ctx, TLS1_3_VERSION) > 0);
    /* one that is out of date says nothing */
    cert.staple = write_staple("old.der", &leaf, &ca, -60);
    assert_int_equal(netp_tls_server_reload(ctx, &cert, 1, &fail), 0);
    assert_int_equal(staple_of(ctx, TLS1_3_VERSION), -1);
    cert.staple = write_staple("other.der", &friend, &ca, 3600);
    assert_int_equal(netp_tls_server_reload(ctx, &cert, 1, &fail), -1);
    assert_int_equal(fail.code, NETP_TLS_MISMATCH);
    assert_non_null(strstr(fail.text, "other.der is about other certificates"));
    cert.staple = leaf_file;
    assert_int_equal(netp_tls_server_reload(ctx, &cert, 1, &fail), -1);
    assert_int_equal(fail.code, NETP_TLS_FILE);
    cert.staple = "/nowhere";
    assert_int_equal(netp_tls_server_reload(ctx, &cert, 1, &fail), -1);
    assert_non_null(strstr(fail.text, "/nowhere has no response of OCSP"));
    netp_tls_ctx_free(ctx);
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
    leaf = certs_make(&(struct spec){.cn = "leaf", .san = "DNS:h"}, &ca);
    friend = certs_make(&(struct spec){.cn = "friend"}, &ca);
    stranger = certs_make(&(struct spec){.cn = "stranger"}, &other_ca);
    ca_file = strdup(certs_write("ca.pem", ca.cert, NULL, NULL, NULL));
    other_file = strdup(certs_write("other.pem", other_ca.cert, NULL, NULL, NULL));
    leaf_file = strdup(certs_write("leaf.pem", leaf.cert, NULL, leaf.key, NULL));
    return 0;
}

static int finish(void **state)
{
    struct made *all[] = {&ca, &other_ca, &leaf, &friend, &stranger};

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        certs_free(all[i]);
    }
    free((void *)(uintptr_t)ca_file);
    free((void *)(uintptr_t)other_file);
    free((void *)(uintptr_t)leaf_file);
    certs_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_staple),
        cmocka_unit_test(test_tickets),
        cmocka_unit_test(test_tickets_and_clients),
        cmocka_unit_test(test_reload_clients),
        cmocka_unit_test(test_redirect),
        cmocka_unit_test(test_hsts),
    };

    return cmocka_run_group_tests(tests, begin, finish);
}

#endif
