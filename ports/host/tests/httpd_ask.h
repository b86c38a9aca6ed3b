/* httpd_ask.h - a server and its client in one thread, for tests of handlers.
 * SPDX-License-Identifier: MIT */
#ifndef HTTPD_ASK_H
#define HTTPD_ASK_H

#include <errno.h>
#include <netproto/host/httpd.h>
#include <netproto/host/socket.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct netp_loop *loop;
static struct netp_httpd *httpd;
static struct netp_addr at;
static char answer[65536]; /* of the last ask() */

static void serve_tls(const struct netp_httpd_cfg *cfg, struct netp_tls_ctx *tls)
{
    const struct netp_addr local = {.ip = {127, 0, 0, 1}, .fam = 4};
    int fd = netp_tcp_listen(&local);

    assert_true(fd >= 0);
    at = netp_local_addr(fd);
    httpd = netp_httpd_new(loop, cfg);
    assert_non_null(httpd);
    assert_int_equal(netp_httpd_listen(httpd, fd, tls), 0);
}

/* So long, and so many turns that a busy machine does not matter. */
static void turns(unsigned ms)
{
    netp_ms end = netp_now() + ms;

    for (int i = 0; i < 10 || netp_now() < end; i++) {
        assert_int_equal(netp_loop_turn(loop, end), 0);
    }
}

/* A connection on which text was sent. */
static int open_with(const char *text)
{
    int fd = netp_tcp_connect(&at, NULL);

    assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 20000), 1);
    turns(1);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return fd;
}

/* Reads to the end of the connection. */
static void hear(int fd)
{
    netp_ms end = netp_now() + 20000;
    size_t n = 0;
    ssize_t r = -1;

    while (r != 0 && netp_now() < end) {
        assert_int_equal(netp_loop_turn(loop, netp_now() + 2), 0);
        r = read(fd, answer + n, sizeof answer - 1 - n);
        n += r > 0 ? (size_t)r : 0;
    }
    answer[n] = '\0';
    assert_int_equal(r, 0);
    close(fd);
}

/* Closes a connection so that the server is told at once. */
static inline void reset(int fd)
{
    const struct linger none = {1, 0};

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none), 0);
    close(fd);
}

static inline void ask(const char *text)
{
    hear(open_with(text));
}

static void expect(const char *part)
{
    if (!strstr(answer, part)) {
        fail_msg("no \"%s\" in:\n%s", part, answer);
    }
}

static inline unsigned status_of_answer(void)
{
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (unsigned)strtoul(answer + 9, NULL, 10) : 0;
}

#endif
