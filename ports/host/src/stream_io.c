/* stream_io.c - stream sockets under the blocking runner. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <poll.h>
#include <unistd.h>

#define STAGGER_MS 250 /* RFC 8305 section 5, the recommended delay */

static int io_recv(void *ctx, struct netp_in *in)
{
    struct netp_stream_io *s = ctx;
    int r = netp_transport_receive(s->transport, s->fd, s->buf_, s->buf_n_, in);

    if (r > 0 && (in->flags & NETP_IN_BROKEN)) {
        s->sys_errno = errno;
    } else if (r > 0 && in->flags && s->cut_) {
        in->flags = NETP_IN_BROKEN; /* the kernel told of it when we sent, and tells once */
    }
    return r;
}

static ptrdiff_t io_send(void *ctx, const struct netp_out *v, size_t nv)
{
    struct netp_stream_io *s = ctx;
    ptrdiff_t r = s->cut_ ? NETP_E_IO : netp_transport_send(s->transport, s->fd, v, nv);

    if (r == NETP_E_IO && !s->cut_) {
        s->cut_ = true;
        s->sys_errno = errno;
    }
    return r;
}

/* Milliseconds for poll() until `at`, -1 for ever. */
static int patience(netp_ms at)
{
    netp_ms now = netp_now();

    if (at == NETP_NEVER) {
        return -1;
    }
    return at <= now ? 0 : at - now < 3600000 ? (int)(at - now) : 3600000;
}

static int io_wait(void *ctx, unsigned want, netp_ms deadline)
{
    struct netp_stream_io *s = ctx;
    unsigned need = netp_transport_need(s->transport, want);
    struct pollfd p = {.fd = need ? s->fd : -1, /* errors alone would not let it wait */
                       .events = (short)((need & NETP_WANT_IN ? POLLIN : 0) |
                                         (need & NETP_WANT_OUT ? POLLOUT : 0))};

    if (need & NETP_TRANSPORT_NOW) {
        return 0;
    }
    if (poll(&p, 1, patience(deadline)) < 0 && errno != EINTR) {
        s->sys_errno = errno;
        return NETP_E_IO;
    }
    return 0;
}

static netp_ms io_now(void *ctx)
{
    (void)ctx;
    return netp_now();
}

void netp_stream_io_init(struct netp_stream_io *s, int fd, void *buf, size_t n)
{
    *s = (struct netp_stream_io){
        .io = {s, io_recv, io_send, io_wait, io_now}, .fd = fd, .buf_ = buf, .buf_n_ = n};
}

int netp_stream_io_finish(struct netp_stream_io *s, netp_ms until)
{
    const struct netp_out fin = {NULL, 0, NETP_OUT_FIN, NULL};
    ptrdiff_t r;

    while ((r = io_send(s, &fin, 1)) == NETP_E_AGAIN) {
        if (netp_now() >= until) {
            return NETP_E_TIMEOUT;
        }
        if (io_wait(s, 0, until) != 0) {
            return NETP_E_IO;
        }
    }
    return r < 0 ? NETP_E_IO : NETP_OK;
}

/* --- connecting ------------------------------------------------------------------------------ */

struct race {
    struct pollfd fd[NETP_CONNECT_MAX]; /* -1: has failed */
    unsigned begun, running;
    int sys_errno; /* of the last that failed */
};

static void begin(struct race *r, const struct netp_addr *a, const struct netp_addr *local)
{
    int fd = netp_tcp_connect(&a[r->begun], local);

    if (fd < 0) {
        r->sys_errno = errno;
    } else {
        r->running++;
    }
    r->fd[r->begun++] = (struct pollfd){.fd = fd, .events = POLLOUT};
}

/* The connection that is made, or -1. Those that have failed are closed. */
static int winner(struct race *r)
{
    for (unsigned i = 0; i < r->begun; i++) {
        int fd = r->fd[i].fd, e;
        if (fd < 0 || r->fd[i].revents == 0) {
            continue;
        }
        r->fd[i].fd = -1;
        if ((e = netp_connect_result(fd)) == 0) {
            return fd;
        }
        r->sys_errno = e;
        r->running--;
        close(fd);
    }
    return -1;
}

static int run_race(struct race *r, const struct netp_addr *a, unsigned n,
                    const struct netp_addr *local, netp_ms end)
{
    netp_ms next = 0;
    int fd = -1;

    while (fd < 0) {
        netp_ms now = netp_now();
        if (now >= end) {
            r->sys_errno = ETIMEDOUT;
            return -1;
        }
        if (r->begun < n && (now >= next || r->running == 0)) {
            begin(r, a, local);
            next = now + STAGGER_MS;
            continue; /* if it has failed at once, so does the next begin */
        }
        if (r->running == 0) {
            return -1;
        }
        int ready = poll(r->fd, r->begun, patience(r->begun < n && next < end ? next : end));
        if (ready > 0) {
            fd = winner(r);
        } else if (ready < 0 && errno != EINTR) {
            r->sys_errno = errno;
            return -1;
        }
    }
    return fd;
}

int netp_tcp_connect_any(const struct netp_addr *a, unsigned n, const struct netp_addr *local,
                         netp_ms ms)
{
    struct race r = {.sys_errno = EADDRNOTAVAIL};
    netp_ms now = netp_now();
    int fd = run_race(&r, a, n < NETP_CONNECT_MAX ? n : NETP_CONNECT_MAX, local,
                      ms < NETP_NEVER - now ? now + ms : NETP_NEVER);

    for (unsigned i = 0; i < r.begun; i++) {
        if (r.fd[i].fd >= 0) {
            close(r.fd[i].fd);
        }
    }
    errno = r.sys_errno;
    return fd;
}
