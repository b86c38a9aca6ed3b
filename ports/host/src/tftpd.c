/* tftpd.c - the TFTP server. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/addr.h>
#include <netproto/host/file.h>
#include <netproto/host/socket.h>
#include <netproto/host/tftpd.h>
#include <netproto/host/udp.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_LEN    1024u  /* bytes of a file's name, with its NUL */
#define READ_AHEAD      65536u /* bytes of a file that are read at once, or a window of them */
#define TEXT_MEM        16384u /* bytes for the blocks of a text, which are copied */
#define REQUESTS_A_TURN 32

struct transfer {
    struct netp_tftp m;
    struct netp_tftpd *d;
    struct transfer *next, **back; /* in d->running; *back points to this */
    struct netp_watch watch;
    struct netp_timer timer;
    struct netp_addr peer;
    struct netp_source source;
    struct netp_sink sink;
    netp_ms begun;
    uint64_t bytes;
    bool write, netascii, reported;
    unsigned burst; /* datagrams that may come at once */
    size_t namelen, aheadlen;
    uint8_t *ahead; /* what is lent to the machine */
    char name[NAME_MAX_LEN];
    uint8_t mem[];
};

struct netp_tftpd {
    struct netp_loop *loop;
    struct netp_tftpd_cfg cfg;
    struct netp_root root;
    struct netp_watch watch;
    struct transfer *running;
    unsigned count;
};

void netp_tftpd_cfg_init(struct netp_tftpd_cfg *cfg)
{
    memset(cfg, 0, sizeof *cfg);
    cfg->blksize = NETP_TFTP_BLKSIZE_MAX;
    cfg->windowsize = 64;
    cfg->window_bytes = 131072;
    cfg->retries = 5;
    cfg->rto_ms = 1000;
    cfg->max_size = UINT64_MAX;
    cfg->max_transfers = 256;
    cfg->max_per_peer = 64;
}

/* --- the end of a transfer ------------------------------------------------------------------- */

static void report(struct transfer *t, int err, int code, const char *message)
{
    const struct netp_tftpd_cfg *c = &t->d->cfg;
    struct netp_tftpd_report r = {.peer = &t->peer,
                                  .file = {t->name, t->namelen},
                                  .write = t->write,
                                  .netascii = t->netascii,
                                  .bytes = t->bytes,
                                  .ms = netp_loop_now(t->d->loop) - t->begun,
                                  .err = err,
                                  .tftp_code = code,
                                  .message = message};

    if (!t->reported && c->report) {
        c->report(c->arg, &r);
    }
    t->reported = true;
}

static void end(struct transfer *t)
{
    struct netp_loop *loop = t->d->loop;

    netp_loop_unwatch(loop, &t->watch);
    netp_loop_at(loop, &t->timer, NETP_NEVER);
    close(t->watch.fd);
    netp_source_close(&t->source);
    netp_sink_abort(&t->sink);
    *t->back = t->next;
    if (t->next) {
        t->next->back = t->back;
    }
    t->d->count--;
    free(t->ahead);
    free(t);
}

/* The machine has failed: what was not reported before is now. */
static void failed(struct transfer *t)
{
    const struct netp_fail *f = netp_tftp_fail(&t->m);
    struct netp_str text = netp_tftp_peer_message(&t->m);
    char message[NETP_ESCAPE_CAP(128)];

    netp_sink_abort(&t->sink);
    if (f->code == NETP_E_REFUSED && text.n) {
        netp_escape(message, sizeof message, text.p, text.n);
        report(t, f->code, f->peer_code, message);
    } else {
        report(t, f->code, f->peer_code, f->where);
    }
}

/* --- events ---------------------------------------------------------------------------------- */

static int tftp_code(int e)
{
    switch (e) {
    case ENOENT:
    case ENOTDIR:
        return NETP_TFTP_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EISDIR:
    case EROFS:
        return NETP_TFTP_ACCESS;
    case EEXIST:
        return NETP_TFTP_EXISTS;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return NETP_TFTP_DISK_FULL;
    default:
        return NETP_TFTP_UNDEFINED;
    }
}

/* Ends the transfer for a reason of ours, an errno. */
static void refuse(struct transfer *t, int e)
{
    int code = tftp_code(e);
    const char *text = code == NETP_TFTP_UNDEFINED ? strerror(e) : netp_tftp_error_text(code);

    netp_sink_abort(&t->sink);
    netp_tftp_abort(&t->m, code, text, netp_loop_now(t->d->loop));
    report(t, NETP_E_ABORTED, code, text);
}

static int open_write(struct transfer *t, const char *path, uint64_t tsize)
{
    const struct netp_tftpd_cfg *c = &t->d->cfg;
    unsigned flags = NETP_SINK_UNIQUE | (c->overwrite ? NETP_SINK_OVERWRITE : 0u) |
                     (c->create ? NETP_SINK_CREATE : 0u);

    if (!c->create && !c->overwrite) {
        errno = EACCES;
        return -1;
    }
    if (netp_sink_open(&t->sink, &t->d->root, path, flags) != 0) {
        errno = errno == ENOENT && !c->create ? EACCES : errno;
        return -1;
    }
    if (tsize != NETP_TFTP_SIZE_UNKNOWN &&
        (tsize > c->max_size || !netp_sink_room(&t->sink, tsize))) {
        errno = ENOSPC;
        return -1;
    }
    return 0;
}

/* The bytes to lend: a multiple of the window, so that a loaded buffer ends where a window does. */
static int open_read(struct transfer *t, const char *path, size_t window)
{
    if (netp_source_open(&t->source, &t->d->root, path) != 0) {
        return -1;
    }
    t->aheadlen = window >= READ_AHEAD ? window : READ_AHEAD / window * window;
    t->ahead = malloc(t->aheadlen);
    return t->ahead ? 0 : -1;
}

static void on_request(struct transfer *t, const struct netp_tftp_ev *ev)
{
    char path[NAME_MAX_LEN];
    size_t n = ev->u.request.file.n;
    int r;

    t->write = ev->u.request.write;
    t->netascii = ev->u.request.netascii;
    t->burst = t->write ? ev->u.request.windowsize : 1;
    t->namelen = n < sizeof t->name ? n : sizeof t->name;
    memcpy(t->name, ev->u.request.file.p, t->namelen);
    r = netp_root_name(ev->u.request.file, path, sizeof path);
    if (r == 0) {
        r = t->write ? open_write(t, path, ev->u.request.tsize)
                     : open_read(t, path, (size_t)ev->u.request.windowsize * ev->u.request.blksize);
    }
    if (r != 0) {
        refuse(t, errno);
        return;
    }
    netp_tftp_accept(&t->m, t->write ? NETP_TFTP_SIZE_UNKNOWN : t->source.size,
                     netp_loop_now(t->d->loop));
}

static void on_need(struct transfer *t, uint64_t offset, size_t max)
{
    size_t n = t->netascii && max < t->aheadlen ? max : t->aheadlen;
    ptrdiff_t got = netp_source_read(&t->source, t->ahead, n, offset);

    if (got < 0) {
        refuse(t, errno);
        return;
    }
    if (netp_tftp_give(&t->m, t->ahead, (size_t)got, (size_t)got < n, netp_loop_now(t->d->loop)) <
        0) {
        refuse(t, EIO); /* the file has shrunk */
    }
}

/* The ACK first, so that the client reads while we write. The last block's comes only after DONE:
 * what can't be stored is not acknowledged to the end. */
static void on_data(struct transfer *t, const struct netp_tftp_ev *ev)
{
    netp_udp_flush(t->watch.fd, &netp_tftp_ops, &t->m, netp_loop_now(t->d->loop));
    if (netp_sink_write(&t->sink, ev->u.data.p, ev->u.data.n, ev->u.data.offset) != 0) {
        refuse(t, errno);
    }
    t->bytes = ev->u.data.offset + ev->u.data.n;
}

static void on_event(struct transfer *t, const struct netp_tftp_ev *ev)
{
    switch (ev->type) {
    case NETP_TFTP_REQUEST:
        on_request(t, ev);
        break;
    case NETP_TFTP_NEED:
        t->bytes = ev->u.need.offset;
        on_need(t, ev->u.need.offset, ev->u.need.max);
        break;
    case NETP_TFTP_DATA:
        on_data(t, ev);
        break;
    case NETP_TFTP_DONE:
        t->bytes = ev->u.done.total;
        if (t->write && netp_sink_commit(&t->sink) != 0) {
            refuse(t, errno);
        } else {
            report(t, NETP_OK, -1, "");
        }
        break;
    default:
        break;
    }
}

/* --- moving it ------------------------------------------------------------------------------- */

/* Gives the machine input, or the time if in is NULL. */
static void step(struct transfer *t, struct netp_in *in)
{
    struct netp_tftp_ev ev;
    int r;

    while ((r = netp_tftp_next(&t->m, in, netp_loop_now(t->d->loop), &ev)) > 0) {
        on_event(t, &ev);
    }
    if (r < 0) {
        failed(t);
    }
}

/* Sends what there is to send, and waits for what comes next; or t is gone. */
static void settle(struct transfer *t)
{
    struct netp_loop *loop = t->d->loop;
    int r = netp_udp_flush(t->watch.fd, &netp_tftp_ops, &t->m, netp_loop_now(loop));

    if (r < 0) {
        report(t, NETP_E_IO, -1, strerror(errno));
    }
    if (r < 0 || netp_tftp_want(&t->m) == NETP_CLOSED) {
        end(t);
    } else if (netp_loop_watch(loop, &t->watch, NETP_WANT_IN | (r ? NETP_WANT_OUT : 0u)) != 0 ||
               netp_loop_at(loop, &t->timer, netp_tftp_deadline(&t->m)) != 0) {
        refuse(t, errno);
        netp_udp_flush(t->watch.fd, &netp_tftp_ops, &t->m, netp_loop_now(loop));
        end(t);
    }
}

static void on_ready(void *arg, unsigned what)
{
    struct transfer *t = arg;
    struct netp_udp_batch *b = netp_loop_batch(t->d->loop);
    int n = what & NETP_WANT_IN ? netp_udp_receive(b, t->watch.fd, t->burst) : 0;
    struct netp_in in;

    if (n < 0) {
        in = (struct netp_in){NULL, 0, NETP_IN_BROKEN, NULL};
        step(t, &in);
    }
    for (int i = 0; i < n; i++) {
        if (netp_udp_datagram(b, (unsigned)i, &in)) {
            step(t, &in);
        }
    }
    settle(t);
}

static void on_due(void *arg)
{
    struct transfer *t = arg;

    step(t, NULL);
    settle(t);
}

/* --- requests -------------------------------------------------------------------------------- */

/* A socket for a transfer, with a port of its own at the address the client knows. */
static int open_tid(const struct netp_addr *local)
{
    struct netp_addr any = {.fam = local->fam}, own = *local;
    int fd;

    own.port = 0;
    fd = netp_udp_socket(&own, own.fam);
    return fd >= 0 ? fd : netp_udp_socket(&any, local->fam);
}

static struct transfer *new_transfer(struct netp_tftpd *d, const struct netp_addr *peer,
                                     const struct netp_addr *local, bool text)
{
    const struct netp_tftpd_cfg *c = &d->cfg;
    size_t memlen = text ? TEXT_MEM : NETP_TFTP_MEM_LEND(c->windowsize);
    struct transfer *t = calloc(1, sizeof *t + memlen);
    struct netp_tftp_cfg cfg;

    if (!t) {
        return NULL;
    }
    t->d = d;
    t->peer = *peer;
    t->begun = netp_loop_now(d->loop);
    t->source.fd = t->sink.fd = t->sink.dir = -1;
    t->timer.due = on_due;
    t->watch.ready = on_ready;
    t->timer.arg = t->watch.arg = t;
    netp_tftp_cfg_init(&cfg, NETP_TFTP_SERVE);
    cfg.flags = NETP_TFTP_LEND;
    cfg.mem = t->mem;
    cfg.memlen = memlen;
    cfg.blksize = c->blksize;
    cfg.windowsize = c->windowsize;
    cfg.window_bytes = c->window_bytes;
    cfg.retries = c->retries;
    cfg.rto_ms = c->rto_ms;
    cfg.max_size = c->max_size;
    if (netp_tftp_init(&t->m, &cfg, t->begun) != NETP_OK || (t->watch.fd = open_tid(local)) < 0) {
        free(t);
        return NULL;
    }
    t->next = d->running;
    t->back = &d->running;
    if (t->next) {
        t->next->back = &t->next;
    }
    d->running = t;
    d->count++;
    return t;
}

/* Whether peer may have one more; a request that comes twice is no second one. The oldest of those
 * that are over, and stay only to repeat their last ACK, makes room. */
static bool admits(struct netp_tftpd *d, const struct netp_addr *peer, bool *repeated)
{
    struct transfer *over = NULL, *over_of_peer = NULL;
    unsigned of_peer = 0;

    *repeated = false;
    for (struct transfer *t = d->running; t; t = t->next) {
        bool same = netp_addr_eq_ip(&t->peer, peer);
        of_peer += same;
        *repeated |= same && t->peer.port == peer->port && !t->reported;
        over = t->reported ? t : over;
        over_of_peer = t->reported && same ? t : over_of_peer;
    }
    if (*repeated) {
        return false;
    }
    if (of_peer >= d->cfg.max_per_peer) {
        over = over_of_peer;
    } else if (d->count < d->cfg.max_transfers) {
        return true;
    }
    if (over) {
        end(over);
    }
    return over != NULL;
}

static void answer_busy(const struct netp_tftpd *d, const struct netp_addr *peer)
{
    static const char busy[] = "\0\5\0\0Too many transfers";
    struct sockaddr_storage sa;
    socklen_t n = netp_sockaddr_put(&sa, peer);

    (void)!sendto(d->watch.fd, busy, sizeof busy, MSG_DONTWAIT, (struct sockaddr *)&sa, n);
}

static void take_request(struct netp_tftpd *d, struct netp_in *in, const struct netp_addr *local)
{
    const struct netp_addr *peer = in->from;
    struct netp_tftp_packet pk;
    struct transfer *t;
    bool admitted, repeated;

    /* What is no request, or pretends to come from ourselves, gets no answer: none can loop. */
    netp_tftp_parse(in->p, in->n, &pk, NULL);
    if ((pk.opcode != NETP_TFTP_RRQ && pk.opcode != NETP_TFTP_WRQ) || in->n < 4 ||
        peer->port == 0 || (peer->port == local->port && netp_addr_eq_ip(peer, local))) {
        return;
    }
    admitted = admits(d, peer, &repeated);
    if (repeated) {
        return;
    }
    t = admitted ? new_transfer(d, peer, local, !netp_str_ieq(pk.mode, NETP_STR("octet"))) : NULL;
    if (!t) {
        answer_busy(d, peer);
        return;
    }
    step(t, in);
    settle(t);
}

static void on_listen(void *arg, unsigned what)
{
    struct netp_tftpd *d = arg;
    struct netp_addr from, local, own = netp_tftpd_addr(d);
    uint8_t *p = netp_loop_buffer(d->loop);

    (void)what;
    for (unsigned i = 0; i < REQUESTS_A_TURN; i++) {
        size_t n = NETP_LOOP_BUFFER;
        if (netp_udp_receive_local(d->watch.fd, p, &n, &from, &local) <= 0) {
            return;
        }
        if (local.fam != own.fam) {
            local = own;
        }
        local.port = own.port;
        struct netp_in in = {p, n, NETP_IN_DGRAM, &from};
        take_request(d, &in, &local);
    }
}

/* --- the server ------------------------------------------------------------------------------ */

static int open_listen(const struct netp_tftpd_cfg *cfg)
{
    return cfg->shared ? netp_udp_socket_shared(&cfg->listen)
                       : netp_udp_socket(&cfg->listen, cfg->listen.fam);
}

struct netp_tftpd *netp_tftpd_open(struct netp_loop *loop, const struct netp_tftpd_cfg *cfg)
{
    struct netp_tftpd *d;

    if (cfg->listen.fam == 0) {
        errno = EINVAL;
        return NULL;
    }
    if (!(d = calloc(1, sizeof *d))) {
        return NULL;
    }
    d->loop = loop;
    d->cfg = *cfg;
    d->cfg.root = NULL;
    d->root.fd = d->watch.fd = -1;
    d->watch.ready = on_listen;
    d->watch.arg = d;
    if (!netp_loop_batch(loop) || netp_root_open(&d->root, cfg->root) != 0 ||
        (d->watch.fd = open_listen(cfg)) < 0 || netp_udp_tell_local(d->watch.fd) != 0 ||
        netp_loop_watch(loop, &d->watch, NETP_WANT_IN) != 0) {
        int e = errno;
        netp_tftpd_close(d);
        errno = e;
        return NULL;
    }
    return d;
}

struct netp_addr netp_tftpd_addr(const struct netp_tftpd *d)
{
    return netp_local_addr(d->watch.fd);
}

unsigned netp_tftpd_stop(struct netp_tftpd *d)
{
    netp_loop_unwatch(d->loop, &d->watch);
    return netp_tftpd_running(d);
}

unsigned netp_tftpd_running(const struct netp_tftpd *d)
{
    unsigned n = 0;

    for (const struct transfer *t = d->running; t; t = t->next) {
        n += !t->reported;
    }
    return n;
}

void netp_tftpd_close(struct netp_tftpd *d)
{
    struct transfer *next;

    for (struct transfer *t = d->running; t; t = next) {
        next = t->next;
        if (!t->reported) {
            netp_tftp_abort(&t->m, NETP_TFTP_UNDEFINED, "Server is stopping",
                            netp_loop_now(d->loop));
            netp_udp_flush(t->watch.fd, &netp_tftp_ops, &t->m, netp_loop_now(d->loop));
            report(t, NETP_E_ABORTED, NETP_TFTP_UNDEFINED, "server is stopping");
        }
        end(t);
    }
    netp_loop_unwatch(d->loop, &d->watch);
    if (d->watch.fd >= 0) {
        close(d->watch.fd);
    }
    netp_root_close(&d->root);
    free(d);
}
