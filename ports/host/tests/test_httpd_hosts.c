/* test_httpd_hosts.c - several hosts, each with its certificate, on one server: which requests are
 * misdirected (421). SPDX-License-Identifier: MIT */
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
#include <openssl/ssl.h>

static struct made one, two, wild;
static struct netp_tls_cert certs[3];
static struct netp_tls_ctx *tls;
static unsigned handled;

static void handle(void *arg, struct netp_httpd_exchange *x)
{
    handled++;
    netp_httpd_reply(x, 200, NULL, arg, strlen(arg));
}

static char of_two[] = "of two", of_any[] = "of any";
static const struct netp_httpd_route routes[] = {
    {.host = "two.test", .pattern = "/*", .handle = handle, .arg = of_two},
    {.pattern = "/*", .handle = handle, .arg = of_any},
};

/* Sends text to the server by TLS, as a client that asks for name (NULL: none), and reads to the
 * end. *session is resumed if it is there, and becomes that of this connection. */
static void ask_by_tls(int version, const char *name, const char *text, SSL_SESSION **session)
{
    netp_ms end = netp_now() + 5000;
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(ctx);
    int fd = open_with(""), n = 0, r = 0;

    SSL_set_fd(ssl, fd);
    SSL_set_max_proto_version(ssl, version);
    (void)(name && SSL_set_tlsext_host_name(ssl, name));
    (void)(*session && SSL_set_session(ssl, *session));
    while (SSL_connect(ssl) != 1 && netp_now() < end) {
        turns(1);
    }
    assert_int_equal(SSL_session_reused(ssl), *session != NULL);
    assert_int_equal(SSL_write(ssl, text, (int)strlen(text)), (int)strlen(text));
    while (!(SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) && netp_now() < end) {
        turns(1);
        r = SSL_read(ssl, answer + n, (int)sizeof answer - 1 - n);
        n += r > 0 ? r : 0;
    }
    answer[n] = '\0';
    SSL_SESSION_free(*session);
    *session = SSL_get1_session(ssl);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    close(fd);
}

static const struct {
    const char *name, *host;
    unsigned status;
} rows[] = {
    {"one.test", "one.test", 200},
    {"one.test", "ONE.test:8443", 200},
    {"one.test", "too.test", 200}, /* the certificate has both */
    {"a.wild.test", "b.wild.test", 200},
    {"one.test", "two.test", 421},
    {"one.test", "Two.test:443", 421},
    {"too.test", "two.test", 421},
    {"one.test", "a.wild.test", 421},
    {"a.wild.test", "one.test", 421},
    {"a.wild.test", "a.b.wild.test", 200}, /* nobody's, as these: who asks gets what is for any */
    {"one.test", "none.test", 200},
    {"one.test", "two.test.", 200},
    {"one.test", ".wild.test", 200},
    {"one.test", "192.0.2.1", 200},
    {"one.test", "[2001:db8::1]:443", 200},
    {"one.test", "", 200},
    {"none.test", "two.test", 200}, /* no certificate was chosen */
    {NULL, "two.test", 200},
};

static void test_hosts(void **state)
{
    char request[200];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        SSL_SESSION *session = NULL;
        snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
                 rows[i].host);
        handled = 0;
        ask_by_tls(i % 2 ? TLS1_2_VERSION : TLS1_3_VERSION, rows[i].name, request, &session);
        if (status_of_answer() != rows[i].status || handled != (rows[i].status == 200)) {
            fail_msg("%s, %s: %u", rows[i].name ? rows[i].name : "-", rows[i].host,
                     status_of_answer());
        }
        SSL_SESSION_free(session);
    }
}

/* The host is that of an absolute target; a request without any is nobody's; the connection goes
 * on, and of the body of what was refused nothing is taken for a request. */
static void test_requests(void **state)
{
    SSL_SESSION *session = NULL;

    (void)state;
    ask_by_tls(TLS1_3_VERSION, "one.test",
               "GET https://two.test/ HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n",
               &session);
    expect("HTTP/1.1 421 Misdirected Request\r\n");
    ask_by_tls(TLS1_3_VERSION, "one.test", "GET / HTTP/1.0\r\n\r\n", &session);
    expect("HTTP/1.1 200 ");
    handled = 0;
    ask_by_tls(
        TLS1_3_VERSION, "one.test",
        "POST / HTTP/1.1\r\nHost: two.test\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n"
        "GET / HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n",
        &session);
    expect("HTTP/1.1 421 ");
    expect("HTTP/1.1 200 ");
    expect("of any");
    assert_int_equal(handled, 1);
    SSL_SESSION_free(session);
}

/* A session of TLS 1.3 is of no name, one of TLS 1.2 stays that of the name it was begun for (RFC
 * 6066 section 3). */
static void test_resumed(void **state)
{
    static const char get_two[] = "GET / HTTP/1.1\r\nHost: two.test\r\nConnection: close\r\n\r\n";
    static const char get_one[] = "GET / HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n";
    SSL_SESSION *session[2] = {NULL, NULL};

    (void)state;
    for (int i = 0; i < 2; i++) {
        int version = i ? TLS1_2_VERSION : TLS1_3_VERSION;
        ask_by_tls(version, "one.test", get_one, &session[i]);
        expect("HTTP/1.1 200 ");
        ask_by_tls(version, "one.test", get_two, &session[i]);
        expect("HTTP/1.1 421 ");
        ask_by_tls(version, "two.test", get_two, &session[i]);
        expect(i ? "HTTP/1.1 421 " : "of two");
        SSL_SESSION_free(session[i]);
    }
}

/* Of a connection that is older than the certificates, what it has shown counts. */
static void test_one_certificate(void **state)
{
    SSL_SESSION *session = NULL;
    struct netp_tls_fail f;

    (void)state;
    assert_int_equal(netp_tls_server_reload(tls, certs, 1, &f), 0);
    ask_by_tls(TLS1_3_VERSION, "one.test",
               "GET / HTTP/1.1\r\nHost: two.test\r\nConnection: close\r\n\r\n", &session);
    expect("of two");
    SSL_SESSION_free(session);
    assert_int_equal(netp_tls_server_reload(tls, certs, 3, &f), 0);
}

static int begin(void **state)
{
    (void)state;
    certs_begin();
    one = certs_make(&(struct spec){.cn = "one", .san = "DNS:one.test,DNS:too.test"}, NULL);
    two = certs_make(&(struct spec){.cn = "two", .san = "DNS:two.test"}, NULL);
    wild = certs_make(&(struct spec){.cn = "wild", .san = "DNS:*.wild.test"}, NULL);
    certs[0].chain = certs_write("one.pem", one.cert, NULL, one.key, NULL);
    certs[1].chain = certs_write("two.pem", two.cert, NULL, two.key, NULL);
    certs[2].chain = certs_write("wild.pem", wild.cert, NULL, wild.key, NULL);
    tls = server_ctx(&(struct netp_tls_server_cfg){.cert = certs, .ncert = 3});
    loop = netp_loop_new();
    assert_non_null(loop);
    serve_tls(&(struct netp_httpd_cfg){.route = routes, .nroute = 2}, tls);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    netp_httpd_free(httpd);
    netp_loop_free(loop);
    netp_tls_ctx_free(tls);
    certs_free(&one);
    certs_free(&two);
    certs_free(&wild);
    certs_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_resumed),
        cmocka_unit_test(test_one_certificate),
    };

    return cmocka_run_group_tests(tests, begin, finish);
}

#endif
