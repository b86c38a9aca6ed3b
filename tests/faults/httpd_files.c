/* httpd_files.c - a server of files as the victim. SPDX-License-Identifier: MIT */
#include "world.h"

#include <errno.h>
#include <netproto/host/httpd_files.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <netproto/text.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 60000 /* of fast time */

/* What a client asks and hears, in a thread of its own. */
struct client {
    struct netp_addr addr;
    const struct world *w;
    const char *head; /* of the request; its body, if any, is w->now */
    bool upload;
    char answer[WORLD_FILE + 4096];
    size_t n;
    atomic_bool over;
};

static void send_all(int fd, const void *p, size_t n)
{
    const char *from = p;

    for (ssize_t r; n > 0 && (r = send(fd, from, n, MSG_NOSIGNAL)) > 0; n -= (size_t)r) {
        from += r;
    }
}

static void ask(void *arg)
{
    struct client *c = arg;
    int fd = netp_tcp_connect_any(&c->addr, 1, NULL, PATIENCE_MS);
    struct pollfd p = {fd, POLLIN, 0};
    ssize_t r = 1;

    if (fd >= 0) {
        send_all(fd, c->head, strlen(c->head));
        if (c->upload) {
            send_all(fd, c->w->now, sizeof c->w->now);
        }
        shutdown(fd, SHUT_WR);
        while (r > 0 && poll(&p, 1, 5000) == 1) {
            r = recv(fd, c->answer + c->n, sizeof c->answer - c->n, MSG_DONTWAIT);
            c->n += r > 0 ? (size_t)r : 0;
            r = r < 0 && errno == EAGAIN ? 1 : r;
        }
        close(fd);
    }
    c->over = true;
}

struct server {
    struct netp_loop *loop;
    struct netp_httpd *httpd;
    struct netp_httpd_files *files;
    struct netp_httpd_route route;
    struct netp_httpd_cfg cfg;
    struct netp_addr addr;
};

static bool server_open(struct server *s, const struct world *w)
{
    const struct netp_httpd_files_cfg cfg = {
        .root = w->root, .flags = NETP_HTTPD_FILES_LIST | NETP_HTTPD_FILES_WRITE};
    int fd = -1;

    *s = (struct server){.addr = {{127, 0, 0, 1}, 0, 0, 4}};
    s->loop = netp_loop_new();
    s->files = netp_httpd_files_new(&cfg);
    s->route = (struct netp_httpd_route){
        .pattern = "/*", .handle = netp_httpd_files_handle, .arg = s->files};
    s->cfg = (struct netp_httpd_cfg){.route = &s->route, .nroute = 1};
    s->httpd = s->loop ? netp_httpd_new(s->loop, &s->cfg) : NULL;
    if (!s->files || !s->httpd || (fd = netp_tcp_listen(&s->addr)) < 0) {
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
    netp_httpd_files_free(s->files);
    netp_loop_free(s->loop);
}

/* Runs a request; the status of its answer, 0 without one. *body: what came with it. */
static unsigned exchange(struct world *w, struct client *c, struct netp_str *body)
{
    static struct server s;
    netp_ms end = netp_now() + PATIENCE_MS;
    struct peer p;
    char *at;

    *body = netp_str_make("", 0);
    if (!server_open(&s, w)) {
        server_close(&s);
        return 0;
    }
    faults_exempt = true;
    c->addr = s.addr;
    c->w = w;
    peer_start(&p, ask, c);
    faults_exempt = false;
    while (!c->over && netp_now() < end && netp_loop_turn(s.loop, netp_now() + 100) == 0) {
    }
    server_close(&s);
    faults_exempt = true;
    peer_join(&p);
    faults_exempt = false;
    at = memmem(c->answer, c->n, "\r\n\r\n", 4);
    if (!at) {
        return 0;
    }
    *body = netp_str_make(at + 4, c->n - (size_t)(at + 4 - c->answer));
    return (unsigned)strtoul(c->answer + 9, NULL, 10);
}

/* The last client; static, for it is large. */
static struct client client;

static struct client *new_client(const char *head, bool upload)
{
    memset(&client, 0, sizeof client);
    client.head = head;
    client.upload = upload;
    return &client;
}

#define ASK(method, rest) method " HTTP/1.1\r\nHost: a\r\n" rest "\r\n"

/* Judges an answer of 200 that should be p[0..n). One that is cut is seen to be, by its length. */
static bool judge(struct world *w, unsigned status, struct netp_str body, const void *p, size_t n)
{
    bool same = body.n == n && memcmp(body.p, p, n) == 0;

    if (status == 200 && !same && (body.n >= n || memcmp(body.p, p, body.n) != 0)) {
        world_wrong(w, "200, but not the file");
    }
    if (status != 0 && status != 200 && status < 500 && w->error != EACCES) {
        world_wrong(w, "%u", status);
    }
    return status == 200 && same;
}

static bool small(struct world *w)
{
    struct netp_str body;
    unsigned status = exchange(w, new_client(ASK("GET /to", ""), false), &body);

    return judge(w, status, body, w->old, sizeof w->old);
}

static bool large(struct world *w)
{
    struct netp_str body;
    unsigned status = exchange(w, new_client(ASK("GET /from", ""), false), &body);

    return judge(w, status, body, w->now, sizeof w->now);
}

static bool ranges(struct world *w)
{
    struct netp_str body;
    unsigned status =
        exchange(w, new_client(ASK("GET /from", "Range: bytes=0-9,100-200\r\n"), false), &body);

    return status == 206 && body.n > 111 && memcmp(body.p + body.n - 4, "--\r\n", 4) == 0;
}

static bool list(struct world *w)
{
    struct netp_str body;
    unsigned status =
        exchange(w, new_client(ASK("GET /", "Accept: application/json\r\n"), false), &body);
    bool whole = body.n > 4 && memcmp(body.p + body.n - 4, "\n]}\n", 4) == 0;

    if (status == 200 && whole && w->error == 0 && !memmem(body.p, body.n, "\"from\"", 6)) {
        world_wrong(w, "the list lacks a name");
    }
    return status == 200 && whole;
}

static bool put(struct world *w)
{
    static char head[200];
    struct netp_str body;
    unsigned status;

    snprintf(head, sizeof head, ASK("PUT /to", "Content-Length: %zu\r\n"), sizeof w->now);
    status = exchange(w, new_client(head, true), &body);
    if (status / 100 == 2 && world_to(w) != WORLD_NEW) {
        world_wrong(w, "%u, but not the file", status);
    }
    return status / 100 == 2;
}

const struct scenario scenarios_httpd_files[] = {{"files-small", small, 0},
                                                 {"files-large", large, 0},
                                                 {"files-ranges", ranges, 0},
                                                 {"files-list", list, 0},
                                                 {"files-put", put, 0},
                                                 {"files-put-new", put, WORLD_FRESH},
                                                 {NULL, NULL, 0}};
