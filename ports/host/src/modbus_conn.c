/* modbus_conn.c - a Modbus client that waits. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <netproto/host/modbus.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <netproto/host/udp.h>
#include <netproto/modbus_type.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RX 2048 /* bytes that are received at a time; a datagram is shorter */

struct netp_modbus_conn {
    struct netp_modbus_client m;
    struct netp_modbus_client_ev ev;
    struct netp_link link;
    struct netp_stream_io stream;
    struct netp_serial_io serial;
    struct netp_io udp;
    struct netp_tls *tls;
    int fd;
    struct netp_modbus_error error;
    uint8_t mem[NETP_MODBUS_CLIENT_MEM(NETP_MODBUS_ASCII, 1)];
    uint8_t rx[RX];
};

/* --- datagrams ------------------------------------------------------------------------------- */

static int udp_recv(void *ctx, struct netp_in *in)
{
    struct netp_modbus_conn *c = ctx;
    ssize_t r = recv(c->fd, c->rx, RX, MSG_DONTWAIT);

    if (r < 0) { /* what ICMP tells is dealt with by the timeout */
        return 0;
    }
    *in = (struct netp_in){.p = c->rx, .n = (size_t)r, .flags = NETP_IN_DGRAM};
    return 1;
}

static ptrdiff_t udp_send(void *ctx, const struct netp_out *v, size_t nv)
{
    struct netp_modbus_conn *c = ctx;
    ptrdiff_t r = netp_udp_send(c->fd, v, nv);

    c->error.sys_errno = r == NETP_E_IO ? errno : 0;
    return r;
}

static int udp_wait(void *ctx, unsigned want, netp_ms deadline)
{
    struct netp_modbus_conn *c = ctx;
    netp_ms now = netp_now(), ms = deadline > now ? deadline - now : 0;
    struct pollfd p = {.fd = c->fd,
                       .events = (short)(POLLIN | (want & NETP_WANT_OUT ? POLLOUT : 0))};

    return poll(&p, 1, ms < 60000 ? (int)ms : 60000) < 0 && errno != EINTR ? NETP_E_IO : 0;
}

static netp_ms udp_now(void *ctx)
{
    (void)ctx;
    return netp_now();
}

/* --- opening --------------------------------------------------------------------------------- */

static int fail(struct netp_modbus_error *e, int err, int sys_errno, const char *text)
{
    e->err = err;
    e->sys_errno = sys_errno;
    snprintf(e->text, sizeof e->text, "%s", text ? text : strerror(sys_errno));
    return -1;
}

/* A socket that is connected, or -1 with *e. */
static int dial(const struct netp_modbus_url *url, const struct netp_modbus_open_cfg *cfg,
                struct netp_modbus_error *e)
{
    struct netp_addr a[NETP_CONNECT_MAX];
    int n = netp_resolve(url->host, url->port, cfg->fam, a, NETP_CONNECT_MAX), fd;

    if (n <= 0) {
        return fail(e, n, 0, netp_resolve_text(n));
    }
    if (url->transport != NETP_MODBUS_UDP) {
        fd = netp_tcp_connect_any(a, (unsigned)n, cfg->from,
                                  cfg->connect_ms ? cfg->connect_ms : NETP_NEVER);
        return fd >= 0 ? fd : fail(e, errno == ETIMEDOUT ? NETP_E_TIMEOUT : NETP_E_IO, errno, NULL);
    }
    fd = netp_udp_socket(cfg->from, a[0].fam);
    if (fd >= 0) {
        struct sockaddr_storage sa;
        socklen_t len = netp_sockaddr_put(&sa, &a[0]);
        if (connect(fd, (struct sockaddr *)&sa, len) == 0) {
            return fd;
        }
        fail(e, NETP_E_IO, errno, NULL);
        close(fd);
        return -1;
    }
    return fail(e, NETP_E_IO, errno, NULL);
}

static int open_line(struct netp_modbus_conn *c, const struct netp_modbus_url *url,
                     const struct netp_modbus_open_cfg *cfg)
{
    const struct netp_io *io = &c->stream.io;

    c->fd = url->transport == NETP_MODBUS_SERIAL ? netp_serial_open(url->path, &url->serial)
                                                 : dial(url, cfg, &c->error);
    if (c->fd < 0) {
        return url->transport == NETP_MODBUS_SERIAL ? fail(&c->error, NETP_E_IO, errno, NULL) : -1;
    }
    if (url->transport == NETP_MODBUS_SERIAL) {
        netp_serial_io_init(&c->serial, c->fd, &url->serial, url->gap_ms, c->rx, RX);
        io = &c->serial.io;
    } else if (url->transport == NETP_MODBUS_UDP) {
        c->udp = (struct netp_io){c, udp_recv, udp_send, udp_wait, udp_now};
        io = &c->udp;
    } else {
        netp_stream_io_init(&c->stream, c->fd, c->rx, RX);
    }
    if (url->transport == NETP_MODBUS_TLS) {
        c->tls = cfg->tls ? netp_tls_client(cfg->tls, url->host, url->port, c->fd, NULL) : NULL;
        if (!c->tls) {
            return fail(&c->error, NETP_E_ARG, 0, "TLS can't be had");
        }
        c->stream.transport = netp_tls_transport(c->tls);
    }
    netp_link_init(&c->link, &netp_modbus_client_ops, &c->m, io);
    return 0;
}

struct netp_modbus_conn *netp_modbus_open(const struct netp_modbus_url *url,
                                          const struct netp_modbus_open_cfg *cfg,
                                          struct netp_modbus_error *error)
{
    struct netp_modbus_conn *c = calloc(1, sizeof *c);
    struct netp_modbus_client_cfg client;

    *error = (struct netp_modbus_error){0};
    if (!c) {
        fail(error, NETP_E_IO, ENOMEM, NULL);
        return NULL;
    }
    netp_modbus_url_client(url, cfg->timeout_ms ? cfg->timeout_ms : 1000, &client);
    client.retries = cfg->retries;
    client.mem = c->mem;
    client.memlen = sizeof c->mem;
    c->fd = -1;
    if (netp_modbus_client_init(&c->m, &client, netp_now()) != NETP_OK ||
        open_line(c, url, cfg) != 0) {
        *error = c->error;
        netp_modbus_close(c);
        return NULL;
    }
    return c;
}

void netp_modbus_close(struct netp_modbus_conn *c)
{
    if (!c) {
        return;
    }
    if (c->tls) {
        netp_stream_io_finish(&c->stream, netp_now() + 1000);
    }
    if (c->fd >= 0) {
        close(c->fd);
    }
    netp_tls_free(c->tls);
    free(c);
}

/* --- asking ---------------------------------------------------------------------------------- */

/* The link has ended: by the peer, by the system, by TLS. */
static int broken(struct netp_modbus_conn *c, int r)
{
    const struct netp_fail *why = netp_modbus_client_fail(&c->m);
    int sys_errno = c->stream.sys_errno ? c->stream.sys_errno : c->serial.sys_errno;

    if (c->tls && netp_tls_fail(c->tls)->code != NETP_TLS_OK) {
        fail(&c->error, NETP_E_IO, 0, netp_tls_fail(c->tls)->text);
    } else if (r == NETP_E_IO && sys_errno) {
        fail(&c->error, NETP_E_IO, sys_errno, NULL);
    } else if (r >= 0 || why->code == NETP_E_TRUNCATED) {
        fail(&c->error, NETP_E_IO, 0, "the device closed the connection");
    } else {
        fail(&c->error, r, 0, netp_strerror(r));
    }
    return c->error.err;
}

/* What an event about our request says. */
static int judge(struct netp_modbus_conn *c, struct netp_modbus_response *response)
{
    switch (c->ev.type) {
    case NETP_MODBUS_CLIENT_RESPONSE:
    case NETP_MODBUS_CLIENT_SENT:
        *response = c->ev.response;
        return NETP_OK;
    case NETP_MODBUS_CLIENT_BAD_RESPONSE:
        fail(&c->error, NETP_E_SYNTAX, 0, "");
        snprintf(c->error.text, sizeof c->error.text,
                 "the response does not fit the request: its %s", c->ev.where);
        return NETP_E_SYNTAX;
    default:
        fail(&c->error, NETP_E_TIMEOUT, 0, "no response");
        return NETP_E_TIMEOUT;
    }
}

int netp_modbus_ask(struct netp_modbus_conn *c, uint8_t unit,
                    const struct netp_modbus_request *request,
                    struct netp_modbus_response *response)
{
    int ticket = netp_modbus_client_request(&c->m, unit, request, netp_now()), r;

    if (ticket < 0) {
        fail(&c->error, ticket, 0,
             ticket == NETP_E_STATE ? "the connection has ended" : netp_strerror(ticket));
        return ticket;
    }
    while ((r = netp_link_run(&c->link, NETP_NEVER, &c->ev)) > 0) {
        if (c->ev.type == NETP_MODBUS_CLIENT_EOF ||
            (c->ev.type == NETP_MODBUS_CLIENT_NO_RESPONSE &&
             (netp_modbus_client_want(&c->m) & NETP_CLOSED))) {
            break;
        }
        if (c->ev.ticket == ticket) {
            return judge(c, response);
        }
    }
    return broken(c, r);
}

const struct netp_modbus_error *netp_modbus_conn_error(const struct netp_modbus_conn *c)
{
    return &c->error;
}

static bool is_bits(uint8_t function)
{
    return function <= NETP_MODBUS_READ_DISCRETE_INPUTS ||
           function == NETP_MODBUS_WRITE_MULTIPLE_COILS;
}

int netp_modbus_read(struct netp_modbus_conn *c, uint8_t unit, uint8_t function, uint16_t address,
                     uint16_t count, uint8_t *data)
{
    const struct netp_modbus_request request = {
        .function = function, .address = address, .quantity = count};
    struct netp_modbus_response response = {0};
    int r = netp_modbus_ask(c, unit, &request, &response);

    if (r == NETP_OK && response.exception == 0 && response.n > 0) {
        memcpy(data, response.data, response.n);
    }
    return r == NETP_OK ? response.exception : r;
}

int netp_modbus_write(struct netp_modbus_conn *c, uint8_t unit, uint8_t function, uint16_t address,
                      uint16_t count, const uint8_t *data)
{
    const struct netp_modbus_request request = {.function = function,
                                                .address = address,
                                                .quantity = count,
                                                .data = data,
                                                .n = is_bits(function) ? (count + 7u) / 8u
                                                                       : 2u * count};
    struct netp_modbus_response response = {0};
    int r = netp_modbus_ask(c, unit, &request, &response);

    return r == NETP_OK ? response.exception : r;
}
