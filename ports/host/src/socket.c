/* socket.c - sockets and their addresses. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netproto/host/socket.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

netp_ms netp_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (netp_ms)t.tv_sec * 1000 + (netp_ms)t.tv_nsec / 1000000;
}

socklen_t netp_sockaddr_put(struct sockaddr_storage *to, const struct netp_addr *a)
{
    struct sockaddr_in *in = (struct sockaddr_in *)to;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

    if (a->fam == 4) {
        memset(in, 0, sizeof *in);
        in->sin_family = AF_INET;
        in->sin_port = htons(a->port);
        memcpy(&in->sin_addr, a->ip, 4);
        return sizeof *in;
    }
    if (a->fam == 6) {
        memset(in6, 0, sizeof *in6);
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(a->port);
        in6->sin6_scope_id = a->scope;
        memcpy(&in6->sin6_addr, a->ip, 16);
        return sizeof *in6;
    }
    return 0;
}

struct netp_addr netp_sockaddr_get(const struct sockaddr_storage *sa)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
    struct netp_addr a;

    memset(&a, 0, sizeof a);
    if (sa->ss_family == AF_INET) {
        a.fam = 4;
        a.port = ntohs(in->sin_port);
        memcpy(a.ip, &in->sin_addr, 4);
    } else if (sa->ss_family == AF_INET6) {
        a.fam = 6;
        a.port = ntohs(in6->sin6_port);
        a.scope = in6->sin6_scope_id;
        memcpy(a.ip, &in6->sin6_addr, 16);
    }
    return a;
}

/* Closes fd without losing the errno that says why. */
static int give_up(int fd)
{
    int e = errno;

    close(fd);
    errno = e;
    return -1;
}

static int open_socket(int family, int type)
{
    return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static int open_bound(const struct netp_addr *local, uint8_t fam, int type, bool shared)
{
    struct sockaddr_storage sa;
    socklen_t n = local ? netp_sockaddr_put(&sa, local) : 0;
    int fd = open_socket((n ? local->fam : fam) == 6 ? AF_INET6 : AF_INET, type);
    int on = 1;

    if (fd < 0) {
        return -1;
    }
    if (type == SOCK_STREAM) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    if (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
        return give_up(fd);
    }
    if (n && bind(fd, (struct sockaddr *)&sa, n) != 0) {
        return give_up(fd);
    }
    return fd;
}

int netp_udp_socket(const struct netp_addr *local, uint8_t fam)
{
    return open_bound(local, fam, SOCK_DGRAM, false);
}

int netp_udp_socket_shared(const struct netp_addr *local)
{
    return open_bound(local, local->fam, SOCK_DGRAM, true);
}

int netp_tcp_connect(const struct netp_addr *peer, const struct netp_addr *local)
{
    struct sockaddr_storage sa;
    socklen_t n = netp_sockaddr_put(&sa, peer);
    int fd = open_bound(local, peer->fam, SOCK_STREAM, false);

    if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, n) != 0 && errno != EINPROGRESS) {
        return give_up(fd);
    }
    return fd;
}

static int tcp_listen(const struct netp_addr *local, bool shared)
{
    int fd = open_bound(local, local->fam, SOCK_STREAM, shared);

    if (fd >= 0 && listen(fd, SOMAXCONN) != 0) {
        return give_up(fd);
    }
    return fd;
}

int netp_tcp_listen(const struct netp_addr *local)
{
    return tcp_listen(local, false);
}

int netp_tcp_listen_shared(const struct netp_addr *local)
{
    return tcp_listen(local, true);
}

static bool unix_addr(struct sockaddr_un *un, const char *path)
{
    size_t n = strlen(path);

    memset(un, 0, sizeof *un);
    un->sun_family = AF_UNIX;
    if (n == 0 || n >= sizeof un->sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(un->sun_path, path, n);
    return true;
}

int netp_unix_connect(const char *path)
{
    struct sockaddr_un un;
    int fd;

    if (!unix_addr(&un, path) || (fd = open_socket(AF_UNIX, SOCK_STREAM)) < 0) {
        return -1;
    }
    if (connect(fd, (struct sockaddr *)&un, sizeof un) != 0 && errno != EINPROGRESS) {
        return give_up(fd);
    }
    return fd;
}

/* Removes a socket that nobody listens on. A file is refused as a socket is, but stays. */
static void remove_stale(const char *path)
{
    struct stat st;
    int fd = netp_unix_connect(path);

    if (fd >= 0) {
        close(fd);
    } else if (errno == ECONNREFUSED && lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
        unlink(path);
    }
}

int netp_unix_listen(const char *path)
{
    struct sockaddr_un un;
    int fd;

    if (!unix_addr(&un, path)) {
        return -1;
    }
    remove_stale(path);
    if ((fd = open_socket(AF_UNIX, SOCK_STREAM)) < 0) {
        return -1;
    }
    if (bind(fd, (struct sockaddr *)&un, sizeof un) != 0 || listen(fd, SOMAXCONN) != 0) {
        return give_up(fd);
    }
    return fd;
}

int netp_accept(int fd, struct netp_addr *peer)
{
    struct sockaddr_storage sa = {.ss_family = AF_UNSPEC};
    socklen_t n = sizeof sa;
    int c = accept4(fd, (struct sockaddr *)&sa, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (c >= 0 && peer) {
        *peer = netp_sockaddr_get(&sa);
    }
    return c;
}

int netp_connect_result(int fd)
{
    int e = 0;
    socklen_t n = sizeof e;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &n) != 0 ? errno : e;
}

struct netp_addr netp_local_addr(int fd)
{
    struct sockaddr_storage sa;
    socklen_t n = sizeof sa;

    memset(&sa, 0, sizeof sa);
    if (getsockname(fd, (struct sockaddr *)&sa, &n) != 0) {
        sa.ss_family = AF_UNSPEC;
    }
    return netp_sockaddr_get(&sa);
}
