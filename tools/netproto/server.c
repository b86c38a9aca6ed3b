/* server.c - listening, logging, stopping. SPDX-License-Identifier: MIT */
#include "server.h"
#include <errno.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <netproto/host/user.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 50

void server_init(struct server *s, struct cli *c)
{
    memset(s, 0, sizeof *s);
    s->c = c;
    s->grace_ms = 5000;
    s->workers = 1;
}

bool server_option(struct server *s, int opt, const char *value)
{
    switch (opt) {
    case OPT_LISTEN:
        s->listen_text = value;
        return true;
    case OPT_LOG:
        s->log_path = value;
        return true;
    case OPT_LOG_FORMAT:
        s->log_json = strcmp(value, "json") == 0;
        return s->log_json || strcmp(value, "combined") == 0;
    case OPT_USER:
        s->user = value;
        return true;
    case OPT_WORKERS:
        return cli_number(value, 1, 256, &s->workers);
    default:
        s->grace_ms = 0;
        return strcmp(value, "0") == 0 || cli_seconds(value, &s->grace_ms);
    }
}

/* From now on signals wait, lest one ends a worker that is not ready to be told of it. */
static void hold_signals(const struct server *s)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (s->reload) {
        sigaddset(&set, SIGHUP);
    }
    sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Starts all but this one; they end when it ends. */
static bool start_workers(struct server *s)
{
    pid_t self = getpid(), *started = calloc(s->workers, sizeof *started);

    hold_signals(s);
    for (uint64_t i = 1; started && i < s->workers; i++) {
        started[i] = fork();
        if (started[i] < 0) {
            break; /* those that run see that their parent has gone */
        }
        if (started[i] == 0) {
            free(started);
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            s->worker = i;
            return getppid() == self;
        }
        if (i + 1 == s->workers) {
            s->started = started;
            return true;
        }
    }
    free(started);
    return false;
}

int server_address(struct server *s, const char *text, uint16_t default_port,
                   struct netp_addr *addr)
{
    char host[256] = "";
    uint16_t port = default_port;

    if (text && !cli_host_port(text, host, sizeof host, &port)) {
        return cli_usage(s->c, "'%s' is not HOST:PORT", text);
    }
    if (netp_resolve(host, port, s->c->fam, addr, 1) <= 0) {
        return cli_error(s->c, CLI_CONNECT, "can't find host '%s'", host);
    }
    if (s->workers > 1 && port == 0) {
        return cli_usage(s->c, "--workers need a port to share, not 0");
    }
    return CLI_DONE;
}

static bool open_log(struct server *s)
{
    if (s->own_log) {
        return true;
    }
    s->log = s->log_path ? fopen(s->log_path, "ae") : s->c->quiet ? NULL : stderr;
    if (s->log) {
        setvbuf(s->log, NULL, _IOLBF, 4096); /* lines of several workers stay whole */
    }
    return s->log || !s->log_path;
}

int server_open(struct server *s, uint16_t default_port)
{
    int status = server_address(s, s->listen_text, default_port, &s->listen);

    if (status != CLI_DONE) {
        return status;
    }
    if (!open_log(s)) {
        return cli_error(s->c, CLI_LOCAL, "%s: %s", s->log_path, strerror(errno));
    }
    if (s->workers > 1 && !start_workers(s)) {
        return cli_error(s->c, CLI_LOCAL, "can't start workers: %s", strerror(errno));
    }
    s->loop = netp_loop_new();
    return s->loop ? CLI_DONE : cli_error(s->c, CLI_LOCAL, "%s", strerror(errno));
}

/* Looks now and then whether all is over: what ends has no need to tell. */
static void look(void *arg)
{
    struct server *s = arg;

    if (!s->running || s->running(s->arg) == 0) {
        netp_loop_stop(s->loop);
    } else {
        netp_loop_at(s->loop, &s->poll, netp_loop_now(s->loop) + POLL_MS);
    }
}

static void time_is_up(void *arg)
{
    netp_loop_stop(((struct server *)arg)->loop);
}

/* The first signal asks to finish, a second one to end. */
static void on_signal(void *arg, int sig)
{
    struct server *s = arg;

    (void)sig;
    if (s->stopping) {
        netp_loop_stop(s->loop);
        return;
    }
    s->stopping = true;
    for (uint64_t i = 1; s->started && i < s->workers; i++) {
        kill(s->started[i], SIGTERM);
    }
    if (s->stop) {
        s->stop(s->arg);
    }
    netp_loop_at(s->loop, &s->deadline, netp_loop_now(s->loop) + s->grace_ms);
    look(s);
}

static void on_hangup(void *arg, unsigned what)
{
    struct server *s = arg;
    struct signalfd_siginfo info;

    (void)what;
    if (read(s->hangup.fd, &info, sizeof info) == (ssize_t)sizeof info) {
        for (uint64_t i = 1; s->started && i < s->workers; i++) {
            kill(s->started[i], SIGHUP);
        }
        s->reload(s->arg);
    }
}

static int watch_signals(struct server *s)
{
    sigset_t set;

    if (netp_loop_signals(s->loop, on_signal, s) != 0) {
        return -1;
    }
    if (!s->reload) {
        return 0;
    }
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    s->hangup.fd = sigprocmask(SIG_BLOCK, &set, NULL) == 0
                       ? signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)
                       : -1;
    s->hangup.ready = on_hangup;
    s->hangup.arg = s;
    return s->hangup.fd < 0 ? -1 : netp_loop_watch(s->loop, &s->hangup, NETP_WANT_IN);
}

/* Whoever changes its user is no longer told of its parent's end. */
static bool drop_root(const struct server *s)
{
    if (s->user && netp_become_user(s->user) != 0) {
        return false;
    }
    if (s->workers > 1 && !s->started) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    }
    return true;
}

int server_run(struct server *s, const struct netp_addr *where, size_t n)
{
    char text[NETP_ADDR_CAP];

    if (watch_signals(s) != 0) {
        return cli_error(s->c, CLI_LOCAL, "%s", strerror(errno));
    }
    s->poll.due = look;
    s->deadline.due = time_is_up;
    s->poll.arg = s->deadline.arg = s;
    if (s->workers == 1 || s->started) {
        for (size_t i = 0; i < n; i++) {
            netp_addr_format(&where[i], text);
            printf("listening on %s\n", text);
        }
        fflush(stdout);
    }
    if (!drop_root(s)) {
        return cli_error(s->c, CLI_LOCAL, "can't become user '%s': %s", s->user, strerror(errno));
    }
    if (netp_loop_run(s->loop) != 0) {
        return cli_error(s->c, CLI_LOCAL, "%s", strerror(errno));
    }
    return CLI_DONE;
}

int server_close(struct server *s, int status)
{
    for (uint64_t i = 1; s->started && i < s->workers; i++) {
        int theirs = 0;
        kill(s->started[i], SIGTERM);
        if (waitpid(s->started[i], &theirs, 0) == s->started[i] && theirs != 0 &&
            status == CLI_DONE) {
            status = WIFEXITED(theirs) ? WEXITSTATUS(theirs) : CLI_FAILED;
        }
    }
    free(s->started);
    if (s->hangup.ready) {
        netp_loop_unwatch(s->loop, &s->hangup);
        close(s->hangup.fd);
    }
    netp_loop_free(s->loop);
    if (s->log && s->log != stderr) {
        fclose(s->log);
    }
    return status;
}

FILE *server_log(struct server *s)
{
    time_t now = time(NULL);
    struct tm tm;
    char text[32];

    if (s->log) {
        gmtime_r(&now, &tm);
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
        fprintf(s->log, s->log_json ? "{\"time\": \"%s\", " : "%s ", text);
    }
    return s->log;
}

void server_log_end(struct server *s)
{
    fputs(s->log_json ? "}\n" : "\n", s->log);
    fflush(s->log);
}
