/* world.c - the folder, the peer, the counts. SPDX-License-Identifier: MIT */
#include "world.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *path_of(const struct world *w, const char *name, char path[128])
{
    snprintf(path, 128, "%s/%s", w->root, name);
    return path;
}

static bool put(const struct world *w, const char *name, const uint8_t *p, size_t n)
{
    char path[128];
    int fd = open(path_of(w, name, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool good = fd >= 0 && write(fd, p, n) == (ssize_t)n;

    if (fd >= 0) {
        close(fd);
    }
    return good;
}

/* Calls fn for each name in the folder; how many there are. */
static int each_name(const struct world *w, void (*fn)(const char *path))
{
    DIR *dir = opendir(w->root);
    struct dirent *e;
    char path[128 + 256];
    int n = 0;

    while (dir && (e = readdir(dir)) != NULL) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            n++;
            if (fn) {
                snprintf(path, sizeof path, "%s/%s", w->root, e->d_name);
                fn(path);
            }
        }
    }
    if (dir) {
        closedir(dir);
    }
    return n;
}

static void remove_path(const char *path)
{
    unlink(path);
}

bool world_open(struct world *w)
{
    for (size_t i = 0; i < sizeof w->now; i++) {
        w->now[i] = (uint8_t)(i * 2654435761u >> 13);
    }
    memset(w->old, 'o', sizeof w->old);
    /* In memory, where there is such a folder: a disk would take its time to sync. */
    snprintf(w->root, sizeof w->root, "%s/netproto-faults.XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(w->root) != NULL;
}

bool world_reset(struct world *w, unsigned flags)
{
    each_name(w, remove_path);
    w->why[0] = '\0';
    return put(w, "from", w->now, sizeof w->now) &&
           ((flags & WORLD_FRESH) || put(w, "to", w->old, sizeof w->old));
}

void world_close(struct world *w)
{
    each_name(w, remove_path);
    rmdir(w->root);
}

void world_wrong(struct world *w, const char *fmt, ...)
{
    va_list ap;

    if (!w->why[0]) {
        va_start(ap, fmt);
        vsnprintf(w->why, sizeof w->why, fmt, ap);
        va_end(ap);
    }
}

static enum world_file look(const struct world *w)
{
    static uint8_t got[WORLD_FILE + 1];
    char path[128];
    int fd = open(path_of(w, "to", path), O_RDONLY | O_CLOEXEC);
    ssize_t n = 0, r = 0;

    if (fd < 0) {
        return WORLD_ABSENT;
    }
    while (n < WORLD_FILE + 1 && (r = read(fd, got + n, sizeof got - (size_t)n)) > 0) {
        n += r;
    }
    close(fd);
    if (n == sizeof w->now && memcmp(got, w->now, sizeof w->now) == 0) {
        return WORLD_NEW;
    }
    return n == sizeof w->old && memcmp(got, w->old, sizeof w->old) == 0 ? WORLD_OLD
                                                                         : WORLD_PARTIAL;
}

enum world_file world_to(const struct world *w)
{
    bool exempt = faults_exempt;
    enum world_file to;

    faults_exempt = true;
    to = look(w);
    faults_exempt = exempt;
    return to;
}

bool world_litter(const struct world *w)
{
    return each_name(w, NULL) > (world_to(w) == WORLD_ABSENT ? 1 : 2);
}

int world_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    while (dir && readdir(dir)) {
        n++;
    }
    if (dir) {
        closedir(dir);
    }
    return n;
}

static void *run_peer(void *arg)
{
    struct peer *p = arg;

    faults_exempt = true;
    p->fn(p->arg);
    return NULL;
}

void peer_start(struct peer *p, void (*fn)(void *arg), void *arg)
{
    bool exempt = faults_exempt;
    pthread_t thread;

    *p = (struct peer){.fn = fn, .arg = arg};
    faults_exempt = true;
    if (pthread_create(&thread, NULL, run_peer, p) != 0) {
        abort();
    }
    faults_exempt = exempt;
    p->thread_ = thread;
}

void peer_join(struct peer *p)
{
    pthread_join(p->thread_, NULL);
}
