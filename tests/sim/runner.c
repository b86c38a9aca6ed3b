/* SPDX-License-Identifier: MIT */
#include "runner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct protocol protocols[] = {
    {"tftp", sim_tftp},
    {"tftp-wrap", sim_tftp_wrap},
    {"frame", sim_frame},
    {"http1", sim_http1},
    {"cgi", sim_cgi},
    {"modbus", sim_modbus},
    {"modbus-bus", sim_modbus_bus},
    {"modbus-gateway", sim_modbus_gateway},
};

static const char *const profiles[] = {
#define PROFILE_NAME_(name, text) text,
    SIM_PROFILES(PROFILE_NAME_)
#undef PROFILE_NAME_
};

bool job_protocol(struct job *j, const char *name)
{
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        if (strcmp(name, protocols[i].name) == 0) {
            j->protocol = &protocols[i];
            return true;
        }
    }
    return false;
}

bool job_profile(struct job *j, const char *name)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        if (strcmp(name, profiles[i]) == 0) {
            j->run.profile = (enum sim_profile)i;
            return true;
        }
    }
    return false;
}

const char *sim_profile_name(enum sim_profile profile)
{
    return profiles[profile];
}

/* --- seeds ------------------------------------------------------------------------------------ */

/* Every jobs-th seed, from the k-th on. */
static void run_share(const struct job *j, unsigned k, struct sim_report *r)
{
    struct sim_run run = j->run;
    struct decision d;

    run.protocol = j->protocol->name;
    for (uint64_t i = k; i < j->runs; i += j->jobs) {
        run.number = j->seed + i;
        decision_seed(&d, run.number);
        j->protocol->scenario(&d, &run, r);
    }
}

static void add(struct sim_report *to, const struct sim_report *r)
{
    to->scenarios += r->scenarios;
    to->complete += r->complete;
    to->steps += r->steps;
    to->hash += r->hash;
}

/* A child writes its report into the pipe. */
static void start_share(const struct job *j, unsigned k, int fd)
{
    struct sim_report r = {0, 0, 0, 0};
    pid_t child = fork();

    if (child == 0) {
        run_share(j, k, &r);
        fflush(stdout);
        _exit(write(fd, &r, sizeof r) == sizeof r ? 0 : 1);
    }
    if (child < 0) {
        perror("netp_sim: fork");
    }
}

static bool run_shares(const struct job *j, struct sim_report *r)
{
    struct sim_report one;
    unsigned reports = 0;
    int fd[2], status;

    fflush(stdout);
    if (pipe(fd) != 0) {
        perror("netp_sim: pipe");
        return false;
    }
    for (unsigned k = 0; k < j->jobs; k++) {
        start_share(j, k, fd[1]);
    }
    close(fd[1]);
    for (; read(fd[0], &one, sizeof one) == sizeof one; reports++) {
        add(r, &one);
    }
    close(fd[0]);
    while (wait(&status) > 0) {
    }
    return reports == j->jobs;
}

bool job_seeds(const struct job *j, struct sim_report *r)
{
    if (j->jobs > 1) {
        return run_shares(j, r);
    }
    run_share(j, 0, r);
    return true;
}

/* --- all of them ------------------------------------------------------------------------------ */

bool job_exhaust(const struct job *j, unsigned digits, struct sim_report *r)
{
    struct sim_run run = j->run;
    struct decision d;

    run.protocol = j->protocol->name;
    run.digits = digits;
    decision_odometer(&d, digits);
    do {
        run.trace = run.number == j->only;
        j->protocol->scenario(&d, &run, r);
        run.number++;
    } while (decision_turn(&d));
    return true;
}

/* --- a list ----------------------------------------------------------------------------------- */

static bool run_line(const struct job *j, const char *line, struct sim_report *r)
{
    char protocol[16], profile[16];
    struct job one = *j;

    if (line[strspn(line, " \t\n")] == '\0' || line[0] == '#') {
        return true;
    }
    if (sscanf(line, "%15s %15s %" SCNu64, protocol, profile, &one.seed) != 3 ||
        !job_protocol(&one, protocol) || !job_profile(&one, profile)) {
        fprintf(stderr, "netp_sim: not a scenario: %s", line);
        return false;
    }
    one.runs = one.jobs = 1;
    return job_seeds(&one, r);
}

bool job_list(const struct job *j, const char *path, struct sim_report *r)
{
    FILE *f = fopen(path, "r");
    char line[256];
    bool ok = true;

    if (!f) {
        perror(path);
        return false;
    }
    while (ok && fgets(line, sizeof line, f)) {
        ok = run_line(j, line, r);
    }
    fclose(f);
    return ok;
}
