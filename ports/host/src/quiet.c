/* quiet.c - SIGPIPE is held back and taken off. SPDX-License-Identifier: MIT */
#include "quiet.h"
#include <errno.h>
#include <pthread.h>
#include <time.h>

void netp_quiet_begin(struct quiet *q)
{
    sigset_t set;

    sigpending(&set);
    q->pending = sigismember(&set, SIGPIPE) == 1;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, &q->mask);
}

void netp_quiet_end(const struct quiet *q)
{
    const struct timespec now = {0, 0};
    int e = errno;
    sigset_t set;

    if (e == EPIPE && !q->pending) {
        sigemptyset(&set);
        sigaddset(&set, SIGPIPE);
        sigtimedwait(&set, NULL, &now);
    }
    pthread_sigmask(SIG_SETMASK, &q->mask, NULL);
    errno = e;
}
