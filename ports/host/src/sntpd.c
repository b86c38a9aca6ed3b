/* sntpd.c - the SNTP server. SPDX-License-Identifier: MIT */
#include "sntp_stamp.h"
#include <errno.h>
#include <netinet/in.h>
#include <netproto/addr.h>
#include <netproto/bytes.h>
#include <netproto/host/random.h>
#include <netproto/host/sntpd.h>
#include <netproto/host/socket.h>
#include <netproto/host/udp.h>
#include <stdlib.h>
#include <unistd.h>

#define BATCH         64u  /* datagrams that a system call moves */
#define ROUNDS        8u   /* batches a turn of the loop */
#define DATAGRAM      512u /* what is longer is dropped */
#define KISS_POLL_MIN 4

/* The kernel's time stamp, and the address the request was sent to. */
#define CONTROL (SNTP_STAMP_SPACE + CMSG_SPACE(sizeof(struct in6_pktinfo)))

struct datagram {
    struct sockaddr_storage name;
    struct iovec iov;
    _Alignas(struct cmsghdr) char control[CONTROL];
    uint8_t p[DATAGRAM], answer[NETP_SNTP_PACKET + NETP_SNTP_MAC_MAX];
};

struct netp_sntpd {
    struct netp_loop *loop;
    struct netp_sntpd_cfg cfg;
    struct netp_sntp_server server;
    struct netp_sntp_rate rate;
    struct netp_watch watch;
    bool any; /* bound to any address: answers say which one they come from */
    uint64_t answers;
    struct mmsghdr in[BATCH], out[BATCH];
    struct datagram dgram[BATCH];
};

void netp_sntpd_cfg_init(struct netp_sntpd_cfg *cfg)
{
    memset(cfg, 0, sizeof *cfg);
    cfg->stratum = 10;
    cfg->refid = 0x7f7f0101;
    cfg->burst = 8;
    cfg->kiss_every = 8;
    cfg->addresses = 65536;
}

/* --- a request ------------------------------------------------------------------------------- */

/* The key that a request is signed with; *signed says whether it carries a MAC at all. false: it is
 * to be dropped. Extension fields are left without an answer (RFC 7822 section 7.5.1.5). */
static bool check_tail(const struct netp_sntpd *d, const uint8_t *p, size_t n,
                       const struct netp_sntp_key **key)
{
    struct netp_sntp_tail tail;

    *key = NULL;
    if (n == NETP_SNTP_PACKET) {
        return true;
    }
    if (netp_sntp_tail(p, n, &tail, NULL) != NETP_OK || tail.maclen == 4) {
        return false;
    }
    if (tail.maclen == 0) {
        return true;
    }
    *key = d->cfg.key ? d->cfg.key(d->cfg.arg, netp_rd32be(tail.mac)) : NULL;
    return *key && (*key)->verify(*key, p, n) == NETP_OK;
}

/* log2 of the seconds that the limit allows. */
static int8_t kiss_poll(const struct netp_sntpd *d)
{
    int8_t poll = KISS_POLL_MIN;

    while (poll < 17 && 1000u << poll < d->cfg.interval_ms) {
        poll++;
    }
    return poll;
}

/* Makes the answer to p[0..n), which came at `received`. Returns its length, or 0. */
static size_t answer(struct netp_sntpd *d, const uint8_t *p, size_t n, uint64_t received,
                     const struct netp_addr *from, uint8_t *out)
{
    const struct netp_sntp_key *key;
    enum netp_sntp_verdict verdict = NETP_SNTP_PASS;
    enum netp_sntpd_result result = NETP_SNTPD_DROPPED;
    uint64_t now = netp_clock_now();
    size_t size = 0;

    /* The clock may have been set since: no answer was sent before it was asked for. */
    received = (int64_t)(now - received) < 0 ? now : received;
    if (n >= NETP_SNTP_PACKET && from->port != 0 && check_tail(d, p, n, &key)) {
        size = netp_sntp_answer(&d->server, p, NETP_SNTP_PACKET, received, now, out);
    }
    if (size > 0) {
        verdict = d->rate.table ? netp_sntp_rate(&d->rate, from, netp_loop_now(d->loop)) : verdict;
        result = verdict == NETP_SNTP_PASS ? NETP_SNTPD_ANSWERED : NETP_SNTPD_LIMITED;
        if (verdict == NETP_SNTP_TELL) {
            netp_sntp_kiss(NETP_SNTP_RATE, kiss_poll(d), p, NETP_SNTP_PACKET, received, out);
        } else if (verdict == NETP_SNTP_DROP) {
            size = 0;
        }
        if (size > 0 && key) {
            size = key->sign(key, out, size);
        }
    }
    d->answers += result == NETP_SNTPD_ANSWERED;
    if (d->cfg.report) {
        d->cfg.report(d->cfg.arg, from, result);
    }
    return size;
}

/* --- batches --------------------------------------------------------------------------------- */

/* Where an answer comes from: the address that the request was sent to, by any interface. What is
 * in the control data of the request becomes that of the answer. */
static void answer_from(struct msghdr *h)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
        bool v4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO;
        if (v4) {
            struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(c);
            info->ipi_ifindex = 0;
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo *info = (struct in6_pktinfo *)CMSG_DATA(c);
            if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr)) {
                info->ipi6_ifindex = 0;
            }
        } else {
            continue;
        }
        h->msg_control = c;
        h->msg_controllen =
            v4 ? CMSG_SPACE(sizeof(struct in_pktinfo)) : CMSG_SPACE(sizeof(struct in6_pktinfo));
        return;
    }
    h->msg_controllen = 0;
}

/* Answers the i-th datagram of the batch into the k-th that leaves; whether it gets one. */
static bool take(struct netp_sntpd *d, unsigned i, unsigned k)
{
    struct datagram *g = &d->dgram[i];
    struct msghdr *in = &d->in[i].msg_hdr, *out = &d->out[k].msg_hdr;
    struct netp_addr from = netp_sockaddr_get(&g->name);
    size_t n = 0;

    if (!(in->msg_flags & MSG_TRUNC)) {
        n = answer(d, g->p, d->in[i].msg_len, sntp_stamp(in), &from, g->answer);
    }
    if (n == 0) {
        return false;
    }
    *out = *in;
    g->iov = (struct iovec){g->answer, n};
    if (d->any) {
        answer_from(out);
    } else {
        out->msg_controllen = 0;
    }
    return true;
}

static int receive(struct netp_sntpd *d)
{
    for (unsigned i = 0; i < BATCH; i++) {
        struct datagram *g = &d->dgram[i];
        g->iov = (struct iovec){g->p, DATAGRAM};
        d->in[i].msg_hdr = (struct msghdr){.msg_name = &g->name,
                                           .msg_namelen = sizeof g->name,
                                           .msg_iov = &g->iov,
                                           .msg_iovlen = 1,
                                           .msg_control = g->control,
                                           .msg_controllen = sizeof g->control};
    }
    return recvmmsg(d->watch.fd, d->in, BATCH, MSG_DONTWAIT, NULL);
}

/* What can't be sent, for now or for ever, is lost: the client asks again. */
static void send_all(struct netp_sntpd *d, unsigned n)
{
    for (unsigned at = 0; at < n;) {
        int r = sendmmsg(d->watch.fd, d->out + at, n - at, MSG_DONTWAIT);
        at += r > 0 ? (unsigned)r : 1;
    }
}

static void on_ready(void *arg, unsigned what)
{
    struct netp_sntpd *d = arg;
    int n = (int)BATCH;

    (void)what;
    for (unsigned round = 0; round < ROUNDS && n == (int)BATCH; round++) {
        unsigned k = 0;
        n = receive(d);
        /* Often enough for any clock that is not set: within the last 16 seconds. */
        d->server.reference = netp_clock_now() & ~(16 * NETP_SNTP_SECOND - 1);
        for (int i = 0; i < n; i++) {
            k += take(d, (unsigned)i, k);
        }
        send_all(d, k);
    }
}

/* --- the server ------------------------------------------------------------------------------ */

/* log2 of the shortest time between two readings of the clock. */
static int8_t precision(void)
{
    uint64_t least = NETP_SNTP_SECOND;
    int8_t log2 = -32;

    for (unsigned i = 0; i < 100; i++) {
        uint64_t a = netp_clock_now(), b = netp_clock_now();
        least = b - a > 0 && b - a < least ? b - a : least;
    }
    while (least >>= 1) {
        log2++;
    }
    return log2;
}

static bool valid(const struct netp_sntpd_cfg *c)
{
    return c->listen.fam != 0 && c->leap <= 3 && c->stratum >= 1 && c->stratum < NETP_SNTP_STRATA &&
           (c->interval_ms == 0 ||
            (c->burst > 0 && c->addresses >= 4 && c->interval_ms <= INT32_MAX / c->burst));
}

static bool open_rate(struct netp_sntpd *d)
{
    const struct netp_sntpd_cfg *c = &d->cfg;

    d->rate = (struct netp_sntp_rate){.n = c->addresses,
                                      .interval_ms = c->interval_ms,
                                      .burst = c->burst,
                                      .kiss_every = c->kiss_every};
    if (c->interval_ms == 0) {
        return true;
    }
    d->rate.table = calloc(c->addresses, sizeof *d->rate.table);
    return d->rate.table && netp_random(&d->rate.secret, sizeof d->rate.secret);
}

static bool open_listen(struct netp_sntpd *d)
{
    static const uint8_t zeros[16];
    int size = 4 << 20;

    d->any = memcmp(d->cfg.listen.ip, zeros, 16) == 0;
    d->watch.fd = d->cfg.shared ? netp_udp_socket_shared(&d->cfg.listen)
                                : netp_udp_socket(&d->cfg.listen, d->cfg.listen.fam);
    if (d->watch.fd < 0 || (d->any && netp_udp_tell_local(d->watch.fd) != 0)) {
        return false;
    }
    setsockopt(d->watch.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    sntp_stamp_ask(d->watch.fd);
    return netp_loop_watch(d->loop, &d->watch, NETP_WANT_IN) == 0;
}

struct netp_sntpd *netp_sntpd_open(struct netp_loop *loop, const struct netp_sntpd_cfg *cfg)
{
    struct netp_sntpd *d;

    if (!valid(cfg)) {
        errno = EINVAL;
        return NULL;
    }
    if (!(d = calloc(1, sizeof *d))) {
        return NULL;
    }
    d->loop = loop;
    d->cfg = *cfg;
    d->server = (struct netp_sntp_server){.leap = cfg->leap,
                                          .stratum = cfg->stratum,
                                          .precision = precision(),
                                          .root_delay = cfg->root_delay,
                                          .root_dispersion = cfg->root_dispersion,
                                          .refid = cfg->refid};
    d->watch = (struct netp_watch){.fd = -1, .ready = on_ready, .arg = d};
    if (!open_rate(d) || !open_listen(d)) {
        int e = errno;
        netp_sntpd_close(d);
        errno = e;
        return NULL;
    }
    return d;
}

struct netp_addr netp_sntpd_addr(const struct netp_sntpd *d)
{
    return netp_local_addr(d->watch.fd);
}

uint64_t netp_sntpd_answers(const struct netp_sntpd *d)
{
    return d->answers;
}

void netp_sntpd_close(struct netp_sntpd *d)
{
    netp_loop_unwatch(d->loop, &d->watch);
    if (d->watch.fd >= 0) {
        close(d->watch.fd);
    }
    free(d->rate.table);
    free(d);
}
