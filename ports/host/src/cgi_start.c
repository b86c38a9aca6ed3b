/* cgi_start.c - threads that start scripts. SPDX-License-Identifier: MIT
 *
 * Who starts a process without a copy of its own memory stands still until that runs: some 50 us,
 * and milliseconds on a busy machine, which the loop has not. Threads are made when there is need
 * of them, and stay. */
#include "cgi_priv.h"
#include "thread.h"
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STARTERS 4u

static void *work(void *arg)
{
    struct cgi_starters *s = arg;
    struct cgi_job *job;
    uint64_t one = 1;

    pthread_mutex_lock(&s->lock);
    for (;;) {
        while (!s->todo && !s->stop) {
            pthread_cond_wait(&s->changed, &s->lock);
        }
        if (!(job = s->todo)) {
            break;
        }
        s->todo = job->after;
        pthread_mutex_unlock(&s->lock);
        cgi_exec(job);
        pthread_mutex_lock(&s->lock);
        job->after = s->done;
        s->done = job;
        (void)!write(s->told.fd, &one, sizeof one); /* there are fewer than it can count */
    }
    s->threads--;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* Takes those that have been started. */
static void told(void *arg, unsigned what)
{
    struct cgi_starters *s = arg;
    struct cgi_job *job, *next;
    uint64_t n;

    (void)what;
    if (read(s->told.fd, &n, sizeof n) < 0) {
        return;
    }
    pthread_mutex_lock(&s->lock);
    job = s->done;
    s->done = NULL;
    pthread_mutex_unlock(&s->lock);
    for (; job; job = next) {
        next = job->after;
        s->busy--;
        cgi_started(job);
    }
}

int cgi_starters_open(struct cgi_starters *s, struct netp_loop *loop)
{
    *s = (struct cgi_starters){.told = {.ready = told, .arg = s}};
    s->told.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (s->told.fd < 0) {
        return -1;
    }
    if (netp_loop_watch(loop, &s->told, NETP_WANT_IN) != 0) {
        close(s->told.fd);
        return -1;
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    return 0;
}

void cgi_starters_close(struct cgi_starters *s, struct netp_loop *loop)
{
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_broadcast(&s->changed);
    while (s->threads > 0) {
        pthread_cond_wait(&s->changed, &s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    netp_loop_unwatch(loop, &s->told);
    close(s->told.fd);
}

int cgi_start(struct cgi_starters *s, struct cgi_job *job)
{
    int err = 0;

    pthread_mutex_lock(&s->lock);
    if (s->busy >= s->threads && s->threads < STARTERS && (err = thread_start(work, s)) == 0) {
        s->threads++;
    }
    if (s->threads > 0) {
        err = 0;
        s->busy++;
        job->after = NULL;
        *(s->todo ? &s->last->after : &s->todo) = job;
        s->last = job;
        pthread_cond_signal(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    return err;
}
