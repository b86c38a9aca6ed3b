/* tests/faults/faults.h - makes one call of ports/host fail.
 *
 * SPDX-License-Identifier: MIT
 *
 * The calls are those of calls.def. While armed they are counted in every thread that is not
 * exempt, and one of them fails. Blocks of memory are counted always. Time runs FAULTS_SPEED times
 * as fast, so that resends cost little; and so no wait looks short to spin.h, which would make the
 * number of calls a matter of luck. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#define FAULTS_SPEED 20

struct faults_call {
    const char *name;
    const int *errors; /* errno, EAI_*, or FAULTS_SHORT: half of it is done */
    size_t nerrors;
};

enum { FAULTS_SHORT = -1000 };

extern const struct faults_call faults_calls[];
extern const size_t faults_ncalls;
#define FAULTS_NONE SIZE_MAX /* no call */

/* "ENOBUFS", "EAI_AGAIN", "SHORT". */
const char *faults_name(int error);

/* Counts from 0 again; call `call` fails with `error` when it comes the nth time, from 1 on. */
void faults_arm(size_t call, unsigned nth, int error);
/* Ends that. Returns whether it has failed; faults_seen() keeps its counts. */
bool faults_disarm(void);
unsigned faults_seen(size_t call);

/* Threads, and stretches of one, that are not to be touched: the peer, the test itself. */
extern _Thread_local bool faults_exempt;

/* While armed: no openat2(), and no renameat2() with flags. */
extern bool faults_old_kernel;

/* Blocks allocated and not freed yet. */
long faults_live(void);

#endif
