/* httpd_child.h - a server in a process of its own, asked by plain sockets, for tests.
 * SPDX-License-Identifier: MIT */
#ifndef HTTPD_CHILD_H
#define HTTPD_CHILD_H

#include <errno.h>
#include <netproto/host/httpd.h>
#include <netproto/host/socket.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define HOST " HTTP/1.1\r\nHost: a\r\n"

/* --- the server's side ----------------------------------------------------------------------- */

static struct netp_loop *loop;
static struct netp_httpd *httpd;

static void child_done(void *arg)
{
    (void)arg;
    netp_loop_stop(loop);
}

static void child_stop(void *arg, int sig)
{
    (void)arg;
    (void)sig;
    netp_httpd_stop(httpd, 2000, child_done, NULL);
}

/* Serves with loop and httpd, until the test ends it. */
static void child_serve(int fd)
{
    if (!loop || !httpd || netp_loop_signals(loop, child_stop, NULL) != 0 ||
        netp_httpd_listen(httpd, fd, NULL) != 0) {
        exit(9);
    }
    netp_loop_run(loop);
    netp_httpd_free(httpd);
}

/* --- the test's side ------------------------------------------------------------------------- */

struct child {
    pid_t pid;
    struct netp_addr at;
};

/* Starts a process that does serve(fd, arg) and ends with 0, listening there; NULL: on IPv4. */
static void child_start(struct child *c, const struct netp_addr *at,
                        void (*serve)(int fd, const void *arg), const void *arg)
{
    const struct netp_addr any = {.ip = {127, 0, 0, 1}, .fam = 4};
    int fd = netp_tcp_listen(at ? at : &any);

    assert_true(fd >= 0);
    c->at = netp_local_addr(fd);
    c->pid = fork();
    assert_true(c->pid >= 0);
    if (c->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
        serve(fd, arg);
        exit(0);
    }
    close(fd);
}

/* Ends it; its exit status: with a sanitizer, leaks make it fail. */
static int child_end(const struct child *c)
{
    int status;

    kill(c->pid, SIGTERM);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int dial(const struct child *c)
{
    int fd = netp_tcp_connect(&c->at, NULL);
    struct pollfd p = {fd, POLLOUT, 0};

    assert_int_equal(poll(&p, 1, 30000), 1);
    assert_int_equal(netp_connect_result(fd), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    for (size_t n = strlen(text); n > 0;) {
        struct pollfd p = {fd, POLLOUT, 0};
        ssize_t r = send(fd, text, n, MSG_NOSIGNAL);
        if (r < 0 && (errno != EAGAIN || poll(&p, 1, 30000) != 1)) {
            return; /* it has answered without */
        }
        text += r > 0 ? r : 0;
        n -= r > 0 ? (size_t)r : 0;
    }
}

/* Reads until `until` has come, or, with "", to the end; gives up after 30 s. The bytes. */
static size_t hear(int fd, const char *until, char *out, size_t cap)
{
    size_t n = 0;
    struct pollfd p = {fd, POLLIN, 0};

    out[0] = '\0';
    while (n < cap - 1 && poll(&p, 1, 30000) == 1) {
        ssize_t r = recv(fd, out + n, cap - 1 - n, 0);
        if (r <= 0) {
            break;
        }
        n += (size_t)r;
        out[n] = '\0';
        if (*until && strstr(out, until)) {
            break;
        }
    }
    return n;
}

#endif
