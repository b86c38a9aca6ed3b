/* bare.c - echo as one writes it on lwIP's raw API. SPDX-License-Identifier: MIT */
#include "bare.h"
#include <lwip/tcp.h>
#include <stdbool.h>
#include <string.h>

#define CONNECTIONS 2

static struct echo {
    struct tcp_pcb *pcb;
    struct pbuf *in;
    unsigned idle; /* half seconds */
    bool over;
    size_t n;
    uint8_t held[1024];
} echoes[CONNECTIONS];

static void end(struct echo *e)
{
    tcp_arg(e->pcb, NULL);
    tcp_recv(e->pcb, NULL);
    tcp_sent(e->pcb, NULL);
    tcp_err(e->pcb, NULL);
    tcp_poll(e->pcb, NULL, 0);
    tcp_close(e->pcb);
    e->pcb = NULL;
    if (e->in) {
        pbuf_free(e->in);
        e->in = NULL;
    }
}

/* From the pbufs into the buffer, from there to lwIP, as long as that goes on. */
static err_t move(struct echo *e)
{
    size_t taken = 0;

    e->idle = 0;
    while (e->in || e->n > 0) {
        size_t n = sizeof e->held - e->n;
        if (e->in && n > 0) {
            n = n < e->in->len ? n : e->in->len;
            memcpy(e->held + e->n, e->in->payload, n);
            e->n += n;
            taken += n;
            e->in = pbuf_free_header(e->in, (u16_t)n);
        }
        n = e->n < tcp_sndbuf(e->pcb) ? e->n : tcp_sndbuf(e->pcb);
        if (n == 0 || tcp_write(e->pcb, e->held, (u16_t)n, TCP_WRITE_FLAG_COPY) != ERR_OK) {
            break;
        }
        e->n -= n;
        memmove(e->held, e->held + n, e->n);
    }
    if (taken > 0) {
        tcp_recved(e->pcb, (u16_t)taken);
    }
    if (e->over && !e->in && e->n == 0) {
        end(e);
    }
    return ERR_OK;
}

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
    struct echo *e = arg;

    (void)pcb;
    (void)err;
    if (!p) {
        e->over = true;
    } else if (e->in) {
        pbuf_cat(e->in, p);
    } else {
        e->in = p;
    }
    return move(e);
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t n)
{
    struct echo *e = arg;

    (void)pcb;
    (void)n;
    return e->n > 0 || e->in ? move(e) : ERR_OK;
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
    struct echo *e = arg;

    (void)pcb;
    if (++e->idle > 120) {
        end(e);
    }
    return ERR_OK;
}

static void on_error(void *arg, err_t err)
{
    struct echo *e = arg;

    (void)err;
    e->pcb = NULL;
    if (e->in) {
        pbuf_free(e->in);
        e->in = NULL;
    }
}

static err_t on_accepted(void *arg, struct tcp_pcb *pcb, err_t err)
{
    (void)arg;
    for (struct echo *e = echoes; err == ERR_OK && e < echoes + CONNECTIONS; e++) {
        if (!e->pcb) {
            *e = (struct echo){.pcb = pcb};
            tcp_arg(pcb, e);
            tcp_recv(pcb, on_received);
            tcp_sent(pcb, on_sent);
            tcp_err(pcb, on_error);
            tcp_poll(pcb, on_poll, 1);
            return ERR_OK;
        }
    }
    return ERR_MEM;
}

void bare_echo_init(void)
{
    struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);

    tcp_bind(pcb, IP_ANY_TYPE, 1007);
    tcp_accept(tcp_listen(pcb), on_accepted);
}
