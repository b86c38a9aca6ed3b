/* netproto/netp.h - the contract that every machine of libnetproto keeps.
 *
 * SPDX-License-Identifier: MIT
 *
 * A protocol is a value, not a connection. A machine is a plain struct that turns bytes and time
 * into events, and commands into bytes. Something else moves the bytes: the host port, an lwIP
 * binding, a test, a fuzzer. All of them drive the same object code through seven verbs:
 *
 *     init      (m, cfg, now)         make m ready; memory comes from cfg; nothing to free, ever
 *     next      (m, &in, now, &ev)    take input and time, give at most one event
 *     out       (m, v, nv)            show what waits to be sent
 *     sent      (m, n, now)           n of that has left
 *     deadline  (m)                   when next wants to be called without input
 *     want      (m)                   what can move the machine on
 *     fail      (m)                   the first cause of failure, and where it was
 *
 * THE LAWS. Every machine obeys them; tests/contract/ puts each one through them.
 *
 *  1. The library never calls you. Nonces, wall-clock stamps and secrets are arguments.
 *  2. Input is a cursor. next() advances in->p and in->n past what it used and returns: an event
 *     type > 0 (also in ev->type), 0 when nothing more comes until input, a command, sent() or the
 *     deadline, or < 0 when the machine has failed. Call it until it returns 0; only then do
 *     want() and deadline() say what to wait for. It keeps no pointer into the input. A datagram
 *     is used whole: in->n becomes 0 and NETP_IN_DGRAM is cleared by the call that takes it. Bytes
 *     that a machine has no use for, as after an upgrade, simply stay in the cursor.
 *  3. Views have two lifetimes. A view marked [in] lies in your input buffer. A view marked [m]
 *     lies in the machine or the memory you named in cfg, and lives until the next call of next()
 *     unless its comment names a later point. Payload is not copied unless its coding changes.
 *  4. 0 with input left is back-pressure, and then want() lacks NETP_WANT_IN: keep those bytes and
 *     offer them again when a command or sent() has brought it back.
 *  5. Output is peek and acknowledge. out() changes nothing and may be called at any time. sent(n)
 *     removes n bytes of a stream, or n whole datagrams, from the front of what out() showed; any
 *     n up to that is legal, and next() is called after it, for it can make news. Lent output
 *     stays yours to keep unchanged until an event returns it, or want() is NETP_CLOSED.
 *  6. deadline() is the only timer question. When it has passed, call next(m, NULL, now, &ev).
 *     Early and late calls are harmless. A `now` that goes backwards is read as standing still.
 *  7. Failure is sticky. From then on next() returns the same code and no event. out() may still
 *     show a queued error reply; once that is sent, want() is NETP_CLOSED. What events have lent or
 *     opened is the caller's to take back. init() again to reuse the struct.
 *  8. The end of a stream is a flag on the cursor, dealt with after its bytes. Between messages it
 *     is an event, once however often the flag is seen; in the middle of one it is
 *     NETP_E_TRUNCATED. NETP_IN_BROKEN is never a valid end: NETP_E_IO, or NETP_E_TRUNCATED in
 *     the middle of a message, and nothing more is sent. A closed machine has no deadline.
 *  9. Memory is yours: structs are complete in their headers, buffers are named in cfg, with a
 *     macro for their size. init() refuses a struct of another size (NETP_E_ABI).
 * 10. One machine, one thread at a time. Distinct machines share nothing.
 *
 * A command (netp_tftp_give, netp_frame_send, ...) returns NETP_OK or a count, or one of the
 * caller's errors (> NETP_E_SYNTAX); those change nothing and are not sticky. What a command or cfg
 * borrows is named in its comment, and until when. */
#ifndef NETPROTO_NETP_H
#define NETPROTO_NETP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks a function or object of the library's public interface. */
#if defined(__GNUC__)
#define NETP_API __attribute__((visibility("default")))
#else
#define NETP_API
#endif

#define NETP_VERSION_MAJOR 0
#define NETP_VERSION_MINOR 1
#define NETP_VERSION_PATCH 0
#define NETP_VERSION       "0.1.0"

/* The version of the library in use, "0.1.0"; compare it with NETP_VERSION of the headers. */
NETP_API const char *netp_version(void);

/* Monotonic milliseconds since any fixed moment. It never wraps and need not be exact. */
typedef uint64_t netp_ms;

#define NETP_NEVER UINT64_MAX /* a netp_ms: no deadline */

/* Error codes: one list, from which the enum, netp_errname() and netp_strerror() are made. */
#define NETP_ERR_LIST(X)                                                                           \
    X(NETP_OK, 0, "no error")                                                                      \
    /* the caller's: the call changed nothing, the machine goes on */                              \
    X(NETP_E_ARG, -1, "an argument is out of its documented range")                                \
    X(NETP_E_STATE, -2, "the call does not fit the machine's state")                               \
    X(NETP_E_NOSPACE, -3, "a buffer that the caller gave is too small or full")                    \
    X(NETP_E_ABI, -4, "header and library disagree on the size of a struct")                       \
    /* the peer's: sticky */                                                                       \
    X(NETP_E_SYNTAX, -20, "the peer broke the protocol's syntax or order")                         \
    X(NETP_E_LIMIT, -21, "the peer went over a limit")                                             \
    X(NETP_E_TRUNCATED, -22, "the input ended in the middle of a message")                         \
    X(NETP_E_TRAILING, -23, "there are bytes after the end of the message")                        \
    X(NETP_E_REFUSED, -24, "the peer refused")                                                     \
    X(NETP_E_UNSUPPORTED, -25, "the peer asked for what is not supported")                         \
    X(NETP_E_TIMEOUT, -26, "the peer did not answer in time")                                      \
    /* the transport's and the application's: sticky */                                            \
    X(NETP_E_ABORTED, -40, "ended by the application")                                             \
    X(NETP_E_IO, -41, "the transport failed")                                                      \
    X(NETP_E_AGAIN, -42, "nothing can move now")

enum netp_err {
#define NETP_ERR_ENUM_(name, value, text) name = (value),
    NETP_ERR_LIST(NETP_ERR_ENUM_)
#undef NETP_ERR_ENUM_
};

/* The name ("NETP_E_SYNTAX") and a sentence for an error code; never NULL, static storage. An
 * unknown code is "NETP_E_?" and "unknown error". */
NETP_API const char *netp_errname(int err);
NETP_API const char *netp_strerror(int err);

/* Bytes of text, not terminated by NUL. */
struct netp_str {
    const char *p;
    size_t n;
};

/* An IP address and port. fam is 0 (none), 4 (ip[0..3]) or 6; port is in host order. scope is the
 * IPv6 zone (interface index) of a link-local address, else 0. See addr.h. */
struct netp_addr {
    uint8_t ip[16];
    uint32_t scope;
    uint16_t port;
    uint8_t fam;
};

/* netp_in.flags */
enum {
    NETP_IN_EOF = 1,    /* after these bytes the peer closed cleanly (FIN, close_notify) */
    NETP_IN_BROKEN = 2, /* after these bytes the stream was cut (RST, TLS without close_notify) */
    NETP_IN_DGRAM = 4,  /* p[0..n) is one datagram, from *from (NULL: the connected peer) */
    NETP_IN_GAP = 8     /* after these bytes the line went silent (Modbus RTU t3.5); the driver
                           clears it when next() has returned 0 */
};

/* The input cursor. */
struct netp_in {
    const uint8_t *p;
    size_t n;
    unsigned flags;
    const struct netp_addr *from;
};

/* netp_out.flags */
enum {
    NETP_OUT_STABLE = 1, /* p[] stays unchanged after sent(), too: it may be sent without copying */
    NETP_OUT_FIN = 2,    /* alone and with n == 0: half-close, then sent(m, 0) says done */
    NETP_OUT_DGRAM = 4,  /* datagram output; sent() counts datagrams */
    NETP_OUT_MORE = 8,   /* the next element belongs to the same datagram */
    NETP_OUT_FILE = 16   /* p does not point to the bytes but to what names them, a struct of the
                            port that lent it; the n that are left. No other port can send it */
};

/* One element of the gather list of out(), which returns how many elements it wrote to v, at most
 * nv. The list may end within a datagram, behind NETP_OUT_MORE: leave that datagram for the next
 * time. p and to live until the next call that changes the machine (any verb but out, deadline,
 * want, fail). to is NULL for streams and where the transport knows the peer. */
struct netp_out {
    const uint8_t *p;
    size_t n;
    unsigned flags;
    const struct netp_addr *to;
};

/* want(): what can move the machine on. NETP_CLOSED stands alone: nothing can. */
enum {
    NETP_WANT_IN = 1,  /* input */
    NETP_WANT_OUT = 2, /* sending: out() shows something */
    NETP_WANT_APP = 4, /* a command, without which what has begun can't go on */
    NETP_CLOSED = 8
};

/* Why a machine failed. code is NETP_OK while it has not. peer_code is the protocol's own code,
 * received or to be answered (TFTP error code, HTTP status), or -1. offset is the position in the
 * received stream, or within the datagram, of the first byte that was wrong. where names the thing
 * that was wrong in the protocol's words; static storage, never NULL. */
struct netp_fail {
    enum netp_err code;
    int peer_code;
    uint64_t offset;
    const char *where;
};

/* A machine as generic drivers see it: the blocking runner, the loop, the law test, the fuzz
 * harness. ev points to evsize bytes that begin with the event type, an int: the size of an enum is
 * the compiler's choice. */
struct netp_ops {
    const char *name;
    size_t size, evsize;
    int (*next)(void *m, struct netp_in *in, netp_ms now, void *ev);
    size_t (*out)(const void *m, struct netp_out *v, size_t nv);
    void (*sent)(void *m, size_t n, netp_ms now);
    netp_ms (*deadline)(const void *m);
    unsigned (*want)(const void *m);
    const struct netp_fail *(*fail)(const void *m);
};

#ifdef __cplusplus
}
#endif

#endif
