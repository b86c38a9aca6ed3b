/* netproto/host/dial.h - a TCP connection to the first of several addresses that answers, in a
 * loop: RFC 8305 ("happy eyeballs").
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_DIAL_H
#define NETPROTO_HOST_DIAL_H

#include <netproto/host/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_DIAL_MAX 8 /* addresses that are tried at most */

struct netp_dial;

/* One of the connections that are tried; private. */
struct netp_dial_try {
    struct netp_watch watch_;
    struct netp_dial *dial_;
};

/* Set the members up to arg, then netp_dial_start(). */
struct netp_dial {
    struct netp_addr local; /* what to connect from; fam 0: anything */
    /* Called once, from the loop. fd is a connection to *peer and yours to close; or it is -1, with
     * the errno of the try that failed last. */
    void (*done)(void *arg, int fd, const struct netp_addr *peer, int sys_errno);
    void *arg;

    struct netp_loop *loop_;
    struct netp_timer next_;
    struct netp_addr addr_[NETP_DIAL_MAX];
    struct netp_dial_try try_[NETP_DIAL_MAX];
    unsigned n_, begun_, running_;
    int sys_errno_;
};

/* Begins to connect to a[0..n), n > 0: each 250 ms after the one before, or when that has failed;
 * families take turns (section 4). How long it may take is for your own timer to say. 0, or -1: no
 * memory. */
NETP_API int netp_dial_start(struct netp_dial *d, struct netp_loop *loop, const struct netp_addr *a,
                             unsigned n);
/* At any time before done(), which will not be called. */
NETP_API void netp_dial_cancel(struct netp_dial *d);

#ifdef __cplusplus
}
#endif

#endif
