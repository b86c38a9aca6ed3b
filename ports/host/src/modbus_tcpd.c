/* modbus_tcpd.c - Modbus connections in a loop. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/addr.h>
#include <netproto/host/modbus_tcpd.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONNECTIONS 1000
#define TX          (4 * NETP_MODBUS_MBAP_MAX)
#define RTU_GAP_MS  50 /* over TCP: only a frame that is no frame is ended by silence */

struct connection {
    struct netp_modbus_peer peer; /* first: it is what the application has */
    struct netp_modbus_tcpd *owner;
    struct netp_stream stream;
    struct netp_modbus_server m;
    struct netp_tls *tls;
    bool asking; /* the application is: its answer leaves with this turn */
    uint8_t rx[NETP_MODBUS_MBAP_MAX], tx[TX];
};

struct netp_modbus_tcpd {
    struct netp_modbus_tcpd_cfg cfg;
    struct netp_loop *loop;
    struct netp_listener listener;
    struct netp_modbus_server_ev ev;
    struct connection **slot;
};

/* --- connections ----------------------------------------------------------------------------- */

static void drop(struct connection *c)
{
    struct netp_modbus_tcpd *d = c->owner;

    d->slot[c->peer.id] = NULL;
    netp_tls_free(c->tls);
    free(c);
    netp_listener_done(&d->listener);
}

static void on_event(void *arg, void *ev)
{
    struct connection *c = arg;

    if (((struct netp_modbus_server_ev *)ev)->type == NETP_MODBUS_SERVER_REQUEST) {
        c->asking = true;
        c->owner->cfg.request(c->owner->cfg.arg, &c->peer, ev);
        c->asking = false;
    }
}

static void on_closed(void *arg, int err, int sys_errno)
{
    struct connection *c = arg;

    if (c->owner->cfg.gone) {
        c->owner->cfg.gone(c->owner->cfg.arg, &c->peer, err, sys_errno);
    }
    drop(c);
}

static bool is_too_many(const struct netp_modbus_tcpd *d, const struct netp_addr *peer)
{
    unsigned n = 0;

    for (unsigned i = 0; d->cfg.max_per_address > 0 && i < d->cfg.max_connections; i++) {
        n += d->slot[i] && netp_addr_eq_ip(&d->slot[i]->peer.addr, peer);
    }
    return d->cfg.max_per_address > 0 && n >= d->cfg.max_per_address;
}

static int init(struct connection *c, int fd)
{
    const struct netp_modbus_tcpd_cfg *cfg = &c->owner->cfg;
    struct netp_modbus_server_cfg server = NETP_MODBUS_SERVER_CFG_INIT;

    server.rx = c->rx;
    server.rxlen = sizeof c->rx;
    server.tx = c->tx;
    server.txlen = sizeof c->tx;
    server.idle_ms = cfg->idle_ms;
    if (cfg->rtu) {
        server.framing = NETP_MODBUS_RTU;
        server.units = cfg->units;
        server.nunits = cfg->nunits;
        server.gap_ms = RTU_GAP_MS;
    }
    if (netp_modbus_server_init(&c->m, &server, netp_loop_now(c->owner->loop)) != NETP_OK) {
        return -1;
    }
    if (cfg->tls && !(c->tls = netp_tls_server(cfg->tls, fd, NULL))) {
        return -1;
    }
    c->peer.tls = c->tls;
    c->stream.transport = c->tls ? netp_tls_transport(c->tls) : NULL;
    c->stream.ops = &netp_modbus_server_ops;
    c->stream.m = &c->m;
    c->stream.ev = &c->owner->ev;
    c->stream.event = on_event;
    c->stream.closed = on_closed;
    c->stream.arg = c;
    return netp_stream_open(&c->stream, c->owner->loop, fd, false);
}

static void on_accepted(void *arg, int fd, const struct netp_addr *peer)
{
    struct netp_modbus_tcpd *d = arg;
    struct connection *c = is_too_many(d, peer) ? NULL : calloc(1, sizeof *c);

    if (!c) {
        close(fd);
        netp_listener_done(&d->listener);
        return;
    }
    while (d->slot[c->peer.id]) { /* the listener sees to it that there is one */
        c->peer.id++;
    }
    d->slot[c->peer.id] = c;
    c->peer.addr = *peer;
    c->owner = d;
    if (init(c, fd) != 0) {
        close(fd);
        drop(c);
    }
}

/* --- the server ------------------------------------------------------------------------------ */

struct netp_modbus_tcpd *netp_modbus_tcpd_open(struct netp_loop *loop, int fd,
                                               const struct netp_modbus_tcpd_cfg *cfg)
{
    struct netp_modbus_tcpd *d = calloc(1, sizeof *d);

    if (!d) {
        return NULL;
    }
    d->cfg = *cfg;
    d->cfg.max_connections = cfg->max_connections ? cfg->max_connections : CONNECTIONS;
    d->loop = loop;
    d->slot = calloc(d->cfg.max_connections, sizeof(struct connection *));
    d->listener =
        (struct netp_listener){.accepted = on_accepted, .arg = d, .max = d->cfg.max_connections};
    if (!d->slot || netp_listener_open(&d->listener, loop, fd) != 0) {
        free(d->slot);
        free(d);
        return NULL;
    }
    return d;
}

static int answered(struct connection *c, int r)
{
    if (!c->asking) {
        netp_stream_kick(&c->stream);
    }
    return r;
}

int netp_modbus_peer_respond(struct netp_modbus_peer *peer,
                             const struct netp_modbus_response *response)
{
    struct connection *c = (struct connection *)peer;

    return answered(c, netp_modbus_server_respond(&c->m, response, netp_loop_now(c->owner->loop)));
}

int netp_modbus_peer_ignore(struct netp_modbus_peer *peer)
{
    struct connection *c = (struct connection *)peer;

    return answered(c, netp_modbus_server_ignore(&c->m, netp_loop_now(c->owner->loop)));
}

struct netp_modbus_peer *netp_modbus_tcpd_peer(const struct netp_modbus_tcpd *d, uint32_t id)
{
    return id < d->cfg.max_connections && d->slot[id] ? &d->slot[id]->peer : NULL;
}

unsigned netp_modbus_tcpd_count(const struct netp_modbus_tcpd *d)
{
    return d->listener.count;
}

void netp_modbus_tcpd_stop(struct netp_modbus_tcpd *d)
{
    netp_listener_close(&d->listener);
}

void netp_modbus_tcpd_close(struct netp_modbus_tcpd *d)
{
    if (!d) {
        return;
    }
    netp_listener_close(&d->listener);
    for (unsigned i = 0; i < d->cfg.max_connections; i++) {
        if (d->slot[i]) {
            netp_stream_close(&d->slot[i]->stream);
            drop(d->slot[i]);
        }
    }
    free(d->slot);
    free(d);
}
