/* tftp_client.c - a transfer that blocks until it is over. SPDX-License-Identifier: MIT */
#include "spin.h"
#include <errno.h>
#include <limits.h>
#include <netproto/host/socket.h>
#include <netproto/host/tftp_client.h>
#include <netproto/host/udp.h>
#include <netproto/link.h>
#include <netproto/machine.h>
#include <netproto/text.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_AHEAD 65536u

void netp_tftp_job_init(struct netp_tftp_job *job)
{
    memset(job, 0, sizeof *job);
    job->blksize = 1428;
    job->windowsize = 8;
    job->tsize = true;
    job->retries = 5;
    job->first_ms = job->total_ms = NETP_NEVER;
    job->size = NETP_TFTP_SIZE_UNKNOWN;
    netp_fail_clear(&job->fail);
}

/* --- the transport --------------------------------------------------------------------------- */

struct udp_io {
    struct netp_udp_batch *batch;
    int fd;
    unsigned n, i, most; /* datagrams in the batch, those taken, how many may come at once */
    int sys_errno;
    struct spin spin;
};

/* Takes in what the socket gave: n datagrams, or -1. */
static int filled(struct udp_io *u, int n)
{
    u->i = 0;
    u->n = n < 0 ? 0 : (unsigned)n;
    if (n < 0) {
        u->sys_errno = errno;
        return NETP_E_IO;
    }
    return 0;
}

static int io_recv(void *ctx, struct netp_in *in)
{
    struct udp_io *u = ctx;

    while (u->i < u->n) {
        if (netp_udp_datagram(u->batch, u->i++, in)) {
            return 1;
        }
    }
    return 0; /* wait() receives what has come meanwhile, without waiting then */
}

static ptrdiff_t io_send(void *ctx, const struct netp_out *v, size_t nv)
{
    struct udp_io *u = ctx;
    ptrdiff_t r = netp_udp_send(u->fd, v, nv);

    if (r == NETP_E_IO) {
        u->sys_errno = errno;
    }
    return r;
}

static int io_wait(void *ctx, unsigned want, netp_ms deadline)
{
    struct udp_io *u = ctx;
    netp_ms now = netp_now(), ms = deadline > now ? deadline - now : 0;
    int n = 0;
    bool found;

    if (want & NETP_WANT_OUT) {
        struct pollfd p = {u->fd, POLLIN | POLLOUT, 0};
        poll(&p, 1, ms < 1000 ? (int)ms : 1000);
        ms = 0;
    }
    for (unsigned looks = spin_begin(&u->spin); looks && n == 0; looks--) {
        n = netp_udp_receive(u->batch, u->fd, u->most);
    }
    found = n != 0;
    if (n == 0) {
        n = netp_udp_await(u->batch, u->fd, u->most, ms);
    }
    spin_end(&u->spin, found);
    return filled(u, n);
}

static netp_ms io_now(void *ctx)
{
    (void)ctx;
    return netp_now();
}

/* Makes the receive buffer fit a window, and the window the buffer: what does not fit is lost, and
 * sent again after a pause. */
static uint16_t fit_buffer(int fd, uint16_t blksize, uint16_t windowsize)
{
    /* What the kernel counts for a datagram: its bytes, rounded up, and its own. */
    int cost = blksize + blksize / 4 + 1024, have = 0;
    int want = windowsize + 4 < INT_MAX / 2 / cost ? cost * (windowsize + 4) : INT_MAX / 2;
    socklen_t n = sizeof have;

    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &want, sizeof want) != 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &want, sizeof want);
    }
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &have, &n) != 0 || have / cost >= windowsize) {
        return windowsize;
    }
    return (uint16_t)(have > cost ? have / cost : 1);
}

/* --- events ---------------------------------------------------------------------------------- */

struct run {
    struct netp_tftp_job *job;
    struct netp_tftp m;
    struct netp_link link;
    struct udp_io udp;
    uint8_t *mem, *ahead;
    size_t aheadlen;
    uint64_t total;
    netp_ms begun;
    bool answered;
};

/* A local call has failed: tells the server. */
static void give_up(struct run *r)
{
    int code = NETP_TFTP_UNDEFINED;

    r->job->sys_errno = errno ? errno : EIO;
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) {
        code = NETP_TFTP_DISK_FULL;
    }
    netp_tftp_abort(&r->m, code, NULL, netp_now());
}

static void on_options(struct run *r, const struct netp_tftp_ev *ev)
{
    r->answered = true;
    r->job->agreed_blksize = ev->u.options.blksize;
    r->job->agreed_windowsize = ev->u.options.windowsize;
    r->total = r->job->read ? r->job->size : ev->u.options.tsize;
    r->udp.most = r->job->read ? 1 : ev->u.options.windowsize;
    if (r->job->read) {
        size_t window = (size_t)ev->u.options.blksize * ev->u.options.windowsize;
        r->aheadlen = window >= READ_AHEAD ? window : READ_AHEAD / window * window;
        r->ahead = malloc(r->aheadlen);
        if (!r->ahead) {
            give_up(r);
        }
    }
}

static void on_need(struct run *r, const struct netp_tftp_ev *ev)
{
    size_t n = r->job->netascii && ev->u.need.max < r->aheadlen ? ev->u.need.max : r->aheadlen;
    ptrdiff_t got = r->job->read(r->job->arg, r->ahead, n, ev->u.need.offset);

    if (got < 0) {
        give_up(r);
        return;
    }
    if (netp_tftp_give(&r->m, r->ahead, (size_t)got, (size_t)got < n, netp_now()) < 0) {
        give_up(r); /* the file has shrunk */
    }
    r->job->bytes = ev->u.need.offset;
}

static void on_event(struct run *r, const struct netp_tftp_ev *ev)
{
    struct netp_tftp_job *job = r->job;

    errno = 0;
    switch (ev->type) {
    case NETP_TFTP_OPTIONS:
        on_options(r, ev);
        break;
    case NETP_TFTP_DATA:
        /* The ACK first, so that the server reads while we write. The last block's comes only after
         * DONE: what can't be stored is not acknowledged to the end. */
        netp_udp_flush(r->udp.fd, &netp_tftp_ops, &r->m, netp_now());
        if (!job->write(job->arg, ev->u.data.p, ev->u.data.n, ev->u.data.offset)) {
            give_up(r);
        }
        job->bytes = ev->u.data.offset + ev->u.data.n;
        break;
    case NETP_TFTP_NEED:
        on_need(r, ev);
        break;
    default:
        job->bytes = ev->u.done.total;
        if (job->commit && !job->commit(job->arg)) {
            give_up(r);
        }
        break;
    }
    if (job->progress) {
        job->progress(job->arg, job->bytes, r->total);
    }
}

/* --- the job --------------------------------------------------------------------------------- */

static int open_run(struct run *r)
{
    struct netp_tftp_job *job = r->job;
    struct netp_tftp_cfg cfg;
    size_t memlen;

    r->udp.fd = netp_udp_socket(job->local.fam ? &job->local : NULL, job->server.fam);
    if (r->udp.fd < 0 || netp_udp_block(r->udp.fd) != 0) {
        return NETP_E_IO;
    }
    netp_tftp_cfg_init(&cfg, job->read ? NETP_TFTP_PUT : NETP_TFTP_GET);
    cfg.blksize = job->blksize;
    cfg.windowsize =
        job->read ? job->windowsize : fit_buffer(r->udp.fd, job->blksize, job->windowsize);
    memlen = job->netascii ? NETP_TFTP_MEM(cfg.blksize, cfg.windowsize)
                           : NETP_TFTP_MEM_LEND(cfg.windowsize);
    r->mem = malloc(memlen);
    r->udp.batch = netp_udp_batch_new(
        cfg.windowsize < NETP_UDP_BATCH ? cfg.windowsize : NETP_UDP_BATCH, NETP_UDP_DATAGRAM_MAX);
    if (!r->mem || !r->udp.batch) {
        job->sys_errno = ENOMEM;
        return NETP_E_NOSPACE;
    }
    r->udp.most = 1;
    cfg.mem = r->mem;
    cfg.memlen = memlen;
    cfg.flags =
        (job->netascii ? NETP_TFTP_NETASCII : NETP_TFTP_LEND) | (job->tsize ? NETP_TFTP_TSIZE : 0u);
    cfg.timeout_s = job->timeout_s;
    cfg.retries = job->retries;
    cfg.tsize = job->size;
    cfg.file = job->file;
    cfg.server = job->server;
    cfg.server.port = job->server.port ? job->server.port : NETP_TFTP_PORT;
    return netp_tftp_init(&r->m, &cfg, r->begun);
}

static netp_ms until(const struct run *r)
{
    netp_ms all = netp_after(r->begun, r->job->total_ms);
    netp_ms first = r->answered ? NETP_NEVER : netp_after(r->begun, r->job->first_ms);

    return all < first ? all : first;
}

static int run(struct run *r)
{
    struct netp_tftp_ev ev;
    int got = 0;
    bool done = false;

    while (!done && (got = netp_link_run(&r->link, until(r), &ev)) > 0) {
        on_event(r, &ev);
        done = ev.type == NETP_TFTP_DONE;
    }
    if (!done) {
        return got;
    }
    /* A receiver whose path loses packets stays to repeat its last ACK; else it leaves with it. */
    got = netp_link_run(&r->link, netp_tftp_saw_loss(&r->m) ? until(r) : 0, &ev);
    return netp_tftp_fail(&r->m)->code == NETP_OK ? NETP_OK : got;
}

static void results(struct run *r, int got)
{
    struct netp_tftp_job *job = r->job;
    struct netp_str text = netp_tftp_peer_message(&r->m);

    job->fail = *netp_tftp_fail(&r->m);
    if (got < 0 && job->fail.code == NETP_OK) {
        job->fail.code = (enum netp_err)got;
        job->fail.where = got == NETP_E_TIMEOUT   ? "time is up"
                          : got == NETP_E_NOSPACE ? "memory"
                                                  : "socket";
    }
    if (got == NETP_E_IO && !job->sys_errno) {
        job->sys_errno = r->udp.sys_errno ? r->udp.sys_errno : errno;
    }
    netp_escape(job->message, sizeof job->message, text.p, text.n);
}

static int transfer(struct netp_tftp_job *job)
{
    static const struct netp_io ops = {NULL, io_recv, io_send, io_wait, io_now};
    struct netp_io io = ops;
    struct run *r = calloc(1, sizeof *r);
    int got;

    job->bytes = 0;
    job->sys_errno = 0;
    job->agreed_blksize = job->agreed_windowsize = 0;
    if (!r) {
        job->sys_errno = ENOMEM;
        netp_fail_clear(&job->fail);
        return netp_fail_with(&job->fail, NETP_E_NOSPACE, -1, 0, "memory");
    }
    r->job = job;
    r->begun = netp_now();
    r->udp.fd = -1;
    r->total = NETP_TFTP_SIZE_UNKNOWN;
    netp_fail_clear(&r->m.fail_);
    io.ctx = &r->udp;
    got = open_run(r);
    if (got == NETP_OK) {
        netp_link_init(&r->link, &netp_tftp_ops, &r->m, &io);
        got = run(r);
    }
    results(r, got);
    if (r->udp.fd >= 0) {
        close(r->udp.fd);
    }
    netp_udp_batch_free(r->udp.batch);
    free(r->mem);
    free(r->ahead);
    free(r);
    return got;
}

int netp_tftp_get(struct netp_tftp_job *job)
{
    job->read = NULL;
    return job->write ? transfer(job) : NETP_E_ARG;
}

int netp_tftp_put(struct netp_tftp_job *job)
{
    return job->read ? transfer(job) : NETP_E_ARG;
}
