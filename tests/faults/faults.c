/* faults.c - what the linker puts before each call. SPDX-License-Identifier: MIT */
#include "faults.h"

#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SHORT FAULTS_SHORT

/* --- the calls ------------------------------------------------------------------------------- */

#define CALL(name, ...)  CALL_##name,
#define BLOCK(name, ...) CALL_##name,
#define HAND(name, ...)  CALL_##name,
enum {
#include "calls.def"
    CALLS
};
#undef CALL
#undef BLOCK
#undef HAND

#define ERRORS(...)                             (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int)
#define CALL(name, ret, params, args, how, ...) {#name, ERRORS(__VA_ARGS__)},
#define BLOCK(name, ...)                        {#name, ERRORS(ENOMEM)},
#define HAND(name, ...)                         {#name, ERRORS(__VA_ARGS__)},
const struct faults_call faults_calls[] = {
#include "calls.def"
};
#undef CALL
#undef BLOCK
#undef HAND
const size_t faults_ncalls = CALLS;

const char *faults_name(int error)
{
    switch (error) {
    case SHORT:
        return "SHORT";
    case EAI_AGAIN:
        return "EAI_AGAIN";
    case EAI_NONAME:
        return "EAI_NONAME";
    case EAI_FAIL:
        return "EAI_FAIL";
    case EAI_MEMORY:
        return "EAI_MEMORY";
    case EAI_SYSTEM:
        return "EAI_SYSTEM";
    default:
        return strerrorname_np(error);
    }
}

/* --- when one fails -------------------------------------------------------------------------- */

_Thread_local bool faults_exempt;
bool faults_old_kernel;

static atomic_bool armed;
static size_t the_call;
static unsigned the_nth;
static int the_error;
static atomic_long live;

/* In memory that a child shares. */
static struct {
    atomic_uint seen[CALLS];
    atomic_bool fired;
} * counts;

void faults_arm(size_t call, unsigned nth, int error)
{
    if (!counts) {
        counts =
            mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (counts == MAP_FAILED) {
            abort();
        }
    }
    the_call = call;
    the_nth = nth;
    the_error = error;
    for (size_t i = 0; i < CALLS; i++) {
        counts->seen[i] = 0;
    }
    counts->fired = false;
    armed = true;
}

bool faults_disarm(void)
{
    armed = false;
    return counts->fired;
}

unsigned faults_seen(size_t call)
{
    return counts->seen[call];
}

long faults_live(void)
{
    return live;
}

/* The error that this call is to fail with, or 0. */
static int hit(size_t call)
{
    if (!armed || faults_exempt) {
        return 0;
    }
    if (++counts->seen[call] == the_nth && call == the_call) {
        counts->fired = true;
        return the_error;
    }
    return faults_old_kernel && (call == CALL_syscall || call == CALL_renameat2) ? ENOSYS : 0;
}

/* --- arguments ------------------------------------------------------------------------------- */

static int faults_wait(int ms)
{
    return ms > 0 ? (ms + FAULTS_SPEED - 1) / FAULTS_SPEED : ms;
}

static const void *faults_option(int name, const void *p)
{
    static _Thread_local struct timeval t;
    int64_t us;

    if (name != SO_RCVTIMEO) {
        return p;
    }
    memcpy(&t, p, sizeof t);
    us = ((int64_t)t.tv_sec * 1000000 + t.tv_usec) / FAULTS_SPEED;
    t = (struct timeval){us / 1000000, us % 1000000};
    return &t;
}

/* Half of its first element; but a datagram, which has an address here, is sent whole. */
static const struct msghdr *faults_half(const struct msghdr *h)
{
    static _Thread_local struct msghdr half;
    static _Thread_local struct iovec iov;

    if (h->msg_name) {
        return h;
    }
    half = *h;
    iov = h->msg_iov[0];
    iov.iov_len = (iov.iov_len + 1) / 2;
    half.msg_iov = &iov;
    half.msg_iovlen = 1;
    return &half;
}

/* --- what is called instead ------------------------------------------------------------------ */

#define DECLARE(name, ret, params)                                                                 \
    ret __real_##name params;                                                                      \
    ret __wrap_##name params;                                                                      \
    ret __wrap_##name params
#define CALL(name, ret, params, args, how, ...)                                                    \
    DECLARE(name, ret, params)                                                                     \
    {                                                                                              \
        int error = hit(CALL_##name);                                                              \
        if (error) {                                                                               \
            how;                                                                                   \
        }                                                                                          \
        return __real_##name args;                                                                 \
    }
#define FAILS(value)                                                                               \
    errno = error;                                                                                 \
    return value
#define SHORTENS(call)                                                                             \
    if (error == SHORT) {                                                                          \
        return __real_##call;                                                                      \
    }                                                                                              \
    FAILS(-1)
#define CODES return error
#define HAND(name, ...)
#define BLOCK(name, ret, params, args, more)                                                       \
    DECLARE(name, ret, params)                                                                     \
    {                                                                                              \
        ret r = NULL;                                                                              \
        if (hit(CALL_##name)) {                                                                    \
            errno = ENOMEM;                                                                        \
        } else {                                                                                   \
            r = __real_##name args;                                                                \
            live += more;                                                                          \
        }                                                                                          \
        return r;                                                                                  \
    }
#include "calls.def"

/* To stop watching takes nothing that could be short. */
DECLARE(epoll_ctl, int, (int epoll, int what, int fd, struct epoll_event *e))
{
    int error = what == EPOLL_CTL_DEL ? 0 : hit(CALL_epoll_ctl);

    if (error) {
        errno = error;
        return -1;
    }
    return __real_epoll_ctl(epoll, what, fd, e);
}

/* Linux closes a descriptor whatever close() says of what was written. */
DECLARE(close, int, (int fd))
{
    int r = __real_close(fd), error = hit(CALL_close);

    if (error) {
        errno = error;
        return -1;
    }
    return r;
}

/* Of memory, whose last block is lacking. */
DECLARE(fclose, int, (FILE * f))
{
    int r = __real_fclose(f), error = hit(CALL_fclose);

    if (error) {
        errno = error;
        return EOF;
    }
    return r;
}

int __wrap_asprintf(char **p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **p, const char *fmt, ...)
{
    va_list ap;
    int r;

    if (hit(CALL_asprintf)) {
        errno = ENOMEM;
        return -1;
    }
    va_start(ap, fmt);
    r = vasprintf(p, fmt, ap);
    va_end(ap);
    live += r >= 0;
    return r;
}

void __real_free(void *p);
void __wrap_free(void *p);
void __wrap_free(void *p)
{
    live -= p != NULL;
    __real_free(p);
}

DECLARE(clock_gettime, int, (clockid_t clock, struct timespec *t))
{
    int r = __real_clock_gettime(clock, t);

    if (clock != CLOCK_MONOTONIC) {
        return r;
    }
    int64_t ns = ((int64_t)t->tv_sec * 1000000000 + t->tv_nsec) * FAULTS_SPEED;

    t->tv_sec = ns / 1000000000;
    t->tv_nsec = ns % 1000000000;
    return r;
}
