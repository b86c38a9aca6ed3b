/* tftp_get.c - a machine without the host port: a socket, poll() and the seven verbs.
 *
 *     cc tftp_get.c $(pkg-config --cflags --libs netproto-core) -o tftp_get
 *     ./tftp_get 127.0.0.1:69 FILE >copy
 *
 * SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netproto/addr.h>
#include <netproto/text.h>
#include <netproto/tftp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static netp_ms now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (netp_ms)t.tv_sec * 1000 + (netp_ms)t.tv_nsec / 1000000;
}

static void send_all(struct netp_tftp *m, int fd)
{
    struct netp_out v;
    while (netp_tftp_out(m, &v, 1) == 1) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(v.to->port)};
        memcpy(&to.sin_addr, v.to->ip, 4);
        sendto(fd, v.p, v.n, 0, (struct sockaddr *)&to, sizeof to);
        netp_tftp_sent(m, 1, now());
    }
}

static int handle(struct netp_tftp *m, struct netp_in *in)
{
    struct netp_tftp_ev ev;
    int r;
    while ((r = netp_tftp_next(m, in, now(), &ev)) > 0) {
        if (r == NETP_TFTP_DATA && fwrite(ev.u.data.p, 1, ev.u.data.n, stdout) != ev.u.data.n) {
            netp_tftp_abort(m, NETP_TFTP_DISK_FULL, NULL, now());
        }
    }
    return r;
}

int main(int argc, char **argv)
{
    static uint8_t mem[NETP_TFTP_MEM_MIN], packet[NETP_TFTP_PACKET_MAX(1428)];
    struct netp_tftp_cfg cfg;
    struct netp_tftp m;
    int r = 0, fd = socket(AF_INET, SOCK_DGRAM, 0);

    netp_tftp_cfg_init(&cfg, NETP_TFTP_GET);
    cfg.mem = mem;
    cfg.memlen = sizeof mem;
    cfg.blksize = 1428;
    cfg.file = argc > 2 ? argv[2] : "";
    if (argc < 3 || netp_addr_parse(netp_str_of(argv[1]), &cfg.server) != NETP_OK ||
        cfg.server.fam != 4 || netp_tftp_init(&m, &cfg, now()) != NETP_OK) {
        fprintf(stderr, "usage: tftp_get IPV4:PORT FILE\n");
        return 2;
    }
    for (send_all(&m, fd); r == 0 && netp_tftp_want(&m) != NETP_CLOSED; send_all(&m, fd)) {
        struct pollfd p = {fd, POLLIN, 0};
        netp_ms t = now(), at = netp_tftp_deadline(&m);
        if (poll(&p, 1, at == NETP_NEVER ? -1 : at > t ? (int)(at - t) : 0) > 0) {
            struct sockaddr_in sa;
            socklen_t len = sizeof sa;
            ssize_t n = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&sa, &len);
            struct netp_addr from = {.fam = 4, .port = ntohs(sa.sin_port)};
            struct netp_in in = {packet, n > 0 ? (size_t)n : 0, NETP_IN_DGRAM, &from};
            memcpy(from.ip, &sa.sin_addr, 4);
            r = n >= 0 ? handle(&m, &in) : 0;
        } else {
            r = handle(&m, NULL);
        }
    }
    if (r < 0) {
        fprintf(stderr, "tftp_get: %s: %s\n", netp_strerror(r), netp_tftp_fail(&m)->where);
    }
    return r < 0;
}
