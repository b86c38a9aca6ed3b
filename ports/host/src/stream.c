/* stream.c - machines on stream sockets in a loop, and listeners. SPDX-License-Identifier: MIT */
#include "loop_priv.h"
#include "quiet.h"
#include <errno.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#define GATHER     32                /* elements that leave with one system call */
#define FILE_PIECE ((size_t)2 << 20) /* bytes of a file that leave with one system call */
#define READS      8                 /* buffers a turn; others are to have theirs, too */
#define LINGER_MS  1000              /* for the peer to close after us */
#define ACCEPTS    32                /* connections a turn */
#define PAUSE_MS   100               /* before another try, when there were no descriptors left */
#define BULK       16384             /* a full record of TLS: there is more to decrypt behind it */

enum { CONNECTING = 1, OPEN, FINISHING, LINGERING };

/* --- between a socket and a machine ---------------------------------------------------------- */

int netp_stream_receive(int fd, void *p, size_t n, struct netp_in *in)
{
    ssize_t r;

    do {
        r = recv(fd, p, n, MSG_DONTWAIT);
    } while (r < 0 && errno == EINTR);
    if (r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return 0;
    }
    *in = (struct netp_in){.p = p, .n = r > 0 ? (size_t)r : 0};
    if (r <= 0) {
        in->flags = r == 0 ? NETP_IN_EOF : NETP_IN_BROKEN;
    }
    return 1;
}

/* Puts elements from the front of v into h, up to a half-close or a file: the bytes that they are.
 * A half-close without bytes stands alone, for sent(m, 0) must tell of it. */
static size_t gather(struct msghdr *h, const struct netp_out *v, size_t nv, bool *fin, bool *more)
{
    size_t total = 0;

    *fin = false;
    *more = false;
    for (size_t i = 0; i < nv && i < GATHER && !*fin && (v[i].n > 0 || total == 0); i++) {
        if (v[i].flags & NETP_OUT_FILE) {
            *more = true;
            break;
        }
        h->msg_iov[h->msg_iovlen++] = (struct iovec){(void *)(uintptr_t)v[i].p, v[i].n};
        total += v[i].n;
        *fin = (v[i].flags & NETP_OUT_FIN) != 0;
    }
    return total;
}

/* One piece, as most are, goes without a list that the kernel has to fetch: 3 % less. */
static ssize_t send_pieces(int fd, const struct msghdr *h, int flags)
{
    const struct iovec *v = h->msg_iov;

    return h->msg_iovlen == 1 ? send(fd, v->iov_base, v->iov_len, flags) : sendmsg(fd, h, flags);
}

static ptrdiff_t send_error(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK ? NETP_E_AGAIN : NETP_E_IO;
}

ptrdiff_t netp_file_span_read(const struct netp_out *v, size_t skip, void *p, size_t n)
{
    const struct netp_file_span *span = (const void *)v->p;
    size_t left = v->n - skip;
    ssize_t r;

    do {
        r = pread(span->fd, p, n < left ? n : left, (off_t)(span->end - left));
    } while (r < 0 && errno == EINTR);
    if (r == 0) {
        errno = ENODATA;
        return -1;
    }
    return r;
}

static ptrdiff_t send_file(int fd, const struct netp_out *v)
{
    const struct netp_file_span *span = (const void *)v->p;
    off_t at = (off_t)(span->end - v->n);
    struct quiet quiet;
    ssize_t r;

    netp_quiet_begin(&quiet);
    do {
        r = sendfile(fd, span->fd, &at, v->n < FILE_PIECE ? v->n : FILE_PIECE);
    } while (r < 0 && errno == EINTR);
    netp_quiet_end(&quiet);
    if (r == 0) {
        errno = ENODATA; /* it has become shorter */
        return NETP_E_IO;
    }
    return r > 0 ? r : send_error();
}

ptrdiff_t netp_stream_send(int fd, const struct netp_out *v, size_t nv)
{
    struct iovec iov[GATHER];
    struct msghdr h = {.msg_iov = iov};
    bool fin, more;
    size_t total;
    ssize_t r = 0;

    if (v->flags & NETP_OUT_FILE) {
        return send_file(fd, v);
    }
    total = gather(&h, v, nv, &fin, &more);
    while (total > 0 &&
           (r = send_pieces(fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0))) < 0 &&
           errno == EINTR) {
    }
    if (r < 0) {
        return send_error();
    }
    if (fin && (size_t)r == total && shutdown(fd, SHUT_WR) != 0) {
        return NETP_E_IO;
    }
    return r;
}

/* --- streams --------------------------------------------------------------------------------- */

static void forget_input(struct netp_stream *s)
{
    free(s->held_);
    s->held_ = NULL;
    s->in_.n = 0;
}

void netp_stream_close(struct netp_stream *s)
{
    if (s->watch_.fd < 0) {
        return;
    }
    netp_loop_unwatch(s->loop_, &s->watch_);
    netp_loop_at(s->loop_, &s->timer_, NETP_NEVER);
    close(s->watch_.fd);
    s->watch_.fd = -1;
    if (s->gone_) {
        *s->gone_ = true; /* pump() frees the input */
    } else {
        forget_input(s);
    }
}

static void end(struct netp_stream *s, int err, int sys_errno)
{
    netp_stream_close(s);
    s->closed(s->arg, err, sys_errno);
}

static int failure(const struct netp_stream *s)
{
    return (s->ops->fail)(s->m)->code;
}

/* Sends what there is, as far as the socket takes it: true when something left. What stops it for
 * good is remembered: the peer may have said why before it stopped reading, so input goes first. */
static bool flush(struct netp_stream *s)
{
    struct netp_out v[GATHER];
    bool moved = false;
    size_t nv = 0;
    ptrdiff_t r;

    if (s->sys_errno_ || s->full_) {
        return false;
    }
    /* The first is for what waits in the transport. */
    while ((r = netp_transport_send(s->transport, s->watch_.fd, v, nv)) >= 0) {
        if (nv > 0) {
            s->ops->sent(s->m, (size_t)r, netp_loop_now(s->loop_));
            moved = true;
        }
        if ((nv = s->ops->out(s->m, v, GATHER)) == 0) {
            return moved;
        }
    }
    s->full_ = r == NETP_E_AGAIN;
    s->sys_errno_ = s->full_ ? 0 : errno;
    return moved;
}

void netp_stream_flush(struct netp_stream *s)
{
    if (s->watch_.fd >= 0 && s->state_ == OPEN) {
        flush(s);
    }
}

static bool may_receive(const struct netp_stream *s)
{
    return (s->ops->want(s->m) & NETP_WANT_IN) && s->in_.n == 0 && s->in_.flags == 0;
}

/* True when there is new input; *more: there may be more behind it. */
static bool receive(struct netp_stream *s, bool *more)
{
    *more = false;
    s->full_ = false; /* a transport may have waited for what comes */
    forget_input(s);
    if (!netp_transport_receive(s->transport, s->watch_.fd, netp_loop_buffer(s->loop_),
                                NETP_LOOP_BUFFER, &s->in_)) {
        return false;
    }
    *more = s->in_.n == NETP_LOOP_BUFFER;
    if (s->transport && s->in_.n >= BULK) {
        netp_loop_unhurried(s->loop_);
    }
    if (s->in_.flags & NETP_IN_BROKEN) {
        s->sys_errno_ = errno;
    } else if (s->in_.flags && s->sys_errno_) {
        /* The kernel tells of a reset once, and that was when we sent: then it is an end of file */
        s->in_.flags = NETP_IN_BROKEN;
    }
    return true;
}

/* Input that needs no readable socket. */
static bool has_input(const struct netp_stream *s)
{
    return s->state_ == OPEN &&
           (netp_transport_need(s->transport, NETP_WANT_IN) & NETP_TRANSPORT_NOW);
}

/* Tells of a turn, or of a part of one in which output has left. True: s is gone. */
static bool turned(struct netp_stream *s, const bool *gone)
{
    uint8_t *held = s->held_;

    if (s->turned && s->state_ == OPEN) {
        s->turned(s->arg);
    }
    if (*gone) {
        free(held);
    }
    return *gone;
}

/* Calls back with an event. True: s is gone. */
static bool tell(struct netp_stream *s, const bool *gone)
{
    uint8_t *held = s->held_; /* the event may lie in it, even when s is gone */

    s->event(s->arg, s->ev);
    if (*gone) {
        free(held);
    }
    return *gone;
}

/* Whether there is input that was not there before. *readable: there may be more behind it. */
static bool hear(struct netp_stream *s, bool *readable, unsigned *reads)
{
    return may_receive(s) && (*readable || has_input(s)) && (*reads)++ < READS &&
           receive(s, readable);
}

/* Takes events and moves bytes until nothing moves. *gone: the callback has closed the stream. */
static void pump(struct netp_stream *s, bool readable, const bool *gone)
{
    unsigned reads = 0;

    for (;;) {
        bool input = s->in_.n > 0 || s->in_.flags;
        int r = s->ops->next(s->m, input ? &s->in_ : NULL, netp_loop_now(s->loop_), s->ev);
        if (r > 0) {
            if (tell(s, gone)) {
                return;
            }
        } else if (s->state_ == OPEN && flush(s) && r == 0) {
            if (turned(s, gone)) { /* else it has room now */
                return;
            }
        } else if (r < 0 || !hear(s, &readable, &reads)) {
            return;
        }
    }
}

/* Copies what lies in the loop's buffer and was not used. */
static bool hold_input(struct netp_stream *s)
{
    if (s->in_.n == 0) {
        forget_input(s);
    } else if (!s->held_) {
        if (!(s->held_ = malloc(s->in_.n))) {
            return false;
        }
        memcpy(s->held_, s->in_.p, s->in_.n);
        s->in_.p = s->held_;
    }
    return true;
}

/* While there is nothing to do: for its end, if someone asks. Errors would come turn for turn. */
static int watch_end(struct netp_stream *s)
{
    if (s->left && s->state_ == OPEN && failure(s) == NETP_OK && !s->sys_errno_) {
        return netp_loop_watch(s->loop_, &s->watch_, s->left_ ? 0 : NETP_WATCH_HUP);
    }
    netp_loop_unwatch(s->loop_, &s->watch_);
    return 0;
}

/* Watches for what machine or transport needs. */
static void wait_for(struct netp_stream *s, unsigned wants, netp_ms at)
{
    netp_ms next = netp_loop_now(s->loop_) + 1;

    if (wants & NETP_TRANSPORT_NOW) {
        wants &= ~NETP_TRANSPORT_NOW;
        at = --next;
    }
    if ((wants ? netp_loop_watch(s->loop_, &s->watch_, wants) : watch_end(s)) != 0) {
        end(s, NETP_E_IO, errno);
        return;
    }
    if (netp_loop_at(s->loop_, &s->timer_, at > next ? at : next) != 0) {
        end(s, NETP_E_IO, ENOMEM);
    }
}

/* The machine is done. To close with input unread, or still to come, makes the kernel send a reset,
 * which may overtake what was sent last: so wait for the peer to close, but not for long. */
static void finish(struct netp_stream *s)
{
    const struct netp_out fin = {NULL, 0, NETP_OUT_FIN, NULL};
    netp_ms until = netp_loop_now(s->loop_) + LINGER_MS;
    bool peer_done = s->in_.flags != 0;
    ptrdiff_t r = NETP_E_IO;

    if (s->state_ != CONNECTING && !s->sys_errno_ && (!peer_done || s->transport)) {
        r = netp_transport_send(s->transport, s->watch_.fd, &fin, 1);
    }
    if (r == NETP_E_AGAIN) {
        s->state_ = FINISHING;
        wait_for(s, netp_transport_need(s->transport, 0), until);
    } else if (r < 0 || peer_done) {
        end(s, failure(s), failure(s) == NETP_E_IO ? s->sys_errno_ : 0);
    } else {
        s->state_ = LINGERING;
        forget_input(s);
        wait_for(s, NETP_WANT_IN, until);
    }
}

static void linger(struct netp_stream *s)
{
    struct netp_in in;

    if (netp_stream_receive(s->watch_.fd, netp_loop_buffer(s->loop_), NETP_LOOP_BUFFER, &in) &&
        in.flags) {
        end(s, failure(s), 0);
    }
}

/* After a turn: what can go on, and when? */
static void settle(struct netp_stream *s)
{
    unsigned want = s->ops->want(s->m), wants = 0;
    netp_ms at = s->ops->deadline(s->m);
    int err = failure(s);

    if ((want & NETP_CLOSED) || (err != NETP_OK && s->state_ == CONNECTING)) {
        finish(s);
        return;
    }
    if (err == NETP_OK && may_receive(s)) {
        wants = NETP_WANT_IN;
    }
    if (s->sys_errno_ && wants == 0) {
        end(s, err != NETP_OK ? err : NETP_E_IO, s->sys_errno_);
        return;
    }
    if (!hold_input(s)) {
        end(s, NETP_E_IO, ENOMEM);
        return;
    }
    if ((want & NETP_WANT_OUT) && !s->sys_errno_) {
        wants |= NETP_WANT_OUT;
    }
    if (err != NETP_OK || s->sys_errno_) { /* for the peer to take the error reply, or to say why */
        at = netp_loop_now(s->loop_) + LINGER_MS;
    }
    wait_for(s,
             s->state_ == CONNECTING ? (unsigned)NETP_WANT_OUT
                                     : netp_transport_need(s->transport, wants),
             at);
}

static void turn(struct netp_stream *s, bool readable)
{
    bool gone = false;

    s->gone_ = &gone;
    s->full_ = false;
    pump(s, readable, &gone);
    if (!gone && !turned(s, &gone)) {
        s->gone_ = NULL;
        settle(s);
    }
}

static bool is_watched_for(const struct netp_stream *s, unsigned wants)
{
    return s->watch_.watched_ && (s->watch_.wants_ & wants);
}

/* The end has come while there was nothing to do. */
static void tell_left(struct netp_stream *s, bool broken)
{
    s->left_ = true;
    if (broken) {
        netp_loop_unwatch(s->loop_, &s->watch_);
    } else if (netp_loop_watch(s->loop_, &s->watch_, 0) != 0) {
        end(s, NETP_E_IO, errno);
        return;
    }
    s->left(s->arg, broken);
}

static void ready(void *arg, unsigned what)
{
    struct netp_stream *s = arg;
    int e;

    if (!is_watched_for(s, NETP_WANT_IN | NETP_WANT_OUT)) {
        tell_left(s, what & (NETP_WANT_IN | NETP_WANT_OUT));
        return;
    }
    if (s->state_ == FINISHING) {
        finish(s);
        return;
    }
    if (s->state_ == LINGERING) {
        linger(s);
        return;
    }
    if (s->state_ == CONNECTING) {
        if ((e = netp_connect_result(s->watch_.fd)) != 0) {
            end(s, NETP_E_IO, e);
            return;
        }
        s->state_ = OPEN;
    }
    turn(s, (what & NETP_WANT_IN) || s->transport);
}

static void due(void *arg)
{
    struct netp_stream *s = arg;

    if (s->state_ >= FINISHING || failure(s) != NETP_OK) {
        end(s, failure(s), 0); /* the time to linger is up */
    } else if (s->sys_errno_) {
        end(s, NETP_E_IO, s->sys_errno_);
    } else { /* of what has come before it is watched, nobody has told: a request, say */
        turn(s, s->state_ == OPEN && !is_watched_for(s, NETP_WANT_IN | NETP_WANT_OUT));
    }
}

int netp_stream_open(struct netp_stream *s, struct netp_loop *loop, int fd, bool connecting)
{
    s->loop_ = loop;
    s->watch_ = (struct netp_watch){.fd = fd, .ready = ready, .arg = s};
    s->timer_ = (struct netp_timer){.due = due, .arg = s};
    s->in_ = (struct netp_in){0};
    s->held_ = NULL;
    s->gone_ = NULL;
    s->sys_errno_ = 0;
    s->left_ = false;
    s->full_ = false;
    s->state_ = connecting ? CONNECTING : OPEN;
    /* The first turn is a timer's: the machine may have something to say. */
    if (netp_loop_at(loop, &s->timer_, 0) != 0) {
        s->watch_.fd = -1;
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

int netp_stream_release(struct netp_stream *s)
{
    int fd = s->watch_.fd;

    if (s->state_ != OPEN || s->gone_ || s->in_.n > 0 || s->in_.flags || s->sys_errno_ ||
        (s->ops->want(s->m) & NETP_WANT_OUT) || netp_transport_need(s->transport, 0) != 0 ||
        has_input(s)) {
        return -1;
    }
    netp_loop_unwatch(s->loop_, &s->watch_);
    netp_loop_at(s->loop_, &s->timer_, NETP_NEVER);
    forget_input(s);
    s->watch_.fd = -1;
    return fd;
}

static bool is_running(const struct netp_stream *s)
{
    return s->watch_.fd >= 0 && s->state_ < FINISHING && failure(s) == NETP_OK;
}

void netp_stream_kick(struct netp_stream *s)
{
    if (!is_running(s)) {
        return;
    }
    if (netp_loop_at(s->loop_, &s->timer_, 0) != 0) {
        netp_loop_watch(s->loop_, &s->watch_, NETP_WANT_OUT); /* no memory: when it is writable */
    }
}

int netp_stream_become(struct netp_stream *s, const struct netp_ops *ops, void *m, void *ev)
{
    if (!is_running(s)) {
        return NETP_E_STATE;
    }
    s->ops = ops;
    s->m = m;
    s->ev = ev;
    netp_stream_kick(s);
    return NETP_OK;
}

int netp_stream_secure(struct netp_stream *s, const struct netp_transport *t)
{
    if (!is_running(s)) {
        return NETP_E_STATE;
    }
    if (s->in_.n > 0) {
        return NETP_E_TRAILING;
    }
    s->transport = t;
    netp_stream_kick(s);
    return NETP_OK;
}

/* --- listeners ------------------------------------------------------------------------------- */

/* Stops watching: until a connection has ended, or until some time has passed. */
static void pause_listener(struct netp_listener *l, bool for_a_time)
{
    netp_loop_unwatch(l->loop_, &l->watch_);
    if (for_a_time) {
        netp_loop_at(l->loop_, &l->pause_, netp_loop_now(l->loop_) + PAUSE_MS);
    }
}

static void resume_listener(void *arg)
{
    struct netp_listener *l = arg;

    if (l->watch_.fd >= 0 && l->count < l->max &&
        netp_loop_watch(l->loop_, &l->watch_, NETP_WANT_IN) != 0) {
        pause_listener(l, true);
    }
}

/* Whether accept failed for want of something that others may give back. */
static bool is_shortage(int e)
{
    return e == EMFILE || e == ENFILE || e == ENOBUFS || e == ENOMEM;
}

static void accept_some(void *arg, unsigned what)
{
    struct netp_listener *l = arg;
    struct netp_addr peer;

    (void)what;
    for (unsigned i = 0; i < ACCEPTS && l->watch_.fd >= 0; i++) {
        int fd = l->count < l->max ? netp_accept(l->watch_.fd, &peer) : -1;
        if (fd >= 0) {
            l->count++;
            l->accepted(l->arg, fd, &peer);
        } else if (l->count >= l->max || is_shortage(errno)) {
            pause_listener(l, l->count < l->max);
            return;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } /* else: that connection is gone already */
    }
}

int netp_listener_open(struct netp_listener *l, struct netp_loop *loop, int fd)
{
    l->loop_ = loop;
    l->count = 0;
    l->watch_ = (struct netp_watch){.fd = fd, .ready = accept_some, .arg = l};
    l->pause_ = (struct netp_timer){.due = resume_listener, .arg = l};
    if (netp_loop_watch(loop, &l->watch_, NETP_WANT_IN) != 0) {
        l->watch_.fd = -1;
        return -1;
    }
    return 0;
}

void netp_listener_done(struct netp_listener *l)
{
    l->count--;
    resume_listener(l);
}

void netp_listener_close(struct netp_listener *l)
{
    if (l->watch_.fd >= 0) {
        netp_loop_unwatch(l->loop_, &l->watch_);
        netp_loop_at(l->loop_, &l->pause_, NETP_NEVER);
        close(l->watch_.fd);
        l->watch_.fd = -1;
    }
}
