/* cgi.c - a server of scripts as the victim: cat(1), which answers what it is sent.
 * SPDX-License-Identifier: MIT */
#include "world.h"

#include <errno.h>
#include <netproto/host/cgi.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 60000 /* of fast time */
#define BODY        "Content-Type: a/b\n\nall of it"

struct client {
    struct netp_addr addr;
    const char *request;
    char answer[4096];
    size_t n;
    atomic_bool over;
};

static void ask(void *arg)
{
    struct client *c = arg;
    int fd = netp_tcp_connect_any(&c->addr, 1, NULL, PATIENCE_MS);
    struct pollfd p = {fd, POLLIN, 0};
    ssize_t r = fd < 0 ? 0 : send(fd, c->request, strlen(c->request), MSG_NOSIGNAL);

    while (r > 0 && poll(&p, 1, 5000) == 1) {
        r = recv(fd, c->answer + c->n, sizeof c->answer - 1 - c->n, MSG_DONTWAIT);
        c->n += r > 0 ? (size_t)r : 0;
        r = r < 0 && errno == EAGAIN ? 1 : r;
    }
    if (fd >= 0) {
        close(fd);
    }
    c->over = true;
}

struct server {
    struct netp_loop *loop;
    struct netp_httpd *httpd;
    struct netp_cgi_dir *scripts;
    struct netp_httpd_route route;
    struct netp_httpd_cfg cfg;
    struct netp_addr addr;
};

static bool server_open(struct server *s)
{
    const struct netp_cgi_dir_cfg cfg = {
        .prefix = "/cgi-bin/", .directory = "/bin", .document_root = "/", .max_spool = 1000};
    int fd = -1;

    *s = (struct server){.addr = {{127, 0, 0, 1}, 0, 0, 4}};
    s->loop = netp_loop_new();
    s->scripts = s->loop ? netp_cgi_dir_new(s->loop, &cfg) : NULL;
    s->route =
        (struct netp_httpd_route){.pattern = "/*", .handle = netp_cgi_handle, .arg = s->scripts};
    s->cfg = (struct netp_httpd_cfg){.route = &s->route, .nroute = 1};
    s->httpd = s->loop ? netp_httpd_new(s->loop, &s->cfg) : NULL;
    if (!s->scripts || !s->httpd || (fd = netp_tcp_listen(&s->addr)) < 0) {
        return false;
    }
    s->addr = netp_local_addr(fd);
    if (netp_httpd_listen(s->httpd, fd, NULL) != 0) {
        close(fd);
        return false;
    }
    return s->addr.port != 0;
}

static void server_close(struct server *s)
{
    netp_httpd_free(s->httpd);
    netp_cgi_dir_free(s->scripts);
    netp_loop_free(s->loop);
}

/* An answer is all of it, an error of the server, or cut. */
static bool exchange(struct world *w, const char *request)
{
    struct client c = {.request = request};
    struct server s;
    netp_ms end = netp_now() + PATIENCE_MS;
    struct peer p;
    bool whole = false;

    if (server_open(&s)) {
        faults_exempt = true;
        c.addr = s.addr;
        peer_start(&p, ask, &c);
        faults_exempt = false;
        while (!c.over && netp_now() < end && netp_loop_turn(s.loop, netp_now() + 100) == 0) {
        }
        server_close(&s);
        faults_exempt = true;
        peer_join(&p);
        faults_exempt = false;
        whole =
            strstr(c.answer, "HTTP/1.1 200 ") && strstr(c.answer, "\r\n9\r\nall of it\r\n0\r\n");
        if (!whole && c.n > 0 && strstr(c.answer, "\r\n0\r\n")) {
            world_wrong(w, "half an answer looks whole: %.100s", c.answer);
        }
        if (!whole && c.n > 0 && c.answer[9] != '5' && c.answer[9] != '2' && c.answer[9] != '4') {
            world_wrong(w, "%.100s", c.answer);
        }
        return whole;
    }
    server_close(&s);
    return false;
}

#define POST "POST /cgi-bin/cat/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"

static bool stream(struct world *w)
{
    static char request[300];

    snprintf(request, sizeof request, POST "Content-Length: %zu\r\n\r\n%s", strlen(BODY), BODY);
    return exchange(w, request);
}

static bool spool(struct world *w)
{
    static char request[300];

    snprintf(request, sizeof request,
             POST "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n", strlen(BODY), BODY);
    return exchange(w, request);
}

const struct scenario scenarios_cgi[] = {
    {"cgi-stream", stream, 0}, {"cgi-spool", spool, 0}, {NULL, NULL, 0}};
