/* netproto/link.h - the blocking runner: moves one machine over one transport until it has news.
 *
 * SPDX-License-Identifier: MIT
 *
 *     struct netp_link l;
 *     netp_link_init(&l, &netp_tftp_ops, &m, &io);
 *     while ((r = netp_link_run(&l, NETP_NEVER, &ev)) > 0) {
 *         ... handle ev, give commands to m ...
 *     }
 *
 * It knows no protocol and opens no socket: a port supplies the transport. */
#ifndef NETPROTO_LINK_H
#define NETPROTO_LINK_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A transport. None of these blocks but wait. A result < 0 is a netp_err. */
struct netp_io {
    void *ctx;

    /* 1: *in was set to bytes, a datagram or an end flag, in memory of the transport that lives
     * until the next recv; 0: nothing has come, *in is untouched. A connection that was cut is 1
     * with NETP_IN_BROKEN, so that the machine can judge it. Not called again after an end. */
    int (*recv)(void *ctx, struct netp_in *in);

    /* Sends from the front of v[0..nv), nv > 0, and returns what sent() is to be told: bytes, which
     * is 0 only for a NETP_OUT_FIN without bytes, or datagrams, which are whole in v;
     * NETP_E_AGAIN: nothing can leave now. */
    ptrdiff_t (*send)(void *ctx, const struct netp_out *v, size_t nv);

    /* Returns 0 when input has come (want & NETP_WANT_IN), output can leave (want & NETP_WANT_OUT),
     * the clock has reached deadline, or for no reason. want may be 0, deadline NETP_NEVER; not
     * both. */
    int (*wait)(void *ctx, unsigned want, netp_ms deadline);

    /* The time, on the clock of every netp_ms that the machine was given. */
    netp_ms (*now)(void *ctx);
};

/* in is the input not yet used; after an upgrade it is where the next machine starts. */
struct netp_link {
    const struct netp_ops *ops;
    void *m;
    const struct netp_io *io;
    struct netp_in in;
};

/* Joins machine m of kind ops with io. All three must outlive l; nothing is called yet. */
NETP_API void netp_link_init(struct netp_link *l, const struct netp_ops *ops, void *m,
                             const struct netp_io *io);

/* Sends, receives and waits until there is something to tell:
 * > 0: an event, in *ev, which has room for ops->evsize bytes. Its [in] views live until the next
 *     run. What the machine queued with it is sent by the next run.
 * 0: nothing moves without the application. ops->want(m) tells: NETP_CLOSED: the machine is done;
 *     NETP_WANT_APP: it needs a command, and another run before that returns 0 at once. A machine
 *     that wants input as well as a command is run until input has come.
 * NETP_E_TIMEOUT, while ops->fail(m)->code is NETP_OK: it is `until`, and the machine can go on.
 *     With an `until` in the past, a run does one round without waiting.
 * < 0: the machine failed, ops->fail(m) tells why; an error reply was sent as far as it could be,
 *     and runs until NETP_CLOSED send more of it. Or, while ops->fail(m)->code is NETP_OK, the
 *     transport failed, and input that came before was used first. */
NETP_API int netp_link_run(struct netp_link *l, netp_ms until, void *ev);

#ifdef __cplusplus
}
#endif

#endif
