/* netproto/lwip/udp.h - UDP ports of lwIP, and datagram machines on them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_LWIP_UDP_H
#define NETPROTO_LWIP_UDP_H

#include <lwip/udp.h>
#include <netproto/lwip/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A port. Zeroed it is closed. Set the first two members, then open it. */
struct netp_lwip_port {
    /* Called with each datagram, whole and in one piece; in->from is who sent it. It lives until it
     * returns. It must not close this port. */
    void (*datagram)(void *arg, struct netp_in *in);
    void *arg;
    struct udp_pcb *pcb_;
};

/* Opens a port of all addresses; 0: any that is free. NETP_E_NOSPACE: lwIP has no pcb for it;
 * NETP_E_IO: the port is in use. */
int netp_lwip_port_open(struct netp_lwip_port *u, uint16_t port);

/* Harmless when it is closed. */
void netp_lwip_port_close(struct netp_lwip_port *u);

/* Sends the datagrams v[0..nv), or as many as there is memory for, and returns how many; one that
 * lwIP can't send for another reason counts, for a network may lose it as well. Payload that is not
 * NETP_OUT_STABLE is lent only until this returns. */
size_t netp_lwip_port_send(struct netp_lwip_port *u, const struct netp_out *v, size_t nv);

/* --- machines -------------------------------------------------------------------------------- */

/* A machine on a port of its own. Zeroed it is closed. Set the members up to arg, then open it; it
 * is yours again when closed() is called. */
struct netp_lwip_udp {
    const struct netp_ops *ops; /* of the machine m; both outlive it */
    void *m;
    void *ev; /* ops->evsize bytes; others may share them */
    void (*event)(void *arg, void *ev);
    void (*closed)(void *arg, int err); /* once, from the loop: NETP_OK, m's failure, or
                                           NETP_E_ABORTED */
    void *arg;

    struct netp_lwip_loop *loop_;
    struct netp_lwip_timer timer_;
    struct netp_lwip_port port_;
    uint8_t state_;
    bool busy_;
};

/* Runs u on a local port (0: any that is free). Errors of netp_lwip_port_open(). */
int netp_lwip_udp_open(struct netp_lwip_udp *u, struct netp_lwip_loop *loop, uint16_t port);

/* Gives m a datagram that came another way, as the request that a server's port received. A
 * datagram that m does not want is lost. */
void netp_lwip_udp_input(struct netp_lwip_udp *u, struct netp_in *in);

/* As in tcp.h. */
void netp_lwip_udp_kick(struct netp_lwip_udp *u);
void netp_lwip_udp_abort(struct netp_lwip_udp *u);
bool netp_lwip_udp_is_closed(const struct netp_lwip_udp *u);

#ifdef __cplusplus
}
#endif

#endif
