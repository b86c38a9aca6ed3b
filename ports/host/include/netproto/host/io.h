/* netproto/host/io.h - connected stream sockets as the transport of a machine: the two system
 * calls, and with them a transport for the blocking runner (link.h).
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_IO_H
#define NETPROTO_HOST_IO_H

#include <netproto/link.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Receives into buf[0..cap) without waiting. 1: *in is what came: bytes, NETP_IN_EOF, or
 * NETP_IN_BROKEN with errno saying why; 0: nothing has come. */
NETP_API int netp_stream_recv(int fd, void *buf, size_t cap, struct netp_in *in);

/* Sends from the front of a gather list without waiting: the bytes that left, which is what sent()
 * is to be told; a NETP_OUT_FIN that was reached has closed this side. NETP_E_AGAIN: nothing can
 * leave now, or the connection is still being made; NETP_E_IO, with errno: nothing can any more. */
NETP_API ptrdiff_t netp_stream_send(int fd, const struct netp_out *v, size_t nv);

/* A transport. Zero it, set fd, buf and cap, and give netp_stream_io() of it to netp_link_init().
 * The descriptor may be one whose connection is still being made, and stays yours to close. */
struct netp_stream_transport {
    int fd;
    void *buf; /* received into; its bytes are used before it is written again */
    size_t cap;
    int sys_errno; /* why the connection was cut or could not be made, or 0 */
};

NETP_API struct netp_io netp_stream_io(struct netp_stream_transport *t);

#ifdef __cplusplus
}
#endif

#endif
