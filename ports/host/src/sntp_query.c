/* sntp_query.c - asks servers, and waits for them. SPDX-License-Identifier: MIT */
#include "sntp_stamp.h"
#include <errno.h>
#include <netproto/host/random.h>
#include <netproto/host/sntp_query.h>
#include <netproto/host/socket.h>
#include <netproto/host/udp.h>
#include <netproto/machine.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define DATAGRAM 512u /* no answer to us is longer; the rest of one that is, is cut off */

/* One server in work. */
struct task {
    struct netp_sntp_target *t;
    struct netp_sntp_client m;
    size_t next;   /* of its other addresses */
    unsigned left; /* exchanges */
    uint64_t came; /* when the datagram that is being dealt with was received */
};

struct run {
    struct netp_sntp_query *q;
    struct task task[NETP_SNTP_TARGETS_MAX];
    struct pollfd fd[NETP_SNTP_TARGETS_MAX]; /* -1: it is over */
};

void netp_sntp_query_init(struct netp_sntp_query *q)
{
    memset(q, 0, sizeof *q);
    q->samples = 1;
    q->interval_ms = 2000;
    q->timeout_ms = 1000;
    q->total_ms = NETP_NEVER;
}

/* --- events ---------------------------------------------------------------------------------- */

static int failed(struct task *k, int err)
{
    k->t->sys_errno = errno;
    k->left = 0;
    return err;
}

static int on_ask(struct task *k)
{
    uint8_t nonce[8];

    if (!netp_random(nonce, sizeof nonce)) {
        return failed(k, NETP_E_IO);
    }
    if (netp_sntp_client_ask(&k->m, nonce, netp_clock_now(), netp_now()) != NETP_OK) {
        errno = EIO; /* OpenSSL makes no digest: by policy, say */
        return failed(k, NETP_E_IO);
    }
    k->t->asked++;
    return k->t->err;
}

static int on_reply(struct task *k, const struct netp_sntp_reply *reply)
{
    struct netp_sntp_target *t = k->t;
    struct netp_sntp_sample s;

    k->left--;
    if (netp_sntp_measure(reply, k->came, &s) != NETP_OK) {
        t->why = NETP_SNTP_WHY_ORDER;
        return t->answered ? NETP_OK : NETP_E_SYNTAX;
    }
    if (t->answered++ == 0 || s.delay < t->sample.delay) {
        t->reply = *reply;
        t->sample = s;
    }
    return NETP_OK;
}

/* Whether to go on with another address: that is silent, or can't be reached. */
static bool has_other(const struct task *k, const struct netp_sntp_target *t)
{
    return k->next < t->nother && t->answered == 0 &&
           (t->err == NETP_E_TIMEOUT || t->err == NETP_E_IO);
}

static int on_event(struct task *k, const struct netp_sntp_client_ev *ev)
{
    switch (ev->type) {
    case NETP_SNTP_ASK:
        return on_ask(k);
    case NETP_SNTP_REPLY:
        return on_reply(k, &ev->u.reply);
    case NETP_SNTP_UNFIT:
        k->t->why = ev->u.unfit.why;
        k->t->kiss = ev->u.unfit.kiss;
        k->left = k->t->kiss == NETP_SNTP_RATE ? 0 : k->left - 1;
        return k->t->answered ? NETP_OK : k->t->kiss ? NETP_E_REFUSED : NETP_E_SYNTAX;
    default: /* NETP_SNTP_TIMEOUT */
        k->left = has_other(k, k->t) ? 0 : k->left - 1;
        return k->t->err;
    }
}

/* Gives the machine input, or the time; sends what it has to send. */
static void step(struct task *k, int fd, struct netp_in *in)
{
    struct netp_sntp_client_ev ev;
    int r;

    while (k->left > 0 && (r = netp_sntp_client_next(&k->m, in, netp_now(), &ev)) != 0) {
        if (r < 0) {
            k->left = 0;
            k->t->kiss = (uint32_t)netp_sntp_client_fail(&k->m)->peer_code;
            k->t->err = k->t->answered ? NETP_OK : r;
        } else {
            k->t->err = on_event(k, &ev);
        }
    }
    if (k->left > 0 && netp_udp_flush(fd, &netp_sntp_client_ops, &k->m, netp_now()) < 0) {
        k->t->err = failed(k, NETP_E_IO);
    }
}

/* What ICMP reports is no failure: the server may be back for the next request. */
static void receive(struct task *k, int fd)
{
    uint8_t p[DATAGRAM];
    union {
        struct cmsghdr align;
        char space[SNTP_STAMP_SPACE];
    } control;
    struct iovec iov = {p, sizeof p};
    struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control};
    ssize_t n;

    do {
        h.msg_controllen = sizeof control;
        n = recvmsg(fd, &h, MSG_DONTWAIT);
        if (n >= 0) {
            struct netp_in in = {p, (size_t)n, NETP_IN_DGRAM, NULL};
            k->came = sntp_stamp(&h);
            step(k, fd, &in);
        }
    } while (n >= 0 && k->left > 0);
}

/* --- all of them ----------------------------------------------------------------------------- */

static int open_socket(const struct netp_sntp_query *q, struct netp_sntp_target *t)
{
    struct netp_addr to = t->addr;
    struct sockaddr_storage sa;
    socklen_t n;
    int fd = netp_udp_socket(q->local.fam ? &q->local : NULL, to.fam);

    to.port = to.port ? to.port : NETP_SNTP_PORT;
    n = netp_sockaddr_put(&sa, &to);
    if (fd >= 0 && (n == 0 || connect(fd, (struct sockaddr *)&sa, n) != 0)) {
        t->sys_errno = n ? errno : EINVAL;
        close(fd);
        return -1;
    }
    if (fd < 0) {
        t->sys_errno = errno;
        return -1;
    }
    sntp_stamp_ask(fd);
    return fd;
}

/* Begins with the address of a target. */
static int aim(struct run *r, size_t i)
{
    const struct netp_sntp_query *q = r->q;
    struct netp_sntp_target *t = &q->target[i];
    struct task *k = &r->task[i];
    struct netp_sntp_client_cfg cfg;

    netp_sntp_client_cfg_init(&cfg);
    cfg.key = t->key;
    cfg.burst = (uint8_t)q->samples;
    cfg.burst_ms = q->interval_ms;
    cfg.timeout_ms = q->timeout_ms;
    r->fd[i].fd = open_socket(q, t);
    t->err = r->fd[i].fd >= 0 ? NETP_E_TIMEOUT : NETP_E_IO;
    k->left = r->fd[i].fd >= 0 ? q->samples : 0;
    return netp_sntp_client_init(&k->m, &cfg, netp_now());
}

static int start(struct run *r, size_t i)
{
    struct netp_sntp_target *t = &r->q->target[i];

    if (t->key) { /* OpenSSL's first digest takes a millisecond: not on the clock */
        uint8_t p[NETP_SNTP_PACKET + NETP_SNTP_MAC_MAX] = {0};
        t->key->sign(t->key, p, NETP_SNTP_PACKET);
    }
    t->asked = t->answered = 0;
    t->sys_errno = 0;
    t->kiss = 0;
    t->why = NETP_SNTP_WHY_KISS;
    t->outlier = false;
    r->task[i].t = t;
    r->fd[i].events = POLLIN;
    return aim(r, i);
}

static void close_one(struct pollfd *p)
{
    if (p->fd >= 0) {
        close(p->fd);
        p->fd = -1;
    }
}

/* What is due for a target, and at its next address if it is silent at this one. */
static void go_on(struct run *r, size_t i)
{
    struct netp_sntp_target *t = &r->q->target[i];
    struct task *k = &r->task[i];

    step(k, r->fd[i].fd, NULL);
    while (k->left == 0 && has_other(k, t)) {
        close_one(&r->fd[i]);
        t->addr = t->other[k->next++];
        aim(r, i);
        step(k, r->fd[i].fd, NULL);
    }
}

/* Closes the sockets of those that are done. Returns when something is due next. */
static netp_ms next_due(struct run *r)
{
    netp_ms due = NETP_NEVER, d;

    for (size_t i = 0; i < r->q->n; i++) {
        if (r->task[i].left > 0) {
            d = netp_sntp_client_deadline(&r->task[i].m);
            due = d < due ? d : due;
        } else {
            close_one(&r->fd[i]);
        }
    }
    return due;
}

static void run(struct run *r)
{
    netp_ms end = netp_after(netp_now(), r->q->total_ms), due, now;

    for (size_t i = 0; i < r->q->n; i++) {
        go_on(r, i);
    }
    while ((due = next_due(r)) != NETP_NEVER && (now = netp_now()) < end) {
        due = due < end ? due : end;
        due = due > now ? due - now : 0;
        poll(r->fd, r->q->n, due < 60000 ? (int)due : 60000);
        for (size_t i = 0; i < r->q->n; i++) {
            if (r->fd[i].revents) {
                receive(&r->task[i], r->fd[i].fd);
            }
            go_on(r, i);
        }
    }
    for (size_t i = 0; i < r->q->n; i++) {
        r->task[i].left = 0;
    }
    next_due(r);
}

/* Compares those that were of use. */
static int select_best(struct netp_sntp_query *q)
{
    struct netp_sntp_sample s[NETP_SNTP_TARGETS_MAX];
    size_t index[NETP_SNTP_TARGETS_MAX], n = 0;
    bool outlier[NETP_SNTP_TARGETS_MAX];
    int r;

    for (size_t i = 0; i < q->n; i++) {
        if (q->target[i].err == NETP_OK) {
            s[n] = q->target[i].sample;
            index[n++] = i;
        }
    }
    if (n == 0) {
        return q->target[0].err;
    }
    r = netp_sntp_select(s, n, outlier, &q->choice);
    q->choice.best = index[q->choice.best];
    for (size_t i = 0; i < n; i++) {
        q->target[index[i]].outlier = outlier[i];
    }
    return r;
}

int netp_sntp_query(struct netp_sntp_query *q)
{
    struct run *r;
    int err = NETP_OK;

    if (q->n < 1 || q->n > NETP_SNTP_TARGETS_MAX || q->samples < 1 || q->samples > 255 ||
        !(r = calloc(1, sizeof *r))) {
        return NETP_E_ARG;
    }
    r->q = q;
    for (size_t i = 0; i < q->n; i++) {
        err = err ? err : start(r, i);
    }
    if (err == NETP_OK) {
        run(r);
        err = select_best(q);
    }
    free(r);
    return err;
}
