/* httpd_crypt.c - passwords against hashes of crypt(3), in threads. SPDX-License-Identifier: MIT */
#include "httpd_crypt.h"
#include "thread.h"
#include <errno.h>
#include <netproto/hash.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#ifdef NETPROTO_CRYPT
#include <crypt.h>
#endif

/* Belongs to the loop's side and to the thread: the one that leaves last frees it. */
struct crypt_check {
    struct netp_loop *loop;
    struct netp_watch answered; /* an eventfd */
    void (*done)(void *arg, bool right);
    void *arg;
    bool right;
    atomic_int owners;
    char password[CRYPT_PASSWORD + 1];
    size_t nhash;
    char hash[];
};

bool crypt_exists(void)
{
#ifdef NETPROTO_CRYPT
    return true;
#else
    return false;
#endif
}

/* Whether password has that hash, which the time it takes does not tell. */
static bool fits(const char *password, const char *hash, size_t n)
{
#ifdef NETPROTO_CRYPT
    struct crypt_data *data = calloc(1, sizeof *data);
    const char *made = data ? crypt_r(password, hash, data) : NULL;
    bool same = made && strlen(made) == n && netp_equal_ct(made, hash, n);

    if (data) {
        explicit_bzero(data, sizeof *data);
    }
    free(data);
    return same;
#else
    (void)password;
    (void)hash;
    (void)n;
    return false;
#endif
}

static void leave(struct crypt_check *c)
{
    if (atomic_fetch_sub(&c->owners, 1) == 1) {
        close(c->answered.fd);
        explicit_bzero(c->password, sizeof c->password);
        explicit_bzero(c->hash, c->nhash);
        free(c);
    }
}

static void *work(void *arg)
{
    struct crypt_check *c = arg;
    uint64_t one = 1;

    c->right = fits(c->password, c->hash, c->nhash);
    (void)!write(c->answered.fd, &one, sizeof one); /* a new counter has room for 1 */
    leave(c);
    return NULL;
}

static void ready(void *arg, unsigned what)
{
    struct crypt_check *c = arg;
    uint64_t one;

    (void)what;
    if (read(c->answered.fd, &one, sizeof one) < 0) {
        return;
    }
    netp_loop_unwatch(c->loop, &c->answered);
    c->done(c->arg, c->right);
    leave(c);
}

struct crypt_check *crypt_check_start(struct netp_loop *loop, struct netp_str password,
                                      struct netp_str hash, void (*done)(void *arg, bool right),
                                      void *arg)
{
    struct crypt_check *c = calloc(1, sizeof *c + hash.n + 1);
    int e;

    if (!c) {
        return NULL;
    }
    *c = (struct crypt_check){.loop = loop, .done = done, .arg = arg, .owners = 1};
    memcpy(c->password, password.p, password.n);
    memcpy(c->hash, hash.p, hash.n);
    c->nhash = hash.n;
    c->answered.ready = ready;
    c->answered.arg = c;
    c->answered.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (c->answered.fd < 0 || netp_loop_watch(loop, &c->answered, NETP_WANT_IN) != 0) {
        e = errno;
    } else {
        c->owners = 2;
        if ((e = thread_start(work, c)) == 0) {
            return c;
        }
        c->owners = 1;
    }
    crypt_check_cancel(c);
    errno = e;
    return NULL;
}

void crypt_check_cancel(struct crypt_check *c)
{
    netp_loop_unwatch(c->loop, &c->answered);
    leave(c);
}
