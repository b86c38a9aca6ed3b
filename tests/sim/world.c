/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS_MAX = 100000 };

void world_start(struct world *w, struct decision *d, const struct sim_run *run)
{
    *w = (struct world){.d = d, .run = run, .now = 1000};
}

void world_finish(const struct world *w, bool complete, struct sim_report *report)
{
    report->scenarios++;
    report->complete += complete;
    report->steps += w->steps;
    report->hash += w->hash;
}

static const char *const profiles[] = {
#define PROFILE_NAME_(name, text) text,
    SIM_PROFILES(PROFILE_NAME_)
#undef PROFILE_NAME_
};

static void say_replay(const struct sim_run *run)
{
    unsigned long long number = run->number;

    if (!run->protocol) {
        fputs("the fuzzer's input", stderr);
        return;
    }
    fprintf(stderr, "netp_sim --protocol %s --profile %s ", run->protocol, profiles[run->profile]);
    if (run->digits) {
        fprintf(stderr, "--exhaust %u --only %llu", run->digits, number);
    } else {
        fprintf(stderr, "--seed %llu --trace", number);
    }
}

void world_broken(const struct world *w, const char *invariant)
{
    fflush(stdout);
    fprintf(stderr, "broken: %s\n  at %llu ms, step %u\n  replay: ", invariant,
            (unsigned long long)w->now, w->steps);
    say_replay(w->run);
    fputc('\n', stderr);
    abort();
}

void world_trace_(const struct world *w, const char *fmt, ...)
{
    va_list ap;

    printf("%8llu  ", (unsigned long long)w->now);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

/* Law 7, and law 2 as far as the cursor goes. */
static void check_result(const struct world *w, const struct machine *mc, int before, int r)
{
    enum netp_err code = mc->ops->fail(mc->m)->code;

    world_check(w, before == NETP_OK || r == before, "a failure is sticky");
    world_check(w, r < 0 ? r == (int)code : code == NETP_OK,
                "next() fails with the code that fail() has");
    if (before == NETP_OK && r < 0) {
        world_trace(w, "%s fails: %s, %s", mc->name, netp_errname(r), mc->ops->fail(mc->m)->where);
    }
}

int machine_next(struct world *w, const struct machine *mc, struct netp_in *in, void *ev)
{
    int before = (int)mc->ops->fail(mc->m)->code, type, r;
    size_t n = in ? in->n : 0;

    world_check(w, w->calls++ < CALLS_MAX, "next() returns 0 in the end");
    r = mc->ops->next(mc->m, in, w->now, ev);
    world_check(w, !in || in->n <= n, "the cursor moves forward");
    check_result(w, mc, before, r);
    if (r > 0) {
        memcpy(&type, ev, sizeof type);
        world_check(w, type == r, "next() returns the event's type");
    }
    return r;
}

void machine_rest(const struct world *w, const struct machine *mc)
{
    unsigned want = mc->ops->want(mc->m);
    netp_ms due = mc->ops->deadline(mc->m);
    bool failed = mc->ops->fail(mc->m)->code != NETP_OK;
    struct netp_out v[2];

    world_check(w, want != 0, "a machine that is not closed wants something");
    world_check(w, (mc->ops->out(mc->m, v, 2) > 0) == ((want & NETP_WANT_OUT) != 0),
                "want() has OUT when out() shows something");
    world_check(w, !(want & NETP_CLOSED) || (want == NETP_CLOSED && due == NETP_NEVER),
                "a closed machine wants nothing and has no deadline");
    world_check(w, !failed || want == NETP_CLOSED || want == NETP_WANT_OUT,
                "a failed machine has at most something to send");
    world_check(w, due > w->now, "next() at the deadline moves it");
}
