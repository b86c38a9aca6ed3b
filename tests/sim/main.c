/* main.c - netp_sim: the options, and what each way of running does. SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ONLY = 256, HASH, HELP };

static const char help_text[] =
    "usage: netp_sim [OPTION]...\n"
    "\n"
    "Runs machines against one another in a simulated world in which everything may go wrong, and\n"
    "checks what must hold all the same. A seed means the same scenario on every machine.\n"
    "\n"
    "  -p, --protocol NAME   tftp (default), tftp-wrap (block numbers wrap), frame,\n"
    "                        http1 or cgi\n"
    "  -P, --profile NAME    what may go wrong: clean, lan, wan, awful (default) or small\n"
    "  -s, --seed S          the first seed (default 1)\n"
    "  -n, --runs N          how many seeds (default 1)\n"
    "  -x, --exhaust K       instead of seeds, every way the first K decisions can go\n"
    "      --only N          of those, print the events of number N\n"
    "  -f, --fresh SECONDS   new seeds, from --seed or else from the date on, for so long\n"
    "  -l, --list FILE       the lines of FILE: PROTOCOL PROFILE SEED # why it is kept\n"
    "  -j, --jobs N          so many processes (default 1)\n"
    "  -t, --trace           print each event\n"
    "      --hash            print only the hash of all that happened\n"
    "      --help            print this\n"
    "\n"
    "Exit status: 0 all held, 1 something did not (the command that replays it is printed), 2 "
    "usage.\n";

struct options {
    struct job job;
    unsigned digits, fresh_s;
    bool hash_only, seed_given;
    const char *list;
};

static int usage(const char *what, const char *value)
{
    fprintf(stderr, "netp_sim: %s '%s'; try 'netp_sim --help'\n", what, value);
    return 2;
}

static bool number(const char *text, uint64_t max, uint64_t *v)
{
    char *end;

    *v = strtoull(text, &end, 0);
    return *text >= '0' && *text <= '9' && *end == '\0' && *v <= max;
}

static bool small(const char *text, unsigned max, unsigned *v)
{
    uint64_t big;
    bool ok = number(text, max, &big) && big > 0;

    *v = ok ? (unsigned)big : 0;
    return ok;
}

/* Takes one option; false when its value is no good. */
static bool take(struct options *o, int opt, const char *value)
{
    switch (opt) {
    case 'p':
        return job_protocol(&o->job, value);
    case 'P':
        return job_profile(&o->job, value);
    case 's':
        o->seed_given = true;
        return number(value, UINT64_MAX, &o->job.seed);
    case 'n':
        return number(value, UINT64_MAX, &o->job.runs);
    case 'x':
        return small(value, DECISION_DIGITS, &o->digits);
    case 'f':
        return small(value, 1000000, &o->fresh_s);
    case 'j':
        return small(value, JOBS_MAX, &o->job.jobs);
    case ONLY:
        return number(value, UINT64_MAX, &o->job.only);
    case 'l':
        o->list = value;
        break;
    case 't':
        o->job.run.trace = true;
        break;
    default:
        o->hash_only = true;
        break;
    }
    return true;
}

static void print(const struct options *o, const struct sim_report *r, double seconds)
{
    if (o->hash_only) {
        printf("%016llx\n", (unsigned long long)r->hash);
        return;
    }
    printf("%s %s: %llu scenarios, %llu of them complete, %llu steps, %.0f scenarios/s, hash "
           "%016llx\n",
           o->list ? o->list : o->job.protocol->name,
           o->list ? "list" : sim_profile_name(o->job.run.profile),
           (unsigned long long)r->scenarios, (unsigned long long)r->complete,
           (unsigned long long)r->steps, seconds > 0 ? (double)r->scenarios / seconds : 0.0,
           (unsigned long long)r->hash);
}

static double clock_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seeds that no day before had: the date and a million million behind it. */
static bool run_fresh(struct options *o, struct sim_report *r)
{
    double end = clock_s() + o->fresh_s;
    uint64_t first = o->job.seed;
    bool ok = true;

    if (!o->seed_given) {
        first = (uint64_t)time(NULL) / 86400 * 1000000000000u;
    }
    o->job.runs = 20000;
    for (o->job.seed = first; ok && clock_s() < end; o->job.seed += o->job.runs) {
        ok = job_seeds(&o->job, r);
    }
    printf("seeds %llu to %llu\n", (unsigned long long)first, (unsigned long long)o->job.seed - 1);
    return ok;
}

static int run(struct options *o)
{
    struct sim_report r = {0, 0, 0, 0};
    double start = clock_s();
    bool ok;

    if (o->list) {
        ok = job_list(&o->job, o->list, &r);
    } else if (o->digits) {
        ok = job_exhaust(&o->job, o->digits, &r);
    } else if (o->fresh_s) {
        ok = run_fresh(o, &r);
    } else {
        ok = job_seeds(&o->job, &r);
    }
    if (ok) {
        print(o, &r, clock_s() - start);
    }
    return ok && fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"protocol", 1, NULL, 'p'}, {"profile", 1, NULL, 'P'}, {"seed", 1, NULL, 's'},
        {"runs", 1, NULL, 'n'},     {"exhaust", 1, NULL, 'x'}, {"only", 1, NULL, ONLY},
        {"fresh", 1, NULL, 'f'},    {"list", 1, NULL, 'l'},    {"jobs", 1, NULL, 'j'},
        {"trace", 0, NULL, 't'},    {"hash", 0, NULL, HASH},   {"help", 0, NULL, HELP},
        {NULL, 0, NULL, 0}};
    struct options o = {.job = {.seed = 1, .runs = 1, .jobs = 1, .only = UINT64_MAX}};
    int opt;

    job_protocol(&o.job, "tftp");
    job_profile(&o.job, "awful");
    while ((opt = getopt_long(argc, argv, "p:P:s:n:x:f:l:j:t", longs, NULL)) != -1) {
        if (opt == HELP) {
            fputs(help_text, stdout);
            return 0;
        }
        if (opt == '?') {
            return usage("a mistake in", argv[optind - 1]);
        }
        if (!take(&o, opt, optarg)) {
            return usage("no good value:", optarg);
        }
    }
    return optind == argc ? run(&o) : usage("nothing is known of", argv[optind]);
}
