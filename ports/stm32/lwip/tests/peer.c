/* peer.c - the other end of a connection. SPDX-License-Identifier: MIT */
#include "peer.h"
#include "world.h"
#include <string.h>

static err_t received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
    struct peer *peer = arg;

    (void)err;
    if (!p) {
        peer->eof = true;
        return ERR_OK;
    }
    pbuf_copy_partial(p, peer->in + peer->nin, p->tot_len, 0);
    peer->nin += p->tot_len;
    if (!peer->deaf) {
        tcp_recved(pcb, p->tot_len);
    }
    pbuf_free(p);
    return ERR_OK;
}

static void failed(void *arg, err_t err)
{
    struct peer *p = arg;

    p->pcb = NULL;
    p->err = err;
}

static err_t connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    (void)pcb;
    (void)err;
    ((struct peer *)arg)->connected = true;
    return ERR_OK;
}

static void use(struct peer *p, struct tcp_pcb *pcb)
{
    p->pcb = pcb;
    tcp_arg(pcb, p);
    tcp_recv(pcb, received);
    tcp_err(pcb, failed);
}

static err_t accepted(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct peer *p = arg;

    (void)err;
    p->accepted++;
    p->connected = true;
    use(p, pcb);
    return ERR_OK;
}

void peer_connect(struct peer *p, uint16_t port)
{
    ip_addr_t ip;

    memset(p, 0, sizeof *p);
    IP_ADDR4(&ip, 127, 0, 0, 1);
    use(p, tcp_new());
    tcp_connect(p->pcb, &ip, port, connected);
    world_run(2);
}

void peer_listen(struct peer *p, uint16_t port)
{
    struct tcp_pcb *pcb = tcp_new();

    memset(p, 0, sizeof *p);
    tcp_bind(pcb, IP_ANY_TYPE, port);
    p->listening = tcp_listen(pcb);
    tcp_arg(p->listening, p);
    tcp_accept(p->listening, accepted);
}

size_t peer_send(struct peer *p, const void *data, size_t n)
{
    n = n < tcp_sndbuf(p->pcb) ? n : tcp_sndbuf(p->pcb);
    if (n > 0 && tcp_write(p->pcb, data, (u16_t)n, TCP_WRITE_FLAG_COPY) != ERR_OK) {
        return 0;
    }
    tcp_output(p->pcb);
    return n;
}

void peer_send_all(struct peer *p, const void *data, size_t n, size_t piece)
{
    const char *at = data;

    tcp_nagle_disable(p->pcb);
    for (unsigned tries = 0; n > 0 && p->pcb && tries < 10000; tries++) {
        size_t sent = peer_send(p, at, n < piece ? n : piece);
        at += sent;
        n -= sent;
        world_run(1);
    }
}

void peer_hear(struct peer *p)
{
    p->deaf = false;
    tcp_recved(p->pcb, (u16_t)(TCP_WND - p->pcb->rcv_wnd));
}

void peer_close(struct peer *p)
{
    if (p->pcb) {
        tcp_arg(p->pcb, NULL);
        tcp_err(p->pcb, NULL);
        tcp_recv(p->pcb, NULL);
        tcp_close(p->pcb);
        p->pcb = NULL;
    }
}

void peer_abort(struct peer *p)
{
    if (p->pcb) {
        tcp_abort(p->pcb); /* failed() forgets it */
    }
}
