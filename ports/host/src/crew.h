/* crew.h - threads that do for a loop what would hold it up. SPDX-License-Identifier: MIT */
#ifndef CREW_H
#define CREW_H

#include <netproto/host/loop.h>
#include <pthread.h>

/* A member of your own struct. Until done() is called it is the crew's. */
struct crew_job {
    void (*work)(void *arg); /* in a thread */
    void (*done)(void *arg); /* then, from the loop */
    void *arg;
    struct crew_job *next;
};

/* Threads are made when there is need of them, and stay. */
struct crew {
    struct netp_loop *loop; /* NULL: it is not open */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct crew_job *todo, *last, *finished;
    unsigned max, threads, busy; /* busy: jobs that have not come back */
    bool stop;
    struct netp_watch told; /* an eventfd: some are finished */
};

/* For up to max jobs at a time. 0, or -1 with errno. */
int crew_open(struct crew *c, struct netp_loop *loop, unsigned max);
/* Jobs of a crew of one are done in turn. 0, or an errno: no thread can be had. */
int crew_give(struct crew *c, struct crew_job *job);
/* Waits until all jobs are finished. tell: calls done() of them; not in done(). */
void crew_close(struct crew *c, bool tell);

#endif
