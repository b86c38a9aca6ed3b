/* tests/sim/runner.h - many scenarios: from seeds, by enumeration, from a list.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SIM_RUNNER_H
#define SIM_RUNNER_H

#include "world.h"

enum { JOBS_MAX = 64 };

struct protocol {
    const char *name;
    sim_scenario *scenario;
};

struct job {
    const struct protocol *protocol;
    struct sim_run run;
    uint64_t seed, runs; /* seed, seed + 1, ... */
    unsigned jobs;       /* processes */
    uint64_t only;       /* exhaustive: the number of the scenario to trace */
};

/* Choose by name; false when there is none of it. */
bool job_protocol(struct job *j, const char *name);
bool job_profile(struct job *j, const char *name);
const char *sim_profile_name(enum sim_profile profile);

/* Each adds to *r, and returns false when a process has failed: it has told why. A broken invariant
 * aborts this process when it is the only one. */
bool job_seeds(const struct job *j, struct sim_report *r);
/* All values of the first `digits` decisions. */
bool job_exhaust(const struct job *j, unsigned digits, struct sim_report *r);
/* The lines of a file: protocol, profile, seed, and a comment behind '#'. */
bool job_list(const struct job *j, const char *path, struct sim_report *r);

#endif
