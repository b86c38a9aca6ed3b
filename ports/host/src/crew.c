/* crew.c - threads that do for a loop what would hold it up. SPDX-License-Identifier: MIT */
#include "crew.h"
#include "thread.h"
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void *work(void *arg)
{
    struct crew *c = arg;
    struct crew_job *job;
    uint64_t one = 1;

    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (!c->todo && !c->stop) {
            pthread_cond_wait(&c->changed, &c->lock);
        }
        if (!(job = c->todo)) {
            break;
        }
        c->todo = job->next;
        pthread_mutex_unlock(&c->lock);
        job->work(job->arg);
        pthread_mutex_lock(&c->lock);
        job->next = c->finished;
        c->finished = job;
        (void)!write(c->told.fd, &one, sizeof one); /* there are fewer than it can count */
    }
    c->threads--;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* Gives back those that are finished. */
static void give_back(struct crew *c)
{
    struct crew_job *job, *next;

    pthread_mutex_lock(&c->lock);
    job = c->finished;
    c->finished = NULL;
    pthread_mutex_unlock(&c->lock);
    for (; job; job = next) {
        next = job->next;
        c->busy--;
        job->done(job->arg);
    }
}

static void told(void *arg, unsigned what)
{
    struct crew *c = arg;
    uint64_t n;

    (void)what;
    if (read(c->told.fd, &n, sizeof n) > 0) {
        give_back(c);
    }
}

int crew_open(struct crew *c, struct netp_loop *loop, unsigned max)
{
    *c = (struct crew){.max = max, .told = {.ready = told, .arg = c}};
    c->told.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (c->told.fd < 0) {
        return -1;
    }
    if (netp_loop_watch(loop, &c->told, NETP_WANT_IN) != 0) {
        int e = errno;
        close(c->told.fd);
        errno = e;
        return -1;
    }
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->changed, NULL);
    c->loop = loop;
    return 0;
}

int crew_give(struct crew *c, struct crew_job *job)
{
    int err = 0;

    pthread_mutex_lock(&c->lock);
    if (c->busy >= c->threads && c->threads < c->max && (err = thread_start(work, c)) == 0) {
        c->threads++;
    }
    if (c->threads > 0) {
        err = 0;
        c->busy++;
        job->next = NULL;
        *(c->todo ? &c->last->next : &c->todo) = job;
        c->last = job;
        pthread_cond_signal(&c->changed);
    }
    pthread_mutex_unlock(&c->lock);
    return err;
}

void crew_close(struct crew *c, bool tell)
{
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_cond_broadcast(&c->changed);
    while (c->threads > 0) {
        pthread_cond_wait(&c->changed, &c->lock);
    }
    pthread_mutex_unlock(&c->lock);
    if (tell) {
        give_back(c);
    }
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    netp_loop_unwatch(c->loop, &c->told);
    close(c->told.fd);
}
