/* thread.h - threads that work for a loop. SPDX-License-Identifier: MIT */
#ifndef THREAD_H
#define THREAD_H

/* Starts a detached thread, which gets no signals: those are for the threads that were there
 * before. 0, or an errno. */
int thread_start(void *(*run)(void *arg), void *arg);

#endif
