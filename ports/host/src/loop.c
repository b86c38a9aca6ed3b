/* loop.c - epoll, timers, signals. SPDX-License-Identifier: MIT */
#include "loop_priv.h"
#include "spin.h"
#include <errno.h>
#include <netproto/host/loop.h>
#include <netproto/host/socket.h>
#include <netproto/host/udp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define EVENTS 64

struct netp_loop {
    int epoll;
    bool stop, unhurried;
    netp_ms now;
    struct netp_timer **heap; /* by key_, the earliest first */
    size_t nheap, heapcap;
    struct epoll_event *event; /* those of this turn that are still to be handled */
    int nevent;
    uint8_t *buffer;
    struct netp_udp_batch *batch;
    struct spin spin;
    struct netp_watch signal;
    void (*on_signal)(void *arg, int sig);
    void *signal_arg;
};

struct netp_loop *netp_loop_new(void)
{
    struct netp_loop *l = calloc(1, sizeof *l);

    if (!l) {
        return NULL;
    }
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->buffer = malloc(NETP_LOOP_BUFFER);
    l->now = netp_now();
    l->signal.fd = -1;
    if (l->epoll < 0 || !l->buffer) {
        netp_loop_free(l);
        return NULL;
    }
    return l;
}

void netp_loop_free(struct netp_loop *l)
{
    if (l) {
        if (l->signal.fd >= 0) {
            close(l->signal.fd);
        }
        if (l->epoll >= 0) {
            close(l->epoll);
        }
        netp_udp_batch_free(l->batch);
        free(l->buffer);
        free(l->heap);
        free(l);
    }
}

netp_ms netp_loop_now(const struct netp_loop *l)
{
    return l->now;
}

uint8_t *netp_loop_buffer(struct netp_loop *l)
{
    return l->buffer;
}

struct netp_udp_batch *netp_loop_batch(struct netp_loop *l)
{
    if (!l->batch) {
        l->batch = netp_udp_batch_new(NETP_UDP_BATCH, NETP_UDP_DATAGRAM_MAX);
    }
    return l->batch;
}

void netp_loop_stop(struct netp_loop *l)
{
    l->stop = true;
}

/* --- descriptors ----------------------------------------------------------------------------- */

int netp_loop_watch(struct netp_loop *l, struct netp_watch *w, unsigned wants)
{
    struct epoll_event e = {.events = (wants & NETP_WANT_IN ? EPOLLIN : 0u) |
                                      (wants & NETP_WANT_OUT ? EPOLLOUT : 0u) |
                                      (wants & NETP_WATCH_HUP ? EPOLLRDHUP : 0u),
                            .data.ptr = w};

    if (w->watched_ && w->wants_ == wants) {
        return 0;
    }
    if (epoll_ctl(l->epoll, w->watched_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, w->fd, &e) != 0) {
        return -1;
    }
    w->watched_ = true;
    w->wants_ = wants;
    return 0;
}

void netp_loop_unwatch(struct netp_loop *l, struct netp_watch *w)
{
    if (!w->watched_) {
        return;
    }
    epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
    w->watched_ = false;
    for (int i = 0; i < l->nevent; i++) {
        if (l->event[i].data.ptr == w) {
            l->event[i].data.ptr = NULL;
        }
    }
}

static void handle(struct netp_watch *w, unsigned events)
{
    const unsigned any = NETP_WANT_IN | NETP_WANT_OUT;
    unsigned what = events & EPOLLRDHUP ? NETP_WATCH_HUP : 0;

    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        what |= NETP_WANT_IN;
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
        what |= NETP_WANT_OUT;
    }
    what &= w->wants_ & any ? w->wants_ : any | w->wants_;
    if (what) {
        w->ready(w->arg, what);
    }
}

/* --- timers ---------------------------------------------------------------------------------- */

static void place(struct netp_loop *l, size_t i, struct netp_timer *t)
{
    l->heap[i] = t;
    t->slot_ = i + 1;
}

/* Moves t, which belongs at or above i, up to where its parent is not later. */
static void sift_up(struct netp_loop *l, size_t i, struct netp_timer *t)
{
    while (i > 0 && l->heap[(i - 1) / 2]->key_ > t->key_) {
        place(l, i, l->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    place(l, i, t);
}

static void sift_down(struct netp_loop *l, size_t i, struct netp_timer *t)
{
    size_t k;

    while ((k = 2 * i + 1) < l->nheap) {
        if (k + 1 < l->nheap && l->heap[k + 1]->key_ < l->heap[k]->key_) {
            k++;
        }
        if (l->heap[k]->key_ >= t->key_) {
            break;
        }
        place(l, i, l->heap[k]);
        i = k;
    }
    place(l, i, t);
}

static void remove_timer(struct netp_loop *l, struct netp_timer *t)
{
    size_t i = t->slot_ - 1;
    struct netp_timer *last = l->heap[--l->nheap];

    t->slot_ = 0;
    if (last != t) {
        sift_up(l, i, last);
        sift_down(l, last->slot_ - 1, last);
    }
}

static bool has_room(struct netp_loop *l)
{
    size_t more = l->heapcap ? l->heapcap * 2 : 64;
    struct netp_timer **bigger;

    if (l->nheap < l->heapcap) {
        return true;
    }
    if (!(bigger = realloc(l->heap, more * sizeof *bigger))) {
        return false;
    }
    l->heap = bigger;
    l->heapcap = more;
    return true;
}

int netp_loop_at(struct netp_loop *l, struct netp_timer *t, netp_ms at)
{
    if (at < l->now) {
        at = l->now; /* behind those that were due before it was set */
    }
    t->at_ = at;
    if (t->slot_ && at == NETP_NEVER) {
        remove_timer(l, t);
    } else if (t->slot_ && at < t->key_) {
        t->key_ = at;
        sift_up(l, t->slot_ - 1, t);
    } else if (!t->slot_ && at != NETP_NEVER) {
        if (!has_room(l)) {
            return -1;
        }
        t->key_ = at;
        sift_up(l, l->nheap++, t);
    }
    return 0;
}

/* Calls what is due, the earliest first. A timer that was set later meanwhile goes to where it
 * belongs. No more are called than were there, so that one which is always due keeps nobody. */
static void fire(struct netp_loop *l)
{
    size_t n = l->nheap;

    while (n && l->nheap && l->heap[0]->key_ <= l->now) {
        struct netp_timer *t = l->heap[0];
        if (t->at_ != t->key_) {
            t->key_ = t->at_;
            sift_down(l, 0, t);
        } else {
            n--;
            remove_timer(l, t);
            t->due(t->arg);
        }
    }
}

void netp_loop_unhurried(struct netp_loop *l)
{
    l->unhurried = true;
}

/* --- turns ----------------------------------------------------------------------------------- */

/* Milliseconds that epoll_wait() may sleep, -1 for ever. */
static int patience(const struct netp_loop *l, netp_ms until)
{
    netp_ms now, at = until;

    if (l->nheap && l->heap[0]->key_ < at) {
        at = l->heap[0]->key_;
    }
    if (at == NETP_NEVER) {
        return -1;
    }
    now = netp_now();
    return at <= now ? 0 : at - now < 3600000 ? (int)(at - now) : 3600000;
}

static int wait_events(struct netp_loop *l, struct epoll_event *events, netp_ms until)
{
    int n = 0, ms = patience(l, until);
    bool found;

    if (l->unhurried) {
        l->unhurried = false;
        return epoll_wait(l->epoll, events, EVENTS, ms);
    }
    for (unsigned looks = spin_begin(&l->spin); looks && n == 0; looks--) {
        n = epoll_wait(l->epoll, events, EVENTS, 0);
    }
    found = n != 0;
    if (n == 0) {
        n = epoll_wait(l->epoll, events, EVENTS, ms);
    }
    spin_end(&l->spin, found);
    return n;
}

int netp_loop_turn(struct netp_loop *l, netp_ms until)
{
    struct epoll_event events[EVENTS];
    int n = wait_events(l, events, until);

    if (n < 0 && errno != EINTR) {
        return -1;
    }
    l->now = netp_now();
    l->event = events;
    l->nevent = n < 0 ? 0 : n;
    for (int i = 0; i < l->nevent; i++) {
        if (events[i].data.ptr) {
            handle(events[i].data.ptr, events[i].events);
        }
    }
    l->nevent = 0;
    fire(l);
    return 0;
}

int netp_loop_run(struct netp_loop *l)
{
    l->stop = false;
    while (!l->stop) {
        if (netp_loop_turn(l, NETP_NEVER) != 0) {
            return -1;
        }
    }
    return 0;
}

/* --- signals --------------------------------------------------------------------------------- */

static void signal_ready(void *arg, unsigned what)
{
    struct netp_loop *l = arg;
    struct signalfd_siginfo info;

    (void)what;
    while (read(l->signal.fd, &info, sizeof info) == (ssize_t)sizeof info) {
        l->on_signal(l->signal_arg, (int)info.ssi_signo);
    }
}

int netp_loop_signals(struct netp_loop *l, void (*fn)(void *arg, int sig), void *arg)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
        return -1;
    }
    l->on_signal = fn;
    l->signal_arg = arg;
    l->signal.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    l->signal.ready = signal_ready;
    l->signal.arg = l;
    return l->signal.fd < 0 ? -1 : netp_loop_watch(l, &l->signal, NETP_WANT_IN);
}
