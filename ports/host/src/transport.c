/* transport.c - transports, the plain socket among them. SPDX-License-Identifier: MIT */
#include <netproto/host/stream.h>

int netp_transport_receive(const struct netp_transport *t, int fd, void *p, size_t n,
                           struct netp_in *in)
{
    return t ? t->receive(t->ctx, p, n, in) : netp_stream_receive(fd, p, n, in);
}

ptrdiff_t netp_transport_send(const struct netp_transport *t, int fd, const struct netp_out *v,
                              size_t nv)
{
    if (t) {
        return t->send(t->ctx, v, nv);
    }
    return nv > 0 ? netp_stream_send(fd, v, nv) : 0;
}

unsigned netp_transport_need(const struct netp_transport *t, unsigned want)
{
    return t ? t->need(t->ctx, want) : want;
}
