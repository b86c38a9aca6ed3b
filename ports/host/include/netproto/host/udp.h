/* netproto/host/udp.h - datagrams between sockets and machines, many with one system call.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_UDP_H
#define NETPROTO_HOST_UDP_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_UDP_BATCH        64u    /* datagrams that one system call moves at most */
#define NETP_UDP_DATAGRAM_MAX 65536u /* bytes; none is larger */

/* Memory that datagrams are received into. One serves any number of sockets, one after another. */
struct netp_udp_batch;

/* For n datagrams of up to max bytes; a longer one is dropped. NULL when there is no memory. */
NETP_API struct netp_udp_batch *netp_udp_batch_new(unsigned n, size_t max);
NETP_API void netp_udp_batch_free(struct netp_udp_batch *b);

/* Receives up to `most` datagrams that are there already, and returns how many: 0 when there is
 * none, -1 with errno when the socket is of no more use. What ICMP reports is no such error: a
 * machine's own timeout deals with a peer that is gone. */
NETP_API int netp_udp_receive(struct netp_udp_batch *b, int fd, unsigned most);

/* The same, but waits up to ms for the first; 0 also for no reason. For a socket that blocks (see
 * netp_udp_block()) and has b for itself. */
NETP_API int netp_udp_await(struct netp_udp_batch *b, int fd, unsigned most, netp_ms ms);
NETP_API int netp_udp_block(int fd);

/* The i-th of them as input; *in lives until the next netp_udp_receive() into b. False when it was
 * too long. */
NETP_API bool netp_udp_datagram(struct netp_udp_batch *b, unsigned i, struct netp_in *in);

/* Sends datagrams from the front of a gather list: how many left, at least 1; NETP_E_AGAIN: none
 * can now; NETP_E_IO, with errno: the socket is of no more use; NETP_E_NOSPACE: the first is not
 * whole in v, or has more than 2 * NETP_UDP_BATCH elements. A datagram that the kernel refuses
 * counts as sent, for a network may lose it as well. */
NETP_API ptrdiff_t netp_udp_send(int fd, const struct netp_out *v, size_t nv);

/* Sends what the machine shows until it shows no more (returns 0) or the socket is full (1: call
 * again when it is writable); -1 with errno when the socket is of no more use. */
NETP_API int netp_udp_flush(int fd, const struct netp_ops *ops, void *m, netp_ms now);

/* Asks the kernel to tell, and then receives one datagram into p[0..*n) with it, the local address
 * it was sent to: where an answer should come from on a machine with several. 1, 0 when there is
 * none, -1 with errno. */
NETP_API int netp_udp_tell_local(int fd);
NETP_API int netp_udp_receive_local(int fd, void *p, size_t *n, struct netp_addr *from,
                                    struct netp_addr *local);

#ifdef __cplusplus
}
#endif

#endif
