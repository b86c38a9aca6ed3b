/* io.c - stream sockets as transports. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netproto/host/io.h>
#include <netproto/host/socket.h>
#include <poll.h>

#define GATHER   32u    /* elements a system call */
#define WAIT_MAX 60000u /* ms; a wait may end for no reason */

static bool is_again(int e)
{
    return e == EAGAIN || e == EWOULDBLOCK || e == EINTR;
}

int netp_stream_recv(int fd, void *buf, size_t cap, struct netp_in *in)
{
    ssize_t n = recv(fd, buf, cap, MSG_DONTWAIT);

    if (n < 0 && is_again(errno)) {
        return 0;
    }
    *in = (struct netp_in){.p = buf, .n = n > 0 ? (size_t)n : 0};
    if (n <= 0) {
        in->flags = n == 0 ? NETP_IN_EOF : NETP_IN_BROKEN;
    }
    return 1;
}

/* shutdown() would break off a connection that is still being made. */
static bool is_connecting(int fd)
{
    struct tcp_info info;
    socklen_t n = sizeof info;

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0 && info.tcpi_state == TCP_SYN_SENT;
}

ptrdiff_t netp_stream_send(int fd, const struct netp_out *v, size_t nv)
{
    struct iovec iov[GATHER];
    struct msghdr h = {.msg_iov = iov};
    size_t total = 0;
    bool fin = false;
    ssize_t n = 0;

    while (h.msg_iovlen < nv && h.msg_iovlen < GATHER && !fin) {
        const struct netp_out *e = &v[h.msg_iovlen];
        iov[h.msg_iovlen++] = (struct iovec){(void *)(uintptr_t)e->p, e->n};
        total += e->n;
        fin = (e->flags & NETP_OUT_FIN) != 0;
    }
    if (total > 0) {
        n = sendmsg(fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else if (is_connecting(fd)) {
        return NETP_E_AGAIN;
    }
    if (n >= 0 && (size_t)n == total && fin && shutdown(fd, SHUT_WR) != 0) {
        n = -1;
    }
    if (n < 0) {
        return is_again(errno) ? NETP_E_AGAIN : NETP_E_IO;
    }
    return n;
}

/* --- the blocking runner's transport --------------------------------------------------------- */

static int io_recv(void *ctx, struct netp_in *in)
{
    struct netp_stream_transport *t = ctx;
    int r = netp_stream_recv(t->fd, t->buf, t->cap, in);

    if (r > 0 && (in->flags & NETP_IN_BROKEN) != 0) {
        t->sys_errno = errno;
    }
    return r;
}

static ptrdiff_t io_send(void *ctx, const struct netp_out *v, size_t nv)
{
    struct netp_stream_transport *t = ctx;
    ptrdiff_t r = netp_stream_send(t->fd, v, nv);

    if (r == NETP_E_IO) {
        t->sys_errno = errno;
    }
    return r;
}

static int io_wait(void *ctx, unsigned want, netp_ms deadline)
{
    struct netp_stream_transport *t = ctx;
    struct pollfd p = {.fd = t->fd};
    netp_ms now = netp_now(), ms = deadline > now ? deadline - now : 0;

    if (want == 0) {
        p.fd = -1; /* only the time: a hang-up would end every wait at once */
    }
    p.events = (short)((want & NETP_WANT_IN ? POLLIN : 0) | (want & NETP_WANT_OUT ? POLLOUT : 0));
    if (poll(&p, 1, ms < WAIT_MAX ? (int)ms : (int)WAIT_MAX) < 0 && errno != EINTR) {
        t->sys_errno = errno;
        return NETP_E_IO;
    }
    return 0;
}

static netp_ms io_now(void *ctx)
{
    (void)ctx;
    return netp_now();
}

struct netp_io netp_stream_io(struct netp_stream_transport *t)
{
    return (struct netp_io){t, io_recv, io_send, io_wait, io_now};
}
