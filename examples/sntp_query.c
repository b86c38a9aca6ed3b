/* sntp_query.c - what time it is: a machine without the host port, with a socket and poll().
 *
 *     cc sntp_query.c $(pkg-config --cflags --libs netproto-core) -o sntp_query
 *     ./sntp_query 127.0.0.1:123
 *
 * SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netproto/addr.h>
#include <netproto/sntp_client.h>
#include <netproto/text.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static netp_ms now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (netp_ms)t.tv_sec * 1000 + (netp_ms)t.tv_nsec / 1000000;
}

static uint64_t wall_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return netp_sntp_from_unix(t.tv_sec, (uint32_t)t.tv_nsec);
}

static int told(const struct netp_sntp_reply *reply)
{
    struct netp_sntp_sample s;

    if (netp_sntp_measure(reply, wall_clock(), &s) != NETP_OK) {
        return 1;
    }
    printf("this clock is off by %+.6f s, give or take %.6f (stratum %u)\n",
           (double)s.offset / 4294967296.0, (double)s.distance / 4294967296.0,
           reply->packet.stratum);
    return 0;
}

/* Sends the request with eight random bytes for its time: nobody can guess the answer. */
static void ask(struct netp_sntp_client *m, int fd)
{
    struct netp_out v;
    uint8_t nonce[8];
    FILE *f = fopen("/dev/urandom", "r");

    if (!f || fread(nonce, 1, 8, f) != 8 ||
        netp_sntp_client_ask(m, nonce, wall_clock(), now()) != NETP_OK ||
        netp_sntp_client_out(m, &v, 1) != 1 || send(fd, v.p, v.n, 0) < 0) {
        perror("sntp_query");
        exit(1);
    }
    fclose(f);
    netp_sntp_client_sent(m, 1, now());
}

int main(int argc, char **argv)
{
    struct netp_sntp_client_cfg cfg;
    struct netp_sntp_client m;
    struct netp_sntp_client_ev ev;
    struct netp_addr a;
    struct sockaddr_in to = {.sin_family = AF_INET};
    struct pollfd fd = {socket(AF_INET, SOCK_DGRAM, 0), POLLIN, 0};
    uint8_t p[512];

    if (argc != 2 || netp_addr_parse(netp_str_of(argv[1]), &a) != NETP_OK || a.fam != 4) {
        fprintf(stderr, "usage: sntp_query IPV4:PORT\n");
        return 2;
    }
    to.sin_port = htons(a.port ? a.port : NETP_SNTP_PORT);
    memcpy(&to.sin_addr, a.ip, 4);
    connect(fd.fd, (struct sockaddr *)&to, sizeof to); /* takes answers from there alone */
    netp_sntp_client_cfg_init(&cfg);
    netp_sntp_client_init(&m, &cfg, now());
    for (struct netp_in in = {NULL, 0, 0, NULL};;) {
        int r = netp_sntp_client_next(&m, &in, now(), &ev);
        if (r == NETP_SNTP_ASK) {
            ask(&m, fd.fd);
        } else if (r == NETP_SNTP_REPLY) {
            return told(&ev.u.reply);
        } else if (r != 0) {
            fprintf(stderr, "no answer that is of use\n");
            return 1;
        } else {
            netp_ms due = netp_sntp_client_deadline(&m), t = now();
            poll(&fd, 1, due > t ? (int)(due - t) : 0);
            ssize_t n = recv(fd.fd, p, sizeof p, MSG_DONTWAIT);
            in = (struct netp_in){p, n > 0 ? (size_t)n : 0, n > 0 ? NETP_IN_DGRAM : 0, NULL};
        }
    }
}
