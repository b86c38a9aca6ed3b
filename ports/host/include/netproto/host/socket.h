/* netproto/host/socket.h - sockets: non-blocking, closed on exec, addressed by struct netp_addr.
 *
 * SPDX-License-Identifier: MIT
 *
 * Every function that opens one returns a descriptor, or -1 with errno. */
#ifndef NETPROTO_HOST_SOCKET_H
#define NETPROTO_HOST_SOCKET_H

#include <netproto/netp.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The monotonic clock in ms: the `now` of every machine that the host port drives. */
NETP_API netp_ms netp_now(void);

/* netp_addr to sockaddr, returning its length, 0 for fam 0; and back, fam 0 for other families. */
NETP_API socklen_t netp_sockaddr_put(struct sockaddr_storage *to, const struct netp_addr *a);
NETP_API struct netp_addr netp_sockaddr_get(const struct sockaddr_storage *sa);

/* A UDP socket. local may be NULL: any address, a free port, of family fam (4 or 6). An IPv6 socket
 * on any address takes IPv4 as well. */
NETP_API int netp_udp_socket(const struct netp_addr *local, uint8_t fam);

/* A TCP connection that has been begun: writable when it is made or has failed. */
NETP_API int netp_tcp_connect(const struct netp_addr *peer, const struct netp_addr *local);
NETP_API int netp_tcp_listen(const struct netp_addr *local);

/* The same for a server of several processes or threads: each opens one on the same address, and
 * the kernel deals out the connections, or the datagrams by their source. */
NETP_API int netp_udp_socket_shared(const struct netp_addr *local);
NETP_API int netp_tcp_listen_shared(const struct netp_addr *local);

/* The same for a Unix stream socket. A stale socket at path, which nobody listens on, is replaced.
 */
NETP_API int netp_unix_connect(const char *path);
NETP_API int netp_unix_listen(const char *path);

/* Takes a connection from a listener, from which it has TCP_NODELAY; *peer (may be NULL) has fam 0
 * for a Unix socket. */
NETP_API int netp_accept(int fd, struct netp_addr *peer);

/* What became of a connection that was begun: 0, or its errno. */
NETP_API int netp_connect_result(int fd);

/* The address a socket is bound to; fam 0 if it is none of IP's. */
NETP_API struct netp_addr netp_local_addr(int fd);

#ifdef __cplusplus
}
#endif

#endif
