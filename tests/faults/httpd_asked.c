/* tests/faults/httpd_asked.c - the client is a thread of its own. SPDX-License-Identifier: MIT */
#include "httpd_asked.h"

#include <errno.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 60000 /* of fast time */

static void send_all(int fd, const void *p, size_t n)
{
    const char *from = p;

    for (ssize_t r; n > 0 && (r = send(fd, from, n, MSG_NOSIGNAL)) > 0; n -= (size_t)r) {
        from += r;
    }
}

static void ask(void *arg)
{
    struct asked *a = arg;
    int fd = netp_tcp_connect_any(&a->addr_, 1, NULL, PATIENCE_MS);
    struct pollfd p = {fd, POLLIN, 0};
    ssize_t r = 1;

    if (fd >= 0) {
        send_all(fd, a->head, strlen(a->head));
        send_all(fd, a->body, a->nbody);
        while (r > 0 && poll(&p, 1, 5000) == 1) {
            r = recv(fd, a->answer + a->n, sizeof a->answer - 1 - a->n, MSG_DONTWAIT);
            a->n += r > 0 ? (size_t)r : 0;
            r = r < 0 && errno == EAGAIN ? 1 : r;
        }
        close(fd);
    }
    a->over_ = true;
}

/* Where it listens; port 0: it can't. */
static struct netp_addr listen_at_loopback(struct netp_httpd *httpd)
{
    struct netp_addr a = {{127, 0, 0, 1}, 0, 0, 4};
    int fd = netp_tcp_listen(&a);

    a = fd < 0 ? a : netp_local_addr(fd);
    if (fd >= 0 && netp_httpd_listen(httpd, fd, NULL) != 0) {
        close(fd);
        a.port = 0;
    }
    return a;
}

void asked_run(struct asked *a, struct netp_loop *loop,
               void (*handle)(void *arg, struct netp_httpd_exchange *x), void *arg)
{
    const struct netp_httpd_route route = {.pattern = "/*", .handle = handle, .arg = arg};
    const struct netp_httpd_cfg cfg = {.route = &route, .nroute = 1};
    struct netp_httpd *httpd = netp_httpd_new(loop, &cfg);
    netp_ms end = netp_now() + PATIENCE_MS;
    struct peer p;

    if (!httpd || (a->addr_ = listen_at_loopback(httpd)).port == 0) {
        netp_httpd_free(httpd);
        return;
    }
    faults_exempt = true;
    peer_start(&p, ask, a);
    faults_exempt = false;
    while (!a->over_ && netp_now() < end && netp_loop_turn(loop, netp_now() + 100) == 0) {
    }
    netp_httpd_free(httpd);
    faults_exempt = true;
    peer_join(&p);
    faults_exempt = false;
}
