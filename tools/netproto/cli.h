/* cli.h - what the subcommands share: options, messages, exit status. SPDX-License-Identifier: MIT
 */
#ifndef CLI_H
#define CLI_H

#include <getopt.h>
#include <netproto/addr.h>
#include <netproto/netp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Exit status, the same for every subcommand. */
enum cli_exit {
    CLI_DONE = 0,
    CLI_FAILED = 1, /* the peer refused, the file is absent, a check failed */
    CLI_USAGE = 2,
    CLI_CONNECT = 3, /* could not connect or resolve */
    CLI_TIMEOUT = 4,
    CLI_PROTOCOL = 5, /* the peer broke the protocol */
    CLI_LOCAL = 6     /* local file trouble */
};

/* The status that says what a netp_err came to. */
int cli_status(int err);

enum cli_progress { CLI_PROGRESS_AUTO, CLI_PROGRESS_ALWAYS, CLI_PROGRESS_NEVER };

/* Options that every subcommand understands, though not every one has a use for each. */
struct cli {
    const char *command; /* for messages: "get" */
    bool quiet, json;
    unsigned verbose;
    enum cli_progress progress;
    uint64_t timeout_ms, connect_timeout_ms; /* NETP_NEVER: none */
    uint8_t fam;                             /* 4, 6 or 0: either */
    const char *bind;
};

/* A subcommand: main() calls run with argv[0] = its name. */
struct cli_command {
    const char *name, *operands, *summary;
    const char *options; /* lines of --help about its own options */
    int (*run)(struct cli *c, int argc, char **argv);
    const char *shared; /* more such lines, which several have; NULL: none */
};

/* Parses argv as getopt_long() does, with the common options added to the command's own: `shorts`
 * and `longs` (ended by a zero entry) are its own, whose values are above 0. own(arg, opt, value)
 * is called for each and returns false when the value is no good. Returns the index of the first
 * operand, or minus the exit status, less 1, to leave with: after --help, and after a mistake, of
 * which it has told. */
int cli_parse(struct cli *c, const struct cli_command *cmd, int argc, char **argv,
              const char *shorts, const struct option *longs,
              bool (*own)(void *arg, int opt, const char *value), void *arg);
#define CLI_LEAVE(first) (-(first)-1)

/* Prints "netproto COMMAND: message" on stderr (not with --quiet: only cli_error does), with
 * newline. cli_usage adds a hint at --help and returns CLI_USAGE; cli_error returns `status`. */
int cli_usage(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int cli_error(const struct cli *c, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void cli_note(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Only with --verbose. */
void cli_trace(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Values of options; false when they are not what they should be. */
bool cli_seconds(const char *s, uint64_t *ms); /* "2.5" -> 2500; over 0 */
bool cli_number(const char *s, uint64_t min, uint64_t max, uint64_t *v);
bool cli_size(const char *s, uint64_t *v); /* "64k", "1M": powers of 1024 */
/* "HOST:PORT", "[::1]:69", ":69" (any address); host is copied to host[0..n). */
bool cli_host_port(const char *s, char *host, size_t n, uint16_t *port);

/* Prints text as a JSON string, quotes included, to f or standard output: UTF-8, and any other byte
 * over 127 as the character of Latin-1. */
void cli_json_put(FILE *f, const char *p, size_t n);
void cli_json_string(const char *p, size_t n);

/* "1.4 MiB", "312 B": human size into buf, which is returned. */
const char *cli_human(uint64_t bytes, char buf[16]);

/* The subcommands. */
extern const struct cli_command cmd_crawl, cmd_feed, cmd_links; /* with NETPROTO_XML */
extern const struct cli_command cmd_get, cmd_head, cmd_post, cmd_put, cmd_httpd, cmd_tftpd,
    cmd_frame, cmd_echo, cmd_modbus, cmd_modbusd, cmd_modbusgw, cmd_time, cmd_sntpd, cmd_selftest,
    cmd_sizes;

#endif
