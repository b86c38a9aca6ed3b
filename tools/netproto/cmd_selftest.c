/* cmd_selftest.c - netproto selftest: each server of this program with the client that matches it.
 * SPDX-License-Identifier: MIT
 *
 * The servers are this program again, as children, on free ports of the loopback. */
#include "selftest.h"
#ifdef NETPROTO_TLS
#include "selftest_cert.h"
#endif
#include <errno.h>
#include <fcntl.h>
#include <netproto/host/socket.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE (8u << 20)
#define SELF "/proc/self/exe"

enum { OPT_DEVICE = 1, OPT_BASE };

struct selftest {
    struct cli *c;
    char dir[64];
    char content[96], copy[96]; /* files: what is sent, what comes back */
    char uploaded[96], cert[96];
    pid_t server;
    FILE *server_out;
    uint16_t port;
    unsigned failed, lines;
};

pid_t selftest_spawn(const char *command, int to, int *said)
{
    char words[512], *argv[24] = {(char *)(uintptr_t) "netproto"}, *save = NULL;
    int n = 1, pipe_fd[2] = {-1, -1};
    pid_t pid;

    snprintf(words, sizeof words, "%s", command);
    for (char *w = strtok_r(words, " ", &save); w && n < 23; w = strtok_r(NULL, " ", &save)) {
        argv[n++] = w;
    }
    if (said && pipe2(pipe_fd, O_CLOEXEC) != 0) {
        return -1;
    }
    pid = fork();
    if (pid == 0) {
        if (to >= 0) {
            dup2(to, STDOUT_FILENO);
        }
        if (said) {
            dup2(pipe_fd[1], to >= 0 ? STDERR_FILENO : STDOUT_FILENO);
        }
        execv(SELF, argv);
        _exit(127);
    }
    if (said) {
        close(pipe_fd[1]);
        *said = pipe_fd[0];
    }
    return pid;
}

int selftest_finish(pid_t pid)
{
    int status;

    if (pid < 0) {
        return CLI_LOCAL;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : CLI_FAILED;
}

/* Starts a server and reads its port from the line that it prints. */
static bool serve(struct selftest *t, const char *command, int to)
{
    char line[128], *colon;
    int said;

    t->server = selftest_spawn(command, to, &said);
    t->server_out = t->server > 0 ? fdopen(said, "r") : NULL;
    if (!t->server_out || !fgets(line, sizeof line, t->server_out) ||
        !(colon = strrchr(line, ':'))) {
        return false;
    }
    t->port = (uint16_t)strtoul(colon + 1, NULL, 10);
    return true;
}

static bool stop(struct selftest *t)
{
    int status = 0;

    if (t->server > 0) {
        kill(t->server, SIGTERM);
        status = selftest_finish(t->server);
    }
    if (t->server_out) {
        fclose(t->server_out);
    }
    t->server = 0;
    t->server_out = NULL;
    return status == 0;
}

bool selftest_same(const char *a, const char *b)
{
    static char p[65536], q[65536];
    FILE *f = fopen(a, "r"), *g = fopen(b, "r");
    bool equal = f && g;
    size_t n = 1;

    while (equal && n) {
        n = fread(p, 1, sizeof p, f);
        equal = fread(q, 1, sizeof q, g) == n && memcmp(p, q, n) == 0;
    }
    if (f) {
        fclose(f);
    }
    if (g) {
        fclose(g);
    }
    return equal;
}

bool selftest_write_file(const char *path, const char *p, size_t n)
{
    FILE *f = fopen(path, "w");
    bool written = f && fwrite(p, 1, n, f) == n;

    return (!f || fclose(f) == 0) && written;
}

static void result(struct selftest *t, const char *what, bool good, uint64_t bytes, netp_ms ms)
{
    char size[16], rate[16];

    t->lines++;
    t->failed += !good;
    if (t->c->json) {
        printf("%s{\"test\": \"%s\", \"ok\": %s, \"bytes\": %llu, \"ms\": %llu}",
               t->lines > 1 ? ",\n " : "[", what, good ? "true" : "false",
               (unsigned long long)bytes, (unsigned long long)ms);
        return;
    }
    printf("%-28s %s  %s moved, %s/s\n", what, good ? "ok    " : "FAILED", cli_human(bytes, size),
           cli_human(bytes * 1000 / (ms ? ms : 1), rate));
    fflush(stdout);
}

/* Runs a client; the file `made` must then be the same as the content. */
static void client(struct selftest *t, const char *what, const char *command, const char *made)
{
    netp_ms begun = netp_now(), ms;
    bool good = selftest_finish(selftest_spawn(command, -1, NULL)) == 0;

    ms = netp_now() - begun;
    result(t, what, good && selftest_same(t->content, made), good ? SIZE : 0, ms);
}

static void test_tftp(struct selftest *t)
{
    char command[400];
    bool up;

    snprintf(command, sizeof command, "tftpd --listen 127.0.0.1:0 --root %s --write --quiet",
             t->dir);
    up = serve(t, command, -1);
    snprintf(command, sizeof command, "get -q tftp://127.0.0.1:%u/content -o %s", t->port, t->copy);
    client(t, "tftp get", up ? command : "help none", t->copy);
    snprintf(command, sizeof command,
             "get -q --blksize 512 --windowsize 1 --no-tsize tftp://127.0.0.1:%u/content -o %s",
             t->port, t->copy);
    client(t, "tftp get, RFC 1350 alone", up ? command : "help none", t->copy);
    snprintf(command, sizeof command, "put -q %s tftp://127.0.0.1:%u/uploaded", t->content,
             t->port);
    client(t, "tftp put", up ? command : "help none", t->uploaded);
    if (!stop(t)) {
        result(t, "tftpd stops by SIGTERM", false, 0, 0);
    }
    unlink(t->uploaded);
}

/* Files in both directions; the last two: options of TLS, or "". */
static void test_http(struct selftest *t, const char *scheme, const char *server_tls,
                      const char *client_tls)
{
    char command[400], what[32];
    bool up;

    snprintf(command, sizeof command, "httpd --listen 127.0.0.1:0 --root %s --write --quiet%s",
             t->dir, server_tls);
    up = serve(t, command, -1);
    snprintf(command, sizeof command, "get -q%s %s://127.0.0.1:%u/content -o %s", client_tls,
             scheme, t->port, t->copy);
    snprintf(what, sizeof what, "%s get", scheme);
    client(t, what, up ? command : "help none", t->copy);
    snprintf(command, sizeof command, "put -q%s %s %s://127.0.0.1:%u/uploaded", client_tls,
             t->content, scheme, t->port);
    snprintf(what, sizeof what, "%s put", scheme);
    client(t, what, up ? command : "help none", t->uploaded);
    if (!stop(t)) {
        result(t, "httpd stops by SIGTERM", false, 0, 0);
    }
    unlink(t->uploaded);
}

#ifdef NETPROTO_TLS
static void test_https(struct selftest *t)
{
    char server[128], trust[128];

    if (!selftest_write_file(t->cert, selftest_cert, sizeof selftest_cert - 1)) {
        result(t, "https", false, 0, 0);
        return;
    }
    snprintf(server, sizeof server, " --tls-cert %s", t->cert);
    snprintf(trust, sizeof trust, " --cacert %s", t->cert);
    test_http(t, "https", server, trust);
    unlink(t->cert);
}
#endif

/* A frame of the whole content crosses from one of us to another. */
static void test_frame(struct selftest *t)
{
    char command[400];
    netp_ms begun;
    int to = open(t->copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = to >= 0 && serve(t, "frame cat --listen 127.0.0.1:0 --count 1", to);

    begun = netp_now();
    snprintf(command, sizeof command, "frame send 127.0.0.1:%u %s", t->port, t->content);
    good = good && selftest_finish(selftest_spawn(command, -1, NULL)) == 0;
    if (!good) {
        stop(t);
    } else {
        good = selftest_finish(t->server) == 0 && selftest_same(t->content, t->copy);
        t->server = 0;
        stop(t);
    }
    close(to);
    result(t, "frame", good, good ? SIZE : 0, netp_now() - begun);
}

/* A socket that waits, but not for ever. */
static void be_patient(int fd)
{
    const struct timeval patience = {5, 0};

    fcntl(fd, F_SETFL, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

/* Or why not, in errno. */
static bool is_connected(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    socklen_t n = sizeof(int);
    int err = EAGAIN;

    if (fd < 0) {
        return false;
    }
    if (poll(&p, 1, 5000) > 0) {
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &n);
    }
    errno = err;
    return err == 0;
}

bool selftest_echo_tcp(const struct netp_addr *to, const char *content, size_t n)
{
    int fd = netp_tcp_connect(to, NULL), err;
    static char buf[65536];
    size_t got = 0;
    pid_t sender;
    ssize_t r;
    bool good = true;

    if (!is_connected(fd)) {
        err = errno;
        close(fd);
        errno = err;
        return false;
    }
    be_patient(fd);
    sender = fork();
    if (sender == 0) {
        size_t at = 0;
        while (at < n && (r = send(fd, content + at, n - at, MSG_NOSIGNAL)) > 0) {
            at += (size_t)r;
        }
        shutdown(fd, SHUT_WR);
        _exit(at == n ? 0 : 1);
    }
    while (good && (r = recv(fd, buf, sizeof buf, 0)) > 0) {
        good = got + (size_t)r <= n && memcmp(buf, content + got, (size_t)r) == 0;
        got += (size_t)r;
    }
    err = errno;
    close(fd);
    good = selftest_finish(sender) == 0 && good && got == n;
    errno = err;
    return good;
}

bool selftest_echo_udp(const struct netp_addr *to, const char *content, unsigned count)
{
    struct sockaddr_storage sa;
    socklen_t len = netp_sockaddr_put(&sa, to);
    int fd = netp_udp_socket(NULL, to->fam), err;
    char buf[1024];
    bool good = fd >= 0 && connect(fd, (struct sockaddr *)&sa, len) == 0;

    be_patient(fd);
    for (unsigned i = 0; i < count && good; i++) {
        const char *p = content + i * sizeof buf;
        good = send(fd, p, sizeof buf, 0) == sizeof buf &&
               recv(fd, buf, sizeof buf, 0) == sizeof buf && memcmp(p, buf, sizeof buf) == 0;
    }
    err = errno;
    close(fd);
    errno = err;
    return good;
}

static void test_echo(struct selftest *t, const char *content)
{
    struct netp_addr to = {{127, 0, 0, 1}, 0, 0, 4};
    netp_ms begun;
    bool good;

    good = serve(t, "echo --listen 127.0.0.1:0 --quiet", -1);
    begun = netp_now();
    to.port = t->port;
    good = good && selftest_echo_tcp(&to, content, SIZE);
    result(t, "echo, TCP", stop(t) && good, SIZE, netp_now() - begun);
    good = serve(t, "echo --udp --listen 127.0.0.1:0 --quiet", -1);
    begun = netp_now();
    to.port = t->port;
    good = good && selftest_echo_udp(&to, content, 1000);
    result(t, "echo, UDP", stop(t) && good, 1000 * 1024, netp_now() - begun);
}

/* All of 10,000 registers, by requests of 125. */
static bool read_registers(struct selftest *t)
{
    static const char begin[] = "0 1\n1 22\n2 333\n3 0\n";
    char command[80], got[sizeof begin] = "";
    int to = open(t->copy, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = to >= 0;

    snprintf(command, sizeof command, "modbus write -q tcp://127.0.0.1:%u holding 0 1 22 333",
             t->port);
    good = good && selftest_finish(selftest_spawn(command, -1, NULL)) == 0;
    snprintf(command, sizeof command, "modbus read tcp://127.0.0.1:%u holding 0 10000", t->port);
    good = good && selftest_finish(selftest_spawn(command, to, NULL)) == 0 &&
           pread(to, got, sizeof begin - 1, 0) == sizeof begin - 1 && strcmp(got, begin) == 0;
    close(to);
    return good;
}

static void test_modbus(struct selftest *t)
{
    bool good = serve(t, "modbusd --listen 127.0.0.1:0 --quiet", -1);
    netp_ms begun = netp_now(), ms;

    good = good && read_registers(t);
    ms = netp_now() - begun;
    result(t, "modbus", stop(t) && good, good ? 20000 : 0, ms);
}

static void test_sntp(struct selftest *t)
{
    char command[100];
    bool good = serve(t, "sntpd --listen 127.0.0.1:0 --quiet", -1);
    int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    netp_ms begun = netp_now();

    snprintf(command, sizeof command, "time 127.0.0.1:%u --samples 100 --interval 0.001", t->port);
    good = good && selftest_finish(selftest_spawn(command, out, NULL)) == 0;
    close(out);
    result(t, "sntp", stop(t) && good, 100 * 2 * 48, netp_now() - begun);
}

bool selftest_folder(char *path, size_t n)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(path, n, "%.40s/netproto-XXXXXX", tmp ? tmp : "/tmp");
    return mkdtemp(path) != NULL;
}

static char *make_content(struct selftest *t)
{
    char *p = malloc(SIZE);
    uint64_t x = 1;

    if (!p || !selftest_folder(t->dir, sizeof t->dir)) {
        free(p);
        return NULL;
    }
    for (size_t i = 0; i < SIZE; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        p[i] = (char)(x >> 56);
    }
    snprintf(t->content, sizeof t->content, "%s/content", t->dir);
    snprintf(t->copy, sizeof t->copy, "%s/copy", t->dir);
    snprintf(t->uploaded, sizeof t->uploaded, "%s/uploaded", t->dir);
    snprintf(t->cert, sizeof t->cert, "%s/cert", t->dir);
    if (!selftest_write_file(t->content, p, SIZE)) {
        free(p);
        return NULL;
    }
    return p;
}

static int on_loopback(struct cli *c)
{
    struct selftest t = {.c = c};
    char *content = make_content(&t);

    if (!content) {
        return cli_error(c, CLI_LOCAL, "%s: %s", t.dir, strerror(errno));
    }
    fflush(stdout);
    test_tftp(&t);
    test_http(&t, "http", "", "");
#ifdef NETPROTO_TLS
    test_https(&t);
#endif
    test_frame(&t);
    test_echo(&t, content);
    test_modbus(&t);
    test_sntp(&t);
    free(content);
    unlink(t.content);
    unlink(t.copy);
    rmdir(t.dir);
    if (c->json) {
        printf("]\n");
    } else {
        printf("%u of %u ok\n", t.lines - t.failed, t.lines);
    }
    return t.failed ? CLI_FAILED : CLI_DONE;
}

struct options {
    const char *device;
    uint64_t base;
};

static bool own(void *arg, int opt, const char *value)
{
    struct options *o = arg;

    if (opt == OPT_DEVICE) {
        o->device = value;
        return value[0] && strlen(value) <= 100 && !strpbrk(value, " /");
    }
    return cli_number(value, 0, 60000, &o->base);
}

static int run(struct cli *c, int argc, char **argv)
{
    static const struct option longs[] = {{"device", required_argument, NULL, OPT_DEVICE},
                                          {"base", required_argument, NULL, OPT_BASE},
                                          {NULL, 0, NULL, 0}};
    struct options o = {NULL, 0};
    int first = cli_parse(c, &cmd_selftest, argc, argv, "", longs, own, &o);

    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (o.device) {
        return selftest_device(c, o.device, (uint16_t)o.base, argv + first, argc - first);
    }
    if (first != argc || o.base) {
        return cli_usage(c, "without --device '%s' has no meaning",
                         first != argc ? argv[first] : "--base");
    }
    return on_loopback(c);
}

const struct cli_command cmd_selftest = {
    "selftest",
    "[--device HOST [CHECK]...]",
    "Run each server of this program against its client, or the clients against a device",
    "      --device HOST        the services of a device, as the firmware of ports/stm32 has\n"
    "                           them, instead of our own. CHECK: only these of echo, http,\n"
    "                           tftp, modbus, sntp. http and tftp store an image as its new\n"
    "                           firmware, and put back what there was\n"
    "      --base N             its ports are N higher: 80 is N + 80 (0)\n",
    run,
    NULL};
