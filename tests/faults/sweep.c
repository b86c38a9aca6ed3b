/* sweep.c - fails each call of each scenario in turn.
 *
 * SPDX-License-Identifier: MIT
 *
 * test-faults [SCENARIO [CALL NTH ERROR]]: all, or one scenario, or one point of it. */
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HANG_S 120 /* of the usual time; no point takes a tenth of it */

struct sweep {
    struct world w;
    unsigned points, failed;
    unsigned *reached; /* of each call, in all scenarios */
    char now[200];     /* the point, for when it hangs */
};

static struct sweep sweep;

static void on_alarm(int sig)
{
    (void)sig;
    (void)!write(STDERR_FILENO, "hangs: ", 7);
    (void)!write(STDERR_FILENO, sweep.now, strlen(sweep.now));
    abort();
}

/* A thread that was told to go may need a moment. */
static bool all_given_back(int descriptors, long live)
{
    for (int i = 0; i < 20000; i++) {
        if (faults_live() == live && world_descriptors() == descriptors) {
            return true;
        }
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    return false;
}

static void check(struct world *w, const struct scenario *s, size_t call, unsigned nth, bool done,
                  int descriptors, long live)
{
    if (!all_given_back(descriptors, live)) {
        world_wrong(w, "descriptors %d -> %d, blocks %ld -> %ld", descriptors, world_descriptors(),
                    live, faults_live());
    }
    if (world_to(w) == WORLD_PARTIAL ||
        (world_to(w) == WORLD_ABSENT && !(s->flags & WORLD_FRESH))) {
        world_wrong(w, "the file is neither the old nor the new one");
    }
    if (world_litter(w) && strcmp(faults_calls[call].name, "unlinkat") != 0) {
        world_wrong(w, "a partial file is left");
    }
    /* The second one is of the folder: the file is whole without it. */
    if (strcmp(faults_calls[call].name, "fsync") == 0 && nth == 1 && w->error != EINVAL && done) {
        world_wrong(w, "success, but the file may not be on the disk");
    }
    if ((w->error == EINTR || w->error == FAULTS_SHORT) && !done) {
        world_wrong(w, "that is no reason to fail");
    }
}

/* One point. Returns whether the call was reached, and failed. */
static bool run(const struct scenario *s, size_t call, unsigned nth, int error)
{
    struct world *w = &sweep.w;
    bool plain = call == FAULTS_NONE, done, fired;
    int descriptors = world_descriptors();
    long live;

    snprintf(sweep.now, sizeof sweep.now, "%s %s %u %s\n", s->name,
             plain ? "-" : faults_calls[call].name, nth, plain ? "-" : faults_name(error));
    if (!world_reset(w, s->flags)) {
        world_wrong(w, "%s: %s", w->root, strerror(errno));
    }
    w->error = error;
    live = faults_live();
    alarm(HANG_S);
    faults_old_kernel = (s->flags & WORLD_OLD_KERNEL) != 0;
    faults_arm(call, nth, error);
    done = s->run(w);
    fired = faults_disarm();
    alarm(0);
    faults_exempt = false;
    check(w, s, plain ? 0 : call, nth, done, descriptors, live);
    if (plain && !done) {
        world_wrong(w, "it fails by itself");
    }
    if (w->why[0]) {
        sweep.failed++;
        sweep.now[strcspn(sweep.now, "\n")] = '\0';
        printf("FAILED: test-faults %s: %s\n", sweep.now, w->why);
    }
    return fired;
}

static void run_scenario(const struct scenario *s)
{
    unsigned *n = calloc(faults_ncalls, sizeof *n), points = sweep.points;
    struct timespec a, b;

    clock_gettime(CLOCK_MONOTONIC, &a);
    run(s, FAULTS_NONE, 0, 0);
    for (size_t c = 0; c < faults_ncalls; c++) {
        n[c] = faults_seen(c);
        sweep.reached[c] += n[c];
    }
    for (size_t c = 0; c < faults_ncalls; c++) {
        for (size_t e = 0; n[c] && e < faults_calls[c].nerrors; e++) {
            for (unsigned i = 1; i <= n[c]; i++) {
                sweep.points += run(s, c, i, faults_calls[c].errors[e]);
            }
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("%-22s %5u points  %5.1f s\n", s->name, sweep.points - points,
           (double)(b.tv_sec - a.tv_sec) / FAULTS_SPEED +
               (double)(b.tv_nsec - a.tv_nsec) / (1e9 * FAULTS_SPEED));
    free(n);
}

/* The point that argv names: CALL NTH ERROR. */
static void run_point(const struct scenario *s, char **argv)
{
    for (size_t c = 0; c < faults_ncalls; c++) {
        for (size_t e = 0; e < faults_calls[c].nerrors; e++) {
            int error = faults_calls[c].errors[e];
            if (strcmp(faults_calls[c].name, argv[0]) == 0 &&
                strcmp(faults_name(error), argv[2]) == 0) {
                sweep.points += run(s, c, (unsigned)strtoul(argv[1], NULL, 10), error);
            }
        }
    }
}

int main(int argc, char **argv)
{
    static const struct scenario *const lists[] = {
        scenarios_tftp, scenarios_stream, scenarios_local, scenarios_httpd_files, scenarios_cgi};
    unsigned missed = 0;

    signal(SIGALRM, on_alarm);
    setvbuf(stdout, NULL, _IOLBF, 0);
    sweep.reached = calloc(faults_ncalls, sizeof *sweep.reached);
    if (!sweep.reached || !world_open(&sweep.w)) {
        perror("test-faults");
        return 1;
    }
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
        for (const struct scenario *s = lists[l]; s->name; s++) {
            if (argc == 5 && strcmp(s->name, argv[1]) == 0) {
                run_point(s, argv + 2);
            } else if (argc == 1 || (argc == 2 && strcmp(s->name, argv[1]) == 0)) {
                run_scenario(s);
            }
        }
    }
    for (size_t c = 0; argc == 1 && c < faults_ncalls; c++) {
        if (!sweep.reached[c]) {
            missed++;
            printf("FAILED: no scenario calls %s\n", faults_calls[c].name);
        }
    }
    world_close(&sweep.w);
    free(sweep.reached);
    printf("%u points, %u failed\n", sweep.points, sweep.failed);
    return sweep.points == 0 || sweep.failed || missed;
}
