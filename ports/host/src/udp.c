/* udp.c - recvmmsg, sendmmsg. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <netproto/host/socket.h>
#include <netproto/host/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#define SEGMENT_MAX                                                                                \
    1472u                   /* bytes of a datagram that fits an Ethernet frame: larger ones, which \
                               are fragmented, can't be segments */
#define SEGMENTS_MAX 65000u /* bytes of all segments together */

struct netp_udp_batch {
    unsigned n;
    size_t max;
    uint8_t *bytes; /* n datagrams of max */
    struct mmsghdr *msg;
    struct iovec *iov;
    struct sockaddr_storage *name;
    struct netp_addr from;
    netp_ms patience; /* SO_RCVTIMEO as it is set on the socket that waits */
};

struct netp_udp_batch *netp_udp_batch_new(unsigned n, size_t max)
{
    struct netp_udp_batch *b = calloc(1, sizeof *b);

    if (!b) {
        return NULL;
    }
    b->n = n;
    b->max = max;
    b->bytes = malloc(n * max); /* pages that no datagram reaches cost nothing */
    b->msg = calloc(n, sizeof *b->msg);
    b->iov = calloc(n, sizeof *b->iov);
    b->name = calloc(n, sizeof *b->name);
    if (!b->bytes || !b->msg || !b->iov || !b->name) {
        netp_udp_batch_free(b);
        return NULL;
    }
    for (unsigned i = 0; i < n; i++) {
        b->iov[i] = (struct iovec){b->bytes + i * max, max};
        b->msg[i].msg_hdr.msg_iov = &b->iov[i];
        b->msg[i].msg_hdr.msg_iovlen = 1;
        b->msg[i].msg_hdr.msg_name = &b->name[i];
    }
    return b;
}

void netp_udp_batch_free(struct netp_udp_batch *b)
{
    if (b) {
        free(b->bytes);
        free(b->msg);
        free(b->iov);
        free(b->name);
        free(b);
    }
}

/* What ICMP or a full queue reports is the network losing a packet. */
static bool is_loss(int e)
{
    switch (e) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
    case ENOBUFS:
    case ENOMEM:
    case EPERM:
    case EMSGSIZE:
        return true;
    default:
        return false;
    }
}

static int receive(struct netp_udp_batch *b, int fd, unsigned most, int flags)
{
    unsigned n = most < b->n ? most : b->n;
    int r, tries = 16; /* each takes one error that ICMP has left on the socket */

    for (unsigned i = 0; i < n; i++) {
        b->msg[i].msg_hdr.msg_namelen = sizeof b->name[i];
    }
    do {
        r = recvmmsg(fd, b->msg, n, flags, NULL);
    } while (r < 0 && is_loss(errno) && --tries);
    return r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) ? 0 : r;
}

int netp_udp_receive(struct netp_udp_batch *b, int fd, unsigned most)
{
    return receive(b, fd, most, MSG_DONTWAIT);
}

int netp_udp_block(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

/* The timeout is an option of the socket: one system call to wait and receive, and none to set it
 * while it is about the same, as a resend timeout is from packet to packet. */
int netp_udp_await(struct netp_udp_batch *b, int fd, unsigned most, netp_ms ms)
{
    netp_ms wait = ms < 1 ? 1 : ms < 3600000 ? ms : 3600000;

    if (b->patience > wait + 10 || b->patience < wait - wait / 4) {
        struct timeval tv = {(time_t)(wait / 1000), (suseconds_t)(wait % 1000 * 1000)};
        if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv) != 0) {
            return -1;
        }
        b->patience = wait;
    }
    return receive(b, fd, most, MSG_WAITFORONE);
}

bool netp_udp_datagram(struct netp_udp_batch *b, unsigned i, struct netp_in *in)
{
    b->from = netp_sockaddr_get(&b->name[i]);
    in->p = b->iov[i].iov_base;
    in->n = b->msg[i].msg_len;
    in->flags = NETP_IN_DGRAM;
    in->from = &b->from;
    return !(b->msg[i].msg_hdr.msg_flags & MSG_TRUNC);
}

/* --- sending --------------------------------------------------------------------------------- */

struct burst {
    struct mmsghdr msg[NETP_UDP_BATCH];
    struct iovec iov[2 * NETP_UDP_BATCH];
    size_t size[NETP_UDP_BATCH]; /* bytes of each datagram */
    struct sockaddr_storage name;
    unsigned n;
};

/* Puts the datagrams at the front of v[0..nv) that go to one address into messages. */
static void fill(struct burst *b, const struct netp_out *v, size_t nv)
{
    socklen_t namelen = v[0].to ? netp_sockaddr_put(&b->name, v[0].to) : 0;
    size_t i = 0;

    for (b->n = 0; i < nv && b->n < NETP_UDP_BATCH && v[i].to == v[0].to; b->n++) {
        struct msghdr *h = &b->msg[b->n].msg_hdr;
        *h = (struct msghdr){
            .msg_name = namelen ? &b->name : NULL, .msg_namelen = namelen, .msg_iov = &b->iov[i]};
        b->size[b->n] = 0;
        do {
            b->iov[i].iov_base = (void *)(uintptr_t)v[i].p;
            b->iov[i].iov_len = v[i].n;
            b->size[b->n] += v[i].n;
            h->msg_iovlen++;
        } while ((v[i++].flags & NETP_OUT_MORE) && i < nv);
        if (v[i - 1].flags & NETP_OUT_MORE) {
            break; /* the list ends within this one */
        }
    }
}

/* How many at the front are of one size, but for a last one that may be smaller, and fit together
 * where the kernel will cut them apart again. */
static unsigned equal_run(const struct burst *b)
{
    size_t size = b->size[0], total = size;
    unsigned n = 1;

    if (size == 0 || size > SEGMENT_MAX) {
        return 1;
    }
    /* An empty one at the end would be no segment. */
    while (n < b->n && b->size[n] <= size && b->size[n] > 0 && total + b->size[n] <= SEGMENTS_MAX) {
        total += b->size[n++];
        if (b->size[n - 1] < size) {
            break;
        }
    }
    return n;
}

/* Sends n datagrams of a size as one that the kernel, or the network card, cuts: the way through
 * the stack is gone once, not n times. */
static ssize_t send_segments(int fd, struct burst *b, unsigned n)
{
    struct msghdr h = b->msg[0].msg_hdr;
    uint16_t size = (uint16_t)b->size[0];
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(sizeof size)];
    } control = {.head = {CMSG_LEN(sizeof size), SOL_UDP, UDP_SEGMENT}};

    for (unsigned i = 1; i < n; i++) {
        h.msg_iovlen += b->msg[i].msg_hdr.msg_iovlen;
    }
    memcpy(CMSG_DATA(&control.head), &size, sizeof size);
    h.msg_control = &control;
    h.msg_controllen = sizeof control;
    return sendmsg(fd, &h, MSG_DONTWAIT);
}

/* Returns how many datagrams left, or -1 with errno. */
static int send_burst(int fd, struct burst *b)
{
    unsigned n = equal_run(b);

    if (n > 1) {
        if (send_segments(fd, b, n) >= 0) {
            return (int)n;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return -1;
        }
        /* The route, or an old kernel, can't: EINVAL, EIO, EMSGSIZE. One by one it is. */
    }
    if (b->n == 1) {
        return sendmsg(fd, &b->msg[0].msg_hdr, MSG_DONTWAIT) < 0 ? -1 : 1;
    }
    return sendmmsg(fd, b->msg, b->n, MSG_DONTWAIT);
}

ptrdiff_t netp_udp_send(int fd, const struct netp_out *v, size_t nv)
{
    struct burst b;
    int r;

    fill(&b, v, nv < 2 * NETP_UDP_BATCH ? nv : 2 * NETP_UDP_BATCH);
    if (b.n == 0) {
        return NETP_E_NOSPACE;
    }
    do {
        r = send_burst(fd, &b);
    } while (r < 0 && errno == EINTR);
    if (r >= 0 || is_loss(errno)) {
        return r < 0 ? 1 : r;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK ? NETP_E_AGAIN : NETP_E_IO;
}

int netp_udp_flush(int fd, const struct netp_ops *ops, void *m, netp_ms now)
{
    struct netp_out v[2 * NETP_UDP_BATCH];
    size_t nv;

    while ((nv = ops->out(m, v, 2 * NETP_UDP_BATCH)) > 0) {
        ptrdiff_t r = netp_udp_send(fd, v, nv);
        if (r < 0) {
            return r == NETP_E_AGAIN ? 1 : -1;
        }
        ops->sent(m, (size_t)r, now);
    }
    return 0;
}

/* --- local addresses ------------------------------------------------------------------------- */

int netp_udp_tell_local(int fd)
{
    int on = 1;

    return netp_local_addr(fd).fam == 6
               ? setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on)
               : setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

static void find_local(struct msghdr *h, struct netp_addr *local)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            local->fam = 4;
            memcpy(local->ip, &info.ipi_spec_dst, 4);
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            local->fam = 6;
            local->scope = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? info.ipi6_ifindex : 0;
            memcpy(local->ip, &info.ipi6_addr, 16);
        }
    }
}

int netp_udp_receive_local(int fd, void *p, size_t *n, struct netp_addr *from,
                           struct netp_addr *local)
{
    struct sockaddr_storage name;
    struct iovec iov = {p, *n};
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(struct in6_pktinfo))];
    } control;
    struct msghdr h = {&name, sizeof name, &iov, 1, &control, sizeof control, 0};
    int tries = 16; /* as in receive() */
    ssize_t r;

    do {
        h.msg_namelen = sizeof name;
        h.msg_controllen = sizeof control;
        r = recvmsg(fd, &h, MSG_DONTWAIT);
    } while (r < 0 && (errno == EINTR || (is_loss(errno) && --tries)));
    if (r < 0) {
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    }
    memset(local, 0, sizeof *local);
    *from = netp_sockaddr_get(&name);
    *n = (size_t)r;
    find_local(&h, local);
    return 1;
}
