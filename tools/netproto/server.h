/* server.h - what the servers among the subcommands share. SPDX-License-Identifier: MIT */
#ifndef SERVER_H
#define SERVER_H

#include "cli.h"
#include <netproto/host/loop.h>
#include <stdio.h>
#include <sys/types.h>

struct server {
    struct cli *c;
    const char *listen_text, *user, *log_path;
    bool log_json;
    netp_ms grace_ms;
    struct netp_addr listen;
    FILE *log; /* NULL: quiet */
    struct netp_loop *loop;
    unsigned (*running)(void *arg); /* how many transfers or connections go on */
    void (*stop)(void *arg);        /* take no more of them */
    void (*reload)(void *arg);      /* SIGHUP came; NULL: that ends the program */
    void *arg;
    struct netp_timer deadline, poll;
    struct netp_watch hangup;
    bool stopping, own_log; /* own_log: the command opens and writes it, and log is NULL */
    uint64_t workers; /* processes; over 1 they share the port, and sockets must be opened so */
    uint64_t worker;  /* which of them this is: 0 has started the others */
    pid_t *started;   /* the others, in the one that started them; NULL in those */
};

/* The options of every server, for getopt_long and for --help. */
enum { OPT_LISTEN = 600, OPT_LOG, OPT_LOG_FORMAT, OPT_USER, OPT_GRACE, OPT_WORKERS };
#define SERVER_LONGS                                                                               \
    {"listen", required_argument, NULL, OPT_LISTEN}, {"log", required_argument, NULL, OPT_LOG},    \
        {"log-format", required_argument, NULL, OPT_LOG_FORMAT},                                   \
        {"user", required_argument, NULL, OPT_USER},                                               \
        {"workers", required_argument, NULL, OPT_WORKERS},                                         \
    {                                                                                              \
        "grace", required_argument, NULL, OPT_GRACE                                                \
    }
#define SERVER_HELP                                                                                \
    "      --listen HOST:PORT   where to listen; port 0 takes a free one and prints it\n"          \
    "      --log FILE           append a line for each request to FILE, not to stderr\n"           \
    "      --log-format FORMAT  combined or json\n"                                                \
    "      --user NAME          become this user when the socket is open\n"                        \
    "      --workers N          processes that share the port; limits hold for each (1)\n"         \
    "      --grace SEC          on SIGTERM wait so long for what is running (5)\n"

/* The defaults. */
void server_init(struct server *s, struct cli *c);

/* Takes one of these options; false when its value is no good. */
bool server_option(struct server *s, int opt, const char *value);

/* Finds the address of HOST:PORT, or any with default_port when text is NULL. Returns the exit
 * status. */
int server_address(struct server *s, const char *text, uint16_t default_port,
                   struct netp_addr *addr);

/* After the options: finds the address (default_port when there was no --listen), opens the log,
 * starts the workers, which return from here as well, and makes the loop. Returns the exit status;
 * of a failure it has told. */
int server_open(struct server *s, uint16_t default_port);

/* With the sockets open: says where, a line for each, drops root, and runs until SIGTERM or SIGINT
 * and, with grace, until nothing is running. */
int server_run(struct server *s, const struct netp_addr *where, size_t n);
/* Waits for the workers. Returns status, or theirs if that is worse. */
int server_close(struct server *s, int status);

/* Begins a log line with its time, "2026-01-31T12:00:00Z " or {"time": "...", ; NULL when there is
 * no log. server_log_end() ends it. */
FILE *server_log(struct server *s);
void server_log_end(struct server *s);

#endif
