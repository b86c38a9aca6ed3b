/* stream.c - connections and listeners in a loop. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/io.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GATHER      32u   /* elements a send */
#define ROUNDS      16    /* sends before other connections have their turn */
#define LINGER_MS   5000u /* for a peer to take the error reply of a machine that has failed */
#define BACK_OFF_MS 100u  /* before accept() is tried again when descriptors have run out */

void netp_stream_close(struct netp_stream *s)
{
    if (!s->loop_) {
        return;
    }
    if (s->gone_) {
        *s->gone_ = true; /* a view of the event being handled may lie in held_ */
    } else {
        free(s->held_);
    }
    netp_loop_unwatch(s->loop_, &s->watch_);
    netp_loop_at(s->loop_, &s->timer_, NETP_NEVER);
    close(s->watch_.fd);
    s->held_ = NULL;
    s->gone_ = NULL;
    s->loop_ = NULL;
}

static void end(struct netp_stream *s, int err)
{
    /* What is unread would make close() a reset, which can overtake the last bytes sent. */
    (void)!recv(s->watch_.fd, NULL, 1u << 20, MSG_DONTWAIT | MSG_TRUNC);
    netp_stream_close(s);
    s->on_end(s->arg, err);
}

/* Sends once. True when something left, so that the machine may have more to say or room to go on.
 */
static bool send_some(struct netp_stream *s)
{
    struct netp_out v[GATHER];
    size_t nv = s->cut_ ? 0 : s->ops->out(s->m, v, GATHER);
    ptrdiff_t n = nv ? netp_stream_send(s->watch_.fd, v, nv) : NETP_E_AGAIN;

    if (n == NETP_E_IO) {
        s->sys_errno = errno;
        s->cut_ = true;
    }
    if (n < 0) {
        return false;
    }
    s->ops->sent(s->m, (size_t)n, netp_loop_now(s->loop_));
    return true;
}

/* After a send has failed the peer may still have said why; when nobody will read that, or nothing
 * is left to read, the machine is told. True when it has been told by this. */
static bool tell_cut(struct netp_stream *s)
{
    bool reading = !s->ended_ && (s->ops->want(s->m) & NETP_WANT_IN) != 0;

    if (!s->cut_ || reading || (s->in_.flags & NETP_IN_BROKEN) != 0) {
        return false;
    }
    s->in_.flags = NETP_IN_BROKEN;
    s->ended_ = true;
    return true;
}

/* Keeps what the machine has left of the input, for the buffer is everybody's. */
static bool keep_input(struct netp_stream *s)
{
    uint8_t *copy;

    if (s->in_.n == 0) {
        free(s->held_);
        s->held_ = NULL;
    } else if (!s->held_) {
        if (!(copy = malloc(s->in_.n))) {
            return false;
        }
        memcpy(copy, s->in_.p, s->in_.n);
        s->in_.p = s->held_ = copy;
    }
    return true;
}

static netp_ms earlier(netp_ms a, netp_ms b)
{
    return a < b ? a : b;
}

/* Nothing moves any more: sees to it that what comes next is noticed. r is what next() said. */
static void settle(struct netp_stream *s, int r)
{
    netp_ms now = netp_loop_now(s->loop_), at = s->ops->deadline(s->m);
    unsigned want = s->ops->want(s->m), watch = 0;
    int err = 0;

    if (r < 0 && s->linger_ == 0) {
        s->linger_ = now + LINGER_MS;
    }
    if (want == NETP_CLOSED || (r < 0 && (s->cut_ || now >= s->linger_))) {
        end(s, s->ops->fail(s->m)->code);
        return;
    }
    if (!keep_input(s)) {
        end(s, NETP_E_IO);
        return;
    }
    if ((want & NETP_WANT_IN) != 0 && !s->ended_ && s->in_.n == 0) {
        watch |= NETP_WANT_IN;
    }
    if ((want & NETP_WANT_OUT) != 0 && !s->cut_) {
        watch |= NETP_WANT_OUT;
    }
    if (watch) {
        err = netp_loop_watch(s->loop_, &s->watch_, watch);
    } else {
        netp_loop_unwatch(s->loop_, &s->watch_); /* or a hang-up would wake the loop for ever */
    }
    if (at <= now) {
        at = now + 1;
    }
    if (s->linger_) {
        at = earlier(at, s->linger_);
    }
    if (netp_loop_at(s->loop_, &s->timer_, at) != 0 || err != 0) {
        end(s, NETP_E_IO);
    }
}

/* Lets the machine do all that it can. */
static void move(struct netp_stream *s)
{
    union {
        max_align_t align;
        uint8_t space[NETP_STREAM_EV_MAX];
    } ev;
    uint8_t *held = s->held_;
    bool gone = false;
    int r, rounds = ROUNDS;

    s->gone_ = &gone;
    do {
        bool input = s->in_.n > 0 || s->in_.flags != 0;
        while ((r = s->ops->next(s->m, input ? &s->in_ : NULL, netp_loop_now(s->loop_), &ev)) > 0) {
            s->on_event(s->arg, &ev);
            if (gone) {
                free(held);
                return;
            }
        }
    } while ((send_some(s) && --rounds > 0) || tell_cut(s));
    s->gone_ = NULL;
    settle(s, r);
}

static void on_ready(void *arg, unsigned what)
{
    struct netp_stream *s = arg;

    if ((what & NETP_WANT_IN) != 0 &&
        netp_stream_recv(s->watch_.fd, netp_loop_buffer(s->loop_), NETP_LOOP_BUFFER, &s->in_)) {
        s->ended_ = s->in_.flags != 0;
        if ((s->in_.flags & NETP_IN_BROKEN) != 0 && !s->sys_errno) {
            s->sys_errno = errno;
        }
        if (s->ended_ && s->cut_) {
            s->in_.flags = NETP_IN_BROKEN; /* the error was told to the send that failed */
        }
    }
    move(s);
}

static void on_due(void *arg)
{
    move(arg);
}

int netp_stream_open(struct netp_stream *s, struct netp_loop *loop, int fd)
{
    if (s->ops->evsize > NETP_STREAM_EV_MAX) {
        errno = EINVAL;
        return -1;
    }
    s->watch_ = (struct netp_watch){.fd = fd, .ready = on_ready, .arg = s};
    s->timer_ = (struct netp_timer){.due = on_due, .arg = s};
    s->in_ = (struct netp_in){0};
    s->sys_errno = 0;
    s->cut_ = s->ended_ = false;
    s->linger_ = 0;
    if (netp_loop_at(loop, &s->timer_, 0) != 0) { /* the first move is made by the loop */
        return -1;
    }
    s->loop_ = loop;
    return 0;
}

void netp_stream_update(struct netp_stream *s)
{
    if (s->loop_ && !s->gone_) {
        move(s);
    }
}

/* --- listeners ------------------------------------------------------------------------------- */

static int listen_again(struct netp_listener *l)
{
    return netp_loop_watch(l->loop_, &l->watch_, NETP_WANT_IN);
}

static bool is_shortage(int e)
{
    return e == EMFILE || e == ENFILE || e == ENOBUFS || e == ENOMEM;
}

/* Accepts one connection a time: nothing of *l is touched after its callback. */
static void on_connection(void *arg, unsigned what)
{
    struct netp_listener *l = arg;
    struct netp_addr peer;
    int fd = netp_accept(l->watch_.fd, &peer);

    (void)what;
    if (fd < 0 && is_shortage(errno)) {
        netp_loop_unwatch(l->loop_, &l->watch_);
        netp_loop_at(l->loop_, &l->timer_, netp_loop_now(l->loop_) + BACK_OFF_MS);
    }
    if (fd < 0) {
        return;
    }
    if (++l->open_ >= l->limit) {
        netp_loop_unwatch(l->loop_, &l->watch_);
    }
    l->on_accept(l->arg, fd, &peer);
}

static void on_backed_off(void *arg)
{
    struct netp_listener *l = arg;

    if (l->open_ < l->limit && listen_again(l) != 0) {
        netp_loop_at(l->loop_, &l->timer_, netp_loop_now(l->loop_) + BACK_OFF_MS);
    }
}

int netp_listener_open(struct netp_listener *l, struct netp_loop *loop, int fd)
{
    l->watch_ = (struct netp_watch){.fd = fd, .ready = on_connection, .arg = l};
    l->timer_ = (struct netp_timer){.due = on_backed_off, .arg = l};
    l->open_ = 0;
    l->loop_ = loop;
    if (listen_again(l) != 0) {
        l->loop_ = NULL;
        return -1;
    }
    return 0;
}

void netp_listener_done(struct netp_listener *l)
{
    l->open_--;
    if (l->loop_ && l->open_ < l->limit) {
        on_backed_off(l);
    }
}

void netp_listener_close(struct netp_listener *l)
{
    if (l->loop_) {
        netp_loop_unwatch(l->loop_, &l->watch_);
        netp_loop_at(l->loop_, &l->timer_, NETP_NEVER);
        close(l->watch_.fd);
        l->loop_ = NULL;
    }
}
