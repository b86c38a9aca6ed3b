/* tests/faults/world.h - what the scenarios have in common. SPDX-License-Identifier: MIT */
#ifndef WORLD_H
#define WORLD_H

#include "faults.h"

#include <netproto/netp.h>

#define WORLD_FILE 70000 /* bytes of new[] */

/* A scenario runs once with one call failing. It notes what is wrong with world_wrong(), and says
 * whether the job was done: both are asked for, a job that is done or an error that says why. */
struct world {
    char root[64]; /* a folder with the files "from", which holds now, and "to", which is old */
    uint8_t now[WORLD_FILE], old[1000];
    int error;     /* what the call fails with; 0: none does */
    char why[300]; /* the first thing that was wrong, or "" */
};

struct scenario {
    const char *name;
    bool (*run)(struct world *w);
    unsigned flags; /* WORLD_FRESH, WORLD_OLD_KERNEL */
};

enum {
    WORLD_FRESH = 1,     /* there is no "to" before */
    WORLD_OLD_KERNEL = 2 /* see faults_old_kernel */
};

extern const struct scenario scenarios_tftp[], scenarios_stream[], scenarios_local[],
    scenarios_httpd_files[], scenarios_cgi[];

/* Makes the folder; removes it; makes its files as they were. */
bool world_open(struct world *w);
void world_close(struct world *w);
bool world_reset(struct world *w, unsigned flags);

void world_wrong(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What "to" holds now. */
enum world_file { WORLD_ABSENT, WORLD_OLD, WORLD_NEW, WORLD_PARTIAL };
enum world_file world_to(const struct world *w);
/* Whether there is anything but "from" and "to". */
bool world_litter(const struct world *w);

/* Descriptors that are open. */
int world_descriptors(void);

/* Runs fn(arg) in a thread that is exempt, while this one, not exempt, goes on; and waits for it.
 */
struct peer {
    void (*fn)(void *arg);
    void *arg;
    unsigned long thread_;
};
void peer_start(struct peer *p, void (*fn)(void *arg), void *arg);
void peer_join(struct peer *p);

#endif
