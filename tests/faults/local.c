/* local.c - files, names, the loop, giving up root. SPDX-License-Identifier: MIT */
#include "world.h"

#include <errno.h>
#include <netproto/host/file.h>
#include <netproto/host/loop.h>
#include <netproto/host/random.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <netproto/host/user.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A call has failed: with the errno that the fault had, or one that it led to. */
static bool failed(struct world *w, const char *what)
{
    if (errno == 0) {
        world_wrong(w, "%s fails without errno", what);
    }
    return false;
}

/* --- files ----------------------------------------------------------------------------------- */

static bool copy(struct world *w, const struct netp_root *root, struct netp_source *from,
                 struct netp_sink *to)
{
    uint8_t buf[20000];
    ptrdiff_t n;
    uint64_t at = 0;

    if (netp_source_open(from, root, "from") != 0) {
        return failed(w, "open");
    }
    if (netp_sink_open(to, root, "to", NETP_SINK_CREATE | NETP_SINK_UNIQUE) != 0) {
        return failed(w, "create");
    }
    while ((n = netp_source_read(from, buf, sizeof buf, at)) > 0) {
        if (netp_sink_write(to, buf, (size_t)n, at) != 0) {
            return failed(w, "write");
        }
        at += (uint64_t)n;
    }
    if (n < 0) {
        return failed(w, "read");
    }
    if (netp_sink_commit(to) != 0) {
        return failed(w, "commit");
    }
    if (world_to(w) != WORLD_NEW) {
        world_wrong(w, "success, but not the file");
    }
    return true;
}

/* Makes a file that was not there, below a root. */
static bool new_file(struct world *w)
{
    struct netp_root root = {-1};
    struct netp_source from = {.fd = -1};
    struct netp_sink to = {.fd = -1, .dir = -1};
    bool done;

    errno = 0;
    done = netp_root_open(&root, w->root) == 0 ? copy(w, &root, &from, &to) : failed(w, "root");
    netp_source_close(&from);
    netp_sink_abort(&to);
    netp_root_close(&root);
    return done;
}

/* Writes so much that the disk is told to begin, and gives up. */
static bool large_file(struct world *w)
{
    struct netp_sink to;
    char path[128];
    bool done;

    errno = 0;
    snprintf(path, sizeof path, "%s/to", w->root);
    done = netp_sink_open(&to, NULL, path, NETP_SINK_OVERWRITE) == 0 &&
           netp_sink_write(&to, w->now, sizeof w->now, NETP_SINK_SYNC) == 0;
    netp_sink_abort(&to);
    return done || failed(w, "write");
}

/* Half of it, and in another run the rest. */
static bool write_rest(struct world *w, const char *path, uint64_t half)
{
    struct netp_sink to;
    uint64_t at;

    if (netp_sink_open(&to, NULL, path, NETP_SINK_OVERWRITE | NETP_SINK_RESUME) != 0) {
        return failed(w, "open");
    }
    at = netp_sink_size(&to);
    if (at > half) {
        world_wrong(w, "a part of %llu bytes", (unsigned long long)at);
    }
    if (netp_sink_write(&to, w->now + at, sizeof w->now - at, at) != 0 ||
        netp_sink_resize(&to, sizeof w->now) != 0) {
        failed(w, "write");
        netp_sink_abort(&to);
        return false;
    }
    if (netp_sink_commit(&to) != 0) {
        return failed(w, "commit");
    }
    if (world_to(w) != WORLD_NEW) {
        world_wrong(w, "success, but not the file");
    }
    return true;
}

static bool resumed_file(struct world *w)
{
    const uint64_t half = sizeof w->now / 2;
    struct netp_sink to;
    char path[128], part[136];
    bool done;

    errno = 0;
    snprintf(path, sizeof path, "%s/to", w->root);
    snprintf(part, sizeof part, "%s.part", path);
    done = netp_sink_open(&to, NULL, path, NETP_SINK_OVERWRITE | NETP_SINK_RESUME) == 0 &&
           netp_sink_write(&to, w->now, half, 0) == 0;
    done = done || failed(w, "write");
    netp_sink_abort(&to);
    done = write_rest(w, path, half) && done;
    remove(part); /* it is to stay, but not for the next run */
    return done;
}

/* --- names ----------------------------------------------------------------------------------- */

static bool resolve(struct world *w)
{
    static const char *const hosts[] = {"localhost", "", "fe80::1%lo", "127.0.0.1"};
    struct netp_addr a[4];
    bool done = true;

    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        int n = netp_resolve(hosts[i], 7, 0, a, 4);
        if (n == 0 || n > 4 || (n > 0 && a[0].port != 7)) {
            world_wrong(w, "%d addresses of '%s'", n, hosts[i]);
        }
        if (n < 0 && !netp_resolve_text(n)[0]) {
            world_wrong(w, "%d and no sentence", n);
        }
        done &= n > 0;
    }
    return done;
}

static void on_resolved(void *arg, int n, const struct netp_addr *a)
{
    (void)a;
    *(int *)arg = n;
}

/* In a thread: a name and an address, and a name that nobody waits for any more. */
enum { NAME, ADDRESS, CANCELLED, JOBS };

static bool start_jobs(struct world *w, struct netp_loop *loop, int *n)
{
    static const char *const hosts[JOBS] = {"localhost", "::1", "localhost"};
    struct netp_resolve *job = NULL;
    bool done = true;

    for (int i = 0; i < JOBS; i++) {
        errno = 0;
        job = netp_resolve_start(loop, hosts[i], 7, 0, on_resolved, &n[i]);
        if (!job) {
            done = failed(w, "start");
            n[i] = NETP_E_IO;
        }
    }
    if (job) {
        netp_resolve_cancel(job);
    }
    return done;
}

static bool resolve_in_loop(struct world *w)
{
    struct netp_loop *loop = netp_loop_new();
    int n[JOBS] = {0};
    netp_ms end = netp_now() + 20000;
    bool done;

    if (!loop) {
        return false;
    }
    done = start_jobs(w, loop, n);
    while ((!n[NAME] || !n[ADDRESS]) && netp_now() < end) {
        netp_loop_turn(loop, netp_now() + 100);
    }
    if (!n[NAME] || !n[ADDRESS]) {
        world_wrong(w, "no answer");
    }
    if (n[CANCELLED] > 0) {
        world_wrong(w, "an answer after cancel");
    }
    netp_loop_free(loop);
    return done && n[NAME] > 0 && n[ADDRESS] > 0;
}

/* --- the loop -------------------------------------------------------------------------------- */

static void on_signal(void *arg, int sig)
{
    (void)sig;
    *(bool *)arg = true;
}

static void on_due(void *arg)
{
    (*(unsigned *)arg)++;
}

/* More timers than its first table holds, and a signal. */
static bool timers(struct world *w)
{
    struct netp_timer timer[70] = {{0}};
    struct netp_loop *loop = netp_loop_new();
    unsigned set = 0, due = 0;
    bool signalled = false, listens;
    netp_ms end = netp_now() + 20000;

    errno = 0;
    listens = loop && netp_loop_signals(loop, on_signal, &signalled) == 0;
    if (!listens) {
        netp_loop_free(loop);
        return loop ? failed(w, "signals") : false;
    }
    raise(SIGTERM);
    for (unsigned i = 0; i < 70; i++) {
        timer[i].due = on_due;
        timer[i].arg = &due;
        set += netp_loop_at(loop, &timer[i], netp_now() + i) == 0;
    }
    while ((!signalled || due < set) && netp_now() < end) {
        netp_loop_turn(loop, netp_now() + 100);
    }
    if (!signalled || due != set) {
        world_wrong(w, "%u of %u timers, %s signal", due, set, signalled ? "the" : "no");
    }
    netp_loop_free(loop);
    return set == 70;
}

/* --- random bytes ---------------------------------------------------------------------------- */

/* 32 zeros in a row are no accident. */
static bool random_bytes(struct world *w)
{
    static const uint8_t zeros[32];
    uint8_t got[32] = {0};

    errno = 0;
    if (!netp_random(got, sizeof got)) {
        return failed(w, "netp_random");
    }
    if (memcmp(got, zeros, sizeof got) == 0 || memcmp(got + 16, zeros, 16) == 0) {
        world_wrong(w, "not all bytes are random");
    }
    return true;
}

/* --- users ----------------------------------------------------------------------------------- */

enum { BECAME = 3, REFUSED, HALF, NO_ERRNO };

/* In a child: there is no way back. It is root before, or nothing is to be given up. */
static int become(void)
{
    struct passwd *pw = getpwuid(getuid() == 0 ? 65534 : getuid());
    uid_t r, e, s;

    errno = 0;
    if (netp_become_user(pw ? pw->pw_name : "nobody") != 0) {
        return errno ? REFUSED : NO_ERRNO;
    }
    return getresuid(&r, &e, &s) == 0 && pw && r == pw->pw_uid && e == r && s == r ? BECAME : HALF;
}

static bool user(struct world *w)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(become());
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
        world_wrong(w, "the child is lost");
    } else if (WEXITSTATUS(status) == HALF || WEXITSTATUS(status) == NO_ERRNO) {
        world_wrong(w, WEXITSTATUS(status) == HALF ? "still root, and says it is not" : "no errno");
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == BECAME;
}

const struct scenario scenarios_local[] = {
    {"file-new", new_file, WORLD_FRESH},
    {"file-old-kernel", new_file, WORLD_FRESH | WORLD_OLD_KERNEL},
    {"file-large", large_file, 0},
    {"file-resumed", resumed_file, 0},
    {"resolve", resolve, 0},
    {"resolve-in-loop", resolve_in_loop, 0},
    {"timers-and-signals", timers, 0},
    {"random", random_bytes, 0},
    {"user", user, 0},
    {NULL, NULL, 0}};
