/* resolve.c - getaddrinfo, in a thread where it must not block. SPDX-License-Identifier: MIT */
#include "thread.h"
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netproto/addr.h>
#include <netproto/host/loop.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

const char *netp_resolve_text(int err)
{
    switch (err) {
    case NETP_E_REFUSED:
        return "no such host, or it has no such address";
    case NETP_E_AGAIN:
        return "no name server answered";
    case NETP_E_IO:
        return "the name service does not work";
    default:
        return netp_strerror(err);
    }
}

static bool ipv6_exists(void)
{
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static int any_address(uint16_t port, uint8_t fam, struct netp_addr *out, unsigned cap)
{
    unsigned n = 0;

    if (n < cap && (fam == 6 || (fam == 0 && ipv6_exists()))) {
        out[n++] = (struct netp_addr){.port = port, .fam = 6};
    }
    if (n < cap && fam != 6) {
        out[n++] = (struct netp_addr){.port = port, .fam = 4};
    }
    return (int)n;
}

/* Reads an address; its zone may be the name of an interface. */
static bool parse_literal(const char *host, struct netp_addr *a)
{
    const char *zone = strchr(host, '%');

    if (host[0] == '[' || (!strchr(host, '.') && !strchr(host, ':'))) {
        return false;
    }
    if (netp_addr_parse(netp_str_of(host), a) == NETP_OK) {
        return a->port == 0;
    }
    return zone && netp_addr_parse(netp_str_make(host, (size_t)(zone - host)), a) == NETP_OK &&
           a->fam == 6 && (a->scope = if_nametoindex(zone + 1)) != 0;
}

static int ask(const char *host, uint16_t port, uint8_t fam, struct netp_addr *out, unsigned cap)
{
    struct addrinfo hints = {.ai_family = fam == 4   ? AF_INET
                                          : fam == 6 ? AF_INET6
                                                     : AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM}; /* one type: each address once */
    struct addrinfo *list;
    unsigned n = 0;
    int r = getaddrinfo(host, NULL, &hints, &list);

    if (r != 0) {
        return r == EAI_AGAIN                       ? NETP_E_AGAIN
               : r == EAI_SYSTEM || r == EAI_MEMORY ? NETP_E_IO
                                                    : NETP_E_REFUSED;
    }
    for (struct addrinfo *i = list; i && n < cap; i = i->ai_next) {
        struct sockaddr_storage sa;
        memcpy(&sa, i->ai_addr, i->ai_addrlen);
        out[n] = netp_sockaddr_get(&sa);
        out[n].port = port;
        n += out[n].fam != 0;
    }
    freeaddrinfo(list);
    return n ? (int)n : NETP_E_REFUSED;
}

/* Whether the answer is known without asking; it is *n then. */
static bool is_known(const char *host, uint16_t port, uint8_t fam, struct netp_addr *out,
                     unsigned cap, int *n)
{
    struct netp_addr a;

    if (host[0] == '\0') {
        *n = any_address(port, fam, out, cap);
        return true;
    }
    if (parse_literal(host, &a)) {
        *n = fam == 0 || fam == a.fam ? 1 : NETP_E_REFUSED;
        a.port = port;
        out[0] = a;
        return true;
    }
    *n = NETP_E_REFUSED;
    return strpbrk(host, ":[]%/ ") != NULL; /* no name: meant to be an address */
}

int netp_resolve(const char *host, uint16_t port, uint8_t fam, struct netp_addr *out, unsigned cap)
{
    int n;

    if (cap == 0 || (fam != 0 && fam != 4 && fam != 6)) {
        return NETP_E_ARG;
    }
    return is_known(host, port, fam, out, cap, &n) ? n : ask(host, port, fam, out, cap);
}

/* --- without blocking ------------------------------------------------------------------------ */

/* Belongs to the loop's side and to the thread: the one that leaves last frees it. */
struct netp_resolve {
    struct netp_loop *loop;
    struct netp_watch answered; /* an eventfd */
    void (*done)(void *arg, int n, const struct netp_addr *a);
    void *arg;
    uint16_t port;
    uint8_t fam;
    int n;
    struct netp_addr addr[NETP_RESOLVE_MAX];
    atomic_int owners;
    char host[];
};

static void leave(struct netp_resolve *job)
{
    if (atomic_fetch_sub(&job->owners, 1) == 1) {
        close(job->answered.fd);
        free(job);
    }
}

static void answer(struct netp_resolve *job)
{
    uint64_t one = 1;

    (void)!write(job->answered.fd, &one, sizeof one); /* a new counter has room for 1 */
}

static void *work(void *arg)
{
    struct netp_resolve *job = arg;

    job->n = ask(job->host, job->port, job->fam, job->addr, NETP_RESOLVE_MAX);
    answer(job);
    leave(job);
    return NULL;
}

static void ready(void *arg, unsigned what)
{
    struct netp_resolve *job = arg;
    uint64_t one;

    (void)what;
    if (read(job->answered.fd, &one, sizeof one) < 0) {
        return;
    }
    netp_loop_unwatch(job->loop, &job->answered);
    job->done(job->arg, job->n, job->addr);
    leave(job);
}

static int start_thread(struct netp_resolve *job)
{
    int e;

    job->owners = 2;
    e = thread_start(work, job);
    if (e != 0) {
        job->owners = 1;
    }
    return e;
}

struct netp_resolve *netp_resolve_start(struct netp_loop *loop, const char *host, uint16_t port,
                                        uint8_t fam,
                                        void (*done)(void *arg, int n, const struct netp_addr *a),
                                        void *arg)
{
    size_t n = strlen(host) + 1;
    struct netp_resolve *job = calloc(1, sizeof *job + n);
    int e;

    if (!job) {
        return NULL;
    }
    *job = (struct netp_resolve){
        .loop = loop, .done = done, .arg = arg, .port = port, .fam = fam, .owners = 1};
    memcpy(job->host, host, n);
    job->answered.ready = ready;
    job->answered.arg = job;
    job->answered.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (job->answered.fd < 0 || netp_loop_watch(loop, &job->answered, NETP_WANT_IN) != 0) {
        e = errno;
    } else if (is_known(host, port, fam, job->addr, NETP_RESOLVE_MAX, &job->n)) {
        answer(job);
        return job;
    } else if ((e = start_thread(job)) == 0) {
        return job;
    }
    netp_resolve_cancel(job);
    errno = e;
    return NULL;
}

void netp_resolve_cancel(struct netp_resolve *job)
{
    netp_loop_unwatch(job->loop, &job->answered);
    leave(job);
}
