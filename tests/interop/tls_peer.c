/* tls_peer.c - a client and a server by TLS, for test_tls.sh. SPDX-License-Identifier: MIT
 *
 *   tls_peer client PORT HOST CA|- [CERT [TIMES]]   sends standard input, then writes what comes
 *   tls_peer server CERT BYTES [CLIENT-CA]          tells its port; echoes, or, unless BYTES is 0,
 *                                                   answers an HTTP request with so many zeros
 *
 * What was agreed on, or went wrong, goes to standard error. */
#include <errno.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <netproto/host/tls.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 65536

static const struct netp_addr loopback = {{127, 0, 0, 1}, 0, 0, 4};
static uint8_t received[BLOCK], block[BLOCK];

struct peer {
    const struct netp_transport *t;
    int fd, from; /* from: a descriptor to send, or -1 */
    const uint8_t *p;
    size_t left; /* of p */
    uint64_t zeros;
    bool echo, fin, eof;
    unsigned state; /* of the search for an empty line */
};

static void wait_for(const struct peer *x)
{
    unsigned want = (x->left == 0 || !x->echo ? NETP_WANT_IN : 0u) |
                    (x->left > 0 || !x->fin ? NETP_WANT_OUT : 0u);
    unsigned need = netp_transport_need(x->t, x->eof ? want & NETP_WANT_OUT : want);
    struct pollfd p = {.fd = x->fd,
                       .events = (short)((need & NETP_WANT_IN ? POLLIN : 0) |
                                         (need & NETP_WANT_OUT ? POLLOUT : 0))};

    if (!(need & NETP_TRANSPORT_NOW)) {
        poll(&p, 1, 10000);
    }
}

/* Something to send, if there is: 1; 0: not now; -1: never more. */
static int fill(struct peer *x)
{
    ssize_t r;

    if (x->left > 0) {
        return 1;
    }
    if (x->zeros > 0) {
        x->p = block;
        x->left = x->zeros < BLOCK ? (size_t)x->zeros : BLOCK;
        x->zeros -= x->left;
    } else if (x->from >= 0 && (r = read(x->from, block, BLOCK)) > 0) {
        x->p = block;
        x->left = (size_t)r;
    } else if (x->from >= 0 || x->eof || x->state == 5) {
        return -1;
    }
    return x->left > 0;
}

/* false: it has failed. */
static bool put(struct peer *x)
{
    struct netp_out v = {NULL, 0, NETP_OUT_FIN, NULL};
    int some = x->fin ? 0 : fill(x);
    ptrdiff_t r;

    if (some > 0) {
        v = (struct netp_out){x->p, x->left, 0, NULL};
    }
    r = netp_transport_send(x->t, x->fd, &v, some != 0);
    if (r > 0) {
        x->p += r;
        x->left -= (size_t)r;
    } else if (r == 0 && some < 0) {
        x->fin = true;
    }
    return r >= 0 || r == NETP_E_AGAIN;
}

static void look_for_request(struct peer *x, const struct netp_in *in, uint64_t body)
{
    static char head[100];

    for (size_t i = 0; i < in->n && x->state < 4; i++) {
        x->state = in->p[i] == "\r\n\r\n"[x->state] ? x->state + 1 : in->p[i] == '\r';
    }
    if (x->state == 4) {
        x->state = 5;
        x->left =
            (size_t)snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n",
                             (unsigned long long)body);
        x->p = (const uint8_t *)head;
        x->zeros = body;
    }
}

static bool get(struct peer *x, uint64_t body)
{
    struct netp_in in;

    if (x->eof || (x->echo && x->left > 0) ||
        !netp_transport_receive(x->t, x->fd, received, sizeof received, &in)) {
        return true;
    }
    x->eof = (in.flags & NETP_IN_EOF) != 0;
    if (x->echo) {
        x->p = in.p;
        x->left = in.n;
    } else if (x->from < 0) {
        look_for_request(x, &in, body);
    } else if (in.n > 0 && write(1, in.p, in.n) != (ssize_t)in.n) {
        return false;
    }
    return !(in.flags & NETP_IN_BROKEN);
}

/* Exit status: 0, or what netp_tls_fail() has. */
static int talk(struct netp_tls *tls, struct peer x, uint64_t body)
{
    struct netp_tls_info info;
    bool good = true;

    x.t = netp_tls_transport(tls);
    while (good && !(x.fin && (x.eof || x.state == 5))) {
        good = put(&x) && get(&x, body);
        wait_for(&x);
    }
    (void)get(&x, body); /* why it could not be sent */
    if (netp_tls_info(tls, &info) == NETP_OK) {
        fprintf(stderr, "%s %s alpn=%s resumed=%d verified=%d subject=%s names=%s sni=%s\n",
                info.version, info.cipher, info.alpn, info.resumed, info.verified, info.subject,
                info.names, info.server_name);
    }
    if (*netp_tls_fail(tls)->text) {
        fprintf(stderr, "%s\n", netp_tls_fail(tls)->text);
    }
    return (int)netp_tls_fail(tls)->code;
}

static int client(char **arg)
{
    struct netp_tls_client_cfg cfg = {.alpn = "http/1.1"};
    struct netp_addr a = loopback;
    struct netp_tls_fail fail;
    struct netp_tls_ctx *ctx;
    int r = 0, times = arg[3] && arg[4] ? (int)strtol(arg[4], NULL, 10) : 1;

    cfg.ca_file = strcmp(arg[2], "-") ? arg[2] : NULL;
    cfg.insecure = !cfg.ca_file;
    cfg.cert.chain = arg[3] && strcmp(arg[3], "-") ? arg[3] : NULL;
    if (!(ctx = netp_tls_client_ctx(&cfg, &fail))) {
        fprintf(stderr, "%s\n", fail.text);
        return 99;
    }
    a.port = (uint16_t)strtoul(arg[0], NULL, 10);
    while (times-- > 0 && r == 0) {
        int fd = netp_tcp_connect_any(&a, 1, NULL, 5000);
        struct netp_tls *tls = netp_tls_client(ctx, arg[1], a.port, fd, NULL);
        r = talk(tls, (struct peer){.fd = fd, .from = 0}, 0);
        netp_tls_free(tls);
        close(fd);
    }
    netp_tls_ctx_free(ctx);
    return r;
}

static int server(char **arg)
{
    const struct netp_tls_cert cert = {.chain = arg[0]};
    struct netp_tls_server_cfg cfg = {.cert = &cert, .ncert = 1, .alpn = "http/1.1"};
    uint64_t body = strtoull(arg[1], NULL, 10);
    struct netp_tls_fail fail;
    struct netp_tls_ctx *ctx;
    int listener = netp_tcp_listen(&loopback), fd;

    cfg.clients = arg[2] ? NETP_TLS_CLIENTS_MUST_SHOW : NETP_TLS_CLIENTS_ANY;
    cfg.client_ca = arg[2];
    if (!(ctx = netp_tls_server_ctx(&cfg, &fail))) {
        fprintf(stderr, "%s\n", fail.text);
        return 99;
    }
    fprintf(stderr, "port %u\n", netp_local_addr(listener).port);
    for (;;) {
        struct pollfd p = {.fd = listener, .events = POLLIN};
        poll(&p, 1, -1);
        if ((fd = netp_accept(listener, NULL)) >= 0) {
            struct netp_tls *tls = netp_tls_server(ctx, fd, NULL);
            talk(tls, (struct peer){.fd = fd, .from = -1, .echo = body == 0}, body);
            netp_tls_free(tls);
            close(fd);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc > 4 && strcmp(argv[1], "client") == 0) {
        return client(argv + 2);
    }
    if (argc > 3 && strcmp(argv[1], "server") == 0) {
        return server(argv + 2);
    }
    return 98;
}
