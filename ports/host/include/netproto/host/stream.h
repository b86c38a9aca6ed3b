/* netproto/host/stream.h - a stream machine on a TCP or Unix socket, in a loop or blocking.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_STREAM_H
#define NETPROTO_HOST_STREAM_H

#include <netproto/host/loop.h>
#include <netproto/host/transport.h>
#include <netproto/link.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A machine on a socket. Set the members up to transport, then netp_stream_open(). Input lies in
 * the loop's buffer; only what the machine leaves there (law 4) is kept, in memory from malloc. */
struct netp_stream {
    const struct netp_ops *ops; /* of the machine m; both outlive the stream */
    void *m;
    void *ev; /* ops->evsize bytes; streams of one loop may share them */

    /* Called with each event of m, whose [in] views live until it returns. It may give commands to
     * m, and close this stream or any other. */
    void (*event)(void *arg, void *ev);

    /* Called when the stream has ended by itself; it is closed then and may be freed. err is
     * NETP_OK when m was done, a netp_err when m failed (see ops->fail(m)), NETP_E_IO with
     * sys_errno, and no failure in m, when the socket failed, or could not be connected. */
    void (*closed)(void *arg, int err, int sys_errno);

    /* Called when output has left, before the next event, and at the end of each turn: the place to
     * see whether there is room for more. As event() otherwise. May be NULL. */
    void (*turned)(void *arg);

    /* Called while m wants neither input nor to send: the peer has ended the connection (broken),
     * or its own direction, once, and nobody can tell whether it still listens. As event()
     * otherwise. NULL: that is seen when m wants something again. */
    void (*left)(void *arg, bool broken);
    void *arg;
    const struct netp_transport *transport; /* NULL: the socket itself; outlives the stream */

    struct netp_loop *loop_;
    struct netp_watch watch_; /* fd -1: closed */
    struct netp_timer timer_;
    struct netp_in in_;
    uint8_t *held_; /* what in_ lies in, between turns */
    bool *gone_;    /* of the turn that runs: set when it was closed meanwhile */
    int sys_errno_; /* why nothing can be sent any more */
    uint8_t state_;
    bool left_; /* left() was called */
    bool full_; /* takes no more in this turn */
};

/* Runs s on fd from the loop's next turn, and owns fd from now on. connecting: fd is a connection
 * that has been begun (netp_tcp_connect()); m's deadline, or your own timer, limits how long that
 * may take. 0, or -1 with errno, and fd stays yours. */
NETP_API int netp_stream_open(struct netp_stream *s, struct netp_loop *loop, int fd,
                              bool connecting);

/* After a command to m that was not given in its own event callback: moves on what it caused, in
 * this turn of the loop or the next. */
NETP_API void netp_stream_kick(struct netp_stream *s);

/* In an event callback: sends now what the socket takes, so that m has room for more output. */
NETP_API void netp_stream_flush(struct netp_stream *s);

/* Closes the socket without a word to the peer, which TLS takes for an attack. closed() is not
 * called. Harmless the second time. */
NETP_API void netp_stream_close(struct netp_stream *s);

/* Gives the socket back, open, with no more than a watch and a timer taken from the loop: for
 * connections that have nothing to do for long. -1: there is input that was received already, or
 * output that was not sent; then s goes on. Not in event() or turned(). */
NETP_API int netp_stream_release(struct netp_stream *s);

/* Goes on with another machine (after CONNECT, SOCKS, an upgrade), which gets the bytes that this
 * one has left, and over another transport. In an event callback or at any other time. The machine
 * or transport that was there is not called again; one that another stands upon is. */

/* ops, m, ev as in struct netp_stream. Output that the old machine still shows is lost: it is for
 * that machine to give the event that asks for this when all has left. NETP_OK; NETP_E_STATE: s is
 * closed or about to be. */
NETP_API int netp_stream_become(struct netp_stream *s, const struct netp_ops *ops, void *m,
                                void *ev);

/* From now on t carries s, for STARTTLS and TLS in a tunnel; before netp_stream_become(), lest the
 * new machine's output leave by the old way. NETP_OK; NETP_E_TRAILING: there is input left that
 * came before it was secure, and must not be taken for what comes after: close s; NETP_E_STATE as
 * above. */
NETP_API int netp_stream_secure(struct netp_stream *s, const struct netp_transport *t);

/* --- listening ------------------------------------------------------------------------------- */

/* Takes connections. Set the members up to arg, then netp_listener_open(). */
struct netp_listener {
    void (*accepted)(void *arg, int fd, const struct netp_addr *peer); /* fd is yours to close */
    void *arg;
    unsigned max;   /* connections at a time; more wait in the kernel's queue */
    unsigned count; /* connections now */
    struct netp_loop *loop_;
    struct netp_watch watch_;
    struct netp_timer pause_;
};

/* Owns the listening socket fd from now on. When there are no more descriptors, it tries again ten
 * times a second. 0, or -1 with errno, and fd stays yours. */
NETP_API int netp_listener_open(struct netp_listener *l, struct netp_loop *loop, int fd);
/* A connection has ended. */
NETP_API void netp_listener_done(struct netp_listener *l);
/* Takes no more. netp_listener_done() still counts. */
NETP_API void netp_listener_close(struct netp_listener *l);

/* --- blocking -------------------------------------------------------------------------------- */

/* The I/O of a netp_link: io. */
struct netp_stream_io {
    struct netp_io io;
    int fd;                                 /* stays yours */
    int sys_errno;                          /* of the last failure */
    const struct netp_transport *transport; /* NULL: fd itself. Set it when there is no input left
                                               in the link that came without it */
    uint8_t *buf_;
    size_t buf_n_;
    bool cut_; /* nothing can be sent any more */
};

/* buf[0..n) takes what is received; it and *s outlive the link. The transport is NULL. */
NETP_API void netp_stream_io_init(struct netp_stream_io *s, int fd, void *buf, size_t n);

/* Before fd is closed: sends what waits in the transport, and tells the peer that nothing follows
 * (FIN, close_notify). NETP_OK; NETP_E_TIMEOUT: that took longer than `until`; NETP_E_IO. */
NETP_API int netp_stream_io_finish(struct netp_stream_io *s, netp_ms until);

#define NETP_CONNECT_MAX 8 /* addresses that are tried at most */

/* Connects to the first of a[0..n) that answers: each is begun 250 ms after the one before, or when
 * that has failed (RFC 8305 section 5). local may be NULL. Returns a descriptor, or -1 with errno,
 * ETIMEDOUT when it took more than ms. */
NETP_API int netp_tcp_connect_any(const struct netp_addr *a, unsigned n,
                                  const struct netp_addr *local, netp_ms ms);

/* What p of a NETP_OUT_FILE element points to: the n bytes are those before `end` of the file fd. A
 * file that is shorter by then is NETP_E_IO. */
struct netp_file_span {
    int fd;
    uint64_t end;
};

/* Reads the beginning of such an element, behind its first `skip` bytes: at most n bytes. < 0: it
 * can't, with errno. */
NETP_API ptrdiff_t netp_file_span_read(const struct netp_out *v, size_t skip, void *p, size_t n);

/* --- for other drivers ----------------------------------------------------------------------- */

/* Receives into p[0..n), n > 0, without waiting: 1: *in was set to bytes, or to an end; 0: nothing
 * has come. With NETP_IN_BROKEN errno tells why. */
NETP_API int netp_stream_receive(int fd, void *p, size_t n, struct netp_in *in);

/* Sends from the front of v[0..nv), nv > 0, and does the half-close where v asks for it. Returns
 * what sent() is to be told, NETP_E_AGAIN, or NETP_E_IO with errno. */
NETP_API ptrdiff_t netp_stream_send(int fd, const struct netp_out *v, size_t nv);

#ifdef __cplusplus
}
#endif

#endif
