/* test_socket.c - sockets on loopback and in a temporary folder. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netproto/addr.h>
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct netp_addr addr(const char *text)
{
    struct netp_addr a;

    assert_int_equal(netp_addr_parse((struct netp_str){text, strlen(text)}, &a), NETP_OK);
    return a;
}

static void wait_for(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};

    assert_int_equal(poll(&p, 1, 20000), 1);
}

/* Waits until fd is writable or has failed: the end of a connection being made. */
static int connected(int fd)
{
    wait_for(fd, POLLOUT);
    return netp_connect_result(fd);
}

static void assert_flags(int fd)
{
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void test_now(void **state)
{
    netp_ms a = netp_now();

    (void)state;
    usleep(5000);
    assert_in_range(netp_now() - a, 5, 20000);
}

static void test_sockaddr(void **state)
{
    struct netp_addr a = addr("192.0.2.1:69"), b = addr("[fe80::1%3]:8069"), c;
    struct sockaddr_storage sa;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    (void)state;
    assert_int_equal(netp_sockaddr_put(&sa, &a), sizeof in);
    memcpy(&in, &sa, sizeof in);
    assert_int_equal(in.sin_port, htons(69));
    assert_int_equal(in.sin_addr.s_addr, htonl(0xc0000201));
    c = netp_sockaddr_get(&sa);
    assert_true(netp_addr_eq(&a, &c));

    assert_int_equal(netp_sockaddr_put(&sa, &b), sizeof in6);
    memcpy(&in6, &sa, sizeof in6);
    assert_int_equal(in6.sin6_port, htons(8069));
    assert_int_equal(in6.sin6_scope_id, 3);
    c = netp_sockaddr_get(&sa);
    assert_true(netp_addr_eq(&b, &c));

    a.fam = 0;
    assert_int_equal(netp_sockaddr_put(&sa, &a), 0);
    sa.ss_family = AF_UNIX;
    assert_int_equal(netp_sockaddr_get(&sa).fam, 0);
}

static void test_udp(void **state)
{
    struct netp_addr a = addr("127.0.0.1"), b;
    int fd = netp_udp_socket(&a, 0), taken;

    (void)state;
    assert_flags(fd);
    b = netp_local_addr(fd);
    assert_true(netp_addr_eq_ip(&a, &b));
    assert_int_not_equal(b.port, 0);
    taken = netp_udp_socket(&b, 0);
    assert_int_equal(taken, -1);
    assert_int_equal(errno, EADDRINUSE);
    close(fd);

    fd = netp_udp_socket(NULL, 4);
    assert_flags(fd);
    assert_int_equal(netp_local_addr(fd).fam, 4);
    close(fd);
}

static void tcp(const char *text)
{
    struct netp_addr any = addr(text), local, peer;
    int l = netp_tcp_listen(&any), c, s;
    int nodelay = 0;
    socklen_t n = sizeof nodelay;
    char byte = 0;

    assert_flags(l);
    local = netp_local_addr(l);
    assert_int_equal(netp_accept(l, &peer), -1);
    assert_int_equal(errno, EAGAIN);
    c = netp_tcp_connect(&local, NULL);
    assert_flags(c);
    assert_int_equal(connected(c), 0);
    wait_for(l, POLLIN);
    s = netp_accept(l, &peer);
    assert_flags(s);
    assert_int_equal(getsockopt(s, IPPROTO_TCP, TCP_NODELAY, &nodelay, &n), 0);
    assert_int_equal(nodelay, 1);
    local = netp_local_addr(c);
    assert_true(netp_addr_eq(&peer, &local));
    assert_int_equal(write(c, "x", 1), 1);
    wait_for(s, POLLIN);
    assert_int_equal(read(s, &byte, 1), 1);
    assert_int_equal(byte, 'x');
    close(c);
    close(s);
    close(l);
}

static void test_tcp(void **state)
{
    (void)state;
    tcp("127.0.0.1");
}

static void test_tcp6(void **state)
{
    struct netp_addr a = addr("::1");
    int fd = netp_udp_socket(&a, 0);

    (void)state;
    if (fd < 0) {
        skip(); /* no IPv6 here */
    }
    close(fd);
    tcp("::1");
}

static void test_tcp_refused(void **state)
{
    struct netp_addr a = addr("127.0.0.1"), b;
    struct sockaddr_storage sa;
    int taken = socket(AF_INET, SOCK_STREAM, 0), c; /* bound, so that nobody listens there */

    (void)state;
    assert_int_equal(bind(taken, (struct sockaddr *)&sa, netp_sockaddr_put(&sa, &a)), 0);
    b = netp_local_addr(taken);
    c = netp_tcp_connect(&b, NULL);
    if (c >= 0) { /* else it was refused at once */
        errno = connected(c);
        close(c);
    }
    assert_int_equal(errno, ECONNREFUSED);
    close(taken);
}

static void test_unix(void **state)
{
    char dir[] = "/tmp/netproto-test-XXXXXX", path[64], longer[200];
    struct netp_addr peer = addr("127.0.0.1");
    int l, c, s;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/s", dir);
    assert_int_equal(netp_unix_connect(path), -1);
    assert_int_equal(errno, ENOENT);
    l = netp_unix_listen(path);
    assert_flags(l);
    c = netp_unix_connect(path);
    assert_flags(c);
    s = netp_accept(l, &peer);
    assert_flags(s);
    assert_int_equal(peer.fam, 0);
    assert_int_equal(netp_local_addr(s).fam, 0);

    assert_int_equal(netp_unix_listen(path), -1); /* somebody listens */
    assert_int_equal(errno, EADDRINUSE);
    close(l);
    close(c);
    close(s);
    l = netp_unix_listen(path); /* nobody listens any more */
    assert_flags(l);
    close(l);

    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(netp_unix_listen(longer), -1);
    assert_int_equal(errno, ENAMETOOLONG);
    unlink(path);
    rmdir(dir);
}

/* A file that is no socket is not removed for one. */
static void test_unix_file(void **state)
{
    char path[] = "/tmp/netproto-test-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_int_equal(netp_unix_listen(path), -1);
    assert_int_equal(access(path, F_OK), 0);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_now),  cmocka_unit_test(test_sockaddr),
        cmocka_unit_test(test_udp),  cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_tcp6), cmocka_unit_test(test_tcp_refused),
        cmocka_unit_test(test_unix), cmocka_unit_test(test_unix_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
