/* netproto/host/transport.h - what carries bytes over a connected descriptor: the socket itself, or
 * something upon it, such as TLS (tls.h).
 *
 * SPDX-License-Identifier: MIT
 *
 * Wherever a `const struct netp_transport *` is asked for, NULL is the plain socket. */
#ifndef NETPROTO_HOST_TRANSPORT_H
#define NETPROTO_HOST_TRANSPORT_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_TRANSPORT_NOW 16u /* of need(): something can be done without waiting */

/* None of these blocks. A handshake is theirs alone: until it is done receive() returns 0 and
 * send() NETP_E_AGAIN, and both, with whatever arguments, move it on. */
struct netp_transport {
    void *ctx;

    /* Receives into p[0..n), n > 0: 1: *in was set to bytes of p, to an end, or to both; 0: nothing
     * has come. With NETP_IN_BROKEN errno tells why. */
    int (*receive)(void *ctx, void *p, size_t n, struct netp_in *in);

    /* Sends from the front of v[0..nv) and returns how many bytes the transport has taken;
     * NETP_E_AGAIN: none can be taken now; NETP_E_IO with errno. What was taken may still wait in
     * it: a NETP_OUT_FIN, alone and with n == 0, is answered by 0 only when all has left and the
     * peer was told of the end. nv may be 0: sends what waits, and returns 0. */
    ptrdiff_t (*send)(void *ctx, const struct netp_out *v, size_t nv);

    /* What the descriptor must be ready for (NETP_WANT_IN, NETP_WANT_OUT) so that receive() or
     * send() can go on, when `want` of the same two is what the machine waits for; and whether
     * they can right now (NETP_TRANSPORT_NOW), for there is input that was received already. want
     * may be 0: what the transport has to do for itself. */
    unsigned (*need)(void *ctx, unsigned want);
};

/* The three, with fd for a plain socket; netp_transport_send() takes nv 0 there, too. */
NETP_API int netp_transport_receive(const struct netp_transport *t, int fd, void *p, size_t n,
                                    struct netp_in *in);
NETP_API ptrdiff_t netp_transport_send(const struct netp_transport *t, int fd,
                                       const struct netp_out *v, size_t nv);
NETP_API unsigned netp_transport_need(const struct netp_transport *t, unsigned want);

#ifdef __cplusplus
}
#endif

#endif
