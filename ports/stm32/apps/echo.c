/* echo.c - echo, RFC 862, TCP and UDP: also the smallest machine there can be.
 *
 * SPDX-License-Identifier: MIT */
#include "app.h"
#include <netproto/lwip/tcp.h>
#include <netproto/lwip/udp.h>
#include <netproto/machine.h>
#include <string.h>

#define PORT        7
#define CONNECTIONS 2
#define IDLE_MS     60000

/* --- a machine that sends what it has received ------------------------------------------------ */

struct netp_echo {
    struct netp_fail fail;
    netp_ms clock, idle;
    size_t n;
    bool over; /* nothing more will come */
    uint8_t held[1024];
};

struct netp_echo_ev {
    int type;
};

static int netp_echo_next(struct netp_echo *m, struct netp_in *in, netp_ms now,
                          struct netp_echo_ev *ev)
{
    (void)ev;
    netp_clock(&m->clock, now);
    if (in && in->n > 0 && m->n < sizeof m->held) {
        size_t room = sizeof m->held - m->n, n = in->n < room ? in->n : room;
        memcpy(m->held + m->n, in->p, n);
        m->n += n;
        in->p += n;
        in->n -= n;
        m->idle = netp_after(m->clock, IDLE_MS);
    }
    if (in && in->n == 0 && (in->flags & (NETP_IN_EOF | NETP_IN_BROKEN))) {
        if (in->flags & NETP_IN_BROKEN) {
            return netp_fail_with(&m->fail, NETP_E_IO, -1, 0, "connection");
        }
        m->over = true;
    }
    if (m->clock >= m->idle) {
        return netp_fail_with(&m->fail, NETP_E_TIMEOUT, -1, 0, "idle");
    }
    return m->fail.code;
}

static size_t netp_echo_out(const struct netp_echo *m, struct netp_out *v, size_t nv)
{
    size_t i = 0;

    if (m->n > 0 && m->fail.code == NETP_OK) {
        netp_out_put(v, nv, &i, (struct netp_out){m->held, m->n, 0, NULL});
    }
    return i;
}

static void netp_echo_sent(struct netp_echo *m, size_t n, netp_ms now)
{
    m->n -= n;
    memmove(m->held, m->held + n, m->n);
    m->idle = netp_after(netp_clock(&m->clock, now), IDLE_MS);
}

static unsigned netp_echo_want(const struct netp_echo *m)
{
    if (m->fail.code != NETP_OK || (m->over && m->n == 0)) {
        return NETP_CLOSED;
    }
    return (m->n < sizeof m->held && !m->over ? (unsigned)NETP_WANT_IN : 0u) |
           (m->n > 0 ? (unsigned)NETP_WANT_OUT : 0u);
}

static netp_ms netp_echo_deadline(const struct netp_echo *m)
{
    return netp_echo_want(m) == NETP_CLOSED ? NETP_NEVER : m->idle;
}

static const struct netp_fail *netp_echo_fail(const struct netp_echo *m)
{
    return &m->fail;
}

extern const struct netp_ops netp_echo_ops;
NETP_OPS(echo);

/* --- on lwIP --------------------------------------------------------------------------------- */

static struct connection {
    struct netp_lwip_tcp tcp;
    struct netp_echo m;
} connections[CONNECTIONS];

static struct netp_lwip_port port;
static struct netp_lwip_listener listener;

static void no_event(void *arg, void *ev)
{
    (void)arg;
    (void)ev;
}

static void closed(void *arg, int err)
{
    (void)arg;
    (void)err;
}

static bool accepted(void *arg, struct tcp_pcb *pcb)
{
    static struct netp_echo_ev ev;

    (void)arg;
    for (struct connection *c = connections; c < connections + CONNECTIONS; c++) {
        if (netp_lwip_tcp_is_closed(&c->tcp)) {
            memset(&c->m, 0, sizeof c->m);
            c->m.idle = netp_lwip_now(&app_loop) + IDLE_MS;
            c->tcp = (struct netp_lwip_tcp){.ops = &netp_echo_ops,
                                            .m = &c->m,
                                            .ev = &ev,
                                            .event = no_event,
                                            .closed = closed,
                                            .arg = c};
            netp_lwip_tcp_open(&c->tcp, &app_loop, pcb);
            return true;
        }
    }
    return false;
}

/* A datagram goes back where it came from, unless that is a port that might send it back again. */
static void datagram(void *arg, struct netp_in *in)
{
    const struct netp_out out = {in->p, in->n, NETP_OUT_DGRAM, in->from};

    (void)arg;
    if (in->from->port >= 1024) {
        netp_lwip_port_send(&port, &out, 1);
    }
}

void app_echo_init(void)
{
    listener.accepted = accepted;
    port.datagram = datagram;
    netp_lwip_listen(&listener, PORT);
    netp_lwip_port_open(&port, PORT);
}
