/* sockets.c - echo by sockets: one thread, select(), some clients at a time.
 * SPDX-License-Identifier: MIT */
#include "os.h"
#include <lwip/sockets.h>
#include <lwip/sys.h>

#define CLIENTS 3
#define PIECE   1472 /* bytes; a datagram that needs no fragments */
#define IDLE_MS 60000
#define STACK   1024

static struct client {
    int fd;        /* -1: none */
    uint32_t used; /* when it sent last */
} clients[CLIENTS];

static uint8_t piece[PIECE];

static int bound(int type)
{
    const struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = PP_HTONS(APP_SOCKETS_PORT)};
    int fd = lwip_socket(AF_INET, type, 0);

    if (fd >= 0 && lwip_bind(fd, (const struct sockaddr *)&here, sizeof here) != 0) {
        lwip_close(fd);
        fd = -1;
    }
    return fd;
}

static void drop(struct client *c)
{
    lwip_close(c->fd);
    c->fd = -1;
}

static struct client *free_client(void)
{
    for (struct client *c = clients; c < clients + CLIENTS; c++) {
        if (c->fd < 0) {
            return c;
        }
    }
    return NULL;
}

/* A peer that does not read must not keep the others waiting: not for longer than SO_SNDTIMEO. */
static void accept_one(int listener)
{
    const struct timeval patience = {.tv_sec = 5};
    struct client *c = free_client();

    c->fd = lwip_accept(listener, NULL, NULL);
    c->used = sys_now();
    if (c->fd >= 0) {
        lwip_setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
}

static void echo(struct client *c)
{
    ssize_t n = lwip_recv(c->fd, piece, sizeof piece, 0);

    c->used = sys_now();
    if (n <= 0 || lwip_send(c->fd, piece, (size_t)n, 0) != n) {
        drop(c);
    }
}

static void echo_datagram(int fd)
{
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    ssize_t n = lwip_recvfrom(fd, piece, sizeof piece, 0, (struct sockaddr *)&from, &length);

    if (n >= 0 && lwip_ntohs(from.sin_port) >= 1024) { /* not one that may send it back again */
        lwip_sendto(fd, piece, (size_t)n, 0, (struct sockaddr *)&from, length);
    }
}

/* With all clients there, others wait until lwIP's mailbox is full. */
static int fill(fd_set *set, int listener, int udp)
{
    int most = LWIP_MAX(listener, udp);

    FD_ZERO(set);
    FD_SET(udp, set);
    if (free_client()) {
        FD_SET(listener, set);
    }
    for (struct client *c = clients; c < clients + CLIENTS; c++) {
        if (c->fd >= 0 && sys_now() - c->used > IDLE_MS) {
            drop(c);
        }
        if (c->fd >= 0) {
            FD_SET(c->fd, set);
            most = LWIP_MAX(most, c->fd);
        }
    }
    return most + 1;
}

static void run(void *arg)
{
    int listener = bound(SOCK_STREAM), udp = bound(SOCK_DGRAM);
    fd_set set;

    (void)arg;
    LWIP_ASSERT("sockets", listener >= 0 && udp >= 0 && lwip_listen(listener, 2) == 0);
    for (;;) {
        int n = fill(&set, listener, udp);
        struct timeval second = {.tv_sec = 1};

        if (lwip_select(n, &set, NULL, NULL, &second) <= 0) {
            continue;
        }
        for (struct client *c = clients; c < clients + CLIENTS; c++) {
            if (c->fd >= 0 && FD_ISSET(c->fd, &set)) {
                echo(c);
            }
        }
        if (FD_ISSET(udp, &set)) {
            echo_datagram(udp);
        }
        if (FD_ISSET(listener, &set)) {
            accept_one(listener);
        }
    }
}

void app_sockets_init(void)
{
    for (struct client *c = clients; c < clients + CLIENTS; c++) {
        c->fd = -1;
    }
    sys_thread_new("sockets", run, NULL, STACK, DEFAULT_THREAD_PRIO);
}
