/* chaos_udp.c - datagrams that are lost, repeated and late.
 *
 * SPDX-License-Identifier: MIT
 *
 * Each client has a socket of its own towards the server. A TFTP server answers from a new port,
 * and from another one when a request comes twice; so each port of the server has a socket of its
 * own towards the client, who sees the transfer IDs that there are. */
#include "chaos.h"

#include <netproto/addr.h>
#include <netproto/host/socket.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UP, DOWN };

struct client;

/* A port of the server's, as one client sees it. */
struct port {
    struct port *next;
    struct client *client;
    struct netp_addr server;
    struct netp_watch watch; /* where the client sends to it */
};

struct client {
    struct client *next;
    struct chaos *c;
    struct netp_addr addr;
    struct netp_watch watch; /* where the server sends to it */
    struct decision dice[2];
    struct port *ports;
};

/* A datagram on its way. */
struct parcel {
    struct parcel *next, **back;
    struct netp_timer timer;
    int fd;
    struct netp_addr to;
    size_t n;
    uint8_t p[];
};

static struct {
    struct chaos *c;
    struct netp_watch listen;
    struct client *clients;
    struct parcel *parcels;
} udp;

/* --- parcels --------------------------------------------------------------------------------- */

static void drop(struct parcel *p)
{
    *p->back = p->next;
    if (p->next) {
        p->next->back = p->back;
    }
    free(p);
}

static void deliver(void *arg)
{
    struct parcel *p = arg;
    struct sockaddr_storage sa;
    socklen_t n = netp_sockaddr_put(&sa, &p->to);

    (void)!sendto(p->fd, p->p, p->n, 0, (struct sockaddr *)&sa, n);
    drop(p);
}

static void post(int fd, const struct netp_addr *to, const uint8_t *bytes, size_t n, netp_ms delay)
{
    struct parcel *p = malloc(sizeof *p + n);

    if (!p) {
        abort();
    }
    *p = (struct parcel){.next = udp.parcels,
                         .back = &udp.parcels,
                         .timer = {.due = deliver, .arg = p},
                         .fd = fd,
                         .to = *to,
                         .n = n};
    memcpy(p->p, bytes, n);
    if (p->next) {
        p->next->back = &p->next;
    }
    udp.parcels = p;
    if (delay == 0) {
        deliver(p);
    } else if (netp_loop_at(udp.c->loop, &p->timer, netp_loop_now(udp.c->loop) + delay) != 0) {
        abort();
    }
}

/* Lets one datagram pass, or not, or twice. Reordered is one that waits for longer than others. */
static void pass(struct decision *dice, int fd, const struct netp_addr *to, const uint8_t *p,
                 size_t n)
{
    struct chaos *c = udp.c;
    bool twice, late;

    c->passed++;
    c->bytes += n;
    if (chaos_chance(dice, c->loss)) {
        c->lost++;
        return;
    }
    twice = chaos_chance(dice, c->dup);
    late = chaos_chance(dice, c->reorder);
    c->repeated += twice;
    c->late += late;
    post(fd, to, p, n, chaos_delay(c, dice) + (late ? c->delay_ms + 5 : 0));
    if (twice) {
        post(fd, to, p, n, chaos_delay(c, dice) + 1);
    }
}

/* --- sockets --------------------------------------------------------------------------------- */

/* One datagram, into the loop's buffer; less than 0 when there is none. */
static ssize_t receive(int fd, struct netp_addr *from)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    ssize_t n = recvfrom(fd, netp_loop_buffer(udp.c->loop), NETP_LOOP_BUFFER, 0,
                         (struct sockaddr *)&sa, &len);

    if (n >= 0) {
        *from = netp_sockaddr_get(&sa);
    }
    return n;
}

/* A socket on a free port, at the address that the client knows or the one the server sees. */
static void open_socket(struct netp_watch *w, void (*ready)(void *arg, unsigned what), void *arg,
                        const struct netp_addr *at)
{
    struct netp_addr local = *at;

    local.port = 0;
    *w = (struct netp_watch){.fd = netp_udp_socket(&local, local.fam), .ready = ready, .arg = arg};
    if (w->fd < 0 || netp_loop_watch(udp.c->loop, w, NETP_WANT_IN) != 0) {
        abort();
    }
}

static bool same(const struct netp_addr *a, const struct netp_addr *b)
{
    return netp_addr_eq_ip(a, b) && a->port == b->port;
}

/* From the client to a port of the server that it has heard of. */
static void from_client(void *arg, unsigned what)
{
    struct port *port = arg;
    struct netp_addr from;
    ssize_t n;

    (void)what;
    while ((n = receive(port->watch.fd, &from)) >= 0) {
        pass(&port->client->dice[UP], port->client->watch.fd, &port->server,
             netp_loop_buffer(udp.c->loop), (size_t)n);
    }
}

static int port_for(struct client *k, const struct netp_addr *server)
{
    struct port *p = k->ports;

    if (same(server, &udp.c->to)) {
        return udp.listen.fd;
    }
    while (p && !same(&p->server, server)) {
        p = p->next;
    }
    if (!p) {
        if (!(p = calloc(1, sizeof *p))) {
            abort();
        }
        p->next = k->ports;
        p->client = k;
        p->server = *server;
        k->ports = p;
        open_socket(&p->watch, from_client, p, &udp.c->listen);
    }
    return p->watch.fd;
}

static void from_server(void *arg, unsigned what)
{
    struct client *k = arg;
    struct netp_addr from;
    ssize_t n;

    (void)what;
    while ((n = receive(k->watch.fd, &from)) >= 0) {
        pass(&k->dice[DOWN], port_for(k, &from), &k->addr, netp_loop_buffer(udp.c->loop),
             (size_t)n);
    }
}

static struct client *client_for(const struct netp_addr *addr)
{
    struct netp_addr any = {.fam = udp.c->to.fam};
    struct client *k = udp.clients;

    while (k && !same(&k->addr, addr)) {
        k = k->next;
    }
    if (!k) {
        if (!(k = calloc(1, sizeof *k))) {
            abort();
        }
        k->next = udp.clients;
        k->addr = *addr;
        chaos_dice(udp.c, &k->dice[UP], udp.c->clients, UP);
        chaos_dice(udp.c, &k->dice[DOWN], udp.c->clients++, DOWN);
        udp.clients = k;
        open_socket(&k->watch, from_server, k, &any);
    }
    return k;
}

static void on_listen(void *arg, unsigned what)
{
    struct netp_addr from;
    ssize_t n;

    (void)arg;
    (void)what;
    while ((n = receive(udp.listen.fd, &from)) >= 0) {
        struct client *k = client_for(&from);
        pass(&k->dice[UP], k->watch.fd, &udp.c->to, netp_loop_buffer(udp.c->loop), (size_t)n);
    }
}

struct netp_addr chaos_udp_open(struct chaos *c)
{
    udp.c = c;
    udp.listen = (struct netp_watch){.fd = netp_udp_socket(&c->listen, 4), .ready = on_listen};
    if (udp.listen.fd < 0 || netp_loop_watch(c->loop, &udp.listen, NETP_WANT_IN) != 0) {
        return (struct netp_addr){.fam = 0};
    }
    return netp_local_addr(udp.listen.fd);
}

void chaos_udp_close(void)
{
    struct client *k;
    struct port *p;

    while (udp.parcels) {
        drop(udp.parcels);
    }
    while ((k = udp.clients) != NULL) {
        udp.clients = k->next;
        while ((p = k->ports) != NULL) {
            k->ports = p->next;
            close(p->watch.fd);
            free(p);
        }
        close(k->watch.fd);
        free(k);
    }
    close(udp.listen.fd);
}
