/* netproto/host/loop.h - an event loop on epoll: descriptors and timers, one thread a loop.
 *
 * SPDX-License-Identifier: MIT
 *
 * Watches and timers are members of your own structs; the loop allocates only its tables. Any
 * callback may add and remove any of them, its own included. */
#ifndef NETPROTO_HOST_LOOP_H
#define NETPROTO_HOST_LOOP_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_loop;

/* A descriptor to watch. Set fd, ready and arg, then netp_loop_watch(). */
struct netp_watch {
    int fd;
    void (*ready)(void *arg, unsigned what); /* what: NETP_WANT_IN, NETP_WANT_OUT */
    void *arg;
    unsigned wants_;
    bool watched_;
};

/* A moment to be called at. Zero it, set due and arg, then netp_loop_at(). */
struct netp_timer {
    void (*due)(void *arg);
    void *arg;
    netp_ms at_;  /* when it is due */
    netp_ms key_; /* when the heap looks at it: not after at_ */
    size_t slot_; /* place in the heap, plus one; 0: not set */
};

/* NULL with errno when there is no descriptor or memory. */
NETP_API struct netp_loop *netp_loop_new(void);
/* Closes the loop. What is still watched stays open. */
NETP_API void netp_loop_free(struct netp_loop *loop);

#define NETP_WATCH_HUP 32u /* beside NETP_WANT_*: that the peer sends no more */

/* Watches w->fd for `wants` (NETP_WANT_*, NETP_WATCH_HUP; 0: for errors alone), or changes what it
 * is watched for. Level-triggered: ready is called as long as it is so; an error, or the end of
 * both directions, is reported as all of NETP_WANT_* that is wanted, or both if none is. 0, or -1
 * with errno. */
NETP_API int netp_loop_watch(struct netp_loop *loop, struct netp_watch *w, unsigned wants);
/* Stops watching; before the descriptor is closed. Harmless when it is not watched. */
NETP_API void netp_loop_unwatch(struct netp_loop *loop, struct netp_watch *w);

/* Sets t to `at`, earlier or later than before; NETP_NEVER cancels. Setting it later, as a deadline
 * is with every packet, costs nothing. 0, or -1 when there is no memory. */
NETP_API int netp_loop_at(struct netp_loop *loop, struct netp_timer *t, netp_ms at);

/* The time of the present turn; netp_now() of socket.h as it was when the loop woke up. */
NETP_API netp_ms netp_loop_now(const struct netp_loop *loop);

/* Runs until netp_loop_stop(). 0, or -1 with errno. */
NETP_API int netp_loop_run(struct netp_loop *loop);
/* One turn: waits until something is ready or due, or `until`. */
NETP_API int netp_loop_turn(struct netp_loop *loop, netp_ms until);
NETP_API void netp_loop_stop(struct netp_loop *loop);

/* The receive buffer that all descriptors of the loop share: its content lasts for one callback. */
#define NETP_LOOP_BUFFER 65536u
NETP_API uint8_t *netp_loop_buffer(struct netp_loop *loop);

/* The datagram batch that all sockets of the loop share (see udp.h); NULL when there is no memory.
 */
struct netp_udp_batch;
NETP_API struct netp_udp_batch *netp_loop_batch(struct netp_loop *loop);

/* Calls fn(arg, signal number) from the loop when SIGINT or SIGTERM comes, which are blocked for
 * the calling thread from then on: call it before any thread is started. 0, or -1 with errno. */
NETP_API int netp_loop_signals(struct netp_loop *loop, void (*fn)(void *arg, int sig), void *arg);

#ifdef __cplusplus
}
#endif

#endif
