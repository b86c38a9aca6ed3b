/* modbus_bus.c - a Modbus client in a loop. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/modbus_bus.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <stdlib.h>
#include <unistd.h>

#define RX 1024 /* bytes that a serial line delivers at a time */

struct netp_modbus_bus {
    struct netp_modbus_bus_cfg cfg;
    struct netp_modbus_url url;
    struct netp_modbus_client_cfg client;
    struct netp_loop *loop;
    struct netp_addr addr;
    struct netp_modbus_client m;
    struct netp_modbus_client_ev ev;
    struct netp_stream stream;
    struct netp_serial serial;
    struct netp_timer again;
    int sys_errno; /* why it is not up */
    bool is_open, up;
    uint8_t rx[RX];
};

static void on_event(void *arg, void *ev)
{
    struct netp_modbus_bus *b = arg;
    const struct netp_modbus_client_ev *e = ev;

    if (e->type != NETP_MODBUS_CLIENT_EOF) {
        b->cfg.event(b->cfg.arg, e);
    }
}

static void set_up(struct netp_modbus_bus *b, bool up, int err, int sys_errno)
{
    bool was = b->up;

    b->up = up;
    b->sys_errno = sys_errno;
    if (was != up && b->cfg.changed) {
        b->cfg.changed(b->cfg.arg, up, err, sys_errno);
    }
}

/* The connection is made, when it was not before. */
static void on_turned(void *arg)
{
    struct netp_modbus_bus *b = arg;

    if (!b->up) {
        set_up(b, true, NETP_OK, 0);
    }
}

static void on_closed(void *arg, int err, int sys_errno)
{
    struct netp_modbus_bus *b = arg;

    b->is_open = false;
    netp_loop_at(b->loop, &b->again, netp_loop_now(b->loop) + b->cfg.retry_ms);
    set_up(b, false, err, sys_errno);
}

static int open_serial(struct netp_modbus_bus *b)
{
    int fd = netp_serial_open(b->url.path, &b->url.serial);

    if (fd < 0) {
        return -1;
    }
    b->serial = (struct netp_serial){.ops = &netp_modbus_client_ops,
                                     .m = &b->m,
                                     .ev = &b->ev,
                                     .event = on_event,
                                     .closed = on_closed,
                                     .arg = b};
    netp_serial_io_init(&b->serial.io, fd, &b->url.serial, b->url.gap_ms, b->rx, sizeof b->rx);
    if (netp_serial_start(&b->serial, b->loop) != 0) {
        close(fd);
        return -1;
    }
    set_up(b, true, NETP_OK, 0);
    return 0;
}

static int open_stream(struct netp_modbus_bus *b)
{
    int fd = netp_tcp_connect(&b->addr, NULL);

    if (fd < 0) {
        return -1;
    }
    b->stream = (struct netp_stream){.ops = &netp_modbus_client_ops,
                                     .m = &b->m,
                                     .ev = &b->ev,
                                     .event = on_event,
                                     .closed = on_closed,
                                     .turned = on_turned,
                                     .arg = b};
    if (netp_stream_open(&b->stream, b->loop, fd, true) != 0) {
        close(fd);
        return -1;
    }
    return 0;
}

static void try_open(void *arg)
{
    struct netp_modbus_bus *b = arg;
    int r = netp_modbus_client_init(&b->m, &b->client, netp_now()) == NETP_OK ? 0 : -1;

    if (r == 0) {
        r = b->url.transport == NETP_MODBUS_SERIAL ? open_serial(b) : open_stream(b);
    }
    b->is_open = r == 0;
    if (r != 0) {
        b->sys_errno = errno;
        netp_loop_at(b->loop, &b->again, netp_now() + b->cfg.retry_ms);
    }
}

static int find_host(struct netp_modbus_bus *b)
{
    if (b->url.transport == NETP_MODBUS_UDP || b->url.transport == NETP_MODBUS_TLS) {
        errno = EPROTONOSUPPORT;
        return -1;
    }
    if (b->url.transport == NETP_MODBUS_TCP &&
        netp_resolve(b->url.host, b->url.port, 0, &b->addr, 1) <= 0) {
        errno = EHOSTUNREACH;
        return -1;
    }
    return 0;
}

struct netp_modbus_bus *netp_modbus_bus_open(struct netp_loop *loop,
                                             const struct netp_modbus_url *url,
                                             const struct netp_modbus_bus_cfg *cfg)
{
    struct netp_modbus_bus *b = calloc(1, sizeof *b);

    if (!b) {
        return NULL;
    }
    b->cfg = *cfg;
    b->cfg.changed = NULL; /* it is not told of what is found now */
    b->cfg.retry_ms = cfg->retry_ms ? cfg->retry_ms : 1000;
    b->url = *url;
    b->loop = loop;
    b->again = (struct netp_timer){.due = try_open, .arg = b};
    netp_modbus_url_client(url, cfg->timeout_ms ? cfg->timeout_ms : 1000, &b->client);
    b->client.retries = cfg->retries;
    if (url->framing == NETP_MODBUS_MBAP && cfg->window > 1) {
        b->client.window = cfg->window;
    }
    b->client.memlen = NETP_MODBUS_CLIENT_MEM(url->framing, b->client.window);
    b->client.mem = malloc(b->client.memlen);
    if (!b->client.mem || find_host(b) != 0) {
        netp_modbus_bus_close(b);
        return NULL;
    }
    try_open(b);
    b->cfg.changed = cfg->changed;
    return b;
}

bool netp_modbus_bus_is_up(const struct netp_modbus_bus *b, int *sys_errno)
{
    *sys_errno = b->sys_errno;
    return b->up;
}

int netp_modbus_bus_request(struct netp_modbus_bus *b, uint8_t unit,
                            const struct netp_modbus_request *request)
{
    int r = b->up ? netp_modbus_client_request(&b->m, unit, request, netp_now()) : NETP_E_STATE;

    if (r >= 0 && b->url.transport == NETP_MODBUS_SERIAL) {
        netp_serial_kick(&b->serial);
    } else if (r >= 0) {
        netp_stream_kick(&b->stream);
    }
    return r;
}

void netp_modbus_bus_close(struct netp_modbus_bus *b)
{
    int e = errno;

    if (!b) {
        return;
    }
    if (b->is_open && b->url.transport == NETP_MODBUS_SERIAL) {
        netp_serial_close(&b->serial);
    } else if (b->is_open) {
        netp_stream_close(&b->stream);
    }
    netp_loop_at(b->loop, &b->again, NETP_NEVER);
    free(b->client.mem);
    free(b);
    errno = e;
}
