/* netproto/lwip/client.h - a client that does not give up: it connects again, for ever.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_LWIP_CLIENT_H
#define NETPROTO_LWIP_CLIENT_H

#include <netproto/lwip/tcp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero it, set the members up to max_ms, and of tcp those up to room, then start it. It must stay
 * in place for ever: a name server may answer at any time. */
struct netp_lwip_client {
    struct netp_lwip_tcp tcp; /* its event() and room() are called with the client, not with arg */
    const char *host;         /* a name or an address; kept */
    uint16_t port;

    /* Called before each attempt: makes the machine ready anew. */
    void (*begin)(void *arg);

    /* Called when a connection has ended, or could not be made: err as in tcp.h; NETP_E_TIMEOUT:
     * the name was not found. Another attempt follows unless it calls netp_lwip_client_stop(). May
     * be NULL. */
    void (*ended)(void *arg, int err);
    void *arg;

    uint32_t
        min_ms; /* from one attempt to the next. It doubles, up to max_ms, until a connection */
    uint32_t max_ms; /* has lasted longer than max_ms; up to a quarter is taken off at random */

    struct netp_lwip_loop *loop_;
    struct netp_lwip_timer retry_;
    netp_ms begun_;
    uint32_t wait_;
    uint8_t state_;
};

/* Begins, with the first attempt from the loop. Harmless while it runs. */
void netp_lwip_client_start(struct netp_lwip_client *c, struct netp_lwip_loop *loop);

/* Makes no more attempts and aborts the connection, of which ended() still tells. */
void netp_lwip_client_stop(struct netp_lwip_client *c);

#ifdef __cplusplus
}
#endif

#endif
