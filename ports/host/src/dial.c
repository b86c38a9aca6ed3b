/* dial.c - racing connections in a loop. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/dial.h>
#include <netproto/host/socket.h>
#include <unistd.h>

#define STAGGER_MS 250 /* RFC 8305 section 5, the recommended delay */

/* Ends all tries but the one that has won. */
static void stop(struct netp_dial *d)
{
    for (unsigned i = 0; i < d->begun_; i++) {
        int fd = d->try_[i].watch_.fd;
        if (fd >= 0) {
            netp_loop_unwatch(d->loop_, &d->try_[i].watch_);
            close(fd);
            d->try_[i].watch_.fd = -1;
        }
    }
    netp_loop_at(d->loop_, &d->next_, NETP_NEVER);
}

static void failed(struct netp_dial *d, int e)
{
    d->sys_errno_ = e;
    if (d->running_ > 0) {
        return;
    }
    if (d->begun_ < d->n_) {
        netp_loop_at(d->loop_, &d->next_, 0); /* the next need not wait */
        return;
    }
    stop(d);
    d->done(d->arg, -1, NULL, d->sys_errno_);
}

static void answered(void *arg, unsigned what)
{
    struct netp_dial_try *t = arg;
    struct netp_dial *d = t->dial_;
    int fd = t->watch_.fd, e = netp_connect_result(fd);

    (void)what;
    netp_loop_unwatch(d->loop_, &t->watch_);
    t->watch_.fd = -1;
    d->running_--;
    if (e != 0) {
        close(fd);
        failed(d, e);
        return;
    }
    stop(d);
    d->done(d->arg, fd, &d->addr_[t - d->try_], 0);
}

static void begin(void *arg)
{
    struct netp_dial *d = arg;
    unsigned i = d->begun_++;
    struct netp_watch *w = &d->try_[i].watch_;
    int e = 0;

    d->try_[i] =
        (struct netp_dial_try){.watch_ = {.ready = answered, .arg = &d->try_[i]}, .dial_ = d};
    w->fd = netp_tcp_connect(&d->addr_[i], d->local.fam ? &d->local : NULL);
    if (w->fd < 0) {
        e = errno;
    } else if (netp_loop_watch(d->loop_, w, NETP_WANT_OUT) != 0) {
        e = errno;
        close(w->fd);
        w->fd = -1;
    }
    if (d->begun_ < d->n_) {
        netp_loop_at(d->loop_, &d->next_, netp_loop_now(d->loop_) + STAGGER_MS);
    }
    if (e != 0) {
        failed(d, e);
    } else {
        d->running_++;
    }
}

/* Section 4: the family that comes first, then the other, in turns. */
static void take_turns(struct netp_dial *d, const struct netp_addr *a, unsigned n)
{
    unsigned same = 0, other = 0;
    bool wants_other = false;

    d->n_ = 0;
    while (d->n_ < NETP_DIAL_MAX && (same < n || other < n)) {
        unsigned *at = wants_other ? &other : &same;
        while (*at < n && (a[*at].fam == a[0].fam) == wants_other) {
            ++*at;
        }
        if (*at < n) {
            d->addr_[d->n_++] = a[(*at)++];
        }
        wants_other = !wants_other;
    }
}

int netp_dial_start(struct netp_dial *d, struct netp_loop *loop, const struct netp_addr *a,
                    unsigned n)
{
    d->loop_ = loop;
    d->next_ = (struct netp_timer){.due = begin, .arg = d};
    d->begun_ = d->running_ = 0;
    d->sys_errno_ = 0;
    take_turns(d, a, n);
    return netp_loop_at(loop, &d->next_, 0);
}

void netp_dial_cancel(struct netp_dial *d)
{
    stop(d);
}
