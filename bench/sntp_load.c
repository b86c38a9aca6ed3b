/* sntp_load.c - sntp_load HOST PORT SECONDS IN_FLIGHT: requests to an SNTP server, so many in
 * flight, and how many answers a second come back. Prints that, and the answers.
 *
 * SPDX-License-Identifier: MIT
 *
 * One socket, recvmmsg and sendmmsg. Requests that are lost are sent again after 50 ms without an
 * answer. Each answer must repeat the nonce of a request. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { MOST = 256, PACKET = 48 };

static uint8_t out[MOST][PACKET], in[MOST][512];
static struct mmsghdr out_msg[MOST], in_msg[MOST];
static struct iovec out_iov[MOST], in_iov[MOST];

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void prepare(void)
{
    for (unsigned i = 0; i < MOST; i++) {
        out[i][0] = 0x23;
        memcpy(out[i] + 40, "NONC", 4);
        out_iov[i] = (struct iovec){out[i], PACKET};
        in_iov[i] = (struct iovec){in[i], sizeof in[i]};
        out_msg[i].msg_hdr = (struct msghdr){.msg_iov = &out_iov[i], .msg_iovlen = 1};
        in_msg[i].msg_hdr = (struct msghdr){.msg_iov = &in_iov[i], .msg_iovlen = 1};
    }
}

/* Each request is another one: ntpd answers none twice. */
static int send_some(int fd, unsigned n)
{
    static uint32_t count;

    for (unsigned i = 0; i < n; i++, count++) {
        memcpy(out[i] + 44, &count, sizeof count);
    }
    return n ? sendmmsg(fd, out_msg, n, 0) : 0;
}

/* How many of n datagrams are good answers. */
static unsigned good(int n)
{
    unsigned count = 0;

    for (int i = 0; i < n; i++) {
        count += in_msg[i].msg_len == PACKET && (in[i][0] & 7) == 4 && in[i][1] != 0 &&
                 memcmp(in[i] + 24, "NONC", 4) == 0;
    }
    return count;
}

int main(int argc, char **argv)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    struct timeval patience = {0, 50000};
    unsigned long long answers = 0, wrong = 0;
    unsigned flight = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 0;
    double begun, seconds = argc > 4 ? strtod(argv[3], NULL) : 0;
    int fd = socket(AF_INET, SOCK_DGRAM, 0), n;

    if (flight < 1 || flight > MOST || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
        fprintf(stderr, "usage: sntp_load ADDRESS PORT SECONDS IN_FLIGHT\n");
        return 2;
    }
    to.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("connect");
        return 1;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    prepare();
    begun = now();
    send_some(fd, flight);
    while (now() - begun < seconds) {
        n = recvmmsg(fd, in_msg, flight, MSG_WAITFORONE, NULL);
        if (n > 0) {
            answers += good(n);
            wrong += (unsigned)n - good(n);
        }
        if (send_some(fd, n > 0 ? (unsigned)n : flight) < 0) {
            perror("sendmmsg");
            return 1;
        }
    }
    printf("%.0f %llu %llu\n", (double)answers / (now() - begun), answers, wrong);
    return 0;
}
