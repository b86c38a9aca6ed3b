/* main.c - the program `netproto`: one subcommand a job. SPDX-License-Identifier: MIT */
#include "cli.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct cli_command *const commands[] = {
    &cmd_get,    &cmd_head,    &cmd_post,     &cmd_put,      &cmd_httpd,
    &cmd_tftpd,  &cmd_frame,   &cmd_echo,     &cmd_time,     &cmd_sntpd,
    &cmd_modbus, &cmd_modbusd, &cmd_modbusgw, &cmd_selftest, &cmd_sizes,
#ifdef NETPROTO_XML
    &cmd_links,  &cmd_feed,    &cmd_crawl,
#endif
};
#define COMMANDS (sizeof commands / sizeof *commands)

static const struct cli_command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(name, commands[i]->name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static int overview(FILE *f)
{
    fputs("usage: netproto COMMAND [OPTION]... [OPERAND]...\n\n", f);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(f, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    }
    fputs("  help      Tell about a command: netproto help COMMAND\n\n"
          "Exit status: 0 done, 1 the job failed, 2 usage, 3 could not connect or resolve,\n"
          "4 timed out, 5 the peer broke the protocol, 6 local file trouble.\n",
          f);
    return f == stdout ? CLI_DONE : CLI_USAGE;
}

static int run(const struct cli_command *cmd, int argc, char **argv)
{
    struct cli c = {
        .command = cmd->name, .timeout_ms = NETP_NEVER, .connect_timeout_ms = NETP_NEVER};

    return cmd->run(&c, argc, argv);
}

static int help(const char *name)
{
    const struct cli_command *cmd = find(name);
    char word[] = "--help", *argv[] = {(char *)name, word, NULL};

    if (!cmd) {
        fprintf(stderr, "netproto: no command '%s'; try 'netproto help'\n", name);
        return CLI_USAGE;
    }
    return run(cmd, 2, argv);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    const struct cli_command *cmd;
    int status;

    signal(SIGPIPE, SIG_IGN);
    if (!name) {
        return overview(stderr);
    }
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0) {
        return argc > 2 && strcmp(argv[2], "help") != 0 ? help(argv[2]) : overview(stdout);
    }
    if (strcmp(name, "--version") == 0) {
        printf("netproto %s\n", netp_version());
        return CLI_DONE;
    }
    if (!(cmd = find(name))) {
        fprintf(stderr, "netproto: no command '%s'; try 'netproto help'\n", name);
        return CLI_USAGE;
    }
    status = run(cmd, argc - 1, argv + 1);
    if (fflush(stdout) != 0 && status == CLI_DONE) {
        perror("netproto: standard output");
        return CLI_LOCAL;
    }
    return status;
}
