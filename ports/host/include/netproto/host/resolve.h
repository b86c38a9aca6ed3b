/* netproto/host/resolve.h - from host names to addresses.
 *
 * SPDX-License-Identifier: MIT
 *
 * Both ways give addresses in the order in which they should be tried (RFC 6724), with `port` in
 * each. fam is 4, 6 or 0 for either. An IP address is taken as it is, "fe80::1%eth0" too, and no
 * name server is asked. "" is any address, to listen on: "::" first, if there is IPv6 here. */
#ifndef NETPROTO_HOST_RESOLVE_H
#define NETPROTO_HOST_RESOLVE_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Waits for the answer, and puts at most cap addresses into out. Returns how many, at least 1;
 * NETP_E_REFUSED: there is no such name, or it has no address of the family; NETP_E_AGAIN: no
 * name server answered; NETP_E_IO: it could not be asked. */
NETP_API int netp_resolve(const char *host, uint16_t port, uint8_t fam, struct netp_addr *out,
                          unsigned cap);

/* A sentence for one of these errors. */
NETP_API const char *netp_resolve_text(int err);

#define NETP_RESOLVE_MAX 16 /* addresses that netp_resolve_start() gives at most */

struct netp_loop;
struct netp_resolve;

/* The same in a thread of its own, while the loop goes on. done is called once, from the loop and
 * never from here: n is what netp_resolve() returned, a[0..n) lives for the call. The job is gone
 * then. host is copied. NULL with errno. */
NETP_API struct netp_resolve *netp_resolve_start(
    struct netp_loop *loop, const char *host, uint16_t port, uint8_t fam,
    void (*done)(void *arg, int n, const struct netp_addr *a), void *arg);

/* At any time before done: it will not be called. */
NETP_API void netp_resolve_cancel(struct netp_resolve *job);

#ifdef __cplusplus
}
#endif

#endif
