/* netproto/lwip/tcp.h - a stream machine on a TCP connection of lwIP, and who takes connections.
 *
 * SPDX-License-Identifier: MIT
 *
 * What is received is read where it lies, in its pbufs. What the machine does not take stays there
 * and keeps the peer's window closed. What is sent is copied by lwIP unless it is
 * NETP_OUT_STABLE, as pages in flash are. */
#ifndef NETPROTO_LWIP_TCP_H
#define NETPROTO_LWIP_TCP_H

#include <lwip/prot/tcp.h>
#include <lwip/tcp.h>
#include <netproto/lwip/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A machine on a connection. Zeroed it is closed. Set the members up to arg, then open or connect
 * it; it is yours again when closed() is called. */
struct netp_lwip_tcp {
    const struct netp_ops *ops; /* of the machine m; both outlive the connection */
    void *m;
    void *ev; /* ops->evsize bytes; connections may share them */

    /* Called with each event of m, whose [in] views live until it returns. It may give commands to
     * m, and abort this connection or any other. */
    void (*event)(void *arg, void *ev);

    /* Called when output has left, so that m has room for more. May be NULL. As event() otherwise.
     */
    void (*room)(void *arg);

    /* Called once, from the loop, when the connection is over: NETP_OK when m was done; m's
     * failure; NETP_E_IO when lwIP gave the connection up or it could not be made; NETP_E_ABORTED.
     * The struct may be opened again here. */
    void (*closed)(void *arg, int err);
    void *arg;

    struct netp_lwip_loop *loop_;
    struct netp_lwip_timer timer_;
    struct tcp_pcb *pcb_; /* NULL: lwIP has given it up */
    struct pbuf *in_;     /* received and not read */
    uint8_t state_;
    bool eof_, busy_, blocked_;
};

/* Runs s on pcb, a connection that accepted() was given. From now on pcb belongs to s. */
void netp_lwip_tcp_open(struct netp_lwip_tcp *s, struct netp_lwip_loop *loop, struct tcp_pcb *pcb);

/* Connects s to an address. m runs at once, so its own deadline bounds this as well. NETP_E_ARG:
 * not an address of a family that lwIP was built for; NETP_E_NOSPACE: lwIP has no memory for it;
 * NETP_E_IO: there is no way to that address now. s stays closed then. */
int netp_lwip_tcp_connect(struct netp_lwip_tcp *s, struct netp_lwip_loop *loop,
                          const struct netp_addr *to);

/* After a command to m that was not given in its own callback: moves on, from the loop, what it
 * caused. */
void netp_lwip_tcp_kick(struct netp_lwip_tcp *s);

/* Ends the connection with a reset, from the loop. Harmless when it is closed or over. */
void netp_lwip_tcp_abort(struct netp_lwip_tcp *s);

/* Whether s can be opened: closed() has been called, or it was never open. */
bool netp_lwip_tcp_is_closed(const struct netp_lwip_tcp *s);

/* The address of the peer; fam is 0 when lwIP has given the connection up. */
struct netp_addr netp_lwip_tcp_peer(const struct netp_lwip_tcp *s);

/* --- listening ------------------------------------------------------------------------------- */

/* Takes connections. Set the first two members, then netp_lwip_listen(). */
struct netp_lwip_listener {
    /* Called with each new connection: opens a closed netp_lwip_tcp on pcb and returns true; or
     * false, when all of its pool are in use: the peer gets a reset. */
    bool (*accepted)(void *arg, struct tcp_pcb *pcb);
    void *arg;
    uint32_t refused; /* how often that was */
};

/* Listens on a port of all addresses, for ever. NETP_E_NOSPACE: lwIP has no pcb for it; NETP_E_IO:
 * the port is in use. */
int netp_lwip_listen(struct netp_lwip_listener *l, uint16_t port);

/* For LWIP_HOOK_TCP_INPACKET_PCB, see lwipopts.h. When there is no pcb left for a request to
 * connect, the oldest that has not been confirmed gives way, not one that is in use. A flood of
 * requests from addresses that nobody has then takes no more than the pcbs that are free.
 * When few buffers are left (NETP_LWIP_SCARCE, by the drivers with an operating system), data for a
 * connection that has not read what it has is dropped, ERR_MEM, so that it gets to those who read:
 * netconns keep all they get, and who waits to be accepted would keep it from the others.
 * A request to connect from the port of a connection that is over, in TIME-WAIT, ends that,
 * ERR_ABRT, and the next is taken: lwIP would answer none of them for two minutes. */
err_t netp_lwip_on_segment(struct tcp_pcb *pcb, const struct tcp_hdr *hdr, const struct pbuf *p);

#ifdef __cplusplus
}
#endif

#endif
