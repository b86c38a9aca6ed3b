/* udp.c - ports and datagram machines on lwIP's UDP. SPDX-License-Identifier: MIT */
#include <netproto/lwip/udp.h>
#include <string.h>

#define GATHER   4  /* elements that are sent at a time: two datagrams whose payload is lent */
#define SHORT    32 /* bytes that are copied sooner than lent */
#define RETRY_MS 2  /* after lwIP had no memory for a datagram */

enum { CLOSED_ = 0, RUNNING, ABORTING, DONE };

/* --- ports ----------------------------------------------------------------------------------- */

static void on_datagram(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *ip,
                        u16_t port)
{
    struct netp_lwip_port *u = arg;
    struct netp_addr from = netp_lwip_addr(ip, port);
    struct netp_in in;

    (void)pcb;
    if (p->next) { /* it came in fragments: whole, it needs memory of its own */
        struct pbuf *whole = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
        pbuf_free(p);
        if (!(p = whole)) {
            return;
        }
    }
    in = (struct netp_in){p->payload, p->len, NETP_IN_DGRAM, &from};
    u->datagram(u->arg, &in);
    pbuf_free(p);
}

int netp_lwip_port_open(struct netp_lwip_port *u, uint16_t port)
{
    if (!(u->pcb_ = udp_new_ip_type(IPADDR_TYPE_ANY))) {
        return NETP_E_NOSPACE;
    }
    if (udp_bind(u->pcb_, IP_ANY_TYPE, port) != ERR_OK) {
        netp_lwip_port_close(u);
        return NETP_E_IO;
    }
    udp_recv(u->pcb_, on_datagram, u);
    return NETP_OK;
}

void netp_lwip_port_close(struct netp_lwip_port *u)
{
    if (u->pcb_) {
        udp_remove(u->pcb_);
        u->pcb_ = NULL;
    }
}

/* The datagram v[0..] up to end as a chain behind room for headers, where a short first element is
 * copied to; NULL: there is no memory. A driver, and ARP while it waits, copies what is a PBUF_REF.
 */
static struct pbuf *chain(const struct netp_out *v, const struct netp_out *end)
{
    bool copied = v->n <= SHORT;
    struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, copied ? (u16_t)v->n : 0, PBUF_RAM), *q;

    if (p && copied) {
        memcpy(p->payload, v->p, v->n);
        v++;
    }
    for (; p && v < end; v++) {
        q = pbuf_alloc(PBUF_RAW, (u16_t)v->n, v->flags & NETP_OUT_STABLE ? PBUF_ROM : PBUF_REF);
        if (!q) {
            pbuf_free(p);
            return NULL;
        }
        q->payload = (void *)(uintptr_t)v->p;
        pbuf_cat(p, q);
    }
    return p;
}

/* Where the first datagram of v[0..] ends; NULL: not before end. */
static const struct netp_out *end_of(const struct netp_out *v, const struct netp_out *end)
{
    while (v < end) {
        if (!(v++->flags & NETP_OUT_MORE)) {
            return v;
        }
    }
    return NULL;
}

size_t netp_lwip_port_send(struct netp_lwip_port *u, const struct netp_out *v, size_t nv)
{
    const struct netp_out *const end = v + nv, *next;
    size_t count = 0;

    for (; (next = end_of(v, end)) != NULL; v = next) {
        struct pbuf *p = chain(v, next);
        ip_addr_t ip;
        err_t err = ERR_OK;
        if (!p) {
            break;
        }
        if (v->to && netp_lwip_addr_put(&ip, v->to)) {
            err = udp_sendto(u->pcb_, p, &ip, v->to->port);
        }
        pbuf_free(p);
        if (err == ERR_MEM) {
            break;
        }
        count++;
    }
    return count;
}

/* --- machines -------------------------------------------------------------------------------- */

/* True when something has left. */
static bool flush(struct netp_lwip_udp *u, netp_ms now)
{
    struct netp_out v[GATHER];
    size_t n = u->ops->out(u->m, v, GATHER);

    if (n == 0 || (n = netp_lwip_port_send(&u->port_, v, n)) == 0) {
        return false;
    }
    u->ops->sent(u->m, n, now);
    return true;
}

/* Gives m a datagram, or the time if in is NULL, and sends what comes of it. */
static void round_of(struct netp_lwip_udp *u, struct netp_in *in)
{
    netp_ms now = netp_lwip_now(u->loop_), at;
    unsigned want;

    u->busy_ = true;
    do {
        while (u->ops->next(u->m, in, now, u->ev) > 0) {
            u->event(u->arg, u->ev);
        }
        in = NULL;
        want = u->ops->want(u->m);
    } while ((want & NETP_WANT_OUT) && flush(u, now));
    u->busy_ = false;
    at = u->ops->deadline(u->m);
    if (u->state_ == RUNNING && (want & NETP_CLOSED)) {
        u->state_ = DONE;
    }
    if (u->state_ != RUNNING) {
        at = 0;
    } else if (want & NETP_WANT_OUT) {
        at = now + RETRY_MS;
    }
    if (at < u->timer_.at_) { /* one that is too early is harmless */
        netp_lwip_at(u->loop_, &u->timer_, at);
    }
}

static void on_due(void *arg)
{
    struct netp_lwip_udp *u = arg;
    int err;

    if (u->state_ == RUNNING) {
        round_of(u, NULL);
        return;
    }
    err = u->state_ == ABORTING ? NETP_E_ABORTED : u->ops->fail(u->m)->code;
    netp_lwip_port_close(&u->port_);
    u->state_ = CLOSED_;
    u->closed(u->arg, err);
}

static void on_input(void *arg, struct netp_in *in)
{
    netp_lwip_udp_input(arg, in);
}

int netp_lwip_udp_open(struct netp_lwip_udp *u, struct netp_lwip_loop *loop, uint16_t port)
{
    int r;

    u->port_.datagram = on_input;
    u->port_.arg = u;
    if ((r = netp_lwip_port_open(&u->port_, port)) != NETP_OK) {
        return r;
    }
    u->loop_ = loop;
    u->timer_ = (struct netp_lwip_timer)NETP_LWIP_TIMER(on_due, u);
    u->state_ = RUNNING;
    u->busy_ = false;
    netp_lwip_at(loop, &u->timer_, 0);
    return NETP_OK;
}

void netp_lwip_udp_input(struct netp_lwip_udp *u, struct netp_in *in)
{
    if (u->state_ == RUNNING && !u->busy_) {
        round_of(u, in);
    }
}

void netp_lwip_udp_kick(struct netp_lwip_udp *u)
{
    if (u->state_ == RUNNING && !u->busy_) {
        netp_lwip_at(u->loop_, &u->timer_, 0);
    }
}

void netp_lwip_udp_abort(struct netp_lwip_udp *u)
{
    if (u->state_ == RUNNING) {
        u->state_ = ABORTING;
        netp_lwip_at(u->loop_, &u->timer_, 0);
    }
}

bool netp_lwip_udp_is_closed(const struct netp_lwip_udp *u)
{
    return u->state_ == CLOSED_;
}
