/* fetch_poll.c - the HTTP machine without the host port: a socket, poll() and the seven verbs.
 *
 *     cc fetch_poll.c $(pkg-config --cflags --libs netproto-core) -o fetch_poll
 *     ./fetch_poll 127.0.0.1:80 /index.html
 *
 * All of its memory is the arrays below; it is what firmware would use.
 *
 * SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netproto/addr.h>
#include <netproto/http1.h>
#include <netproto/text.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static netp_ms now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (netp_ms)t.tv_sec * 1000 + (netp_ms)t.tv_nsec / 1000000;
}

static void send_all(struct netp_http1 *m, int fd)
{
    struct netp_out v;
    ssize_t n;
    while (netp_http1_out(m, &v, 1) == 1 && (n = send(fd, v.p, v.n, MSG_NOSIGNAL)) > 0) {
        netp_http1_sent(m, (size_t)n, now());
    }
}

/* Takes all events of what has come; whether the answer is complete. */
static bool handle(struct netp_http1 *m, struct netp_in *in)
{
    struct netp_http1_ev ev;
    while (netp_http1_next(m, in, now(), &ev) > 0) {
        if (ev.type == NETP_HTTP1_RESPONSE) {
            fprintf(stderr, "status %u\n", ev.head.status);
        } else if (ev.type == NETP_HTTP1_DATA) {
            fwrite(ev.p, 1, ev.n, stdout);
        } else if (ev.type == NETP_HTTP1_END) {
            return true;
        }
    }
    return false;
}

static bool run(struct netp_http1 *m, int fd)
{
    static uint8_t rx[1460];
    bool done = false;

    while (!done && netp_http1_want(m) != NETP_CLOSED) {
        struct netp_in in = {rx, 0, 0, NULL};
        struct pollfd p = {fd, POLLIN, 0};
        netp_ms t = now(), at = netp_http1_deadline(m);
        send_all(m, fd);
        if (poll(&p, 1, at == NETP_NEVER ? -1 : at > t ? (int)(at - t) : 0) > 0) {
            ssize_t n = recv(fd, rx, sizeof rx, 0);
            in.n = n > 0 ? (size_t)n : 0;
            in.flags = n > 0 ? 0u : n == 0 ? NETP_IN_EOF : NETP_IN_BROKEN;
        }
        done = handle(m, &in);
    }
    return done;
}

int main(int argc, char **argv)
{
    static char head[4096];
    static uint8_t tx[512];
    static struct netp_http_field field[32];
    struct netp_http1_cfg cfg = NETP_HTTP1_CFG_INIT;
    struct netp_http1 m;
    struct netp_addr a;
    const struct netp_http1_pair host = {NETP_STR("Host"), netp_str_of(argc > 1 ? argv[1] : "")};
    struct netp_http1_msg get = {.method = NETP_STR("GET"), .field = &host, .nfield = 1};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool done;

    cfg.head = head, cfg.headlen = sizeof head;
    cfg.field = field, cfg.nfield = 32;
    cfg.tx = tx, cfg.txlen = sizeof tx;
    get.target = netp_str_of(argc > 2 ? argv[2] : "/");
    if (argc < 2 || netp_addr_parse(netp_str_of(argv[1]), &a) != NETP_OK || a.fam != 4 ||
        netp_http1_init(&m, &cfg, now()) != NETP_OK ||
        netp_http1_send(&m, &get, NULL, 0, now()) != NETP_OK) {
        fprintf(stderr, "usage: fetch_poll IPV4:PORT [PATH]\n");
        return 2;
    }
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(a.port)};
    memcpy(&to.sin_addr, a.ip, 4);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("fetch_poll");
        return 1;
    }
    done = run(&m, fd);
    if (!done) {
        fprintf(stderr, "fetch_poll: %s: %s\n", netp_http1_fail(&m)->where,
                netp_strerror(netp_http1_fail(&m)->code));
    }
    close(fd);
    return !done;
}
